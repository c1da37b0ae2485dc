"""Numbers with their nouns, as a person says them."""

from __future__ import annotations

_PLURALS = {"class": "classes", "minimum": "minima", "maximum": "maxima", "datum": "data"}


def count_of(n: int, noun: str) -> str:
    """A number of things.

    Examples
    --------
    >>> count_of(1, "class"), count_of(2, "class"), count_of(0, "minimum"), count_of(1, "certified distinct solution")
    ('1 class', '2 classes', '0 minima', '1 certified distinct solution')
    """
    return f"{n} {noun if n == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """The plural of a noun that we use."""
    return _PLURALS.get(noun, noun + "s")


def probability(p: float, digits: int = 2) -> str:
    """A probability; one too small for a double is not called zero.

    Examples
    --------
    >>> probability(0.0312), probability(0.0)
    ('0.031', '<1e-300')
    """
    return f"{p:.{digits}g}" if p >= 1e-300 else "<1e-300"
