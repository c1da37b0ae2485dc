"""The command compare: output, exit codes, one sentence for every mistake."""

import json

import pytest

THREE = "spherical-p-spin:n=3,p=3"
TABLE = ("--table", "spherical-p-spin:p=3")


def test_a_built_in_estimator(stationary):
    result = stationary("compare", "kac-rice", *TABLE)
    assert result.code == 0 and result.err == "" and "consistent at level 0.999" in result.out
    full = stationary("compare", "kac-rice", *TABLE, "--full", "--model", THREE)
    assert full.out.count(THREE) == 4 and full.code == 0


def test_a_file_that_deviates(stationary, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"0": 4, "1": 6, "2": 4}')
    result = stationary("compare", str(path), *TABLE, "--model", THREE)
    assert result.code == 1 and "deviates at level 0.999: index 0" in result.out and "mine.json" in result.out
    path.write_text('{"0": 3.138, "1": 4.276, "2": 3.138}')
    assert stationary("compare", str(path), *TABLE, "--model", THREE, "--level", "0.99").code == 0


def test_json_and_figure(stationary, tmp_path):
    pytest.importorskip("matplotlib")
    result = stationary("compare", "kac-rice", *TABLE, "--model", THREE, "--json", "-", "--plot", str(tmp_path / "c.svg"))
    content = json.loads(result.out)
    assert result.code == 0 and content["consistent"] and content["models"][0]["means"][3]["name"] == "total"
    assert (tmp_path / "c.svg").stat().st_size > 10_000


def test_the_list_of_estimators(stationary):
    result = stationary("compare", "--list")
    assert result.code == 0 and len(result.out.splitlines()) == 10 and "takes a landscape" in result.out
    result = stationary("compare", "kac-rice", "--list", "--json", "-")
    assert result.code == 2 and "--list leaves ESTIMATES, --json without effect" in result.err


def test_the_schema_of_estimates(stationary):
    content = json.loads(stationary("schema", "estimates").out)
    assert "EstimatesFile" in content["$defs"]
    assert stationary("schema", "poems").code == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "needs an estimator and a table"),
        (("kac-rice",), "needs an estimator and a table"),
        (("kac-reis", *TABLE), "Did you mean kac-rice"),
        (("nothing.json", *TABLE), "cannot be read"),
        (("./nothing", *TABLE), "neither"),
        (("a\0b", *TABLE), "neither"),
        (("", *TABLE), "no built-in estimator"),
        (("kac-rice", "--table", "spherical-p-spin:p=33"), "no table"),
        (("kac-rice", *TABLE, "--model", "spherical-p-spin:n=99,p=3"), "has no model"),
        (("kac-rice", "--table", "published:networks"), "no samples"),
        (("kac-rice", *TABLE, "--level", "1.5"), "not between 0 and 1"),
        (("kac-rice", *TABLE, "--landscapes", "0"), "no number of samples"),
        (("kac-rice", *TABLE, "--seed", "-1"), "The seed -1 is not a nonnegative integer"),
        (("kac-rice", *TABLE, "--plot", "figure.txt"), "cannot be written"),
        (("kac-rice", *TABLE, "--json", "nowhere/c.json"), "does not exist"),
        (("kac-rice", *TABLE, "--root", "/nonexistent"), "cannot be read"),
    ],
)
def test_mistakes_end_in_one_sentence(stationary, arguments, sentence):
    result = stationary("compare", *arguments)
    assert result.code == 2 and sentence in result.err and "Traceback" not in result.err and result.out == ""
    assert len(result.err.strip().splitlines()) == 1


def test_a_malformed_file_is_named_with_its_line(stationary, tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("index,mean\n0,3.1\n1,many\n")
    result = stationary("compare", str(path), *TABLE, "--model", THREE)
    assert result.code == 2 and "Line 3" in result.err and "'many'" in result.err
