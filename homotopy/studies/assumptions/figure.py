"""The figure of the study of assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from homotopy.studies.assumptions.tables import QUANTITIES, Climbed, Scanned
from homotopy.studies.frame.figures import draw_levels, finish, label_ends, style

End = tuple[float, str, dict[str, Any]]  # value at the right edge, name and style of a curve


def draw(figure: Any, climbed: Sequence[Climbed], scanned: Sequence[Scanned]) -> None:
    """Fill an empty figure."""
    axes = figure.subplots(2, 3)
    labels = ("log(points) / free parameters", "distinct minima", "P(higher index has higher energy)")
    for panel, name, label in zip(axes[0], QUANTITIES, labels, strict=True):
        _draw_rungs(panel, climbed, name)
        finish(panel, label)
    axes[0, 2].axvline(0.5, color="0.6", lw=0.8)
    for panel in axes[0, 1:]:
        panel.set_yticklabels([])
    ends = [end for k, c in enumerate(climbed) for end in _draw_by_index(axes[1, 0], axes[1, 1], k, c)]
    finish(axes[1, 0], "Morse index / dimension", "share of distinct points")
    finish(axes[1, 1], "Morse index / dimension", "mean height (0 lowest, 1 highest point)")
    label_ends(axes[1, 1], ends)
    _draw_scan(axes[1, 2], scanned)


def _draw_rungs(axes: Any, climbed: Sequence[Climbed], name: str) -> None:
    for k, c in enumerate(climbed):
        values = c.profiles.each(QUANTITIES[name][1])
        values, level = values[np.isfinite(values)], c.level(name)
        if len(values):
            axes.plot(
                np.quantile(values, [0.05, 0.95]),
                [k, k],
                color=style(k)["color"],
                alpha=0.35,
                lw=4,
                solid_capstyle="butt",
            )
        if level is not None:
            axes.errorbar([level.value], [k], xerr=[2 * level.error], capsize=2, **style(k))
    axes.set_yticks(range(len(climbed)), [c.rung.title for c in climbed], fontsize=7)
    axes.set_ylim(len(climbed) - 0.5, -0.5)


def _draw_by_index(shares: Any, heights: Any, k: int, c: Climbed) -> list[End]:
    if not c.profiles.samples:
        return []
    x = [i / c.dimension for i in range(c.dimension + 1)]
    shares.plot(x, c.profiles.mean_shares(), **style(k))
    kept = [(place, v.value) for i, place in enumerate(x) if (v := c.height(i)) is not None]
    heights.plot([place for place, _ in kept], [v for _, v in kept], **style(k))
    return [(kept[-1][1], c.rung.title, style(k))]


def _draw_scan(axes: Any, scanned: Sequence[Scanned]) -> None:
    ends: list[End] = []
    for k, family in enumerate(dict.fromkeys(s.family for s in scanned)):
        members = [s for s in scanned if s.family == family]
        line, first = style(k), members[0]
        draw_levels(axes, [s.m for s in members], [s.mean_real for s in members], **{**line, "ls": ""})
        axes.axhline(first.limit.value, color=line["color"], lw=0.8)
        ends.append(
            (first.limit.value, "layered" if "-" in family.split("widths=")[1].split(",")[0] else "one sphere", line)
        )
        if abs(first.independent.value - first.limit.value) > 1e-9:
            axes.axhline(first.independent.value, color=line["color"], lw=0.8, ls=":")
            ends.append((first.independent.value, "independent", {**line, "marker": ""}))
    if scanned:
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
    finish(axes, "number of normal data m", "mean real points", "glasses from data; lines: many data")
    label_ends(axes, ends)
