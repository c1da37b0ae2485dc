"""The minimal polynomial over Q of one coordinate of solutions that a rational parametrisation describes."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from flint import acb, arb, ctx, fmpq, fmpq_mat, fmpq_poly, fmpz_poly

from polysys.algebra.parametrisation import Parametrisation

_MOST = 16  # degree of a factor: beyond, nobody reads the polynomial
_BITS = 256


def minimal_polynomial(parametrisation: Parametrisation, i: int, low: Fraction, high: Fraction) -> fmpz_poly | None:
    """The irreducible polynomial whose one root in an interval is unknown number i at all real solutions where it lies there.

    Parameters
    ----------
    parametrisation : Parametrisation
    i : int
    low, high : Fraction

    Returns
    -------
    fmpz_poly or None
        None where there is no such solution, where the unknown has several values in the interval, and beyond degree 16.

    Notes
    -----
    Let f = g h with g irreducible and t a root of g. The unknown is c = N(t) / (d f'(t)), an element of the field Q[t]/g; its minimal
    polynomial is that of the matrix by which it multiplies there. All of it is exact, if the parametrisation is right.

    Examples
    --------
    x^2 = 2, y = x + 1, so that (y - 1)^2 = 2:

    >>> from polysys.algebra.parametrisation import parametrise
    >>> found = parametrise([{(2, 0): 1, (0, 0): -2}, {(0, 1): 1, (1, 0): -1, (0, 0): -1}], 2).parametrisation
    >>> minimal_polynomial(found, 1, Fraction(2), Fraction(3))
    x^2 + (-2)*x + (-1)
    """
    f, numerator = parametrisation.polynomial, parametrisation.numerators[i]
    slope = parametrisation.denominators[i] * f.derivative()
    found: list[fmpz_poly] = []
    with ctx.workprec(_BITS):
        for factor, _ in f.factor()[1]:
            if not any(_may_lie(numerator(t) / slope(t), low, high) for t in _real_roots(factor)):
                continue
            if factor.degree() > _MOST:
                return None
            polynomial = _minimal(factor, numerator, slope)
            if polynomial not in found:
                found.append(polynomial)
        if len(found) != 1:
            return None
        inside = [t for t in _real_roots(found[0]) if _may_lie(t, low, high)]
    return found[0] if len(inside) == 1 else None


def _real_roots(polynomial: fmpz_poly) -> list[arb]:
    return [z.real for z, _ in cast("list[tuple[acb, int]]", polynomial.complex_roots()) if z.imag == 0]


def _may_lie(value: arb, low: Fraction, high: Fraction) -> bool:
    ends = [arb(fmpq(end.numerator, end.denominator)) for end in (low, high)]
    return not (value < ends[0] or value > ends[1])


def _minimal(factor: fmpz_poly, numerator: fmpz_poly, slope: fmpz_poly) -> fmpz_poly:
    """Of numerator/slope in the field that the factor defines, primitive and with a positive leading coefficient."""
    g = fmpq_poly(factor)
    _, inverse, _ = (fmpq_poly(slope) % g).xgcd(g)
    element, m = fmpq_poly(numerator) * inverse % g, int(g.degree())
    rows = []
    for k in range(m):  # t^k times the element
        coefficients = (element * fmpq_poly([0] * k + [1]) % g).coeffs()
        rows.append([*coefficients, *[fmpq(0)] * (m - len(coefficients))])
    monic = fmpq_mat(rows).minpoly()
    return fmpz_poly(monic.numer())
