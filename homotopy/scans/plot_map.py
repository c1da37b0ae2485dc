"""Figure of a map: cells coloured by their counts, the curves of events, and the events certified on the grid's lines."""

from __future__ import annotations

from typing import Any

from homotopy.common.figures import axes_for, graded
from homotopy.scans.maps import Cell, ScanMap
from homotopy.scans.plot import MARKERS, scale_of

_MOST_NAMED = 12  # counts in the legend
_NO_COUNT = "0.6"
_CROSSED = "0.93"


def draw_map(found: ScanMap, ax: Any = None) -> Any:
    """Numbers of real points over two parameters: a colour for each list of counts by Morse index.

    Cells that events cross are pale grey, with the curves in them as far as their size resolves these. Markers are events on lines of the grid;
    hatched cells have a census that is not known to be complete.

    Parameters
    ----------
    found : ScanMap
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes
    """
    axes = axes_for(ax, f"{found.label}, seed {found.seed}", (7.2, 5.2))
    _fill(found, axes)
    for (a, b), (c, d) in found.curves:
        axes.plot([a, c], [b, d], "-", color="0.1", lw=1.1, solid_capstyle="round")
    _mark(found, axes)
    first, second = found.values
    axes.set_xscale(scale_of(first))
    axes.set_yscale(scale_of(second))
    axes.set_xlim(float(first[0]), float(first[-1]))
    axes.set_ylim(float(second[0]), float(second[-1]))
    axes.set_xlabel(found.names[0])
    axes.set_ylabel(found.names[1])
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            fontsize=7, title="real points (by index)", title_fontsize=7, loc="center left", bbox_to_anchor=(1.01, 0.5)
        )
    return axes


def _fill(found: ScanMap, axes: Any) -> None:
    """The cells, those of equal counts as one collection with one name."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    groups: dict[tuple[int, tuple[int, ...]] | str, list[Cell]] = {}
    for cell in found.cells:
        key: Any = "crossed" if cell.is_crossed else "no count" if cell.n_real is None else (cell.n_real, cell.by_index)
        groups.setdefault(key, []).append(cell)
    counts = sorted((k for k in groups if not isinstance(k, str)), key=lambda k: (k[0], k[1]))
    colours: dict[Any, Any] = {k: graded(n, max(1, len(counts) - 1)) for n, k in enumerate(counts)}
    colours |= {"crossed": _CROSSED, "no count": _NO_COUNT}
    for key in (*counts, *(k for k in groups if isinstance(k, str))):
        for is_hatched in (False, True):
            cells = [c for c in groups[key] if (c.verdict not in ("proved", "supported")) == is_hatched]
            boxes = [Rectangle(*_box(c)) for c in cells]
            style: dict[str, Any] = {"hatch": "////", "edgecolor": "0.4"} if is_hatched else {"edgecolor": "face"}
            axes.add_collection(PatchCollection(boxes, facecolor=colours[key], lw=0.2, zorder=0, **style))
    for key in counts[:_MOST_NAMED]:
        name = f"{key[0]} ({', '.join(map(str, key[1]))})"
        axes.add_patch(Rectangle(_box(groups[key][0])[0], 0, 0, facecolor=colours[key], label=name))  # for the legend


def _box(cell: Cell) -> tuple[tuple[float, float], float, float]:
    (a, b), (c, d) = cell.low, cell.high
    return (float(a), float(b)), float(c - a), float(d - b)


def _mark(found: ScanMap, axes: Any) -> None:
    """Events on the lines of the grid: filled where certified."""
    told = set()
    for line in found.lines:
        for event in line.scan.events:
            at = (float(line.value), event.at) if line.name == found.names[0] else (event.at, float(line.value))
            label = None if event.kind in told else event.kind.value
            told.add(event.kind)
            axes.plot(
                [at[0]], [at[1]], MARKERS[event.kind], color="0.1", ms=4, mfc="white" if event.is_certified else "none",
                ls="none", label=label, clip_on=False,
            )  # fmt: skip
