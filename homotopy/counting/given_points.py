"""Somebody else's solutions: which are certified, distinct, real, double, multiple or wrong, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.certification.classify import classify
from homotopy.certification.closure import closure_candidates, orbits
from homotopy.certification.residuals import solve_given
from homotopy.certification.zeros import certify as certify_candidates
from homotopy.common.arrays import Complexes
from homotopy.common.wording import count_of
from homotopy.completeness.checks import checks
from homotopy.completeness.evidence import evidence, of_kind
from homotopy.completeness.exact_evidence import exact_evidence, hilbert_evidence
from homotopy.completeness.verdict import CompletenessReport, join, joined
from homotopy.counting.degenerate.describe import least_multiplicities, singular_sets
from homotopy.counting.degenerate.stationary_set import SetKind, StationarySet, in_words
from homotopy.counting.files.solution_lists import as_points
from homotopy.counting.result import completeness_summary
from homotopy.counting.solve_equations import as_equations
from homotopy.engines.algebra.client import exact_solutions
from homotopy.status import Completeness, EvidenceKind, Verdict
from polysys.counts.of_landscape import upper_bounds
from polysys.errors import InputError, require_type
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape
from polysys.own_equations import Equations
from polysys.problem import Problem
from polysys.system import PolynomialSystem

_MAX_DRIFT = 1e-3  # relative: a zero further from its point is not the one that was meant
_RESIDUAL = 1e-6  # relative to its terms: a smaller one may be that of a multiple solution
_MOST_NAMED = 300  # solutions that exact algebra is asked to write down
_WORK = 2 * 10**10  # of exact algebra: half a minute
_SHOWN = 5  # rows that are named in a line


@dataclass(frozen=True, eq=False)
class CertifiedPoints:
    """What became of each of somebody's points; made by :func:`homotopy.certify`.

    Parameters
    ----------
    problem : Landscape or Equations
    points : complex array (m, n)
        As given, in the unknowns of the system.
    certificates : CertificateList
        Of the distinct solutions that the points lead to.
    assignment : tuple of int or None
        For each point the number of its certificate.
    double : tuple of tuple of int
        Points that lead to one solution, for each such solution.
    wrong : tuple of int
        Points next to which no solution was found.
    singular : tuple of StationarySet
        What points are that nearly solve the equations and have no certificate: isolated multiple solutions, or larger sets.
    rows_singular : tuple of int
        Which points these are.
    missing : complex array (k, n)
        Certified solutions that no point leads to, as far as any were found: conjugates, mirror images, solutions by exact algebra.
    completeness : CompletenessReport
        On the list of certified solutions.
    """

    problem: Problem
    points: npt.NDArray[np.complex128]
    certificates: CertificateList
    assignment: tuple[int | None, ...]
    double: tuple[tuple[int, ...], ...]
    wrong: tuple[int, ...]
    singular: tuple[StationarySet, ...]
    rows_singular: tuple[int, ...]
    missing: npt.NDArray[np.complex128]
    completeness: CompletenessReport

    @property
    def n_certified(self) -> int:
        """Number of points that lead to a certified solution."""
        return sum(k is not None for k in self.assignment)

    @property
    def n_distinct(self) -> int:
        """Number of certified distinct solutions."""
        return len(self.certificates)

    @property
    def n_real(self) -> int:
        """Number of them that are proved real."""
        return self.certificates.n_real

    @property
    def n_undecided(self) -> int:
        """Number of them whose reality is undecided."""
        return self.certificates.n_undecided

    @property
    def n_missing(self) -> int | None:
        """Distinct solutions that the exact count has and the list has not, or as many as were found; None where it is not known."""
        if self.completeness.verdict in (Completeness.PROVED, Completeness.SUPPORTED):
            return 0
        known = _exact_numbers(self.completeness)
        distinct = known.get("distinct")
        if distinct is None:
            return len(self.missing) or None
        return max(int(distinct) - int(known["found"]) - len(known["multiplicities"]), len(self.missing))

    @property
    def is_clean(self) -> bool:
        """Whether every point is a solution of its own."""
        return not self.double and not self.wrong

    def summary(self) -> dict[str, Any]:
        """The report as one JSON object; points are numbered from 1."""
        return {
            "system": self.problem.label,
            "digest": self.problem.digest,
            "n_points": len(self.points),
            "n_certified": self.n_certified,
            "n_distinct": self.n_distinct,
            "n_real": self.n_real,
            "n_undecided": self.n_undecided,
            "double": [[k + 1 for k in rows] for rows in self.double],
            "wrong": [k + 1 for k in self.wrong],
            "singular": [s.summary() for s in self.singular],
            "n_missing": self.n_missing,
            "missing": [{"re": [w.real for w in z], "im": [w.imag for w in z]} for z in self.missing.tolist()],
            "completeness": completeness_summary(self.completeness),
        }

    def __repr__(self) -> str:
        lines = [
            f"Points for {self.problem.label} ({len(self.points)} given, digest {self.problem.digest[:6]})",
            f"  certified  {self.n_certified} of {len(self.points)}: {self.n_distinct} distinct, {self.n_real} real, "
            f"{self.n_undecided} undecided",
        ]
        if self.double:
            groups = "; ".join(_rows(rows) for rows in self.double[:_SHOWN])
            lines.append(f"  double     {groups}{' ..' if len(self.double) > _SHOWN else ''} are one solution each")
        if self.wrong:
            lines.append(
                f"  wrong      {_rows(self.wrong)}: no solution next to {'it' if len(self.wrong) == 1 else 'them'}"
            )
        if self.singular:
            lines.append(f"  singular   {_rows(self.rows_singular)}: {in_words(self.singular)}")
        if self.n_missing:
            named = "; ".join(_place(z) for z in self.missing[:_SHOWN].tolist())
            more = " .." if len(self.missing) > _SHOWN else ""
            lines.append(f"  missing    {count_of(self.n_missing, 'solution')}{': ' if named else ''}{named}{more}")
        return "\n".join([*lines, f"  complete   {self.completeness}"])


def certify(
    system: Landscape | Equations | PolynomialSystem | str, points: Any, *, digits: int = 15
) -> CertifiedPoints:
    """Certify somebody else's solutions, and say what is double, wrong or missing.

    Parameters
    ----------
    system : Landscape, Equations, PolynomialSystem, or the label equations:FILE
    points : array (m, n), or SolutionList
        Approximate solutions, as :func:`homotopy.read_solutions` reads them. Of a landscape on spheres, points of the domain do:
        multipliers and charts are added.
    digits : int
        Decimals to which real solutions are enclosed.

    Returns
    -------
    CertifiedPoints

    Raises
    ------
    InputError
        If the points do not fit the system.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> print(ho.certify(ps.equations(["x^2 = 2"]), [[1.4142], [1.41421], [3.0]]))
    Points for equations:user (3 given, digest ...)
      certified  2 of 3: 1 distinct, 1 real, 0 undecided
      double     rows 1, 2 are one solution each
      wrong      row 3: no solution next to it
      missing    1 solution: (-1.41421)
      complete   contradicted: solutions outside the list: 1 certified solution is not among the 1 of the list
    """
    require_type(digits, int, "The number of digits", "Give a whole number.")
    problem: Problem = system if isinstance(system, Landscape) else as_equations(system)
    listed = as_points(points, problem.system.variables)
    given = _in_unknowns(problem, listed)
    finite = np.flatnonzero(np.isfinite(given).all(axis=1))
    report = certify_candidates(problem.tapes, given[finite], digits=digits)
    number = np.full(len(given), -1)
    number[finite] = [-1 if k is None else k for k in report.assignment]
    number = _that_were_meant(problem, given, number, report.certificates)
    used, again = np.unique(number[number >= 0], return_inverse=True)
    certificates = report.certificates.take(used)
    number[number >= 0] = again
    open_rows = np.flatnonzero(number < 0)
    near = [int(k) for k in open_rows if np.isfinite(given[k]).all() and _nearly_solves(problem, given[k])]
    singular = singular_sets(problem, given[near].tolist()) if near else ()
    verdict = _verdict(problem, certificates, singular)
    missing, n_proved = _missing(problem, certificates, verdict)
    if n_proved:  # a certified solution outside of a list disproves it, whoever names it
        piece = evidence(EvidenceKind.OUTSIDE, Verdict.NO, n_outside=n_proved, found=len(certificates))
        verdict = joined(problem, verdict, [piece])
    return CertifiedPoints(
        problem, given, certificates, tuple(None if k < 0 else int(k) for k in number), _double(problem, listed, number),
        tuple(int(k) for k in open_rows if int(k) not in near), singular, tuple(near), missing, verdict,
    )  # fmt: skip


def _double(problem: Problem, listed: Complexes, number: npt.NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    """The rows that stand for one solution; of a class on spheres they may be different points of it."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for row, (k, x) in enumerate(zip(number.tolist(), listed, strict=True)):
        if k >= 0:
            groups.setdefault((k, *_sheet(problem, x)), []).append(row)
    return tuple(tuple(rows) for rows in groups.values() if len(rows) > 1)


