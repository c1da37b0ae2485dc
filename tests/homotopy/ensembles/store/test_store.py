"""The store: complete files or none, damage noticed, one specification a folder, readable without this package."""

import errno
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import homotopy as ho
from homotopy.common import files
from homotopy.ensembles.record import CONTENT, SampleRecord, failed_record
from homotopy.ensembles.store import locks as locks_module
from homotopy.ensembles.store.format import DamagedChunkError, decode, encode
from homotopy.ensembles.store.locks import ChunkLocks
from homotopy.ensembles.store.merge import merge
from homotopy.ensembles.store.plan import Chunk, FamilyFacts
from homotopy.ensembles.store.store import create_store, open_store
from homotopy.errors import StoreError, StoreWriteError

SPEC = ho.EnsembleSpec("spherical-p-spin:n=2,p=3", samples=10, seed=1)
FAMILY = FamilyFacts("landscape", 1, 2, 3, True, False, 3)


def record(sample: int, n: int = 6) -> SampleRecord:
    energies = tuple(0.1 * k - 1 for k in range(n))
    return SampleRecord(
        SPEC.model, 1, sample, landscape=f"digest{sample}", verdict="proved", reason="count-equals-bound", bound=10**30,
        n_complex=3, n_real=n, n_minima=1, by_index=(1, n - 2), n_degenerate=0, n_undecided=0, n_undecided_index=1, energies=energies,
        energy_error=1e-17, indices=(0, *[1] * (n - 2), None), log_det_minima=(None,),
        coordinates=tuple((0.1, 0.2) for _ in range(n)), engine="tracker", seconds=0.25,
    )  # fmt: skip


def fill(store):
    for chunk in store.chunks:
        store.write(chunk, [record(s) if s != 7 else failed_record(SPEC.model, 1, 7, "timeout", "late") for s in chunk.samples])


@pytest.fixture
def store(tmp_path):
    made = create_store(tmp_path / "s", SPEC, FAMILY, 4)
    fill(made)
    return made


def test_what_is_written_is_what_is_read(store):
    assert [c.name for c in store.chunks] == [
        "00000000-00000003.parquet", "00000004-00000007.parquet", "00000008-00000009.parquet",
    ]  # fmt: skip
    assert store.read(store.chunks[0]) == [record(s) for s in range(4)]
    assert store.read(store.chunks[1])[3].failure == "late"
    state = open_store(store.path).scan()
    assert (state.n_samples, state.n_failed, state.damaged) == (10, 1, {})
    assert sorted(os.listdir(store.path)) == ["README.md", "manifest.json", "records", "spec.toml"]


def test_the_digest_can_be_recomputed_from_the_readme_alone(store):
    """With pyarrow, json and hashlib only, as the README in the store says."""
    sealed = store.seal()
    readme = (store.path / "README.md").read_text()
    assert f"the list of its columns {', '.join(CONTENT)}, in this order" in " ".join(readme.split())
    whole = hashlib.sha256()
    for name in sorted(os.listdir(store.path / "records")):
        for row in pq.read_table(store.path / "records" / name).to_pylist():
            row["bound"] = row["bound"] and int(row["bound"])
            content = json.dumps([row[column] for column in CONTENT], separators=(",", ":"))
            digest = hashlib.sha256(content.encode()).hexdigest()
            assert digest == row["digest"]
            whole.update(digest.encode() + b"\n")
    assert whole.hexdigest() == sealed == json.loads((store.path / "manifest.json").read_text())["content"]["digest"]


def test_pandas_reads_the_folder_without_this_package(store):
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_parquet(store.path / "records")
    assert len(frame) == 10 and frame["n_real"].mean() == 6 and frame["failure_kind"].notna().sum() == 1


