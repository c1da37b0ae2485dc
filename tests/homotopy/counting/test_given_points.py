"""Solutions of other programs: their files read, certified, and what is double, wrong or missing in them named."""

import json

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.counting.files.solution_lists import MAX_BYTES, as_points
from polysys.errors import FileError
from tests.published_systems import PUBLISHED

NAMES = ("x1", "x2", "x3")


@pytest.fixture(scope="module")
def noon() -> ps.Equations:
    return ps.equations(PUBLISHED["noon-3"][0], name="noon-3")


@pytest.fixture(scope="module")
def exact(noon) -> np.ndarray:
    return ho.solve(noon).points


def _pair(z: complex, mark: str = "e") -> str:
    return f"{z.real:.15e} {z.imag:.15e}".replace("e", mark)


def bertini_list(points, end: str = "") -> str:
    """As Bertini's nonsingular_solutions and HomotopyContinuation.jl's write_solutions."""
    return f"{len(points)}\n\n" + "".join("".join(_pair(z) + f"{end}\n" for z in row) + "\n" for row in points)


def main_data(points, names=NAMES) -> str:
    """As Bertini 1.6 writes its human-readable main_data."""
    text = f"Number of variables: {len(names)}\nVariables:  {' '.join(names)}\nRank: {len(names)}\n\n"
    for k, row in enumerate(points):
        text += (
            f"Solution {k} (path number {k})\nEstimated condition number: 5.806e+00\nFunction residual: 2.2e-16\n"
            "Latest Newton residual: 1.5e-16\nT value at final sample point: 3.9e-04\nMaximum precision utilized: 52\n"
            "T value of first precision increase: 0.0e+00\n"
            "Accuracy estimate, internal (difference of last two endpoint estimates): 1.2e-12\nCycle number: 1\n"
            + "".join(_pair(z) + "\n" for z in row)
            + "Paths with the same endpoint, to the prescribed tolerance: \nMultiplicity: 1\n\n"
        )
    return text + "-------------------------\nAt tol=1.0e-10, there appear to be 21 finite solutions.\n"


def phcpack(points, names=NAMES) -> str:
    """As phc -b appends its solutions to the output file."""
    text = f"THE SOLUTIONS :\n{len(points)} {len(names)}\n{'=' * 75}\n"
    for k, row in enumerate(points):
        text += f"solution {k + 1} :\nt :  1.00000000000000E+00   0.00000000000000E+00\nm : 1\nthe solution for t :\n"
        text += "".join(f" {name} : {_pair(z, 'E').replace(' ', '  ')}\n" for name, z in zip(names, row, strict=True))
        text += "== err :  4.441E-16 = rco :  1.242E-01 = res :  6.661E-16 =\n"
    return text


def julia_json(points) -> str:
    """As JSON.print(io, solutions(result))."""
    return json.dumps([[{"re": z.real, "im": z.imag} for z in row] for row in points])


def write(folder, form: str, points):
    """A file of some form with these points."""
    path = folder / {
        "numpy": "s.npy", "numpy archive": "s.npz", "json": "s.json", "pairs": "s.json", "csv": "s.csv", "csv parts": "s.csv",
        "csv without header": "s.csv", "main_data": "main_data",
    }.get(form, "solutions.txt")  # fmt: skip
    texts = {
        "bertini": bertini_list, "bertini start": lambda x: bertini_list(x, ";"), "main_data": main_data, "phcpack": phcpack,
        "json": julia_json, "pairs": lambda x: json.dumps([[[z.real, z.imag] for z in row] for row in x]),
        "csv": lambda x: "\n".join([",".join(NAMES), *(",".join(f"{z.real!r}{z.imag:+}im" for z in row) for row in x)]),
        "csv without header": lambda x: "\n".join(",".join(f"{z.real!r} + {z.imag}i" for z in row) for row in x),
        "csv parts": lambda x: "\n".join(
            ["real," + ",".join(f"re_{n},im_{n}" for n in NAMES)]
            + ["no," + ",".join(f"{z.real!r},{z.imag!r}" for z in row) for row in x]
        ),
    }  # fmt: skip
    if form == "numpy":
        np.save(path, points)
    elif form == "numpy archive":
        np.savez(path, solutions=points, other=np.zeros(3))
    else:
        path.write_text(texts[form](points.tolist()))
    return path


