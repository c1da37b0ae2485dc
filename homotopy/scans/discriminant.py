"""The singular points of a family by exact algebra: all solutions of F = 0, det F_u = 0 in the unknowns and the parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpz_poly

from homotopy.scans.family import Family
from polysys.algebra.algebraic_points import AlgebraicPoint, points_of
from polysys.algebra.coordinate_polynomials import minimal_polynomial
from polysys.algebra.limits import Meter, Stopped
from polysys.algebra.parametrisation import Parametrisation, parametrise
from polysys.algebra.simple_solutions import jacobian_determinant

_WORK = 2 * 10**9  # seconds
_MOST_UNKNOWNS = 6  # with the parameter: beyond, determinants alone fill pages
_BITS = 100
_MOST_LETTERS = 60  # of a polynomial that is printed


@dataclass(frozen=True)
class Discriminant:
    """All singular points of a family.

    Parameters
    ----------
    n_points : int
        Number of distinct complex ones, on which the primes of a parametrisation agree.
    real : tuple of AlgebraicPoint
        The real ones; the parameter is their last coordinate.
    values : tuple of (Fraction, Fraction)
        Intervals that hold the parameters of all points, complex ones too, whose parameter looks real.
    parametrisation : Parametrisation, optional
        Of the points.
    """

    n_points: int
    real: tuple[AlgebraicPoint, ...]
    values: tuple[tuple[Fraction, Fraction], ...] = ()
    parametrisation: Parametrisation | None = None

    def equation_of(self, points: Sequence[AlgebraicPoint], name: str) -> str:
        """The irreducible polynomial, in the parameter's name, of which the one value of some real points is a root; "" where it is long or unknown."""
        if self.parametrisation is None or not have_one_value(points):
            return ""
        low, high = min(p.box[-1][0] for p in points), max(p.box[-1][1] for p in points)
        found = minimal_polynomial(self.parametrisation, len(self.parametrisation.numerators) - 1, low, high)
        text = "" if found is None else _text(found, name)
        return text if len(text) <= _MOST_LETTERS else ""

    def within(self, low: Fraction, high: Fraction) -> list[AlgebraicPoint]:
        """The real ones whose parameter may lie in an interval."""
        return [p for p in self.real if p.box[-1][1] >= low and p.box[-1][0] <= high]


def discriminant_of(family: Family, work: int = _WORK) -> Discriminant | None:
    """The singular points of a family; None where they are not finitely many, or out of reach.

    Notes
    -----
    A rational parametrisation of the solutions, found modulo primes and compared modulo one more: evidence, like the degree of an ideal
    modulo two primes, and no proof. Real roots are isolated with proof. Solutions at infinity are not among them.
    """
    n = family.n + 1
    if n > _MOST_UNKNOWNS:
        return None
    meter = Meter(work)
    try:
        determinant = jacobian_determinant(family.equations, n, meter)
        if not determinant:
            return None
        result = parametrise([*family.equations, determinant], n, meter=meter)
        if result.dimension == -1:
            return Discriminant(0, ())
        if result.parametrisation is None:
            return None
        points = points_of(result.parametrisation, bits=_BITS, meter=meter)
    except Stopped:
        return None
    at_real = [p.box[-1] for p in points if p.coordinates[-1].imag.contains(0)]
    real = tuple(p for p in points if p.is_real)
    return Discriminant(len(points), real, tuple(dict.fromkeys(at_real)), result.parametrisation)


def _text(polynomial: fmpz_poly, name: str) -> str:
    """A polynomial with integer coefficients, the highest power first.

    Examples
    --------
    >>> _text(fmpz_poly([-2, 0, 3, 1]), "a")
    'a^3 + 3*a^2 - 2'
    """
    pieces = []
    for k in range(int(polynomial.degree()), -1, -1):
        c = int(polynomial[k])
        power = "" if k == 0 else name if k == 1 else f"{name}^{k}"
        if c:
            factor = "*".join(part for part in (str(abs(c)) if abs(c) != 1 or not k else "", power) if part)
            pieces.append(f"{'-' if c < 0 else '+'} {factor}")
    text = " ".join(pieces)
    return text.removeprefix("+ ") if text.startswith("+") else "-" + text[2:]


def unaccounted(
    found: Discriminant, brackets: Sequence[tuple[Fraction, Fraction]], low: Fraction, high: Fraction
) -> list[AlgebraicPoint]:
    """Real singular points in a range that lie in no bracket."""
    return [
        p
        for p in found.within(low, high)
        if p.box[-1][0] >= low
        and p.box[-1][1] <= high
        and not any(a <= p.box[-1][0] and p.box[-1][1] <= b for a, b in brackets)
    ]


def have_one_value(points: Sequence[AlgebraicPoint]) -> bool:
    """Whether the intervals of the parameters of some points have a value in common: equal to some thirty digits."""
    return not points or max(p.box[-1][0] for p in points) <= min(p.box[-1][1] for p in points)


def merged(brackets: Sequence[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """Disjoint intervals with the same union.

    Examples
    --------
    >>> [tuple(map(str, b)) for b in merged([(Fraction(2), Fraction(3)), (Fraction(0), Fraction(1)), (Fraction(1, 2), Fraction(3, 2))])]
    [('0', '3/2'), ('2', '3')]
    """
    result: list[tuple[Fraction, Fraction]] = []
    for low, high in sorted(brackets):
        if result and low < result[-1][1]:
            result[-1] = result[-1][0], max(high, result[-1][1])
        else:
            result.append((low, high))
    return result
