"""Plan, run, certify, account: from a landscape to certified solutions and a balanced list of paths."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat

from homotopy.certification.certificates import CertificateList
from homotopy.certification.closure import closure_candidates
from homotopy.certification.zeros import CertificationReport, certify
from homotopy.common import reporting
from homotopy.common.reporting import Progress
from homotopy.common.wording import count_of
from homotopy.engines.algebra.client import exact_solutions
from homotopy.engines.base import TrackedPaths
from homotopy.errors import EngineCrashError, EngineEmptyError, EngineTimeoutError
from homotopy.options import AUTO, Options
from homotopy.solving.far_paths import followed
from homotopy.solving.result import PathAccount, RoundAccount, SolveReport
from homotopy.solving.turns import Turns
from homotopy.solving.univariate import solve_univariate
from homotopy.status import PathStatus, StartCount
from polysys.counts.multiplicities import simple_count_of
from polysys.counts.of_landscape import EXACT_REACH, exact_count_of
from polysys.errors import InputError, PositiveDimensionalError
from polysys.landscape import Landscape
from polysys.own_equations import Equations
from polysys.problem import Problem

# An end point further than this from the zero it certifies (relative to its size) was not an end point of that zero.
_MAX_DRIFT = 1e-3
# Solutions that exact algebra may be asked to write down: their coefficients grow with the square of their number.
_MOST_PARAMETRISED = 300
_MANY_PATHS, _PATHS_A_SOLUTION = 100_000, 1000
_MANY_UNKNOWNS = 24
_SOME_PATHS, _FEW_SOLUTIONS, _PATHS_TO_SPARE = 200, 30, 3
_QUICK_WORK = 3 * 10**9  # seconds: less than following a few paths to their ends takes
# What ends a round and not the solve: certificates of the rounds before are kept.
_UNFINISHED = (EngineTimeoutError, EngineCrashError, EngineEmptyError, MemoryError)


def solve(
    landscape: Problem,
    options: Options | None = None,
    *,
    bound: int | None = None,
    progress: Progress | None = None,
    after: SolveReport | None = None,
    first: int = 0,
    keeps_stopped: bool = False,
) -> SolveReport:
    """Find and certify all isolated complex solutions of a landscape's system.

    Parameters
    ----------
    landscape : Landscape or Equations
    options : Options, optional
    bound : int, optional
        A proved upper bound; when it is met no further round is needed.
    progress : callable (done, total), optional
    after : SolveReport, optional
        What an earlier call found, in which something outside turned out to be wrong: go on with the next round, if
        there is one.
    first : int
        Number of the first round: from round 1 on other paths are followed than those of a solve from the beginning.
    keeps_stopped : bool
        Whether a first round that is stopped (time limit, crash, lack of memory, and Ctrl-C inside
        :func:`homotopy.common.reporting.keeping_found`) leaves the solutions that its paths had reached, if there are any.

    Returns
    -------
    SolveReport

    Raises
    ------
    InputError
        For an engine that does not exist, or does not honour an option.
    EngineMissingError, EngineCrashError, EngineTimeoutError, EngineEmptyError
        When an engine is missing or fails in the first round in all its retries; never an empty list. A later round that
        fails or times out leaves what was found before: the report's attempts say what stopped it.
    PositiveDimensionalError
        When paths end on a continuous family of stationary points.

    Notes
    -----
    A round whose paths do not balance (jumps, failures, a conjugate or mirror image that no path reached) is
    repeated with other random constants and, at last, in higher precision; certified solutions of all rounds are
    kept, because a certificate does not depend on how its zero was found. Paths that diverged or failed are followed to their
    ends in long numbers (:mod:`homotopy.engines.path_ends`), and a round with divergent paths is repeated along other
    ones even if it balances.
    """
    options = options or Options()
    begin = time.perf_counter()
    rounds = Turns(landscape, options, progress, has_found=after is not None)
    trivial = (
        _solve_by_hand(landscape, options, begin)
        or solve_univariate(landscape, options)
        or _solve_without_paths(landscape, options, bound, begin)
    )
    if trivial is not None:
        return trivial
    attempts: list[str] = [] if after is None else list(after.attempts)
    history = [] if after is None else list(after.history)
    known = CertificateList.of(()) if after is None else after.certificates
    report, is_cut = after, False
    for k in range(first if after is None else after.rounds, first + options.rounds):
        ended = _run_round(landscape, rounds, k, known, options, bound)
        if ended.report is None and keeps_stopped and not known:
            _keep_reached(landscape, ended, k, options)
        attempts.extend(ended.attempts)
        is_cut = is_cut or ended.error is not None
        if ended.report is not None:
            known = ended.report.certificates
            history.append(_in_numbers(ended.report, ended.n_followed))
            report = replace(ended.report, history=tuple(history))
        if ended.error is not None and (report is None or not _is_kept(ended.error)):
            raise ended.error
        if report is None or ended.is_last:
            break
        if ended.report is None:
            continue
        if is_met(landscape, report, bound) or (report.is_clean and report.is_repeated):
            break
        if report.paths.singular:
            _refuse_continuous_family(landscape, report.singular_ends)
        if has_all_simple(landscape, report):
            break
        if not report.is_clean:
            attempts.append(
                f"Round {k + 1} ({report.engine}, {report.precision}, seed {report.solver_seed}) did not balance: {report.paths}."
            )
    if report is None:
        raise rounds.no_engine()
    if report is after:
        return report
    if is_cut and not report.is_repeated:
        report = _unconfirmed(report)
    report = _without_multiple(landscape, report)
    return replace(report, attempts=tuple(attempts), seconds=time.perf_counter() - begin)


@dataclass
class _EndedRound:
    """What a round came to: its account, as far as it got, and what cut it short."""

    report: SolveReport | None = None
    n_followed: int = 0
    attempts: list[str] = field(default_factory=list)
    error: BaseException | None = None
    is_last: bool = False
    left: TrackedPaths | None = None


def _run_round(
    landscape: Problem, rounds: Turns, k: int, known: CertificateList, options: Options, bound: int | None
) -> _EndedRound:
    """Run round k and account for its paths; far and lost paths are followed to their ends where it matters."""
    ended, tracked = _EndedRound(), None
    try:
        with reporting.time_limit(options.time_limit, f"Round {k + 1} of the solve"):
            tracked = rounds.run(k)
            ended.attempts += rounds.notes()
            if tracked is None:
                ended.is_last = True
                return ended
            ended.attempts += tracked.attempts
            ended.report, doubtful = _account(landscape, tracked, known, k + 1, options.digits)
            is_confirmed = k > 0 and ended.report.is_clean and len(ended.report.certificates) == len(known)
            is_open = doubtful and not is_confirmed and not _is_over(landscape, ended.report, bound)
            if is_open:
                more = with_missing(landscape, ended.report, options.digits, _QUICK_WORK)
                is_open = not _is_over(landscape, more, bound)
                ended.report = ended.report if is_open else more
            if is_open:
                further, n_followed = followed(tracked, doubtful)
                ended.report = account(landscape, further, known, k + 1, options.digits)
                ended.n_followed = n_followed
    except (*_UNFINISHED, KeyboardInterrupt) as error:
        ended.error, ended.is_last = error, isinstance(error, (EngineTimeoutError, KeyboardInterrupt))
        ended.attempts.append(f"Round {k + 1} was given up, and what was found is kept: {reporting.why_stopped(error)}")
        ended.left = rounds.left if tracked is None else tracked
    return ended


def _keep_reached(landscape: Problem, ended: _EndedRound, k: int, options: Options) -> None:
    """Certify what the paths of a round had reached when it was stopped; no time limit holds here, and Ctrl-C ends all."""
    if ended.error is None or ended.left is None or not _is_kept(ended.error):
        return
    report = account(landscape, ended.left, CertificateList.of(()), k + 1, options.digits)
    if report.certificates:
        ended.report = report


def _unconfirmed(report: SolveReport) -> SolveReport:
    """The report of a solve that was cut short: paths that diverged in one round alone count as lost, not as ended."""
    paths = report.paths
    return replace(report, paths=replace(paths, at_infinity=0, failed=paths.failed + paths.at_infinity))


def _is_kept(error: BaseException) -> bool:
    """Whether what was found before an error is returned instead of it."""
    return not isinstance(error, KeyboardInterrupt) or reporting.keeps_found()


def _without_multiple(landscape: Problem, report: SolveReport) -> SolveReport:
    """Ends that look like multiple solutions are none where the certified ones are all that exact algebra counts."""
    if not (report.singular_ends or report.failed_ends) or len(report.certificates) > EXACT_REACH:
        return report
    count = exact_count_of(landscape)
    if count.dimension != 0 or count.degree != len(report.certificates):
        return report
    paths = replace(report.paths, singular=0, failed=report.paths.failed + report.paths.singular)
    return replace(report, paths=paths, singular_ends=(), failed_ends=())


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


def _is_over(landscape: Problem, report: SolveReport, bound: int | None) -> bool:
    """Whether the paths of a round that are in doubt lead to nothing that could be certified."""
    return is_met(landscape, report, bound) or has_all_simple(landscape, report)


def _in_numbers(report: SolveReport, n_followed: int) -> RoundAccount:
    return RoundAccount(
        report.engine, report.precision, report.solver_seed, report.root_count, report.paths, len(report.certificates),
        report.n_beyond_paths, n_followed,
    )  # fmt: skip


def account(
    landscape: Problem, tracked: TrackedPaths, known: CertificateList, rounds: int, digits: int
) -> SolveReport:
    """Certify the end points and put every path into exactly one class."""
    return _account(landscape, tracked, known, rounds, digits)[0]


def _account(
    landscape: Problem, tracked: TrackedPaths, known: CertificateList, rounds: int, digits: int
) -> tuple[SolveReport, list[int]]:
    """The same, and the numbers of the paths that did not reach a certified zero of their own, the divergent ones first."""
    counts = dict.fromkeys(PathStatus, 0)
    failed: list[tuple[complex, ...]] = []
    hopeful = [k for k, s in enumerate(tracked.status) if s in (PathStatus.REGULAR, PathStatus.SINGULAR)]
    for x, status, group in zip(tracked.x, tracked.status, tracked.images, strict=True):
        if status not in (PathStatus.REGULAR, PathStatus.SINGULAR):
            counts[status] += len(group)
            if status is PathStatus.FAILED:
                failed.extend(tuple((x * flip).tolist()) for flip in group)
    images = [tracked.images[k] for k in hopeful]
    result = certify(landscape.tapes, tracked.x[hopeful], known, images, digits=digits)
    # from here on one row a path, images included
    sizes = [len(flips) for flips in images]
    flips = np.concatenate([np.ones((0, tracked.x.shape[1]), np.int8), *images])
    points = np.repeat(tracked.x[hopeful], sizes, axis=0) * flips
    may_be_singular = np.array(
        [tracked.status[k] is PathStatus.SINGULAR or tracked.rco[k] < 1e-8 for k in hopeful], bool
    )
    statuses = _final_statuses(points, np.repeat(may_be_singular, sizes), result)
    for status in statuses:
        counts[status] += 1
    first = np.cumsum([0, *sizes[:-1]]).tolist()
    lost = {k for k, row in zip(hopeful, first, strict=False) if statuses[row] is not PathStatus.REGULAR}
    lost |= set(range(len(tracked.status))) - set(hopeful)
    doubtful = sorted(lost, key=lambda k: (tracked.status[k] is not PathStatus.AT_INFINITY, k))
    failed += _points_of(points, statuses, PathStatus.FAILED)
    closed = _close(landscape, result, digits)
    report = SolveReport(
        certificates=closed.certificates,
        paths=PathAccount(sum(map(len, tracked.images)), *(counts[s] for s in PathStatus)),
        n_beyond_paths=len(closed.certificates) - counts[PathStatus.REGULAR],
        singular_ends=tuple(_points_of(points, statuses, PathStatus.SINGULAR)),
        n_entangled=closed.n_entangled,
        engine=tracked.engine,
        engine_version=tracked.engine_version,
        start=tracked.start,
        precision=tracked.precision,
        transport=tracked.transport,
        root_count=tracked.root_count,
        root_count_kind=tracked.root_count_kind,
        solver_seed=tracked.seed,
        gamma=tracked.gamma,
        rounds=rounds,
        attempts=(),
        seconds=tracked.seconds,
        failed_ends=tuple(failed),
    )
    return report, doubtful


def with_missing(landscape: Problem, report: SolveReport, digits: int, work_limit: int) -> SolveReport:
    """A report with the solutions that no path reached and that exact algebra finds within a limit of work; else the same report.

    Nothing is tried where exact algebra counts no more than were found, or more than it can write down.
    """
    count = exact_count_of(landscape) if len(report.certificates) <= _MOST_PARAMETRISED else None
    if count is None or count.dimension is None or count.dimension < 0 or (count.degree or 0) > _MOST_PARAMETRISED:
        return report
    if count.dimension == 0 and count.degree == len(report.certificates):
        return report
    found = exact_solutions(landscape.system, work_limit=work_limit)
    if not found.points:
        return report
    larger = certify(landscape.tapes, found.doubles, report.certificates, digits=digits, exact=found.exact)
    closed = _close(landscape, larger, digits)
    more = len(closed.certificates) - len(report.certificates)
    if not more:
        return report
    return _without_multiple(
        landscape,
        replace(
            report,
            certificates=closed.certificates,
            n_beyond_paths=report.n_beyond_paths + more,
            n_entangled=closed.n_entangled,
            attempts=(*report.attempts, f"Exact algebra found {count_of(more, 'solution')} that no path had reached."),
        ),
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
    size = 1 + np.abs(points[certified]).max(axis=1, initial=0.0)
    drift = np.abs(points[certified] - result.certificates.mid[number[certified]]).max(axis=1, initial=0.0)
    reached = certified[drift <= _MAX_DRIFT * size]
    _, first = np.unique(number[reached], return_index=True)
    statuses[reached] = PathStatus.DUPLICATE
    statuses[reached[first]] = PathStatus.REGULAR
    return list(statuses)


def _close(landscape: Problem, result: CertificationReport, digits: int) -> CertificationReport:
    """Add conjugates and mirror images that are missing: they are solutions too."""
    while candidates := closure_candidates(landscape, result.certificates):
        larger = certify(landscape.tapes, candidates, result.certificates, digits=digits)
        if len(larger.certificates) == len(result.certificates):
            return replace(result, n_entangled=result.n_entangled + larger.n_entangled)
        result = CertificationReport(larger.certificates, result.assignment, result.n_entangled + larger.n_entangled)
    return result


def _refuse_continuous_family(landscape: Problem, ends: Sequence[Sequence[complex]]) -> None:
    """Name the symmetry if singular end points are moved by it: then they lie on a continuous family."""
    symmetry = landscape.continuous_symmetry
    if symmetry is None or not symmetry.dimension:
        return
    for end in ends:
        x = np.array(end[: landscape.domain.n])
        if np.abs(symmetry.field(x.tolist())).max() > 1e-3 * np.abs(x).max():
            raise PositiveDimensionalError(
                f"The stationary points of {landscape.label} are not isolated: a continuous symmetry group of "
                f"dimension {symmetry.dimension} moves them (orbits of dimension up to {symmetry.orbit_dimension}).",
                "Break the symmetry (a term per variable, say), fix as many coordinates, or decompose the stationary set "
                "(stationary sets).",
            )


def _solve_by_hand(landscape: Problem, options: Options, begin: float) -> SolveReport | None:
    """Systems without solutions or with linear equations only, which no engine needs to see."""
    degrees = landscape.system.degrees
    if min(degrees) > 0 and max(degrees) > 1:
        return None
    certificates = CertificateList.of(())
    n_paths = 0 if 0 in degrees else 1
    if n_paths:
        solution = _linear_solution(landscape)
        if solution is not None:
            certificates = certify(landscape.tapes, [solution], digits=options.digits).certificates
    return SolveReport(
        certificates=certificates,
        paths=PathAccount(n_paths, len(certificates), singular=n_paths - len(certificates)),
        n_beyond_paths=0,
        singular_ends=(),
        n_entangled=0,
        engine="linear algebra",
        engine_version=np.__version__,
        start="none",
        precision="exact",
        transport="none",
        root_count=n_paths,
        root_count_kind=StartCount.TOTAL_DEGREE,
        solver_seed=options.seed,
        gamma=1 + 0j,
        rounds=1,
        attempts=(),
        seconds=time.perf_counter() - begin,
    )


def _solve_without_paths(landscape: Problem, options: Options, bound: int | None, begin: float) -> SolveReport | None:
    """All solutions by exact algebra where a start would have thousands of paths for each of a few solutions.

    And for equations without a family in so many unknowns that a polyhedral start takes hours, however few its paths are;
    and where there are few solutions and several times as many paths, most of which end at infinity: these take longest.
    """
    if options.engine != AUTO or bound is None:
        return None
    is_without_theory = not (isinstance(landscape, Landscape) and landscape.facts.known_counts)
    is_wide = isinstance(landscape, Equations) and landscape.n > _MANY_UNKNOWNS
    is_small = is_without_theory and bound <= _SOME_PATHS
    if bound < _MANY_PATHS and not (is_wide or is_small):
        return None
    count = exact_count_of(landscape)
    if count.dimension != 0 or not count.degree:
        return None
    is_quick = is_small and count.degree <= min(_FEW_SOLUTIONS, bound // _PATHS_TO_SPARE)
    if bound < _PATHS_A_SOLUTION * count.degree and not is_quick and not (is_wide and count.degree <= _MOST_PARAMETRISED):
        return None
    none = SolveReport(
        certificates=CertificateList.of(()),
        paths=PathAccount(0, 0),
        n_beyond_paths=0,
        singular_ends=(),
        n_entangled=0,
        engine="exact algebra",
        engine_version="-",
        start="none",
        precision="exact",
        transport="none",
        root_count=None,
        root_count_kind=StartCount.GIVEN,
        solver_seed=options.seed,
        gamma=1 + 0j,
        rounds=1,
        attempts=(),
        seconds=0.0,
    )
    found = with_missing(landscape, none, options.digits, _QUICK_WORK)
    is_whole = len(found.certificates) == count.degree
    return replace(found, seconds=time.perf_counter() - begin) if is_whole else None


def _linear_solution(landscape: Problem) -> list[complex] | None:
    """The solution of linear equations by exact elimination, in double precision; None where they are singular."""
    n = landscape.system.n
    origin = [Fraction(0)] * n

    def exact(values: Sequence[Fraction | int]) -> list[fmpq]:
        return [fmpq(v.numerator, v.denominator) for v in values]

    matrix = fmpq_mat(n, n, exact(landscape.tapes.jacobian.evaluate(origin)))
    if matrix.det() == 0:
        return None
    x = matrix.solve(fmpq_mat(n, 1, [-c for c in exact(landscape.tapes.equations.evaluate(origin))]))
    try:
        return [complex(int(x[i, 0].p) / int(x[i, 0].q)) for i in range(n)]
    except OverflowError as error:
        raise InputError("The stationary point is beyond the range of double precision.", "Rescale.") from error
