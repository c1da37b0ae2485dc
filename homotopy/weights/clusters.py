"""Clusters: solutions joined by single flips; and orbits of clusters under the symmetries of the space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Integers
from homotopy.weights import cluster_kernels, kernels
from homotopy.weights.blocks import over_blocks
from homotopy.weights.solutions import StateSet
from polysys.models.binary.space import state_of
from polysys.symmetry import SignedPermutation, SymmetryGroup

_MOST_ELEMENTS = 50_000  # of a group, for aligning


@dataclass(frozen=True, eq=False)
class Clusters:
    """A partition of a set of states into clusters, and of these into orbits.

    Parameters
    ----------
    labels : int32 array (states,)
        The number of the cluster of each state; clusters are numbered by their first states.
    sizes : int64 array (clusters,)
        Numbers of states.
    orbits : int64 array (clusters,)
        The number of the orbit of each cluster.
    orbit_sizes : int64 array (orbits,)
        Numbers of states of all clusters of an orbit.
    """

    labels: npt.NDArray[np.int32]
    sizes: Integers
    orbits: Integers
    orbit_sizes: Integers

    @property
    def n_isolated(self) -> int:
        """Number of clusters of a single state."""
        return int((self.sizes == 1).sum())


def find_clusters(states: StateSet, group: SymmetryGroup) -> Clusters:
    """The clusters of a set of states, and their orbits under a group that maps the set to itself."""
    labels, n_clusters = cluster_kernels.clusters(states.states, states.n, states.words, states.before)
    sizes = np.bincount(labels, minlength=n_clusters).astype(np.int64)
    first = states.states[np.unique(labels, return_index=True)[1]] if n_clusters else states.states
    joins = (
        [(np.arange(n_clusters), labels[states.ranks(images(first, g))]) for g in group.generators]
        if n_clusters
        else []
    )
    orbits = components(n_clusters, joins)
    orbit_sizes = np.bincount(orbits, weights=sizes, minlength=0).astype(np.int64)
    return Clusters(labels, sizes, orbits, orbit_sizes)


def components(n: int, joins: Sequence[tuple[npt.NDArray[Any], npt.NDArray[Any]]]) -> Integers:
    """The number of the connected component of each of n nodes; joins are pairs of arrays of nodes."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not n or not joins:
        return np.arange(n)
    a, b = np.concatenate([j[0] for j in joins]), np.concatenate([j[1] for j in joins])
    graph = coo_array((np.ones(a.size, np.int8), (a, b)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def images(states: npt.NDArray[Any], element: SignedPermutation) -> Integers:
    """The images of states under a signed permutation."""
    perm, flips = _in_bits(element)
    found: Integers = kernels.images(np.asarray(states, np.int64), perm, flips)
    return found


def align(group: SymmetryGroup, states: Integers, reference: int) -> Integers:
    """Each state moved by the group to where it agrees most with a reference state; of equally good images to the one with the smallest number.

    States of one orbit all move to one state.

    Raises
    ------
    InputError
        If the group has more than 50,000 elements.
    """

    def ranked(moved: Integers) -> Integers:
        distances = np.bitwise_count(moved ^ reference).astype(np.int64)
        return np.asarray((distances << group.n) | moved, np.int64)

    best = ranked(states)
    for element in group.elements(_MOST_ELEMENTS):
        best = np.minimum(best, ranked(images(states, element)))
    found: Integers = best & ((1 << group.n) - 1)
    return found


def proved_symmetries(costs: npt.NDArray[Any], n: int, candidates: Sequence[SignedPermutation]) -> SymmetryGroup:
    """The group that those candidates generate which preserve the cost of every state."""

    def preserves(element: SignedPermutation) -> bool:
        perm, flips = _in_bits(element)
        return all(over_blocks("symmetries", costs.size, lambda a, b: kernels.is_invariant(costs, perm, flips, a, b)))

    return SymmetryGroup(n, tuple(g for g in candidates if preserves(g)))


def _in_bits(element: SignedPermutation) -> tuple[Integers, int]:
    return np.array(element.perm, np.int64), state_of(element.signs)
