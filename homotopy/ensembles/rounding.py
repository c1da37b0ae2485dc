"""From proved balls to numbers that do not depend on how the ball was found."""

from __future__ import annotations

from math import inf, isfinite, nextafter

import numpy as np
from flint import arb, ctx

from homotopy.common.arrays import Floats

DIGITS = 9  # significant decimals: certificates in doubles decide 99 of 100 numbers
_PLAIN = DIGITS - 1  # exponents up to this: a number of nine digits is a quotient, or a product, of an integer and a power of ten that is a double
_UP = np.array([10.0 ** (_PLAIN - e) for e in range(-_PLAIN, _PLAIN + 1)])  # by exponent: what makes nine digits an integer
_UNIT = np.array([10.0 ** (e - _PLAIN) for e in range(-_PLAIN, _PLAIN + 1)])  # the last of them
_ZERO = 1e-25  # what is proved smaller is stored as 0: a ball about zero never says more


def decided(value: arb) -> float | None:
    """The number in a ball, rounded to nine significant decimals; None where the ball is too wide to decide that.

    What is returned is a function of the true number alone, whichever paths, charts, chunks or machines led to the ball.
    A relative radius of 1e-12 fails once in a few hundred numbers, one of 1e-30 only for ties, which ball arithmetic
    cannot see.

    Examples
    --------
    >>> decided(arb(1) / 3), decided(arb(1, 1e-7)), decided(arb(0, 1e-30))
    (0.333333333, None, 0.0)
    """
    return _decided_between(*ends(value))


def _decided_between(low: float, high: float) -> float | None:
    """The same for the numbers from `low` to `high`."""
    if low > -_ZERO and high < _ZERO:
        return 0.0
    low_text = f"{low:.{DIGITS - 1}e}"
    return float(low_text) if isfinite(low) and low_text == f"{high:.{DIGITS - 1}e}" else None


def decided_numbers(mid: Floats, radius: Floats) -> tuple[Floats, Floats]:
    """The same for the numbers within radii of doubles, nan where that is too wide, and the bounds of :func:`error_bound`.

    Examples
    --------
    >>> numbers, errors = decided_numbers(np.array([1 / 3, 1.0]), np.array([1e-12, 1e-7]))
    >>> numbers.tolist(), errors.tolist()
    ([0.333333333, nan], [6e-10, nan])
    """
    numbers, errors = np.full(len(mid), np.nan), np.full(len(mid), np.nan)
    with np.errstate(all="ignore"):
        low, high = np.nextafter(mid - radius, -inf), np.nextafter(mid + radius, inf)
        exponent = np.floor(np.log10(np.abs(mid)))
        is_plain = np.abs(exponent) <= _PLAIN
        power = np.where(is_plain, exponent, 0).astype(int) + _PLAIN
        whole = np.rint(mid * _UP[power])
        # clearly within the half unit that is rounded to these digits: products err by a few units of 1e-7
        is_clear = is_plain & (np.maximum(np.abs(low * _UP[power] - whole), np.abs(high * _UP[power] - whole)) < 0.499)
        is_clear &= (np.abs(whole) > 10 ** (DIGITS - 1)) & (np.abs(whole) < 10**DIGITS)
    numbers[is_clear], errors[is_clear] = (whole / _UP[power])[is_clear], 0.6 * _UNIT[power[is_clear]]
    for k in np.flatnonzero(~is_clear).tolist():
        number = _decided_between(float(low[k]), float(high[k]))
        if number is not None:
            numbers[k], errors[k] = number, _error_between(float(low[k]), float(high[k]), number)
    return numbers, errors


def middle(value: arb) -> float:
    """The midpoint of a ball, rounded to nine significant decimals: for what no ball decides."""
    return float(f"{float(value.mid()):.{DIGITS - 1}e}") + 0.0  # no negative zero


def error_bound(value: arb, rounded: float) -> float:
    """A bound on the distance of the number in a ball from `rounded`; a function of `rounded` where the ball is narrow."""
    return _error_between(*ends(value), rounded)


def _error_between(low: float, high: float, rounded: float) -> float:
    """The same for a number from `low` to `high`."""
    distance = max(nextafter(high - rounded, inf), nextafter(rounded - low, inf))
    unit = 10.0 ** (int(f"{rounded:.{DIGITS - 1}e}".partition("e")[2]) - (DIGITS - 1))
    return max(distance, 0.6 * unit if rounded else _ZERO)  # half a unit of the last decimal, and some


def ends(value: arb) -> tuple[float, float]:
    """Doubles below and above all numbers in a ball."""
    if not value.is_finite():
        return -inf, inf
    with ctx.workprec(53):
        return float(value.lower()), float(value.upper())
