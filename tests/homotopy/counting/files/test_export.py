"""Exports are read back by other programs, or by readers written here from the formats' descriptions."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pyarrow.parquet as pq
import pytest
import sympy

import homotopy as ho
import polysys as ps
from homotopy.counting.files.export import FORMS, export, text_of
from homotopy.counting.text import points_table
from homotopy.errors import HomotopyError
from homotopy.status import Verdict

LABELS = ["spherical-p-spin:n=3,p=3", "deep-linear:widths=1-1-1,data=gaussian", "spherical-p-spin:n=2,p=3,field=1/2"]
BERTINI = """
import json, sys
import numpy as np
import bertini
bertini.recording(False)
ask = json.load(sys.stdin)
system = bertini.parse.system(ask["text"])
names = [str(v) for v in system.variable_ordering()]
values = [[complex(v) for v in system.eval(np.array([complex(*z) for z in point]))] for point in ask["points"]]
print(json.dumps([names, [[[v.real, v.imag] for v in row] for row in values]]))
"""


@pytest.fixture(scope="module", params=LABELS)
def census(request):
    """A small landscape of each formulation, counted."""
    return ho.census(request.param, seed=3)


def read_solutions(text, end=""):
    """As Bertini and HomotopyContinuation.jl describe it: their number, then blocks of lines 'real imaginary' between blank lines."""
    head, *blocks = text.rstrip("\n").split("\n\n")
    lines = [[line.removesuffix(end) for line in block.split("\n")] for block in blocks]
    assert int(head) == len(blocks) and all(line.endswith(end) for block in blocks for line in block.split("\n"))
    return [[complex(*map(float, line.split(" "))) for line in block] for block in lines]


def mids(census, is_real=False):
    chosen = [c for c in census.certificates if not is_real or c.reality is Verdict.YES]
    return [[complex(float(re), float(im)) for re, im in c.enclosure.mid] for c in chosen]


def equations(census):
    """Our exact system as sympy expressions, to be compared with what others make of the text."""
    names = sympy.symbols(census.landscape.system.variables)
    return names, [
        sum(sympy.Rational(c.numerator, c.denominator) * sympy.prod(v**k for v, k in zip(names, e, strict=True)) for e, c in terms.items())
        for terms in census.landscape.system.terms
    ]


@pytest.mark.parametrize("form", ["bertini-solutions", "bertini-start", "julia-solutions"])
@pytest.mark.parametrize("is_real", [False, True])
def test_solutions_are_the_centres_of_the_certificates(census, tmp_path, form, is_real):
    file = census.export(tmp_path / "solutions", form, is_real=is_real)
    read = read_solutions(file.read_text(), ";" if form == "bertini-start" else "")
    expected = [[z if not is_real else z.real for z in x] for x in mids(census, is_real)]
    np.testing.assert_allclose(read, np.array(expected).reshape(len(read), -1), rtol=0, atol=1e-15 * (1 + np.abs(expected).max()))


def test_a_real_solution_is_written_as_real(census):
    """HomotopyContinuation.jl's is_real looks at imaginary parts."""
    for x in read_solutions(text_of(census, "julia-solutions", is_real=True).decode()):
        assert all(z.imag == 0 for z in x)


def test_more_digits_than_doubles_have_are_all_written():
    census = ho.census(ps.expression("x^3/3 - 2*x"), digits=40)
    (line,) = [t for t in text_of(census, "bertini-solutions").decode().split("\n") if t.startswith(("1414", "1.414"))]
    assert abs(Fraction(line.split(" ")[0]) ** 2 - 2) < Fraction(1, 10**39)


@pytest.mark.bertini
def test_bertini_reads_the_system_and_its_solutions(census):
    text = text_of(census, "bertini-system").decode()
    points = read_solutions(text_of(census, "bertini-solutions").decode())
    points.append([complex(0.5 + k, 0.25 - k) for k in range(len(points[0]))])  # a point where nothing vanishes
    ask = json.dumps({"text": text, "points": [[[z.real, z.imag] for z in x] for x in points]})
    done = subprocess.run([sys.executable, "-I", "-c", BERTINI], input=ask, capture_output=True, text=True, check=True, timeout=120)
    names, values = json.loads(done.stdout)
    assert tuple(names) == census.landscape.system.variables
    found = np.array([[complex(*v) for v in row] for row in values])
    assert np.abs(found[:-1]).max() < 1e-10
    symbols, ours = equations(census)
    at = dict(zip(symbols, points[-1], strict=True))
    np.testing.assert_allclose(found[-1], [complex(f.subs(at)) for f in ours], rtol=1e-12)


