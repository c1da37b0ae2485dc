"""The verdict: the one place where evidence is joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial

from homotopy.certification.certificates import Certificate
from homotopy.certification.classify import StationaryPoint
from homotopy.certification.scales import further_precisions
from homotopy.completeness import wording
from homotopy.completeness.checks import checks
from homotopy.completeness.evidence import Evidence, of_kind
from homotopy.completeness.families import has_families
from homotopy.completeness.path_evidence import path_evidence
from homotopy.solving.result import SolveReport
from homotopy.status import Completeness, EvidenceKind, Silence, StartCount, Verdict
from polysys.algebra.units import units_of
from polysys.counts import RootCount
from polysys.formulations.formulation import Kind
from polysys.formulations.variety import Variety
from polysys.problem import Problem

# Checks that a list may fail because solutions are missing, and for no other reason.
_OF_WHOLE_LISTS = frozenset(
    {EvidenceKind.CONJUGATES, EvidenceKind.ORBITS, EvidenceKind.EULER, EvidenceKind.PARITY, EvidenceKind.MORSE}
)
_OF_REAL_POINTS = frozenset({EvidenceKind.EULER, EvidenceKind.PARITY, EvidenceKind.MORSE})  # a whole list of real points passes these
# Where one of these is not silent there are as many solutions as there may be, or more: none can be missing.
_COUNTS = (EvidenceKind.UPPER_BOUND, EvidenceKind.HILBERT_BOUND, EvidenceKind.MULTIPLICITIES, EvidenceKind.EXACT_COUNT)


@dataclass(frozen=True, slots=True)
class CompletenessReport:
    """The verdict on a list of solutions, with its reason and all evidence.

    `complex_verdict` is set where `verdict` speaks of the real points alone (:func:`homotopy.prove_real`): it is the
    verdict on the complex solutions then, and `complex_reason` its reason.
    """

    verdict: Completeness
    reason: str
    evidence: tuple[Evidence, ...]
    complex_verdict: Completeness | None = None
    complex_reason: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What is known: in one line, or in one for each list where the real one alone is proved."""
        real = of_kind(self.evidence, EvidenceKind.REAL_PROOF)
        if real is None or self.complex_verdict is None or not self.complex_reason:
            return (str(self),)
        return wording.of_each_list(real.detail, self.complex_verdict.value, self.complex_reason)

    def __repr__(self) -> str:
        marks = {Verdict.YES: "met", Verdict.NO: "VIOLATED", Verdict.UNDECIDED: "silent"}
        return "\n".join([str(self), *(f"  {marks[e.outcome]:8} {e}" for e in self.evidence)])

    def __str__(self) -> str:
        return f"{self.verdict.value}: {self.reason}"


def judge(
    landscape: Problem,
    certificates: Sequence[Certificate],
    points: Sequence[StationaryPoint],
    orbit_closure: Verdict,
    bounds: Sequence[RootCount],
    solved: SolveReport | None,
    n_singular: int = 0,
) -> CompletenessReport:
    """The verdict on a certified list of solutions, from its checks and from the paths of the solve, if there was one."""
    found = checks(landscape, certificates, points, orbit_closure, bounds, n_singular)
    paths = [] if solved is None else [path_evidence(landscape, solved, len(certificates))]
    return join(landscape, [*paths, *found])


def join(landscape: Problem, pieces: Iterable[Evidence]) -> CompletenessReport:
    """The verdict that all evidence on a list adds up to; it does not depend on the order of the evidence.

    Notes
    -----
    contradicted: a check failed that cannot fail on a complete list. proved: as many certified distinct solutions as a
    proved bound allows, with their multiplicities where the bound counts them. supported: see :func:`support`.
    unknown: else, also where a check fails that a whole list passes, solutions may be missing by every bound, count and interval search, and the
    solve was stopped or the coefficients are of so different sizes that paths are lost. Where an interval search excludes every other real point, a list that is not proved otherwise is proved as
    a list of real points, and `complex_verdict` keeps what is known of the complex one.
    """
    found = tuple(pieces)
    verdict, reason = _on_complex_list(landscape, found)
    real = of_kind(found, EvidenceKind.REAL_PROOF)
    is_open = verdict not in (Completeness.PROVED, Completeness.CONTRADICTED)
    if is_open and real is not None and real.outcome is Verdict.YES:
        words = wording.real_list(real.detail, verdict.value, reason)
        return CompletenessReport(Completeness.PROVED, words, found, verdict, reason)
    return CompletenessReport(verdict, reason, found)


