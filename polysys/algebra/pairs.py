"""Critical pairs of a growing basis, with the criteria of Gebauer and Moeller (J. Symb. Comput. 6 (1988) 275)."""

from __future__ import annotations

import numpy as np

from polysys.algebra.monomials import GUARD, as_tuple, grown, intern, lcm_word, sum_of_fields
from polysys.jit import compiled


@compiled
def first_divisor(leading, alive, n, w):
    """The first element of the basis whose leading monomial divides that of words w, or -1."""
    for k in range(n):
        if alive[k]:
            missing = np.uint64(0)
            for i in range(len(w)):
                missing |= ((w[i] | GUARD) - leading[k, i]) ^ GUARD
            if missing & GUARD == 0:
                return k
    return -1


@compiled.part
def _ascending(keys, count):
    """Order of the first keys, small numbers, by counting."""
    top = np.int64(0)
    for k in range(count):
        top = max(top, keys[k])
    places = np.zeros(top + 2, dtype=np.int64)
    for k in range(count):
        places[keys[k] + 1] += 1
    for k in range(top):
        places[k + 1] += places[k]
    order = np.empty(count, dtype=np.int64)
    for k in range(count):
        order[places[keys[k]]] = k
        places[keys[k]] += 1
    return order


@compiled
def add_element(table, leading, alive, h, pairs, n_pairs):
    """Element h joins the basis: new pairs, pairs that are not needed any more, elements that h makes redundant.

    Pairs are rows (i, j, number of the least common multiple). Returns the table, the pairs and how many there are.
    """
    w = leading.shape[1]
    new = leading[h]
    words = table.words
    kept = 0
    for k in range(n_pairs):  # an old pair is superfluous if h divides its multiple properly on both sides
        i, j, m = pairs[k, 0], pairs[k, 1], pairs[k, 2]
        missing, from_i, from_j = np.uint64(0), np.uint64(0), np.uint64(0)
        for l in range(w):
            missing |= ((words[m, l] | GUARD) - new[l]) ^ GUARD
        if missing & GUARD == 0:
            for l in range(w):
                from_i |= lcm_word(leading[i, l], new[l]) ^ words[m, l]
                from_j |= lcm_word(leading[j, l], new[l]) ^ words[m, l]
            if from_i != 0 and from_j != 0:
                continue
        pairs[kept, 0], pairs[kept, 1], pairs[kept, 2] = i, j, m
        kept += 1
    n_pairs = kept

    partners = np.empty(h, dtype=np.int32)
    keys = np.empty(h, dtype=np.int64)
    multiples = np.empty((h, w), dtype=np.uint64)
    coprime = np.empty(h, dtype=np.bool_)
    t = 0
    for k in range(h):
        if not alive[k]:
            continue
        degree = np.int64(0)
        is_product = True
        for i in range(w):
            multiples[t, i] = lcm_word(leading[k, i], new[i])
            degree += sum_of_fields(multiples[t, i])
            if multiples[t, i] != leading[k, i] + new[i]:
                is_product = False
        partners[t] = k
        coprime[t] = is_product
        keys[t] = 2 * degree + (0 if is_product else 1)  # of equal multiples the product comes first
        t += 1
    order = _ascending(keys, t)
    minimal = np.empty(t, dtype=np.int64)
    n_minimal = 0
    for k in range(t):
        a = order[k]
        is_needed = True
        for b in range(n_minimal):
            missing = np.uint64(0)
            for i in range(w):
                missing |= ((multiples[a, i] | GUARD) - multiples[minimal[b], i]) ^ GUARD
            if missing & GUARD == 0:
                is_needed = False
                break
        if is_needed:
            minimal[n_minimal] = a
            n_minimal += 1
    if n_pairs + n_minimal > len(pairs):
        larger = np.empty((2 * (n_pairs + n_minimal), 3), dtype=np.int32)
        for k in range(n_pairs):
            for i in range(3):
                larger[k, i] = pairs[k, i]
        pairs = larger
    for b in range(n_minimal):
        a = minimal[b]
        if coprime[a]:
            continue
        if table.state[0] + 1 > len(table.degrees):
            table = grown(table)
        pairs[n_pairs, 0] = partners[a]
        pairs[n_pairs, 1] = h
        pairs[n_pairs, 2] = intern(table, multiples[a])
        n_pairs += 1
    for k in range(h):
        if alive[k]:
            missing = np.uint64(0)
            for i in range(w):
                missing |= ((leading[k, i] | GUARD) - new[i]) ^ GUARD
            if missing & GUARD == 0:
                alive[k] = False
    alive[h] = True
    return as_tuple(table), pairs, n_pairs
