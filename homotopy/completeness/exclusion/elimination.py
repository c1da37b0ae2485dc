"""Unknowns that an equation gives as a polynomial in the others, with a constant coefficient: they are eliminated exactly.

dV/dy = c y + g(x) with a number c leaves y = -g(x) / c at every stationary point. The equations that remain need not be a
gradient, but they have fewer unknowns, and often no zeros at infinity where the gradient had some: Rosenbrock's valleys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from polysys.landscape import Landscape

_MAX_TERMS = 3000  # of all equations together: an elimination that needs more is left out


@dataclass(frozen=True, slots=True, eq=False)
class Reduction:
    """Equations in some of the unknowns, equivalent to all.

    Parameters
    ----------
    free : tuple of int
        The unknowns that remain.
    equations : tuple of polynomials
        As many, in these alone.
    eliminated : tuple of (int, polynomial)
        Each eliminated unknown, as a polynomial in the free ones and those that come before it here.
    """

    free: tuple[int, ...]
    equations: tuple[Any, ...]
    eliminated: tuple[tuple[int, Any], ...]

    def complete(self, x: list[float]) -> list[float]:
        """The point whose free coordinates are those of x, in floating point."""
        for k, polynomial in self.eliminated:
            x[k] = sum(float(c) * _monomial(e, x) for e, c in polynomial.terms())
        return x


def _monomial(exponents: Sequence[int], x: Sequence[float]) -> float:
    value = 1.0
    for base, e in zip(x, exponents, strict=True):
        value *= base**e
    return value


def reduce_gradient(landscape: Landscape) -> Reduction:
    """The gradient equations after all eliminations; as they are where there is none.

    Examples
    --------
    >>> import polysys as ps
    >>> r = reduce_gradient(ps.expression("(y - x^3)^2 + x^4 - x").sample())
    >>> r.free, r.equations, r.eliminated
    ((0,), (4*x**3 - 1,), ((1, x**3),))
    """
    potential = landscape.potential
    gens = potential.ring.gens
    equations = [potential.diff(x) for x in gens]
    free, eliminated = list(range(len(gens))), []
    while True:
        found = min(_solvable(equations, free), default=None)
        if found is None:
            break
        _, row, k = found
        f = equations[row]
        value = (gens[k] * f.coeff(gens[k]) - f) / f.coeff(gens[k])
        reduced = [g.compose(gens[k], value) for i, g in enumerate(equations) if i != row]
        if sum(map(len, reduced)) > _MAX_TERMS:
            break
        equations = reduced
        free.remove(k)
        eliminated.append((k, value))
    # the last one eliminated is free of those before it, and they may need it
    return Reduction(tuple(free), tuple(equations), tuple(reversed(eliminated)))


def _solvable(equations: Sequence[Any], free: Sequence[int]) -> list[tuple[int, int, int]]:
    """(terms, equation, unknown) wherever an equation has an unknown in one term only, a multiple of itself."""
    result = []
    for row, f in enumerate(equations):
        monomials = f.monoms()
        for k in free:
            own = [e for e in monomials if e[k]]
            if len(own) == 1 and sum(own[0]) == 1:
                result.append((len(monomials), row, k))
    return result
