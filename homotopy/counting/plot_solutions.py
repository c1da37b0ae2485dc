"""Figures of solutions of equations: the curves of two unknowns with the real solutions, all solutions in the complex plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.common.figures import MARKERS, SERIES, axes_for, panels_for
from homotopy.common.wording import count_of
from homotopy.counting.degenerate.stationary_set import SetKind
from homotopy.counting.plot import verdict_note
from homotopy.errors import HomotopyError
from homotopy.status import Verdict
from polysys.reading.parser import format_polynomial
from polysys.system import exact_terms

if TYPE_CHECKING:
    from homotopy.counting.solutions import Solutions

_GRID = 401
_LINES = ("-", "--", "-.", ":")
_MOST_TEXT = 36  # characters of an equation in the legend
_ROOM = 0.85  # of the side of the window that the solutions fill, on each side of its middle
_MOST_RATIO = 8  # of the spreads of two coordinates that share one scale
_LEAST_SPREAD = 1e-6  # of the larger: below it a coordinate has one value


def plot_solutions(solutions: Solutions, ax: Any = None) -> tuple[Any, ...]:
    """All solutions in the complex plane and, in two unknowns, the curves of the equations with the real ones before it.

    Parameters
    ----------
    solutions : Solutions
    ax : axes or several of them, optional
        As many as there are panels; those of a new figure by default.

    Returns
    -------
    tuple of matplotlib axes
        One or two.
    """
    has_curves = solutions.equations.n == 2
    axes = panels_for(ax, _title(solutions), (10.8, 5.2) if has_curves else (5.6, 5.2), [{}] * (2 if has_curves else 1))
    if has_curves:
        draw_curves(solutions, axes[0])
    draw_solutions(solutions, axes[-1])
    return axes


def _title(solutions: Solutions) -> str:
    many = f"{count_of(solutions.n_complex, 'complex solution')}, {solutions.n_real} real"
    return f"{solutions.equations.label}: {many}{verdict_note(solutions.completeness.verdict)}"


def draw_curves(solutions: Solutions, ax: Any = None) -> Any:
    """The real curves of equations in two unknowns, one colour an equation, and the real solutions where all of them meet.

    Certified solutions are filled, multiple ones hollow.

    Parameters
    ----------
    solutions : Solutions
        Of equations in two unknowns.
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    HomotopyError
        For another number of unknowns.
    """
    equations = solutions.equations
    if equations.n != 2:
        raise HomotopyError(
            f"Curves of equations in {count_of(equations.n, 'unknown')} cannot be drawn.",
            "Take two unknowns; draw_solutions shows those of any number in the complex plane.",
        )
    axes = axes_for(ax, _title(solutions), (5.8, 5.4))
    multiple = _multiple(solutions)
    x, y = _window(solutions, multiple)
    grid = np.meshgrid(x, y)
    for k, f in enumerate(equations.given):
        colour, line = SERIES[k % len(SERIES)], _LINES[k % len(_LINES)]
        # a factor that is squared has no sign to tell where it vanishes
        values = _values(exact_terms(f.to_sympy().sqf_part()), grid)
        if values.min() < 0 < values.max():
            axes.contour(*grid, values, levels=[0.0], colors=[colour], linestyles=[line], linewidths=1.5)
        axes.plot([], [], line, color=colour, lw=1.5, label=_shortened(format_polynomial(f)) + " = 0")
    axes.plot(*solutions.real_points.T, "o", color="black", ms=6, zorder=3, label=count_of(solutions.n_real, "real solution"))
    if len(multiple):
        axes.plot(*multiple.T, "o", mfc="white", mec="black", ms=7, zorder=3, label=f"{len(multiple)} multiple")
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])
    if np.isclose(np.ptp(x), np.ptp(y)):
        axes.set_aspect("equal")
    axes.set_xlabel(equations.variables[0])
    axes.set_ylabel(equations.variables[1])
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(0.0, -0.12), borderaxespad=0.0, frameon=False)
    return axes


def _multiple(solutions: Solutions) -> Floats:
    """The isolated singular solutions that are real."""
    found = [
        s.samples[0] for s in solutions.degenerate if s.kind is SetKind.ISOLATED and s.reality is Verdict.YES and s.samples
    ]
    return np.array(found, complex).reshape(-1, 2).real


def _window(solutions: Solutions, multiple: Floats) -> tuple[Floats, Floats]:
    """Where curves are drawn: about the real solutions, else about the real parts of all, with room on all sides.

    A square, unless one coordinate spreads so much less than the other that its solutions would lie on a line.
    """
    points = np.concatenate([solutions.real_points.reshape(-1, 2), multiple])
    if not len(points):
        points = solutions.points.real.reshape(-1, 2) if len(solutions) else np.zeros((1, 2))
    low, high = points.min(axis=0), points.max(axis=0)
    spans = high - low
    largest = float(spans.max()) or 2 * max(1.0, float(np.abs(points).max()))
    sides = [float(d) if _LEAST_SPREAD * largest < d < largest / _MOST_RATIO else largest for d in spans]
    x, y = (np.linspace(m - _ROOM * d, m + _ROOM * d, _GRID) for m, d in zip((low + high) / 2, sides, strict=True))
    return x, y


def _values(terms: dict[tuple[int, ...], Any], grid: Any) -> Floats:
    """A polynomial on a grid, divided by its largest coefficient."""
    largest = max(abs(c) for c in terms.values())
    values = np.zeros(grid[0].shape)
    for (i, j), c in terms.items():
        values += float(c / largest) * grid[0] ** i * grid[1] ** j
    return values


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 3]} .."


def draw_solutions(solutions: Solutions, ax: Any = None) -> Any:
    """All coordinates of all solutions in the complex plane: real solutions filled, the others hollow.

    Parameters
    ----------
    solutions : Solutions
    ax : matplotlib axes, optional
        Those of a new figure by default.

    Returns
    -------
    matplotlib axes
    """
    axes = axes_for(ax, _title(solutions), (5.6, 5.2))
    axes.axhline(0, color="0.6", lw=0.8, zorder=0.5)
    axes.axvline(0, color="0.6", lw=0.8, zorder=0.5)
    for k, name in enumerate(solutions.equations.variables):
        marker, colour = MARKERS[k % len(MARKERS)], SERIES[k % len(SERIES)]
        z, x = solutions.points[:, k], solutions.real_points[:, k]
        axes.plot(z.real, z.imag, marker, ls="none", mfc="none", mec=colour, ms=7, mew=1.2)
        axes.plot(x, np.zeros(len(x)), marker, ls="none", color=colour, mec=colour, ms=7, label=name)
    axes.plot([], [], "o", ls="none", mfc="none", mec="0.3", ms=7, label="not real")
    axes.set_xlabel("real part")
    axes.set_ylabel("imaginary part")
    axes.set_aspect("equal", adjustable="datalim")
    axes.legend(fontsize=8)
    return axes
