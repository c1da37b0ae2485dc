"""What a computation may cost, counted in a way that does not depend on the machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

alarms: set[Callable[[], None]] = set()
"""Asked now and then whether the caller's time is up; what they raise is no result, and nothing is remembered of the computation."""


class Stop(Enum):
    """Why a computation ended before its result."""

    WORK = "the work limit was reached"
    MEMORY = "the memory limit was reached"
    TIME = "the time limit was reached"
    DEGREE = "the exponents became too large"
    ENOUGH = "what was found is enough"
    DISAGREEMENT = "the primes disagree"


class Stopped(Exception):
    """Raised where a limit is reached; a signal inside this room, never seen outside."""

    def __init__(self, reason: Stop) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass
class Meter:
    """Counts elementary operations, weighted so that 10^9 take about a second, and stops at the limits.

    Parameters
    ----------
    work_limit : int, optional
        Nanoseconds on one core of 2024, about, counted in operations: the same on every machine.
    memory_limit : int
        Bytes of the largest matrix with its tables.
    time_limit : float, optional
        Seconds from now. Where it ends a computation the outcome depends on the machine.
    work, largest : int
        What was spent, and the most bytes that were needed at once.
    """

    work_limit: int | None = None
    memory_limit: int = 2 << 30
    time_limit: float | None = None
    work: int = 0
    largest: int = 0
    _start: float = field(default_factory=time.monotonic)

    def spend(self, work: int) -> None:
        """Count work; stop where it is too much, or where the caller's time is up."""
        for look in alarms:
            look()
        self.work += work
        if self.work_limit is not None and self.work > self.work_limit:
            raise Stopped(Stop.WORK)
        if self.time_limit is not None and time.monotonic() - self._start > self.time_limit:
            raise Stopped(Stop.TIME)

    def need(self, size: int) -> None:
        """Stop where this many bytes are too much."""
        self.largest = max(self.largest, size)
        if size > self.memory_limit:
            raise Stopped(Stop.MEMORY)
