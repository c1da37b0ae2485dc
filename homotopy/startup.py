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
    """Whether this very process was started as `stationary ..` or as `python -m homotopy.cli ..`.

    Not a script that was given such a word as an argument, and not a process that multiprocessing made of a command: its
    `sys.argv` is the command's, but it was not started with it.
    """
    script, started = sys.argv[0] if sys.argv else "", sys.orig_argv
    if script == "-m":  # as long as the module is being looked for
        return started[started.index("-m") + 1 :][:1] == ["homotopy.cli"] if "-m" in started else False
    return os.path.basename(script) == "stationary" and script in started


def ready() -> None:
    """The command takes over: from now on Ctrl-C is an exception that it handles."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if _is_command() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, _end)
