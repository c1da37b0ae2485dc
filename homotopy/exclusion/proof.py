"""A proof that a census lists every real stationary point, by excluding all others: no complex count is used."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flint import arb, ctx

from homotopy import intervals
from homotopy.census_result import Census
from homotopy.certificates import CertificateList
from homotopy.certify import Certificate, certify
from homotopy.closure import Locator, enclosing_balls, image
from homotopy.completeness import CompletenessReport, Evidence
from homotopy.exclusion.patches import Patch, patches, stationary_flips
from homotopy.exclusion.programs import FloatArray
from homotopy.exclusion.radius import stationary_bounds
from homotopy.exclusion.search import TESTS, PatchResult, search, warm_up
from homotopy.intervals import as_float
from homotopy.status import Completeness, Verdict
from polysys.formulation import Kind
from polysys.landscape import Landscape
from polysys.symmetry import SignedPermutation

NAME = "real exclusion"  # of the evidence
MAX_UNKNOWNS = 16  # beyond, even writing down the slopes takes longer than any search that could succeed


@dataclass(frozen=True, slots=True, eq=False)
class RealProof:
    """The outcome of searching the whole real domain for stationary points that a census does not list.

    Parameters
    ----------
    outcome : Verdict
        YES: there is no other; the list of real points is proved complete. NO: another one is proved to exist.
        UNDECIDED: boxes are left in which there may be one.
    reason : str
        The same in a sentence.
    n_real : int
        Number of real points that the census lists.
    found : tuple of Certificate
        Real solutions that are proved and not in the census.
    n_patches, n_unknowns : int
        Pieces of the domain, and coordinates of one.
    n_boxes : int
        Boxes processed.
    excluded : mapping
        Number of boxes that each test finished, in the order of the tests.
    n_left : int
        Boxes in which nothing was decided.
    seconds : float
    """

    outcome: Verdict
    reason: str
    n_real: int
    found: tuple[Certificate, ...]
    n_patches: int
    n_unknowns: int
    n_boxes: int
    excluded: Mapping[str, int]
    n_left: int
    seconds: float

    @property
    def is_proved(self) -> bool:
        """Whether the list of real points is proved to be complete."""
        return self.outcome is Verdict.YES

    def summary(self) -> dict[str, Any]:
        """The proof as a JSON object."""
        return {
            "outcome": self.outcome.value,
            "reason": self.reason,
            "n_real": self.n_real,
            "n_found": len(self.found),
            "n_patches": self.n_patches,
            "n_unknowns": self.n_unknowns,
            "n_boxes": self.n_boxes,
            "excluded": dict(self.excluded),
            "n_left": self.n_left,
            "seconds": self.seconds,
        }

    def __repr__(self) -> str:
        head = {Verdict.YES: "proved", Verdict.NO: "contradicted", Verdict.UNDECIDED: "not decided"}[self.outcome]
        patches = "1 patch" if self.n_patches == 1 else f"{self.n_patches} patches"
        done = ", ".join(f"{count} {name}" for name, count in self.excluded.items())
        return (
            f"Real points {head}: {self.reason}\n"
            f"  searched   {patches} in {self.n_unknowns} unknowns, {self.n_boxes} boxes, {self.seconds:.3g} s\n"
            f"  finished   {done}\n"
            f"  left over  {self.n_left}"
        )


def prove_real(census: Census, *, max_boxes: int = 10_000_000, time_limit: float = 600.0) -> RealProof:
    """Search the real domain by branch and bound and exclude every stationary point that a census does not list.

    Parameters
    ----------
    census : Census
    max_boxes : int
        Most boxes processed.
    time_limit : float
        Seconds. Where either ends first, the outcome is undecided.

    Returns
    -------
    RealProof

    Notes
    -----
    The search needs the exact landscape and the certificates, no solver, and repeats itself exactly. The cost grows
    exponentially with the number of unknowns: see docs/explanation/exclusion.md for the argument and the reach.

    Examples
    --------
    >>> import homotopy as ho
    >>> import polysys as ps
    >>> proof = ho.prove_real(ho.census(ps.expression("x^4/4 - x^2/2 + y^4 + x*y/10")))
    >>> proof.is_proved, proof.n_real
    (True, 3)
    """
    warm_up()  # the first search ever compiles the kernel, which takes longer than many a time limit
    begin = time.monotonic()
    land = census.landscape
    listed = CertificateList.of(census.certificates)
    real = list(listed.take(listed.where(Verdict.YES)))
    n_unknowns = land.domain.n - (land.domain.n_constraints if land.formulation.kind is Kind.PROJECTIVE else 0)
    if n_unknowns > MAX_UNKNOWNS:
        reason = f"{n_unknowns} unknowns are beyond the reach of branch and bound"
        return _report(census, begin, Verdict.UNDECIDED, reason, (), [], n_unknowns)
    bounds = stationary_bounds(land) if land.domain.is_euclidean else ()
    if land.domain.is_euclidean and not bounds:
        reason = "no box is known that holds all real stationary points (the growth of the potential was not shown)"
        return _report(census, begin, Verdict.UNDECIDED, reason, (), [], n_unknowns)
    candidates, is_closed = _missing_images(land, real)
    results: list[PatchResult] = []
    with ctx.workprec(_precision(real)):
        points = [
            [intervals.real_ball(re, c.enclosure.radius) for re, _ in c.enclosure.mid[: land.domain.n]] for c in real
        ]
    n_skipped = 0
    for patch in patches(land, bounds):
        left = max_boxes - sum(r.n_boxes for r in results)
        if results and (left <= 0 or time.monotonic() > begin + time_limit):
            n_skipped = 1  # at least: there may be more patches than could be listed
            break
        n_unknowns = len(patch.free)
        result = _search(patch, points, _precision(real), left, begin + time_limit)
        results.append(result)
        candidates += _centres(patch, result)
    n_left = sum(len(r.left) + r.n_open for r in results) + n_skipped
    found = _new(land, census.certificates, candidates)
    if found:
        many = "a real stationary point is" if len(found) == 1 else f"{len(found)} real solutions are"
        reason = f"{many} proved to exist and not in the list"
        return _report(census, begin, Verdict.NO, reason, found, results, n_unknowns, n_left)
    if n_left or not is_closed:
        more = "at least " if n_skipped else ""
        reason = f"{more}{n_left} boxes are left" if n_left else "a mirror image of a point was not found again"
        return _report(census, begin, Verdict.UNDECIDED, reason, (), results, n_unknowns, n_left)
    reason = f"branch and bound excludes every real stationary point other than the {census.n_real} listed"
    return _report(census, begin, Verdict.YES, reason, (), results, n_unknowns)


def _report(
    census: Census,
    begin: float,
    outcome: Verdict,
    reason: str,
    found: tuple[Certificate, ...],
    results: Sequence[PatchResult],
    n_unknowns: int,
    n_left: int = 0,
) -> RealProof:
    excluded = {name: sum(r.excluded[k] for r in results) for k, name in enumerate(TESTS)}
    return RealProof(
        outcome,
        reason,
        census.n_real,
        found,
        len(results),
        n_unknowns,
        sum(r.n_boxes for r in results),
        excluded,
        n_left,
        time.monotonic() - begin,
    )


def _precision(certificates: Sequence[Certificate]) -> int:
    return max([128, *(c.precision + 64 for c in certificates)])


def _search(
    patch: Patch, points: Sequence[Sequence[arb]], precision: int, max_boxes: int, deadline: float
) -> PatchResult:
    with ctx.workprec(precision):
        located = [z for z in map(patch.locate, points) if z is not None]
    if not patch.free:  # the patch is one point, and stationary
        return PatchResult(1, (0,) * len(TESTS), [], 0 if points else 1)
    return search(patch, located, max_boxes, deadline)


def _missing_images(land: Landscape, real: Sequence[Certificate]) -> tuple[list[list[complex]], bool]:
    """Mirror images, under the flips that cut the domain, of real solutions that match none; and whether there are none."""
    missing = []
    if real:
        locator = Locator(real)
        identity = tuple(range(land.domain.n))
        with ctx.workprec(_precision(real)):
            for certificate in real:
                z = enclosing_balls(certificate)
                for signs, eps in stationary_flips(land):
                    moved = image(land.formulation, SignedPermutation(identity, signs), z)
                    # V(g x) = eps V(x): the multipliers change sign with the gradient
                    moved[land.domain.n :] = [m * eps for m in moved[land.domain.n :]]
                    if locator.find(moved) is None:
                        missing.append([as_float(entry) for entry in moved])
    return missing, not missing


def _centres(patch: Patch, result: PatchResult) -> Iterator[list[complex]]:
    """Candidates for solutions: the centres of the boxes too small to be split, one of those that lie close together."""
    size = 1e-6 * (patch.hi - patch.lo)
    seen: list[FloatArray] = []
    for lo, hi in result.left:
        if any((abs(lo - other) <= size).all() for other in seen):
            continue
        seen.append(lo)
        candidate = patch.candidate((0.5 * lo + 0.5 * hi).tolist())
        if candidate is not None:
            yield candidate


def _new(
    land: Landscape, known: Sequence[Certificate], candidates: Sequence[Sequence[complex]]
) -> tuple[Certificate, ...]:
    """Certificates of real solutions near the candidates that are proved distinct from all known ones."""
    if not candidates:
        return ()
    report = certify(land.tapes, candidates, known)
    # the known ones, pairwise distinct, come first
    return tuple(c for c in report.certificates[len(known) :] if c.reality is Verdict.YES)


def real_evidence(census: Census, proof: RealProof) -> Evidence:
    """What a proof says about the completeness of a census's real points, as one piece of evidence."""
    if proof.n_real != census.n_real:
        return Evidence(NAME, Verdict.UNDECIDED, "the proof is of another census")
    work = f"{proof.n_boxes} boxes in {proof.n_unknowns} unknowns"
    return Evidence(NAME, proof.outcome, f"{proof.reason} ({work})")


def with_real_proof(census: Census, proof: RealProof) -> Census:
    """The census with the proof among its evidence and in its verdict.

    A proof makes the verdict `proved` with a reason that speaks of the real points alone; `complex_verdict` keeps what was
    known of the complex list. A point proved to be missing contradicts the census. Else the verdict stays.
    """
    return replace(census, completeness=_joined(census.completeness, real_evidence(census, proof)))


def _joined(report: CompletenessReport, evidence: Evidence) -> CompletenessReport:
    pieces = (*(e for e in report.evidence if e.name != NAME), evidence)
    if evidence.outcome is Verdict.NO:
        return CompletenessReport(Completeness.CONTRADICTED, evidence.detail, pieces)
    if evidence.outcome is Verdict.UNDECIDED or report.verdict in (Completeness.PROVED, Completeness.CONTRADICTED):
        return CompletenessReport(report.verdict, report.reason, pieces, report.complex_verdict)
    reason = f"the list of real points: {evidence.detail}. The list of complex solutions is {report.verdict.value}: {report.reason}"
    return CompletenessReport(Completeness.PROVED, reason, pieces, report.verdict)
