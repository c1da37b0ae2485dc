"""Figures: stationary points by index and energy, and two-dimensional landscapes with their points."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.figures import check_path, require_matplotlib, save_figure
from homotopy.common.wording import count_of
from homotopy.counting.result import Census
from polysys.landscape import Landscape

# One marker and one colour per Morse index, distinguishable in grey: minima filled dark, saddles open, maxima light.
_MARKERS = "osD^v<>pPX*hH8"
_ROOM = 0.8  # of the distance between two indices, for the markers of one


def plot_census(census: Census, path: str | Path) -> None:
    """Draw a census: index against energy, and for two-dimensional domains the landscape with its points.

    Parameters
    ----------
    census : Census
    path : str or Path
        PNG, SVG or PDF.
    """
    target = check_path(path)
    figure = require_matplotlib()(figsize=(11, 4.6) if is_two_dimensional(census.landscape) else (6.4, 4.6), layout="constrained")
    if is_two_dimensional(census.landscape):
        draw_landscape(figure.add_subplot(1, 2, 1, **landscape_axes(census)), census)
        draw_index_energy(figure.add_subplot(1, 2, 2), census)
    else:
        draw_index_energy(figure.add_subplot(), census)
    seed = "" if census.landscape.seed is None else f", seed {census.landscape.seed}"
    figure.suptitle(f"{census.landscape.label}{seed}", fontsize=11)
    save_figure(figure, target)


def is_two_dimensional(landscape: Landscape) -> bool:
    """Whether the landscape itself can be drawn: two variables, or a sphere in three dimensions."""
    domain = landscape.domain
    return (domain.is_euclidean and domain.n == 2) or domain.blocks == (3,)


def landscape_axes(census: Census) -> dict[str, Any]:
    """Arguments of the axes that :func:`draw_landscape` needs."""
    return {} if census.landscape.domain.is_euclidean else {"projection": "mollweide"}


def draw_index_energy(axes: Any, census: Census) -> None:
    """Energy against Morse index, each level with its number of points."""
    if not census.points:
        axes.text(0.5, 0.5, "no real stationary point", ha="center", transform=axes.transAxes)
    dimension = census.landscape.domain.dimension
    by_index = {k: np.array([float(p.energy.mid()) for p in census.points if p.index == k]) for k in range(dimension + 1)}
    span = float(np.ptp(np.concatenate(list(by_index.values())))) if census.points else 0.0
    box, inch = axes.get_window_extent(), 72 / axes.figure.dpi
    for size in (5.0, 4.5, 4.0, 3.5, 3.0, 2.5, 2.0):  # points; the largest for which the longest row has room
        # how large a marker is in the units of the axes, with a little air
        wide = 1.2 * size * (dimension + 1) / max(box.width * inch, 1.0)
        high = 1.2 * size * 1.25 * (span or 1.0) / max(box.height * inch, 1.0)
        if max((len(row) for e in by_index.values() for row in _rows(e, high)), default=0) * wide <= _ROOM:
            break
    for index, energies in by_index.items():
        if not len(energies):
            continue
        x = index + side_by_side(energies, wide, high)
        marker = _MARKERS[index % len(_MARKERS)]
        axes.plot(x, energies, marker, color=_colour(index, dimension), mec="0.15", mew=0.1 * size, ms=size)
        place = (index, float(energies.max()))
        axes.annotate(str(len(energies)), place, xytext=(0, 5), textcoords="offset points", ha="center", fontsize=8)
    axes.set_xlabel("Morse index")
    axes.set_ylabel("energy")
    axes.set_xlim(-0.5, dimension + 0.5)
    axes.set_xticks(range(0, dimension + 1, max(1, dimension // 10)))
    axes.margins(y=0.12)
    axes.grid(axis="y", lw=0.4, alpha=0.6)


def side_by_side(heights: npt.NDArray[np.float64], wide: float, high: float) -> npt.NDArray[np.float64]:
    """Horizontal places about zero at which markers of a size do not cover each other.

    Markers closer than a marker's height make a row, which stands symmetrically about zero, the lowest in the middle. A row
    longer than there is room for is pressed together.

    Examples
    --------
    >>> side_by_side(np.array([0.0, 0.1, 0.2, 5.0]), 0.1, 1.0).tolist()
    [0.0, -0.1, 0.1, 0.0]
    """
    places = np.zeros(len(heights))
    for row in _rows(heights, high):
        step = min(wide, _ROOM / len(row))
        outwards = sorted(np.arange(len(row)) - (len(row) - 1) / 2, key=abs)
        places[row] = np.array(outwards) * step
    return places


def _rows(heights: npt.NDArray[np.float64], high: float) -> list[npt.NDArray[np.int64]]:
    """Numbers of the markers of each row, from the lowest: a row begins at the first marker that clears the row before."""
    rows: list[list[int]] = []
    for k in np.argsort(heights, kind="stable").tolist():
        if rows and heights[k] - heights[rows[-1][0]] < high:
            rows[-1].append(k)
        else:
            rows.append([k])
    return [np.array(row, np.int64) for row in rows]


def draw_landscape(axes: Any, census: Census) -> None:
    """Level lines of a two-dimensional landscape with its stationary points."""
    if census.landscape.domain.is_euclidean:
        _draw_plane(axes, census)
    else:
        _draw_sphere(axes, census)


def _colour(index: int, dimension: int) -> Any:
    from matplotlib import colormaps

    return colormaps["viridis"](0.95 * index / max(dimension, 1))


def _draw_plane(axes: Any, census: Census) -> None:
    points = np.array([[float(c.mid()) for c in p.coordinates] for p in census.points]).reshape(-1, 2)
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(2), np.zeros(2))
    margin = 0.35 * max(1.0, float((high - low).max()))
    x, y = (np.linspace(low[k] - margin, high[k] + margin, 241) for k in range(2))
    grid = np.meshgrid(x, y)
    values = np.broadcast_to(_energy(census, list(grid)), grid[0].shape)
    # levels follow the points: most of them lie between the lowest and a little above the highest energy
    energies = [float(p.energy.mid()) for p in census.points] or [0.0]
    top = max(energies) + 0.6 * (max(energies) - min(energies) or 1.0)
    levels = np.linspace(float(values.min()), max(top, float(values.min()) + 1e-9), 26)
    axes.contourf(x, y, values, levels=levels, cmap="Greys", extend="max", alpha=0.75)
    axes.contour(x, y, values, levels=levels, colors="0.35", linewidths=0.35)
    for p in census.points:
        _mark(axes, float(p.coordinates[0].mid()), float(p.coordinates[1].mid()), p.index, 2)
    axes.set_xlabel(census.landscape.variables[0])
    axes.set_ylabel(census.landscape.variables[1])
    _legend(axes, census)


def _draw_sphere(axes: Any, census: Census) -> None:
    longitude, latitude = np.meshgrid(np.linspace(-np.pi, np.pi, 241), np.linspace(-np.pi / 2, np.pi / 2, 121))
    radius = float(census.landscape.domain.radii_squared[0]) ** 0.5
    x = [
        radius * np.cos(latitude) * np.cos(longitude),
        radius * np.cos(latitude) * np.sin(longitude),
        radius * np.sin(latitude),
    ]
    axes.pcolormesh(longitude, latitude, _energy(census, x), cmap="Greys", shading="gouraud", alpha=0.85, rasterized=True)
    axes.contour(longitude, latitude, _energy(census, x), 18, colors="0.3", linewidths=0.4, linestyles="solid")
    for p in census.points:
        c = np.array([float(v.mid()) for v in p.coordinates])
        c /= np.linalg.norm(c)
        _mark(axes, float(np.arctan2(c[1], c[0])), float(np.arcsin(c[2])), p.index, 2)
    axes.set_xticklabels([])
    axes.set_yticklabels([])
    axes.grid(lw=0.3, alpha=0.5)
    _legend(axes, census)


def _energy(census: Census, x: list[Any]) -> Any:
    """The energy on a grid, from the same tape that was certified, in floats."""
    land = census.landscape
    n_multipliers = land.formulation.n_unknowns - land.domain.n
    (values,) = land.tapes.energy.evaluate([*x, *[0.0] * n_multipliers], (), float)
    return np.asarray(values, dtype=float) * float(land.scaling.energy_squared) ** 0.5


def _mark(axes: Any, x: float, y: float, index: int | None, dimension: int) -> None:
    k = 0 if index is None else index
    # unclipped: points at the poles and the rim of a map are as whole as the others
    axes.plot(x, y, _MARKERS[k], color=_colour(k, dimension), mec="black", mew=0.8, ms=7, clip_on=False, zorder=3)


def _legend(axes: Any, census: Census) -> None:
    dimension = census.landscape.domain.dimension
    for index, count in census.by_index.items():
        if count:
            name = "minimum" if index == 0 else "maximum" if index == dimension else "saddle"
            axes.plot([], [], _MARKERS[index], color=_colour(index, dimension), mec="black", ls="", label=count_of(count, name))
    if census.points:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02 if not census.landscape.domain.is_euclidean else 1.12), ncol=3, fontsize=8)


