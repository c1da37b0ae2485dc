"""Processes as tests see them: children, the command line in a process of its own, waiting, and deaths at a given moment."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 120.0  # seconds for what takes moments: tests share the cores with one another, and a machine may be busy


def children(pid: int) -> list[int]:
    """Process numbers of the children of a process (Linux)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent, *_ = _stat(int(entry.name))
                if int(parent) == pid and state != "Z":
                    found.append(int(entry.name))
    return found


def is_running(pid: int) -> bool:
    """Whether a process is there and has not ended (Linux); one that has ended stays until its parent asks."""
    try:
        return _stat(pid)[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def seconds_used(pid: int) -> float:
    """Processor time of a running process with all its threads (Linux)."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """What Linux says of a process: its state, its parent, and further numbers."""
    return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()


def comes_true(condition: Callable[[], object], patience: float = PATIENCE) -> bool:
    """Wait until a condition holds; False if it does not in the end."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def dying(n: int, folder: str) -> str:
    """Python code after which a process is killed as it is about to name the n-th file of a folder of this name.

    The n - 1 files before are complete and on the disk, and an unfinished one is left behind.
    """
    return f"""
import os, signal
from pathlib import Path
_left = [{n}]
def _dying(rename):
    def renamed(old, new, **options):
        if Path(new).parent.name == {folder!r}:
            _left[0] -= 1
            if not _left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
        return rename(old, new, **options)
    return renamed
os.replace, os.link = _dying(os.replace), _dying(os.link)
"""


def environment() -> dict[str, str]:
    """The environment in which a process finds what this one can import."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(os.path.abspath(p) for p in sys.path)}


def start(*arguments: str, **options) -> subprocess.Popen[str]:
    """`stationary` with these arguments, running."""
    return subprocess.Popen(
        [sys.executable, "-m", "homotopy.cli", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(), **options,
    )  # fmt: skip


def run(*arguments: str, timeout: float = 240, **options) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `stationary` with these arguments."""
    with start(*arguments, **options) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:  # also an interruption of the tests
            process.kill()
            raise
        return process.returncode, out, err
