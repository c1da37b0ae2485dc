"""Work over all states in blocks of 2^20 by threads: the kernels do not hold the interpreter's lock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from homotopy.common.processes import n_usable_cores
from homotopy.common.reporting import report

BLOCK_BITS = 20


def over_blocks(what: str, n_states: int, work: Callable[[int, int], Any], size: int = 1 << BLOCK_BITS) -> list[Any]:
    """work(first, last) of every block of states, in order; progress is reported as `what`."""
    edges = [(a, min(a + size, n_states)) for a in range(0, n_states, size)]
    if len(edges) == 1:
        return [work(*edges[0])]
    found = []
    with ThreadPoolExecutor(n_usable_cores()) as pool:
        running = [pool.submit(work, *edge) for edge in edges]
        try:
            for k, result in enumerate(running, 1):
                found.append(result.result())
                report(what, k, len(edges))
        except BaseException:  # an interruption does not wait for blocks that have not begun
            pool.shutdown(cancel_futures=True)
            raise
    return found
