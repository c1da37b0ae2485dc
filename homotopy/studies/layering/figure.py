"""The figure of the layering study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from homotopy.studies.frame.figures import draw_levels, finish, label_ends, style
from homotopy.studies.frame.trends import Level, mean_of
from homotopy.studies.layering.tables import Glass, SearchedGlass
from homotopy.studies.measures.bands import annealed_energy, overlaps_of_layers
from homotopy.studies.measures.search_coverage import SEARCHES
from polysys.theory import Complexity
from polysys.theory.layers import exact_layers, inside_rate

_LEAST = 1e-3  # share that is still drawn


def draw(
    figure: Any, glasses: Sequence[Glass], searched: Sequence[SearchedGlass], margins: Sequence[float], most: int
) -> None:
    """Fill an empty figure."""
    axes = figure.subplots(2, 3)
    degrees = sorted({g.p for g in glasses})
    _draw_layers(axes[0, 0], [max((g for g in glasses if g.p == p), key=lambda g: g.n) for p in degrees])
    _draw_overlaps(axes[0, 1], glasses, degrees, most)
    _draw_shares(axes[0, 2], [g for g in glasses if g.p == degrees[0]], margins, most)
    _draw_inside(axes[1, 0], degrees, most)
    _draw_ends(axes[1, 1], searched)
    _draw_basins(axes[1, 2], searched)


End = tuple[float, str, dict[str, Any]]  # value at the right edge, name and style of a curve


def _curve(axes: Any, k: int, x: Any, y: Any, label: str) -> tuple[dict[str, Any], End]:
    """A line without markers for exact numbers; returns what draws the enumerated ones on it, and its end."""
    line = style(k)
    axes.plot(x, y, **{**line, "marker": ""})
    return {**line, "ls": ""}, (float(y[-1]), label, line)


def _draw_layers(axes: Any, glasses: Sequence[Glass]) -> None:
    ends = []
    for k, g in enumerate(glasses):
        x = np.arange(g.n) / (g.n - 1)
        points, end = _curve(axes, k, x, [g.exact.mean_energy(i) for i in range(g.n)], f"p = {g.p}, N = {g.n}")
        axes.plot(x, [annealed_energy(g.samples, i)[0] for i in range(g.n)], **points)
        for i, place in enumerate(x.tolist()):
            energies = np.concatenate([s.of_index(i) for s in g.samples])
            if len(energies):
                axes.plot([place, place], np.quantile(energies, [0.05, 0.95]), color=points["color"], lw=0.8)
        ends.append(end)
        for value, ls in _marks(g.p):
            axes.plot([-0.16, -0.05], [value, value], color=points["color"], lw=1.2, ls=ls)
    finish(
        axes, "Morse index / (N - 1)", "energy per spin (mean, 5 to 95 %)", r"left: $-E_\infty$ dotted, $-E_0$ solid"
    )
    label_ends(axes, ends)


def _marks(p: int) -> tuple[tuple[float, str], tuple[float, str]]:
    """Edge of the band and ground state of many spins, per spin, with the line that marks each."""
    glass = Complexity(p)
    return (-glass.threshold.value, ":"), (-glass.ground_state.value, "-")


def _draw_overlaps(axes: Any, glasses: Sequence[Glass], degrees: Sequence[int], most: int) -> None:
    ends = []
    for k, p in enumerate(degrees):
        sizes, members = range(3, most + 1), [g for g in glasses if g.p == p]
        points, end = _curve(axes, k, sizes, [exact_layers(n, p).overlap(0) for n in sizes], f"p = {p}")
        draw_levels(
            axes, [g.n for g in members], [mean_of(overlaps_of_layers(g.samples, 0)) for g in members], **points
        )
        ends.append(end)
    finish(axes, "number of spins N", "P(minimum above saddle of index 1)", "lines exact (annealed)", is_whole=True)
    label_ends(axes, ends)


def _draw_shares(axes: Any, glasses: Sequence[Glass], margins: Sequence[float], most: int) -> None:
    p, edge, sizes, ends = glasses[0].p, glasses[0].edge, range(2, most + 1), []
    for k, margin in enumerate(margins):
        shares = [exact_layers(n, p).share_above(0, edge + margin) for n in sizes]
        points, end = _curve(axes, k, sizes, shares, rf"$-E_\infty$ + {margin:g}" if margin else r"$-E_\infty$")
        found = [g.share(0, margin) for g in glasses]
        levels = [Level(s.value, s.value, s.error, s.n_samples) if s.n_inside else None for s in found]
        draw_levels(axes, [g.n for g in glasses], levels, **points)
        ends.append((max(end[0], _LEAST), *end[1:]))
    axes.set_yscale("log")
    axes.set_ylim(_LEAST, 1.5)
    finish(axes, "number of spins N", "share of minima above", f"p = {p}: minima above a level", is_whole=True)
    label_ends(axes, ends)


def _draw_inside(axes: Any, degrees: Sequence[int], most: int) -> None:
    ends = []
    for k, p in enumerate(degrees):
        edge, sizes = -Complexity(p).threshold.value, np.arange(2, most + 1)
        inside = np.array([1 - exact_layers(int(n), p).share_above(0, edge) for n in sizes])
        points, end = _curve(axes, k, np.sqrt(sizes), inside, f"p = {p}")
        guide = inside[-1] * np.exp(-inside_rate(p) * (np.sqrt(sizes) - np.sqrt(sizes[-1])))
        axes.plot(np.sqrt(sizes), guide, color=points["color"], lw=0.5)
        ends.append(end)
    axes.set_yscale("log")
    finish(axes, r"$\sqrt{N}$", r"share of minima below $-E_\infty$", "exact; thin: slope of the edge law")
    label_ends(axes, ends)


def _draw_ends(axes: Any, searched: Sequence[SearchedGlass]) -> None:
    known = [g for g in searched if g.landscapes]
    if not known:
        return
    found, bins, width = known[-1].landscapes, np.linspace(0, 1, 6), 0.04
    ranks = np.concatenate([s.ranks for s in found])
    weights = {"every minimum once": np.concatenate([np.full(len(s.energies), 1 / len(s.energies)) for s in found])}
    weights |= {name: np.concatenate([s.shares(name) for s in found]) for name in SEARCHES}
    for k, ((name, weight), hatch) in enumerate(zip(weights.items(), ("", "//", "..", "xx"), strict=True)):
        heights = np.histogram(ranks, bins, weights=weight)[0] / len(found)
        bar = {"color": "white" if k == 0 else style(k)["color"], "edgecolor": "0", "hatch": hatch, "lw": 0.5}
        axes.bar(bins[:-1] + width * (k + 0.8), heights, width, label=name, **bar)
    finish(
        axes,
        "rank among minima, 0 = ground state",
        "share of runs",
        f"where searches end ({known[-1].label.split(':')[1]})",
    )
    axes.legend(fontsize=7)


def _draw_basins(axes: Any, searched: Sequence[SearchedGlass]) -> None:
    names = []
    for k, g in enumerate(g for g in searched if g.landscapes):
        line = {**style(k), "ls": "", "ms": 3}
        energies = np.concatenate([s.energies for s in g.landscapes])
        shares = np.maximum(np.concatenate([s.shares(SEARCHES[0]) for s in g.landscapes]), 0.3 / g.starts)
        axes.plot(energies, shares, **line)
        for value, ls in _marks(g.p):
            axes.axvline(value, color=line["color"], lw=0.9, ls=ls)
        names.append((float(np.median(shares)), g.label.split(":")[1], line))
    axes.set_yscale("log")
    finish(axes, "energy per spin of a minimum", "basin weight, gradient descent", r"$-E_\infty$ dotted, $-E_0$ solid")
    label_ends(axes, names)
