"""bertini2: an independent numerical engine, in adaptive precision from a multihomogeneous or total-degree start.

Candidates only: what it finds is certified on our exact system like anything else. It runs in a process and a directory
of its own, because it keeps global state and writes records into the working directory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from flint import fmpz

from homotopy.common import processes
from homotopy.errors import EngineMissingError
from polysys.counts import best_partition
from polysys.system import PolynomialSystem

INSTALL = "pip install bertini2"
_WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True, slots=True)
class BertiniSolutions:
    """Finite end points of all paths, as bertini2 judges them.

    Parameters
    ----------
    points : tuple of complex vectors
    n_paths : int
        Root count of the start system.
    version : str
    """

    points: tuple[tuple[complex, ...], ...]
    n_paths: int
    version: str


def bertini_version() -> str:
    """Version of the installed bertini2.

    Raises
    ------
    EngineMissingError
        If it is not installed.
    """
    try:
        return version("bertini2")
    except PackageNotFoundError as error:
        raise EngineMissingError(
            "bertini2 is not installed.", f"Run: {INSTALL} (36 MB; the extra 'bertini')."
        ) from error


def solve_with_bertini(system: PolynomialSystem, *, seed: int = 0, time_limit: float = 600.0) -> BertiniSolutions:
    """All finite end points of bertini2's own homotopy for a system.

    Parameters
    ----------
    system : PolynomialSystem
    seed : int
        Of its gamma, start points and patch.
    time_limit : float
        Seconds.

    Raises
    ------
    EngineMissingError, EngineCrashError, EngineTimeoutError

    Examples
    --------
    >>> import polysys as ps
    >>> system = ps.expression("x^3/3 - 2*x").sample().system
    >>> len(solve_with_bertini(system).points)  # doctest: +SKIP
    2
    """
    bertini_version()
    bound = best_partition([list(terms) for terms in system.terms], system.n)
    equations = [
        [([(k, a) for k, a in enumerate(e) if a], c) for e, c in _scaled(terms).items()] for terms in system.terms
    ]
    ask = {"n": system.n, "groups": [list(b) for b in bound.partition], "equations": equations, "seed": seed + 1}
    command = processes.interpreter(f"import runpy\nrunpy.run_path({str(_WORKER)!r}, run_name='__main__')")
    text = processes.run("bertini2", command, {"ask.json": json.dumps(ask)}, "answer.json", time_limit)
    try:
        answer = json.loads(text)
        points = tuple(tuple(complex(re, im) for re, im in point) for point in answer["points"])
        return BertiniSolutions(points, bound.count.value, str(answer["version"]))
    except (ValueError, LookupError, TypeError) as error:
        raise processes.crash(f"the answer of bertini2 cannot be read ({error})") from error


def _scaled(terms: Mapping[tuple[int, ...], Fraction]) -> dict[tuple[int, ...], str]:
    """An equation divided by a power of two, its largest coefficient about one, as exact text.

    bertini2 takes a system for positive-dimensional when its Jacobian at a random point is numerically singular, as it
    is when one equation has coefficients of a billion and another of one.
    """
    largest = max(map(abs, terms.values()))
    exponent = largest.numerator.bit_length() - largest.denominator.bit_length()
    scale = Fraction(2) ** -exponent
    return {e: "/".join(str(fmpz(k)) for k in (c * scale).as_integer_ratio()) for e, c in terms.items()}
