"""Parameter homotopies for ensembles: track, repair, account."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.reporting import Progress, Stopped
from homotopy.engines.tracker import decisions, kernels
from homotopy.engines.tracker.batch import Homotopy, track_paths
from homotopy.engines.tracker.coincide import coinciding
from homotopy.engines.tracker.endgame import AFAR, run_endgame
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import Program, compile_homotopy
from homotopy.engines.tracker.results import CODE, PathResults
from homotopy.engines.tracker.retries import State, attempt, sharpen
from homotopy.status import PathStatus
from polysys.errors import InputError
from polysys.tape import Tape

_BLOCK = 1 << 16  # paths of one attempt at a time: what is held beside their ends is a few copies of them


def track(
    system: Tape | Program,
    start_parameters: npt.ArrayLike,
    start_solutions: npt.ArrayLike,
    target_parameters: npt.ArrayLike,
    options: TrackerOptions | None = None,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    stopped: Stopped | None = None,
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
    stopped : Stopped, optional
        Takes what stops this (time limit, interruption, lack of memory), instead of having it raised: the paths that had not
        come to an end are failed then.

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
    state = State(
        homotopy, np.repeat(np.arange(samples), m), starts if samples == 1 else np.tile(starts, (samples, 1)), np.full((total, n), np.nan, complex),
        np.full(total, CODE[PathStatus.FAILED], np.int8), np.zeros((total, 9)), np.zeros(total, np.int64),
        np.zeros(total, np.int64), np.zeros(total, bool),
    )  # fmt: skip
    with contextlib.nullcontext() if stopped is None else stopped.taking():
        _track_all(state, options, threads, progress)
    _mark_duplicates(state)
    return _results(state, samples, m, time.perf_counter() - begin)


def _track_all(state: State, options: TrackerOptions, threads: int | None, progress: Progress | None) -> None:
    todo, settings = np.arange(len(state.codes)), options
    for k in range(options.n_retries + 1):
        for first in range(0, len(todo), _BLOCK):
            attempt(state, todo[first : first + _BLOCK], settings, threads, _after(first, len(todo), progress if k == 0 else None))
        failed = np.flatnonzero(state.codes == CODE[PathStatus.FAILED])
        close = _coinciding(state)[0]
        sharpen(state, close[~state.is_sharp[close]])  # may tell apart what is only close
        todo = np.union1d(failed, _coinciding(state)[0])
        if not len(todo):
            break
        settings = settings.tighter()
    _look_from_afar(state, options.tighter(), threads)


def _after(done: int, total: int, progress: Progress | None) -> Progress | None:
    """Progress that is told of paths after so many others."""
    return None if progress is None else lambda here, _: progress(done + here, total)


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
        One sample; row i belongs to solutions[i]. A path that does not get past a point on the way has failed, whatever
        became of it there: the member there may have fewer solutions than that at the end.

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
    for k, (a, b) in enumerate(pairwise(points), 2):
        part = track(program, a, here[alive], b, options, threads=threads, progress=progress)
        is_over = part.codes[0] != CODE[PathStatus.REGULAR]
        if k < len(points):
            part.codes[0, is_over] = CODE[PathStatus.FAILED]
        if whole is None:
            whole = part
        else:
            _merge(whole, part, alive)
        here[alive] = part.solutions[0]
        alive = alive[~is_over]
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


def _coinciding(state: State) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    rows = np.flatnonzero(state.codes == CODE[PathStatus.REGULAR])
    return coinciding(rows, state.x[rows], state.sample[rows], state.is_sharp[rows])


def _look_from_afar(state: State, options: TrackerOptions, threads: int | None) -> None:
    """Paths that broke off near the end: so steep a divergence leaves the range of doubles before loops close there."""
    for u in AFAR:
        rows = np.flatnonzero((state.codes == CODE[PathStatus.FAILED]) & (state.info[:, kernels.TAU] > u))
        if not len(rows):
            continue
        ends = track_paths(state.homotopy, state.sample[rows], state.starts[rows], options, u_to=u, threads=threads)
        rows, x = (values[ends.outcome == decisions.REACHED] for values in (rows, ends.x))
        game = run_endgame(state.homotopy, state.sample[rows], x, np.full(len(rows), u), options, threads)
        infinite = rows[game.is_infinite]
        state.codes[infinite], state.winding[infinite] = CODE[PathStatus.AT_INFINITY], game.winding[game.is_infinite]


def _mark_duplicates(state: State) -> None:
    rows, first = _coinciding(state)
    later = rows[rows != first]
    state.codes[later] = CODE[PathStatus.DUPLICATE]


def _results(state: State, samples: int, m: int, seconds: float) -> PathResults:
    gone = (state.codes == CODE[PathStatus.FAILED]) | (state.codes == CODE[PathStatus.AT_INFINITY])
    state.x[gone] = np.nan
    info = state.info
    with np.errstate(divide="ignore", invalid="ignore"):
        conditions = 1.0 / info[:, kernels.PIVOT_RATIO]

    def table(values: npt.NDArray[Any], dtype: type = float) -> npt.NDArray[Any]:
        return values.reshape(samples, m).astype(dtype)

    return PathResults(
        state.x.reshape(samples, m, state.x.shape[1]), state.codes.reshape(samples, m), table(info[:, kernels.UPDATE]),
        table(info[:, kernels.RESIDUAL]), table(conditions), table(info[:, kernels.TAU]),
        table(info[:, kernels.TICKS], np.int64), table(info[:, kernels.STEPS], np.int64),
        table(info[:, kernels.REJECTED], np.int64), table(state.attempts, np.int64), table(state.winding, np.int64),
        seconds,
    )  # fmt: skip
