"""One attempt at paths: track them, judge their ends, and finish those that stall on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from homotopy.common.reporting import Progress
from homotopy.engines.tracker import decisions, kernels
from homotopy.engines.tracker.batch import Ends, Homotopy, evaluate, no_ends, track_paths
from homotopy.engines.tracker.endgame import run_endgame
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.refine import refine
from homotopy.engines.tracker.results import CODE
from homotopy.status import PathStatus

SINGULAR_PIVOTS = 1e-10  # ratio of pivots below which a Jacobian's singular values are looked at
SINGULAR_VALUES = 1e-12  # ratio of singular values (rows and columns scaled) of a numerically singular Jacobian
SINGULAR_SHARP = 1e-13  # the same at a point refined in double-double: only the Jacobian's own rounding is left
ROUGH_UPDATE, ROUGH_PIVOTS = 1e-10, 1e-8  # end points with a larger last update or smaller pivots are refined
_ROUNDING = float(np.finfo(float).eps)
NEAR_END = 1e-9  # distance from the end at which a path is close enough to be refined
FINE = 1e-13  # error with which a path goes straight on: two that end 1e-8 apart are no farther from each other near there


@dataclass(slots=True, eq=False)
class State:
    """Paths of all samples in one queue, ordered by sample; filled in place attempt by attempt."""

    homotopy: Homotopy
    sample: npt.NDArray[np.int64]
    starts: npt.NDArray[np.complex128]
    x: npt.NDArray[np.complex128]
    codes: npt.NDArray[np.int8]
    info: npt.NDArray[np.float64]
    attempts: npt.NDArray[np.int64]
    winding: npt.NDArray[np.int64]
    is_sharp: npt.NDArray[np.bool_]


def attempt(
    state: State, todo: npt.NDArray[np.int64], options: TrackerOptions, threads: int | None, progress: Progress | None
) -> None:
    """Track the paths `todo` from their start and put each into a class.

    When this is stopped, those that had reached a regular end are in theirs.
    """
    ends = no_ends(len(todo), state.x.shape[1])
    try:
        track_paths(
            state.homotopy, state.sample[todo], state.starts[todo], options, threads=threads, progress=progress, ends=ends
        )
    except BaseException:  # also an interruption
        _keep_reached(state, todo, ends)
        raise
    state.x[todo], state.info[todo] = ends.x, ends.info
    state.attempts[todo] += 1
    state.winding[todo] = 0
    state.is_sharp[todo] = False
    codes = np.full(len(todo), CODE[PathStatus.FAILED], np.int8)
    sound = _is_sound(ends)
    codes[sound] = CODE[PathStatus.REGULAR]
    suspicious = np.flatnonzero(sound & ~(ends.info[:, kernels.PIVOT_RATIO] > SINGULAR_PIVOTS))
    codes[suspicious[_is_singular(state, todo[suspicious])]] = CODE[PathStatus.SINGULAR]
    # a singular end point may also be "reached", with Newton crawling: it belongs to the endgame like a stalled path
    stalled = np.flatnonzero((ends.outcome == decisions.STALLED) & np.isfinite(ends.x).all(axis=1))
    state.codes[todo] = codes
    rough = sound & (
        (ends.info[:, kernels.UPDATE] > ROUGH_UPDATE) | ~(ends.info[:, kernels.PIVOT_RATIO] > ROUGH_PIVOTS)
    )
    rough_rows = todo[rough]
    crawling = sharpen(state, rough_rows)
    state.codes[rough_rows[crawling]] = CODE[PathStatus.SINGULAR]
    if len(stalled):
        _finish(state, todo[stalled], options, threads)


def _is_sound(ends: Ends) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        sound = (ends.outcome == decisions.REACHED) & np.isfinite(ends.x).all(axis=1)
        return np.asarray(sound & (ends.info[:, kernels.UPDATE] < decisions.FINAL))


def _keep_reached(state: State, todo: npt.NDArray[np.int64], ends: Ends) -> None:
    reached = _is_sound(ends) & (ends.info[:, kernels.PIVOT_RATIO] > ROUGH_PIVOTS)
    rows = todo[reached]
    state.x[rows], state.info[rows], state.codes[rows] = ends.x[reached], ends.info[reached], CODE[PathStatus.REGULAR]


def sharpen(state: State, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Refine the points of paths at the end in double-double; those that converge become regular.

    Returns where Newton's method crawled, as it does at a multiple root.
    """
    slow = np.zeros(len(rows), bool)
    for sample in np.unique(state.sample[rows]):
        chosen = np.flatnonzero(state.sample[rows] == sample)
        here = rows[chosen]
        found = refine(state.homotopy, int(sample), state.x[here])
        slow[chosen] = found.is_slow & ~found.is_sound
        sharp = here[found.is_sound]
        before = state.x[sharp]
        state.x[sharp] = found.x[found.is_sound]
        regular = ~_is_singular(state, sharp, SINGULAR_SHARP)
        state.x[sharp[~regular]] = before[~regular]
        sharp, values = sharp[regular], np.flatnonzero(found.is_sound)[regular]
        state.codes[sharp] = CODE[PathStatus.REGULAR]
        state.is_sharp[sharp] = True
        state.info[sharp, kernels.UPDATE] = found.update[values]
        state.info[sharp, kernels.RESIDUAL] = found.residual[values]
    return slow


