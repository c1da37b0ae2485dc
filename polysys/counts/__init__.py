"""Proved numbers of complex solutions: generic counts and upper bounds, in exact integer arithmetic."""

from polysys.counts.bezout import PartitionBound, best_partition, multihomogeneous_bezout, total_degree
from polysys.counts.glasses import cartwright_sturmfels, friedland_ottaviani, nie_ranestad
from polysys.counts.mixed_volume import mixed_volume, stable_mixed_volume
from polysys.counts.networks import (
    deep_linear,
    deep_linear_from_torus_counts,
    deep_linear_torus,
    polynomial_network,
    single_neuron,
)
from polysys.counts.varieties import complete_intersection
from polysys.counts.zero_patterns import ZeroPatternBound, zero_pattern_bound
from polysys.root_count import RootCount, RootCountKind

__all__ = [
    "PartitionBound",
    "RootCount",
    "RootCountKind",
    "ZeroPatternBound",
    "best_partition",
    "cartwright_sturmfels",
    "complete_intersection",
    "deep_linear",
    "deep_linear_from_torus_counts",
    "deep_linear_torus",
    "friedland_ottaviani",
    "mixed_volume",
    "multihomogeneous_bezout",
    "nie_ranestad",
    "polynomial_network",
    "single_neuron",
    "stable_mixed_volume",
    "total_degree",
    "zero_pattern_bound",
]
