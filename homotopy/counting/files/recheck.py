"""Recheck a saved census from its exact system, without any solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from flint import arb, ctx

from homotopy.certification import balls
from homotopy.certification.balls import to_double
from homotopy.certification.certificates import DOUBLE, CertificateList, close_pairs, disjoint, reality
from homotopy.certification.classify import StationaryPoint, classify, points_of
from homotopy.certification.closure import orbits
from homotopy.certification.discs import contraction
from homotopy.certification.residuals import solve_given
from homotopy.certification.zeros import certify_one, same_zero
from homotopy.common.provenance import producer
from homotopy.common.wording import count_of
from homotopy.completeness.checks import alternating_sum
from homotopy.completeness.evidence import Evidence, Fact
from homotopy.completeness.verdict import CompletenessReport, join
from homotopy.counting.degenerate.stationary_set import StationarySet
from homotopy.counting.files.derived import DERIVED, TOLD, derive, told_paths
from homotopy.counting.files.landscape import bounds_as_written, rebuild_equations, rebuild_landscape
from homotopy.counting.files.run_account import RECORD, is_account_of, wrong_account, wrong_paths
from homotopy.counting.files.saved_census import (
    as_census,
    as_solutions,
    certificates,
    stated_evidence,
    stationary_points,
)
from homotopy.counting.files.schema import CensusFile, read_census_file
from homotopy.counting.files.singular import singular_again, singular_as_stated
from homotopy.counting.files.verification import Check, VerificationReport
from homotopy.counting.files.written_census import count_members, solution_counts
from homotopy.counting.result import Census, paths_summary
from homotopy.counting.singular_points import regularity
from homotopy.counting.solutions import Solutions
from homotopy.errors import CensusFileError
from homotopy.solving.result import PathAccount
from homotopy.status import Completeness, StartCount, Verdict
from polysys.counts.of_landscape import upper_bounds
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape
from polysys.own_equations import Equations
from polysys.problem import Problem
from polysys.reading.files import require_path


def verify(path: str | Path) -> VerificationReport:
    """Recheck a census file: digests, every certificate, distinctness, reality, indices, energies, counts, verdict.

    Uses exact and ball arithmetic only; no solver is imported. Every bound, flag and count is derived again from the exact
    data in the file; none that it states is believed.

    Parameters
    ----------
    path : path
        A file that `Census.save` or `Solutions.save` wrote.

    Returns
    -------
    VerificationReport
        True where every check passed.

    Raises
    ------
    CensusFileError
        If the file cannot be read at all: missing, truncated, altered (its sha256 does not match), foreign or newer.

    Notes
    -----
    A verdict that is *supported* rests on the generic count that the run met and on its own account of its paths, unless something
    that follows from the file supports it too; the report names the count. No file can prove such an account: whoever drops a
    solution may say that its path went to infinity. The account is held against itself, the solutions and the number of paths
    that the start has, and the report then says that completeness was not rechecked.

    Examples
    --------
    >>> import tempfile
    >>> import homotopy as ho
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     left_out = ho.census("spherical-p-spin:n=3,p=3", seed=1).save(f"{folder}/c.json")
    ...     report = ho.verify(f"{folder}/c.json")
    >>> report.is_ok, report.stated.value, [c.name for c in report.checks][:4]
    (True, 'proved', ['landscape', 'digests', 'certificates', 'distinct'])
    """
    require_path(path)
    file = read_census_file(path)
    try:
        return _report_on_equations(str(path), file) if file.is_of_equations else _report(str(path), file)
    except (ArithmeticError, LookupError, ValueError, TypeError, msgspec.ValidationError) as error:
        raise CensusFileError(f"{path} has a member that cannot be used ({error}).", "Make it again.") from error


def _report(path: str, file: CensusFile) -> VerificationReport:
    land, origin = rebuild_landscape(file)
    facts = (
        bounds_as_written(land) == file.known_counts
        and land.facts.is_coercive is file.is_coercive_by_model
        and [list(p) for p in land.facts.candidate_permutations] == file.neuron_permutations
    )
    unfounded = "the file states root counts, coercivity or symmetries of the model that do not follow from what it holds"
    result = [Check("landscape", facts, origin.value if facts else unfounded)]
    result.append(_digests(land, land.chart_seed, file))
    if not all(c.is_ok for c in result):
        return VerificationReport(path, tuple(result))
    certified = certificates(file)
    result += [_certificates(land, certified), _distinct(certified), _reality(certified)]
    if not all(c.is_ok for c in result):
        return VerificationReport(path, tuple(result))
    orbit_of, is_closed = orbits(land, certified)
    points = classify(land, certified, orbit_of)
    result.append(_points(land, certified, points, stationary_points(file), orbit_of))
    same_orbits = list(orbit_of) == [s.orbit for s in file.solutions]
    result.append(Check("orbits", same_orbits, f"{len(set(orbit_of))} under a group of order {land.symmetry.order}"))
    if isinstance(land.domain, Variety):
        result.append(Check("domain", True, f"dimension {land.domain.dimension}, {regularity(land)}"))
    stated = stated_evidence(file)
    result.append(_counts(as_census(file, land, certified), file, points, wrong_account(land, file, stated)))
    check, singular = _singular(file, land)
    result += [] if check is None else [check]
    derived = derive(land, certified, points, is_closed, PathAccount(**file.paths), stated, singular)
    check, alone = _verdict(land, file, stated, derived, len(certified))
    return VerificationReport(path, (*result, check), Completeness(file.completeness.verdict), alone)


def _singular(file: CensusFile, problem: Problem) -> tuple[Check | None, tuple[StationarySet, ...]]:
    """Whether the isolated singular solutions of a file are what it says, each described again; none of them where one is not."""
    stated = singular_as_stated(file, problem)
    n_discarded = 0 if file.squared_up is None else file.squared_up.discarded
    again = singular_again(problem, stated, len(file.solutions) + n_discarded)
    if isinstance(again, str):
        return Check("singular", False, again), ()
    words = f"{count_of(len(again), 'isolated solution')} with the multiplicities that are stated"
    return (Check("singular", True, words) if stated else None), again


def _report_on_equations(path: str, file: CensusFile) -> VerificationReport:
    problem, certified = rebuild_equations(file), certificates(file)
    result = [_digests(problem, 0, file)]
    if not result[0].is_ok:
        return VerificationReport(path, tuple(result))
    result += [_certificates(problem, certified), _distinct(certified), _reality(certified)]
    if not all(c.is_ok for c in result):
        return VerificationReport(path, tuple(result))
    solving = solve_given(problem, certified)
    found = as_solutions(file, problem, certified)
    result.append(_as_given(problem, found, solving))
    same = file.counts == solution_counts(found) and file.paths == paths_summary(found.paths) and found.paths.is_balanced
    is_right = same and _is_of_equations_alone(file) and _is_within_bounds(problem, found)
    stated = stated_evidence(file)
    result.append(_said_of_counts(is_right, wrong_account(problem, file, stated)))
    check, singular = _singular(file, problem)
    result += [] if check is None else [check]
    derived = derive(
        problem, certified, (), Verdict.YES, found.paths, stated, singular, all_solve=all(v is Verdict.YES for v in solving)
    )  # fmt: skip
    check, alone = _verdict(problem, file, stated, derived, len(certified))
    return VerificationReport(path, (*result, check), Completeness(file.completeness.verdict), alone)


def _is_of_equations_alone(file: CensusFile) -> bool:
    """Whether nothing is stated that only landscapes have: points, energies, symmetries, a sample that can be drawn again."""
    of_landscapes = (file.points, file.by_index, file.known_counts, file.couplings, file.neuron_permutations)
    is_flagged = file.is_redrawable or file.is_coercive_by_model or file.euler_found is not None or file.seed is not None or file.sample != 0
    return not any(of_landscapes) and not is_flagged and [s.orbit for s in file.solutions] == list(range(len(file.solutions)))


def _is_within_bounds(problem: Equations, found: Solutions) -> bool:
    """Whether the square system can have as many solutions as are stated, those that were discarded among them."""
    return found.n_discarded == 0 or found.n_complex + found.n_discarded <= min(b.value for b in upper_bounds(problem))


def _as_given(problem: Equations, found: Solutions, solving: Sequence[Verdict]) -> Check:
    """Whether the solutions solve the equations as given, as far as it is stated."""
    name, n_proved = "equations", sum(v is Verdict.YES for v in solving)
    if Verdict.NO in solving:
        return Check(name, False, f"solution {solving.index(Verdict.NO)} is proved not to solve the equations as given")
    if n_proved != found.n_proved:
        return Check(name, False, f"{found.n_proved} are said to be proved to solve them, {n_proved} are")
    if not problem.is_overdetermined:
        return Check(name, True, "solved as they are given")
    return Check(name, True, f"{n_proved} of {len(solving)} are proved to solve the equations as given, none is excluded")


def _digests(problem: Problem, chart_seed: int, file: CensusFile) -> Check:
    exact = (
        problem.digest == file.digest
        and problem.text == file.landscape
        and problem.system.digest == file.system_digest
        and list(problem.system.variables) == file.unknowns
        and problem.formulation.kind.value == file.formulation
        and [[str(a) for a in chart] for chart in problem.formulation.charts] == file.charts
        and problem.label == file.model
        and chart_seed == file.chart_seed
    )
    what = "landscape, system and charts are what they are said to be" if exact else "they differ"
    if isinstance(problem, Equations) and exact:
        what = "equations and square system are what they are said to be"
    return Check("digests", exact, what)


def _certificates(land: Problem, certified: CertificateList) -> Check:
    if len(certified) and certified.mid.shape[1] != land.system.n:
        return Check("certificates", False, "the solutions have a wrong shape")
    for k, c in certified.exact.items():
        if not DOUBLE <= c.precision <= 4096:
            return Check("certificates", False, f"solution {k} has a wrong precision")
    with np.errstate(over="ignore"):
        proved = contraction.check(
            contraction.system_discs(land.tapes), certified.mid, certified.radius, certified.uniqueness
        )  # fmt: skip
    proved[list(certified.exact)] = False  # these say more than their doubles do
    for k in np.flatnonzero(~proved).tolist():
        c = certified[k]
        with ctx.workprec(max(128, c.precision)):
            if not balls.check(land.tapes.equations, land.tapes.jacobian, c.enclosure):
                return Check("certificates", False, f"the contraction test of solution {k} fails")
    return Check("certificates", True, f"{len(certified)} boxes, each with exactly one solution")


def _distinct(certified: CertificateList) -> Check:
    for i, j in close_pairs(certified.mid, certified.radius):
        if not disjoint(certified[i].enclosure, certified[j].enclosure):
            return Check("distinct", False, f"solutions {i} and {j} are not proved distinct")
    return Check("distinct", True, "the boxes are pairwise disjoint")


def _reality(certified: CertificateList) -> Check:
    farthest = np.abs(certified.mid.imag).max(axis=1, initial=0.0)
    is_clear = (certified.reality == contraction.NO) & (farthest > certified.radius * (1 + 1e-12))
    is_clear |= (certified.reality == contraction.YES) & (farthest == 0) & (certified.radius < certified.uniqueness)
    is_clear[list(certified.exact)] = False
    for k in np.flatnonzero(~is_clear).tolist():
        c = certified[k]
        if reality(c.enclosure) is not c.reality:
            return Check("reality", False, f"solution {k} is not proved {c.reality.value!r} as real")
    return Check("reality", True, f"{certified.n_real} real")


def _points(
    land: Landscape,
    certified: CertificateList,
    found: Sequence[StationaryPoint],
    stated: Sequence[StationaryPoint],
    orbit_of: Sequence[int],
) -> Check:
    if len(found) != len(stated):
        return Check("points", False, f"{len(stated)} are stated, {len(found)} follow from the solutions")
    # energies of equal points are equal balls, so both lists are matched by solution and signs, not by order
    by_key = {(p.solution, p.signs): p for p in found}
    for k, s in enumerate(stated):
        p = by_key.pop((s.solution, s.signs), None)
        if p is None or p.index != s.index or orbit_of[p.solution] != s.orbit or p.is_origin != s.is_origin:
            return Check("points", False, f"point {k} has another index, orbit or solution than is stated")
        with ctx.workprec(256):
            if not _says_the_same(s, p) and not _is_true(land, certified, s, p):
                return Check("points", False, f"point {k} has another energy or other coordinates than is stated")
    return Check("points", True, f"{len(found)} with their Morse indices and energies")


_NARROW = 40  # digits of the enclosures against which a stated ball is held


def _balls(point: StationaryPoint) -> list[arb]:
    return [point.energy, *point.coordinates]


def _says_the_same(stated: StationaryPoint, found: StationaryPoint) -> bool:
    """Whether stated balls hold those that were found, and are hardly wider; 25 digits are printed."""
    pairs = list(zip(_balls(stated), _balls(found), strict=False))
    return len(stated.coordinates) == len(found.coordinates) and all(
        s.contains(f) and s.rad() <= f.rad() * 2 + abs(f).upper() * 1e-23 for s, f in pairs
    )


def _is_true(land: Landscape, certified: CertificateList, stated: StationaryPoint, found: StationaryPoint) -> bool:
    """Whether stated balls hold the true values, as far as a much narrower enclosure of the same zero tells, and are not much wider.

    The potential may have been written in another way where the file was made, so that its rounding errors were others.
    """
    if len(stated.coordinates) != len(found.coordinates) or not all(s.is_finite() for s in _balls(stated)):
        return False
    certificate = certified[found.solution]
    finer = certify_one(land.tapes, [complex(to_double(re), 0.0) for re, _ in certificate.enclosure.mid], _NARROW)
    if finer is None or not same_zero(finer.enclosure, certificate.enclosure):
        return False
    points = points_of(land, found.solution, finer, found.orbit, found.index or 0)
    narrow = next((p for p in points if p.signs == found.signs), None)
    return narrow is not None and all(
        s.overlaps(n) and n.rad() <= s.rad() + abs(n).upper() * 1e-23 and s.rad() <= f.rad() * 64 + abs(f).upper() * 1e-21
        for s, n, f in zip(_balls(stated), _balls(narrow), _balls(found), strict=True)
    )


def _counts(census: Census, file: CensusFile, points: Sequence[StationaryPoint], wrong: str | None) -> Check:
    found = alternating_sum(points)
    same = (
        file.paths == paths_summary(census.paths)
        and file.counts == count_members(census)
        and file.by_index == {str(k): v for k, v in census.by_index.items()}
        and file.euler_found == found
        and census.paths.is_balanced
    )
    return _said_of_counts(same, wrong)


def _said_of_counts(is_right: bool, wrong: str | None) -> Check:
    """Whether all counts follow, and what the file tells of the run agrees with itself and with the solutions."""
    if not is_right:
        return Check("counts", False, "a stated count does not follow from the solutions")
    return Check("counts", wrong is None, f"all follow from the solutions; {RECORD}" if wrong is None else wrong)


_STRENGTH = {Completeness.UNKNOWN: 0, Completeness.SUPPORTED: 1, Completeness.PROVED: 2}


def _verdict(
    land: Problem, file: CensusFile, stated: Sequence[Evidence], derived: Sequence[Evidence], n: int
) -> tuple[Check, CompletenessReport]:
    """Whether the stated verdict follows, with the account of the paths where it is told; and the verdict without it."""
    name, verdict = "completeness", Completeness(file.completeness.verdict)
    against = [e for e in stated if e.outcome is Verdict.NO and e.kind not in DERIVED | TOLD]
    alone = join(land, [*against, *derived])
    if file.euler_expected != (land.euler_characteristic if isinstance(land, Landscape) else None):
        return Check(name, False, "another Euler characteristic is stated than the domain has"), alone
    paths = told_paths(land, n, PathAccount(**file.paths), stated)
    wrong = wrong_paths(land, file, paths)
    if wrong is not None:
        return Check(name, False, wrong), alone
    again = alone if paths is None else join(land, [paths, *against, *derived])
    on_complex = None if file.completeness.complex_verdict is None else Completeness(file.completeness.complex_verdict)
    if file.producer == producer() and not file.completeness.has_sentences:
        same = (again.verdict, again.complex_verdict) == (verdict, on_complex)
        same = same and sorted(stated, key=_name) == sorted(again.evidence, key=_name)
    else:  # another version may know other bounds and checks, but a verdict never says more than is true
        is_told = paths is None and file.completeness.has_sentences and is_account_of(PathAccount(**file.paths), n)
        is_open = is_told and verdict is Completeness.SUPPORTED and again.verdict is Completeness.UNKNOWN
        same = is_open or (_says_no_more(verdict, again.verdict) and _says_no_more(on_complex, again.complex_verdict))
    if not same:
        return Check(name, False, f"the file says {verdict.value}, its content {again}"), alone
    if verdict is Completeness.SUPPORTED and alone.verdict is Completeness.UNKNOWN:
        return Check(name, True, f"what the file holds leaves it open; 'supported' rests on {_told_ground({} if paths is None else dict(paths.numbers))}, which a file cannot prove"), alone
    if again.complex_verdict is Completeness.SUPPORTED and alone.complex_verdict is not Completeness.SUPPORTED:
        return Check(name, True, f"{alone}"), alone
    return Check(name, True, f"{again}"), alone


def _told_ground(numbers: Mapping[str, Fact]) -> str:
    """What of the run supports a list and no file can prove: the generic count that it met, with its kind, and the account of its paths.

    >>> _told_ground({"count": StartCount.GENERIC_TRACED.value, "root_count": 9})
    "the generic root count, which a trace test confirms: 9, as many as are certified, and on the run's own account of its paths"
    """
    account = "the run's own account of its paths"
    if not numbers:  # of an older file
        return account
    count = StartCount(numbers["count"]).value.rstrip(",")
    return f"the {count}: {numbers['root_count']}, as many as are certified, and on {account}"


def _name(piece: Evidence) -> str:
    return piece.name


def _says_no_more(stated: Completeness | None, found: Completeness | None) -> bool:
    if stated is None or found is None or Completeness.CONTRADICTED in (stated, found):
        return stated is found
    return _STRENGTH[stated] <= _STRENGTH[found]
