"""A table's rows for other programs: CSV, JSON or Parquet."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from homotopy.common.files import write_result
from homotopy.common.spreadsheets import guarded
from homotopy.tables.format.folder import write_rows
from homotopy.tables.table import ReferenceTable
from polysys.errors import InputError

SUFFIXES = (".csv", ".json", ".parquet")
_ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "integers": pa.list_(pa.int64()),
    "decimal": pa.float64(),
    "decimals": pa.list_(pa.float64()),
}


def check_target(path: Path) -> None:
    """Refuse a file that cannot be written, before any work.

    Raises
    ------
    InputError
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"{path} is neither CSV, JSON nor Parquet.", f"Let its name end in {', '.join(SUFFIXES)}.")
    if not path.absolute().parent.is_dir():
        raise InputError(f"The folder of {path} does not exist.", "Make it, or choose another place.")


def export(table: ReferenceTable, path: str | Path) -> None:
    """Write the rows of a table; the suffix of the file decides the form.

    Raises
    ------
    InputError, HomotopyError
        For another suffix, or a file that cannot be written.
    """
    target = Path(path)
    check_target(target)
    rows = [[getattr(r, c) for c in table.columns] for r in table.rows]
    if target.suffix.lower() == ".csv":
        data = write_rows(
            table.description.columns, [[guarded(v) if isinstance(v, str) else v for v in row] for row in rows]
        )
    elif target.suffix.lower() == ".json":
        objects = [dict(zip(table.columns, row, strict=True)) for row in rows]
        data = (json.dumps({"table": table.label, "rows": objects}, indent=1) + "\n").encode()
    else:
        buffer = BytesIO()
        pq.write_table(_arrow(table, rows), buffer)
        data = buffer.getvalue()
    write_result(target, data)


def _arrow(table: ReferenceTable, rows: list[list[object]]) -> pa.Table:
    arrays = {}
    for k, column in enumerate(table.description.columns):
        values = [row[k] for row in rows]
        is_long = column.type == "integer" and any(isinstance(v, int) and abs(v) >= 2**63 for v in values)
        kind = pa.string() if is_long else _ARROW[column.type]
        arrays[column.name] = pa.array([None if v is None else str(v) for v in values] if is_long else values, kind)
    return pa.table(arrays).replace_schema_metadata({"table": table.label, "licence": table.description.licence})
