"""Pairs of minima of every sample of an ensemble: overlaps modulo symmetry, energies, and the uniform null."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats
from homotopy.ensembles.rank_correlations import RankCorrelation, rank_correlation
from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.result import Ensemble
from homotopy.graphs.clustering import clustering
from homotopy.graphs.overlaps import Symmetries, distinct, overlaps
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.measures.minima_of_samples import energy_unit
from homotopy.studies.measures.samples import measure_samples
from polysys.errors import InputError
from polysys.models.base import Model

_ORIGIN = 1e-6  # norm below which a point is the origin and has no direction, relative to the largest


def depth_of(model: Model) -> int:
    """p of a p-spin, layers of a layered glass, layers of weights of a network.

    Examples
    --------
    >>> from polysys.models.labels import model_from_label
    >>> depth_of(model_from_label("deep-linear:widths=2-1-2-1")), depth_of(model_from_label("spherical-p-spin:n=3,p=4"))
    (3, 4)
    """
    if model.depth is None:
        raise InputError(f"{model.label[:80]} has no depth.", "Give spin glasses, layered glasses or networks.")
    return model.depth


@dataclass(frozen=True, slots=True, eq=False)
class Minima:
    """The distinct minima of one sample, the origin left out."""

    energies: Floats  # (m,) in units of `energy_unit`
    overlaps: Floats  # (m, m) modulo symmetry
    # mean nearest distance over that of uniform points, mean overlap of two uniform points, and the share of draws that
    # are as clustered; nan with fewer than two minima
    nearest_ratio: float
    null_overlap: float
    p_value: float

    @property
    def n(self) -> int:
        """Number of distinct minima."""
        return len(self.energies)

    @property
    def excess(self) -> float:
        """Mean overlap of two minima beyond that of uniform points; nan with fewer than two."""
        return self._mean(np.ones(self.n, bool)) - self.null_overlap

    @property
    def low_excess(self) -> float:
        """The same among the lower half of the minima (the middle one included); nan with fewer than three."""
        return self._half(np.argsort(self.energies, kind="stable")[: (self.n + 1) // 2]) - self.null_overlap

    @property
    def high_excess(self) -> float:
        """The same among the upper half."""
        return self._half(np.argsort(self.energies, kind="stable")[self.n // 2 :]) - self.null_overlap

    def _half(self, chosen: npt.NDArray[np.int64]) -> float:
        if self.n < 3:
            return float("nan")
        mask = np.zeros(self.n, bool)
        mask[chosen] = True
        return self._mean(mask)

    def _mean(self, mask: npt.NDArray[np.bool_]) -> float:
        part = self.overlaps[np.ix_(mask, mask)]
        pairs = np.triu_indices(len(part), 1)
        return float(part[pairs].mean()) if len(pairs[0]) else float("nan")

    def pairs(self) -> tuple[Floats, Floats]:
        """Mean energy and overlap of each pair."""
        i, j = np.triu_indices(self.n, 1)
        return (self.energies[i] + self.energies[j]) / 2, self.overlaps[i, j]


def energy_correlation(found: Sequence[Minima], level: float) -> RankCorrelation:
    """Spearman's correlation, inside samples, of the mean energy of a pair with its overlap: negative where low minima are closer."""
    pieces = [m.pairs() for m in found if m.n >= 3]
    return rank_correlation([e for e, _ in pieces], [q for _, q in pieces], is_within=True, level=level)


def pairs_of(folder: RunFolder, ensemble: Ensemble, model: Model, draws: int) -> tuple[list[Minima], int]:
    """The minima of all complete samples of an ensemble with points, and the number of samples left out."""
    measure = partial(_pairs, draws)
    samples, n_left_out = measure_samples(folder, f"pairs 2, {draws} draws,", measure, ensemble, model)
    return [_minima(s) for s in samples], n_left_out


def _pairs(draws: int, record: SampleRecord, model: Model, group: Symmetries) -> dict[str, Any]:
    land = model.sample(record.seed, record.sample)
    is_minimum = np.array([k == 0 for k in record.indices or ()], bool)
    points = np.array(record.coordinates, float).reshape(-1, land.domain.n)[is_minimum]
    energies = np.array(record.energies, float)[is_minimum] / energy_unit(land)
    norms = np.linalg.norm(points, axis=1)
    away = norms > _ORIGIN * norms.max(initial=0.0)
    points, energies = points[away], energies[away]
    firsts = distinct(points, group)
    points, energies = points[firsts], energies[firsts]
    found = clustering(points, group, land.domain.slices, seed=record.sample, draws=draws)
    return {
        "energies": energies.tolist(),
        "overlaps": overlaps(points, group).round(12).tolist() if len(points) else [],
        "null": None if found is None else [found.nearest_ratio, found.null_overlap, found.p_value],
    }


def _minima(content: dict[str, Any]) -> Minima:
    n = len(content["energies"])
    null = content["null"] or [float("nan")] * 3
    return Minima(np.array(content["energies"], float), np.array(content["overlaps"], float).reshape(n, n), *null)
