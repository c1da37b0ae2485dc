"""Landscape files: a polynomial with its domain, variables and parameters, as plain text or TOML."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from polysys.errors import InputError
from polysys.reading.files import MAX_TEXT, as_text, parse_toml, read_text, require_path, shown_path
from polysys.reading.rationals import as_rational

DOMAIN_OF_EQUATIONS = "variety"
"""The word before the equations in the canonical text of a domain."""
_KEYS = ("domain", "variables", "parameters")
_HEADER = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_ -]*?)\s*:(.*)", re.ASCII)
"""A header line ``key: value``."""
_DOMAIN = re.compile(r"(euclidean|spheres?)( [0-9]{1,4}(?:-[0-9]{1,4})*)?(?: R2 ?= ?([^ ]+))?")


@dataclass(frozen=True, slots=True)
class ExpressionFile:
    """What a landscape file says.

    Parameters
    ----------
    potential_text : str
        The expression, for `parse_polynomial`.
    domain : str
        "euclidean", "sphere" (|x|^2 = 1), "sphere R2=4" (|x|^2 = 4), "spheres 3-3" (one a layer), or equations such as
        "x^2 + y^2 = 1, x*z = 1".
    variables : tuple of str or None
        Names in order; None for all names in the expression.
    parameters : mapping of str to Fraction
        Constants to insert.
    """

    potential_text: str
    domain: str
    variables: tuple[str, ...] | None
    parameters: Mapping[str, Fraction]


def read_expression_file(path: str | Path) -> ExpressionFile:
    """Read a landscape from a text file or, with the ending .toml, from a TOML file.

    A text file has comments (`#` to the end of the line), header lines `key: value` with the keys domain, variables
    and parameters, and then the expression over one or more lines::

        # two wells
        domain: euclidean
        variables: x, y
        parameters: a = 1/2, b = 3
        (x^2 - a)^2 + b*y^2
        + x*y

    A TOML file has the same keys (equations and variables a list or text, parameters a table or text), with potential and
    model = "expression".

    Parameters
    ----------
    path : str or Path
        "-" is the standard input.

    Returns
    -------
    ExpressionFile

    Raises
    ------
    InputError
        If the file is missing, not text, larger than 1 MB, has unknown keys or no expression.
    """
    require_path(path)
    text = _standard_input() if str(path) == "-" else read_text(path)
    return _from_toml(text, f"The file {shown_path(path)}") if Path(path).suffix.lower() == ".toml" else _from_lines(text)


def has_header(text: str) -> bool:
    """Whether a text begins with one of the keys of an expression file, as in ``domain: sphere; x^3 + y^3``.

    Examples
    --------
    >>> has_header("domain: sphere; x^3 + y^3"), has_header("x^3 + y^3")
    (True, False)
    """
    match = _HEADER.match(text)
    return match is not None and match[1] in _KEYS


def read_expression(text: str) -> ExpressionFile:
    """Read what an expression file may hold from a text on one line: its lines are divided by semicolons.

    Examples
    --------
    >>> read_expression("domain: sphere; variables: y, x; x^3 + y^3").potential_text
    'x^3 + y^3'
    """
    return _from_lines("\n".join(text.split(";")) if has_header(text) else text, "The text")


def with_parameters(text: str, values: Mapping[str, Fraction]) -> str:
    """The same text on one line with other values of its parameters.

    Examples
    --------
    >>> with_parameters("parameters: t = 1; x^4 - t*x^2", {"t": Fraction(1, 2)})
    'parameters: t = 1/2; x^4 - t*x^2'
    """
    stated = f"parameters: {', '.join(f'{name} = {value}' for name, value in values.items())}"
    parts = (part.strip() for part in text.split(";"))
    return "; ".join(stated if part.partition(":")[0].rstrip() == "parameters" else part for part in parts)


def _standard_input() -> str:
    content = sys.stdin.buffer.read(MAX_TEXT + 1) if sys.stdin is not None else b""
    if len(content) > MAX_TEXT:
        raise InputError("The standard input holds more than 1 MB.", "Give a smaller expression.")
    return as_text(content, "standard input")


def header_and_lines(
    text: str, keys: Sequence[str], all_keys: str, content: str, place: str = ""
) -> tuple[dict[str, Any], list[str]]:
    """The keys on the lines of a header with their values, and the lines below it, without comments.

    Raises
    ------
    InputError
        For a key that is unknown, stands twice or comes too late.
    """
    header: dict[str, Any] = {}
    lines: list[str] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if match := _HEADER.fullmatch(line):
            key = match[1]
            if lines or key in header or key not in keys:
                fault = "is unknown" if key not in keys else "stands twice" if key in header else "comes too late"
                raise InputError(
                    f"Line {number}{place}: the key {key[:40]!r} {fault}.",
                    f"Write the keys {all_keys} at most once each, before the {content}.",
                )
            header[key] = match[2].strip()
        elif line:
            lines.append(line)
    return header, lines


def _from_lines(text: str, what: str = "The file") -> ExpressionFile:
    header, expression = header_and_lines(text, _KEYS, ", ".join(_KEYS), "expression")
    return _expression_file(" ".join(expression), header, what)


def _from_toml(text: str, where: str) -> ExpressionFile:
    table = parse_toml(text, where, parse_float=Decimal)  # decimals keep 0.1 the tenth that is written
    unknown = sorted(set(table) - {"model", "potential", *_KEYS})
    if unknown:
        raise InputError(f"The key {unknown[0]!r} is unknown.", f"Keys: model, potential, {', '.join(_KEYS)}.")
    if table.get("model", "expression") != "expression":
        raise InputError(f"The model is {table['model']!r}.", 'A landscape file has model = "expression".')
    potential = table.get("potential", "")
    if not isinstance(potential, str):
        raise InputError("The potential is not text.", 'Write it in quotes, as in potential = "x^4 - x^2".')
    return _expression_file(" ".join(potential.split()), table)


def _expression_file(potential: str, header: Mapping[str, Any], what: str = "The file") -> ExpressionFile:
    if not potential:
        raise InputError(f"{what} holds no expression.", "Add a polynomial such as x^4 - x^2*y + y^2.")
    return ExpressionFile(
        potential,
        _domain(header.get("domain", "euclidean")),
        listed_names(header.get("variables")),
        named_values(header.get("parameters", {})),
    )


def equations_in(domain: Any) -> str | None:
    """The equations in the text of a domain; None where it is the name of a domain, or no text.

    Examples
    --------
    >>> equations_in("x^2 + y^2 = 1, x*z = 1"), equations_in("variety x*y"), equations_in("sphere R2=4")
    ('x^2 + y^2 = 1, x*z = 1', 'x*y', None)
    """
    if not isinstance(domain, str):
        return None
    text = domain.strip()
    first, _, rest = text.partition(" ")
    if first.lower() == DOMAIN_OF_EQUATIONS:
        return rest
    is_name = text.lower().startswith(("euclidean", "sphere"))
    return text if not is_name and any(c in text for c in "=^*+-<>") else None


def refuse_bare_size(domain: Any) -> None:
    """Refuse ``sphere 5``, which a person means as a radius and a canonical text as a dimension.

    Raises
    ------
    InputError
        If the text is a sphere with one number and no radius.
    """
    size = re.fullmatch(r"\s*sphere\s+([0-9]+)\s*", domain, re.IGNORECASE | re.ASCII) if isinstance(domain, str) else None
    if size is not None:
        raise InputError(
            f"The domain {domain.strip()[:60]!r} has a number that may be a dimension or a radius.",
            f"Write sphere for |x|^2 = 1, or sphere R2={size[1]} for |x|^2 = {size[1]}; the dimension follows from the variables.",
        )


def _domain(value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        value = ", ".join(value)
    domain = " ".join(value.split()) if isinstance(value, str) else ""
    if equations_in(domain) is not None:
        return domain
    match = _DOMAIN.fullmatch(domain)
    if match is None or (match[1] == "spheres" and not match[2]) or (match[1] == "euclidean" and match[3]):
        raise InputError(f"The domain {value!r} is unknown.", "Write euclidean, sphere, sphere R2=4, spheres 3-3, or equations such as x^2 + y^2 = 1, x*z = 1.")
    if not match[3]:
        refuse_bare_size(domain)
        return domain
    parts = match[3].split("-")
    radii = [as_rational(r2) for r2 in parts if r2]
    if len(radii) < len(parts) or min(radii) <= 0:
        raise InputError(f"The domain {value!r} has a squared radius that is not positive.", "Give a positive one, as in R2=4.")
    return f"{match[1]}{match[2] or ''} R2={'-'.join(map(str, radii))}"


def listed_names(value: Any) -> tuple[str, ...] | None:
    """The names of a header ``variables: x, y`` or of a list; None where there is none."""
    names = value.replace(",", " ").split() if isinstance(value, str) else value
    if names is None:
        return None
    if not isinstance(names, list) or not names or not all(isinstance(v, str) for v in names):
        raise InputError(f"The variables {value!r} are not a list of names.", "Write them as x, y, z.")
    return tuple(names)


def named_values(value: Any) -> dict[str, Fraction]:
    """The values of a header ``parameters: a = 1/2, b = 3`` or of a table."""
    if isinstance(value, str):
        pairs = [piece.split("=") for piece in value.split(",") if piece.strip()]
        if any(len(pair) != 2 for pair in pairs):
            raise InputError(f"The parameters {value!r} cannot be read.", "Write them as a = 1/2, b = 3.")
        names = [name.strip() for name, _ in pairs]
        if len(set(names)) < len(names):
            raise InputError(f"The parameters {value!r} name one twice.", "Give each parameter one value.")
        value = {name: number.strip() for name, (_, number) in zip(names, pairs, strict=True)}
    if not isinstance(value, Mapping):
        raise InputError(f"The parameters {value!r} are not a table.", "Write them as a = 1/2, b = 3.")
    result = {}
    for name, number in value.items():
        try:
            result[name] = as_rational(number)
        except InputError as error:
            raise InputError(f"Parameter {name!r}: {error.what}", error.way_out) from None
    return result
