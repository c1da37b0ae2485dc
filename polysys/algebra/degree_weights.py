"""Weights of the unknowns for which a system has few zeros at infinity, as far as degrees can tell."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

MAX_WEIGHT = 6
MAX_PAIRED = 12  # unknowns, for changing two weights at once
CLEAR_GAIN = 1.5  # what the product has to fall by; ordinary degrees have the sparser relations


def bezout_weights(polynomials: Sequence[Mapping[tuple[int, ...], Any]], n: int) -> tuple[int, ...]:
    """Weights that make the product of the degrees over the product of the weights small; all 1 if the gain is not clear.

    That quotient is Bezout's number in the weighted projective space, where only zeros at infinity come in addition.
    The search changes one or two weights at a time while that helps.

    Examples
    --------
    >>> bezout_weights([{(5, 0): 6, (2, 1): -6}, {(0, 1): 2, (3, 0): -2}], 2)
    (1, 3)
    >>> bezout_weights([{(2, 1): 1, (0, 0): 1}, {(1, 2): 1, (0, 0): 1}], 2)
    (1, 1)
    """
    return _least(tuple(tuple(sorted(f)) for f in polynomials if any(map(any, f))), n)


@lru_cache(maxsize=64)  # almost all samples of a family have the same monomials
def _least(monomials: tuple[tuple[tuple[int, ...], ...], ...], n: int) -> tuple[int, ...]:
    supports = [np.array(f, dtype=np.int64) for f in monomials]
    plain = np.ones(n, dtype=np.int64)
    weights, best = plain, _logarithm(supports, plain)
    start, is_better = best, bool(supports)
    while is_better:
        is_better = False
        for other in _neighbours(weights):
            value = _logarithm(supports, other)
            if value < best - 1e-9:
                weights, best, is_better = other, value, True
                break
    if best > start - math.log(CLEAR_GAIN):
        return (1,) * n
    return tuple((weights // np.gcd.reduce(weights)).tolist())


def _neighbours(weights: npt.NDArray[np.int64]) -> Iterator[npt.NDArray[np.int64]]:
    n = len(weights)
    sets: Iterable[tuple[int, ...]] = ((i,) for i in range(n))
    if n <= MAX_PAIRED:
        sets = itertools.chain(sets, itertools.combinations(range(n), 2))
    for chosen in sets:
        for values in itertools.product(range(1, MAX_WEIGHT + 1), repeat=len(chosen)):
            other = weights.copy()
            other[list(chosen)] = values
            yield other


def _logarithm(supports: list[npt.NDArray[np.int64]], weights: npt.NDArray[np.int64]) -> float:
    degrees = [int((support @ weights).max()) for support in supports]
    return float(np.log(degrees).sum() - np.log(weights).sum())
