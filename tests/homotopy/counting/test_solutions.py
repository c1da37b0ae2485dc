"""Solutions of equations: published numbers, overdetermined systems, multiple solutions, families, files."""

import json
from dataclasses import replace

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.certification.residuals import solve_given
from homotopy.certification.zeros import certify
from homotopy.counting.files import export
from homotopy.counting.files.schema import content_digest
from homotopy.status import EvidenceKind
from tests.published_systems import PUBLISHED, TWISTED_CUBIC, cyclic

PROVED, SUPPORTED, UNKNOWN = ho.Completeness.PROVED, ho.Completeness.SUPPORTED, ho.Completeness.UNKNOWN


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_systems_have_their_numbers_and_a_proof(name: str) -> None:
    system, expected = PUBLISHED[name]
    found = ho.solve(ps.equations(system, name=name))
    assert found.n_complex == found.n_proved == expected
    assert found.completeness.verdict is PROVED, found.completeness
    assert "\n  energy" not in repr(found) and name in repr(found)


def test_real_solutions_are_told_from_complex_ones() -> None:
    found = ho.solve(ps.equations(["x^2 + y = 1", "x*y = 2"]))
    ((x, y),) = found.real_points.tolist()
    assert x**2 + y == pytest.approx(1) and x * y == pytest.approx(2)
    assert [row["real"] for row in found.rows()].count("no") == 2
    assert found.rows(is_real=True) == [{"real": "yes", "error": pytest.approx(0, abs=1e-12), "x": x, "y": y}]
    pytest.importorskip("pandas")
    frame = found.to_frame()
    assert list(frame.columns) == ["real", "error", "x", "y"] and len(frame) == 3


def test_multiple_solutions_are_reported_with_their_multiplicity() -> None:
    found = ho.solve(ps.equations(["x^2*(x - 1) = 0", "y^2 = x"]))  # on x = 0 y^4 = 0
    assert found.n_complex == 2 and found.completeness.verdict is PROVED
    (double,) = found.degenerate
    assert double.multiplicity == 4 and double.is_multiplicity_proved


def test_families_of_solutions_leave_the_verdict_open_with_their_dimension() -> None:
    found = ho.solve(ps.equations(["x*y = 0", "x*z = x", "y*(z - 1) + x*y = 0"]))
    assert found.completeness.verdict is UNKNOWN and "dimension 1" in found.completeness.reason


@pytest.mark.slow
def test_cyclic_4_is_a_curve() -> None:
    found = ho.solve(ps.equations(cyclic(4)))
    assert found.completeness.verdict is UNKNOWN and "dimension 1" in found.completeness.reason


@pytest.mark.parametrize(
    ("system", "n", "n_discarded"),
    [
        (["x^2 + y^2 = 5", "x + y = 3", "x*y = 2"], 2, 2),
        (["x^2 = 2", "x*y = 1", "x^2 + y^2 = 5/2", "x^3 = 2*x"], 2, 4),  # irrational: proved by a parametrisation
        (["x^2 + y^2 = 1", "x + y = 3", "x*y = 7"], 0, 4),
        (TWISTED_CUBIC, 3, 2),
    ],
)
def test_solutions_that_squaring_up_adds_are_discarded_with_proof(system, n, n_discarded, tmp_path) -> None:
    problem = ps.equations(system)
    found = ho.solve(problem)
    assert (found.n_complex, found.n_discarded, found.n_proved) == (n, n_discarded, n)
    assert found.completeness.verdict is PROVED and "proved not to solve" in repr(found)
    found.save(tmp_path / "s.json")
    assert ho.verify(tmp_path / "s.json").is_ok
    again = ho.solve(ps.equations(system, square_seed=7))
    assert again.n_complex == n


def test_residuals_exclude_what_solves_the_square_system_only() -> None:
    problem = ps.equations(["x^2 = 1", "x^3 = 1"])
    zeros = certify(problem.tapes, [[1.0], [-0.9], [-1.2]]).certificates
    verdicts = [v.value for v in solve_given(problem, zeros)]
    assert verdicts[0] == "yes" and set(verdicts[1:]) == {"no"} and len(zeros) > 1


def test_the_multiplicity_is_that_of_the_equations_as_given() -> None:
    found = ho.solve(ps.equations(["x^2 = 0", "x*y = 0", "y^2 = 0"]))  # 1, x, y: three; of two quadrics four
    assert [s.multiplicity for s in found.degenerate] == [3] and found.completeness.verdict is SUPPORTED


def test_no_solution_is_proved_to_be_none() -> None:
    found = ho.solve(ps.equations(["x*y = 1", "x*y = 2"]))
    assert found.n_complex == 0 and found.completeness.verdict is PROVED
    assert ho.solve(ps.equations(["x + y = 1", "x + y = 2"])).completeness.verdict is PROVED


def test_the_exact_count_notices_a_kept_solution_too_many() -> None:
    from homotopy.counting.solve_equations import verdict_on
    from homotopy.solving import rounds

    problem = ps.equations(["x^2 + y^2 = 5", "x + y = 3", "x*y = 2"])
    solved = rounds.solve(problem)
    verdict = verdict_on(problem, solved.certificates, (), True, (), solved, (), must_count=True)
    assert verdict.verdict is ho.Completeness.CONTRADICTED  # four of the square system, two of the equations


