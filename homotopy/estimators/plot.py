"""Figures of estimators: predicted and found mean counts by index, deviations of all means, recall of searches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

from homotopy.common.figures import check_path, require_matplotlib, save_figure
from homotopy.estimators.report import ModelReport, Report, SearchScore

_MARKERS = "osD^v<>pPX*hH8"
_CLIP = 12.0  # standard errors; larger deviations are drawn there, as arrows


def plot_report(report: Report, path: str | Path) -> None:
    """Draw a report: the model that deviates most, the deviations of all, and what searches found.

    Told apart by shape and fill, not by colour: it can be printed in grey.

    Parameters
    ----------
    report : Report
    path : str or Path
        PNG, SVG or PDF.
    """
    target = check_path(path)
    scored = report.searches
    panels = 2 if scored is None else 3
    figure = require_matplotlib()(figsize=(4.9 * panels, 4.4), layout="constrained")
    axes = [figure.add_subplot(1, panels, k + 1) for k in range(panels)]
    draw_counts(axes[0], min(report.models, key=lambda m: m.p_value))
    draw_deviations(axes[1], report)
    if scored is not None:
        draw_recall(axes[2], scored)
    figure.suptitle(
        f"{report.name} against {report.reference}: {'consistent' if report.is_consistent else 'deviates'} at level "
        f"{report.level:g}, {report.p}",
        fontsize=11,
    )
    save_figure(figure, target)


def draw_counts(axes: Any, model: ModelReport) -> None:
    """Found mean counts of one model as bars with two standard errors, predicted ones as crosses."""
    rows = [r for r in model.rows if not r.name.startswith("energy")] or list(model.rows)
    k = np.arange(len(rows))
    middle = np.array([(r.low + r.high) / 2 for r in rows])
    reach = np.array([2 * r.standard_error if np.isfinite(r.standard_error) else 0.0 for r in rows])
    reach = reach + np.array([(r.high - r.low) / 2 for r in rows])
    axes.bar(k, middle, width=0.72, color="0.85", edgecolor="0.3", lw=0.8, label="found")
    axes.errorbar(k, middle, yerr=reach, fmt="none", ecolor="black", capsize=4, lw=1.2, label="two standard errors")
    axes.plot(k, [r.predicted for r in rows], "x", color="black", ms=9, mew=1.6, ls="none", label="predicted")
    axes.set_xticks(k, [r.name.removeprefix("index ") for r in rows])
    axes.set_xlabel("Morse index (total: all points)")
    axes.set_ylabel("mean number of points")
    axes.set_title(model.label, fontsize=9)
    axes.legend(fontsize=8)


def draw_deviations(axes: Any, report: Report) -> None:
    """z of every mean of every model, between the lines that a single mean would have to cross."""
    width = 0.7 / max(1, len(report.models))
    labels = list(dict.fromkeys(row.name for m in report.models for row in m.rows))
    order = sorted(labels, key=lambda name: (not name.startswith("index"), len(name), name))
    places = {name: k for k, name in enumerate(order)}
    for number, model in enumerate(report.models):
        x = [places[r.name] + width * (number - (len(report.models) - 1) / 2) for r in model.rows]
        z = np.clip([r.z for r in model.rows], -_CLIP, _CLIP)
        marker = _MARKERS[number % len(_MARKERS)]
        shade = "white" if number % 2 else "black"
        axes.plot(x, z, marker, color="black", mfc=shade, ms=5, ls="none", label=model.label)
    n_means = sum(len(m.rows) for m in report.models)
    edge = float(special.ndtri(1 - (1 - report.level) / (2 * n_means)))
    for side in (edge, -edge):
        axes.axhline(side, color="0.4", lw=1, ls="--")
    axes.axhline(0, color="0.4", lw=0.8)
    axes.set_ylim(-_CLIP - 1, _CLIP + 1)
    axes.set_xticks(range(len(order)), [name.removeprefix("index ") for name in order])
    axes.set_xlabel("Morse index (total: all points)")
    axes.set_ylabel(f"deviation z (standard errors; cut at {_CLIP:g})")
    axes.set_title(f"prediction minus found; lines: level {report.level:g} for {n_means} means", fontsize=9)
    if len(report.models) <= 12:
        axes.legend(fontsize=6)


def draw_recall(axes: Any, scored: SearchScore) -> None:
    """The share of certified points of each index that were found, and of claims that are right."""
    kept = [k for k, (_, exact) in scored.recall.items() if exact]
    share = [scored.recall[k][0] / scored.recall[k][1] for k in kept]
    axes.bar(kept, share, width=0.7, color="0.85", edgecolor="0.3", lw=0.8, label="recall")
    claimed = [(k, a / b) for k, (a, b) in scored.precision.items() if b]
    if claimed:
        axes.plot(*zip(*claimed, strict=True), "D", color="black", ms=5, ls="none", label="precision")
    for k in kept:
        axes.annotate(f"{scored.recall[k][0]}/{scored.recall[k][1]}", (k, 0.02), rotation=90, fontsize=7, ha="center", va="bottom")
    axes.set_ylim(0, 1.08)
    axes.set_xlabel("Morse index")
    axes.set_ylabel("share")
    axes.set_title(
        f"{scored.n_landscapes} landscapes; {scored.n_false} of {scored.n_points} end points not stationary", fontsize=9
    )
    axes.legend(fontsize=8, loc="upper right")
