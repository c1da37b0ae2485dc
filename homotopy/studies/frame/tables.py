"""Tables of a study: what a cell holds, and how a table is written as CSV, as Markdown and as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from homotopy.common.spreadsheets import guarded
from homotopy.studies.frame.trends import Level
from polysys.errors import InputError

Cell = str | int | float | bool | None
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_MAX_PRINTED = 80  # characters of a cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report.

    Parameters
    ----------
    name : str
        Of its CSV file: lower-case letters, digits and hyphens.
    caption : str
        One sentence: what a row is, and how the numbers were obtained (exact, certified, numerical, predicted).
    columns : tuple of str
        With units where there are some.
    rows : tuple of tuples, as long as `columns`
        Text, numbers, or None where there is nothing to say.

    Raises
    ------
    InputError
        For rows of another length, names that repeat, or a name that is no file name.

    Examples
    --------
    >>> Table.of("counts", "Counts.", [{"a": 1}, {"a": 2, "b": 0.5}]).rows
    ((1, None), (2, 0.5))
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(f"A table cannot be called {self.name!r}.", "Use lower-case letters, digits and hyphens.")
        if len(set(self.columns)) != len(self.columns):
            raise InputError(f"Two columns of the table {self.name} have one name.", "Rename one.")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise InputError(f"A row of the table {self.name} has not {len(self.columns)} cells.", "Fill it with None.")

    @classmethod
    def of(cls, name: str, caption: str, records: Sequence[Mapping[str, Cell]]) -> Table:
        """A table of records, one a row; a key that a record lacks is None there."""
        columns = tuple(dict.fromkeys(key for record in records for key in record))
        return cls(name, caption, columns, tuple(tuple(record.get(key) for key in columns) for record in records))

    def to_csv(self) -> str:
        """The table as CSV; numbers with twelve digits, so that the same study gives the same bytes."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([guarded(_exact(cell)) for cell in row] for row in self.rows)
        return buffer.getvalue()

    def to_markdown(self) -> str:
        """The table as Markdown; numbers with four digits."""
        lines = [self.columns, tuple("---" for _ in self.columns), *([_short(c) for c in row] for row in self.rows)]
        return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in line) + " |" for line in lines)

    def to_text(self) -> str:
        """The table in aligned columns, the first to the left."""
        lines = [self.columns, *(tuple(_short(c)[:_MAX_PRINTED] for c in row) for row in self.rows)]
        widths = [max(len(line[k]) for line in lines) for k in range(len(self.columns))]
        return "\n".join(
            "  ".join(
                c.rjust(w) if k else c.ljust(w) for k, (c, w) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in lines
        )


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


def plain(cell: Cell) -> Cell:
    """What JSON can hold: no infinities, and whole numbers beyond 2^53 as text."""
    if isinstance(cell, float) and not isfinite(cell):
        return None
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) > 2**53:
        return str(cell)
    return cell


def _exact(cell: Cell) -> str:
    if cell is None:
        return ""
    return format(cell, ".12g") if isinstance(cell, float) else str(cell)


def _short(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return str(cell) if abs(cell) < 10**15 else f"{cell:.4e}"
    return format(cell, ".4g") if isinstance(cell, float) else cell
