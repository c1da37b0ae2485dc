"""Rows of residues modulo a prime below 2^31: what kernels do with them. Compiled with the kernels.

Entries stay below p^2 and are reduced when they are needed.
"""

from __future__ import annotations

import numpy as np

from polysys.jit import compiled

STRIDE = np.uint64(0x9E3779B97F4A7C15)
"""By which the state of splitmix64 goes on; see :func:`mixed`."""


@compiled.part
def remainder(a, p, reciprocal):
    """a modulo p for 0 <= a < 2^62, without a division: the quotient in doubles is wrong by one at most."""
    r = a - np.int64(np.float64(a) * reciprocal) * p
    r += (r >> 63) & p
    r -= p
    return r + ((r >> 63) & p)


@compiled.part
def inverse(a, p):
    """1/a modulo a prime, by Euclid's algorithm."""
    r, s, x, y = p, a, np.int64(0), np.int64(1)
    while s != 0:
        q = r // s
        r, s = s, r - q * s
        x, y = y, x - q * y
    return x % p


@compiled.part
def inverse_unsigned(a, p):
    """The same for unsigned numbers."""
    return np.uint64(inverse(np.int64(a), np.int64(p)))


@compiled.part
def add_multiple(total, factor, row, p2):
    """Add a multiple of a row of 32-bit numbers to a vector with entries below p^2."""
    a = np.uint64(factor)
    for j in range(len(row)):
        t = total[j] + np.int64(a * np.uint64(row[j])) - p2
        total[j] = t + ((t >> 63) & p2)


@compiled.part
def add_sparse(row, factor, entries, residues, first, end, shift, p2):
    """Add a multiple of a sparse row to a dense one; entries stay below p^2, as a negative difference wraps around."""
    for t in range(first, end):
        k = np.uint64(entries[np.uint64(t)])  # an index with a sign takes longer
        value = row[k] + factor * np.uint64(residues[np.uint64(t + shift)])
        row[k] = min(value, value - p2)


@compiled.part
def mixed(state):
    """The number that splitmix64 gives in this state: fixed weights that no equation knows of."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
