"""Finite groups with their orbits, and continuous symmetries, all exact."""

from fractions import Fraction
from itertools import combinations, permutations, product
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ, ring

import polysys as ps
from polysys.continuous_symmetry import continuous_symmetries
from polysys.domains import Euclidean, ProductOfSpheres, Sphere
from polysys.errors import InputError, PositiveDimensionalError
from polysys.symmetry import SignedPermutation, SymmetryGroup, permutation_symmetries, sign_symmetries

N = 4
RING, *X = ring("x1:5", QQ)
signed = st.builds(SignedPermutation, st.permutations(range(N)).map(tuple), st.tuples(*[st.sampled_from((1, -1))] * N))
groups = st.lists(signed, max_size=2).map(lambda generators: SymmetryGroup(N, tuple(generators)))
points = st.lists(st.integers(-3, 3), min_size=N, max_size=N)
supports = st.lists(st.tuples(*[st.integers(0, 3)] * N), min_size=1, max_size=6, unique=True).filter(
    lambda exponents: any(map(any, exponents))
)


def land(text, domain="euclidean"):
    return ps.expression(text, domain).sample()


def polynomial_of(exponents):
    return RING.from_dict({e: QQ(k + 1) for k, e in enumerate(exponents)})


@given(signed, signed, points)
def test_composition_is_application_one_after_the_other(g, h, x):
    assert g.compose(h).apply(x) == g.apply(h.apply(x))


@given(groups, points)
def test_an_orbit_is_closed_under_the_generators_and_its_size_divides_the_order(group, x):
    orbit = group.orbit(x)
    assert tuple(x) in orbit
    assert all(tuple(g.apply(y)) in orbit for g in group.generators for y in orbit)
    assert orbit == {tuple(g.apply(x)) for g in group.elements()}
    assert group.order % len(orbit) == 0


@given(groups)
def test_the_order_is_the_number_of_elements(group):
    elements = list(group.elements())
    assert group.order == len(elements) == len(set(elements))
    assert elements[0] == group.identity
    assert all(g.compose(h) in elements for g in elements[:6] for h in elements[:6])


def test_the_hyperoctahedral_group_of_a_fermat_form_has_its_order_however_large():
    for n in (1, 2, 3, 5, 12):
        group = land("+".join(f"x{i}^4" for i in range(n))).symmetry
        assert group.order == 2**n * factorial(n)
    with pytest.raises(InputError, match="more than"):
        list(group.elements())
    assert len(group.orbit([1] + [0] * 11)) == 24


@given(supports, st.tuples(*[st.sampled_from((1, -1))] * N))
def test_the_sign_flips_found_are_exactly_those_that_preserve_the_potential(exponents, signs):
    potential = polynomial_of(exponents)
    group = SymmetryGroup(N, sign_symmetries(potential))
    flipped = potential.compose([(x, s * x) for x, s in zip(X, signs, strict=True)])
    found = SignedPermutation(tuple(range(N)), signs) in set(group.elements())
    assert found == (flipped == potential)
    assert all(g.preserves(potential) for g in group.generators)


@given(supports, signed)
def test_preservation_is_an_identity_of_polynomials(exponents, g):
    potential = polynomial_of(exponents)
    moved = potential.compose(list(zip(X, g.apply(X), strict=True)))
    assert g.preserves(potential) == (moved == potential)


@given(supports)
def test_all_transpositions_that_preserve_the_potential_are_generated(exponents):
    potential = polynomial_of(exponents) + sum(x**2 for x in X[:2])
    group = SymmetryGroup(N, permutation_symmetries(potential, Euclidean(N)))
    elements = set(group.elements())
    for i, j in combinations(range(N), 2):
        perm = list(range(N))
        perm[i], perm[j] = j, i
        transposition = SignedPermutation(tuple(perm), (1,) * N)
        assert (transposition in elements) == transposition.preserves(potential)


def test_the_symmetric_polynomials_have_the_symmetric_group():
    elementary = sum(X[i] * X[j] * X[k] for i, j, k in combinations(range(N), 3))
    group = SymmetryGroup(N, permutation_symmetries(elementary, Euclidean(N)))
    assert group.order == factorial(N)
    assert len(group.orbit([1, 2, 3, 4])) == len(list(permutations(range(N))))


def test_coordinates_of_different_spheres_are_not_exchanged():
    potential = X[0] * X[2] + X[1] * X[3] + X[0] * X[3] + X[1] * X[2]
    swap = (2, 3, 0, 1)
    assert SignedPermutation(swap, (1,) * N).preserves(potential)
    same = permutation_symmetries(potential, ProductOfSpheres((2, 2)))
    assert {g.perm for g in same} == {(1, 0, 2, 3), (0, 1, 3, 2), swap}
    different = permutation_symmetries(potential, ProductOfSpheres((2, 2), (1, 4)), [swap])
    assert {g.perm for g in different} == {(1, 0, 2, 3), (0, 1, 3, 2)}


