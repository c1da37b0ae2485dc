"""Where the chunks of an ensemble are counted: this process, processes of this machine, an executor, a Dask cluster."""

from __future__ import annotations

import contextlib
import importlib
import logging
import re
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from homotopy.common.processes import n_usable_cores
from homotopy.common.reporting import Say
from homotopy.common.threads import undisturbed
from homotopy.common.validation import is_whole
from homotopy.ensembles.record import SampleRecord, count_samples
from homotopy.ensembles.workers import Job, Workers, count_job
from homotopy.errors import WorkerStartError
from polysys.errors import InputError, PolysysError

_ADDRESS = re.compile(r"((tcp|tls|wss?|ucxx?)://)?[\w.\[\]:-]+:\d{1,5}/?", re.ASCII)
_DASK_WAY_OUT = "Start one with 'dask scheduler', and give the address that it prints, such as tcp://10.0.0.1:8786."
_GO_ON = "Run the same command again: what is finished is kept."
_LOGGERS = ("distributed", "distributed.client")  # Dask's configuration gives the second a level of its own
DASK_TIMEOUT = 15.0  # seconds until a scheduler has answered
NO_WORKER = 45.0  # seconds without any worker, after there were some, until a run on a cluster ends


@dataclass(frozen=True, slots=True)
class Pool:
    """Where jobs are counted.

    Parameters
    ----------
    submit : callable
        Job -> Future of its records.
    width : callable
        How many jobs should be under way: a few more than there are workers, and no more, so that memory stays flat.
    """

    submit: Callable[[Job], Future[list[SampleRecord]]]
    width: Callable[[], int]


@contextlib.contextmanager
def local_pool(workers: int | None = None) -> Iterator[Pool]:
    """Processes on this machine, each with one thread; 0 workers: in this process, without protection.

    The threads of a pool each watch over one child process, see :mod:`homotopy.ensembles.workers`.
    """
    n = n_usable_cores() if workers is None else workers
    if not is_whole(n, 0, 4096):
        raise InputError(f"workers = {n!r} is not a number of processes.", "Give workers=2, say, or 0 for none.")
    if n == 0:
        yield Pool(_count_here, lambda: 1)
        return
    isolated = Workers()
    threads = ThreadPoolExecutor(n, thread_name_prefix="ensemble")
    try:
        yield Pool(_undisturbed(lambda job: threads.submit(isolated.count, job)), lambda: n + 1)
    finally:
        isolated.close()
        threads.shutdown(wait=True, cancel_futures=True)


def executor_pool(executor: Executor) -> Pool:
    """An executor of the user's: processes, Dask's, mpi4py's, submitit's; its owner closes it."""
    if not callable(getattr(executor, "submit", None)):
        raise InputError(
            f"A {type(executor).__name__} is no executor.", "Give a concurrent.futures.Executor, or something like it."
        )
    width = getattr(executor, "_max_workers", None)
    n = width if isinstance(width, int) and width > 0 else 64
    return Pool(_undisturbed(lambda job: executor.submit(count_job, job)), lambda: n + 2)


@contextlib.contextmanager
def dask_pool(address: str, say: Say) -> Iterator[Pool]:
    """The workers of an existing Dask cluster.

    Parameters
    ----------
    address : str
        Of its scheduler.
    say : callable (sentence)
        Told when the cluster has no worker yet: a batch system may take its time.

    Raises
    ------
    InputError
        If nothing answers at the address, or Dask is not installed.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise InputError(
            "Dask is not installed.", "Run: pip install 'stationary-points[cluster]', here and on the workers."
        ) from error
    if not _ADDRESS.fullmatch(address):  # a client that could not even be made complains once more when it is collected
        raise InputError(f"No Dask scheduler answers at {address[:200]!r}, which is no address.", _DASK_WAY_OUT)
    with _quiet():
        try:
            client = distributed.Client(address, timeout=DASK_TIMEOUT, set_as_default=False)
        except (OSError, ValueError, TypeError, ImportError) as error:
            raise InputError(
                f"No Dask scheduler answers at {address[:200]} ({type(error).__name__}).",
                _DASK_WAY_OUT,
            ) from error
        with client:
            cluster = _Cluster(client, address[:200], say)
            try:
                yield Pool(_undisturbed(cluster.submit), cluster.width)
            finally:
                cluster.cancel()


class _Cluster:
    """A Dask cluster whose scheduler and workers may die: both are typed errors, and neither is waited for without end."""

    def __init__(self, client: Any, address: str, say: Say) -> None:
        self._client, self._address, self._say = client, address, say
        self._executor = client.get_executor(pure=False)
        self._seen: float | None = None  # when it last had a worker
        self._has_said = False

    def submit(self, job: Job) -> Future[list[SampleRecord]]:
        """Hand a job to the cluster."""
        with self._answering():
            future: Future[list[SampleRecord]] = self._executor.submit(count_job, job)
        return future

    def width(self) -> int:
        """Twice as many jobs as there are threads, and two more."""
        with self._answering():
            n = int(sum(self._client.nthreads().values()))
        if n:
            self._seen = time.monotonic()
        elif self._seen is None and not self._has_said:
            self._has_said = True
            self._say(f"The Dask cluster at {self._address} has no worker yet; waiting for one.")
        elif self._seen is not None and time.monotonic() - self._seen > NO_WORKER:
            raise WorkerStartError(
                f"The Dask cluster at {self._address} has had no worker for {NO_WORKER:g} s.", f"Start some. {_GO_ON}"
            )
        return 2 * n + 2

    def cancel(self) -> None:
        """Give up what is under way: nobody waits for it, and a cluster without workers would never end it."""
        with contextlib.suppress(Exception):  # the scheduler may be gone
            self._executor.shutdown(wait=False)

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (OSError, RuntimeError, CancelledError) as error:
            raise WorkerStartError(
                f"The Dask scheduler at {self._address} does not answer any more ({type(error).__name__}).", _GO_ON
            ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence Dask's own account of a failed connection, which runs over pages."""
    before = {name: logging.getLogger(name).level for name in _LOGGERS}
    for name in before:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def _undisturbed(submit: Callable[[Job], Future[list[SampleRecord]]]) -> Callable[[Job], Future[list[SampleRecord]]]:
    def submit_(job: Job) -> Future[list[SampleRecord]]:
        with undisturbed():
            return submit(job)

    return submit_


def _count_here(job: Job) -> Future[list[SampleRecord]]:
    future: Future[list[SampleRecord]] = Future()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # sample 0 has warned; as in a worker, the others need not
            records = count_samples(job.model, job.seed, job.samples, job.options, points=job.points)
    except (PolysysError, OSError):
        raise
    except Exception as error:  # raised where the result is taken, as by any executor
        future.set_exception(error)
    else:
        future.set_result(records)
    return future
