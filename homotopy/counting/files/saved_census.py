"""A census, or solutions of equations, back from its file: every number that carries a proof from an exact text."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np
from flint import arb, ctx

from homotopy.certification.balls import Enclosure
from homotopy.certification.certificates import DOUBLE, Certificate, CertificateList, decimal_text
from homotopy.certification.classify import StationaryPoint, orbit_of_point, told_apart
from homotopy.certification.discs.contraction import REALITY
from homotopy.completeness.evidence import Evidence, evidence
from homotopy.completeness.verdict import CompletenessReport, join
from homotopy.counting.files.landscape import (
    rebuild_equations,
    rebuild_landscape,
)
from homotopy.counting.files.schema import (
    CensusFile,
    read_census_file,
)
from homotopy.counting.files.singular import singular_as_stated
from homotopy.counting.result import Census, RunRecord
from homotopy.counting.solutions import Solutions
from homotopy.errors import CensusFileError
from homotopy.solving.result import PathAccount
from homotopy.status import Completeness, EvidenceKind, Silence, Verdict
from polysys.counts.of_landscape import upper_bounds
from polysys.landscape import Landscape
from polysys.own_equations import Equations
from polysys.problem import Problem
from polysys.reading.files import require_path


def load(path: str | Path) -> Census | Solutions:
    """Read a census, or solutions of equations, back. The digest is checked; :func:`homotopy.verify` rechecks the mathematics.

    Raises
    ------
    CensusFileError
        If the file is missing, truncated, altered, foreign or of a newer format.
    """
    require_path(path)
    file = read_census_file(path)
    if file.is_of_equations:
        return as_solutions(file, rebuild_equations(file))
    return as_census(file, rebuild_landscape(file)[0])


def load_census(path: str | Path) -> Census:
    """Read a census back. Its digest is checked; use :func:`homotopy.verify` to recheck the mathematics.

    Raises
    ------
    CensusFileError
        If the file is missing, truncated, altered, foreign or of a newer format.
    """
    found = load(path)
    if not isinstance(found, Census):
        raise CensusFileError(f"{path} holds solutions of equations, no stationary points.", "Give a saved census.")
    return found


def as_solutions(file: CensusFile, problem: Equations, certified: CertificateList | None = None) -> Solutions:
    """The solutions that a file states."""
    squared = file.squared_up
    try:
        return Solutions(
            problem,
            certificates(file) if certified is None else certified,
            tuple(upper_bounds(problem)),
            stated_completeness(file, problem),
            PathAccount(**file.paths),
            msgspec.convert(file.run, RunRecord),
            singular_as_stated(file, problem),
            n_discarded=0 if squared is None else squared.discarded,
            n_proved=len(file.solutions) if squared is None else squared.proved,
        )
    except (ArithmeticError, LookupError, ValueError, TypeError, msgspec.ValidationError) as error:
        raise CensusFileError(f"The file has a wrong member ({error}).", "Make it again.") from error


def as_census(file: CensusFile, land: Landscape, certified: CertificateList | None = None) -> Census:
    """The census that a file states, on its landscape."""
    try:
        return Census(
            land,
            certificates(file) if certified is None else certified,
            tuple(stationary_points(file, land)),
            tuple(s.orbit for s in file.solutions),
            tuple(upper_bounds(land)),
            stated_completeness(file, land),
            PathAccount(**file.paths),
            msgspec.convert(file.run, RunRecord),
            singular_as_stated(file, land),
        )
    except (ArithmeticError, LookupError, ValueError, TypeError, msgspec.ValidationError) as error:
        raise CensusFileError(f"The file has a wrong member ({error}).", "Make it again.") from error


def stated_evidence(file: CensusFile) -> tuple[Evidence, ...]:
    """The evidence of a file; the sentences in it are not read."""
    return tuple(
        evidence(
            EvidenceKind(e.name),
            Verdict(e.outcome),
            None if e.silence is None else Silence[e.silence],
            **{name: tuple(x) if isinstance(x, list) else x for name, x in e.numbers.items()},
        )
        for e in file.completeness.evidence
    )


def stated_completeness(file: CensusFile, land: Problem) -> CompletenessReport:
    """The verdict of a file, worded from its evidence; in its own words where the evidence has no numbers, as in older files."""
    stated, pieces = file.completeness, stated_evidence(file)
    verdict = Completeness(stated.verdict)
    on_complex = None if stated.complex_verdict is None else Completeness(stated.complex_verdict)
    if not stated.has_sentences:
        again = join(land, pieces)
        if (again.verdict, again.complex_verdict) == (verdict, on_complex):
            return again
    return CompletenessReport(verdict, stated.reason or "as its file states", pieces, on_complex)


def certificates(file: CensusFile) -> CertificateList:
    """The certificates of a file, exactly as written."""
    m, n = len(file.solutions), len(file.unknowns)
    mid, radius, uniqueness = np.zeros((m, n), complex), np.zeros(m), np.zeros(m)
    codes, exact = np.zeros(m, np.int8), {}
    for k, s in enumerate(file.solutions):
        codes[k] = REALITY.index(Verdict(s.real))
        re, im, ends = _as_doubles(s.re), _as_doubles(s.im), _as_doubles([s.radius, s.uniqueness], 2)
        if s.precision == DOUBLE and re and im and ends and len(re) == len(im) == n:
            mid[k].real, mid[k].imag = re, im
            radius[k], uniqueness[k] = ends
        else:
            centre = tuple((_number(re), _number(im)) for re, im in zip(s.re, s.im, strict=True))
            exact[k] = Certificate(Enclosure(centre, _number(s.radius), _number(s.uniqueness)), Verdict(s.real), s.precision)
    if not exact:
        return CertificateList(mid, radius, uniqueness, codes)
    if len({len(c.enclosure.mid) for c in exact.values()} | {n}) > 1:
        raise ValueError("a solution has another number of coordinates than there are unknowns")
    rows, more = list(exact), CertificateList.of(list(exact.values()))
    mid[rows], radius[rows], uniqueness[rows] = more.mid, more.radius, more.uniqueness
    return CertificateList(mid, radius, uniqueness, codes, exact)


def _as_doubles(texts: list[str], digits: int | None = None) -> list[float] | None:
    """The doubles that are written as these texts; None where a text is written otherwise."""
    try:
        values = list(map(float, texts))
    except ValueError:
        return None
    is_same = all(abs(v) < 1e300 and decimal_text(v, digits) == text for v, text in zip(values, texts, strict=True))
    return values if is_same else None


# decimals of a size that does no harm
_NUMBER = re.compile(r"-?[0-9]{1,2000}(?:\.[0-9]{1,2000})?(?:e[-+]?[0-9]{1,4})?")


def _number(text: str) -> Fraction:
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError(f"no exact decimal: {text[:20]}")
    return Fraction(text)


def stationary_points(file: CensusFile, landscape: Landscape | None = None) -> list[StationaryPoint]:
    """The points of a file, as written; on a landscape with their own orbits, where the file states those of their solutions."""
    with ctx.workprec(256):
        points = [
            StationaryPoint(
                p.solution,
                tuple(p.signs),
                tuple(arb(c) for c in p.coordinates),
                arb(p.energy),
                p.index,
                p.orbit,
                p.is_origin,
                landscape,
            )
            for p in file.points
        ]
    if landscape is None:
        return points
    own = [replace(p, orbit=orbit_of_point(landscape.formulation, p.orbit, p.energy)) for p in points]
    return told_apart(landscape, own)
