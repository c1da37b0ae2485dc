"""Run the paths of a landscape with one engine; what comes back looks the same for every engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common import reporting
from homotopy.engines.phcpack.client import PHCpack, Start
from homotopy.engines.tracker import TrackerOptions, track_loop
from homotopy.engines.tracker.results import CODE, STATUSES, PathResults
from homotopy.options import Options, Precision
from homotopy.solving.far_paths import Follow, Way, follow_linear, follow_tracked
from homotopy.solving.routes import gradual_way, random_member
from homotopy.solving.starts.cache import start_set
from homotopy.solving.starts.fermat import Polynomials, fermat_start, has_fermat_start
from homotopy.solving.starts.start_set import Stratum, make_start_set, stratum_equations
from homotopy.solving.strata import adopt, smaller_strata, track_stratum
from homotopy.status import GENERIC_COUNT, PathStatus
from polysys.counts.bezout import best_partition
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.symmetry import SymmetryGroup, sign_symmetries
from polysys.tape import Tape

Progress = Callable[[int, int], None]
_LARGEST = 1e100  # of a coupling: a path's matrices hold products of a few
_Ends = tuple[npt.NDArray[np.complex128], npt.NDArray[Any], npt.NDArray[np.float64]]
_STARTS = {
    "polyhedral": Start.POLYHEDRAL,
    "multihomogeneous": Start.MULTIHOMOGENEOUS,
    "total-degree": Start.TOTAL_DEGREE,
}


@dataclass(frozen=True, slots=True, eq=False)
class TrackedPaths:
    """All paths of one round.

    Parameters
    ----------
    x : complex array (m, n)
        End points.
    status : tuple of PathStatus
        A numerical diagnosis for each.
    rco : float array (m,)
        Inverse condition numbers, as far as the engine knows them.
    images : tuple of int8 array (g, n)
        For each end the sign flips, identity first, under which it stands for g paths that need no tracking.
    start, root_count_kind : str
    root_count : int
        Number of paths, images included, that the start's theory asks for.
    engine, engine_version, transport, precision : str
    seed : int
    gamma : complex
    attempts : tuple of str
    seconds : float
    follow : callable, optional
        Follows paths, by their numbers, to their ends in long numbers (:mod:`homotopy.solving.far_paths`).
    """

    x: npt.NDArray[np.complex128]
    status: tuple[PathStatus, ...]
    rco: npt.NDArray[np.float64]
    images: tuple[npt.NDArray[np.int8], ...]
    start: str
    root_count: int | None
    root_count_kind: str
    engine: str
    engine_version: str
    transport: str
    precision: str
    seed: int
    gamma: complex
    attempts: tuple[str, ...]
    seconds: float
    follow: Follow | None = None


def run_tracker(
    landscape: Landscape, options: Options, round_number: int, progress: Progress | None
) -> TrackedPaths | None:
    """The compiled tracker's round; None if the family has no start set.

    The first round follows the segment from the start member to the landscape; later ones go by way of a random
    complex member and with tighter settings, so that other paths are followed.
    """
    found = _track([landscape], options, round_number, progress, None)
    return None if found is None else found[0]


def run_tracker_together(
    landscapes: Sequence[Landscape], options: Options, threads: int | None = None
) -> list[TrackedPaths] | None:
    """The tracker's first round for samples of one model at once; what each gets does not depend on the others."""
    return _track(landscapes, options, 0, None, threads)


def _track(
    landscapes: Sequence[Landscape], options: Options, round_number: int, progress: Progress | None, threads: int | None
) -> list[TrackedPaths] | None:
    begin = time.perf_counter()
    first = landscapes[0]
    starts = start_set(first)
    if starts is None:
        return None
    seed = options.seed + 7919 * round_number
    if starts.kind == "Fermat form" and seed:
        starts = make_start_set(first, seed) or starts
    targets = _targets(landscapes)
    if targets is None:
        return None
    settings = TrackerOptions() if round_number == 0 else TrackerOptions.conservative()
    size, m = first.formulation.n_unknowns, len(landscapes)
    # a family may have no zero pattern with solutions at all
    parts: list[_Ends] = [(np.zeros((m, 0, size), np.complex128), np.zeros((m, 0), np.int8), np.zeros((m, 0)))]
    images: list[npt.NDArray[np.int8]] = []
    ways: list[list[Way]] = []
    done = 0
    for stratum in starts.strata:

        def report(here: int, _: int, before: int = done) -> None:
            reporting.tick("paths", before * m + here, starts.n_paths * m)

        smaller = smaller_strata(starts, stratum)
        detour = seed if round_number else None
        found, here = _track_stratum(first, stratum, targets, settings, smaller, detour, threads, report)
        ways.append(here)
        parts.append(_whole_ends(first, stratum, found, len(landscapes)))
        images += [_whole_signs(first, stratum)] * len(stratum.solutions)
        done += len(stratum.solutions)
        if progress is not None:
            progress(done, starts.n_paths)
    orbits = f", one path per sign orbit: {starts.n_paths}" if starts.n_paths < starts.n_solutions else ""
    strata = f", {len(starts.strata)} zero patterns" if len(starts.strata) > 1 else ""
    x, codes, rco = (np.concatenate([part[i] for part in parts], axis=1) for i in range(3))
    return [
        TrackedPaths(
            x[k],
            tuple(STATUSES[code] for code in codes[k].tolist()),
            rco[k],
            tuple(images),
            f"{starts.kind}{strata}{orbits}",
            starts.n_solutions,
            f"{GENERIC_COUNT}, {starts.grounds},",
            "tracker",
            version("numba"),
            "numba",
            "d",
            seed,
            1 + 0j,
            (),
            (time.perf_counter() - begin) / len(landscapes),
            partial(follow_tracked, landscapes[k], starts, [way[k] for way in ways], settings, threads),
        )
        for k in range(len(landscapes))
    ]


