"""The singular points of a family by exact algebra: all solutions of F = 0, det F_u = 0 in the unknowns and the parameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from homotopy.scans.family import Family
from polysys.algebra.algebraic_points import AlgebraicPoint, points_of
from polysys.algebra.limits import Meter, Stopped
from polysys.algebra.parametrisation import parametrise
from polysys.algebra.simple_solutions import jacobian_determinant

_WORK = 2 * 10**9  # seconds
_MOST_UNKNOWNS = 6  # with the parameter: beyond, determinants alone fill pages
_BITS = 100


@dataclass(frozen=True)
class Discriminant:
    """All singular points of a family.

    Parameters
    ----------
    n_points : int
        Number of distinct complex ones, on which the primes of a parametrisation agree.
    real : tuple of AlgebraicPoint
        The real ones; the parameter is their last coordinate.
    """

    n_points: int
    real: tuple[AlgebraicPoint, ...]

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
    return Discriminant(len(points), tuple(p for p in points if p.is_real))


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
