"""A census to its file and back: every number that carries a proof as an exact text, and from it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, log10
from pathlib import Path

import msgspec
import numpy as np
from flint import arb, ctx

from homotopy.certification.balls import Enclosure
from homotopy.certification.certificates import DOUBLE, Certificate, CertificateList, decimal_text
from homotopy.certification.classify import StationaryPoint, orbit_of_point, told_apart
from homotopy.certification.closure import orbits
from homotopy.certification.discs.contraction import REALITY
from homotopy.common.files import write_result
from homotopy.common.provenance import producer
from homotopy.completeness.checks import checks
from homotopy.completeness.evidence import Evidence, evidence
from homotopy.completeness.verdict import CompletenessReport, join
from homotopy.counting.degenerate.describe import n_degenerate
from homotopy.counting.files.derived import DERIVED, FACTS_OF_MODEL, is_carried
from homotopy.counting.files.landscape import (
    Origin,
    bounds_as_written,
    carried,
    couplings_as_written,
    has_same_facts,
    rebuild_equations,
    rebuild_landscape,
)
from homotopy.counting.files.schema import (
    FORMAT,
    VERSION,
    CensusFile,
    Point,
    Solution,
    SquaredUp,
    StatedCompleteness,
    content_digest,
    read_census_file,
)
from homotopy.counting.files.schema import Check as WrittenEvidence
from homotopy.counting.files.singular import singular_as_stated, singular_as_written
from homotopy.counting.result import Census, RunRecord, paths_summary
from homotopy.counting.solutions import Solutions
from homotopy.errors import CensusFileError, HomotopyError
from homotopy.solving.result import PathAccount
from homotopy.status import Completeness, EvidenceKind, Silence, Verdict
from polysys.counts.of_landscape import upper_bounds
from polysys.landscape import Landscape
from polysys.own_equations import Equations
from polysys.problem import Problem
from polysys.reading.files import require_path

_DIGITS = 25
_README = (
    "Certified stationary points. Each solution: exactly one zero of the system of 'landscape' lies in the polydisc of "
    "radius 'uniqueness' about re + i im, and it lies within 'radius'. Decimals and fractions are exact."
)
_README_EQUATIONS = (
    "Certified solutions of equations. Each solution: exactly one zero of the square system of 'landscape' lies in the polydisc of "
    "radius 'uniqueness' about re + i im, and it lies within 'radius'. Decimals and fractions are exact."
)


def save_census(census: Census, path: str | Path) -> tuple[str, ...]:
    """Write a census, atomically: a file of that name is either the old one or the whole new one.

    The verdict that is written is the one of the evidence that :func:`homotopy.verify` derives again, or that speaks against the list,
    together with the account of the paths.

    Returns
    -------
    tuple of str
        What was left out.
    """
    land, origin = carried(census.landscape)
    completeness, left_out = carried_completeness(census, land)
    with ctx.workprec(256):
        points = [
            Point(
                p.solution,
                list(p.signs),
                p.index,
                interval_text(p.energy),
                [interval_text(c) for c in p.coordinates],
                census.orbit_of[p.solution],
                p.is_origin,
            )
            for p in census.points
        ]
    body = CensusFile(
        format=FORMAT,
        version=VERSION,
        readme=_README,
        producer=producer(),
        model=land.label,
        seed=land.seed,
        sample=land.index,
        chart_seed=land.chart_seed,
        landscape=land.text,
        digest=land.digest,
        system_digest=land.system.digest,
        formulation=land.formulation.kind.value,
        unknowns=list(land.system.variables),
        charts=[[str(a) for a in chart] for chart in land.formulation.charts],
        is_redrawable=origin is Origin.REDRAWN,
        is_coercive_by_model=land.facts.is_coercive,
        known_counts=bounds_as_written(land),
        neuron_permutations=[list(p) for p in land.facts.candidate_permutations],
        solutions=_solutions(census.certificates, census.orbit_of),
        points=points,
        counts=count_members(census),
        by_index={str(k): v for k, v in census.by_index.items()},
        euler_expected=land.euler_characteristic,
        euler_found=census.euler[1],
        completeness=_completeness(completeness),
        paths=paths_summary(census.paths),
        run={name: getattr(census.run, name) for name in census.run.__dataclass_fields__},
        sha256="",
        couplings=couplings_as_written(land) if origin is Origin.GIVEN else {},
        left_out=list(left_out),
        singular=singular_as_written(census.degenerate),
    )
    _write(Path(path), body)
    return left_out


def save_solutions(found: Solutions, path: str | Path) -> tuple[str, ...]:
    """Write solutions of equations in the form of a census file, without points; atomically, as :func:`save_census`.

    Returns
    -------
    tuple of str
        What was left out.
    """
    problem, report = found.equations, found.completeness
    left_out = [e.name for e in report.evidence if not is_carried(e)]
    if left_out:
        report = join(problem, [e for e in report.evidence if is_carried(e)])
    squared = SquaredUp(found.n_discarded, found.n_proved) if problem.is_overdetermined else None
    body = CensusFile(
        format=FORMAT,
        version=VERSION,
        readme=_README_EQUATIONS,
        producer=producer(),
        model=problem.label,
        seed=None,
        sample=0,
        chart_seed=0,
        landscape=problem.text,
        digest=problem.digest,
        system_digest=problem.system.digest,
        formulation=problem.formulation.kind.value,
        unknowns=list(problem.variables),
        charts=[],
        is_redrawable=False,
        is_coercive_by_model=False,
        known_counts=[],
        neuron_permutations=[],
        solutions=_solutions(found.certificates, range(found.n_complex)),
        points=[],
        counts=solution_counts(found),
        by_index={},
        euler_expected=None,
        euler_found=None,
        completeness=_completeness(report),
        paths=paths_summary(found.paths),
        run={name: getattr(found.run, name) for name in found.run.__dataclass_fields__},
        sha256="",
        left_out=left_out,
        squared_up=squared,
        singular=singular_as_written(found.degenerate),
    )
    _write(Path(path), body)
    return tuple(left_out)


def _completeness(report: CompletenessReport) -> StatedCompleteness:
    """A verdict as written: facts alone, from which sentences are made."""
    pieces = [
        WrittenEvidence(
            e.name,
            e.outcome.value,
            silence=None if e.silence is None else e.silence.name,
            numbers={name: list(x) if isinstance(x, tuple) else x for name, x in e.numbers},
        )
        for e in report.evidence
    ]
    on_complex = None if report.complex_verdict is None else report.complex_verdict.value
    return StatedCompleteness(report.verdict.value, pieces, complex_verdict=on_complex)


def carried_completeness(census: Census, land: Landscape) -> tuple[CompletenessReport, tuple[str, ...]]:
    """The verdict as a file carries it on a landscape as the file carries it, and the names of what is left out."""
    report, left_out = census.completeness, [e.name for e in census.completeness.evidence if not is_carried(e)]
    if has_same_facts(land, census.landscape):
        if left_out:
            report = join(land, [e for e in report.evidence if is_carried(e)])
        return report, tuple(left_out)
    is_closed = orbits(land, census.certificates)[1]
    n_singular = n_degenerate(census.paths, census.degenerate)
    derived = checks(land, census.certificates, census.points, is_closed, upper_bounds(land), n_singular)
    # an interval search may have used a bound of the model's
    left_out += [e.name for e in report.evidence if e.kind is EvidenceKind.REAL_PROOF and is_carried(e)]
    others = [e for e in report.evidence if is_carried(e) and e.kind not in DERIVED]
    return join(land, [*others, *derived]), (*left_out, FACTS_OF_MODEL)


def interval_text(value: arb) -> str:
    """A ball as a text that holds it and is hardly wider: two digits more than the ball's own, 25 at most."""
    size, spread = float(abs(value).upper()), float(value.rad())
    digits = _DIGITS if not spread or not size else min(_DIGITS, max(2, 3 + ceil(log10(size / spread))))
    return str(value.str(digits, more=True))


