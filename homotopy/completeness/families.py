"""Whether a landscape may have stationary points that are not isolated, seen from the symmetries of its equations."""

from __future__ import annotations

from flint import fmpz_mat

from polysys.counts.strata import MAX_VARIABLES, open_strata, strata
from polysys.equations.variety import Variety
from polysys.landscape import Landscape


def has_families(landscape: Landscape) -> bool:
    """Whether some of the equations have a continuous symmetry, so that their solutions, if any, are not isolated.

    Start systems of the right root count do not see such solutions: no path need end on them. Linear symmetries are
    looked for, and on R^n the scalings x_i -> t^(w_i) x_i on every zero pattern, as of (x y - 1)^2 + z^4 - z^2 on z = 0.
    Networks, whose groups are known, were asked before (`Landscape.require_isolated`). On a variety nothing excludes them: a point
    where its Jacobian drops rank may carry a family of multipliers, and symmetries need not be linear.
    """
    n = landscape.domain.n
    if isinstance(landscape.domain, Variety):
        return True
    if landscape.domain.is_euclidean and n <= MAX_VARIABLES:
        monomials = [e for e, _ in landscape.potential.terms() if any(e)]
        for alive in strata(landscape.potential):
            dead = [i for i in range(n) if i not in alive]
            rows = [[e[i] for i in alive] for e in monomials if not any(e[i] for i in dead)]
            if alive and (not rows or fmpz_mat(rows).rank() < len(alive)):
                return True
        if any(dimension > 0 for _, dimension in open_strata(landscape.potential)):
            return True
    symmetry = None if landscape.facts.mixing_fields else landscape.continuous_symmetry
    return symmetry is not None and symmetry.dimension > 0
