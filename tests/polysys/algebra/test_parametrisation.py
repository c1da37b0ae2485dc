"""Rational parametrisations: systems with known solutions, multiple ones, far and close ones, limits, and other programs."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from itertools import combinations, product
from random import Random

import numpy as np
import pytest
from flint import ctx, fmpz, nmod_poly
from hypothesis import assume, given
from hypothesis import strategies as st

import polysys as ps
from polysys.algebra import Meter, Stop, reduce_modulo
from polysys.algebra.algebraic_points import points_of
from polysys.algebra.f4 import groebner_basis
from polysys.algebra.limits import Stopped
from polysys.algebra.modular import integer_polynomials
from polysys.algebra.parametrisation import parametrise
from polysys.algebra.parametrisation_modulo import ParametrisationModulo, parametrisation_modulo
from polysys.algebra.quotient import quotient_algebra
from polysys.algebra.reconstruction import Residues, rational
from polysys.algebra.simple_solutions import with_inverse_determinant
from tests.polysys.algebra.systems import cyclic, dense, katsura, noon, polynomial, times

PRIME = 2147483629


def solved(polynomials, n, **options):
    """The points, after a check that each is as accurate as it says and that the equations vanish nearby."""
    found = parametrise(polynomials, n, **options)
    assert found.stopped is None and found.dimension in (0, -1)
    assert found.parametrisation.n_solutions == found.n_distinct <= found.degree
    points = points_of(found.parametrisation)
    assert len(points) == found.n_distinct
    for point in points:
        assert all(z == 0 or z.rel_accuracy_bits() >= 64 for z in point.coordinates)
        assert point.is_real == all(z.imag == 0 for z in point.coordinates)
        with ctx.workprec(1000):
            assert all(value(f, point.coordinates).contains(0) for f in polynomials)
    return points


def value(f, x):
    total = 0 * x[0]
    for e, c in f.items():
        term = fmpz(Fraction(c).numerator) + 0 * x[0]
        for z, a in zip(x, e, strict=True):
            term *= z**a
        total += term / Fraction(c).denominator
    return total


def gradient(text):
    system = ps.expression(text).sample().system
    return solved(system.terms, system.n)


def n_real(points):
    return sum(point.is_real for point in points)


def from_roots(roots):
    return reduce(times, [{(1,): 1, (0,): -r} for r in roots])


@pytest.mark.parametrize(
    ("polynomials", "n", "count", "real"),
    [
        (cyclic(5), 5, 70, 10),
        (katsura(4), 5, 16, 12),
        (noon(3), 3, 21, 7),
        (dense(2, (3, 4), seed=2), 2, 12, None),
        ([polynomial(1, (1, (0, 0)), (1, ()))], 1, 2, 0),
        ([polynomial(1, (3, (0,)), (-2, ()))], 1, 1, 1),
        ([polynomial(2, (1, (0,))), polynomial(2, (1, (0,)), (-1, ()))], 2, 0, 0),
        ([{(0, 0): 5}], 2, 0, 0),
    ],
    ids=["cyclic-5", "katsura-4", "noon-3", "dense", "imaginary", "linear", "empty", "constant"],
)
def test_systems_with_known_numbers_of_solutions(polynomials, n, count, real):
    """Bjorck & Froberg 1991 (70 cyclic 5-roots, 10 of them real), Katsura, Noonburg."""
    points = solved(polynomials, n)
    assert len(points) == count and real in (None, n_real(points))


# Published test functions, float input, cubes that are nearly perfect, roots close together and of size 1e-45.
@pytest.mark.parametrize(
    ("text", "count", "real"),
    [
        ("100*(y - x^2)^2 + (2 - x)^2 + 100*(z - y^2)^2", 1, 1),
        ("(y - x^3)^2 + (12 - x)^2", 1, 1),
        ("+".join(f"100*(x{i + 1} - x{i}^2)^2 + (1 - x{i})^2" for i in (1, 2, 3)), 9, 3),
        ("x^2*y - 3*y + 50*x + (z - y^3)^2", 2, 2),
        ("0.3333333333333333*x^3 + x^2*y + x*y^2 + 0.3333333333333333*y^3 - x - 2*y + x*y", 4, 4),
        ("(x + y)^3/3 - y^3/10^14 - x - 2*y + x*y", 4, 4),
        (
            "3*(25*x-24*y)^2*(24*x-23*y)^2 + (25*x-24*y)^3*(24*x-23*y) - (25*x-24*y)*(24*x-23*y)^3 + 1250*x*y - 625*x"
            " - 1875*y^2",
            9,
            3,
        ),
        ("3*(24*x - 23*y)^4 - (25*x - 24*y)*(24*x - 23*y)^3 + 1250*y + 1875*x*y", 5, 3),
        ("(30*x - 29*y)*(29*x - 28*y)*(x^2 + y^2) + 900*(z^2*x + 2*y^3 + x*z + x + 3*y)", 15, 1),
        ("u*(x^2 - 140*x*y - y^3 + 4900*y^2) + v*(1427247692705959881058285969449495136382746624*y - 1)", 2, 2),
        ("(x - 1)^3/3 - (x - 1)/(4*10^24) + y^2/2 + x*y^2", 4, 2),
        ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", 9, 9),
    ],
    ids=[
        "chain", "valley", "rosenbrock", "far", "float-cubic", "near-cube", "shear-6", "shear-3", "shear-14", "tiny", "close",
        "himmelblau",
    ],
)  # fmt: skip
def test_tame_potentials_with_solutions_far_away_or_close_together(text, count, real):
    points = gradient(text)
    assert (len(points), n_real(points)) == (count, real)


def test_a_chain_of_wells_in_twenty_unknowns():
    """x_(k+1) = x_k^2 all along, and x_0 = 0 or 1 or -1."""
    chain = "+".join(f"(x{i + 1} - x{i}^2)^2/2" for i in range(19))
    points = gradient(f"x0^4/4 - x0^2/2 + {chain}")
    assert {p.doubles[:2] for p in points} == {(-1, 1), (0, 0), (1, 1)}


def test_wilkinson_s_polynomial_has_twenty_real_roots():
    points = solved([from_roots(range(1, 21))], 1)
    assert [point.doubles for point in points] == [(k,) for k in range(1, 21)]


def test_a_polynomial_of_degree_100_has_the_roots_that_numpy_finds():
    random = Random(5)
    coefficients = [random.randint(-99, 99) for _ in range(100)] + [random.randint(1, 99)]
    points = solved([{(k,): c for k, c in enumerate(coefficients)}], 1)
    ours = np.array([point.doubles[0] for point in points])
    theirs = np.roots(coefficients[::-1])
    distance = np.abs(ours[:, None] - theirs)
    assert distance.min(axis=0).max() < 1e-8 and distance.min(axis=1).max() < 1e-8


def test_tiny_roots_are_accurate_relative_to_their_size_and_apart():
    """x^2 = 140 x y + y^3 - 4900 y^2 at y = 1/N: x = 70 y +- y^(3/2), of size 5e-44 and 4e-68 apart."""
    n = 1427247692705959881058285969449495136382746624
    f = [{(2, 0): 1, (1, 1): -140, (0, 3): -1, (0, 2): 4900}, {(0, 1): n, (0, 0): -1}]
    first, second = sorted(point.centre[0][0] for point in solved(f, 2))
    assert abs(float(first * n) - 70) < 1e-13
    assert abs(float((second - first) ** 2 * n**3) / 4 - 1) < 1e-6


def test_roots_that_doubles_do_not_tell_apart():
    points = solved([{(2,): 1, (1,): -2, (0,): 1 - Fraction(1, 10**60)}], 1)
    (first, _), (second, _) = (point.centre[0] for point in points)
    assert points[0].doubles == points[1].doubles == (1,) and abs((second - first) * 10**30 / 2 - 1) < Fraction(
        1, 10**6
    )


def test_coordinates_that_vanish_are_exactly_zero_and_only_these():
    """x (x^2 - 2) = 0, y = x^2 - 2, z = x^3 / 10^50."""
    f = [
        {(3, 0, 0): 1, (1, 0, 0): -2},
        {(0, 1, 0): 1, (2, 0, 0): -1, (0, 0, 0): 2},
        {(0, 0, 1): 10**50, (3, 0, 0): -1},
    ]
    points = solved(f, 3)
    assert sorted(tuple(z == 0 for z in p.coordinates) for p in points) == [
        (False, True, False), (False, True, False), (True, False, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("polynomials", "degree", "expected"),
    [
        ([polynomial(1, (1, (0, 0)))], 2, {(0,)}),
        ([polynomial(2, (1, (0, 0))), polynomial(2, (1, (0, 1))), polynomial(2, (1, (1, 1)))], 3, {(0, 0)}),
        ([{(2, 0): 1}, {(0, 2): 1}], 4, {(0, 0)}),
        ([{(2, 0): 1, (0, 1): -1}, {(0, 3): 1}], 6, {(0, 0)}),
        (
            [
                times({(1, 0): 1, (0, 0): -1}, {(1, 0): 1, (0, 1): 2, (0, 0): 3}),
                times({(1, 0): 1, (0, 0): -1}, {(0, 1): 1, (0, 0): -7}),
                times({(0, 1): 1, (0, 0): -7}, {(0, 1): 1, (0, 0): -7}),
            ],
            3,
            {(1, 7), (-17, 7)},
        ),
    ],
    ids=["double", "fat-point", "square-of-fat", "cusp", "double-and-simple"],
)
def test_multiple_points_are_listed_once(polynomials, degree, expected):
    n = len(next(iter(polynomials[0])))
    found = parametrise(polynomials, n)
    assert found.degree == degree
    assert {point.doubles for point in solved(polynomials, n)} == expected


def test_multiple_points_on_a_grid():
    points = gradient("(x^2 - 1)^3 + (y^2 - 2)^3")
    assert sorted(tuple(round(c.real, 9) for c in p.doubles) for p in points) == sorted(
        product((-1, 0, 1), (-round(2**0.5, 9), 0, round(2**0.5, 9)))
    )


@given(
    roots=st.lists(st.fractions(min_value=-5, max_value=5, max_denominator=9), min_size=1, max_size=4, unique=True),
    others=st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=3, unique=True),
    repeats=st.integers(1, 2),
    seed=st.integers(0, 3),
)
def test_a_grid_of_rational_points(roots, others, repeats, seed):
    """Products of linear factors in x and, sheared, in y, the first of them repeated."""
    f, g = {(0, 0): Fraction(1)}, {(0, 0): Fraction(1)}
    for r in [*roots, *roots[:1] * (repeats - 1)]:
        f = times(f, {(1, 0): Fraction(1), (0, 0): -r})
    for r in others:
        g = times(g, {(0, 1): Fraction(1), (1, 0): Fraction(2), (0, 0): Fraction(-r)})
    points = solved([f, g], 2, seed=seed)
    exact = {(r, s - 2 * r) for r in roots for s in others}
    assert len(points) == len(exact) and all(p.is_real for p in points)
    for x, y in exact:
        assert sum(abs(p.centre[0][0] - x) + abs(p.centre[1][0] - y) < Fraction(1, 10**3) for p in points) == 1


@given(st.integers(0, 10**6))
def test_two_dense_quadrics_have_the_roots_of_their_resultant(seed):
    """By sympy's resultant and numpy's roots."""
    import sympy

    f, g = dense(2, (2, 2), seed)
    x, y = sympy.symbols("x y")
    a, b = (sum(c * x ** e[0] * y ** e[1] for e, c in h.items()) for h in (f, g))
    resultant = sympy.Poly(sympy.resultant(a, b, y), x)
    assume(resultant.degree() == 4 and sympy.discriminant(resultant) != 0)
    theirs = np.roots([int(c) for c in resultant.all_coeffs()])
    assume(min(abs(s - t) for s, t in combinations(theirs, 2)) > 1e-4)
    ours = np.array([point.doubles[0] for point in solved([f, g], 2)])
    assert np.abs(ours[:, None] - theirs).min(axis=0).max() < 1e-6 * max(1, np.abs(theirs).max())


@pytest.mark.parametrize(
    ("label", "count"),
    [
        ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3", 33),
        ("deep-linear:widths=2-1-2,data=gaussian,m=2", 17),
        ("spherical-p-spin:n=4,p=3", 15),
    ],
)
def test_networks_and_glasses_have_their_generic_counts(label, count):
    system = ps.model_from_label(label).sample(3).system
    assert len(solved(system.terms, system.n)) == count


def test_positive_dimension_has_no_parametrisation():
    found = parametrise([polynomial(2, (1, (0, 0)), (1, (1, 1)), (-1, ()))], 2)
    assert (found.parametrisation, found.dimension, found.stopped) == (None, 1, None)


def test_the_simple_points_beside_a_curve():
    """x (xy - 1) = y (xy - 1) = 0, z^2 = 4: two curves, and two points with x = y = 0."""
    f = [
        times({(1, 0, 0): 1}, {(1, 1, 0): 1, (0, 0, 0): -1}),
        times({(0, 1, 0): 1}, {(1, 1, 0): 1, (0, 0, 0): -1}),
        {(0, 0, 2): 1, (0, 0, 0): -4},
    ]
    found = parametrise(with_inverse_determinant(f, 3), 4).parametrisation
    assert {p.doubles[:3] for p in points_of(found)} == {(0, 0, -2), (0, 0, 2)}


def test_a_form_that_does_not_separate_or_misses_nilpotent_elements_is_noticed():
    """At (x^2, y^2) the form x has the right root and no more: y x is not zero, and y - 0 is not what is found."""
    system = reduce_modulo([{(2, 0): 1}, {(0, 2): 1}], 2, PRIME)
    algebra = quotient_algebra(groebner_basis(system))
    generator = np.random.default_rng(0)
    wrong = parametrisation_modulo(algebra, np.array([1, 0]), 1, generator, Meter())
    assert wrong is not None and not wrong.solves(system, Meter())
    right = parametrisation_modulo(algebra, np.array([1, 1]), 1, generator, Meter())
    assert right is not None and right.solves(system, Meter())
    squares = reduce_modulo([{(2, 0): 1, (0, 0): -2}, {(0, 2): 1, (0, 0): -3}], 2, PRIME)
    algebra = quotient_algebra(groebner_basis(squares))
    assert parametrisation_modulo(algebra, np.array([1, 0]), 4, generator, Meter()) is None


def test_a_parametrisation_of_other_points_does_not_solve():
    system = reduce_modulo(integer_polynomials([{(2,): 1, (0,): -2}], 1), 1, PRIME)
    right = ParametrisationModulo(PRIME, nmod_poly([-2, 0, 1], PRIME), (nmod_poly([4], PRIME),))
    wrong = ParametrisationModulo(PRIME, nmod_poly([-3, 0, 1], PRIME), (nmod_poly([6], PRIME),))
    assert right.solves(system, Meter()) and not wrong.solves(system, Meter())
    assert right.residues.tolist() == [[PRIME - 2, 0], [4, 0]]


@given(st.integers(-(10**60), 10**60), st.integers(1, 10**40))
def test_a_rational_number_is_found_from_its_residue_and_not_before(numerator, denominator):
    modulus = fmpz(2**521 - 1)
    value = Fraction(numerator, denominator)
    residue = value.numerator * pow(fmpz(value.denominator), -1, modulus) % modulus
    assert rational(residue, modulus) == (value.numerator, value.denominator)
    small = fmpz(2**61 - 1)
    if value.numerator.bit_length() + value.denominator.bit_length() > 60 and value.denominator % (2**61 - 1):
        assert rational(value.numerator * pow(fmpz(value.denominator), -1, small) % small, small) is None


@given(
    st.lists(st.fractions(max_denominator=10**6), min_size=3, max_size=3),
    st.lists(st.fractions(max_denominator=50), min_size=3, max_size=3),
)
def test_rows_of_rational_numbers_are_found_from_their_residues(first, second):
    known = Residues(2, 3, np.random.default_rng(1))
    candidates = (p for p in range(2**31 - 1, 0, -2) if fmpz(p).is_prime())
    for _ in range(40):
        p = next(candidates)
        residues = [[f.numerator * pow(f.denominator, -1, p) % p for f in row] for row in (first, second)]
        known.add(p, np.array(residues), Meter())
        found = known.reconstructed(Meter())
        if found is not None:
            break
    assert [[Fraction(int(a), int(d)) for a in row] for row, d in found] == [first, second]


def test_reaching_a_limit_is_no_error_and_names_it():
    stopped = parametrise(cyclic(5), 5, meter=Meter(work_limit=10**7))
    assert stopped.stopped is Stop.WORK and stopped.parametrisation is None
    assert parametrise(cyclic(5), 5, meter=Meter(memory_limit=1000)).stopped is Stop.MEMORY
    assert parametrise(cyclic(5), 5, meter=Meter(time_limit=0.0)).stopped is Stop.TIME
    with pytest.raises(Stopped):
        points_of(parametrise(katsura(3), 4).parametrisation, meter=Meter(work_limit=10))


def test_the_same_seed_gives_the_same_answer_and_another_one_the_same_points():
    first, second = (parametrise(noon(3), 3, seed=4) for _ in range(2))
    assert first == second
    ours, theirs = (points_of(parametrise(noon(3), 3, seed=seed).parametrisation) for seed in (4, 5))
    assert all(sum(np.allclose(p.doubles, q.doubles) for q in theirs) == 1 for p in ours)


@pytest.mark.slow
def test_a_deep_linear_network_with_225_points():
    """Kulkarni & Kileel's 2-2-2: coefficients of some 6000 digits, 1400 primes, minutes."""
    system = ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian,m=2").sample(3).system
    assert len(solved(system.terms, system.n)) == 225
