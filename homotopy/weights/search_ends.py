"""Where searches end in a space that is known completely: which clusters, which surroundings, how far from uniform; and alignment with its null."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats, Integers
from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.weights.clusters import align
from homotopy.weights.distances import LocalEntropy
from homotopy.weights.space import WeightSpace
from homotopy.weights.training import anneal, train
from polysys.errors import InputError, require_type

METHODS = ("training", "annealing")


@dataclass(frozen=True, eq=False, repr=False)
class EndPoints(Shown):
    """The ends of many runs of a search.

    Parameters
    ----------
    space : WeightSpace
    method : str
    states : int64 array (runs,)
        Numbers of states.
    seed : int
    """

    space: WeightSpace
    method: str
    states: Integers
    seed: int

    @property
    def costs(self) -> Integers:
        """Cost of each end, in units."""
        return self.space.costs[self.states].astype(np.int64)

    @cached_property
    def solutions(self) -> Integers:
        """The ends that are solutions."""
        return self.states[self.space.solutions.ranks(self.states) >= 0]

    @property
    def success(self) -> float:
        """The share of runs that end at a solution."""
        return self.solutions.size / self.states.size

    @cached_property
    def cluster_counts(self) -> Integers:
        """How many runs end in each cluster of solutions."""
        labels = self.space.clusters.labels[self.space.solutions.ranks(self.solutions)]
        return np.bincount(labels, minlength=self.space.n_clusters).astype(np.int64)

    @property
    def concentration(self) -> float:
        r""":math:`n \sum_s p(s)^2` over the n solutions, estimated from pairs of runs that end at the same one: 1 if all are equally likely.

        Unbiased; nan with fewer than two successful runs.
        """
        counts, m = np.unique(self.solutions, return_counts=True)[1], self.solutions.size
        return float(self.space.n_solutions * (counts * (counts - 1)).sum() / (m * (m - 1))) if m > 1 else float("nan")

    @property
    def orbit_deviation(self) -> tuple[float, int]:
        r"""Pearson's :math:`\chi^2` of the numbers of ends in each orbit of clusters against their sizes, and its degrees of freedom."""
        orbits = self.space.clusters.orbits
        found = np.bincount(orbits, weights=self.cluster_counts, minlength=self.space.n_cluster_orbits)
        expected = self.space.clusters.orbit_sizes * self.solutions.size / max(self.space.n_solutions, 1)
        return (float(((found - expected) ** 2 / expected).sum()) if self.solutions.size else float("nan")), max(
            found.size - 1, 0
        )

    def local_entropy(self) -> LocalEntropy:
        """Franz-Parisi entropies around the ends that are solutions; those around typical ones are ``space.local_entropy()``."""
        return self.space.local_entropy(self.solutions)

    @property
    def means(self) -> Floats:
        """Raw means of the weights over the ends that are solutions."""
        return _means(self.solutions, self.space.n_weights)

    def aligned(self) -> dict[str, Floats]:
        """Means of the weights after each solution is moved by the symmetry to where it agrees most with a reference.

        Alignment makes means of anything: beside those of the ends ("ends") stand those of as many solutions drawn uniformly ("solutions"),
        and of as many states drawn uniformly ("states"), aligned to the same reference, the first end.

        Raises
        ------
        InputError
            If the group has more than 50,000 elements, or no run ended at a solution.
        """
        if not self.solutions.size:
            raise InputError("No run ended at a solution.", "Take more runs, or another method.")
        rng = np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(3,)))
        m, n = self.solutions.size, self.space.n_weights
        sets = {
            "ends": self.solutions,
            "solutions": rng.choice(self.space.solutions.states, m).astype(np.int64),
            "states": rng.integers(0, self.space.costs.size, m),
        }
        reference = int(self.solutions[0])
        return {name: _means(align(self.space.symmetry, states, reference), n) for name, states in sets.items()}

    def summary(self) -> dict[str, Any]:
        """The ends as one JSON object."""
        deviation, freedom = self.orbit_deviation
        return {
            "method": self.method,
            "runs": int(self.states.size),
            "seed": self.seed,
            "success": self.success,
            "concentration": None if np.isnan(self.concentration) else self.concentration,
            "chi_squared": None if np.isnan(deviation) else deviation,
            "degrees_of_freedom": freedom,
            "by_cost": {str(int(c)): int(k) for c, k in zip(*np.unique(self.costs, return_counts=True), strict=True)},
            "mean_counts": self.local_entropy().mean_counts.tolist(),
        }

    def _sheet(self) -> Sheet:
        different = f"{np.unique(self.solutions).size} different ones of {self.space.n_solutions}"
        lines = [Line("solutions", f"{self.solutions.size} runs ({self.success:.1%}), {different}")]
        if self.solutions.size > 1:
            deviation, freedom = self.orbit_deviation
            near, typical = self.local_entropy().mean_counts[1], self.space.local_entropy().mean_counts[1]
            squares = f"chi^2 of orbits {deviation:.3g}, {freedom} degrees of freedom"
            lines.append(Line("uniform", f"concentration {self.concentration:.3g} (1: all alike); {squares}"))
            neighbours = f"{near:.3g} solutions one flip away on the average, {typical:.3g} around a typical one"
            lines.append(Line("neighbours", neighbours))
        title = f"EndPoints of {self.method} in {self.space.space.label} ({self.states.size} runs, seed {self.seed})"
        return Sheet(title, tuple(lines))


def end_points(
    space: WeightSpace, method: str = METHODS[0], *, runs: int = 100, seed: int = 0, **choices: Any
) -> EndPoints:
    """Run a search many times in a space that is known completely.

    Parameters
    ----------
    space : WeightSpace
    method : str
        "training", see :func:`homotopy.weights.training.train`; or "annealing", see :func:`homotopy.weights.training.anneal`.
    runs, seed : int
    **choices
        steps and rate of training; sweeps, hot and cold of annealing.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> space = ho.weight_space(ps.BinaryNetwork(widths=(9, 1), m=4), seed=1)
    >>> ends = end_points(space, "annealing", runs=50)
    >>> ends.success
    1.0
    """
    require_type(space, WeightSpace, "The space", "Give what ho.weight_space returns.")
    known = {"training": ("steps", "rate"), "annealing": ("sweeps", "hot", "cold")}
    if method not in METHODS:
        raise InputError(f"There is no search {method!r:.40}.", f"Choose {METHODS[0]} or {METHODS[1]}.")
    for name in choices:
        if name not in known[method]:
            raise InputError(f"{method} has no {name[:40]}.", f"It takes {', '.join(known[method])}.")
    if method == METHODS[0]:
        states = train(space.space, runs=runs, seed=seed, **choices)
    else:
        states = anneal(space.costs, space.n_weights, runs=runs, seed=seed, **choices)
    return EndPoints(space, method, states, seed)


def _means(states: npt.NDArray[Any], n: int) -> Floats:
    signs = 1 - 2 * ((states[:, None] >> np.arange(n)) & 1)
    return signs.mean(axis=0).astype(np.float64) if states.size else np.full(n, np.nan)