def _finish(state: State, rows: npt.NDArray[np.int64], options: TrackerOptions, threads: int | None) -> None:
    """Endgame for stalled paths."""
    # first straight on: a path to a large or ill-conditioned regular point looks like one to infinity from afar
    on = replace(options.tighter(), accuracy=FINE, endgame_radius=1e-300, max_step=0.5, first_step=0.05, max_iterations=500)
    start = state.info[rows, kernels.TAU].astype(complex)
    further = track_paths(state.homotopy, state.sample[rows], state.x[rows], on, start, 1.0, threads)
    through = (further.outcome == decisions.REACHED) & np.isfinite(further.x).all(axis=1)
    through &= further.info[:, kernels.UPDATE] < decisions.FINAL
    stalled_at = state.x[rows]
    arrived = rows[through]
    state.x[arrived], state.codes[arrived] = further.x[through], CODE[PathStatus.REGULAR]
    for column in (kernels.UPDATE, kernels.RESIDUAL, kernels.PIVOT_RATIO, kernels.NORM):
        state.info[arrived, column] = further.info[through, column]
    # a multiple root, too, is reached in the end, with Newton's method crawling
    sharpen(state, arrived)
    through[through] = state.is_sharp[arrived]
    state.x[rows[~through]], state.codes[rows[~through]] = stalled_at[~through], CODE[PathStatus.FAILED]
    state.info[rows[through], kernels.TAU] = 1.0
    rest = ~through
    if rest.any():
        broken = Ends(further.x[rest], further.outcome[rest], further.info[rest])
        _end_singular(state, rows[rest], broken, options, threads)


def _end_singular(
    state: State, rows: npt.NDArray[np.int64], further: Ends, options: TrackerOptions, threads: int | None
) -> None:
    """Endgame for stalled paths that cannot go straight on; `further` is where that broke off."""
    u = state.info[rows, kernels.TAU]
    stalled_at = state.x[rows]
    game = run_endgame(state.homotopy, state.sample[rows], state.x[rows], u, options, threads)
    state.codes[rows[game.is_infinite]] = CODE[PathStatus.AT_INFINITY]
    found = (game.winding > 0) & (game.error < 1e-3)
    state.x[rows] = np.where(found[:, None], game.x, stalled_at)
    state.winding[rows] = game.winding
    state.info[rows[found], kernels.UPDATE] = game.error[found]
    good = rows[found]
    singular = _is_singular(state, good) | (state.winding[good] > 1)
    state.codes[good] = np.where(singular, CODE[PathStatus.SINGULAR], CODE[PathStatus.FAILED])
    # winding number 1 and an invertible Jacobian: the path only passed close to trouble; refine it at the end
    again = good[~singular]
    ends = track_paths(state.homotopy, state.sample[again], state.x[again], options, 1.0, 1.0, threads)
    ok = (ends.outcome == decisions.REACHED) & (ends.info[:, kernels.UPDATE] < decisions.FINAL)
    state.x[again[ok]] = ends.x[ok]
    state.info[again[ok], kernels.UPDATE] = ends.info[ok, kernels.UPDATE]
    state.codes[again[ok]] = CODE[PathStatus.REGULAR]
    state.info[rows[found], kernels.TAU] = 1.0
    # what is left may be a regular end point too ill conditioned for doubles, or one of a close cluster, around which
    # the endgame's loops go as around one multiple root: refine where going straight on came to the very end
    left = np.flatnonzero(np.isin(state.codes[rows], [CODE[PathStatus.FAILED], CODE[PathStatus.SINGULAR]]))
    moved = np.isfinite(further.x[left]).all(axis=1) & (further.outcome[left] != decisions.BAD_START)
    gone = np.where(moved, further.info[left, kernels.TAU], 0.0)
    points = np.where((gone > 0)[:, None], further.x[left], stalled_at[left])
    near = (1.0 - u[left]) * (1.0 - gone) < NEAR_END
    last = rows[left[near]]
    before, codes = state.x[last], state.codes[last]
    state.x[last] = points[near]
    sharpen(state, last)
    sharp = state.is_sharp[last]
    state.x[last[~sharp]], state.codes[last[~sharp]] = before[~sharp], codes[~sharp]
    state.winding[last[sharp]] = np.minimum(state.winding[last[sharp]], 1)
    state.info[last[sharp], kernels.TAU] = 1.0


def _is_singular(state: State, rows: npt.NDArray[np.int64], ratio: float = SINGULAR_VALUES) -> npt.NDArray[np.bool_]:
    """Whether the Jacobian at the end points is numerically singular, rows and columns scaled.

    A row is measured by its size at x and at a point with coordinates of the same sizes and other phases: at a multiple
    root a whole row may cancel, and its own size would then make rounding look like a full row. A coordinate that is zero for
    all that doubles tell counts with their rounding there: a row of 1e-71 beside others of 1 is no full row.
    """
    n = state.x.shape[1]
    result = np.zeros(len(rows), bool)
    phases = np.exp(2j * np.pi * np.random.default_rng(0).random(n))
    for sample in np.unique(state.sample[rows]):
        chosen = np.flatnonzero(state.sample[rows] == sample)
        program, scalars, x = state.homotopy.program, state.homotopy.scalars[sample], state.x[rows[chosen]]
        top = np.abs(x).max(axis=1, keepdims=True)
        size = np.maximum(np.abs(x), 0.01 * top)
        matrices = evaluate(program, scalars, x, 1.0)[..., :n] * size[:, None, :]
        typical = evaluate(program, scalars, np.maximum(np.abs(x), _ROUNDING * top) * phases, 1.0)[..., :n] * size[:, None, :]
        largest = np.maximum(np.abs(matrices), np.abs(typical)).max(axis=2, keepdims=True)
        values = np.linalg.svd(matrices / np.where(largest > 0, largest, 1), compute_uv=False)
        result[chosen] = values[:, -1] <= ratio * values[:, 0]
    return result
