"""How two tables differ: in what they are, in their columns, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.tables.table import ReferenceTable

_IGNORED = ("sha256", "files", "seconds", "models", "columns", "n_rows", "n_certificates")
_SHOWN = 10


@dataclass(frozen=True, slots=True, repr=False)
class TableDiff(Shown):
    """Differences between two tables, `a` and `b`.

    Parameters
    ----------
    a, b : str
        Where they are.
    members : tuple of (str, str, str)
        Name of a member of table.json, and its values.
    columns : tuple of str
        Columns that only one has.
    only_a, only_b : tuple of keys
        Rows that only one has.
    changed : tuple of (key, column, value in a, value in b)
        Cells of rows that both have, of columns that both have.
    """

    a: str
    b: str
    members: tuple[tuple[str, str, str], ...]
    columns: tuple[str, ...]
    only_a: tuple[Any, ...]
    only_b: tuple[Any, ...]
    changed: tuple[tuple[Any, str, Any, Any], ...]

    @property
    def is_empty(self) -> bool:
        """Whether rows and columns are the same; versions and texts may differ."""
        return not (self.columns or self.only_a or self.only_b or self.changed)

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "a": self.a,
            "b": self.b,
            "same_rows": self.is_empty,
            "members": [list(m) for m in self.members],
            "columns": list(self.columns),
            "only_a": [list(key) for key in self.only_a],
            "only_b": [list(key) for key in self.only_b],
            "changed": [{"row": list(key), "column": c, "a": x, "b": y} for key, c, x, y in self.changed],
        }

    def _sheet(self) -> Sheet:
        lines = [f"{name}: {x[:60]} | {y[:60]}" for name, x, y in self.members]
        if self.columns:
            lines.append(f"columns that only one has: {', '.join(self.columns)}")
        for name, keys in (("first", self.only_a), ("second", self.only_b)):
            if keys:
                lines.append(f"{len(keys)} rows only in the {name}, such as {', '.join(map(str, keys[0]))}")
        for key, column, x, y in self.changed[:_SHOWN]:
            lines.append(f"{', '.join(map(str, key))}: {column} is {x} | {y}")
        if len(self.changed) > _SHOWN:
            lines.append(f"{len(self.changed) - _SHOWN} more cells differ")
        title = f"{self.a} and {self.b}: {'the same rows' if self.is_empty else 'different rows'}"
        return Sheet(title, tuple(Line("", text) for text in lines))


def diff(a: ReferenceTable, b: ReferenceTable) -> TableDiff:
    """The differences between two tables."""
    first, second = msgspec.to_builtins(a.description), msgspec.to_builtins(b.description)
    members = tuple(
        (name, str(first.get(name)), str(second.get(name)))
        for name in first
        if name not in _IGNORED and first.get(name) != second.get(name)
    )
    shared = [c for c in a.columns if c in b.columns]
    columns = tuple(c for c in (*a.columns, *b.columns) if c not in shared)
    rows_a, rows_b = ({t.key_of(r): r for r in t.rows} for t in (a, b))
    changed = tuple(
        (key, c, getattr(row, c), getattr(rows_b[key], c))
        for key, row in rows_a.items()
        if key in rows_b
        for c in shared
        if getattr(row, c) != getattr(rows_b[key], c)
    )
    only_a = tuple(key for key in rows_a if key not in rows_b)
    only_b = tuple(key for key in rows_b if key not in rows_a)
    return TableDiff(str(a.folder), str(b.folder), members, columns, only_a, only_b, changed)
