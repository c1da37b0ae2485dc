"""A bar that shows how far a long computation is, on a terminal and in a notebook."""

from __future__ import annotations

import contextlib
import sys
import time
import warnings
from collections.abc import Iterator
from typing import Any

from homotopy.common import reporting

_FIRST, _NEXT = 1.0, 0.2  # seconds until the bar appears, and between two drawings


@contextlib.contextmanager
def progress_bar() -> Iterator[None]:
    """Show what is being done inside and how far it is: on a terminal on standard error, in a notebook under the cell.

    The bar appears after a second, has a total where one is known, and disappears at the end. Where there is neither a terminal nor a
    notebook nothing is shown.

    Examples
    --------
    >>> import homotopy as ho
    >>> with ho.progress_bar():
    ...     census = ho.census("spherical-p-spin:n=4,p=3", seed=1)
    """
    in_notebook = _is_notebook()
    if not in_notebook and (sys.stderr is None or not sys.stderr.isatty()):  # None: closed by whoever started us
        yield
        return
    bar: Any = None
    shown, began, next_look = ("", 0), time.time(), time.monotonic() + _FIRST

    def report(what: str, done: int, total: int) -> None:
        nonlocal bar, shown, began, next_look
        if (what, total) != shown or (bar is not None and done < bar.n):  # something else, or another round of the same
            shown, began = (what, total), time.time()
            _removed(bar)
            bar = None
        if time.monotonic() > next_look:
            next_look = time.monotonic() + _NEXT
            if bar is None:
                bar = _bar(what, total or None, None if in_notebook else sys.stderr)
                bar.start_t = began
            bar.n = done
            bar.refresh()

    try:
        with reporting.listening(report):
            yield
    finally:
        _removed(bar)


def _is_notebook() -> bool:
    """Whether this runs in the kernel of a notebook, by what has been imported there already."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return shell is not None and "IPKernelApp" in shell.config


def _bar(what: str, total: int | None, file: Any) -> Any:
    """A bar of tqdm's: in a notebook a widget, or text where ipywidgets is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that ipywidgets is not installed, that the choice is experimental
        from tqdm.auto import tqdm
    # on a terminal it is drawn by the first refresh, not before it has a name: a signal in between would leave it there
    bar = tqdm(desc=what, total=total, leave=False, file=file, delay=0 if file is None else 1)
    bar.delay = 0
    return bar


def _removed(bar: Any) -> None:
    if bar is not None:
        bar.total = None  # a notebook leaves a bar that has not reached its total, in red
        bar.close()
