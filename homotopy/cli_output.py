"""Where the commands write what they return."""

from __future__ import annotations

from pathlib import Path

import typer

from homotopy.errors import HomotopyError


def write(target: str, text: str) -> None:
    """Write a text to a file, or to standard output where the target is -."""
    if target == "-":
        typer.echo(text)
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise HomotopyError(f"{target} cannot be written ({error.strerror}).", "Choose another place.") from error
