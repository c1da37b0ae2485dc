"""Figures of a census: points by index and energy, landscapes with their points, spectra, matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from homotopy.common.figures import MARKERS, SERIES, alike, axes_for, graded, panels_for, whole_numbers
from homotopy.common.wording import count_of, plural, sample_title
from homotopy.counting.energy_axis import EnergyAxis, energy_axis
from homotopy.errors import HomotopyError
from homotopy.status import Completeness
from polysys.landscape import Landscape

if TYPE_CHECKING:
    from homotopy.counting.matching import Matches
    from homotopy.counting.result import Census
    from homotopy.counting.spectra import Spectra

_NOTES = {
    Completeness.SUPPORTED: ", list supported, not proved",
    Completeness.UNKNOWN: ", completeness unknown",
    Completeness.CONTRADICTED: ", list contradicted",
}
_LEVEL = 0.05  # of a marker's height, within which two are drawn as one level
_ROOM = 0.8  # of the distance between two indices, for the markers of one


def plot_census(census: Census, ax: Any = None) -> tuple[Any, ...]:
    """Index against energy and, for two-dimensional domains, the landscape with its points before it.

    Parameters
    ----------
    census : Census
    ax : axes or several of them, optional
        As many as there are panels; those of a new figure by default.

    Returns
    -------
    tuple of matplotlib axes
        One or two.
    """
    is_map = is_two_dimensional(census.landscape)
    title = census_title(census, count_of(census.n_real, "real point"))
    kinds = [landscape_axes(census.landscape), {}] if is_map else [{}]
    axes = panels_for(ax, title, (11, 4.6) if is_map else (6.4, 4.6), kinds)
    if is_map:
        draw_landscape(census, axes[0])
    draw_index_energy(census, axes[-1])
    return axes


def census_title(census: Census, what: str) -> str:
    """Label, seed and sample of a census, and what a figure shows of it; unless its list is proved complete, that it is not."""
    return f"{sample_title(census.landscape)}: {what}{verdict_note(census.completeness.verdict)}"


def verdict_note(verdict: Completeness) -> str:
    """What the title of a figure says of a list that is not proved complete, with a comma before it.

    Examples
    --------
    >>> verdict_note(Completeness.SUPPORTED), verdict_note(Completeness.PROVED)
    (', list supported, not proved', '')
    """
    return _NOTES.get(verdict, "")


def axis_of(landscape: Landscape) -> EnergyAxis:
    """In which units the energies of a landscape are drawn."""
    return energy_axis(landscape.label, is_random=landscape.seed is not None)


def is_two_dimensional(landscape: Landscape) -> bool:
    """Whether the landscape itself can be drawn: two variables, or a sphere in three dimensions."""
    domain = landscape.domain
    return (domain.is_euclidean and domain.n == 2) or domain.blocks == (3,)


def landscape_axes(landscape: Landscape) -> dict[str, Any]:
    """Arguments of the axes, ``figure.add_subplot(**..)``, that :func:`draw_landscape` needs: a map where it is a sphere."""
    return {} if landscape.domain.is_euclidean else {"projection": "mollweide"}


def draw_index_energy(census: Census, ax: Any = None) -> Any:
    r"""Energy against Morse index, each index with its number of points; from the first index to the last that has any.

    Points stand at their energies; those too close to be told apart stand side by side.

    Energies of glasses are per degree of freedom, and pure spherical ones have :math:`-E_0` and :math:`-E_\infty` marked.

    Parameters
    ----------
    census : Census
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes
    """
    axes = axes_for(ax, census_title(census, count_of(census.n_real, "real point")))
    if not census.points:
        axes.text(0.5, 0.5, "no real stationary point", ha="center", transform=axes.transAxes)
    dimension, shown = census.landscape.domain.dimension, axis_of(census.landscape)
    by_index = {
        k: np.array([float(p.energy.mid()) / shown.per for p in census.points if p.index == k]) for k in range(dimension + 1)
    }
    by_index = {k: energies for k, energies in by_index.items() if len(energies)}
    lowest, highest = min(by_index, default=0), max(by_index, default=dimension)
    size, wide, high = _marker_size(axes, by_index, highest - lowest + 1)
    for index, energies in by_index.items():
        x = index + side_by_side(energies, wide, high)
        axes.plot(x, energies, MARKERS[index % len(MARKERS)], color=graded(index, dimension), mec="0.15", mew=0.1 * size, ms=size)
        place = (index, float(energies.max()))
        axes.annotate(str(len(energies)), place, xytext=(0, 5), textcoords="offset points", ha="center", fontsize=8)
    shown.draw(axes)
    axes.set_xlabel("Morse index")
    axes.set_xlim(lowest - 0.5, highest + 0.5)
    axes.set_xticks(range(lowest, highest + 1, max(1, (highest - lowest) // 10)))
    axes.margins(y=0.12)
    axes.grid(axis="y", lw=0.4, alpha=0.6)
    return axes


def _marker_size(axes: Any, by_index: dict[int, npt.NDArray[np.float64]], n_columns: int) -> tuple[float, float, float]:
    """The largest size (in points) for which the longest row has room, and a marker's width and height in the units of the axes."""
    every = np.concatenate([*by_index.values(), np.zeros(0)])
    span = float(np.ptp(every)) if len(every) else 0.0
    box, inch = axes.get_window_extent(), 72 / axes.figure.dpi
    for size in (5.0, 4.5, 4.0, 3.5, 3.0, 2.5, 2.0):
        wide = 1.2 * size * n_columns / max(box.width * inch, 1.0)  # with a little air
        high = 1.2 * size * 1.25 * (span or 1.0) / max(box.height * inch, 1.0)
        if max((len(row) for e in by_index.values() for row in _rows(e, high)), default=0) * wide <= _ROOM:
            break
    return size, wide, high


