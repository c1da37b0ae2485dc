"""Proved upper bounds on the number of isolated complex solutions, from the exact system alone."""

from __future__ import annotations

from math import comb

from polysys.counts import (
    RootCount,
    RootCountKind,
    best_partition,
    cartwright_sturmfels,
    friedland_ottaviani,
    nie_ranestad,
    total_degree,
    zero_pattern_bound,
)
from polysys.counts.mixed_cells import TieError
from polysys.equations.formulation import Kind
from polysys.errors import InputError, WorkLimitError
from polysys.landscape import Landscape

BOUND_WORK = 40_000_000
"""Operations that a census may spend on mixed volumes: a few tenths of a second."""


def upper_bounds(landscape: Landscape) -> list[RootCount]:
    """Proved upper bounds on the number of isolated complex solutions, best first; from the exact system alone.

    Examples
    --------
    >>> import polysys as ps
    >>> upper_bounds(ps.SphericalPSpin(n=4, p=4).sample())[0].value
    40
    """
    formulation = landscape.formulation
    bounds = list(landscape.known_counts)
    if formulation.kind is Kind.PROJECTIVE:
        if len(formulation.degrees) == 1:
            bounds.append(cartwright_sturmfels(landscape.domain.n, formulation.degrees[0]))
        else:
            bounds.append(friedland_ottaviani(landscape.domain.blocks, formulation.degrees))
    elif formulation.kind is Kind.LAGRANGE and landscape.domain.n_constraints == 1:
        bounds.append(nie_ranestad(landscape.domain.n, max(map(sum, landscape.potential.keys()))))
    bounds.append(total_degree(landscape.system.degrees))
    if not _is_sharp(landscape):
        bounds.extend(_bounds_from_supports(landscape))
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
    if formulation.kind is Kind.LAGRANGE:
        d = max(map(sum, monomials))
        is_dense = sum(sum(e) == d for e in monomials) == comb(n + d - 1, d)  # Nie & Ranestad: forms attain it
        return is_dense and landscape.domain.n_constraints == 1
    is_known = any(c.kind is RootCountKind.GENERIC_COUNT for c in landscape.known_counts)
    return is_known and set(monomials) == set(landscape.generic_potential().monoms())


def _bounds_from_supports(landscape: Landscape) -> list[RootCount]:
    """The best bound that holds for all systems with the monomials of this one.

    A sum of mixed volumes that excludes families is the generic count of these systems, so no Bezout number is smaller;
    one that does not would prove nothing when it is met, as there may be curves of solutions in addition.
    """
    supports = landscape.system.supports
    try:
        sparse = zero_pattern_bound(supports, work=BOUND_WORK)
        if sparse.excludes_families:
            return [sparse.count]
    except (InputError, WorkLimitError, TieError):  # too large: there is no such bound
        pass
    return [best_partition(supports, landscape.system.n).count]
