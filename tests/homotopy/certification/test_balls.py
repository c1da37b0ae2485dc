"""Ball arithmetic: enclosures enclose, the contraction test proves what it says, inertia is the exact one or undecided."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from flint import acb, arb, ctx, fmpq, fmpq_mat
from hypothesis import given
from hypothesis import strategies as st

import polysys as ps
from homotopy.certification import balls
from homotopy.certification.balls import Enclosure
from homotopy.certification.zeros import Certificate, certify_one
from polysys.formulations.formulation import FormulationTapes

fractions = st.fractions(min_value=-4, max_value=4, max_denominator=10**6)
radii = st.fractions(min_value=Fraction(1, 10**40), max_value=3, max_denominator=10**40).filter(lambda r: r > 0)


def tapes_of(text: str) -> FormulationTapes:
    return ps.expression(text).sample().tapes


def certified(tapes: FormulationTapes, *candidate: complex) -> Certificate:
    certificate = certify_one(tapes, candidate)
    assert certificate is not None
    return certificate


@given(fractions)
def test_the_ball_of_a_rational_contains_it(x: Fraction) -> None:
    assert balls.ball(x).contains(arb(fmpq(x.numerator, x.denominator)))
    with ctx.workprec(2000):
        sharp = arb(fmpq(x.numerator, x.denominator))
    assert balls.ball(x).contains(sharp)


@given(fractions, radii)
def test_an_upper_bound_is_one(x: Fraction, r: Fraction) -> None:
    value = balls.real_ball(x, r)
    assert balls.upper(value) >= abs(x) + r


@given(fractions, fractions, radii, st.sampled_from([(1, 0), (-1, 0), (0, 1), (0, -1), (Fraction(3, 5), Fraction(4, 5))]))
def test_the_ball_of_a_disc_contains_its_boundary(
    re: Fraction, im: Fraction, r: Fraction, direction: tuple[Fraction, Fraction]
) -> None:
    disc = balls.complex_ball((re, im), r)
    with ctx.workprec(4000):
        a, b = re + r * direction[0], im + r * direction[1]
        assert disc.contains(acb(fmpq(a.numerator, a.denominator), fmpq(b.numerator, b.denominator)))


@given(fractions, fractions)
def test_an_enclosure_of_a_value_contains_the_exact_value(x: Fraction, y: Fraction) -> None:
    tapes = tapes_of("x^3*y/7 - 1/3*x*y^2 + 0.1*y^4")
    (value,) = balls.evaluate(tapes.energy, [balls.ball(x), balls.ball(y)])
    (exact,) = tapes.energy.evaluate([x, y])
    with ctx.workprec(4000):
        assert value.contains(arb(fmpq(exact.numerator, exact.denominator)))


@given(fractions, st.fractions(min_value=Fraction(1, 1000), max_value=1), st.fractions(min_value=-1, max_value=1))
def test_the_contraction_bound_holds_all_over_the_disc(m: Fraction, radius: Fraction, where: Fraction) -> None:
    tapes = tapes_of("x^4 - 3*x^3 + x^2/2 + x")  # derivative of the gradient: 12 x^2 - 18 x + 1
    with ctx.workprec(128):
        y = balls.preconditioner(tapes.jacobian, [(m, Fraction(0))])
        assert y is not None
        kappa = balls.contraction(tapes.jacobian, y, [(m, Fraction(0))], radius)
        eta, _ = balls.newton_defect(tapes.equations, y, [(m, Fraction(0))])
    assert kappa is not None and eta is not None
    inverse = Fraction(*float(y[0, 0].real).as_integer_ratio())
    z = m + where * radius
    assert abs(1 - inverse * (12 * z * z - 18 * z + 1)) <= kappa
    assert abs(inverse * (4 * m**3 - 9 * m**2 + m + 1)) <= eta


def test_the_contraction_of_a_linear_system_is_none_at_all() -> None:
    tapes = tapes_of("x^2 + x*y + 2*y^2 - x")
    mid = ((Fraction(1, 3), Fraction(0)), (Fraction(5), Fraction(-2)))
    with ctx.workprec(128):
        y = balls.preconditioner(tapes.jacobian, mid)
        assert y is not None
        kappa = balls.contraction(tapes.jacobian, y, mid, Fraction(10**6))
    assert kappa is not None
    assert kappa < Fraction(1, 10**14)  # the Jacobian is constant; only the inverse is rounded


def test_a_singular_jacobian_has_no_preconditioner_at_any_precision() -> None:
    tapes = tapes_of("x^4 + y^2")
    for precision in (64, 128, 256, 512):
        with ctx.workprec(precision):
            assert balls.preconditioner(tapes.jacobian, [(Fraction(0), Fraction(0))] * 2) is None


class TestCheck:
    """What `check` accepts is proved; every unproved change of a claim is refused."""

    TAPES = tapes_of("x^4/4 - 7/6*x^2 + y^2*x/3 + y^2 + x/5")

    @pytest.fixture
    def enclosure(self) -> Enclosure:
        return certified(self.TAPES, 0.086, 0.0).enclosure

    def check(self, enclosure: Enclosure) -> bool:
        with ctx.workprec(128):
            return balls.check(self.TAPES.equations, self.TAPES.jacobian, enclosure)

    def test_accepts_a_certificate(self, enclosure: Enclosure) -> None:
        assert self.check(enclosure)

    def test_refuses_a_moved_centre(self, enclosure: Enclosure) -> None:
        (re, im), other = enclosure.mid
        for step in (3 * enclosure.radius, Fraction(1, 10**10), Fraction(1)):
            assert not self.check(replace(enclosure, mid=((re + step, im), other)))
            assert not self.check(replace(enclosure, mid=((re, im - step), other)))

    def test_refuses_a_radius_that_the_defect_does_not_allow(self, enclosure: Enclosure) -> None:
        assert not self.check(replace(enclosure, radius=enclosure.radius / 10**9))
        assert not self.check(replace(enclosure, radius=Fraction(0)))
        assert not self.check(replace(enclosure, radius=-enclosure.radius))

    def test_refuses_an_enlarged_uniqueness_radius(self, enclosure: Enclosure) -> None:
        for factor in (100, 10**4, 10**9):
            assert not self.check(replace(enclosure, uniqueness=enclosure.uniqueness * factor))

    def test_refuses_a_radius_beyond_the_uniqueness_radius(self, enclosure: Enclosure) -> None:
        assert not self.check(replace(enclosure, radius=enclosure.uniqueness * 2))

    def test_refuses_a_disc_with_two_zeros(self) -> None:
        wells = tapes_of("x^4/4 - x^2/2")
        both = Enclosure(((Fraction(1, 2), Fraction(0)),), Fraction(1, 2), Fraction(3, 5))
        with ctx.workprec(128):
            assert not balls.check(wells.equations, wells.jacobian, both)

    def test_refuses_a_disc_without_a_zero(self) -> None:
        wells = tapes_of("x^4/4 - x^2/2")
        nothing = Enclosure(((Fraction(3, 10), Fraction(2, 5)),), Fraction(1, 10), Fraction(1, 10))
        with ctx.workprec(128):
            assert not balls.check(wells.equations, wells.jacobian, nothing)

    def test_refuses_a_double_zero_however_small_the_disc(self) -> None:
        cubic = tapes_of("x^3/3")
        for radius in (Fraction(1, 10), Fraction(1, 10**20), Fraction(1, 10**200)):
            with ctx.workprec(1024):
                assert not balls.check(
                    cubic.equations, cubic.jacobian, Enclosure(((Fraction(0), Fraction(0)),), radius, radius)
                )


def exact_inertia(matrix: list[list[Fraction]]) -> tuple[int, int, int]:
    """Numbers of negative, positive and zero eigenvalues: Descartes' rule is exact where all roots are real."""
    n = len(matrix)
    entries = [fmpq(v.numerator, v.denominator) for row in matrix for v in row]
    coefficients = list(fmpq_mat(n, n, entries).charpoly().coeffs())

    def changes(values: list[fmpq]) -> int:
        signs = [v > 0 for v in values if v != 0]
        return sum(a != b for a, b in pairwise(signs))

    positive = changes(coefficients)
    negative = changes([c if k % 2 == 0 else -c for k, c in enumerate(coefficients)])
    return negative, positive, n - negative - positive


