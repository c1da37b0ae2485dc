"""One record a sample: what is stored of a census in an ensemble, and the function that makes the records of a chunk.

A record depends on the ensemble's specification and on the number of the sample, and on nothing else: not on chunks,
workers, timing or order. Real numbers are proved values rounded to nine significant decimals, which is decided by a narrower
enclosure where need be, so that two runs that reach a point along other paths store the same bits. How a record was made (engine, seconds) is kept beside it and is
not part of its digest.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import inf, isnan

import numpy as np
from flint import arb

from homotopy.certification.balls import to_double
from homotopy.certification.certificates import Certificate
from homotopy.certification.classify import Points, StationaryPoint, flips, points_of
from homotopy.certification.hessian import log_abs_det_hessian, log_abs_det_of
from homotopy.certification.real_zeros import RealZeros
from homotopy.certification.zeros import certify_one, same_zero
from homotopy.completeness.evidence import of_kind
from homotopy.counting.batch import census_batch
from homotopy.counting.result import Census
from homotopy.engines.registry import engines_for
from homotopy.ensembles.rounding import decided, decided_numbers, error_bound, middle
from homotopy.errors import EngineMissingError
from homotopy.options import Options
from homotopy.status import Completeness, EvidenceKind, Verdict
from polysys.errors import PolysysError
from polysys.formulations.variety import Variety
from polysys.models.base import Model

BATCH = 100  # samples that are counted at once: they share programs, start set and queue
_FINE_DIGITS = 32

PROVED, SUPPORTED = "count-equals-bound", "all-checks-met"


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """What an ensemble keeps of one sample.

    The first group of fields is the content; `PROVENANCE` names the others, which are not part of the digest.
    Where a sample failed, the fields between `failure_kind` and the provenance are None.

    Parameters
    ----------
    model : str
        Label of the model.
    seed, sample : int
        The sample is ``model.sample(seed, sample)``.
    failure_kind : str or None
        None, or what became of a sample without a result: "error", "timeout" or "crash".
    failure : str or None
        The sentence that belongs to it.
    landscape : str or None
        Digest of the exact landscape.
    verdict : str or None
        Completeness: "proved", "supported", "unknown" or "contradicted".
    reason : str or None
        "count-equals-bound" (as many certified solutions as a proved bound allows), "all-checks-met", "check-violated"
        (contradicted), "classes-missing" (unknown: fewer certified solutions than the known count) or "not-settled".
    bound : int or None
        Best proved bound on the number of isolated complex solutions (classes).
    n_complex : int or None
        Certified distinct complex solutions (classes).
    n_real, n_minima : int or None
        Certified real points, and those of index 0.
    by_index : tuple of int or None
        Points of each Morse index from 0 to the dimension.
    n_degenerate : int or None
        Singular points and sets, which are in none of the counts.
    n_undecided : int or None
        Solutions whose reality is undecided.
    n_undecided_index : int or None
        Real points whose index is undecided; they are in `n_real` and not in `by_index`.
    energies : tuple of float or None
        Energy of each point, ascending, rounded to nine significant decimals.
    energy_error : float or None
        Proved bound on the error of each of `energies`.
    indices : tuple of (int or None) or None
        Index of each point, in the order of `energies`; equal energies by index, undecided last.
    log_det_minima : tuple of (float or None) or None
        log|det| of the Riemannian Hessian of each minimum, in the order of their energies, in the model's units.
    coordinates : tuple of tuple of float, or None
        Coordinates of each point, in the order of `energies`; only on request.
    engine, engine_version, start, precision : str or None
        What found the solutions.
    attempts : tuple of str
        What went wrong on the way.
    tries : int
        How often a process was given this sample.
    seconds : float or None
        Wall time; a sample of a batch has an equal part of the batch's time.
    """

    model: str
    seed: int
    sample: int
    failure_kind: str | None = None
    failure: str | None = None
    landscape: str | None = None
    verdict: str | None = None
    reason: str | None = None
    bound: int | None = None
    n_complex: int | None = None
    n_real: int | None = None
    n_minima: int | None = None
    by_index: tuple[int, ...] | None = None
    n_degenerate: int | None = None
    n_undecided: int | None = None
    n_undecided_index: int | None = None
    energies: tuple[float, ...] | None = None
    energy_error: float | None = None
    indices: tuple[int | None, ...] | None = None
    log_det_minima: tuple[float | None, ...] | None = None
    coordinates: tuple[tuple[float, ...], ...] | None = None
    engine: str | None = None
    engine_version: str | None = None
    start: str | None = None
    precision: str | None = None
    attempts: tuple[str, ...] = ()
    tries: int = 1
    seconds: float | None = None

    @property
    def is_failed(self) -> bool:
        """Whether there is no result."""
        return self.failure_kind is not None

    @property
    def digest(self) -> str:
        """sha256 of the content as a JSON array of the content fields in their order, without spaces.

        Floats are written as Python's ``repr`` does, the shortest decimals that read back to the same double.
        """
        content = [getattr(self, name) for name in CONTENT]
        return hashlib.sha256(json.dumps(content, separators=(",", ":"), allow_nan=False).encode()).hexdigest()


PROVENANCE = ("engine", "engine_version", "start", "precision", "attempts", "tries", "seconds")
CONTENT = tuple(f.name for f in fields(SampleRecord) if f.name not in PROVENANCE)


def count_samples(
    model: Model, seed: int, samples: Sequence[int], options: Options | None = None, *, points: bool = False
) -> list[SampleRecord]:
    """The records of some samples of a model, in the given order.

    A sample that cannot be counted gives a record that says so; it is never left out.

    Parameters
    ----------
    model : Model
    seed : int
        Seed of the disorder.
    samples : sequence of int
    options : Options, optional
    points : bool
        Whether the coordinates of the points are kept.

    Raises
    ------
    InputError
        For an engine that does not exist, or does not honour an option.
    EngineMissingError
        No sample can be counted without an engine.
    OSError
        Trouble of the machine (a full disk, say) is no property of a sample.

    Examples
    --------
    >>> import polysys as ps
    >>> [(r.sample, r.n_real, r.verdict) for r in count_samples(ps.SphericalPSpin(n=2, p=3), 1, [0, 3])]
    [(0, 2, 'proved'), (3, 6, 'proved')]
    """
    chosen = options or Options()
    engines_for(chosen)
    begin = time.perf_counter()
    try:
        found = census_batch(model, seed, samples, chosen, threads=1)
        label = model.label
        records = [_record(f, label, seed, sample, points) for f, sample in zip(found, samples, strict=True)]
    except (EngineMissingError, OSError):
        raise
    except Exception as error:  # a defect of ours on one sample must neither stop the others nor be forgotten
        if len(samples) > 1:
            return [r for sample in samples for r in count_samples(model, seed, [sample], chosen, points=points)]
        records = [failed_record(model.label, seed, samples[0], "error", f"{type(error).__name__}: {str(error)[:300]}")]
    share = (time.perf_counter() - begin) / max(len(samples), 1)
    return [replace(record, seconds=share) for record in records]


def _record(found: Census | PolysysError, label: str, seed: int, sample: int, points: bool) -> SampleRecord:
    if isinstance(found, EngineMissingError):
        raise found
    if isinstance(found, PolysysError):
        return failed_record(label, seed, sample, "error", f"{type(found).__name__}: {found.what}")
    return record_of(found, label, seed, sample, points=points)


def failed_record(
    label: str, seed: int, sample: int, kind: str, text: str, *, tries: int = 1, seconds: float | None = None
) -> SampleRecord:
    """The record of a sample without a result."""
    return SampleRecord(label, seed, sample, kind, text, tries=tries, seconds=seconds)


def record_of(found: Census, label: str, seed: int, sample: int, *, points: bool = False) -> SampleRecord:
    """The record of a census."""
    undecided = found.landscape.domain.dimension + 1  # sorts after every index
    rows = sorted(_rows(found, undecided, points))  # independent of the order of finding
    energies, indices, log_dets, coordinates, errors = zip(*rows, strict=True) if rows else ((),) * 5
    run, by_index = found.run, tuple(found.by_index.values())
    return SampleRecord(
        model=label,
        seed=seed,
        sample=sample,
        landscape=found.landscape.digest,
        verdict=found.completeness.verdict.value,
        reason=_reason(found),
        bound=_bound(found),
        n_complex=found.n_complex,
        n_real=found.n_real,
        n_minima=by_index[0],
        by_index=by_index,
        n_degenerate=len(found.degenerate),
        n_undecided=found.n_undecided,
        n_undecided_index=found.n_undecided_index,
        energies=energies,
        energy_error=max(errors, default=0.0),
        indices=tuple(None if index == undecided else index for index in indices),
        log_det_minima=tuple(None if x == -inf else x for index, x in zip(indices, log_dets, strict=True) if index == 0),
        coordinates=coordinates if points else None,
        engine=run.engine,
        engine_version=run.engine_version,
        start=run.start,
        precision=run.precision,
        attempts=run.attempts,
    )


def _bound(found: Census) -> int | None:
    """The best bound on the isolated complex solutions, that of a Hilbert function included where one was computed."""
    hilbert = of_kind(found.completeness.evidence, EvidenceKind.HILBERT_BOUND)
    own = [] if hilbert is None or hilbert.outcome is not Verdict.YES else [int(hilbert["bound"])]
    return min([b.value for b in found.bounds[:1]] + own, default=None)


Row = tuple[float, int, float, tuple[float, ...], float]
"""A point as it is stored, in the order by which points are sorted: energy, index, log|det| (-inf: none), coordinates; and the energy's error."""


