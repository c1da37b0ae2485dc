"""The figure of the archetypes study: counts along depth and data, funnels, barriers, recall, and three trees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from homotopy.census import census
from homotopy.errors import HomotopyError
from homotopy.graph import graph
from homotopy.plots import draw_disconnectivity
from homotopy.studies.funnel_places import Cell, Floats, mean_interval, sample

_MARKERS = "osD^v<>pXh"


def drawing(
    spec: Any, networks: Sequence[Sequence[Cell]], glasses: Sequence[Cell], recalls: dict[str, list[dict[str, Any]]]
) -> Callable[[Any], None]:
    """What fills the study's figure."""

    def draw(figure: Any) -> None:
        axes = figure.subplots(3, 3)
        _series(axes[0, 0], [g for g in networks if g[0].place.axis == "depth"], "n_minima", "hidden layers")
        _series(axes[0, 1], [g for g in networks if g[0].place.axis == "data"], "n_minima", "number of data")
        _funnels(axes[0, 2], networks)
        _plane(axes[1, 0], networks, glasses)
        _frustration(axes[1, 1], networks, glasses)
        _recall(axes[1, 2], recalls)
        for k, (label, seed, index) in enumerate(_examples(networks, glasses, spec)):
            _tree(axes[2, k], label, seed, index, spec)

    return draw


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
    axes.set_title(f"{label}\nsample {index}, up to symmetry", fontsize=6.5)
    try:
        draw_disconnectivity(axes, graph(census(sample(label, spec.l2, seed, index))).quotient())
    except HomotopyError as error:
        axes.text(0.5, 0.5, error.what, ha="center", transform=axes.transAxes, fontsize=7, wrap=True)


def _mean(values: Floats) -> tuple[float, float, float]:
    """The mean and the ends of its interval; a lone value has no width."""
    low, mean, high = mean_interval(values)
    return (np.nan,) * 3 if mean is None else (mean, mean if low is None else low, mean if high is None else high)


def _errorbar(axes: Any, x: Any, values: Sequence[Floats], marker: str, label: str) -> None:
    means = np.array([_mean(v) for v in values]).T
    spread = np.abs(means[1:] - means[0])
    axes.errorbar(
        x, means[0], yerr=spread, fmt=f"{marker}-", ms=4.5, lw=0.9, capsize=2, mec="0.15", mew=0.5, label=label
    )


def _series(axes: Any, groups: Sequence[Sequence[Cell]], name: str, along: str) -> None:
    positions = list(dict.fromkeys(c.place.position for g in groups for c in g))
    for k, group in enumerate(groups):
        x = [positions.index(c.place.position) + 0.06 * k for c in group]
        _errorbar(axes, x, [c.values(name) for c in group], _MARKERS[k % len(_MARKERS)], group[0].place.series)
    axes.set_xticks(range(len(positions)), positions)
    axes.set_xlabel(along)
    axes.set_ylabel("minima modulo symmetry (mean, 95 %)")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=6)


def _funnels(axes: Any, networks: Sequence[Sequence[Cell]]) -> None:
    for k, group in enumerate(networks):
        shares = [
            one / (one + several) if one + several else np.nan
            for one, several, _ in (c.single_funnels() for c in group)
        ]
        is_depth = group[0].place.axis == "depth"
        axes.plot(
            np.linspace(0, 1, len(group)), shares, _MARKERS[k % len(_MARKERS)] + ("-" if is_depth else "--"), lw=0.9, ms=4.5,
            mec="0.15", mew=0.5, label=f"{group[0].place.series} ({group[0].place.axis})",
        )  # fmt: skip
    axes.set_xticks([0, 1], ["shallow, or few data", "deep, or all data"], fontsize=8)
    axes.set_ylabel("share of samples with one funnel")
    axes.set_ylim(-0.03, 1.03)
    axes.legend(fontsize=5.5)


def _plane(axes: Any, networks: Sequence[Sequence[Cell]], glasses: Sequence[Cell]) -> None:
    for k, cell in enumerate(glasses):
        x, y = cell.with_several("spread"), cell.with_several("escape")
        axes.plot(x, y, _MARKERS[k], color="0.6", mec="0.3", mew=0.4, ms=4, ls="", label=cell.place.label)
    for k, group in enumerate(networks):
        cell = group[-1] if group[0].place.axis == "depth" else group[0]
        x, y = cell.with_several("spread"), cell.with_several("escape")
        if len(x):
            axes.plot(
                x,
                y,
                _MARKERS[k % len(_MARKERS)],
                ms=4,
                ls="",
                mec="0.1",
                mew=0.4,
                label=f"{cell.place.series} ({cell.place.position})",
            )
    axes.set_xlabel("spread of the minima (of the range to the highest saddle)", fontsize=8)
    axes.set_ylabel("median escape barrier (same unit)", fontsize=8)
    axes.legend(fontsize=5.5)


def _frustration(axes: Any, networks: Sequence[Sequence[Cell]], glasses: Sequence[Cell]) -> None:
    ends = [g[-1] if g[0].place.axis == "depth" else g[0] for g in networks]
    shown = [(c, c.with_several("frustration")) for c in (*glasses, *ends)]
    shown = [(c, v) for c, v in shown if len(v)]
    if not shown:
        axes.text(0.5, 0.5, "no landscape with two minima", ha="center", transform=axes.transAxes)
        return
    for k, (cell, values) in enumerate(shown):
        axes.plot(
            np.full(len(values), k),
            np.maximum(values, 1e-4),
            "o",
            ms=3,
            mfc="none",
            mec="0.35" if cell in glasses else "C0",
        )
        axes.plot([k - 0.3, k + 0.3], [max(float(np.median(values)), 1e-4)] * 2, "k-", lw=1.6)
    axes.set_yscale("log")
    names = [
        f"{c.place.series} {c.place.position}".replace("polynomial-network", "polynomial").replace("spherical-", "")
        for c, _ in shown
    ]
    axes.set_xticks(range(len(shown)), names, rotation=55, ha="right", fontsize=5.5)
    axes.set_ylabel("frustration index (bar: median)")


def _recall(axes: Any, recalls: dict[str, list[dict[str, Any]]]) -> None:
    for k, (label, results) in enumerate(recalls.items()):
        decided = [r for r in results if "open" not in r]
        if not decided:
            continue
        for name, line in (("minima", "-"), ("saddles", "--")):
            x = [
                np.mean([r["budgets"][b]["evaluations"] + r["budgets"][b]["evaluations_saddles"] for r in decided])
                for b in range(len(decided[0]["budgets"]))
            ]
            y = [
                np.mean([r["budgets"][b][name] / r[name] for r in decided if r[name]] or [np.nan])
                for b in range(len(x))
            ]
            axes.plot(
                x, y, _MARKERS[k] + line, color=f"C{k}", ms=4.5, mec="0.15", mew=0.5, lw=0.9, label=f"{label}: {name}"
            )
    axes.set_xscale("log")
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("evaluations")
    axes.set_ylabel("mean recall")
    axes.legend(fontsize=5.5)
