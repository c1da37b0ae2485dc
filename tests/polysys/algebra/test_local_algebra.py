"""Exact multiplicities: Milnor numbers from Arnold's list and by hand, zeros that are not isolated, dimension by slices."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ, ring

import polysys as ps
from polysys.algebra.common_factors import common_factors
from polysys.algebra.local_algebra import LocalStructure, grow, local_structure, slice_directions
from polysys.errors import InputError
from polysys.system import PolynomialSystem

R, x, y = ring("x,y", QQ)
R3, u, v, w = ring("u,v,w", QQ)

# Arnold, Normal forms for functions near degenerate critical points (1972): the simple singularities, mu = index
SIMPLE = {
    **{f"A{k}": (x ** (k + 1) + y**2, k) for k in range(1, 10)},
    **{f"D{k}": (x**2 * y + y ** (k - 1), k) for k in range(4, 10)},
    "E6": (x**3 + y**4, 6),
    "E7": (x**3 + x * y**3, 7),
    "E8": (x**3 + y**5, 8),
}


def gradient(potential: object) -> PolynomialSystem:
    return PolynomialSystem(tuple(potential.diff(g) for g in potential.ring.gens))


@pytest.mark.parametrize("name", SIMPLE)
def test_simple_singularities_have_the_milnor_number_of_their_name(name: str) -> None:
    potential, mu = SIMPLE[name]
    found = local_structure(gradient(potential), [Fraction(0)] * 2)
    assert found.multiplicity == mu == sum(found.hilbert)
    assert found.corank == (0 if name == "A1" else 1 if name[0] == "A" else 2)


@pytest.mark.parametrize("name", ["A4", "D5", "E7", "E8"])
def test_the_milnor_number_does_not_depend_on_coordinates(name: str) -> None:
    potential, mu = SIMPLE[name]
    p, q = Fraction(2, 3), Fraction(-5, 7)
    moved = potential.compose([(x, 2 * x + y - (2 * QQ(2, 3) - QQ(5, 7))), (y, x - 3 * y - (QQ(2, 3) + 3 * QQ(5, 7)))])
    assert local_structure(gradient(moved), [p, q]).multiplicity == mu


@given(st.lists(st.integers(2, 5), min_size=3, max_size=3))
def test_brieskorn_and_pham_singularities_multiply(powers: list[int]) -> None:
    """mu(x^a + y^b + z^c) = (a - 1)(b - 1)(c - 1) (Milnor 1968, section 9)."""
    a, b, c = powers
    found = local_structure(gradient(u**a + v**b + w**c), [Fraction(0)] * 3)
    assert found.multiplicity == (a - 1) * (b - 1) * (c - 1)


def test_multiplicities_of_all_zeros_add_up_to_the_bezout_number() -> None:
    """grad = (x^2 (x - 1), y^3 (y + 2)): multiplicities 2 x 3, 2 x 1, 1 x 3 and 1 x 1 add up to 3 x 4."""
    system = PolynomialSystem((x**2 * (x - 1), y**3 * (y + 2)))
    found = [local_structure(system, [Fraction(a), Fraction(b)]).multiplicity for a in (0, 1) for b in (0, -2)]
    assert found == [6, 2, 3, 1]


def test_a_simple_zero_has_multiplicity_one() -> None:
    assert local_structure(gradient(x**2 + x * y - y**2), [Fraction(0)] * 2).multiplicity == 1


def test_a_zero_on_a_curve_outgrows_every_bound_and_is_isolated_on_one_hyperplane() -> None:
    circle = gradient((x**2 + y**2 - 1) ** 2)
    point = [Fraction(3, 5), Fraction(4, 5)]
    here = local_structure(circle, point)
    assert here.multiplicity is None and here.exceeds_bound
    assert here.hilbert == (1,) * len(here.hilbert)  # the Hilbert function of a smooth curve
    assert local_structure(circle, point, n_slices=1).multiplicity == 1


def test_the_multiplicity_on_a_slice_is_that_of_the_set() -> None:
    """Along the circle the gradient of q^3 is 3 q^2 grad q: twice the circle."""
    found = local_structure(gradient((x**2 + y**2 - 1) ** 3), [Fraction(3, 5), Fraction(4, 5)], n_slices=1)
    assert found.multiplicity == 2


@pytest.mark.parametrize(
    ("potential", "dimension"), [((u**2 + v**2 + w**2 - 1) ** 2, 2), ((u**2 + v**2 - 1) ** 2 + w**2, 1)]
)
def test_as_many_hyperplanes_as_dimensions_isolate_a_point(potential: object, dimension: int) -> None:
    point = [Fraction(3, 5), Fraction(4, 5), Fraction(0)]
    isolated = [local_structure(gradient(potential), point, n_slices=d).multiplicity is not None for d in range(3)]
    assert isolated == [d >= dimension for d in range(3)]


def test_a_point_that_is_no_zero_is_refused() -> None:
    with pytest.raises(InputError, match="not a zero"):
        local_structure(gradient(x**2 + y**2), [Fraction(1), Fraction(0)])
    with pytest.raises(InputError, match="1 coordinates"):
        local_structure(gradient(x**2 + y**2), [Fraction(1)])


def test_too_large_a_matrix_decides_nothing() -> None:
    found = local_structure(gradient(x**9 + y**9), [Fraction(0)] * 2, max_columns=20)
    assert found.multiplicity is None and not found.exceeds_bound


def test_an_undecided_rank_decides_nothing() -> None:
    found = grow([{(2,): 1}], 1, lambda rows: None, 9, 100)
    assert found.multiplicity is None and not found.exceeds_bound


@pytest.mark.parametrize("n_slices", [1, 2, 3])
def test_slices_have_the_dimension_that_is_left(n_slices: int) -> None:
    import numpy as np

    directions = np.array([[float(c) for c in row] for row in slice_directions(4, n_slices, 5)])
    assert directions.shape == (4 - n_slices, 4) and np.linalg.matrix_rank(directions) == 4 - n_slices


def test_hypersurfaces_are_split_off_exactly() -> None:
    q, p = x**2 + y**2 - 1, x - 2 * y
    split = common_factors([q**2 * p * x, q * p * y**3])
    assert sorted((str(f), k) for f, k in split.factors) == sorted([(str(q), 1), (str(p), 1)])
    assert split.rest == (q * x, y)  # freed of repeated factors


def test_nothing_is_left_beside_a_single_hypersurface() -> None:
    assert common_factors([3 * (x * y - 1), -(x * y - 1)]).rest == ()


def test_equations_without_a_common_factor_have_none() -> None:
    split = common_factors([x * y, y * (x + 1) - 1])
    assert split.factors == () and len(split.rest) == 2


def test_orbits_have_the_dimension_of_the_group_that_moves_their_points() -> None:
    rotations = ps.expression("(x^2+y^2+z^2)^2 - x^2-y^2-z^2").sample().continuous_symmetry
    assert rotations is not None
    assert (rotations.dimension, rotations.orbit_dimension) == (3, 2)
    assert rotations.orbit_dimension_at([Fraction(0)] * 3) == 0
    assert rotations.orbit_dimension_at([Fraction(0), Fraction(0), Fraction(1)]) == 2


def test_the_refusal_of_a_network_names_the_dimension_of_group_and_orbits() -> None:
    """GL(2) acts on R^4 = {(W1, W2)} with the one invariant W2 W1: orbits of dimension 3; O(2) has dimension 1."""
    with pytest.raises(ps.PositiveDimensionalError, match=r"GL\(2\).*dimension 4, orbits of dimension up to 3"):
        ps.DeepLinear(widths=(1, 2, 1), l2=0).sample().require_isolated()
    with pytest.raises(ps.PositiveDimensionalError, match=r"O\(2\).*dimension 1, orbits of dimension up to 1"):
        ps.DeepLinear(widths=(2, 2, 2), l2=1).sample().require_isolated()


def test_a_rank_is_bounded_from_above_by_enough_primes() -> None:
    """The rank of [[p, 0], [0, 1]] is 1 modulo p and 2 over Q, whatever prime p is."""
    from polysys.algebra.local_algebra import _PRIME, _has_at_most_rank, _modular_rank

    rows = [[_PRIME, 0], [0, 1]]
    assert _modular_rank(rows) == 1 and not _has_at_most_rank(rows, 1) and _has_at_most_rank(rows, 2)
    assert _has_at_most_rank([[2, 4], [3, 6]], 1)


def test_a_multiplicity_that_only_one_prime_sees_is_not_believed() -> None:
    """p x^2/2 + x^3 has a simple zero at 0, which is a double one modulo p."""
    from polysys.algebra.local_algebra import _PRIME

    assert local_structure(gradient(_PRIME * x**2 + x**3 + y**2), [Fraction(0)] * 2).multiplicity in (None, 1)


def test_a_proof_that_would_take_too_long_is_left_out_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polysys.algebra.local_algebra._MAX_WORK", 0)
    found = local_structure(gradient(x**3 + y**5), [Fraction(0)] * 2)
    assert (found.multiplicity, found.is_proved) == (8, False)
    circle = local_structure(gradient((x**2 + y**2 - 1) ** 2), [Fraction(3, 5), Fraction(4, 5)])
    assert circle.exceeds_bound and not circle.is_proved


def test_a_rational_point_on_a_curve_of_zeros_is_proved_to_be_on_one_by_a_kernel_over_the_rationals():
    """A plane touches the sphere in (3, 4, 0) / 5 and meets it in two complex lines; primes up to Hadamard's bound took 3 s."""
    land = ps.expression("5*x*(3*x + 4*y - 5)^2/26 + (3*x + 4*y - 5)^2", ps.Sphere(3), variables=["x", "y", "z"]).sample()
    found = local_structure(land.system, [Fraction(3, 5), Fraction(4, 5), Fraction(0), Fraction(0)], bound=14)
    assert found == LocalStructure((1, 2, 3, 2, 2, 2, 2, 2), None, exceeds_bound=True, is_proved=True)
