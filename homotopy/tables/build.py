"""Build a table from its specification: rows of its kind, certificates, description, README and catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from homotopy.common.files import require_writable
from homotopy.common.provenance import producer_versions
from homotopy.common.reporting import Say
from homotopy.errors import TableError
from homotopy.tables.draft import Part
from homotopy.tables.format.catalogue import write_catalogue
from homotopy.tables.format.description import (
    CERTIFICATES,
    FORMAT,
    README,
    ROWS,
    SPEC,
    VERSION,
    TableFile,
    folder_name,
)
from homotopy.tables.format.folder import write_folder, write_lines, write_rows
from homotopy.tables.format.pages import readme
from homotopy.tables.kinds import build_counts, build_published, build_samples
from homotopy.tables.spec import CountsSpec, SamplesSpec, TableSpec, as_toml, read_spec


def build(
    spec: str | Path | TableSpec,
    into: str | Path,
    *,
    work: str | Path | None = None,
    workers: int | None = None,
    say: Say | None = None,
) -> Path:
    """Build a table from its specification, or what is missing of it, and list it in the catalogue.

    Parameters
    ----------
    spec : path or TableSpec
    into : path
        The data folder: receives tables/<folder>/ and CATALOG.json.
    work : path, optional
        Where the ensembles are kept, so that an interrupted build goes on; by default in the user's cache.
    workers : int, optional
        Processes (default: one a core; 0: this one).
    say : callable (sentence), optional

    Returns
    -------
    Path
        The table's folder.

    Raises
    ------
    InputError
        For a specification that cannot be used.
    TableError, StoreError
        If a folder cannot be written.
    """
    chosen, text = read_spec(spec) if isinstance(spec, str | Path) else (spec, as_toml(spec))
    tell = say or (lambda sentence: None)
    root, name = Path(into), folder_name(chosen.label)
    place = Path(work) if work is not None else user_cache_path("stationary-points") / "tables" / name
    for folder in (root / "tables", place):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TableError(f"{folder} cannot be made ({error.strerror}).", "Choose another place.") from error
        require_writable(folder)
    if isinstance(chosen, SamplesSpec):
        part = build_samples.part_of(chosen, place, workers, tell)
    elif isinstance(chosen, CountsSpec):
        part = build_counts.part_of(chosen, place, tell)
    else:
        part = build_published.part_of(chosen, root, tell)
    table, files = _assembled(chosen, part, text)
    write_folder(root / "tables" / name, table, files)
    write_catalogue(root)
    return root / "tables" / name


def _assembled(spec: TableSpec, part: Part, text: bytes) -> tuple[TableFile, dict[str, bytes]]:
    """The description and the files of a table."""
    made_by = {**producer_versions(), **({"engines": "; ".join(part.engines)} if part.engines else {})}
    kind: Any = spec.__struct_config__.tag
    table = TableFile(
        format=FORMAT, version=VERSION, label=spec.label, kind=kind, key=list(part.key), title=spec.title,
        source=spec.source.strip(), reliability=part.reliability, completeness=part.completeness, references=spec.references,
        licence="CC-BY-4.0", command="stationary table build spec.toml --into DIR", made_by=made_by,
        seconds=round(part.seconds, 1), seed=spec.seed, models=part.models, columns=list(part.columns),
        n_rows=len(part.rows), n_certificates=len(part.seeds), files={}, sha256="0" * 64,
    )  # fmt: skip
    files = {ROWS: write_rows(part.columns, part.rows), SPEC: text}
    if part.seeds:
        files[CERTIFICATES] = write_lines(part.seeds)
    files[README] = readme(table).encode()
    return table, files
