"""Count one landscape: solve, certify, classify, judge, as often as the verdict asks for."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar

from homotopy.certification.certificates import CertificateList
from homotopy.certification.classify import StationaryPoint, classify
from homotopy.certification.closure import orbits
from homotopy.certification.real_zeros import RealZeros
from homotopy.common.reporting import Progress, keeps_found
from homotopy.common.validation import check_choices
from homotopy.completeness.evidence import Evidence
from homotopy.completeness.exact_evidence import exact_evidence, hilbert_evidence
from homotopy.completeness.verdict import CompletenessReport, joined, judge, wants_exact_count, wants_more
from homotopy.counting.degenerate.describe import (
    least_multiplicities,
    multiplicity_evidence,
    n_degenerate,
    not_excluded,
    proved_multiplicities,
    singular_sets,
)
from homotopy.counting.degenerate.exact_points import exact_multiple_points
from homotopy.counting.degenerate.stationary_set import StationarySet
from homotopy.counting.real_proof import cheap_real_proof, with_real_proof
from homotopy.counting.result import Census, RunRecord
from homotopy.engines.registry import engines_for
from homotopy.errors import HomotopyError
from homotopy.options import Options, chosen_options
from homotopy.solving.exact_algebra import with_missing, with_points
from homotopy.solving.moved_points import refuse_moved_points
from homotopy.solving.result import SolveReport
from homotopy.solving.rounds import solve
from homotopy.status import Completeness, Verdict
from polysys.counts import RootCount
from polysys.counts.of_landscape import exact_count_of, upper_bounds
from polysys.errors import PositiveDimensionalError
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.models.labels import model_from_label
from polysys.problem import Problem

_LAST_WORK = 6 * 10**10  # of exact algebra for solutions that no path reaches: a minute, about
_CHARTS = 3  # charts tried while classes are missing


class _Judged(Protocol):
    @property
    def completeness(self) -> CompletenessReport: ...


AProblem = TypeVar("AProblem", bound=Problem)
AResult = TypeVar("AResult", bound=_Judged)


def census(
    what: Landscape | Model | str,
    *,
    seed: int | None = None,
    index: int = 0,
    options: Options | None = None,
    progress: Progress | None = None,
    **choices: Any,
) -> Census:
    """Find, certify, classify and judge all stationary points of a landscape.

    Parameters
    ----------
    what : Landscape, Model or str
        A landscape; or a model or its label, of which sample `index` of `seed` is taken.
    seed, index : int
        Which sample, where `what` is a model or a label.
    options : Options, optional
        Engine, precision, seed of the solver, limits and what is to be proved.
    progress : callable (done, total), optional
        Told of paths that have ended, such as :func:`homotopy.progress_bar`.
    **choices
        Fields of :class:`homotopy.Options`, instead of `options` (``engine="phcpack"``).

    Returns
    -------
    Census
        The stationary points with their certificates, and the verdict on the list.

    Raises
    ------
    PolysysError
        For input that cannot be counted, see :mod:`polysys.errors`; for an option that the engine does not honour.
    EngineMissingError, EngineCrashError, EngineTimeoutError, EngineEmptyError
        When the engine is missing or fails.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> c = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2"))
    >>> c.n_complex, dict(c.by_index), c.completeness.verdict.value
    (3, {0: 2, 1: 1, 2: 0}, 'proved')
    """
    check_choices(options=options, progress=progress, seed=seed)
    chosen = chosen_options(options, choices)
    engines_for(chosen)  # before any work
    begin = time.perf_counter()
    found, solved = _counted(as_landscape(what, seed, index), chosen, progress, is_sample=False)
    with keeping():
        found = _with_bound(found)
        return _with_real_list(found, solved, chosen, begin, progress)
    return found


def counted(
    landscape: Landscape, chosen: Options, progress: Progress | None = None, *, is_sample: bool = True
) -> Census:
    """The census of a landscape without an attempt to prove what is supported, as samples of ensembles are counted.

    A sample that is stopped is none: what it had found depends on the machine. A user's census keeps it. A sample's list is
    held against the generic count of its family, which exact algebra gave once; that of a user against its own exact count.
    """
    return _counted(landscape, chosen, progress, is_sample=is_sample)[0]


def _counted(
    landscape: Landscape, chosen: Options, progress: Progress | None, *, is_sample: bool
) -> tuple[Census, SolveReport]:
    """The census, and the solve that it was made from."""
    _require_isolated(landscape, is_sample=is_sample)
    begin = time.perf_counter()
    bounds = tuple(upper_bounds(landscape))
    least = bounds[0].value if bounds else None
    solved = solve(landscape, chosen, bound=least, progress=progress, keeps_stopped=not is_sample)
    for chart_seed in range(1, _CHARTS):
        if landscape.formulation.kind is not Kind.PROJECTIVE or len(solved.certificates) >= bounds[0].value:
            break
        if solved.is_stopped:
            break
        # a class may lie at infinity in the chart: tensors made by hand have rational eigenvectors
        other = replace(landscape, chart_seed=landscape.chart_seed + chart_seed)
        again = solve(other, chosen, bound=bounds[0].value, progress=progress)
        if len(again.certificates) > len(solved.certificates):
            landscape, solved = other, again
    return until_judged(landscape, solved, bounds, partial(assemble, is_sample=is_sample), chosen, begin, progress)


def _require_isolated(landscape: Landscape, *, is_sample: bool) -> None:
    """Refuse a landscape whose symmetry moves its points, unless exact algebra sees that it moves none: then all are fixed by it.

    A sample of an ensemble, and a form on a sphere, whose paths cost less than the search for a symmetry, are asked after their first
    round, if that lost a path: most have no symmetry but by their model.
    """
    from homotopy.engines.starts.fermat import has_fermat_start  # nothing of engines where files are only read

    try:
        landscape.require_isolated()
    except PositiveDimensionalError:
        if exact_count_of(landscape).dimension not in (0, -1):
            raise
    if not is_sample and not landscape.facts.mixing_fields and not has_fermat_start(landscape.formulation):
        refuse_moved_points(landscape)


@contextlib.contextmanager
def keeping() -> Iterator[None]:
    """End what would only add to what was found, where Ctrl-C or a lack of memory asks for it and somebody keeps that."""
    try:
        yield
    except (KeyboardInterrupt, MemoryError):
        if not keeps_found():
            raise


def until_judged(
    problem: AProblem,
    solved: SolveReport,
    bounds: tuple[RootCount, ...],
    make: Callable[..., AResult],
    options: Options,
    begin: float,
    progress: Progress | None = None,
) -> tuple[AResult, SolveReport]:
    """The result that `make` makes of a solve, gone on with for as long as its verdict says that solutions are missing.

    The solve as far as it got comes with it. `make` takes the problem, what was solved, bounds and seconds; with ``is_brief=True`` it leaves out what may take a minute, as
    where Ctrl-C has ended that and somebody keeps what was found.
    """
    with keeping():
        result = make(problem, solved, bounds, time.perf_counter() - begin)
        if solved.is_stopped:
            return result, solved
        with keeping():
            return _gone_on(problem, solved, bounds, make, options, begin, progress, result)
        return result, solved
    return make(problem, solved, bounds, time.perf_counter() - begin, is_brief=True), solved


def _gone_on(
    problem: AProblem,
    solved: SolveReport,
    bounds: tuple[RootCount, ...],
    make: Callable[..., AResult],
    options: Options,
    begin: float,
    progress: Progress | None,
    result: AResult,
) -> tuple[AResult, SolveReport]:
    """The result after more rounds and after exact algebra, where checks say that solutions are missing."""
    while wants_more(result.completeness):
        again = _go_on(problem, options, bounds, solved, result.completeness.reason, progress)
        if again.rounds == solved.rounds:
            break
        solved = again
        result = make(problem, solved, bounds, time.perf_counter() - begin)
    if wants_more(result.completeness):
        solved = with_missing(problem, solved, options.digits, _LAST_WORK)
        result = make(problem, solved, bounds, time.perf_counter() - begin)
    return result, solved


def _with_real_list(
    census: Census, solved: SolveReport, options: Options, begin: float, progress: Progress | None
) -> Census:
    """The census with a proof of its real list, where that is cheap.

    Real points that the search proves to exist besides are taken into the list, and the solve goes on with its next round: where
    it had lost them, it may have lost others, real or not.
    """
    for _ in range(options.rounds):
        proof = cheap_real_proof(census)
        if proof is None or not proof.found:
            break
        land, bounds = census.landscape, census.bounds
        larger = with_points(land, solved, proof.found, options.digits)
        if len(larger.certificates) == len(solved.certificates):
            break
        solved = _go_on(land, options, bounds, larger, proof.reason, progress)
        make = partial(assemble, is_sample=False)
        census, solved = until_judged(land, solved, bounds, make, options, begin, progress)
        census = _with_bound(census)
    return census if proof is None else with_real_proof(census, proof)


def _with_bound(census: Census) -> Census:
    """The census with a proof by Hilbert functions, where its list is supported and there is one within the limit of work."""
    if census.completeness.verdict is not Completeness.SUPPORTED:
        return census
    begin = time.perf_counter()
    piece = bound_by_hilbert_function(census.landscape, census.certificates, census.degenerate)
    if piece is None:
        return census
    verdict = joined(census.landscape, census.completeness, [piece])
    run = replace(census.run, seconds=census.run.seconds + time.perf_counter() - begin)
    return replace(census, completeness=verdict, run=run, degenerate=not_excluded(census.degenerate, verdict))


def bound_by_hilbert_function(
    problem: Problem, certificates: CertificateList, degenerate: Sequence[StationarySet]
) -> Evidence | None:
    """What a Hilbert function proves about a list with the isolated singular points of proved multiplicity besides."""
    return hilbert_evidence(problem, len(certificates), proved_multiplicities(degenerate))


def _go_on(
    landscape: Problem,
    options: Options,
    bounds: tuple[RootCount, ...],
    solved: SolveReport,
    reason: str,
    progress: Progress | None,
) -> SolveReport:
    """The next rounds after one that may have been clean but whose list cannot be complete; what was found if none is left."""
    note = f"The list of round {solved.rounds} cannot be complete: {reason}."
    noted = replace(solved, attempts=(*solved.attempts, note))
    try:
        return solve(landscape, options, bound=bounds[0].value if bounds else None, progress=progress, after=noted)
    except HomotopyError:  # an engine that fails does not undo what the rounds before have found
        return solved


def assemble(
    landscape: Landscape,
    solved: SolveReport,
    bounds: tuple[RootCount, ...],
    seconds: float,
    *,
    is_brief: bool = False,
    is_sample: bool = True,
    zeros: RealZeros | None = None,
) -> Census:
    """The census that follows from certified solutions: orbits, points, verdict; briefly, without what may take a minute.

    `zeros` are the real ones among the certified, where they are known already.
    """
    begin = time.perf_counter()
    is_brief = is_brief or solved.is_stopped
    orbit_of, is_closed = orbits(landscape, solved.certificates)
    points = classify(landscape, solved.certificates, orbit_of, zeros)
    solved, degenerate = with_singular(landscape, solved, bounds, is_brief=is_brief)
    verdict = verdict_on(
        landscape, solved.certificates, points, is_closed, bounds, solved, degenerate, is_brief=is_brief, is_sample=is_sample
    )  # fmt: skip
    record = run_record(solved, seconds + time.perf_counter() - begin)
    degenerate = not_excluded(degenerate, verdict)
    return Census(landscape, solved.certificates, points, orbit_of, bounds, verdict, solved.paths, record, degenerate)


def with_singular(
    problem: Problem, solved: SolveReport, bounds: Sequence[RootCount], *, is_brief: bool = False
) -> tuple[SolveReport, tuple[StationarySet, ...]]:
    """What the singular ends of a solve are; paths that were given up next to one of them count as singular."""
    ends = (*solved.singular_ends, *solved.failed_ends)
    if is_brief or not ends:
        return solved, ()
    degenerate = exact_multiple_points(problem, len(solved.certificates), ends if solved.paths.tracked else None)
    is_exact = degenerate is not None
    if degenerate is None:
        largest = next((b.value for b in bounds if b.counts_multiplicities), None)
        degenerate = singular_sets(
            problem, solved.singular_ends, failed=solved.failed_ends, bound=largest, seed=solved.solver_seed
        )
    # paths that were given up next to a singular solution ended there: Morse theory does not apply
    more = sum(s.n_paths or 0 for s in degenerate) - solved.paths.singular
    more = min(more if is_exact else max(more, 0), solved.paths.failed)
    paths = replace(solved.paths, singular=solved.paths.singular + more, failed=solved.paths.failed - more)
    return replace(solved, paths=paths), degenerate


def verdict_on(
    problem: Problem,
    certificates: CertificateList,
    points: Sequence[StationaryPoint],
    is_closed: Verdict,
    bounds: Sequence[RootCount],
    solved: SolveReport,
    degenerate: Sequence[StationarySet],
    *,
    must_count: bool = False,
    is_brief: bool = False,
    is_sample: bool = False,
) -> CompletenessReport:
    """The verdict on a list, with its multiple points and, where nothing else settles it or it must, the exact count."""
    n = len(certificates)
    verdict = judge(problem, certificates, points, is_closed, bounds, solved, n_degenerate(solved.paths, degenerate))
    multiple = multiplicity_evidence(n, bounds, degenerate)
    if multiple is not None:
        verdict = joined(problem, verdict, [multiple])
    if must_count or (not is_brief and wants_exact_count(verdict, is_sample=is_sample)):
        verdict = joined(problem, verdict, [exact_evidence(problem, n, least_multiplicities(degenerate))])
    return verdict


def as_landscape(what: Landscape | Model | str, seed: int | None = None, index: int = 0) -> Landscape:
    """The landscape itself, or the sample of a model or label."""
    if isinstance(what, Landscape):
        return what
    model = model_from_label(what) if isinstance(what, str) else what
    if not isinstance(model, Model):
        raise TypeError(
            f"A {type(what).__name__} is no landscape: give a Landscape, a Model or a label such as 'spherical-p-spin:n=6,p=3'. "
            "A polynomial becomes one by ps.expression."
        )
    return model.sample(seed, index)


def run_record(solved: SolveReport, seconds: float) -> RunRecord:
    """The provenance of a solve."""
    return RunRecord(
        solved.engine,
        solved.engine_version,
        solved.start,
        solved.precision,
        solved.transport,
        solved.solver_seed,
        (solved.gamma.real, solved.gamma.imag),
        solved.rounds,
        solved.attempts,
        seconds,
    )
