"""The file of a row proves the row again, and no other."""

import gzip
import json
import os

import msgspec
import pytest

import homotopy as ho
from homotopy.errors import CensusFileError, TableError
from homotopy.status import Completeness
from homotopy.tables.format.row_head import is_row_file
from homotopy.tables.row_files import RowFile, row_census, row_digest, row_file, verify_row
from polysys.errors import PolysysError

GLASS = "spherical-p-spin:n=3,p=5"


@pytest.fixture(scope="module")
def table():
    return ho.load_table("spherical-p-spin:p=5")


@pytest.fixture(scope="module")
def content(table):
    """The file of a row, unpacked."""
    seeds = table.certificates[GLASS, 0]
    return json.loads(gzip.decompress(row_file(table, table.samples(GLASS).rows[0], seeds)))


def write(folder, content, *, is_sealed=True):
    """A file with that content, with a digest that fits, as a careful forger would give it."""
    if is_sealed:
        content = {**content, "sha256": row_digest(msgspec.convert(content, RowFile))}
    path = folder / "row.json"
    path.write_text(json.dumps(content))
    return path


def test_a_row_is_proved_again_from_its_file(table, tmp_path):
    row = table.samples(GLASS).rows[0]
    data = row_file(table, row, table.certificates[GLASS, 0])
    path = tmp_path / "row.json.gz"
    path.write_bytes(data)
    report = verify_row(path)
    assert is_row_file(path) and report.is_ok and not report.rests_on_paths
    assert report.stated is report.derived.verdict is Completeness.PROVED
    assert f"{row.n_complex} boxes" in repr(report) and f"{row.n_real} real points" in repr(report)
    assert data == row_file(table, row, table.certificates[GLASS, 0])


def test_unpacked_it_is_the_same(content, tmp_path):
    assert is_row_file(write(tmp_path, content)) and verify_row(write(tmp_path, content)).is_ok


def test_a_row_without_a_theorem_of_its_family_is_proved_from_its_file(tmp_path):
    """1-2-2-1 was supported: the Hilbert function of the sample's own ideal proves it."""
    label = "deep-linear:widths=1-2-2-1,data=gaussian"
    table = ho.load_table("deep-linear:data=gaussian")
    row = table.samples(label).rows[0]
    path = tmp_path / "row.json.gz"
    path.write_bytes(row_file(table, row, table.certificates[label, 0]))
    report = verify_row(path)
    assert report.is_ok and not report.rests_on_paths and row.bound == row.n_complex == 129
    assert report.stated is report.derived.verdict is Completeness.PROVED


def test_the_census_of_a_proved_row_verifies_as_proved(tmp_path):
    census = ho.load_table("deep-linear:data=iris").census("deep-linear:widths=2-2-2,data=iris", 0)
    path = tmp_path / "census.json"
    census.save(path)
    report = ho.verify(path)
    assert report.is_ok and report.derived.verdict is Completeness.PROVED


def test_a_generic_count_is_bounded_below(tmp_path):
    table = ho.load_table("deep-linear:counts=complex")
    row = next(r for r in table.rows if (r.model, 0) in table.certificates)
    path = tmp_path / "row.json.gz"
    path.write_bytes(row_file(table, row, table.certificates[row.model, 0]))
    assert verify_row(path).is_ok
    content = json.loads(gzip.decompress(path.read_bytes()))
    content["row"]["n_complex"] += 1
    report = verify_row(write(tmp_path, content))
    assert not report.is_ok and f"one member has {row.n_complex} certified solutions" in repr(report)
    content["row"]["n_complex"] -= 1
    assert verify_row(write(tmp_path, content)).is_ok
    for member, value in (("n_torus", row.n_torus - 2), ("n_unknowns", 9), ("rigor", "numerical"), ("prime", 101), ("evidence", "")):
        assert not verify_row(write(tmp_path, {**content, "row": {**content["row"], member: value}})).is_ok


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("n_real", 2, "n_real is 2 in the table"),
        ("by_index", [1, 0, 1], "by_index"),
        ("digest", "0" * 16, "digest"),
        ("verdict", "unknown", "verdict"),
        ("indices", [0] * 18, "indices"),
        ("lowest_energy", -9.0, "lowest energy"),
        ("bound", 3, "bound 3"),
    ],
)
def test_a_forged_row_does_not_follow(content, tmp_path, member, value, said):
    assert content["row"][member] != value
    report = verify_row(write(tmp_path, {**content, "row": {**content["row"], member: value}}))
    assert not report.is_ok and said in repr(report)


