"""The paths of a stratum, one per sign orbit: jumps that the tracker cannot notice are noticed and repeated.

The tracker tells paths that met by equal end points. Two more kinds of jumps leave all end points of a stratum apart:

* to a mirror image of another path's end point, because one path stands for a sign orbit;
* to a smaller stratum, where the same equations have other solutions. No path belongs there: were the end point regular and
  the limit of this path, then of the smaller stratum's path to it as well, and a regular point is the limit of one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.reporting import Stopped
from homotopy.engines.starts.sign_orbits import may_be_repeated, repeated
from homotopy.engines.starts.start_set import StartSet, Stratum
from homotopy.engines.tracker.driver import track
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import Program
from homotopy.engines.tracker.results import CODE, PathResults
from homotopy.status import PathStatus
from polysys.tape import Tape

_ZERO = 1e-12  # of the largest coordinate: Newton's method leaves rounding of what vanishes
_MOST_ITERATIONS = 400_000  # half a second or so with six unknowns; 182,000 were needed by a path past weights of 700
_FEW, _FEW_OF = 4, 0.05  # failed paths of a sample, or their share, that are worth so much


def smaller_strata(starts: StartSet, stratum: Stratum) -> list[tuple[int, ...]]:
    """The live unknowns of the strata whose solutions also solve the equations of this one."""
    return [s.alive for s in starts.strata if set(s.alive) < set(stratum.alive)]


def track_stratum(
    system: Tape | Program,
    stratum: Stratum,
    targets: npt.NDArray[np.complex128],
    options: TrackerOptions | None = None,
    *,
    smaller: Sequence[tuple[int, ...]] = (),
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    stopped: Stopped | None = None,
) -> PathResults:
    """Track a stratum's solutions to every target (samples, k).

    Samples with a jump are tracked again with tighter settings, and so are, with more iterations, a few failed paths. What has jumped still is a duplicate (of two paths
    that end in one orbit the later) or, where it ends on a smaller stratum, has failed.

    Parameters
    ----------
    smaller : sequence of tuple of int
        Live unknowns of the smaller strata (:func:`smaller_strata`).
    stopped : Stopped, optional
        As in :func:`~homotopy.engines.tracker.driver.track`.
    """
    options = options or TrackerOptions()
    ends = track(
        system, stratum.parameters, stratum.solutions, targets, options, threads=threads, progress=progress, stopped=stopped
    )
    if stopped is None or stopped.error is None:
        with contextlib.nullcontext() if stopped is None else stopped.taking():
            _repair(system, stratum, targets, options, threads, ends, smaller)
    ends.codes[_strayed(ends, stratum, smaller)] = CODE[PathStatus.FAILED]
    ends.codes[_mirrored(ends, stratum)] = CODE[PathStatus.DUPLICATE]
    return ends


def _repair(
    system: Tape | Program,
    stratum: Stratum,
    targets: npt.NDArray[np.complex128],
    options: TrackerOptions,
    threads: int | None,
    ends: PathResults,
    smaller: Sequence[tuple[int, ...]],
) -> None:
    """Track samples with a jump again, and failed paths."""
    jumped = _mirrored(ends, stratum) | _strayed(ends, stratum, smaller)
    again = np.flatnonzero(jumped.any(axis=1))
    if len(again):
        chosen, tighter = targets[again], options.tighter()
        repair = track(system, stratum.parameters, stratum.solutions, chosen, tighter, threads=threads)
        for k, sample in enumerate(again.tolist()):
            adopt(ends, sample, repair, k)
    _persist(system, stratum, targets, options, threads, ends)


def _persist(
    system: Tape | Program,
    stratum: Stratum,
    targets: npt.NDArray[np.complex128],
    options: TrackerOptions,
    threads: int | None,
    ends: PathResults,
) -> None:
    """Give the failed paths of samples that have few of them more iterations: one may pass close to infinity."""
    failed = ends.codes == CODE[PathStatus.FAILED]
    n_failed = failed.sum(axis=1)
    patient = replace(options.tighter(), max_iterations=max(_MOST_ITERATIONS, options.max_iterations), n_retries=1)
    for sample in np.flatnonzero((n_failed > 0) & (n_failed <= max(_FEW, _FEW_OF * failed.shape[1]))).tolist():
        rows = np.flatnonzero(failed[sample])
        starts, target = stratum.solutions[rows], targets[sample]
        again = track(system, stratum.parameters, starts, target, patient, threads=threads)
        for name, values in _arrays(ends):
            values[sample, rows] = getattr(again, name)[0]


def _arrays(ends: PathResults) -> list[tuple[str, npt.NDArray[Any]]]:
    """The fields of results that hold a row for each sample."""
    values = [(field.name, getattr(ends, field.name)) for field in fields(PathResults)]
    return [(name, value) for name, value in values if isinstance(value, np.ndarray)]


def adopt(ends: PathResults, sample: int, other: PathResults, k: int) -> None:
    """Put sample k of other results in the place of a sample."""
    for name, values in _arrays(ends):
        values[sample] = getattr(other, name)[k]


def _mirrored(ends: PathResults, stratum: Stratum) -> npt.NDArray[np.bool_]:
    """Regular paths whose end point is a mirror image of an earlier one's, by sample and path."""
    is_point = ends.codes == CODE[PathStatus.REGULAR]
    if len(stratum.signs) == 1:
        return np.zeros_like(is_point)
    result: npt.NDArray[np.bool_] = np.zeros_like(is_point)
    for k in np.flatnonzero(may_be_repeated(ends.solutions, is_point)).tolist():
        result[k] = repeated(ends.solutions[k], stratum.signs, is_point[k])
    return result


def _strayed(ends: PathResults, stratum: Stratum, smaller: Sequence[tuple[int, ...]]) -> npt.NDArray[np.bool_]:
    """Regular paths whose end point lies on a smaller stratum, by sample and path."""
    is_point = ends.codes == CODE[PathStatus.REGULAR]
    strayed: npt.NDArray[np.bool_] = np.zeros_like(is_point)
    with np.errstate(invalid="ignore"):
        size = np.abs(ends.solutions)
        vanishes = size <= _ZERO * size.max(axis=2, keepdims=True)
    for alive in smaller:
        dead = [k for k, i in enumerate(stratum.alive) if i not in alive]
        strayed = strayed | (is_point & vanishes[:, :, dead].all(axis=2))
    return strayed
