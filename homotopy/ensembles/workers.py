"""Counting samples in processes of their own, so that one that hangs or crashes is that sample's record and no more.

Every chunk, whichever executor runs it, is counted in a child process that is watched from here: the child is killed when
it is silent for longer than a sample may take, and replaced when it dies. The samples it had not finished are then counted
one by one, which finds the guilty one. A death is blamed on a sample only when it happens three times with that sample
alone, because a process may also be killed from outside (by a person, or for memory that others took).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from typing import Any

from homotopy.common import processes
from homotopy.ensembles.record import SampleRecord, failed_record
from homotopy.errors import HomotopyError, WorkerStartError
from homotopy.options import Options
from polysys.models.base import Model

DEATHS = 3  # with the same sample alone, before it is blamed
_STARTS = 3  # attempts to start a worker
_START_LIMIT = 300.0  # seconds; importing takes two
_PREPARE_LIMIT = 24 * 3600.0  # a start set by monodromy may take long
_ONE_THREAD = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "STATIONARY_THREADS",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """A chunk of samples to be counted."""

    model: Model
    seed: int
    samples: tuple[int, ...]
    options: Options
    points: bool
    timeout: float


class _Died(Exception):
    """The worker is gone; the text says how."""


class _DiedEarly(_Died):
    """The worker died before it was ready to count: no sample is to blame."""


class _Silent(Exception):
    """The worker did not answer in time, and was killed."""


class Cancelled(HomotopyError):
    """The workers were closed while a job ran."""

    def __init__(self) -> None:
        super().__init__("The run was stopped.", "Run it again to go on.")


class Worker:
    """A child process that counts samples; :meth:`run` one request at a time."""

    def __init__(self) -> None:
        ours, theirs = Pipe()
        code = "from homotopy.ensembles.worker_main import main\nmain()"
        try:
            self._process = processes.start(
                processes.interpreter(code, theirs.fileno(), os.getpid()),
                dies_with_us=False,  # it watches for that itself, whichever thread of ours started it
                max_file=None,  # start sets and machine code are kept, whatever their size
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **dict.fromkeys(_ONE_THREAD, "1")},
            )
        except BaseException:  # also an interruption: nobody else would close the pipe
            ours.close()
            raise
        finally:
            theirs.close()
        self._connection = ours
        try:
            self._expect("ready", _START_LIMIT)
        except BaseException:  # also an interruption: nobody else knows the process
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Process number."""
        return self._process.pid

    def run(self, job: Job, samples: Sequence[int], take: Callable[[list[SampleRecord]], None]) -> None:
        """Count samples, handing over the records as they come.

        Raises
        ------
        _Died, _Silent
            The records handed over before are good.
        PolysysError
            What concerns all samples, such as a missing engine.
        """
        try:
            self._connection.send((job.model, job.seed, tuple(samples), job.options, job.points))
        except OSError as error:
            raise _Died(self._how()) from error
        try:
            self._expect("prepared", _PREPARE_LIMIT)
        except _Died as error:
            raise _DiedEarly(*error.args) from error
        while True:
            kind, content = self._receive(job.timeout)
            if kind == "done":
                return
            take(content)

    def signal(self) -> None:
        """Send SIGKILL to the process and everything it started."""
        processes.kill_group(self._process)

    def kill(self) -> None:
        """End the process and everything it started, and forget it."""
        processes.end(self._process)
        self._connection.close()

    def _expect(self, kind: str, limit: float) -> None:
        found, _ = self._receive(limit)
        if found != kind:
            raise _Died(f"sent {found!r} for {kind!r}")

    def _receive(self, limit: float) -> tuple[str, Any]:
        try:
            if not self._connection.poll(limit):
                raise _Silent
            kind, content = self._connection.recv()
        except (EOFError, OSError) as error:
            raise _Died(self._how()) from error
        if kind == "error":
            raise content
        if kind == "machine":
            raise WorkerStartError(f"A worker met trouble of the machine ({content}).", "Mend it and run again.")
        if kind == "unreadable":
            raise WorkerStartError(
                f"A worker process cannot read the model ({content}).",
                "Define its class in a module that can be imported, or count without processes (workers=0).",
            )
        return kind, content

    def _how(self) -> str:
        """How the process ended, in words."""
        try:
            code = self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            return "worker closed its connection"
        return f"worker {'died' if code < 0 else 'ended'} with {processes.exit_words(code)}"