def _targets(landscapes: Sequence[Landscape]) -> npt.NDArray[np.complex128] | None:
    """The couplings in doubles; None where some are so large that their products are not."""
    try:
        targets = np.array([[float(c) for c in land.parameters] for land in landscapes], dtype=np.complex128)
    except OverflowError:
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
) -> tuple[PathResults | None, list[Way]]:
    """A stratum's paths to every target, and the ways through parameter space that they took."""
    ways: list[Way] = [[stratum.parameters, target] for target in targets]
    if not stratum.alive or not len(stratum.solutions):
        return None, ways
    tape = stratum_equations(landscape, stratum.alive)
    if detour is None:
        found = track_stratum(
            tape, stratum, targets, settings, smaller=smaller, threads=threads, progress=progress
        )
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
    x = np.zeros((samples, m, landscape.formulation.n_unknowns), dtype=np.complex128)
    if found is None:
        return x, np.full((samples, m), CODE[PathStatus.REGULAR]), np.ones((samples, m))
    x[:, :, list(stratum.alive)] = found.solutions
    # whether two paths met is decided on certified zeros
    codes = np.where(found.codes == CODE[PathStatus.DUPLICATE], CODE[PathStatus.REGULAR], found.codes)
    return x, codes, 1 / np.fmax(found.conditions, 1.0)


def run_phcpack(landscape: Landscape, engine: PHCpack, strategy: str, precision: Precision, seed: int) -> TrackedPaths:
    """PHCpack's round, from the start system that the strategy names."""
    target = equations_in_doubles(landscape)
    fermat = has_fermat_start(landscape.formulation)
    if strategy == "fermat" and not fermat:
        raise InputError(f"{landscape.label} has no Fermat start.", "It needs a form on one sphere; use strategy=auto.")
    root_count: int | None
    if strategy == "fermat" or (strategy == "auto" and fermat):
        start, solutions = fermat_start(landscape.formulation, seed)
        report = engine.track(target, start, solutions, precision=precision, seed=seed)
        name, kind, root_count = "Fermat form", "eigenvectors of a Fermat form", len(solutions)
    else:
        choice = _STARTS["polyhedral" if strategy == "auto" else strategy]
        partition = None
        if choice is Start.MULTIHOMOGENEOUS:
            supports = [list(terms) for terms in landscape.system.terms]
            partition = best_partition(supports, landscape.system.n).partition
        report = engine.solve(target, start=choice, partition=partition, precision=precision, seed=seed)
        name, kind, root_count = report.start, report.root_count_kind, report.root_count
    one = np.ones((1, landscape.system.n), dtype=np.int8)
    return TrackedPaths(
        np.array([e.x for e in report.ends], np.complex128).reshape(-1, landscape.system.n),
        tuple(e.status for e in report.ends),
        np.array([e.rco for e in report.ends], np.float64),
        (one,) * len(report.ends),
        name,
        root_count,
        kind,
        "phcpack",
        report.version,
        report.transport,
        report.precision,
        seed,
        report.gamma,
        report.attempts,
        report.seconds,
        partial(follow_linear, landscape, report.homotopies),
    )


def equations_in_doubles(landscape: Landscape) -> Polynomials:
    """The equations in double precision; a coefficient that vanishes there would take solutions with it.

    Raises
    ------
    InputError
        If the coefficients of an equation differ by more than 1e300.
    """
    result: Polynomials = []
    for k, terms in enumerate(landscape.system.terms):
        largest = max(map(abs, terms.values()))
        # a power of two brings the largest coefficient of each equation close to one and changes no digit
        unit = Fraction(2) ** (largest.numerator.bit_length() - largest.denominator.bit_length())
        unit = Fraction(1) if Fraction(1, 1 << 100) < unit < 1 << 100 else unit
        result.append([(complex(float(c / unit)), e) for e, c in terms.items()])
        if any(abs(c) < 1e-300 for c, _ in result[-1]):
            raise InputError(
                f"The coefficients of equation {k + 1} differ by more than double precision can hold (1e300).",
                "Rescale the variables.",
            )
    return result
