"""Disconnectivity graphs in the usual form of the field, and two-dimensional landscapes with their flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from homotopy.common.figures import check_path, require_matplotlib, save_figure
from homotopy.counting.plot import draw_landscape, is_two_dimensional, landscape_axes
from homotopy.errors import HomotopyError
from homotopy.graphs.disconnectivity import joined_up_to, saddles_by_energy
from homotopy.graphs.landscape_graph import LandscapeGraph

Joins = Sequence[tuple[float, int, int]]
_LEVELS = 60  # energies at which sets of minima are told apart
_MANY = 40  # minima beyond which branches and markers are drawn smaller


def disconnectivity(graph: LandscapeGraph, path: str | Path | None = None) -> Any:
    """The disconnectivity graph, minima coloured by the logarithm of the determinant of their Hessian.

    Parameters
    ----------
    graph : LandscapeGraph
        Its quotient draws one branch for each orbit of minima.
    path : str or Path, optional
        PNG, SVG or PDF.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    HomotopyError
        If matplotlib is missing, or the figure cannot be written.

    References
    ----------
    Becker & Karplus, J. Chem. Phys. 106, 1495 (1997); Wales, Miller & Walsh, Nature 394, 758 (1998).
    """
    target = None if path is None else check_path(path)
    figure = require_matplotlib()(figsize=(min(7.2 * max(1.0, graph.n_minima / 80), 20.0), 5.4), layout="constrained")
    axes = figure.add_subplot()
    draw_disconnectivity(axes, graph)
    axes.set_title(_title(graph), fontsize=10)
    if target is not None:
        save_figure(figure, target)
    return figure


def flows(graph: LandscapeGraph, path: str | Path | None = None) -> Any:
    """A two-dimensional landscape: level lines, stationary points, and the paths of descent from the saddles.

    Parameters
    ----------
    graph : LandscapeGraph
        Of a landscape in two unknowns, or on the sphere in three (drawn in Mollweide's projection, which keeps areas).
    path : str or Path, optional
        PNG, SVG or PDF.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    HomotopyError
        For a landscape of another dimension, and as :func:`disconnectivity`.
    """
    target = None if path is None else check_path(path)
    census = graph.census
    if not is_two_dimensional(census.landscape):
        raise HomotopyError(
            f"A landscape with domain {census.landscape.domain.text} cannot be drawn.",
            "Take two unknowns or the sphere in three; --plot draws the disconnectivity graph of any.",
        )
    figure = require_matplotlib()(figsize=(6.6, 5.8), layout="constrained")
    axes = figure.add_subplot(**landscape_axes(census))
    draw_landscape(axes, census)
    draw_flows(axes, graph)
    figure.suptitle(_title(graph), fontsize=10)
    if target is not None:
        save_figure(figure, target)
    return figure


def draw_flows(axes: Any, graph: LandscapeGraph) -> None:
    """Draw the paths of descent into axes that hold the landscape."""
    is_sphere = not graph.census.landscape.domain.is_euclidean
    for d in graph.descents:
        x = d.path
        if not len(x):
            continue
        if is_sphere:
            x = x / np.linalg.norm(x, axis=1, keepdims=True)
            x = np.stack([np.arctan2(x[:, 1], x[:, 0]), np.arcsin(np.clip(x[:, 2], -1, 1))], axis=1)
            # a path that crosses the edge of the map is taken up on the other side
            x = np.insert(x, np.flatnonzero(np.abs(np.diff(x[:, 0])) > np.pi) + 1, np.nan, axis=0)
        axes.plot(x[:, 0], x[:, 1], color="white", lw=2.4, zorder=2.1, scalex=False, scaley=False)
        axes.plot(x[:, 0], x[:, 1], color="black", lw=1.0, zorder=2.2, scalex=False, scaley=False)


def _title(graph: LandscapeGraph) -> str:
    land = graph.census.landscape
    seed = "" if land.seed is None else f", seed {land.seed}"
    sample = f", sample {land.index}" if land.index else ""
    of = " up to symmetry" if graph.is_quotient else ""
    return fill(f"{land.label}{seed}{sample}: {graph.n_minima} minima, {graph.n_saddles} saddles{of}", 80)


def draw_disconnectivity(axes: Any, graph: LandscapeGraph, n_levels: int = _LEVELS) -> None:
    """Draw the disconnectivity graph into axes."""
    joins = [(e, a, b) for e, _, a, b in saddles_by_energy(graph)]
    place = draw_tree(axes, dict(graph.network.nodes(data="energy")), joins, n_levels)
    if place:
        _draw_minima(axes, graph, place)


def draw_tree(axes: Any, energy: Mapping[int, float], joins: Joins, n_levels: int = _LEVELS) -> dict[int, int]:
    """Draw the tree of minima with their energies that come together at joins (energy, minimum, minimum).

    Returns
    -------
    dict
        Minimum -> where it stands from left to right.
    """
    axes.set_ylabel("energy")
    axes.set_xticks([])
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    if not energy:
        axes.text(0.5, 0.5, "no minimum", ha="center", transform=axes.transAxes)
        return {}
    top = max([e for e, *_ in joins], default=max(energy.values()))
    low = min(energy.values())
    step = (top - low or 1.0) / (n_levels - 1)
    levels = [top + step / 2 - k * step for k in range(n_levels + 1)]
    partitions = [_sets(energy, joins, level) for level in levels]
    place = {m: k for k, m in enumerate(_in_order(partitions))}
    for line in _branches(energy, levels, partitions, place):
        axes.plot(*zip(*line, strict=True), color="0.15", lw=0.9 if len(place) <= _MANY else 0.5, solid_capstyle="round")
    # markers at the lowest energy and at both ends are drawn whole
    axes.set_ylim(low - 0.04 * (top - low or 1.0), levels[0] + 2 * step)
    axes.set_xlim(-0.6, len(place) - 0.4)
    return place


def _branches(energy: Mapping[int, float], levels: list[float], partitions: list[dict[int, list[int]]], place: dict[int, int]) -> list[Any]:
    centre = [
        {root: float(np.mean([place[m] for m in members])) for root, members in sets.items()} for sets in partitions
    ]
    step = levels[0] - levels[1]
    lines = [((centre[0][root], levels[0] + step), (centre[0][root], levels[0])) for root in partitions[0]]
    for k in range(len(levels) - 1):
        parent = {m: root for root, members in partitions[k].items() for m in members}
        for root, members in partitions[k + 1].items():
            if len(members) == 1 and energy[root] > levels[k]:
                continue  # the branch ended above
            end = energy[root] if len(members) == 1 and energy[root] > levels[k + 1] else levels[k + 1]
            lines.append(((centre[k][parent[root]], levels[k]), (centre[k + 1][root], end)))
    return lines


def _sets(energy: Mapping[int, float], joins: Joins, level: float) -> dict[int, list[int]]:
    """The sets of minima joined up to an energy, by their first minimum: minima are numbered by rising energy."""
    return {min(members): sorted(members) for members in joined_up_to(energy, joins, level)}


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
    size = 34 if len(nodes) <= _MANY else max(6.0, 34.0 * _MANY / len(nodes))
    known = [node for node in nodes if node[2] is not None]
    unknown = [node for node in nodes if node[2] is None]
    if known:
        x, y, colour = zip(*known, strict=True)
        shown = axes.scatter(
            x, y, c=colour, cmap="viridis", s=size, edgecolors="0.1", linewidths=0.6 if size > 20 else 0.3, zorder=3
        )
        bar = axes.figure.colorbar(shown, ax=axes, pad=0.02)
        bar.set_label("log det of the Hessian (narrow minima above)", fontsize=8)
    if unknown:
        axes.plot([n[0] for n in unknown], [n[1] for n in unknown], "o", mfc="white", mec="0.1", ms=6)
