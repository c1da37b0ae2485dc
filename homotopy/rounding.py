"""From proved balls to doubles that do not depend on how the ball was found."""

from __future__ import annotations

from math import inf, nextafter, ulp

from flint import arb, ctx

_PRECISION = 1100  # bits, more than any ball here carries: its ends are not rounded again


def nearest_double(value: arb) -> tuple[float, float]:
    """The double nearest to the number in a ball, and a proved bound of the error.

    Where the ball is narrow enough to decide (a ball of 1e-30 fails once in 1e14 numbers) the result is a function of
    the true number alone: whichever paths, charts, chunks or machines led to the ball, the double is the same. Otherwise
    it is the midpoint, and the bound is larger than half a unit in the last place.

    Examples
    --------
    >>> from flint import ctx
    >>> with ctx.workprec(128):
    ...     nearest_double(arb(1) / 3)
    (0.3333333333333333, 2.7755575615628914e-17)
    """
    if not value.is_finite():
        return float(value.mid()), inf
    with ctx.workprec(_PRECISION):
        low, high = _correctly_rounded(value.lower()), _correctly_rounded(value.upper())
    if low == high:
        return low + 0.0, ulp(low) / 2  # + 0.0: no negative zero
    middle = float(value.mid())
    return middle, nextafter(max(nextafter(high, inf) - middle, middle - nextafter(low, -inf)), inf)


def _correctly_rounded(value: arb) -> float:
    """The double nearest to an exact dyadic number; Python's true division of integers rounds correctly."""
    mantissa, exponent = value.man_exp()
    m, e = int(mantissa), int(exponent)
    try:
        return float(m << e) if e >= 0 else m / (1 << -e)
    except OverflowError:
        return inf if m > 0 else -inf
