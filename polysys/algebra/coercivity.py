"""A sufficient condition for V(x) -> infinity as |x| -> infinity on R^n, checked in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from polysys.system import exact_terms


def is_coercive(potential: Any) -> bool:
    """Whether pure even powers dominate every other term; True is a proof, False only "not shown".

    Notes
    -----
    Let c_i x_i^(d_i) be the highest pure power of each variable, d_i even and c_i > 0. A monomial of weighted degree
    w = sum a_i / d_i < 1 is of lower order. For w = 1 the weighted inequality of means gives
    |x^a| <= sum (a_i / d_i) |x_i|^(d_i). So V is coercive if no monomial has w > 1 and, for every i,
    c_i > sum over monomials with w = 1 of (a_i / d_i) |coefficient| (terms with even a and positive coefficient
    only help and are left out).

    Examples
    --------
    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> is_coercive(x**4 + y**4 + x**2 * y), is_coercive(x**2 * y**2 + x**2)
    (True, False)
    """
    terms = exact_terms(potential)
    n = potential.ring.ngens
    degree, slack = [0] * n, [Fraction(0)] * n
    for exponents, c in terms.items():
        support = [i for i, e in enumerate(exponents) if e]
        if len(support) == 1 and exponents[support[0]] > degree[support[0]]:
            degree[support[0]], slack[support[0]] = exponents[support[0]], c
    if any(d == 0 or d % 2 or c <= 0 for d, c in zip(degree, slack, strict=True)):
        return False
    for exponents, c in terms.items():
        support = [i for i, e in enumerate(exponents) if e]
        weight = sum(Fraction(exponents[i], degree[i]) for i in support)
        if weight > 1:
            return False
        is_square = c > 0 and all(e % 2 == 0 for e in exponents)
        if weight == 1 and len(support) > 1 and not is_square:
            for i in support:
                slack[i] -= abs(c) * Fraction(exponents[i], degree[i])
    return all(s > 0 for s in slack)
