"""Members of a family from its start set: all paths of the compiled tracker, stratum by stratum."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common import reporting
from homotopy.common.reporting import Progress, Stopped
from homotopy.engines.base import TrackedPaths
from homotopy.engines.starts.cache import start_set
from homotopy.engines.starts.start_set import StartKind, Stratum, make_start_set, stratum_equations
from homotopy.engines.tracker.driver import track_loop
from homotopy.engines.tracker.far_paths import Way, follow_tracked
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.results import CODE, STATUSES, PathResults
from homotopy.engines.tracker.routes import gradual_way, random_member
from homotopy.engines.tracker.strata import adopt, smaller_strata, track_stratum
from homotopy.status import PathStatus
from polysys.landscape import Landscape
from polysys.symmetry import SymmetryGroup, sign_symmetries
from polysys.tape import Tape

_LARGEST = 1e100  # of a coupling: a path's matrices hold products of a few
_SMALLEST = float(np.finfo(np.float64).tiny)  # below it a double loses digits, and at last the coupling
_Ends = tuple[npt.NDArray[np.complex128], npt.NDArray[Any], npt.NDArray[np.float64]]


def track_members(
    landscapes: Sequence[Landscape],
    seed: int,
    round_number: int = 0,
    progress: Progress | None = None,
    threads: int | None = None,
    keep: Callable[[TrackedPaths], None] | None = None,
) -> list[TrackedPaths] | None:
    """The paths of members of one family, each as if it were alone; None if the family has no start set.

    The first round follows the segment from the start member to the landscape; later ones, of one landscape, go by way of a
    random complex member and with tighter settings, so that other paths are followed. When the first round of one landscape is
    stopped, `keep` is given the paths that have ended.
    """
    begin = time.perf_counter()
    first = landscapes[0]
    starts = start_set(first)
    if starts is None or not starts.is_whole:
        return None
    if starts.kind is StartKind.FERMAT and seed:
        starts = make_start_set(first, seed) or starts
    targets = _targets(landscapes)
    if targets is None:
        return None
    settings = TrackerOptions() if round_number == 0 else TrackerOptions.conservative()
    size, m = first.formulation.n_unknowns, len(landscapes)
    parts: list[_Ends] = []
    images: list[npt.NDArray[np.int8]] = []
    ways: list[list[Way]] = []
    done = 0
    stopped = Stopped() if keep is not None and m == 1 and round_number == 0 else None
    for stratum in starts.strata:

        def report(here: int, _: int, before: int = done) -> None:
            reporting.report("paths", before * m + here, starts.n_paths * m)

        smaller = smaller_strata(starts, stratum)
        detour = seed if round_number else None
        found, here = _track_stratum(first, stratum, targets, settings, smaller, detour, threads, report, stopped)
        ways.append(here)
        parts.append(_whole_ends(first, stratum, found, len(landscapes)))
        images += [_whole_signs(first, stratum)] * len(stratum.solutions)
        done += len(stratum.solutions)
        if stopped is not None and stopped.error is not None:
            break
        if progress is not None:
            progress(done, starts.n_paths)
    orbits = f", one path per sign orbit: {starts.n_paths}" if starts.n_paths < starts.n_solutions else ""
    strata = f", {len(starts.strata)} zero patterns" if len(starts.strata) > 1 else ""
    # a family may have no zero pattern with solutions at all
    parts = parts or [(np.zeros((m, 0, size), np.complex128), np.zeros((m, 0), np.int8), np.zeros((m, 0)))]
    x, codes, rco = parts[0] if len(parts) == 1 else (np.concatenate([p[i] for p in parts], axis=1) for i in range(3))
    members = [
        TrackedPaths(
            x=x[k],
            status=tuple(STATUSES[code] for code in codes[k].tolist()),
            rco=rco[k],
            images=tuple(images),
            start=f"{starts.kind.value}{strata}{orbits}",
            root_count=starts.n_solutions,
            root_count_kind=starts.grounds,
            engine="tracker",
            engine_version=_numba_version(),
            transport="numba",
            precision="d",
            seed=seed,
            gamma=1 + 0j,
            attempts=(),
            seconds=(time.perf_counter() - begin) / len(landscapes),
            follow=partial(follow_tracked, landscapes[k], starts, [way[k] for way in ways], settings, threads),
        )
        for k in range(len(landscapes))
    ]
    if stopped is not None and stopped.error is not None:
        assert keep is not None
        keep(_without_failed(members[0]))
        raise stopped.error
    return members


def _without_failed(paths: TrackedPaths) -> TrackedPaths:
    """The paths that came to an end, of a run that was stopped: of the others nobody knows whether they would have failed."""
    rows = [k for k, status in enumerate(paths.status) if status is not PathStatus.FAILED]
    return replace(
        paths,
        x=paths.x[rows],
        status=tuple(paths.status[k] for k in rows),
        rco=paths.rco[rows],
        images=tuple(paths.images[k] for k in rows),
        follow=None,
    )


@cache  # a search through the installed packages
def _numba_version() -> str:
    return version("numba")


def _targets(landscapes: Sequence[Landscape]) -> npt.NDArray[np.complex128] | None:
    """The couplings in doubles; None where some are so large that their products are not, or so small that they are none."""
    try:
        targets = np.array([[float(c) for c in land.parameters] for land in landscapes], dtype=np.complex128)
    except OverflowError:
        return None
    is_small = np.abs(targets) < _SMALLEST
    if any(landscapes[i].parameters[k] for i, k in np.argwhere(is_small).tolist()):
        return None
    return targets if np.abs(targets).max(initial=0.0) < _LARGEST else None


def _track_stratum(
    landscape: Landscape,
    stratum: Stratum,
    targets: npt.NDArray[np.complex128],
    settings: TrackerOptions,
    smaller: Sequence[tuple[int, ...]],
    detour: int | None,
    threads: int | None,
    progress: Progress,
    stopped: Stopped | None,
) -> tuple[PathResults | None, list[Way]]:
    """A stratum's paths to every target, and the ways through parameter space that they took."""
    ways: list[Way] = [[stratum.parameters, target] for target in targets]
    if not stratum.alive or not len(stratum.solutions):
        return None, ways
    tape = stratum_equations(landscape, stratum.alive)
    if detour is None:
        found = track_stratum(
            tape, stratum, targets, settings, smaller=smaller, threads=threads, progress=progress, stopped=stopped
        )
        if stopped is not None and stopped.error is not None:
            return found, ways
        for k in np.flatnonzero((found.codes != CODE[PathStatus.REGULAR]).any(axis=1)).tolist():
            gradual = gradual_way(stratum.parameters, targets[k])
            ways[k] = _go_gradually(tape, stratum, ways[k], gradual, settings, threads, found, k)
        return found, ways
    (target,) = targets
    middle = random_member(target, detour)
    way = [stratum.parameters, middle, target]
    found = track_loop(tape, way, stratum.solutions, settings, progress=progress)
    if (found.codes != CODE[PathStatus.REGULAR]).any():
        gradual = [stratum.parameters, *gradual_way(middle, target)]
        way = _go_gradually(tape, stratum, way, gradual, settings, threads, found, 0)
    return found, [way]


