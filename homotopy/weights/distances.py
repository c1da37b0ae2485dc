"""Franz-Parisi entropies: how many solutions lie at each distance from a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats, Integers
from homotopy.weights.solutions import StateSet
from homotopy.weights.transform import local_counts


@dataclass(frozen=True, eq=False)
class LocalEntropy:
    """Entropies of the solutions at each distance 0, .., n from references, in bits.

    Parameters
    ----------
    n_references : int
    mean_counts : array (n + 1,)
        Mean number of solutions at each distance.
    annealed : array (n + 1,)
        log2 of these means.
    quenched : array (n + 1,)
        Means of log2 of the numbers over the references that have a solution at the distance; nan where none has. The mean over all
        references is -inf wherever `share` is below 1.
    share : array (n + 1,)
        The share of the references that have a solution at the distance.
    """

    n_references: int
    mean_counts: Floats
    annealed: Floats
    quenched: Floats
    share: Floats

    def columns(self) -> dict[str, Any]:
        """The arrays by name, with the distances."""
        names = ("mean_counts", "annealed", "quenched", "share")
        return {"distance": np.arange(self.annealed.size), **{name: getattr(self, name) for name in names}}


def local_entropy(states: StateSet, references: npt.NDArray[Any]) -> LocalEntropy:
    """The entropies around references; by comparing all pairs, or by n + 1 transforms where that takes fewer steps."""
    n = states.n
    if references.size * states.size > 2 * (n + 1) * n << n:
        transform = states.indicator_transform()
        return _entropies(np.stack([local_counts(transform, d)[references] for d in range(n + 1)], axis=1))
    return _entropies(states.distances_from(references))


def _entropies(counts: Integers) -> LocalEntropy:
    """From the numbers of solutions, references x distances."""
    with np.errstate(divide="ignore", invalid="ignore"):
        means = counts.mean(axis=0) if len(counts) else np.zeros(counts.shape[1])
        some = counts > 0
        logs = np.where(some, np.log2(counts), 0.0).sum(axis=0) / some.sum(axis=0)
        share = some.mean(axis=0) if len(counts) else np.zeros(counts.shape[1])
        return LocalEntropy(len(counts), means, np.log2(means), logs, share)
