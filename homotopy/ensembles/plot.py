"""Figures of ensembles: mean counts by index with theory, energy against index, and the distribution of the count."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from homotopy.common.figures import check_path, require_matplotlib, save_figure
from homotopy.ensembles.comparison import Predictions
from homotopy.ensembles.counts import Quantity
from homotopy.ensembles.result import Ensemble
from polysys.errors import InputError
from polysys.theory import MeanCounts, Prediction

_MAX_POINTS = 1500  # drawn for each index; more are a black bar


def plot_ensemble(ensemble: Ensemble, path: str | Path, prediction: Predictions | None = None) -> None:
    """Draw an ensemble: counts by index, energies by index, histogram of the number of real points.

    Told apart by shape, fill and position, not by colour: it can be printed in grey.

    Parameters
    ----------
    ensemble : Ensemble
    path : str or Path
        PNG, SVG or PDF.
    prediction : MeanCounts, mapping or number, optional
        Drawn beside the means.
    """
    target = check_path(path)
    figure = require_matplotlib()(figsize=(14, 4.6), layout="constrained")
    axes = [figure.add_subplot(1, 3, k) for k in (1, 2, 3)]
    draw_counts(axes[0], ensemble, prediction)
    draw_energies(axes[1], ensemble)
    draw_histogram(axes[2], ensemble)
    note = f", {ensemble.n_open} without a full result" if ensemble.n_open else ""
    figure.suptitle(f"{ensemble.label}, seed {ensemble.seed}, {ensemble.n_planned} samples{note}", fontsize=11)
    save_figure(figure, target)


def draw_counts(axes: Any, ensemble: Ensemble, prediction: Predictions | None = None, level: float = 0.95) -> None:
    """Mean number of points of each Morse index with its interval, and predicted means as crosses."""
    intervals = [m.interval(level) for m in ensemble.means_by_index().values()]
    k = np.arange(len(intervals))
    low, high = (np.array([getattr(i, end) for i in intervals]) for end in ("low", "high"))
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise InputError("The means have no finite interval.", "Count at least two samples.")
    middle = (low + high) / 2
    axes.bar(k, middle, width=0.72, color="0.85", edgecolor="0.3", lw=0.8, label="found")
    axes.errorbar(
        k,
        middle,
        yerr=(high - low) / 2,
        fmt="none",
        ecolor="black",
        capsize=4,
        lw=1.2,
        label=f"{100 * level:g} % interval",
    )
    predicted = _by_index(prediction)
    if predicted:
        axes.plot(
            list(predicted), list(predicted.values()), "x", color="black", ms=9, mew=1.6, ls="none", label="predicted"
        )
    axes.set_xlabel("Morse index")
    axes.set_ylabel("mean number of points")
    axes.set_xticks(k[:: max(1, len(k) // 12)])
    axes.legend(fontsize=8)


def draw_energies(axes: Any, ensemble: Ensemble) -> None:
    """Energies of the points of each Morse index: quartiles as boxes, single points as dots beside one another."""
    rng = np.random.default_rng(0)  # jitter and thinning only
    for k, energies in ensemble.energies_by_index().items():
        if not len(energies):
            continue
        shown = energies if len(energies) <= _MAX_POINTS else rng.choice(energies, _MAX_POINTS, replace=False)
        axes.plot(k + rng.uniform(-0.3, 0.3, len(shown)), shown, ".", color="0.55", ms=1.6, mew=0, rasterized=True)
        axes.boxplot(
            [energies], positions=[k], widths=0.5, showfliers=False, whis=(5, 95), medianprops={"color": "black", "lw": 1.6},
            boxprops={"color": "0.1"}, manage_ticks=False,
        )  # fmt: skip
    axes.set_xlabel("Morse index")
    axes.set_ylabel("energy")
    axes.set_xlim(-0.7, ensemble.dimension + 0.7)
    axes.set_xticks(range(0, ensemble.dimension + 1, max(1, ensemble.dimension // 12)))
    axes.grid(axis="y", lw=0.4, alpha=0.6)


def draw_histogram(axes: Any, ensemble: Ensemble, quantity: Quantity = "n_real") -> None:
    """How many samples have each count, with the mean and the median as lines; open samples are named, not drawn."""
    counts = ensemble.histogram(quantity)
    n_open = ensemble.n_planned - sum(counts.values())
    if counts:
        values = np.array(list(counts))
        step = int(np.gcd.reduce(np.diff(values))) if len(values) > 1 else 1
        axes.bar(values, list(counts.values()), width=0.85 * step, color="0.85", edgecolor="0.3", lw=0.6)
        every = np.repeat(values, list(counts.values()))
        axes.axvline(every.mean(), color="black", ls="-", lw=1.2, label=f"mean {every.mean():.4g}")
        axes.axvline(np.median(every), color="black", ls="--", lw=1.2, label=f"median {np.median(every):.4g}")
    if n_open:
        axes.plot([], [], " ", label=f"{n_open} open samples not shown")
    axes.set_xlabel("number of real points" if quantity == "n_real" else f"number of points, {quantity}")
    axes.set_ylabel("samples")
    axes.legend(fontsize=8)


def _by_index(prediction: Predictions | None) -> dict[int, float]:
    if isinstance(prediction, MeanCounts):
        return {k: p.value for k, p in prediction.by_index.items()}
    if isinstance(prediction, Mapping):
        return {int(k): p.value if isinstance(p, Prediction) else float(p) for k, p in prediction.items()}
    return {}
