"""Small doors: saved censuses as models, bounds, points from files, names as people write them, numbers as text."""

import io
import json

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.common.tables_of_numbers import read_numbers
from homotopy.counting.estimates import Bounds, Route
from polysys.errors import InputError

WELL = "x^4/4 - x^2/2 + x/9 + y^2/2"


@pytest.fixture
def saved(tmp_path):
    census = ho.census(ps.expression(WELL))
    census.save(tmp_path / "c.json")
    return str(tmp_path / "c.json")


def test_a_saved_census_is_a_model_for_graph_show_export_and_match(stationary, saved, tmp_path):
    np.savetxt(tmp_path / "p.csv", [[0.94, 0.0], [-1.05, 0.001]], delimiter=",", header="x,y", comments="")
    np.save(tmp_path / "p.npy", np.array([[0.94, 0.0], [30.0, 30.0]]))
    assert "2 minima" in stationary("show", saved).out
    graph = stationary("graph", saved)
    assert graph.code == 0 and "minima     2" in graph.out
    assert stationary("graph", saved, "--seed", "1").code == 2
    assert stationary("export", saved, "--form", "csv", "--output", "-").code == 0
    result = stationary("match", saved, str(tmp_path / "p.csv"))
    assert result.out.startswith("Match with expression:user, seed 0\n") and result.out == stationary("match", saved, str(tmp_path / "p.csv"), "--all").out
    assert stationary("match", saved, str(tmp_path / "p.csv"), "--all", "--json", "-").code == 2
    assert result.code == 0 and "2 points against 3 certified points: 2 matched (2 proved), 0 not" in result.out
    result = stationary("match", saved, str(tmp_path / "p.npy"), "--json", "-")
    content = json.loads(result.out)
    assert result.code == 4 and content["kinds"]["far"] == 1
    points = json.loads(stationary("show", saved, "--json", "-").out)["points"]
    assert [points[row["point"]]["energy"] for row in content["missed_minima"]] == [points[0]["energy"]]
    assert points[content["rows"][0]["point"]]["energy"] == content["rows"][0]["energy"] and (content["seed"], content["sample"]) == (0, 0)
    assert stationary("match", saved, str(tmp_path / "p.npy"), "--descend").code == 0
    result = stationary("match", saved, str(tmp_path / "nowhere.csv"))
    assert result.code == 2 and result.is_one_sentence


def test_what_export_writes_is_matched(stationary, saved, tmp_path):
    csv = str(tmp_path / "own.csv")
    assert stationary("export", saved, "--form", "csv", "--output", csv).code == 0
    result = stationary("match", saved, csv)
    assert result.code == 0 and "3 points against 3 certified points: 3 matched (3 proved), 0 not" in result.out


