"""The pattern of a level's matrix: rows, columns, where their entries stand, and which row reduces which column.

It follows from the monomials alone and not from their residues. The members of a family, and the runs of one search, come upon the same patterns
again and again, so the last ones are kept. What is kept is the value of a function: nothing is assumed of the residues, all of which are computed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.kept import Kept, digest
from polysys.algebra.level_columns import symbolic

Array = npt.NDArray[Any]


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
    name : bytes
        The digest of all that it follows from, where that is known.
    """

    row_elements: Array
    row_starts: Array
    entries: Array
    columns: Array
    reducers: Array
    name: bytes = b""

    @property
    def n_bytes(self) -> int:
        """Memory of the arrays."""
        return sum(a.nbytes for a in (self.row_elements, self.row_starts, self.entries, self.columns, self.reducers))


@dataclass(frozen=True, slots=True, eq=False)
class LevelRows:
    """All that the pattern of a level follows from: rows to reduce, and the elements that reduce them.

    Parameters
    ----------
    starts, exponents : int array, uint8 array (t, n)
        Where the terms of each element begin, and their monomials. Elements without a leading monomial reduce nothing.
    leading, levels : uint8 array (g, n), int array (g,)
    weights : int array (n,)
    elements, multipliers : int array (r,), uint8 array (r, n)
        The rows.
    level, entry_limit : int
    """

    starts: Array
    exponents: Array
    leading: Array
    levels: Array
    weights: Array
    elements: Array
    multipliers: Array
    level: int
    entry_limit: int

    @property
    def digest(self) -> bytes:
        """Of everything."""
        arrays = self.starts, self.exponents, self.leading, self.levels, self.weights, self.elements, self.multipliers
        return digest([self.level, self.entry_limit], arrays)

    def pattern(self) -> LevelPattern | None:
        """The pattern of the rows and of what reduces them; None where it has too many entries."""
        n = len(self.weights)
        found = symbolic(
            self.starts, _words(self.exponents), _words(self.leading), self.levels, self.weights, self.elements, _words(self.multipliers),
            self.level, self.entry_limit,
        )  # fmt: skip
        if found is None:
            return None
        row_elements, row_starts, entries, words, reducers = found
        columns = words.view(np.uint8)[:, :n]
        order = np.lexsort([*(columns[:, i] for i in range(n)), -(columns @ self.weights)])
        place = np.empty(len(order), dtype=np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        return LevelPattern(row_elements, row_starts, place[entries], columns[order], reducers[order])


_kept: Kept[LevelPattern] = Kept(64 << 20)


def kept_pattern(rows: LevelRows) -> LevelPattern | None:
    """The same, from what is kept where it is."""
    name = rows.digest
    known = _kept.get(name)
    if known is not None:
        return known
    made = rows.pattern()
    if made is None:
        return None
    found = replace(made, name=name)
    _kept.keep(name, found, found.n_bytes)
    return found


def _words(exponents: Array) -> Array:
    """Monomials with eight exponents in a word: products are sums of words, as no exponent is above 255."""
    padded = np.zeros((len(exponents), -(-exponents.shape[1] // 8) * 8), dtype=np.uint8)
    padded[:, : exponents.shape[1]] = exponents
    return padded.view(np.uint64)
