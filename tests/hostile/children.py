"""`stationary` in a process of its own, with its time, its memory and what it left behind."""

from __future__ import annotations

import contextlib
import os
import resource
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.homotopy.processes import environment

HANG = 60.0  # seconds after which a refusal counts as a hang; waiting for a core of a busy machine is not counted
MOST_MIB = 1024
_MARK = "HOSTILE_RUN"  # a variable by which a run's processes are known, whatever became of their parents


@dataclass(frozen=True)
class Ending:
    """How a process ended: its exit code (negative: the signal), output, seconds and largest memory in MiB.

    Seconds in which it only waited for a core are not counted. `left` names processes and temporary files that outlived it.
    """

    code: int
    out: str
    err: str
    seconds: float
    mib: float
    is_hung: bool = False
    left: tuple[str, ...] = ()

    @property
    def is_traceback(self) -> bool:
        """Whether it ended in Python's own words, or crashed."""
        return "Traceback (most recent call last)" in self.err or self.code in (-signal.SIGABRT, -signal.SIGSEGV)

    @property
    def is_clean_text(self) -> bool:
        """Whether nothing in its output would steer a terminal."""
        return not any((ord(ch) < 32 and ch not in "\n\t") or 127 <= ord(ch) < 160 for ch in self.out + self.err)


def start(
    arguments: tuple[str, ...],
    folder: Path,
    more: Mapping[str, str] | None = None,
    module: str = "homotopy.cli",
    *,
    limits: Mapping[int, int] | None = None,
    prefix: Sequence[str] = (),
) -> subprocess.Popen[bytes]:
    """`stationary` in a folder, its output in files there that begin with a dot; under limits of `resource`, if there are any."""

    def limit() -> None:
        for which, value in (limits or {}).items():
            resource.setrlimit(which, (value, value))

    with (folder / ".out").open("wb") as out, (folder / ".err").open("wb") as err:
        return subprocess.Popen(
            [*prefix, sys.executable, "-P", "-m", module, *arguments], preexec_fn=limit if limits else None,
            stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder, env={**environment(), **(more or {})}, start_new_session=True,
        )  # fmt: skip


def run(
    arguments: tuple[str, ...],
    folder: Path,
    more: Mapping[str, str] | None = None,
    limit: float = HANG,
    module: str = "homotopy.cli",
    *,
    limits: Mapping[int, int] | None = None,
    prefix: Sequence[str] = (),
) -> Ending:
    """Run `stationary`, or another module, to its end, or kill it at the limit; and see what it leaves behind."""
    mark = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="hostile-tmp-") as temporary:
        os.chmod(temporary, 0o777)  # for runs of another user
        marked = {"TMPDIR": temporary, **(more or {}), _MARK: mark}
        process = start(arguments, folder, marked, module, limits=limits, prefix=prefix)
        ending = watch(process, folder, limit)
        left = (*(f"process {pid}" for pid in processes_left(mark)), *sorted(os.listdir(temporary)))
        return Ending(*ending, left)


def watch(process: subprocess.Popen[bytes], folder: Path, limit: float) -> tuple[int, str, str, float, float, bool]:
    """Wait for a process, killed with its group at the limit: the fields of `Ending` but the last."""
    begin, waited, is_hung = time.monotonic(), 0.0, False
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        waited = max(waited, _waited_for_a_core(process.pid))
        if time.monotonic() - begin - waited > limit and not is_hung:
            is_hung = True
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.02)
    process.returncode = os.waitstatus_to_exitcode(status)
    out, err = ((folder / name).read_text(errors="replace") for name in (".out", ".err"))
    return process.returncode, out, err, time.monotonic() - begin - waited, usage.ru_maxrss / 1024, is_hung


def _waited_for_a_core(pid: int) -> float:
    """Seconds that the most delayed thread of a process was ready to run while others ran (Linux)."""
    waited = [0.0]
    with contextlib.suppress(OSError, IndexError, ValueError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            waited.append(int((thread / "schedstat").read_text().split()[1]) / 1e9)
    return max(waited)


def processes_left(mark: str, patience: float = 10.0) -> list[int]:
    """Numbers of processes of a run that are still there after some seconds."""
    wanted, deadline = f"{_MARK}={mark}".encode(), time.monotonic() + patience
    while True:
        found = []
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):  # those of others, and those that end now
                if folder.name.isdigit() and wanted in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.1)
