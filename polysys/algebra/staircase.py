"""What a monomial ideal says about the ideal that it is the leading ideal of: dimension, degree, quotient basis.

The order must be a degree order: then the affine Hilbert functions of the two agree (Cox, Little and O'Shea, Ideals,
Varieties, and Algorithms, section 9.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from polysys.algebra.kept import Kept, digest
from polysys.algebra.limits import Meter

Exponents = npt.NDArray[np.int32]
_kept: Kept[tuple[int, int, int]] = Kept(1 << 16)  # dimension, degree and what they cost


def dimension(leading: Exponents, *, meter: Meter | None = None) -> int:
    """Dimension of the zero set in affine space; -1 where it is empty.

    Notes
    -----
    n minus the least number of variables that meet the support of every leading monomial (Cox, Little and O'Shea,
    section 9.1, proposition 3).

    Examples
    --------
    >>> dimension(np.array([[1, 1]])), dimension(np.array([[2, 0], [0, 3]])), dimension(np.array([[0, 0]]))
    (1, 0, -1)
    """
    n: int = leading.shape[1]
    supports = _supports(leading)
    if any(s == 0 for s in supports):
        return -1
    return n - _least_cover(supports, n, Meter() if meter is None else meter)


def _supports(leading: Exponents) -> list[int]:
    """The minimal supports, as sets of bits."""
    bits = [sum(1 << k for k in np.flatnonzero(row).tolist()) for row in np.unique(leading != 0, axis=0)]
    bits.sort(key=int.bit_count)
    minimal: list[int] = []
    for s in bits:
        if not any(t & s == t for t in minimal):
            minimal.append(s)
    return minimal


def _least_cover(supports: Sequence[int], best: int, meter: Meter) -> int:
    """The least number of variables that meet every support, or `best` if that is no more."""
    if not supports:
        return 0
    if best <= 0:
        return best
    meter.spend(1000 + 100 * len(supports))
    smallest = min(supports, key=int.bit_count)
    while smallest:
        variable = smallest & -smallest
        smallest ^= variable
        best = min(best, 1 + _least_cover([s for s in supports if not s & variable], best - 1, meter))
    return best


def degree(leading: Exponents, *, meter: Meter | None = None) -> int:
    """Degree of the part of the largest dimension, with multiplicity; 0 where the zero set is empty.

    Notes
    -----
    In dimension zero the number of monomials outside the ideal. In dimension d the zero set of a monomial ideal is a
    union of coordinate subspaces; the degree is the sum, over those of dimension d, of the length of the ideal where
    the d free variables are invertible: the number of monomials in the others outside the ideal with the d set to one.

    Examples
    --------
    >>> degree(np.array([[2, 0], [1, 1], [0, 3]])), degree(np.array([[2, 1]]))  # 1, x, y, y^2; a double line and a line
    (4, 3)
    """
    meter = Meter() if meter is None else meter
    n = leading.shape[1]
    d = dimension(leading, meter=meter)
    if d <= 0:
        return 0 if d < 0 else len(standard_monomials(leading, meter=meter))
    if d == n:
        return 1
    supports = _supports(leading)
    total = 0
    for free in combinations(range(n), d):
        meter.spend(1000 + 100 * len(supports))
        inside = sum(1 << k for k in free)
        if any(s & ~inside == 0 for s in supports):
            continue
        rest = np.delete(leading, free, axis=1)
        total += len(standard_monomials(np.unique(rest, axis=0), meter=meter))
    return total


def dimension_and_degree(leading: Exponents, *, meter: Meter) -> tuple[int, int]:
    """Both, from those of the leading monomials that were asked for last, if these are the same; at the same cost to the meter.

    Examples
    --------
    >>> dimension_and_degree(np.array([[2, 0], [1, 1], [0, 3]]), meter=Meter())
    (0, 4)
    """
    name = digest([], [leading])
    known = _kept.get(name)
    if known is None:
        before = meter.work
        known = dimension(leading, meter=meter), degree(leading, meter=meter), meter.work - before
        _kept.keep(name, known, 1 << 10)
    else:
        meter.spend(known[2])
    return known[:2]


def standard_monomials(leading: Exponents, *, meter: Meter | None = None) -> Exponents:
    """The monomials outside an ideal of dimension zero: a basis of the quotient; empty where the ideal is everything.

    Examples
    --------
    >>> standard_monomials(np.array([[2, 0], [1, 1], [0, 2]])).tolist()
    [[0, 0], [1, 0], [0, 1]]
    """
    from polysys.algebra import quotient_kernels
    from polysys.algebra.monomials import pack, unpack

    meter = Meter() if meter is None else meter
    n = leading.shape[1]
    if n == 0:
        return np.zeros((0 if len(leading) else 1, 0), dtype=np.int32)
    if not leading.any(axis=1).all():
        return np.empty((0, n), dtype=np.int32)
    generators, units = pack(leading, n), pack(np.eye(n, dtype=np.int64), n)
    limit = 1 << 10
    while True:  # the room that is needed is not known before
        found, work = quotient_kernels.standard(generators, units, limit)
        meter.spend(int(work))
        if len(found) < limit:
            return unpack(found, n)
        limit *= 4
        meter.need(limit * 8 * found.shape[1])
