"""The figure of the archetypes study: minima along each axis, spread and barriers beside a glass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from homotopy.studies.archetypes.models import AXES
from homotopy.studies.archetypes.sampled import Sampled, mean_interval
from homotopy.studies.frame.figures import finish, label_ends, style

_PANELS = ("data", "hidden", "l2")


def draw(figure: Any, networks: Sequence[Sequence[Sampled]], glasses: Sequence[Sampled]) -> None:
    """Fill an empty figure."""
    axes = figure.subplots(2, 2)
    for panel, axis in zip(axes.flat, _PANELS, strict=False):
        _series(panel, [g for g in networks if g[0].model.axis == axis], AXES[axis])
    ends = [g[-1] for g in networks if g[0].model.axis == "depth"]
    ends += [g[0] for g in networks if g[0].model.axis == "data"]
    _plane(axes[1, 1], [*ends, *glasses])


def _series(axes: Any, groups: Sequence[Sequence[Sampled]], along: str) -> None:
    positions = list(dict.fromkeys(c.model.position for g in groups for c in g))
    ends = []
    for k, group in enumerate(groups):
        look = style(k)
        x = [positions.index(c.model.position) + 0.05 * (k - (len(groups) - 1) / 2) for c in group]
        found = np.array([_mean(c) for c in group])
        bars = np.maximum([found[:, 1] - found[:, 0], found[:, 2] - found[:, 1]], 0)
        axes.errorbar(x, found[:, 1], yerr=bars, capsize=2.5, **look)
        ends.append((float(found[-1, 1]), group[0].model.short, look))
    axes.set_xticks(range(len(positions)), positions)
    finish(axes, along, "minima modulo symmetry")
    axes.set_ylim(bottom=0)
    label_ends(axes, [(v if np.isfinite(v) else 0.0, name, look) for v, name, look in ends])


def _mean(c: Sampled) -> tuple[float, float, float]:
    low, mean, high = mean_interval(c.values("n_minima"))
    return (np.nan,) * 3 if mean is None else (mean if low is None else low, mean, mean if high is None else high)


def _plane(axes: Any, ends: Sequence[Sampled]) -> None:
    labels = []
    for k, c in enumerate(c for c in ends if len(c.with_several("escape"))):
        look = {**style(k), "ls": "", "ms": 5}
        x, y = c.with_several("spread"), c.with_several("escape")
        axes.plot(x, y, alpha=0.7, **look)
        size = {"depth": f", {c.model.position} layers", "data": f", {c.model.position} datum"}.get(c.model.axis, "")
        labels.append((float(np.median(y)), f"{c.model.short}{size}", look))
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(bottom=0)
    finish(
        axes,
        "highest minimum above the lowest",
        "median escape barrier",
        "in units of lowest minimum to highest saddle",
    )
    label_ends(axes, labels)
