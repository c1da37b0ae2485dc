"""The command scan with one and two parameters: output, files, exit codes, one sentence for every mistake."""

import json

import pytest

ONE = ("scan", "expression:c.txt", "--over", "a=-1:1:2")
TWO = (*ONE, "--over", "b=-1:1:2")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.txt").write_text("parameters: a = 0, b = 0.3\nx^4/4 + a*x^2/2 + b*x\n")
    return tmp_path


def test_a_map(stationary, here):
    pytest.importorskip("matplotlib")
    result = stationary(*TWO, "--depth", "1", "--counts-only", "--json", "m.json", "--save", "m.csv", "--plot", "m.svg")
    assert result.code == 0 and result.err == "" and len(result.out.splitlines()) <= 20
    assert result.out.startswith("Map of ") and "to 1/2 of a step" in result.out
    assert json.loads((here / "m.json").read_text())["parameters"] == {"a": ["-1", "1"], "b": ["-1", "1"]}
    assert len((here / "m.csv").read_text().splitlines()) == 5 and (here / "m.svg").exists()


def test_a_scan(stationary, here):
    result = stationary(*ONE)
    assert result.code == 0 and "1 fold" in result.out


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((*TWO, "--samples", "3"), "--samples is an option of a scan of one parameter"),
        ((*TWO, "--workers", "2"), "--workers is an option of a scan of one parameter"),
        ((*TWO, "--over", "c=0:1:2"), "--over is given 3 times"),
        ((*TWO, "--counts-only", "--tolerance", "0.01"), "tolerance has no effect"),
        ((*ONE, "--over", "a=0:1:2"), "names a twice"),
        ((*ONE, "--depth", "2"), "--depth is an option of a map"),
        ((*ONE, "--counts-only"), "--counts-only is an option of a map"),
        ((*ONE, "--over", "c=0:1:2"), "no parameter 'c'"),
    ],
)
def test_mistakes(stationary, here, arguments, word):
    result = stationary(*arguments)
    assert result.code == 2 and word in result.err.replace("\n", " ")
