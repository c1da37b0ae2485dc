"""Figures as files: matplotlib where it is installed, formats, and writing them complete or not at all."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from homotopy.common.files import write_result
from homotopy.errors import HomotopyError

FORMATS = (".png", ".svg", ".pdf")


def require_matplotlib() -> Any:
    """matplotlib's Figure class, without touching any global state.

    Raises
    ------
    HomotopyError
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise HomotopyError("Figures need matplotlib.", "Run: pip install 'stationary-points[plot]'") from error
    return Figure


def check_path(path: str | Path) -> Path:
    """The path of a figure, refused early if its format is unknown or its folder does not exist."""
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise HomotopyError(f"A figure cannot be written as {target.name!r}.", f"Use one of {', '.join(FORMATS)}.")
    if not target.parent.is_dir():
        raise HomotopyError(f"The folder {target.parent} does not exist.", "Make it, or choose another place.")
    return target


def save_figure(figure: Any, target: Path, dpi: int = 160) -> None:
    """Write a figure in the form that the file's suffix says, complete or not at all.

    Raises
    ------
    HomotopyError
        If it cannot be written.
    """
    buffer = BytesIO()
    figure.savefig(buffer, format=target.suffix[1:].lower(), dpi=dpi)
    write_result(target, buffer.getvalue())
