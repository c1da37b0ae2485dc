"""How the file of a row is told from others, without what proves it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

ROW_FORMAT: Literal["stationary-row"] = "stationary-row"
_HEAD = 200  # bytes in which the format of a file stands


def is_row_file(path: str | Path) -> bool:
    """Whether a file is that of a row: gzipped, or with the format in its first bytes."""
    try:
        if not os.path.isfile(path):  # a pipe would be waited for
            return False
        with open(path, "rb") as stream:
            head = stream.read(_HEAD)
    except (OSError, ValueError):
        return False  # whoever reads it says why
    return head.startswith(b"\x1f\x8b") or f'"{ROW_FORMAT}"'.encode() in head
