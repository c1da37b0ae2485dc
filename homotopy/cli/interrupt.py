"""Ctrl-C while a command is still loading its libraries (a second or two) ends it in one sentence, as it does later."""

from __future__ import annotations

import contextlib
import os
import signal
from types import FrameType


def _end(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"stationary: Interrupted; no result was written.\n")
    os._exit(130)  # nothing has begun that would need an end


def end_at_once() -> None:
    """From now on Ctrl-C ends the process, until :func:`ready` is called."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        with contextlib.suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGINT, _end)


def ready() -> None:
    """The command takes over: from now on Ctrl-C is an exception that it handles."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)
