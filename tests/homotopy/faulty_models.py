"""Models whose samples misbehave at chosen indices: they hang, crash their process, or cannot be drawn."""

import os
import signal
import time
from dataclasses import dataclass

from polysys import SphericalPSpin
from polysys.errors import InputError
from polysys.landscape import Landscape


@dataclass(frozen=True)
class Faulty(SphericalPSpin):
    """A 3-spin glass of two spins that hangs, crashes or refuses at some sample numbers."""

    n: int = 2
    hangs: tuple[int, ...] = ()
    crashes: tuple[int, ...] = ()
    refuses: tuple[int, ...] = ()
    stumbles: str = ""  # a file: while it exists, sample 4 removes it and dies, as if killed from outside once

    def sample(self, seed: int | None = None, index: int = 0) -> Landscape:
        if index in self.hangs:
            time.sleep(3600)
        if index in self.crashes:
            os.kill(os.getpid(), signal.SIGSEGV)
        if index in self.refuses:
            raise InputError("This sample cannot be drawn.", "Draw another.")
        if index == 4 and self.stumbles and os.path.exists(self.stumbles):
            os.unlink(self.stumbles)
            os.kill(os.getpid(), signal.SIGKILL)
        return super().sample(seed, index)
