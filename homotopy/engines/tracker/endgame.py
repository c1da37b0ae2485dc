"""Cauchy endgame: end points of paths that become singular or diverge as u -> 1.

Near the end a path is a Puiseux series x(u) = sum_j a_j (1 - u)^(j / w). Its winding number w is how many loops around
u = 1 it takes to come back, and the mean over the loops is a_0 (Morgan, Sommese, Wampler 1991; Sommese and Wampler
2005, section 10.3). A path whose norm grows like a negative power of 1 - u ends at infinity.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from homotopy.engines.tracker import kernels
from homotopy.engines.tracker.batch import Homotopy, track_paths
from homotopy.engines.tracker.options import TrackerOptions

POINTS = 12  # corners of the polygon around the end
CLOSED = 1e-5  # largest relative gap of a closed loop; stalled points are known to about 1e-7
GROWTH = 1.0 / 24.0  # smallest exponent of a growing norm that is taken for divergence


@dataclass(frozen=True, slots=True, eq=False)
class Endgame:
    """x (m, n); winding (m,), 0 where no loop closed; is_infinite (m,); error (m,): disagreement of two radii."""

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
    arrived = near.outcome == kernels.REACHED
    infinite = _grows(homotopy, sample, x, u, careful, threads)
    outer_mean, outer_winding = _loops(homotopy, sample, x, 1.0 - u, ~infinite, careful, threads)
    base = np.where(arrived[:, None], near.x, x)
    radius = np.where(arrived, 1.0 - inner, 1.0 - u)
    mean, winding = _loops(homotopy, sample, base, radius, (outer_winding > 0) & arrived, careful, threads)
    both = (winding > 0) & (winding == outer_winding)
    size = np.maximum(np.maximum(np.abs(outer_mean), np.abs(x)).max(axis=1), 1e-300)  # the end may be the origin
    error = np.full(m, np.inf)
    error[both] = np.abs(mean - outer_mean).max(axis=1)[both] / size[both]
    result = np.where(both[:, None], mean, outer_mean)
    return Endgame(result, np.where(both, winding, 0), infinite, error)


def _grows(
    homotopy: Homotopy,
    sample: npt.NDArray[np.int64],
    x: npt.NDArray[np.complex128],
    u: npt.NDArray[np.float64],
    options: TrackerOptions,
    threads: int | None,
) -> npt.NDArray[np.bool_]:
    """Whether the norm of paths at x, u grows like a negative power of 1 - u.

    Measured backwards, from sixteen times and from four times as far, where the path can be followed (forwards it soon
    meets the limits of double precision): the two exponents must agree, as they do not on the way to a finite point.
    """
    exponents = []
    here, u_here, norm = x, u, np.abs(x).max(axis=1)
    sound = np.isfinite(norm)
    for _ in range(2):
        back = 1.0 - 4.0 * (1.0 - u_here)
        ends = track_paths(homotopy, sample, here, options, u_here.astype(complex), back.astype(complex), threads)
        sound &= ends.outcome == kernels.REACHED
        with np.errstate(all="ignore"):
            before = np.abs(ends.x).max(axis=1)
            exponents.append(np.log(norm / before) / np.log(4.0))
        here, u_here, norm = np.where(sound[:, None], ends.x, x), back, before
    a, b = exponents
    with np.errstate(invalid="ignore"):
        return np.asarray(sound & (np.minimum(a, b) > GROWTH) & (np.abs(a - b) < 0.2 * np.maximum(a, b)))


def diverges(
    homotopy: Homotopy,
    sample: npt.NDArray[np.int64],
    starts: npt.NDArray[np.complex128],
    x: npt.NDArray[np.complex128],
    u: npt.NDArray[np.float64],
    options: TrackerOptions,
    threads: int | None = None,
) -> npt.NDArray[np.bool_]:
    """Whether paths that broke off at x, u were on their way to infinity.

    So steep a divergence leaves the range of doubles before the endgame. Two facts are asked for: the norm is a
    thousand times that of the start, and it grows like a negative power of 1 - u (seen from four times as far away).
    """
    before = 1.0 - 4.0 * (1.0 - u)
    with np.errstate(all="ignore"):
        norm = np.abs(x).max(axis=1)
        wanted = np.flatnonzero((u > 0.99) & (norm > 1e3 * np.abs(starts).max(axis=1)) & np.isfinite(norm))
        ends = track_paths(
            homotopy, sample[wanted], starts[wanted], options, u_to=before[wanted].astype(complex), threads=threads
        )
        growth = np.log(norm[wanted] / np.abs(ends.x).max(axis=1)) / np.log(4.0)
    result = np.zeros(len(x), bool)
    # at such norms rounding may keep the last Newton steps from settling: close to the place is good enough
    arrived = (ends.outcome == kernels.REACHED) | (ends.info[:, kernels.TAU] > 0.999)
    result[wanted] = arrived & (growth > GROWTH)
    return result


def _loops(
    homotopy: Homotopy,
    sample: npt.NDArray[np.int64],
    x: npt.NDArray[np.complex128],
    radius: npt.NDArray[np.float64],
    wanted: npt.NDArray[np.bool_],
    options: TrackerOptions,
    threads: int | None,
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.int64]]:
    """Mean over closed loops of the given radius around u = 1, and winding numbers (0: not closed)."""
    total, winding = np.zeros_like(x), np.zeros(len(x), np.int64)
    here, open_ = x.copy(), np.flatnonzero(wanted)
    corners = 1.0 - np.exp(2j * np.pi * np.arange(POINTS + 1) / POINTS)[:, None] * radius
    corners[-1] = corners[0]
    for loop in range(1, options.max_winding + 1):
        for a, b in pairwise(corners):
            if not len(open_):
                return total, winding
            total[open_] += here[open_]
            ends = track_paths(homotopy, sample[open_], here[open_], options, a[open_], b[open_], threads)
            here[open_] = ends.x
            open_ = open_[ends.outcome == kernels.REACHED]
        gap = np.abs(here[open_] - x[open_]).max(axis=1) / np.abs(x[open_]).max(axis=1)
        closed = open_[gap < CLOSED]
        winding[closed] = loop
        total[closed] /= loop * POINTS
        open_ = open_[gap >= CLOSED]
    return total, winding
