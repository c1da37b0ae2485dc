"""Compiling the kernels of this package; how their machine code is kept, see :mod:`polysys.jit`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

import polysys
from polysys.jit import Compiler

# a test compares this list with what the modules of the kernels import
_SOURCES = ("certification/discs", "common/arrays.py", "common/double_double.py", "common/pivots.py", "common/rounded.py", "common/vectors.py", "completeness/exclusion", "engines/tracker", "searches", "weights/kernels.py", "weights/cluster_kernels.py")

compiled = Compiler(
    "homotopy",
    [
        Path(__file__),
        *(Path(__file__).parents[1] / name for name in _SOURCES),
        *(Path(polysys.__path__[0]) / name for name in ("compiled_arrays.py", "tape.py")),
    ],
)
"""Decorator: compile at the first call, without the GIL; the machine code is kept as long as these sources stay."""


def aligned(size: int) -> npt.NDArray[np.float64]:
    """Zeros that start on a cache line: a vector across two lines costs two loads."""
    buffer = np.zeros(size + 8)
    skip = (-(buffer.ctypes.data // 8)) % 8
    return buffer[skip : skip + size]
