"""The commands about tables: output, exit codes, one sentence for every mistake."""

import json
import shutil

import pytest

import homotopy as ho

GLASS = "spherical-p-spin:n=2,p=3"
SPEC = f"""
label = "glass:test=2"
title = "Two spins"
source = "For tests."
seed = 4

[[models]]
label = "{GLASS}"
samples = 10
certificates = 10
energies = true
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    file = tmp_path_factory.mktemp("spec") / "spec.toml"
    file.write_text(SPEC)
    return file


@pytest.fixture
def root(stationary, spec, tmp_path):
    code, out, err = stationary("table", "build", spec, "--into", tmp_path / "data", "--work", spec.parent / "work", "--workers", "0")
    assert code == 0 and "glass:test=2" in out and "10 proved" in err
    return tmp_path / "data"


def test_a_built_table_is_listed_shown_and_verified(stationary, root):
    code, out, _ = stationary("table", "list", "--root", root)
    assert code == 0 and out.splitlines()[0].split()[:3] == ["glass:test=2", "10", "rows"] and "1 tables" in out
    code, out, _ = stationary("table", "list", "--root", root, "--json", "-")
    assert code == 0 and json.loads(out)[0]["n_rows"] == 10
    code, out, _ = stationary("table", "show", "glass:test=2", "--root", root, "--index")
    assert code == 0 and "exact 5.2915" in out and "index   0" in out and "yes, proved" in out
    assert stationary("table", "show", "glass:test=2", "--root", root, "--index", "--model", GLASS)[1] == out
    code, out, _ = stationary("table", "show", "glass:test=2", "--root", root, "--json", "-")
    content = json.loads(out)
    assert content["models"][0]["predicted_means"]["total"]["value"] == pytest.approx(5.291503, abs=1e-6)
    for options, words in (([], "every row"), (["--overall"], "checksums"), (["--slow", "1"], "10 rows"), (["--replay", "2"], "the same record")):
        code, out, _ = stationary("table", "verify", "--root", root, *options)
        assert code == 0 and words in out
    code, out, _ = stationary("table", "verify", "glass:test=2", "--root", root, "--json", "-")
    assert code == 0 and all(c["ok"] for c in json.loads(out)[0]["checks"])
    code, out, _ = stationary("verify", root / "tables" / "glass__test-2")
    assert code == 0 and "every row" in out
    assert stationary("table", "schema")[1].startswith("{")


def test_damage_makes_exit_code_2_and_forgery_exit_code_1(stationary, root):
    rows = root / "tables" / "glass__test-2" / "rows.csv"
    rows.write_text(rows.read_text().replace("proved,3,6", "proved,3,2", 1))
    code, out, err = stationary("table", "verify", "glass:test=2", "--root", root)
    assert code == 2 and out == "" and "altered" in err and err.count("\n") == 1
    code, out, _ = stationary("table", "verify", "--root", root)  # of all tables: it fails, and the others are checked
    assert code == 1 and "FAILED files" in out and "altered" in out
    from tests.homotopy.tables.test_tables import reseal

    reseal(rows.parent)
    code, out, _ = stationary("verify", rows.parent)
    assert code == 1 and "FAILED every row" in out


def test_tables_are_compared_row_by_row(stationary, root, tmp_path):
    other = shutil.copytree(root / "tables" / "glass__test-2", tmp_path / "other")
    code, out, _ = stationary("table", "diff", "glass:test=2", other, "--root", root)
    assert code == 0 and "the same rows" in out
    from tests.homotopy.tables.test_tables import reseal

    rows = other / "rows.csv"
    digest = ho.load_table(other).rows[0].digest
    lines = rows.read_text().replace(digest, "0" * 16).splitlines(keepends=True)
    rows.write_text("".join(lines[:-1]))
    reseal(other, lambda c: c.update(seed=5))
    code, out, _ = stationary("table", "diff", "glass:test=2", other, "--root", root, "--json", "-")
    content = json.loads(out)
    assert code == 1 and content["only_a"] == [[GLASS, 9]] and content["members"] == [["seed", "4", "5"]]
    assert content["changed"] == [{"row": [GLASS, 0], "column": "digest", "a": digest, "b": "0" * 16}]
    code, out, _ = stationary("table", "diff", "glass:test=2", other, "--root", root)
    assert code == 1 and "1 rows only in the first" in out


def test_rows_are_exported(stationary, root, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    for suffix in ("csv", "json", "parquet"):
        assert stationary("table", "export", "glass:test=2", "--output", tmp_path / f"rows.{suffix}", "--root", root)[0] == 0
    n_real = [r.n_real for r in ho.load_table("glass:test=2", root).rows]
    assert [r["n_real"] for r in json.loads((tmp_path / "rows.json").read_text())["rows"]] == n_real
    assert parquet.read_table(tmp_path / "rows.parquet")["n_real"].to_pylist() == n_real
    assert (tmp_path / "rows.csv").read_bytes() == (root / "tables" / "glass__test-2" / "rows.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "no:such=1"], "no table"),
        (["show", "no/such"], "not the folder"),
        (["show", "glass:test=2", "--model", "spherical-p-spin:n=9,p=3"], "has no model 'spherical-p-spin:n=9,p=3'. It has spherical-p-spin:n=2,p=3"),
        (["verify", "--slow", "2"], "fraction"),
        (["verify", "--slow", "nan"], "fraction"),
        (["verify", "--fast", "--slow", "0.1"], "exclude"),
        (["verify", "--replay", "0"], "number of rows"),
        (["verify", "--slow", "0.1", "--seed", "-1"], "The seed -1 is not a nonnegative integer"),
        (["verify", "--replay", "1", "--seed", "-1"], "The seed -1 is not a nonnegative integer"),
        (["export", "glass:test=2", "--output", "rows.doc"], "neither"),
        (["export", "glass:test=2", "--output", "nowhere/rows.csv"], "does not exist"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(stationary, root, arguments, words):
    code, _, err = stationary("table", *arguments, "--root", root)
    assert code == 2 and words in err and err.count("\n") == 1 and "Traceback" not in err


def test_targets_are_looked_at_before_the_work(stationary, spec, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = stationary("table", "build", spec, "--into", tmp_path / "file", "--work", tmp_path / "work")
    assert code == 2 and "cannot be" in err and err.count("\n") == 1 and not list((tmp_path / "work").glob("*"))
    code, _, err = stationary("table", "build", tmp_path / "nowhere.toml", "--into", tmp_path)
    assert code == 2 and "cannot be read" in err
    code, _, err = stationary("table", "list", "--root", tmp_path)
    assert code == 2 and "CATALOG.json" in err


def test_a_site_is_written_and_its_certificates_verify(stationary, root, tmp_path):
    code, out, err = stationary("site", tmp_path / "site", "--root", root)
    assert (code, err) == (0, "") and "1, 10 rows, 10 certificates" in out and str(tmp_path / "site" / "index.html") in out
    files = sorted((tmp_path / "site" / "tables" / "glass__test-2").glob("*.json.gz"))
    code, out, _ = stationary("verify", files[0])
    assert code == 0 and f"Verification of {files[0]}: ok" in out
    code, out, _ = stationary("show", files[0], "--points")
    assert code == 0 and "proved:" in out and "no solver; certified from stored solutions" in out
    archive = tmp_path / "site" / "tables" / "glass__test-2.zip"
    code, out, _ = stationary("verify", archive)
    assert code == 0 and "ok     checksums" in out
    code, _, err = stationary("show", archive)
    assert code == 2 and "is a zip archive. Unpack it" in err and "damaged" not in err and err.count("\n") == 1
    files[0].write_bytes(files[0].read_bytes()[:60])
    code, _, err = stationary("verify", files[0])
    assert code == 2 and "truncated or damaged" in err and "Traceback" not in err


def test_mistakes_about_sites_are_sentences(stationary, root, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").touch()
    for arguments, said in (
        (["site", tmp_path / "full", "--root", root], "is not empty, and not a site of ours"),
        (["site", tmp_path / "site", "--no-tables"], "nothing to show"),
        (["site", tmp_path / "site", "--no-tables", "--root", root], "exclude each other"),
        (["site", tmp_path / "site", "--no-tables", "--prove"], "exclude each other"),
        (["site", tmp_path / "site", "--from", tmp_path / "absent"], "is no folder"),
        (["site", tmp_path / "full" / "thesis.tex" / "site", "--root", root], "cannot be made or read"),
    ):
        code, _, err = stationary(*arguments)
        assert code == 2 and said in err and "Traceback" not in err
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "cut.json").write_text('{"format": "stationary-census", ')
    code, out, _ = stationary("site", tmp_path / "site", "--from", tmp_path / "runs", "--no-tables")
    assert code == 4 and "unreadable runs/cut.json: cut.json is no complete JSON" in out