def _rows(found: Census, undecided: int, with_coordinates: bool) -> list[Row]:
    rows: list[Row] = []
    by_solution: dict[int, list[StationaryPoint]] = {}
    if isinstance(found.points, Points) and not with_coordinates:
        rows, by_solution = _rows_in_doubles(found, found.points)
    else:
        for point in found.points:
            by_solution.setdefault(point.solution, []).append(point)
    for solution, points in by_solution.items():
        new = _try(found, found.certificates, points, undecided, with_coordinates, decided)
        if new is None:
            finer = _finer(found, found.certificates[solution])
            certificates = found.certificates if finer is None else {solution: finer}
            points = points if finer is None else _again(found, solution, finer, points)
            new = _try(found, certificates, points, undecided, with_coordinates, decided)
            new = new or _try(found, certificates, points, undecided, with_coordinates, middle)
        rows += new or []
    return rows


def _rows_in_doubles(found: Census, points: Points) -> tuple[list[Row], dict[int, list[StationaryPoint]]]:
    """The rows of the solutions whose numbers doubles decide, and the points of the others."""
    land, zeros, rows, left = found.landscape, points.zeros, list[Row](), dict(points.by_balls)
    sides, dimension = flips(land.formulation), land.domain.dimension
    which = np.flatnonzero(points.is_in_doubles)
    energies, errors = decided_numbers(zeros.energy.mid[which], zeros.energy.radius[which])
    columns = (which.tolist(), zeros.index[which].tolist(), energies.tolist(), errors.tolist())
    for row, index, energy, error in zip(*columns, strict=True):
        indices = [index if flip == 1 else dimension - index for _, flip in sides]
        log_det = _log_det_in_doubles(found, zeros, row) if 0 in indices else None
        if isnan(energy) or (log_det is None and 0 in indices):
            left[int(zeros.rows[row])] = points.carried_by(row)
            continue
        for turned, (_, flip) in zip(indices, sides, strict=True):
            rows.append((energy * flip + 0.0, turned, -inf if turned or log_det is None else log_det, (), error))
    return rows, left


