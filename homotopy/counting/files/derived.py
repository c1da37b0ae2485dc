"""The evidence that a saved census carries: what is derived again from its exact landscape and its certificates, and what is told."""

from __future__ import annotations

from collections.abc import Sequence

from homotopy.certification.certificates import CertificateList
from homotopy.certification.classify import StationaryPoint
from homotopy.completeness.checks import checks
from homotopy.completeness.evidence import Evidence, Fact, of_kind
from homotopy.completeness.exact_evidence import exact_evidence, hilbert_evidence
from homotopy.completeness.path_evidence import weigh_paths
from homotopy.counting.degenerate.describe import (
    least_multiplicities,
    multiplicity_evidence,
    n_degenerate,
    proved_multiplicities,
)
from homotopy.counting.degenerate.stationary_set import StationarySet
from homotopy.solving.result import PathAccount
from homotopy.solving.root_counts import least_root_count
from homotopy.status import EvidenceKind, Silence, StartCount, Verdict
from polysys.counts.of_landscape import upper_bounds
from polysys.landscape import Landscape
from polysys.problem import Problem

TOLD = frozenset({EvidenceKind.PATHS, EvidenceKind.GENERIC_COUNT})
"""Kinds that rest on the run's own account of its paths, which a file can repeat but not prove."""

DERIVED = frozenset(
    {
        EvidenceKind.UPPER_BOUND,
        EvidenceKind.CONJUGATES,
        EvidenceKind.ORBITS,
        EvidenceKind.EULER,
        EvidenceKind.PARITY,
        EvidenceKind.MORSE,
        EvidenceKind.REAL_PROOF,
        EvidenceKind.EXACT_COUNT,
        EvidenceKind.HILBERT_BOUND,
        EvidenceKind.MULTIPLICITIES,
    }
)
"""Kinds that :func:`derive` makes again."""

FACTS_OF_MODEL = "facts of the model"  # as it is named among what a file leaves out

_MAX_BOXES, _TIME_LIMIT = 10_000_000, 600.0  # of an interval search that is repeated


def is_carried(piece: Evidence) -> bool:
    """Whether a file holds a piece of evidence: it is derived again, or told of the paths, or speaks against the list.

    An interval search that decided nothing is not worth repeating.
    """
    if piece.outcome is Verdict.NO or piece.kind in TOLD:
        return True
    is_idle = piece.outcome is Verdict.UNDECIDED and (
        piece.kind in (EvidenceKind.REAL_PROOF, EvidenceKind.HILBERT_BOUND) or piece.silence in (Silence.OUT_OF_REACH, Silence.NO_AGREEMENT)
    )
    return piece.kind in DERIVED and not is_idle


def left_out_in_words(names: Sequence[str]) -> str:
    """What a file was written without, for a person: each name, and why it is not there.

    >>> left_out_in_words(["exact count"])
    'exact count (tried, without a result)'
    """
    idle = {kind.value for kind in DERIVED}
    if FACTS_OF_MODEL in names:  # then an interval search may have been left out for another reason
        idle.discard(EvidenceKind.REAL_PROOF.value)
    return ", ".join(f"{name} ({'tried, without a result' if name in idle else 'cannot be made again from the file'})" for name in names)


def derive(
    land: Problem,
    certified: CertificateList,
    points: Sequence[StationaryPoint],
    is_closed: Verdict,
    paths: PathAccount,
    stated: Sequence[Evidence],
    singular: Sequence[StationarySet] = (),
    *,
    all_solve: bool = True,
) -> list[Evidence]:
    """All evidence that follows again from the landscape, the certificates and the singular solutions; an interval search only where one is stated, and bounds only where
    all that are listed are proved to solve the equations as given."""
    bounds = upper_bounds(land) if all_solve else []
    found = checks(land, certified, points, is_closed, bounds, n_degenerate(paths, singular))
    multiple = multiplicity_evidence(len(certified), bounds, singular)
    found += [] if multiple is None else [multiple]
    proof = of_kind(stated, EvidenceKind.REAL_PROOF)
    if proof is not None and proof.outcome is Verdict.YES and isinstance(land, Landscape):
        found.append(_searched_again(land, certified, len(points), proof))
    if of_kind(stated, EvidenceKind.EXACT_COUNT) is not None:
        found.append(exact_evidence(land, len(certified), least_multiplicities(singular)))
    if all_solve and of_kind(stated, EvidenceKind.HILBERT_BOUND) is not None:
        hilbert = hilbert_evidence(land, len(certified), proved_multiplicities(singular))
        found += [] if hilbert is None else [hilbert]
    return found


def _searched_again(land: Landscape, certified: CertificateList, n_real: int, proof: Evidence) -> Evidence:
    from homotopy.completeness.exclusion.proof import evidence_of, exclude_others  # compiles kernels

    n_boxes = proof["n_boxes"]
    if not isinstance(n_boxes, int):
        raise ValueError("an interval search without a number of boxes")
    most = min(max(n_boxes, 0) + 1000, _MAX_BOXES)
    return evidence_of(exclude_others(land, certified, n_real, max_boxes=most, time_limit=_TIME_LIMIT), n_real)


def told_paths(land: Problem, n: int, paths: PathAccount, stated: Sequence[Evidence]) -> Evidence | None:
    """The evidence from the paths, weighed again from the numbers of a file; None where the file has no such numbers.

    Raises
    ------
    LookupError, ValueError, TypeError
        If the numbers are none.
    """
    told = of_kind(stated, *TOLD)
    if told is None or not told.numbers:
        return None
    x = dict(told.numbers)
    root_count = None if x["root_count"] is None else _number(x["root_count"])
    return weigh_paths(
        land,
        paths,
        n,
        start=str(x["start"]),
        count=StartCount(x["count"]),
        root_count=root_count,
        n_beyond_paths=_number(x["n_beyond_paths"]),
        n_entangled=_number(x["n_entangled"]),
    )


def _number(value: Fact) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no number of paths")
    return value


def wrong_root_count(land: Problem, told: Evidence) -> str | None:
    """What is wrong with the number of paths that a file tells, beside the number that its start has; None if nothing is seen.

    Numbers of closed form are derived again. A mixed volume, or the count of a generic member by monodromy, is not.
    """
    count, root_count, tracked = StartCount(told["count"]), told["root_count"], told["tracked"]
    if told.outcome is not Verdict.YES:  # nothing rests on it
        return None
    if root_count is None and count is not StartCount.GIVEN:
        return "no number of paths is told for a start that has one"
    if root_count is not None and tracked != root_count:
        return f"{tracked} paths are told, for a start that has {root_count}"
    least = least_root_count(land, count)
    if isinstance(root_count, int) and root_count < least:
        return f"{root_count} paths are told for a start that has {least}"
    return None
