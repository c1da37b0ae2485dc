"""The one place where functions of this room are compiled."""

from __future__ import annotations

from typing import Any


def compiled(function: Any) -> Any:
    """Compile with Numba at the first call, without the GIL; kept on disk where that is possible.

    Modules that use it import Numba, which takes half a second: they are imported where something is computed.
    """
    from numba import njit

    try:
        return njit(nogil=True, cache=True, error_model="numpy")(function)
    except RuntimeError:  # no place for the files: an unwritable home
        return njit(nogil=True, error_model="numpy")(function)
