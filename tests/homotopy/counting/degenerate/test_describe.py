"""Degenerate points: what singular ends of paths are, and what proved multiplicities prove. Known answers by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

import homotopy as ho
import polysys as ps
from homotopy.completeness.checks import checks
from homotopy.completeness.verdict import join, joined
from homotopy.counting.degenerate.describe import multiplicity_evidence, n_degenerate, singular_sets
from homotopy.counting.degenerate.exact_points import exact_multiple_points
from homotopy.counting.degenerate.local_dimension import LocalReport, local_report
from homotopy.counting.degenerate.stationary_set import in_words
from homotopy.status import Completeness, EvidenceKind, Verdict
from polysys.counts.of_landscape import upper_bounds


def report(potential: str, near: list[complex], bound: int | None = None) -> LocalReport | None:
    land = ps.expression(potential).sample()
    return local_report(land.system, land.tapes, near, land.continuous_symmetry, bound=bound)


@pytest.mark.parametrize(
    ("potential", "near", "multiplicity"),
    [
        ("x^5/5 - 4/3*x^3 + 4*x", [2**0.5 + 1e-5], 2),  # V' = (x^2 - 2)^2
        ("x^7/7 - 6/5*x^5 + 4*x^3 - 8*x", [2**0.5 + 1e-4], 3),  # V' = (x^2 - 2)^3
        ("x^5/5 - 4/3*x^3 + 4*x + y^4", [2**0.5, 1e-4], 6),
        ("x^3 + y^5 + (z^2 - 2)^2", [1e-4, 1e-3j, 2**0.5], 8),  # E8 times a simple zero
        ("x^5/5 + 4/3*x^3 + 4*x + y^3", [2**0.5 * 1j + 1e-5, 1e-5], 4),  # at an imaginary point
    ],
)
def test_multiplicity_at_irrational_points_is_found_and_called_numerical(
    potential: str, near: list[complex], multiplicity: int
) -> None:
    found = report(potential, near)
    assert found is not None and (found.dimension, found.multiplicity) == (0, multiplicity)
    assert found.exact is None and not found.is_proved


@pytest.mark.parametrize(
    ("potential", "near", "dimension"),
    [
        ("(x^2 + y^2 - 1)^2", [0.6123, (1 - 0.6123**2) ** 0.5 + 1e-7], 1),
        ("(x^2 + y^2 + z^2 - 1)^2", [0.5123, 0.3, (1 - 0.5123**2 - 0.09) ** 0.5], 2),
        ("(x*y - 2)^2 + z^4 - z^2", [0.61231, 2 / 0.61231, 0], 1),
        ("(y - x^2)^2 + (z - x^3)^2", [0.7j, -0.49, -0.343j], 1),  # a curve of minima, the twisted cubic
    ],
)
def test_smooth_sets_of_stationary_points_have_the_dimension_that_geometry_says(
    potential: str, near: list[complex], dimension: int
) -> None:
    found = report(potential, near)
    assert found is not None and found.dimension == found.corank == dimension
    assert found.multiplicity is None and not found.is_proved


def test_the_dimension_at_a_rational_point_is_proved() -> None:
    found = report("(x^2 + y^2 - 1)^2", [0.6 + 1e-6, 0.8])
    assert found is not None and found.is_proved and found.dimension == 1 and found.orbit_dimension == 1


def test_a_set_along_which_the_equations_are_not_reduced_has_more_corank_than_dimension() -> None:
    found = report("(x^2 + y^2 - 1)^3", [0.6 + 1e-6, 0.8])
    assert found is not None and (found.corank, found.dimension) == (2, 1)


@pytest.mark.parametrize("power", [14, 21])
def test_a_flat_minimum_is_not_taken_for_a_curve(power: int) -> None:
    """(x - pi-like)^power moves back to numbers of size 1e-14: only many digits tell it from a curve."""
    shift = "314159265358979/100000000000000"
    found = report(f"(x - {shift})^{power} + y^2", [3.14159265358979 + 1e-2, 0])
    assert found is None or found.least == 0


def test_a_regular_zero_and_no_zero_at_all_are_not_described() -> None:
    assert report("x^2 + y^4 - y^2", [1e-9, 1e-9]) is None
    assert report("x^2 + y^4 - y^2", [0.3, 0.4]) is None
    assert report("x^4 + y^2", [float("nan"), 0]) is None


def test_two_zeros_that_nearly_coincide_are_not_a_double_zero() -> None:
    """V' = (x^2 - 2)((x - 1e-9)^2 - 2) up to a factor: regular zeros 1e-9 apart, for certificates to tell apart."""
    land = ps.expression("x^5/5 - x^4/2000000000 - 4/3*x^3 + x^2/500000000 + 4*x").sample()
    assert local_report(land.system, land.tapes, [2**0.5]) is None


