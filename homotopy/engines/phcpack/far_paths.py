"""PHCpack's paths as they can be followed to their ends in long numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from homotopy.engines.path_ends import ExactHomotopy, FarPath
from homotopy.engines.phcpack.types import TrackedHomotopy
from polysys.formulations.expansion import nested_form
from polysys.system import PolynomialSystem
from polysys.tape import trace


def follow_linear(
    system: PolynomialSystem, homotopies: Sequence[TrackedHomotopy], rows: Sequence[int]
) -> list[FarPath]:
    """Paths of straight lines between two systems, numbered over all homotopies, from their start solutions on."""
    found: dict[int, FarPath] = {}
    first = 0
    for homotopy in homotopies:
        here = [k for k in rows if first <= k < first + len(homotopy.solutions)]
        if here:
            exact = _exact(system, homotopy)
            for k in here:
                x = np.array(homotopy.solutions[k - first], complex)
                scales = np.array([2.0 ** homotopy.columns[i] for i in homotopy.live])
                found[k] = FarPath(exact, ((1.0, x),), homotopy.live, system.n, scales)
        first += len(homotopy.solutions)
    return [found[k] for k in rows]


def _exact(system: PolynomialSystem, homotopy: TrackedHomotopy) -> ExactHomotopy:
    """The homotopy with the exact coefficients, in the unknowns in which it was tracked.

    Those are scaled by powers of two, and so is every equation: the double of a coefficient says by which.
    """
    n = len(homotopy.live)
    supports, start, target = [], [], []
    for k, row, other in zip(homotopy.equations, homotopy.target, homotopy.start, strict=True):
        exact = system.terms[k]
        whole = {}
        for c, m in row:
            full = [0] * system.n
            for i, d in zip(homotopy.live, m, strict=True):
                full[i] = d
            value = exact[tuple(full)]
            whole[m] = value * Fraction(2) ** round(math.log2(abs(c)) - _log2(abs(value)))
        begin = {m: homotopy.gamma * c for c, m in other}
        monomials = sorted(whole.keys() | begin.keys())
        supports.append(monomials)
        start += [begin.get(m, 0j) for m in monomials]
        target += [whole.get(m, Fraction(0)) for m in monomials]

    def equations(x: Sequence[Any], p: Sequence[Any]) -> list[Any]:
        coefficients = iter(p)
        return [nested_form({m: next(coefficients) for m in monomials}, x) for monomials in supports]

    return ExactHomotopy(trace(equations, n, len(start)), np.array(start), target)


def _log2(value: Fraction) -> float:
    return math.log2(value.numerator) - math.log2(value.denominator)
