"""Numbers in rows from a .npy file or a text file, as other programs write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from homotopy.common.arrays import Floats
from polysys.errors import InputError
from polysys.reading.exact_tables import npy_array
from polysys.reading.files import as_text, read_bytes, shown_path

_MAX_BYTES = 1 << 28
_WAY_OUT = "Give a .npy file of real numbers, or a text file with numbers in rows, separated by commas, semicolons or blanks."


def read_numbers(path: str | Path, names: Sequence[str] = ()) -> Floats:
    """An array of doubles from a .npy file, or from rows of text; a first row that holds no number is a header.

    Parameters
    ----------
    path : str or Path
    names : sequence of str
        Of columns: where the header has all of them, these are read, in this order, and others are left alone.

    Raises
    ------
    InputError
        Naming the row that cannot be read.
    """
    content, name = read_bytes(path, _MAX_BYTES), shown_path(path)
    if content.startswith(b"\x93NUMPY"):
        return np.asarray(npy_array(content, name), dtype=float)
    rows: list[list[float]] = []
    lines = as_text(content, path).splitlines()
    named = _named_columns(lines, names)
    for number, line in enumerate(lines, 1):
        if named is not None:
            cells = _chosen(line, *named)
        else:
            cells = [cell for cell in re.split(r"[,;\s]+", line.partition("#")[0].strip()) if cell]
        values = [_number(cell) for cell in cells]
        if not cells or (not rows and all(v is None for v in values)):
            continue
        known = [v for v in values if v is not None]
        if len(known) < len(values) or (rows and len(known) != len(rows[0])):
            raise InputError(f"Row {number} of '{name}' cannot be read as {len(rows[0]) if rows else 'a row of'} numbers.", _WAY_OUT)
        rows.append(known)
    if not rows:
        raise InputError(f"The file '{name}' holds no numbers.", _WAY_OUT)
    return np.array(rows, dtype=float)


def _named_columns(lines: Sequence[str], names: Sequence[str]) -> tuple[str | None, list[int]] | None:
    """What separates cells, and the places of the named columns; None where the first line that says anything is no header with all of them."""
    header = next((line for line in lines if line.partition("#")[0].strip()), "")
    separator = next((mark for mark in ",;" if mark in header), None)
    found = [cell.strip(' "') for cell in header.split(separator)]
    return (separator, [found.index(name) for name in names]) if names and set(names) <= set(found) else None


def _chosen(line: str, separator: str | None, places: Sequence[int]) -> list[str]:
    """The cells of a line at some places; a place that it has not is an empty cell, which is no number. None of a line that says nothing."""
    said = line.partition("#")[0].strip()
    cells = [cell.strip(' "') for cell in said.split(separator)]
    return [cells[k] if k < len(cells) else "" for k in places] if said else []


def _number(cell: str) -> float | None:
    try:
        return float(cell) if cell.isascii() and "_" not in cell else None
    except ValueError:
        return None
