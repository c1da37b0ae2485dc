"""What a number given by a user must be; True is no number."""

from __future__ import annotations

import math
from typing import Any

from polysys.errors import InputError


def is_whole(value: Any, least: int, most: int | None = None) -> bool:
    """Whether a value is an int in a range."""
    return type(value) is int and value >= least and (most is None or value <= most)


def is_number(value: Any) -> bool:
    """Whether a value is a finite int or float."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def check_level(value: Any) -> None:
    """Refuse a probability that is not strictly between 0 and 1."""
    if not is_number(value) or not 0 < value < 1:
        raise InputError(f"The level {value!r:.40} is not between 0 and 1.", "Give 0.95, say.")