def test_neurons_of_a_network_with_one_l2_value_can_be_exchanged_and_flipped():
    """Hidden layers of width 2, 3: signed permutations 2^2 2! and 2^3 3!."""
    model = ps.model_from_label("deep-linear:widths=2-2-3-2,data=gaussian,l2=1")
    assert model.sample(seed=1).symmetry.order == 8 * 48
    broken = ps.model_from_label("deep-linear:widths=2-2-3-2,data=gaussian").sample(seed=1)
    assert broken.symmetry.order == 2**5


def test_hidden_neurons_with_biases_are_exchanged_together_with_their_bias():
    model = ps.model_from_label("polynomial-network:widths=1-3-1,activation=z^3+z^2,data=gaussian,l2=1,bias=yes,m=2")
    assert model.sample(seed=1).symmetry.order == factorial(3)
    even = ps.model_from_label("polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,l2=1,m=3")
    assert even.sample(seed=1).symmetry.order == 2 * 2**2  # w_k -> -w_k


@pytest.mark.parametrize(
    ("text", "domain", "dimension"),
    [
        ("(x^2 + y^2 - 1)^2", "euclidean", 1),
        ("x^2 + y^2 + z^2 + w^2", "euclidean", 6),
        ("x^2 + 3*y^2", "euclidean", 1),  # an ellipse turns too
        ("x^2 - y^2", "euclidean", 1),  # boost
        ("x*y*z", "euclidean", 2),  # diagonal matrices of trace 0
        ("(x - y)^4 - (x - y)^2", "euclidean", 2 + 1),  # translation along (1, 1), and the shears u(x - y) + v
        ("(x - 1/3)^2 + (y + 2/7)^2", "euclidean", 1),  # rotation about another centre
        ("x^4 + y^4", "euclidean", 0),
        ("x^4/4 - x^2/2 + y^2/2", "euclidean", 0),
        ("x^2 + y^2 + 2*z^2", "sphere", 1),
        ("x^3 + y^3 + z^3", "sphere", 0),
        ("z^3", "sphere 3", 0),  # one variable only: see below
        ("x1*y1 + x2*y2", "spheres 2-2", 1),  # the diagonal SO(2)
    ],
)
def test_continuous_symmetries_have_the_right_dimension(text, domain, dimension):
    if text == "z^3":
        z = ring("x,y,z", QQ)[3]
        found = continuous_symmetries(z**3, Sphere(3))
        assert found.dimension == 1
        return
    land_ = land(text, domain)
    assert land_.continuous_symmetry.dimension == dimension


def check(potential, symmetry):
    """Each field annihilates the potential, as an identity of polynomials."""
    R = potential.ring
    for matrix, shift in symmetry.generators:
        total = R.zero
        for x, row, b in zip(R.gens, matrix, shift, strict=True):
            field = sum((y * QQ(a.numerator, a.denominator) for y, a in zip(R.gens, row, strict=True)), R.zero)
            total += potential.diff(x) * (field + QQ(b.numerator, b.denominator))
        assert total == 0


