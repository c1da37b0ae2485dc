"""Whether two numbers, as printed, agree; and what must hold in a table of published numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

_NUMBER = re.compile(r"(-?[0-9]+(?:\.([0-9]+))?)(?:\(([0-9]+)\))?")
_SIGMAS = 3  # a printed uncertainty is one standard error


def interval(text: str) -> tuple[float, float] | None:
    """The numbers that a printed one may stand for; None where it is none.

    Examples
    --------
    >>> interval("33"), interval("[4.2, 4.4]"), interval("about 7")
    ((33.0, 33.0), (4.2, 4.4), None)
    """
    pair = re.fullmatch(r"\[(\S+), (\S+)\]", text)
    try:
        if pair:
            return float(pair[1]), float(pair[2])
    except ValueError:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    value, unit = float(match[1]), 10.0 ** -len(match[2] or "")
    spread = _SIGMAS * int(match[3]) * unit if match[3] else (unit / 2 if match[2] else 0.0)
    return value - spread, value + spread


def agreement(published: str, ours: str | None) -> str:
    """agrees, disagrees or not compared."""
    a, b = interval(published), None if ours is None else interval(ours)
    if a is None or b is None:
        return "not compared"
    return "agrees" if a[0] <= b[1] and b[0] <= a[1] else "disagrees"


def faults(rows: Sequence[Any]) -> Iterator[str]:
    """What is wrong with the rows; nothing where nothing is."""
    for row in rows:
        if row.is_read not in ("yes", "no"):
            yield f"{row.quantity}: is_read is neither yes nor no"
        elif not row.published or not row.source or not row.place:
            yield f"{row.quantity}: the number or its place is missing"
        elif (row.ours is None) != (row.how is None) or (row.ours is None) != (row.rigor is None):
            yield f"{row.quantity}: our number stands without its computation, or the reverse"
        elif row.agreement != agreement(row.published, row.ours):
            yield f"{row.quantity}: {row.published} and {row.ours} are said to be {row.agreement!r}"
