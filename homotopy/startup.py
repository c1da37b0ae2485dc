"""Ctrl-C while a command is still loading its libraries (a second or two) ends it in one sentence, as it does later.

The first import of the package, for its effect; nothing happens unless this process is the command line.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType


def _end(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"stationary: Interrupted; no result was written.\n")
    os._exit(130)  # nothing has begun that would need an end


def _is_command() -> bool:
    """Whether this process was started as `stationary` or `python -m homotopy.cli`."""
    started = sys.orig_argv
    return "homotopy.cli" in started or any(os.path.basename(word) == "stationary" for word in started[1:3])


def ready() -> None:
    """The command takes over: from now on Ctrl-C is an exception that it handles."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if _is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, _end)