def test_columns_are_read_by_their_names(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text("# ours\nindex,y,note,x\n,1,a b,2\n0,3,,4\n")
    assert read_numbers(path, ["x", "y"]).tolist() == [[2.0, 1.0], [4.0, 3.0]]
    path.write_text("y x\n1 2\n")
    assert read_numbers(path, ["x", "y"]).tolist() == [[2.0, 1.0]]
    assert read_numbers(path, ["u", "v"]).tolist() == [[1.0, 2.0]]  # other names are no names of variables
    with pytest.raises(InputError, match="and not z"):  # a name that is written wrong: no order can be told
        read_numbers(path, ["x", "z"])
    path.write_text("x,y\n1\n")
    with pytest.raises(InputError, match="Row 2"):
        read_numbers(path, ["x", "y"])


@pytest.mark.parametrize("content", ["1 2\nx 3\n", "1,2\n3\n", "", "a,b\n", "1_0,2\n1,2,3\n"])
def test_numbers_in_rows_are_read_or_refused(tmp_path, content):
    path = tmp_path / "n.txt"
    path.write_text("# made by us\nx;y\n1;2.5e0\n\n-3;4 # last\n")
    assert read_numbers(path).tolist() == [[1.0, 2.5], [-3.0, 4.0]]
    path.write_text(content)
    with pytest.raises(InputError):
        read_numbers(path)


def test_arrays_of_objects_and_complex_numbers_are_refused(tmp_path):
    for array in (np.array([[1j]]), np.array([[None]], dtype=object)):
        np.save(tmp_path / "a.npy", array, allow_pickle=True)
        with pytest.raises(InputError):
            read_numbers(tmp_path / "a.npy")


def test_bounds_are_printed_before_any_work(stationary, tmp_path):
    result = stationary("count", "spherical-p-spin:n=6,p=3", "--bounds", "--json", str(tmp_path / "b.json"))
    assert result.code == 0 and "at most    63" in result.out and "tracker: 63 paths" in result.out
    told = json.loads((tmp_path / "b.json").read_text())
    assert told["bounds"][0]["value"] == "63" and told["routes"][0]["n_paths"] == 63 and not told["is_long"]
    result = stationary("count", "spherical-p-spin:n=6,p=3", "--bounds", "--save", str(tmp_path / "c.json"))
    assert result.code == 2 and result.is_one_sentence
    result = stationary("count", "spherical-p-spin:n=6,p=3", "--bounds", "--engine", "phcpack", "--digits", "15")
    assert result.code == 2 and result.is_one_sentence and "without effect" in result.err and "--engine, --digits" in result.err


def test_bounds_hold_and_hours_are_a_warning():
    found = ho.bounds("spherical-p-spin:n=24,p=3")
    assert found.bounds[0].value == 2**24 - 1 and found.is_long and "HOURS" in repr(found) and len(repr(found).splitlines()) <= 10
    small = ho.bounds(ps.expression(WELL))
    assert ho.census(ps.expression(WELL)).n_complex <= min(b.value for b in small.bounds) and not small.is_long
    assert str(Route("e", "s", None, None)) == "e: ? paths (s), time unknown"


def test_hours_are_said_only_where_every_way_takes_them():
    long, open_, least, short = (
        Route("e", "s", 9, 1e9), Route("e", "s", None, None), Route("e", "s", 9, 60.0, True), Route("e", "s", 9, 60.0),
    )  # fmt: skip
    for routes, word in (
        ((long, long), "THIS TAKES HOURS"), ((open_, long), "is not known"), ((least, open_), "is not known"), ((long, short), ""), ((), "is not known"),
    ):  # fmt: skip
        found = Bounds(ps.expression(WELL).sample(), (), None, routes)
        assert found.is_long is (word == "THIS TAKES HOURS")
        assert [w for w in ("THIS TAKES HOURS", "is not known") if w in repr(found)] == ([word] if word else [])


def test_bounds_take_the_number_of_paths_from_a_shipped_table(stationary):
    result = stationary("count", "deep-linear:widths=1-3-3-1", "--bounds")
    assert result.code == 0 and "generic    977: " in result.out and "tracker: 977 paths" in result.out and "HOURS" not in result.out


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("deep-linear:widths=3x2x2,data=iris", "Write widths=3-2-2"),
        ("deep-linear:widths=3-2,data=iris", "input-hidden-output"),
        ("deep-linear:width=3-2-2,data=iris", "Did you mean widths?"),
        ("deep-linear:widths=2-2-2,l2=0.01*random", "random*0.01"),
        ("polynomial-network:widths=2-1-1,activation=tanh", "docs/torch.md"),
        ("deep-linear:widths=5-2-2,data=iris", "widths=4-.."),
    ],
)
def test_a_label_written_wrong_is_told_what_was_meant(stationary, label, words):
    result = stationary("count", label)
    assert result.code == 2 and result.is_one_sentence and words in result.err


def test_grammars_name_every_form_of_l2_and_a_folder_is_sent_to_status(stationary, tmp_path):
    said = stationary("models").out
    assert said.count("l2=random|random*SCALE|VALUE") == 2 and said.count("|xor|") >= 3
    assert "stationary status" in stationary("show", str(tmp_path)).err


@pytest.mark.filterwarnings("default")
def test_columns_of_a_csv_file_that_are_not_used_are_named(stationary, tmp_path):
    (tmp_path / "d.csv").write_text("a;b;y\n1;5;2\n2;6;1\n")
    result = stationary("count", f"deep-linear:widths=1-1-1,data={tmp_path}/d.csv", "--seed", "1")
    assert result.code == 0 and "1 between them is not used" in result.err
    assert "complex    5 of 5 solutions" in result.out


def test_a_text_file_holds_an_expression(stationary, tmp_path):
    file = tmp_path / "well.txt"
    file.write_text(WELL)
    assert "3 points" in stationary("count", str(file)).out
    exported = stationary("export", str(file), "--form", "bertini-system", "--output", "-")
    assert exported.code == 0 and "function" in exported.out


def test_a_file_that_is_no_landscape_is_told_from_one(stationary, tmp_path):
    file = tmp_path / "two.txt"
    file.write_text("x^2 + y - 1\nx*y - 2\n")
    result = stationary("count", str(file))
    assert result.code == 2 and f"stationary solve {file}" in result.err
    result = stationary("count", str(tmp_path / "nowhere.txt"))
    assert result.code == 2 and "There is no file" in result.err
    (tmp_path / "c.json").write_text("{}")
    result = stationary("count", str(tmp_path / "c.json"))
    assert result.code == 2 and "stationary show" in result.err


def test_equations_stand_in_the_command_itself_and_are_drawn(stationary, tmp_path):
    saved, drawn = tmp_path / "s.json", tmp_path / "s.png"
    result = stationary("solve", "x^2 + y^2 = 4, x*y = 1", "--save", str(saved), "--plot", str(drawn))
    assert result.code == 0 and "4 of 4 solutions" in result.out and drawn.stat().st_size > 2000
    assert stationary("show", str(saved), "--plot", str(tmp_path / "again.svg")).code == 0
    (tmp_path / "p.csv").write_text("1.41421356,0\n")
    assert stationary("certify", "x^2 = 2, y = 0", str(tmp_path / "p.csv")).code == 1  # one of two is missing
    result = stationary("solve", "x^2 = ")
    assert result.code == 2 and "empty side" in result.err


