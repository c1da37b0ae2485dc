"""Files of estimates: what is read, and one sentence for every kind of malformed file."""

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest

import homotopy as ho
from homotopy.estimators import read_estimates, schema
from polysys.errors import InputError

MODEL = "spherical-p-spin:n=3,p=3"
GOOD = {
    "format": "stationary-estimates",
    "version": 1,
    "estimator": "a formula",
    "seconds": 1.5,
    "estimates": [
        {"model": MODEL, "by_index": {"0": 3.1, "1": {"mean": 4.3, "error": 0.1}}, "total": 10.5, "energies": {"0": -4.0}},
        {"model": "spherical-p-spin:n=4,p=3", "counts": [[2, 4, 4, 2], [4, 6, 6, 4]], "samples": [7, 3], "evaluations": 12},
    ],
}


def _json(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "estimates.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def _csv(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "estimates.csv"
    path.write_text(text)
    return path


def test_a_complete_file(tmp_path):
    jsonschema.validate(GOOD, schema())
    found = read_estimates(_json(tmp_path, GOOD))
    assert (found.name, found.seconds, list(found.by_model)) == ("a formula", 1.5, [e["model"] for e in GOOD["estimates"]])
    means, counts = found.by_model.values()
    assert {k: (p.value, p.error) for k, p in means.by_index.items()} == {0: (3.1, 0.0), 1: (4.3, 0.1)}
    assert means.total.value == 10.5 and means.energies[0].value == -4.0
    assert counts.counts.tolist() == [[2, 4, 4, 2], [4, 6, 6, 4]] and counts.samples.tolist() == [7, 3]
    assert counts.n_evaluations == 12


@pytest.mark.parametrize("text", ["10.5", '{"total": 10.5}', '{"0": 3.1, "1": {"mean": 4.3, "error": 0.1}}', "\ufeff10.5"])
def test_short_forms_about_one_model(tmp_path, text):
    path = _json(tmp_path, text)
    assert list(read_estimates(path, MODEL).by_model) == [MODEL]
    with pytest.raises(InputError, match="which model"):
        read_estimates(path)


def test_csv_of_means(tmp_path):
    text = f'model,index,mean,error,energy\n"{MODEL}",0,3.1,0.1,-4\n"{MODEL}",1,4.3,,\n"{MODEL}",total,10.5,,\n'
    found = read_estimates(_csv(tmp_path, text)).by_model[MODEL]
    assert {k: (p.value, p.error) for k, p in found.by_index.items()} == {0: (3.1, 0.1), 1: (4.3, 0.0)}
    assert found.total.value == 10.5 and found.energies[0].value == -4.0
    short = read_estimates(_csv(tmp_path, "index, mean\r\n0, 3.1\r\n\r\n"), MODEL)
    assert short.by_model[MODEL].by_index[0].value == 3.1


@pytest.mark.parametrize("which", ["run", "sample"])
def test_csv_of_counts(tmp_path, which):
    rows = [(5, 0, 2), (5, 1, 4), (2, 1, 6), (2, 0, 0)]
    text = f"{which},index,count\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows)
    found = read_estimates(_csv(tmp_path, text), MODEL).by_model[MODEL]
    assert found.counts.tolist() == [[0, 6], [2, 4]]
    assert (found.samples is None) == (which == "run")
    if which == "sample":
        assert found.samples.tolist() == [2, 5]


def _changed(**members):
    return {**GOOD, **members}


def _entry(**members):
    return _changed(estimates=[{"model": MODEL, **members}])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"0": NaN}', "NaN is no number"),
        ('{"0": Infinity}', "Infinity is no number"),
        ('{"0": 1, "0": 2}', "occurs twice"),
        ('"text"', "holds str"),
        ("[1, 2]", "holds list"),
        ("true", "holds bool"),
        ("null", "holds NoneType"),
        ("1e999", "finite"),
        ("-1", "below 0"),
        ('{"zero": 1}', "key 'zero', which is neither"),
        ('{"-1": 1}', "key '-1', which is neither"),
        ('{"0": "many"}', "wrong"),
        ('{"0": true}', "wrong"),
        ('{"0": {"mean": 1, "error": -1}}', "wrong"),
        ('{"0": {"mean": 1, "sigma": 1}}', "unknown field"),
        ('{"00": 1, "0": 2}', "twice"),
        ("{}", "empty"),
        (_changed(format="other"), "format"),
        (_changed(version=2), "version 2"),
        (_changed(version="1"), "wrong"),
        (_changed(estimates=[]), "wrong"),
        (_changed(estimator=""), "wrong"),
        (_changed(author="me"), "unknown field"),
        (_changed(seconds=-1), "wrong"),
        ({k: v for k, v in GOOD.items() if k != "estimator"}, "missing"),
        (_changed(estimates=GOOD["estimates"][:1] * 2), "two estimates"),
        (_entry(), "empty"),
        (_entry(by_index={"0": -3}), "below 0"),
        (_entry(by_index={"0": 1e400}), "no JSON|finite"),
        (_entry(by_index={"0": 3}, counts=[[1], [2]]), "both means and counts"),
        (_entry(counts=[[1, 2], [3]]), "one length"),
        (_entry(counts=[]), "one length"),
        (_entry(counts=[[], []]), "one length"),
        (_entry(counts=[[1, 2]]), "One sample"),
        (_entry(counts=[[1, -2], [1, 2]]), "wrong"),
        (_entry(counts=[[1, 2.5], [1, 2]]), "wrong"),
        (_entry(counts=[[1, 10**30], [1, 2]]), "beyond|wrong"),
        (_entry(by_index={"0": 3}, samples=[1]), "no counts"),
        (_entry(counts=[[1, 2], [1, 2]], samples=[1]), "do not fit"),
        (_entry(counts=[[1, 2], [1, 2]], samples=[1, 1]), "do not fit"),
        (_entry(counts=[[1, 2], [1, 2]], samples=[1, 10**30]), "beyond|wrong"),
    ],
)
def test_malformed_json_is_refused_in_a_sentence(tmp_path, content, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        read_estimates(_json(tmp_path, content), MODEL)
    assert "Traceback" not in str(caught.value) and len(caught.value.what) < 400


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        ("\n", "empty"),
        ("index,mean\n", "no estimate"),
        ("mean\n1\n", "lacks the column 'index'"),
        ("index\n1\n", "lacks the column 'mean'"),
        ("index,mean,colour\n0,1,red\n", "unknown column 'colour'"),
        ("index,mean,mean\n0,1,2\n", "twice"),
        ("index,mean\n0\n", "Line 2 .* 1 cells instead of 2"),
        ("index,mean\n0,1,2\n", "3 cells instead of 2"),
        ("index,mean\nzero,1\n", "whole number"),
        ("index,mean\n-1,1\n", "whole number"),
        ("index,mean\n1.5,1\n", "whole number"),
        ("index,mean\n0,many\n", "finite number"),
        ("index,mean\n0,nan\n", "finite number"),
        ("index,mean\n0,inf\n", "finite number"),
        ("index,mean\n0,1_000\n", "finite number"),
        ("index,mean\n0,\n", "finite number"),
        ("index,mean\n0,-1\n", "below 0"),
        ("index,mean,error\n0,1,-1\n", "from 0 on"),
        ("index,mean\n0,1\n0,2\n", "second time"),
        ("index,mean\ntotal,1\ntotal,2\n", "second time"),
        ("index,count\n0,1\n", "run and sample"),
        ("run,sample,index,count\n0,0,0,1\n", "run and sample"),
        ("run,index,count,mean\n0,0,1,1\n", "unknown column 'mean'"),
        ("run,index,count\n0,0,1\n0,0,2\n", "second time"),
        ("run,index,count\n0,0,1\n0,1,2\n1,0,1\n", "every index"),
        ("run,index,count\n0,1,1\n1,1,2\n", "every index"),
        ("run,index,count\n0,0,1\n", "One sample"),
        ("run,index,count\n0,0,1.5\n", "whole number"),
        ('index,mean\n"0,1\n', "not a CSV file"),
    ],
)
def test_malformed_csv_is_refused_in_a_sentence(tmp_path, text, sentence):
    with pytest.raises(InputError, match=sentence):
        read_estimates(_csv(tmp_path, text), MODEL)


