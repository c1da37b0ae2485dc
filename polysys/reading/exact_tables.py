"""Tables of exact numbers from files: decimals and fractions in rows of a text, doubles and integers in a .npy file."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.errors import FileError, InputError
from polysys.reading.files import FilePath, read_bytes, read_text, shown_path
from polysys.reading.rationals import as_rational, as_rational_array

MAX_TABLE = 20_000_000  # bytes of text
_MAX_ARRAY = 1 << 28  # bytes of a .npy file
_CSV = "Give the path of a comma-separated text file with one row a line."
_SUFFIXES = (".csv", ".txt", ".npy")
_MAGIC = b"\x93NUMPY"
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_QUOTED = re.compile('"[^"]*"')
_MISSING = ("nan", "inf", "infinity", "na", "n/a", "null", "none")  # data, though not usable

Line = tuple[int, list[Fraction]]


def is_table(name: str) -> bool:
    """Whether a text ends as the name of a file of numbers does."""
    return name.lower().endswith(_SUFFIXES)


def path_text(name: Any) -> str:
    """A word, or the path of a file, as text.

    Raises
    ------
    TypeError
    """
    if not isinstance(name, str | os.PathLike):
        raise TypeError(
            f"The couplings are a {type(name).__name__}, no text: give a word or the path of a .csv or .npy file."
        )
    return os.fspath(name)


def exact_rows(path: FilePath) -> list[list[Fraction]]:
    """The rows of a comma-separated file, all of one length; decimals are read exactly.

    The columns stand between commas, semicolons or tabs. A first row of names, none of which begins with a digit or could be meant
    as a number, is a header; empty rows and rows starting with # are skipped.

    Raises
    ------
    FileError
        With the line number.
    """
    lines = _lines(path)
    for line, row in lines:
        if len(row) != len(lines[0][1]):
            raise FileError(
                f"Line {line} of {shown_path(path)} has {len(row)} columns, the first has {len(lines[0][1])}.",
                "Give every row the same number of columns, separated by commas.",
            )
    return [row for _, row in _exact(lines, path)]


def exact_matrix(path: FilePath) -> Any:
    """A matrix from a .npy file or from the rows of a text, as an object array of Fraction.

    Raises
    ------
    FileError, InputError
    """
    content = read_bytes(path, _MAX_ARRAY)
    if not content.startswith(_MAGIC):
        return np.array(exact_rows(path), dtype=object)
    return as_rational_array(npy_array(content, shown_path(path)), (None, None), f"The array in {shown_path(path)}")


def exact_tensors(path: FilePath, shapes: Sequence[tuple[int, ...]]) -> list[dict[tuple[int, ...], Fraction]]:
    """Tensors of given shapes: a .npy file holds a single one, each row of a text an entry, its indices from 1 and its value.

    Parameters
    ----------
    path : str or Path
    shapes : sequence of tuple of int
        With different numbers of indices, which tell to which tensor a row of a text belongs.

    Returns
    -------
    list of dict from indices (from 0) to Fraction
        Entries that are not given are left out.

    Raises
    ------
    FileError, InputError
        Naming the line or the entry.
    """
    content, name = read_bytes(path, _MAX_ARRAY), shown_path(path)
    if content.startswith(_MAGIC):
        if len(shapes) > 1:
            raise InputError(f"{name} holds one array, and {len(shapes)} tensors are needed.", "Give a .csv file.")
        (shape,), array = shapes, npy_array(content, name)
        exact = as_rational_array(array, shape, f"The array in {name}")
        return [{k: exact[k] for k in product(*map(range, shape)) if exact[k]}]
    found: dict[int, dict[tuple[int, ...], Fraction]] = {len(shape): {} for shape in shapes}
    sizes = {len(shape): shape for shape in shapes}
    for line, row in _exact(_lines(path), path):
        *indices, value = row
        order = len(indices)
        if order not in sizes:
            wanted = " or ".join(str(k + 1) for k in sizes)
            raise FileError(
                f"Line {line} of {name} has {len(row)} numbers, not {wanted}.",
                "Give the indices of an entry and its value.",
            )
        place = tuple(int(i) - 1 for i in indices)
        if any(i != k + 1 or not 0 <= k < n for i, k, n in zip(indices, place, sizes[order], strict=True)):
            sizes_shown = " x ".join(map(str, sizes[order]))
            raise FileError(
                f"Line {line} of {name} has indices ({', '.join(map(str, indices))}), which a tensor {sizes_shown} lacks.",
                "Count them from 1.",
            )
        if place in found[order]:
            raise FileError(
                f"Line {line} of {name} gives the entry ({', '.join(map(str, indices))}) again.",
                "Give each entry once.",
            )
        found[order][place] = value
    return [found[len(shape)] for shape in shapes]


def npy_array(content: bytes, name: str) -> npt.NDArray[Any]:
    """The array of real numbers in the bytes of a .npy file.

    Raises
    ------
    FileError
        If it cannot be read, or holds anything else.
    """
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, OSError, EOFError, MemoryError) as error:
        raise FileError(
            f"The file '{name}' is no array that can be read.", "Write it with numpy.save, as doubles."
        ) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        raise FileError(
            f"The file '{name}' holds no real numbers but {array.dtype}.", "Write it with numpy.save, as doubles."
        )
    return array


def _lines(path: FilePath) -> list[tuple[int, list[str]]]:
    """The rows with their line numbers, without a header."""
    shown, text = shown_path(path), read_text(path, MAX_TABLE)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_separator(text, shown), skipinitialspace=True, strict=True
    )
    try:
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row) and row[0][:1] != "#"]
    except csv.Error as error:
        raise FileError(f"The file {shown!r} cannot be read ({error}).", _CSV) from None
    if lines and not any(_may_be_number(cell) for cell in lines[0][1]):
        del lines[0]  # the names of the columns
    if not lines:
        raise FileError(f"The file {shown} has no data.", _CSV)
    return lines


def _exact(lines: Sequence[tuple[int, list[str]]], path: FilePath) -> list[Line]:
    shown = shown_path(path)
    return [
        (line, [_number(cell, f"Line {line}, column {k} of {shown}") for k, cell in enumerate(row, 1)])
        for line, row in lines
    ]


def _separator(text: str, shown: str) -> str:
    """What stands between the columns: a comma, a semicolon or a tab."""
    bare = "\n".join(line for line in _QUOTED.sub("", text).split("\n") if not line.startswith("#"))
    found = [c for c in _SEPARATORS if c in bare]
    if len(found) > 1:
        raise FileError(
            f"The file {shown} has {' and '.join(_SEPARATORS[c] for c in found)} between its numbers or in them.",
            "Use one of them, between the columns, and a point in decimals.",
        )
    return found[0] if found else ","


def _number(cell: str, where: str) -> Fraction:
    try:
        return as_rational(cell)
    except InputError as error:
        columns = "Columns stand between commas, semicolons or tabs, not blanks. " if " " in cell else ""
        raise FileError(
            f"{where}: {error.what}", f"{columns}Every entry must be a finite number, such as -0.5, 1e-3 or 1/3."
        ) from None


def _may_be_number(cell: str) -> bool:
    """Whether somebody could have meant a number, readable or not; a name of a column begins with a letter."""
    first = next((ch for ch in cell if ch.isalnum()), "")
    return first.isnumeric() or cell.strip().lower().lstrip("+-") in _MISSING