def test_a_large_multiplicity_stays_undecided_rather_than_wrong() -> None:
    """(y^2 - 2)^14 at sqrt 2 beside x^13: multiplicity 12 x 13, beyond what numerical ranks reach."""
    found = report("(x - 1/3)^13 + (y^2 - 2)^14", [1 / 3, 2**0.5 + 0.001])
    assert found is None or found.multiplicity in (None, 156)


def test_ends_at_one_point_are_one_set_with_all_their_paths() -> None:
    land = ps.expression("x^3 - 3*x*y^2").sample()
    (found,) = ho.singular_sets(land, [[1e-7, 2e-7], [-1e-7j, 1e-7], [0, 0], [1e-8, -2e-7]])
    assert (found.kind, found.multiplicity, found.is_multiplicity_proved) == (ho.SetKind.ISOLATED, 4, True)
    assert found.n_paths == 4 and found.reality is Verdict.YES and found.energy == 0
    assert str(found) == "isolated singular point: multiplicity 4 (proved), real, energy 0, 4 paths, at (0, 0)"


def test_ends_on_one_circle_are_one_set() -> None:
    land = ps.expression("(x^2 + y^2 - 1)^2").sample()
    (found,) = ho.singular_sets(land, [[0.6, 0.8], [0.28, -0.96], [2**0.5, 1j]])
    assert (found.kind, found.dimension, found.n_paths) == (ho.SetKind.POSITIVE_DIMENSIONAL, 1, 3)
    assert found.is_dimension_proved and found.orbit_dimension == 1 and "rotations" in found.symmetry


def test_circles_of_different_energy_are_different_sets() -> None:
    """V = q^3/3 - q^2/2, q = x^2 + y^2 - 1: grad V = q (q - 1) grad q, circles of radius 1 and sqrt 2."""
    land = ps.expression("(x^2+y^2-1)^3/3 - (x^2+y^2-1)^2/2").sample()
    found = ho.singular_sets(land, [[0.6, 0.8], [1, 1], [-1, 1], [2**0.5, 1e-9]])
    assert sorted((s.dimension, s.n_paths, round(s.energy.real, 9)) for s in found if s.energy is not None) == [
        (1, 1, 0.0),
        (1, 3, round(-1 / 6, 9)),
    ]


def test_ends_that_are_no_solutions_are_undecided() -> None:
    land = ps.expression("x^4 + y^2").sample()
    (found,) = ho.singular_sets(land, [[5, 7], [8j, 9]])
    assert found.kind is ho.SetKind.UNDECIDED and found.dimension is None and found.n_paths == 2