def test_files_that_are_no_such_files_are_refused(tmp_path):
    binary = tmp_path / "estimates.json"
    binary.write_bytes(b"\xff\xfe\x00{")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    for path, sentence in [
        (binary, "no UTF-8"),
        (folder, "cannot be read"),
        (tmp_path / "missing.json", "cannot be read"),
        (tmp_path / "estimates.xlsx", "neither"),
        (tmp_path / ("x" * 300 + ".json"), "cannot be read"),
        (Path("nul\0.json"), "no UTF-8|cannot be read"),
    ]:
        with pytest.raises(InputError, match=sentence):
            read_estimates(path, MODEL)


def test_the_schema_says_what_is_refused():
    checker = jsonschema.Draft202012Validator(schema())
    for content in (_changed(version=2), _changed(author="me"), _entry(counts=[[1, -2]]), _entry(by_index={"x": 1})):
        assert not checker.is_valid(content)
    assert checker.is_valid(_entry(counts=np.ones((2, 3), int).tolist()))


def test_the_schema_that_ships_is_the_one_that_is_used():
    import homotopy.estimators

    shipped = Path(homotopy.estimators.__file__).with_name("estimates.schema.json")
    assert json.loads(shipped.read_text()) == schema()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("means.csv", "[" + "[]," * 300_000 + "[]", "lacks the column"),
        ("means.csv", "index,mean," + ",".join(f"x{k}" for k in range(300_000)), "unknown column"),
        ("means.json", "{" + ",".join(f'"{k}":1' for k in range(300_000)) + ',"299999":1}', "'299999' occurs twice"),
    ],
)
def test_a_file_of_many_names_is_refused_at_once(name, text, message, tmp_path):
    """Each name compared with each other would take hours."""
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(InputError, match=message):
        read_estimates(file)


def test_the_files_on_the_page_are_read_and_compared(tmp_path):
    """Every example of a file in docs/estimators.md, as it stands there."""
    page = (Path(__file__).parents[3] / "docs" / "estimators.md").read_text()
    files = [text for language, text in re.findall(r"^```(\w*)\n(.*?)^```$", page, re.S | re.M) if not language]
    assert [text.split()[0] for text in files] == ["model,index,mean,error", '{"format":']
    table = ho.load_table("spherical-p-spin:p=3")
    for text, suffix in zip(files, ("csv", "json"), strict=True):
        path = tmp_path / f"mine.{suffix}"
        path.write_text(text)
        report = ho.estimators.evaluate(path, table)
        assert {m.label for m in report.models} == set(re.findall(r"spherical-p-spin:n=\d,p=3", text))
