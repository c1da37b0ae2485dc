"""Solutions in the files of other programs, read: Bertini, PHCpack, HomotopyContinuation.jl, JSON, numpy, CSV."""

from __future__ import annotations

import csv
import io
import re
import tokenize
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.errors import FileError, InputError
from polysys.reading.files import as_text, check_json, escaped, parse_json, read_bytes, shown_path

MAX_BYTES = 1 << 27
_REAL = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eEdD][+-]?[0-9]+)?|[+-]?(?:nan|inf|NaN|Inf|NAN|INF)[A-Za-z*]*"
_PAIR = re.compile(rf"\s*({_REAL})[ \t]+({_REAL})\s*;?\s*")
_COORDINATE = re.compile(rf"\s*([A-Za-z_][\w\[\]]*)\s*:\s*({_REAL})\s+({_REAL})\s*")
_MAIN_DATA = "Number of variables:"
_PHC_SOLUTION = re.compile(r"^\s*solution\s+[0-9]+\s*:.*$", re.MULTILINE)
_PHC_HEAD = re.compile(r"^[ \t]*([0-9]{1,9})[ \t]+[0-9]{1,9}[ \t]*$", re.MULTILINE)  # numbers of solutions and of unknowns
# What numpy, zipfile, csv and a conversion raise for damaged data.
_UNREADABLE = (
    ValueError, LookupError, TypeError, ArithmeticError, EOFError, SyntaxError, NotImplementedError, MemoryError,
    csv.Error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_WAY_OUT = "Give a list as Bertini, PHCpack or HomotopyContinuation.jl write it, JSON, .npy, .npz or CSV."


@dataclass(frozen=True, slots=True, eq=False)
class SolutionList:
    """Points from a file, in the order of the file.

    Parameters
    ----------
    points : complex array (m, n)
        nan where the file has no number.
    names : tuple of str or None
        Of the unknowns, where the file names them.
    form : str
        What kind of file it was.
    """

    points: npt.NDArray[np.complex128]
    names: tuple[str, ...] | None
    form: str

    def ordered(self, variables: Sequence[str]) -> npt.NDArray[np.complex128]:
        """The points with their coordinates in the order of `variables`.

        Names that are not those of the variables stand for them by their numbers (x1, x2, ..) or, without numbers, in the order of the file.
        """
        if self.names is None or len(self.names) != len(variables):
            return self.points
        if set(self.names) == set(variables):
            return self.points[:, [self.names.index(v) for v in variables]]
        numbers = [re.search(r"([0-9]+)\]?$", name) for name in self.names]
        if all(numbers):
            order = np.argsort([int(m[1]) for m in numbers if m is not None], kind="stable")
            return self.points[:, order]
        return self.points

    def __len__(self) -> int:
        return len(self.points)

    def __repr__(self) -> str:
        names = "" if self.names is None else f" ({', '.join(self.names)})"
        return f"SolutionList: {self.points.shape[0]} points of {self.points.shape[1]} coordinates{names}, {self.form}"


def read_solutions(path: str | Path) -> SolutionList:
    """Read the solutions that another program wrote.

    Parameters
    ----------
    path : str or Path
        Bertini's ``main_data`` or its lists (``nonsingular_solutions``, ``real_finite_solutions``, ``finite_solutions``, ``start``);
        PHCpack's lists of solutions (the last one of a file; ``phc -b`` appends it to its input); HomotopyContinuation.jl's ``write_solutions``; JSON (lists of numbers, of pairs or of
        ``{"re": .., "im": ..}``, or what ``stationary solve`` writes); numpy's .npy and .npz; CSV with or without a header. The ending decides
        on .npy, .npz, .json and .csv, the content on the rest.

    Returns
    -------
    SolutionList

    Raises
    ------
    FileError
        If the file cannot be read, is too large, or holds no such list.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "nonsingular_solutions").write_text("2\\n\\n1.0 0.0\\n2.0 0.5\\n\\n-1.0 0.0\\n-2.0 0.5\\n\\n")
    ...     read_solutions(folder + "/nonsingular_solutions")
    SolutionList: 2 points of 2 coordinates, a list as Bertini and HomotopyContinuation.jl write it
    """
    data, where = read_bytes(path, MAX_BYTES), f"The file '{shown_path(path)}'"
    ending = Path(path).suffix.lower()
    try:
        if ending in (".npy", ".npz"):
            return _from_numpy(data)
        text = as_text(data, path)
        if ending == ".json":
            check_json(data, where)
            return _from_json(parse_json(text, where))
        if ending == ".csv":
            return _from_csv(text)
        if _MAIN_DATA in text[:2000]:
            return _from_main_data(text)
        if "THE SOLUTIONS" in text or _PHC_SOLUTION.search(text):
            return _from_phcpack(text)
        return _from_bertini_list(text)
    except FileError:
        raise
    except InputError as error:
        raise FileError(f"{where} holds no list of solutions: {error.what}", error.way_out) from error
    except _UNREADABLE as error:
        raise FileError(f"{where} holds no list of solutions ({escaped(str(error))[:100]}).", _WAY_OUT) from error


def as_points(points: Any, variables: Sequence[str]) -> npt.NDArray[np.complex128]:
    """An array (m, n) of somebody's points; one point, an empty list, and a list of solutions that was read are taken too.

    Raises
    ------
    InputError
        If there are no numbers.
    """
    if isinstance(points, SolutionList):
        return points.ordered(variables)
    try:
        array = np.asarray(points, dtype=np.complex128)
    except (TypeError, ValueError) as error:
        raise InputError(
            "The points are no array of numbers.", "Give an array (m, n), or what ho.read_solutions reads."
        ) from error
    if array.ndim == 1 and array.size:
        array = array[None, :]
    if not array.size:
        return np.zeros((0, len(variables)), np.complex128)
    if array.ndim != 2:
        raise InputError(f"The points are an array of {array.ndim} dimensions.", "Give an array (m, n).")
    return array


def _table(rows: Iterable[Sequence[complex]], names: tuple[str, ...] | None, form: str) -> SolutionList:
    listed = [list(row) for row in rows]
    widths = {len(row) for row in listed}
    if len(widths) > 1:
        raise InputError(f"there are points of {min(widths)} and of {max(widths)} coordinates.", _WAY_OUT)
    points = np.array(listed, np.complex128).reshape(len(listed), widths.pop() if widths else len(names or ()))
    if listed and not points.shape[1]:
        raise InputError("its points have no coordinates.", _WAY_OUT)
    return SolutionList(points, names, form)


def _number(text: str) -> float:
    """A real number as C, Fortran or Ada print it; nan for what is none, such as asterisks."""
    try:
        return float(text.replace("D", "e").replace("d", "e"))
    except ValueError:
        return float("nan")


def _pairs(lines: Iterable[str]) -> list[complex]:
    return [complex(_number(m[1]), _number(m[2])) for line in lines if (m := _PAIR.fullmatch(line)) is not None]


def _from_bertini_list(text: str) -> SolutionList:
    first, _, rest = text.strip().partition("\n")
    if not first.strip().isdigit():
        raise InputError("its first line is no number of solutions.", _WAY_OUT)
    blocks = [block for block in re.split(r"\n[ \t]*\n", rest) if block.strip()]
    if any(_PAIR.fullmatch(line) is None for block in blocks for line in block.strip().splitlines()):
        raise InputError("a line holds no real and imaginary part.", _WAY_OUT)
    n = int(first)
    if len(blocks) != n and blocks:  # without empty lines between the solutions
        values = [line for block in blocks for line in block.strip().splitlines()]
        if len(blocks) > 1 or not n or len(values) % n:
            raise InputError(
                f"it announces {n} solutions and holds {len(blocks)}.", "The file may be truncated: write it again."
            )
        size = len(values) // n
        blocks = ["\n".join(values[k * size : (k + 1) * size]) for k in range(n)]
    if len(blocks) != n:
        raise InputError(
            f"it announces {n} solutions and holds {len(blocks)}.", "The file may be truncated: write it again."
        )
    form = "a list as Bertini and HomotopyContinuation.jl write it"
    return _table((_pairs(block.strip().splitlines()) for block in blocks), None, form)


def _from_main_data(text: str) -> SolutionList:
    lines = text.splitlines()
    stated = [line.partition(":")[2] for line in lines if line.startswith(_MAIN_DATA)]
    if not stated:
        raise InputError("its number of variables is not stated.", _WAY_OUT)
    n = int(stated[0])
    listed = next((line.partition(":")[2].split() for line in lines if line.startswith("Variables:")), [])
    names = tuple(listed) if len(listed) == n else None
    rows: list[list[complex]] = []
    for line in lines:
        if re.match(r"Solution [0-9]+ ", line):
            rows.append([])
        elif rows and len(rows[-1]) < n:
            rows[-1] += _pairs([line])
    if any(len(row) != n for row in rows):
        raise InputError(f"a solution has not {n} coordinates.", "The file may be truncated: write it again.")
    return _table(rows, names, "Bertini's main_data")


def _from_phcpack(text: str) -> SolutionList:
    head, *solutions = _PHC_SOLUTION.split(text.rpartition("THE SOLUTIONS")[2])
    announced = _PHC_HEAD.search(head)
    if announced is not None and int(announced[1]) != len(solutions):
        raise InputError(f"it announces {int(announced[1])} solutions and holds {len(solutions)}.", "The file may be truncated: write it again.")
    rows: list[list[complex]] = []
    names: tuple[str, ...] | None = None
    for solution in solutions:
        body = solution.partition("the solution for t")[2].partition("== err")[0]
        found = {
            m[1]: complex(_number(m[2]), _number(m[3]))
            for line in body.splitlines()
            if (m := _COORDINATE.fullmatch(line)) is not None
        }
        names = tuple(found) if names is None else names
        if set(found) != set(names) or not names:
            raise InputError(
                "a solution has other coordinates than the first.", "The file may be truncated: write it again."
            )
        rows.append([found[name] for name in names])
    return _table(rows, names, "PHCpack's list")


def _from_json(content: Any) -> SolutionList:
    names = None
    if isinstance(content, dict):  # as 'stationary solve --json' and '--save' write it
        names = content.get("variables") or content.get("unknowns")
        content = content["solutions"]
        names = None if names is None else tuple(map(str, names))
    if not isinstance(content, list):
        raise InputError("its JSON is no list.", _WAY_OUT)
    return _table((_json_row(row) for row in content), names, "JSON")


def _json_row(row: Any) -> list[complex]:
    if isinstance(row, dict) and "re" in row and "im" in row:
        return [complex(float(re_), float(im)) for re_, im in zip(row["re"], row["im"], strict=True)]
    if not isinstance(row, list):
        raise InputError("a solution in its JSON is no list of numbers.", _WAY_OUT)
    return [_json_number(value) for value in row]


def _json_number(value: Any) -> complex:
    if isinstance(value, dict):
        return complex(float(value["re"]), float(value["im"]))
    if isinstance(value, list):
        re_, im = value
        return complex(float(re_), float(im))
    if isinstance(value, str):
        return _complex(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError("a coordinate in its JSON is no number.", _WAY_OUT)
    return complex(value)


def _from_numpy(data: bytes) -> SolutionList:
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(member.file_size for member in packed.infolist()) > MAX_BYTES:
                raise InputError(f"it unpacks to more than {MAX_BYTES >> 20} MiB.", "Give a smaller one.")
    loaded = np.load(io.BytesIO(data), allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        array = loaded
    else:
        with loaded:
            choice = [name for name in ("solutions", "points") if name in loaded.files] or loaded.files
            if len(choice) != 1:
                raise InputError("it has several arrays, and none is called solutions or points.", "Name one so.")
            array = loaded[choice[0]]
    if array.ndim != 2 or array.dtype.kind not in "fciu":
        raise InputError(f"its array of shape {array.shape} is no table of numbers.", "Save an array (m, n).")
    return SolutionList(array.astype(np.complex128), None, "a numpy array")


def _from_csv(text: str) -> SolutionList:
    rows = [
        [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)
    ]
    if not rows:
        raise InputError("it is empty.", _WAY_OUT)
    header = None if all(map(_is_number, rows[0])) else rows[0]
    if header is None:
        return _table(([_complex(cell) for cell in row] for row in rows), None, "CSV")
    pairs = [name[3:] for name in header if name.startswith("re_") and f"im_{name[3:]}" in header]
    body = rows[1:]
    if any(len(row) != len(header) for row in body):
        raise InputError("a row has not as many cells as the header.", "Write it again.")
    if pairs:
        places = [(header.index(f"re_{name}"), header.index(f"im_{name}")) for name in pairs]
        table = ([complex(float(row[a]), float(row[b])) for a, b in places] for row in body)
        return _table(table, tuple(pairs), "CSV")
    names = [name for name in header if name not in _NO_COORDINATES]
    return _table(([_complex(row[header.index(name)]) for name in names] for row in body), tuple(names), "CSV")


def _is_number(cell: str) -> bool:
    """Whether a cell is no name: i and j alone are names."""
    try:
        _complex(cell)
    except InputError:
        return False
    return any(ch.isdigit() for ch in cell)


_NO_COORDINATES = (
    "real",
    "error",
    "index",
    "energy",
    "energy_error",
    "coordinate_error",
    "orbit",
    "solution",
    "is_origin",
    "",
)


def _complex(text: str) -> complex:
    """A complex number as a person or a program writes it: 1.5, 1+2j, 1.0 + 2.0im, -3i.

    Examples
    --------
    >>> _complex("1.5 - 2im"), _complex("i")
    ((1.5-2j), 1j)
    """
    plain = re.sub(r"\s*([+-])\s*", r"\1", text.strip("() ")).replace("+-", "-")
    plain = re.sub(r"\s*\*?\s*(?:im|i|I|J)$", "j", plain) if plain.lower() not in ("inf", "+inf", "-inf") else plain
    try:
        return complex(plain)
    except ValueError as error:
        raise InputError(f"{text[:40]!r} is no number.", _WAY_OUT) from error