def test_a_polynomial_stands_in_the_command_itself(stationary, tmp_path):
    result = stationary("count", "x^4 - {t}*x^2", "--set", "t=1/2")
    assert result.code == 0 and result.out.startswith("Census of expression:x^4 - (1/2)*x^2 in x (") and "3 points" in result.out
    assert "1 point" in stationary("count", "x^4 - {t}*x^2", "--set", "t=-1/2").out
    result = stationary("count", "x^4 - {t}*x^2")
    assert result.code == 2 and "--set t=1/2" in result.err
    result = stationary("count", "x^4 - x^2", "--set", "t=1/2")
    assert result.code == 2 and "no parameter 't'" in result.err
    (tmp_path / "t.txt").write_text("parameters: t = 1\nx^4 - t*x^2\n")
    assert "1 point," in stationary("count", str(tmp_path / "t.txt"), "--set", "t=-1").out
    assert stationary("count", "spherical-p-spin:n=3,p=3", "--set", "field=1/2", "--bounds").code == 0


def test_the_lines_of_a_file_stand_in_the_command_itself(stationary):
    out = stationary("count", "domain: sphere; x*y*z").out  # six axis points, eight (+-1, +-1, +-1)
    assert out.startswith("Census of expression:domain: sphere; x*y*z in x, y, z (") and "= 14 points" in out and "4 minima" in out
    assert "= 14 points" in stationary("count", "domain: sphere R2={r}; {t}*x*y*z", "--set", "r=4", "--set", "t=-1/2").out
    circle = "domain: x^2 + 2*y^2 = {r}; parameters: t=2; x + t*y"
    out = stationary("count", circle, "--set", "r=1", "--set", "t=3").out
    assert "parameters: t = 3; x + t*y in x, y (" in out
    assert "-2.345207" in out  # -(1 + 9/2)^(1/2)
    for wrong, said in {
        "domain: sphere;": "holds no expression",
        "domian: sphere; x*y*z": "There is no model 'domian'",
        "domain: sphere; domain: sphere; x*y*z": "'domain' stands twice",
    }.items():
        result = stationary("count", wrong)
        assert result.code == 2 and said in result.err
    assert "for a polynomial" in stationary("weights", "domain: sphere; x*y*z").err


def test_a_scan_takes_values_of_other_names(stationary):
    out = stationary("scan", "x^4/4 + {a}*x^2/2 + {h}*x", "--set", "a=-1", "--over", "h=-1:1:3").out
    assert "Scan of x^4/4 + (-1)*x^2/2 + {h}*x" in out and "2 fold" in out and "0.38490017946" in out  # 2/27^(1/2)
    assert "n=3,p=4 over field" in stationary("scan", "spherical-p-spin:n=3,p=3", "--set", "p=4", "--over", "field=1:2:2").out
    for given, said in (("b=1", "--set b has no effect"), ("h=1", "both name h")):
        result = stationary("scan", "x^4/4 + {h}*x", "--set", given, "--over", "h=-1:1:3")
        assert result.code == 2 and said in result.err


def test_an_expression_may_come_from_the_standard_input(stationary, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(WELL.encode())))
    assert "3 points" in stationary("count", "expression:-").out


@pytest.mark.parametrize(
    ("text", "words"),
    [("x[1]^2", "x1 or x_1"), ("α^2", "alpha, say"), ("2x^2", r"with '\*'"), ("2 (x + 1)", r"with '\*'"), ("é^2", "a to z")],
)
def test_names_and_products_as_people_write_them_say_how_to_write_them(text, words):
    with pytest.raises(InputError, match=words):
        ps.expression(text)


def test_a_tenth_is_a_tenth_in_a_label_a_file_and_a_text(tmp_path):
    file = tmp_path / "tenth.txt"
    file.write_text("parameters: a = 0.1\na*x^2 + x^4")
    toml = tmp_path / "tenth.toml"
    toml.write_text('model = "expression"\npotential = "a*x^2 + x^4"\nparameters = {a = 0.1}')
    texts = [
        ps.expression("0.1*x^2 + x^4"),
        ps.expression("a*x^2 + x^4", parameters={"a": "0.1"}),
        ps.expression_from_file(file),
        ps.expression_from_file(toml),
    ]
    assert len({m.sample().digest for m in texts}) == 1
    typed = ps.model_from_label("spherical-p-spin:n=2,p=3,field=0.1")
    assert typed.label == ps.SphericalPSpin(n=2, p=3, field="0.1").label == "spherical-p-spin:n=2,p=3,field=1/10"
    assert ps.expression("a*x^2 + x^4", parameters={"a": 0.1}).sample().digest != texts[0].sample().digest  # a float is what it is in binary


@pytest.mark.parametrize("wrong", [3, None, ["x"], {}])
def test_a_wrong_type_is_a_type_error_with_a_sentence(wrong):
    for function in (ho.census, ho.bounds):
        with pytest.raises(TypeError, match=r"is no landscape: give .*expression\."):
            function(wrong)
