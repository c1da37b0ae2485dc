"""Which pairs of basis elements are to be reduced: Buchberger's criteria in the form of Gebauer and Moeller."""

from __future__ import annotations

import numpy as np

from polysys.compiled_arrays import zeros
from polysys.jit import compiled


@compiled
def updated_pairs(leading, lcm, levels, is_coprime, order, pairs):
    """Pairs (level, older element, newer element) after the last of the leading monomials came in.

    The lowest common multiples of the last one with the others come with their levels and in the order of these; of
    equal ones a coprime pair comes first, and stands for all of them.
    """
    new, n = len(leading) - 1, leading.shape[1]
    kept = zeros(len(pairs) + new, np.int64)
    n_kept = 0
    for q in range(len(pairs)):
        j, k = pairs[q, 1], pairs[q, 2]
        divides, is_lcm_j, is_lcm_k = True, True, True
        for i in range(n):
            e = max(leading[j, i], leading[k, i])
            divides &= leading[new, i] <= e
            is_lcm_j &= lcm[j, i] == e
            is_lcm_k &= lcm[k, i] == e
        if not divides or is_lcm_j or is_lcm_k:
            kept[n_kept] = q
            n_kept += 1
    n_old = n_kept
    minimal, n_minimal = zeros(new, np.int64), 0
    for j in order:
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
    result = zeros((n_kept, 3), np.int64)
    for q in range(n_old):
        for i in range(3):
            result[q, i] = pairs[kept[q], i]
    for q in range(n_old, n_kept):
        j = kept[q]
        result[q, 0], result[q, 1], result[q, 2] = levels[j], j, new
    return result
