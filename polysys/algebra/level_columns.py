"""The columns of one level's matrix: monomials of rows, and the multiples of basis elements that reduce them.

Compiled. Monomials are rows of words with eight exponents of a byte each, so that products are sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.monomials import longer, placed
from polysys.jit import compiled

Array = npt.NDArray[Any]
_GOLDEN, _ODD = 0x9E3779B97F4A7C15, 0xD1B54A32D192ED03  # of the hash alone: no result depends on them


@compiled.part
def _hash(words, k, multipliers):
    """Additive: the hash of a product of monomials is the sum of theirs."""
    h = np.uint64(0)
    for i in range(words.shape[1]):
        h += words[k, i] * multipliers[i]
    return h


@compiled.part
def _first_slot(h, size):
    h = (h ^ (h >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((h >> np.uint64(20)) & np.uint64(size - 1))


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
def _place_row(
    first, end, words, hashes, row_words, r, row_hash, slots, columns, column_hash, n_columns, entries, n_entries
):
    """Write down the columns of a row, new ones at the end; returns their number. All arrays are long enough.

    Where arrays are exchanged in a loop their references are counted at every turn: 60 ns for an entry that takes 10.
    """
    last = np.uint64(len(slots) - 1)
    for t in range(first, end):
        h = hashes[np.uint64(t)] + row_hash
        slot = np.uint64(_first_slot(h, len(slots)))
        c = np.int64(slots[slot])
        while c >= 0:
            if column_hash[np.uint64(c)] == h:
                is_same = True
                for i in range(words.shape[1]):
                    is_same &= columns[c, i] == words[t, i] + row_words[r, i]
                if is_same:
                    break
            slot = (slot + np.uint64(1)) & last
            c = np.int64(slots[slot])
        if c < 0:
            c = n_columns
            n_columns += 1
            slots[slot] = c
            column_hash[c] = h
            for i in range(words.shape[1]):
                columns[c, i] = words[t, i] + row_words[r, i]
        entries[np.uint64(n_entries + t - first)] = c
    return n_columns


@compiled
def _complete(
    starts, words, hashes, leading, masks, heights, weights, multipliers, d,
    row_g, row_words, row_start, entries, columns, column_hash, reducer, slots, at,
):  # fmt: skip
    """Rows as long as there is room; returns the terms of the next one, or -1 after the last.

    at: rows looked at, rows, entries, columns.
    """
    n, width, n_basis = len(weights), words.shape[1], len(heights)
    r, n_rows, n_entries, n_columns = at[0], at[1], at[2], at[3]
    length = np.int64(-1)
    while r < n_rows:
        first, end = starts[row_g[r]], starts[row_g[r] + 1]
        length = end - first
        if (
            n_entries + length > len(entries)
            or n_columns + length > len(columns)
            or n_rows + length > len(row_g)
            or 2 * (n_columns + length) > len(slots)
        ):
            break
        n_before, row_hash = n_columns, _hash(row_words, r, multipliers)
        n_columns = _place_row(
            first, end, words, hashes, row_words, r, row_hash, slots, columns, column_hash, n_before, entries, n_entries
        )
        n_entries += length
        length = np.int64(-1)
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
    at[0], at[1], at[2], at[3] = r, n_rows, n_entries, n_columns
    return length


def symbolic(
    starts: Array, words: Array, leading: Array, levels: Array, weights: Array,
    row_g: Array, row_words: Array, d: int, limit: int,
) -> tuple[Array, Array, Array, Array, Array] | None:  # fmt: skip
    """All rows of the matrix of level d: the given ones, then the reducers of every monomial that occurs.

    Monomials are words of eight exponents each. Returns the generators and starts of the rows, the column of each entry, the columns'
    monomials and the row that reduces each column (-1: none). None when more than `limit` entries would be needed.
    """
    n, n_given = len(weights), len(row_g)
    multipliers = np.array([(_GOLDEN + 2 * i * _ODD) % 2**64 for i in range(words.shape[1])], dtype=np.uint64)
    exponents = leading.view(np.uint8)[:, :n]
    masks = np.full(len(levels) + -len(levels) % 32, ~np.uint64(0))
    masks[: len(levels)] = _masks(exponents)
    given = (
        starts, words, (words * multipliers).sum(axis=1, dtype=np.uint64), leading, masks,
        levels - exponents @ weights, weights, multipliers, d,
    )  # fmt: skip
    row_g, row_words = longer(row_g, 2 * n_given + 16), longer(row_words, 2 * n_given + 16)
    row_start = np.zeros(len(row_g) + 1, dtype=np.int64)
    entries, reducer = np.empty(min(1024, limit), dtype=np.int32), np.empty(1024, dtype=np.int32)
    columns, column_hash = np.empty((1024, words.shape[1]), dtype=np.uint64), np.empty(1024, dtype=np.uint64)
    slots = np.full(4096, -1, dtype=np.int32)
    at = np.array([0, n_given, 0, 0])
    while (
        length := int(_complete(*given, row_g, row_words, row_start, entries, columns, column_hash, reducer, slots, at))
    ) >= 0:
        _, n_rows, n_entries, n_columns = at.tolist()
        if n_entries + length > limit:
            return None
        if n_entries + length > len(entries):
            entries = longer(entries, min(2 * (n_entries + length), limit))
        if n_columns + length > len(columns):
            size = 2 * (n_columns + length)
            columns, column_hash, reducer = longer(columns, size), longer(column_hash, size), longer(reducer, size)
        if n_rows + length > len(row_g):
            size = 2 * (n_rows + length)
            row_g, row_words, row_start = longer(row_g, size), longer(row_words, size), longer(row_start, size + 1)
        size = len(slots)
        while 2 * (n_columns + length) > size:
            size *= 4
        if size > len(slots):
            slots = placed(_first_slot(column_hash[:n_columns], size), size) - np.int32(1)
    _, n_rows, n_entries, n_columns = at.tolist()
    return row_g[:n_rows], row_start[: n_rows + 1], entries[:n_entries], columns[:n_columns], reducer[:n_columns]


def _masks(exponents: Array) -> Array:
    """`_mask` of every row."""
    n = exponents.shape[1]
    bits = min(max(64 // n, 1), 16)
    powers = np.minimum(exponents, bits).astype(np.uint64)
    shifts = (bits * np.arange(n) & 63).astype(np.uint64)
    result: Array = np.bitwise_or.reduce(((np.uint64(1) << powers) - np.uint64(1)) << shifts, axis=1)
    return result
