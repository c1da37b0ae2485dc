"""Which of the two ways to PHCpack is there, and its start."""

from __future__ import annotations

import time

from homotopy.engines.phcpack.backend import Backend
from homotopy.engines.phcpack.failures import WorkerDied
from homotopy.engines.phcpack.find import WAY_OUT, find_phcpack
from homotopy.engines.phcpack.phc_executable import Phc
from homotopy.engines.phcpack.phcpy_process import Phcpy
from homotopy.errors import EngineMissingError

START_LIMIT = 25.0  # seconds for a worker to load phcpy and to pass its self-test


def connect(transport: str) -> Backend:
    """PHCpack through phcpy or the executable phc, started; "auto" takes phcpy where it can be loaded.

    Raises
    ------
    EngineMissingError, WorkerDied
        If it is not installed, or does not start.
    """
    found = find_phcpack()
    phc = None if found.phc_path is None else Phc(found.phc_path)
    if transport in ("auto", "phcpy") and found.phcpy_path is not None:
        phcpy = Phcpy(found.phcpy_path, phc)
        phcpy.deadline = time.monotonic() + START_LIMIT
        try:
            phcpy.start()
        except (EngineMissingError, WorkerDied):
            if transport == "phcpy" or phc is None:
                raise
        else:
            return phcpy
    if transport in ("auto", "phc") and phc is not None:
        phc.deadline = time.monotonic() + START_LIMIT
        phc.start()
        return phc
    part = "executable phc" if transport == "phc" else "Python extension phcpy"
    raise EngineMissingError(f"PHCpack's {part} was not found.", WAY_OUT)
