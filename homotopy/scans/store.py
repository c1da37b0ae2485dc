"""The censuses of a scan on disk: a file for each value, complete or not there at all, and checked when it is read."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from homotopy.common.arrays import Complexes
from homotopy.common.files import is_full, remove_leftovers, require_writable, set_aside, write_atomically, write_error
from homotopy.ensembles.record import SampleRecord
from homotopy.errors import StoreError, StoreWriteError
from polysys.errors import FileError
from polysys.reading.files import parse_json, read_bytes

_FORMAT = "stationary-scan 1"
_MOST_BYTES = 1 << 28
Key = int | str  # the number of a value, or the name of a pair of values
_README = """\
# A scan

Written by `stationary scan`. One file in `values/` for each value of the parameter, or each pair of values of two (named by its place in the grid): the record of its census, as in the records of an ensemble,
and the centres of its certified solutions in the unknowns of its equations (real and imaginary parts). Every file carries the sha256 of its
content, and `scan.json` says what was scanned. Files are written under another name and renamed: one that is there is complete.
"""


@dataclass(frozen=True, eq=False)
class Counted:
    """A census as a scan keeps it.

    Parameters
    ----------
    record : SampleRecord
    solutions : complex array (m, n)
        Centres of the certified solutions; empty where there is no result.
    """

    record: SampleRecord
    solutions: Complexes


class ScanStore:
    """The folder of a scan; in memory where no folder is given.

    Parameters
    ----------
    path : Path or None
    identity : str
        What two runs must share: model, values, seed, options, the first landscape.
    stated : mapping
        The same for people.
    """

    def __init__(self, path: str | Path | None, identity: str, stated: dict[str, Any]) -> None:
        self.path = None if path is None else Path(path)
        self.identity = identity
        self._kept: dict[Key, Counted] = {}
        if self.path is not None:
            self._open(stated)

    def _open(self, stated: dict[str, Any]) -> None:
        folder = self.path
        assert folder is not None
        try:
            if os.path.lexists(folder / "scan.json"):
                there = parse_json(read_bytes(folder / "scan.json", 1 << 22), "scan.json")
                if not isinstance(there, dict) or there.get("identity") != self.identity:
                    raise StoreError(
                        f"{folder} holds another scan.", "Choose another folder, or the command it was made by."
                    )
            elif folder.exists() and (not folder.is_dir() or any(not n.startswith(".") for n in os.listdir(folder))):
                raise StoreError(f"{folder} is not empty and holds no scan.", "Choose an empty or a new folder.")
            (folder / "values").mkdir(parents=True, exist_ok=True)
            require_writable(folder / "values")
            remove_leftovers(folder / "values")
            write_atomically(folder / "README.md", _README.encode())
            text = json.dumps({"format": _FORMAT, "identity": self.identity, **stated}, indent=1)
            write_atomically(folder / "scan.json", f"{text}\n".encode())
        except FileError as error:
            raise StoreError(error.what, error.way_out) from error
        except OSError as error:
            kind = StoreWriteError if is_full(error) else StoreError
            raise kind(*write_error(folder, error)) from error

    def read(self, k: Key) -> Counted | None:
        """What is kept of value k; None where there is nothing, or a file that is damaged and will be written again."""
        if k in self._kept or self.path is None:
            return self._kept.get(k)
        try:
            content = parse_json(read_bytes(self._file(k), _MOST_BYTES), "a value's file")
            body = content["body"]
            if content["sha256"] != _digest(body) or body["identity"] != self.identity or body["number"] != k:
                return None
            record = _record(body["record"])
            numbers = np.array(body["solutions"], float)
        except (FileError, KeyError, TypeError, ValueError):
            return None
        found = Counted(record, numbers[..., 0] + 1j * numbers[..., 1] if numbers.size else np.zeros((0, 0), complex))
        self._kept[k] = found
        return found

    def write(self, k: Key, value: str, counted: Counted) -> None:
        """Keep what was found at value k."""
        self._kept[k] = counted
        if self.path is None:
            return
        record = {f.name: getattr(counted.record, f.name) for f in fields(SampleRecord)}
        numbers = [[[z.real, z.imag] for z in row] for row in counted.solutions.tolist()]
        body = {"identity": self.identity, "number": k, "value": value, "record": record, "solutions": numbers}
        text = json.dumps({"sha256": _digest(body), "body": body}, indent=None, separators=(",", ":"))
        set_aside(self._file(k))
        write_atomically(self._file(k), f"{text}\n".encode())

    def _file(self, k: Key) -> Path:
        assert self.path is not None
        return self.path / "values" / f"{k if isinstance(k, str) else f'{k:05d}'}.json"


def _digest(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _record(content: dict[str, Any]) -> SampleRecord:
    return SampleRecord(**{k: _tuples(v) for k, v in content.items()})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def identity_of(content: Any) -> str:
    """sha256 of what a scan is."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
