"""What is installed, what works without it, and a self-test of each engine."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from homotopy.engines.bertini.client import bertini_version, solve_with_bertini
from homotopy.engines.msolve.client import find_msolve, good_primes, ideal_modulo, msolve_version, real_boxes
from homotopy.engines.phcpack.client import PHCpack, find_phcpack
from homotopy.options import Transport
from polysys.errors import PolysysError
from polysys.models.expressions import expression

# distribution, module, what needs it
_EXTRAS = (
    ("scikit-learn", "sklearn", "the data sets iris, wine, digits, diabetes: pip install 'stationary-points[datasets]'"),
    ("matplotlib", "matplotlib", "figures: pip install 'stationary-points[plot]'"),
    ("pandas", "pandas", "Census.to_frame: pip install pandas"),
    ("distributed", "distributed", "ensembles on Dask: pip install 'stationary-points[cluster]'"),
    ("torch", "torch", "networks to be read by ps.from_torch: pip install 'stationary-points[torch]'"),
)

_DOUBLE_WELL = "x^4/4 - x^2/2 + x*y/10 + y^2/2"  # three stationary points, all real


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked for: is it there, is the main job impossible without it, and a sentence."""

    name: str
    is_ok: bool
    is_needed: bool
    detail: str


def examine() -> list[Finding]:
    """Look for engines and libraries and test the engines on x^2 = 2, x y = 1 (two solutions)."""
    findings = [Finding("python", True, True, f"{platform.python_implementation()} {platform.python_version()}")]
    for name in ("sympy", "numpy", "scipy", "networkx", "python-flint", "numba", "pyarrow", "msgspec"):
        findings.append(_package(name))
    findings.append(_exact_arithmetic())
    transports = [_engine("phcpy"), _engine("phc")]
    works = any(f.is_ok for f in transports)
    findings += transports
    hint = "solving works" if works else "apt install phcpack python3-phcpy, or conda install -c conda-forge phcpy"
    findings.append(Finding("PHCpack", works, True, hint))
    findings += [_msolve(), _bertini()]
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


def _engine(transport: Transport) -> Finding:
    system = [[(1 + 0j, (2, 0)), (-2 + 0j, (0, 0))], [(1 + 0j, (1, 1)), (-1 + 0j, (0, 0))]]
    try:
        found = find_phcpack()
        with PHCpack(transport, time_limit=60) as engine:
            n = len(engine.solve(system, seed=1).ends)
            detail = f"{engine.version}, {found.phcpy_path if transport == 'phcpy' else found.phc_path}, self-test "
        return Finding(f"PHCpack through {transport}", n == 2, False, detail + ("passed" if n == 2 else f"failed: {n} of 2"))
    except PolysysError as error:
        return Finding(f"PHCpack through {transport}", False, False, str(error))


def _msolve() -> Finding:
    name, system = "msolve (cross-checks)", expression(_DOUBLE_WELL).sample().system
    try:
        where = f"{msolve_version()}, {find_msolve()}"
        degree = ideal_modulo(system, good_primes(system)[0], time_limit=60).degree
        n_real = len(real_boxes(system, time_limit=60) or ())
    except PolysysError as error:
        return Finding(name, False, False, str(error))
    works = degree == n_real == 3
    said = "passed" if works else f"failed: {degree}, {n_real} of 3"
    return Finding(name, works, False, f"{where}, self-test {said}")


def _bertini() -> Finding:
    name, system = "bertini2 (cross-checks)", expression(_DOUBLE_WELL).sample().system
    try:
        where = bertini_version()
        n = len(solve_with_bertini(system, time_limit=60).points)
    except PolysysError as error:
        return Finding(name, False, False, str(error))
    return Finding(name, n == 3, False, f"{where}, self-test {'passed' if n == 3 else f'failed: {n} of 3'}")
