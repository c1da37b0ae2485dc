"""The Walsh-Hadamard transform of functions of N signs, and distances of all pairs from it, in exact integers.

For f on the 2^N states, F(k) = sum_s f(s) prod_{i in k} s_i. If f is the indicator of a set of n states, F(0) = n, F of one and two bits are
n times means and correlations, and the numbers of ordered pairs at distance d are 2^-N sum_w K_d(w) sum_{|k|=w} F(k)^2 with the
Krawtchouk polynomials K_d(w) = sum_j (-1)^j C(w,j) C(N-w,d-j) (MacWilliams; Delsarte, Philips Res. Rep. Suppl. 10 (1973)).
"""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.weights import kernels
from homotopy.weights.blocks import over_blocks

_INNER_BITS = 13  # of rows that fit into the innermost caches
_STAGE_BITS = 8
_COLUMNS = 1 << 11

Array = npt.NDArray[Any]


def walsh_hadamard(a: Array) -> Array:
    """Transform an array of 2^N numbers in place, and return it.

    Examples
    --------
    >>> walsh_hadamard(np.array([1, 0, 0, 1])).tolist()
    [2, 0, 0, 2]
    """
    n = a.size.bit_length() - 1
    inner = min(n, _INNER_BITS)

    def rows(first: int, last: int) -> None:
        kernels.butterflies(a[first:last], 0, inner)

    over_blocks("transform", a.size, rows, size=1 << max(inner, min(n, 20)))
    for low in range(inner, n, _STAGE_BITS):
        _stage(a, low, min(low + _STAGE_BITS, n))
    return a


def _stage(a: Array, low: int, high: int) -> None:
    """The bits from `low` to before `high`: columns of 2^(high - low) rows, in every part of 2^high numbers."""
    per_part = (1 << low) // min(_COLUMNS, 1 << low)

    def columns(first: int, last: int) -> None:
        for task in range(first, last):
            part, chunk = divmod(task, per_part)
            begin = chunk * ((1 << low) // per_part)
            kernels.column_butterflies(a[part << high : (part + 1) << high], begin, begin + (1 << low) // per_part, low)

    n_tasks = (a.size >> high) * per_part
    over_blocks("transform", n_tasks, columns, size=max(1, n_tasks // 64))


def krawtchouk(n: int) -> list[list[int]]:
    """K_d(w) as a list of lists, d first.

    Examples
    --------
    >>> krawtchouk(2)
    [[1, 1, 1], [2, 0, -2], [1, -1, 1]]
    """
    return [
        [sum((-1) ** j * comb(w, j) * comb(n - w, d - j) for j in range(min(d, w) + 1)) for w in range(n + 1)]
        for d in range(n + 1)
    ]


def pair_distances(transform: Array) -> tuple[int, ...]:
    """Numbers of ordered pairs of states of a set at each distance, a state with itself among them, from its indicator's transform."""
    n = transform.size.bit_length() - 1
    parts = over_blocks("pairs", transform.size, lambda a, b: kernels.squares_by_weight(transform, a, b, n))
    power = [sum(int(part[w]) for part in parts) for w in range(n + 1)]
    return tuple(sum(k * p for k, p in zip(row, power, strict=True)) >> n for row in krawtchouk(n))


def local_counts(transform: Array, distance: int) -> npt.NDArray[np.int64]:
    """For every centre the number of states of a set at a distance from it, from its indicator's transform; 8 bytes a state."""
    n = transform.size.bit_length() - 1
    factors = np.array(krawtchouk(n)[distance], np.int64)
    found = np.empty(transform.size, np.int64)
    over_blocks("centres", found.size, lambda a, b: kernels.multiplied_by_weight(transform, factors, a, b, found))
    walsh_hadamard(found)  # intermediate sums may wrap; the final ones are at most 4^N
    found >>= n
    return found
