"""Whether a landscape may have stationary points that are not isolated, seen from the symmetries of its equations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flint import fmpz_mat

from polysys.counts.strata import MAX_VARIABLES, Monomials, closed_patterns, open_patterns
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape
from polysys.problem import Problem

_MAX_PATTERN_VARIABLES = 12  # of equations, whose zero patterns are looked at one by one


def has_families(problem: Problem) -> bool:
    """Whether some of the equations have a continuous symmetry, so that their solutions, if any, are not isolated.

    Start systems of the right root count do not see such solutions: no path need end on them. Linear symmetries are
    looked for, and on R^n the scalings x_i -> t^(w_i) x_i on every zero pattern, as of (x y - 1)^2 + z^4 - z^2 on z = 0.
    Networks, whose groups are known, are refused unless their points are fixed by the group. On a variety nothing excludes them: a point
    where its Jacobian drops rank may carry a family of multipliers, and symmetries need not be linear.
    """
    return _of_potential(problem) if isinstance(problem, Landscape) else _of_equations(problem.system.supports)


def _of_equations(supports: Sequence[Sequence[tuple[int, ...]]]) -> bool:
    """Whether on some zero pattern scalings of the live unknowns map each equation to a multiple of itself.

    So they do where the differences of exponents within the equations have a rank below the number of live unknowns. Solutions in
    the torus of that pattern, if there are any, then come in orbits.
    """
    n = len(supports[0][0])
    patterns = range(1, 1 << n) if n <= _MAX_PATTERN_VARIABLES else ((1 << n) - 1,)
    for pattern in patterns:
        alive = [i for i in range(n) if pattern >> i & 1]
        dead = [i for i in range(n) if not pattern >> i & 1]
        restricted = [[[e[i] for i in alive] for e in s if not any(e[i] for i in dead)] for s in supports]
        if any(len(s) == 1 for s in restricted):
            continue  # a single monomial has no zero in the torus
        rows = [[a - b for a, b in zip(e, s[0], strict=True)] for s in restricted for e in s[1:]]
        if not rows or fmpz_mat(rows).rank() < len(alive):
            return True
    return False


def _of_potential(landscape: Landscape) -> bool:
    n = landscape.domain.n
    if isinstance(landscape.domain, Variety):
        return True
    if landscape.domain.is_euclidean and n <= MAX_VARIABLES and _of_monomials(n, tuple(landscape.potential.monoms())):
        return True
    symmetry = landscape.known_symmetry
    return symmetry is not None and symmetry.dimension > 0


@lru_cache(maxsize=64)  # the samples of a family have the same monomials
def _of_monomials(n: int, monomials: Monomials) -> bool:
    """Whether scalings move the stationary points of a potential on R^n on one of its zero patterns."""
    moving = [e for e in monomials if any(e)]
    for alive in closed_patterns(n, monomials):
        dead = [i for i in range(n) if i not in alive]
        rows = [[e[i] for i in alive] for e in moving if not any(e[i] for i in dead)]
        if alive and (not rows or fmpz_mat(rows).rank() < len(alive)):
            return True
    return any(dimension > 0 for _, dimension in open_patterns(n, monomials))
