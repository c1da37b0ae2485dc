"""`stationary` under a clock that was set back, or goes backwards: python -m tests.hostile.clock SECONDS STEP ARGUMENT .."""

from __future__ import annotations

import sys
import time

from homotopy.cli import main


def set_clock(offset: float, step: float) -> None:
    """Let `time.time` be off by an offset, and go on by a step with every look at it."""
    true, looks = time.time, [0]

    def shown() -> float:
        looks[0] += 1
        return true() + offset + step * looks[0]

    time.time = shown


if __name__ == "__main__":
    set_clock(float(sys.argv[1]), float(sys.argv[2]))
    del sys.argv[1:3]
    main()
