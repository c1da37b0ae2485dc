"""The figure of the layering study."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from homotopy.studies.depth.exact_layers import exact_layers, inside_rate
from homotopy.studies.frame.trends import mean_of
from homotopy.studies.layering.tables import Glass, SearchedGlass
from homotopy.studies.measures.bands import annealed_energy, overlaps_of_layers
from homotopy.studies.measures.search_coverage import SEARCHES
from polysys.theory import Complexity

_STYLES = (("o", "-", "0"), ("s", "--", "0.35"), ("^", "-.", "0.55"), ("D", ":", "0.2"), ("v", "-", "0.45"))


def draw(
    figure: Any, glasses: Sequence[Glass], searched: Sequence[SearchedGlass], margins: Sequence[float], most: int
) -> None:
    """Fill an empty figure."""
    axes = figure.subplots(2, 3)
    degrees = sorted({g.p for g in glasses})
    _draw_layers(axes[0, 0], [max((g for g in glasses if g.p == p), key=lambda g: g.n) for p in degrees])
    _draw_overlaps(axes[0, 1], glasses, degrees, most)
    _draw_shares(axes[0, 2], glasses, degrees[0], margins, most)
    _draw_inside(axes[1, 0], degrees, most)
    _draw_ends(axes[1, 1], searched)
    _draw_basins(axes[1, 2], searched)
    for panel in axes.flat:
        panel.grid(lw=0.3, alpha=0.6)
        if panel.get_legend_handles_labels()[1]:
            panel.legend(fontsize=7)


def _draw_layers(axes: Any, glasses: Sequence[Glass]) -> None:
    for k, g in enumerate(glasses):
        marker, line, grey = _STYLES[k % len(_STYLES)]
        x = np.arange(g.n) / (g.n - 1)
        found = np.array([annealed_energy(g.samples, i)[0] for i in range(g.n)])
        axes.plot(x, [g.exact.mean_energy(i) for i in range(g.n)], line, color=grey, lw=1)
        axes.plot(x, found, marker, color=grey, ms=4, label=f"p = {g.p}, N = {g.n}")
        for i, place in enumerate(x.tolist()):
            energies = np.concatenate([s.of_index(i) for s in g.samples])
            if len(energies):
                low, high = np.quantile(energies, [0.05, 0.95])
                axes.plot([place, place], [low, high], color=grey, lw=0.8)
    axes.set_xlabel("Morse index / (N - 1)")
    axes.set_ylabel("energy per spin (mean, 5 to 95 %)")


def _draw_overlaps(axes: Any, glasses: Sequence[Glass], degrees: Sequence[int], most: int) -> None:
    for k, p in enumerate(degrees):
        marker, line, grey = _STYLES[k % len(_STYLES)]
        sizes = range(3, most + 1)
        axes.plot(
            sizes,
            [exact_layers(n, p).overlap(0) for n in sizes],
            line,
            color=grey,
            lw=1,
            label=f"p = {p}, exact annealed",
        )
        for g in (g for g in glasses if g.p == p):
            level = mean_of(overlaps_of_layers(g.samples, 0))
            if level is not None:
                axes.errorbar([g.n], [level.value], [2 * level.error], fmt=marker, color=grey, ms=4, capsize=2)
    axes.set_xlabel("number of spins N")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel("P(minimum above saddle of index 1)")


def _draw_shares(axes: Any, glasses: Sequence[Glass], p: int, margins: Sequence[float], most: int) -> None:
    edge, sizes = -Complexity(p).threshold.value, range(2, most + 1)
    for k, margin in enumerate(margins):
        marker, line, grey = _STYLES[k % len(_STYLES)]
        axes.plot(
            sizes,
            [exact_layers(n, p).share_above(0, edge + margin) for n in sizes],
            line,
            color=grey,
            lw=1,
            label=f"margin {margin:g}",
        )
        for g in (g for g in glasses if g.p == p):
            found = g.share(0, margin)
            if found.n_inside:
                axes.errorbar([g.n], [found.value], [2 * found.error], fmt=marker, color=grey, ms=4, capsize=2)
    axes.set_yscale("log")
    axes.set_ylim(1e-3, 1.5)
    axes.set_xlabel("number of spins N")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_ylabel(f"share of minima above $-E_\\infty$ + margin (p = {p})")


def _draw_inside(axes: Any, degrees: Sequence[int], most: int) -> None:
    for k, p in enumerate(degrees):
        _, line, grey = _STYLES[k % len(_STYLES)]
        edge, sizes = -Complexity(p).threshold.value, np.arange(2, most + 1)
        inside = np.array([1 - exact_layers(int(n), p).share_above(0, edge) for n in sizes])
        axes.plot(np.sqrt(sizes), inside, line, color=grey, label=f"p = {p}, exact")
        guide = inside[-1] * np.exp(-inside_rate(p) * (np.sqrt(sizes) - np.sqrt(sizes[-1])))
        axes.plot(np.sqrt(sizes), guide, color=grey, lw=0.5)
    axes.set_yscale("log")
    axes.set_xlabel("$\\sqrt{N}$ (thin: slope of the edge law)")
    axes.set_ylabel("share of minima below $-E_\\infty$")


def _draw_ends(axes: Any, searched: Sequence[SearchedGlass]) -> None:
    if not searched:
        return
    g = searched[-1]
    ranks = np.concatenate([s.ranks for s in g.landscapes] or [np.zeros(0)])
    bins = np.linspace(0, 1, 6)
    every = np.concatenate([np.full(len(s.energies), 1 / len(s.energies)) for s in g.landscapes] or [np.zeros(0)])
    sets = [
        ("every minimum once", every),
        *((n, np.concatenate([s.shares(n) for s in g.landscapes] or [np.zeros(0)])) for n in SEARCHES),
    ]
    hatches = ("", "//", "..", "xx")
    width = 0.04
    for k, (name, weights) in enumerate(sets):
        heights = np.histogram(ranks, bins, weights=weights)[0] / max(len(g.landscapes), 1)
        axes.bar(
            bins[:-1] + width * (k + 0.8),
            heights,
            width,
            label=name,
            color=str(0.9 - 0.2 * k),
            edgecolor="0",
            hatch=hatches[k],
            lw=0.5,
        )
    axes.set_xlabel(f"rank among minima, 0 = ground state ({g.label.split(':')[1]})")
    axes.set_ylabel("share of runs")


def _draw_basins(axes: Any, searched: Sequence[SearchedGlass]) -> None:
    for k, g in enumerate(searched):
        marker, _, grey = _STYLES[k % len(_STYLES)]
        energies = np.concatenate([s.energies for s in g.landscapes] or [np.zeros(0)])
        shares = np.concatenate([s.shares(SEARCHES[0]) for s in g.landscapes] or [np.zeros(0)])
        axes.plot(
            energies, np.maximum(shares, 0.3 / g.starts), marker, color=grey, ms=3, ls="", label=g.label.split(":")[1]
        )
        axes.axvline(g.edge, color=grey, lw=0.7, ls=":")
    axes.set_yscale("log")
    axes.set_xlabel("energy per spin of a minimum (dotted: $-E_\\infty$)")
    axes.set_ylabel("basin weight, gradient descent")
