"""Saying how far a long computation is, and stopping it when its time is up.

The innermost loops call :func:`report`; nobody in between needs to know. Where nobody listens that costs a microsecond.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from homotopy.errors import EngineCrashError, EngineTimeoutError
from polysys.errors import PolysysError

Report = Callable[[str, int, int], None]
"""Told what is being done ("paths", ..), how many are done and how many there are (0: unknown)."""
Progress = Callable[[int, int], None]
"""Told how many paths are done and how many there are."""
SampleProgress = Callable[[int, int, int], None]
"""Told how many samples are done, how many there are, and how many of those done failed."""
Say = Callable[[str], None]
"""Told a sentence."""

_listener: ContextVar[Report | None] = ContextVar("listener", default=None)
_keeps_found: ContextVar[bool] = ContextVar("keeps_found", default=False)
_deadline: ContextVar[tuple[float, float, str] | None] = ContextVar("deadline", default=None)


@contextlib.contextmanager
def listening(listener: Report) -> Iterator[None]:
    """Have every report inside told to a listener."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextlib.contextmanager
def time_limit(seconds: float, who: str) -> Iterator[None]:
    """Stop what is inside at the first report after so many seconds; the nearest of nested limits holds.

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
    >>> with time_limit(1e-9, "The search"):
    ...     report("boxes", 1, 2)
    Traceback (most recent call last):
    homotopy.errors.EngineTimeoutError: The search did not end within its time limit of 1e-09 s. Allow more ...
    """
    from polysys.algebra import limits  # not for commands that compute nothing

    limits.alarms.add(check)
    outer, end = _deadline.get(), time.monotonic() + seconds
    token = _deadline.set((end, seconds, who) if outer is None or end < outer[0] else outer)
    try:
        yield
    finally:
        _deadline.reset(token)


@contextlib.contextmanager
def keeping_found() -> Iterator[None]:
    """Let Ctrl-C end the work inside with what was found, instead of a KeyboardInterrupt.

    Commands do so. A time limit, a crash of an engine and a lack of memory leave what was found in any case.

    Examples
    --------
    >>> import homotopy as ho
    >>> with ho.keeping_found():
    ...     census = ho.census("spherical-p-spin:n=4,p=3", seed=1)
    """
    token = _keeps_found.set(True)
    try:
        yield
    finally:
        _keeps_found.reset(token)


def keeps_found() -> bool:
    """Whether an interruption is to keep what was found."""
    return _keeps_found.get()


@dataclass(slots=True)
class Stopped:
    """What stopped a piece of work whose results so far are to be kept; None while nothing has."""

    error: BaseException | None = None

    def __bool__(self) -> bool:
        return self.error is not None

    @contextlib.contextmanager
    def taking(self) -> Iterator[None]:
        """Take a time limit, an interruption, a crash of an engine or a lack of memory inside, and end there."""
        try:
            yield
        except (EngineTimeoutError, EngineCrashError, KeyboardInterrupt, MemoryError) as error:
            self.error = self.error or error

    def settle(self, has_results: bool) -> str:
        """Why the work was stopped, in a sentence, "" if it was not; raised where there is nothing to keep, or nobody who keeps it."""
        if self.error is None:
            return ""
        if not has_results or (isinstance(self.error, KeyboardInterrupt) and not keeps_found()):
            raise self.error
        return why_stopped(self.error)


def why_stopped(error: BaseException) -> str:
    """What ended a piece of work, in a sentence."""
    if isinstance(error, PolysysError):
        return error.what
    return (
        "It was interrupted."
        if isinstance(error, KeyboardInterrupt)
        else "The memory of this machine does not suffice."
    )


def report(what: str, done: int, total: int = 0) -> None:
    """Say how far one is; raises EngineTimeoutError when the time is up."""
    check()
    listener = _listener.get()
    if listener is not None:
        listener(what, done, total)


def check() -> None:
    """Raise EngineTimeoutError when the time is up."""
    limit = _deadline.get()
    if limit is not None and time.monotonic() > limit[0]:
        raise EngineTimeoutError(
            f"{limit[2]} did not end within its time limit of {limit[1]:g} s.", "Allow more with a larger time limit."
        )
