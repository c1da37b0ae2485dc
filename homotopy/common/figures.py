"""What all figures share: matplotlib where it is installed, colours and markers, titles that fit, and writing them complete or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from math import floor, log10
from pathlib import Path
from typing import Any

from homotopy.common.files import write_result
from homotopy.errors import HomotopyError

FORMATS = (".png", ".svg", ".pdf")
# Okabe & Ito (2008): told apart with every kind of colour vision; blue, vermilion and green differ in grey too.
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "osD^v<>pPX*hH8"  # one for each Morse index or series, so that nothing depends on colour alone


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


def graded(k: int, n: int) -> Any:
    """The colour of Morse index k in n dimensions: minima dark, maxima light, in order in grey too (viridis)."""
    from matplotlib import colormaps

    return colormaps["viridis"](0.95 * k / max(n, 1))


_FINEST = 6  # decimals of a tick


def alike(values: Sequence[float], digits: int = 4) -> list[str]:
    """Numbers for the ticks of one axis: with equally many decimals, so many that those which differ in their first six are told apart.

    Examples
    --------
    >>> alike([2.117029, 2.117753, 2.119633, 3.03125]), alike([-1.5, -1.50004]), alike([2e-7, 1e-7])
    (['2.117', '2.118', '2.120', '3.031'], ['-1.50000', '-1.50004'], ['2e-07', '1e-07'])
    """
    largest = max(map(abs, values), default=0.0)
    if not largest or not 1e-3 <= largest < 1e6:
        return [f"{v:.{digits}g}" for v in values]
    n_different = len({round(v, _FINEST) for v in values})
    least = max(0, digits - 1 - floor(log10(largest)))
    decimals = next((d for d in range(least, _FINEST) if len({f"{v:.{d}f}" for v in values}) == n_different), _FINEST)
    return [f"{v:.{decimals}f}" for v in values]


def whole_numbers(*axes: Any) -> None:
    """Ticks at whole numbers only: of an axis of counts, indices or distances between states."""
    from matplotlib.ticker import MaxNLocator

    for axis in axes:
        axis.set_major_locator(MaxNLocator(nbins="auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def axes_for(ax: Any, title: str = "", size: tuple[float, float] = (6.4, 4.6), **kwargs: Any) -> Any:
    """The axes that a figure of one panel is drawn into: those given, or the only ones of a new figure with a title."""
    if ax is not None:
        return ax
    axes = require_matplotlib()(figsize=size, layout="constrained").add_subplot(**kwargs)
    axes.set_title(wrapped(title, size[0], 10), fontsize=10)
    return axes


def panels_for(
    ax: Any, title: str, size: tuple[float, float], kinds: Sequence[dict[str, Any]], *, is_stacked: bool = False
) -> tuple[Any, ...]:
    """The axes that a figure of several panels is drawn into, side by side or one below the other: as many as given, or those of a new figure.

    Raises
    ------
    HomotopyError
        If other than one axes for each panel are given.
    """
    if ax is not None:
        given = tuple(getattr(ax, "flat", ax) if isinstance(ax, Iterable) else (ax,))
        if len(given) != len(kinds):
            raise HomotopyError(
                f"This figure has {len(kinds)} panels, and {len(given)} axes were given.",
                f"Give {len(kinds)}, as of figure.subplots(1, {len(kinds)}), or none.",
            )
        return given
    figure = require_matplotlib()(figsize=size, layout="constrained")
    figure.suptitle(wrapped(title, size[0], 11), fontsize=11)
    shape = (len(kinds), 1) if is_stacked else (1, len(kinds))
    return tuple(figure.add_subplot(*shape, k, **kind) for k, kind in enumerate(kinds, start=1))


def wrapped(text: str, inches: float, fontsize: float) -> str:
    """A title in lines that fit a width: broken at spaces, but not between a number and its noun.

    A label that is longer than a line is broken after its commas and colons.

    Examples
    --------
    >>> print(wrapped("deep-linear:widths=2-2-2,data=iris: 3 minima", 2.5, 10))
    deep-linear:widths=2-2-2,
    data=iris: 3 minima
    """
    most = max(8, int(0.9 * 72 * inches / (0.62 * fontsize)))  # the axes are narrower than the figure
    lines = [""]
    # "seed 1" and "2 minima" stay together
    words = re.findall(r"(?:\b(?:seed|sample)\s+\S+|(?<!\S)\d+\s+\S+|\S+)\s*", text)
    parts = [part for w in words for part in ([w] if len(w.rstrip()) <= most else re.findall(r".+?(?:[\s,:]+|$)", w))]
    for word in parts:
        if lines[-1] and len((lines[-1] + word).rstrip()) > most:
            lines.append("")
        lines[-1] += word
    return "\n".join(line.strip() for line in lines)


def check_path(path: str | Path) -> Path:
    """The path of a figure, refused early if its format is unknown or its folder does not exist."""
    target = Path(path)
    if target.suffix.lower() not in FORMATS:
        raise HomotopyError(f"A figure cannot be written as {target.name!r}.", f"Use one of {', '.join(FORMATS)}.")
    if not target.parent.is_dir():
        raise HomotopyError(f"The folder {target.parent} does not exist.", "Make it, or choose another place.")
    return target


def figure_bytes(drawn: Any, form: str, dpi: int = 160) -> bytes:
    """A figure, named by itself, its axes or several of them, as PNG, SVG or PDF: the same bytes each time."""
    from matplotlib import rc_context

    figure = next(iter(getattr(drawn, "flat", drawn))) if isinstance(drawn, Iterable) else drawn
    while not hasattr(figure, "savefig"):  # axes, or a part of a figure
        figure = figure.figure
    undated = {"png": None, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[form]
    buffer = BytesIO()
    with rc_context({"svg.hashsalt": "stationary"}):  # names inside an SVG are random otherwise
        figure.savefig(buffer, format=form, dpi=dpi, metadata=undated)
    return buffer.getvalue()


def save_figure(drawn: Any, path: str | Path, dpi: int = 160) -> Path:
    """Write a figure in the form that the file's suffix says, complete or not at all.

    Parameters
    ----------
    drawn : matplotlib Figure, axes or several axes
        What any function here and any ``.plot()`` returns.
    path : str or Path
        PNG, SVG or PDF.

    Returns
    -------
    Path

    Raises
    ------
    HomotopyError
        For another form, a folder that does not exist, or if it cannot be written.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps, tempfile
    >>> census = ho.census(ps.expression("x^4/4 - x^2/2"))
    >>> save_figure(census.plot(), tempfile.mkdtemp() + "/well.png").name
    'well.png'
    """
    target = check_path(path)
    write_result(target, figure_bytes(drawn, target.suffix[1:].lower(), dpi))
    return target
