"""The matrix of one level: rows to reduce, the multiples of basis elements that reduce them, and the elimination.

Compiled. Polynomials are rows of exponents (uint8) and residues modulo p < 2^31 (uint32), largest monomial first.
"""

from __future__ import annotations

import numpy as np

from polysys.jit import compiled


@compiled.part
def _hash(exponents, shift, base, size):
    h = np.uint64(0)
    for i in range(len(shift)):
        h = h * np.uint64(1099511628211) + np.uint64(exponents[base, i]) + np.uint64(shift[i])
    h ^= h >> np.uint64(29)
    h *= np.uint64(0x9E3779B97F4A7C15)
    return np.int64((h >> np.uint64(20)) & np.uint64(size - 1))


@compiled.part
def _minus_ones(size):
    result = np.empty(size, dtype=np.int64)
    for k in range(size):
        result[k] = -1
    return result


@compiled.part
def _grown(array, size):
    larger = np.zeros(size, dtype=array.dtype)
    for k in range(len(array)):  # a slice would compile for seconds
        larger[k] = array[k]
    return larger


@compiled.part
def _grown_rows(array, size):
    larger = np.zeros((size, array.shape[1]), dtype=array.dtype)
    for k in range(len(array)):
        for i in range(array.shape[1]):
            larger[k, i] = array[k, i]
    return larger