def ball_matrix(matrix: list[list[Fraction]], radius: Fraction = Fraction(0)) -> list[list[arb]]:
    return [[balls.real_ball(v, radius) for v in row] for row in matrix]


@st.composite
def symmetric(draw: st.DrawFn) -> list[list[Fraction]]:
    n = draw(st.integers(1, 6))
    entry = st.one_of(st.integers(-3, 3).map(Fraction), fractions)
    matrix = [[Fraction(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            matrix[i][j] = matrix[j][i] = draw(entry)
    return matrix


@given(symmetric())
def test_inertia_is_the_exact_one_and_undecided_only_where_singular(matrix: list[list[Fraction]]) -> None:
    negative, positive, zero = exact_inertia(matrix)
    with ctx.workprec(256):
        found = balls.verified_inertia(ball_matrix(matrix))
    assert found == (None if zero else (negative, positive))


@given(symmetric(), st.sampled_from([Fraction(1, 10**k) for k in (3, 9, 15, 22)]))
def test_inertia_of_a_nearly_singular_matrix_is_never_wrong(matrix: list[list[Fraction]], tiny: Fraction) -> None:
    # a row and column are made to depend on the others, and then lifted from that by a tiny amount
    n = len(matrix)
    for j in range(n - 1):
        matrix[n - 1][j] = matrix[j][n - 1] = sum((matrix[i][j] for i in range(n - 1)), Fraction(0))
    matrix[n - 1][n - 1] = sum((matrix[i][n - 1] for i in range(n - 1)), Fraction(0)) - tiny
    negative, positive, _ = exact_inertia(matrix)
    with ctx.workprec(256):
        found = balls.verified_inertia(ball_matrix(matrix))
    assert found in (None, (negative, positive))


def test_inertia_reaches_condition_numbers_beyond_double_precision() -> None:
    tiny = Fraction(1, 10**25)
    matrix = [[Fraction(1), Fraction(1)], [Fraction(1), 1 + tiny]]
    with ctx.workprec(256):
        assert balls.verified_inertia(ball_matrix(matrix)) == (0, 2)
        matrix[1][1] = 1 - tiny
        assert balls.verified_inertia(ball_matrix(matrix)) == (1, 1)


@given(symmetric(), st.lists(st.integers(-400, 400), min_size=6, max_size=6))
def test_inertia_is_the_same_in_other_units(matrix: list[list[Fraction]], exponents: list[int]) -> None:
    """Units of 10^k for each coordinate, beyond what doubles hold."""
    negative, positive, zero = exact_inertia(matrix)
    units = [Fraction(10) ** k for k in exponents]
    with ctx.workprec(256):
        found = balls.verified_inertia(ball_matrix([[v * a * b for v, b in zip(row, units, strict=False)] for row, a in zip(matrix, units, strict=False)]))
    assert found == (None if zero else (negative, positive))


def test_inertia_of_a_large_matrix_on_the_tangent_space_of_a_sphere() -> None:
    """Of (c 1 + M, x; x^T, 0) with c = 10^400: the tangent space is positive, and the border adds one of each sign."""
    c = Fraction(10) ** 400
    matrix = [[c, Fraction(-2, 3), Fraction(3, 5)], [Fraction(-2, 3), c, Fraction(-4, 5)], [Fraction(3, 5), Fraction(-4, 5), Fraction(0)]]
    with ctx.workprec(128):
        assert balls.verified_inertia(ball_matrix(matrix)) == (1, 2)


@given(symmetric(), st.fractions(min_value=Fraction(1, 1000), max_value=2))
def test_inertia_of_a_ball_matrix_holds_for_every_matrix_in_it(matrix: list[list[Fraction]], radius: Fraction) -> None:
    with ctx.workprec(128):
        found = balls.verified_inertia(ball_matrix(matrix, radius))
    if found is not None:
        n = len(matrix)
        for sign in (1, -1, 0):
            moved = [[v + sign * radius for v in row] for row in matrix]
            negative, positive, zero = exact_inertia(moved)
            assert (negative, positive, zero) == (*found, 0)
        shifted = [[v + (radius if i == j else 0) for j, v in enumerate(row)] for i, row in enumerate(matrix)]
        assert exact_inertia(shifted) == (*found, 0)
        assert n == sum(found)


def test_inertia_of_a_wide_or_unbounded_matrix_is_undecided() -> None:
    wide = [[balls.real_ball(Fraction(1), Fraction(2))]]
    assert balls.verified_inertia(wide) is None
    assert balls.verified_inertia([[arb("nan")]]) is None
    assert balls.verified_inertia([[arb("inf")]]) is None
    assert balls.verified_inertia([[arb(10) ** 400]]) == (0, 1)  # beyond doubles


def test_a_rational_out_of_range_becomes_infinite() -> None:
    assert balls.to_double(Fraction(10**400)) == float("inf")
    assert balls.to_double(Fraction(-(10**400))) == float("-inf")
    assert balls.to_double(Fraction(1, 10**400)) == 0
