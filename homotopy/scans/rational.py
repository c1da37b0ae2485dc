"""Singular points at rational places, exactly: where more branches meet than an extended system is regular for."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from homotopy.scans.family import Family
from homotopy.scans.singular import simplest

_MOST_DENOMINATOR = 1000
_APART = 0.3  # solutions further from their middle do not go to one point


@dataclass(frozen=True)
class RationalPoint:
    """A point with F = 0 and a singular F_u, in exact arithmetic.

    Parameters
    ----------
    u : tuple of Fraction
    value : Fraction
        Of the parameter.
    kernel_dimension : int
        Of F_u.
    """

    u: tuple[Fraction, ...]
    value: Fraction
    kernel_dimension: int


def rational_point(family: Family, meeting: Any, low: Fraction, high: Fraction) -> RationalPoint | None:
    """The rational singular point that some solutions go to in an interval of the parameter; None where none is found.

    Parameters
    ----------
    family : Family
    meeting : complex array (m, n)
        Solutions at both ends.
    low, high : Fraction
    """
    middle = np.mean(meeting, axis=0)
    spread = float(np.linalg.norm(meeting - middle, axis=1).max())
    if not spread <= _APART * (1 + np.linalg.norm(middle)):
        return None
    value = simplest((low + high) / 2, (high - low) / 2)
    # the middle of all that meet is as near to the point as they are in second order; a wrong guess fails the exact test
    reach = Fraction(max(spread**2, 1e-9))
    u = tuple(simplest(Fraction(float(x.real)), reach) for x in middle)
    if any(x.denominator > _MOST_DENOMINATOR for x in (*u, value)):
        return None
    if any(family.tapes.members.equations.evaluate(u, [value])):
        return None
    entries = [fmpq(c.numerator, c.denominator) for c in family.tapes.members.jacobian.evaluate(u, [value])]
    corank = family.n - int(fmpq_mat(family.n, family.n, entries).rank())
    return RationalPoint(u, value, corank) if corank else None
