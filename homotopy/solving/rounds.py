"""Plan, run, certify, account: from a landscape to certified solutions and a balanced list of paths."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from homotopy.certification.certificates import CertificateList
from homotopy.common import reporting
from homotopy.common.reporting import Progress
from homotopy.engines.base import TrackedPaths
from homotopy.errors import EngineCrashError, EngineEmptyError, EngineTimeoutError
from homotopy.options import Options
from homotopy.solving.accounts import account
from homotopy.solving.exact_algebra import QUICK_WORK, has_all_simple, is_met, with_missing, without_multiple
from homotopy.solving.far_paths import followed
from homotopy.solving.moved_points import refuse_moved_points
from homotopy.solving.result import RoundAccount, SolveReport
from homotopy.solving.turns import Turns
from homotopy.solving.univariate import solve_univariate
from homotopy.solving.without_paths import solve_by_hand, solve_without_paths
from polysys.problem import Problem

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
        solve_by_hand(landscape, options, begin)
        or solve_univariate(landscape, options)
        or solve_without_paths(landscape, options, bound, begin)
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
        if report.paths.singular or report.paths.failed:
            refuse_moved_points(landscape, report.singular_ends)
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
    report = without_multiple(landscape, report)
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
            ended.report, doubtful = account(landscape, tracked, known, k + 1, options.digits)
            is_confirmed = k > 0 and ended.report.is_clean and len(ended.report.certificates) == len(known)
            is_open = doubtful and not is_confirmed and not _is_over(landscape, ended.report, bound)
            if is_open:
                more = with_missing(landscape, ended.report, options.digits, QUICK_WORK)
                is_open = not _is_over(landscape, more, bound)
                ended.report = ended.report if is_open else more
            if is_open:
                further, n_followed = followed(tracked, doubtful)
                ended.report, _ = account(landscape, further, known, k + 1, options.digits)
                ended.n_followed = n_followed
    except (*_UNFINISHED, KeyboardInterrupt) as error:
        ended.error, ended.is_last = error, isinstance(error, (EngineTimeoutError, KeyboardInterrupt))
        ended.attempts.append(f"Round {k + 1} was given up, and what was found is kept. {reporting.why_stopped(error)}")
        ended.left = rounds.left if tracked is None else tracked
    return ended


def _keep_reached(landscape: Problem, ended: _EndedRound, k: int, options: Options) -> None:
    """Certify what the paths of a round had reached when it was stopped; no time limit holds here, and Ctrl-C ends all."""
    if ended.error is None or ended.left is None or not _is_kept(ended.error):
        return
    report, _ = account(landscape, ended.left, CertificateList.of(()), k + 1, options.digits)
    if report.certificates:
        ended.report = report


def _unconfirmed(report: SolveReport) -> SolveReport:
    """The report of a solve that was cut short: paths that diverged in one round alone count as lost, not as ended."""
    paths = report.paths
    return replace(report, paths=replace(paths, at_infinity=0, failed=paths.failed + paths.at_infinity))


def _is_kept(error: BaseException) -> bool:
    """Whether what was found before an error is returned instead of it."""
    return not isinstance(error, KeyboardInterrupt) or reporting.keeps_found()


def _is_over(landscape: Problem, report: SolveReport, bound: int | None) -> bool:
    """Whether the paths of a round that are in doubt lead to nothing that could be certified."""
    return is_met(landscape, report, bound) or has_all_simple(landscape, report)


def _in_numbers(report: SolveReport, n_followed: int) -> RoundAccount:
    return RoundAccount(
        report.engine, report.precision, report.solver_seed, report.root_count, report.paths, len(report.certificates),
        report.n_beyond_paths, n_followed,
    )  # fmt: skip