def test_a_certificate_of_another_landscape_is_noticed(content, tmp_path):
    assert not verify_row(write(tmp_path, {**content, "seed": 7})).is_ok
    assert not verify_row(write(tmp_path, {**content, "row": {**content["row"], "sample": 20}})).is_ok
    fewer = {**content["certificate"], "real": content["certificate"]["real"][1:]}
    report = verify_row(write(tmp_path, {**content, "certificate": fewer}))
    assert not report.is_ok


@pytest.mark.parametrize(
    "label",
    ["expression:/etc/passwd", "deep-linear:widths=1-1-1,data=/etc/x.csv", "/tmp/model.toml", "nothing:n=2", "<b>"],
)
def test_a_label_that_leads_outside_is_refused(content, tmp_path, label):
    both = {
        **content,
        "row": {**content["row"], "model": label},
        "certificate": {**content["certificate"], "model": label},
    }
    with pytest.raises(TableError, match="which its file alone cannot make"):
        verify_row(write(tmp_path, both))


def test_what_is_damaged_is_refused_in_a_sentence(content, tmp_path):
    with pytest.raises(TableError, match="was altered"):
        verify_row(write(tmp_path, {**content, "seed": 7}, is_sealed=False))
    whole = gzip.compress(json.dumps(content).encode())
    for data in (
        whole[:200],
        b"\x1f\x8b",
        gzip.compress(b"[" * 10_000),
        gzip.compress(b'{"format": "stationary-row"}'),
        gzip.compress(b"null"),
    ):
        path = tmp_path / "damaged.json.gz"
        path.write_bytes(data)
        with pytest.raises(TableError):
            verify_row(path)
    wrong = {**content, "certificate": {**content["certificate"], "real": [[1.0]]}}
    with pytest.raises(PolysysError, match="number of unknowns"):
        verify_row(write(tmp_path, wrong))
    os.mkfifo(tmp_path / "pipe")
    assert not is_row_file(tmp_path / "pipe")  # and does not wait for a writer
    assert not is_row_file(tmp_path) and not is_row_file(tmp_path / "absent")


def test_the_points_of_a_row_are_shown_from_its_file(table, content, tmp_path):
    row = table.samples(GLASS).rows[0]
    census = row_census(write(tmp_path, content))
    assert (census.n_complex, census.n_real, tuple(census.by_index.values())) == (
        row.n_complex,
        row.n_real,
        row.by_index,
    )
    assert [float(p.energy) for p in census.points] == pytest.approx(row.energies, rel=1e-8)
    other = {**content, "row": {**content["row"], "n_real": content["row"]["n_real"] + 2}}
    with pytest.raises(TableError, match="does not follow from its certificate"):
        row_census(write(tmp_path, other))


def test_a_gzipped_census_is_a_census_and_no_row(tmp_path):
    census, plain, path = ho.census("spherical-p-spin:n=2,p=3"), tmp_path / "c.json", tmp_path / "c.json.gz"
    census.save(plain)
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert not is_row_file(path) and ho.load(path).n_complex == census.n_complex and ho.verify(path).is_ok
    path.write_bytes(gzip.compress(plain.read_bytes())[:200])
    with pytest.raises(CensusFileError, match="truncated or damaged"):
        ho.load(path)
    path.write_text("energy,index\n")
    with pytest.raises(CensusFileError, match="is not a census file"):
        ho.load(path)
