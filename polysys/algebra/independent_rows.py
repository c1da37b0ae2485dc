"""Which rows of a level's matrix were independent where its pattern was met before.

It is a hint: whoever takes it checks that these rows are independent again and, in one combination, that they span the others, and reduces all
rows otherwise. The combination hides a row with a probability of 1/p. A bound is larger then, and still a bound. Nine in ten rows depend on the others, and each would be reduced to zero at the cost of an independent one.

The hints of a long search are kept on disk under a digest of the monomials that it began with, so that the next process has them.
A file that was cut off or altered is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra.kept import Kept
from polysys.cache_files import cache_folder, read_sealed, write_sealed

_MAGIC = b"stationary rows 2\n"
_MOST_BYTES = 8 << 20  # of a file


@dataclass(frozen=True, slots=True, eq=False)
class IndependentRows:
    """Rows that do not depend on earlier ones, and the multiplications that the reduction of all took.

    Parameters
    ----------
    rows : int array
        In ascending order.
    work : int
    """

    rows: npt.NDArray[Any]
    work: int

    def fit(self, n_rows: int) -> bool:
        """Whether they may be rows of a matrix with so many."""
        return bool(not len(self.rows) or (self.rows[0] >= 0 and self.rows[-1] < n_rows and (np.diff(self.rows) > 0).all()))


independent_rows: Kept[IndependentRows] = Kept(32 << 20)
"""Of the patterns that were met last, by the names of these."""


def load(search: bytes) -> set[bytes]:
    """Take the hints of an earlier search from disk; the names of their patterns."""
    try:
        content = read_sealed(_path(search), _MOST_BYTES)
    except OSError:
        return set()
    names = set()
    for name, known in _parsed(content.removeprefix(_MAGIC)) if content and content.startswith(_MAGIC) else ():
        names.add(name)
        if independent_rows.get(name) is None:
            independent_rows.keep(name, known, known.rows.nbytes + 100)
    return names


def _parsed(content: bytes) -> Iterator[tuple[bytes, IndependentRows]]:
    count = int.from_bytes(content[:8], "little")
    names, at = content[8 : 8 + 32 * count], 8 + 32 * count
    lengths, works = np.frombuffer(content, np.int64, 2 * count, at).reshape(2, count).tolist()
    rows = np.frombuffer(content, np.int32, sum(lengths), at + 16 * count).astype(np.int64)
    ends = np.cumsum(lengths).tolist()
    for k, (length, work, end) in enumerate(zip(lengths, works, ends, strict=True)):
        yield names[32 * k : 32 * k + 32], IndependentRows(rows[end - length : end], work)


def save(search: bytes, names: set[bytes]) -> bool:
    """Keep the hints for these patterns on disk; whether that was possible (a folder that cannot be written is no error)."""
    known = [(name, found) for name in sorted(names) if (found := independent_rows.get(name)) is not None]
    heads = np.array([[len(found.rows) for _, found in known], [found.work for _, found in known]], np.int64)
    rows = np.concatenate([np.zeros(0, np.int32), *(found.rows.astype(np.int32) for _, found in known)])
    content = _MAGIC + len(known).to_bytes(8, "little") + b"".join(name for name, _ in known) + heads.tobytes() + rows.tobytes()
    if len(content) > _MOST_BYTES - 100:
        return False
    path = _path(search)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_sealed(path, content)
    except OSError:
        return False
    return True


def _path(search: bytes) -> Path:
    return cache_folder("rows") / search.hex()
