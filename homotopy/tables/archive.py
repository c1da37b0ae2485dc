"""A table as one zip file: written for a site, and unpacked to be rechecked."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from homotopy.common.files import reason
from homotopy.errors import TableError
from homotopy.tables.format.description import TABLE
from homotopy.tables.format.folder import read_bytes
from homotopy.tables.table import ReferenceTable, load_table

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # of the files of an archive, so that it is the same whenever it is made
_MOST_BYTES = 1 << 30  # unpacked
_MOST_FILES = 1000
_PLAIN = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)  # a file in a folder, nowhere else


def archive(table: ReferenceTable) -> bytes:
    """The folder of a table as a zip file; the same bytes for the same table."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in (TABLE, *sorted(table.description.files)):
            entry = zipfile.ZipInfo(f"{table.folder.name}/{name}", _EARLIEST)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
            packed.writestr(entry, read_bytes(table.folder / name), compresslevel=9)
    return buffer.getvalue()


@contextmanager
def unpacked(path: str | Path) -> Iterator[ReferenceTable]:
    """The table in an archive, from a folder that is there as long as the context.

    Raises
    ------
    TableError
        If the archive is damaged, larger than 1 GiB, or no table's.
    """
    with TemporaryDirectory(prefix="stationary-table-") as place:
        try:
            with zipfile.ZipFile(path) as packed:
                entries = packed.infolist()
                folders = {entry.filename.partition("/")[0] for entry in entries}
                is_plain = all(_PLAIN.fullmatch(entry.filename) for entry in entries)
                if not is_plain or len(folders) != 1 or f"{min(folders)}/{TABLE}" not in packed.namelist():
                    raise TableError(f"{path} is no archive of one table.", "Unpack it, and verify the files in it.")
                if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
                    raise TableError(f"{path} holds more than a table does.", "Fetch it again.")
                packed.extractall(place)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
            raise TableError(f"{path} is a damaged archive ({error}).", "Fetch it again.") from error
        except OSError as error:
            raise TableError(f"{path} cannot be unpacked ({reason(error)}).", "Give the name of a file, or free some space.") from error
        yield load_table(Path(place) / min(folders))
