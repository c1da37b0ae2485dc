"""Whether solutions of a bracket that no extended system explains may go to infinity."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from homotopy.common.arrays import Complexes
from homotopy.scans.family import Family
from homotopy.scans.singular import simplest, top_form
from polysys.algebra import exact_count
from polysys.formulations.variety import Variety

_FAR = 50.0  # a solution smaller than this at an end of its bracket is not on its way to infinity
_SMALL = 0.1  # of a form of highest degree in the direction of a solution, relative to its coefficients
_EXACT_WORK = 3 * 10**8  # of exact algebra: a fraction of a second


def can_escape(family: Family, solutions: Complexes, low: Fraction, high: Fraction) -> bool:
    """Whether the real solutions at the ends of a bracket may leave for infinity in it.

    All are far out, and the forms of highest degree of the equations are small in their directions. They cannot where these forms do not
    depend on the parameter and vanish together at 0 alone, nor on spheres.

    Parameters
    ----------
    family : Family
    solutions : complex array (m, n)
    low, high : Fraction
        The ends of the bracket.
    """
    if not (family.domain.is_euclidean or isinstance(family.domain, Variety)):
        return False
    size = np.abs(solutions).max(axis=1, initial=0.0)
    if not len(size) or size.min() <= _FAR:
        return False
    forms = [top_form(f) for f in family.equations]
    directions = solutions / size[:, None]
    for form in forms:
        coefficients: dict[tuple[int, ...], float] = {}
        for e, c in form.items():
            coefficients[e[:-1]] = coefficients.get(e[:-1], 0.0) + float(c * ((low + high) / 2) ** e[-1])
        values = sum(c * np.prod(directions ** np.array(e), axis=1) for e, c in coefficients.items())
        # a leading coefficient that itself goes through zero is small against what it is away from the bracket
        scale = sum(abs(float(c)) * max(1.0, abs(float(high))) ** e[-1] for e, c in form.items())
        if (np.abs(values) > _SMALL * scale).any():
            return False
    if any(e[-1] for form in forms for e in form):
        return True
    plain = [{e[:-1]: c for e, c in form.items()} for form in forms]
    return exact_count(plain, family.n, work_limit=_EXACT_WORK, distinct=False).dimension != 0


def is_escape_value(family: Family, low: Fraction, high: Fraction) -> bool:
    """Whether the forms of highest degree have more common zeros than 0 at the simplest value of a bracket, by exact algebra modulo primes."""
    value = simplest((low + high) / 2, (high - low) / 2)
    inserted = []
    for form in (top_form(f) for f in family.equations):
        sums: dict[tuple[int, ...], Fraction] = {}
        for e, c in form.items():
            sums[e[:-1]] = sums.get(e[:-1], Fraction(0)) + c * value ** e[-1]
        inserted.append({e: c for e, c in sums.items() if c})
    inserted = [f for f in inserted if f]
    if len(inserted) < family.n:
        return True
    dimension = exact_count(inserted, family.n, work_limit=_EXACT_WORK, distinct=False).dimension
    return dimension is not None and dimension > 0
