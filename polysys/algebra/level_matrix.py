"""The matrix of one level: rows are reduced by multiples of basis elements, and brought to echelon form.

Compiled. Polynomials are rows of columns and residues modulo p < 2^31 (uint32), largest monomial first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.monomials import longer
from polysys.algebra.rows_modulo import STRIDE, add_sparse, inverse_unsigned, mixed
from polysys.jit import compiled

Array = npt.NDArray[Any]
_NO_LIMIT = 1 << 62


class _SparseRows:
    """Rows that a kernel writes one after another."""

    def __init__(self, n_rows: int, n_columns: int) -> None:
        self.start = np.zeros(n_rows + 1, dtype=np.int64)
        room = min((n_rows + 1) * n_columns, 1 << 16)
        self.entries, self.residues = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.uint32)

    def arrays(self, n_rows: int, length: int) -> tuple[Array, Array, Array]:
        """The arrays, with room for a row of this length after so many rows."""
        needed = int(self.start[n_rows]) + length
        if needed > len(self.entries):
            self.entries, self.residues = longer(self.entries, 2 * needed), longer(self.residues, 2 * needed)
        return self.start, self.entries, self.residues

    def result(self, n_rows: int, work: int) -> tuple[Array, Array, Array, int]:
        """The first rows."""
        end = self.start[n_rows]
        return self.start[: n_rows + 1], self.entries[:end], self.residues[:end], work


@compiled.part
def _append(row, first, scale, n_rows, start, entries, residues, p):
    """Store the non-zero entries of a dense row from `first` on, times `scale`, as the next sparse row; clear it."""
    t = start[n_rows]
    for k in range(first, len(row)):
        if row[k]:
            entries[t] = k
            residues[t] = row[k] * scale % p
            row[k] = 0
            t += 1
    start[n_rows + 1] = t


@compiled
def _reduce(chosen, row_g, row_start, entries, reducer, starts, residues, p, budget, row, rest, start, kept, values, at):
    """Reduce the chosen rows as long as there is room for one more; at: rows done, work."""
    p2 = p * p
    n_columns = len(reducer)
    given, total = at[0], at[1]
    while given < len(chosen) and total <= budget:
        t_kept = start[given]
        if t_kept + n_columns > len(kept):
            break
        r_given = chosen[given]
        shift = starts[row_g[r_given]] - row_start[r_given]
        top: Any = n_columns
        for t in range(row_start[r_given], row_start[r_given + 1]):
            column = np.int64(entries[t])
            row[column] = residues[t + shift]
            if column < top:
                top = column
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
            add_sparse(row, p - value, entries, residues, first + 1, end, starts[row_g[r]] - first, p2)
            total += end - first
        for q in range(n_rest):
            column = np.int64(rest[q])
            kept[t_kept] = column
            values[t_kept] = row[column]
            row[column] = 0
            t_kept += 1
        given += 1
        start[given] = t_kept
    at[0], at[1] = given, total


def normal_forms(
    chosen: Array, row_g: Array, row_start: Array, entries: Array, reducer: Array,
    starts: Array, residues: Array, p: Any, budget: int,
) -> tuple[Array, Array, Array, int]:  # fmt: skip
    """The rows with the numbers `chosen` reduced by others; columns are sorted, largest monomial first.

    Returns starts, columns and residues of the reduced rows, and the work, negative when it exceeds the budget.
    """
    n_columns = len(reducer)
    found = _SparseRows(len(chosen), n_columns)
    scratch = np.zeros(n_columns, dtype=np.uint64), np.empty(n_columns, dtype=np.int32)
    given = chosen, row_g, row_start, entries, reducer, starts, residues, p, budget
    at = np.zeros(2, dtype=np.int64)
    while at[0] < len(chosen) and at[1] <= budget:
        _reduce(*given, *scratch, *found.arrays(at[0], n_columns), at)
    return found.result(0, -int(at[1])) if at[1] > budget else found.result(len(chosen), int(at[1]))


@compiled
def _is_combination_zero(
    rows, row_g, row_start, entries, reducer, starts, residues, p, row, new_of, new_start, new, values
):
    """Whether a combination of the rows is one of the reducing rows and of the new ones; `new_of` is the new row of a column."""
    p2, state = p * p, np.uint64(len(rows))
    for q in range(len(rows)):
        state += STRIDE
        r = rows[q]
        add_sparse(row, mixed(state) % p, entries, residues, row_start[r], row_start[r + 1], starts[row_g[r]] - row_start[r], p2)
    for k in range(len(row)):
        value = row[k] % p
        if value == 0:
            continue
        r, q = reducer[k], new_of[k]
        if r >= 0:
            first, end = row_start[r], row_start[r + 1]
            add_sparse(row, p - value, entries, residues, first, end, starts[row_g[r]] - first, p2)
        elif q >= 0:
            add_sparse(row, p - value, new, values, new_start[q], new_start[q + 1], 0, p2)
        else:
            return False
    return True


def is_spanned(
    rows: Array, row_g: Array, row_start: Array, entries: Array, reducer: Array,
    starts: Array, residues: Array, p: Any, new: tuple[Array, Array, Array],
) -> bool:  # fmt: skip
    """Whether a combination of the rows with fixed mixed weights is reduced to zero by others and by `new` ones, monic and in echelon form.

    If each of them is, so is the combination; otherwise it is with a probability of 1/p.
    """
    new_of = np.full(len(reducer), -1)
    new_start, columns, values = new
    new_of[columns[new_start[:-1]]] = np.arange(len(new_start) - 1)
    row = np.zeros(len(reducer), dtype=np.uint64)
    given = rows, row_g, row_start, entries, reducer, starts, residues, p
    return bool(_is_combination_zero(*given, row, new_of, new_start, columns, values))


@compiled
def _eliminate(
    given_start, given, given_values, is_last, row, pivot, p, budget, start, entries, residues, new_start, new, values,
    sources, at,
):  # fmt: skip
    """Reduce rows by monic rows, as long as there is room for one more; those that are not zero become new ones.

    Where the given rows are to be the last, they are the monic rows themselves. `sources` are the rows that became new ones.
    at: rows looked at, new rows, work.
    """
    p2 = p * p
    n_columns = len(row)
    r, n_new, total = at[0], at[1], at[2]
    while r + 1 < len(given_start) and total <= budget and new_start[n_new] + n_columns <= len(new):
        begin, end = given_start[r], given_start[r + 1]
        r += 1
        if begin == end:
            continue
        for t in range(begin, end):
            row[given[t]] = given_values[t]
        top = np.int64(given[begin])
        first = -1
        for k in range(top, n_columns):
            if row[k] == 0:
                continue
            value = row[k] % p
            row[k] = value
            if value == 0:
                continue
            q = pivot[k]
            if q < 0 or (is_last and k == top):
                if first < 0:
                    first = k
                continue
            row[k] = 0
            add_sparse(row, p - value, entries, residues, start[q] + 1, start[q + 1], 0, p2)
            total += start[q + 1] - start[q]
        if first >= 0:
            if not is_last:
                pivot[first] = n_new
            _append(row, first, inverse_unsigned(row[first], p), n_new, new_start, new, values, p)
            sources[n_new] = r - 1
            n_new += 1
    at[0], at[1], at[2] = r, n_new, total


def reduced_echelon(
    given_start: Array, given: Array, given_values: Array, n_columns: int, p: Any, budget: int
) -> tuple[Array, Array, Array, int, Array]:
    """The reduced row echelon form of sparse rows, without its zeros; the work is negative when above the budget.

    The numbers of the rows that do not depend on earlier ones come last.
    """
    n_rows = len(given_start) - 1
    sources, independent = np.empty((2, n_rows), dtype=np.int64)
    row, pivot = np.zeros(n_columns, dtype=np.uint64), np.full(n_columns, -1)
    monic, last = _SparseRows(n_rows, n_columns), _SparseRows(n_rows, n_columns)
    at = np.zeros(3, dtype=np.int64)
    while at[0] < n_rows and at[2] <= budget:
        new = monic.arrays(at[1], n_columns)
        _eliminate(given_start, given, given_values, False, row, pivot, p, budget, *new, *new, independent, at)
    if at[2] > budget:
        return *last.result(0, -int(at[2])), independent[:0]
    n_new = at[1]
    start, entries, residues, _ = monic.result(n_new, 0)
    at[:2] = 0
    while at[0] < n_new:
        new = last.arrays(at[1], n_columns)
        _eliminate(start, entries, residues, True, row, pivot, p, _NO_LIMIT, start, entries, residues, *new, sources, at)
    return *last.result(n_new, int(at[2])), independent[:n_new]


@compiled
def _relate(given_start, given, given_values, row, pivot, p, budget, start, entries, residues, new_start, new, values, at):
    """Reduce rows, each followed by a one in a column of its own, as long as there is room for one more.

    Independent ones are monic rows from then on, of the others the new rows are what they leave in the last columns.
    at: rows looked at, monic rows, new rows, work.
    """
    p2 = p * p
    n_columns = len(pivot)
    r, n_monic, n_new, total = at[0], at[1], at[2], at[3]
    while (
        r + 1 < len(given_start)
        and total <= budget
        and start[n_monic] + len(row) <= len(entries)
        and new_start[n_new] + len(row) <= len(new)
    ):
        row[n_columns + r] = 1
        top: Any = n_columns
        for t in range(given_start[r], given_start[r + 1]):
            column = np.int64(given[t])
            row[column] = given_values[t]
            if column < top:
                top = column
        first: Any = n_columns
        for k in range(top, n_columns):
            value = row[k] % p
            row[k] = value
            if value == 0:
                continue
            q = pivot[k]
            if q < 0:
                first = k
                break
            row[k] = 0
            add_sparse(row, p - value, entries, residues, start[q] + 1, start[q + 1], 0, p2)
            total += start[q + 1] - start[q]
        r += 1
        if total > budget:
            break
        for k in range(first, len(row)):
            row[k] %= p
        if first < n_columns:
            pivot[first] = n_monic
            _append(row, first, inverse_unsigned(row[first], p), n_monic, start, entries, residues, p)
            n_monic += 1
        else:
            _append(row, n_columns, np.uint64(1), n_new, new_start, new, values, p)
            n_new += 1
    at[0], at[1], at[2], at[3] = r, n_monic, n_new, total


def relations(
    row_start: Array, entries: Array, values: Array, n_columns: int, p: Any, budget: int
) -> tuple[Array, Array, Array, int]:
    """Linear relations among sparse rows: each ties a row to earlier independent ones. The same output as above."""
    n_rows = len(row_start) - 1
    width = n_columns + n_rows
    row, pivot = np.zeros(width, dtype=np.uint64), np.full(n_columns, -1)
    monic, found = _SparseRows(n_rows, width), _SparseRows(n_rows, width)
    at = np.zeros(4, dtype=np.int64)
    while at[0] < n_rows and at[3] <= budget:
        rooms = *monic.arrays(at[1], width), *found.arrays(at[2], width)
        _relate(row_start, entries, values, row, pivot, p, budget, *rooms, at)
    start, columns, residues, work = found.result(at[2], int(at[3]))
    return start, columns - n_columns, residues, work