@pytest.mark.parametrize("position", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_a_flipped_bit_anywhere_that_matters_is_noticed(store, position):
    """Only bits that change nothing that is read (padding, statistics) may go unnoticed; then the records are equal."""
    file = store.file(store.chunks[0])
    data = bytearray(file.read_bytes())
    data[int(position * len(data))] ^= 0x10
    file.write_bytes(data)
    try:
        found = store.read(store.chunks[0])
    except DamagedChunkError:
        assert store.chunks[0] in store.scan().damaged
    else:
        assert [r.digest for r in found] == [record(s).digest for s in range(4)]


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_a_truncated_file_is_never_accepted(store, keep):
    file = store.file(store.chunks[0])
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(DamagedChunkError):
        store.read(store.chunks[0])


def test_foreign_and_altered_rows_are_not_accepted(store):
    data = store.file(store.chunks[0]).read_bytes()
    with pytest.raises(DamagedChunkError, match="another specification"):
        decode(data, "other", range(4))
    with pytest.raises(DamagedChunkError, match="samples"):
        decode(data, store.identity, range(4, 8))
    table = pq.read_table(store.file(store.chunks[0]))
    changed = table.set_column(table.schema.get_field_index("n_real"), "n_real", [[6, 6, 8, 6]])
    pq.write_table(changed, store.file(store.chunks[0]))
    with pytest.raises(DamagedChunkError, match="sample 2"):
        store.read(store.chunks[0])
    pq.write_table(table.drop_columns(["energies"]), store.file(store.chunks[0]))
    with pytest.raises(DamagedChunkError, match="lacks"):
        store.read(store.chunks[0])


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("where", ["fsync", "replace", "open"])
def test_trouble_in_the_middle_of_writing_leaves_nothing_behind(tmp_path, monkeypatch, code, where):
    store = create_store(tmp_path / "s", SPEC, FAMILY, 4)

    def fail(*_args, **_kwargs):
        raise OSError(code, os.strerror(code))

    if where == "open":
        monkeypatch.setattr(files, "open", fail, raising=False)
    else:
        monkeypatch.setattr(files.os, where, fail)
    with pytest.raises(StoreWriteError) as caught:
        store.write(store.chunks[0], [record(s) for s in range(4)])
    assert ("full" in caught.value.what) == (code in (errno.ENOSPC, errno.EDQUOT))
    monkeypatch.undo()
    assert os.listdir(store.path / "records") == [] and store.read(store.chunks[0]) is None


def test_a_result_is_not_replaced_by_a_failure_but_a_failure_by_a_result(store):
    chunk = store.chunks[1]
    failed = [failed_record(SPEC.model, 1, s, "crash", "dead") for s in chunk.samples]
    store.write(chunk, failed)
    assert sum(r.is_failed for r in store.read(chunk)) == 1
    store.write(chunk, [record(s) for s in chunk.samples])
    assert sum(r.is_failed for r in store.read(chunk)) == 0


def test_records_of_other_samples_are_no_chunk(store):
    with pytest.raises(ValueError, match="not those"):
        store.write(Chunk(0, 4), [record(s) for s in (0, 1, 2)])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 2}, "seed differs"),
        ({"points": True}, "points differs"),
        ({"model": "spherical-p-spin:n=2,p=4"}, "model differs"),
        ({"options": ho.Options(engine="phcpack")}, "options differs"),
        ({"samples": 9}, "more than 9"),
    ],
)
def test_two_specifications_are_not_mixed(store, change, words):
    with pytest.raises(StoreError, match=words):
        create_store(store.path, replace(SPEC, **change), FAMILY)


def test_a_data_file_that_changed_under_the_same_label_is_another_specification(store):
    with pytest.raises(StoreError, match="content of a data or expression file"):
        create_store(store.path, SPEC, replace(FAMILY, first_landscape="other"))


def test_a_store_can_grow_and_its_short_last_file_goes_when_it_is_complete(store):
    grown = create_store(store.path, replace(SPEC, samples=14), FAMILY)
    assert grown.chunk == 4 and grown.scan().n_samples == 8
    fill(grown)
    grown.seal()
    assert [c.name for c in grown.chunks] == sorted(os.listdir(store.path / "records"))
    assert open_store(store.path).spec.samples == 14
    assert "samples = 14" in (store.path / "spec.toml").read_text()


def test_folders_with_something_else_and_other_chunks_are_refused(store, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").write_text("x")
    with pytest.raises(StoreError, match="not empty"):
        create_store(tmp_path / "home", SPEC, FAMILY)
    with pytest.raises(StoreError, match="not a folder"):
        create_store(tmp_path / "home" / "thesis.tex", SPEC, FAMILY)
    with pytest.raises(StoreError, match="4 samples a file, not 5"):
        create_store(store.path, SPEC, FAMILY, 5)
    with pytest.raises(StoreError, match=r"no manifest\.json"):
        open_store(tmp_path / "home")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "other"}', '{"format": "stationary-ensemble", "version": 1}'])
def test_a_damaged_manifest_is_refused_with_a_way_out(store, text):
    (store.path / "manifest.json").write_text(text)
    with pytest.raises(StoreError):
        open_store(store.path)
    altered = json.dumps({"format": "stationary-ensemble", "version": 99})
    (store.path / "manifest.json").write_text(altered)
    with pytest.raises(StoreError, match="Upgrade"):
        open_store(store.path)


def test_a_lost_manifest_is_made_again_and_the_records_are_kept(store):
    (store.path / "manifest.json").unlink()
    assert create_store(store.path, SPEC, FAMILY, 4).scan().n_samples == 10


def test_an_altered_specification_in_the_manifest_is_noticed(store):
    text = (store.path / "manifest.json").read_text()
    (store.path / "manifest.json").write_text(text.replace('"seed": 1', '"seed": 2'))
    with pytest.raises(StoreError, match="was altered"):
        open_store(store.path)


