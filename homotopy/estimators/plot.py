"""Figures of estimators: predicted and found mean counts by index, deviations of all means, recall of searches."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from homotopy.common.figures import MARKERS, SERIES, axes_for, graded, panels_for, whole_numbers, wrapped
from homotopy.common.wording import count_of
from homotopy.estimators.report import ModelReport, Report, SearchScore, score
from homotopy.searches.recall import Recall
from polysys.errors import require_type

_CLIP = 12.0  # standard errors; larger deviations are drawn there, as arrows


def plot_report(report: Report, ax: Any = None) -> tuple[Any, ...]:
    """The model that deviates most, the deviations of all, and what searches found, side by side.

    Parameters
    ----------
    report : Report
    ax : two axes, or three with searches, optional
        Those of a new figure by default.

    Returns
    -------
    tuple of matplotlib axes
    """
    scored = report.searches
    panels = 2 if scored is None else 3
    axes = panels_for(ax, _title(report), (4.9 * panels, 4.4), [{}] * panels)
    draw_counts(min(report.models, key=lambda m: m.p_value), axes[0])
    draw_deviations(report, axes[1])
    if scored is not None:
        draw_recall(scored, axes[2])
    return axes


def _title(report: Report) -> str:
    found = "consistent" if report.is_consistent else "deviates"
    return f"{report.name} against {report.reference}: {found} at level {report.level:g}, {report.p}"


def draw_counts(model: ModelReport, ax: Any = None) -> Any:
    """Found mean counts of one model as bars with two standard errors, predicted ones as crosses."""
    axes = axes_for(ax)
    rows = [r for r in model.rows if not r.name.startswith("energy")] or list(model.rows)
    k = np.arange(len(rows))
    middle = np.array([(r.low + r.high) / 2 for r in rows])
    reach = np.array([2 * r.standard_error if np.isfinite(r.standard_error) else 0.0 for r in rows])
    reach = reach + np.array([(r.high - r.low) / 2 for r in rows])
    colours = [graded(i, len(k) - 1) for i in range(len(k))]
    axes.bar(k, middle, width=0.72, color=colours, alpha=0.55, edgecolor="0.15", lw=0.8, label="found")
    axes.errorbar(k, middle, yerr=reach, fmt="none", ecolor="black", capsize=4, lw=1.2, label="two standard errors")
    axes.plot(k, [r.predicted for r in rows], "X", color=SERIES[1], mec="white", mew=0.8, ms=11, ls="none", label="predicted")
    axes.set_xticks(k, [r.name.removeprefix("index ") for r in rows])
    axes.set_xlabel("Morse index (total: all points)")
    axes.set_ylabel("mean number of points")
    axes.set_title(wrapped(model.label, 4.4, 9), fontsize=9)
    axes.legend(fontsize=8)
    return axes


def draw_deviations(report: Report, ax: Any = None) -> Any:
    """z of every mean of every model, between the lines that a single mean would have to cross."""
    axes = axes_for(ax, _title(report))
    width = 0.7 / max(1, len(report.models))
    labels = list(dict.fromkeys(row.name for m in report.models for row in m.rows))
    order = sorted(labels, key=lambda name: (not name.startswith("index"), len(name), name))
    places = {name: k for k, name in enumerate(order)}
    for number, model in enumerate(report.models):
        x = [places[r.name] + width * (number - (len(report.models) - 1) / 2) for r in model.rows]
        z = np.clip([r.z for r in model.rows], -_CLIP, _CLIP)
        marker = MARKERS[number % len(MARKERS)]
        colour = SERIES[number % len(SERIES)]
        axes.plot(x, z, marker, color=colour, mfc="white" if number % 2 else colour, ms=5, ls="none", label=model.label)
    n_means = sum(len(m.rows) for m in report.models)
    edge = float(special.ndtri(1 - (1 - report.level) / (2 * n_means)))
    for side in (edge, -edge):
        axes.axhline(side, color="0.4", lw=1, ls="--")
    axes.axhline(0, color="0.4", lw=0.8)
    axes.set_ylim(-_CLIP - 1, _CLIP + 1)
    axes.set_xticks(range(len(order)), [name.removeprefix("index ") for name in order])
    axes.set_ylabel(f"deviation z (standard errors; cut at {_CLIP:g})")
    axes.set_xlabel(f"Morse index (total: all points); lines: level {report.level:g} for {n_means} means")
    if len(report.models) <= 12:
        axes.legend(fontsize=6)
    return axes


def draw_recall(scored: SearchScore | Recall, ax: Any = None) -> Any:
    """The share of certified points of each index that were found, and of claims that are right.

    Parameters
    ----------
    scored : SearchScore or Recall
        ``report.searches``, or what ``ho.searches.recall`` and ``ho.testing.assert_finds`` return.
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Raises
    ------
    InputError
        For anything else.
    """
    require_type(scored, (SearchScore, Recall), "What is drawn", "Give report.searches, or what ho.searches.recall returns.")
    scored = score((scored,)) if isinstance(scored, Recall) else scored
    axes = axes_for(ax)
    kept = [k for k, (_, exact) in scored.recall.items() if exact]
    share = [scored.recall[k][0] / scored.recall[k][1] for k in kept]
    axes.bar(kept, share, width=0.7, color=SERIES[5], alpha=0.6, edgecolor="0.3", lw=0.8, label="recall")
    claimed = [(k, a / b) for k, (a, b) in scored.precision.items() if b]
    if claimed:
        axes.plot(*zip(*claimed, strict=True), "D", color=SERIES[1], ms=5, ls="none", label="precision")
    for k in kept:
        axes.annotate(f"{scored.recall[k][0]}/{scored.recall[k][1]}", (k, 0.02), rotation=90, fontsize=7, ha="center", va="bottom")
    axes.set_ylim(0, 1.08)
    axes.set_xlabel("Morse index")
    whole_numbers(axes.xaxis)
    axes.set_ylabel("share")
    axes.set_title(
        f"{count_of(scored.n_landscapes, 'landscape')}; {scored.n_false} of {scored.n_points} end points not stationary", fontsize=9
    )
    axes.legend(fontsize=8, loc="upper right")
    return axes
