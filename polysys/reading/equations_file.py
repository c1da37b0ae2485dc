"""Files of equations: one a line, with variables and parameters in header lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from polysys.errors import InputError
from polysys.reading.expression_file import header_and_lines, listed_names, named_values
from polysys.reading.files import read_text, shown_path

_KEYS = ("variables", "parameters")


@dataclass(frozen=True, slots=True)
class EquationsFile:
    """What a file of equations says.

    Parameters
    ----------
    equations : tuple of str
    variables : tuple of str or None
        Names in order; None for all names in the equations.
    parameters : mapping of str to Fraction
        Constants to insert.
    """

    equations: tuple[str, ...]
    variables: tuple[str, ...] | None
    parameters: Mapping[str, Fraction]


def read_equations_file(path: str | Path) -> EquationsFile:
    """Read equations from a text file, one a line.

    Comments go from `#` to the end of the line. Header lines with the keys variables and parameters come first, and then
    the equations; one without `=` says that the expression vanishes::

        # a circle and a hyperbola
        variables: x, y
        parameters: a = 1/2
        x^2 + y^2 = 4
        x*y - a

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    EquationsFile

    Raises
    ------
    InputError
        If the file is missing, not text, larger than 1 MB, has unknown keys or no equation.
    """
    header, equations = header_and_lines(read_text(path), _KEYS, " and ".join(_KEYS), "equations", f" of {shown_path(path)}")
    if not equations:
        raise InputError(f"The file {shown_path(path)} holds no equation.", "Write one a line, such as x^2 + y = 1.")
    return EquationsFile(
        tuple(equations), listed_names(header.get("variables")), named_values(header.get("parameters", {}))
    )
