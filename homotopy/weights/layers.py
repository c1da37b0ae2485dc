"""How free the weights of a layer are, without aligning anything: entropy given all others, and flips that keep a solution one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from homotopy.common.arrays import Integers
from homotopy.weights.solutions import StateSet
from polysys.models.binary.space import Layer


@dataclass(frozen=True, slots=True)
class LayerFreedom:
    """One layer under the uniform distribution on the solutions.

    Parameters
    ----------
    name : str
    n_weights : int
    conditional_entropy : float
        H(layer | all other weights) per weight, in bits.
    free_flips : float
        The share of single flips of its weights that lead from a solution to a solution.
    """

    name: str
    n_weights: int
    conditional_entropy: float
    free_flips: float


def freedom(states: StateSet, layers: tuple[Layer, ...], flips: Integers) -> tuple[LayerFreedom, ...]:
    """Every layer's freedom, from the solutions and the numbers of their free flips; empty where there is no solution."""
    found = []
    for name, part in layers if states.size else ():
        size = part.stop - part.start
        others = ~np.uint32(((1 << size) - 1) << part.start)
        _, counts = np.unique(states.states & others, return_counts=True)
        entropy = float((counts * np.log2(counts)).sum() / states.size / size)
        found.append(LayerFreedom(name, size, entropy, float(flips[part].sum() / (size * states.size))))
    return tuple(found)
