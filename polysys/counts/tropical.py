"""How large solutions get, from the sizes of the coefficients: tropical estimates, for deciding what to doubt.

Where two terms of each equation balance and all others are smaller, c_a x^a ~ c_b x^b, the moduli of a solution are fixed:
log|x| = -v for the point v of a mixed cell of the supports lifted by -log|c|. For generic phases each solution without
zero coordinates lies near one of these points, within factors of the numbers of terms (Huber & Sturmfels 1995). This
is an estimate, never part of a proof: it tells whether solutions may be so large that they pass for infinite ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import inf, log2

import numpy as np

from polysys.counts.mixed_cells import Ints, TieError, enumerate_cells, move_lifting
from polysys.counts.mixed_volume import independent_blocks
from polysys.counts.work_meter import WorkMeter

Terms = Mapping[tuple[int, ...], Fraction]
_GRID = 1 << 10  # steps of the lifting in a factor of two
_ATTEMPTS = 5


def log10_of_largest(equations: Sequence[Terms], work: int | None = None) -> float:
    """Logarithm of the largest modulus that a coordinate of a solution in the torus is estimated to have.

    -inf where there is no such solution.

    Raises
    ------
    WorkLimitError
        When more than `work` operations are needed.
    TieError
        When no lifting without ties is found.

    Examples
    --------
    >>> round(log10_of_largest([{(0,): Fraction(1), (1,): Fraction(-1), (2,): Fraction(1, 10**9)}]))
    9
    """
    meter = WorkMeter(work)
    if any(len(terms) < 2 for terms in equations):  # a monomial vanishes nowhere; without equation nothing is isolated
        return -inf
    sets = [np.array(sorted(terms), dtype=np.int64) for terms in equations]
    rises = []
    for terms in equations:
        sizes = [log2(abs(terms[e].numerator)) - log2(terms[e].denominator) for e in sorted(terms)]
        rises.append(np.array([round(_GRID * (max(sizes) - s)) for s in sizes], dtype=np.int64))
    moved = [points - points.min(0) for points in sets]
    largest = -inf
    for rows, columns in independent_blocks(moved):
        if len(rows) != len(columns):
            return -inf
        found = _largest_of_block([moved[i][:, columns] for i in rows], [rises[i] for i in rows], meter)
        if found is None:
            return -inf
        largest = max(largest, found)
    return largest


def _largest_of_block(block: Sequence[Ints], heights: Sequence[Ints], meter: WorkMeter) -> float | None:
    for attempt in range(_ATTEMPTS):
        cells = enumerate_cells(block, 77 + attempt, meter)
        if cells is None or not len(cells.volumes):
            return None
        try:
            cells = move_lifting(cells, heights, meter)
        except TieError:
            continue
        rise = np.stack(
            [h[cells.b[:, i]] - h[cells.a[:, i]] for i, h in enumerate(heights)], axis=1
        ).astype(float)  # fmt: skip
        logs = np.einsum("kij,kj->ki", cells.inverse.astype(float), rise) / cells.volumes.astype(float)[:, None]
        return float(logs.max()) / _GRID * float(np.log10(2))
    raise TieError("No lifting without ties was found.", "Try other coefficients.")
