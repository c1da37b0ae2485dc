"""Where PHCpack is: the Python extension phcpy, and the executable phc."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from homotopy.common import processes
from homotopy.errors import EngineMissingError

PHC_VARIABLE = "STATIONARY_PHC"
PHCPY_VARIABLE = "STATIONARY_PHCPY"
_DEBIAN_PHCPY = Path("/usr/lib/python3/dist-packages/phcpy")
WAY_OUT = (
    "Install PHCpack with 'apt install phcpack python3-phcpy' or from conda-forge ('conda install -c conda-forge "
    f"phcpy phcpack'), or set {PHC_VARIABLE} to the executable phc and {PHCPY_VARIABLE} to the package directory phcpy."
)


@dataclass(frozen=True, slots=True)
class PHCpackInstallation:
    """What of PHCpack is on this machine.

    Attributes
    ----------
    phcpy_path : str or None
        Directory of the package phcpy that the running interpreter can load.
    phc_path : str or None
        The executable.
    versions : dict
        Versions as far as they are known without loading anything, by the keys ``"phcpy"`` and ``"phc"``.
    """

    phcpy_path: str | None
    phc_path: str | None
    versions: dict[str, str]


def find_phcpack() -> PHCpackInstallation:
    """Find PHCpack without loading it.

    The environment variables ``STATIONARY_PHC`` (a file) and ``STATIONARY_PHCPY`` (a directory) come first, and a
    variable that names nothing means that the part is missing; then a phcpy that the interpreter can import by
    itself (conda), then Debian's, which only CPython of the version it was built for can load.

    Returns
    -------
    PHCpackInstallation

    Raises
    ------
    EngineMissingError
        If neither part is found.

    Examples
    --------
    >>> from homotopy.engines.phcpack.client import find_phcpack
    >>> found = find_phcpack()                                  # doctest: +SKIP
    >>> found.phc_path                                          # doctest: +SKIP
    '/usr/bin/phc'
    """
    phcpy_path, phc_path = _find_phcpy(), _find_phc()
    if phcpy_path is None and phc_path is None:
        raise EngineMissingError("PHCpack is not installed (neither phcpy nor phc was found).", WAY_OUT)
    versions = {}
    if phcpy_path is not None:
        versions["phcpy"] = _phcpy_version(Path(phcpy_path))
    if phc_path is not None:
        versions["phc"] = phc_version(phc_path)
    return PHCpackInstallation(phcpy_path, phc_path, versions)


def _find_phcpy() -> str | None:
    chosen = os.environ.get(PHCPY_VARIABLE)
    if chosen is not None:
        return os.path.abspath(chosen) if (Path(chosen) / "__init__.py").is_file() else None
    spec = importlib.util.find_spec("phcpy")
    if spec is not None and spec.submodule_search_locations:
        found = next(iter(spec.submodule_search_locations))
        if processes.is_trusted(os.path.dirname(found)):
            return found
    version = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    return str(_DEBIAN_PHCPY) if any(_DEBIAN_PHCPY.glob(f"phcpy2c3.{version}-*.so")) else None


def _find_phc() -> str | None:
    return processes.find_program(os.environ.get(PHC_VARIABLE, "phc"))


def _phcpy_version(directory: Path) -> str:
    for line in (directory / "__init__.py").read_text(errors="replace").splitlines():
        if line.startswith("__version__"):
            return line.split("=")[1].strip().strip("'\"")
    return "unknown"


@lru_cache(maxsize=8)
def phc_version(phc: str) -> str:
    """Return what ``phc --version`` prints, or "unknown"."""
    try:
        return processes.printed_by([phc, "--version"])[:100] or "unknown"
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
