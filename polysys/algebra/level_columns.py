"""The columns of one level's matrix: monomials of rows, and the multiples of basis elements that reduce them.

Compiled. Monomials are rows of words with eight exponents of a byte each, so that products are sums.
"""

from __future__ import annotations

import numpy as np

from polysys.algebra.level_matrix import grown, grown_rows, minus_ones
from polysys.jit import compiled


@compiled.part
def _hash(words, k):
    """Additive: the hash of a product of monomials is the sum of theirs."""
    h = np.uint64(0)
    for i in range(words.shape[1]):
        h += words[k, i] * (np.uint64(0x9E3779B97F4A7C15) + np.uint64(2 * i) * np.uint64(0xD1B54A32D192ED03))
    return h


@compiled.part
def _first_slot(h, size):
    h ^= h >> np.uint64(29)
    h *= np.uint64(0x9E3779B97F4A7C15)
    return np.int64((h >> np.uint64(20)) & np.uint64(size - 1))


@compiled.part
def _rehashed(hashes, n_columns, size):
    slots = minus_ones(size)
    for c in range(n_columns):
        slot = _first_slot(hashes[c], size)
        while slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = c
    return slots


@compiled.part
def _exponent(words, k, i):
    return (words[k, i >> 3] >> np.uint64(8 * (i & 7))) & np.uint64(255)


@compiled.part
def _degree(words, k, weights):
    degree = 0
    for i in range(len(weights)):
        degree += weights[i] * np.int64(_exponent(words, k, i))
    return degree


@compiled.part
def _mask(words, k, n):
    """Bits that a divisor's exponents set only where the monomial's do: for each unknown as many as there is room for."""
    bits = min(max(64 // n, 1), 16)
    mask = np.uint64(0)
    for i in range(n):
        e = min(_exponent(words, k, i), np.uint64(bits))
        mask |= ((np.uint64(1) << e) - np.uint64(1)) << np.uint64((bits * i) & 63)
    return mask


@compiled.part
def _divisor(words, k, n, leading, masks, heights, n_basis, room):
    """The first basis element whose leading monomial divides the monomial k; -1 when there is none.

    Its level beyond the degree of its leading monomial is at most `room`.
    """
    outside = ~_mask(words, k, n)
    for block in range(0, n_basis, 32):
        n_hits = 0
        for g in range(block, block + 32):
            n_hits += masks[np.uint64(g)] & outside == 0
        if n_hits == 0:
            continue
        for g in range(block, min(block + 32, n_basis)):
            if masks[g] & outside or heights[g] > room:
                continue
            divides = True
            for i in range(n):
                if _exponent(leading, g, i) > _exponent(words, k, i):
                    divides = False
                    break
            if divides:
                return g
    return -1


@compiled.part
def _place_row(first, end, words, hashes, factor, row_hash, slots, columns, column_hash, n_columns, entries, n_entries):
    """Write down the columns of a row, new ones at the end; returns their number. All arrays are long enough.

    Where arrays are exchanged in a loop their references are counted at every turn: 60 ns for an entry that takes 10.
    """
    last = np.uint64(len(slots) - 1)
    for t in range(first, end):
        h = hashes[np.uint64(t)] + row_hash
        slot = np.uint64(_first_slot(h, len(slots)))
        c = slots[slot]
        while c >= 0:
            if column_hash[np.uint64(c)] == h:
                is_same = True
                for i in range(len(factor)):
                    is_same &= columns[c, i] == words[t, i] + factor[i]
                if is_same:
                    break
            slot = (slot + np.uint64(1)) & last
            c = slots[slot]
        if c < 0:
            c = n_columns
            n_columns += 1
            slots[slot] = c
            column_hash[c] = h
            for i in range(len(factor)):
                columns[c, i] = words[t, i] + factor[i]
        entries[np.uint64(n_entries + t - first)] = c
    return n_columns


@compiled
def symbolic(starts, words, leading, levels, weights, row_g, row_words, d, limit):
    """All rows of the matrix of level d: the given ones, then the reducers of every monomial that occurs.

    Monomials are words of eight exponents each. Returns the generators and starts of the rows, the column of each entry, the columns'
    monomials and the row that reduces each column (-1: none). Without a column when more than `limit` entries would be needed.
    """
    n, width, n_basis = len(weights), words.shape[1], len(levels)
    hashes = np.empty(len(words), dtype=np.uint64)
    for t in range(len(words)):
        hashes[t] = _hash(words, t)
    masks = ~np.zeros((n_basis + 31) // 32 * 32, dtype=np.uint64)
    heights = np.empty(n_basis, dtype=np.int64)
    for g in range(n_basis):
        masks[g] = _mask(leading, g, n)
        heights[g] = levels[g] - _degree(leading, g, weights)
    n_given, n_rows, n_entries, n_columns = len(row_g), len(row_g), 0, 0
    row_g, row_words = grown(row_g, 2 * n_given + 16), grown_rows(row_words, 2 * n_given + 16)
    row_start = np.zeros(len(row_g) + 1, dtype=np.int64)
    entries = np.zeros(1024, dtype=np.int32)
    columns = np.zeros((1024, width), dtype=np.uint64)
    column_hash = np.zeros(1024, dtype=np.uint64)
    reducer = np.zeros(1024, dtype=np.int32)
    slots = minus_ones(4096)
    r = 0
    while r < n_rows:
        first, end = starts[row_g[r]], starts[row_g[r] + 1]
        length = end - first
        if n_entries + length > limit:
            return row_g[:0], row_start[:1], entries[:0], columns[:0], reducer[:0]
        if n_entries + length > len(entries):
            entries = grown(entries, 2 * (n_entries + length))
        if n_columns + length > len(columns):
            size = 2 * (n_columns + length)
            columns, column_hash, reducer = grown_rows(columns, size), grown(column_hash, size), grown(reducer, size)
        if n_rows + length > len(row_g):
            size = 2 * (n_rows + length)
            row_g, row_words, row_start = grown(row_g, size), grown_rows(row_words, size), grown(row_start, size + 1)
        while 2 * (n_columns + length) > len(slots):
            slots = _rehashed(column_hash, n_columns, 4 * len(slots))
        n_before, row_hash = n_columns, _hash(row_words, r)
        n_columns = _place_row(
            first, end, words, hashes, row_words[r], row_hash, slots, columns, column_hash, n_before, entries, n_entries
        )
        n_entries += length
        for c in range(n_before, n_columns):
            room = d - _degree(columns, c, weights)
            g = _divisor(columns, c, n, leading, masks, heights, n_basis, room)
            reducer[c] = -1
            if g >= 0:
                row_g[n_rows] = g
                for i in range(width):
                    row_words[n_rows, i] = columns[c, i] - leading[g, i]
                reducer[c] = n_rows
                n_rows += 1
        r += 1
        row_start[r] = n_entries
    return row_g[:n_rows], row_start[: n_rows + 1], entries[:n_entries], columns[:n_columns], reducer[:n_columns]
