"""The folder of a site: its files by name, what is ours to replace, and names of files made from labels."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from homotopy.common.files import reason
from homotopy.common.provenance import producer
from homotopy.errors import SiteError
from polysys.errors import FileError
from polysys.reading.files import parse_json, read_bytes, shown_path

MARKER = "site.json"
FORMAT = "stationary-site"
_MAX_MARKER = 1 << 24
_ELSEWHERE = "Choose an empty folder, a new one, or a site that this command made."


@dataclass
class SiteFolder:
    """A folder that a site is written into.

    Parameters
    ----------
    path : Path
    files : dict from str to int
        Names relative to the folder, and bytes, of what was written.
    """

    path: Path
    files: dict[str, int] = field(default_factory=dict)
    _old: frozenset[str] = frozenset()

    @staticmethod
    def open(path: Path) -> SiteFolder:
        """The folder, made if need be; what an earlier site left in it is replaced.

        Raises
        ------
        SiteError
            If it holds something else, or cannot be written.
        """
        name = shown_path(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            is_empty = next(path.iterdir(), None) is None
        except (OSError, ValueError) as error:
            raise SiteError(
                f"The folder {name} cannot be made or read ({reason(error)}).", "Choose another place."
            ) from error
        folder = SiteFolder(path)
        if not is_empty:
            old = _files_of(path)
            if old is None:
                raise SiteError(f"The folder {name} is not empty, and not a site of ours.", _ELSEWHERE)
            folder._old = old
        folder._mark(sorted(folder._old))  # whatever ends this run, the folder is known as ours
        return folder

    def write(self, name: str, data: bytes) -> None:
        """Write a file.

        Raises
        ------
        SiteError
        """
        target = self.path / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_symlink():
                target.unlink()  # else what it leads to would be overwritten
            target.write_bytes(data)
        except OSError as error:
            raise SiteError(
                f"The file {shown_path(target)} cannot be written ({reason(error)}).", "Choose another place."
            ) from error
        self.files[name] = len(data)

    def finish(self) -> None:
        """Remove what only the earlier site had, and list the files."""
        for name in self._old - set(self.files):
            target = self.path / name
            if target.is_file() or target.is_symlink():
                try:
                    target.unlink()
                except OSError as error:
                    raise SiteError(
                        f"The old file {shown_path(target)} cannot be removed ({reason(error)}).", "Remove it."
                    ) from error
        self._mark(sorted(self.files))

    def _mark(self, names: list[str]) -> None:
        content = {"format": FORMAT, "version": 1, "producer": producer(), "files": names}
        data = (json.dumps(content, indent=1) + "\n").encode()
        try:
            (self.path / MARKER).write_bytes(data)
        except OSError as error:
            raise SiteError(
                f"The folder {shown_path(self.path)} cannot be written ({reason(error)}).", "Choose another place."
            ) from error


def is_site(path: Path) -> bool:
    """Whether a folder is a site of ours."""
    return _files_of(path) is not None


def _files_of(path: Path) -> frozenset[str] | None:
    """The files that a site lists, those outside of its folder left out; None where the folder is no site."""
    try:
        content = parse_json(read_bytes(path / MARKER, _MAX_MARKER), MARKER)
    except FileError:
        return None
    if not isinstance(content, dict) or content.get("format") != FORMAT or not isinstance(content.get("files"), list):
        return None
    names = {name for name in content["files"] if isinstance(name, str) and "\0" not in name and "\\" not in name}
    inside = {
        n for n in names if not PurePosixPath(n).is_absolute() and not {"..", ".", ""} & set(PurePosixPath(n).parts)
    }
    root = path.resolve()
    return frozenset(n for n in inside if (root / n).parent.resolve().is_relative_to(root))


class Names:
    """Names of files made from labels: safe on any file system and in any address, and each given once."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def of(self, label: str) -> str:
        """A name for a label.

        Examples
        --------
        >>> names = Names()
        >>> names.of("spherical-p-spin:n=2,p=3"), names.of("../<b>"), names.of("../(b)")
        ('spherical-p-spin__n-2_p-3', 'b', 'b-2')
        """
        text = label.replace(":", "__").replace("=", "-").replace(",", "_")
        text = re.sub(r"[^A-Za-z0-9_.~-]+", "-", text).strip("-._~")[:100] or "unnamed"
        name, k = text, 1
        while name.casefold() in self._used:
            k += 1
            name = f"{text}-{k}"
        self._used.add(name.casefold())
        return name
