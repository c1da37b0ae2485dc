"""Reference tables: what is loaded is what was counted, every kind of damage is refused, and the checks can fail."""

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from functools import reduce
from pathlib import Path

import msgspec
import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.tables.build import build
from homotopy.tables.format.description import content_digest, folder_name, schema
from homotopy.tables.spec import CountsSpec, ModelSpec, Number, PublishedSpec, SamplesSpec
from polysys.algebra.hilbert_bound import random_prime
from polysys.errors import InputError, PolysysError

PRIME = random_prime(1)  # of the seed of COUNTS
GLASS, NET = "spherical-p-spin:n=3,p=3", "deep-linear:widths=1-1-1,data=gaussian"
SPEC = SamplesSpec(
    label="small:seed=5",
    title="A glass and a network",
    source="For tests.",
    seed=5,
    models=[ModelSpec(GLASS, 12, certificates=12, energies=True), ModelSpec(NET, 6)],
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A data folder with one table."""
    place = tmp_path_factory.mktemp("data")
    build(SPEC, place, work=place.parent / "work", workers=0)
    return place


@pytest.fixture
def folder(root, tmp_path) -> Path:
    """A copy of the table's folder, to be damaged."""
    return Path(shutil.copytree(root / "tables" / folder_name(SPEC.label), tmp_path / "table"))


def reseal(folder: Path, edit=None) -> None:
    """Give an edited table checksums that fit: what a careful forger would do."""
    path = folder / "table.json"
    content = json.loads(path.read_text())
    for name in content["files"]:
        data = (folder / name).read_bytes()
        content["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    if edit is not None:
        edit(content)
    content["sha256"] = content_digest(content)
    path.write_text(json.dumps(content))


def edit_rows(folder: Path, edit) -> None:
    path = folder / "rows.csv"
    path.write_text("".join(edit(path.read_text().splitlines(keepends=True))))


def test_rows_are_what_an_ensemble_counts(root):
    table = ho.load_table("small:seed=5", root=root)
    ens = ho.ensemble(GLASS, samples=12, seed=5, workers=0)
    samples = table.samples(GLASS)
    assert table.model_labels == (GLASS, NET)
    assert samples.entry.digest == ens.digest
    assert np.array_equal(samples.by_index, ens.by_index)
    assert np.array_equal(np.sort(samples.energies()), np.sort(ens.energies()))
    assert np.array_equal(samples.energies(0), ens.energies(0))
    for quantity in ("n_real", "n_minima", "n_complex", 1):
        assert table.mean(quantity, GLASS).interval(0.9) == ens.mean(quantity).interval(0.9)
    assert table.median("n_real", GLASS).value == ens.median("n_real").value
    assert table.exact_means[GLASS].total.value == pytest.approx(10.552360, abs=1e-6)  # Auffinger, Ben Arous & Cerny
    assert NET not in table.exact_means
    assert repr(ho.compare(samples, ps.theory.mean_counts(ps.SphericalPSpin(n=3, p=3)))) == repr(
        ho.compare(ens, ps.theory.mean_counts(ps.SphericalPSpin(n=3, p=3)))
    )


def test_every_network_row_has_five_complex_points(root):
    """Width-1 chain of n = 2 weights: (n - 1) 2^n + 1 = 5 (proved, polysys.counts.deep_linear)."""
    table = ho.load_table("small:seed=5", root=root)
    assert set(table.column("n_complex", NET)) == {5}
    assert {r.verdict for r in table.samples(NET).rows} == {"proved"}


def test_all_speeds_pass_and_replay_gives_the_same_records(root):
    table = ho.load_table("small:seed=5", root=root)
    for speed in ("overall", "fast", "slow"):
        report = table.verify(speed, fraction=1.0)
        assert report.is_ok, report
    assert "13 rows" in table.verify("slow", fraction=1.0).checks[-1].detail
    assert "5 fewer than asked for" in table.verify("slow", fraction=1.0).checks[-1].detail
    report = table.replay(4, seed=1)
    assert report.is_ok and len(report.checks) == 4


WITHOUT_SOLVER = """
import sys
import homotopy as ho
table = ho.load_table("small:seed=5", root=sys.argv[1])
census = table.census("spherical-p-spin:n=3,p=3", 7)
assert tuple(census.by_index.values()) == table.rows[7].by_index and census.n_complex == 7
assert census.completeness.verdict is ho.Completeness.PROVED
assert table.verify("slow", fraction=1.0).is_ok
programs = ("homotopy.engines.starts", "homotopy.engines.tracker.", "homotopy.engines.phcpack.", "phcpy")
assert not any(name.startswith(programs) and not name.endswith(".engine") for name in sys.modules)
"""


def test_certificates_are_proved_again_without_any_solver(root):
    done = subprocess.run([sys.executable, "-c", WITHOUT_SOLVER, str(root)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with pytest.raises(InputError, match="no certificate"):
        ho.load_table("small:seed=5", root=root).census(NET, 3)


def test_building_again_gives_the_same_bytes(root, tmp_path):
    for work in (root.parent / "work", tmp_path / "fresh"):  # from what is kept, and from nothing
        again = build(root / "tables" / folder_name(SPEC.label) / "spec.toml", tmp_path / "b", work=work, workers=0)
        for name in ("rows.csv", "certificates.jsonl.gz", "spec.toml"):
            assert (again / name).read_bytes() == (root / "tables" / folder_name(SPEC.label) / name).read_bytes()


def test_the_description_meets_its_schema(root):
    jsonschema = pytest.importorskip("jsonschema")
    content = json.loads((root / "tables" / folder_name(SPEC.label) / "table.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(content, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**content, "label": "Not A Label"}, schema())


DAMAGES = {
    "edited number": (lambda f: edit_rows(f, lambda lines: [lines[0], lines[1].replace(",proved,7,", ",proved,8,"), *lines[2:]]), "altered"),
    "missing line": (lambda f: edit_rows(f, lambda lines: lines[:-1]), "altered"),
    "no rows": (lambda f: (f / "rows.csv").unlink(), "cannot be read"),
    "no table.json": (lambda f: (f / "table.json").unlink(), "no table.json"),
    "half a table.json": (lambda f: (f / "table.json").write_text((f / "table.json").read_text()[:500]), "no complete JSON"),
    "edited table.json": (lambda f: (f / "table.json").write_text((f / "table.json").read_text().replace('"n_rows": 18', '"n_rows": 17')), "altered"),
    "a newer version": (lambda f: reseal(f, lambda c: c.update(version=99)), "version 99"),
    "no version": (lambda f: reseal(f, lambda c: c.update(version="one")), "no format version"),
    "another format": (lambda f: reseal(f, lambda c: c.update(format="stationary-census")), "does not describe a table"),
    "an unknown member": (lambda f: reseal(f, lambda c: c.update(colour="red")), "wrong member"),
    "a member lost": (lambda f: reseal(f, lambda c: c.pop("seed")), "wrong member"),
    "a column twice": (lambda f: reseal(f, lambda c: c["columns"].append(c["columns"][0])), "column twice"),
    "a file elsewhere": (lambda f: reseal(f, lambda c: c["files"].update({"../x": c["files"]["rows.csv"]})), "outside"),
    "a column lost": (lambda f: (edit_rows(f, lambda lines: [line.replace(",digest", "") for line in lines]), reseal(f)), "lacks the column 'digest'"),
    "a new column": (lambda f: (edit_rows(f, lambda lines: [lines[0].replace("digest", "digset"), *lines[1:]]), reseal(f)), "digest"),
    "a duplicate row": (lambda f: (edit_rows(f, lambda lines: [*lines, lines[3]]), reseal(f)), "repeats the row"),
    "a short row": (lambda f: (edit_rows(f, lambda lines: [*lines[:-1], lines[-1].replace(",,", ",", 1)]), reseal(f)), "cells instead of"),
    "a word for a number": (lambda f: (edit_rows(f, lambda lines: [lines[0], lines[1].replace(",proved,7,", ",proved,seven,"), *lines[2:]]), reseal(f)), "wrong cell"),
    "an infinite number": (lambda f: (edit_rows(f, lambda lines: [lines[0], lines[1].replace(",proved,7,", ",proved,1e400,"), *lines[2:]]), reseal(f)), "wrong cell"),
    "no text": (lambda f: ((f / "rows.csv").write_bytes(b"\xff\xfe\x00"), reseal(f)), "not a CSV"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused_when_loading(folder, damage):
    edit, words = DAMAGES[damage]
    edit(folder)
    with pytest.raises(ho.TableError, match=words) as refusal:
        ho.load_table(folder)
    assert "\n" not in str(refusal.value)


def test_a_truncated_file_of_certificates_is_refused(folder):
    path = folder / "certificates.jsonl.gz"
    table = ho.load_table(folder)
    path.write_bytes(path.read_bytes()[:-20])
    assert "altered" in str(table.verify("overall")) and not table.verify("overall").is_ok
    with pytest.raises(ho.TableError, match="altered"):
        ho.load_table(folder)
    reseal(folder)
    report = ho.load_table(folder).verify("overall")
    assert not report.is_ok and "truncated" in str(report)
    with pytest.raises(ho.TableError, match="truncated"):
        ho.load_table(folder).census(GLASS, 0)


def forge(folder: Path, old: str, new: str, line: int = 1) -> ho.ReferenceTable:
    def edit(lines):
        assert old in lines[line], lines[line]
        return [*lines[:line], lines[line].replace(old, new, 1), *lines[line + 1 :]]

    edit_rows(folder, edit)
    reseal(folder)
    return ho.load_table(folder)


def test_a_forged_count_with_right_checksums_fails_the_fast_check(folder):
    row = ho.load_table(folder).rows[0]
    found = " ".join(map(str, row.by_index))
    more = " ".join(map(str, (row.by_index[0] - 2, row.by_index[1], row.by_index[2] - 2)))
    old = f",{row.n_complex},{row.n_real},{row.n_minima},{found},"
    new = f",{row.n_complex},{row.n_real - 4},{row.n_minima - 2},{more},"
    report = forge(folder, old, new).verify("fast")
    assert not report.is_ok and "alternating sum" in str(report)


def test_a_forged_energy_passes_the_fast_check_and_fails_the_slow_one(folder):
    row = ho.load_table(folder).rows[0]
    e = row.energies
    assert len(e) >= 2
    text, scaled = " ".join(map(repr, e)), " ".join(repr(float(f"{1.01 * x:.8e}")) for x in e)
    table = forge(folder, f",{e[0]!r},{text},", f",{float(f'{1.01 * e[0]:.8e}')!r},{scaled},")
    assert table.verify("fast").is_ok
    report = table.verify("slow", fraction=1.0)
    assert not report.is_ok and "energies differ" in str(report)


def test_a_forged_verdict_fails(folder):
    assert not forge(folder, ",proved,7,", ",proved,6,").verify("fast").is_ok


def test_a_forged_digest_fails_in_replay_and_slow_check(folder):
    digest = ho.load_table(folder).rows[0].digest
    table = forge(folder, digest, "0" * 16)
    assert table.verify("fast").is_ok and not table.verify("slow", fraction=1.0).is_ok
    assert not table.replay(18).is_ok


def test_another_seed_in_the_description_is_noticed(folder):
    reseal(folder, lambda c: c["models"][0].update(seed=6))
    assert not ho.load_table(folder).verify("fast").is_ok


def test_a_certificate_with_a_solution_lost_proves_nothing(folder):
    path = folder / "certificates.jsonl.gz"
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    lines[0]["real"] = lines[0]["real"][1:]
    path.write_bytes(gzip.compress(b"\n".join(map(msgspec.json.encode, lines))))
    reseal(folder)
    assert not ho.load_table(folder).verify("slow", fraction=1.0).is_ok
    lines[0]["real"] = [[1.0, 2.0]]
    path.write_bytes(gzip.compress(b"\n".join(map(msgspec.json.encode, lines))))
    reseal(folder)
    assert "cannot be used" in str(ho.load_table(folder).verify("slow", fraction=1.0))


def test_a_catalogue_that_states_another_checksum_is_noticed(root, tmp_path):
    other = Path(shutil.copytree(root, tmp_path / "data"))
    path = other / "CATALOG.json"
    content = json.loads(path.read_text())
    content["tables"][0]["sha256"] = "0" * 64
    path.write_text(json.dumps(content))
    assert not ho.load_table("small:seed=5", root=other).verify("overall").is_ok
    path.write_text("{")
    with pytest.raises(ho.TableError, match="cannot be read"):
        ho.list_tables(other)


def test_a_label_that_does_not_exist_names_close_ones(root):
    with pytest.raises(ho.TableError, match="small:seed=5"):
        ho.load_table("small:seed=4", root=root)
    with pytest.raises(ho.TableError, match=r"no table\.json"):
        ho.load_table(root / "tables")
    with pytest.raises(InputError, match="has 2 models"):
        ho.load_table("small:seed=5", root=root).mean("n_real")
    with pytest.raises(InputError, match="no model"):
        ho.load_table("small:seed=5", root=root).mean("n_real", "spherical-p-spin:n=4,p=3")
    with pytest.raises(InputError, match="no energies"):
        ho.load_table("small:seed=5", root=root).samples(NET).energies()


def test_columns_become_arrays_and_a_frame(root):
    table = ho.load_table("small:seed=5", root=root)
    assert table.column("n_real").dtype == np.int64 and len(table.column("n_real", GLASS)) == 12
    assert table.column("lowest_energy").dtype == np.float64
    assert table.column("failure").dtype == object
    with pytest.raises(InputError, match="no column"):
        table.column("colour")
    pandas = pytest.importorskip("pandas")
    frame = table.to_frame()
    assert isinstance(frame, pandas.DataFrame) and list(frame.columns) == list(table.columns) and len(frame) == 18


@pytest.mark.parametrize("label", ["Small", "a b", "a/b", "", "a" * 200, "..", "a\\b"])
def test_labels_that_are_no_folder_names_are_refused(label, tmp_path):
    with pytest.raises((InputError, ho.TableError)):
        build(msgspec.structs.replace(SPEC, label=label), tmp_path, workers=0)


COUNTS = CountsSpec(
    label="counts:test=1",
    title="Counts",
    source="For tests.",
    seed=1,
    models=[
        "deep-linear:widths=1-1-1,data=gaussian,m=1",
        "deep-linear:widths=2-1-2,data=gaussian,m=2",
        "deep-linear:widths=2-2-2,data=gaussian,m=2",
        "layered-spin-glass:widths=2-2-3",
        "polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3,output=fixed",
        "polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=1,output=fixed",
    ],
    algebra=["polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=1,output=fixed"],
    open=["deep-linear:widths=3-3-3,data=gaussian,m=3"],
    certificates=["deep-linear:widths=2-2-2,data=gaussian,m=2"],
)
PUBLISHED = PublishedSpec(
    label="published:test=1",
    title="Published",
    source="For tests.",
    seed=1,
    numbers=[
        Number("singular vector tuples of 2x2x3", "A", "theorem 1", "8", True, "count layered-spin-glass:widths=2-2-3"),
        Number("singular vector tuples of 2x2x3, misprinted", "A", "theorem 1", "9", False, "count layered-spin-glass:widths=2-2-3"),
        Number("mean number of points", "B", "page 1", "10.55", True, "mean spherical-p-spin:n=3,p=3"),
        Number("bound", "C", "table 2", "1089", False, "stable deep-linear:widths=2-2-2,data=gaussian,m=2"),
        Number("something else", "C", "table 3", "about 7", False),
    ],
)


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """A data folder with a table of counts and one of published numbers."""
    place = tmp_path_factory.mktemp("data")
    for spec in (COUNTS, PUBLISHED):
        build(spec, place, work=place.parent / "work2" / spec.label[:6], workers=0)
    return place


def test_generic_counts_are_those_of_the_literature_and_of_groebner_bases(others):
    """2-1-2: 1 + 4 s dy = 17; 2-2-2 with two data: 225 = 1 + 2 * 16 + 192 (Groebner degree); 2x2x3: 8 (Friedland & Ottaviani)."""
    table = ho.load_table("counts:test=1", root=others)
    found = {r.model: (r.n_complex, r.n_torus, r.rigor) for r in table.rows}
    assert found["deep-linear:widths=1-1-1,data=gaussian,m=1"] == (5, 4, "proved")
    assert found["deep-linear:widths=2-1-2,data=gaussian,m=2"] == (17, 16, "proved")
    assert found["deep-linear:widths=2-2-2,data=gaussian,m=2"] == (225, 192, "numerical")
    assert found["layered-spin-glass:widths=2-2-3"] == (8, None, "proved")
    assert found["polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3,output=fixed"] == (9, None, "proved")
    assert found["polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=1,output=fixed"] == (5, 0, "proved")
    assert found["deep-linear:widths=3-3-3,data=gaussian,m=3"] == (None, None, "open")
    assert [r.n_complex for r in table.rows if r.prime is not None] == [5]
    assert "trace test passed" in next(r.evidence for r in table.rows if r.n_complex == 225)
    assert table.description.completeness.answer == "no"
    report = table.verify("slow", fraction=1.0)
    assert report.is_ok and "1 rows" in report.checks[-1].detail and "1 of 1 generic counts" in report.checks[-2].detail
    assert not any("NOT CHECKED" in c.detail for c in report.checks)
    assert table.census("deep-linear:widths=2-2-2,data=gaussian,m=2").n_complex == 225
    replayed = table.replay(5)
    assert replayed.is_ok and len(replayed.checks) == 5
    with pytest.raises(InputError, match="has no samples"):
        table.mean("n_real")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",225,192,", ",227,192,", "strata"),
        (",225,192,", ",223,190,", "sign flips"),
        (",17,16,", ",19,18,", "theorem"),
        (",225,192,numerical", ",225,192,proved", "theorem"),
        (",,,open,", ",96333,,open,", "open"),
        (",5,0,proved,", ",5,0,numerical,", "prime"),
        (",225,192,numerical,", ",225,192,numerical,15", "prime"),
        (f",5,0,proved,{PRIME},", ",5,0,proved,2147483647,", f"has the prime {PRIME}"),
        (f",5,0,proved,{PRIME},", f",7,0,proved,{PRIME},", "evidence"),
        (",225,192,numerical,,", f",225,192,proved,{PRIME},", "evidence"),
    ],
)
def test_forged_counts_fail_the_fast_check(others, tmp_path, old, new, words):
    folder = Path(shutil.copytree(others / "tables" / folder_name(COUNTS.label), tmp_path / "table"))
    edit_rows(folder, lambda lines: [line.replace(old, new) for line in lines])
    reseal(folder)
    report = ho.load_table(folder).verify("fast")
    assert not report.is_ok and words in str(report)


def test_a_proof_by_algebra_is_derived_again(others, tmp_path):
    folder = Path(shutil.copytree(others / "tables" / folder_name(COUNTS.label), tmp_path / "table"))
    forged = ((",5,0,proved,", ",7,0,proved,"), ("exactly 5 solutions", "exactly 7 solutions"))
    edit_rows(folder, lambda lines: [reduce(lambda s, pair: s.replace(*pair), forged, line) for line in lines])
    reseal(folder)
    table = ho.load_table(folder)
    fast = table.verify("fast")  # nothing is known of this family but its proof
    assert fast.is_ok and "NOT CHECKED: 1 proofs by exact algebra" in fast.checks[-1].detail
    report = table.verify("slow", fraction=1.0)
    assert not report.is_ok and "exactly 5 solutions" in str(report)


def test_published_numbers_stand_beside_ours(others, tmp_path):
    table = ho.load_table("published:test=1", root=others)
    assert [r.agreement for r in table.rows] == ["agrees", "disagrees", "agrees", "agrees", "not compared"]
    assert [r.ours for r in table.rows] == ["8", "8", "10.552360", "1089", None]
    assert table.verify("slow").is_ok and table.replay(4).is_ok
    folder = Path(shutil.copytree(table.folder, tmp_path / "table"))
    edit_rows(folder, lambda lines: [line.replace("disagrees", "agrees") for line in lines])
    reseal(folder)
    assert not ho.load_table(folder).verify("fast").is_ok


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("label = 1", "wrong"),
        ('label = "a:b=1"\ntitle = "t"\nsource = "s"\nmodels = []', "wrong"),
        ('label = "a:b=1"\ntitle = "t"\nsource = "s"\n[[models]]\nlabel = "x"\nsamples = 0', "wrong"),
        ('label = "a:b=1"\ntitle = "t"\nsource = "s"\nfoo = 1\n[[models]]\nlabel = "x"\nsamples = 1', "foo"),
        ('kind = "nothing"\nlabel = "a:b=1"', "wrong"),
        ('label = "a:b=1"\ntitle = "t"\nsource = "s"\n[[models]]\nlabel = "nowhere:n=1"\nsamples = 1', "no model"),
        ('label = "A"\ntitle = "t"\nsource = "s"\n[[models]]\nlabel = "x"\nsamples = 1', "wrong"),
        ("[", "not TOML"),
    ],
)
def test_a_wrong_specification_is_one_sentence(tmp_path, text, words):
    spec = tmp_path / "spec.toml"
    spec.write_text(text)
    with pytest.raises((InputError, PolysysError), match=words) as refusal:
        build(spec, tmp_path / "data", work=tmp_path / "work", workers=0)
    assert "\n" not in str(refusal.value)


def test_the_pages_of_the_documentation_are_those_of_the_tables():
    path = Path(__file__).parents[3] / "scripts" / "table_pages.py"
    module = {"__name__": "pages", "__file__": str(path)}
    exec(path.read_text(), module)
    wanted = module["pages"]()
    there = set((path.parents[1] / "docs" / "tables").glob("*.md"))
    assert there == set(wanted), "run python scripts/table_pages.py"
    assert all(file.read_text() == text for file, text in wanted.items()), "run python scripts/table_pages.py"
