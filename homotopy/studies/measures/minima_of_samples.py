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
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.ensembles.rank_correlations import RankCorrelation, rank_correlation
from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.result import Ensemble
from homotopy.graphs.clustering import clustering
from homotopy.graphs.overlaps import Symmetries, distinct
from homotopy.searches.surface import Surface
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.measures.samples import measure_samples
from polysys.landscape import Landscape
from polysys.models.base import Model


@dataclass(frozen=True, slots=True)
class MinimaOfSamples:
    """Minima of the samples of an ensemble, up to symmetry."""

    # one for each complete sample: `energies` and `widths` of the distinct minima, `log_scale`, `clustering`
    samples: tuple[dict[str, Any], ...]
    n_left_out: int  # samples that are not complete (failed, open, with singular points), which say nothing here

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
        energies = [np.array(s["energies"], float) for s in self.samples]
        widths = [np.array([np.nan if w is None else w for w in s["widths"]], float) for s in self.samples]
        return rank_correlation(energies, widths, is_within=is_within, level=level)


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


def minima_of_samples(folder: RunFolder, ensemble: Ensemble, model: Model, draws: int) -> MinimaOfSamples:
    """The minima of an ensemble whose points were kept, beside so many draws of the uniform null."""
    measure = partial(_minima, draws)
    samples, n_left_out = measure_samples(folder, f"minima 2, {draws} draws,", measure, ensemble, model)
    return MinimaOfSamples(tuple(samples), n_left_out)


def _minima(draws: int, record: SampleRecord, model: Model, group: Symmetries) -> dict[str, Any]:
    land = model.sample(record.seed, record.sample)
    points = np.array(record.coordinates, float).reshape(-1, land.domain.n)
    is_minimum = np.array([k == 0 for k in record.indices or ()], bool)
    minima, energies = points[is_minimum], np.array(record.energies, float)[is_minimum] / energy_unit(land)
    firsts = distinct(minima, group)
    log_dets = [(record.log_det_minima or ())[k] for k in firsts.tolist()]
    found = clustering(minima, group, land.domain.slices, seed=record.sample, draws=draws)
    null = None
    if found is not None:
        excess = found.overlap - found.null_overlap
        null = {"nearest_ratio": found.nearest_ratio, "excess_overlap": excess, "p_value": found.p_value}
    return {
        "sample": record.sample,
        "energies": energies[firsts].tolist(),
        "widths": [None if v is None else v / land.domain.dimension for v in log_dets],
        "log_scale": log_scale(curvatures(land, points)) if len(points) else 0.0,
        "clustering": null,
    }


def energy_unit(land: Landscape) -> float:
    """What energies are divided by: the number of spins on spheres, the loss at zero weights on R^n."""
    if not land.domain.is_euclidean:
        return float(sum(land.scaling.length_squared)) or 1.0
    origin = np.array([Fraction(0)] * land.domain.n, dtype=object)
    return float(land.potential_function(origin, land.couplings)) or 1.0


def curvatures(land: Landscape, points: Floats) -> Floats:
    """Eigenvalues (m, dimension) of the Riemannian Hessian at stationary points (m, n), ascending, in the model's units.

    Notes
    -----
    Stored points are off their spheres by rounding, so each is taken on the sphere of its own radius. With P the projector on
    the tangent space and A = H - diag(mu), P A P + t (1 - P) has the eigenvalues wanted and t, as many times as there are
    spheres; t is chosen beyond all others, and these are dropped.

    Examples
    --------
    >>> import polysys as ps
    >>> curvatures(ps.expression("x^4/4 - x^2/2 + 3*y^2/2").sample(), np.array([[1.0, 0.0]])).tolist()
    [[2.0, 3.0]]
    """
    surface, unit = Surface(land), np.eye(land.domain.n)
    gradient, hessian = surface.ambient_gradients(points), surface.ambient_hessians(points)
    projector = np.broadcast_to(unit, hessian.shape).copy()
    for block in land.domain.slices:
        w, square = points[:, block], (points[:, block] ** 2).sum(axis=1)
        mu = (w * gradient[:, block]).sum(axis=1) / square
        hessian[:, block, block] -= mu[:, None, None] * unit[block, block]
        projector[:, block, block] -= w[:, :, None] * w[:, None, :] / square[:, None, None]
    tangent = projector @ hessian @ projector
    beyond = 2 * np.sqrt((tangent**2).sum(axis=(1, 2)).max()) + 1
    return np.asarray(np.linalg.eigvalsh(tangent + beyond * (unit - projector))[:, : land.domain.dimension])


def log_scale(eigenvalues: Floats) -> float:
    """Logarithm of the root mean square curvature over all stationary points of a landscape, rows (k, d).

    The mean logarithm of the curvatures of a minimum minus it does not change when energies or lengths are measured in other units.
    """
    return float(np.log((eigenvalues**2).mean()) / 2)