def _log_det_in_doubles(found: Census, zeros: RealZeros, row: int) -> float | None:
    """log|det| of the Hessian at a real zero, rounded; None where doubles do not decide it."""
    size, error = float(zeros.determinant.mid[row]), float(zeros.determinant.radius[row])
    if not error < size or isinstance(found.landscape.domain, Variety):
        return None
    k = int(zeros.rows[row])
    mid, radius = found.certificates.mid[k].real.tolist(), float(found.certificates.radius[k])
    ball = log_abs_det_of(found.landscape, arb(size, error), [arb(x, radius) for x in mid])
    return None if ball is None else decided(ball)


def _try(
    found: Census,
    certificates: Sequence[Certificate] | Mapping[int, Certificate],
    points: Sequence[StationaryPoint],
    undecided: int,
    with_coordinates: bool,
    rounded: Callable[[arb], float | None],
) -> list[Row] | None:
    """The rows of the points that one solution carries; None if its enclosure is too wide for one of their numbers."""
    log_det: float | None = None
    if any(p.index == 0 for p in points):
        ball = log_abs_det_hessian(found.landscape, certificates[points[0].solution])
        log_det = None if ball is None else rounded(ball)
        if log_det is None and rounded is decided:
            return None
    rows: list[Row] = []
    for p in points:
        energy = rounded(p.energy)
        coordinates = [rounded(c) for c in p.coordinates] if with_coordinates else []
        if energy is None or None in coordinates:
            return None
        index = undecided if p.index is None else p.index
        rows.append(
            (
                energy,
                index,
                -inf if index or log_det is None else log_det,
                tuple(c for c in coordinates if c is not None),
                error_bound(p.energy, energy),
            )
        )
    return rows


def _finer(found: Census, certificate: Certificate) -> Certificate | None:
    """A certificate of the same real zero with many more digits, in ball arithmetic; None if there is none."""
    mid = [complex(to_double(re), 0.0) for re, _ in certificate.enclosure.mid]
    finer = certify_one(found.landscape.tapes, mid, _FINE_DIGITS)
    is_same = finer is not None and same_zero(finer.enclosure, certificate.enclosure)
    return finer if is_same and finer is not None and finer.reality is Verdict.YES else None


def _again(
    found: Census, solution: int, finer: Certificate, points: Sequence[StationaryPoint]
) -> list[StationaryPoint]:
    """The same points from a narrower enclosure, with the indices that are proved already."""
    index_of = {p.signs: p.index for p in points}
    orbit = found.orbit_of[solution]
    return [replace(p, index=index_of[p.signs]) for p in points_of(found.landscape, solution, finer, orbit, 0)]


def _reason(found: Census) -> str:
    report = found.completeness
    if report.verdict is Completeness.PROVED:
        return PROVED
    if report.verdict is Completeness.SUPPORTED:
        return SUPPORTED
    if report.verdict is Completeness.CONTRADICTED or any(e.outcome is Verdict.NO for e in report.evidence):
        return "check-violated"
    missing = bool(found.bounds) and found.n_complex < found.bounds[0].value
    return "classes-missing" if missing and found.landscape.formulation.points_per_class > 1 else "not-settled"
