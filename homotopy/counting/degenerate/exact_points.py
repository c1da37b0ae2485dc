"""Multiple points where exact algebra lists all solutions: none is looked for at the ends of paths then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from homotopy.counting.degenerate.describe import energy_at
from homotopy.counting.degenerate.stationary_set import SetKind, StationarySet
from homotopy.status import Verdict
from polysys.counts.multiplicities import multiple_zeros_of
from polysys.counts.of_landscape import hilbert_bound
from polysys.problem import Problem

if TYPE_CHECKING:  # at run time only where there are multiple solutions
    from polysys.algebra.multiple_zeros import MultipleZero

_DIGITS = 1e-14


def exact_multiple_points(
    problem: Problem, n_simple: int, ends: Sequence[Sequence[complex]] | None
) -> tuple[StationarySet, ...] | None:
    """The multiple points of a problem; None where exact algebra does not list its solutions, or lists other simple ones.

    Parameters
    ----------
    problem : Landscape or Equations
    n_simple : int
        Certified solutions.
    ends : sequence of complex vectors, optional
        Ends of paths without a certificate; those near a multiple point are counted as its paths. None where no path was followed.

    Notes
    -----
    Multiplicities are proved where a bound by Hilbert functions is their sum with the simple solutions.

    Examples
    --------
    >>> import polysys as ps
    >>> print(exact_multiple_points(ps.expression("x^4 - x^3*y + y^4 - x^5").sample(), 3, [])[0])
    isolated singular point: multiplicity 9 (proved), real, energy 0, 0 paths, at (0, 0)
    """
    found = multiple_zeros_of(problem)
    if found is None or found.n_simple != n_simple or not found.multiple:
        return None
    bound = hilbert_bound(problem, found.degree)
    is_proved = bound is not None and bound.bound == found.degree
    paths = [None] * len(found.multiple) if ends is None else _paths(found.multiple, ends)
    return tuple(_set(problem, z, n, is_proved) for z, n in zip(found.multiple, paths, strict=True))


def _paths(zeros: Sequence[MultipleZero], ends: Sequence[Sequence[complex]]) -> list[int]:
    """How many ends belong to each point: a zero of multiplicity m is found to 1/m of the digits only."""
    counts = [0] * len(zeros)
    for end in ends:
        x = np.array(end, dtype=np.complex128)
        if not np.isfinite(x).all():
            continue
        distances = [float(np.abs(np.array(z.point.doubles) - x).max()) for z in zeros]
        k = int(np.argmin(distances))
        if distances[k] < min(10 * _DIGITS ** (1 / zeros[k].multiplicity), 0.01) * (1 + np.abs(x).max()):
            counts[k] += 1
    return counts


def _set(problem: Problem, zero: MultipleZero, n_paths: int | None, is_proved: bool) -> StationarySet:
    return StationarySet(
        SetKind.ISOLATED,
        0,
        is_proved,
        zero.multiplicity,
        is_proved,
        reality=Verdict.YES if zero.point.is_real else Verdict.NO,
        energy=energy_at(problem, zero.point.doubles),
        samples=(zero.point.doubles,),
        exact=zero.exact,
        n_paths=n_paths,
    )
