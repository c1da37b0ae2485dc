"""Sets of solutions up to sign flips, with a fast look-up."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Complexes

_SAME = 1e-6  # relative distance below which two solutions are taken for one; end points are good to 1e-10


def repeated(x: Complexes, signs: npt.NDArray[np.int8], is_point: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which rows of x (m, n), where they are points, are mirror images of an earlier one.

    Examples
    --------
    >>> x = np.array([[1, 2], [-1, -2], [np.nan, 0]], complex)
    >>> repeated(x, np.array([[1, 1], [-1, -1]], np.int8), np.isfinite(x).all(axis=1)).tolist()
    [False, True, False]
    """
    rows = np.flatnonzero(is_point)
    result = is_point.copy()
    result[rows[np.unique(Orbits(signs).add(x[rows]), return_index=True)[1]]] = False
    return result


def may_be_repeated(x: Complexes, is_point: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which sets of rows x[k] (m, n) have two points that may be mirror images: the others have none.

    Examples
    --------
    >>> x = np.array([[[1, 2], [-1, -2]], [[1, 2], [2, 1]]], complex)
    >>> may_be_repeated(x, np.ones((2, 2), bool)).tolist()
    [True, False]
    """
    weights, reach = _weights(x.shape[2])
    with np.errstate(all="ignore"):
        keys = np.where(is_point, _keys(x, weights), np.inf)
        keys.sort(axis=1)
        gaps = keys[:, 1:] - keys[:, :-1]
    return np.asarray((gaps <= 2 * reach).any(axis=1))  # twice: these sums and those of one set round differently


@lru_cache(maxsize=64)
def _weights(n: int) -> tuple[Complexes, float]:
    """Of a combination of squares, and how far the values at two solutions that are the same may be apart."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal(n) + 1j * rng.standard_normal(n)
    return weights, 4 * _SAME * float(np.abs(weights).sum())


def _keys(x: Complexes, weights: Complexes) -> npt.NDArray[np.float64]:
    """The combination of the squares of points (.., n) in units of their size."""
    scaled = x / (1 + np.abs(x).max(axis=-1, keepdims=True))
    return np.asarray((scaled**2 @ weights).real)


class Orbits:
    """Known solutions, one for each sign orbit.

    A random combination of squares is the same for all mirror images; sorted by it, equal orbits are neighbours, so that
    finding m solutions among k takes (m + k) log k operations and no mirror image is stored.

    Parameters
    ----------
    signs : int8 array (g, n)
        The sign flips, the identity first.

    Examples
    --------
    >>> orbits = Orbits(np.array([[1, 1], [-1, -1]], np.int8))
    >>> orbits.add(np.array([[1, 2], [-1, -2], [1, -2]], complex)).tolist()
    [0, 0, 1]
    """

    def __init__(self, signs: npt.NDArray[np.int8]) -> None:
        self._signs = signs
        n = signs.shape[1]
        self._weights, self._reach = _weights(n)
        self.solutions: Complexes = np.zeros((0, n), np.complex128)
        self._keys = np.zeros(0)
        self._order = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.solutions)

    def find(self, x: Complexes) -> npt.NDArray[np.int64]:
        """For each row of x (m, n) the number of its orbit, -1 where it is not known."""
        found = np.full(len(x), -1, np.int64)
        if not len(self) or not len(x):
            return found
        keys, sorted_keys = _keys(x, self._weights), self._keys[self._order]
        low = np.searchsorted(sorted_keys, keys - self._reach)
        count = np.searchsorted(sorted_keys, keys + self._reach, side="right") - low
        row = np.repeat(np.arange(len(x)), count)
        place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + low[row]
        for begin in range(0, len(row), 4096):  # pairs with all their images must fit in memory
            a, b = row[begin : begin + 4096], self._order[place[begin : begin + 4096]]
            images = x[a][:, None, :] * self._signs
            gap = np.abs(images - self.solutions[b][:, None, :]).max(axis=2).min(axis=1)
            same = gap <= _SAME * (1 + np.abs(x[a]).max(axis=1))
            found[a[same]] = b[same]
        return found

    def add(self, x: Complexes) -> npt.NDArray[np.int64]:
        """Add the rows of x (m, n) that are new; the number of each row's orbit."""
        number = self.find(x)
        fresh = np.flatnonzero(number < 0)
        if not len(fresh):
            return number
        among = Orbits(self._signs)  # new ones may be mirror images of each other
        among._append(x[fresh])
        first = among._first()
        chosen = np.unique(first)
        offset = len(self)
        self._append(x[fresh[chosen]])
        number[fresh] = offset + np.searchsorted(chosen, first)
        return number

    def _append(self, x: Complexes) -> None:
        self.solutions = np.concatenate([self.solutions, x])
        self._keys = np.concatenate([self._keys, _keys(x, self._weights)])
        self._order = np.argsort(self._keys, kind="stable")

    def _first(self) -> npt.NDArray[np.int64]:
        """For each of the own solutions the first one of the same orbit."""
        first = np.arange(len(self))
        reach = _SAME * (1 + np.abs(self.solutions).max(axis=1))
        for shift in range(1, len(self)):
            a, b = self._order[:-shift], self._order[shift:]
            near = self._keys[b] - self._keys[a] <= self._reach
            if not near.any():
                break
            a, b = a[near], b[near]
            images = self.solutions[a][:, None, :] * self._signs
            same = np.abs(images - self.solutions[b][:, None, :]).max(axis=2).min(axis=1) <= reach[a]
            for i, j in zip(a[same].tolist(), b[same].tolist(), strict=True):
                first[i] = first[j] = min(first[i], first[j])
        return first
