"""What the kinds of tables hand over to be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from homotopy.tables.format.cells import Column, Value
from homotopy.tables.format.description import Completeness, ModelEntry
from homotopy.tables.stored_solutions import Seeds

MAX_NOTES = 1 << 27  # bytes of what a build keeps for its next run


@dataclass(frozen=True, slots=True)
class Part:
    """Rows with their columns and certificates, and what is said about them.

    Parameters
    ----------
    columns : sequence of Column
    key : sequence of str
        Names of the columns that name a row.
    rows : list of tuples of values
    seeds : list of Seeds
    models : list of ModelEntry
        Of a table of samples.
    seconds : float
        Working time.
    engines : list of str
    reliability : str
    completeness : Completeness
    """

    columns: Sequence[Column]
    key: Sequence[str]
    rows: list[tuple[Value, ...]]
    seeds: list[Seeds]
    models: list[ModelEntry]
    seconds: float
    engines: list[str]
    reliability: str
    completeness: Completeness
