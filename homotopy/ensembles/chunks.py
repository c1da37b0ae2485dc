"""Running an ensemble: chunks that are missing go to an executor, records that come back go to the store."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

from homotopy.common.reporting import SampleProgress, Say
from homotopy.common.threads import Arrivals, undisturbed
from homotopy.ensembles.pools import Pool
from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.store.format import DamagedChunkError
from homotopy.ensembles.store.locks import LOCK_FILE, ChunkLocks
from homotopy.ensembles.store.plan import Chunk, StoreState
from homotopy.ensembles.store.store import Store
from homotopy.ensembles.workers import Job
from homotopy.errors import WorkerStartError
from polysys.errors import PolysysError
from polysys.models.base import Model

_POLL = 1.0  # seconds between looks at chunks that another run has locked, and at what became of the pool


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
                future = self._arrivals.next(_POLL)
                if future is not None:
                    locks.release(self._take(future).start // self._store.chunk)
        except BaseException:  # also an interruption: finished work is kept
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
        except PolysysError:
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
                with contextlib.suppress(Exception):  # the reason for the stop is raised, not this
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


def _tell(say: Say | None, sentence: str) -> None:
    if say is not None:
        say(sentence)
