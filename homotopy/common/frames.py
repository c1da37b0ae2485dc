"""Data frames, for whoever has pandas."""

from __future__ import annotations

import importlib
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
