"""The verdict: never better than the list, for lists with solutions taken away, and for sets that are no list."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.completeness.checks import alternating_sum, checks
from homotopy.completeness.evidence import of_kind
from homotopy.completeness.path_evidence import path_evidence
from homotopy.completeness.verdict import joined
from homotopy.counting.result import Census
from homotopy.solving import rounds
from homotopy.solving.result import SolveReport
from homotopy.status import Completeness, EvidenceKind, Verdict
from polysys.counts import RootCount, RootCountKind
from polysys.counts.of_landscape import upper_bounds
from polysys.errors import PolysysError, PositiveDimensionalError
from polysys.landscape import Landscape
from polysys.model_facts import ModelFacts
from tests.homotopy.handmade import (
    FORMULATIONS,
    census_from,
    census_of,
    fifth_roots,
    report_of,
    rotated_network,
    without,
)

CLAIMS = (Completeness.PROVED, Completeness.SUPPORTED)


def verdict(text: str, domain: str = "euclidean", **options: object) -> Completeness:
    return ho.census(ps.expression(text, domain).sample(), **options).completeness.verdict


def solved_by(census: Census) -> SolveReport:
    """The solve that a handmade census came from."""
    mids = [[complex(float(re), float(im)) for re, im in c.enclosure.mid] for c in census.certificates]
    return report_of(census.landscape, mids, census.paths.at_infinity)


@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_a_complete_list_is_proved_or_supported(make) -> None:
    census = make()
    assert census.completeness.verdict in CLAIMS
    assert all(e.outcome is not Verdict.NO for e in census.completeness.evidence)


@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_no_list_with_solutions_removed_is_proved_or_supported(make) -> None:
    census = make()
    land, solved = census.landscape, solved_by(census)
    n = len(solved.certificates)
    for size in (1, 2, n - 1):
        for removed in combinations(range(n), size):
            assert census_from(land, without(solved, removed)).completeness.verdict not in CLAIMS


@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_no_list_with_an_orbit_removed_is_proved_or_supported(make) -> None:
    census = make()
    land, solved = census.landscape, solved_by(census)
    for orbit in set(census.orbit_of):
        removed = [k for k, o in enumerate(census.orbit_of) if o == orbit]
        assert census_from(land, without(solved, removed)).completeness.verdict not in CLAIMS


@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_a_path_record_that_does_not_mention_the_loss_supports_nothing(make) -> None:
    census = make()
    solved = solved_by(census)
    for k in range(len(solved.certificates)):
        kept = tuple(c for i, c in enumerate(solved.certificates) if i != k)
        shortened = replace(solved, certificates=kept)  # the paths still say that all were reached
        assert census_from(census.landscape, shortened).completeness.verdict not in CLAIMS


def test_a_missing_member_of_an_orbit_or_pair_contradicts() -> None:
    for census in (fifth_roots(), rotated_network()):
        solved = solved_by(census)
        seen = set()
        for k in range(len(solved.certificates)):
            report = census_from(census.landscape, without(solved, [k])).completeness
            if any(e.outcome is Verdict.NO for e in report.evidence):
                assert report.verdict is Completeness.CONTRADICTED
                seen.add(next(e.name for e in report.evidence if e.outcome is Verdict.NO))
        assert seen & {"conjugate pairs", "orbits"}


def test_a_missing_minimum_breaks_the_euler_characteristic() -> None:
    land = ps.expression("x^4/4 - x^2/2 + y^2/2 + x/10").sample()  # no symmetry that would notice
    roots = [[-1.046680, 0], [0.101031, 0], [0.945649, 0]]
    assert census_of(land, roots).completeness.verdict is Completeness.PROVED
    report = census_of(land, roots[1:]).completeness
    assert report.verdict is Completeness.CONTRADICTED
    assert "alternating sum" in report.reason


def test_more_solutions_than_a_bound_allows_contradict() -> None:
    census = rotated_network()
    false_bound = RootCount(3, RootCountKind.UPPER_BOUND, "a bound that is wrong", "nobody", "nothing")
    evidence = checks(census.landscape, census.certificates, census.points, True, [false_bound])
    assert evidence[0].outcome is Verdict.NO


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"n_beyond_paths": 1}, "not reached by a path"),
        ({"n_entangled": 1}, "told apart"),
        ({"paths": ho.PathAccount(9, 5, failed=1, at_infinity=3)}, "1 failed"),
        ({"paths": ho.PathAccount(9, 5, duplicate=1, at_infinity=3)}, "1 duplicate"),
        ({"paths": ho.PathAccount(9, 5, singular=1, at_infinity=3)}, "singular end points"),
        ({"paths": ho.PathAccount(10, 5, at_infinity=4)}, "10 tracked"),
        ({"paths": ho.PathAccount(9, 4, at_infinity=5)}, "4 regular"),
    ],
)
def test_paths_that_do_not_balance_say_nothing_and_the_exact_count_decides(change: dict[str, object], why: str) -> None:
    census = rotated_network()
    land, solved = census.landscape, replace(solved_by(census), **change)
    told = path_evidence(land, solved, len(solved.certificates))
    assert told.outcome is Verdict.UNDECIDED and why in told.detail
    assert census_from(land, solved).completeness.verdict is Completeness.SUPPORTED
    assert census_from(land, without(solved, [0])).completeness.verdict not in CLAIMS


def test_a_bound_of_zero_proves_nothing_about_a_line_of_solutions() -> None:
    """x = x + x^3 = y + z (1 + 3 x^2) = 0 is a line, yet its multihomogeneous Bezout number is 0."""
    land = ps.expression("x*y + (x + x^3)*z").sample()
    assert upper_bounds(land)[0].value == 0
    assert census_of(land, []).completeness.verdict is not Completeness.PROVED


def test_a_constant_equation_proves_that_there_is_no_solution() -> None:
    for text in ("x", "x + y^2", "x + 1/3*x - y + z^3"):
        land = ps.expression(text).sample()
        assert ho.census(land).completeness.verdict is Completeness.PROVED
        assert ho.census(land).n_complex == 0


class TestProjective:
    """Eigenvectors are points of a projective space: a chart may miss some, and no other solutions are at infinity."""

    @staticmethod
    def unlucky() -> Landscape:
        # x^3 + y^3 has the eigenvector (1, 1), which lies at infinity in a chart a (x - y) = 1
        land = ps.expression("x^3 + y^3", "sphere").sample()
        charts = (replace(land, chart_seed=s) for s in range(1000))
        return next(chart for chart in charts if sum(chart.formulation.charts[0]) == 0)

    def test_a_class_at_infinity_in_the_chart_is_not_taken_for_none(self) -> None:
        land = self.unlucky()
        a = float(land.formulation.charts[0][0])
        census = census_of(land, [[1 / a, 0, 3 / a], [0, -1 / a, -3 / a]], n_at_infinity=1)
        assert census.n_complex == 2
        assert census.euler == (0, 0)  # the missing pair does not show there
        assert census.completeness.verdict is Completeness.UNKNOWN
        assert "chart" in census.completeness.reason

    @pytest.mark.phcpack
    def test_a_census_tries_another_chart(self) -> None:
        unlucky = self.unlucky()
        census = ho.census(unlucky, engine="phcpack")
        assert (census.n_complex, census.completeness.verdict) == (3, Completeness.PROVED)
        assert census.landscape.chart_seed > unlucky.chart_seed
        lucky = ho.census(ps.expression("x^3 + y^3", "sphere"), engine="phcpack")
        assert (lucky.n_complex, lucky.completeness.verdict) == (3, Completeness.PROVED)


class TestBounds:
    @pytest.mark.parametrize(
        ("text", "domain", "best"),
        [
            ("x^4 - x^2 + y^2", "euclidean", 3),
            ("x^2*y^2 + x^2 + 2*y^2 - x*y", "euclidean", 5),
            ("x^3 + y^3 + z^3 + x*y*z", "sphere", 7),
            ("x^3 + y^2", "sphere", 6),
            ("x^4 + y^4 + z^4 + x^2", "sphere", 26),
            ("x^2 + x", "sphere", 2),
            ("x*a + y*b", "spheres 2-2", 2),
        ],
    )
    def test_the_best_bound_is_the_sharpest_theorem(self, text: str, domain: str, best: int) -> None:
        bounds = upper_bounds(ps.expression(text, domain, variables=None).sample())
        assert bounds[0].value == best
        assert [b.value for b in bounds] == sorted(b.value for b in bounds)
        assert all(b.is_proved_bound for b in bounds)

    def test_a_computed_count_is_no_bound(self) -> None:
        land = ps.expression("x^4 - x^2 + y^2").sample()
        facts = ModelFacts(known_counts=(RootCount(1, RootCountKind.COMPUTED, "found", "here", "this"),))
        land = replace(land, facts_of=lambda _: facts)
        assert upper_bounds(land)[0].value == 3


def test_the_alternating_sum_needs_every_index() -> None:
    census = rotated_network()
    assert alternating_sum(census.points) == 1
    assert alternating_sum([*census.points[1:], replace(census.points[0], index=None)]) is None
    assert alternating_sum([]) == 0


def test_degenerate_end_points_suspend_morse_theory() -> None:
    census = census_of(ps.expression("x^4/4 - x^2/2 + y^2/2").sample(), [[1, 0], [-1, 0]])
    assert census.completeness.verdict is Completeness.CONTRADICTED
    evidence = checks(census.landscape, census.certificates, census.points, True, census.bounds, n_singular=1)
    (euler,) = [e for e in evidence if e.name == "Euler characteristic"]
    assert euler.outcome is Verdict.UNDECIDED


def test_a_verdict_is_no_truth_value() -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(Verdict.UNDECIDED)


@pytest.mark.phcpack
class TestDegenerate:
    """Stationary sets that are no finite list of nondegenerate points, through PHCpack."""

    @pytest.mark.parametrize(
        "text",
        [
            "x^2*y^2",
            "x^2*y^2 + x^2",
            "x^2*y^2*z^2 + x^2",
            "(x*y - 1)^2",
            "x*y + (x + x^3)*z",
            "x*(y + z) + x^3",
            "x^2 + 2*x*y + y^2",
            "(y - x^2)^2",
        ],
    )
    def test_a_degenerate_potential_is_refused_or_left_unknown(self, text: str) -> None:
        try:
            census = ho.census(ps.expression(text), engine="phcpack", rounds=1)
        except PositiveDimensionalError:
            return
        assert census.completeness.verdict is Completeness.UNKNOWN

    def test_real_points_are_proved_where_only_complex_ones_are_not_isolated(self) -> None:
        """x = y = 0 and 2 z^3 = z; the others have x^2 + y^2 = -1/2."""
        text = "(x^2 + y^2)^2 + x^2 + y^2 + z^4 - z^2"
        census = ho.census(ps.expression(text), engine="phcpack", rounds=1)
        assert census.completeness.verdict is Completeness.PROVED
        assert census.completeness.complex_verdict is Completeness.UNKNOWN
        assert sorted((round(float(p.coordinates[2].mid()), 9), p.index) for p in census.points) == [
            (-0.707106781, 0),
            (0.0, 1),
            (0.707106781, 0),
        ]

    @pytest.mark.parametrize(
        ("text", "n_regular", "multiplicity"),
        [
            ("x^4/4 + x^2*y^2 + y^4/4 - x^3", 3, 6),  # (3, 0), (-1, +-i sqrt 2), and 9 - 3 at the origin
            ("x^4 + y^2", 0, 3),
            ("x^3/3 - x^2 + x + y^2", 0, 2),  # (x - 1)^2 = y = 0
        ],
    )
    def test_isolated_multiple_points_are_apart_and_complete_the_proof(
        self, text: str, n_regular: int, multiplicity: int
    ) -> None:
        census = ho.census(ps.expression(text), engine="phcpack", rounds=1)
        assert census.n_complex == n_regular
        assert [s.multiplicity for s in census.degenerate] == [multiplicity]
        assert census.completeness.verdict is Completeness.PROVED

    @pytest.mark.parametrize("text", ["(x^2 + y^2 - 1)^2", "(x^2 + y^2)^2 - x^2 - y^2 + z^2"])
    def test_a_circle_of_minima_is_refused_with_its_symmetry(self, text: str) -> None:
        with pytest.raises(PositiveDimensionalError, match="continuous symmetry") as caught:
            ho.census(ps.expression(text), engine="phcpack", rounds=1)
        assert "Break the symmetry" in str(caught.value)

    @pytest.mark.parametrize("k", [10, 20, 60])
    def test_solutions_so_large_that_they_pass_for_infinity_are_not_denied(self, k: int) -> None:
        """x^2 - 1 - 4e-k x^3 has a zero near 10^k / 4."""
        census = ho.census(ps.expression(f"x^3/3 - x - 1e-{k}*x^4 + y^2 + x*y"), engine="phcpack", rounds=1)
        assert census.n_complex == 3 or census.completeness.verdict is Completeness.UNKNOWN

    def test_a_coefficient_that_vanishes_in_double_precision_is_kept(self) -> None:
        census = ho.census(ps.expression("1e-400*x^4 + x^2 + y^3 - y"), engine="phcpack")
        assert census.n_complex == 6 and census.completeness.verdict is Completeness.PROVED

    @pytest.mark.parametrize("scale", ["1e-300", "1e300", "1e-1000"])
    def test_a_common_factor_of_any_size_changes_no_count(self, scale: str) -> None:
        census = ho.census(ps.expression(f"{scale}*(x^4/4 - x^2/2 + y^2/2)"), engine="phcpack", rounds=1)
        assert dict(census.by_index) == {0: 2, 1: 1, 2: 0}
        assert census.completeness.verdict is Completeness.PROVED


@pytest.mark.parametrize(
    "label",
    [
        "deep-linear:widths=1-2-1,data=gaussian,m=1,l2=0.5",
        "deep-linear:widths=2-2-2,data=gaussian,l2=0",
        "deep-linear:widths=1-1-1,data=gaussian,m=1,l2=0",
    ],
)
def test_a_network_whose_l2_leaves_a_symmetry_is_refused_and_the_group_named(label: str) -> None:
    with pytest.raises(PositiveDimensionalError, match=r"(O|GL)\(\d\)"):
        ho.census(label, seed=1)


@pytest.mark.parametrize("text", ["x^2/2 - 1e400*x", "y^2 + x^2/2 - 1e320*x"])
def test_a_point_beyond_doubles_is_an_error_with_a_way_out(text: str) -> None:
    with pytest.raises(PolysysError, match="double precision"):
        ho.census(ps.expression(text))


@pytest.mark.parametrize("text", ["1e-200*x^2 + 1e200*y^2 + y", "x^2/2 + x*y + (1/2 + 1e-30)*y^2 - x"])
def test_an_ill_conditioned_quadratic_form_is_solved_exactly(text: str) -> None:
    census = ho.census(ps.expression(text))
    assert (census.n_complex, census.n_real) == (1, 1)
    assert census.completeness.verdict is Completeness.PROVED


SOLVED = [
    "spherical-p-spin:n=4,p=3",
    "spherical-p-spin:n=3,p=3,field=0.5",
    "layered-spin-glass:widths=2-2-2",
    "deep-linear:widths=2-1-2,data=gaussian",
    "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed",
]


@pytest.mark.parametrize("label", SOLVED)
def test_a_solve_from_which_anything_is_missing_claims_nothing(label: str) -> None:
    """Each solution, each conjugate pair, each orbit in turn: its path failed, or was never tracked."""
    land = ps.model_from_label(label).sample(seed=3)
    solved = rounds.solve(land)
    whole = census_from(land, solved)
    assert whole.completeness.verdict in CLAIMS
    n = len(solved.certificates)
    mid = solved.certificates.mid
    conjugate = [int(np.abs(mid - mid[k].conj()).max(axis=1).argmin()) for k in range(n)]
    orbits = [[k for k in range(n) if whole.orbit_of[k] == o] for o in set(whole.orbit_of)]
    for removed in [*([k] for k in range(n)), *([k, conjugate[k]] for k in range(n) if conjugate[k] > k), *orbits]:
        failed = without(solved, removed)
        untracked = replace(
            failed, paths=replace(failed.paths, tracked=failed.paths.tracked - len(removed), failed=0)
        )  # fmt: skip
        assert untracked.paths.is_balanced
        for report in (failed, untracked):
            assert census_from(land, report).completeness.verdict not in CLAIMS


@pytest.mark.phcpack
@pytest.mark.parametrize("epsilon", ["1/100", "1/1000"])
def test_large_solutions_that_pass_for_infinite_ones_are_not_forgotten(epsilon: str) -> None:
    """Five solutions, one with y of 4e8 or more, which engines in double precision call infinite."""
    census = ho.census(ps.expression(f"y^2/2 + {epsilon}*y*x^3 + x^5/5 - x^2/2"), engine="phcpack")
    assert census.n_complex == 5 or census.completeness.verdict not in CLAIMS


def test_a_double_class_on_a_sphere_is_no_class_at_infinity() -> None:
    """Seven classes of a ternary cubic form: the exact count has all seven in the chart, two of them together."""
    census = ho.census(ps.expression("x^2*y + z^3 + x*z^2", "sphere").sample())
    assert census.n_complex == 5 and [s.multiplicity for s in census.degenerate] == [2]
    assert census.completeness.verdict is ho.Completeness.SUPPORTED
    exact = of_kind(census.completeness.evidence, EvidenceKind.EXACT_COUNT)
    short = replace(exact, numbers=tuple(sorted({**dict(exact.numbers), "degree": 6, "multiplicities": (1,)}.items())))
    assert joined(census.landscape, census.completeness, [short]).verdict is ho.Completeness.UNKNOWN
