"""What all attacks share: a trial and its fault, the ensemble that most of them disturb, and whether its records are all there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from homotopy.ensembles.store.store import open_store, record_digest
from homotopy.errors import StoreError
from polysys.errors import PolysysError
from tests.hostile import files
from tests.hostile.children import Ending

Trials = Iterator["Trial"]


@dataclass(frozen=True)
class Trial:
    """One attack: what it was, how the process ended, and what is wrong besides ("" for nothing)."""

    what: str
    ending: Ending
    fault: str = ""


REFUSED = (1, 2, 3, 4)
ENSEMBLE = ("ensemble", files.LABEL, "--samples", "40", "--chunk", "4", "--workers", "0", "--store", "s")


def refused(what: str, ending: Ending, codes: tuple[int, ...] = REFUSED) -> Trial:
    """A trial that must end with a sentence and one of these exit codes."""
    is_sentence = ending.err.strip().startswith("stationary: ") or (not ending.err.strip() and bool(ending.out.strip()))
    is_misused = "--help'." in ending.err  # then the attack has not reached what it is for
    fault = "" if ending.code in codes and is_sentence and not is_misused else f"code {ending.code}: {ending.err[-200:]!r}"
    return Trial(what, ending, fault)


def clear(place: Path) -> None:
    """Empty a folder."""
    for path in place.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def digest_of(store: Path) -> str:
    """Of all records of a store."""
    return record_digest(open_store(store))


def differs(store: Path, digest: str) -> str:
    """What is wrong with the records of a store that should be those of this digest."""
    try:
        found = digest_of(store)
    except (StoreError, PolysysError) as error:
        return str(error)
    return "" if found == digest else "other records"
