"""Parameter homotopies for ensembles: track, judge, repair, account."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.status import PathStatus
from homotopy.tracker import kernels
from homotopy.tracker.batch import Ends, Homotopy, Progress, evaluate, track_paths
from homotopy.tracker.coincide import coinciding
from homotopy.tracker.endgame import diverges, run_endgame
from homotopy.tracker.options import TrackerOptions
from homotopy.tracker.program import Program, compile_homotopy
from homotopy.tracker.refine import refine
from homotopy.tracker.results import CODE, PathResults
from polysys.errors import InputError
from polysys.tape import Tape

SINGULAR_PIVOTS = 1e-10  # ratio of pivots below which a Jacobian's singular values are looked at
SINGULAR_VALUES = 1e-12  # ratio of singular values (rows and columns scaled) of a numerically singular Jacobian
SINGULAR_SHARP = 1e-13  # the same at a point refined in double-double: only the Jacobian's own rounding is left
ROUGH_UPDATE, ROUGH_PIVOTS = 1e-10, 1e-8  # end points with a larger last update or smaller pivots are refined
NEAR_END = 1e-9  # distance from the end at which a path is close enough to be refined


@dataclass(slots=True, eq=False)
class _State:
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


def track(
    system: Tape | Program,
    start_parameters: npt.ArrayLike,
    start_solutions: npt.ArrayLike,
    target_parameters: npt.ArrayLike,
    options: TrackerOptions | None = None,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> PathResults:
    """Track the solutions of F(x; p0) = 0 to those of F(x; p1) = 0 for every target p1.

    Parameters
    ----------
    system : Tape or Program
        F with n variables, k parameters and n outputs. A program (:func:`compile_homotopy`) is reused at no cost; a
        tape is compiled for these parameters (milliseconds).
    start_parameters : (k,) complex
        p0. Take it random complex: then almost no path p(t) = (1 - t) p0 + t p1 meets the discriminant.
    start_solutions : (m, n) complex
        Distinct regular solutions at p0.
    target_parameters : (k,) or (samples, k) real or complex
    options : TrackerOptions, optional
    threads : int, optional
        Default: the cores this process may use. The result does not depend on it.
    progress : callable (done, total), optional
        Called after each chunk of paths.

    Returns
    -------
    PathResults
        One class for each path: regular, duplicate, singular, at infinity, failed.

    Raises
    ------
    InputError
        If shapes do not fit, a number is not finite, or the parameters are not what the program was compiled for.

    Examples
    --------
    >>> import numpy as np
    >>> from polysys.tape import trace
    >>> square = trace(lambda x, p: [x[0] ** 2 - p[0]], 1, 1)
    >>> ends = track(square, [1j], [[1j ** 0.5], [-(1j ** 0.5)]], [4.0])
    >>> sorted(ends.solutions[0, :, 0].real.round(9).tolist())
    [-2.0, 2.0]

    Notes
    -----
    Paths that failed, and paths of a sample whose end points coincide (a path jumped), are tracked again with tighter
    settings, up to ``options.n_retries`` times. Paths that cannot reach the end go through a Cauchy endgame. End points
    that are ill conditioned or close to each other are refined with residuals in double-double arithmetic.

    References
    ----------
    A. J. Sommese, C. W. Wampler, *The Numerical Solution of Systems of Polynomials*, World Scientific 2005, ch. 7, 10.
    """
    options = options or TrackerOptions()
    begin = time.perf_counter()
    p0, starts, p1 = _checked(system, start_parameters, start_solutions, target_parameters)
    if isinstance(system, Tape):
        program = compile_homotopy(system, p0 == 0, (p1.imag == 0).all(axis=0))
    else:
        program = system
    _check_assumptions(program, p0, p1)
    homotopy = make_homotopy(program, p0, p1)
    samples, m, n = len(p1), *starts.shape
    total = samples * m
    state = _State(
        homotopy, np.repeat(np.arange(samples), m), np.tile(starts, (samples, 1)), np.full((total, n), np.nan, complex),
        np.full(total, CODE[PathStatus.FAILED], np.int8), np.zeros((total, 9)), np.zeros(total, np.int64),
        np.zeros(total, np.int64), np.zeros(total, bool),
    )  # fmt: skip
    todo, settings = np.arange(total), options
    for attempt in range(options.n_retries + 1):
        _attempt(state, todo, settings, threads, progress if attempt == 0 else None)
        failed = np.flatnonzero(state.codes == CODE[PathStatus.FAILED])
        close = _coinciding(state)[0]
        _sharpen(state, close[~state.is_sharp[close]])  # may tell apart what is only close
        todo = np.union1d(failed, _coinciding(state)[0])
        if not len(todo):
            break
        settings = settings.tighter()
    rows = np.flatnonzero(state.codes == CODE[PathStatus.FAILED])
    if len(rows):
        u = state.info[rows, kernels.TAU]
        lost = diverges(homotopy, state.sample[rows], state.starts[rows], state.x[rows], u, options.tighter(), threads)
        state.codes[rows[lost]] = CODE[PathStatus.AT_INFINITY]
    _mark_duplicates(state)
    return _results(state, samples, m, time.perf_counter() - begin)


def track_loop(
    system: Tape | Program,
    points: Sequence[npt.ArrayLike],
    solutions: npt.ArrayLike,
    options: TrackerOptions | None = None,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
) -> PathResults:
    """Track solutions along straight segments through a list of parameter points, for instance a monodromy loop.

    Parameters
    ----------
    system : Tape or Program
        A program must take no parameter for zero or real (:func:`compile_homotopy` with the defaults).
    points : sequence of (k,) complex
        Two points or more; the first is where `solutions` (m, n) solve. A closed loop repeats its first point.
    solutions : (m, n) complex
    options, threads, progress
        As in :func:`track`; progress is told of each segment anew.

    Returns
    -------
    PathResults
        One sample; row i belongs to solutions[i]. A path that ends irregularly on the way keeps the class it got there.

    Raises
    ------
    InputError
        As :func:`track`, or if there are fewer than two points.
    """
    if len(points) < 2:
        raise InputError("A parameter path needs two points or more.", "Pass at least a start and an end.")
    program = compile_homotopy(system) if isinstance(system, Tape) else system
    here = np.array(solutions, complex)
    alive = np.arange(len(here))
    whole: PathResults | None = None
    for a, b in pairwise(points):
        part = track(program, a, here[alive], b, options, threads=threads, progress=progress)
        if whole is None:
            whole = part
        else:
            _merge(whole, part, alive)
        here[alive] = part.solutions[0]
        alive = alive[part.codes[0] == CODE[PathStatus.REGULAR]]
        if not len(alive):
            break
    assert whole is not None
    return whole


def _merge(whole: PathResults, part: PathResults, rows: npt.NDArray[np.int64]) -> None:
    for name in ("solutions", "codes", "errors", "residuals", "conditions", "last_t", "n_attempts", "winding"):
        getattr(whole, name)[0, rows] = getattr(part, name)[0]
    for name in ("n_iterations", "n_steps", "n_rejected"):
        getattr(whole, name)[0, rows] += getattr(part, name)[0]


def make_homotopy(program: Program, p0: npt.NDArray[Any], p1: npt.NDArray[Any]) -> Homotopy:
    """A program with its parameters p0 (k,) and p1 (samples, k)."""
    start, target = np.linalg.norm(p0), np.linalg.norm(p1, axis=1)
    kappas = np.ones(len(p1))
    if start > 0:
        kappas[target > 0] = start / target[target > 0]
    return Homotopy(program, program.scalar_values(p0, p1), kappas, p1.astype(complex), p0.astype(complex))


def _checked(
    system: Tape | Program, start_parameters: Any, start_solutions: Any, target_parameters: Any
) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    p0 = np.asarray(start_parameters, complex)
    starts = np.ascontiguousarray(start_solutions, complex)
    p1 = np.atleast_2d(np.asarray(target_parameters, complex))
    n = system.n_variables if isinstance(system, Tape) else system.n
    k = system.n_parameters
    shapes_fit = p0.shape == (k,) and p1.ndim == 2 and p1.shape[1] == k and starts.ndim == 2 and starts.shape[1] == n
    if not shapes_fit:
        raise InputError(
            f"A system of {n} unknowns and {k} parameters was given start parameters {p0.shape}, start solutions "
            f"{starts.shape} and targets {p1.shape}.",
            f"Pass arrays of shapes ({k},), (paths, {n}) and (samples, {k}).",
        )
    for name, array in (("start parameter", p0), ("start solution", starts), ("target parameter", p1)):
        if not np.isfinite(array).all():
            raise InputError(f"A {name} is not finite.", "Remove nan and inf from the input.")
    return p0, starts, p1


def _check_assumptions(program: Program, p0: npt.NDArray[Any], p1: npt.NDArray[Any]) -> None:
    if (p0[program.start_zero] != 0).any() or (p1[:, program.target_real].imag != 0).any():
        raise InputError(
            "The program was compiled for vanishing start or real target parameters, and these are not.",
            "Compile the system without these assumptions.",
        )


def _attempt(
    state: _State, todo: npt.NDArray[np.int64], options: TrackerOptions, threads: int | None, progress: Progress | None
) -> None:
    """Track the paths `todo` from their start and put each into a class."""
    ends = track_paths(
        state.homotopy, state.sample[todo], state.starts[todo], options, threads=threads, progress=progress
    )
    state.x[todo], state.info[todo] = ends.x, ends.info
    state.attempts[todo] += 1
    state.winding[todo] = 0
    state.is_sharp[todo] = False
    codes = np.full(len(todo), CODE[PathStatus.FAILED], np.int8)
    with np.errstate(invalid="ignore"):
        sound = (ends.outcome == kernels.REACHED) & np.isfinite(ends.x).all(axis=1)
        sound &= ends.info[:, kernels.UPDATE] < kernels.FINAL
    codes[sound] = CODE[PathStatus.REGULAR]
    suspicious = np.flatnonzero(sound & ~(ends.info[:, kernels.PIVOT_RATIO] > SINGULAR_PIVOTS))
    codes[suspicious[_is_singular(state, todo[suspicious])]] = CODE[PathStatus.SINGULAR]
    # a singular end point may also be "reached", with Newton crawling: it belongs to the endgame like a stalled path
    stalled = np.flatnonzero((ends.outcome == kernels.STALLED) & np.isfinite(ends.x).all(axis=1))
    state.codes[todo] = codes
    rough = sound & (
        (ends.info[:, kernels.UPDATE] > ROUGH_UPDATE) | ~(ends.info[:, kernels.PIVOT_RATIO] > ROUGH_PIVOTS)
    )
    rough_rows = todo[rough]
    crawling = _sharpen(state, rough_rows)
    state.codes[rough_rows[crawling]] = CODE[PathStatus.SINGULAR]
    if len(stalled):
        _finish(state, todo[stalled], options, threads)


def _sharpen(state: _State, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
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


def _finish(state: _State, rows: npt.NDArray[np.int64], options: TrackerOptions, threads: int | None) -> None:
    """Endgame for stalled paths."""
    # first straight on: a path to a large or ill-conditioned regular point looks like one to infinity from afar
    on = replace(options.tighter(), endgame_radius=1e-300, max_step=0.5, first_step=0.05, max_iterations=500)
    start = state.info[rows, kernels.TAU].astype(complex)
    further = track_paths(state.homotopy, state.sample[rows], state.x[rows], on, start, 1.0, threads)
    through = (further.outcome == kernels.REACHED) & np.isfinite(further.x).all(axis=1)
    through &= further.info[:, kernels.UPDATE] < kernels.FINAL
    stalled_at = state.x[rows]
    arrived = rows[through]
    state.x[arrived], state.codes[arrived] = further.x[through], CODE[PathStatus.REGULAR]
    for column in (kernels.UPDATE, kernels.RESIDUAL, kernels.PIVOT_RATIO, kernels.NORM):
        state.info[arrived, column] = further.info[through, column]
    # a multiple root, too, is reached in the end, with Newton's method crawling
    _sharpen(state, arrived)
    through[through] = state.is_sharp[arrived]
    state.x[rows[~through]], state.codes[rows[~through]] = stalled_at[~through], CODE[PathStatus.FAILED]
    state.info[rows[through], kernels.TAU] = 1.0
    rest = ~through
    if rest.any():
        broken = Ends(further.x[rest], further.outcome[rest], further.info[rest])
        _end_singular(state, rows[rest], broken, options, threads)


def _end_singular(
    state: _State, rows: npt.NDArray[np.int64], further: Ends, options: TrackerOptions, threads: int | None
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
    ok = (ends.outcome == kernels.REACHED) & (ends.info[:, kernels.UPDATE] < kernels.FINAL)
    state.x[again[ok]] = ends.x[ok]
    state.info[again[ok], kernels.UPDATE] = ends.info[ok, kernels.UPDATE]
    state.codes[again[ok]] = CODE[PathStatus.REGULAR]
    state.info[rows[found], kernels.TAU] = 1.0
    # what is left may be a regular end point too ill conditioned for doubles, or one of a close cluster, around which
    # the endgame's loops go as around one multiple root: refine where going straight on came to the very end
    left = np.flatnonzero(np.isin(state.codes[rows], [CODE[PathStatus.FAILED], CODE[PathStatus.SINGULAR]]))
    moved = np.isfinite(further.x[left]).all(axis=1) & (further.outcome[left] != kernels.BAD_START)
    gone = np.where(moved, further.info[left, kernels.TAU], 0.0)
    points = np.where((gone > 0)[:, None], further.x[left], stalled_at[left])
    near = (1.0 - u[left]) * (1.0 - gone) < NEAR_END
    last = rows[left[near]]
    before, codes = state.x[last], state.codes[last]
    state.x[last] = points[near]
    _sharpen(state, last)
    sharp = state.is_sharp[last]
    state.x[last[~sharp]], state.codes[last[~sharp]] = before[~sharp], codes[~sharp]
    state.winding[last[sharp]] = np.minimum(state.winding[last[sharp]], 1)
    state.info[last[sharp], kernels.TAU] = 1.0


def _is_singular(state: _State, rows: npt.NDArray[np.int64], ratio: float = SINGULAR_VALUES) -> npt.NDArray[np.bool_]:
    """Whether the Jacobian at the end points is numerically singular, rows and columns scaled.

    A row is measured by its size at x and at a point with coordinates of the same sizes and other phases: at a multiple
    root a whole row may cancel, and its own size would then make rounding look like a full row.
    """
    n = state.x.shape[1]
    result = np.zeros(len(rows), bool)
    phases = np.exp(2j * np.pi * np.random.default_rng(0).random(n))
    for sample in np.unique(state.sample[rows]):
        chosen = np.flatnonzero(state.sample[rows] == sample)
        program, scalars, x = state.homotopy.program, state.homotopy.scalars[sample], state.x[rows[chosen]]
        size = np.maximum(np.abs(x), 0.01 * np.abs(x).max(axis=1, keepdims=True))
        matrices = evaluate(program, scalars, x, 1.0)[..., :n] * size[:, None, :]
        typical = evaluate(program, scalars, np.abs(x) * phases, 1.0)[..., :n] * size[:, None, :]
        largest = np.maximum(np.abs(matrices), np.abs(typical)).max(axis=2, keepdims=True)
        values = np.linalg.svd(matrices / np.where(largest > 0, largest, 1), compute_uv=False)
        result[chosen] = values[:, -1] <= ratio * values[:, 0]
    return result


def _coinciding(state: _State) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    rows = np.flatnonzero(state.codes == CODE[PathStatus.REGULAR])
    return coinciding(rows, state.x[rows], state.sample[rows], state.is_sharp[rows])


def _mark_duplicates(state: _State) -> None:
    rows, first = _coinciding(state)
    later = rows[rows != first]
    state.codes[later] = CODE[PathStatus.DUPLICATE]


def _results(state: _State, samples: int, m: int, seconds: float) -> PathResults:
    gone = (state.codes == CODE[PathStatus.FAILED]) | (state.codes == CODE[PathStatus.AT_INFINITY])
    state.x[gone] = np.nan
    info = state.info
    with np.errstate(divide="ignore", invalid="ignore"):
        conditions = 1.0 / info[:, kernels.PIVOT_RATIO]

    def table(values: npt.NDArray[Any], dtype: type = float) -> npt.NDArray[Any]:
        return values.reshape(samples, m).astype(dtype)

    return PathResults(
        state.x.reshape(samples, m, -1), state.codes.reshape(samples, m), table(info[:, kernels.UPDATE]),
        table(info[:, kernels.RESIDUAL]), table(conditions), table(info[:, kernels.TAU]),
        table(info[:, kernels.TICKS], np.int64), table(info[:, kernels.STEPS], np.int64),
        table(info[:, kernels.REJECTED], np.int64), table(state.attempts, np.int64), table(state.winding, np.int64),
        seconds,
    )  # fmt: skip
