"""Checks of a specification: what cannot be used is refused with a sentence before anything is counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homotopy.common.validation import is_whole
from polysys.errors import InputError


def require(is_met: bool, what: str, way_out: str) -> None:
    """Raise an InputError unless a condition is met."""
    if not is_met:
        raise InputError(what, way_out)


def require_whole(spec: Any, ranges: Mapping[str, tuple[int, int | None]]) -> None:
    """Each of these fields must be a whole number, or a tuple of them, from the least to the most (None: any)."""
    for name, (least, most) in ranges.items():
        value = getattr(spec, name)
        upto = f" to {most}" if most is not None else " on"
        for number in value if isinstance(value, tuple) else (value,):
            require(
                is_whole(number, least, most),
                f"{name} = {number} is not a whole number from {least}{upto}.",
                "Change it.",
            )
