"""Closed zero patterns: the strata into which the stationary points of a Euclidean landscape fall.

A set A of coordinates is closed when, with all coordinates outside A set to zero, every derivative of V with respect to an
outside coordinate vanishes identically: for each j outside A every monomial of dV/dx_j contains a variable outside A.
Then the stationary points with support A are the solutions in the torus of the smaller landscape V|_A. For
deep linear networks the closed patterns that carry solutions are those of live hidden neurons.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from polysys.errors import InputError

MAX_VARIABLES = 20  # a million subsets, a second or two


def strata(potential: Any, has_multipliers: bool = False) -> list[tuple[int, ...]]:
    """The closed zero patterns that can carry solutions, each as the tuple of its live coordinates.

    Decided on the monomials only, so it holds for every polynomial with these monomials. A pattern is left out when
    some equation of the restricted system is a single monomial: then it has no solution in the torus.

    Parameters
    ----------
    potential : sympy PolyElement
    has_multipliers : bool
        The equations are dV/dx_j = mu_l x_j, as on spheres: a live one is never a single monomial.

    Raises
    ------
    InputError
        For more than 20 variables (all subsets are examined).

    Examples
    --------
    >>> from sympy import QQ, ring
    >>> R, x, y = ring("x,y", QQ)
    >>> strata(x**2 * y**2 + x * y + x**2 + y**2)
    [(), (0, 1)]
    """
    n = potential.ring.ngens
    if n > MAX_VARIABLES:
        raise InputError(f"The zero patterns of {n} variables are too many.", "Use a solver that does not need them.")
    alive = np.arange(1 << n, dtype=np.uint32)
    closed = np.ones(1 << n, dtype=bool)
    for j in range(n):
        # one mask and a multiplicity per monomial of dV/dx_j: the variables it contains
        monomials = [
            sum(1 << k for k, e in enumerate(exponents) if e - (k == j) > 0) for exponents in potential.monoms() if exponents[j]
        ]
        remaining = np.zeros(1 << n, dtype=np.int32)
        for mask in monomials:
            remaining += (np.uint32(mask) & ~alive) == 0
        is_live = (alive >> np.uint32(j)) & 1 == 1
        closed &= np.where(is_live, has_multipliers or remaining != 1, remaining == 0)
    found = [tuple(k for k in range(n) if a >> k & 1) for a in np.flatnonzero(closed).tolist()]
    return sorted(found, key=lambda a: (len(a), a))
