"""Another program, run once in an empty directory: its time limit is kept and nothing of it is left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from homotopy.errors import EngineCrashError, EngineTimeoutError


def run(name: str, command: Sequence[str | Path], inputs: Mapping[str, str], output: str, time_limit: float) -> str:
    """Write `inputs` (text by file name), run the command beside them, and return the text of the file `output`.

    Raises
    ------
    EngineTimeoutError
        When it takes longer; its process group is killed.
    EngineCrashError
        When it does not start, ends with an error, or writes no `output`.
    """
    # setpriv lets Linux kill the program with us
    guard = [setpriv, "--pdeathsig", "KILL"] if (setpriv := shutil.which("setpriv")) else []
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as directory, tempfile.TemporaryFile() as screen:
        here = Path(directory)
        for file, text in inputs.items():
            (here / file).write_text(text, encoding="ascii")
        try:
            process = subprocess.Popen(
                [*guard, *command],
                stdin=subprocess.DEVNULL,
                stdout=screen,
                stderr=subprocess.STDOUT,
                cwd=here,
                start_new_session=True,
            )
        except OSError as error:
            raise crash(f"{name} does not start ({error})") from error
        try:
            code = process.wait(timeout=time_limit)
        except subprocess.TimeoutExpired:
            what = f"{name} did not answer within {time_limit:g} s."
            raise EngineTimeoutError(what, "Allow more with a larger time limit.") from None
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        screen.seek(0)
        said = " ".join(screen.read().decode(errors="replace").split())[-200:]
        if code != 0:
            raise crash(f"{name} ended with exit code {code}, saying: {said!r}")
        try:
            return (here / output).read_text(errors="replace")
        except FileNotFoundError:
            raise crash(f"{name} wrote no answer, saying: {said!r}") from None


def crash(what: str) -> EngineCrashError:
    """The error for a program that failed."""
    return EngineCrashError(f"{what}.", "Try again, or leave this check out.")
