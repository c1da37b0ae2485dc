"""One record a sample: what is stored of a census in an ensemble, and the function that makes the records of a chunk.

A record depends on the ensemble's specification and on the number of the sample, and on nothing else: not on chunks,
workers, timing or order. Real numbers are stored as the doubles nearest to the proved values, so that two runs that
reach a point along other paths store the same bits. How a record was made (engine, seconds) is kept beside it and is
not part of its digest.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields

from homotopy.census import Census, census
from homotopy.errors import EngineMissingError
from homotopy.hessian import log_abs_det_hessian
from homotopy.options import Options
from homotopy.rounding import nearest_double
from homotopy.status import Completeness, Verdict
from polysys.errors import PolysysError
from polysys.models.base import Model

BATCH = 1  # samples that :func:`count_samples` is asked for at once

REASONS = (
    "count-equals-bound",  # proved: as many certified solutions as a proved bound allows
    "all-checks-met",  # supported
    "check-violated",  # contradicted
    "classes-missing",  # unknown: fewer certified solutions than the known count
    "not-settled",  # unknown for another reason
)


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
        One of `REASONS`.
    bound : int or None
        Best proved bound on the number of isolated complex solutions (classes).
    n_complex : int or None
        Certified distinct complex solutions (classes).
    n_real, n_minima : int or None
        Certified real points, and those of index 0.
    by_index : tuple of int or None
        Points of each Morse index from 0 to the dimension.
    n_undecided : int or None
        Solutions whose reality is undecided.
    n_undecided_index : int or None
        Real points whose index is undecided; they are in `n_real` and not in `by_index`.
    energies : tuple of float or None
        Energy of each point, ascending.
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
    return [_count(model, seed, sample, chosen, points) for sample in samples]


def _count(model: Model, seed: int, sample: int, options: Options, points: bool) -> SampleRecord:
    begin = time.perf_counter()
    try:
        found = census(model.sample(seed, sample), options=options)
        return record_of(found, model.label, seed, sample, points=points, seconds=time.perf_counter() - begin)
    except (EngineMissingError, OSError):
        raise
    except PolysysError as error:
        text = f"{type(error).__name__}: {error.what}"
    except Exception as error:  # a defect of ours on one sample must neither stop the others nor be forgotten
        text = f"{type(error).__name__}: {str(error)[:300]}"
    return failed_record(model.label, seed, sample, "error", text, seconds=time.perf_counter() - begin)


def failed_record(
    label: str, seed: int, sample: int, kind: str, text: str, *, tries: int = 1, seconds: float | None = None
) -> SampleRecord:
    """The record of a sample without a result."""
    return SampleRecord(label, seed, sample, kind, text, tries=tries, seconds=seconds)


def record_of(
    found: Census, label: str, seed: int, sample: int, *, points: bool = False, seconds: float | None = None
) -> SampleRecord:
    """The record of a census."""
    undecided = found.landscape.domain.dimension + 1  # sorts after every index
    rows = []
    for p in found.points:
        energy, error = nearest_double(p.energy)
        determinant = _log_determinant(found, p.solution) if p.index == 0 else None
        coordinates = tuple(nearest_double(c)[0] for c in p.coordinates) if points else ()
        index = undecided if p.index is None else p.index
        rows.append((energy, index, (determinant is not None, determinant or 0.0), coordinates, determinant, error))
    rows.sort(key=lambda row: row[:4])  # nothing here depends on the order in which the points were found
    run = found.run
    return SampleRecord(
        model=label,
        seed=seed,
        sample=sample,
        landscape=found.landscape.digest,
        verdict=found.completeness.verdict.value,
        reason=_reason(found),
        bound=found.bounds[0].value if found.bounds else None,
        n_complex=found.n_complex,
        n_real=found.n_real,
        n_minima=found.n_minima,
        by_index=tuple(found.by_index.values()),
        n_undecided=found.n_undecided,
        n_undecided_index=found.n_undecided_index,
        energies=tuple(row[0] for row in rows),
        energy_error=max((row[5] for row in rows), default=0.0),
        indices=tuple(None if row[1] == undecided else row[1] for row in rows),
        log_det_minima=tuple(row[4] for row in rows if row[1] == 0),
        coordinates=tuple(row[3] for row in rows) if points else None,
        engine=run.engine,
        engine_version=run.engine_version,
        start=run.start,
        precision=run.precision,
        attempts=run.attempts,
        seconds=seconds,
    )


def _log_determinant(found: Census, solution: int) -> float | None:
    ball = log_abs_det_hessian(found.landscape, found.certificates[solution])
    return None if ball is None else nearest_double(ball)[0]


def _reason(found: Census) -> str:
    report = found.completeness
    if report.verdict is Completeness.PROVED:
        return "count-equals-bound"
    if report.verdict is Completeness.SUPPORTED:
        return "all-checks-met"
    if report.verdict is Completeness.CONTRADICTED or any(e.outcome is Verdict.NO for e in report.evidence):
        return "check-violated"
    missing = bool(found.bounds) and found.n_complex < found.bounds[0].value
    return "classes-missing" if missing and found.landscape.formulation.points_per_class > 1 else "not-settled"
