"""Data frames, for whoever has pandas, with what their columns are; and rows as comma-separated text."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from homotopy.errors import HomotopyError


def pandas() -> Any:
    """The module.

    Raises
    ------
    HomotopyError
        If pandas is not installed.
    """
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise HomotopyError("Data frames need pandas.", "Run: pip install pandas") from error


def frame(
    data: Sequence[Mapping[str, Any]] | Mapping[str, Any],
    source: str,
    columns: Mapping[str, str],
    *,
    others: str = "",
    **facts: Any,
) -> Any:
    """Records, or columns by name, as a pandas DataFrame with its meaning in ``attrs``.

    Parameters
    ----------
    data : sequence of records, or mapping from names to columns
    source : str
        What the numbers are of.
    columns : mapping from str to str
        What a column holds, in which unit.
    others : str
        The same for all columns that are not named: coordinates, say.
    **facts
        Further members of ``attrs``, such as the digest of the source; empty ones are left out.

    Raises
    ------
    HomotopyError
        If pandas is not installed.

    Examples
    --------
    >>> found = frame([{"index": 0, "x": 0.5}], "Census of x", {"index": "Morse index"}, others="coordinate", digest="0a")
    >>> found.attrs
    {'source': 'Census of x', 'digest': '0a', 'columns': {'index': 'Morse index', 'x': 'coordinate'}}
    """
    return described(
        pandas().DataFrame(data if isinstance(data, Mapping) else list(data)), source, columns, others=others, **facts
    )


def described(table: Any, source: str, columns: Mapping[str, str], *, others: str = "", **facts: Any) -> Any:
    """A frame made elsewhere, with the same ``attrs`` as :func:`frame` gives."""
    known = {name: value for name, value in facts.items() if value not in (None, "")}
    table.attrs = {
        "source": source,
        **known,
        "columns": {str(name): columns.get(str(name), others) for name in table.columns},
    }
    return table


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Records as comma-separated text, with the names of the first one as a heading."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
