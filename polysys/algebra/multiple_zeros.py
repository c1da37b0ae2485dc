"""The multiple zeros of a system with finitely many zeros, with their multiplicities, by exact algebra over Q."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from flint import acb, ctx, fmpq, fmpz_poly

from polysys.algebra.algebraic_points import AlgebraicPoint, points_of
from polysys.algebra.limits import Meter, Stopped
from polysys.algebra.modular import Polynomial
from polysys.algebra.parametrisation import Parametrisation, parametrise
from polysys.algebra.rational_quotient import rational_quotient
from polysys.algebra.verified_parametrisation import cost, solves


@dataclass(frozen=True)
class MultipleZero:
    """A zero that counts more than once.

    Parameters
    ----------
    point : AlgebraicPoint
    multiplicity : int
        At least so many; exactly, where the degree of the ideal is what was found.
    exact : tuple of Fraction or None
        The coordinates, where all are rational.
    """

    point: AlgebraicPoint
    multiplicity: int
    exact: tuple[Fraction, ...] | None


@dataclass(frozen=True)
class ZerosWithMultiplicity:
    """How the zeros of a system share its degree.

    Parameters
    ----------
    simple : tuple of AlgebraicPoint
        Zeros that count once.
    multiple : tuple of MultipleZero
        The others.
    """

    simple: tuple[AlgebraicPoint, ...]
    multiple: tuple[MultipleZero, ...]

    @property
    def n_simple(self) -> int:
        """How many zeros count once."""
        return len(self.simple)

    @property
    def degree(self) -> int:
        """Number of zeros with multiplicity: a proved lower bound on the degree of the ideal."""
        return self.n_simple + sum(z.multiplicity for z in self.multiple)


    def in_units(self, units: Sequence[int]) -> ZerosWithMultiplicity:
        """The zeros whose coordinates are 2^(a_i) times these."""

        def scaled(exact: tuple[Fraction, ...] | None) -> tuple[Fraction, ...] | None:
            return None if exact is None else tuple(x * Fraction(2) ** a for x, a in zip(exact, units, strict=True))

        multiple = (MultipleZero(z.point.in_units(units), z.multiplicity, scaled(z.exact)) for z in self.multiple)
        return ZerosWithMultiplicity(tuple(p.in_units(units) for p in self.simple), tuple(multiple))


def zeros_with_multiplicity(
    polynomials: Sequence[Polynomial], n: int, *, seed: int = 0, work_limit: int | None = None
) -> ZerosWithMultiplicity | None:
    """The multiple zeros of a system with finitely many zeros; None where it has infinitely many, and at the limit of work.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to rational coefficients
    n : int
        Number of unknowns.
    seed : int
        Of the primes.
    work_limit : int, optional

    Notes
    -----
    Points come from a rational parametrisation that solves the equations over Q; multiplicities from the characteristic polynomial
    of its linear form in a quotient algebra over Q (:mod:`polysys.algebra.rational_quotient`).  So every zero is one and has
    at least the multiplicity that is said.  Where the ideal has no larger degree (a bound by Hilbert functions proves that), nothing is
    missing and every multiplicity is exact.

    Examples
    --------
    x^2 (x^2 - 2), y = x:

    >>> found = zeros_with_multiplicity([{(4, 0): 1, (2, 0): -2}, {(0, 1): 1, (1, 0): -1}], 2)
    >>> found.n_simple, [(z.multiplicity, z.exact == (0, 0)) for z in found.multiple]
    (2, [(2, True)])
    """
    meter = Meter(work_limit)
    try:
        return _zeros(polynomials, n, seed, meter)
    except Stopped:
        return None


def _zeros(polynomials: Sequence[Polynomial], n: int, seed: int, meter: Meter) -> ZerosWithMultiplicity | None:
    parametrisation = parametrise(polynomials, n, seed=seed, meter=meter).parametrisation
    if parametrisation is None or not parametrisation.n_solutions:
        return None
    meter.spend(cost(parametrisation, polynomials))
    if not solves(parametrisation, polynomials):
        return None
    quotient = rational_quotient(polynomials, n, seed=seed, meter=meter)
    factors = None if quotient is None else quotient.multiplicities(parametrisation.form)
    if factors is None or sum(f.degree() for f, _ in factors) != parametrisation.n_solutions:
        return None
    points = points_of(parametrisation, meter=meter)
    multiple: list[MultipleZero] = []
    for factor, multiplicity in factors:
        if multiplicity > 1:
            exact = _rational_zero(parametrisation, factor)
            for root in _roots(factor):
                here = [p for p in points if _value(p, parametrisation.form).overlaps(root)]
                if len(here) != 1:
                    return None
                multiple.append(MultipleZero(here[0], multiplicity, exact))
    taken = {id(z.point) for z in multiple}
    return ZerosWithMultiplicity(tuple(p for p in points if id(p) not in taken), tuple(multiple))


def _roots(factor: fmpz_poly) -> list[acb]:
    with ctx.workprec(128):
        return [root for root, _ in cast("list[tuple[acb, int]]", factor.complex_roots())]


def _value(point: AlgebraicPoint, form: Sequence[int]) -> acb:
    with ctx.workprec(128):
        return sum((c * x for c, x in zip(form, point.coordinates, strict=True)), acb(0))


def _rational_zero(parametrisation: Parametrisation, factor: fmpz_poly) -> tuple[Fraction, ...] | None:
    """The zero that belongs to a linear factor."""
    if factor.degree() != 1:
        return None
    t = fmpq(-factor[0], factor[1])
    derivative = parametrisation.polynomial.derivative()(t)
    values = [
        f(t) / (derivative * d) for f, d in zip(parametrisation.numerators, parametrisation.denominators, strict=True)
    ]
    return tuple(Fraction(int(v.p), int(v.q)) for v in map(fmpq, values))