def _sheet(problem: Problem, x: Complexes) -> tuple[int, ...]:
    """Which of the points of its class a point of the domain is: on which side of the chart's hyperplane, for each sphere."""
    if problem.formulation.kind is not Kind.PROJECTIVE or len(x) != problem.domain.n:
        return ()
    sides = zip(problem.domain.slices, problem.formulation.charts, strict=True)
    return tuple(int(np.sign((x[block] @ np.array([float(a) for a in chart])).real)) for block, chart in sides)


def _that_were_meant(
    problem: Problem, given: Complexes, number: npt.NDArray[np.int64], certificates: CertificateList
) -> npt.NDArray[np.int64]:
    """The numbers of the points' certificates, -1 where the zero is far from its point or does not solve the equations as given."""
    rows = np.flatnonzero(number >= 0)
    if not len(rows):
        return number
    drift = np.abs(given[rows] - certificates.mid[number[rows]]).max(axis=1)
    number[rows[drift > _MAX_DRIFT * (1 + np.abs(given[rows]).max(axis=1))]] = -1
    if isinstance(problem, Equations) and problem.is_overdetermined:
        solving = solve_given(problem, certificates)
        number[[k >= 0 and solving[k] is Verdict.NO for k in number.tolist()]] = -1
    return number


def _in_unknowns(problem: Problem, points: Complexes) -> Complexes:
    """Points in the unknowns of the system: on spheres, points of the domain get their multipliers, in the chart if there is one."""
    n, size = problem.domain.n, problem.system.n
    if points.shape[1] == size:
        return points
    if points.shape[1] != n or not isinstance(problem, Landscape):
        names = ", ".join(problem.system.variables[:8]) + (", .." if size > 8 else "")
        raise InputError(
            f"The points have {points.shape[1]} coordinates, and the system has {size} unknowns ({names}).",
            "Give a column for each unknown.",
        )
    placed, formulation = points.copy(), problem.formulation
    for k, block in enumerate(problem.domain.slices):
        if formulation.kind is Kind.PROJECTIVE:
            chart = np.array([float(a) for a in formulation.charts[k]])
            placed[:, block] /= (placed[:, block] @ chart)[:, None]
        elif problem.scaling.length_squared:
            placed[:, block] /= float(problem.scaling.length_squared[k]) ** 0.5
    return np.array([_with_multipliers(problem, x) for x in placed], np.complex128).reshape(len(points), size)


