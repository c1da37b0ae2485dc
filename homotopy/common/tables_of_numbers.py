"""Numbers in rows from a .npy file or a text file, as other programs write them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from homotopy.common.arrays import Floats
from polysys.errors import InputError
from polysys.reading.exact_tables import npy_array
from polysys.reading.files import as_text, read_bytes, shown_path

_MAX_BYTES = 1 << 28
_WAY_OUT = "Give a .npy file of real numbers, or a text file with numbers in rows, separated by commas, semicolons or blanks."


def read_numbers(path: str | Path) -> Floats:
    """An array of doubles from a .npy file, or from rows of text; a first row that holds no number is a header.

    Raises
    ------
    InputError
        Naming the row that cannot be read.
    """
    content, name = read_bytes(path, _MAX_BYTES), shown_path(path)
    if content.startswith(b"\x93NUMPY"):
        return np.asarray(npy_array(content, name), dtype=float)
    rows: list[list[float]] = []
    for number, line in enumerate(as_text(content, path).splitlines(), 1):
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


def _number(cell: str) -> float | None:
    try:
        return float(cell) if cell.isascii() and "_" not in cell else None
    except ValueError:
        return None
