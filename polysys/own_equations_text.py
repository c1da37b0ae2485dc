"""Equations of the user's own from a file, from a label, and from their canonical text, as files keep it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from polysys.errors import InputError, LabelError
from polysys.own_equations import FAMILY, Equations, equations
from polysys.reading.equations_file import read_equations_file
from polysys.reading.files import shown_path


def equations_from_file(path: str | Path, values: Mapping[str, Fraction] | None = None) -> Equations:
    """The equations in a file (:func:`polysys.reading.equations_file.read_equations_file`); the label carries the path.

    Raises
    ------
    LabelError
        If one of the values is of no parameter in the file.
    """
    content = read_equations_file(path)
    given = {} if values is None else dict(values)
    unknown = [name for name in given if name not in content.parameters]
    if unknown:
        named = f"Its parameters are {', '.join(content.parameters)}." if content.parameters else "It has none."
        raise LabelError(
            f"{shown_path(path)} has no parameter {unknown[0][:60]!r}. {named}",
            f"Write a line 'parameters: {unknown[0][:60]} = {given[unknown[0]]}' above its equations.",
        )
    return equations(
        content.equations, variables=content.variables, parameters={**content.parameters, **given}, name=str(path)
    )  # fmt: skip


def equations_from_label(label: str, values: Mapping[str, Fraction] | None = None) -> Equations:
    """The equations that ``equations:FILE``, the name of a file, or a text with commas between equations stands for.

    Parameters
    ----------
    label : str
    values : mapping from names to numbers, optional
        Of parameters in the file, instead of those that stand there.

    Raises
    ------
    LabelError
        If nothing is named, or a value is of no parameter.

    Examples
    --------
    >>> equations_from_label("x^2 + y = 1, x*y = 2").variables
    ('x', 'y')
    """
    path = label.removeprefix(f"{FAMILY}:")
    if not path.strip():
        raise LabelError("equations: names no file and no equations.", "Write equations:FILE, or equations:x^2 = 2.")
    if any(c in path for c in "=^*") and not os.path.exists(path):
        if values:
            raise LabelError("Equations in the command have no parameters.", "Write the values in them, or the equations in a file.")
        pieces = [piece for piece in path.split(",") if piece.strip()]
        return equations(pieces, name=" ".join(path.split()))
    return equations_from_file(path, values)


def equations_from_text(text: str, label: str = "equations:text") -> Equations:
    """The equations whose canonical text this is.

    Raises
    ------
    InputError
        If the text is not canonical: parsing and writing it again must give the same text.

    Examples
    --------
    >>> system = equations(["x^2 = 2"])
    >>> equations_from_text(system.text).digest == system.digest
    True
    """
    lines = [line.partition(" ")[::2] for line in text.splitlines()]
    header = dict(line for line in lines if line[0] != "equation")
    try:
        again = equations(
            [rest for key, rest in lines if key == "equation"],
            variables=header["variables"].split(),
            name=label.partition(":")[2],
            square_seed=int(header.get("square-seed", 0)),
        )
        canonical = again.text
    except (KeyError, ValueError) as error:
        raise InputError("The text of the equations cannot be read.", "Use the text of Equations.text.") from error
    if canonical != text:
        raise InputError("The text of the equations is not canonical.", "Use the text of Equations.text.")
    return again
