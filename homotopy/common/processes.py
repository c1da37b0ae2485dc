"""Child processes: found, started, timed and ended in one way.

Programs are looked up where only their owner or the administrator writes, never in the current folder. A child
interpreter is isolated: neither its folder nor the environment puts a module in front of those that this process uses.
Every child leads a group of its own, so that Ctrl-C reaches us only, and the group is killed as a whole. What an engine
prints and writes without end is cut off by the operating system, and only the first and last of it is kept.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from homotopy.errors import EngineCrashError, EngineTimeoutError

MAX_FILE = 1 << 26  # bytes of a file that an engine writes
_MAX_ANSWER = 1 << 25  # bytes of an answer that is read: several times the longest that was seen
_MAX_SAID = 1 << 16  # bytes that are kept of what a program prints, half of them its first
_ROOT = Path(__file__).resolve().parents[2]


def n_usable_cores() -> int:
    """Cores this process may use; STATIONARY_THREADS says otherwise, as it does where processes are parallel already."""
    chosen = os.environ.get("STATIONARY_THREADS", "")
    if chosen.isdigit() and int(chosen) > 0:
        return int(chosen)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def is_trusted(folder: str | Path) -> bool:
    """Whether code may be taken from a folder unasked: not the current one, nor one that everybody can write."""
    try:
        place = os.path.realpath(folder, strict=True)
        return os.path.isabs(folder) and place != os.path.realpath(".") and not os.stat(place).st_mode & stat.S_IWOTH
    except OSError:
        return False


def find_program(name: str) -> str | None:
    """The path of a program; a bare name is looked up in the trusted folders of ``PATH``."""
    if os.path.dirname(name):
        found = shutil.which(name)
        return None if found is None else os.path.abspath(found)
    return shutil.which(name, path=_search_path())


def _search_path() -> str:
    """The trusted folders of ``PATH``; no folder at all is said as one that cannot hold a program."""
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if is_trusted(folder)]
    return os.pathsep.join(folders) or os.devnull


def interpreter(code: str, *arguments: object) -> list[str]:
    """The command of an isolated child interpreter that runs `code` and finds the packages that this one finds.

    The current folder comes last in its path if it is in ours (a model may be defined there); the folder of this
    software stays where it is.
    """
    entries = list(dict.fromkeys(os.path.abspath(entry) for entry in sys.path))
    path = sorted(
        entries, key=lambda entry: not is_trusted(entry) and Path(entry).resolve() != _ROOT and Path(entry).is_dir()
    )
    return [sys.executable, "-I", "-c", f"import sys\nsys.path[:] = {path!r}\n{code}", *map(str, arguments)]


@contextlib.contextmanager
def isolated_spawning() -> Iterator[None]:
    """Children that multiprocessing spawns inside look for no module in the current folder until they have our path."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def start(
    command: Sequence[str | Path], *, dies_with_us: bool = True, max_file: int | None = MAX_FILE, **options: Any
) -> subprocess.Popen[Any]:
    """Start a command in a group of its own, with nothing on its standard input unless told.

    Parameters
    ----------
    command : sequence of str or Path
    dies_with_us : bool
        Have Linux kill it when we die; for programs that do not see to it themselves.
    max_file : int or None
        Bytes of any file that it may write, what it prints included; a program that goes on is ended by Linux.
    **options
        Of `subprocess.Popen`.
    """
    guards = {"prlimit": [f"--fsize={max_file}"] * (max_file is not None), "setpriv": ["--pdeathsig", "KILL"] * dies_with_us}
    guard = [word for name, words in guards.items() if words and (path := find_program(name)) for word in (path, *words)]
    environment = {**options.pop("env", os.environ), "PATH": _search_path()}
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen([*guard, *command], start_new_session=True, env=environment, **options)


def kill_group(process: subprocess.Popen[Any]) -> None:
    """Send SIGKILL to a process and everything it started, unless it has ended and was waited for."""
    if process.returncode is None:  # or the number may be another process's by now
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def end(process: subprocess.Popen[Any]) -> None:
    """Kill a process with everything it started, and wait for it."""
    kill_group(process)
    with contextlib.suppress(subprocess.TimeoutExpired):  # a disk that does not answer
        process.wait(timeout=30)


def exit_words(code: int | None) -> str:
    """How a process ended, by its exit code, which is negative for a signal."""
    if code is None:
        return "no exit code"
    if code == -signal.SIGXFSZ:
        return f"signal {-code} (more than {MAX_FILE >> 20} MiB printed or written)"
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"signal {-code} ({signal.Signals(-code).name})"
    return f"exit code {code}"


def run(name: str, command: Sequence[str | Path], inputs: Mapping[str, str], output: str, time_limit: float) -> str:
    """Write `inputs` (text by file name), run the command beside them, and return the text of the file `output`.

    Raises
    ------
    EngineTimeoutError
        When it takes longer; its process group is killed.
    EngineCrashError
        When it does not start, ends with an error, or writes no `output`.
    """
    with tempfile.TemporaryDirectory(prefix=f"{name}-") as directory:
        here = Path(directory)
        for file, text in inputs.items():
            (here / file).write_text(text, encoding="ascii")
        try:
            code, said = run_in(here, command, time_limit)
        except subprocess.TimeoutExpired:
            what = f"{name} did not answer within {time_limit:g} s."
            raise EngineTimeoutError(what, "Allow more with a larger time limit.") from None
        except OSError as error:
            raise crash(f"{name} does not start ({error})") from error
        if code != 0:
            raise crash(f"{name} ended with {exit_words(code)}, saying: {said[-200:]!r}")
        try:
            if (here / output).stat().st_size > _MAX_ANSWER:
                raise crash(f"{name} wrote an answer of more than {_MAX_ANSWER >> 20} MiB")
            return (here / output).read_text(errors="replace")
        except FileNotFoundError:
            raise crash(f"{name} wrote no answer, saying: {said[-200:]!r}") from None


def run_in(here: Path, command: Sequence[str | Path], time_limit: float | None, answers: str = "") -> tuple[int, str]:
    """Run a command in a folder, with a text on its standard input; its exit code, and what it printed, in one line.

    Of more than 64 KiB that it printed, the middle is left out.

    Raises
    ------
    subprocess.TimeoutExpired
        Its group has been killed.
    OSError
        It does not start.
    """
    with tempfile.TemporaryFile() as screen, tempfile.TemporaryFile() as keyboard:
        keyboard.write(answers.encode())
        keyboard.seek(0)
        process = start(command, stdin=keyboard, stdout=screen, stderr=subprocess.STDOUT, cwd=here)
        try:
            code = process.wait(timeout=time_limit)
        finally:
            end(process)
        length = screen.seek(0, os.SEEK_END)
        screen.seek(0)
        said = screen.read(_MAX_SAID // 2)
        screen.seek(max(len(said), length - _MAX_SAID // 2))
        return code, " ".join((said + screen.read(_MAX_SAID // 2)).decode(errors="replace").split())


def printed_by(command: Sequence[str | Path]) -> str:
    """What a command that answers at once prints, as `phc --version`, run in an empty folder.

    Raises
    ------
    subprocess.TimeoutExpired, OSError
    """
    with tempfile.TemporaryDirectory() as directory:
        return run_in(Path(directory), command, 5.0)[1]


def crash(what: str) -> EngineCrashError:
    """The error for a program that failed."""
    return EngineCrashError(f"{what}.", "Try again, or leave this check out.")
