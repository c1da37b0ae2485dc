"""What a Groebner basis was computed from and how, so that it is computed again with other coefficients (Traverso, ISSAC 1988).

Which rows each matrix has follows from monomials alone: those of the system, and those that the matrices before left. A system with the
same monomials, such as the same one modulo another prime or another member of a family, has the same first matrix; and for as long as each matrix
leaves rows with the same monomials, the next is the same too. That is looked at, matrix by matrix, so nothing is assumed: where the monomials
are others, the computation is done from the beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.f4_replay import replay
from polysys.algebra.f4_state import Rows, State
from polysys.algebra.kept import Kept, digest
from polysys.algebra.limits import Meter
from polysys.algebra.modular import SystemModulo

Array = npt.NDArray[Any]


@dataclass
class Step:
    """One matrix, and where the entries of the rows that it left stand.

    Parameters
    ----------
    rows : Rows
    found : list of (block, places, number)
        Of each row that was left, in the order in which they were found: its block, the columns of its entries there, and which
        polynomial it became.
    work : int
        What was spent on it.
    """

    rows: Rows
    found: list[tuple[int, Array, int]]
    work: int
    _given: tuple[Array, ...] = ()
    _expected: tuple[Array, ...] = ()

    @property
    def n_bytes(self) -> int:
        """Memory of the arrays, about."""
        rows = self.rows
        blocks = sum(2 * b.rows.nbytes + b.columns.nbytes + 2 * b.pivots.nbytes for b in rows.blocks)
        return rows.ends.nbytes + rows.entries.nbytes + rows.firsts.nbytes + blocks + 2 * sum(f[1].nbytes for f in self.found)

    def prepare(self, starts: Array) -> None:
        """Make the arrays that the kernel is given; `starts` are those of the polynomials' coefficients."""
        blocks = self.rows.blocks
        n_found = np.bincount(np.array([b for b, _, _ in self.found], dtype=np.int64), minlength=len(blocks))
        _, places = _joined([places for _, places, _ in self.found])
        numbers = np.array([k for _, _, k in self.found], dtype=np.int64)
        lengths = [len(places) for _, places, _ in self.found]
        self._expected = _starts(n_found.tolist()), _starts(lengths), places, starts[numbers]
        self._reduce_first([block.rows for block in blocks])

    def _reduce_first(self, tried: Sequence[Array]) -> None:
        """Have these rows of each block reduced one by one."""
        blocks = self.rows.blocks
        others = [np.setdiff1d(block.rows, part) for block, part in zip(blocks, tried, strict=True)]
        sizes = np.array([[len(b.columns), len(b.pivots)] for b in blocks], dtype=np.int64).reshape(len(blocks), 2)
        pivots = _joined([b.pivots for b in blocks])
        self._given = *sizes.T.copy(), *pivots, *_joined(tried), *_joined(others)

    def again(self, coefficients: Array, prime: int) -> bool:
        """Write down the coefficients of the rows that are left; False where these are other ones.

        After the first time only rows that were independent then are reduced one by one; of the others a combination has to vanish. If they do
        not all vanish, it does with a probability of 1/p.
        """
        rows, given = self.rows, self._given
        first_tried, tried = given[4], given[5]
        is_independent = np.ones(len(tried), dtype=np.bool_)
        is_same = replay(
            np.uint64(prime), rows.ends, rows.entries, rows.firsts, coefficients, *given, *self._expected, is_independent
        )
        if is_same and not is_independent.all():
            parts = [tried[a:b][is_independent[a:b]] for a, b in pairwise(first_tried.tolist())]
            self._reduce_first(parts)
        return bool(is_same)


@dataclass
class Trace:
    """A whole computation.

    Parameters
    ----------
    orders : list of int arrays
        The order of the terms of each polynomial of the system.
    steps : list of Step
    state : State
        The polynomials in the end, with the coefficients that they had.
    memory : int
        What the largest matrix needed.
    """

    orders: list[Array]
    steps: list[Step]
    state: State
    memory: int

    def __post_init__(self) -> None:
        for step in self.steps:
            step.prepare(self.state.starts)

    @property
    def n_bytes(self) -> int:
        """Memory of the arrays, about."""
        return sum(step.n_bytes for step in self.steps) + sum(a.nbytes for a in self.state.table)

    def again(self, system: SystemModulo, meter: Meter) -> State | None:
        """The polynomials for another system with the same monomials; None where a matrix leaves others, a limit is near or time is limited."""
        before, p = meter.work, system.prime
        is_far = meter.work_limit is None or before + sum(step.work for step in self.steps) <= meter.work_limit
        if not is_far or self.memory > meter.memory_limit or meter.time_limit is not None:
            return None
        state = self.state.copy()
        state.prime = p
        for k, (given, order) in enumerate(zip(system.coefficients, self.orders, strict=True)):
            state.coefficients[state.starts[k] : state.starts[k + 1]] = monic(given[order], p)
        for step in self.steps:
            meter.spend(step.work)
            if not step.again(state.coefficients, p):
                meter.work = before
                return None
        return state


def monic(coefficients: Array, p: int) -> Array:
    """Residues divided by the first of them."""
    scale = pow(int(coefficients[0]), -1, p)
    return (coefficients.astype(np.uint64) * np.uint64(scale) % np.uint64(p)).astype(np.uint32)


traces: Kept[Trace] = Kept(128 << 20, 48 << 20)
"""The last ones, under digests of the monomials of their systems."""


def monomials_digest(system: SystemModulo) -> bytes:
    """Of the monomials of a system, in their order: all that the first matrix follows from."""
    return digest([system.n], system.exponents)


def _starts(lengths: Sequence[int]) -> Array:
    return np.array([0, *accumulate(lengths)], dtype=np.int64)


def _joined(parts: Sequence[Array]) -> tuple[Array, Array]:
    """Where each part begins, and all of them."""
    return _starts([len(part) for part in parts]), np.concatenate([np.zeros(0, dtype=np.int64), *parts])
