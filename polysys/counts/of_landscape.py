"""Which theorems bound the number of solutions of a landscape: those of its family, of its domain, and of its monomials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from polysys.algebra import ExactCount, exact_count
from polysys.algebra.singular_locus import random_minor, singular_locus
from polysys.counts.bezout import best_partition, total_degree
from polysys.counts.glasses import cartwright_sturmfels, friedland_ottaviani, nie_ranestad
from polysys.counts.mixed_cells import TieError
from polysys.counts.strata import Monomials
from polysys.counts.varieties import complete_intersection
from polysys.counts.zero_patterns import zero_pattern_bound
from polysys.errors import InputError, WorkLimitError
from polysys.formulations.formulation import Kind
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape
from polysys.own_equations import Equations
from polysys.problem import Problem
from polysys.root_count import RootCount, RootCountKind
from polysys.system import PolynomialSystem, exact_terms

if TYPE_CHECKING:
    from polysys.algebra.hilbert_bound import HilbertBound

# Operations that may be spent on mixed volumes: a few tenths of a second.
_WORK = 40_000_000


def domain_count(landscape: Landscape, potential: Any = None) -> RootCount | None:
    """The number of solutions of generic potentials of the same degrees on the landscape's domain; None where no theorem gives it.

    Parameters
    ----------
    landscape : Landscape
    potential : Polynomial, optional
        A polynomial whose degree is taken instead of that of the landscape's potential, such as a generic member's.

    Examples
    --------
    >>> import polysys as ps
    >>> domain_count(ps.LayeredSpinGlass(widths=(3, 3, 3)).sample()).value
    37
    """
    formulation, domain = landscape.formulation, landscape.domain
    if formulation.kind is Kind.PROJECTIVE:
        if len(formulation.degrees) == 1:
            return cartwright_sturmfels(domain.n, formulation.degrees[0])
        return friedland_ottaviani(domain.blocks, formulation.degrees)
    if formulation.kind is not Kind.LAGRANGE:
        return None
    chosen = landscape.potential if potential is None else potential
    degree = max(map(sum, chosen.monoms()))
    if isinstance(domain, Variety):
        return complete_intersection(domain.n, [max(map(sum, g.monoms())) for g in domain.polynomials], degree)
    if domain.n_constraints == 1:
        return nie_ranestad(domain.n, degree)
    return None


def generic_count(landscape: Landscape) -> RootCount | None:
    """The number of solutions of a generic member of the landscape's family, where a theorem gives it.

    Examples
    --------
    >>> import polysys as ps
    >>> generic_count(ps.DeepLinear(widths=(2, 1, 2)).sample(1)).value
    17
    """
    known = [c for c in landscape.facts.known_counts if c.kind is RootCountKind.GENERIC_COUNT]
    if not known and landscape.formulation.kind is Kind.PROJECTIVE:
        return domain_count(landscape)
    return min(known, key=lambda c: c.value, default=None)


def upper_bounds(landscape: Problem) -> list[RootCount]:
    """Proved upper bounds on the number of isolated complex solutions, best first; from the exact system alone.

    Examples
    --------
    >>> import polysys as ps
    >>> upper_bounds(ps.SphericalPSpin(n=4, p=4).sample())[0].value
    40
    """
    bounds: list[RootCount] = []
    if isinstance(landscape, Landscape):
        of_domain = domain_count(landscape)
        bounds += [*landscape.facts.known_counts, *([] if of_domain is None else [of_domain])]
    bounds.append(total_degree(landscape.degrees))
    if not (isinstance(landscape, Landscape) and _is_sharp(landscape)):
        bounds.extend(_bounds_from_supports(landscape))
    if isinstance(landscape.domain, Variety):  # of equal bounds first those that leave no room for families
        bounds.reverse()
    return sorted((b for b in bounds if b.is_proved_bound), key=lambda b: b.value)


def _is_sharp(landscape: Landscape) -> bool:
    """Whether the bounds from the family are the counts of a landscape with the same monomials.

    Bounds that depend on the monomials alone are not smaller then. On a product of spheres with a homogeneous potential
    (where such bounds would count solutions in one chart only) the family's count is always the right one.
    """
    formulation, n = landscape.formulation, landscape.domain.n
    if formulation.kind is Kind.PROJECTIVE:
        return True
    monomials = landscape.potential.monoms()
    if isinstance(landscape.domain, Variety):
        return False
    if formulation.kind is Kind.LAGRANGE:
        d = max(map(sum, monomials))
        is_dense = sum(sum(e) == d for e in monomials) == comb(n + d - 1, d)  # Nie & Ranestad: forms attain it
        return is_dense and landscape.domain.n_constraints == 1
    is_known = any(c.kind is RootCountKind.GENERIC_COUNT for c in landscape.facts.known_counts)
    return is_known and set(monomials) == set(landscape.generic_potential().monoms())


def _bounds_from_supports(landscape: Problem) -> list[RootCount]:
    """The best bound that holds for all systems with the monomials of this one.

    A sum of mixed volumes that excludes families is the generic count of these systems, so no Bezout number is smaller;
    one that does not would prove nothing when it is met, as there may be curves of solutions in addition.
    """
    if isinstance(landscape, Landscape) and landscape.formulation.kind is Kind.EUCLIDEAN:
        return list(_bounds_of_gradient(landscape.domain.n, tuple(landscape.potential.monoms())))
    return _bounds_of_supports(landscape.system.supports, landscape.system.n)


@lru_cache(maxsize=64)  # the samples of a family have the same monomials
def _bounds_of_gradient(n: int, monomials: Monomials) -> tuple[RootCount, ...]:
    supports = [[(*e[:j], e[j] - 1, *e[j + 1 :]) for e in monomials if e[j]] for j in range(n)]
    return tuple(_bounds_of_supports(supports, n))


def _bounds_of_supports(supports: Sequence[Sequence[tuple[int, ...]]], n: int) -> list[RootCount]:
    try:
        sparse = zero_pattern_bound(supports, work=_WORK)
        if sparse.excludes_families:
            return [sparse.count]
    except (InputError, WorkLimitError, TieError):  # too large: there is no such bound
        pass
    return [best_partition(supports, n).count]


# What exact algebra may cost, in operations (10^9 take a second): of one landscape, of a family once for all its samples.
_COUNT_WORK, _GENERIC_WORK = 8 * 10**9, 10**10
# And of a proved bound, in multiplications of residues: seconds for a hundred solutions, a minute or two for three thousand.
_HILBERT_WORK, _HILBERT_WORK_EACH = 4 * 10**9, 3 * 10**7
EXACT_REACH = 4000
"""Solutions, beyond which exact algebra takes much longer than tracking paths."""


@lru_cache(maxsize=256)
def _counted(polynomials: tuple[Any, ...], n: int, distinct: bool, work: int) -> ExactCount:
    return exact_count([exact_terms(f) for f in polynomials], n, work_limit=work, distinct=distinct)


def exact_count_of(landscape: Problem, *, distinct: bool = False, work: int = _COUNT_WORK) -> ExactCount:
    """Dimension and degree of a landscape's solutions by exact algebra modulo two primes, and how many are distinct if that is asked for.

    Examples
    --------
    >>> import polysys as ps
    >>> exact_count_of(ps.expression("(y - x^3)^2 + (12 - x)^2").sample()).degree
    1

    On a variety that is singular where the potential is stationary, the multipliers over such a point form a line or more.
    It is left out of the count:

    >>> land = ps.expression("x^2 + 3*y^2", "y^2 = x^2*(x + 1)").sample()
    >>> found = exact_count_of(land)
    >>> found.dimension, found.degree
    (0, 3)
    """
    found = _counted(landscape.system.polynomials, landscape.system.n, distinct, work)
    domain = landscape.domain
    if isinstance(domain, Variety) and (found.dimension or 0) > 0 and not singular_locus(domain).is_empty:
        return _counted_where_regular(landscape.system, domain, distinct, work)
    return found


@lru_cache(maxsize=64)
def _counted_where_regular(system: PolynomialSystem, domain: Variety, distinct: bool, work: int) -> ExactCount:
    """The same where the Jacobian of the domain has full rank: a random combination s of its minors has an inverse there."""
    minor = random_minor(domain)
    if minor is None:
        return _counted(system.polynomials, system.n, distinct, work)
    n_more = system.n - domain.n
    inverse = {(*e, *[0] * n_more, 1): c for e, c in exact_terms(minor).items()}
    inverse[(0,) * (system.n + 1)] = Fraction(-1)
    equations = [{(*e, 0): c for e, c in terms.items()} for terms in system.terms]
    return exact_count([*equations, inverse], system.n + 1, work_limit=work, distinct=distinct)


def exact_count_as_given(problem: Problem, *, distinct: bool = False, work: int = _COUNT_WORK) -> ExactCount:
    """The same of the equations as they were given, of which there may be more than of the square system that is solved.

    Examples
    --------
    >>> import polysys as ps
    >>> exact_count_as_given(ps.equations(["x^2 = 1", "x*y = 1", "x + y = 2"])).degree
    1
    """
    if not isinstance(problem, Equations):
        return exact_count_of(problem, distinct=distinct, work=work)
    return _counted(problem.given, problem.n, distinct, work)


def exact_generic_count(landscape: Landscape, *, seed: int = 0) -> RootCount | None:
    """The number of solutions of a random member of a landscape's family, by exact algebra; None where they are not finitely many simple ones.

    All couplings are drawn at random, so that the number is the generic one for all but finitely many primes and for
    almost all members. It is evidence, no theorem.

    Examples
    --------
    >>> import polysys as ps
    >>> exact_generic_count(ps.DeepLinear(widths=(2, 2, 2), data="iris").sample(1)).value
    225
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x9E4E61C,)))
    numbers = [Fraction(int(v)) for v in rng.integers(1, 2**30, len(landscape.parameters))]
    member = replace(landscape, couplings=landscape.unflatten(numbers))
    found = exact_count(member.system.terms, member.system.n, seed=seed, work_limit=_GENERIC_WORK)
    if not found.is_complete or found.dimension != 0 or found.degree != found.n_distinct or not found.degree:
        return None
    reference = f"degree of the ideal of a random member modulo {' and '.join(map(str, found.primes))}"
    return RootCount(found.degree, RootCountKind.COMPUTED, "degree of a generic member", reference, "")


def hilbert_bound(landscape: Problem, goal: int) -> HilbertBound | None:
    """A proved bound on the number of solutions of the equations as given, by Hilbert functions; None where they say nothing.

    Classes of points on spheres may lie at infinity in the chart, where the equations do not see them.

    Parameters
    ----------
    landscape : Landscape
    goal : int
        The number of solutions that were found, with multiplicity: a larger bound is of no use.

    Examples
    --------
    >>> import polysys as ps
    >>> hilbert_bound(ps.expression("(y - x^3)^2 + (12 - x)^2").sample(), 1).bound
    1
    """
    if landscape.formulation.kind is Kind.PROJECTIVE:
        return None
    from polysys.algebra.hilbert_bound import completeness_bound  # its kernels need Numba

    work = _HILBERT_WORK + _HILBERT_WORK_EACH * goal
    terms = landscape.given_terms if isinstance(landscape, Equations) else landscape.system.terms
    elements = landscape.facts.ideal_elements if isinstance(landscape, Landscape) else None
    for make in (None, elements):
        extra = () if make is None else make()
        if make is None or extra:
            found = completeness_bound(terms, landscape.system.n, extra=extra, goal=goal, work_limit=work)
            if found.bound == goal:
                break
    return found
