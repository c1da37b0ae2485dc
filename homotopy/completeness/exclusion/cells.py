"""A closed cell that meets every orbit of stationary points on R^n under the known signed permutations.

A signed permutation g acts on the 2 n coordinate functions +-x_i. Take a function v and move x so that v(g x) is largest; then v is at
least as large at the new x as every function of v's orbit. The stabiliser of v leaves that true, and goes on with another function. So
the inequalities v >= w, for functions v of a base and w in the orbit of v under the stabiliser of those before it, are met
somewhere on every orbit. For sign flips they are half spaces, for exchangeable unknowns an order. All are kept closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from homotopy.completeness.exclusion.flips import stationary_flips
from polysys.landscape import Landscape
from polysys.symmetry import SignedPermutation, permutation_group

Order = tuple[int, int, int]  # i, sign, j for x_i >= sign x_j


@lru_cache(maxsize=8)
def stationary_symmetries(landscape: Landscape) -> tuple[tuple[SignedPermutation, int], ...]:
    """Signed permutations g with V(g x) = eps V(x) up to a constant, and eps: the sign flips; on R^n the symmetries of V as well."""
    identity = tuple(range(landscape.domain.n))
    flips = [(SignedPermutation(identity, signs), eps) for signs, eps in stationary_flips(landscape)]
    if not landscape.domain.is_euclidean:
        return tuple(flips)
    return (*flips, *((g, 1) for g in landscape.symmetry.generators if g.perm != identity))


def cell(generators: Sequence[SignedPermutation], base: Sequence[int]) -> tuple[Order, ...]:
    """Inequalities x_i >= sign x_j that some point of every orbit meets; coordinates early in the base are bounded first.

    Examples
    --------
    >>> swap, flip = SignedPermutation((1, 0), (1, 1)), SignedPermutation((0, 1), (-1, 1))
    >>> cell([flip], [0, 1]), cell([swap], [0, 1])
    (((0, -1, 0),), ((0, 1, 1),))
    >>> cell([flip, swap], [0, 1])  # x >= |y|, x >= 0; y >= 0
    ((0, -1, 0), (0, -1, 1), (0, 1, 1), (1, -1, 1))
    """
    n = len(base)
    moves = [
        [j if s > 0 else n + j for j, s in zip(g.perm, g.signs, strict=True)]
        + [n + j if s > 0 else j for j, s in zip(g.perm, g.signs, strict=True)]
        for g in generators
    ]
    group = permutation_group([*moves, range(2 * n)])
    found = []
    for i in base:
        if group.is_trivial:
            break
        others = sorted(group.orbit(i) - {i})
        found += sorted((i, 1 if q < n else -1, q % n) for q in others)
        group = group.stabilizer(i)
    return tuple(found)
