"""Random numbers for many runs in step: run k depends on (seed, k) only, however many others there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Draw = Callable[[np.random.Generator, int], npt.NDArray[Any]]

_BLOCK = 64  # steps drawn at a time


class Noise:
    """One row of random numbers for every run and step.

    Parameters
    ----------
    seed : int
    n_runs : int
    draw : callable (generator, steps) -> array (steps, ...)
    stream : int
        Numbers of different streams are independent; starts are drawn from yet others.

    Examples
    --------
    >>> few, many = (Noise(1, n, lambda rng, steps: rng.random(steps)) for n in (2, 5))
    >>> bool((few.next() == many.next()[:2]).all())
    True
    """

    def __init__(self, seed: int, n_runs: int, draw: Draw, stream: int = 1) -> None:
        self._streams = [
            np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(k, stream))) for k in range(n_runs)
        ]
        self._draw = draw
        self._block: npt.NDArray[Any] | None = None
        self._at = _BLOCK

    def next(self) -> npt.NDArray[Any]:
        """The numbers of the next step (n_runs, ...)."""
        if self._block is None or self._at == _BLOCK:
            self._block, self._at = np.stack([self._draw(rng, _BLOCK) for rng in self._streams], axis=1), 0
        self._at += 1
        return np.asarray(self._block[self._at - 1])
