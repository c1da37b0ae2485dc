"""Compiling functions with Numba, kept on disk where that is possible."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt


def compiled(function: Any) -> Any:
    """Compile at the first call, without the GIL and without liberties in the arithmetic; kept on disk.

    Numba takes the package's __pycache__, else the user's cache directory, else what NUMBA_CACHE_DIR says. Its files
    are replaced atomically, so processes may share them.
    """
    from numba import njit  # half a second, and only where something is computed

    try:
        return njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # no such directory: an unwritable home
        return njit(nogil=True, error_model="numpy")(function)


def aligned(size: int) -> npt.NDArray[np.float64]:
    """Zeros that start on a cache line: a vector across two lines costs two loads."""
    buffer = np.zeros(size + 8)
    skip = (-(buffer.ctypes.data // 8)) % 8
    return buffer[skip : skip + size]


def n_usable_cores() -> int:
    """Cores this process may use; STATIONARY_THREADS=1 is set where processes are parallel already."""
    chosen = os.environ.get("STATIONARY_THREADS", "")
    if chosen.isdigit() and int(chosen) > 0:
        return int(chosen)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
