"""Who watches a long computation: told how far it is, and stopping it when its time is up.

The innermost loops call :func:`tick`; nobody in between needs to know. Without a watcher a tick costs a microsecond.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from homotopy.errors import EngineTimeoutError

Report = Callable[[str, int, int], None]
"""Told what is being done ("paths", ..), how many are done and how many there are (0: unknown)."""

_report: ContextVar[Report | None] = ContextVar("report", default=None)
_deadline: ContextVar[tuple[float, float, str] | None] = ContextVar("deadline", default=None)


@contextlib.contextmanager
def watching(report: Report) -> Iterator[None]:
    """Have every tick inside reported."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


@contextlib.contextmanager
def within(seconds: float, who: str) -> Iterator[None]:
    """Stop what is inside at the first tick after so many seconds; the nearest of nested limits holds.

    Parameters
    ----------
    seconds : float
    who : str
        The subject of the error's sentence.

    Raises
    ------
    EngineTimeoutError

    Examples
    --------
    >>> with within(1e-9, "The search"):
    ...     tick("doors", 1, 2)
    Traceback (most recent call last):
    homotopy.errors.EngineTimeoutError: The search did not end within its time limit of 1e-09 s. Allow more ...
    """
    outer, end = _deadline.get(), time.monotonic() + seconds
    token = _deadline.set((end, seconds, who) if outer is None or end < outer[0] else outer)
    try:
        yield
    finally:
        _deadline.reset(token)


def tick(what: str, done: int, total: int = 0) -> None:
    """Say how far one is; raises EngineTimeoutError when the time is up."""
    check()
    report = _report.get()
    if report is not None:
        report(what, done, total)


def check() -> None:
    """Raise EngineTimeoutError when the time is up."""
    limit = _deadline.get()
    if limit is not None and time.monotonic() > limit[0]:
        raise EngineTimeoutError(
            f"{limit[2]} did not end within its time limit of {limit[1]:g} s.", "Allow more with a larger time limit."
        )
