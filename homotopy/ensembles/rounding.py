"""From proved balls to numbers that do not depend on how the ball was found."""

from __future__ import annotations

from math import inf, isfinite, nextafter

from flint import arb, ctx

DIGITS = 9  # significant decimals: certificates in doubles decide 99 of 100 numbers
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
    return decided_between(*ends(value))


def decided_between(low: float, high: float) -> float | None:
    """The same for the numbers from `low` to `high`."""
    if low > -_ZERO and high < _ZERO:
        return 0.0
    low_text = f"{low:.{DIGITS - 1}e}"
    return float(low_text) if isfinite(low) and low_text == f"{high:.{DIGITS - 1}e}" else None


def middle(value: arb) -> float:
    """The midpoint of a ball, rounded to nine significant decimals: for what no ball decides."""
    return float(f"{float(value.mid()):.{DIGITS - 1}e}") + 0.0  # no negative zero


def error_bound(value: arb, rounded: float) -> float:
    """A bound on the distance of the number in a ball from `rounded`; a function of `rounded` where the ball is narrow."""
    return error_between(*ends(value), rounded)


def error_between(low: float, high: float, rounded: float) -> float:
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
