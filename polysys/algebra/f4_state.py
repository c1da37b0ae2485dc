"""The polynomials of a Groebner basis that is being computed, and the rows of one of its matrices."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from polysys.algebra import monomials


@dataclass
class State:
    """The polynomials of a computation, monic, terms in descending order, and their monomials.

    Polynomial k has the terms ``starts[k]`` to ``starts[k + 1]``; alive are those of the basis.
    """

    n: int
    prime: int
    masks: npt.NDArray[np.uint64]
    table: monomials.Table
    monomials: npt.NDArray[np.int32] = field(default_factory=lambda: np.empty(1024, dtype=np.int32))
    coefficients: npt.NDArray[np.uint32] = field(default_factory=lambda: np.empty(1024, dtype=np.uint32))
    starts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(65, dtype=np.int64))
    alive: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(64, dtype=np.bool_))
    leading: npt.NDArray[np.uint64] = field(default_factory=lambda: np.empty((64, 1), dtype=np.uint64))
    count: int = 0

    def append(self, numbers: npt.NDArray[np.int32], coefficients: npt.NDArray[np.uint32]) -> int:
        """Store a polynomial; it is not in the basis yet."""
        begin, k = int(self.starts[self.count]), self.count
        end = begin + len(numbers)
        if end > len(self.monomials):
            self.monomials = np.concatenate([self.monomials[:begin], np.empty(2 * end - begin, dtype=np.int32)])
            self.coefficients = np.concatenate([self.coefficients[:begin], np.empty(2 * end - begin, dtype=np.uint32)])
        if k + 1 >= len(self.alive):
            self.starts = np.concatenate([self.starts, np.zeros(len(self.starts), dtype=np.int64)])
            self.alive = np.concatenate([self.alive, np.zeros(len(self.alive), dtype=np.bool_)])
            self.leading = np.concatenate([self.leading, np.empty_like(self.leading)])
        self.monomials[begin:end] = numbers
        self.coefficients[begin:end] = coefficients
        self.starts[k + 1] = end
        self.leading[k] = self.table.words[numbers[0]]
        self.count += 1
        return k

    def copy(self) -> State:
        """The same, for other coefficients of the same polynomials."""
        table = monomials.Table._make(array.copy() for array in self.table)
        return replace(self, table=table, coefficients=self.coefficients.copy())

    def degree(self, k: int) -> int:
        """Degree of a polynomial."""
        return int(self.table.degrees[self.monomials[self.starts[k]]])

    @property
    def minimal_leading(self) -> npt.NDArray[np.int32]:
        """Exponents of the leading monomials of the basis."""
        return monomials.unpack(self.leading[: self.count][self.alive[: self.count]], self.n)


@dataclass
class Block:
    """The part of a matrix that belongs to one class of monomials."""

    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int32]
    pivots: npt.NDArray[np.int64]


@dataclass
class Rows:
    """Rows of multiples of polynomials, their entries numbered by column inside each block."""

    ends: npt.NDArray[np.int64]
    entries: npt.NDArray[np.int32]
    firsts: npt.NDArray[np.int64]
    blocks: list[Block]
