"""The figure of the archetypes study: counts along depth and data, funnels, barriers, recall, and three trees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from homotopy.counting.count import census
from homotopy.errors import HomotopyError
from homotopy.graphs.landscape_graph import graph
from homotopy.graphs.plot import draw_disconnectivity
from homotopy.studies.archetypes.series import Cell, Floats, mean_interval, sample

_MARKERS = "osD^v<>pXh"
_GREYS = ("0", "0.45", "0.25", "0.6")
_FLOOR = 1e-4  # smaller frustration indices are drawn here


class _Style(NamedTuple):
    """How a series or a glass is drawn in every panel: depth filled and solid, data hollow and dashed, glasses without a line."""

    letter: str
    name: str
    marker: str
    grey: str
    axis: str

    @property
    def point(self) -> dict[str, Any]:
        """Of its points."""
        fill = {"depth": self.grey, "data": "white", "glass": "0.85"}[self.axis]
        return {"marker": self.marker, "ms": 5.5, "mfc": fill, "mec": self.grey, "mew": 1.0, "color": self.grey}

    @property
    def line(self) -> str:
        """Between them."""
        return {"depth": "-", "data": "--", "glass": ""}[self.axis]


def drawing(
    spec: Any, networks: Sequence[Sequence[Cell]], glasses: Sequence[Cell], recalls: dict[str, list[dict[str, Any]]]
) -> Callable[[Any], None]:
    """What fills the study's figure."""

    def draw(figure: Any) -> None:
        axes = figure.subplots(3, 3)
        groups = [list(g) for g in networks] + [[c] for c in glasses]
        styled = list(zip(groups, _styles(groups), strict=True))
        _series(axes[0, 0], [(g, s) for g, s in styled if s.axis == "depth"], "hidden layers")
        _series(axes[0, 1], [(g, s) for g, s in styled if s.axis == "data"], "number of data")
        _funnels(axes[0, 2], [(g, s) for g, s in styled if s.axis != "glass"])
        ends = [(g[-1] if s.axis == "depth" else g[0], s) for g, s in styled]
        _plane(axes[1, 0], ends)
        _frustration(axes[1, 1], ends)
        _recall(axes[1, 2], recalls)
        examples = _examples(networks, glasses, spec)
        for k, (label, seed, index) in enumerate(examples):
            _tree(axes[2, k], label, seed, index, spec)
        for spare in axes[2, len(examples) :]:
            spare.axis("off")
        handles = [axes[0, 0].plot([], [], ls=s.line, **s.point)[0] for _, s in styled]
        names = [f"{s.letter}  {s.name}" for _, s in styled]
        figure.legend(handles, names, loc="outside lower center", ncols=2 if len(names) > 3 else 3, fontsize=9)

    return draw


def _styles(groups: Sequence[Sequence[Cell]]) -> list[_Style]:
    styles = []
    for k, group in enumerate(groups):
        place = group[0].place
        along = {"depth": ", along depth", "data": ", along data", "glass": ""}[place.axis]
        name = place.series.replace("polynomial-network", "polynomial network")
        styles.append(
            _Style(chr(65 + k % 26), name + along, _MARKERS[k % len(_MARKERS)], _GREYS[k % len(_GREYS)], place.axis)
        )
    return styles


def _examples(networks: Sequence[Sequence[Cell]], glasses: Sequence[Cell], spec: Any) -> list[tuple[str, int, int]]:
    """Label, seed and sample: of both ends of the last series along depth and the first glass, each with the most minima."""
    ordered = [c for group in networks for c in group] + list(glasses)
    numbers = {id(c): 1000 * spec.seed + k for k, c in enumerate(ordered)}
    depth = [g for g in networks if g[0].place.axis == "depth"] or list(networks[:1])
    chosen = [depth[-1][0], depth[-1][-1], glasses[0]] if depth else [glasses[0]]
    return [(c.place.label, numbers[id(c)], _richest(c)) for c in chosen]


def _richest(cell: Cell) -> int:
    return int(np.argmax([r.get("n_minima", 0) for r in cell.records]))


def _tree(axes: Any, label: str, seed: int, index: int, spec: Any) -> None:
    axes.set_title(f"{label}\nsample {index}, up to symmetry", fontsize=8)
    try:
        draw_disconnectivity(axes, graph(census(sample(label, spec.l2, seed, index))).quotient())
    except HomotopyError as error:
        axes.text(0.5, 0.5, error.what, ha="center", transform=axes.transAxes, fontsize=7, wrap=True)


