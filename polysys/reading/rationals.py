"""Numbers kept exactly: what a user writes becomes a Fraction, or an error that says why not."""

from __future__ import annotations

import re
import sys
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import Any

import flint
import numpy as np

from polysys.errors import InputError

# Python converts at most 4300 digits of text to an integer; all our constants stay below, so that texts read back.
MAX_BITS = 13_000
_MAX_DECIMAL_EXPONENT = 3_900
_DECIMAL = r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,6}))?"
_TEXT = re.compile(rf"\s*{_DECIMAL}\s*(?:/\s*{_DECIMAL}\s*)?", re.ASCII)
_WAY_OUT = "Give an integer, a fraction such as '1/3', a decimal such as '0.1' or a finite float."


def n_bits(value: Any) -> int:
    """Length of the longer one of numerator and denominator."""
    return max(int(value.numerator.bit_length()), int(value.denominator.bit_length()))


def as_rational(value: Any) -> Fraction:
    """The exact rational value of a number.

    Parameters
    ----------
    value : int, float, str, Fraction, Decimal, numpy scalar, sympy Rational or Float, flint fmpz or fmpq
        A float stands for its exact binary value (0.1 is not 1/10); the texts "0.1", "1/3" and "1e-3" for what they
        say.

    Returns
    -------
    Fraction

    Raises
    ------
    InputError
        For nan, infinities, complex numbers, truth values, None, numbers of more than 13,000 bits, and anything else.

    Examples
    --------
    >>> as_rational("0.1"), as_rational(0.25), as_rational("1e-3")
    (Fraction(1, 10), Fraction(1, 4), Fraction(1, 1000))
    """
    result = _rational(value)
    if n_bits(result) > MAX_BITS:
        raise InputError(f"A number has more than {MAX_BITS} bits.", "Round it to fewer digits.")
    return result


def _rational(value: Any) -> Fraction:
    if type(value) is Fraction:
        return value
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, (bool, np.bool_)):
        raise InputError(f"{value!r} is a truth value, not a number.", _WAY_OUT)
    if isinstance(value, (int, np.integer)):
        return Fraction(int(value))
    if isinstance(value, (float, np.floating)):
        if not np.isfinite(value):
            raise InputError(f"{float(value)!r} is not a finite number.", _WAY_OUT)
        return Fraction(*map(int, value.as_integer_ratio()))
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InputError(f"{value} is not a finite number.", _WAY_OUT)
        return _from_text(str(value))
    sympy: Any = sys.modules.get("sympy")  # where nobody has loaded it, nothing is of its types
    if sympy and isinstance(value, sympy.Float) and value.is_finite:
        sign, mantissa, exponent, _ = value._mpf_
        if abs(exponent) > 2 * MAX_BITS:  # a shift by this much would be the memory bomb
            raise InputError("A sympy Float has an exponent out of range.", "Round or rescale it.")
        return Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** int(exponent)
    if isinstance(value, flint.fmpq) or (sympy and isinstance(value, sympy.Rational) and value.is_finite):
        return Fraction(int(value.p), int(value.q))
    if isinstance(value, flint.fmpz):
        return Fraction(int(value))
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    raise InputError(f"{_short(value)} of type {type(value).__name__} is not a rational number.", _WAY_OUT)


def _from_text(text: str) -> Fraction:
    match = _TEXT.fullmatch(text) if len(text) <= 10_000 else None
    if match is None:
        raise InputError(f"The text {_short(text)} is not a number.", _WAY_OUT)
    groups = match.groups()
    numerator = _decimal(groups[:4], text)
    if "/" not in text:
        return numerator
    denominator = _decimal(groups[4:], text)
    if not denominator:
        raise InputError(f"The text {_short(text)} divides by zero.", _WAY_OUT)
    return numerator / denominator


def _decimal(groups: tuple[str | None, ...], text: str) -> Fraction:
    sign, whole, part, exponent = groups
    part = part or ""
    digits = (whole or "") + part
    if not digits:
        raise InputError(f"The text {_short(text)} is not a number.", _WAY_OUT)
    shift = int(exponent or 0) - len(part)
    if len(digits) > _MAX_DECIMAL_EXPONENT or abs(shift) > _MAX_DECIMAL_EXPONENT:
        raise InputError(f"The number {_short(text)} has too many digits.", "Round it to fewer digits.")
    value = Fraction(int(digits) * 10**shift) if shift >= 0 else Fraction(int(digits), 10**-shift)
    return -value if sign == "-" else value


def _short(value: Any) -> str:
    try:
        shown = repr(value)
    except ValueError:  # an integer inside is too long for Python to print
        return "A value"
    return shown if len(shown) <= 60 else shown[:57] + "..."


def as_rational_array(values: Any, shape: tuple[int | None, ...] | None = None, name: str = "values") -> Any:
    """An array of exact rationals.

    Parameters
    ----------
    values : array-like
        Numbers that `as_rational` accepts, in nested lists or any array.
    shape : tuple of int or None, optional
        Required shape; None stands for any length.
    name : str
        What the array is called in errors.

    Returns
    -------
    numpy object array of Fraction

    Raises
    ------
    InputError
        Naming the offending entry, or the shape found.

    Examples
    --------
    >>> as_rational_array([[1, "1/2"], [0.5, 2]], shape=(2, None))[0, 1]
    Fraction(1, 2)
    """
    try:
        array = np.array(values, dtype=object)
    except (ValueError, TypeError) as error:
        raise InputError(f"{name} is not a rectangular array ({error}).", "Give rows of equal length.") from None
    if shape is not None and (
        array.ndim != len(shape) or any(k is not None and k != n for k, n in zip(shape, array.shape, strict=True))
    ):
        wanted = " x ".join("any" if k is None else str(k) for k in shape)
        found = " x ".join(map(str, array.shape)) or "a single value"
        row = " One row of numbers stands in two pairs of brackets, [[1, 2, 3]]." if (array.ndim, len(shape)) == (1, 2) else ""
        raise InputError(f"{name} has the shape {found}, not {wanted}.", f"Give an array of that shape.{row}")
    result = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        entry = array[index]
        try:
            result[index] = as_rational(entry)
        except InputError as error:
            where = f"{name}[{', '.join(map(str, index))}]" if index else name
            if isinstance(entry, (list, tuple, np.ndarray)):
                raise InputError(f"{where} is a list: the rows differ in length.", "Give equal lengths.") from None
            raise InputError(f"{where}: {error.what}", error.way_out) from None
    return result
