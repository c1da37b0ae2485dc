"""Why no solution is missing: upper bounds that prove, checks that could fail, and the verdict they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10, prod

from flint import fmpz_mat

from homotopy.certification.certificates import Certificate, CertificateList
from homotopy.certification.classify import StationaryPoint
from homotopy.certification.closure import conjugates_closed
from homotopy.common.wording import count_of
from homotopy.solving.result import SolveReport
from homotopy.status import Completeness, Verdict
from polysys.counts.mixed_cells import TieError
from polysys.counts.of_landscape import upper_bounds as upper_bounds
from polysys.counts.strata import MAX_VARIABLES, open_strata, strata
from polysys.counts.tropical import log10_of_largest
from polysys.equations.formulation import Kind
from polysys.errors import WorkLimitError
from polysys.landscape import Landscape
from polysys.root_count import RootCount

# Operations that an estimate of sizes may spend on mixed volumes: a few tenths of a second.
_SIZE_WORK = 40_000_000

_FAMILIES = "a continuous symmetry moves the points; families of stationary points may exist and are not counted"

# Engines in double precision call solutions of size 1e7 infinite; x^3 - x - 1e-10 x^4 has one of size 1e10.
_MAX_SPREAD = 10**6
_MAX_PATTERNS = 64  # zero patterns, the largest, on which sizes are estimated
PATHS = "paths balance"  # name of the evidence from the paths
COUNT = "generic count"  # its name where paths were lost, but not what they lead to


@dataclass(frozen=True, slots=True)
class Evidence:
    """One check: its name, whether it was met (UNDECIDED: it says nothing here), and a sentence."""

    name: str
    outcome: Verdict
    detail: str


@dataclass(frozen=True, slots=True)
class CompletenessReport:
    """The verdict on a list of solutions, with its reason and all evidence.

    `complex_verdict` is set where `verdict` speaks of the real points alone (:func:`homotopy.prove_real`): it is the
    verdict on the complex solutions then.
    """

    verdict: Completeness
    reason: str
    evidence: tuple[Evidence, ...]
    complex_verdict: Completeness | None = None

    def __repr__(self) -> str:
        marks = {Verdict.YES: "met", Verdict.NO: "VIOLATED", Verdict.UNDECIDED: "silent"}
        return "\n".join([str(self), *(f"  {marks[e.outcome]:8} {e.name}: {e.detail}" for e in self.evidence)])

    def __str__(self) -> str:
        return f"{self.verdict.value}: {self.reason}"


def alternating_sum(points: Sequence[StationaryPoint]) -> int | None:
    """sum (-1)^index over the points; None if an index is undecided."""
    if any(p.index is None for p in points):
        return None
    return sum(-1 if (p.index or 0) % 2 else 1 for p in points)


def judge(
    landscape: Landscape,
    certificates: Sequence[Certificate],
    points: Sequence[StationaryPoint],
    is_orbit_closed: bool,
    bounds: Sequence[RootCount],
    solved: SolveReport | None,
    n_singular: int = 0,
) -> CompletenessReport:
    """The verdict on a certified list of solutions.

    Parameters
    ----------
    solved : SolveReport or None
        How the solutions were found; None when a saved census is checked, whose path record proves nothing.
    n_singular : int
        Number of singular end points; where there are any, the points are not all nondegenerate and Morse theory
        does not apply.

    Notes
    -----
    proved: as many certified distinct solutions as a proved upper bound allows. contradicted: a check failed that
    cannot fail on a complete list. supported: every path of a homotopy that reaches all isolated solutions with
    probability one ended at a certified solution of its own or at infinity, or there are as many certified solutions as
    the start member has, more than which no member has; and all checks were met. For paths that start from a
    monodromy set this rests on the agreement of two runs. unknown: else.
    """
    evidence = checks(landscape, certificates, points, is_orbit_closed, bounds, n_singular)
    paths = None if solved is None else path_evidence(landscape, solved, len(certificates))
    return decide(landscape, len(certificates), bounds, evidence, paths)


def decide(
    landscape: Landscape, n: int, bounds: Sequence[RootCount], found: Sequence[Evidence], paths: Evidence | None
) -> CompletenessReport:
    """The verdict on `n` certified distinct solutions that all evidence adds up to."""
    result = tuple(found) if paths is None else (paths, *found)
    violated = [e for e in found if e.outcome is Verdict.NO]
    if violated:
        return CompletenessReport(Completeness.CONTRADICTED, violated[0].detail, result)
    best = bounds[0] if bounds else None
    if best is not None and _is_met(landscape, n, best):
        # Sums of mixed volumes are used only where they exclude families. By the refined theorem of Bezout (Fulton,
        # Intersection Theory, 12.3) so does the total degree. On spheres with homogeneous potentials see below.
        is_exclusive = (
            landscape.formulation.kind is Kind.PROJECTIVE
            or not best.counts_multiplicities
            or n == prod(landscape.system.degrees)
        )
        if not is_exclusive and has_families(landscape):
            return CompletenessReport(Completeness.UNKNOWN, _FAMILIES, result)
        reason = f"{count_of(n, 'certified distinct solution')} = {best.name} [{best.reference}]"
        return CompletenessReport(Completeness.PROVED, reason, result)
    if best is not None and n < best.value and landscape.formulation.kind is Kind.PROJECTIVE:
        # The classes are the zeros of a section of a vector bundle on a product of projective spaces: where they are
        # finitely many their multiplicities add up to the count, and every certified one has multiplicity one.
        reason = (
            f"{best.value - n} of {best.value} classes, counted with multiplicity, are missing: lost, degenerate, or "
            "at infinity in the chart (another chart_seed gives another chart)"
        )
        return CompletenessReport(Completeness.UNKNOWN, reason, result)
    if paths is not None and paths.outcome is Verdict.YES:
        if has_families(landscape):
            return CompletenessReport(Completeness.UNKNOWN, _FAMILIES, result)
        names = ", ".join(e.name for e in result if e.outcome is Verdict.YES)
        return CompletenessReport(Completeness.SUPPORTED, f"not proved, but every check is met ({names})", result)
    stated = f"{n} solutions; the best proved bound is {best.value if best else 'none'}"
    return CompletenessReport(Completeness.UNKNOWN, stated if paths is None else paths.detail, result)


def has_families(landscape: Landscape) -> bool:
    """Whether some of the equations have a continuous symmetry, so that their solutions, if any, are not isolated.

    Start systems of the right root count do not see such solutions: no path need end on them. Linear symmetries are
    looked for, and on R^n the scalings x_i -> t^(w_i) x_i on every zero pattern, as of (x y - 1)^2 + z^4 - z^2 on z = 0.
    Networks, whose groups are known, were asked before (`Landscape.require_isolated`).
    """
    n = landscape.domain.n
    if landscape.domain.is_euclidean and n <= MAX_VARIABLES:
        monomials = [e for e, _ in landscape.potential.terms() if any(e)]
        for alive in strata(landscape.potential):
            dead = [i for i in range(n) if i not in alive]
            rows = [[e[i] for i in alive] for e in monomials if not any(e[i] for i in dead)]
            if alive and (not rows or fmpz_mat(rows).rank() < len(alive)):
                return True
        if any(dimension > 0 for _, dimension in open_strata(landscape.potential)):
            return True
    symmetry = None if landscape.facts.mixing_fields else landscape.continuous_symmetry
    return symmetry is not None and symmetry.dimension > 0


def _is_met(landscape: Landscape, n: int, best: RootCount) -> bool:
    """Whether a bound leaves no room for more solutions.

    Bounds count isolated solutions. A bound of zero says nothing about sets of positive dimension, which such systems
    may have (x = x + x^3 = y + z = 0): only an equation that is a nonzero constant excludes them.
    """
    return n == best.value and (n > 0 or 0 in landscape.system.degrees)


def _may_be_huge(landscape: Landscape) -> bool:
    """Whether solutions are to be expected that are so large that an engine may have called them infinite."""
    terms = landscape.system.terms
    if any(max(map(abs, t.values())) > _MAX_SPREAD * min(map(abs, t.values())) for t in terms):
        return True
    n = len(terms)
    patterns = [tuple(range(n))]
    if landscape.domain.is_euclidean and landscape.domain.n <= MAX_VARIABLES:
        patterns = [alive for alive in strata(landscape.potential) if alive][-_MAX_PATTERNS:]
    for alive in patterns:
        dead = [i for i in range(n) if i not in alive]
        restricted = [
            {tuple(e[j] for j in alive): c for e, c in terms[i].items() if not any(e[j] for j in dead)} for i in alive
        ]
        try:
            if log10_of_largest(restricted, _SIZE_WORK) > log10(_MAX_SPREAD):
                return True
        except (WorkLimitError, TieError):  # too large for an estimate
            continue
    return False


def path_evidence(landscape: Landscape, solved: SolveReport, n: int) -> Evidence:
    """What the paths say about the completeness of a list of `n` solutions."""
    is_doubtful = solved.paths.at_infinity > 0 and _may_be_huge(landscape)
    detail = f"{solved.paths} (start: {solved.start}, {solved.root_count_kind} {solved.root_count})"
    if solved.paths.singular:
        detail += "; singular end points are multiple solutions or lie on positive-dimensional sets"
    if solved.n_beyond_paths:
        detail += f"; {solved.n_beyond_paths} certified solutions were not reached by a path of the last round"
    if solved.n_entangled:
        detail += f"; {solved.n_entangled} candidates could not be told apart from other solutions"
    n_untracked = (solved.root_count or 0) - solved.paths.tracked
    if n_untracked > 0:
        detail += f"; {n_untracked} paths that the start asks for were not tracked"
    if is_doubtful:
        detail += "; coefficients differ so much that large solutions may have passed for infinite ones"
    if not solved.is_clean and solved.meets_generic_count and n == solved.root_count:
        detail += f"; there are {n} certified solutions, and no member of the family has more [Sommese & Wampler 2005]"
        return Evidence(COUNT, Verdict.YES, detail)
    reached = solved.is_clean and n == solved.paths.regular and n_untracked <= 0 and not is_doubtful
    return Evidence(PATHS, Verdict.YES if reached else Verdict.UNDECIDED, detail)


def checks(
    landscape: Landscape,
    certificates: Sequence[Certificate],
    points: Sequence[StationaryPoint],
    is_orbit_closed: bool,
    bounds: Sequence[RootCount],
    n_singular: int = 0,
) -> list[Evidence]:
    """All checks on a list of certified solutions that could show it to be incomplete or wrong."""
    n = len(certificates)
    evidence = []
    if bounds:
        met = Verdict.YES if _is_met(landscape, n, bounds[0]) else Verdict.UNDECIDED
        met = Verdict.NO if n > bounds[0].value else met
        evidence.append(
            Evidence("upper bound", met, f"{n} of at most {bounds[0].value}: {bounds[0].name} [{bounds[0].reference}]")
        )
    closed = conjugates_closed(certificates)
    evidence.append(
        Evidence(
            "conjugate pairs",
            Verdict.YES if closed else Verdict.NO,
            "the conjugate of every non-real solution is in the list"
            if closed
            else "the conjugate of a solution is missing",
        )
    )
    if landscape.symmetry.generators:
        evidence.append(
            Evidence(
                "orbits",
                Verdict.YES if is_orbit_closed else Verdict.NO,
                f"the symmetry group of order {landscape.symmetry.order} maps the list to itself"
                if is_orbit_closed
                else "a mirror image of a solution is missing",
            )
        )
    if n_singular:
        evidence.append(
            Evidence(
                "Euler characteristic",
                Verdict.UNDECIDED,
                "Morse theory does not apply: there are degenerate end points",
            )
        )
        return evidence
    evidence.append(_euler(landscape, certificates, points))
    if landscape.euler_characteristic is not None and landscape.euler_characteristic % 2:
        evidence.append(_parity(certificates, points))
    evidence.append(morse_inequalities(landscape, certificates, points))
    return evidence


def morse_inequalities(
    landscape: Landscape, certificates: Sequence[Certificate], points: Sequence[StationaryPoint]
) -> Evidence:
    """The strong Morse inequalities: a list that violates one is not complete.

    Notes
    -----
    For a Morse function, coercive where the domain is R^n, with N_k points of index k and Betti numbers b_k of the
    domain, sum_{k<=j} (-1)^(j-k) N_k >= sum_{k<=j} (-1)^(j-k) b_k for every j (Milnor, Morse Theory, section 5). They
    contain that there is a minimum, and that the sublevel sets of a connected domain come together by saddles.
    """
    name = "Morse inequalities"
    if landscape.euler_characteristic is None:
        return Evidence(name, Verdict.UNDECIDED, "do not apply: the potential is not shown to be coercive")
    if any(p.index is None for p in points) or CertificateList.of(certificates).n_undecided:
        return Evidence(name, Verdict.UNDECIDED, "an index or a reality is undecided (degenerate points?)")
    by_index = [sum(p.index == j for p in points) for j in range(landscape.domain.dimension + 1)]
    violated = violated_morse_inequality(by_index, landscape.domain.betti_numbers)
    if violated is not None:
        what = f"the numbers of points of index up to {violated[0]} violate the Morse inequalities by {violated[1]}"
        return Evidence(name, Verdict.NO, what)
    return Evidence(name, Verdict.YES, f"met for every index up to {landscape.domain.dimension}")


def violated_morse_inequality(by_index: Sequence[int], betti: Sequence[int]) -> tuple[int, int] | None:
    """The first index whose strong Morse inequality the counts violate, and by how much; None if all hold."""
    surplus = 0
    for j, (n, b) in enumerate(zip(by_index, betti, strict=True)):
        surplus = n - b - surplus
        if surplus < 0:
            return j, -surplus
    return None


def _euler(landscape: Landscape, certificates: Sequence[Certificate], points: Sequence[StationaryPoint]) -> Evidence:
    name, expected, found = "Euler characteristic", landscape.euler_characteristic, alternating_sum(points)
    undecided = CertificateList.of(certificates).n_undecided
    if expected is None:
        return Evidence(name, Verdict.UNDECIDED, "not determined: the potential is not shown to be coercive")
    if found is None or undecided:
        return Evidence(name, Verdict.UNDECIDED, "an index or a reality is undecided (degenerate points?)")
    if found != expected:
        return Evidence(name, Verdict.NO, f"the alternating sum of the numbers of points is {found}, not {expected}")
    return Evidence(name, Verdict.YES, f"the alternating sum of the numbers of points is {found}, as it must be")


def _parity(certificates: Sequence[Certificate], points: Sequence[StationaryPoint]) -> Evidence:
    if CertificateList.of(certificates).n_undecided:
        return Evidence("parity", Verdict.UNDECIDED, "a reality is undecided")
    odd = len(points) % 2 == 1
    return Evidence(
        "parity",
        Verdict.YES if odd else Verdict.NO,
        f"the number of real points, {len(points)}, is {'odd' if odd else 'even'}; it must be odd",
    )
