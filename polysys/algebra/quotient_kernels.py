"""Compiled parts of the arithmetic in a quotient algebra modulo p.

A vector is indexed by the basis, which is ordered by parity class. Products x_i b outside the basis are border monomials;
their normal forms lie in one class each and are kept as one flat array of rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from polysys.algebra.monomials import GUARD
from polysys.algebra.rows_modulo import add_multiple, inverse, remainder
from polysys.compiled_arrays import zeros
from polysys.jit import compiled


@compiled
def standard(generators, units, limit):
    """Words of the monomials that no generator divides, at most `limit` of them, by degree; and the work."""
    n, w = units.shape
    found = zeros((limit, w), np.uint64)
    last = zeros(limit, np.int64)  # a monomial grows by variables not before its last: each arises once
    child = zeros(w, np.uint64)
    count = 1
    begin = 0
    work = 0
    while begin < count:
        for v in range(last[begin], n):
            for i in range(w):
                child[i] = found[begin, i] + units[v, i]
            outside = True
            for g in range(len(generators)):
                missing = np.uint64(0)
                for i in range(w):
                    missing |= ((child[i] | GUARD) - generators[g, i]) ^ GUARD
                if missing & GUARD == 0:
                    outside = False
                    work += g
                    break
            if outside:
                work += len(generators)
                if count == limit:
                    return found, work
                for i in range(w):
                    found[count, i] = child[i]
                last[count] = v
                count += 1
        begin += 1
    return found[:count], work


@compiled
def border_rows(sources, factors, targets, offsets, first, size, rows, p, begin, end):
    """Normal forms of the border monomials begin..end, in ascending order, where sources[r] >= 0: that of another,
    multiplied by an unknown; returns the work.

    first, size: where the class of a border monomial begins in the basis, and its size; targets (basis, n): place of
    x_i b in the basis, or -1 - border monomial.
    """
    p2 = p * p
    work = np.int64(0)
    for r in range(begin, end):
        s = sources[r]
        if s < 0:
            continue
        i = factors[r]
        total = zeros(size[r], np.int64)
        for k in range(size[s]):
            a = np.int64(rows[offsets[s] + k])
            if a == 0:
                continue
            t = np.int64(targets[first[s] + k, i])
            if t >= 0:
                value = total[t - first[r]] + a
                total[t - first[r]] = value
            else:
                offset = offsets[-1 - t]
                add_multiple(total, np.uint32(a), rows[offset : offset + len(total)], p2)
                work += len(total)
        for j in range(len(total)):
            rows[offsets[r] + j] = total[j] % p
    return work


@compiled.part
def times_form(vector, form, targets, offsets, first, size, rows, p):
    """A vector multiplied by the linear form with these n coefficients."""
    p2 = p * p
    total = zeros(len(vector), np.int64)
    weights = zeros(len(offsets), np.int64)
    for b in range(len(vector)):
        a = vector[b]
        if a == 0:
            continue
        for i in range(len(form)):
            if form[i] == 0:
                continue
            t = np.int64(targets[b, i])
            value = a * form[i] % p
            if t >= 0:
                total[t] += value
            else:
                weights[-1 - t] += value
    for r in range(len(offsets)):
        a = weights[r] % p
        if a == 0:
            continue
        begin, offset = first[r], offsets[r]
        add_multiple(total[begin : begin + size[r]], np.uint32(a), rows[offset : offset + size[r]], p2)
    reciprocal = 1.0 / p
    for b in range(len(total)):
        total[b] = remainder(total[b], p, reciprocal)
    return total


@compiled
def values_at_powers(vector, functionals, form, count, targets, offsets, first, size, rows, p):
    """Each functional at vector form^k for k < count, an array (functionals, count), and vector form^count."""
    result = np.empty((len(functionals), count), dtype=np.int64)
    p2 = p * p
    for k in range(count):
        for f in range(len(functionals)):
            total = np.int64(0)
            for b in range(len(vector)):
                t = total + functionals[f, b] * vector[b] - p2
                total = t + ((t >> 63) & p2)
            result[f, k] = total % p
        vector = times_form(vector, form, targets, offsets, first, size, rows, p)
    return result, vector


@compiled
def horner(vector, polynomial, form, targets, offsets, first, size, rows, p):
    """Steps v -> v form + c for the coefficients c, from the last to the first; the first basis element is 1."""
    for k in range(len(polynomial) - 1, -1, -1):
        vector = times_form(vector, form, targets, offsets, first, size, rows, p)
        vector[0] = (vector[0] + polynomial[k]) % p
    return vector


@compiled
def _berlekamp_massey(sequence, c, b, old, p):
    """The recurrence that follows, in c; b and old, of its length, are for the ones before. Returns its order."""
    length, gap = 0, 1
    inverse_b = np.int64(1)
    for k in range(len(sequence)):
        d = sequence[k]
        for i in range(1, length + 1):
            d = (d + c[i] * sequence[k - i]) % p
        if d == 0:
            gap += 1
            continue
        factor = d * inverse_b % p
        is_longer = 2 * length <= k
        if is_longer:
            for i in range(len(c)):
                old[i] = c[i]
        for i in range(gap, len(c)):
            c[i] = (c[i] + (p - factor) * b[i - gap]) % p
        gap += 1
        if is_longer:
            length = k + 1 - length
            for i in range(len(c)):
                b[i] = old[i]
            inverse_b = inverse(d, p)
            gap = 1
    return length


def minimal_recurrence(sequence: npt.NDArray[np.int64], p: int) -> npt.NDArray[np.int64]:
    """Coefficients 1, c_1, .., c_L of the shortest recurrence s_k + c_1 s_(k-1) + .. = 0 (Berlekamp and Massey)."""
    c, b, old = np.zeros((3, len(sequence) + 1), dtype=np.int64)
    c[0] = b[0] = 1
    return c[: _berlekamp_massey(sequence, c, b, old, p) + 1]


@compiled
def insert_vector(vector, echelon, pivots, count, p):
    """Reduce a vector by the rows of an echelon form, in place; it joins them unless it vanishes. Returns their number."""
    size = len(vector)
    for c in range(size):
        a = vector[c] % p
        vector[c] = a
        if a == 0:
            continue
        q = pivots[c]
        if q >= 0:
            for j in range(c, size):
                vector[j] = (vector[j] + (p - a) * echelon[q, j]) % p
            continue
        scale = inverse(a, p)
        for j in range(c, size):
            vector[j] = (vector[j] % p) * scale % p
            echelon[count, j] = vector[j]
        pivots[c] = count
        return count + 1
    return count