def test_the_julia_system_is_ours_exactly(census):
    text = text_of(census, "julia-system").decode()
    assert "using HomotopyContinuation" in text
    system, _, last = text.strip().rpartition("\n")
    assert last == "result = solve(F)"
    match = re.fullmatch(r"F = System\(\[(.*)\], variables = \[(.*)\]\)", system.split("\n", 3)[3], re.DOTALL)
    assert match is not None
    assert f"@var {match[2].replace(',', '')}" in text and tuple(match[2].split(", ")) == census.landscape.system.variables
    symbols, ours = equations(census)
    theirs = [
        sympy.sympify(re.sub(r"(\d+)//(\d+)", r"Rational(\1,\2)", f).replace("^", "**"), locals={str(s): s for s in symbols})
        for f in match[1].split(",\n")
    ]
    assert [sympy.expand(a - b) for a, b in zip(theirs, ours, strict=True)] == [0] * len(ours)


@pytest.mark.phcpack
def test_phc_reads_the_file_and_finds_solutions_that_are_ours(census, tmp_path):
    phc = shutil.which("phc")
    if phc is None:
        pytest.skip("the executable phc is not installed")
    file = census.export(tmp_path / "system", "phcpack")
    for command in (["-b", "system", "solved"], ["-z", "solved", "listed"], ["-z", "system", "ours"]):
        subprocess.run([phc, *command], cwd=tmp_path, check=True, capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
    n = census.landscape.system.n

    def read(name):
        text = "".join((tmp_path / name).read_text().split())  # [[time=0+0*I,multiplicity=1,x1=1.0E+0+0*I,..],..]
        found = [dict(re.findall(r"(x\d+)=([^,]*)\*I", part)) for part in text.split("time=")[1:]]
        return np.array([[complex(x[f"x{k + 1}"] + "j") for k in range(n)] for x in found])

    expected = np.array(mids(census))
    np.testing.assert_allclose(read("ours"), expected, rtol=1e-13, atol=1e-14)
    solved = read("listed")
    # phc -b ends its file with the list of one zero pattern: all solutions where there is one pattern, some elsewhere
    assert 1 <= len(solved) and (len(solved) == len(expected) or (expected == 0).any())
    nearest = [np.abs(expected - x).max(axis=1).min() for x in solved]
    assert max(nearest) < 1e-8, file.read_text()


def test_the_csv_holds_every_point_with_what_its_numbers_are_off_by(census, tmp_path):
    rows = list(csv.DictReader(io.StringIO(census.export(tmp_path / "p.csv", "csv").read_text())))
    assert len(rows) == census.n_real
    for row, point in zip(rows, census.points, strict=True):
        assert int(row["index"]) == point.index and row["is_origin"] == str(point.is_origin).lower()
        assert abs(Fraction(row["energy"]) - Fraction(str(point.energy.mid().str(30, radius=False)))) < Fraction(row["energy_error"]) + Fraction(1, 10**12)
        for name, ball in zip(census.landscape.variables, point.coordinates, strict=True):
            error = abs(ball - float(row[name])).upper()
            assert float(error) <= float(row["coordinate_error"]) < 1e-9


def test_parquet_holds_the_same_with_its_origin(census, tmp_path):
    table = pq.read_table(census.export(tmp_path / "p.parquet", "parquet"))
    rows = list(csv.DictReader(io.StringIO(text_of(census, "csv").decode())))
    assert table.column_names == list(rows[0]) and len(table) == len(rows)
    for ours, theirs in zip(table.to_pylist(), rows, strict=True):
        assert all(float(theirs[k]) == v for k, v in ours.items() if k != "is_origin")
    told = table.schema.metadata
    assert told[b"digest"].decode() == census.landscape.digest and told[b"model"].decode() == census.landscape.label


def test_names_that_mean_something_to_the_other_program_are_changed():
    land = ps.expression("im^2 + END^2 + END_^4 + random*im + end^4").sample()
    assert land.system.variables == ("END", "END_", "end", "im", "random")
    assert "variable_group END__, END_, end, im, random_;" in text_of(land, "bertini-system").decode().replace("END_, END__", "END__, END_")
    assert "@var END END_ end_ im_ random" in text_of(land, "julia-system").decode()


def test_what_cannot_be_exported_is_refused(tmp_path):
    land = ps.expression("x^4 - x^2").sample()
    with pytest.raises(HomotopyError, match="There is no form 'matlab'"):
        export(land, "matlab", tmp_path / "x")
    with pytest.raises(HomotopyError, match="Count it first"):
        export(land, "csv", tmp_path / "x")
    with pytest.raises(HomotopyError, match="cannot be written"):
        export(land, "julia-system", tmp_path / "nowhere" / "x")


def test_every_form_stands_in_the_documents_and_in_the_help(stationary):
    from pathlib import Path

    text = (Path(__file__).parents[4] / "docs" / "export.md").read_text()
    said = "".join(stationary("export", "--help").out.split())
    assert all(f"| `{form}` |" in text and form in said for form in FORMS)


def test_points_are_listed_with_proved_digits(census):
    header, *lines = points_table(census).split("\n")
    assert header.split() == ["point", "index", "energy", *census.landscape.variables] and len(lines) == census.n_real
    for line, point in zip(lines, census.points, strict=True):
        _, index, *numbers = line.split()
        assert int(index) == point.index
        for text, ball in zip(numbers, (point.energy, *point.coordinates), strict=True):
            unit = 10.0 ** -len(text.partition(".")[2])
            assert abs(float(text) - float(ball)) <= unit * 1.01


def test_show_and_export_take_a_saved_census(stationary, tmp_path):
    file, table = str(tmp_path / "c.json"), tmp_path / "p.csv"
    counted = stationary("count", LABELS[0], "--seed", "3", "--points", "--save", file)
    shown = stationary("show", file, "--points", "--plot", str(tmp_path / "c.png"))
    assert (shown.code, shown.out) == (0, counted.out) and (tmp_path / "c.png").stat().st_size > 5000
    assert json.loads(stationary("show", file, "--json", "-").out)["n_real"] == counted.out.split("\n\n")[1].count("\n") - 1
    renamed = tmp_path / "census"
    renamed.write_bytes((tmp_path / "c.json").read_bytes())
    assert stationary("export", str(renamed), "--form", "csv", "--output", str(table)).code == 0
    piped = stationary("export", LABELS[0], "--seed", "3", "--form", "csv", "--output", "-").out
    for a, b in zip(csv.DictReader(io.StringIO(piped)), csv.DictReader(io.StringIO(table.read_text())), strict=True):
        # a census that was read from its file encloses its points again
        assert all(a[k] == b[k] or abs(float(a[k]) - float(b[k])) < 1e-11 for k in a)
    system = stationary("export", LABELS[0], "--seed", "3", "--form", "bertini-system", "--output", "-")
    assert system.code == 0 and system.out == stationary("export", file, "--form", "bertini-system", "--output", "-").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", LABELS[0], "--form", "matlab", "--output", "a"], "no form 'matlab'"),
        (["export", LABELS[0], "--form", "parquet", "--output", "-"], "standard output"),
        (["export", LABELS[0], "--form", "csv", "--output", "nowhere/a"], "does not exist"),
        (["export", LABELS[0], "--form", "julia-system", "--real", "--output", "-"], "holds equations"),
        (["export", "nowhere.json", "--form", "csv", "--output", "-"], "nowhere.json"),
        (["export", "nowhere.json", "--seed", "1", "--form", "csv", "--output", "-"], "beside a saved census"),
        (["export", LABELS[0]], "--form"),
        (["show", "nowhere.json"], "nowhere.json"),
        (["show", "."], "."),
    ],
)
def test_a_mistake_is_one_sentence(stationary, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    result = stationary(*arguments)
    assert result.code == 2 and result.is_one_sentence and words in result.err, result.err
