"""Older versions of table.json, brought up to date one step at a time; each step is a script that needs nothing but Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from homotopy.tables.upgrades import v1_to_v2

STEPS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: v1_to_v2.upgrade}


def upgraded(content: dict[str, Any], version: int) -> dict[str, Any]:
    """The members of a table.json as a later version has them; unchanged if it is of that version."""
    while content["version"] < version:
        content = STEPS[content["version"]](content)
    return content
