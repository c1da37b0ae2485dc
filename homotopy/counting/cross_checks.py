"""A census held against independent programs: a second run, and every engine by what it gives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from homotopy.certification.balls import to_double
from homotopy.certification.matching import match_boxes, match_candidates
from homotopy.certification.zeros import Certificate
from homotopy.common import reporting
from homotopy.common.reporting import Stopped
from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.common.validation import check_choices
from homotopy.completeness.evidence import Evidence, evidence
from homotopy.completeness.exact_evidence import exact_count_evidence, no_exact_count
from homotopy.completeness.verdict import CompletenessReport, joined
from homotopy.counting.result import Census
from homotopy.engines.base import Capability, Engine, Request, request_for
from homotopy.engines.integer_equations import good_primes
from homotopy.engines.registry import ENGINES
from homotopy.errors import EngineCrashError, EngineEmptyError, EngineTimeoutError
from homotopy.options import Options
from homotopy.solving.rounds import solve
from homotopy.status import Completeness, EvidenceKind, Silence, Verdict
from polysys.errors import InputError, require_type
from polysys.landscape import Landscape

SECOND_RUN = "second-run"


class Agreement(Enum):
    """What a comparison says; the values are the words that are printed."""

    AGREES = "agrees"
    DISAGREES = "DISAGREES"
    UNDECIDED = "undecided"
    TIMED_OUT = "timed out"
    FAILED = "failed"


_NAME = 19  # columns of text that the name of a comparison takes, or more for a longer one
_OUTCOME = {Agreement.AGREES: Verdict.YES, Agreement.DISAGREES: Verdict.NO}
_AGREEMENT = {Verdict.YES: Agreement.AGREES, Verdict.NO: Agreement.DISAGREES, Verdict.UNDECIDED: Agreement.UNDECIDED}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One number of the census against another program's.

    Parameters
    ----------
    name : str
    agreement : Agreement
    ours : int
    theirs : tuple of int
        One number for each prime, or one; empty where there is no answer.
    detail : str
    seconds : float
    evidence : Evidence
        The same as evidence on completeness.
    """

    name: str
    agreement: Agreement
    ours: int
    theirs: tuple[int, ...]
    detail: str
    seconds: float
    evidence: Evidence


@dataclass(frozen=True, eq=False, repr=False)
class CrossCheck(Shown):
    """What independent programs say about a census, and the verdict with that said.

    Parameters
    ----------
    census : Census
    comparisons : tuple of Comparison
    completeness : CompletenessReport
        The verdict of the census, judged again with the comparisons as evidence.
    seed : int
        Of the primes, linear forms, gammas.
    stopped : str
        What stopped the comparisons; "" if nothing did. Those that were not made are missing then.
    """

    census: Census
    comparisons: tuple[Comparison, ...]
    completeness: CompletenessReport
    seed: int
    stopped: str = ""

    @property
    def is_contradicted(self) -> bool:
        """Whether a comparison disagrees."""
        return any(c.agreement is Agreement.DISAGREES for c in self.comparisons)

    def __getitem__(self, name: str) -> Comparison:
        return {c.name: c for c in self.comparisons}[name]

    def _sheet(self) -> Sheet:
        census = self.census
        real = f"{census.n_real_classes} real"
        lines = [(c.name, f"{c.agreement.value}: {c.detail} ({c.seconds:.2g} s)") for c in self.comparisons]
        lines += [("stopped", self.stopped)] if self.stopped else []
        lines.append(("complete", str(self.completeness)))
        return Sheet(
            f"Cross-check of {census.landscape.label}: {census.n_complex} complex solutions, {real} (seed {self.seed})",
            tuple(Line(name, text, width=max(_NAME, *(len(n) + 2 for n, _ in lines))) for name, text in lines),
        )

    def summary(self) -> dict[str, Any]:
        """The cross-check as one JSON object."""
        return {
            "seed": self.seed,
            **({"stopped": self.stopped} if self.stopped else {}),
            "agrees": not self.is_contradicted,
            "completeness": {"verdict": self.completeness.verdict.value, "reason": self.completeness.reason},
            "comparisons": [
                {
                    "name": c.name,
                    "agreement": c.agreement.value.lower(),
                    "ours": c.ours,
                    "theirs": list(c.theirs),
                    "detail": c.detail,
                    "seconds": c.seconds,
                }
                for c in self.comparisons
            ],
        }


