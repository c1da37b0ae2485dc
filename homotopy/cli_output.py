"""Where the commands write what they return."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from homotopy.errors import HomotopyError


def check_target(target: str | Path | None) -> None:
    """Refuse a place that cannot be written, before the work whose result should go there; - is standard output."""
    if target is None or str(target) == "-":
        return
    path = Path(target).absolute()
    if path.is_dir():
        raise HomotopyError(f"{target} is a folder.", "Give the name of a file.")
    if not path.parent.is_dir():
        raise HomotopyError(f"The folder of {target} does not exist.", "Make it, or choose another place.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise HomotopyError(f"{target} cannot be written (no permission).", "Choose another place.")


def write(target: str, text: str) -> None:
    """Write a text to a file, or to standard output where the target is -."""
    if target == "-":
        typer.echo(text)
        return
    try:
        Path(target).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise HomotopyError(f"{target} cannot be written ({error.strerror}).", "Choose another place.") from error
