"""Figures of a scan: energies of all branches with the events, and the numbers of points by index."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from homotopy.common.figures import axes_for, graded, panels_for, whole_numbers
from homotopy.counting.energy_axis import energy_axis
from homotopy.scans.events import Event, EventKind
from homotopy.scans.result import Scan

_LINES = ("-", "--", "-.", ":")  # two indices may have the same counts over a part of the range
_DASH = 4
MARKERS = {
    EventKind.FOLD: "o",
    EventKind.PITCHFORK: "v",
    EventKind.TRANSCRITICAL: "X",
    EventKind.ISOLATED: "*",
    EventKind.ESCAPE: "^",
    EventKind.DEGENERATE: "s",
}


def plot_scan(scan: Scan, ax: Any = None) -> tuple[Any, ...]:
    """Energies of the branches, and below them the numbers of points by Morse index.

    Parameters
    ----------
    scan : Scan
    ax : two axes, optional
        One where there are no branches; those of a new figure by default.

    Returns
    -------
    tuple of matplotlib axes
    """
    rows = 2 if scan.branches else 1
    axes = panels_for(ax, _title(scan), (7.2, 7.0 if scan.branches else 3.8), [{}] * rows, is_stacked=True)
    if scan.branches:
        draw_branches(scan, axes[0])
        axes[0].set_xlabel("")
    draw_staircase(scan, axes[-1])
    return axes


def _title(scan: Scan) -> str:
    return f"{scan.label}, seed {scan.seed}"


def draw_branches(scan: Scan, ax: Any = None) -> Any:
    """Energy against the parameter, one curve a branch, coloured by Morse index; the events are marked.

    Parameters
    ----------
    scan : Scan
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes
    """
    axes = axes_for(ax, _title(scan), (7.2, 4.6))
    scale = energy_axis(scan.label.split(" over ")[0], is_random=False)
    shown: set[int | None] = set()
    for branch in scan.branches:
        a, energies = np.array(branch.curve).T
        energies = energies / scale.per
        label = "index undecided" if branch.index is None else f"index {branch.index}"
        axes.plot(
            a,
            energies,
            "-",
            color=_colour(branch.index, scan.dimension),
            lw=1.2,
            label=None if branch.index in shown else label,
        )
        shown.add(branch.index)
    told: set[EventKind] = set()
    for k, event in enumerate(scan.events):
        energy = _energy(scan, k)
        axes.axvline(event.at, color="0.85", lw=0.6, zorder=0)
        if energy is not None:
            name = None if event.kind in told else event.kind.value
            axes.plot(
                [event.at],
                [energy / scale.per],
                MARKERS[event.kind],
                color="0.1",
                ms=4.5,
                mfc="white",
                ls="none",
                label=name,
            )
            told.add(event.kind)
    if scan.branches:
        order = sorted(
            zip(*axes.get_legend_handles_labels(), strict=True),
            key=lambda pair: (not pair[1].startswith("index"), pair[1]),
        )
        axes.legend([h for h, _ in order], [text for _, text in order], fontsize=7, ncols=2)
    axes.set_xscale(scale_of(scan.values))
    axes.set_xlabel(scan.name)
    scale.draw(axes)
    axes.margins(x=0)
    return axes


def draw_staircase(scan: Scan, ax: Any = None) -> Any:
    """Numbers of real points by Morse index against the parameter: a staircase that changes at the events, or means with intervals.

    Parameters
    ----------
    scan : Scan
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes
    """
    axes = axes_for(ax, _title(scan), (7.2, 4.6))
    at = np.array([float(v) for v in scan.values])
    indices = range(scan.dimension + 1)
    if scan.n_samples > 1:
        means = [scan.means(index) for index in indices]
        middles = [[sum(m.range) / 2 for m in of_index] for of_index in means]
        lines = shared_lines(middles)
    else:
        stairs = [tuple(zip(*scan.steps(index), strict=True)) or ((), ()) for index in indices]
        lines = shared_lines(stairs, _LINES)
    for index in indices:
        colour = _colour(index, scan.dimension)
        if scan.n_samples > 1:
            intervals = [m.interval() for m in means[index]]
            axes.fill_between(
                at, [i.low for i in intervals], [i.high for i in intervals], color=colour, alpha=0.25, lw=0
            )
            axes.plot(at, middles[index], ls=lines[index], color=colour, lw=1.2, label=f"index {index}")
        else:
            x, y = stairs[index]
            if max(y, default=0):
                axes.step(x, y, ls=lines[index], where="post", color=colour, lw=2, label=f"index {index}")
    axes.set_xscale(scale_of(scan.values))
    axes.set_xlabel(scan.name)
    axes.set_ylabel("mean number of points" if scan.n_samples > 1 else "number of points")
    if scan.n_samples == 1:
        whole_numbers(axes.yaxis)
    axes.margins(x=0)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7, ncols=2)
    return axes


def shared_lines(curves: Sequence[Any], alone: Sequence[str] = ("-",)) -> list[Any]:
    """Line styles: of curves that are equal each shows its colour in turn, along dashes.

    Parameters
    ----------
    curves : sequence
        Compared by ==.
    alone : sequence of str
        In turn for curves that are equal to no other.

    Examples
    --------
    >>> shared_lines([[1, 2], [3, 4], [1, 2]])
    [(0, (4, 4)), '-', (4, (4, 4))]
    """
    styles: list[Any] = []
    for k, curve in enumerate(curves):
        equal = [i for i, other in enumerate(curves) if other == curve]
        m, place = len(equal), equal.index(k)
        if m == 1:
            styles.append(alone[k % len(alone)])
        else:
            styles.append(((m - place) % m * _DASH, (_DASH, (m - 1) * _DASH)))
    return styles


def _energy(scan: Scan, k: int) -> float | None:
    """The energy at an event: where one of its branches ends."""
    event: Event = scan.events[k]
    if event.kind is EventKind.ESCAPE:
        return None
    ends = [b.curve[0] for b in scan.branches if b.begins == k] + [b.curve[-1] for b in scan.branches if b.ends == k]
    return min(ends, key=lambda end: abs(end[0] - event.at))[1] if ends else None


def scale_of(values: Sequence[Fraction]) -> str:
    """Logarithmic where values are spaced so."""
    low, high = values[0], values[-1]
    middle = values[len(values) // 2]
    return "log" if low > 0 and high > 20 * low and middle - low < (high - low) / 4 else "linear"


def _colour(index: int | None, dimension: int) -> Any:
    return "0.6" if index is None else graded(index, dimension)  # grey where it is undecided
