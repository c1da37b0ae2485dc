"""Disconnectivity graphs in the usual form of the field, and two-dimensional landscapes with their flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from homotopy.common.figures import SERIES, axes_for, wrapped
from homotopy.common.wording import count_of
from homotopy.counting.plot import axis_of, census_title, draw_landscape
from homotopy.graphs.disconnectivity import Merge, merges_of, saddles_by_energy
from homotopy.graphs.landscape_graph import LandscapeGraph

Joins = Sequence[tuple[float, int, int]]
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
        axes.set_title(wrapped(_title(graph), 6.6, 10), fontsize=10)
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
    if graph.is_quotient and graph.n_minima == 1:
        counts += f"; the minimum has {count_of(next(n for _, n in graph.network.nodes(data='n_images')), 'image')}, so no tree"
    return census_title(graph.census, counts)


def draw_disconnectivity(graph: LandscapeGraph, ax: Any = None) -> Any:
    """The disconnectivity graph: every branch ends at a minimum, and branches meet at the energy of the saddle that joins their minima.

    Minima bear their number in the list of points (from 1, as ``stationary show --points`` has them) where there is room, and are coloured by the logarithm of the determinant of their Hessian.
    A scale is drawn where that differs. Energies of glasses are per degree of freedom.

    Parameters
    ----------
    graph : LandscapeGraph
        Its quotient draws one branch for each orbit of minima.
    ax : matplotlib axes, optional
        Those of a new figure by default.

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
    place = draw_tree(energy, [(e / shown.per, a, b) for e, _, a, b in saddles_by_energy(graph)], axes)
    if place:
        _draw_minima(axes, graph, place, energy)
        low, high = axes.get_ylim()
        near = tuple(mark for mark in shown.marks if mark[0] > low - _NEAR * (high - low))
        replace(shown, marks=near).draw(axes)
        axes.set_ylim(min([low, *(v - 0.08 * (high - v) for v, _ in near)]), high)
    return axes


def draw_tree(energy: Mapping[int, float], joins: Joins, axes: Any) -> dict[int, int]:
    """Draw the tree of minima with their energies that come together at joins (energy, minimum, minimum), each at its energy.

    Minima are numbered by rising energy.

    Returns
    -------
    dict
        Minimum -> where it stands from left to right.
    """
    axes.set_ylabel("energy")
    axes.set_xticks([])
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    if len(energy) < 2:
        axes.text(0.5, 0.9, "one minimum, nothing to join" if energy else "no minimum", ha="center", transform=axes.transAxes)
    merges = merges_of(energy, [(e, 0, a, b) for e, a, b in sorted(joins)])
    place = {m: k for k, m in enumerate(_in_order(energy, merges))}
    if place:
        top, low = max([m.energy for m in merges], default=max(energy.values())), min(energy.values())
        high = top - low or 1.0
        # markers at the lowest energy and at both ends are drawn whole
        axes.set_ylim(low - 0.09 * high, top + 0.06 * high)
        axes.set_xlim(-0.6, len(place) - 0.4)
        for line in _branches(energy, merges, place, top + 0.04 * high) if len(place) > 1 else ():
            axes.plot(*zip(*line, strict=True), color="0.15", lw=0.9 if len(place) <= _MANY else 0.5, solid_capstyle="round")
    return place


def _branches(energy: Mapping[int, float], merges: Sequence[Merge], place: Mapping[int, int], top: float) -> list[Any]:
    """A bar at the energy of each join, on two branches that end at the minima or the bars below it; stems at the top."""
    foot = {m: (float(place[m]), e) for m, e in energy.items()}  # of the set with this deepest minimum
    size = dict.fromkeys(energy, 1)
    lines = []
    for m in merges:
        (x, left), (y, right) = foot[m.deeper], foot.pop(m.shallower)
        lines.append(((x, left), (x, m.energy), (y, m.energy), (y, right)))
        share = size[m.shallower] / m.size
        foot[m.deeper], size[m.deeper] = ((1 - share) * x + share * y, m.energy), m.size
    return [*lines, *(((x, low), (x, top)) for x, low in foot.values())]


def _in_order(nodes: Iterable[int], merges: Sequence[Merge]) -> list[int]:
    """The minima from left to right: those of a set stand together, the deepest near the middle."""
    row = {m: [m] for m in nodes}
    for m in merges:
        deep, other = row[m.deeper], row.pop(m.shallower)
        is_left = 2 * deep.index(m.deeper) < len(deep)
        row[m.deeper] = other + deep if is_left else deep + other
    return [m for members in row.values() for m in members]


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
            bar.set_label("log det of the Hessian (larger: narrower minimum)", fontsize=8)
    if unknown:
        axes.plot([n[0] for n in unknown], [n[1] for n in unknown], "o", mfc="white", mec="0.1", ms=6)
    _number_minima(axes, place, energy)


def _number_minima(axes: Any, place: dict[int, int], energy: Mapping[int, float]) -> None:
    """The number of each minimum below it, if the widest fits between two branches."""
    apart = 72 / axes.figure.dpi * axes.get_window_extent().width / (max(place.values()) + 1.2)  # points
    for size in (8, 7, 6):
        if 0.62 * size * max(len(str(m + 1)) for m in place) < 0.9 * apart:
            for m, x in place.items():
                axes.annotate(str(m + 1), (x, energy[m]), xytext=(0, -6), textcoords="offset points", ha="center", va="top", fontsize=size)
            return
