"""Which rows of a level's matrix were independent where its pattern was met before.

It is a hint, and no result depends on it: whoever takes it checks that these rows are independent again and that they span the others,
and reduces all rows otherwise. Nine in ten rows depend on the others, and each would be reduced to zero at the cost of an independent one.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy.typing as npt

_MOST_ROWS = 4_000_000  # of all patterns


@dataclass(frozen=True, slots=True, eq=False)
class IndependentRows:
    """Rows that do not depend on earlier ones, and the multiplications that the reduction of all took.

    Parameters
    ----------
    rows : int array
    work : int
    """

    rows: npt.NDArray[Any]
    work: int


class _Known:
    """Those of the patterns that were met last, by the names of these."""

    def __init__(self) -> None:
        self._of: OrderedDict[bytes, IndependentRows] = OrderedDict()
        self._n_rows = 0
        self._lock = Lock()

    def get(self, name: bytes) -> IndependentRows | None:
        """What is known of a pattern."""
        with self._lock:
            if name in self._of:
                self._of.move_to_end(name)
            return self._of.get(name)

    def keep(self, name: bytes, found: IndependentRows) -> None:
        """Keep what was found of a pattern, in place of what was known."""
        with self._lock:
            before = self._of.pop(name, None)
            self._n_rows += len(found.rows) + 100 - (len(before.rows) + 100 if before else 0)
            self._of[name] = found
            while self._n_rows > _MOST_ROWS:
                self._n_rows -= len(self._of.popitem(last=False)[1].rows) + 100


independent_rows = _Known()
"""Of this process."""
