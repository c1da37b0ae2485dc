"""Paths of a round that diverged or failed, followed to their ends with the landscape's exact coefficients."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from homotopy.common import reporting
from homotopy.engines.path_ends import ExactHomotopy, PathEndpoint, follow_to_end
from homotopy.engines.tracker import TrackerOptions, compile_homotopy, kernels, track_loop
from homotopy.engines.tracker.batch import track_paths
from homotopy.engines.tracker.driver import make_homotopy
from homotopy.engines.tracker.results import CODE
from homotopy.solving.starts.start_set import StartSet, Stratum, stratum_equations
from homotopy.status import PathStatus
from polysys.equations.expansion import nested_form
from polysys.landscape import Landscape
from polysys.tape import trace

if TYPE_CHECKING:
    from homotopy.engines.phcpack.types import TrackedHomotopy
    from homotopy.solving.paths import TrackedPaths

_MOST_WORK = 200_000  # operations of one evaluation, times paths: about a minute
_PLACES = (1e-2, 0.5)  # distances from the end, as parts of the way, from which a path is followed
Complex = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True, eq=False)
class FarPath:
    """A path that can be followed: its homotopy, places (v, x) on it to start from, and its live unknowns,
    which are `scales` times those of the homotopy."""

    homotopy: ExactHomotopy
    places: tuple[tuple[float, Complex], ...]
    alive: tuple[int, ...]
    n: int
    scales: npt.NDArray[np.float64] | float = 1.0

    def end(self) -> PathEndpoint:
        """Where it ends, in all unknowns."""
        found = PathEndpoint(PathStatus.FAILED, np.full(len(self.alive), np.nan, complex))
        for v, x in self.places:
            found = follow_to_end(self.homotopy, x, v)
            if found.status is not PathStatus.FAILED:
                break
        whole = np.zeros(self.n, complex)
        whole[list(self.alive)] = found.x * self.scales
        return replace(found, x=whole)


Follow = Callable[[Sequence[int]], list[FarPath]]
Way = list[Complex]  # members of a family from that of the start to the target


def followed(tracked: TrackedPaths, rows: Sequence[int]) -> tuple[TrackedPaths, int]:
    """The round with its doubtful paths `rows` at the ends that following them has shown, and how many were followed.

    As many are followed as are worth about a minute. PHCpack's other divergent paths have failed then: their growth is
    all that is known of them.
    """
    if tracked.follow is None or not rows:
        return tracked, 0
    x, status = tracked.x.copy(), list(tracked.status)
    work, done = 0, 0
    for k, path in zip(rows, tracked.follow(rows), strict=True):
        work += path.homotopy.cost
        if work > _MOST_WORK:
            break
        reporting.tick("far paths", done, len(rows))
        end = path.end()
        done += 1
        is_finite = status[k] in (PathStatus.SINGULAR, PathStatus.REGULAR)
        if not (is_finite and end.status is PathStatus.FAILED):
            x[k], status[k] = end.x, end.status
    for k in rows[done:]:
        if status[k] is PathStatus.AT_INFINITY and tracked.engine == "phcpack":
            status[k] = PathStatus.FAILED
    return replace(tracked, x=x, status=tuple(status)), done


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
    tape = stratum_equations(landscape, stratum.alive)
    *before, member, target = way
    x = stratum.solutions[rows]
    if before:
        ends = track_loop(tape, way[:-1], x, settings, threads=threads)
        x = np.where((ends.codes[0] == CODE[PathStatus.REGULAR])[:, None], ends.solutions[0], np.nan)
    homotopy = make_homotopy(compile_homotopy(tape), member, target[None])
    exact = ExactHomotopy(tape, member, landscape.parameters, float(homotopy.kappas[0]))
    sound = np.isfinite(x).all(axis=1)
    places: list[list[tuple[float, Complex]]] = [[] for _ in rows]
    on = replace(settings.tighter(), endgame_radius=1e-300)
    for v in _PLACES:
        here = np.flatnonzero(sound)
        there = track_paths(homotopy, np.zeros(len(here), np.int64), x[here], on, u_to=1.0 - v, threads=threads)
        for k, end, outcome in zip(here.tolist(), there.x, there.outcome, strict=True):
            if outcome == kernels.REACHED:
                places[k].append((v, end))
    return [FarPath(exact, tuple(p), stratum.alive, landscape.formulation.n_unknowns) for p in places]


def follow_linear(
    landscape: Landscape, homotopies: Sequence[TrackedHomotopy], rows: Sequence[int]
) -> list[FarPath]:
    """Paths of straight lines between two systems, numbered over all homotopies, from their start solutions on."""
    found: dict[int, FarPath] = {}
    first = 0
    for homotopy in homotopies:
        here = [k for k in rows if first <= k < first + len(homotopy.solutions)]
        if here:
            exact = _exact(landscape, homotopy)
            for k in here:
                x = np.array(homotopy.solutions[k - first], complex)
                scales = np.array([2.0 ** homotopy.columns[i] for i in homotopy.live])
                found[k] = FarPath(exact, ((1.0, x),), homotopy.live, landscape.system.n, scales)
        first += len(homotopy.solutions)
    return [found[k] for k in rows]


def _exact(landscape: Landscape, homotopy: TrackedHomotopy) -> ExactHomotopy:
    """The homotopy with the landscape's exact coefficients, in the unknowns in which it was tracked.

    Those are scaled by powers of two, and so is every equation: the double of a coefficient says by which.
    """
    n = len(homotopy.live)
    supports, start, target = [], [], []
    for k, row, other in zip(homotopy.equations, homotopy.target, homotopy.start, strict=True):
        exact = landscape.system.terms[k]
        whole = {}
        for c, m in row:
            full = [0] * landscape.system.n
            for i, d in zip(homotopy.live, m, strict=True):
                full[i] = d
            value = exact[tuple(full)]
            whole[m] = value * Fraction(2) ** round(math.log2(abs(c)) - _log2(abs(value)))
        begin = {m: homotopy.gamma * c for c, m in other}
        monomials = sorted(whole.keys() | begin.keys())
        supports.append(monomials)
        start += [begin.get(m, 0j) for m in monomials]
        target += [whole.get(m, Fraction(0)) for m in monomials]

    def equations(x: Sequence[Any], p: Sequence[Any]) -> list[Any]:
        coefficients = iter(p)
        return [nested_form({m: next(coefficients) for m in monomials}, x) for monomials in supports]

    return ExactHomotopy(trace(equations, n, len(start)), np.array(start), target)


def _log2(value: Fraction) -> float:
    return math.log2(value.numerator) - math.log2(value.denominator)
