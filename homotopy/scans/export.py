"""A scan as a file for other programs: a table of counts, or a page to look at."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from homotopy.common.files import write_result
from homotopy.errors import HomotopyError
from homotopy.scans.maps import ScanMap
from homotopy.scans.result import Scan

_SUFFIXES = (".csv", ".parquet", ".html")
_STYLE = "body{font:14px sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}td,th{padding:2px 8px;border-bottom:1px solid #ccc;text-align:right}"


def check_suffix(path: str | Path) -> Path:
    """The path of an export, refused early if its form is unknown."""
    target = Path(path)
    if target.suffix.lower() not in _SUFFIXES:
        raise HomotopyError(f"A scan cannot be written as {target.name!r}.", f"Use one of {', '.join(_SUFFIXES)}.")
    return target


def save_scan(scan: Scan | ScanMap, path: str | Path, of: str = "values") -> None:
    """Write a table of a scan or a map (.csv, .parquet), or counts and events as a page (.html).

    Parameters
    ----------
    scan : Scan or ScanMap
    path : str or Path
    of : str
        Which table of its rows.

    Raises
    ------
    HomotopyError
        If the form is unknown or the file cannot be written.
    """
    target = check_suffix(path)
    if target.suffix.lower() == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        sink = pa.BufferOutputStream()
        pq.write_table(pa.Table.from_pylist(scan.rows(of)), sink)
        write_result(target, bytes(sink.getvalue()))
        return
    text = scan.to_csv(of) if target.suffix.lower() == ".csv" else page(scan)
    write_result(target, text.encode())


def page(scan: Scan | ScanMap) -> str:
    """A page with the summary, the events and the counts of a scan or a map."""
    title = html.escape(repr(scan).splitlines()[0])
    tables = "".join(f"<h2>{of.capitalize()}</h2>{_table(scan.rows(of))}" for of in ("events", "values"))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
        f"<h1>{title}</h1><pre>{html.escape(repr(scan))}</pre>{tables}</html>\n"
    )


def _table(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "<p>none</p>"
    head = "".join(f"<th>{html.escape(str(k))}</th>" for k in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_shown(v))}</td>" for v in row.values()) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _shown(value: Any) -> str:
    return "" if value is None else f"{value:.9g}" if isinstance(value, float) else str(value)[:40]
