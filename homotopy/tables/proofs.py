"""Rows that no theorem of their family proves, proved by the Hilbert function of their own ideal."""

from __future__ import annotations

from dataclasses import replace

from homotopy.completeness.exact_evidence import hilbert_evidence
from homotopy.completeness.verdict import joined
from homotopy.counting.result import Census
from homotopy.ensembles.record import PROVED, SampleRecord
from homotopy.status import Completeness, Verdict
from polysys.landscape import Landscape


def with_proof(census: Census) -> Census:
    """A census made without paths, with a bound by a Hilbert function where none of its bounds is met."""
    if census.completeness.verdict is not Completeness.UNKNOWN or census.degenerate:
        return census
    piece = hilbert_evidence(census.landscape, len(census.certificates))
    if piece is None or piece.outcome is not Verdict.YES:
        return census
    return replace(census, completeness=joined(census.landscape, census.completeness, [piece]))


def proved_record(record: SampleRecord, land: Landscape) -> SampleRecord:
    """The record of a sample that is supported, as proved where the Hilbert function bounds its solutions by their number.

    An ensemble does not look for such proofs; a table does, and its row states the bound.
    """
    if record.verdict != Completeness.SUPPORTED.value or record.n_degenerate or record.n_complex is None:
        return record
    piece = hilbert_evidence(land, record.n_complex)
    if piece is None or piece.outcome is not Verdict.YES:
        return record
    return replace(record, verdict=Completeness.PROVED.value, reason=PROVED, bound=record.n_complex)
