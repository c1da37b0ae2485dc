"""The figure of the study of assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from homotopy.studies.assumptions.tables import QUANTITIES, Climbed, Scanned, heights
from homotopy.studies.frame.trends import mean_of

_STYLES = (
    ("o", "-"),
    ("s", "--"),
    ("^", "-."),
    ("D", ":"),
    ("v", "-"),
    ("P", "--"),
    ("X", "-."),
    ("*", ":"),
    ("<", "-"),
    (">", "--"),
)


def draw(figure: Any, climbed: Sequence[Climbed], scanned: Sequence[Scanned]) -> None:
    """Fill an empty figure."""
    axes = figure.subplots(2, 3)
    panels = (
        (axes[0, 0], "abundance", "log(points) / free parameters"),
        (axes[0, 1], "minima", "distinct minima"),
        (axes[0, 2], "order", "P(higher index has higher energy)"),
    )
    for panel, name, label in panels:
        _draw_rungs(panel, climbed, name)
        panel.set_xlabel(label)
    axes[0, 2].axvline(0.5, color="0.6", lw=0.8)
    for panel in axes[0, 1:]:
        panel.set_yticklabels([])
    _draw_profiles(axes[1, 0], climbed)
    _drawheights(axes[1, 1], climbed)
    _draw_scan(axes[1, 2], scanned)
    for panel in axes.flat:
        panel.grid(lw=0.3, alpha=0.6)
    handles, labels = axes[1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=7)


def _draw_rungs(axes: Any, climbed: Sequence[Climbed], name: str) -> None:
    for k, c in enumerate(climbed):
        values = c.profiles.each(QUANTITIES[name][1])
        values = values[np.isfinite(values)]
        level = mean_of(values)
        if len(values):
            low, high = np.quantile(values, [0.05, 0.95])
            axes.plot([low, high], [k, k], color="0.7", lw=3, solid_capstyle="butt")
        if level is not None:
            axes.errorbar(
                [level.value], [k], xerr=[2 * level.error], fmt=_STYLES[k % len(_STYLES)][0], color="0", ms=4, capsize=2
            )
    axes.set_yticks(range(len(climbed)), [c.rung.title for c in climbed], fontsize=7)
    axes.set_ylim(len(climbed) - 0.5, -0.5)


def _draw_profiles(axes: Any, climbed: Sequence[Climbed]) -> None:
    for k, c in enumerate(climbed):
        if c.profiles.samples:
            shares = c.profiles.mean_shares()
            marker, line = _STYLES[k % len(_STYLES)]
            axes.plot(
                np.arange(len(shares)) / c.dimension,
                shares,
                line,
                marker=marker,
                ms=3,
                lw=1,
                color=str(0.07 * k),
                label=c.rung.title,
            )
    axes.set_xlabel("Morse index / dimension")
    axes.set_ylabel("share of distinct points")


def _drawheights(axes: Any, climbed: Sequence[Climbed]) -> None:
    for k, c in enumerate(climbed):
        levels = [mean_of(np.array([heights(s, i) for s in c.profiles.samples])) for i in range(c.dimension + 1)]
        kept = [(i / c.dimension, v.value) for i, v in enumerate(levels) if v is not None]
        marker, line = _STYLES[k % len(_STYLES)]
        axes.plot([x for x, _ in kept], [y for _, y in kept], line, marker=marker, ms=3, lw=1, color=str(0.07 * k))
    axes.set_xlabel("Morse index / dimension")
    axes.set_ylabel("mean height (0 lowest, 1 highest point)")


def _draw_scan(axes: Any, scanned: Sequence[Scanned]) -> None:
    for k, family in enumerate(dict.fromkeys(s.family for s in scanned)):
        members = [s for s in scanned if s.family == family]
        marker, line = _STYLES[k]
        label = family.split(":")[1]
        axes.errorbar(
            [s.m for s in members], [s.mean_real.value for s in members], [2 * s.mean_real.error for s in members],
            fmt=marker, color="0", ms=4, capsize=2, label=label,
        )  # fmt: skip
        axes.axhline(members[0].limit.value, color="0", lw=0.8, ls=line, label="its limit of many data")
        if abs(members[0].independent.value - members[0].limit.value) > 1e-9:
            axes.axhline(members[0].independent.value, color="0.6", lw=0.8, ls=":", label="independent couplings")
    if scanned:
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.legend(fontsize=6)
    axes.set_xlabel("number of normal data m")
    axes.set_ylabel("mean real points")
