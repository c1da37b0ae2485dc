"""Values of functions under digests of all that they depend on: those that were asked for last, as far as they fit."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")


class Kept(Generic[T]):
    """Values that were asked for last.

    Parameters
    ----------
    most : int
        Bytes of all.
    largest : int, optional
        Bytes of one, beyond which it is not kept; an eighth of all by default.

    Examples
    --------
    >>> squares: Kept[int] = Kept(100)
    >>> squares.keep(b"2", 4, 8)
    >>> squares.get(b"2"), squares.get(b"3")
    (4, None)
    """

    def __init__(self, most: int, largest: int | None = None) -> None:
        self._most, self._largest = most, most // 8 if largest is None else largest
        self._of: OrderedDict[bytes, tuple[T, int]] = OrderedDict()
        self._bytes, self._lock = 0, Lock()

    def get(self, name: bytes) -> T | None:
        """The value; None where it is not kept."""
        with self._lock:
            if name not in self._of:
                return None
            self._of.move_to_end(name)
            return self._of[name][0]

    def keep(self, name: bytes, value: T, n_bytes: int) -> None:
        """Keep a value, in place of the one of this name if there is one."""
        if n_bytes > self._largest:
            return
        with self._lock:
            self._bytes += n_bytes - self._of.pop(name, (None, 0))[1]
            self._of[name] = value, n_bytes
            while self._bytes > self._most:
                self._bytes -= self._of.popitem(last=False)[1][1]


def digest(numbers: Sequence[int], arrays: Sequence[npt.NDArray[Any]]) -> bytes:
    """Of numbers and arrays, with the lengths of these.

    Examples
    --------
    >>> digest([1], [np.zeros(2)]) == digest([1], [np.zeros(1), np.zeros(1)])
    False
    """
    heads = [*numbers, len(numbers), *(n for a in arrays for n in (*a.shape, a.ndim, a.itemsize))]
    key = hashlib.blake2b(np.array(heads, np.int64).tobytes(), digest_size=32)
    for array in arrays:
        key.update(np.ascontiguousarray(array).tobytes())
    return key.digest()
