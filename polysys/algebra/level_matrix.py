"""The matrix of one level: rows to reduce, the multiples of basis elements that reduce them, and the elimination.

Compiled. Polynomials are rows of monomials (eight exponents of a byte in each word) and residues modulo p < 2^31 (uint32), largest
monomial first.
"""

from __future__ import annotations

import numpy as np

from polysys.jit import compiled


@compiled
def _minus_ones(size):
    result = np.empty(size, dtype=np.int64)
    for k in range(size):
        result[k] = -1
    return result


@compiled
def _grown(array, size):
    larger = np.zeros(size, dtype=array.dtype)
    for k in range(len(array)):  # a slice would compile for seconds
        larger[k] = array[k]
    return larger


@compiled
def _grown_rows(array, size):
    larger = np.zeros((size, array.shape[1]), dtype=array.dtype)
    for k in range(len(array)):
        for i in range(array.shape[1]):
            larger[k, i] = array[k, i]
    return larger


@compiled
def _hash(words, k):
    """Additive: the hash of a product of monomials is the sum of theirs."""
    h = np.uint64(0)
    for i in range(words.shape[1]):
        h += words[k, i] * (np.uint64(0x9E3779B97F4A7C15) + np.uint64(2 * i) * np.uint64(0xD1B54A32D192ED03))
    return h


@compiled
def _first_slot(h, size):
    h ^= h >> np.uint64(29)
    h *= np.uint64(0x9E3779B97F4A7C15)
    return np.int64((h >> np.uint64(20)) & np.uint64(size - 1))


@compiled
def _rehashed(hashes, n_columns, size):
    slots = _minus_ones(size)
    for c in range(n_columns):
        slot = _first_slot(hashes[c], size)
        while slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = c
    return slots


@compiled
def _exponent(words, k, i):
    return (words[k, i >> 3] >> np.uint64(8 * (i & 7))) & np.uint64(255)


@compiled
def _degree(words, k, weights):
    degree = 0
    for i in range(len(weights)):
        degree += weights[i] * np.int64(_exponent(words, k, i))
    return degree