@pytest.mark.parametrize("widths", [(2, 2, 2), (2, 3, 2), (2, 2, 1), (2, 2, 2, 2), (2, 1, 2), (3, 1, 3, 3)])
def test_one_l2_value_leaves_the_orthogonal_group_of_each_hidden_layer(widths):
    label = f"deep-linear:widths={'-'.join(map(str, widths))},data=gaussian,m=4"
    expected = sum(d * (d - 1) // 2 for d in widths[1:-1])
    scalar = ps.model_from_label(label + ",l2=1/3").sample(seed=2)
    check(scalar.potential, scalar.continuous_symmetry)
    assert scalar.continuous_symmetry.dimension == expected
    if expected:
        with pytest.raises(PositiveDimensionalError, match="the group O"):
            scalar.require_isolated()
    else:
        scalar.require_isolated()


@pytest.mark.parametrize("widths", [(2, 2, 2), (1, 1, 1), (2, 2, 1, 2), (2, 1, 1, 2)])
def test_without_l2_the_general_linear_group_of_each_hidden_layer_acts(widths):
    label = f"deep-linear:widths={'-'.join(map(str, widths))},data=gaussian,m=4"
    free = ps.model_from_label(label + ",l2=0").sample(seed=2)
    check(free.potential, free.continuous_symmetry)
    # products of rank 1 have stabilisers that no linear field adds to, so GL alone where no width shrinks
    assert free.continuous_symmetry.dimension >= sum(d * d for d in widths[1:-1])
    if widths[1] == min(widths):
        assert free.continuous_symmetry.dimension == sum(d * d for d in widths[1:-1])
    with pytest.raises(PositiveDimensionalError, match="the group GL"):
        free.require_isolated()


@pytest.mark.parametrize(
    "label", ["deep-linear:widths=2-2-2,data=gaussian", "deep-linear:widths=2-2-2-2,data=gaussian"]
)
def test_one_l2_value_per_weight_breaks_every_continuous_symmetry(label):
    sample = ps.model_from_label(label).sample(seed=1)
    assert sample.continuous_symmetry.dimension == 0
    sample.require_isolated()


@pytest.mark.parametrize(
    "label",
    [
        "deep-linear:widths=3-1-1,data=gaussian,m=1,l2=1",  # weights orthogonal to the datum rotate
        "deep-linear:widths=1-1-3,data=gaussian,m=1,l2=1",  # outputs orthogonal to the target rotate
        "polynomial-network:widths=3-1-1,activation=z^2,data=gaussian,m=1,l2=1",
    ],
)
def test_a_rotation_that_fixes_every_stationary_point_is_no_reason_to_refuse(label):
    sample = ps.model_from_label(label).sample(seed=1)
    assert sample.continuous_symmetry.dimension == 1
    sample.require_isolated()


def test_a_network_too_large_for_the_full_search_is_refused_all_the_same():
    sample = ps.model_from_label("deep-linear:widths=4-4-4,data=gaussian,l2=1").sample(seed=1)
    assert sample.continuous_symmetry is None
    with pytest.raises(PositiveDimensionalError, match=r"O\(4\).*dimension 6"):
        sample.require_isolated()


def test_weights_that_no_datum_sees_are_refused_without_l2():
    sample = ps.model_from_label("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=1,l2=0").sample(seed=1)
    with pytest.raises(PositiveDimensionalError):
        sample.require_isolated()


def test_a_linear_activation_is_a_deep_linear_network():
    """Choosing the activation z must not hide the orthogonal group."""
    sample = ps.model_from_label("polynomial-network:widths=2-2-2,activation=z,data=gaussian,l2=1,m=3").sample(seed=1)
    assert sample.continuous_symmetry.dimension == 1
    with pytest.raises(PositiveDimensionalError):
        sample.require_isolated()


def test_a_coefficient_with_the_first_modulus_in_its_denominator_is_handled():
    prime = 2**61 - 1
    assert land(f"(x^2 + y^2)^2/{prime} + z^4").continuous_symmetry.dimension == 1
    assert land(f"x^4/{prime} + z^4").continuous_symmetry.dimension == 0


def test_coefficients_that_vanish_modulo_the_first_prime_do_not_make_a_symmetry():
    """x^4 + P y^4 is not constant in y, though it is modulo P."""
    assert land(f"x^4 + {2**61 - 1}*y^4").continuous_symmetry.dimension == 0


@given(st.integers(-5, 5).filter(bool), st.integers(1, 5))
def test_a_rotated_and_stretched_circle_keeps_its_symmetry(a, b):
    text = f"(({a}*x + y)^2 + {b}*(x - {a}*y + 3)^2 - 1)^2"
    found = land(text)
    assert found.continuous_symmetry.dimension == 1
    check(found.potential, found.continuous_symmetry)


def test_the_fields_at_a_point_are_tangent_to_the_level_set():
    found = land("(x^2 + y^2 - 1)^2")
    ((dx, dy),) = found.continuous_symmetry.field([0.6, 0.8])
    assert abs(0.6 * dx + 0.8 * dy) < 1e-15
    assert abs(dx) + abs(dy) > 0.1


def test_sign_symmetries_of_even_and_odd_glasses():
    """x -> -x for even p, nothing for odd p; one flip of two layers at once for a multilinear form."""
    assert ps.SphericalPSpin(4, 4).sample(1).symmetry.order == 2
    assert ps.SphericalPSpin(4, 3).sample(1).symmetry.order == 1
    assert ps.LayeredSpinGlass((2, 2, 2)).sample(1).symmetry.order == 4
    signs = {g.signs for g in ps.LayeredSpinGlass((1, 1, 1)).sample(1).symmetry.elements()}
    assert signs == {s for s in product((1, -1), repeat=3) if s[0] * s[1] * s[2] == 1}


def test_all_proved_fields_have_rational_entries():
    found = land("x^2 + 3*y^2").continuous_symmetry
    assert all(type(a) is Fraction for matrix, _ in found.generators for row in matrix for a in row)
