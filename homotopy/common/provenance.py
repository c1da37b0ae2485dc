"""What made a result: this software, and the libraries that its numbers depend on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version


def producer() -> str:
    """Name and version of this software."""
    try:
        return f"stationary-points {version('stationary-points')}"
    except PackageNotFoundError:
        return "stationary-points (not installed)"


def producer_versions() -> dict[str, str]:
    """Versions of Python, this software and the libraries."""
    names = ("stationary-points", "numpy", "numba", "python-flint", "pyarrow")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
