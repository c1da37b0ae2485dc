"""Where the gradients of the constraints of a variety are linearly dependent: its dimension and degree by exact algebra.

The points are the common zeros of the constraints and of the minors of their Jacobian. A bound of zero by Hilbert functions
proves over the rationals that there is none; dimension and degree modulo two primes are evidence.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import Any

from flint import acb

from polysys.algebra.count import ExactCount, exact_count
from polysys.algebra.limits import Meter, Stopped
from polysys.errors import InputError
from polysys.formulations.variety import Variety
from polysys.system import exact_terms

_MOST_MINORS, _MOST_TERMS = 300, 20_000
_WORK, _PROOF_WORK, _POINTS_WORK = 2 * 10**9, 3 * 10**8, 10**9
_MOST_POINTS = 20  # that are written down


@dataclass(frozen=True, slots=True)
class SingularLocus:
    """What exact algebra knows of the complex points of a variety where its Jacobian drops rank.

    Parameters
    ----------
    dimension : int or None
        -1 if there is no such point; None where the computation is out of reach.
    n_distinct : int or None
        Number of complex points, in dimension zero.
    is_proved : bool
        Whether it is proved over the rationals that there is none; else two primes agree.
    primes : tuple of int
    """

    dimension: int | None
    n_distinct: int | None = None
    is_proved: bool = False
    primes: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no point is known to exist, be it by proof or by agreement of two primes."""
        return self.dimension == -1


@lru_cache(maxsize=64)
def singular_locus(variety: Variety) -> SingularLocus:
    """The complex points of a variety where the gradients of its equations are linearly dependent.

    Examples
    --------
    A smooth curve, a cusp, and two planes that meet in a line:

    >>> singular_locus(Variety("x^2 + y^2 = 1"))
    SingularLocus(dimension=-1, n_distinct=0, is_proved=True, primes=())
    >>> singular_locus(Variety("y^2 = x^3")).n_distinct
    1
    >>> singular_locus(Variety("x*y = 0", variables=["x", "y", "z"])).dimension
    1
    """
    from polysys.algebra.hilbert_bound import completeness_bound  # its kernels need Numba

    equations = _equations(variety)
    if equations is None:
        return SingularLocus(None)
    terms = [exact_terms(f) for f in equations]
    if any(len(t) == 1 and not any(next(iter(t))) for t in terms):  # a minor is a nonzero number
        return SingularLocus(-1, 0, True)
    found = exact_count(terms, variety.n, work_limit=_WORK)
    if found.dimension is None:
        return SingularLocus(None)
    if found.dimension == -1:
        bound = completeness_bound(terms, variety.n, goal=0, work_limit=_PROOF_WORK)
        return SingularLocus(-1, 0, True) if bound.bound == 0 else SingularLocus(-1, 0, False, found.primes)
    return SingularLocus(found.dimension, found.n_distinct, False, found.primes)


@lru_cache(maxsize=64)
def real_singular_points(variety: Variety) -> tuple[tuple[acb, ...], ...] | None:
    """The real ones among finitely many such points; None where there are infinitely many, too many, or they are out of reach.

    They follow from a rational parametrisation that is checked modulo a prime: evidence, as the number is.

    Examples
    --------
    >>> [[z.real.str(5) for z in point] for point in real_singular_points(Variety("y^2 = (x - 1)^2*(x + 1)"))]
    [['1.0000', '0']]
    """
    locus = singular_locus(variety)
    if locus.is_empty:
        return ()
    if locus.dimension != 0 or locus.n_distinct is None or locus.n_distinct > _MOST_POINTS:
        return None
    from polysys.algebra.algebraic_points import points_of
    from polysys.algebra.parametrisation import parametrise

    meter = Meter(_POINTS_WORK)
    terms = [exact_terms(f) for f in _equations(variety) or ()]
    try:
        found = parametrise(terms, variety.n, meter=meter).parametrisation
        points = None if found is None else points_of(found, meter=meter)
    except Stopped:
        return None
    return None if points is None else tuple(p.coordinates for p in points if p.is_real)


@lru_cache(maxsize=64)
def require_regular(variety: Variety) -> None:
    """Refuse equations that are known not to cut out a set of the expected dimension transversally almost everywhere.

    Raises
    ------
    InputError
        If they have no common point even over the complex numbers, a set of larger dimension, or a component along which
        their gradients are linearly dependent.
    """
    whole: ExactCount = exact_count(
        [exact_terms(g) for g in variety.polynomials], variety.n, work_limit=_WORK, distinct=False
    )
    if whole.dimension is None:
        return
    if whole.dimension < 0:
        raise InputError("No point fulfils all constraints, not even a complex one.", "Change or leave out one.")
    if whole.dimension > variety.dimension:
        raise InputError(
            f"The {variety.n_constraints} constraints in {variety.n} unknowns define a set of dimension {whole.dimension}, not {variety.dimension}: "
            "they share a factor, or some follow from others.",
            "Give as many equations as the codimension, or a parametrisation of the set as the potential's variables.",
        )
    locus = singular_locus(variety)
    if locus.dimension is not None and locus.dimension >= variety.dimension >= 0 and locus.dimension == whole.dimension:
        raise InputError(
            "The gradients of the constraints are linearly dependent along a whole component of the set (a repeated factor, "
            "or surfaces that touch).",
            "Give equations that cut the set out transversally: squarefree ones, without the multiple component.",
        )


def random_minor(variety: Variety) -> Any:
    """A combination of the maximal minors of the Jacobian with random coefficients; None where these are too many or too long.

    At a given point where the Jacobian has full rank it vanishes for a negligible share of the coefficients.
    """
    minors = _minors(variety)
    if minors is None:
        return None
    rng = random.Random(0)
    return sum((f * rng.randrange(1, 10**6) for f in minors), variety.polynomials[0].ring.zero)


def _equations(variety: Variety) -> list[Any] | None:
    """The constraints and the maximal minors of their Jacobian."""
    minors = _minors(variety)
    return None if minors is None else [*variety.polynomials, *minors]


@lru_cache(maxsize=16)
def _minors(variety: Variety) -> tuple[Any, ...] | None:
    """The maximal minors of the Jacobian that do not vanish identically; None where they are too many or too long."""
    m, n = variety.n_constraints, variety.n
    if comb(n, m) > _MOST_MINORS:
        return None
    polynomials = variety.polynomials
    zero = polynomials[0].ring.zero
    jacobian = [[g.diff(x) for x in g.ring.gens] for g in polynomials]
    minors: dict[tuple[int, ...], Any] = {(j,): entry for j, entry in enumerate(jacobian[0])}
    for size, row in enumerate(jacobian[1:], start=2):  # by Laplace expansion along the last row
        minors = {
            c: sum(((-1) ** (size - 1 - k) * row[j] * minors[c[:k] + c[k + 1 :]] for k, j in enumerate(c)), zero)
            for c in combinations(range(n), size)
        }
        if sum(map(len, minors.values())) > _MOST_TERMS:
            return None
    return tuple(f for f in minors.values() if f)
