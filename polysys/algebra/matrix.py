"""Matrices of multiples of polynomials modulo p: which rows are needed, and their reduction.

A matrix has rows that are pivots already (multiples of the basis, monic) and rows to be reduced by them. Its columns are
the monomials in descending order, those with a pivot first. Lanes of several rows are reduced at once: a lane is a row,
or a random combination of rows. Entries lie in [0, p^2) and are reduced modulo p only where they are read.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from polysys.algebra.monomials import GUARD, Ints, Table, Words, grown, intern, longer
from polysys.algebra.rows_modulo import add_multiple, inverse, remainder
from polysys.compiled_arrays import zeros
from polysys.jit import compiled

Longs = npt.NDArray[np.int64]

LANES = 32  # fewer are not compiled into vector instructions
_COST = LANES // 4  # of one entry in all lanes: nanoseconds, about


@compiled.part
def _next_divided(columns, c, n_columns, words, column, position, leading, alive, n_polys):
    """The next column without a pivot that the basis divides: one more than its place, and the element; else -1."""
    w = leading.shape[1]
    while c < n_columns:
        m = columns[c]
        c += 1
        if column[m] != 1:
            continue
        d = np.int64(position[m])
        while d < n_polys:
            if alive[d]:
                missing = np.uint64(0)
                for i in range(w):
                    missing |= ((words[m, i] | GUARD) - leading[d, i]) ^ GUARD
                if missing & GUARD == 0:
                    break
            d += 1
        position[m] = d
        if d < n_polys:
            column[m] = 2
            return c, d
    return c, np.int64(-1)


@compiled.part
def _multiply(
    monomials, begin, length, factor, words, hashes, degrees, slots, column, state, columns, n_columns, entries, top
):
    """Terms times a monomial, into `entries`; new ones join the columns. Returns how many columns there are.

    `intern` for sums of words whose hashes are known: calls with the whole table take longer than the searches.
    """
    w = words.shape[1]
    mask, shift = len(slots) - 1, np.uint64(state[1])
    for k in range(length):
        a = monomials[begin + k]
        h = hashes[a] + hashes[factor]
        slot = np.int64(h >> shift)
        while True:
            m = np.int64(slots[slot]) - 1
            if m < 0:
                m = state[0]
                state[0] += 1
                for i in range(w):
                    words[m, i] = words[a, i] + words[factor, i]
                hashes[m] = h
                degrees[m] = degrees[a] + degrees[factor]
                slots[slot] = m + 1
                break
            if hashes[m] == h:
                difference = np.uint64(0)
                for i in range(w):
                    difference |= words[m, i] ^ (words[a, i] + words[factor, i])
                if difference == 0:
                    break
            slot = (slot + 1) & mask
        if column[m] == 0:
            column[m] = 1
            columns[n_columns] = m
            n_columns += 1
        entries[top + k] = m
    return n_columns


@compiled
def _rows(
    table, monomials, starts, leading, alive, n_polys, tasks, multiples, n_pivots, skip, columns, ends, sources, entries, at
):
    """Rows as long as there is room; returns the terms of the next one, or -1 after the last.

    at: number of rows, columns looked at, columns, and the element for the next pivot row, -1 where it is not known yet.
    """
    r, c, n_columns, f = at[0], at[1], at[2], at[3]
    quotient = zeros(leading.shape[1], np.uint64)
    length = np.int64(-1)
    while True:
        if r < len(tasks):
            f, multiple = np.int64(tasks[r]), np.int64(multiples[r])
            begin = starts[f] + skip
        else:
            if f < 0:
                c, f = _next_divided(
                    columns, c, n_columns, table.words, table.column, table.position, leading, alive, n_polys
                )
            if f < 0:
                length = np.int64(-1)
                break
            multiple = np.int64(columns[c - 1])
            begin = starts[f]
        top = ends[r]
        length = starts[f + 1] - begin
        if (
            table.state[0] + length + 2 > len(table.degrees)
            or n_columns + length > len(columns)
            or top + length > len(entries)
            or r + 1 >= len(ends)
        ):
            break
        for i in range(len(quotient)):
            quotient[i] = table.words[multiple, i] - table.words[monomials[starts[f]], i]
        factor = intern(table, quotient)
        n_columns = _multiply(
            monomials,
            begin,
            length,
            factor,
            table.words,
            table.hashes,
            table.degrees,
            table.slots,
            table.column,
            table.state,
            columns,
            n_columns,
            entries,
            top,
        )
        if r < n_pivots:
            table.column[multiple] = 2
        sources[r] = f
        r += 1
        ends[r] = top + length
        f = np.int64(-1)
    at[0], at[1], at[2], at[3] = r, c, n_columns, f
    return length


def needed_rows(
    table: Table, monomials: Ints, starts: Longs, leading: Words, alive: npt.NDArray[np.bool_], n_polys: int,
    tasks: Ints, multiples: Ints, n_pivots: int, skip: int,
) -> tuple[Table, Ints, Longs, Ints, Ints]:  # fmt: skip
    """Rows for tasks (polynomial, its multiple) and, for every monomial that the basis divides, one more: its pivot.

    The first n_pivots tasks are pivots. Of every task polynomial the first `skip` terms are left out.
    Returns the table, the columns, and the rows: ends, columns of all entries, polynomial of each row.
    """
    columns, entries = np.empty(256, dtype=np.int32), np.empty(4096, dtype=np.int32)
    ends, sources = np.zeros(len(tasks) + 257, dtype=np.int64), np.empty(len(tasks) + 257, dtype=np.int32)
    at = np.array([0, 0, 0, -1])
    given = monomials, starts, leading, alive, n_polys, tasks, multiples, n_pivots, skip
    while (length := int(_rows(table, *given, columns, ends, sources, entries, at))) >= 0:
        while table.state[0] + length + 2 > len(table.degrees):
            table = grown(table)
        n_rows, _, n_columns, _ = at.tolist()
        if n_columns + length > len(columns):
            columns = longer(columns, 2 * (n_columns + length))
        if ends[n_rows] + length > len(entries):
            entries = longer(entries, 2 * (int(ends[n_rows]) + length))
        if n_rows + 1 >= len(ends):
            ends, sources = longer(ends, 2 * len(ends)), longer(sources, 2 * len(ends))
    n_rows, _, n_columns, _ = at.tolist()
    return table, columns[:n_columns], ends[: n_rows + 1], entries[: ends[n_rows]], sources[:n_rows]


def parity_classes(words: Words, masks: Words) -> Longs:
    """Class of each monomial: bit s is the parity of the exponents that mask s selects."""
    result = np.zeros(len(words), dtype=np.int64)
    for s, mask in enumerate(masks):
        word = np.bitwise_xor.reduce(words & mask, axis=1)
        word ^= word >> np.uint64(32)
        word ^= word >> np.uint64(16)
        result |= (word & np.uint64(1)).astype(np.int64) << s
    return result


@compiled.part
def _subtract(lanes, factors, begin, end, entries, first, coefficients, p2):
    """Subtract multiples of one sparse row from all lanes."""
    for k in range(begin, end):
        a = np.uint64(coefficients[first + k - begin])
        j = np.uint64(entries[k])
        for l in range(LANES):
            t = lanes[j, l] - np.int64(np.uint64(factors[l]) * a)
            lanes[j, l] = t + ((t >> 63) & p2)


@compiled.part
def _subtract_dense(lanes, factors, first, row, p2):
    """Subtract multiples of one dense row, whose entries before the first are zeros, from all lanes."""
    for j in range(np.uint64(first), np.uint64(len(row))):
        a = np.uint64(row[j])
        for l in range(LANES):
            t = lanes[j, l] - np.int64(np.uint64(factors[l]) * a)
            lanes[j, l] = t + ((t >> 63) & p2)


@compiled
def reduce_lanes(lanes, rows, weights, ends, entries, firsts, coefficients, pivots, p):
    """Combinations of rows, reduced by the pivots of the first columns; returns the work.

    lanes (columns, LANES) is overwritten; weights (rows, LANES); firsts: where the coefficients of a row begin.
    """
    for c in range(len(lanes)):
        for l in range(LANES):
            lanes[c, l] = 0
    p2 = p * p
    reciprocal = 1.0 / p
    work = np.int64(len(lanes))
    factors = zeros(LANES, np.uint32)
    for i in range(len(rows)):
        r = rows[i]
        begin, end, first = ends[r], ends[r + 1], firsts[r]
        for l in range(LANES):
            factors[l] = (p - weights[i, l]) % p
        _subtract(lanes, factors, begin, end, entries, first, coefficients, p2)
        work += end - begin
    for c in range(len(pivots)):
        some = np.int64(0)
        for l in range(LANES):
            some |= lanes[c, l]
        if some == 0:
            continue
        some = np.int64(0)
        for l in range(LANES):
            a = remainder(lanes[c, l], p, reciprocal)
            factors[l] = a
            some |= a
        if some == 0:
            continue
        r = pivots[c]
        begin, end, first = ends[r] + 1, ends[r + 1], firsts[r] + 1
        _subtract(lanes, factors, begin, end, entries, first, coefficients, p2)
        work += end - begin
    return work * _COST


@compiled
def absorb_lanes(lanes, dense, pivot_of, n_dense, p):
    """Reduce the lanes by dense rows; what is new joins them.

    lanes (columns, LANES), columns without pivots in the sparse rows. Returns the number of dense rows and the work.
    """
    p2 = p * p
    reciprocal = 1.0 / p
    size = len(lanes)
    work = np.int64(size)
    factors = zeros(LANES, np.uint32)
    for c in range(size):
        some = np.int64(0)
        for l in range(LANES):
            a = remainder(lanes[c, l], p, reciprocal)
            lanes[c, l] = a
            factors[l] = a
            some |= a
        q = pivot_of[c]
        if some == 0 or q < 0:
            continue
        _subtract_dense(lanes, factors, c, dense[q], p2)
        work += size - c
    used = zeros(LANES, np.int64)  # one more than the dense row of a lane
    row = zeros(size, np.uint32)
    n_used = 0
    for c in range(size):
        lead = -1
        for l in range(LANES):
            a = remainder(lanes[c, l], p, reciprocal)
            lanes[c, l] = a
            factors[l] = a
            if lead < 0 and used[l] == 0 and a != 0:
                lead = l
        if lead < 0:
            continue
        scale = inverse(lanes[c, lead], p)
        for j in range(c, size):
            a = remainder(lanes[j, lead], p, reciprocal) * scale % p
            row[j] = a
            lanes[j, lead] = a
        pivot_of[c] = n_dense
        n_dense += 1
        used[lead] = n_dense
        n_used += 1
        factors[lead] = 0
        _subtract_dense(lanes, factors, c, row, p2)
        work += size - c
        if n_used == LANES:
            break
    for l in range(LANES):
        if used[l]:
            for j in range(size):
                dense[used[l] - 1, j] = remainder(lanes[j, l], p, reciprocal)
    return n_dense, work * _COST


@compiled
def reduce_dense(dense, pivot_of, p):
    """Reduce the dense rows by each other, from the last pivot to the first; returns the work."""
    p2 = p * p
    size = dense.shape[1]
    row = zeros(size, np.int64)
    work = np.int64(0)
    for lead in range(size - 1, -1, -1):
        r = pivot_of[lead]
        if r < 0:
            continue
        for j in range(lead, size):
            row[j] = dense[r, j]
        changed = False
        for c in range(lead + 1, size):
            q = pivot_of[c]
            if q < 0 or dense[r, c] == 0:  # the pivots below are reduced: they do not touch each other's columns
                continue
            changed = True
            add_multiple(row[c:], np.uint32(p - dense[r, c]), dense[q, c:], p2)
            work += (size - c) // 4 + 1
        if changed:
            for j in range(lead, size):
                dense[r, j] = row[j] % p
    return work
