"""Certify the end points of paths and put every path into exactly one class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.certification.closure import closure_candidates
from homotopy.certification.discs.contraction import Boxes
from homotopy.certification.plain_lists import plain_lists
from homotopy.certification.zeros import DOUBLE_DIGITS, CertificationReport, boxes_of_members, certify
from homotopy.engines.base import TrackedPaths
from homotopy.solving.result import PathAccount, SolveReport
from homotopy.solving.root_counts import least_root_count
from homotopy.status import PathStatus
from polysys.problem import Problem

# An end point further than this from the zero it certifies (relative to its size) was not an end point of that zero.
_MAX_DRIFT = 1e-3
_BLOCK = 1 << 16  # end points that are compared at once


def hopeful_ends(tracked: TrackedPaths) -> list[int]:
    """The numbers of the paths whose ends may be solutions."""
    if tracked.status.count(PathStatus.REGULAR) == len(tracked.status):
        return list(range(len(tracked.status)))
    return [k for k, s in enumerate(tracked.status) if s in (PathStatus.REGULAR, PathStatus.SINGULAR)]


def ends_of(tracked: TrackedPaths) -> npt.NDArray[np.complex128]:
    """These ends."""
    hopeful = hopeful_ends(tracked)
    return tracked.x if len(hopeful) == len(tracked.x) else tracked.x[hopeful]


def account(
    landscape: Problem,
    tracked: TrackedPaths,
    known: CertificateList,
    rounds: int,
    digits: int,
    boxes: Boxes | None = None,
) -> tuple[SolveReport, list[int]]:
    """Certify the end points and put every path into exactly one class.

    Parameters
    ----------
    boxes : Boxes, optional
        What doubles prove about :func:`hopeful_ends`.

    Returns
    -------
    report : SolveReport
    doubtful : list of int
        The numbers of the paths that did not reach a certified zero of their own, the divergent ones first.
    """
    counts = dict.fromkeys(PathStatus, 0)
    failed: list[tuple[complex, ...]] = []
    if boxes is None and len(tracked.x) <= _BLOCK and not len(known) and digits <= DOUBLE_DIGITS:
        (boxes,) = boxes_of_members([landscape.tapes], [ends_of(tracked)])
        (plain,) = plain_lists([ends_of(tracked)], [boxes], _MAX_DRIFT)
        if plain is not None and _is_plain(landscape, tracked):
            return _plain_report(landscape, tracked, plain, rounds), []
    hopeful = hopeful_ends(tracked)
    lost = set(range(len(tracked.status))).difference(hopeful)
    for k in sorted(lost):
        counts[tracked.status[k]] += len(tracked.images[k])
        if tracked.status[k] is PathStatus.FAILED:
            failed.extend(tuple((tracked.x[k] * flip).tolist()) for flip in tracked.images[k])
    images = [tracked.images[k] for k in hopeful]
    ends = tracked.x if not lost else tracked.x[hopeful]
    best = [tracked.exact.get(k, tracked.x[k].tolist()) for k in hopeful] if tracked.exact else None
    result = certify(landscape.tapes, ends, known, images, digits=digits, exact=best, boxes=boxes)
    # from here on one row a path, images included
    sizes = [len(flips) for flips in images]
    points = ends
    if sum(sizes) > len(sizes):
        points = np.repeat(ends, sizes, axis=0) * np.concatenate(images)
    may_be_singular = np.array(
        [tracked.status[k] is PathStatus.SINGULAR or tracked.rco[k] < 1e-8 for k in hopeful], bool
    )
    statuses = _final_statuses(points, np.repeat(may_be_singular, sizes), result)
    for status in PathStatus:
        counts[status] += statuses.count(status)
    first = np.cumsum([0, *sizes[:-1]]).tolist()
    lost |= {k for k, row in zip(hopeful, first, strict=False) if statuses[row] is not PathStatus.REGULAR}
    doubtful = sorted(lost, key=lambda k: (tracked.status[k] is not PathStatus.AT_INFINITY, k))
    failed += _points_of(points, statuses, PathStatus.FAILED)
    closed = closed_under_symmetry(landscape, result, digits)
    report = _report(landscape, tracked, closed.certificates, counts, rounds)
    report = replace(
        report,
        singular_ends=tuple(_points_of(points, statuses, PathStatus.SINGULAR)),
        n_entangled=closed.n_entangled,
        failed_ends=tuple(failed),
    )
    return report, doubtful


def accounts_of_members(
    landscapes: Sequence[Problem], tracked: Sequence[TrackedPaths], boxes: Sequence[Boxes], digits: int
) -> list[SolveReport]:
    """The accounts of the first round of members of one family, each as if it were alone; most of them at once, on arrays."""
    ends = [ends_of(paths) for paths in tracked]
    plain = plain_lists(ends, boxes, _MAX_DRIFT) if digits <= DOUBLE_DIGITS else [None] * len(ends)
    return [
        _plain_report(land, paths, found, 1)
        if found is not None and _is_plain(land, paths)
        else account(land, paths, CertificateList.of(()), 1, digits, proved)[0]
        for land, paths, found, proved in zip(landscapes, tracked, plain, boxes, strict=True)
    ]


def _is_plain(landscape: Problem, tracked: TrackedPaths) -> bool:
    """Whether all paths have ends that stand for themselves, and conjugation is the only symmetry that maps solutions to solutions."""
    is_alone = sum(map(len, tracked.images)) == len(tracked.images)
    return is_alone and tracked.status.count(PathStatus.REGULAR) == len(tracked.status) and not landscape.symmetry.generators


def _plain_report(landscape: Problem, tracked: TrackedPaths, found: CertificateList, rounds: int) -> SolveReport:
    return _report(landscape, tracked, found, dict.fromkeys(PathStatus, 0) | {PathStatus.REGULAR: len(found)}, rounds)


def _report(
    landscape: Problem, tracked: TrackedPaths, certificates: CertificateList, counts: Mapping[PathStatus, int], rounds: int
) -> SolveReport:
    """The report of paths of which so many are of each class."""
    root_count = tracked.root_count
    if root_count is not None:
        root_count = max(root_count, least_root_count(landscape, tracked.root_count_kind))
    return SolveReport(
        certificates=certificates,
        paths=PathAccount(sum(map(len, tracked.images)), *(counts[s] for s in PathStatus)),
        n_beyond_paths=len(certificates) - counts[PathStatus.REGULAR],
        singular_ends=(),
        n_entangled=0,
        engine=tracked.engine,
        engine_version=tracked.engine_version,
        start=tracked.start,
        precision=tracked.precision,
        transport=tracked.transport,
        root_count=root_count,
        root_count_kind=tracked.root_count_kind,
        solver_seed=tracked.seed,
        gamma=tracked.gamma,
        rounds=rounds,
        attempts=(),
        seconds=tracked.seconds,
    )


def _points_of(
    points: npt.NDArray[np.complex128], statuses: Sequence[PathStatus], wanted: PathStatus
) -> list[tuple[complex, ...]]:
    return [tuple(points[k].tolist()) for k, status in enumerate(statuses) if status is wanted]


def _final_statuses(
    points: npt.NDArray[np.complex128], may_be_singular: npt.NDArray[np.bool_], result: CertificationReport
) -> list[PathStatus]:
    """The class of each path that came to an end: the first that reaches a certified zero is regular."""
    number = np.array([-1 if k is None else k for k in result.assignment], np.int64)
    statuses = np.full(len(points), PathStatus.FAILED, object)
    statuses[(number < 0) & may_be_singular] = PathStatus.SINGULAR
    certified = np.flatnonzero(number >= 0)
    if not len(certified):  # an empty list of certificates knows no dimension
        return list(statuses)
    is_near = np.zeros(len(certified), bool)
    for first in range(0, len(certified), _BLOCK):
        rows = certified[first : first + _BLOCK]
        size = 1 + np.abs(points[rows]).max(axis=1, initial=0.0)
        drift = np.abs(points[rows] - result.certificates.mid[number[rows]]).max(axis=1, initial=0.0)
        is_near[first : first + _BLOCK] = drift <= _MAX_DRIFT * size
    reached = certified[is_near]
    _, earliest = np.unique(number[reached], return_index=True)
    statuses[reached] = PathStatus.DUPLICATE
    statuses[reached[earliest]] = PathStatus.REGULAR
    return list(statuses)


def closed_under_symmetry(landscape: Problem, result: CertificationReport, digits: int) -> CertificationReport:
    """Add conjugates and mirror images that are missing: they are solutions too."""
    while candidates := closure_candidates(landscape, result.certificates):
        larger = certify(landscape.tapes, candidates, result.certificates, digits=digits)
        if len(larger.certificates) == len(result.certificates):
            return replace(result, n_entangled=result.n_entangled + larger.n_entangled)
        result = CertificationReport(larger.certificates, result.assignment, result.n_entangled + larger.n_entangled)
    return result
