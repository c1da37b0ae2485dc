"""ReferenceTable, and the way to one: load_table."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.counting.files.verification import VerificationReport
from homotopy.errors import TableError
from homotopy.tables import checks, recount
from homotopy.tables.contents import TableContents
from homotopy.tables.format.catalogue import find
from homotopy.tables.format.description import ROWS
from homotopy.tables.format.folder import parse_rows, read_checked, read_description
from polysys.reading.files import require_path


class ReferenceTable(Shown, TableContents):
    """A reference table; get one with :func:`load_table`.

    Parameters
    ----------
    folder : Path
    description : TableFile
        The members of its table.json.
    rows : tuple of frozen records
        One attribute a column: ``table.rows[0].n_real``.
    entry : CatalogueEntry or None
        Where the table was found by its label.
    """

    def verify(self, speed: str = "fast", *, fraction: float = 0.05, seed: int = 0) -> VerificationReport:
        """Recheck the table. Its file checksums were compared when it was loaded.

        Parameters
        ----------
        speed : {"overall", "fast", "slow"}
            overall: checksums, schema, numbers of rows, catalogue. fast: also every row on its own (Euler characteristic,
            parity, bounds, symmetry). slow: also prove the counts of a fraction of the rows again, without a solver.
        fraction : float
            Of the rows of each model that "slow" proves again, among those that carry certificates.
        seed : int
            Which rows.

        Examples
        --------
        >>> import homotopy as ho
        >>> bool(ho.load_table("spherical-p-spin:p=3").verify("fast"))
        True
        """
        return checks.verify_table(self, speed, fraction, seed)

    def replay(self, k: int = 3, *, seed: int = 0) -> VerificationReport:
        """Count k rows from scratch, with the solver, and compare the digests of their records."""
        return recount.replay(self, k, seed, load_table)

    def _sheet(self) -> Sheet:
        d = self.description
        column = {"samples": "verdict", "counts": "rigor", "published": "agreement"}[self.kind]
        judged = Counter(getattr(r, column) or "failed" for r in self.rows)
        of = f", of {len(d.models)} models" if d.models else ""
        return Sheet(
            f"Table {self.label}: {d.title}",
            (
                Line("rows", f"{len(self.rows)} {self.kind}{of}; {d.n_certificates} with certificates"),
                Line(column, ", ".join(f"{n} {v}" for v, n in judged.most_common())),
                Line("complete", f"{d.completeness.answer}: {d.completeness.reason}"),
                Line("seed", str(d.seed)),
                Line("files", str(self.folder)),
            ),
        )


def load_table(label: str | Path, root: str | Path | None = None) -> ReferenceTable:
    """A reference table; the checksums of all its files are compared and every cell is parsed.

    Parameters
    ----------
    label : str or Path
        A label of the catalogue (see :func:`list_tables`), or the folder of a table.
    root : path, optional
        A data folder of your own, with a CATALOG.json; by default the tables that come with this software.

    Returns
    -------
    ReferenceTable

    Raises
    ------
    TableError
        If there is no such table, or it is truncated, altered, malformed or of a newer format.

    Examples
    --------
    >>> import homotopy as ho
    >>> table = ho.load_table("spherical-p-spin:p=3")
    >>> table.rows[0].model, table.rows[0].verdict, sum(table.rows[0].by_index) == table.rows[0].n_real
    ('spherical-p-spin:n=2,p=3', 'proved', True)
    """
    require_path(label)
    if root is not None:
        require_path(root)
    folder, entry = find(label, None if root is None else Path(root))
    description = read_description(folder)
    if entry is not None and description.label != entry.label:
        raise TableError(f"{folder} holds the table {description.label}, not {entry.label}.", "Fetch the catalogue again.")
    files = {name: read_checked(folder, description, name) for name in (ROWS, *description.files)}
    return ReferenceTable(folder, description, parse_rows(files[ROWS], description.columns, description.key, folder / ROWS), entry)
