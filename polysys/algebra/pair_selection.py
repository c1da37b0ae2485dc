"""Which pairs of basis elements are to be reduced: Buchberger's criteria in the form of Gebauer and Moeller."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.jit import compiled

Array = npt.NDArray[Any]


@compiled
def _select(leading, lcm, is_coprime, order, pairs, kept, minimal):
    """Numbers of the pairs that are kept, old ones and new ones; how many there are of both, and of the old ones."""
    new, n = len(leading) - 1, leading.shape[1]
    n_kept = 0
    for q in range(len(pairs)):
        j, k = pairs[q, 1], pairs[q, 2]
        divides, is_lcm_j, is_lcm_k = True, True, True
        for i in range(n):
            e = leading[j, i]
            if leading[k, i] > e:
                e = leading[k, i]
            divides &= leading[new, i] <= e
            is_lcm_j &= lcm[j, i] == e
            is_lcm_k &= lcm[k, i] == e
        if not divides or is_lcm_j or is_lcm_k:
            kept[n_kept] = q
            n_kept += 1
    n_old = n_kept
    n_minimal = 0
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
            if not is_coprime[j]:
                kept[n_kept] = j
                n_kept += 1
    return n_kept, n_old


def updated_pairs(
    leading: Array, lcm: Array, levels: Array, is_coprime: Array, order: Array, pairs: Array
) -> Array:
    """Pairs (level, older element, newer element) after the last of the leading monomials came in.

    The lowest common multiples of the last one with the others come with their levels and in the order of these; of
    equal ones a coprime pair comes first, and stands for all of them.
    """
    new = len(leading) - 1
    kept, minimal = np.empty(len(pairs) + new, dtype=np.int64), np.empty(new, dtype=np.int64)
    n_kept, n_old = _select(leading, lcm, is_coprime, order, pairs, kept, minimal)
    result = np.empty((n_kept, 3), dtype=np.int64)
    result[:n_old] = pairs[kept[:n_old]]
    partners = kept[n_old:n_kept]
    result[n_old:, 0], result[n_old:, 1], result[n_old:, 2] = levels[partners], partners, new
    return result