def cross_check(
    census: Census, engines: Sequence[str] = ("msolve", "second-run"), *, time_limit: float = 600.0, seed: int = 0
) -> CrossCheck:
    """Hold a census against other programs.

    Parameters
    ----------
    census : Census
    engines : sequence of str
        "second-run": the engine of the census again, along other paths. Or the name of an engine, used for all that it gives:
        the degree of the ideal modulo two primes against the number of complex solutions, and exact real roots against the real
        ones, one to one (msolve); all solutions from another start system, certified and looked up in the census (tracker,
        phcpack, algebra, bertini).
    time_limit : float
        Seconds for each engine.
    seed : int
        Of every random choice.

    Returns
    -------
    CrossCheck

    Raises
    ------
    EngineMissingError
        If an engine that is asked for is not installed.
    InputError
        For an engine that does not exist.

    Notes
    -----
    A comparison that disagrees makes the verdict *contradicted*. One that agrees is evidence: it never makes a verdict
    *proved*, because the degree modulo a prime is that over Q for all but finitely many primes only, and msolve's
    computation over Q is probabilistic. Where the degree modulo two random primes equals the number of certified
    solutions, all of multiplicity one, an *unknown* verdict becomes *supported*.

    Examples
    --------
    >>> import homotopy as ho
    >>> import polysys as ps
    >>> census = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2"))
    >>> check = cross_check(census, ("second-run",))
    >>> check["second run"].agreement.value, check["second run"].theirs, check.completeness.verdict.value
    ('agrees', (3,), 'proved')
    """
    require_type(census, Census, "The census", "Give what ho.census returns.")
    require_type(engines, (list, tuple), "The list of engines", "Give names, such as ['msolve'].")
    check_choices(seed=seed, time_limit=time_limit)
    require(engines)
    if not time_limit > 0:
        raise InputError(f"The time limit {time_limit!r} is not positive.", "Give seconds.")
    comparisons: list[Comparison] = []
    stopped = Stopped()
    with stopped.taking():
        for name in dict.fromkeys(engines):
            for comparison in _comparisons(name, census, time_limit, seed):  # one by one: what was made is kept
                comparisons.append(comparison)
    why = stopped.settle(has_results=True)
    return CrossCheck(census, tuple(comparisons), weigh(census, comparisons), seed, why)


def require(engines: Sequence[str]) -> None:
    """Refuse a cross-check that does not exist or whose program is not installed, before any work is done.

    Raises
    ------
    InputError, EngineMissingError
    """
    for name in engines:
        if name == SECOND_RUN:
            continue
        if name not in ENGINES:
            raise InputError(f"There is no cross-check {name!r}.", f"Choose from {', '.join((SECOND_RUN, *ENGINES))}.")
        ENGINES[name].version()


def weigh(census: Census, comparisons: Sequence[Comparison]) -> CompletenessReport:
    """The verdict of a census with comparisons as further evidence."""
    return joined(census.landscape, census.completeness, [c.evidence for c in comparisons])


DEGREE, REAL = "msolve degree", "msolve real roots"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a program answered; `evidence` is None where it follows from the agreement."""

    agreement: Agreement
    theirs: tuple[int, ...]
    detail: str
    evidence: Evidence | None = None


def _timed(kind: EvidenceKind, name: str, ours: int, run: Callable[[], _Answer]) -> Comparison:
    """A comparison, with what goes wrong on the way as its outcome; a missing engine is the caller's affair."""
    begin = time.perf_counter()
    try:
        answer = run()
    except EngineTimeoutError as error:
        answer = _Answer(Agreement.TIMED_OUT, (), error.what)
    except (EngineCrashError, EngineEmptyError, MemoryError) as error:
        answer = _Answer(Agreement.FAILED, (), reporting.why_stopped(error))
    piece = answer.evidence
    if piece is None and kind is EvidenceKind.EXACT_COUNT:
        piece = no_exact_count(ours)
    elif piece is None:
        outcome = _OUTCOME.get(answer.agreement, Verdict.UNDECIDED)
        silence = None if answer.theirs else Silence.OUT_OF_REACH
        piece = evidence(kind, outcome, silence, ours=ours, theirs=answer.theirs)
    return Comparison(name, answer.agreement, ours, answer.theirs, answer.detail, time.perf_counter() - begin, piece)


