"""One cell of the symmetry group is searched, and nothing is lost, on its walls either."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import homotopy as ho
import polysys as ps
from homotopy.completeness.exclusion.cells import cell, stationary_symmetries
from homotopy.completeness.exclusion.patches import patches
from homotopy.completeness.exclusion.proof import exclude_others
from homotopy.completeness.exclusion.radius import stationary_bounds
from homotopy.status import Verdict
from polysys.symmetry import SignedPermutation, SymmetryGroup

N = 4
signed = st.builds(SignedPermutation, st.permutations(range(N)).map(tuple), st.tuples(*[st.sampled_from((1, -1))] * N))


def meets(order, x) -> bool:
    return all(x[i] >= sign * x[j] for i, sign, j in order)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(signed, min_size=1, max_size=3),
    st.permutations(range(N)),
    st.lists(st.integers(-2, 2), min_size=N, max_size=N),
)
def test_the_closed_cell_meets_every_orbit_ties_included(generators, base, x):
    order = cell(generators, base)
    assert any(meets(order, y) for y in SymmetryGroup(N, tuple(generators)).orbit(x))


def test_the_cell_of_all_signed_permutations_is_the_ordered_positive_one():
    swaps = [SignedPermutation((1, 0, 2), (1, 1, 1)), SignedPermutation((0, 2, 1), (1, 1, 1))]
    order = cell([*swaps, SignedPermutation((0, 1, 2), (-1, 1, 1))], range(3))
    inside = [x for x in product(range(-2, 3), repeat=3) if meets(order, x)]
    assert inside == [x for x in product(range(-2, 3), repeat=3) if x[0] >= x[1] >= x[2] >= 0]


# all walls at once: points on x = y, on x = -y, on the axes, at the origin
WALLS = "x^4/4 - x^2/2 + y^4/4 - y^2/2 + x^2*y^2/9"
RING = " + ".join(f"x{i}^4/4 - x{i}^2/2 + (x{i} - x{i % 3 + 1})^2/20" for i in (1, 2, 3))


@pytest.mark.parametrize(("text", "n_real", "order"), [(WALLS, 9, 8), (RING, 27, 12)])
def test_points_on_the_walls_of_a_cell_are_kept_and_missed_when_taken_away(text, n_real, order):
    census = ho.census(ps.expression(text))
    land = census.landscape
    assert census.n_real == n_real and land.symmetry.order == order
    proof = ho.prove_real(census)
    assert proof.is_proved
    (whole,) = patches(land, stationary_bounds(land))
    assert whole.order and SymmetryGroup(land.domain.n, tuple(g for g, _ in stationary_symmetries(land))).order == order
    for orbit in {census.orbit_of[p.solution] for p in census.points}:
        kept = [c for k, c in enumerate(census.certificates) if census.orbit_of[k] != orbit]
        gone = sum(p.orbit == orbit for p in census.points)
        lacking = exclude_others(land, kept, n_real - gone, max_boxes=200_000, time_limit=60.0)
        assert lacking.outcome is Verdict.NO and 1 <= len(lacking.found) <= gone
    for k, certificate in enumerate(census.certificates):
        if certificate.reality is Verdict.YES and census.orbit_of.count(census.orbit_of[k]) > 1:
            kept = [c for j, c in enumerate(census.certificates) if j != k]
            assert exclude_others(land, kept, n_real - 1, max_boxes=1, time_limit=60.0).outcome is Verdict.NO
