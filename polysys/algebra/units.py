"""Units in which the coefficients of equations are of about one size: powers of two, so that all stays exact.

With x_i = 2^(a_i) y_i and equation j multiplied by 2^(c_j), the exponents minimise the sum of (log2 |c| + a . e + c_j)^2 over all terms c x^e
(Morgan 1987, chapter 5; PHCpack scales so as well), the smallest of such a where several do: unknowns that no equation ties to a size stay.
A form with small integers separates solutions then; it does not where one unknown is of size 1e-150 and another of size 1e150.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from polysys.algebra.modular import Exponents, Polynomial

WIDE = 128
"""Binary orders of magnitude between the coefficients of an equation up to which it is taken as it is.

Doubles hold 2^1074 to either side of one, and the exact algebra of such equations takes milliseconds; larger ones are taken in units.
"""


def size(c: Any) -> int:
    """log2 |c| of a rational number of any length but zero, within one."""
    number = Fraction(c) if isinstance(c, int) else c
    return int(number.numerator).bit_length() - int(number.denominator).bit_length()


def spread(polynomials: Sequence[Polynomial]) -> int:
    """By how many powers of two the coefficients of an equation differ, at most.

    Examples
    --------
    >>> spread([{(2,): 2**40, (0,): 1}, {(1,): 2**90}])
    40
    """
    sizes = [[size(c) for c in f.values() if c] for f in polynomials]
    return max((max(s) - min(s) for s in sizes if s), default=0)


def units_of(polynomials: Sequence[Polynomial], n: int) -> tuple[int, ...]:
    """The exponents of two of the units of n unknowns, (0, .., 0) for equations that are taken as they are.

    Examples
    --------
    >>> units_of([{(2, 0): 1, (0, 0): -(2**300)}, {(1, 1): 1, (0, 0): -1}], 2)
    (150, -150)
    >>> units_of([{(2, 0): 10**9, (0, 0): -1}, {(1, 1): 1, (0, 0): -1}], 2)
    (0, 0)
    """
    if spread(polynomials) <= WIDE:
        return (0,) * n
    rows = [(e, j, size(c)) for j, f in enumerate(polynomials) for e, c in f.items() if c]
    matrix = np.zeros((len(rows), n + len(polynomials)))
    for k, (exponents, j, _) in enumerate(rows):
        matrix[k, :n], matrix[k, n + j] = exponents, 1
    fit = np.linalg.lstsq(matrix, np.array([-float(s) for _, _, s in rows]), rcond=1e-10)[0]
    return tuple(int(a) for a in np.round(fit[:n]))


def in_units(polynomials: Sequence[Polynomial], units: Sequence[int]) -> list[dict[Exponents, Fraction]]:
    """The same equations in the unknowns y, with x_i = 2^(a_i) y_i.

    Examples
    --------
    >>> in_units([{(2, 0): 1, (0, 0): -16}], (2, 0))
    [{(2, 0): Fraction(16, 1), (0, 0): Fraction(-16, 1)}]
    """
    two = Fraction(2)
    return [
        {e: Fraction(int(c.numerator), int(c.denominator)) * two ** sum(a * k for a, k in zip(units, e, strict=True)) for e, c in f.items()}
        for f in polynomials
    ]
