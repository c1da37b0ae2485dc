"""Processes that die at any moment: killed from outside, by the kernel, with their Dask cluster; and two at once."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.homotopy import processes
from tests.hostile import children, files
from tests.hostile.children import Ending, run
from tests.hostile.trials import ENSEMBLE, Trial, Trials, differs, digest_of, refused

_LONG = ("ensemble", files.LABEL, "--samples", "400", "--chunk", "4", "--workers", "0", "--store", "s")
_HEAVY = ("ensemble", "spherical-p-spin:n=6,p=3", "--samples", "200", "--chunk", "4", "--workers", "2", "--store", "s")


def kills(place: Path, size: int, rng: np.random.Generator) -> Trials:
    """Runs killed at random moments, two at a time on one store; at last the records are those of an undisturbed run."""
    yield Trial("undisturbed", run(_LONG, place))
    digest, store = digest_of(place / "s"), place / "s"
    shutil.rmtree(store)
    fault, n_under_way = "", 0
    for _ in range(max(1, size // 2)):
        both = [children.start(_LONG, place) for _ in range(2)]
        _wait_for_chunks(store, both[0], int(rng.integers(0, 90)))
        time.sleep(float(rng.uniform(0.0, 0.1)))
        for process in both:
            process.send_signal(signal.SIGKILL)
            process.wait()
        n_chunks = len(list(store.glob("records/*.parquet")))
        n_under_way += 0 < n_chunks < 100
        if n_chunks == 100:  # another store for the next ones
            fault = fault or differs(store, digest)
            shutil.rmtree(store, ignore_errors=True)
    ending = run(_LONG, place, limit=600)
    fault = fault or differs(store, digest) or ("" if n_under_way else "every kill came too early or too late")
    yield Trial(f"{size} kills, {n_under_way} times in the middle", ending, fault or _unfinished(place))
    shutil.rmtree(store)
    yield from _two_at_once(place, digest)


def _two_at_once(place: Path, digest: str) -> Trials:
    other = place / "other"
    other.mkdir()
    aside = children.start((*_LONG[:-1], str(place / "s")), other)
    ending = run(_LONG, place)
    beside = children.watch(aside, other, children.HANG)
    fault = differs(place / "s", digest) or _unfinished(place, 0.0)
    yield Trial("two at once: one", ending, fault or ("" if ending.code == 0 else ending.err[-200:]))
    yield Trial("two at once: other", Ending(*beside), "" if beside[0] == 0 else beside[2][-200:])


def _unfinished(place: Path, age: float = 60.0) -> str:
    """Files of killed runs that are still there when they are older than a run's own could be."""
    left = [p.name for p in place.rglob("*.part") if time.time() - p.stat().st_mtime > age]
    return f"left {left}" if left else ""


@contextlib.contextmanager
def _cluster(place: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler with two workers, without the nannies that would start dead workers again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"

    def started(what: str, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{what}", *arguments, "--no-dashboard"], cwd=place,
            env=processes.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

    scheduler = started("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2])
    options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(place / "dask"))
    workers = [started("worker", address, *options) for _ in range(2)]
    try:
        yield address, scheduler, workers
    finally:
        for process in (scheduler, *workers):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def dask_kills(place: Path, _: int, __: np.random.Generator) -> Trials:
    """A scheduler, one worker, all workers of a Dask cluster killed while an ensemble runs on it; then the run goes on elsewhere."""
    if importlib.util.find_spec("distributed") is None:
        return
    yield Trial("undisturbed", run(_HEAVY, place, limit=600))
    digest, store = digest_of(place / "s"), place / "s"
    for victim in ("scheduler", "one worker", "all workers"):
        shutil.rmtree(store)
        with _cluster(place) as (address, scheduler, workers):
            command = tuple(w if w != "--workers" else "--dask" for w in _HEAVY)
            process = children.start(tuple(w if w != "2" else address for w in command), place)
            _wait_for_chunks(store, process)
            for dying in {"scheduler": [scheduler], "one worker": workers[:1], "all workers": workers}[victim]:
                os.killpg(dying.pid, signal.SIGKILL)
            ending = Ending(*children.watch(process, place, 2 * children.HANG))
            if victim == "one worker":
                yield Trial(f"{victim}", ending, differs(store, digest) or ("" if ending.code == 0 else ending.err[-200:]))
            else:
                yield refused(victim, ending, (4,))
        ending = run(_HEAVY, place, limit=600)
        yield Trial(f"after {victim}", ending, differs(store, digest) or ("" if ending.code == 0 else ending.err[-200:]))


def _wait_for_chunks(store: Path, process: subprocess.Popen[bytes], n: int = 3) -> None:
    deadline = time.monotonic() + 200
    while len(list(store.glob("records/*.parquet"))) < n and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.005)


def kernel_kills(place: Path, _: int, rng: np.random.Generator) -> Trials:
    """Workers killed without notice, as the kernel does for memory and for processor time, again and again."""
    yield Trial("undisturbed", run(_HEAVY, place, limit=600))
    digest, store = digest_of(place / "s"), place / "s"
    shutil.rmtree(store)
    process = children.start(_HEAVY, place)
    n_killed = 0
    for _ in range(5):
        _wait_for_chunks(store, process, 2 * n_killed + 1)
        largest = max(processes.children(process.pid), key=_resident, default=None)
        if process.poll() is None and largest is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(largest, signal.SIGKILL)
                n_killed += 1
        time.sleep(float(rng.uniform(0.0, 0.5)))
    ending = Ending(*children.watch(process, place, 600))
    fault = differs(store, digest) or ("" if ending.code == 0 and n_killed else f"code {ending.code}, {n_killed} killed")
    yield Trial(f"the largest worker killed {n_killed} times", ending, fault)
    shutil.rmtree(store)
    command = tuple(w if w != "200" else "1000" for w in _HEAVY)
    undisturbed = run(command, place, limit=600)
    digest = digest_of(store)
    yield Trial("undisturbed, longer", undisturbed)
    shutil.rmtree(store)
    for attempt in range(6):  # the run itself is under the limit too
        ending = run(command, place, limit=600, limits={resource.RLIMIT_CPU: 7})
        fault = "" if ending.code in (0, -signal.SIGKILL) else f"code {ending.code}: {ending.err[-200:]!r}"
        yield Trial(f"SIGKILL after 7 s of processor time, {attempt}", _without_temporary_files(ending), fault)
        if ending.code == 0:
            break
    ending = run((*command, "--retry-failed"), place, limit=600)
    yield Trial("after these", ending, differs(store, digest) or _unfinished(place))


def _without_temporary_files(ending: Ending) -> Ending:
    """What a killed process leaves in the folder of temporary files is the operating system's to clean."""
    return ending if ending.code >= 0 else Ending(*_fields(ending)[:-1], tuple(w for w in ending.left if w.startswith("process")))


def _fields(ending: Ending) -> tuple:
    return tuple(getattr(ending, name) for name in Ending.__dataclass_fields__)


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return 0


def ends(place: Path, size: int, _: np.random.Generator) -> Trials:
    """Readers of Parquet files end with their exit code, not in Arrow's threads."""
    yield Trial("made", run(ENSEMBLE, place))
    for k in range(size):
        ending = run(("status", "s"), place)
        yield Trial(f"status {k}", ending, "" if ending.code == 0 else f"code {ending.code}")
