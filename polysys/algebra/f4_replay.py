"""One matrix of a Groebner basis again, with other coefficients: compiled.

Rows, columns and the rows that reduce them are those of a computation that was done before. What is computed is all of the coefficients.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from polysys.algebra.rows_modulo import STRIDE, add_sparse, inverse_unsigned, mixed
from polysys.compiled_arrays import zeros
from polysys.jit import compiled

Longs = npt.NDArray[np.int64]


@compiled.part
def _add_mixture(row, chosen, ends, entries, firsts, coefficients, p):
    """Add the chosen sparse rows with fixed mixed weights to a dense one."""
    state = np.uint64(len(chosen))
    for r in chosen:
        state += STRIDE
        add_sparse(row, mixed(state) % p, entries, coefficients, ends[r], ends[r + 1], firsts[r] - ends[r], p * p)


@compiled.part
def _add_dense(row, skip, factor, other, lead, p2):
    """Add a multiple of a dense row, whose entries before `lead` are zeros, from the column `skip` on."""
    for j in range(np.uint64(lead), np.uint64(len(other))):
        value = row[j + np.uint64(skip)] + factor * np.uint64(other[j])
        row[j + np.uint64(skip)] = min(value, value - p2)


@compiled.part
def _reduced(row, skip, ends, entries, firsts, coefficients, pivots, first_pivot, dense, pivot_of, p):
    """Reduce a dense row by sparse and dense ones, the entries modulo p; returns its first column after `skip`, or -1."""
    p2 = p * p
    lead = np.int64(-1)
    for c in range(skip):
        value = row[c] % p
        row[c] = 0
        if value:
            r = pivots[first_pivot + c]
            add_sparse(row, p - value, entries, coefficients, ends[r] + 1, ends[r + 1], firsts[r] - ends[r], p2)
            row[c] = 0
    for c in range(dense.shape[1]):
        value = row[skip + c] % p
        row[skip + c] = value
        if value:
            q = pivot_of[c]
            if q >= 0:
                _add_dense(row, skip, p - value, dense[q], c, p2)
                row[skip + c] = 0
            elif lead < 0:
                lead = np.int64(c)
    return lead


@compiled.part
def _back(dense, pivot_of, row, p):
    """Reduce the dense rows by each other, from the last pivot to the first."""
    p2, size = p * p, dense.shape[1]
    for lead in range(size - 1, -1, -1):
        r = pivot_of[lead]
        if r < 0:
            continue
        for c in range(lead, size):
            row[c] = dense[r, c]
        for c in range(lead + 1, size):
            value = row[c] % p
            row[c] = value
            q = pivot_of[c]
            if value and q >= 0:
                _add_dense(row, 0, p - value, dense[q], c, p2)
                row[c] = 0
        for c in range(lead, size):
            dense[r, c] = row[c]


@compiled
def replay(
    p, ends, entries, firsts, coefficients, sizes, skips, first_pivots, pivots, first_tried, tried, first_others, others,
    first_expected, expected, places, targets, is_independent,
):  # fmt: skip
    """Reduce the tried rows of every block; False where something is not as expected.

    Block b has sizes[b] columns, of which the first skips[b] have pivots. Its tried rows have to give rows with entries exactly at
    the expected places, in the order of falling first columns; these are written where `targets` says. A combination of the other rows has to vanish.
    """
    widest = zeros(1, np.int64)
    for b in range(len(sizes)):
        widest[0] = max(widest[0], sizes[b])
    row = zeros(widest[0], np.uint64)
    for b in range(len(sizes)):
        skip, size, n_expected = skips[b], sizes[b] - skips[b], first_expected[b + 1] - first_expected[b]
        dense, pivot_of = zeros((n_expected, size), np.uint32), zeros(size, np.int64)
        pivot_of[:] = -1
        n_new = 0
        for k in range(first_tried[b], first_tried[b + 1]):
            r = tried[k]
            row[: sizes[b]] = 0
            add_sparse(row, np.uint64(1), entries, coefficients, ends[r], ends[r + 1], firsts[r] - ends[r], p * p)
            lead = _reduced(row, skip, ends, entries, firsts, coefficients, pivots, first_pivots[b], dense, pivot_of, p)
            is_independent[k] = lead >= 0
            if lead < 0:
                continue
            if n_new == n_expected:
                return False
            scale = inverse_unsigned(row[skip + lead], p)
            for c in range(lead, size):
                dense[n_new, c] = row[skip + c] * scale % p
            pivot_of[lead] = n_new
            n_new += 1
        if n_new < n_expected:
            return False
        _back(dense, pivot_of, row, p)
        e = first_expected[b]
        for lead in range(size - 1, -1, -1):
            q = pivot_of[lead]
            if q < 0:
                continue
            t, end, target = expected[e], expected[e + 1], targets[e]
            for c in range(size):
                if dense[q, c]:
                    if t == end or places[t] != c:
                        return False
                    coefficients[target] = dense[q, c]
                    target += 1
                    t += 1
            if t < end:
                return False
            e += 1
        row[: sizes[b]] = 0
        _add_mixture(row, others[first_others[b] : first_others[b + 1]], ends, entries, firsts, coefficients, p)
        if _reduced(row, skip, ends, entries, firsts, coefficients, pivots, first_pivots[b], dense, pivot_of, p) >= 0:
            return False
    return True