def _mean(values: Floats) -> tuple[float, float, float]:
    """The mean and the ends of its interval; a lone value has no width."""
    low, mean, high = mean_interval(values)
    return (np.nan,) * 3 if mean is None else (mean, mean if low is None else low, mean if high is None else high)


def _series(axes: Any, styled: Sequence[tuple[Sequence[Cell], _Style]], along: str) -> None:
    positions = list(dict.fromkeys(c.place.position for g, _ in styled for c in g))
    for k, (group, style) in enumerate(styled):
        x = [positions.index(c.place.position) + 0.05 * (k - (len(styled) - 1) / 2) for c in group]
        mean, low, high = np.array([_mean(c.values("n_minima")) for c in group]).T
        axes.errorbar(
            x, mean, yerr=np.maximum([mean - low, high - mean], 0), ls=style.line, lw=1.0, capsize=2.5, **style.point
        )
    axes.set_xticks(range(len(positions)), positions)
    axes.set_xlabel(along)
    axes.set_ylabel("minima modulo symmetry")
    axes.set_title("number of minima (mean, 95 %)", fontsize=10)
    axes.set_ylim(bottom=0)


def _funnels(axes: Any, styled: Sequence[tuple[Sequence[Cell], _Style]]) -> None:
    for k, (group, style) in enumerate(styled):
        shares = [
            one / (one + several) if one + several else np.nan
            for one, several, _ in (c.single_funnels() for c in group)
        ]
        shift = 0.012 * (k - (len(styled) - 1) / 2)  # curves at 0 and at 1 would hide each other
        axes.plot(np.linspace(0, 1, len(group)) + shift, shares, ls=style.line, lw=1.0, **style.point)
    axes.set_xticks([0, 1], ["shallow,\nor few data", "deep,\nor all data"])
    axes.set_xlim(-0.12, 1.12)
    axes.set_ylabel("share of samples")
    axes.set_title("samples with one funnel", fontsize=10)
    axes.set_ylim(-0.05, 1.05)


def _plane(axes: Any, ends: Sequence[tuple[Cell, _Style]]) -> None:
    for cell, style in ends:
        axes.plot(cell.with_several("spread"), cell.with_several("escape"), ls="", **style.point)
    axes.set_xlabel("highest minimum above the lowest")
    axes.set_ylabel("median escape barrier")
    axes.set_title("deep or data-poor ends and glasses,\nin units of lowest minimum to highest saddle", fontsize=10)


def _frustration(axes: Any, ends: Sequence[tuple[Cell, _Style]]) -> None:
    shown = [(c.with_several("frustration"), s) for c, s in ends]
    shown = [(values, s) for values, s in shown if len(values)]
    axes.set_title("frustration (bar: median), same landscapes", fontsize=10)
    axes.set_ylabel("frustration index")
    if not shown:
        axes.text(0.5, 0.5, "no landscape with two minima", ha="center", transform=axes.transAxes)
        return
    for k, (values, style) in enumerate(shown):
        axes.plot(np.full(len(values), k), np.maximum(values, _FLOOR), ls="", **style.point)
        axes.plot([k - 0.35, k + 0.35], [max(float(np.median(values)), _FLOOR)] * 2, "k-", lw=2.0)
    axes.set_yscale("log")
    axes.set_xticks(range(len(shown)), [s.letter for _, s in shown])
    axes.set_xlim(-0.7, len(shown) - 0.3)


def _recall(axes: Any, recalls: dict[str, list[dict[str, Any]]]) -> None:
    for k, (label, results) in enumerate(recalls.items()):
        decided = [r for r in results if "open" not in r]
        if not decided:
            continue
        grey = _GREYS[k % len(_GREYS)]
        for name, line in (("minima", "-"), ("saddles", "--")):
            x = [
                np.mean([r["budgets"][b]["evaluations"] + r["budgets"][b]["evaluations_saddles"] for r in decided])
                for b in range(len(decided[0]["budgets"]))
            ]
            y = [
                np.mean([r["budgets"][b][name] / r[name] for r in decided if r[name]] or [np.nan])
                for b in range(len(x))
            ]
            fill = grey if name == "minima" else "white"
            axes.plot(x, y, line, marker=_MARKERS[k], color=grey, mfc=fill, ms=5.5, lw=1.0, label=f"{label}: {name}")
    axes.set_xscale("log")
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("evaluations of potential, gradient or Hessian")
    axes.set_ylabel("mean recall")
    axes.set_title("basin hopping and eigenvector following", fontsize=10)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=1)
