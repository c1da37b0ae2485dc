"""Figures of ensembles: mean counts by index with theory, energy against index, and the distribution of the count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from homotopy.common.figures import SERIES, axes_for, graded, panels_for, whole_numbers
from homotopy.common.wording import count_of
from homotopy.counting.energy_axis import energy_axis
from homotopy.ensembles.comparison import Comparison, Predictions
from homotopy.ensembles.counts import Quantity
from homotopy.ensembles.result import Ensemble
from polysys.errors import InputError
from polysys.theory import MeanCounts, Prediction

_MAX_POINTS = 1500  # drawn for each index; more are a black bar


def plot_ensemble(ensemble: Ensemble, ax: Any = None, prediction: Predictions | None = None) -> tuple[Any, ...]:
    """Counts by index, energies by index, histogram of the number of real points, side by side.

    Parameters
    ----------
    ensemble : Ensemble
    ax : three axes, optional
        Those of a new figure by default.
    prediction : MeanCounts, mapping or number, optional
        Drawn beside the means.

    Returns
    -------
    tuple of matplotlib axes
        Three.
    """
    note = f", {ensemble.n_open} without a full result" if ensemble.n_open else ""
    axes = panels_for(ax, f"{_title(ensemble)}{note}", (14, 4.6), [{}] * 3)
    draw_mean_counts(ensemble, axes[0], prediction)
    draw_energies(ensemble, axes[1])
    draw_histogram(ensemble, axes[2])
    return axes


def _title(ensemble: Ensemble) -> str:
    return f"{ensemble.label}, seed {ensemble.seed}, {ensemble.n_planned} samples"


def draw_mean_counts(ensemble: Ensemble, ax: Any = None, prediction: Predictions | None = None, level: float = 0.95) -> Any:
    """Mean number of points of each Morse index with its interval, and predicted means as crosses.

    Parameters
    ----------
    ensemble : Ensemble
    ax : matplotlib axes, optional
        Those of a new figure by default.
    prediction : MeanCounts, mapping or number, optional
    level : float
        Of the intervals.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    InputError
        For fewer than two samples.
    """
    axes = axes_for(ax, _title(ensemble))
    intervals = [m.interval(level) for m in ensemble.means_by_index().values()]
    k = np.arange(len(intervals))
    low, high = (np.array([getattr(i, end) for i in intervals]) for end in ("low", "high"))
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise InputError("The means have no finite interval.", "Count at least two samples.")
    middle = (low + high) / 2
    colours = [graded(i, len(k) - 1) for i in range(len(k))]
    axes.bar(k, middle, width=0.72, color=colours, alpha=0.55, edgecolor="0.15", lw=0.8, label="found")
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
            list(predicted), list(predicted.values()), "X", color=SERIES[1], mec="white", mew=0.8, ms=11, ls="none", label="predicted"
        )
    axes.set_xlabel("Morse index")
    axes.set_ylabel("mean number of points")
    axes.set_xticks(k[:: max(1, len(k) // 12)])
    axes.legend(fontsize=8)
    return axes


def draw_energies(ensemble: Ensemble, ax: Any = None) -> Any:
    r"""Energies of the points of each Morse index: quartiles as boxes, single points as dots beside one another.

    Energies of glasses are per degree of freedom, and pure spherical ones have :math:`-E_0` and :math:`-E_\infty` marked.

    Parameters
    ----------
    ensemble : Ensemble
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes
    """
    axes, scale = axes_for(ax, _title(ensemble)), energy_axis(ensemble.label)
    rng = np.random.default_rng(0)  # jitter and thinning only
    for k, energies in ensemble.energies_by_index().items():
        if not len(energies):
            continue
        energies = energies / scale.per
        shown = energies if len(energies) <= _MAX_POINTS else rng.choice(energies, _MAX_POINTS, replace=False)
        axes.plot(k + rng.uniform(-0.3, 0.3, len(shown)), shown, ".", color=graded(k, ensemble.dimension), ms=2.2, mew=0, rasterized=True)
        axes.boxplot(
            [energies], positions=[k], widths=0.5, showfliers=False, whis=(5, 95), medianprops={"color": "black", "lw": 1.6},
            boxprops={"color": "0.1"}, manage_ticks=False,
        )  # fmt: skip
    axes.set_xlabel("Morse index")
    scale.draw(axes)
    axes.set_xlim(-0.7, ensemble.dimension + 0.7)
    axes.set_xticks(range(0, ensemble.dimension + 1, max(1, ensemble.dimension // 12)))
    axes.grid(axis="y", lw=0.4, alpha=0.6)
    return axes


def draw_histogram(ensemble: Ensemble, ax: Any = None, quantity: Quantity = "n_real") -> Any:
    """How many samples have each count, with the mean and the median as lines; open samples are named, not drawn.

    Parameters
    ----------
    ensemble : Ensemble
    ax : matplotlib axes, optional
        Those of a new figure by default.
    quantity : str
        ``n_real``, ``n_minima`` or another count of a sample.

    Returns
    -------
    matplotlib axes
    """
    axes = axes_for(ax, _title(ensemble))
    counts = ensemble.histogram(quantity)
    n_open = ensemble.n_planned - sum(counts.values())
    if counts:
        values = np.array(list(counts))
        step = int(np.gcd.reduce(np.diff(values))) if len(values) > 1 else 1
        axes.bar(values, list(counts.values()), width=0.85 * step, color=SERIES[5], alpha=0.6, edgecolor="0.3", lw=0.6)
        every = np.repeat(values, list(counts.values()))
        axes.axvline(every.mean(), color=SERIES[0], ls="-", lw=1.2, label=f"mean {every.mean():.4g}")
        axes.axvline(np.median(every), color=SERIES[1], ls="--", lw=1.2, label=f"median {np.median(every):.4g}")
    if n_open:
        axes.plot([], [], " ", label=f"{n_open} open samples not shown")
    axes.set_xlabel("number of real points" if quantity == "n_real" else f"number of points, {quantity}")
    axes.set_ylabel("samples")
    whole_numbers(axes.xaxis, axes.yaxis)
    axes.legend(fontsize=8)
    return axes


def draw_comparison(comparison: Comparison, ax: Any = None) -> Any:
    """How far each found mean is from its prediction, in standard errors, between the lines that all together must not cross.

    Parameters
    ----------
    comparison : Comparison
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes
    """
    from scipy.stats import t  # slow to import

    kept = [m for m in comparison.means if np.isfinite(m.z)]
    axes = axes_for(ax, f"{comparison.label}: {count_of(comparison.n, 'sample')} against the prediction")
    edge = float(t.isf(comparison.level / (2 * len(comparison.means)), max(1, comparison.n - 1)))
    axes.axhspan(-edge, edge, color="0.92", zorder=0)
    axes.axhline(0, color="0.35", lw=0.8)
    axes.plot(range(len(kept)), [m.z for m in kept], "o", color=SERIES[0], mec="0.15", ms=8, ls="none")
    axes.set_xticks(range(len(kept)), [m.name for m in kept], rotation=0 if len(kept) < 9 else 60)
    axes.set_ylabel("found minus predicted (standard errors)")
    reach = 1.15 * max([edge, *(abs(m.z) for m in kept)])
    axes.set_ylim(-reach, reach)
    axes.annotate(f"within: consistent at level {comparison.level:g}", (0.02, 0.04), xycoords="axes fraction", fontsize=8)
    return axes


def _by_index(prediction: Predictions | None) -> dict[int, float]:
    if isinstance(prediction, MeanCounts):
        return {k: p.value for k, p in prediction.by_index.items()}
    if isinstance(prediction, Mapping):
        return {int(k): p.value if isinstance(p, Prediction) else float(p) for k, p in prediction.items()}
    return {}