def _with_multipliers(problem: Problem, x: Complexes) -> Complexes:
    """A point with the multipliers, in which the equations are affine, that solve them best."""
    m = problem.system.n - len(x)
    inputs = np.repeat(np.concatenate([x, np.zeros(m)])[:, None], m + 1, axis=1)
    inputs[len(x) :, 1:] = np.eye(m)
    rows = problem.tapes.equations.evaluate(list(inputs), (), float)
    values = np.array([np.broadcast_to(v, m + 1) for v in rows], np.complex128)
    if not np.isfinite(values).all():
        return np.full(problem.system.n, np.nan + 0j)
    matrix = values[:, 1:] - values[:, :1]
    return np.concatenate([x, np.linalg.lstsq(matrix, -values[:, 0], rcond=None)[0]])


def _nearly_solves(problem: Problem, x: Complexes) -> bool:
    """Whether every equation nearly vanishes at a point, beside the sizes of its terms."""
    given = problem.given_terms if isinstance(problem, Equations) else problem.system.terms
    for terms in given:
        with np.errstate(all="ignore"):
            parts = np.array([float(c) * np.prod(x ** np.array(e)) for e, c in terms.items()])
        if not abs(parts.sum()) <= _RESIDUAL * max(1.0, float(np.abs(parts).sum())):
            return False
    return True


