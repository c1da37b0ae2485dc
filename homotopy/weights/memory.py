"""Memory is asked for before it is taken: a space that does not fit is refused with the number of bytes that it needs."""

from __future__ import annotations

import os
from pathlib import Path

from homotopy.errors import SpaceTooLargeError

MAX_WEIGHTS = 30  # states are numbers of 32 bits, and sums over all of them are kept in 64
_RESERVE = 0.05  # of the free memory, for everything else


def available() -> int:
    """Bytes that can be had without swapping."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 8 * 2**30


def require(n_bytes: int, what: str) -> None:
    """Refuse what does not fit.

    Raises
    ------
    SpaceTooLargeError

    Examples
    --------
    >>> require(2**60, "The transform of 2^58 states")
    Traceback (most recent call last):
    homotopy.errors.SpaceTooLargeError: The transform of 2^58 states needs 1,073,741,824.0 GiB of memory, and this machine has ...
    """
    free = available()
    if n_bytes > (1 - _RESERVE) * free:
        raise SpaceTooLargeError(
            f"{what} needs {n_bytes / 2**30:,.1f} GiB of memory, and this machine has {free / 2**30:,.1f} GiB free.",
            "Choose fewer weights.",
        )


def check_size(n: int, bytes_per_state: int, what: str) -> None:
    """Refuse a space of 2^n states, each of so many bytes, that is too large for the numbers or for the memory.

    Raises
    ------
    SpaceTooLargeError
    """
    if n > MAX_WEIGHTS:
        raise SpaceTooLargeError(
            f"{n} weights have 2^{n} states, which need {bytes_per_state * 2.0**n / 2**30:,.0f} GiB of memory.",
            f"At most {MAX_WEIGHTS} weights are enumerated.",
        )
    require(bytes_per_state << n, what)
