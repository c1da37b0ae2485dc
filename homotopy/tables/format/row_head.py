"""How the file of a row is told from others, without what proves it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from polysys.reading.files import gunzip_head, is_gzipped

ROW_FORMAT: Literal["stationary-row"] = "stationary-row"
_HEAD = 200  # bytes in which the format of a file stands
_PACKED = 4096  # gzipped bytes that hold them


def is_row_file(path: str | Path) -> bool:
    """Whether a file is that of a row: with the format in its first bytes, gzipped or not."""
    try:
        if not os.path.isfile(path):  # a pipe would be waited for
            return False
        with open(path, "rb") as stream:
            head = stream.read(_PACKED)
    except (OSError, ValueError):
        return False  # whoever reads it says why
    plain = gunzip_head(head, _HEAD) if is_gzipped(head) else head[:_HEAD]
    return f'"{ROW_FORMAT}"'.encode() in plain
