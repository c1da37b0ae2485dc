"""The list of real points proved by interval search, as evidence in a census."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from homotopy.completeness.evidence import Evidence
from homotopy.completeness.verdict import is_stopped
from homotopy.counting.result import Census
from homotopy.status import Completeness, Verdict
from polysys.errors import require_type

if TYPE_CHECKING:  # at run time only where a search is made: it compiles kernels
    from homotopy.completeness.exclusion.proof import RealProof

_UNKNOWNS_BY_ITSELF = 8
_WORK_BY_ITSELF = 3_200_000  # boxes times the square of the unknowns: about a second


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
    from homotopy.completeness.exclusion.proof import exclude_others

    require_type(census, Census, "The census", "Give what ho.census returns.")
    certificates = census.certificates
    return exclude_others(census.landscape, certificates, census.n_real, max_boxes=max_boxes, time_limit=time_limit)


def real_evidence(census: Census, proof: RealProof) -> Evidence:
    """What a proof says about the completeness of a census's real points, as one piece of evidence."""
    from homotopy.completeness.exclusion.proof import RealProof, evidence_of

    require_type(census, Census, "The census", "Give what ho.census returns.")
    require_type(proof, RealProof, "The proof", "Give what ho.prove_real returns.")
    return evidence_of(proof, census.n_real)


def with_real_proof(census: Census, proof: RealProof) -> Census:
    """The census with the proof among its evidence and in its verdict.

    A proof makes the verdict `proved` with a reason that speaks of the real points alone; `complex_verdict` keeps what was
    known of the complex list. A point proved to be missing contradicts the census. Else the verdict stays.
    """
    require_type(census, Census, "The census", "Give what ho.census returns.")
    return census.with_evidence(real_evidence(census, proof))


def cheap_real_proof(census: Census) -> RealProof | None:
    """A search of about a second where the complex list is not proved; None where it is not made or does not decide.

    The limit is one of boxes, so that the verdict does not depend on the machine. A search that it ends says nothing.
    """
    n = census.landscape.domain.n
    report = census.completeness
    is_open = report.verdict in (Completeness.SUPPORTED, Completeness.UNKNOWN) and not is_stopped(report.evidence)
    if not is_open or n > _UNKNOWNS_BY_ITSELF:
        return None
    from homotopy.completeness.exclusion.proof import is_searchable

    if not is_searchable(census.landscape):
        return None
    proof = prove_real(census, max_boxes=_WORK_BY_ITSELF // n**2, time_limit=inf)
    return None if proof.outcome is Verdict.UNDECIDED else proof
