"""What an ensemble with points says about its minima: energies, widths, clustering; sample by sample.

Energies are made comparable along a series: on spheres they are per spin (the standard deviation of the energy at a fixed
point is then N^(-1/2) for every glass), for networks they are divided by the loss of the network with all weights zero, so
that 1 means "as good as no network". Widths are log det of the Riemannian Hessian per dimension, once in the model's
units and once minus the logarithm of the root mean square curvature over all stationary points of the same sample, which
is free of scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.result import Ensemble
from homotopy.ensembles.store.store import open_store
from homotopy.studies.frame.run_folder import START_UP, Bench
from homotopy.studies.measures.minima import Symmetries, clustering, curvatures, distinct, log_scale, symmetries
from homotopy.studies.measures.ranks import RankCorrelation, rank_correlation
from homotopy.studies.measures.samples import is_complete
from polysys.landscape import Landscape
from polysys.models.base import Model

Floats = npt.NDArray[np.float64]
_ORIGIN = 1e-6  # norm below which a point is the origin, relative to the largest


@dataclass(frozen=True, slots=True)
class Observation:
    """Minima of the samples of an ensemble, up to symmetry.

    Parameters
    ----------
    n_samples, n_left_out : int
        Samples that are complete, and those that are not (failed, open, with singular points), which say nothing here.
    samples : tuple of dict
        One for each complete sample: `energies` and `widths` of the distinct minima, `log_scale`, `clustering`.
    """

    n_left_out: int
    samples: tuple[dict[str, Any], ...]

    @property
    def n_samples(self) -> int:
        """Number of complete samples."""
        return len(self.samples)

    def per_sample(self, quantity: str) -> Floats:
        """One number for each sample, nan where there is none.

        Parameters
        ----------
        quantity : str
            n_distinct, deepest, energy, spread, width, width_free, nearest_ratio, excess_overlap, p_clustered.
        """
        of = _QUANTITIES[quantity]
        return np.array([of(s) for s in self.samples], dtype=np.float64)

    def trade_off(self, *, is_within: bool = True, level: float = 0.95) -> RankCorrelation:
        """Spearman's correlation of energy and log-curvature over distinct minima: negative where deep minima are narrow."""
        rows = [(s["energies"], s["widths"], k) for k, s in enumerate(self.samples)]
        energies = np.array([e for es, _, _ in rows for e in es], float)
        widths = np.array([np.nan if w is None else w for _, ws, _ in rows for w in ws], float)
        groups = np.array([k for es, _, k in rows for _ in es], np.int64)
        kept = np.isfinite(widths)
        return rank_correlation(energies[kept], widths[kept], groups[kept], is_within=is_within, level=level)


def _mean(values: list[float | None]) -> float:
    kept = [v for v in values if v is not None]
    return float(np.mean(kept)) if kept else np.nan


def _cluster(sample: dict[str, Any], key: str) -> float:
    found = sample["clustering"]
    return np.nan if found is None else float(found[key])


_QUANTITIES: dict[str, Callable[[dict[str, Any]], float]] = {
    "n_distinct": lambda s: len(s["energies"]),
    "deepest": lambda s: min(s["energies"], default=np.nan),
    "energy": lambda s: _mean(s["energies"]),
    "spread": lambda s: float(np.std(s["energies"], ddof=1)) if len(s["energies"]) > 1 else np.nan,
    "width": lambda s: _mean(s["widths"]),
    "width_free": lambda s: _mean(s["widths"]) - s["log_scale"],
    "nearest_ratio": lambda s: _cluster(s, "nearest_ratio"),
    "excess_overlap": lambda s: _cluster(s, "excess_overlap"),
    "p_clustered": lambda s: _cluster(s, "p_value"),
}


def observe(bench: Bench, ensemble: Ensemble, model: Model, draws: int) -> Observation:
    """Observe the minima of an ensemble whose points were kept, in parallel and resumably.

    Parameters
    ----------
    bench : Bench
    ensemble : Ensemble
        Counted with ``points=True``.
    model : Model
    draws : int
        Of the uniform null.
    """
    store = ensemble.store
    key = f"minima of {ensemble.label}, {ensemble.digest}, {draws} draws"
    work = partial(observe_chunk, str(store.path), model, draws)
    pieces = bench.map(key, work, [chunk.start for chunk in store.chunks], patience=START_UP)
    samples = [s for piece in pieces for s in piece]
    kept = tuple(s for s in samples if s is not None)
    return Observation(len(samples) - len(kept), kept)


def observe_chunk(store: str, model: Model, draws: int, start: int) -> list[dict[str, Any] | None]:
    """The minima of the samples of one file; None for samples that are not complete."""
    place = open_store(Path(store))
    records = place.read(place.chunk_at(start)) or []
    group = symmetries(model.sample(place.spec.seed, 0))
    return [_minima(r, model.sample(r.seed, r.sample), group, draws) if is_complete(r) else None for r in records]


def _minima(record: SampleRecord, land: Landscape, group: Symmetries, draws: int) -> dict[str, Any]:
    n, dimension = land.domain.n, land.domain.dimension
    points = np.array(record.coordinates, float).reshape(-1, n)
    is_minimum = np.array([k == 0 for k in record.indices or ()], bool)
    minima = points[is_minimum]
    energies = np.array(record.energies, float)[is_minimum] / energy_unit(land)
    firsts = distinct(minima, group)
    log_dets = [(record.log_det_minima or ())[k] for k in firsts.tolist()]
    norms = np.linalg.norm(minima[firsts], axis=1)
    found = clustering(minima, group, land.domain.slices, seed=record.sample, draws=draws)
    return {
        "sample": record.sample,
        "energies": energies[firsts].tolist(),
        "widths": [None if v is None else v / dimension for v in log_dets],
        "log_scale": log_scale(curvatures(land, points)) if len(points) else 0.0,
        "has_origin": bool((norms <= _ORIGIN * max(1.0, norms.max(initial=0.0))).any()),
        "clustering": None
        if found is None
        else {
            "n": found.n,
            "nearest_ratio": found.nearest_ratio,
            "excess_overlap": found.overlap - found.null_overlap,
            "p_value": found.p_value,
        },
    }


def energy_unit(land: Landscape) -> float:
    """What energies are divided by: the number of spins on spheres, the loss at zero weights on R^n."""
    if not land.domain.is_euclidean:
        return float(sum(land.scaling.length_squared)) or 1.0
    origin = np.array([Fraction(0)] * land.domain.n, dtype=object)
    return float(land.potential_function(origin, land.couplings)) or 1.0
