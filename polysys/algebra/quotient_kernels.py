"""Compiled parts of the arithmetic in a quotient algebra modulo p.

A vector is indexed by the basis, which is ordered by parity class. Products x_i b outside the basis are border monomials;
their normal forms lie in one class each and are kept as one flat array of rows.
"""

from __future__ import annotations

import numpy as np

from polysys.algebra.matrix import add_multiple, inverse, remainder
from polysys.algebra.monomials import GUARD, as_tuple, grown, intern_product, longer
from polysys.jit import compiled


@compiled
def standard(generators, units, limit):
    """Words of the monomials that no generator divides, at most `limit` of them, by degree; and the work."""
    n, w = units.shape
    found = np.zeros((limit, w), dtype=np.uint64)
    last = np.zeros(limit, dtype=np.int64)  # a monomial grows by variables not before its last: each arises once
    child = np.empty(w, dtype=np.uint64)
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
def products(table, basis, unknowns, index_of):
    """Number in the table of x_i b for all basis elements b and unknowns x_i, and the border monomials among them.

    index_of: nonzero for the monomials of the basis.
    """
    result = np.empty((len(basis), len(unknowns)), dtype=np.int32)
    border = np.empty(len(basis) * len(unknowns), dtype=np.int32)
    count = 0
    for b in range(len(basis)):
        for i in range(len(unknowns)):
            if table.state[0] + 1 > len(table.degrees):
                table = grown(table)
            if table.state[0] + 1 > len(index_of):
                index_of = longer(index_of, len(index_of), 2 * (table.state[0] + 1))
            m = intern_product(table, np.int64(basis[b]), np.int64(unknowns[i]))
            result[b, i] = m
            if index_of[m] == 0:
                index_of[m] = -1
                border[count] = m
                count += 1
    return as_tuple(table), result, longer(border, count, count)


@compiled
def sources(targets, is_known):
    """For each border monomial m that is not known: another one, m', and the unknown x_j with m = x_j m'; else -1.

    m = x_i b; as it is no minimal generator of the leading ideal, m / x_j is in the ideal for some j other than i.
    """
    size, n = targets.shape
    below = np.zeros((size, n), dtype=np.int32) - 1  # b / x_j
    for b in range(size):
        for j in range(n):
            if targets[b, j] >= 0:
                below[targets[b, j], j] = b
    result = np.zeros(len(is_known), dtype=np.int64) - 1
    factors = np.zeros(len(is_known), dtype=np.int64)
    for b in range(size):
        for i in range(n):
            r = -1 - targets[b, i]
            if r < 0 or is_known[r] or result[r] >= 0:
                continue
            for j in range(n):
                if j != i and below[b, j] >= 0:
                    t = targets[below[b, j], i]
                    if t < 0:
                        result[r] = -1 - t
                        factors[r] = j
                        break
    return result, factors


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
        total = np.zeros(size[r], dtype=np.int64)
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


@compiled
def times_form(vector, form, targets, offsets, first, size, rows, p):
    """A vector multiplied by the linear form with these n coefficients."""
    p2 = p * p
    total = np.zeros(len(vector), dtype=np.int64)
    weights = np.zeros(len(offsets), dtype=np.int64)
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
def minimal_recurrence(sequence, p):
    """Coefficients 1, c_1, .., c_L of the shortest recurrence s_k + c_1 s_(k-1) + .. = 0 (Berlekamp and Massey)."""
    n = len(sequence)
    c = np.zeros(n + 1, dtype=np.int64)
    b = np.zeros(n + 1, dtype=np.int64)
    old = np.zeros(n + 1, dtype=np.int64)
    c[0] = b[0] = 1
    length, gap = 0, 1
    inverse_b = np.int64(1)
    for k in range(n):
        d = sequence[k]
        for i in range(1, length + 1):
            d = (d + c[i] * sequence[k - i]) % p
        if d == 0:
            gap += 1
            continue
        factor = d * inverse_b % p
        is_longer = 2 * length <= k
        if is_longer:
            for i in range(n + 1):
                old[i] = c[i]
        for i in range(gap, n + 1):
            c[i] = (c[i] + (p - factor) * b[i - gap]) % p
        if is_longer:
            length = k + 1 - length
            for i in range(n + 1):
                b[i] = old[i]
            inverse_b = inverse(d, p)
            gap = 1
        else:
            gap += 1
    return longer(c, length + 1, length + 1)


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