@compiled
def _mask(words, k, n):
    """Bits that a divisor's exponents set only where the monomial's do: for each unknown as many as there is room for."""
    bits = min(max(64 // n, 1), 16)
    mask = np.uint64(0)
    for i in range(n):
        e = min(_exponent(words, k, i), np.uint64(bits))
        mask |= ((np.uint64(1) << e) - np.uint64(1)) << np.uint64((bits * i) & 63)
    return mask


@compiled
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


@compiled
def _place_row(first, end, words, hashes, factor, row_hash, slots, columns, column_hash, n_columns, entries, n_entries):
    """Write down the columns of a row, new ones at the end; returns their number. All arrays are long enough."""
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
    row_g, row_words = _grown(row_g, 2 * n_given + 16), _grown_rows(row_words, 2 * n_given + 16)
    row_start = np.zeros(len(row_g) + 1, dtype=np.int64)
    entries = np.zeros(1024, dtype=np.int32)
    columns = np.zeros((1024, width), dtype=np.uint64)
    column_hash = np.zeros(1024, dtype=np.uint64)
    reducer = np.zeros(1024, dtype=np.int32)
    slots = _minus_ones(4096)
    r = 0
    while r < n_rows:
        first, end = starts[row_g[r]], starts[row_g[r] + 1]
        length = end - first
        if n_entries + length > limit:
            return row_g[:0], row_start[:1], entries[:0], columns[:0], reducer[:0]
        if n_entries + length > len(entries):
            entries = _grown(entries, 2 * (n_entries + length))
        if n_columns + length > len(columns):
            size = 2 * (n_columns + length)
            columns, column_hash, reducer = _grown_rows(columns, size), _grown(column_hash, size), _grown(reducer, size)
        if n_rows + length > len(row_g):
            size = 2 * (n_rows + length)
            row_g, row_words, row_start = _grown(row_g, size), _grown_rows(row_words, size), _grown(row_start, size + 1)
        while 2 * (n_columns + length) > len(slots):
            slots = _rehashed(column_hash, n_columns, 4 * len(slots))
        c = n_columns
        n_columns = _place_row(
            first, end, words, hashes, row_words[r], _hash(row_words, r), slots, columns, column_hash, n_columns, entries, n_entries
        )
        n_entries += length
        for c in range(c, n_columns):
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


@compiled
def _add_multiple(row, factor, entries, residues, first, end, shift, p2):
    """Add a multiple of a sparse row to a dense one; entries stay below p^2, as a negative difference wraps around."""
    for t in range(first, end):
        k = np.uint64(entries[np.uint64(t)])  # an index with a sign takes longer
        value = row[k] + factor * np.uint64(residues[np.uint64(t + shift)])
        row[k] = min(value, value - p2)


@compiled
def _append(row, first, scale, n_rows, start, entries, residues, p):
    """Store the non-zero entries of a dense row from `first` on, times `scale`, as the next sparse row; clear it."""
    count = 0
    for k in range(first, len(row)):
        if row[k]:
            count += 1
    t = start[n_rows]
    if n_rows + 2 > len(start):
        start = _grown(start, 2 * len(start))
    if t + count > len(entries):
        entries, residues = _grown(entries, 2 * (t + count)), _grown(residues, 2 * (t + count))
    for k in range(first, len(row)):
        if row[k]:
            entries[t] = k
            residues[t] = row[k] * scale % p
            row[k] = 0
            t += 1
    start[n_rows + 1] = t
    return start, entries, residues


@compiled
def _inverse(a, p):
    result, base, e = np.uint64(1), a % p, p - np.uint64(2)
    while e:
        if e & np.uint64(1):
            result = result * base % p
        base = base * base % p
        e >>= np.uint64(1)
    return result


@compiled
def normal_forms(n_given, row_g, row_start, entries, reducer, starts, residues, p, budget):
    """The first `n_given` rows reduced by the other ones; columns are sorted, largest monomial first.

    Returns starts, columns and residues of the reduced rows, and the work, negative when it exceeds the budget.
    """
    p2 = p * p
    n_columns = len(reducer)
    row = np.zeros(n_columns, dtype=np.uint64)
    rest = np.empty(n_columns, dtype=np.int32)
    start, kept, values = (
        np.zeros(n_given + 1, dtype=np.int64),
        np.zeros(64, dtype=np.int32),
        np.zeros(64, dtype=np.uint32),
    )
    total, t_kept = 0, 0
    for given in range(n_given):
        shift = starts[row_g[given]] - row_start[given]
        top = n_columns
        for t in range(row_start[given], row_start[given + 1]):
            row[entries[t]] = residues[t + shift]
            top = min(top, entries[t])
        n_rest = 0
        for k in range(top, n_columns):
            if row[k] == 0:
                continue
            value = row[k] % p
            row[k] = 0
            if value == 0:
                continue
            r = reducer[k]
            if r < 0:
                row[k] = value
                rest[n_rest] = k
                n_rest += 1
                continue
            first, end = row_start[r], row_start[r + 1]  # a one in this column comes first
            _add_multiple(row, p - value, entries, residues, first + 1, end, starts[row_g[r]] - first, p2)
            total += end - first
        if total > budget:
            return start[:1], kept[:0], values[:0], -total
        if t_kept + n_rest > len(kept):
            kept, values = _grown(kept, 2 * (t_kept + n_rest)), _grown(values, 2 * (t_kept + n_rest))
        for q in range(n_rest):
            kept[t_kept] = rest[q]
            values[t_kept] = row[rest[q]]
            row[rest[q]] = 0
            t_kept += 1
        start[given + 1] = t_kept
    return start, kept[:t_kept], values[:t_kept], total


@compiled
def _eliminated(row, top, own, pivot, start, entries, residues, p):
    """Reduce a dense row by sparse monic rows; returns its first column (-1: zero) and the work."""
    p2 = p * p
    work, first = 0, -1
    for k in range(top, len(row)):
        value = row[k]
        if value == 0:
            continue
        value %= p
        row[k] = value
        if value == 0:
            continue
        r = pivot[k]
        if r < 0 or k == own:
            if first < 0:
                first = k
            continue
        factor = p - value
        _add_multiple(row, factor, entries, residues, start[r], start[r + 1], 0, p2)
        row[k] = 0
        work += start[r + 1] - start[r]
    return first, work


@compiled
def reduced_echelon(given_start, given, given_values, n_columns, p, budget):
    """The reduced row echelon form of sparse rows, without its zeros; the work is negative when above the budget."""
    row = np.zeros(n_columns, dtype=np.uint64)
    pivot = _minus_ones(n_columns)
    start, new, values = np.zeros(16, dtype=np.int64), np.zeros(64, dtype=np.int32), np.zeros(64, dtype=np.uint32)
    n_new, total = 0, 0
    for r in range(len(given_start) - 1):
        if given_start[r] == given_start[r + 1]:
            continue
        for t in range(given_start[r], given_start[r + 1]):
            row[given[t]] = given_values[t]
        first, work = _eliminated(row, given[given_start[r]], -1, pivot, start, new, values, p)
        total += work
        if total > budget:
            return start[:1], new[:0], values[:0], -total
        if first >= 0:
            start, new, values = _append(row, first, _inverse(row[first], p), n_new, start, new, values, p)
            pivot[first] = n_new
            n_new += 1
    last_start, last, last_values = (
        np.zeros(16, dtype=np.int64),
        np.zeros(64, dtype=np.int32),
        np.zeros(64, dtype=np.uint32),
    )
    for r in range(n_new):
        for t in range(start[r], start[r + 1]):
            row[new[t]] = values[t]
        own = new[start[r]]
        first, work = _eliminated(row, own, own, pivot, start, new, values, p)
        total += work
        last_start, last, last_values = _append(row, first, np.uint64(1), r, last_start, last, last_values, p)
    return last_start[: n_new + 1], last[: last_start[n_new]], last_values[: last_start[n_new]], total


@compiled
def relations(row_start, entries, values, n_columns, p, budget):
    """Linear relations among sparse rows: each ties a row to earlier independent ones. The same output as above."""
    n_rows = len(row_start) - 1
    p2 = p * p
    row = np.zeros(n_columns + n_rows, dtype=np.uint64)  # the row, then the combination that it is
    pivot = _minus_ones(n_columns)
    start, new, new_values = np.zeros(16, dtype=np.int64), np.zeros(64, dtype=np.int32), np.zeros(64, dtype=np.uint32)
    found_start, found, found_values = (
        np.zeros(16, dtype=np.int64),
        np.zeros(64, dtype=np.int32),
        np.zeros(64, dtype=np.uint32),
    )
    n_new, n_found, total = 0, 0, 0
    for r in range(n_rows):
        row[n_columns + r] = 1
        first = n_columns
        for t in range(row_start[r], row_start[r + 1]):
            row[entries[t]] = values[t]
            first = min(first, entries[t])
        for k in range(first, n_columns):
            value = row[k] % p
            row[k] = value
            first = k
            if value == 0:
                continue
            q = pivot[k]
            if q < 0:
                break
            factor = p - value
            _add_multiple(row, factor, new, new_values, start[q], start[q + 1], 0, p2)
            row[k] = 0
            total += start[q + 1] - start[q]
            first = n_columns
        if total > budget:
            break
        if first < n_columns and row[first]:
            for k in range(first, n_columns + n_rows):
                row[k] %= p
            start, new, new_values = _append(row, first, _inverse(row[first], p), n_new, start, new, new_values, p)
            pivot[first] = n_new
            n_new += 1
        else:
            for k in range(n_columns, n_columns + n_rows):
                row[k] %= p
            found_start, found, found_values = _append(
                row, n_columns, np.uint64(1), n_found, found_start, found, found_values, p
            )
            n_found += 1
    return (
        found_start[: n_found + 1],
        found[: found_start[n_found]] - n_columns,
        found_values[: found_start[n_found]],
        total,
    )
