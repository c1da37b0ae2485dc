"""The hypersurfaces in the solution set of a system, exactly: the factors that all its equations share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any


@dataclass(frozen=True, slots=True)
class CommonFactors:
    """V(F) = V(g) and V(rest) together, g the greatest common divisor of the equations.

    Parameters
    ----------
    factors : tuple of (PolyElement, int)
        The factors of g that are irreducible over Q, each with its exponent in g. Each is a component of dimension n - 1
        whose degree is the total degree; over C it may fall into conjugate pieces.
    rest : tuple of PolyElement
        What is left of the equations, each freed of repeated factors, which changes no zero; its solution set has
        dimension at most n - 2. Empty if a constant is among them: then there is nothing else.
    """

    factors: tuple[tuple[Any, int], ...]
    rest: tuple[Any, ...]


def common_factors(polynomials: Sequence[Any]) -> CommonFactors:
    """Split the hypersurfaces off a system of polynomials over Q.

    Examples
    --------
    The gradient of (x^2 + y^2 - 1)^2 vanishes on a circle and at the origin:

    >>> from sympy import QQ, ring
    >>> R, x, y = ring("x,y", QQ)
    >>> split = common_factors([x * (x**2 + y**2 - 1), y * (x**2 + y**2 - 1)])
    >>> split.factors, split.rest
    (((x**2 + y**2 - 1, 1),), (x, y))
    """
    nonzero = [f for f in polynomials if f]
    g = reduce(lambda f, h: f.gcd(h), nonzero)
    rest = tuple(f.exquo(g).sqf_part() if f else f for f in polynomials)
    if any(f and f.is_ground for f in rest):
        rest = ()
    _, factors = g.factor_list()
    return CommonFactors(tuple((f.primitive()[1], int(k)) for f, k in factors), rest)
