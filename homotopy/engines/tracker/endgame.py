"""Cauchy endgame: end points of paths that become singular or diverge as u -> 1.

Near the end a path is a Puiseux series in 1 - u, in the coordinates z = h (1, x) of a chart of projective space, whether it
ends at a finite point or at infinity: z(u) = sum_j a_j (1 - u)^(j / w). Its winding number w is how many loops around
u = 1 it takes to come back, and the mean over the loops is a_0 (Morgan, Sommese, Wampler 1991; Sommese and Wampler
2005, section 10.3). A path ends at infinity where the first coordinate of a_0 is zero, whatever its norm does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from homotopy.engines.tracker import decisions
from homotopy.engines.tracker.batch import Homotopy, track_paths
from homotopy.engines.tracker.options import TrackerOptions

POINTS = 12  # corners of the polygon around the end
CLOSED = 1e-5  # largest relative gap of a closed loop; stalled points are known to about 1e-7
AFAR = (0.999, 0.99)  # where the loops of paths are drawn that broke off before the end
ZERO = 1e-6  # |h| at the end, relative to |h| on the loop, of a path to infinity: the loop's points are known to 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Endgame:
    """x (m, n); winding (m,), 0 where no loop closed; is_infinite (m,): h = 0 at the end; error (m,): disagreement of two radii."""

    x: npt.NDArray[np.complex128]
    winding: npt.NDArray[np.int64]
    is_infinite: npt.NDArray[np.bool_]
    error: npt.NDArray[np.float64]


def run_endgame(
    homotopy: Homotopy,
    sample: npt.NDArray[np.int64],
    x: npt.NDArray[np.complex128],
    u: npt.NDArray[np.float64],
    options: TrackerOptions,
    threads: int | None = None,
) -> Endgame:
    """Finish paths that stalled at x, u close to 1."""
    m = len(x)
    careful = replace(options.tighter(), endgame_radius=1e-300, max_step=0.5, first_step=0.05)
    inner = 1.0 - (1.0 - u) / 100.0
    near = track_paths(homotopy, sample, x, careful, u.astype(complex), inner.astype(complex), threads)
    arrived = near.outcome == decisions.REACHED
    outer = _loops(homotopy, sample, x, 1.0 - u, np.ones(m, bool), careful, threads)
    base = np.where(arrived[:, None], near.x, x)
    radius = np.where(arrived, 1.0 - inner, 1.0 - u)
    last = _loops(homotopy, sample, base, radius, (outer.winding > 0) & arrived, careful, threads)
    both = (last.winding > 0) & (last.winding == outer.winding)
    infinite = both & outer.is_zero & last.is_zero
    finite = both & ~infinite
    error = np.full(m, np.inf)
    with np.errstate(all="ignore"):
        first, second = outer.mean[:, 1:] / outer.mean[:, :1], last.mean[:, 1:] / last.mean[:, :1]
        size = np.maximum(np.maximum(np.abs(first), np.abs(x)).max(axis=1), 1e-300)  # the end may be the origin
        error[finite] = np.abs(first - second).max(axis=1)[finite] / size[finite]
    result = np.where(finite[:, None], second, x)
    return Endgame(result, np.where(both, last.winding, 0), infinite, error)


@dataclass(frozen=True, slots=True, eq=False)
class _Loops:
    """Mean of h (1, x) over closed loops (m, n + 1), winding numbers (0: not closed), whether the mean of h is zero."""

    mean: npt.NDArray[np.complex128]
    winding: npt.NDArray[np.int64]
    is_zero: npt.NDArray[np.bool_]


def _loops(
    homotopy: Homotopy,
    sample: npt.NDArray[np.int64],
    x: npt.NDArray[np.complex128],
    radius: npt.NDArray[np.float64],
    wanted: npt.NDArray[np.bool_],
    options: TrackerOptions,
    threads: int | None,
) -> _Loops:
    """Loops of the given radius around u = 1 until they close."""
    m, n = x.shape
    rng = np.random.default_rng(0)
    plane = rng.standard_normal(n + 1) + 1j * rng.standard_normal(n + 1)
    total, winding, size = np.zeros((m, n + 1), complex), np.zeros(m, np.int64), np.zeros(m)
    here, open_ = x.copy(), np.flatnonzero(wanted)
    corners = 1.0 - np.exp(2j * np.pi * np.arange(POINTS + 1) / POINTS)[:, None] * radius
    corners[-1] = corners[0]
    for loop in range(1, options.max_winding + 1):
        for a, b in pairwise(corners):
            if not len(open_):
                break
            h = 1.0 / (plane[0] + here[open_] @ plane[1:])
            total[open_, 0] += h
            total[open_, 1:] += h[:, None] * here[open_]
            size[open_] += np.abs(h)
            ends = track_paths(homotopy, sample[open_], here[open_], options, a[open_], b[open_], threads)
            here[open_] = ends.x
            open_ = open_[ends.outcome == decisions.REACHED]
        if not len(open_):
            break
        gap = np.abs(here[open_] - x[open_]).max(axis=1) / np.abs(x[open_]).max(axis=1)
        closed = open_[gap < CLOSED]
        winding[closed] = loop
        total[closed] /= loop * POINTS
        size[closed] /= loop * POINTS
        open_ = open_[gap >= CLOSED]
    return _Loops(total, winding, (winding > 0) & (np.abs(total[:, 0]) < ZERO * size))