def _comparisons(name: str, census: Census, time_limit: float, seed: int) -> Iterator[Comparison]:
    """What one cross-check says, as it comes."""
    if name == SECOND_RUN:
        yield from _second_run(census, time_limit, seed)
        return
    engine = ENGINES[name]
    if Capability.PATHS in engine.gives:
        yield _by_solving(EvidenceKind.OTHER_ENGINE, engine.name, engine, census, time_limit, seed)
    if Capability.SOLUTIONS in engine.gives:
        yield _timed(
            EvidenceKind.OTHER_ENGINE,
            engine.title,
            census.n_complex,
            lambda: _by_solutions(engine, census, time_limit, seed),
        )
    deadline, agreement = time.monotonic() + time_limit, Agreement.UNDECIDED
    if Capability.DEGREE in engine.gives:
        of_degree = _timed(
            EvidenceKind.EXACT_COUNT,
            f"{engine.title} degree",
            census.n_complex,
            lambda: _degree(engine, census, deadline, seed),
        )
        yield of_degree
        agreement = of_degree.agreement
    if Capability.REAL_ROOTS in engine.gives:
        n = census.n_real_classes
        yield _timed(
            EvidenceKind.REAL_ROOTS,
            f"{engine.title} real roots",
            n,
            lambda: _real_roots(engine, census, deadline, seed, agreement),
        )


def _asked(census: Census, deadline: float, seed: int) -> Request:
    """The census' equations, to be answered in the time that is left."""
    return request_for(census.landscape, Options(time_limit=_left(deadline), seed=seed))


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.01)


def _degree(engine: Engine, census: Census, deadline: float, seed: int) -> _Answer:
    """The degree of the ideal modulo two primes of three that agree, and the number of distinct solutions where it matters."""
    n, primes = census.n_complex, good_primes(census.landscape.system, seed, 3)
    ideals = [engine.ideal_modulo(_asked(census, deadline, seed), p) for p in primes[:2]]
    if (ideals[0].dimension, ideals[0].degree) != (ideals[1].dimension, ideals[1].degree):
        ideals.append(engine.ideal_modulo(_asked(census, deadline, seed), primes[2]))
        found = [(i.dimension, i.degree) for i in ideals]
        if len(set(found)) == 3:
            listed = ", ".join(f"{i.degree} mod {i.prime}" for i in ideals)
            piece = no_exact_count(n, Silence.NO_AGREEMENT)
            return _Answer(Agreement.UNDECIDED, (), f"three primes disagree ({listed})", piece)
        ideals = [i for i, what in zip(ideals, found, strict=True) if found.count(what) == 2]
    degree, used = ideals[0].degree, [i.prime for i in ideals]
    distinct = None
    if degree is not None and degree > n:
        first, second = (engine.n_distinct_modulo(_asked(census, deadline, seed), p) for p in used)
        distinct = first if first == second else None
    piece = exact_count_evidence(
        n,
        degree=degree,
        dimension=ideals[0].dimension,
        distinct=distinct,
        primes=used,
        is_finite=census.completeness.verdict in (Completeness.PROVED, Completeness.SUPPORTED),
    )
    agreement = Agreement.DISAGREES if piece.silence is Silence.MISSING else _AGREEMENT[piece.outcome]
    return _Answer(agreement, () if degree is None else (degree, degree), piece.detail, piece)