FORMS = (
    "bertini", "bertini start", "main_data", "phcpack", "json", "pairs", "numpy", "numpy archive", "csv", "csv parts",
    "csv without header",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_what_is_deleted_and_what_is_doubled_is_named_in_every_form(form, noon, exact, tmp_path) -> None:
    deleted = exact[3]
    points = np.concatenate([exact[:3], exact[4:], exact[7:8]])
    given = ho.read_solutions(write(tmp_path, form, points))
    assert np.allclose(given.ordered(noon.variables), points, rtol=1e-12, atol=1e-12)
    report = ho.certify(noon, given)
    assert (len(report.points), report.n_certified, report.n_distinct) == (21, 21, 20)
    assert report.double == ((6, 20),) and not report.wrong and "rows 7, 21 are one solution" in repr(report)
    assert report.n_missing == 1 and np.allclose(report.missing, deleted)
    assert report.completeness.verdict is ho.Completeness.CONTRADICTED


def test_a_whole_list_is_proved(noon, exact) -> None:
    report = ho.certify(noon, exact)
    assert report.is_clean and report.n_distinct == 21 and report.n_real == 7 and report.n_missing == 0
    assert report.completeness.verdict is ho.Completeness.PROVED


def test_a_solution_that_is_named_and_not_in_the_list_contradicts_it_real_or_not(noon, exact) -> None:
    is_real = np.abs(exact.imag).max(axis=1) < 1e-9
    for rows in (is_real, ~is_real):
        k = int(np.flatnonzero(rows)[0])
        report = ho.certify(noon, np.delete(exact, k, axis=0))
        assert report.completeness.verdict is ho.Completeness.CONTRADICTED and np.allclose(report.missing, exact[k])
        piece = next(e for e in report.completeness.evidence if e.kind.value == "solutions outside the list")
        assert piece["n_outside"] == 1 and piece.outcome is ho.Verdict.NO


def test_points_that_are_no_solutions_are_wrong(noon, exact) -> None:
    report = ho.certify(noon, np.concatenate([exact, [[1, 2, 3]], [[np.nan, 0, 0]], exact[:1] + 0.05]))
    assert report.wrong == (21, 22, 23) and report.n_certified == 21
    empty = ho.certify(noon, [])
    assert empty.n_distinct == 0 and empty.n_missing == 21


def test_names_decide_the_order_of_the_coordinates(noon, exact, tmp_path) -> None:
    turned = exact[:, [2, 0, 1]]
    path = tmp_path / "s"
    for text in (phcpack(turned.tolist(), ("x3", "x1", "x2")), main_data(turned.tolist(), ("x3", "x1", "x2"))):
        path.write_text(text)
        assert np.allclose(ho.read_solutions(path).ordered(noon.variables), exact)
    path.write_text(phcpack(exact.tolist(), ("x1", "x2", "x3")))
    other = ps.equations(["a = 1", "b = 1", "c = 1"])
    assert np.allclose(as_points(ho.read_solutions(path), other.variables), exact)


def test_multiple_solutions_among_the_points_are_described() -> None:
    system = ps.equations(["x^2*(x - 1) = 0", "y^2 = x"])
    report = ho.certify(system, [[1, 1], [1, -1], [1e-7, 1e-7]])
    assert report.rows_singular == (2,) and [s.multiplicity for s in report.singular] == [4]
    assert report.completeness.verdict is ho.Completeness.PROVED and report.is_clean


def test_points_for_more_equations_than_unknowns_are_held_against_all_of_them() -> None:
    system = ps.equations(["x^2 + y^2 = 5", "x + y = 3", "x*y = 2"])
    report = ho.certify(system, [[1, 2], [1, 2.001]])
    assert report.double == ((0, 1),) and report.n_missing == 1 and np.allclose(report.missing, [2, 1])
    from homotopy.solving import rounds

    square = ho.certify(system, rounds.solve(system).certificates.mid)
    assert square.n_distinct == 2 and len(square.wrong) == 2


def test_points_of_a_sphere_get_their_multipliers() -> None:
    land = ps.SphericalPSpin(n=4, p=3).sample(seed=1)
    census = ho.census(land)
    points = np.array([[float(c.mid()) for c in p.coordinates] for p in census.points])
    report = ho.certify(land, points)
    assert report.is_clean and report.n_distinct == census.n_real_classes and report.n_missing == 4
    assert ho.certify(land, np.concatenate([points, points[:1]])).double == ((0, len(points)),)
    sphere = ps.expression("x^3 + x*y + y + z^2", "sphere R2=2").sample()
    census = ho.census(sphere)
    points = np.array([[float(c.mid()) for c in p.coordinates] for p in census.points])
    assert ho.certify(sphere, points).n_distinct == census.n_real


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("s.txt", ""),
        ("s.txt", "x^2 - 1\n"),
        ("s.txt", "3\n\n1 0\n\n2 0\n"),
        ("s.txt", "2\n\n1 0\n\n2 zero\n"),
        ("s.txt", "2\n\n1 0\n1 0\n\n2 0\n"),
        ("main_data", "Number of variables: 2\nSolution 0 (path number 0)\n1.0 0.0\n"),
        ("s.phc", "THE SOLUTIONS :\n1 2\n====\nsolution 1 :\nt : 1.0 0.0\nm : 1\n"),
        ("s.phc", "THE SOLUTIONS :\n2 1\n====\nsolution 1 :\nt : 1.0 0.0\nm : 1\nthe solution for t :\n x : 1.0 0.0\n== err : 0 =\n"),
        ("s.json", '[{"x": [1, 0]}]'),
        ("s.json", "{}"),
        ("s.json", "[[1, true]]"),
        ("s.json", '[[1, "a"]]'),
        ("s.json", "[[1], [1, 2]]"),
        ("s.json", "3"),
        ("s.json", "["),
        ("s.csv", "x,y\n1\n"),
        ("s.csv", "x,y\n1,b\n"),
        ("s.csv", ""),
        ("s.npy", "no array"),
        ("s.npz", "PK no archive"),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(name, content, tmp_path) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(FileError):
        ho.read_solutions(path)


def test_files_that_hold_something_else_are_refused(tmp_path) -> None:
    np.save(tmp_path / "s.npy", np.zeros((2, 3, 4)))
    np.savez(tmp_path / "s.npz", a=np.zeros((2, 3)), b=np.zeros((2, 3)))
    np.save(tmp_path / "o.npy", np.array([[1, "x"]], dtype=object), allow_pickle=True)
    for name in ("s.npy", "s.npz", "o.npy", "none.txt", "."):
        with pytest.raises(FileError):
            ho.read_solutions(tmp_path / name)
    with open(tmp_path / "large", "wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(FileError, match="larger"):
        ho.read_solutions(tmp_path / "large")


def test_points_that_do_not_fit_are_refused(noon) -> None:
    for points in ([[1.0, 2.0]], "x", [[[1.0]]], [["a", "b", "c"]]):
        with pytest.raises(ps.InputError):
            ho.certify(noon, points)
    with pytest.raises(TypeError):
        ho.certify(3, [[1.0]])


def test_exported_solutions_are_read_back(noon, tmp_path) -> None:
    found = ho.solve(noon)
    for form, name in (("julia-solutions", "s"), ("bertini-start", "t"), ("phcpack", "u"), ("csv", "v.csv")):
        given = ho.read_solutions(found.export(tmp_path / name, form))
        assert np.allclose(given.ordered(noon.variables), found.points, rtol=1e-14, atol=1e-14), form
    found.save(tmp_path / "w.json")
    assert np.allclose(ho.read_solutions(tmp_path / "w.json").points, found.points)


def test_the_command_says_what_is_wrong(stationary, tmp_path) -> None:
    (tmp_path / "system.txt").write_text("x^2 + y = 1\nx*y = 2\n")
    found = ho.solve(ps.equations(["x^2 + y = 1", "x*y = 2"])).points
    path = tmp_path / "points.npy"
    np.save(path, found)
    result = stationary("certify", str(tmp_path / "system.txt"), str(path))
    assert result.code == 0 and "3 of 3: 3 distinct, 1 real" in result.out
    np.save(path, np.concatenate([found[1:], found[1:2]]))
    result = stationary("certify", f"equations:{tmp_path / 'system.txt'}", str(path), "--json", "-")
    said = json.loads(result.out)
    assert result.code == 1 and said["double"] == [[1, 3]] and said["n_missing"] == 1
    for arguments in (("none.txt",), (str(path), "--digits", "1000")):
        result = stationary("certify", str(tmp_path / "system.txt"), *arguments)
        assert result.code == 2 and result.is_one_sentence
    ho.solve(ps.equations(["x^2 + y = 1", "x*y = 2"])).save(tmp_path / "saved.json")
    result = stationary("certify", str(tmp_path / "saved.json"), str(path))
    assert result.code == 1 and "1 solution" in result.out
    result = stationary("certify", str(tmp_path / "system.txt"), str(path), "--seed", "3")
    assert result.code == 2 and result.is_one_sentence
    np.save(path, found[:, :1])
    assert stationary("certify", str(tmp_path / "system.txt"), str(path)).code == 2


def test_the_command_takes_models(stationary, tmp_path) -> None:
    census = ho.census(ps.model_from_label("spherical-p-spin:n=3,p=3").sample(1))
    np.save(tmp_path / "p.npy", census.certificates.mid)
    result = stationary("certify", "spherical-p-spin:n=3,p=3", str(tmp_path / "p.npy"), "--seed", "1")
    assert result.code == 0 and "7 of 7: 7 distinct" in result.out
    census.save(tmp_path / "c.json")
    assert stationary("certify", str(tmp_path / "c.json"), str(tmp_path / "p.npy")).out == result.out
    census.export(tmp_path / "c.csv", "csv")
    result = stationary("certify", str(tmp_path / "c.json"), str(tmp_path / "c.csv"))
    assert result.code == 0 and "14 of 14: 7 distinct" in result.out
