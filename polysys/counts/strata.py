"""Closed zero patterns: the strata into which the stationary points of a Euclidean landscape fall.

A set A of coordinates is closed when, with all coordinates outside A set to zero, every derivative of V with respect to an
outside coordinate vanishes identically: for each j outside A every monomial of dV/dx_j contains a variable outside A.
Then the stationary points with support A are the solutions in the torus of the smaller landscape V|_A. For
deep linear networks the closed patterns that carry solutions are those of live hidden neurons.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpz_mat

from polysys.errors import InputError

MAX_VARIABLES = 20  # a million subsets, a second or two

Monomials = tuple[tuple[int, ...], ...]
"""The exponents of a polynomial."""


def strata(potential: Any, has_multipliers: bool = False) -> list[tuple[int, ...]]:
    """The closed zero patterns that can carry solutions, each as the tuple of its live coordinates.

    Decided on the monomials only, so it holds for every polynomial with these monomials. A pattern is left out when
    some equation of the restricted system is a single monomial: then it has no solution in the torus.

    Parameters
    ----------
    potential : Polynomial
    has_multipliers : bool
        The equations are dV/dx_j = mu_l x_j, as on spheres: a live one is never a single monomial.

    Raises
    ------
    InputError
        For more than 20 variables (all subsets are examined).

    Examples
    --------
    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> strata(x**2 * y**2 + x * y + x**2 + y**2)
    [(), (0, 1)]
    """
    return list(closed_patterns(potential.ring.ngens, tuple(potential.monoms()), has_multipliers))


@lru_cache(maxsize=64)  # the samples of a family have the same monomials
def closed_patterns(n: int, monomials: Monomials, has_multipliers: bool = False) -> tuple[tuple[int, ...], ...]:
    """The same from the exponents of a polynomial in n variables."""
    closed, _ = _patterns(n, monomials, has_multipliers)
    return tuple(sorted(map(_members, np.flatnonzero(closed).tolist()), key=lambda a: (len(a), a)))


def open_strata(potential: Any, has_multipliers: bool = False) -> Iterator[tuple[tuple[int, ...], int]]:
    """Zero patterns that are not closed and carry solutions all the same, each with the dimension to expect there.

    Decided on the monomials: it holds for generic coefficients. Empty for a potential with a pure power of each variable.

    Parameters
    ----------
    potential : Polynomial
    has_multipliers : bool
        The equations are dV/dx_j = mu_l x_j. Patterns are then listed that may carry solutions, and the dimension is the
        one that would be expected without multipliers; an empty list says the same.

    Raises
    ------
    InputError
        For more than 20 variables.

    Examples
    --------
    On y = 0 the potential x^2 y + x y + y^2 vanishes, and its derivatives by x and y are 0 and x^2 + x:

    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> list(open_strata(x**2 * y + x * y + y**2))
    [((0,), 0)]

    Notes
    -----
    Let A be the live coordinates and r the rank of the exponents of V|_A. In the torus the stationary points of V|_A for
    generic coefficients are none or have dimension |A| - r: the equations are monomials times a matrix, so all pairs of
    coefficients and solutions form a vector bundle over the torus, of the dimension of the coefficients plus |A| - r. The
    derivatives by dead coordinates have coefficients of their own. On finitely many points (r = |A|) none of them vanishes;
    on a larger set each lowers the dimension by one, and what is left is not seen by any closed pattern. A derivative of
    one monomial vanishes nowhere in the torus. Full rank makes the equations solvable for the coefficients at every point,
    multipliers or not, and then the same argument excludes solutions.
    """
    return open_patterns(potential.ring.ngens, tuple(potential.monoms()), has_multipliers)


def open_patterns(n: int, monomials: Monomials, has_multipliers: bool = False) -> Iterator[tuple[tuple[int, ...], int]]:
    """The same from the exponents of a polynomial in n variables."""
    _, n_conditions = _patterns(n, monomials, has_multipliers)
    monomials = tuple(e for e in monomials if any(e))
    pure = sum(1 << k for k in {k for e in monomials for k in _support(e) if len(_support(e)) == 1})
    # where all live coordinates have pure powers the rank is full
    doubtful = np.arange(len(n_conditions)) & ~pure != 0
    for code in np.flatnonzero((n_conditions > 0) & doubtful).tolist():
        alive = _members(code)
        rows = [[e[k] for k in alive] for e in monomials if all(code >> k & 1 for k in _support(e))]
        lost = len(alive) - (fmpz_mat(rows).rank() if rows else 0)
        if lost:
            yield alive, lost - int(n_conditions[code])


def _patterns(n: int, exponents: Monomials, has_multipliers: bool) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int32]]:
    """For every set of live coordinates whether it is closed, and the number of derivatives by dead ones that do not vanish.

    Sets with a derivative of one monomial, which vanishes nowhere in the torus, are not closed and have no conditions.
    """
    if n > MAX_VARIABLES:
        raise InputError(f"The zero patterns of {n} variables are too many.", "Use a solver that does not need them.")
    alive = np.arange(1 << n, dtype=np.uint32)
    is_possible = np.ones(1 << n, dtype=bool)
    n_conditions = np.zeros(1 << n, dtype=np.int32)
    for j in range(n):
        # one mask and a multiplicity per monomial of dV/dx_j: the variables it contains
        monomials = [
            sum(1 << k for k, e in enumerate(monomial) if e - (k == j) > 0) for monomial in exponents if monomial[j]
        ]
        remaining = np.zeros(1 << n, dtype=np.int32)
        for mask in monomials:
            remaining += (np.uint32(mask) & ~alive) == 0
        is_dead = (alive >> np.uint32(j)) & 1 == 0
        is_possible &= (remaining != 1) | (~is_dead & has_multipliers)
        n_conditions += is_dead & (remaining > 0)
    n_conditions[~is_possible] = 0
    return is_possible & (n_conditions == 0), n_conditions


def _members(code: int) -> tuple[int, ...]:
    return tuple(k for k in range(code.bit_length()) if code >> k & 1)


def _support(exponents: tuple[int, ...]) -> list[int]:
    return [k for k, e in enumerate(exponents) if e]