@compiled.part
def _rehashed(columns, n_columns, size, zero):
    slots = _minus_ones(size)
    for c in range(n_columns):
        slot = _hash(columns, zero, c, size)
        while slots[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        slots[slot] = c
    return slots


@compiled.part
def _slot(slots, columns, exponents, t, shift):
    """Where a shifted monomial stands in the hash table, or would stand."""
    slot = _hash(exponents, shift, t, len(slots))
    while slots[slot] >= 0:
        c = slots[slot]
        is_same = True
        for i in range(len(shift)):
            if columns[c, i] != exponents[t, i] + shift[i]:
                is_same = False
                break
        if is_same:
            break
        slot = (slot + 1) & (len(slots) - 1)
    return slot


@compiled.part
def _divisor(monomial, leading, support, levels, degrees, weights, n_basis, d):
    """The first basis element whose leading monomial divides, at level d; -1 when there is none."""
    n = len(monomial)
    own, degree = np.uint64(0), 0
    for i in range(n):
        degree += weights[i] * np.int64(monomial[i])
        if monomial[i]:
            own |= np.uint64(1) << np.uint64(i & 63)
    for g in range(n_basis):
        if support[g] & ~own or levels[g] + degree - degrees[g] > d:
            continue
        divides = True
        for i in range(n):
            if leading[g, i] > monomial[i]:
                divides = False
                break
        if divides:
            return g
    return -1


@compiled
def symbolic(starts, exponents, leading, support, levels, degrees, weights, n_basis, row_g, row_shift, d, limit):
    """All rows of the matrix of level d: the given ones, then the reducers of every monomial that occurs.

    Returns the generators and starts of the rows, the column of each entry, the columns' exponents and the row that
    reduces each column (-1: none). Without a column when more than `limit` entries would be needed.
    """
    n = exponents.shape[1]
    n_given, n_rows, n_entries, n_columns = len(row_g), len(row_g), 0, 0
    row_g, row_shift = _grown(row_g, 2 * n_given + 16), _grown_rows(row_shift, 2 * n_given + 16)
    row_start = np.zeros(len(row_g) + 1, dtype=np.int64)
    entries = np.zeros(1024, dtype=np.int32)
    columns = np.zeros((1024, n), dtype=np.uint8)
    reducer = np.zeros(1024, dtype=np.int32)
    zero = np.zeros(n, dtype=np.uint8)
    size = 4096
    slots = _minus_ones(size)
    r = 0
    while r < n_rows:
        g = row_g[r]
        length = starts[g + 1] - starts[g]
        if n_entries + length > limit:
            return row_g[:0], row_start[:1], entries[:0], columns[:0], reducer[:0]
        if n_entries + length > len(entries):
            entries = _grown(entries, 2 * (n_entries + length))
        for t in range(starts[g], starts[g + 1]):
            slot = _slot(slots, columns, exponents, t, row_shift[r])
            c = slots[slot]
            if c < 0:
                if n_columns == len(columns):
                    columns, reducer = _grown_rows(columns, 2 * n_columns), _grown(reducer, 2 * n_columns)
                c = n_columns
                n_columns += 1
                slots[slot] = c
                for i in range(n):
                    columns[c, i] = exponents[t, i] + row_shift[r, i]
                found = _divisor(columns[c], leading, support, levels, degrees, weights, n_basis, d)
                reducer[c] = -1
                if found >= 0:
                    if n_rows == len(row_g):
                        row_g, row_shift = _grown(row_g, 2 * n_rows), _grown_rows(row_shift, 2 * n_rows)
                        row_start = _grown(row_start, 2 * n_rows + 1)
                    row_g[n_rows] = found
                    for i in range(n):
                        row_shift[n_rows, i] = columns[c, i] - leading[found, i]
                    reducer[c] = n_rows
                    n_rows += 1
                if 2 * n_columns > size:
                    size *= 4
                    slots = _rehashed(columns, n_columns, size, zero)
            entries[n_entries] = c
            n_entries += 1
        r += 1
        row_start[r] = n_entries
    return row_g[:n_rows], row_start[: n_rows + 1], entries[:n_entries], columns[:n_columns], reducer[:n_columns]


@compiled.part
def _reduce_block(block, is_touched, rest, reducer, row_g, row_start, entries, starts, residues, p):
    """Reduce some dense rows, side by side, by the multiples of basis elements.

    Only groups of 32 columns that are marked as touched are looked at. Returns the number of columns that stay, listed
    in `rest`, and the multiplications done.
    """
    p2 = p * p
    n_columns, lanes = block.shape
    factors = np.zeros(lanes, dtype=np.uint32)
    work, n_rest = 0, 0
    for group in range(len(is_touched)):
        if not is_touched[group]:
            continue
        is_touched[group] = False
        for k in range(32 * group, min(32 * group + 32, n_columns)):
            some = np.uint64(0)
            for i in range(lanes):
                some |= block[k, i]
            if some == 0:
                continue
            n_busy = 0
            for i in range(lanes):
                value = block[k, i] % p
                block[k, i] = value
                factors[i] = 0
                if value:
                    factors[i] = p - value
                    n_busy += 1
            if n_busy == 0:
                continue
            r = reducer[k]
            if r < 0:
                rest[n_rest] = k
                n_rest += 1
                continue
            shift = starts[row_g[r]] - row_start[r]
            for t in range(row_start[r], row_start[r + 1]):
                c = np.uint64(residues[t + shift])
                k2 = entries[t]
                is_touched[k2 >> 5] = True
                for i in range(lanes):
                    value = block[k2, i] + np.uint64(factors[i]) * c
                    block[k2, i] = min(value, value - p2)  # entries stay below p^2: a negative difference wraps around
            for i in range(lanes):
                block[k, i] = 0
            work += n_busy * (row_start[r + 1] - row_start[r])
        is_touched[group] = False
    return n_rest, work


@compiled.part
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


@compiled.part
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
    lanes = 8
    n_columns = len(reducer)
    block = np.zeros((n_columns, lanes), dtype=np.uint64)
    is_touched = np.zeros((n_columns + 31) // 32, dtype=np.bool_)
    rest = np.empty(n_columns, dtype=np.int32)
    start, kept, values = (
        np.zeros(n_given + 1, dtype=np.int64),
        np.zeros(64, dtype=np.int32),
        np.zeros(64, dtype=np.uint32),
    )
    total, t_kept = 0, 0
    for first in range(0, n_given, lanes):
        n_here = min(lanes, n_given - first)
        for i in range(n_here):
            r = first + i
            shift = starts[row_g[r]] - row_start[r]
            for t in range(row_start[r], row_start[r + 1]):
                block[entries[t], i] = residues[t + shift]
                is_touched[entries[t] >> 5] = True
        n_rest, work = _reduce_block(block, is_touched, rest, reducer, row_g, row_start, entries, starts, residues, p)
        total += work
        if total > budget:
            return start[:1], kept[:0], values[:0], -total
        if t_kept + lanes * n_rest > len(kept):
            kept, values = _grown(kept, 2 * (t_kept + lanes * n_rest)), _grown(values, 2 * (t_kept + lanes * n_rest))
        for i in range(n_here):
            for q in range(n_rest):
                if block[rest[q], i]:
                    kept[t_kept] = rest[q]
                    values[t_kept] = block[rest[q], i]
                    block[rest[q], i] = 0
                    t_kept += 1
            start[first + i + 1] = t_kept
    return start, kept[:t_kept], values[:t_kept], total


@compiled.part
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
        for t in range(start[r], start[r + 1]):
            v = row[entries[t]] + factor * np.uint64(residues[t])
            row[entries[t]] = min(v, v - p2)
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
            for t in range(start[q], start[q + 1]):
                v = row[new[t]] + factor * np.uint64(new_values[t])
                row[new[t]] = min(v, v - p2)
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
