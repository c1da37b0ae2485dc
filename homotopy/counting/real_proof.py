"""The list of real points proved by interval search, as evidence in a census."""

from __future__ import annotations

from dataclasses import replace

from homotopy.completeness.exclusion.proof import RealProof, exclude_others
from homotopy.completeness.verdict import CompletenessReport, Evidence
from homotopy.counting.result import Census
from homotopy.status import Completeness, Verdict

NAME = "real exclusion"  # of the evidence


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
    certificates = census.certificates
    return exclude_others(census.landscape, certificates, census.n_real, max_boxes=max_boxes, time_limit=time_limit)


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
