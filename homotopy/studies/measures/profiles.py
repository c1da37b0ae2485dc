"""What the stationary points of an ensemble look like whatever the units: counts, index profile, order, band; modulo symmetry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats, Integers
from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.result import Ensemble
from homotopy.graphs.overlaps import Symmetries, distinct, symmetries
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.measures.samples import measure_samples
from polysys.models.base import Model


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The distinct stationary points of one sample."""

    energies: Floats  # (m,)
    indices: Integers  # (m,)
    dimension: int

    @property
    def abundance(self) -> float:
        """log of the number of points for each free parameter."""
        return log(max(len(self.energies), 1)) / self.dimension

    @property
    def n_minima(self) -> int:
        """Number of minima."""
        return int((self.indices == 0).sum())

    @property
    def mean_index(self) -> float:
        """Mean Morse index over the dimension."""
        return float(self.indices.mean() / self.dimension) if len(self.indices) else float("nan")

    @property
    def order(self) -> float:
        """The probability that of two random points of different index the one of higher index has the higher energy.

        1 where energies are strictly layered by index, 1/2 where index says nothing; ties count one half; nan with one index.
        """
        return concordance(self.energies, self.indices)

    @property
    def band(self) -> float:
        """The range of the energies of minima over that of all points; nan where there is one point only."""
        whole = float(np.ptp(self.energies)) if len(self.energies) else 0.0
        minima = self.energies[self.indices == 0]
        return float(np.ptp(minima)) / whole if whole > 0 and len(minima) else float("nan")

    def height(self, k: int) -> float:
        """Mean height of the points of index k: 0 is the lowest, 1 the highest stationary energy; nan where there is none."""
        whole = float(np.ptp(self.energies)) if len(self.energies) else 0.0
        chosen = self.energies[self.indices == k]
        return float((chosen.mean() - self.energies.min()) / whole) if whole > 0 and len(chosen) else float("nan")

    def shares(self) -> Floats:
        """Share of the points of each index from 0 to the dimension."""
        counts = np.bincount(self.indices, minlength=self.dimension + 1)
        return np.asarray(counts / max(len(self.indices), 1))


def concordance(energies: Floats, indices: Integers) -> float:
    """See :attr:`Profile.order`.

    Examples
    --------
    >>> concordance(np.array([-2.0, -1.0, 0.0]), np.array([0, 1, 1])), concordance(np.array([1.0, 0.0]), np.array([0, 1]))
    (1.0, 0.0)
    """
    higher = indices[:, None] > indices[None, :]
    n = int(higher.sum())
    if not n:
        return float("nan")
    difference = np.sign(energies[:, None] - energies[None, :])
    return float(((difference[higher] + 1) / 2).sum() / n)


@dataclass(frozen=True, slots=True)
class Profiles:
    """Profiles of all complete samples of an ensemble."""

    samples: tuple[Profile, ...]
    n_left_out: int
    symmetry_order: int  # of the group modulo which points are counted

    def each(self, of: Callable[[Profile], float]) -> Floats:
        """One number for each sample."""
        return np.array([of(s) for s in self.samples], float)

    def mean_shares(self) -> Floats:
        """Mean over samples of the share of each index."""
        return np.asarray(np.mean([s.shares() for s in self.samples], axis=0))


def profiles(folder: RunFolder, ensemble: Ensemble, model: Model) -> Profiles:
    """The profiles of an ensemble whose points were kept, in parallel and resumably."""
    order = symmetries(model.sample(ensemble.store.spec.seed, 0)).order
    found, n_left_out = measure_samples(folder, "profiles 2", _distinct, ensemble, model)
    samples = tuple(Profile(np.array(e, float), np.array(k, np.int64), ensemble.dimension) for e, k in found)
    return Profiles(samples, n_left_out, order)


def _distinct(record: SampleRecord, _: Model, group: Symmetries) -> list[Any]:
    """Energies and indices of the distinct points of a sample."""
    firsts = distinct(np.array(record.coordinates, float).reshape(len(record.energies or ()), -1), group)
    return [np.array(record.energies, float)[firsts].tolist(), np.array(record.indices, np.int64)[firsts].tolist()]