def joined(landscape: Problem, report: CompletenessReport, more: Iterable[Evidence]) -> CompletenessReport:
    """A verdict with further evidence; new pieces take the place of older ones of their kind."""
    new = tuple(more)
    kinds = {e.kind for e in new}
    return join(landscape, (*(e for e in report.evidence if e.kind not in kinds), *new))


def _on_complex_list(landscape: Problem, found: Sequence[Evidence]) -> tuple[Completeness, str]:
    """The verdict on the list of complex solutions, with its reason."""
    against = [e for e in found if e.outcome is Verdict.NO]
    may_be_short = is_stopped(found) or (against and further_precisions(landscape.tapes.equations))
    held = [e for e in against if not (may_be_short and _is_of_missing(e, found))]
    if held:
        return Completeness.CONTRADICTED, str(held[0])
    if against and not is_stopped(found):
        units = units_of(landscape.system.terms, landscape.system.n)
        return Completeness.UNKNOWN, wording.sizes_apart(str(against[0]), landscape.system.variables, units)
    has_families_ = cache(partial(has_families, landscape))  # asked for only where the answer matters, and once
    reason = _proof(found, has_families_)
    if reason is not None:
        return Completeness.PROVED, reason
    if is_stopped(found):
        paths = of_kind(found, EvidenceKind.PATHS)
        assert paths is not None
        return Completeness.UNKNOWN, wording.stopped(paths["tracked"], paths["root_count"])
    bound = of_kind(found, EvidenceKind.UPPER_BOUND)
    is_open = bound is not None and bound.outcome is Verdict.UNDECIDED and landscape.formulation.kind is Kind.PROJECTIVE
    if bound is not None and is_open and not _fills_chart(found, bound["bound"]):
        # The classes are the zeros of a section of a vector bundle on a product of projective spaces: where they are
        # finitely many their multiplicities add up to the count, and every certified one has multiplicity one. A class
        # at infinity in the chart is no solution of the system, so a degree of its ideal that is smaller says nothing about it.
        return Completeness.UNKNOWN, wording.classes_missing(bound["found"], bound["bound"])
    ground = support(found)
    if ground is not None:
        if ground.kind is not EvidenceKind.EXACT_COUNT and has_families_():
            return Completeness.UNKNOWN, _families(landscape)
        names = ", ".join(e.name for e in found if e.outcome is Verdict.YES and e.kind is not EvidenceKind.REAL_PROOF)
        return Completeness.SUPPORTED, wording.supported(ground.kind, names)
    if bound is not None and bound.outcome is Verdict.YES:
        return Completeness.UNKNOWN, _families(landscape)  # else it would be a proof
    return Completeness.UNKNOWN, _open(found)


def _is_of_missing(failed: Evidence, found: Sequence[Evidence]) -> bool:
    """Whether a check may have failed because solutions are missing, by all else that is known of the list."""
    is_whole = any(e.kind in _COUNTS and e.outcome is not Verdict.UNDECIDED for e in found)
    real = of_kind(found, EvidenceKind.REAL_PROOF)
    has_all_real = real is not None and real.outcome is Verdict.YES
    return failed.kind in _OF_WHOLE_LISTS and not is_whole and not (has_all_real and failed.kind in _OF_REAL_POINTS)


def _fills_chart(found: Sequence[Evidence], n_classes: int) -> bool:
    """Whether the exact count is met and is that of all classes: none of them is at infinity in the chart."""
    exact = of_kind(found, EvidenceKind.EXACT_COUNT)
    return exact is not None and exact.outcome is Verdict.YES and exact["degree"] == n_classes


def best_bound(bounds: Sequence[RootCount], report: CompletenessReport) -> int | None:
    """The least proved bound on the number of solutions: a theorem's, or that of the Hilbert function; None where none is known."""
    own = [e["bound"] for e in report.evidence if e.kind is EvidenceKind.HILBERT_BOUND and e.numbers and "bound" in dict(e.numbers)]
    return min([*(b.value for b in bounds[:1]), *own], default=None)


def is_stopped(found: Sequence[Evidence]) -> bool:
    """Whether the solve says itself that it was stopped before it had followed its paths: then solutions may well be missing."""
    paths = of_kind(found, EvidenceKind.PATHS)
    return paths is not None and paths["root_count"] is not None and paths["tracked"] < paths["root_count"]