def test_leftovers_of_dead_processes_are_removed_and_of_living_ones_kept(store, monkeypatch):
    monkeypatch.setattr(files, "_OLD", 1000.0)  # seconds, for which even a busy machine does not stop
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host = files._host()
    records = store.path / "records"
    names = (f"{host}.{dead.pid}.0a", f"{host}.{os.getpid()}.0b", f"{host}.{dead.pid}.0c", "afar.1.0d", "afar.1.0e")
    old, living, _, foreign, _ = files_of_all = [records / f".x.{name}.part" for name in names]
    for file in files_of_all:
        file.write_bytes(b"half a file")
    for file in (old, living, foreign):
        os.utime(file, (1, 1))
    store.clean()
    assert [file.exists() for file in files_of_all] == [False, True, True, False, True]
    assert store.scan().n_samples == 10


def test_locks_exclude_other_processes_and_end_with_them(tmp_path):
    file = tmp_path / "chunks.lock"
    code = (
        "import runpy, sys\nChunkLocks = runpy.run_path(sys.argv[2])['ChunkLocks']\n"
        "c = ChunkLocks(sys.argv[1])\nassert c.take(3)\nprint('taken', flush=True)\nsys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(file), locks_module.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline() == "taken\n"
        own = ChunkLocks(file)
        assert own.take(2) and not own.take(3)
        other.kill()
        other.wait()
        assert own.take(3)
        own.release(3)
        own.close()
    finally:
        other.kill()
        other.communicate()
    assert ChunkLocks(tmp_path / "nowhere" / "chunks.lock").take(1)


def test_locks_follow_no_link_and_wait_for_no_pipe(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        own = ChunkLocks(tmp_path / name)
        assert own.take(1)
        own.close()
    assert not (tmp_path / "target").exists()


def test_merging_takes_results_before_failures_and_leaves_out_what_is_damaged(tmp_path):
    parts = [create_store(tmp_path / str(k), SPEC, FAMILY, 4) for k in range(3)]
    for store, chunk in zip(parts, parts[0].chunks, strict=True):
        store.write(chunk, [failed_record(SPEC.model, 1, s, "crash", "dead") if s == 5 else record(s) for s in chunk.samples])
    parts[0].write(parts[0].chunks[1], [record(s) for s in range(4, 8)])
    said = []
    report = merge([s.path for s in parts], tmp_path / "all", say=said.append)
    assert (report.n_samples, report.n_missing, report.n_failed) == (10, 0, 0) and not said
    assert report.digest == open_store(tmp_path / "all").seal()
    again = merge([tmp_path / "all"], tmp_path / "again")
    assert again.digest == report.digest
    parts[2].file(parts[2].chunks[2]).write_bytes(b"PAR1")
    report = merge([s.path for s in parts], tmp_path / "less", say=said.append)
    assert report.n_missing == 2 and report.digest is None and "left out" in said[0]
    other = create_store(tmp_path / "other", replace(SPEC, seed=9), FAMILY, 4)
    with pytest.raises(StoreError, match="different specifications"):
        merge([parts[0].path, other.path], tmp_path / "mixed")
    with pytest.raises(StoreError, match="seed differs"):
        merge([parts[0].path], other.path)


def test_the_encoding_is_the_same_for_equal_records():
    assert encode([record(0)], "i") == encode([record(0)], "i")


def test_what_is_no_file_in_the_place_of_a_chunk_is_set_aside_and_computed_again(store):
    first = store.chunks[0]
    records, file = store.read(first), store.file(first)
    for k, make in enumerate((Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path), lambda path: path.symlink_to("nowhere"))):
        file.unlink()
        make(file)
        with pytest.raises(DamagedChunkError, match="no file that can be read"):
            store.read(first)
        assert list(store.scan().damaged) == [first]
        store.write(first, records)
        assert store.read(first) == records
        assert len(list(file.parent.glob(".*.set-aside*"))) == k + 1


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m["family"].update(bound=1),
        lambda m: m["family"].update(points_per_class=9),
        lambda m: m.update(content=[1]),
        lambda m: m.update(chunk=7),
        lambda m: m.update(producer={}),
        lambda m: m.pop("sha256"),
    ],
)
def test_every_member_of_the_manifest_is_under_its_digest(store, change):
    path = store.path / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
    with pytest.raises(StoreError, match=r"altered|damaged"):
        open_store(store.path)


def test_a_manifest_of_the_first_format_is_read(store):
    path = store.path / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["sha256"]
    path.write_text(json.dumps({**manifest, "version": 1}))
    assert open_store(store.path) == store
    path.write_text(json.dumps({**manifest, "version": 1, "content": [1]}))
    with pytest.raises(StoreError, match="damaged"):
        open_store(store.path)
