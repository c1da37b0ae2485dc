"""The tokens of an expression, and the names in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from polysys.errors import InputError

MAX_VARIABLES = 64
MAX_NAME = 100  # characters

# Names that other programs read as numbers: a variable of that name would be a quiet misunderstanding.
NEVER_NAMES = {"I", "nan", "NaN", "inf", "Inf", "infinity", "Infinity", "oo", "zoo"}
NUMBER_NAMES = {"pi", "Pi"}
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<op>\*\*|[-+*/^()])|(?P<end>\Z))"
)

Token = tuple[str, str, int]  # kind, text, position


def names_in(texts: Sequence[str], constants: Collection[str] = ()) -> tuple[str, ...]:
    """All names in some expressions that can be variables and are not among the constants, in natural order.

    Examples
    --------
    >>> names_in(["a*x10 + x2", "x1 - 1"], {"a"})
    ('x1', 'x2', 'x10')
    """
    return variable_names([token for text in texts for token in tokens_of(text)], constants)


def variable_names(tokens: Sequence[Token], constants: Collection[str]) -> tuple[str, ...]:
    """The names among tokens that can be variables, in natural order: x2 before x10."""
    found = {_short(token) for kind, token, _ in tokens if kind == "name"} - set(constants)
    return tuple(sorted(found - NEVER_NAMES - NUMBER_NAMES, key=_natural))


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    # The name itself closes the key so that x1 and x01 have an order.
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return *((0, int(p), "") if p.isdigit() else (1, 0, p) for p in parts), (2, 0, name)


def _short(name: str) -> str:
    if len(name) > MAX_NAME:
        raise InputError(f"The name {name[:20]}... has {len(name)} characters.", f"At most {MAX_NAME} are supported.")
    return name


def checked_name(name: object, role: str) -> str:
    """A name that a variable or a parameter can have."""
    if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
        raise InputError(f"{name!r} cannot be the name of a {role}.", "Use letters, digits and _, as in x1 or w_12.")
    if name in NEVER_NAMES:
        raise InputError(f"{name!r} cannot name a {role}: it is read as a number elsewhere.", "Choose another name.")
    return _short(name)


def check_names(names: tuple[str, ...], constants: Mapping[str, Fraction]) -> None:
    """Refuse too many names, and one that is given twice."""
    if len(names) > MAX_VARIABLES:
        raise InputError(f"The polynomial has {len(names)} variables.", f"At most {MAX_VARIABLES} are supported.")
    twice = sorted({v for v in names if names.count(v) > 1} | (set(names) & set(constants)))
    if twice:
        raise InputError(f"The name {twice[0]!r} is given twice.", "Use each name once, as variable or as parameter.")


def tokens_of(text: str) -> list[Token]:
    """The tokens of an expression; the last is its end."""
    tokens: list[Token] = []
    position = 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            position += len(text[position:]) - len(text[position:].lstrip())
            raise InputError(
                f"The character {text[position]!r} at position {position + 1} has no meaning here.",
                _other_spelling(text[position]),
            )
        kind = match.lastgroup
        tokens.append((kind, match[kind], match.start(kind)))
        if kind == "end":
            return tokens
        position = match.end()


def _other_spelling(character: str) -> str:
    if character in "[]":
        return "Write x1 or x_1 for x[1]."
    if character == "=":
        return "A potential has no '='. Equations are for 'stationary solve', in Python ps.equations."
    if character == ",":
        return "Write decimals with a point: 1.5, not 1,5."
    if character.isalpha():
        words = unicodedata.name(character, "").lower().split()
        return f"Write names in the letters a to z: {words[-1] if words[:1] == ['greek'] else 'x'}, say."
    return "Use numbers, names, + - * / ^ and parentheses."
