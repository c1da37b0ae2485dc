"""The command graph: output, files, exit codes, one sentence for every mistake."""

import json

import networkx as nx
import pytest


@pytest.fixture
def well(tmp_path):
    (tmp_path / "well.txt").write_text("x^4/4 - x^2/2\n")
    return f"expression:{tmp_path / 'well.txt'}"


def test_a_graph_prints_itself(stationary, well):
    result = stationary("graph", well)
    assert result.code == 0 and result.err == ""
    assert "2, in 1 connected component" in result.out and "2 descents, 0 unmatched" in result.out


def test_json_figure_and_export(stationary, well, tmp_path):
    pytest.importorskip("matplotlib")
    options = ("--plot", str(tmp_path / "g.png"), "--export", "graphml", "--output", str(tmp_path / "g.graphml"))
    result = stationary("graph", well, "--json", "-", *options)
    content = json.loads(result.out)
    assert content["saddles"][0]["barriers"] == pytest.approx([0.25, 0.25])
    assert content["measures"]["tree"] == [{"saddle": 2, "energy": 0.0, "minima": [0, 1]}]
    assert nx.read_graphml(tmp_path / "g.graphml").number_of_edges() == 1 and (tmp_path / "g.png").exists()


def test_an_unbounded_landscape_is_incomplete(stationary, tmp_path):
    (tmp_path / "cubic.txt").write_text("x^3/3 - x\n")
    result = stationary("graph", f"expression:{tmp_path / 'cubic.txt'}")
    assert result.code == 4 and "1 far from all stationary points" in result.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--export", "pele"), "needs --export and --output"),
        (("--export", "yaml", "--output", "x"), "'yaml' is unknown"),
        (("--export", "graphml", "--output", "/no/such/x"), "does not exist"),
        (("--plot", "g.bmp"), "cannot be written"),
        (("--json", "/no/such/x"), "does not exist"),
    ],
)
def test_mistakes_are_told_before_anything_is_computed(stationary, well, arguments, sentence):
    result = stationary("graph", well, *arguments)
    assert result.code == 2 and sentence in result.err and result.out == ""


def test_the_landscape_is_drawn_for_two_unknowns_only(stationary, well, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "two.txt").write_text("x^4/4 - x^2/2 + y^2/2\n")
    result = stationary("graph", f"expression:{tmp_path / 'two.txt'}", "--landscape", str(tmp_path / "l.svg"))
    assert result.code == 0 and (tmp_path / "l.svg").stat().st_size > 5000
    result = stationary("graph", well, "--landscape", str(tmp_path / "m.png"))
    assert result.code == 2 and "draws two variables, or the sphere in three" in result.err and not (tmp_path / "m.png").exists()


def test_a_parameter_gets_another_value(stationary, tmp_path):
    (tmp_path / "two.txt").write_text("parameters: a = 0\nx^4/4 - x^2/2 + a*x\n")
    assert "minima     2" in stationary("graph", tmp_path / "two.txt").out
    assert "minima     1" in stationary("graph", tmp_path / "two.txt", "--set", "a=1").out  # 27 a^2 > 4
    for given, sentence in (("a", "'a' gives no value"), ("a=0,5", "Decimals have a point: 0.5"), ("b=1", "no parameter 'b'")):
        result = stationary("graph", tmp_path / "two.txt", "--set", given)
        assert result.code == 2 and sentence in result.err


def test_the_quotient_is_printed_on_request(stationary, well):
    assert "1 up to symmetry" in stationary("graph", well, "--quotient").out
    content = json.loads(stationary("graph", well, "--quotient", "--json", "-").out)
    assert (content["n_minima"], content["is_quotient"], content["minima"][0]["n_images"]) == (1, True, 2)


def test_the_morse_complex_is_printed_on_request(stationary, well):
    result = stationary("graph", well, "--skeleton")
    assert result.code == 0 and "b_0 = 1, b_1 = 0, as the domain has" in result.out
    assert json.loads(stationary("graph", well, "--skeleton", "--json", "-").out)["complex"]["missing"] == {}
