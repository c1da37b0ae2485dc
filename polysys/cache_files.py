"""Files of caches: named by what their content follows from, whole or absent, and not read where they were cut off or altered."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from pathlib import Path

from platformdirs import user_cache_path

_MOST_BYTES = 1 << 28


def cache_folder(kind: str) -> Path:
    """Where files of a kind are kept: in ``STATIONARY_CACHE``, else in the user's cache directory."""
    chosen = os.environ.get("STATIONARY_CACHE")
    return (Path(chosen) if chosen else user_cache_path("stationary-points")) / kind


def read_sealed(path: Path, most: int = _MOST_BYTES) -> bytes | None:
    """The content of a file; None where it is damaged, has another name than it was written with, or is larger.

    Raises
    ------
    OSError
        If it is missing, or cannot be read.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > most:
        return None
    data = path.read_bytes()
    return data[32:] if data[:32] == _seal(path, data[32:]) else None


def write_sealed(path: Path, content: bytes) -> None:
    """Write a file under another name, and rename it.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left behind.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(_seal(path, content) + content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _seal(path: Path, content: bytes) -> bytes:
    return hashlib.sha256(path.name.encode() + content).digest()
