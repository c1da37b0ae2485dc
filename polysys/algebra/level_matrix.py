"""The matrix of one level: rows are reduced by multiples of basis elements, and brought to echelon form.

Compiled. Polynomials are rows of columns and residues modulo p < 2^31 (uint32), largest monomial first.
"""

from __future__ import annotations

import numpy as np

from polysys.jit import compiled


@compiled.part
def minus_ones(size):
    result = np.empty(size, dtype=np.int64)
    for k in range(size):
        result[k] = -1
    return result


@compiled.part
def grown(array, size):
    larger = np.zeros(size, dtype=array.dtype)
    for k in range(len(array)):  # a slice would compile for seconds
        larger[k] = array[k]
    return larger


@compiled.part
def grown_rows(array, size):
    larger = np.zeros((size, array.shape[1]), dtype=array.dtype)
    for k in range(len(array)):
        for i in range(array.shape[1]):
            larger[k, i] = array[k, i]
    return larger


@compiled.part
def _add_multiple(row, factor, entries, residues, first, end, shift, p2):
    """Add a multiple of a sparse row to a dense one; entries stay below p^2, as a negative difference wraps around."""
    for t in range(first, end):
        k = np.uint64(entries[np.uint64(t)])  # an index with a sign takes longer
        value = row[k] + factor * np.uint64(residues[np.uint64(t + shift)])
        row[k] = min(value, value - p2)


@compiled.part
def _append(row, first, scale, n_rows, start, entries, residues, p):
    """Store the non-zero entries of a dense row from `first` on, times `scale`, as the next sparse row; clear it."""
    count = 0
    for k in range(first, len(row)):
        if row[k]:
            count += 1
    t = start[n_rows]
    if n_rows + 2 > len(start):
        start = grown(start, 2 * len(start))
    if t + count > len(entries):
        entries, residues = grown(entries, 2 * (t + count)), grown(residues, 2 * (t + count))
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
            kept, values = grown(kept, 2 * (t_kept + n_rest)), grown(values, 2 * (t_kept + n_rest))
        for q in range(n_rest):
            kept[t_kept] = rest[q]
            values[t_kept] = row[rest[q]]
            row[rest[q]] = 0
            t_kept += 1
        start[given + 1] = t_kept
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
        _add_multiple(row, factor, entries, residues, start[r], start[r + 1], 0, p2)
        row[k] = 0
        work += start[r + 1] - start[r]
    return first, work


@compiled
def reduced_echelon(given_start, given, given_values, n_columns, p, budget):
    """The reduced row echelon form of sparse rows, without its zeros; the work is negative when above the budget."""
    row = np.zeros(n_columns, dtype=np.uint64)
    pivot = minus_ones(n_columns)
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
    pivot = minus_ones(n_columns)
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