def test_a_landscape_is_counted_and_not_solved() -> None:
    with pytest.raises(ps.InputError, match=r"ho\.census"):
        ho.solve(ps.expression("x^4 - x^2").sample())
    with pytest.raises(TypeError, match="no system"):
        ho.solve(3)
    with pytest.raises(ps.InputError, match="no values"):
        ho.solve(ps.equations(["x^2 = a"], parameters=["a"]))


@pytest.fixture(scope="module")
def noon() -> ho.Solutions:
    return ho.solve(ps.equations(PUBLISHED["noon-3"][0], name="noon-3"))


def test_a_saved_list_is_loaded_and_rechecked(noon, tmp_path) -> None:
    path = tmp_path / "noon.json"
    assert noon.save(path) == ()
    loaded = ho.load(path)
    assert isinstance(loaded, ho.Solutions)
    assert loaded.certificates == noon.certificates and repr(loaded) == repr(noon)
    report = ho.verify(path)
    assert report.is_ok and report.derived.verdict is PROVED


@pytest.mark.parametrize("forgery", ["dropped", "moved", "count", "proved", "equation"])
def test_an_altered_list_is_noticed(noon, tmp_path, forgery) -> None:
    path = tmp_path / "noon.json"
    noon.save(path)
    content = json.loads(path.read_text())
    if forgery == "dropped":
        content["solutions"].pop()
        content["counts"]["n_complex"] -= 1
        content["paths"] |= {"regular": 20, "at_infinity": 1}
    elif forgery == "moved":
        content["solutions"][0]["re"][0] = "0.5"
    elif forgery == "count":
        content["counts"]["n_real"] += 1
    elif forgery == "proved":
        content["squared_up"] = {"discarded": 0, "proved": 3}
    else:
        content["landscape"] = content["landscape"].replace("11/10", "12/10")
    content["sha256"] = content_digest(content)
    path.write_text(json.dumps(content))
    try:
        assert not ho.verify(path).is_ok
    except ho.CensusFileError:
        assert forgery == "equation"  # its text is not canonical


def test_solutions_and_equations_are_exported(noon, tmp_path) -> None:
    text = noon.export(tmp_path / "s.csv", "csv").read_text().splitlines()
    assert text[0] == "real,error,re_x1,im_x1,re_x2,im_x2,re_x3,im_x3" and len(text) == 22
    assert noon.export(tmp_path / "s.txt", "julia-solutions", is_real=True).read_text().startswith(f"{noon.n_real}\n")
    system = export.text_of(ps.equations(["x^2 = 1", "x^3 = 1"]), "julia-system").decode()
    assert "x^3 - 1" in system and "x^2 - 1" in system and system.endswith("result = solve(F)\n")
    with pytest.raises(ho.HomotopyError, match="have none"):
        export.text_of(noon, "parquet")


def test_paths_of_the_square_system_balance(noon) -> None:
    assert noon.paths.is_balanced and noon.paths.tracked == 21
    kinds = {e.kind for e in noon.completeness.evidence}
    assert {EvidenceKind.PATHS, EvidenceKind.UPPER_BOUND, EvidenceKind.CONJUGATES} <= kinds
    assert EvidenceKind.EULER not in kinds and EvidenceKind.MORSE not in kinds
    assert np.isfinite(noon.points).all() and replace(noon).n_complex == 21


def test_the_command_solves_saves_and_lists(stationary, tmp_path) -> None:
    (tmp_path / "system.txt").write_text("x^2 + y = 1\nx*y = 2\n")
    saved = str(tmp_path / "s.json")
    result = stationary("solve", str(tmp_path / "system.txt"), "--points", "--save", saved)
    assert (
        result.code == 0 and "3 of 3 solutions certified distinct" in result.out and len(result.out.splitlines()) < 20
    )
    assert stationary("verify", saved).code == 0
    assert "Solutions of equations" in stationary("show", saved, "--points").out
    assert stationary("export", saved, "--form", "csv", "--output", "-").out.startswith("real,error,re_x,im_x")
    assert stationary("graph", saved).code == 2
    summary = json.loads(stationary("solve", f"equations:{tmp_path / 'system.txt'}", "--json", "-").out)
    assert summary["n_complex"] == 3 and len(summary["solutions"]) == 3


def test_the_command_refuses_in_one_sentence_and_leaves_families_open(stationary, tmp_path) -> None:
    path = tmp_path / "system.txt"
    for content in ("x*y = 1\n", "sin(x) = 0\n", "", "x = = 1\n"):
        path.write_text(content)
        result = stationary("solve", str(path))
        assert result.code == 2 and result.is_one_sentence, content
    assert stationary("solve", str(tmp_path / "none.txt")).is_one_sentence
    result = stationary("count", f"equations:{path}")
    assert result.code == 2 and result.is_one_sentence and "stationary solve" in result.err
    path.write_text("x*y = 0\nx*(y + 1) = 0\n")
    result = stationary("solve", str(path))
    assert result.code == 4 and "dimension 1" in result.out


@pytest.mark.slow
def test_many_unknowns_with_few_solutions_take_no_polyhedral_start() -> None:
    n = 40
    rows = [f"x{i} = {i}*x{i - 1}/7 + x{5 * i % n}/9 - 1" for i in range(1, n)]
    found = ho.solve(ps.equations(["x0^2 + x5 = 3", *rows]))
    assert found.n_complex == 2 and found.completeness.verdict is PROVED and found.run.engine == "exact algebra"
    assert max(map(len, repr(found).splitlines())) < 160