def _families(landscape: Problem) -> str:
    return wording.FAMILIES_ON_VARIETY if isinstance(landscape.domain, Variety) else wording.FAMILIES


def _proof(found: Sequence[Evidence], has_families_: Callable[[], bool]) -> str | None:
    """Why a list is proved to be complete; None if it is not."""
    bound = of_kind(found, EvidenceKind.UPPER_BOUND)
    if bound is not None and bound.outcome is Verdict.YES and (bound["excludes_families"] or not has_families_()):
        return wording.bound_met(dict(bound.numbers))
    hilbert = of_kind(found, EvidenceKind.HILBERT_BOUND)
    if hilbert is not None and hilbert.outcome is Verdict.YES:  # of the whole ideal: it excludes families
        return wording.hilbert_met(dict(hilbert.numbers))
    multiple = of_kind(found, EvidenceKind.MULTIPLICITIES)
    if multiple is not None and multiple.outcome is Verdict.YES and not has_families_():
        return wording.multiplicities_met(dict(multiple.numbers))
    return None


def support(found: Sequence[Evidence]) -> Evidence | None:
    """What supports a list that no theorem proves; None if nothing does. The one place that says what *supported* takes.

    Notes
    -----
    The degree of the ideal modulo two primes equals what was found, with multiplicities. Where that was asked for and does not,
    nothing else supports. Where it is out of reach: there are as many solutions as a generic count that is proved, trace-tested, or
    the degree of a generic member's ideal, or on which two independent monodromy runs agree. The account of the paths alone supports nothing.
    """
    exact = of_kind(found, EvidenceKind.EXACT_COUNT)
    if exact is not None and exact.silence not in (Silence.OUT_OF_REACH, Silence.NO_AGREEMENT):
        return exact if exact.outcome is Verdict.YES else None
    met = [e for e in found if e.outcome is Verdict.YES]
    paths = of_kind(met, EvidenceKind.PATHS, EvidenceKind.GENERIC_COUNT)
    if paths is None:
        return None
    is_generic = StartCount(paths["count"]).is_generic and paths["found"] == paths["root_count"]
    return paths if is_generic else None


def wants_exact_count(report: CompletenessReport, *, is_sample: bool = False) -> bool:
    """Whether a list is neither proved nor supported by a generic count that is a theorem's.

    For samples of an ensemble a generic count by exact algebra, of a random member of the family, is as good.
    """
    if report.verdict not in (Completeness.SUPPORTED, Completeness.UNKNOWN):
        return False
    ground = support(report.evidence)
    if ground is None:
        return True
    is_generic = ground.kind in (EvidenceKind.PATHS, EvidenceKind.GENERIC_COUNT)
    trusted = [StartCount.GENERIC_THEOREM, *([StartCount.GENERIC_EXACT, StartCount.GENERIC_TRACED] if is_sample else [])]
    return is_generic and StartCount(ground["count"]) not in trusted


def wants_more(report: CompletenessReport) -> bool:
    """Whether a check says that solutions are missing, so that others are to be looked for."""
    exact = of_kind(report.evidence, EvidenceKind.EXACT_COUNT)
    is_short = exact is not None and exact.silence in (Silence.MISSING, Silence.MULTIPLE_OR_MISSING)
    is_violated = any(e.outcome is Verdict.NO for e in report.evidence)  # where coefficients are of very different sizes
    return report.verdict is Completeness.CONTRADICTED or ((is_short or is_violated) and report.verdict is Completeness.UNKNOWN)


def _open(found: Sequence[Evidence]) -> str:
    """What is known of a list that is neither proved nor supported: the exact count, what became of the paths, the best bound."""
    exact = of_kind(found, EvidenceKind.EXACT_COUNT)
    if exact is not None and exact.silence in (Silence.FAMILIES, Silence.MISSING, Silence.MULTIPLE_OR_MISSING):
        return exact.detail
    paths = of_kind(found, EvidenceKind.PATHS, EvidenceKind.GENERIC_COUNT)
    if paths is not None:
        return paths.detail
    bounds = [e for e in found if e.kind in (EvidenceKind.UPPER_BOUND, EvidenceKind.HILBERT_BOUND) and e.numbers]
    return wording.best_bound(bounds[0]["found"], min(e["bound"] for e in bounds)) if bounds else "no bound is known"