def _go_gradually(
    tape: Tape,
    stratum: Stratum,
    way: Way,
    gradual: Way,
    settings: TrackerOptions,
    threads: int | None,
    found: PathResults,
    sample: int,
) -> Way:
    """Track all paths of a sample again if the target has small couplings; the way of those that are kept.

    They are kept if more of them arrive and none is lost on the way: what stops at a member before the target cannot be
    followed any further.
    """
    if len(gradual) == len(way):
        return way
    again = track_loop(tape, gradual, stratum.solutions, settings, threads=threads)
    regular, failed = CODE[PathStatus.REGULAR], CODE[PathStatus.FAILED]
    is_better = (again.codes[0] == regular).sum() > (found.codes[sample] == regular).sum()
    if not is_better or (again.codes[0] == failed).any():
        return way
    adopt(found, sample, again, 0)
    return gradual


def _whole_signs(landscape: Landscape, stratum: Stratum) -> npt.NDArray[np.int8]:
    """For each sign flip of the live unknowns a flip of all coordinates that is a symmetry of the landscape.

    Only such a flip maps certificates to certificates, whatever the dead coordinates are.
    """
    n, size = landscape.domain.n, landscape.formulation.n_unknowns
    if len(stratum.signs) == 1:
        return np.ones((1, size), dtype=np.int8)
    whole: dict[tuple[int, ...], tuple[int, ...]] = {}
    for g in SymmetryGroup(n, sign_symmetries(landscape.potential)).elements():
        flip = (*g.signs, *[1] * (size - n))  # multipliers keep their sign
        whole.setdefault(tuple(flip[i] for i in stratum.alive), flip)
    signs = np.ones((len(stratum.signs), size), dtype=np.int8)
    for k, restricted in enumerate(stratum.signs.tolist()):
        signs[k] = whole[tuple(restricted)]
    return signs


def _whole_ends(landscape: Landscape, stratum: Stratum, found: PathResults | None, samples: int) -> _Ends:
    """The end points of a stratum's paths in all coordinates, their codes and inverse condition numbers, by sample."""
    m = len(stratum.solutions)
    n = landscape.formulation.n_unknowns
    if found is not None and len(stratum.alive) == n:
        x = found.solutions
    else:
        x = np.zeros((samples, m, n), dtype=np.complex128)
    if found is None:
        return x, np.full((samples, m), CODE[PathStatus.REGULAR]), np.ones((samples, m))
    if len(stratum.alive) < n:
        x[:, :, list(stratum.alive)] = found.solutions
    # whether two paths met is decided on certified zeros
    codes = np.where(found.codes == CODE[PathStatus.DUPLICATE], CODE[PathStatus.REGULAR], found.codes)
    return x, codes, 1 / np.fmax(found.conditions, 1.0)