def side_by_side(heights: npt.NDArray[np.float64], wide: float, high: float) -> npt.NDArray[np.float64]:
    """Horizontal places about zero at which markers of a size do not cover each other.

    Markers closer than a marker's height make a row, which stands symmetrically about zero. In it markers of one height
    stand together, and the heights are mixed, for in their order they would bend the row. A row longer than there is room for is pressed together.

    Examples
    --------
    >>> side_by_side(np.array([0.0, 0.1, 0.2, 5.0]), 0.1, 1.0).tolist()
    [-0.1, 0.1, 0.0, 0.0]
    """
    places = np.zeros(len(heights))
    for row in _rows(heights, high):
        step = min(wide, _ROOM / len(row))
        level = np.cumsum(np.diff(heights[row], prepend=heights[row[0]]) > _LEVEL * high)
        mixed = np.argsort([_reversed_bits(k) for k in level.tolist()], kind="stable").argsort()
        places[row] = (mixed - (len(row) - 1) / 2) * step
    return places


def _reversed_bits(k: int) -> int:
    """Neighbours far apart: the van der Corput sequence, times 2^32."""
    return int(f"{k:032b}"[::-1], 2)


def _rows(heights: npt.NDArray[np.float64], high: float) -> list[npt.NDArray[np.int64]]:
    """Numbers of the markers of each row, from the lowest: a row begins at the first marker that clears the row before."""
    rows: list[list[int]] = []
    for k in np.argsort(heights, kind="stable").tolist():
        if rows and heights[k] - heights[rows[-1][0]] < high:
            rows[-1].append(k)
        else:
            rows.append([k])
    return [np.array(row, np.int64) for row in rows]


def draw_landscape(census: Census, ax: Any = None) -> Any:
    """Level lines of a two-dimensional landscape with its stationary points.

    Parameters
    ----------
    census : Census
        In two unknowns, or on the sphere in three, which is drawn in Mollweide's projection: it keeps areas.
    ax : matplotlib axes, optional
        Made with the arguments ``landscape_axes(census.landscape)``; those of a new figure by default.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    HomotopyError
        For a landscape of another dimension, and for flat axes where a map is needed.
    """
    land = census.landscape
    if not is_two_dimensional(land):
        raise HomotopyError(
            f"A landscape with domain {land.domain.text} cannot be drawn.",
            "Take two unknowns or the sphere in three; points by index and energy are drawn for any, and so are disconnectivity graphs.",
        )
    axes = axes_for(ax, sample_title(land) + verdict_note(census.completeness.verdict), (6.6, 5.4), **landscape_axes(land))
    if land.domain.is_euclidean:
        _draw_plane(axes, census)
    elif axes.name != "mollweide":
        raise HomotopyError("A sphere is drawn on a map.", "Make the axes with figure.add_subplot(projection='mollweide').")
    else:
        _draw_sphere(axes, census)
    return axes


