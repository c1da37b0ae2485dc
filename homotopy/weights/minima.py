"""Minima of the cost under single flips, and the disconnectivity tree of all states as the allowed cost rises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Flags, Integers
from homotopy.weights import cluster_kernels, kernels
from homotopy.weights.blocks import over_blocks
from homotopy.weights.clusters import components
from homotopy.weights.memory import require

_MOST_DRAWN = 60


@dataclass(frozen=True, eq=False)
class StableStates:
    """The states that no single flip lowers.

    Parameters
    ----------
    states : int64 array
    costs : array
        In units.
    is_strict : bool array
        Whether every flip raises the cost.
    """

    states: Integers
    costs: npt.NDArray[Any]
    is_strict: Flags

    def by_cost(self) -> dict[int, tuple[int, int]]:
        """Cost -> how many there are, and how many of them are strict."""
        levels, where, counts = np.unique(self.costs, return_inverse=True, return_counts=True)
        strict = np.bincount(where, weights=self.is_strict, minlength=levels.size).astype(int)
        return {int(c): (int(k), int(s)) for c, k, s in zip(levels, counts, strict, strict=True)}


def stable_states(costs: npt.NDArray[Any], n: int) -> StableStates:
    """All of them, by looking at every neighbour of every state."""
    parts = over_blocks("minima", costs.size, lambda a, b: kernels.stable_states(costs, n, a, b))
    states = np.concatenate([p[0] for p in parts])
    return StableStates(states, costs[states], np.concatenate([p[1] for p in parts]))


@dataclass(frozen=True, eq=False)
class CostTree:
    """The disconnectivity tree of a discrete space: minima, and the costs at which they come together.

    A minimum is a set of states of equal cost, connected by flips, that no flip leaves downwards or joins to a lower state at the same
    cost. It is named by its first state, and lies at a place in `minima`, which are sorted by cost.

    Parameters
    ----------
    minima : int64 array
        States.
    costs : int64 array
        Of the minima, in units.
    merge_costs : int64 array
        At which the merges happen, rising.
    deeper, shallower : int64 arrays
        Places of the two minima that come together; the deeper one stays the name of their union.
    unit : float
        What a unit of cost is.
    """

    minima: Integers
    costs: Integers
    merge_costs: Integers
    deeper: Integers
    shallower: Integers
    unit: float = 1.0

    @property
    def n_minima(self) -> int:
        """Number of minima."""
        return int(self.minima.size)

    @cached_property
    def escape_barriers(self) -> Integers:
        """For each minimum what must be climbed to reach a deeper one, in units; -1 for the deepest."""
        found = np.full(self.n_minima, -1, np.int64)
        found[self.shallower] = self.merge_costs - self.costs[self.shallower]
        return found

    def minima_by_cost(self) -> dict[int, int]:
        """Cost -> number of minima."""
        return {int(c): int(k) for c, k in zip(*np.unique(self.costs, return_counts=True), strict=True)}

    def components_by_level(self, most: int, orbits: Integers | None = None) -> dict[int, int]:
        """How many components the minima of cost at most `most` lie in, when paths up to a level may be used.

        Parameters
        ----------
        most : int
            0 for the clusters of perfect solutions.
        orbits : array, optional
            The orbit of each of these minima; minima of one orbit count as one.

        Returns
        -------
        dict
            Level -> number of components, from `most` on up to where there is one.
        """
        chosen = self.costs <= most
        n = int(chosen.sum())  # the first, as minima are sorted
        merging = chosen[self.shallower]
        same = [] if orbits is None else [(np.arange(n), np.unique(orbits, return_index=True)[1][orbits])]
        found = {most: int(np.unique(components(n, same)).size)}
        for level in np.unique(self.merge_costs[merging]).tolist():
            up_to = merging & (self.merge_costs <= level)
            found[int(level)] = int(np.unique(components(n, [*same, (self.deeper[up_to], self.shallower[up_to])])).size)
        return found

    def lowest(self, n: int) -> tuple[dict[int, float], list[tuple[float, int, int]]]:
        """The n lowest minima with their costs, and the joins between them: what a drawing shows."""
        kept = min(n, self.n_minima)
        joins = [
            (float(c) * self.unit, int(a), int(b))
            for c, a, b in zip(self.merge_costs, self.deeper, self.shallower, strict=True)
            if b < kept
        ]
        return {k: float(c) * self.unit for k, c in enumerate(self.costs[:kept])}, joins

    def plot(self, ax: Any = None, *, n_minima: int = _MOST_DRAWN) -> Any:
        """Draw the tree of the lowest minima.

        Returns
        -------
        matplotlib axes
        """
        from homotopy.weights.plot import draw_cost_tree

        return draw_cost_tree(self, ax, n_minima)


def cost_tree(costs: npt.NDArray[Any], n: int, unit: float = 1.0) -> CostTree:
    """The tree of all states, by union-find over them in the order of their costs; 12 bytes a state of a network, 36 of spins.

    Raises
    ------
    SpaceTooLargeError
    """
    is_small = costs.dtype == np.uint8
    require((12 if is_small else 36) << n, f"The disconnectivity tree of 2^{n} states")
    if is_small:
        order = cluster_kernels.order_by_error(costs, np.array(states_by_cost(costs), np.int64))
    else:
        order = np.argsort(costs, kind="stable").astype(np.uint32)
    at, deeper, shallower = cluster_kernels.merges(costs, order, n)
    states = np.append(shallower, order[0]).astype(
        np.int64
    )  # every minimum but the deepest ends as the shallower one, once
    ranked = np.lexsort((states, costs[states]))
    states = states[ranked]
    by_state = np.argsort(states)
    place = (
        by_state[np.searchsorted(states, deeper, sorter=by_state)],
        by_state[np.searchsorted(states, shallower, sorter=by_state)],
    )
    return CostTree(states, costs[states].astype(np.int64), costs[at].astype(np.int64), *place, unit=unit)


def states_by_cost(costs: npt.NDArray[Any]) -> Sequence[int]:
    """Number of states with each cost 0, .., 255."""
    parts = over_blocks("states", costs.size, lambda a, b: kernels.counts_by_error(costs, a, b, 256))
    return [int(k) for k in np.sum(parts, axis=0)]
