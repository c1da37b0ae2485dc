"""A table's folder: read with every check that makes its numbers trustworthy, written atomically file by file."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from homotopy.common.files import write_atomically
from homotopy.errors import StoreWriteError, TableError
from homotopy.tables.format.cells import Column, Value, read_cell, row_type, write_cell
from homotopy.tables.format.description import FORMAT, TABLE, VERSION, FileEntry, TableFile, content_digest, sealed
from polysys.errors import FileError
from polysys.reading import files as input_files

_MAX_BYTES = 1 << 26
_MAX_UNPACKED = 1 << 26
_AGAIN = "Fetch it again, or build it again with the command in its README."


def read_description(folder: Path) -> TableFile:
    """The members of table.json, after its digest and its shape were checked.

    Raises
    ------
    TableError
        If it is missing, truncated, altered, foreign, of a newer format, or lacks a member.
    """
    path = folder / TABLE
    try:
        data = read_bytes(path)
        input_files.check_json(data, str(path))
        content = msgspec.json.decode(data)
    except FileError as error:
        raise TableError(error.what, _AGAIN) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise TableError(f"{path} is no complete JSON ({error}).", _AGAIN) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise TableError(f"{path} does not describe a table.", "Give the folder of a table.")
    number = content.get("version")
    if type(number) is not int or number < 1:
        raise TableError(f"{path} has no format version.", _AGAIN)
    if number != VERSION:
        raise TableError(f"{path} has format version {number}, this program reads {VERSION}.", "Upgrade stationary-points.")
    if content.get("sha256") != content_digest(content):
        raise TableError(f"{path} was altered: its content does not match its sha256.", _AGAIN)
    return as_description(content, path)


def as_description(content: dict[str, Any], path: Path) -> TableFile:
    """Decoded members as typed ones."""
    try:
        table = msgspec.convert(content, TableFile)
    except msgspec.ValidationError as error:
        raise TableError(f"{path} has a wrong member ({error}).", _AGAIN) from error
    names = [c.name for c in table.columns]
    if len(set(names)) < len(names):
        raise TableError(f"{path} names a column twice.", _AGAIN)
    if any(not Path(name).name == name or name == TABLE for name in table.files):
        raise TableError(f"{path} names a file outside of its folder.", _AGAIN)
    return table


def read_bytes(path: Path) -> bytes:
    """The content of a file of a table."""
    try:
        return input_files.read_bytes(path, _MAX_BYTES)
    except FileError as error:
        raise TableError(error.what, "Give the label or the folder of a table.") from error


def read_checked(folder: Path, table: TableFile, name: str) -> bytes:
    """The content of one of the table's files, after its checksum was compared."""
    if name not in table.files:
        raise TableError(f"{folder / TABLE} does not list {name}.", _AGAIN)
    data = read_bytes(folder / name)
    if sha256(data).hexdigest() != table.files[name].sha256:
        raise TableError(f"{folder / name} was altered or is damaged: its sha256 is not the one in {TABLE}.", _AGAIN)
    return data


def parse_rows(data: bytes, columns: Sequence[Column], key: Sequence[str], path: Path) -> tuple[Any, ...]:
    """The rows of a rows.csv as frozen records; each cell is of its column's type, and no key occurs twice.

    Raises
    ------
    TableError
        Naming the line.
    """
    try:
        lines = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
        header = next(lines, [])
        texts = list(lines)
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path} is not a CSV file ({error}).", _AGAIN) from error
    names = [c.name for c in columns]
    if header != names:
        wrong = [f"lacks the column {n!r}" for n in names if n not in header]
        wrong += [f"has an unknown column {n[:40]!r}" for n in header if n not in names]
        raise TableError(f"{path} {wrong[0] if wrong else 'has its columns in another order'}.", _AGAIN)
    make, places = row_type(columns), [names.index(k) for k in key]
    seen: set[tuple[Value, ...]] = set()
    rows = []
    for number, cells in enumerate(texts, 2):
        if len(cells) != len(columns):
            raise TableError(f"Line {number} of {path} has {len(cells)} cells instead of {len(columns)}.", _AGAIN)
        try:
            values = [read_cell(cell, column.type) for cell, column in zip(cells, columns, strict=True)]
        except ValueError as error:
            raise TableError(f"Line {number} of {path} has a wrong cell: {error}.", _AGAIN) from error
        name = tuple(values[place] for place in places)
        if name in seen:
            raise TableError(f"Line {number} of {path} repeats the row {', '.join(map(str, name))}.", _AGAIN)
        seen.add(name)
        rows.append(make(*values))
    return tuple(rows)


def write_rows(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> bytes:
    """The bytes of rows.csv."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([c.name for c in columns])
    writer.writerows([write_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def parse_lines(data: bytes, path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped file of JSON lines.

    Raises
    ------
    TableError
        If it is truncated or not what its name says.
    """
    try:
        text = input_files.as_text(input_files.gunzip(data, str(path), _MAX_UNPACKED), path)
        for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
            content = input_files.parse_json(line, f"Line {number} of {path}")
            if not isinstance(content, dict):
                raise FileError(f"Line {number} of {path} is truncated or damaged (it is no object).", _AGAIN)
            yield content
    except FileError as error:
        raise TableError(error.what, _AGAIN) from error


def write_lines(objects: Iterable[Any]) -> bytes:
    """The bytes of a gzipped file of JSON lines; the same for the same objects."""
    text = b"".join(msgspec.json.encode(o) + b"\n" for o in objects)
    return gzip.compress(text, 9, mtime=0)


def write_folder(folder: Path, table: TableFile, files: dict[str, bytes]) -> TableFile:
    """Write all files of a table, table.json last; returns its description with all checksums.

    Raises
    ------
    TableError
        If the folder cannot be written.
    """
    entries = {name: FileEntry(sha256(data).hexdigest(), len(data)) for name, data in sorted(files.items())}
    finished = sealed(msgspec.structs.replace(table, files=entries))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_atomically(folder / name, data)
        write_atomically(folder / TABLE, as_json(finished))
    except StoreWriteError as error:
        raise TableError(error.what, error.way_out) from error
    except OSError as error:
        raise TableError(f"{folder} cannot be written ({error.strerror}).", "Choose another place.") from error
    return finished


def as_json(content: Any) -> bytes:
    """An object as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(content), indent=1) + b"\n"
