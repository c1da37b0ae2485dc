"""A census, or solutions of equations, to its file: every number that carries a proof as an exact text."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, log10
from pathlib import Path
from typing import Any

import msgspec
from flint import arb, ctx

from homotopy.certification.certificates import DOUBLE, CertificateList, decimal_text
from homotopy.certification.closure import orbits
from homotopy.certification.discs.contraction import REALITY
from homotopy.common.files import write_result
from homotopy.common.provenance import producer
from homotopy.completeness.checks import checks
from homotopy.completeness.verdict import CompletenessReport, join
from homotopy.counting.degenerate.describe import n_degenerate
from homotopy.counting.files.derived import DERIVED, FACTS_OF_MODEL, is_carried
from homotopy.counting.files.landscape import (
    Origin,
    bounds_as_written,
    carried,
    couplings_as_written,
    has_same_facts,
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
)
from homotopy.counting.files.schema import Check as WrittenEvidence
from homotopy.counting.files.singular import singular_as_written
from homotopy.counting.result import Census, paths_summary
from homotopy.counting.solutions import Solutions
from homotopy.errors import CensusFileError, HomotopyError
from homotopy.status import EvidenceKind
from polysys.counts.of_landscape import upper_bounds
from polysys.landscape import Landscape
from polysys.problem import Problem

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
    completeness, left_out = _carried_completeness(census, land)
    with ctx.workprec(256):
        points = [
            Point(
                p.solution,
                list(p.signs),
                p.index,
                _interval_text(p.energy),
                [_interval_text(c) for c in p.coordinates],
                census.orbit_of[p.solution],
                p.is_origin,
            )
            for p in census.points
        ]
    body = _file(
        census,
        land,
        completeness,
        census.orbit_of,
        readme=_README,
        chart_seed=land.chart_seed if land.formulation.charts else 0,
        charts=[[str(a) for a in chart] for chart in land.formulation.charts],
        is_redrawable=origin is Origin.REDRAWN,
        is_coercive_by_model=land.facts.is_coercive,
        known_counts=bounds_as_written(land),
        neuron_permutations=[list(p) for p in land.facts.candidate_permutations],
        points=points,
        counts=count_members(census),
        by_index={str(k): v for k, v in census.by_index.items()},
        euler_expected=land.euler_characteristic,
        euler_found=census.euler[1],
        couplings=couplings_as_written(land) if origin is Origin.GIVEN else {},
        left_out=list(left_out),
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
    body = _file(
        found,
        problem,
        report,
        range(found.n_complex),
        readme=_README_EQUATIONS,
        chart_seed=0,
        charts=[],
        is_redrawable=False,
        is_coercive_by_model=False,
        known_counts=[],
        neuron_permutations=[],
        points=[],
        counts=solution_counts(found),
        by_index={},
        euler_expected=None,
        euler_found=None,
        left_out=left_out,
        squared_up=squared,
    )
    _write(Path(path), body)
    return tuple(left_out)


def _file(
    result: Census | Solutions, problem: Problem, report: CompletenessReport, orbit_of: Sequence[int], **members: Any
) -> CensusFile:
    """The content of a file: what both kinds have, and their own members."""
    return CensusFile(
        format=FORMAT,
        version=VERSION,
        producer=producer(),
        model=problem.label,
        seed=problem.seed,
        sample=problem.index,
        landscape=problem.text,
        digest=problem.digest,
        system_digest=problem.system.digest,
        formulation=problem.formulation.kind.value,
        unknowns=list(problem.system.variables),
        solutions=_solutions(result.certificates, orbit_of),
        completeness=_completeness(report),
        paths=paths_summary(result.paths),
        run={name: getattr(result.run, name) for name in result.run.__dataclass_fields__},
        sha256="",
        singular=singular_as_written(result.degenerate),
        **members,
    )


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


def _carried_completeness(census: Census, land: Landscape) -> tuple[CompletenessReport, tuple[str, ...]]:
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


def _interval_text(value: arb) -> str:
    """A ball as a text that holds it and is hardly wider: two digits more than the ball's own, 25 at most."""
    size, spread = abs(value).upper(), value.rad()
    digits = _DIGITS if spread == 0 or size == 0 else min(_DIGITS, max(2, 3 + _decades(size, spread)))
    return str(value.str(digits, more=True))


def _decades(size: arb, spread: arb) -> int:
    """By how many powers of ten one positive number exceeds another, rounded up."""
    ratio = float(size) / float(spread) if float(spread) else float("inf")
    return ceil(log10(ratio)) if 0 < ratio < float("inf") else ceil(float((size / spread).log() / arb(10).log()))


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