class Workers:
    """A pool of workers that grows with the number of threads that use it, and replaces what dies."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._lock = threading.Lock()
        self._is_closed = False
        self._owner = os.getpid()

    def count(self, job: Job) -> list[SampleRecord]:
        """The records of a job's samples, in order; every sample has one."""
        done: dict[int, SampleRecord] = {}

        def take(records: list[SampleRecord]) -> None:
            done.update((r.sample, r) for r in records)

        with contextlib.suppress(_Died, _Silent):
            self._attempt(job, job.samples, take)
        for sample in job.samples:
            if sample not in done:
                done[sample] = self._alone(job, sample)
        return [done[sample] for sample in job.samples]

    def close(self) -> None:
        """Kill all workers; jobs that run end with `Cancelled`."""
        with self._lock:
            self._is_closed = True
            idle, self._idle, busy = self._idle, [], list(self._busy)
        if self._owner != os.getpid():
            return  # a copy of us made by fork: the workers are the original's
        for worker in busy:
            worker.signal()  # the thread that listens to it sees the end and cleans up
        for worker in idle:
            worker.kill()

    def _alone(self, job: Job, sample: int) -> SampleRecord:
        """The record of one sample that was under way when a worker died or fell silent, or has not been tried."""
        begin = time.perf_counter()
        found: list[SampleRecord] = []
        how, n_early = "", 0
        for attempt in range(DEATHS):
            try:
                self._attempt(job, [sample], found.extend)
                return replace(found[0], tries=attempt + 2)
            except _Silent:
                kind, text, tries = "timeout", f"timeout after {job.timeout:g} s", attempt + 1
                break
            except _Died as error:
                how = str(error)
                n_early += isinstance(error, _DiedEarly)
        else:
            if n_early == DEATHS:
                raise WorkerStartError(
                    f"Workers die before they count a sample ({how}).", "Give them more memory, or use workers=0."
                )
            kind, text, tries = "crash", f"{how}, {DEATHS} times with this sample alone", DEATHS
        return failed_record(
            job.model.label, job.seed, sample, kind, text, tries=tries + 1, seconds=time.perf_counter() - begin
        )

    def _attempt(self, job: Job, samples: Sequence[int], take: Callable[[list[SampleRecord]], None]) -> None:
        with self._borrowed() as worker:
            worker.run(job, samples, take)

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[Worker]:
        """A worker, which goes back to the pool unless it died."""
        with self._lock:
            if self._is_closed:
                raise Cancelled
            worker = self._idle.pop() if self._idle else None
        worker = worker or self._start()
        is_sound = False
        try:
            with self._lock:
                if self._is_closed:
                    raise Cancelled
                self._busy.add(worker)
            yield worker
            is_sound = True
        except (_Died, _Silent) as error:
            if self._is_closed:
                raise Cancelled from error
            raise
        finally:
            with self._lock:
                self._busy.discard(worker)
                is_sound = is_sound and not self._is_closed
                if is_sound:
                    self._idle.append(worker)
            if not is_sound:
                worker.kill()

    def _start(self) -> Worker:
        for _ in range(_STARTS):
            if self._is_closed:
                raise Cancelled
            try:
                return Worker()
            except (_Died, _Silent) as error:
                last = str(error) or "no answer"
            except OSError as error:
                last = str(error)
        raise WorkerStartError(f"Worker processes do not start ({last}).", "Run 'stationary doctor', or use workers=0.")


_shared: Workers | None = None
_shared_lock = threading.Lock()


def count_job(job: Job) -> list[SampleRecord]:
    """The records of a job: what is submitted to an executor of any kind, on any machine.

    The process that runs it keeps its workers for the next job.
    """
    global _shared
    with _shared_lock:
        if _shared is None or _shared._owner != os.getpid():
            _shared = Workers()
            atexit.register(_shared.close)
        workers = _shared
    return workers.count(job)
