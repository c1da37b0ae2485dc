"""Processes as the tests of ensembles see them: children of a process, the command line in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


def children(pid: int) -> list[int]:
    """Process numbers of the children of a process (Linux)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(entry.name))
    return found


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