@pytest.mark.phcpack
@pytest.mark.parametrize(
    ("potential", "n_regular", "multiplicity"),
    [("x^4/4 - y^2", 0, 3), ("x^3 - 3*x*y^2 + y^4", 2, 4), ("x^4/4 + y^4/4 - x*y^2", 4, 5)],
)
def test_regular_points_and_a_proved_multiplicity_that_fill_the_bound_are_a_proof(
    potential: str, n_regular: int, multiplicity: int, tmp_path: Path
) -> None:
    census = ho.census(ps.expression(potential))
    assert census.n_complex == n_regular == len(census.certificates)
    (origin,) = census.degenerate
    assert (origin.multiplicity, origin.is_multiplicity_proved, origin.exact) == (multiplicity, True, (0, 0))
    assert census.completeness.verdict is Completeness.PROVED
    assert f"the origin of multiplicity {multiplicity} = " in census.completeness.reason
    assert f"1 isolated real point of multiplicity {multiplicity} (proved)" in repr(census)
    assert len(repr(census).splitlines()) <= 10
    assert census.summary()["degenerate"][0]["multiplicity"] == multiplicity
    # a file holds the point, which verification describes again
    assert census.save(tmp_path / "c.json") == ()
    report = ho.verify(tmp_path / "c.json")
    assert report.is_ok and report.derived is not None and report.derived.verdict is Completeness.PROVED
    assert ho.load(tmp_path / "c.json").completeness == census.completeness


@pytest.mark.phcpack
def test_without_one_regular_point_multiplicities_prove_nothing_and_with_one_too_many_they_contradict() -> None:
    census = ho.census(ps.expression("x^4/4 + y^4/4 - x*y^2"))
    bounds = upper_bounds(census.landscape)
    before = Completeness.UNKNOWN
    stripped = join(census.landscape, [e for e in census.completeness.evidence if e.kind is not EvidenceKind.MULTIPLICITIES])
    assert stripped.verdict is before
    for n, verdict in ((3, before), (4, Completeness.PROVED), (5, Completeness.CONTRADICTED)):
        piece = multiplicity_evidence(n, bounds, census.degenerate)
        assert piece is not None and joined(census.landscape, stripped, [piece]).verdict is verdict


@pytest.mark.phcpack
def test_a_numerical_multiplicity_proves_nothing() -> None:
    """V' = (x^2 - 2)^2: two double points fill the bound 4; ends of paths do not prove that they are double, exact algebra does."""
    land = ps.expression("x^5/5 - 4/3*x^3 + 4*x").sample()
    ends = singular_sets(land, [[2**0.5 + 1e-6], [-(2**0.5) + 1e-6]])
    assert in_words(ends) == "2 isolated real points of multiplicity 2 (numerical)"
    assert multiplicity_evidence(0, upper_bounds(land), ends) is None
    census = ho.census(land)
    assert in_words(census.degenerate) == "2 isolated real points of multiplicity 2 (proved)"
    assert census.completeness.verdict is Completeness.PROVED


@pytest.mark.phcpack
def test_a_census_says_that_singular_ends_lie_on_a_curve() -> None:
    census = ho.census(ps.expression("x^2*y^2 + (x + y)^4*x^2"))  # x = 0 is stationary
    assert any(s.kind is ho.SetKind.POSITIVE_DIMENSIONAL and s.dimension == 1 for s in census.degenerate)
    assert "positive-dimensional set of dimension 1" in repr(census)
    assert census.completeness.verdict is Completeness.UNKNOWN


@pytest.mark.phcpack
def test_a_declared_symmetry_is_refused_by_the_census_with_the_way_to_decompose() -> None:
    with pytest.raises(ps.PositiveDimensionalError, match=r"orbits of dimension up to 1.*stationary sets"):
        ho.census(ps.DeepLinear(widths=(2, 2, 2), l2=0.1))
    with pytest.raises(ps.PositiveDimensionalError, match=r"orbits of dimension up to 1.*stationary sets"):
        ho.census(ps.expression("(x^2 + y^2 - 1)^2 + x^2 + y^2"), strategy="total-degree")
    with pytest.raises(ps.PositiveDimensionalError, match="It fixes 2 of them"):  # V = 1 - z^2 + z: the poles, and the circle z = 1/2
        ho.census(ps.expression("x^2 + y^2 + z", "sphere"))


