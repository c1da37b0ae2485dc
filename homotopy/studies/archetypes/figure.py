"""The figure of the archetypes study: counts along depth and data, funnels, barriers, recall, and three trees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.counting.count import census
from homotopy.errors import HomotopyError
from homotopy.graphs.landscape_graph import graph
from homotopy.graphs.plot import draw_disconnectivity
from homotopy.studies.archetypes.models import Sampled, mean_interval, sample
from homotopy.studies.frame.figures import finish, style

_FLOOR = 1e-4  # smaller frustration indices are drawn here


class _Style(NamedTuple):
    """How a series or a glass is drawn in every panel: depth filled and solid, data hollow and dashed, glasses without a line."""

    letter: str
    name: str
    axis: str
    point: dict[str, Any]
    line: str


def draw(
    figure: Any,
    spec: Any,
    networks: Sequence[Sequence[Sampled]],
    glasses: Sequence[Sampled],
    recalls: dict[str, list[dict[str, Any]]],
) -> None:
    """Fill an empty figure."""
    axes = figure.subplots(3, 3)
    groups = [list(g) for g in networks] + [[c] for c in glasses]
    styled = [(g, _style_of(k, g)) for k, g in enumerate(groups)]
    _series(axes[0, 0], [(g, s) for g, s in styled if s.axis == "depth"], "hidden layers")
    _series(axes[0, 1], [(g, s) for g, s in styled if s.axis == "data"], "number of data")
    _funnels(axes[0, 2], [(g, s) for g, s in styled if s.axis != "glass"])
    ends = [(g[-1] if s.axis == "depth" else g[0], s) for g, s in styled]
    _plane(axes[1, 0], ends)
    _frustration(axes[1, 1], ends)
    _recall(axes[1, 2], recalls)
    examples = _examples(networks, glasses, spec)
    for panel, (label, seed, index) in zip(axes[2], examples, strict=False):
        _tree(panel, label, seed, index, spec)
    for spare in axes[2, len(examples) :]:
        spare.axis("off")
    handles = [axes[0, 0].plot([], [], ls=s.line, **s.point)[0] for _, s in styled]
    names = [f"{s.letter}  {s.name}" for _, s in styled]
    figure.legend(handles, names, loc="outside lower center", ncols=2 if len(names) > 3 else 3, fontsize=9)


def _style_of(k: int, group: Sequence[Sampled]) -> _Style:
    axis, base = group[0].model.axis, style(k)
    name = group[0].model.series + {"depth": ", along depth", "data": ", along data", "glass": ""}[axis]
    fill = {"depth": base["color"], "data": "white", "glass": "0.85"}[axis]
    point = {"marker": base["marker"], "ms": 5.5, "mfc": fill, "mec": base["color"], "mew": 1.0, "color": base["color"]}
    return _Style(chr(65 + k % 26), name, axis, point, {"depth": "-", "data": "--", "glass": ""}[axis])


def _examples(
    networks: Sequence[Sequence[Sampled]], glasses: Sequence[Sampled], spec: Any
) -> list[tuple[str, int, int]]:
    """Label, seed and sample: of both ends of the last series along depth and the first glass, each with the most minima."""
    ordered = [c for group in networks for c in group] + list(glasses)
    numbers = {id(c): 1000 * spec.seed + k for k, c in enumerate(ordered)}
    depth = [g for g in networks if g[0].model.axis == "depth"] or list(networks[:1])
    chosen = [depth[-1][0], depth[-1][-1], glasses[0]] if depth else [glasses[0]]
    return [(c.model.label, numbers[id(c)], _richest(c)) for c in chosen]


def _richest(c: Sampled) -> int:
    return int(np.argmax([r.get("n_minima", 0) for r in c.records]))


def _tree(axes: Any, label: str, seed: int, index: int, spec: Any) -> None:
    axes.set_title(f"{label}\nsample {index}, up to symmetry", fontsize=8)
    try:
        draw_disconnectivity(graph(census(sample(label, spec.l2, seed, index))).quotient(), axes)
    except HomotopyError as error:
        axes.text(0.5, 0.5, error.what, ha="center", transform=axes.transAxes, fontsize=7, wrap=True)


def _mean(values: Floats) -> tuple[float, float, float]:
    """The mean and the ends of its interval; a lone value has no width."""
    low, mean, high = mean_interval(values)
    return (np.nan,) * 3 if mean is None else (mean, mean if low is None else low, mean if high is None else high)


def _series(axes: Any, styled: Sequence[tuple[Sequence[Sampled], _Style]], along: str) -> None:
    positions = list(dict.fromkeys(c.model.position for g, _ in styled for c in g))
    for k, (group, look) in enumerate(styled):
        x = [positions.index(c.model.position) + 0.05 * (k - (len(styled) - 1) / 2) for c in group]
        mean, low, high = np.array([_mean(c.values("n_minima")) for c in group]).T
        axes.errorbar(
            x, mean, yerr=np.maximum([mean - low, high - mean], 0), ls=look.line, lw=1.0, capsize=2.5, **look.point
        )
    axes.set_xticks(range(len(positions)), positions)
    finish(axes, along, "minima modulo symmetry", "number of minima (mean, 95 %)")
    axes.set_ylim(bottom=0)


def _funnels(axes: Any, styled: Sequence[tuple[Sequence[Sampled], _Style]]) -> None:
    for k, (group, look) in enumerate(styled):
        shares = [
            one / (one + several) if one + several else np.nan
            for one, several, _ in (c.single_funnels() for c in group)
        ]
        shift = 0.012 * (k - (len(styled) - 1) / 2)  # curves at 0 and at 1 would hide each other
        axes.plot(np.linspace(0, 1, len(group)) + shift, shares, ls=look.line, lw=1.0, **look.point)
    axes.set_xticks([0, 1], ["shallow,\nor few data", "deep,\nor all data"])
    axes.set_xlim(-0.12, 1.12)
    finish(axes, "", "share of samples", "samples with one funnel")
    axes.set_ylim(-0.05, 1.05)


def _plane(axes: Any, ends: Sequence[tuple[Sampled, _Style]]) -> None:
    for c, look in ends:
        axes.plot(c.with_several("spread"), c.with_several("escape"), ls="", **look.point)
    title = "deep or data-poor ends and glasses,\nin units of lowest minimum to highest saddle"
    finish(axes, "highest minimum above the lowest", "median escape barrier", title)


def _frustration(axes: Any, ends: Sequence[tuple[Sampled, _Style]]) -> None:
    shown = [(c.with_several("frustration"), s) for c, s in ends]
    shown = [(values, s) for values, s in shown if len(values)]
    finish(axes, "", "frustration index", "frustration (bar: median), same landscapes")
    if not shown:
        axes.text(0.5, 0.5, "no landscape with two minima", ha="center", transform=axes.transAxes)
        return
    for k, (values, look) in enumerate(shown):
        axes.plot(np.full(len(values), k), np.maximum(values, _FLOOR), ls="", **look.point)
        axes.plot([k - 0.35, k + 0.35], [max(float(np.median(values)), _FLOOR)] * 2, "k-", lw=2.0)
    axes.set_yscale("log")
    axes.set_xticks(range(len(shown)), [s.letter for _, s in shown])
    axes.set_xlim(-0.7, len(shown) - 0.3)


def _recall(axes: Any, recalls: dict[str, list[dict[str, Any]]]) -> None:
    for k, (label, results) in enumerate(recalls.items()):
        budgets = list(zip(*(r["budgets"] for r in results if "open" not in r), strict=True))
        known = [r for r in results if "open" not in r]
        base = style(k)
        for name, line, fill in (("minima", "-", base["color"]), ("saddles", "--", "white")):
            x = [np.mean([b["evaluations"] for b in at]) for at in budgets]
            shares = [[b[name] / r[name] for b, r in zip(at, known, strict=True) if r[name]] for at in budgets]
            y = [np.mean(found or [np.nan]) for found in shares]
            axes.plot(x, y, **{**base, "ls": line, "mfc": fill, "ms": 5.5}, label=f"{label}: {name}")
    axes.set_xscale("log")
    axes.set_ylim(0, 1.03)
    finish(
        axes, "evaluations of potential, gradient or Hessian", "mean recall", "basin hopping and eigenvector following"
    )
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=1)