def _real_roots(engine: Engine, census: Census, deadline: float, seed: int, degree: Agreement) -> _Answer:
    land, certified = census.landscape, census.certificates
    boxes = engine.real_roots(_asked(census, deadline, seed))
    if boxes is None:
        return _Answer(Agreement.UNDECIDED, (), "the solution set has positive dimension")
    matching = match_boxes(boxes, certified)
    if matching.lonely or matching.n_shared:
        # msolve has returned too few roots at random (its issue 230): ask again in another coordinate, more finely
        boxes = engine.real_roots(_asked(census, deadline, seed + 1), precision=256) or ()
        matching = match_boxes(boxes, certified)
    theirs, said = (len(boxes),), f"{len(boxes)} exact real root{'s' if len(boxes) != 1 else ''}"
    if matching.is_one_to_one:
        return _Answer(Agreement.AGREES, theirs, f"{said}, one to one with {matching.n_real} certified")
    if matching.lonely or matching.n_shared:
        what = f"{said}, but {len(matching.lonely)} of {matching.n_real} certified real solutions lie in none of their boxes"
        return _Answer(Agreement.DISAGREES, theirs, what)
    strange = [[float((a + b) / 2) for a, b in boxes[k]] for k in matching.strange]
    fresh = match_candidates(land.tapes, strange, certified).fresh
    if fresh:
        what = f"{said}, {len(fresh)} of them certified now and not in the list"
        return _Answer(Agreement.DISAGREES, theirs, what)
    if strange:
        what = f"{said}, {len(strange)} of them at no certified solution and not certifiable: multiple solutions?"
        # simple roots only, or a full house of certified ones: then there is no multiple root for it to be
        return _Answer(Agreement.DISAGREES if degree is Agreement.AGREES else Agreement.UNDECIDED, theirs, what)
    return _Answer(
        Agreement.UNDECIDED, theirs, f"{said}; the reality of {len(boxes) - matching.n_real} is undecided here"
    )


def _second_run(census: Census, time_limit: float, seed: int) -> Iterator[Comparison]:
    engine, another = ENGINES.get(census.run.engine), census.run.solver_seed + 1 + seed
    if engine is not None:  # else it was solved by hand
        yield _by_solving(EvidenceKind.SECOND_RUN, "second run", engine, census, time_limit, another, first=1)


def _by_solving(
    kind: EvidenceKind, name: str, engine: Engine, census: Census, time_limit: float, seed: int, first: int = 0
) -> Comparison:
    """The solutions that a solve with an engine certifies; from another round than the first along other paths."""

    def run() -> _Answer:
        options = Options(engine=engine.name, time_limit=time_limit, seed=seed)
        bound = census.bounds[0].value if census.bounds else None
        try:
            with reporting.time_limit(time_limit, f"The {name}"):
                report = solve(census.landscape, options, bound=bound, first=first)
        except InputError as error:  # no start set for this landscape
            return _Answer(Agreement.UNDECIDED, (), error.what.rstrip("."))
        found = [[complex(to_double(re), to_double(im)) for re, im in c.enclosure.mid] for c in report.certificates]
        who = f"{engine.title}{' along other paths' if first else f', start {report.start}'}"
        return _judged(census.landscape, census.certificates, found, who)

    return _timed(kind, name, census.n_complex, run)


def _by_solutions(engine: Engine, census: Census, time_limit: float, seed: int) -> _Answer:
    answer = engine.solutions(_asked(census, time.monotonic() + time_limit, seed))
    who = f"{engine.title}{'' if answer.n_paths is None else f', {answer.n_paths} paths'}"
    return _judged(census.landscape, census.certificates, answer.points, who)


def _judged(
    land: Landscape, known: Sequence[Certificate], candidates: Sequence[Sequence[complex]], who: str
) -> _Answer:
    """A solution outside the list that is certified disproves it; a list that is reached as a whole is agreed with."""
    matching = match_candidates(land.tapes, candidates, known)
    n = matching.n_found + len(matching.fresh)
    said = f"{who}: {n} certified"
    if matching.fresh:
        return _Answer(
            Agreement.DISAGREES, (n,), f"{said}, {len(matching.fresh)} of them not in the list of {matching.n_known}"
        )
    if matching.n_found == matching.n_known:
        return _Answer(Agreement.AGREES, (n,), f"{said}, the same")
    return _Answer(Agreement.UNDECIDED, (n,), f"{said}, all in the list of {matching.n_known}; it lost the others")
