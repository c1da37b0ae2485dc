"""What a monomial ideal says about the ideal it is the leading ideal of: its dimension and its degree."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Monomial = tuple[int, ...]
_CHUNK = 20_000_000  # comparisons at a time


def dimension(leading: Sequence[Monomial], n: int) -> int:
    """Dimension of the zero set; -1 where it is empty.

    Notes
    -----
    The largest number of variables of which no leading monomial is a product (Cox, Little and O'Shea, Ideals,
    Varieties, and Algorithms, section 9.1, proposition 3): n minus the least number of variables that meet every support.

    Examples
    --------
    >>> dimension([(1, 1)], 2), dimension([(2, 0), (0, 3)], 2), dimension([(0, 0)], 2)
    (1, 0, -1)
    """
    supports = {frozenset(k for k, a in enumerate(m) if a) for m in leading}
    if frozenset() in supports:
        return -1
    minimal = [s for s in supports if not any(t < s for t in supports)]
    return n - _least_cover(minimal, n)


def _least_cover(supports: Sequence[frozenset[int]], best: int) -> int:
    """The least number of variables that meet every support, or `best` if that is no more."""
    if not supports:
        return 0
    if best <= 0:
        return best
    for variable in min(supports, key=len):
        rest = [s for s in supports if variable not in s]
        best = min(best, 1 + _least_cover(rest, best - 1))
    return best


def degree(leading: Sequence[Monomial], n: int) -> int:
    """Number of monomials outside a monomial ideal of dimension zero: its degree (0 where it is everything).

    Examples
    --------
    >>> degree([(2, 0), (1, 1), (0, 3)], 2)  # 1, x, y, y^2
    4
    """
    generators = np.array(leading, dtype=np.int32).reshape(-1, n)
    if not generators.any(axis=1).all():
        return 0
    level = np.zeros((1, n), dtype=np.int32)
    last = np.zeros(1, dtype=np.int64)  # a monomial grows only by variables not before its last one: each arises once
    total = 0
    while len(level):
        total += len(level)
        rows, variables = np.nonzero(np.arange(n) >= last[:, None])
        grown = level[rows]
        grown[np.arange(len(rows)), variables] += 1
        outside = ~_is_divisible(grown, generators)
        level, last = grown[outside], variables[outside]
    return total


def _is_divisible(monomials: npt.NDArray[np.int32], generators: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    result = np.zeros(len(monomials), dtype=np.bool_)
    step = max(1, _CHUNK // max(1, generators.size))
    for begin in range(0, len(monomials), step):
        divides = np.all(monomials[begin : begin + step, None, :] >= generators[None], axis=2)
        result[begin : begin + step] = np.any(divides, axis=1)
    return result