def _depths() -> Any:
    """Valleys blue, heights white: light enough for the darkest marker."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["Blues_r"](np.linspace(0.4, 1.0, 128)))


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
    axes.contourf(x, y, values, levels=levels, cmap=_depths(), extend="max")
    axes.contour(x, y, values, levels=levels, colors="0.35", linewidths=0.35, linestyles="solid")
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
    axes.pcolormesh(longitude, latitude, _energy(census, x), cmap=_depths(), shading="gouraud", rasterized=True)
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
    axes.plot(x, y, MARKERS[k], color=graded(k, dimension), mec="black", mew=0.8, ms=7, clip_on=False, zorder=3)


def _legend(axes: Any, census: Census) -> None:
    dimension = census.landscape.domain.dimension
    for index, count in census.by_index.items():
        if count:
            name = "minimum" if index == 0 else "maximum" if index == dimension else "saddle"
            axes.plot([], [], MARKERS[index], color=graded(index, dimension), mec="black", ls="", label=count_of(count, name))
    if census.points:
        below = -0.12 if census.landscape.domain.is_euclidean else -0.02  # a title may stand above
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, below), ncol=3, fontsize=8)


def draw_spectra(spectra: Spectra, ax: Any = None) -> Any:
    """Eigenvalues of the Hessian at every point, each point one row at its energy; left of the line the directions downhill.

    Parameters
    ----------
    spectra : Spectra
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes
    """
    axes = axes_for(ax, f"Hessian spectra of {count_of(len(spectra.index), 'stationary point')}{verdict_note(spectra.verdict)}")
    d = spectra.eigenvalues.shape[1]
    axes.axvline(0, color="0.35", lw=0.8)
    for index in sorted({k for k in spectra.index if k is not None}):
        rows = [i for i, k in enumerate(spectra.index) if k == index]
        values = spectra.eigenvalues[rows]
        axes.plot(
            values.ravel(), np.repeat(spectra.energies[rows], d), MARKERS[index % len(MARKERS)], ls="none", ms=4, mew=0.4, mec="0.15",
            color=graded(index, d), label=f"index {index}",
        )  # fmt: skip
    axes.set_xlabel("eigenvalue of the Hessian")
    axes.set_ylabel("energy")
    axes.margins(y=0.06)
    if any(k is not None for k in spectra.index):
        axes.legend(fontsize=8, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
    return axes


_LABELLED = 16  # bars up to which each bears its energy


def draw_matches(matches: Matches, ax: Any = None) -> Any:
    """How many points belong to each stationary point up to symmetry, in order of energy; minima that none belongs to show as 0.

    Parameters
    ----------
    matches : Matches
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes
    """
    note = "" if matches.verdict is None else verdict_note(matches.verdict)
    axes = axes_for(ax, f"{sample_title(matches.landscape)}: where {count_of(len(matches.kind), 'point')} belong{note}", (6.8, 4.6))
    shown = matches.by_orbit()
    dimension, scale = matches.landscape.domain.dimension, axis_of(matches.landscape)
    for x, (point, n, _) in enumerate(shown):
        axes.bar(x, n, width=0.72, color=graded(point.index or 0, dimension), alpha=0.7, edgecolor="0.15", lw=0.6)
        axes.annotate(str(n), (x, n), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8 if len(shown) <= _LABELLED else 6)
    n_without = sum(not kind.is_listed for kind in matches.kind)
    if n_without:
        axes.bar(len(shown), n_without, width=0.72, color="white", edgecolor=SERIES[1], hatch="///", lw=0.8)
        axes.annotate(str(n_without), (len(shown), n_without), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=8)
    energies = alike([float(p.energy.mid()) / scale.per for p, _, _ in shown])
    names = [
        f"{energy}\nindex {'?' if p.index is None else p.index}" + (f"\n{images} images" if images > 1 else "")
        for energy, (p, _, images) in zip(energies, shown, strict=True)
    ]
    names += ["none"] if n_without else []
    if len(names) <= _LABELLED:
        crowded = len(names) > 8
        axes.set_xticks(range(len(names)), [n.replace("\n", ", ") for n in names] if crowded else names, fontsize=8, rotation=90 if crowded else 0)
    else:
        axes.set_xticks([])
    axes.set_xlabel(f"stationary points up to symmetry, by {scale.label}")
    axes.set_ylabel(plural("point"))
    whole_numbers(axes.yaxis)
    axes.margins(y=0.1)
    return axes
