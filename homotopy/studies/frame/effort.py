"""What a run of a study cost, and with what: kept beside its report, over all calls that went on with it."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from homotopy.common.files import write_atomically
from homotopy.common.provenance import producer, producer_versions
from polysys.errors import FileError
from polysys.reading.files import read_json

FILE = "effort.json"
_LARGEST = 1 << 16  # bytes of the file


@contextmanager
def counted(folder: Path) -> Iterator[None]:
    """Add the processor time of what is done inside, by this process and those that it ends, to the folder's account.

    Notes
    -----
    It is written when the study is stopped as well, so that a run that goes on is counted as a whole.
    """
    before, start = _spent(folder), _processor_seconds()
    try:
        yield
    finally:
        content = {"seconds": round(before + _processor_seconds() - start, 1), "software": producer()}
        text = json.dumps({**content, "versions": producer_versions()}, indent=1)
        write_atomically(folder / FILE, text.encode())


def effort(folder: Path) -> dict[str, Any]:
    """Processor seconds of all calls, software and versions of the last one; empty for a folder without the account."""
    try:
        content = read_json(folder / FILE, _LARGEST)
    except FileError:
        return {}
    return content if isinstance(content, dict) else {}


def _spent(folder: Path) -> float:
    seconds = effort(folder).get("seconds", 0.0)
    return float(seconds) if isinstance(seconds, int | float) else 0.0


def _processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)
