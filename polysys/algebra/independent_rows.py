"""Which rows of a level's matrix were independent where its pattern was met before.

It is a hint, and no result depends on it: whoever takes it checks that these rows are independent again and that they span the others,
and reduces all rows otherwise. Nine in ten rows depend on the others, and each would be reduced to zero at the cost of an independent one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from polysys.algebra.kept import Kept


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


independent_rows: Kept[IndependentRows] = Kept(32 << 20)
"""Of the patterns that were met last, by the names of these."""
