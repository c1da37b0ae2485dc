"""Lines, markers and axes that the figures of all studies share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homotopy.studies.frame.trends import Level

_MARKERS = "os^Dv<>pXh"
_LINES = ("-", "--", "-.", ":")
# Okabe and Ito's palette without its yellow, ordered so that neighbours differ in grey too
_COLOURS = ("#000000", "#E69F00", "#0072B2", "#CC79A7", "#009E73", "#56B4E9", "#D55E00")
_NEAR = 0.055  # least distance of two labels at the edge of a panel, in its height


def style(k: int) -> dict[str, Any]:
    """Marker, line and colour of the k-th series of a figure, as arguments of ``plot`` and ``errorbar``."""
    return {
        "marker": _MARKERS[k % len(_MARKERS)],
        "ls": _LINES[k % len(_LINES)],
        "color": _COLOURS[k % len(_COLOURS)],
        "ms": 4,
        "lw": 1.2,
    }


def label_ends(axes: Any, ends: Sequence[tuple[float, str, dict[str, Any]]]) -> None:
    """Write the names of curves beside the right edge of a panel, each behind its marker at the height of its last value; none over another.

    Parameters
    ----------
    axes : matplotlib Axes
        Its limits must not change any more.
    ends : sequence of (value, name, style)
    """
    to_axes = axes.transData + axes.transAxes.inverted()
    left = axes.get_xlim()[0]
    wanted = sorted(
        ((float(to_axes.transform((left, value))[1]), name, look) for value, name, look in ends), key=lambda e: e[:2]
    )
    heights = spread([h for h, _, _ in wanted], _NEAR)
    for height, (_, name, look) in zip(heights, wanted, strict=True):
        marker = {**look, "ls": "", "ms": 4}
        axes.plot([1.035], [height], transform=axes.transAxes, clip_on=False, **marker)
        axes.text(1.06, height, name, color=look["color"], transform=axes.transAxes, fontsize=8, va="center")


def spread(heights: Sequence[float], least: float) -> list[float]:
    """Ascending heights moved apart, as little as needed, so that neighbours are `least` from each other.

    Examples
    --------
    >>> [round(h, 2) for h in spread([0.1, 0.12, 0.9], 0.1)]
    [0.06, 0.16, 0.9]
    """
    groups: list[list[float]] = []  # each moves as one: its members stand `least` apart around their common middle
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _bottom(groups[-1], least) < _top(groups[-2], least) + least:
            last = groups.pop()
            groups[-1] += last
    return [_bottom(group, least) + k * least for group in groups for k in range(len(group))]


def _bottom(group: Sequence[float], least: float) -> float:
    return sum(group) / len(group) - least * (len(group) - 1) / 2


def _top(group: Sequence[float], least: float) -> float:
    return sum(group) / len(group) + least * (len(group) - 1) / 2


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
