"""Values of a parameter: exact rationals, evenly spaced in the number or in its logarithm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from homotopy.common.validation import is_whole
from polysys.errors import InputError
from polysys.reading.rationals import as_rational

MOST_VALUES = 10_000
_DIGITS = 6  # significant decimals of the values of a geometric sequence


def linspace(first: Any, last: Any, count: int) -> tuple[Fraction, ...]:
    """`count` evenly spaced exact numbers from `first` to `last`.

    Parameters
    ----------
    first, last : number or text
        Texts are read exactly: "0.1" is a tenth; so is the float 0.1 here, by its shortest decimal.
    count : int

    Raises
    ------
    InputError

    Examples
    --------
    >>> [str(v) for v in linspace(0, "0.3", 4)]
    ['0', '1/10', '1/5', '3/10']
    """
    low, high = _ends(first, last, count)
    if count == 1:
        return (low,)
    return tuple(low + (high - low) * k / (count - 1) for k in range(count))


def geomspace(first: Any, last: Any, count: int) -> tuple[Fraction, ...]:
    """`count` numbers from `first` to `last` in a nearly constant ratio: decimals of six digits, exact ends.

    Parameters
    ----------
    first, last : number or text
        Both positive, or both negative.
    count : int

    Raises
    ------
    InputError

    Examples
    --------
    >>> [str(v) for v in geomspace("0.01", 1, 5)]
    ['1/100', '79057/2500000', '1/10', '79057/250000', '1']
    """
    low, high = _ends(first, last, count)
    if low * high <= 0:
        raise InputError("A geometric sequence goes through no zero.", "Give two positive numbers, or linspace.")
    if count == 1:
        return (low,)
    sign = 1 if low > 0 else -1
    ratio = float(high / low)
    inner = [
        Fraction(f"{float(abs(low)) * ratio ** (k / (count - 1)):.{_DIGITS - 1}e}") * sign for k in range(1, count - 1)
    ]
    return (low, *inner, high)


def _ends(first: Any, last: Any, count: Any) -> tuple[Fraction, Fraction]:
    if not is_whole(count, 1, MOST_VALUES):
        raise InputError(f"{count!r:.40} is not a number of values.", f"Give one from 1 to {MOST_VALUES}.")
    low, high = exact(first), exact(last)
    if count > 1 and low == high:
        raise InputError(f"The range begins and ends at {low}.", "Give two different ends.")
    return low, high


def exact(value: Any) -> Fraction:
    """A value as a rational; a float stands for its shortest decimal here, because people mean 0.1."""
    return as_rational(repr(float(value)) if isinstance(value, float) else value)


def as_values(values: Iterable[Any]) -> tuple[Fraction, ...]:
    """The values of a scan, sorted; at least two different ones.

    Raises
    ------
    InputError
    """
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"The values {values!r:.60} are not a list of numbers.", "Give ho.linspace(0, 1, 21), say.")
    found = sorted({exact(v) for v in values})
    if len(found) < 2:
        raise InputError(f"A scan over {len(found)} value is none.", "Give two different values at least.")
    if len(found) > MOST_VALUES:
        raise InputError(f"A scan takes at most {MOST_VALUES} values.", "Give fewer.")
    return tuple(found)


def parse_over(text: str) -> tuple[str, tuple[Fraction, ...]]:
    """The name and the values in ``NAME=FROM:TO:COUNT[:log]``.

    Raises
    ------
    InputError

    Examples
    --------
    >>> parse_over("a=-1:1:3")
    ('a', (Fraction(-1, 1), Fraction(0, 1), Fraction(1, 1)))
    """
    name, equals, rest = text.partition("=")
    parts: Sequence[str] = [p.strip() for p in rest.split(":")]
    is_log = len(parts) == 4 and parts[3] == "log"
    if not equals or not name.strip().isidentifier() or (len(parts) != 3 and not is_log) or not parts[2].isdigit():
        raise InputError(f"The range {text[:60]!r} cannot be read.", "Write --over a=-1:1:41, or l2=1e-3:3:30:log.")
    spaced = geomspace if is_log else linspace
    return name.strip(), spaced(parts[0], parts[1], int(parts[2][:9]))
