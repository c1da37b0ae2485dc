"""Which pairs of basis elements are to be reduced: Buchberger's criteria in the form of Gebauer and Moeller."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.kept import Kept, digest
from polysys.algebra.monomials import longer
from polysys.algebra.pairs import ascending
from polysys.jit import compiled

Array = npt.NDArray[Any]
_kept: Kept[Array] = Kept(32 << 20)


@compiled
def _pair(leading, weights, pairs, lcm, scratch, at):
    """Pair elements with all older ones, one after another, as long as there is room for the pairs; at: elements, pairs."""
    n = leading.shape[1]
    minimal, keys = scratch[0], scratch[1]
    new, n_pairs = at[0], at[1]
    while new < len(leading) and n_pairs + new <= len(pairs):
        for j in range(new):
            level, is_coprime = np.int64(0), True
            for i in range(n):
                a, b = leading[j, i], leading[new, i]
                lcm[j, i] = max(a, b)
                level += np.int64(lcm[j, i]) * weights[i]
                is_coprime &= min(a, b) == 0
            keys[j] = 2 * level + (0 if is_coprime else 1)  # of equal multiples a coprime pair comes first, and stands for all
        n_kept = 0
        for q in range(n_pairs):
            j, k = pairs[q, 1], pairs[q, 2]
            divides, is_lcm_j, is_lcm_k = True, True, True
            for i in range(n):
                e = max(leading[j, i], leading[k, i])
                divides &= leading[new, i] <= e
                is_lcm_j &= lcm[j, i] == e
                is_lcm_k &= lcm[k, i] == e
            if not divides or is_lcm_j or is_lcm_k:
                pairs[n_kept, 0], pairs[n_kept, 1], pairs[n_kept, 2] = pairs[q, 0], j, k
                n_kept += 1
        n_pairs, n_minimal = n_kept, 0
        order = ascending(keys, new)
        for t in range(new):
            j = order[t]
            is_minimal = True
            for q in range(n_minimal):
                divides = True
                for i in range(n):
                    if lcm[minimal[q], i] > lcm[j, i]:
                        divides = False
                        break
                if divides:
                    is_minimal = False
                    break
            if is_minimal:
                minimal[n_minimal] = j
                n_minimal += 1
                if keys[j] & 1:
                    pairs[n_pairs, 0], pairs[n_pairs, 1], pairs[n_pairs, 2] = keys[j] >> 1, j, new
                    n_pairs += 1
        new += 1
    at[0], at[1] = new, n_pairs


def updated_pairs(leading: Array, weights: Array, n_old: int, pairs: Array) -> Array:
    """Pairs (level, older element, newer element) after all leading monomials but the first `n_old` came in, one after another.

    They follow from the monomials: the members of a family come upon the same ones.
    """
    name = digest([n_old], [leading, weights, pairs])
    known = _kept.get(name)
    if known is not None:
        return known
    at = np.array([n_old, len(pairs)])
    lcm, scratch = np.empty_like(leading), np.empty((2, len(leading)), dtype=np.int64)
    while at[0] < len(leading):
        if at[1] + at[0] > len(pairs):
            pairs = longer(pairs, 2 * int(at[1]) + len(leading))
        _pair(leading, weights, pairs, lcm, scratch, at)
    result = pairs[: at[1]].copy()
    result.setflags(write=False)
    _kept.keep(name, result, result.nbytes)
    return result
