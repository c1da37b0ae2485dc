"""Where tables are: the data folder of a checkout or a wheel, its catalogue, and the way from a label to a folder."""

from __future__ import annotations

from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

import msgspec

from homotopy.common.files import write_atomically
from homotopy.errors import StoreWriteError, TableError
from homotopy.tables.format.description import TABLE, folder_name, schema
from homotopy.tables.format.folder import as_json, read_bytes, read_description
from polysys.errors import FileError
from polysys.reading.files import check_json, require_path

CATALOGUE, SCHEMA = "CATALOG.json", "table.schema.json"
FORMAT, VERSION = "stationary-catalogue", 1


class CatalogueEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One table of a catalogue; `sha256` is that of its table.json."""

    label: str
    folder: str
    title: str
    n_rows: int
    n_certificates: int
    bytes: int
    sha256: str


class Catalogue(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """CATALOG.json."""

    format: str
    version: int
    licence: str
    tables: list[CatalogueEntry]


def data_root() -> Path:
    """The folder of the tables that come with this software: in a wheel homotopy/_data, in a checkout data.

    Raises
    ------
    TableError
        If there is neither.
    """
    package = Path(__file__).parents[2]
    for root in (package / "_data", package.parent / "data"):
        if (root / CATALOGUE).is_file():
            return root
    raise TableError("This installation holds no tables.", "Install the wheel of stationary-points, or give a folder.")


def read_catalogue(root: Path) -> Catalogue:
    """The catalogue of a data folder.

    Raises
    ------
    TableError
    """
    path = root / CATALOGUE
    try:
        data = read_bytes(path)
        check_json(data, str(path))
        catalogue = msgspec.json.decode(data, type=Catalogue)
    except (msgspec.DecodeError, UnicodeDecodeError, FileError) as error:
        raise TableError(f"{path} cannot be read ({error}).", "Fetch it again.") from error
    if catalogue.format != FORMAT or catalogue.version != VERSION:
        raise TableError(f"{path} is no catalogue of this version.", "Upgrade stationary-points.")
    return catalogue


def list_tables(root: str | Path | None = None) -> tuple[CatalogueEntry, ...]:
    """The tables of a data folder; by default those that come with this software."""
    if root is not None:
        require_path(root)
    return tuple(read_catalogue(data_root() if root is None else Path(root)).tables)


def write_catalogue(root: Path) -> Catalogue:
    """List all tables below `root`/tables in its catalogue, beside the JSON Schema of their descriptions.

    Raises
    ------
    TableError
        If a table is damaged, or the folder cannot be written.
    """
    entries = []
    for path in sorted((root / "tables").glob(f"*/{TABLE}")):
        table = read_description(path.parent)
        if path.parent.name != folder_name(table.label):
            raise TableError(f"{path.parent} holds the table {table.label}.", f"Call it {folder_name(table.label)}.")
        entries.append(
            CatalogueEntry(
                table.label,
                f"tables/{path.parent.name}",
                table.title,
                table.n_rows,
                table.n_certificates,
                sum(f.bytes for f in table.files.values()),
                sha256(read_bytes(path)).hexdigest(),
            )
        )
    catalogue = Catalogue(FORMAT, VERSION, "CC-BY-4.0", sorted(entries, key=lambda e: e.label))
    try:
        write_atomically(root / CATALOGUE, as_json(catalogue))
        write_atomically(root / SCHEMA, as_json(schema()))
    except (StoreWriteError, OSError) as error:
        raise TableError(f"{root} cannot be written.", "Choose another place.") from error
    return catalogue


def find(label: str | Path, root: Path | None = None) -> tuple[Path, CatalogueEntry | None]:
    """The folder of a table, by its label or its path, and its entry in the catalogue if it was found there.

    Raises
    ------
    TableError
        If there is no such table; close labels are named.
    """
    text = str(label)
    path = Path(text)
    if isinstance(label, Path) or "/" in text or "\\" in text or (path / TABLE).is_file():
        if not (path / TABLE).is_file():
            raise TableError(f"{text[:200]} is not the folder of a table: it has no {TABLE}.", "Name another folder.")
        return path, None
    place = root or data_root()
    entries = {e.label: e for e in read_catalogue(place).tables}
    if text not in entries:
        close = get_close_matches(text, entries, 3, 0.4) or list(entries)[:3]
        raise TableError(
            f"There is no table {text[:100]!r}.", f"Close labels: {', '.join(close)}. See 'stationary table list'."
        )
    entry = entries[text]
    if Path(entry.folder).is_absolute() or ".." in Path(entry.folder).parts:
        raise TableError(f"The catalogue of {place} names a folder outside of it.", "Fetch it again.")
    return place / entry.folder, entry
