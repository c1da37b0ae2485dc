"""What is installed, what works without it, and a self-test of each engine."""

from __future__ import annotations

import platform
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from homotopy.engines.base import Finding
from homotopy.engines.registry import ENGINES

# distribution, module, what needs it
_EXTRAS = (
    (
        "scikit-learn",
        "sklearn",
        "the data sets iris, wine, digits, diabetes: pip install 'stationary-points[datasets]'",
    ),
    ("matplotlib", "matplotlib", "figures: pip install 'stationary-points[plot]'"),
    ("pandas", "pandas", "Census.to_frame: pip install pandas"),
    ("distributed", "distributed", "ensembles on Dask: pip install 'stationary-points[cluster]'"),
    ("torch", "torch", "networks to be read by ps.from_torch: pip install 'stationary-points[torch]'"),
)


def examine() -> list[Finding]:
    """Look for libraries and engines, and let each engine test itself."""
    findings = [Finding("python", True, True, f"{platform.python_implementation()} {platform.python_version()}")]
    for name in ("sympy", "numpy", "scipy", "networkx", "python-flint", "numba", "pyarrow", "msgspec"):
        findings.append(_package(name))
    findings.append(_exact_arithmetic())
    for engine in ENGINES.values():
        findings += engine.self_test()
    for name, module, purpose in _EXTRAS:
        there = find_spec(module) is not None
        findings.append(Finding(name, there, False, _version(name) if there else f"needed for {purpose}"))
    return findings


def _version(name: str) -> str:
    """A module may be there without its distribution's records."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "of unknown version"


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, True, f"pip install {name}")


def _exact_arithmetic() -> Finding:
    ground: str = import_module("sympy.external.gmpy").GROUND_TYPES
    return Finding("exact arithmetic", True, True, f"sympy over {ground} ground types")