@pytest.mark.phcpack
def test_paths_given_up_on_a_circle_of_stationary_points_do_not_contradict_the_others(tmp_path: Path) -> None:
    """(2 z - 1)^2 (x + y^2 + 3) on the sphere: the circle z = 1/2, on which V is least, and a maximum above and below it."""
    census = ho.census(ps.expression("(2*z - 1)^2*(x + y^2 + 3)", "sphere"))
    assert [(p.index, float(p.coordinates[2].mid()) > 0.5) for p in census.points] == [(2, True), (2, False)]
    assert census.paths.is_balanced
    assert census.completeness.verdict is Completeness.UNKNOWN
    census.save(tmp_path / "circle.json")
    assert ho.verify(tmp_path / "circle.json").is_ok


def test_where_a_curve_meets_a_fibre_the_dimension_is_that_of_the_curve() -> None:
    """(x^2 + 1)(x y^2 - 4)^2: at x = i both factors vanish and the kernel of the Hessian is a plane."""
    y = (4 / 1j) ** 0.5
    found = report("(x^2 + 1)*(x*y^2 - 4)^2 + z^3 + z^2", [1j, y, 0])
    assert found is not None and (found.corank, found.dimension, found.is_proved) == (2, 1, False)


@pytest.mark.parametrize(
    ("potential", "n_simple", "multiplicities"),
    [
        # the line x2 = x3 = 0 has a double point at x1 = -43/22: 49 x1 (x1 + ..) by hand
        ("-43*x*y*z + 49*x*z^2 - 44*x*z - 64*y^3 - 8*z^2 - 86*z", 2, [2]),
        ("x^5/5 - 4/3*x^3 + 4*x + y^2", 0, [2, 2]),  # V' = (x^2 - 2)^2
        ("x^6/6 + x^4 + 2*x^2 + y^3", 0, [2, 4, 4]),  # V' = x (x^2 + 2)^2, each over y^2 = 0
    ],
)
def test_multiple_points_that_are_not_rational_are_proved(potential: str, n_simple: int, multiplicities: list[int]) -> None:
    census = ho.census(ps.expression(potential))
    assert census.completeness.verdict is Completeness.PROVED
    assert len(census.certificates) == n_simple
    assert sorted(s.multiplicity or 0 for s in census.degenerate) == multiplicities
    assert all(s.is_multiplicity_proved for s in census.degenerate)


def test_exact_algebra_describes_nothing_where_a_simple_solution_is_missing() -> None:
    land = ps.expression("x^4 - x^3*y + y^4 - x^5").sample()  # 4 * 3 = 9 at the origin + 3
    assert exact_multiple_points(land, 2, []) is None
    (origin,) = exact_multiple_points(land, 3, [[1e-3, 1e-3j], [0.5, 0.5]]) or ()
    assert (origin.multiplicity, origin.is_multiplicity_proved, origin.n_paths) == (9, True, 1)


def test_simple_solutions_beside_a_curve_are_counted() -> None:
    """The square of x^2 + y^3 - 3 y + 10 has its curve and (0, +-1); z^3 + z^2 two points."""
    census = ho.census(ps.expression("(x^2 + y^3 - 3*y + 10)^2 + z^3 + z^2"))
    assert census.completeness.verdict is Completeness.UNKNOWN and len(census.certificates) == 4
    assert "all simple solutions beside them, 4, are certified" in census.completeness.reason


def test_points_that_no_path_came_near_are_degenerate_all_the_same() -> None:
    """Paths to a point of high multiplicity end far from it and count as failed; Morse theory does not apply beside it either."""
    census = ho.census(ps.expression("x^4 + y^4 - y^2"))
    sets = census.degenerate
    lost = replace(census.paths, singular=0, failed=census.paths.failed + census.paths.singular)
    assert sets and n_degenerate(lost, sets) == len(sets)
    found = checks(census.landscape, census.certificates, census.points, Verdict.YES, (), n_degenerate(lost, sets))
    assert Verdict.NO not in {e.outcome for e in found}
