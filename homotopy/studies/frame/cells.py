"""Numbers as cells of a study's tables."""

from __future__ import annotations

from math import isfinite

from homotopy.studies.frame.report import Cell
from homotopy.studies.frame.trends import Level


def finite(value: float) -> Cell:
    """The number, or an empty cell where there is none.

    Examples
    --------
    >>> finite(0.5), finite(float("nan")), finite(float("inf"))
    (0.5, None, None)
    """
    return value if isfinite(value) else None


def level_cells(name: str, level: Level | None) -> dict[str, Cell]:
    """A number and its standard error in two columns, both empty where there is none.

    Examples
    --------
    >>> level_cells("points", None)
    {'points': None, 'points error': None}
    """
    return {name: None if level is None else level.value, f"{name} error": None if level is None else level.error}
