"""Disconnectivity graphs in the usual form of the field: energy upwards, one branch for each minimum."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from networkx.utils import UnionFind

from homotopy.disconnectivity import saddles_by_energy
from homotopy.graph import LandscapeGraph
from homotopy.plots import check_path, require_matplotlib

_LEVELS = 60  # energies at which sets of minima are told apart


def plot_graph(graph: LandscapeGraph, path: str | Path) -> None:
    """Draw the disconnectivity graph, minima coloured by the logarithm of the determinant of their Hessian.

    Parameters
    ----------
    graph : LandscapeGraph
    path : str or Path
        PNG, SVG or PDF.

    References
    ----------
    Becker & Karplus, J. Chem. Phys. 106, 1495 (1997); Wales, Miller & Walsh, Nature 394, 758 (1998).
    """
    target = check_path(path)
    figure = require_matplotlib()(figsize=(7.2, 5.4), layout="constrained")
    axes = figure.add_subplot()
    draw_disconnectivity(axes, graph)
    land = graph.census.landscape
    seed = "" if land.seed is None else f", seed {land.seed}"
    axes.set_title(f"{land.label}{seed}: {graph.n_minima} minima, {graph.n_saddles} saddles", fontsize=11)
    figure.savefig(target, dpi=160)


def draw_disconnectivity(axes: Any, graph: LandscapeGraph, n_levels: int = _LEVELS) -> None:
    """Draw the disconnectivity graph into axes."""
    axes.set_ylabel("energy")
    axes.set_xticks([])
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    if not graph.n_minima:
        axes.text(0.5, 0.5, "no minimum", ha="center", transform=axes.transAxes)
        return
    energy = dict(graph.network.nodes(data="energy"))
    top = max([e for e, *_ in saddles_by_energy(graph)], default=max(energy.values()))
    low = min(energy.values())
    step = (top - low or 1.0) / (n_levels - 1)
    levels = [top + step / 2 - k * step for k in range(n_levels + 1)]
    partitions = [_sets(graph, level) for level in levels]
    place = {m: k for k, m in enumerate(_in_order(partitions))}
    centre = [
        {root: float(np.mean([place[m] for m in members])) for root, members in sets.items()} for sets in partitions
    ]
    lines = []
    for sets, x in zip(partitions[:1], centre[:1], strict=True):
        lines += [((x[root], levels[0] + step), (x[root], levels[0])) for root in sets]
    for k in range(len(levels) - 1):
        parent = {m: root for root, members in partitions[k].items() for m in members}
        for root, members in partitions[k + 1].items():
            if len(members) == 1 and energy[root] > levels[k]:
                continue  # the branch ended above
            end = energy[root] if len(members) == 1 and energy[root] > levels[k + 1] else levels[k + 1]
            lines.append(((centre[k][parent[root]], levels[k]), (centre[k + 1][root], end)))
    for line in lines:
        axes.plot(*zip(*line, strict=True), color="0.15", lw=0.9, solid_capstyle="round")
    _draw_minima(axes, graph, place)


def _sets(graph: LandscapeGraph, level: float) -> dict[int, list[int]]:
    """The sets of minima joined by saddles up to an energy, by their lowest minimum."""
    sets = UnionFind(graph.network)
    for e, _, a, b in saddles_by_energy(graph):
        if e <= level:
            sets.union(a, b)
    return {min(members): sorted(members) for members in sets.to_sets()}


def _in_order(partitions: list[dict[int, list[int]]]) -> list[int]:
    """The minima from left to right: members of a set stand together at every level, the deepest in the middle."""

    def order(members: list[int], depth: int) -> list[int]:
        if len(members) == 1 or depth == len(partitions):
            return members
        inside = set(members)
        children = [order(m, depth + 1) for root, m in partitions[depth].items() if root in inside]
        children.sort(key=min)
        return [m for child in (*children[1::2][::-1], *children[::2]) for m in child]

    return order(sorted(m for members in partitions[0].values() for m in members), 0)


def _draw_minima(axes: Any, graph: LandscapeGraph, place: dict[int, int]) -> None:
    nodes = [(place[m], d["energy"], d["log_det"]) for m, d in graph.network.nodes(data=True)]
    known = [node for node in nodes if node[2] is not None]
    unknown = [node for node in nodes if node[2] is None]
    if known:
        x, y, colour = zip(*known, strict=True)
        shown = axes.scatter(x, y, c=colour, cmap="viridis", s=34, edgecolors="0.1", linewidths=0.6, zorder=3)
        bar = axes.figure.colorbar(shown, ax=axes, pad=0.02)
        bar.set_label("log det of the Hessian (narrow minima above)", fontsize=8)
    if unknown:
        axes.plot([n[0] for n in unknown], [n[1] for n in unknown], "o", mfc="white", mec="0.1", ms=6)
