"""Columns of a table and the cells of rows.csv: five types, each with one way to write a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite
from typing import Annotated, Any, Literal

import msgspec

ColumnType = Literal["text", "integer", "integers", "decimal", "decimals"]
Rigor = Literal["name", "proved", "certified", "numerical", "literature", "row"]
Value = str | int | float | tuple[int, ...] | tuple[float, ...] | None

RIGOR: dict[str, str] = {
    "name": "says which row or which computation it is; claims nothing",
    "proved": "a theorem, or exact arithmetic",
    "certified": "an interval proof on the exact system",
    "numerical": "floating-point evidence, such as agreeing runs",
    "literature": "copied from the publication named",
    "row": "as the column rigor says, row by row",
}


class Column(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A column: its name, its type, what it means, and how sure its values are."""

    name: str
    type: Annotated[
        ColumnType,
        msgspec.Meta(description="integers and decimals are lists, written with spaces between; an empty cell is a missing value."),
    ]
    meaning: str
    rigor: Rigor


PYTHON_TYPES: dict[str, Any] = {
    "text": str,
    "integer": int,
    "integers": tuple[int, ...],
    "decimal": float,
    "decimals": tuple[float, ...],
}
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,999}")
_DECIMAL = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:e[-+]?[0-9]{1,3})?")


def write_cell(value: Value) -> str:
    """The text of a value; empty for a missing one."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return " ".join(map(write_cell, value))
    return value if isinstance(value, str) else repr(value)


def read_cell(text: str, kind: ColumnType) -> Value:
    """The value in a cell.

    Raises
    ------
    ValueError
        If the text is not one of the type, written as :func:`write_cell` writes it.

    Examples
    --------
    >>> read_cell("2 5 2", "integers"), read_cell("", "integer"), read_cell("-1.25", "decimal")
    ((2, 5, 2), None, -1.25)
    """
    if not text:
        return None
    if kind == "text":
        return text
    if kind == "integer":
        return _integer(text)
    if kind == "decimal":
        return _decimal(text)
    parts = text.split(" ")
    return tuple(map(_integer, parts)) if kind == "integers" else tuple(map(_decimal, parts))


def _integer(text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise ValueError(f"{text[:40]!r} is no whole number")
    return int(text)


def _decimal(text: str) -> float:
    value = float(text) if _DECIMAL.fullmatch(text) else float("nan")
    if not isfinite(value) or repr(value) != text:
        raise ValueError(f"{text[:40]!r} is no decimal number in its shortest form")
    return value


def row_type(columns: Sequence[Column]) -> type:
    """The frozen record type of the rows: one attribute a column."""
    fields = [(c.name, PYTHON_TYPES[c.type] | None) for c in columns]
    return msgspec.defstruct("Row", fields, frozen=True)
