"""The option --set of several commands."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from homotopy.errors import HomotopyError

if TYPE_CHECKING:
    from polysys.models.base import Model

SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Value of {NAME} in the label, of a key, or of a parameter in a file."),
]


def with_values(model: str, given: Sequence[str] | None) -> str | Model:
    """The label as it is, or the model with the values that --set gives."""
    if not given:
        return model
    from polysys.models.labels import with_values as filled

    return filled(model, values_in(given))


def values_in(given: Sequence[str] | None) -> dict[str, Fraction]:
    """The values that --set gives, by name."""
    from polysys.reading.expression_file import named_values

    for text in given or ():
        name, equals, value = map(str.strip, text.partition("="))
        if not (name and equals and value) or "," in text:
            hint = f" Decimals have a point: {value.replace(',', '.')}." if value.replace(",", "").isdigit() and value.count(",") == 1 else ""
            raise HomotopyError(
                f"--set {text[:60]!r} gives no value." if not value else f"--set {text[:60]!r} cannot be read.",
                f"Write --set {name if name.isidentifier() else 'a'}=1/2, without blanks, once for each name.{hint}",
            )
    return named_values(", ".join(given or ()))
