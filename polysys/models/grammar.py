"""How families are named: the keys of a label `family:key=value,..` or of a .toml file, and the texts that they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from polysys.errors import LabelError


@dataclass(frozen=True, slots=True)
class Family:
    """A family as the command line presents it.

    Parameters
    ----------
    name, summary, grammar, example : str
    sizes : str
        What may be chosen, and how many solutions that makes.
    required, optional : tuple of str
        The keys of its labels.
    """

    name: str
    summary: str
    grammar: str
    example: str
    sizes: str
    required: tuple[str, ...]
    optional: tuple[str, ...]

    def keys_of_label(self, text: str) -> dict[str, str]:
        """The keys in `key=value,key=value`, the part of a label behind the family's name.

        Raises
        ------
        LabelError
            If the text cannot be read, a key is missing or there is no such key.
        """
        keys: dict[str, str] = {}
        for part in text.split(",") if text else []:
            key, equals, value = part.partition("=")
            key = key.strip()
            if not equals or not value.strip() or key in keys:
                raise LabelError(
                    f"The part {part.strip()[:60]!r} of the label cannot be read.",
                    f"Each part is KEY=VALUE, and a value has no comma: 0.1, not 0,1; 2-1-1, not 2,1,1. Write it as in {self.example}.",
                )
            keys[key] = value.strip()
        return self._checked(keys)

    def keys_of_toml(self, content: Mapping[str, Any]) -> dict[str, str]:
        """The same keys from the content of a .toml file."""
        return self._checked({key: _toml_text(key, value) for key, value in content.items()})

    def _checked(self, keys: dict[str, str]) -> dict[str, str]:
        for key in keys:  # before what is missing: a key that is written wrong is both
            if key not in self.required + self.optional:
                near = get_close_matches(key.lower(), self.required + self.optional, n=1)
                meant = f"Did you mean {near[0]}? " if near else ""
                raise LabelError(f"{self.name} has no key {key[:60]!r}.", f"{meant}Write it as {self.grammar}.")
        for key in self.required:
            if key not in keys:
                raise LabelError(f"The label of {self.name} lacks {key}.", f"Write it as in {self.example}.")
        return keys


def _toml_text(key: str, value: Any) -> str:
    entries = value if isinstance(value, list) else [value]
    if not entries or not all(isinstance(v, str | int | float) for v in entries):
        raise LabelError(
            f"{key} in the model file is neither a number, a text nor a list of them.", "See docs/models.md."
        )
    if key == "l2" and isinstance(value, list):
        raise LabelError(
            "l2 in the model file is a list.", "Give one number or 'random'; one value a weight is for Python."
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-".join(map(str, value)) if isinstance(value, list) else str(value)


def integer(keys: Mapping[str, str], key: str) -> int:
    """The whole number that a key holds."""
    return _integer(keys[key], key)


def integers(keys: Mapping[str, str], key: str, separator: str = "-") -> tuple[int, ...]:
    """The whole numbers that a key holds, as in `2-2-1`."""
    parts = keys[key].split(separator)
    if not all(map(_is_integer, parts)):
        meant = re.findall("[0-9]+", keys[key]) or ["3", "2", "2"]
        raise LabelError(
            f"{key}={keys[key][:60]} is not a list of whole numbers joined by {separator!r}.",
            f"Write {key}={separator.join(meant)[:60]}, say.",
        )
    return tuple(map(int, parts))


def _integer(text: str, key: str) -> int:
    if not _is_integer(text):
        raise LabelError(f"{key}={text[:60]} is not a whole number.", f"Write {key}=3, say.")
    return int(text)


def _is_integer(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
