"""Work over threads: results, errors, and interruptions at any moment that leave nobody waiting."""

import gc
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from homotopy.common import reporting
from homotopy.common.threads import Arrivals, over_threads, undisturbed
from homotopy.errors import EngineTimeoutError
from tests.homotopy.processes import PATIENCE


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_result_comes_once_in_the_calling_thread(workers):
    found, threads = [], set()

    def each(result):
        found.append(result)
        threads.add(threading.get_ident())

    over_threads(lambda x, _: x * x, range(100), workers, each)
    assert sorted(found) == [x * x for x in range(100)] and threads == {threading.get_ident()}
    over_threads(lambda x, _: x, [], workers, each)


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_of_the_work_is_raised_and_ends_the_others(workers):
    seen = []

    def work(x, stop):
        seen.append(x)
        if x == 1:
            raise ValueError("one")
        while x == 0 and workers > 1 and not stop[0]:
            time.sleep(0.01)
        return x

    before = threading.active_count()
    with pytest.raises(ValueError, match="one"):
        over_threads(work, range(100_000), workers)
    assert threading.active_count() == before and len(seen) < 100_000


def test_a_time_limit_ends_work_that_looks_at_its_stop():
    def work(_, stop):
        while not stop[0]:
            time.sleep(0.01)

    with pytest.raises(EngineTimeoutError), reporting.time_limit(0.1, "It"):
        over_threads(work, range(4), 2)  # without an end of its own


def _interrupted(kind: str) -> None:
    """Work in small pieces that is interrupted at a random moment, as by Ctrl-C."""
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.002 + 0.02 * random.random())
        if kind == "over_threads":
            over_threads(lambda _, stop: time.sleep(1e-4), range(5000), 2)
        pool = ThreadPoolExecutor(2)
        try:
            arrivals = Arrivals()
            for k in range(5000):  # an interruption while garbage is collected is lost
                with undisturbed():
                    future = pool.submit(time.sleep, 1e-4)
                arrivals.add(future)
                if k > 64:
                    done = arrivals.next()
                    with undisturbed():
                        done.result()
        finally:
            pool.shutdown(cancel_futures=True)
    except KeyboardInterrupt:
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("kind", ["over_threads", "arrivals"])
def test_an_interruption_at_any_moment_leaves_nobody_waiting(kind):
    """With `concurrent.futures.wait` one in forty of these hung for ever."""
    children = []
    for seed in range(60):
        pid = os.fork()
        if not pid:
            gc.callbacks.clear()  # hypothesis has one, and Python forgets what a callback raises
            signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
            random.seed(seed)
            _interrupted(kind)
            os._exit(0)
        children.append(pid)
        if len(children) == 4:
            _wait(children)
    _wait(children)


def _wait(children: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while children:
        pid = children[-1]
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            children.pop()
            assert os.waitstatus_to_exitcode(status) == 0
        elif time.monotonic() > deadline:
            for other in children:
                os.kill(other, signal.SIGKILL)
                os.waitpid(other, 0)
            pytest.fail("an interrupted process hangs")
        else:
            time.sleep(0.01)


def test_an_interruption_waits_for_the_end_of_what_is_undisturbed():
    done = []

    def short_piece():
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            done.append(1)

    with pytest.raises(KeyboardInterrupt):
        short_piece()
    assert done == [1] and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_arrivals_are_none_when_nothing_comes_in_time():
    with ThreadPoolExecutor(1) as pool:
        gate = threading.Event()
        arrivals = Arrivals([pool.submit(gate.wait)])
        assert arrivals.next(0.01) is None
        gate.set()
        assert arrivals.next(PATIENCE).result() is True


def test_kernels_end_when_they_are_stopped():
    """A path of a million steps ends at the next one, without an outcome."""
    from homotopy.engines.tracker import batch
    from homotopy.engines.tracker.driver import make_homotopy
    from homotopy.engines.tracker.options import TrackerOptions
    from homotopy.engines.tracker.program import compile_homotopy
    from polysys.tape import trace

    tape = trace(lambda x, p: [x[0] ** 2 - p[0]], 1, 1)
    p0, p1 = np.array([1j]), np.array([[4.0 + 0j]])
    homotopy = make_homotopy(compile_homotopy(tape), p0, p1)
    m = 400_000
    starts = np.full((m, 1), 1j**0.5)
    ends = batch.no_ends(m, 1)
    with pytest.raises(EngineTimeoutError), reporting.time_limit(1e-9, "It"):
        batch.track_paths(homotopy, np.zeros(m, np.int64), starts, TrackerOptions(), threads=2, ends=ends)
    is_done = ends.outcome >= 0
    assert not is_done.all() and np.allclose(ends.x[is_done & (ends.outcome == 0)], 2.0)
