"""A set of states, such as all solutions, and where each of them stands in it: one bit a state, and counts before every 64 of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Integers
from homotopy.weights import cluster_kernels, kernels
from homotopy.weights.blocks import over_blocks
from homotopy.weights.memory import require
from homotopy.weights.transform import walsh_hadamard

States = npt.NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class StateSet:
    """States of n signs in rising order.

    Parameters
    ----------
    n : int
    states : uint32 array
    words : uint64 array
        Bit s mod 64 of word s // 64 is 1 where state s belongs to the set.
    before : uint32 array
        How many of the set stand before each word.
    """

    n: int
    states: States
    words: npt.NDArray[np.uint64]
    before: npt.NDArray[np.uint32]

    @property
    def size(self) -> int:
        """Number of states."""
        return int(self.states.size)

    def ranks(self, states: npt.NDArray[Any]) -> Integers:
        """The place of each state in the set, -1 where it is none of it."""
        found: Integers = cluster_kernels.ranks_of(np.asarray(states, np.int64), self.words, self.before)
        return found

    def indicator_transform(self) -> npt.NDArray[np.int32]:
        """The Walsh-Hadamard transform of the set's indicator, 4 bytes a state; no number in it exceeds the size of the set.

        Raises
        ------
        SpaceTooLargeError
        """
        require(4 << self.n, f"The transform of 2^{self.n} states")
        indicator = np.zeros(1 << self.n, np.int32)
        indicator[self.states] = 1
        found: npt.NDArray[np.int32] = walsh_hadamard(indicator)
        return found

    def free_flips(self) -> Integers:
        """For each sign the number of states that stay in the set when it is flipped."""
        parts = over_blocks(
            "flips",
            self.size,
            lambda a, b: cluster_kernels.free_flips(self.states[a:b], self.n, self.words, self.before),
        )
        total: Integers = np.sum(parts, axis=0, dtype=np.int64) if parts else np.zeros(self.n, np.int64)
        return total

    def distances_from(self, centres: npt.NDArray[Any]) -> Integers:
        """For each centre the number of states of the set at every distance: shape (centres, n + 1)."""
        given, block = np.asarray(centres, np.int64), max(1, 10**8 // max(self.size, 1))
        parts = over_blocks(
            "distances", given.size, lambda a, b: kernels.distance_histograms(given[a:b], self.states, self.n), block
        )
        return np.concatenate(parts) if parts else np.zeros((0, self.n + 1), np.int64)


def state_set(costs: npt.NDArray[Any], n: int, most: int) -> StateSet:
    """The states whose cost is at most a number.

    Raises
    ------
    SpaceTooLargeError
        If the list of them does not fit in memory.
    """
    n_words = max(1, costs.size // 64)
    words = np.zeros(n_words, np.uint64)
    as_bytes = words.view(np.uint8)

    def mark(a: int, b: int) -> None:
        packed = np.packbits(costs[a:b] <= most, bitorder="little")
        as_bytes[a // 8 : a // 8 + packed.size] = packed

    over_blocks("solutions", costs.size, mark)
    if not np.little_endian:
        words = words.byteswap()
    counts = np.bitwise_count(words).astype(np.uint32)
    before = np.zeros(n_words, np.uint32)
    np.cumsum(counts[:-1], out=before[1:])
    size = int(before[-1]) + int(counts[-1])
    require(24 * size, f"The list of {size} solutions")
    parts = over_blocks(
        "solutions", costs.size, lambda a, b: (np.flatnonzero(costs[a:b] <= most) + a).astype(np.uint32)
    )
    return StateSet(n, np.concatenate(parts), words, before)
