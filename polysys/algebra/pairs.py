"""Critical pairs of a growing basis, with the criteria of Gebauer and Moeller (J. Symb. Comput. 6 (1988) 275)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from polysys.algebra.monomials import GUARD, Ints, Table, Words, intern_all, lcm_word, longer, sum_of_fields
from polysys.compiled_arrays import zeros
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
def ascending(keys, count):
    """Order of the first keys, small numbers, by counting."""
    top = np.int64(0)
    for k in range(count):
        if keys[k] > top:
            top = keys[k]
    places = zeros(top + 2, np.int64)
    for k in range(count):
        places[keys[k] + 1] += 1
    for k in range(top):
        places[k + 1] += places[k]
    order = zeros(count, np.int64)
    for k in range(count):
        order[places[keys[k]]] = k
        places[keys[k]] += 1
    return order


@compiled
def _update(words, leading, alive, h, pairs, n_pairs, lcm, scratch, multiples):
    """The pairs with element h, whose multiples have no number yet; returns how many old and how many new ones there are.

    pairs has room for h more, as have the other arrays.
    """
    w = leading.shape[1]
    new = leading[h]
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

    partners, keys, minimal = scratch[0], scratch[1], scratch[2]
    t = 0
    for k in range(h):
        if not alive[k]:
            continue
        degree = np.int64(0)
        is_product = True
        for i in range(w):
            lcm[t, i] = lcm_word(leading[k, i], new[i])
            degree += sum_of_fields(lcm[t, i])
            if lcm[t, i] != leading[k, i] + new[i]:
                is_product = False
        partners[t] = k
        keys[t] = 2 * degree + (0 if is_product else 1)  # of equal multiples the product comes first
        t += 1
    order = ascending(keys, t)
    n_minimal, n_new = 0, 0
    for k in range(t):
        a = order[k]
        is_needed = True
        for b in range(n_minimal):
            missing = np.uint64(0)
            for i in range(w):
                missing |= ((lcm[a, i] | GUARD) - lcm[minimal[b], i]) ^ GUARD
            if missing & GUARD == 0:
                is_needed = False
                break
        if is_needed:
            minimal[n_minimal] = a
            n_minimal += 1
            if keys[a] & 1:
                pairs[n_pairs + n_new, 0] = partners[a]
                pairs[n_pairs + n_new, 1] = h
                for i in range(w):
                    multiples[n_new, i] = lcm[a, i]
                n_new += 1
    for k in range(h):
        if alive[k]:
            missing = np.uint64(0)
            for i in range(w):
                missing |= ((leading[k, i] | GUARD) - new[i]) ^ GUARD
            if missing & GUARD == 0:
                alive[k] = False
    alive[h] = True
    return n_pairs, n_new


def add_element(
    table: Table, leading: Words, alive: npt.NDArray[np.bool_], h: int, pairs: Ints, n_pairs: int
) -> tuple[Table, Ints, int]:
    """Element h joins the basis: new pairs, pairs that are not needed any more, elements that h makes redundant.

    Pairs are rows (i, j, number of the least common multiple). Returns the table, the pairs and how many there are.
    """
    if n_pairs + h > len(pairs):
        pairs = longer(pairs, 2 * (n_pairs + h))
    lcm, multiples = np.empty((2, h, leading.shape[1]), dtype=np.uint64)
    scratch = np.empty((3, h), dtype=np.int64)
    n_old, n_new = _update(table.words, leading, alive, h, pairs, n_pairs, lcm, scratch, multiples)
    table, pairs[n_old : n_old + n_new, 2] = intern_all(table, multiples[:n_new])
    return table, pairs, n_old + n_new
