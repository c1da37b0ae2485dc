"""Paths of the compiled tracker as they can be followed to their ends in long numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Complexes
from homotopy.engines.path_ends import ExactHomotopy, FarPath
from homotopy.engines.starts.start_set import StartSet, Stratum, stratum_equations
from homotopy.engines.tracker import decisions
from homotopy.engines.tracker.batch import track_paths
from homotopy.engines.tracker.driver import make_homotopy, track_loop
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import compile_homotopy
from homotopy.engines.tracker.results import CODE
from homotopy.status import PathStatus
from polysys.landscape import Landscape
from polysys.tape import trace

_PLACES = (1e-2, 0.5)  # distances from the end, as parts of the way, from which a path is followed
Way = list[Complexes]  # members of a family from that of the start to the target


def follow_tracked(
    landscape: Landscape,
    starts: StartSet,
    ways: Sequence[Way],
    settings: TrackerOptions,
    threads: int | None,
    rows: Sequence[int],
) -> list[FarPath]:
    """Paths of the compiled tracker, numbered over all strata, along the way through parameter space that each stratum took."""
    found: dict[int, FarPath] = {}
    first = 0
    for stratum, way in zip(starts.strata, ways, strict=True):
        here = [k for k in rows if first <= k < first + len(stratum.solutions)]
        if here:
            paths = _of_stratum(landscape, stratum, way, settings, threads, np.array(here) - first)
            found.update(zip(here, paths, strict=True))
        first += len(stratum.solutions)
    return [found[k] for k in rows]


def _of_stratum(
    landscape: Landscape,
    stratum: Stratum,
    way: Way,
    settings: TrackerOptions,
    threads: int | None,
    rows: npt.NDArray[np.int64],
) -> list[FarPath]:
    *before, member, target = way
    if not stratum.alive:  # the origin: nothing moves
        nothing = ExactHomotopy(trace(lambda x, p: [], 0), member[:0], ())
        return [FarPath(nothing, (), (), landscape.formulation.n_unknowns) for _ in rows]
    tape = stratum_equations(landscape, stratum.alive)
    x = stratum.solutions[rows]
    if before:
        ends = track_loop(tape, way[:-1], x, settings, threads=threads)
        x = np.where((ends.codes[0] == CODE[PathStatus.REGULAR])[:, None], ends.solutions[0], np.nan)
    homotopy = make_homotopy(compile_homotopy(tape), member, target[None])
    exact = ExactHomotopy(tape, member, landscape.parameters, float(homotopy.kappas[0]))
    sound = np.isfinite(x).all(axis=1)
    places: list[list[tuple[float, Complexes]]] = [[] for _ in rows]
    on = replace(settings.tighter(), endgame_radius=1e-300)
    for v in _PLACES:
        here = np.flatnonzero(sound)
        there = track_paths(homotopy, np.zeros(len(here), np.int64), x[here], on, u_to=1.0 - v, threads=threads)
        for k, end, outcome in zip(here.tolist(), there.x, there.outcome, strict=True):
            if outcome == decisions.REACHED:
                places[k].append((v, end))
    return [FarPath(exact, tuple(p), stratum.alive, landscape.formulation.n_unknowns) for p in places]
