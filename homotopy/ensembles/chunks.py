"""Running an ensemble: chunks that are missing go to an executor, records that come back go to the store."""

from __future__ import annotations

import contextlib
import importlib
import logging
import re
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from homotopy.common.processes import n_usable_cores
from homotopy.common.reporting import SampleProgress, Say
from homotopy.common.threads import Arrivals, undisturbed
from homotopy.common.validation import is_whole
from homotopy.ensembles.record import SampleRecord, count_samples
from homotopy.ensembles.store.format import DamagedChunkError
from homotopy.ensembles.store.locks import LOCK_FILE, ChunkLocks
from homotopy.ensembles.store.plan import Chunk, StoreState
from homotopy.ensembles.store.store import Store
from homotopy.ensembles.workers import Job, Workers, count_job
from homotopy.errors import WorkerStartError
from polysys.errors import InputError, PolysysError
from polysys.models.base import Model

_ADDRESS = re.compile(r"((tcp|tls|wss?|ucxx?)://)?[\w.\[\]:-]+:\d{1,5}/?", re.ASCII)
_DASK_WAY_OUT = "Start one with 'dask scheduler', and give the address that it prints, such as tcp://10.0.0.1:8786."
DASK_TIMEOUT = 15.0  # seconds until a scheduler has answered
_POLL = 1.0  # seconds between looks at chunks that another run has locked


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
def dask_pool(address: str) -> Iterator[Pool]:
    """The workers of an existing Dask cluster.

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
    quiet = logging.getLogger("distributed")
    level = quiet.level
    quiet.setLevel(logging.CRITICAL)  # its own account of a failed connection runs over pages
    try:
        try:
            client = distributed.Client(address, timeout=DASK_TIMEOUT, set_as_default=False)
        except (OSError, ValueError, TypeError, ImportError) as error:
            raise InputError(
                f"No Dask scheduler answers at {address[:200]} ({type(error).__name__}).",
                _DASK_WAY_OUT,
            ) from error
        with client, client.get_executor(pure=False) as executor:

            def width() -> int:
                return 2 * int(sum(client.nthreads().values())) + 2

            yield Pool(_undisturbed(lambda job: executor.submit(count_job, job)), width)
    finally:
        quiet.setLevel(level)


def run_chunks(
    store: Store,
    model: Model,
    pool: Pool,
    *,
    shard: tuple[int, int] = (1, 1),
    retry_failed: bool = False,
    progress: SampleProgress | None = None,
    say: Say | None = None,
) -> None:
    """Compute every chunk of a shard that the store lacks, has damaged, or (on request) has with failures.

    Parameters
    ----------
    store : Store
    model : Model
    pool : Pool
    shard : (k, K)
        Every K-th chunk, beginning with the k-th; 1 <= k <= K.
    retry_failed : bool
        Count samples again whose record is a failure.
    progress : callable (done, total, failures), optional
    say : callable (sentence), optional
        Told what is unusual, such as damaged files.

    Raises
    ------
    StoreWriteError
        If the disk is full: what was written before is kept.
    WorkerStartError
        If an executor lost jobs: the others were completed first.
    """
    k, shards = shard
    chunks = store.chunks[k - 1 :: shards]
    state = store.scan(chunks)
    for chunk, what in list(state.damaged.items())[:10]:
        _tell(say, f"{store.file(chunk).name} {what}; it is computed again.")
    if len(state.damaged) > 10:
        _tell(say, f"{len(state.damaged) - 10} more damaged files are computed again.")
    run = _Run(store, model, pool, state, sum(len(c.samples) for c in chunks), retry_failed, progress)
    todo = [c for c in chunks if c not in state.sound or (retry_failed and c in state.failed)]
    locks = ChunkLocks(store.path / LOCK_FILE)
    try:
        run.all(todo, locks)
    finally:
        locks.close()


class _Run:
    """One pass over the missing chunks."""

    def __init__(
        self,
        store: Store,
        model: Model,
        pool: Pool,
        state: StoreState,
        total: int,
        retry_failed: bool,
        progress: SampleProgress | None,
    ) -> None:
        self._store, self._model, self._pool, self._state = store, model, pool, state
        self._retry, self._progress, self._total = retry_failed, progress, total
        self._kept: dict[Chunk, dict[int, SampleRecord]] = {}
        self._under_way: dict[Future[list[SampleRecord]], Chunk] = {}
        self._arrivals = Arrivals()
        self._lost: list[str] = []
        self._done = sum(len(c.samples) for c in state.sound)
        self._failures = state.n_failed
        if retry_failed:
            self._done -= self._failures
            self._failures = 0

    def all(self, todo: Sequence[Chunk], locks: ChunkLocks) -> None:
        """Compute and write the chunks."""
        waiting, elsewhere = deque(todo), deque[Chunk]()
        self._report()
        try:
            while waiting or elsewhere or self._under_way:
                width = self._pool.width()
                while len(self._under_way) < width and (waiting or elsewhere):
                    from_others = not waiting
                    chunk = elsewhere.popleft() if from_others else waiting.popleft()
                    if not locks.take(chunk.start // self._store.chunk):
                        elsewhere.append(chunk)
                        if from_others:
                            break
                    elif self._is_there(chunk):
                        locks.release(chunk.start // self._store.chunk)
                    elif not self._submit(chunk):
                        waiting.clear()
                        elsewhere.clear()
                if not self._under_way:
                    if elsewhere:
                        time.sleep(_POLL)
                    continue
                future = self._arrivals.next(_POLL if elsewhere else None)
                if future is not None:
                    locks.release(self._take(future).start // self._store.chunk)
        except BaseException:
            self._save_what_is_done()
            raise
        if self._lost:
            raise WorkerStartError(
                f"The executor lost work ({self._lost[0]}); {self._done} of {self._total} samples are kept.",
                "Run the same command again.",
            )

    def _is_there(self, chunk: Chunk) -> bool:
        """Whether another run has written a chunk since the scan."""
        if self._retry and chunk in self._state.failed:
            return False
        try:
            records = self._store.read(chunk)
        except DamagedChunkError:
            return False
        if records is None:
            return False
        self._count(records)
        return True

    def _submit(self, chunk: Chunk) -> bool:
        """Hand a chunk to the executor; False if that takes no more work."""
        spec = self._store.spec
        samples = tuple(chunk.samples)
        if self._retry and chunk in self._state.failed:
            with contextlib.suppress(DamagedChunkError):
                kept = {r.sample: r for r in self._store.read(chunk) or () if not r.is_failed}
                self._kept[chunk] = kept
                samples = tuple(s for s in samples if s not in kept)
        job = Job(self._model, spec.seed, samples, spec.options, spec.points, spec.timeout)
        try:
            future = self._pool.submit(job)
        except (PolysysError, OSError):
            raise
        except Exception as error:  # a pool that is broken or shut down
            self._lost.append(f"{type(error).__name__}: {str(error)[:120]}")
            return False
        self._under_way[future] = chunk
        self._arrivals.add(future)
        return True

    def _take(self, future: Future[list[SampleRecord]]) -> Chunk:
        chunk = self._under_way.pop(future)
        try:
            with undisturbed():
                new = future.result()
        except (PolysysError, OSError):
            raise
        except Exception as error:  # a broken pool, a killed Dask worker: the executor's trouble, not a sample's
            self._lost.append(f"{type(error).__name__}: {str(error)[:120]}")
            return chunk
        records = {**self._kept.pop(chunk, {}), **{r.sample: r for r in new}}
        self._store.write(chunk, [records[s] for s in chunk.samples])
        self._count(new)
        return chunk

    def _save_what_is_done(self) -> None:
        """Write the chunks that were finished when the run was stopped."""
        for future in list(self._under_way):
            if future.done() and not future.cancelled():
                with contextlib.suppress(Exception):
                    self._take(future)
            else:
                future.cancel()

    def _count(self, records: Sequence[SampleRecord]) -> None:
        self._done += len(records)
        self._failures += sum(r.is_failed for r in records)
        self._report()

    def _report(self) -> None:
        if self._progress is not None:
            self._progress(self._done, self._total, self._failures)


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
    except Exception as error:
        future.set_exception(error)
    else:
        future.set_result(records)
    return future


def _tell(say: Say | None, sentence: str) -> None:
    if say is not None:
        say(sentence)
