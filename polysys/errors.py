"""Errors of polysys: each says in one sentence what is wrong and in one the way out."""

from typing import Any


class PolysysError(Exception):
    """Base of all errors raised by polysys.

    Parameters
    ----------
    what : str
        One sentence: what is wrong.
    way_out : str
        One sentence: what to do about it.
    """

    def __init__(self, what: str, way_out: str) -> None:
        super().__init__(f"{what} {way_out}")
        self.what = what
        self.way_out = way_out

    def __reduce__(self) -> tuple[type["PolysysError"], tuple[str, str]]:
        return type(self), (self.what, self.way_out)


class InputError(PolysysError):
    """A value that cannot be used: wrong size, wrong type, nan, inf, empty."""


class FileError(InputError):
    """A file that cannot be read, or is not what it should be."""


class NotPolynomialError(InputError):
    """An expression that is not a polynomial with rational coefficients."""


class NotSquareError(InputError):
    """A system whose numbers of equations and unknowns differ."""


class LabelError(InputError):
    """A model label that cannot be read, or names no known family or size."""


class DatasetError(InputError):
    """A data set that is missing, unreadable or of the wrong shape."""


class PositiveDimensionalError(PolysysError):
    """The stationary points are not isolated; the message names the symmetry or the set."""


class WorkLimitError(PolysysError):
    """A computation would need more work than it was allowed."""


def require_type(value: Any, kinds: type | tuple[type, ...], what: str, way_out: str) -> None:
    """Refuse a value of a type that a function does not take.

    Parameters
    ----------
    value : object
    kinds : type or tuple of type
        What is taken.
    what, way_out : str
        What the value is meant to be, and what to give; a sentence each, the first as far as its subject.

    Raises
    ------
    TypeError

    Examples
    --------
    >>> require_type(3, str, "The label", "Give a text.")
    Traceback (most recent call last):
    TypeError: The label is of type int. Give a text.
    """
    if not isinstance(value, kinds):
        raise TypeError(f"{what} is of type {type(value).__name__}. {way_out}")
