"""The pattern of a level's matrix: rows, columns, where their entries stand, and which row reduces which column.

It follows from the monomials alone and not from their residues. The members of a family, and the runs of one search, come upon the same patterns
again and again, so the last ones are kept. What is kept is the value of a function: nothing is assumed of the residues, all of which are computed.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.level_matrix import symbolic

Array = npt.NDArray[Any]
_MOST_BYTES = 64 << 20  # of all patterns that are kept
_LARGEST = _MOST_BYTES // 8  # of one


@dataclass(frozen=True, slots=True, eq=False)
class LevelPattern:
    """The pattern of a matrix.

    Parameters
    ----------
    row_elements, row_starts : int arrays
        The element of which each row is a multiple, and where its entries begin.
    entries : int32 array
        The column of each entry.
    columns : uint8 array (m, n)
        The exponents of the columns: by degree, then reverse lexicographic, largest first.
    reducers : int array (m,)
        The row that reduces each column, -1 where there is none.
    """

    row_elements: Array
    row_starts: Array
    entries: Array
    columns: Array
    reducers: Array

    @property
    def n_bytes(self) -> int:
        """Memory of the arrays."""
        return sum(a.nbytes for a in (self.row_elements, self.row_starts, self.entries, self.columns, self.reducers))


_kept: OrderedDict[bytes, LevelPattern] = OrderedDict()
_lock = Lock()


def level_pattern(
    starts: Array,
    exponents: Array,
    leading: Array,
    levels: Array,
    weights: Array,
    rows: tuple[Array, Array],
    level: int,
    entry_limit: int,
) -> LevelPattern | None:
    """The pattern of the rows (element, multiplier) of a level and of what reduces them; None where it has too many entries.

    Parameters
    ----------
    starts, exponents : int array, uint8 array (t, n)
        Where the terms of each element begin, and their monomials. Elements without a leading monomial reduce nothing.
    leading, levels : uint8 array (g, n + 1), int array (g,)
    weights : int array (n,)
    rows : int array (r,), uint8 array (r, n)
    level, entry_limit : int
    """
    key = hashlib.blake2b(np.array([level, entry_limit, len(weights)], np.int64).tobytes(), digest_size=32)
    for array in (starts, exponents, leading, levels, weights, *rows):
        key.update(len(array).to_bytes(8, "little") + np.ascontiguousarray(array).tobytes())
    name = key.digest()
    with _lock:
        if name in _kept:
            _kept.move_to_end(name)
            return _kept[name]
    found = new_pattern(starts, exponents, leading, levels, weights, rows, level, entry_limit)
    if found is not None and found.n_bytes <= _LARGEST:
        with _lock:
            _kept[name] = found
            total = sum(p.n_bytes for p in _kept.values())
            while total > _MOST_BYTES:
                total -= _kept.popitem(last=False)[1].n_bytes
    return found


def new_pattern(
    starts: Array,
    exponents: Array,
    leading: Array,
    levels: Array,
    weights: Array,
    rows: tuple[Array, Array],
    level: int,
    entry_limit: int,
) -> LevelPattern | None:
    """The same, made anew and not kept."""
    n = len(weights)
    support = (leading[:, :-1] > 0) @ (np.uint64(1) << (np.arange(n) % 64).astype(np.uint64))
    row_elements, row_starts, entries, columns, reducers = symbolic(
        starts, exponents, leading, support.astype(np.uint64), levels, leading[:, :-1] @ weights, weights, len(levels), *rows, level, entry_limit
    )  # fmt: skip
    if not len(columns):
        return None
    order = np.lexsort([*(columns[:, i] for i in range(n)), -(columns @ weights)])
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    return LevelPattern(row_elements, row_starts, place[entries], columns[order], reducers[order])
