"""Build a site: reference tables, and what folders hold, as pages that need no server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from homotopy.common.reporting import Say
from homotopy.common.wording import count_of
from homotopy.errors import SiteError, TableError
from homotopy.tables.format.catalogue import list_tables
from homotopy.tables.site.census_pages import write_census, write_ensemble
from homotopy.tables.site.entries import Entry
from homotopy.tables.site.folder import Names, SiteFolder
from homotopy.tables.site.index_page import index_page
from homotopy.tables.site.shell import PROGRAM, STYLE
from homotopy.tables.site.sources import Found
from homotopy.tables.site.table_pages import TablePages
from homotopy.tables.table import load_table
from polysys.errors import PolysysError
from polysys.reading.files import require_path


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What a site holds.

    Parameters
    ----------
    path : Path
    n_tables, n_rows, n_certificates, n_censuses, n_ensembles, n_files, n_bytes : int
    unreadable : tuple of (str, str)
        Files that could not be read, and why.
    """

    path: Path
    n_tables: int
    n_rows: int
    n_certificates: int
    n_censuses: int
    n_ensembles: int
    n_files: int
    n_bytes: int
    unreadable: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        lines = [
            f"Site in {self.path}: {count_of(self.n_files, 'file')}, {self.n_bytes / 1e6:.1f} MB",
            f"  tables     {self.n_tables}, {count_of(self.n_rows, 'row')}, {count_of(self.n_certificates, 'certificate')}",
            f"  censuses   {self.n_censuses}",
            f"  ensembles  {self.n_ensembles}",
        ]
        shown = [f"  unreadable {name}: {why}" for name, why in self.unreadable[:10]]
        more = [f"  unreadable {len(self.unreadable) - 10} more, see the index"] if len(self.unreadable) > 10 else []
        return "\n".join([*lines, *shown, *more, f"  open       {self.path / 'index.html'}"])


def build_site(
    into: str | Path,
    sources: Sequence[str | Path] = (),
    *,
    root: str | Path | None = None,
    has_tables: bool = True,
    is_proving: bool = False,
    say: Say | None = None,
) -> SiteReport:
    """Write a site; the same input makes the same bytes.

    Parameters
    ----------
    into : path
        An empty or new folder, or an earlier site, which is replaced.
    sources : sequence of paths
        Folders whose censuses, ensembles and tables are shown too, those in folders below included.
    root : path, optional
        A data folder of your own; by default the tables that come with this software.
    has_tables : bool
        Whether the tables of the data folder are shown.
    is_proving : bool
        Whether rows that carry certificates are proved again from them, so that their pages show the energies of all points; half a minute.
    say : callable (sentence), optional

    Returns
    -------
    SiteReport

    Raises
    ------
    SiteError
        If the folder holds something else or cannot be written, or nothing was found.
    TableError
        If a table of the data folder is damaged, or a row does not follow from its certificate.

    Examples
    --------
    >>> import tempfile
    >>> import homotopy as ho
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = ho.census("spherical-p-spin:n=2,p=3", seed=1).save(f"{folder}/census.json")
    ...     build_site(f"{folder}/site", [folder], has_tables=False).n_censuses
    1
    """
    for path in (into, *sources, *([] if root is None else [root])):
        require_path(path)
    tell = say or (lambda sentence: None)
    found = Found()
    for source in sources:
        found.look_into(Path(source))
    labels = [e.label for e in list_tables(root)] if has_tables else []
    if not (labels or found.censuses or found.ensembles or found.tables or found.unreadable):
        raise SiteError(
            "There is nothing to show.", "Name folders with saved censuses, ensembles or tables: --from FOLDER."
        )
    folder = SiteFolder.open(Path(into))
    for name in (STYLE, PROGRAM):
        folder.write(name, files("homotopy.tables.site").joinpath("static", name).read_bytes())
    tables = [TablePages(load_table(label, root), folder, is_proving) for label in labels]
    tables += [TablePages(table, folder, is_proving) for table in found.tables]
    entries = _write(folder, tables, found, tell)
    entries.sort(key=lambda e: (e.what == "generic count", e.label, e.link))
    folder.write("index.html", index_page(entries, [(t.table, t.name) for t in tables], found.unreadable))
    folder.finish()
    return SiteReport(
        path=folder.path,
        n_tables=len(tables),
        n_rows=sum(len(t.table.rows) for t in tables),
        n_certificates=sum(t.n_certificates for t in tables),
        n_censuses=len(found.censuses),
        n_ensembles=len(found.ensembles),
        n_files=len(folder.files),
        n_bytes=sum(folder.files.values()),
        unreadable=tuple(found.unreadable),
    )


def _write(folder: SiteFolder, tables: Sequence[TablePages], found: Found, say: Say) -> list[Entry]:
    """The pages of all tables, censuses and ensembles, and what the index lists of them."""
    names, census_names, ensemble_names = Names(), Names(), Names()
    entries: list[Entry] = []
    for pages in tables:
        try:
            pages.write(names.of(pages.table.label))
        except (ValueError, ArithmeticError, LookupError, TypeError) as error:
            if isinstance(error, PolysysError):
                raise
            label, why = pages.table.label, str(error)[:100]  # its checksums fit, and its numbers contradict each other
            raise TableError(
                f"The table {label} cannot be shown ({why}).", f"Run: stationary table verify {label}"
            ) from error
        entries += pages.entries
        say(f"{pages.table.label}: {count_of(len(pages.table.rows), 'row')}")
    entries += [write_census(folder, census_names, *census) for census in found.censuses]
    return entries + [write_ensemble(folder, ensemble_names, *ensemble) for ensemble in found.ensembles]
