"""How many solutions of a landscape are simple, and what the others are, by exact algebra."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from polysys.algebra import Meter, exact_count
from polysys.algebra.limits import Stopped
from polysys.counts.of_landscape import EXACT_REACH, exact_count_as_given, exact_count_of
from polysys.own_equations import Equations
from polysys.problem import Problem
from polysys.system import PolynomialSystem, exact_terms

if TYPE_CHECKING:
    from polysys.algebra.multiple_zeros import ZerosWithMultiplicity

# Operations: 10^9 take a second.
_SIMPLE_WORK, _MULTIPLE_WORK = 4 * 10**9, 10**10
MOST_WITH_MULTIPLICITY = 300  # numbers over Q grow with the square of the number of solutions


def simple_count_of(landscape: Problem, *, work: int | None = None) -> int | None:
    """How many solutions are isolated and simple, by exact algebra modulo two primes; None where that is too much work.

    Those at which the Jacobian is regular, whatever there is besides: multiple ones, curves and larger families. `work` limits the operations
    of each step.

    Examples
    --------
    A circle of minima and the maximum in its middle:

    >>> import polysys as ps
    >>> simple_count_of(ps.expression("(x^2 + y^2 - 1)^2").sample())
    1
    """
    limit: dict[str, Any] = {} if work is None else {"work": work}
    count = exact_count_of(landscape, **limit)
    if count.dimension is None or count.dimension < 0:
        return count.degree
    if count.dimension == 0:
        distinct = exact_count_of(landscape, distinct=True, **limit)
        if distinct.degree is not None and distinct.degree == distinct.n_distinct:
            return distinct.degree
        if (count.degree or 0) > EXACT_REACH:
            return None
    return _simple_count(landscape.system, work or _SIMPLE_WORK)


@lru_cache(maxsize=64)
def _simple_count(system: PolynomialSystem, work: int) -> int | None:
    from polysys.algebra.simple_solutions import with_inverse_determinant

    try:
        terms = with_inverse_determinant(system.terms, system.n, Meter(work))
    except Stopped:
        return None
    found = exact_count(terms, system.n + 1, work_limit=work)
    return found.degree if found.dimension is not None and found.dimension <= 0 else None


def multiple_zeros_of(landscape: Problem) -> ZerosWithMultiplicity | None:
    """The multiple ones of a landscape's solutions, and how many are simple; None where none is multiple, or infinitely or too many are.

    As many distinct ones as the degree, modulo a prime, are as many over Q: none is multiple then, which is known in a
    hundredth of the time that it takes to write them down.

    Examples
    --------
    >>> import polysys as ps
    >>> found = multiple_zeros_of(ps.expression("x^3 - 3*x*y^2 + z^2").sample())
    >>> found.n_simple, found.multiple[0].multiplicity
    (0, 4)
    """
    count = exact_count_as_given(landscape)
    if count.dimension != 0 or not 0 < (count.degree or 0) <= MOST_WITH_MULTIPLICITY:
        return None
    if exact_count_as_given(landscape, distinct=True).n_distinct == count.degree:
        return None
    if isinstance(landscape, Equations):
        return _multiple_zeros(landscape.given, landscape.n)
    return _multiple_zeros(landscape.system.polynomials, landscape.system.n)


@lru_cache(maxsize=64)
def _multiple_zeros(polynomials: tuple[Any, ...], n: int) -> ZerosWithMultiplicity | None:
    from polysys.algebra.multiple_zeros import zeros_with_multiplicity
    from polysys.algebra.units import in_units, units_of

    terms = [exact_terms(f) for f in polynomials]
    units = units_of(terms, n)
    if not any(units):
        return zeros_with_multiplicity(terms, n, work_limit=_MULTIPLE_WORK)
    found = zeros_with_multiplicity(in_units(terms, units), n, work_limit=_MULTIPLE_WORK)
    return None if found is None else found.in_units(units)
