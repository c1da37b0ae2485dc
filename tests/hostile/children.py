"""`stationary` in a process of its own, with its time, its memory and what it left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.homotopy.processes import environment

HANG = 60.0  # seconds after which a refusal counts as a hang
MOST_MIB = 1024


@dataclass(frozen=True)
class Ending:
    """How a process ended: its exit code (negative: the signal), output, seconds and largest memory in MiB."""

    code: int
    out: str
    err: str
    seconds: float
    mib: float
    is_hung: bool = False

    @property
    def is_traceback(self) -> bool:
        """Whether it ended in Python's own words."""
        return "Traceback (most recent call last)" in self.err or self.code in (-signal.SIGABRT, -signal.SIGSEGV)

    @property
    def is_clean_text(self) -> bool:
        """Whether nothing in its output would steer a terminal."""
        return not any((ord(ch) < 32 and ch not in "\n\t") or 127 <= ord(ch) < 160 for ch in self.out + self.err)


def start(
    arguments: tuple[str, ...], folder: Path, more: dict[str, str] | None = None, module: str = "homotopy.cli"
) -> subprocess.Popen[bytes]:
    """`stationary` in a folder, its output in files there that begin with a dot."""
    with (folder / ".out").open("wb") as out, (folder / ".err").open("wb") as err:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder, env={**environment(), **(more or {})}, start_new_session=True,
        )  # fmt: skip


def run(
    arguments: tuple[str, ...],
    folder: Path,
    more: dict[str, str] | None = None,
    limit: float = HANG,
    module: str = "homotopy.cli",
) -> Ending:
    """Run `stationary`, or another module, to its end, or kill it at the limit."""
    begin = time.monotonic()
    process = start(arguments, folder, more, module)
    is_hung = False
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() - begin > limit and not is_hung:
            is_hung = True
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    out, err = ((folder / name).read_text(errors="replace") for name in (".out", ".err"))
    return Ending(process.returncode, out, err, time.monotonic() - begin, usage.ru_maxrss / 1024, is_hung)
