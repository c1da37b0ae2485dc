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

_LINES = ("-", "--", "-.", ":")  # two indices may have the same counts
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
    for index in range(scan.dimension + 1):
        colour = _colour(index, scan.dimension)
        if scan.n_samples > 1:
            means = scan.means(index)
            intervals = [m.interval() for m in means]
            axes.fill_between(
                at, [i.low for i in intervals], [i.high for i in intervals], color=colour, alpha=0.25, lw=0
            )
            axes.plot(at, [sum(m.range) / 2 for m in means], "-", color=colour, lw=1.2, label=f"index {index}")
        else:
            x, y = _staircase(scan, index)
            if max(y, default=0):
                axes.step(x, y, _LINES[index % len(_LINES)], where="post", color=colour, lw=2, label=f"index {index}")
    axes.set_xscale(scale_of(scan.values))
    axes.set_xlabel(scan.name)
    axes.set_ylabel("mean number of points" if scan.n_samples > 1 else "number of points")
    if scan.n_samples == 1:
        whole_numbers(axes.yaxis)
    axes.margins(x=0)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=7, ncols=2)
    return axes


def _staircase(scan: Scan, index: int) -> tuple[list[float], list[int]]:
    """Where the number of points of an index changes, and to what: at the events where they are known, at the values else."""
    counts = [c.get(index, 0) for c in scan.by_index]
    steps = {
        float(v): n
        for v, n in zip(scan.values, counts, strict=True)
        if not any(e.low <= v <= e.high for e in scan.events)
    }
    for low, high, n in zip(scan.values[:-1], scan.values[1:], counts[:-1], strict=True):
        for event in scan.events:
            if low < event.low and event.high < high:
                n += event.after.get(index, 0) - event.before.get(index, 0)
                steps[event.at] = n
    x = sorted(steps)
    return x, [steps[a] for a in x]


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
