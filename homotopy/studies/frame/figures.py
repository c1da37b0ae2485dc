"""Lines, markers and axes that the figures of all studies share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homotopy.studies.frame.trends import Level

_MARKERS = "os^Dv<>pXh"
_LINES = ("-", "--", "-.", ":")
_GREYS = ("0", "0.45", "0.2", "0.6", "0.35", "0.1", "0.5", "0.3", "0.55", "0.25")


def style(k: int) -> dict[str, Any]:
    """Marker, line and colour of the k-th series of a figure, as arguments of ``plot`` and ``errorbar``."""
    return {
        "marker": _MARKERS[k % len(_MARKERS)],
        "ls": _LINES[k % len(_LINES)],
        "color": _GREYS[k % len(_GREYS)],
        "ms": 4,
        "lw": 1,
    }


def draw_levels(axes: Any, places: Sequence[float], levels: Sequence[Level | None], **kwargs: Any) -> Any:
    """Values with bars of two standard errors; places without a value are left out."""
    kept = [
        (x, v.value, 2 * v.error) for x, v in zip(places, levels, strict=True) if v is not None and v.value == v.value
    ]
    x, y, bars = zip(*kept, strict=True) if kept else ((), (), ())
    return axes.errorbar(x, y, yerr=bars, **{"capsize": 2, **kwargs})


def finish(axes: Any, across: str = "", up: str = "", title: str = "", *, is_whole: bool = False) -> None:
    """Words and grid of one panel; whole numbers only at the lower axis if it counts something."""
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_title(title, fontsize=10)
    axes.grid(lw=0.3, alpha=0.6)
    if is_whole:
        axes.xaxis.get_major_locator().set_params(integer=True)


def shared_legend(figure: Any, axes: Any, columns: int) -> None:
    """The legend of one panel below all of them."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), columns), fontsize=8)
