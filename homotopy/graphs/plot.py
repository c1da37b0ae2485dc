"""Disconnectivity graphs in the usual form of the field, and two-dimensional landscapes with their flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from homotopy.common.figures import SERIES, axes_for, wrapped
from homotopy.common.wording import count_of, sample_title
from homotopy.counting.plot import axis_of, draw_landscape
from homotopy.graphs.disconnectivity import joined_up_to, saddles_by_energy
from homotopy.graphs.landscape_graph import LandscapeGraph

Joins = Sequence[tuple[float, int, int]]
_LEVELS = 60  # energies at which sets of minima are told apart
_NEAR = 0.25  # of its height that a tree makes room for thresholds below it
_MANY = 40  # minima beyond which branches and markers are drawn smaller


def draw_flows(graph: LandscapeGraph, ax: Any = None) -> Any:
    """A two-dimensional landscape: level lines, stationary points, and the paths of descent from the saddles.

    Parameters
    ----------
    graph : LandscapeGraph
        Of a landscape in two unknowns, or on the sphere in three (drawn in Mollweide's projection, which keeps areas).
    ax : matplotlib axes, optional
        As for :func:`homotopy.plots.draw_landscape`; those of a new figure by default.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    HomotopyError
        For a landscape of another dimension.
    """
    census = graph.census
    is_sphere = not census.landscape.domain.is_euclidean
    axes = draw_landscape(census, ax)
    if ax is None:
        axes.set_title("")  # room for the legend
        axes.figure.suptitle(wrapped(_title(graph), 6.6, 10), fontsize=10)
    for d in graph.descents:
        x = d.path
        if not len(x):
            continue
        if is_sphere:
            x = x / np.linalg.norm(x, axis=1, keepdims=True)
            x = np.stack([np.arctan2(x[:, 1], x[:, 0]), np.arcsin(np.clip(x[:, 2], -1, 1))], axis=1)
            # a path that crosses the edge of the map is taken up on the other side
            x = np.insert(x, np.flatnonzero(np.abs(np.diff(x[:, 0])) > np.pi) + 1, np.nan, axis=0)
        axes.plot(x[:, 0], x[:, 1], color="white", lw=2.6, zorder=2.1, scalex=False, scaley=False)
        axes.plot(x[:, 0], x[:, 1], color=SERIES[1], lw=1.3, zorder=2.2, scalex=False, scaley=False)
    return axes


def _title(graph: LandscapeGraph) -> str:
    of = " up to symmetry" if graph.is_quotient else ""
    counts = f"{count_of(graph.n_minima, 'minimum')}, {count_of(graph.n_saddles, 'saddle')}{of}"
    return f"{sample_title(graph.census.landscape)}: {counts}"


def draw_disconnectivity(graph: LandscapeGraph, ax: Any = None, n_levels: int = _LEVELS) -> Any:
    """The disconnectivity graph: every branch ends at a minimum, and branches meet where saddles join their minima.

    Minima bear their number in the census where there is room, and are coloured by the logarithm of the determinant of their Hessian.
    A scale is drawn where that differs. Energies of glasses are per degree of freedom.

    Parameters
    ----------
    graph : LandscapeGraph
        Its quotient draws one branch for each orbit of minima.
    ax : matplotlib axes, optional
        Those of a new figure by default.
    n_levels : int
        Energies at which sets of minima are told apart.

    Returns
    -------
    matplotlib axes

    References
    ----------
    Becker & Karplus, J. Chem. Phys. 106, 1495 (1997); Wales, Miller & Walsh, Nature 394, 758 (1998).
    """
    axes = axes_for(ax, _title(graph), (min(7.2 * max(1.0, graph.n_minima / 80), 20.0), 5.4))
    shown = axis_of(graph.census.landscape)
    energy = {m: e / shown.per for m, e in graph.network.nodes(data="energy")}
    place = draw_tree(energy, [(e / shown.per, a, b) for e, _, a, b in saddles_by_energy(graph)], axes, n_levels)
    if place:
        _draw_minima(axes, graph, place, energy)
        low, high = axes.get_ylim()
        near = tuple(mark for mark in shown.marks if mark[0] > low - _NEAR * (high - low))
        replace(shown, marks=near).draw(axes)
        axes.set_ylim(min([low, *(v - 0.08 * (high - v) for v, _ in near)]), high)
    return axes


def draw_tree(energy: Mapping[int, float], joins: Joins, axes: Any, n_levels: int = _LEVELS) -> dict[int, int]:
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
    axes.set_ylim(low - 0.09 * (top - low or 1.0), levels[0] + 2 * step)
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


def _draw_minima(axes: Any, graph: LandscapeGraph, place: dict[int, int], energy: Mapping[int, float]) -> None:
    nodes = [(place[m], energy[m], d["log_det"]) for m, d in graph.network.nodes(data=True)]
    size = 34 if len(nodes) <= _MANY else max(6.0, 34.0 * _MANY / len(nodes))
    known = [node for node in nodes if node[2] is not None]
    unknown = [node for node in nodes if node[2] is None]
    if known:
        x, y, colour = zip(*known, strict=True)
        shown = axes.scatter(
            x, y, c=colour, cmap="viridis", s=size, edgecolors="0.1", linewidths=0.6 if size > 20 else 0.3, zorder=3
        )
        if np.ptp(colour) > 1e-9 * max(1.0, float(np.abs(colour).max())):
            bar = axes.figure.colorbar(shown, ax=axes, pad=0.02)
            bar.set_label("log det of the Hessian (narrow minima above)", fontsize=8)
    if unknown:
        axes.plot([n[0] for n in unknown], [n[1] for n in unknown], "o", mfc="white", mec="0.1", ms=6)
    _number_minima(axes, place, energy)


def _number_minima(axes: Any, place: dict[int, int], energy: Mapping[int, float]) -> None:
    """The number of each minimum below it, if the widest fits between two branches."""
    apart = 72 / axes.figure.dpi * axes.get_window_extent().width / (max(place.values()) + 1.2)  # points
    for size in (8, 7, 6):
        if 0.62 * size * max(len(str(m)) for m in place) < 0.9 * apart:
            for m, x in place.items():
                axes.annotate(str(m), (x, energy[m]), xytext=(0, -6), textcoords="offset points", ha="center", va="top", fontsize=size)
            return
