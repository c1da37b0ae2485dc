"""Feeding the kernels: chunks of paths over threads, workspaces, progress and interruption."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.jit import aligned
from homotopy.common.processes import n_usable_cores
from homotopy.common.reporting import Progress
from homotopy.common.threads import Stop, over_threads
from homotopy.common.vectors import LANES, WIDTH
from homotopy.engines.tracker import extended, kernels
from homotopy.engines.tracker.lane_state import N_ROWS
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import Program
from homotopy.engines.tracker.stepping import HISTORY

CHUNK = 512  # most paths of a task: a second or two, so that progress is prompt; a stop is looked at at every step
SMALL = 128  # least paths of a task: with fewer, starting a thread costs more than it saves



@dataclass(frozen=True, slots=True, eq=False)
class Homotopy:
    """A program with its parameters: one path in parameter space for each sample.

    Parameters
    ----------
    program : Program
    scalars : array (samples, ...)
    kappas : array (samples,)
        Norm of the start over the norm of the target parameters.
    targets : complex array (samples, k)
    start : complex array (k,)
    """

    program: Program
    scalars: npt.NDArray[np.float64]
    kappas: npt.NDArray[np.float64]
    targets: npt.NDArray[np.complex128]
    start: npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Raw outcome of paths: x (m, n), outcome codes (m,), diagnostics (m, 9) in the columns named in kernels."""

    x: npt.NDArray[np.complex128]
    outcome: npt.NDArray[np.int64]
    info: npt.NDArray[np.float64]


def track_paths(
    homotopy: Homotopy,
    sample: npt.NDArray[np.int64],
    x: npt.NDArray[np.complex128],
    options: TrackerOptions,
    u_from: npt.NDArray[np.complex128] | complex = 0.0,
    u_to: npt.NDArray[np.complex128] | complex = 1.0,
    threads: int | None = None,
    progress: Progress | None = None,
    ends: Ends | None = None,
) -> Ends:
    """Track each x[i], a solution of sample[i] at u_from, along the segment to u_to.

    Paths must be ordered by sample. The numbers of a path depend on nothing but its own data. `ends`, as :func:`no_ends` makes
    them, are filled in place: what is in them when this is stopped holds for the paths that have an outcome.
    """
    n_paths, n = x.shape
    program = homotopy.program
    x, t_from, t_to = _own(x), _own(np.broadcast_to(u_from, (n_paths,))), _own(np.broadcast_to(u_to, (n_paths,)))
    ends = no_ends(n_paths, n) if ends is None else ends
    settings, system = options._array(), program.system
    tape = (_own(system.ops, np.int8), *(_own(a, np.int32) for a in (system.left, system.right, system.outputs)))
    start, targets, registers = _own(homotopy.start), _own(homotopy.targets), extended.registers(system)

    def work(runs: npt.NDArray[np.int64], stop: Stop) -> int:
        column, reg = n * WIDTH, aligned(program.n_registers * WIDTH)
        kernels.track_runs(
            program.code, program.fill, homotopy.scalars, n, homotopy.kappas, tape, start, targets, runs, x, t_from, t_to, settings,
            ends.x, ends.outcome, ends.info, reg, program.matrix(reg), aligned(HISTORY * column), aligned(HISTORY * column), aligned(column), aligned(column),
            aligned(N_ROWS * LANES), np.zeros(LANES, np.int64), registers.copy(), stop,
        )  # fmt: skip
        return int((runs[:, 2] - runs[:, 1]).sum())

    done = 0

    def count(paths: int) -> None:
        nonlocal done
        done += paths
        if progress:
            progress(done, n_paths)

    workers = threads or n_usable_cores()
    over_threads(work, _tasks(sample, min(CHUNK, max(SMALL, n_paths // (4 * workers)))), workers, count)
    return ends


def no_ends(n_paths: int, n: int) -> Ends:
    """Ends of paths that are still to be tracked: no outcome."""
    return Ends(np.full((n_paths, n), np.nan, complex), np.full(n_paths, -1, np.int64), np.zeros((n_paths, 9)))


def _own(values: npt.ArrayLike, dtype: type = complex) -> npt.NDArray[Any]:
    """A writable contiguous copy: Numba compiles anew for read-only or strided arrays."""
    return np.array(values, dtype, order="C", copy=True)


def _tasks(sample: npt.NDArray[np.int64], chunk: int) -> list[npt.NDArray[np.int64]]:
    """Runs (sample, first, last + 1), grouped into tasks of about `chunk` paths."""
    if len(sample) == 0:
        return []
    edges = [0, *(np.flatnonzero(np.diff(sample)) + 1).tolist(), len(sample)]
    tasks: list[list[tuple[int, int, int]]] = [[]]
    size = 0
    for a, b in pairwise(edges):
        pieces = max(1, round((b - a) / chunk))
        cuts = np.linspace(a, b, pieces + 1).astype(int).tolist()
        for p, q in pairwise(cuts):
            if size and size + q - p > chunk:
                tasks.append([])
                size = 0
            tasks[-1].append((int(sample[a]), p, q))
            size += q - p
    return [np.array(task, np.int64) for task in tasks]


def evaluate(
    program: Program, scalars: npt.NDArray[Any], x: npt.NDArray[Any], t: npt.NDArray[Any] | complex
) -> npt.NDArray[np.complex128]:
    """Matrices [J, F, dF/dt] (m, n, n + 2) of one sample at points x (m, n) and times t."""
    m, n = x.shape
    out, reg = np.empty((m, n, n + 2), complex), aligned(program.n_registers * WIDTH)
    kernels.evaluate_points(
        program.code, program.fill, _own(scalars, float), n, _own(x), _own(np.broadcast_to(t, (m,))), out,
        reg, program.matrix(reg), aligned(N_ROWS * LANES),
    )  # fmt: skip
    return out
