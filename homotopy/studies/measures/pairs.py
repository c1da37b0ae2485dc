"""Pairs of minima of every sample of an ensemble: overlaps modulo symmetry, energies, and the uniform null."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.result import Ensemble
from homotopy.ensembles.store.store import open_store
from homotopy.studies.frame.run_folder import START_UP, Bench
from homotopy.studies.measures.minima import Symmetries, clustering, distinct, overlaps, symmetries
from homotopy.studies.measures.minima_of_samples import energy_unit
from homotopy.studies.measures.ranks import RankCorrelation, rank_correlation
from homotopy.studies.measures.samples import is_complete
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.base import Model

Floats = npt.NDArray[np.float64]
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
    """The distinct minima of one sample, the origin left out.

    Parameters
    ----------
    energies : float array (m,)
        In units of :func:`homotopy.studies.measures.minima_of_samples.energy_unit`.
    overlaps : float array (m, m)
        Modulo symmetry.
    nearest_ratio, null_overlap, p_value : float
        Mean nearest distance over that of uniform points, mean overlap of two uniform points, and the share of draws that
        are as clustered; nan with fewer than two minima.
    """

    energies: Floats
    overlaps: Floats
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


def energy_correlation(found: list[Minima], level: float) -> RankCorrelation:
    """Spearman's correlation, inside samples, of the mean energy of a pair with its overlap: negative where low minima are closer."""
    pieces = [m.pairs() for m in found if m.n >= 3]
    groups = [np.full(len(e), k) for k, (e, _) in enumerate(pieces)]
    energies, values, numbers = (
        np.concatenate(v) if v else np.zeros(0) for v in ([e for e, _ in pieces], [q for _, q in pieces], groups)
    )
    return rank_correlation(energies, values, numbers.astype(np.int64), is_within=True, level=level)


def pairs_of(bench: Bench, ensemble: Ensemble, model: Model, draws: int) -> tuple[list[Minima], int]:
    """The minima of all complete samples of an ensemble with points, and the number of samples left out."""
    store = ensemble.store
    work: Callable[[int], Any] = partial(pairs_of_chunk, str(store.path), model, draws)
    key = f"pairs of {ensemble.label}, {ensemble.digest}, {draws} draws, version 1"
    pieces = bench.map(key, work, [chunk.start for chunk in store.chunks], patience=START_UP)
    kept = [_minima(s) for piece in pieces for s in piece if s is not None]
    return kept, ensemble.n_planned - len(kept)


def pairs_of_chunk(store: str, model: Model, draws: int, start: int) -> list[dict[str, Any] | None]:
    """The minima of the samples of one file as JSON can hold them; None for samples that are not complete."""
    place = open_store(Path(store))
    group = symmetries(model.sample(place.spec.seed, 0))
    records = place.read(place.chunk_at(start)) or ()
    return [_observe(r, model.sample(r.seed, r.sample), group, draws) if is_complete(r) else None for r in records]


def _observe(record: SampleRecord, land: Landscape, group: Symmetries, draws: int) -> dict[str, Any]:
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
