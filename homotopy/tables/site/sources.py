"""What a folder holds for a site: saved censuses, ensembles and tables, and files that look like one and cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from homotopy.counting.files.saved_census import load_census
from homotopy.counting.result import Census
from homotopy.ensembles.result import Ensemble
from homotopy.ensembles.run import load_ensemble
from homotopy.errors import SiteError
from homotopy.tables.format.description import TABLE
from homotopy.tables.site.folder import is_site
from homotopy.tables.table import ReferenceTable, load_table
from polysys.errors import FileError, PolysysError
from polysys.reading.files import parse_json, read_bytes, shown_path

MANIFEST = "manifest.json"
_MAX_BYTES = 1 << 30


@dataclass
class Found:
    """What was found, each with its path relative to the folder that was given.

    Parameters
    ----------
    censuses : list of (str, Census, bytes)
        Name, census and the file's content.
    ensembles : list of (str, Ensemble)
    tables : list of ReferenceTable
    unreadable : list of (str, str)
        Name, and why.
    """

    censuses: list[tuple[str, Census, bytes]] = field(default_factory=list)
    ensembles: list[tuple[str, Ensemble]] = field(default_factory=list)
    tables: list[ReferenceTable] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def look_into(self, folder: Path) -> None:
        """Add what a folder and those below it hold; sites, hidden files and links to folders are passed over.

        Raises
        ------
        SiteError
            If it is no folder.
        """
        if not folder.is_dir():
            raise SiteError(
                f"{shown_path(folder)} is no folder.", "Name a folder with saved censuses, ensembles or tables."
            )
        for kind, path in _below(folder):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}" if path != folder else folder.name
            try:
                if kind == "table":
                    self.tables.append(load_table(path))
                elif kind == "ensemble":
                    self.ensembles.append((name, load_ensemble(path)))
                else:
                    self.censuses.append((name, load_census(path), read_bytes(path, _MAX_BYTES)))
            except PolysysError as error:
                if kind != "census" or not _is_foreign(path):
                    self.unreadable.append(
                        (name, error.what.replace(str(path), path.name))
                    )  # pages do not tell where the folder lies
            except RecursionError:
                self.unreadable.append((name, "It is nested too deeply."))


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Kind and path of what may be read, in the order of the names."""

    def refuse(error: OSError) -> None:
        raise SiteError(
            f"{shown_path(error.filename)} cannot be read.", "Change its permissions, or name another folder."
        ) from error

    for place, folders, files in os.walk(folder, onerror=refuse):
        path = Path(place)
        if is_site(path):
            folders.clear()
        elif TABLE in files or MANIFEST in files:
            folders.clear()
            yield ("table" if TABLE in files else "ensemble"), path
        else:
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            yield from (
                ("census", path / f) for f in sorted(files) if f.lower().endswith(".json") and not f.startswith(".")
            )


def _is_foreign(path: Path) -> bool:
    """Whether a file is sound JSON of another program, or one of ours that is no census, which nobody would miss."""
    try:
        data = read_bytes(path, _MAX_BYTES)
        content: Any = parse_json(data, "The file")
    except FileError:
        return False
    is_census = isinstance(content, dict) and content.get("format") == "stationary-census"
    return not is_census
