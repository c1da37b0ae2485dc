"""A proof that a census lists every real stationary point, by excluding all others: no complex count is used."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb, ctx

from homotopy.certification import balls
from homotopy.certification.balls import as_float
from homotopy.certification.certificates import CertificateList
from homotopy.certification.closure import Locator, enclosing_balls, image
from homotopy.certification.zeros import Certificate, certify
from homotopy.common.arrays import Floats
from homotopy.common.reporting import Stopped
from homotopy.completeness.evidence import Evidence, evidence
from homotopy.completeness.exclusion.cells import stationary_symmetries
from homotopy.completeness.exclusion.patches import Patch, patches, reduced_patch
from homotopy.completeness.exclusion.radius import bounds_at_infinity, stationary_bounds
from homotopy.completeness.exclusion.search import TESTS, PatchResult, search, warm_up
from homotopy.status import EvidenceKind, Silence, Verdict
from polysys.formulations.formulation import Kind
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape

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
    stopped : str
        What stopped the search before it had come to an end, other than its own limits; "" if nothing did.
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
    stopped: str = ""

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
            **({"stopped": self.stopped} if self.stopped else {}),
        }

    def __repr__(self) -> str:
        head = {Verdict.YES: "proved", Verdict.NO: "contradicted", Verdict.UNDECIDED: "not decided"}[self.outcome]
        patches = "1 patch" if self.n_patches == 1 else f"{self.n_patches} patches"
        done = ", ".join(f"{count} {name}" for name, count in self.excluded.items())
        return (
            f"Real points {head}: {self.reason}\n"
            f"  searched   {patches} in {self.n_unknowns} unknowns, {self.n_boxes} boxes, {self.seconds:.3g} s\n"
            f"  finished   {done}\n"
            f"  left over  {self.n_left}" + (f"\n  stopped    {self.stopped}" if self.stopped else "")
        )


def is_searchable(land: Landscape) -> bool:
    """Whether interval search is written for the domain of a landscape."""
    return not isinstance(land.domain, Variety)


def exclude_others(
    land: Landscape, certificates: Sequence[Certificate], n_real: int, *, max_boxes: int, time_limit: float
) -> RealProof:
    """Search the real domain for stationary points that are not among the certified ones, of which so many points are real."""
    warm_up()  # the first search ever compiles the kernel, which takes longer than many a time limit
    begin = time.monotonic()
    listed = CertificateList.of(certificates)
    real = list(listed.take(listed.where(Verdict.YES)))
    n_unknowns = land.domain.n - (land.domain.n_constraints if land.formulation.kind is Kind.PROJECTIVE else 0)
    if n_unknowns > MAX_UNKNOWNS:
        reason = f"{n_unknowns} unknowns are beyond the reach of branch and bound"
        return _report(n_real, begin, Verdict.UNDECIDED, reason, (), [], n_unknowns)
    if not is_searchable(land):
        reason = "interval search is written for R^n and spheres, not for domains that are given by equations"
        return _report(n_real, begin, Verdict.UNDECIDED, reason, (), [], n_unknowns)
    pieces = _pieces(land)
    if pieces is None:
        reason = "no box is known that holds all real stationary points (the growth of the potential was not shown)"
        return _report(n_real, begin, Verdict.UNDECIDED, reason, (), [], n_unknowns)
    candidates, is_closed = _missing_images(land, real)
    results: list[PatchResult] = []
    with ctx.workprec(_precision(real)):
        points = [[balls.real_ball(re, c.enclosure.radius) for re, _ in c.enclosure.mid[: land.domain.n]] for c in real]
    n_skipped, stopped = 0, Stopped()
    for patch in pieces:
        left = max_boxes - sum(r.n_boxes for r in results)
        if results and (stopped or left <= 0 or time.monotonic() > begin + time_limit):
            n_skipped = 1  # at least: there may be more patches than could be listed
            break
        n_unknowns = len(patch.free)
        result = _search(patch, points, _precision(real), left, begin + time_limit, stopped)
        results.append(result)
        candidates += _centres(patch, result)
    n_left = sum(len(r.left) + r.n_open for r in results) + n_skipped
    why = stopped.settle(has_results=any(r.n_boxes for r in results))
    found = _new(land, certificates, candidates)
    if found:
        many = "a real stationary point is" if len(found) == 1 else f"{len(found)} real solutions are"
        reason = f"{many} proved to exist and not in the list"
        return _report(n_real, begin, Verdict.NO, reason, found, results, n_unknowns, n_left, why)
    if n_left or not is_closed:
        more = "at least " if n_skipped else ""
        reason = f"{more}{n_left} boxes are left" if n_left else "a mirror image of a point was not found again"
        return _report(n_real, begin, Verdict.UNDECIDED, reason, (), results, n_unknowns, n_left, why)
    reason = f"branch and bound excludes every real stationary point other than the {n_real} listed"
    return _report(n_real, begin, Verdict.YES, reason, (), results, n_unknowns)


def _pieces(land: Landscape) -> Iterable[Patch] | None:
    """Patches that hold a point of every orbit of real stationary points; None where none are known."""
    bounds = stationary_bounds(land) if land.domain.is_euclidean else ()
    if bounds or not land.domain.is_euclidean:
        return patches(land, bounds)
    whole = reduced_patch(land)
    if whole is not None:
        return (whole,)
    bounds = bounds_at_infinity(land)
    return patches(land, bounds) if bounds else None


def evidence_of(proof: RealProof, n_real: int) -> Evidence:
    """What a proof says about a list with so many real points."""
    if proof.n_real != n_real:
        return evidence(EvidenceKind.REAL_PROOF, Verdict.UNDECIDED, Silence.OTHER_CENSUS)
    is_out_of_reach = proof.outcome is Verdict.UNDECIDED and not proof.n_boxes
    return evidence(
        EvidenceKind.REAL_PROOF,
        proof.outcome,
        Silence.OUT_OF_REACH if is_out_of_reach else None,
        n_real=proof.n_real,
        n_found=len(proof.found),
        n_boxes=proof.n_boxes,
        n_left=proof.n_left,
        n_unknowns=proof.n_unknowns,
    )


def _report(
    n_real: int,
    begin: float,
    outcome: Verdict,
    reason: str,
    found: tuple[Certificate, ...],
    results: Sequence[PatchResult],
    n_unknowns: int,
    n_left: int = 0,
    stopped: str = "",
) -> RealProof:
    excluded = {name: sum(r.excluded[k] for r in results) for k, name in enumerate(TESTS)}
    return RealProof(
        outcome,
        reason,
        n_real,
        found,
        len(results),
        n_unknowns,
        sum(r.n_boxes for r in results),
        excluded,
        n_left,
        time.monotonic() - begin,
        stopped,
    )


def _precision(certificates: Sequence[Certificate]) -> int:
    return max([128, *(c.precision + 64 for c in certificates)])


def _search(
    patch: Patch,
    points: Sequence[Sequence[arb]],
    precision: int,
    max_boxes: int,
    deadline: float,
    stopped: Stopped,
) -> PatchResult:
    with ctx.workprec(precision):
        located = [z for z in map(patch.locate, points) if z is not None]
    if not patch.free:  # the patch is one point, and stationary
        return PatchResult(1, (0,) * len(TESTS), [] if points else [(patch.lo, patch.hi)], 0)
    return search(patch, located, max_boxes, deadline, stopped)


def _missing_images(land: Landscape, real: Sequence[Certificate]) -> tuple[list[list[complex]], bool]:
    """Images, under the symmetries that cut the domain, of real solutions that match none; and whether there are none."""
    missing = []
    if real:
        locator = Locator(real)
        with ctx.workprec(_precision(real)):
            for certificate in real:
                z = enclosing_balls(certificate)
                for g, eps in stationary_symmetries(land):
                    moved = image(land.formulation, g, z)
                    # V(g x) = eps V(x): the multipliers change sign with the gradient
                    moved[land.domain.n :] = [m * eps for m in moved[land.domain.n :]]
                    if locator.find(moved) is None:
                        missing.append([as_float(entry) for entry in moved])
    return missing, not missing


def _centres(patch: Patch, result: PatchResult) -> Iterator[list[complex]]:
    """Candidates for solutions: the centres of the boxes too small to be split, one of those that lie close together."""
    size = 1e-6 * (patch.hi - patch.lo)
    seen: list[Floats] = []
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
