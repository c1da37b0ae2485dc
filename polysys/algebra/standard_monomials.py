"""Counting the monomials outside a monomial ideal, and the most that one of its degrees holds in the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from polysys.compiled_arrays import zeros
from polysys.jit import compiled


def n_standard_monomials(generators: Sequence[Sequence[int]], n: int) -> int | None:
    """Number of monomials in n variables that no generator divides, None when there are infinitely many.

    Examples
    --------
    >>> n_standard_monomials([(2, 0), (1, 1), (0, 3)], 2)
    4
    >>> n_standard_monomials([(2, 0)], 2) is None
    True
    """
    g = np.array(generators, dtype=np.int64).reshape(len(generators), n)
    if len(g) and not g.any(axis=1).all():
        return 0
    if not g[np.count_nonzero(g, axis=1) == 1].any(axis=0).all():
        return None
    return int(_count(g[np.argsort(g.sum(axis=1), kind="stable")]))


@compiled
def _count(g):
    """Walk through the standard monomials, each reached by raising variables from the first to the last."""
    n = g.shape[1]
    monomial = zeros(n, np.int64)
    count, i = 1, n - 1  # the monomial 1; i is the variable raised next
    while i >= 0:
        monomial[i] += 1
        is_standard = True
        for r in range(len(g)):
            divides = g[r, i] == monomial[i]  # one that does not use the new power divided before
            for v in range(n):
                if not divides:
                    break
                divides = g[r, v] <= monomial[v]
            if divides:
                is_standard = False
                break
        if is_standard:
            count += 1
            i = n - 1
        else:
            monomial[i] = 0
            i -= 1
    return count


def eventual_bound(generators: Sequence[Sequence[int]], n: int) -> int | None:
    """Most standard monomials of one degree, for all large degrees, or None when they grow without bound.

    When the numbers are bounded, a standard monomial of a degree beyond all exponents has a large power of exactly
    one variable v. Those with a large power of v are the standard monomials of the ideal with v put to 1.

    Examples
    --------
    Two points on the projective line, one of them double:

    >>> eventual_bound([(2, 1)], 2)
    3
    """
    total = 0
    g = np.array(generators, dtype=np.int64).reshape(len(generators), n)
    for v in range(n):
        part = n_standard_monomials(np.delete(g, v, axis=1).tolist(), n - 1)
        if part is None:
            return None
        total += part
    return total