def _verdict(problem: Problem, certificates: CertificateList, singular: Sequence[StationarySet]) -> CompletenessReport:
    """The verdict on a list that came without paths: bounds, checks, exact count, and a Hilbert function where it is supported."""
    orbit_of, is_closed = orbits(problem, certificates)
    points = classify(problem, certificates, orbit_of) if isinstance(problem, Landscape) else ()
    n, multiplicities = len(certificates), least_multiplicities(singular)
    all_solve = not isinstance(problem, Equations) or all(v is Verdict.YES for v in solve_given(problem, certificates))
    bounds = upper_bounds(problem) if all_solve else ()
    report = join(problem, checks(problem, certificates, points, is_closed, bounds, len(singular)))
    if report.verdict is not Completeness.PROVED:
        report = joined(problem, report, [exact_evidence(problem, n, multiplicities)])
    if report.verdict is Completeness.SUPPORTED and all_solve:
        proved = [s.multiplicity or 0 for s in singular if s.kind is SetKind.ISOLATED and s.is_multiplicity_proved]
        piece = hilbert_evidence(problem, n, proved)
        report = report if piece is None else joined(problem, report, [piece])
    return report


def _missing(problem: Problem, certificates: CertificateList, verdict: CompletenessReport) -> tuple[Complexes, int]:
    """Certified solutions that are not in a list: images of listed ones, and what exact algebra writes down.

    And how many of them are proved to be some: a zero of a squared-up system may not solve the equations as given.
    """
    none = np.zeros((0, problem.system.n), np.complex128)
    if verdict.verdict is Completeness.PROVED or verdict.verdict is Completeness.SUPPORTED:
        return none, 0
    known = certificates
    while candidates := closure_candidates(problem, known):
        larger = certify_candidates(problem.tapes, candidates, known).certificates
        if len(larger) == len(known):
            break
        known = larger
    degree: int | None = _exact_numbers(verdict).get("degree")
    if degree is not None and len(known) < degree <= _MOST_NAMED:
        given = problem.given_terms if isinstance(problem, Equations) else None
        found = exact_solutions(problem.system, given=given, work_limit=_WORK)
        if found.points:
            known = certify_candidates(problem.tapes, found.doubles, known, exact=found.exact).certificates
    more = known.take(slice(len(certificates), None)) if len(known) else known
    n_proved = len(more)
    if isinstance(problem, Equations) and len(more):
        verdicts = solve_given(problem, more)
        n_proved = verdicts.count(Verdict.YES)
        more = more.take([k for k, v in enumerate(verdicts) if v is not Verdict.NO])
    return (more.mid.copy() if len(more) else none), n_proved


def _exact_numbers(verdict: CompletenessReport) -> dict[str, Any]:
    """The numbers of the exact count; empty where it was out of reach."""
    exact = of_kind(verdict.evidence, EvidenceKind.EXACT_COUNT)
    return {} if exact is None else dict(exact.numbers)


def _rows(rows: Sequence[int]) -> str:
    shown = ", ".join(str(k + 1) for k in rows[: 2 * _SHOWN])
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}{', ..' if len(rows) > 2 * _SHOWN else ''}"


def _place(z: Sequence[complex]) -> str:
    numbers = [f"{w.real:.6g}" if abs(w.imag) < 1e-12 * max(1.0, abs(w)) else f"{w.real:.4g}{w.imag:+.4g}i" for w in z]
    return f"({', '.join(numbers[:6])}{', ..' if len(numbers) > 6 else ''})"
