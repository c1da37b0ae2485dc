"""Rows as data frames, for whoever has pandas, and as comma-separated text."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

from homotopy.errors import HomotopyError


def frame(rows: Sequence[Mapping[str, Any]]) -> Any:
    """Records as a pandas DataFrame.

    Raises
    ------
    HomotopyError
        If pandas is not installed.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise HomotopyError("Data frames need pandas.", "Run: pip install pandas") from error
    return pandas.DataFrame(list(rows))


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Records as comma-separated text, with the names of the first one as a heading."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
