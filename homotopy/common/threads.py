"""Work over threads, and waiting for work, such that Ctrl-C never leaves a lock held.

`concurrent.futures.wait` and `as_completed` take the locks of all futures one by one in Python code. An interruption between
two of them leaves those locks held for ever; the threads that should hand in their results block on them, and so does the
end of the pool. Here the thread that waits takes from a queue that is written in C: it has an item or it has none.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from homotopy.common import reporting

Item = TypeVar("Item")
Result = TypeVar("Result")
Stop = npt.NDArray[np.int64]
_LOOK = 0.2  # seconds between looks at the time limit


def over_threads(
    work: Callable[[Item, Stop], Result],
    items: Sequence[Item],
    workers: int,
    each: Callable[[Result], None] = lambda _: None,
) -> None:
    """Have threads work on items; `each` is told of the results, in the order in which they come, in this thread.

    Parameters
    ----------
    work : callable (item, stop)
        What releases the GIL. `stop` is an array (1,) that is 0 until the work is to end at once, because of an error or an
        interruption: work that takes longer than a second should look at it.
    items : sequence
    workers : int
        Number of threads; 1 works here.
    each : callable (result), optional

    Raises
    ------
    EngineTimeoutError
        When the time is up (:func:`homotopy.common.reporting.time_limit`).

    Examples
    --------
    >>> found = []
    >>> over_threads(lambda x, _: x * x, [1, 2, 3], 2, found.append)
    >>> sorted(found)
    [1, 4, 9]
    """
    stop: Stop = np.zeros(1, np.int64)
    if workers <= 1 or len(items) <= 1:
        for item in items:
            each(work(item, stop))
            reporting.check()
        return
    todo, done = SimpleQueue[Item](), SimpleQueue[tuple[Result | None, BaseException | None]]()
    for item in items:
        todo.put(item)

    def labour() -> None:
        while not stop[0]:
            try:
                item = todo.get_nowait()
            except Empty:
                return
            try:
                done.put((work(item, stop), None))
            except BaseException as error:  # raised where it is waited for
                done.put((None, error))
                stop[0] = 1
                return

    threads = [threading.Thread(target=labour, daemon=True) for _ in range(min(workers, len(items)))]
    try:
        for thread in threads:
            thread.start()
        for _ in items:
            result, error = _next(done)
            if error is not None:
                raise error
            each(result)
            reporting.check()
    finally:
        stop[0] = 1
        for thread in threads:
            if thread.ident is not None:
                thread.join()


def _next(done: SimpleQueue[Any]) -> Any:
    while True:
        with contextlib.suppress(Empty):
            return done.get(timeout=_LOOK)
        reporting.check()


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait for the end of a short piece that takes locks in Python code, as futures do."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before: dict[int, Any] = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            if callable(signal.getsignal(number)):
                before[number] = signal.signal(number, lambda n, _: came.append(n))
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
    for which in came:
        before[which](which, None)


class Arrivals:
    """Futures as they are done, in any order; what takes the place of `concurrent.futures.wait`.

    Handing in work and asking for results take locks too, if only for a moment: :func:`undisturbed` is for these.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> with ThreadPoolExecutor(1) as pool:
    ...     arrivals = Arrivals()
    ...     arrivals.add(pool.submit(abs, -3))
    ...     arrivals.next().result()
    3
    """

    def __init__(self, futures: Iterable[Future[Any]] = ()) -> None:
        self._done = SimpleQueue[Future[Any]]()
        for future in futures:
            self.add(future)

    def add(self, future: Future[Any]) -> None:
        """Wait for this one too."""
        with undisturbed():
            future.add_done_callback(self._done.put)

    def next(self, timeout: float | None = None) -> Future[Any] | None:
        """The next one that is done; None if there is none in time."""
        try:
            return self._done.get(timeout=timeout)
        except Empty:
            return None