def count_members(census: Census) -> dict[str, int]:
    """The counts that a census file states."""
    names = ("n_complex", "n_complex_orbits", "n_real_classes", "n_real", "n_real_orbits", "n_undecided")
    more = ("n_minima", "n_minima_without_origin", "n_undecided_index")
    return {name: getattr(census, name) for name in names + more}


def solution_counts(found: Solutions) -> dict[str, int]:
    """The counts that a file of solutions states."""
    return {name: getattr(found, name) for name in ("n_complex", "n_real", "n_undecided")}


def _write(path: Path, body: CensusFile) -> None:
    content = msgspec.to_builtins(body)
    if body.squared_up is None:
        del content["squared_up"]
    if not body.singular:
        del content["singular"]
    content["sha256"] = content_digest(content)
    data = msgspec.json.format(msgspec.json.encode(content), indent=1)
    try:
        write_result(path, data + b"\n")
    except HomotopyError as error:
        raise CensusFileError(error.what, error.way_out) from error


def _solutions(certificates: CertificateList, orbit_of: Sequence[int]) -> list[Solution]:
    """Certificates as written: those made in doubles from the shortest decimals of their numbers."""
    mid = certificates.mid
    parts = [[[decimal_text(v) for v in row] for row in part.tolist()] for part in (mid.real, mid.imag)]
    ends = [[decimal_text(v, 2) for v in bound.tolist()] for bound in (certificates.radius, certificates.uniqueness)]
    result = []
    for k, orbit in enumerate(orbit_of):
        if k in certificates.exact:
            c = certificates.exact[k]
            e = c.enclosure
            numbers = ([_exact(re) for re, _ in e.mid], [_exact(im) for _, im in e.mid], _exact(e.radius), _exact(e.uniqueness))
            result.append(Solution(*numbers, c.reality.value, c.precision, orbit))
        else:
            real = REALITY[certificates.reality[k]].value
            result.append(Solution(parts[0][k], parts[1][k], ends[0][k], ends[1][k], real, DOUBLE, orbit))
    return result


def _exact(value: Fraction) -> str:
    """A terminating decimal in scientific notation: 12345e-30 is exact."""
    if not value:
        return "0"
    exponent = 0
    while value.denominator != 1:
        value *= 10
        exponent -= 1
        if exponent < -5000:
            raise CensusFileError("A certificate is not a decimal number.", "Report this as a defect.")
    return f"{value.numerator}e{exponent}" if exponent else str(value.numerator)


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
