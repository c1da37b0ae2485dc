"""What exact algebra, or a search of the real domain, says during a solve: whether solutions are missing, and which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from homotopy.certification.zeros import Certificate, CertificationReport, certify
from homotopy.common.wording import count_of
from homotopy.engines.algebra.client import exact_solutions
from homotopy.solving.accounts import closed_under_symmetry
from homotopy.solving.result import SolveReport
from polysys.counts.multiplicities import simple_count_of
from polysys.counts.of_landscape import EXACT_REACH, exact_count_of
from polysys.problem import Problem

# Solutions that exact algebra may be asked to write down: their coefficients grow with the square of their number.
MOST_PARAMETRISED = 300
QUICK_WORK = 3 * 10**9  # seconds: less than following a few paths to their ends takes


def is_met(landscape: Problem, report: SolveReport, bound: int | None) -> bool:
    """Whether there cannot be more solutions, or exact algebra modulo two primes says that there are none."""
    n = len(report.certificates)
    if report.meets_generic_count or (bound is not None and n == bound):
        return True
    count = exact_count_of(landscape) if n <= EXACT_REACH else None
    return count is not None and count.dimension == 0 and count.degree == n


def has_all_simple(landscape: Problem, report: SolveReport) -> bool:
    """Whether exact algebra modulo two primes counts no more simple solutions: what else there is no certificate is for."""
    n = len(report.certificates)
    return n <= EXACT_REACH and n == simple_count_of(landscape)


def without_multiple(landscape: Problem, report: SolveReport) -> SolveReport:
    """Ends that look like multiple solutions are none where the certified ones are all that exact algebra counts."""
    if not (report.singular_ends or report.failed_ends) or len(report.certificates) > EXACT_REACH:
        return report
    count = exact_count_of(landscape)
    if count.dimension != 0 or count.degree != len(report.certificates):
        return report
    paths = replace(report.paths, singular=0, failed=report.paths.failed + report.paths.singular)
    return replace(report, paths=paths, singular_ends=(), failed_ends=())


def with_missing(landscape: Problem, report: SolveReport, digits: int, work_limit: int) -> SolveReport:
    """A report with the solutions that no path reached and that exact algebra finds within a limit of work; else the same report.

    Nothing is tried where exact algebra counts no more than were found, or more than it can write down.
    """
    count = exact_count_of(landscape) if len(report.certificates) <= MOST_PARAMETRISED else None
    if count is None or count.dimension is None or count.dimension < 0 or (count.degree or 0) > MOST_PARAMETRISED:
        return report
    if count.dimension == 0 and count.degree == len(report.certificates):
        return report
    found = exact_solutions(landscape.system, work_limit=work_limit)
    if not found.points:
        return report
    larger = certify(landscape.tapes, found.doubles, report.certificates, digits=digits, exact=found.exact)
    return _joined(landscape, report, larger, digits, "Exact algebra")


def with_points(landscape: Problem, report: SolveReport, found: Sequence[Certificate], digits: int) -> SolveReport:
    """A report with solutions that a search of the real domain has found besides; the same report where none of them is new."""
    exact = [c.enclosure.mid for c in found]
    doubles = [[complex(float(re), float(im)) for re, im in mid] for mid in exact]
    larger = certify(landscape.tapes, doubles, report.certificates, digits=digits, exact=exact)
    return _joined(landscape, report, larger, digits, "Branch and bound")


def _joined(landscape: Problem, report: SolveReport, larger: CertificationReport, digits: int, finder: str) -> SolveReport:
    """A report with the solutions of a larger list and their mirror images; they count as missed by the paths."""
    closed = closed_under_symmetry(landscape, larger, digits)
    if len(closed.certificates) == len(report.certificates):
        return report
    return without_multiple(landscape, with_more(report, closed, finder))


def with_more(report: SolveReport, larger: CertificationReport, finder: str) -> SolveReport:
    """A report with a list that is larger, as somebody else than the paths has found it."""
    more = len(larger.certificates) - len(report.certificates)
    return replace(
        report,
        certificates=larger.certificates,
        n_beyond_paths=report.n_beyond_paths + more,
        n_entangled=larger.n_entangled,
        attempts=(*report.attempts, f"{finder} found {count_of(more, 'solution')} that no path had reached."),
    )
