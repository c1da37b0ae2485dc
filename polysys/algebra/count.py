"""The number of solutions of a polynomial system, by exact algebra modulo two primes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from polysys.algebra.limits import Meter, Stop, Stopped
from polysys.algebra.modular import Polynomial, SystemModulo, integer_polynomials, random_primes, reduce_modulo
from polysys.errors import InputError

if TYPE_CHECKING:
    from polysys.algebra.f4 import GroebnerBasis

Facts = tuple[int | None, int | None, int | None]
WORK_LIMIT = 5 * 10**9
MEMORY_LIMIT = 2 << 30
_EXTRA_PRIMES = 1  # that may decide where primes disagree


@dataclass(frozen=True, slots=True)
class CountModulo:
    """The zero set of a system modulo one prime, over the algebraic closure.

    Parameters
    ----------
    prime : int
    dimension : int or None
        -1 if there is no solution; None if the computation stopped before.
    degree : int or None
        Number of solutions with multiplicity; in positive dimension the degree of the part of the largest dimension.
    n_distinct : int or None
        Number of distinct solutions; None in positive dimension or if the computation stopped before.
    work : int
        Elementary operations.
    stopped : Stop or None
        Which limit was reached.
    """

    prime: int
    dimension: int | None
    degree: int | None
    n_distinct: int | None
    work: int
    stopped: Stop | None

    @property
    def facts(self) -> Facts:
        """What is compared between primes."""
        return self.dimension, self.degree, self.n_distinct


@dataclass(frozen=True, slots=True)
class ExactCount:
    """What several primes agree on.

    Parameters
    ----------
    dimension : int or None
        Of the zero set over the complex numbers; -1 if it is empty; None where nothing is known.
    degree : int or None
        Number of solutions with multiplicity; in positive dimension the degree of the part of the largest dimension.
    n_distinct : int or None
        Number of distinct solutions; None in positive dimension.
    primes : tuple of int
        All that were used.
    work : int
        Elementary operations, of all primes.
    stopped : Stop or None
        Why there is no count, or only a part of it.
    by_prime : tuple of CountModulo

    Notes
    -----
    Evidence, not proof: for all but finitely many primes these are the numbers over the rationals. That two random
    primes of 31 bits both are exceptions, and agree, is all that can be wrong.
    """

    dimension: int | None
    degree: int | None
    n_distinct: int | None
    primes: tuple[int, ...]
    work: int
    stopped: Stop | None
    by_prime: tuple[CountModulo, ...]

    @property
    def is_complete(self) -> bool:
        """Whether dimension and degree, and in dimension zero the number of distinct solutions, are known."""
        return self.stopped is None


def count_modulo(
    system: SystemModulo, *, seed: int = 0, meter: Meter | None = None, distinct: bool = True
) -> CountModulo:
    """Dimension, degree and number of distinct solutions modulo a prime, as far as the limits allow.

    Examples
    --------
    >>> from polysys.algebra.modular import reduce_modulo
    >>> result = count_modulo(reduce_modulo([{(2, 0): 1}, {(0, 2): 1, (0, 0): -2}], 2, 2147483629))
    >>> result.dimension, result.degree, result.n_distinct
    (0, 4, 2)
    """
    meter = Meter() if meter is None else meter
    result, basis = _degree_modulo(system, seed, meter)
    if result.dimension == 0 and result.stopped is None and distinct:
        result = _with_distinct(result, basis, seed, meter)
    return result


def _degree_modulo(system: SystemModulo, seed: int, meter: Meter) -> tuple[CountModulo, GroebnerBasis]:
    """Dimension and degree modulo a prime; the number of distinct solutions only where there is none."""
    from polysys.algebra.f4 import groebner_basis
    from polysys.algebra.staircase import dimension_and_degree

    before = meter.work
    dimension = degree = None
    basis = groebner_basis(system, meter=meter, seed=seed)
    stopped = basis.stopped
    if stopped is None:
        try:
            dimension, degree = dimension_and_degree(basis.leading, meter=meter)
        except Stopped as stop:
            stopped = stop.reason
    number = 0 if dimension == -1 else None
    return CountModulo(system.prime, dimension, degree, number, meter.work - before, stopped), basis


def _with_distinct(result: CountModulo, basis: GroebnerBasis, seed: int, meter: Meter) -> CountModulo:
    from polysys.algebra.quotient import n_distinct, quotient_algebra

    before = meter.work
    number, stopped = None, result.stopped
    try:
        number = n_distinct(quotient_algebra(basis, meter=meter), seed=seed, meter=meter)
    except Stopped as stop:
        stopped = stop.reason
    return replace(result, n_distinct=number, work=result.work + meter.work - before, stopped=stopped)


def exact_count(
    polynomials: Sequence[Polynomial],
    n: int,
    *,
    primes: int = 2,
    seed: int = 0,
    work_limit: int | None = WORK_LIMIT,
    memory_limit: int = MEMORY_LIMIT,
    time_limit: float | None = None,
    distinct: bool = True,
) -> ExactCount:
    """Dimension, degree and number of distinct solutions of a polynomial system over the complex numbers.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to rational coefficients
        Any number of them.
    n : int
        Number of unknowns.
    primes : int
        How many random primes must agree.
    seed : int
        Of the primes and all random choices.
    work_limit : int, optional
        Of all primes together: operations, weighted so that 10^9 take about a second on one core. What a limit allows
        does not depend on the machine.
    memory_limit : int
        Bytes of the largest matrix.
    time_limit : float, optional
        Seconds of all primes together.
    distinct : bool
        Whether distinct solutions are counted, which may take longer than the rest.

    Returns
    -------
    ExactCount
        Reaching a limit is no error: `stopped` names it.

    Raises
    ------
    InputError
        If exponents do not fit n, or fewer than one prime is asked for.

    Examples
    --------
    The critical points of x^3/3 - x + y^2/2, and a circle:

    >>> exact_count([{(2, 0): 1, (0, 0): -1}, {(0, 1): 1}], 2).n_distinct
    2
    >>> circle = exact_count([{(2, 0): 1, (0, 2): 1, (0, 0): -1}], 2)
    >>> circle.dimension, circle.degree, circle.n_distinct
    (1, 2, None)
    """
    if primes < 1 or n < 1:
        raise InputError(f"{primes} primes and {n} unknowns are too few.", "Take at least one of each.")
    integers = integer_polynomials(polynomials, n)
    meter = Meter(work_limit, memory_limit, time_limit)
    results: list[CountModulo] = []
    bases: list[GroebnerBasis] = []
    candidates = random_primes(integers, primes + _EXTRA_PRIMES, seed)
    for k, prime in enumerate(candidates):
        result, basis = _degree_modulo(reduce_modulo(integers, n, prime), seed + k, meter)
        results.append(result)
        bases.append(basis)
        if result.stopped is not None or _is_agreed(results, primes):
            break
    if not _is_agreed(results, primes):
        return _joined(results, primes, meter.work)
    facts = _most_common(results)
    if facts[0] == 0 and distinct:
        for k in [k for k, r in enumerate(results) if r.facts == facts]:
            results[k] = _with_distinct(results[k], bases[k], seed + k, meter)
            if results[k].stopped is not None or results[k].n_distinct == facts[1]:
                return _joined(results, primes, meter.work)
        if not _is_agreed(results, primes) and len(results) < len(candidates):
            k = len(results)
            results.append(count_modulo(reduce_modulo(integers, n, candidates[k]), seed=seed + k, meter=meter))
    return _joined(results, primes, meter.work)


def _most_common(results: list[CountModulo]) -> Facts:
    return Counter(r.facts for r in results).most_common(1)[0][0]


def _is_agreed(results: list[CountModulo], primes: int) -> bool:
    """Whether as many primes as asked for say the same, and all that can be said so far."""
    facts, votes = Counter(r.facts for r in results).most_common(1)[0]
    return votes >= primes and facts[0] is not None


def _joined(results: list[CountModulo], primes: int, work: int) -> ExactCount:
    """What enough primes say.

    The number of distinct solutions modulo a prime that keeps the degree is at most that over Q, which is at most the
    degree: where one prime attains it no other is asked.
    """

    def agreed(values: list[int | None]) -> int | None:
        value, votes = Counter(values).most_common(1)[0]
        return value if votes >= primes else None

    (dimension, degree), votes = Counter((r.dimension, r.degree) for r in results).most_common(1)[0]
    if votes < primes or dimension is None:
        dimension = degree = None
    numbers = [r.n_distinct for r in results if (r.dimension, r.degree) == (dimension, degree)]
    number = None if dimension is None else degree if degree in numbers and dimension == 0 else agreed(numbers)
    stopped = next((r.stopped for r in results if r.stopped is not None), None)
    is_disputed = dimension == 0 and number is None and any(k is not None for k in numbers)
    if stopped is None and (dimension is None or is_disputed):
        stopped = Stop.DISAGREEMENT
    used = tuple(r.prime for r in results)
    return ExactCount(dimension, degree, number, used, work, stopped, tuple(results))
