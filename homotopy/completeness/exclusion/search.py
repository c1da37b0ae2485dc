"""Branch and bound on one patch: every box is excluded, holds no zero but a known one, or is left over."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Any

import numpy as np

from homotopy.common import reporting
from homotopy.common.arrays import Floats
from homotopy.completeness.exclusion.layout import LANES, LARGEST, LEFT, PROCESSED
from homotopy.completeness.exclusion.patches import Patch
from homotopy.completeness.exclusion.programs import interval_program, magnitude, outward, slope_tape
from polysys.domains import Euclidean
from polysys.landscape import Landscape

# in the order of the kernel's counts
TESTS = ("cell", "quadratic", "value", "dependent", "mean value", "Newton", "known")
_SLICE = 20_000  # boxes between two looks at the clock
_STACK = 1 << 15
_SMALLEST = 2.0**-36  # relative to the patch: a smaller box is left over
_UNBOUNDED = 1e220  # above every sum of squares below LARGEST squared
_MAX_LEFT = 64  # left-over boxes of a patch after which the search is given up


@dataclass(frozen=True, slots=True, eq=False)
class PatchResult:
    """What a search did on one patch.

    Parameters
    ----------
    n_boxes : int
        Boxes processed.
    excluded : tuple of int
        Boxes done by each of `TESTS`.
    left : list of (lo, hi)
        Boxes too small to be split.
    n_open : int
        Boxes that were still to be processed when the search was stopped.
    """

    n_boxes: int
    excluded: tuple[int, ...]
    left: list[tuple[Floats, Floats]]
    n_open: int


def search(
    patch: Patch,
    zeros: Sequence[tuple[Floats, Floats]],
    max_boxes: int,
    deadline: float,
    stopped: reporting.Stopped | None = None,
) -> PatchResult:
    """Search a patch for zeros other than the given ones (enclosures of proved zeros in its coordinates).

    Parameters
    ----------
    deadline : float
        By :func:`time.monotonic`.
    stopped : Stopped, optional
        Takes what stops this, instead of having it raised: the boxes that were not processed are open then.
    """
    from homotopy.completeness.exclusion import boxes, loop  # Numba is loaded where it is used first

    n = len(patch.free)
    equations = interval_program(patch.tape)
    slopes = interval_program(slope_tape(patch.tape))
    stack = boxes.Boxes(np.empty((_STACK, n)), np.empty((_STACK, n)))
    stack.lo[0], stack.hi[0] = patch.lo, patch.hi
    left = boxes.Boxes(np.empty((_MAX_LEFT + LANES, n)), np.empty((_MAX_LEFT + LANES, n)))
    counts = np.zeros(PROCESSED + 1, np.int64)
    known = boxes.Boxes(*(np.array([z[end] for z in zeros]).reshape(len(zeros), n) for end in (0, 1)))
    corners = np.max(np.abs([patch.lo, patch.hi, *known.lo, *known.hi]), axis=0).tolist()
    if max(magnitude(equations.tape, corners), magnitude(slopes.tape, [*corners, *corners])) > LARGEST:
        return PatchResult(0, (0,) * len(TESTS), [], 1)
    rows, dependent = patch.dependent
    own_columns = np.array([patch.free.index(i) for i in dependent], np.int64)
    is_split = np.ones(n, np.bool_)
    is_split[own_columns] = False
    f, s = (boxes.Program(p.code, p.outputs, p.registers.copy()) for p in (equations, slopes))
    order = np.array(patch.order, np.int64).reshape(len(patch.order), 3)
    quadratics = boxes.Quadratics(*_constraint_arrays(patch))
    own_rows, scale = np.tile(np.array(rows, np.int64), (LANES, 1)), patch.hi - patch.lo
    working_arrays = boxes.working_arrays(n, len(equations.outputs))
    size, n_left = 1, 0
    with contextlib.nullcontext() if stopped is None else stopped.taking():
        while size and n_left < _MAX_LEFT:
            budget = min(_SLICE, max_boxes - int(counts[PROCESSED]))
            if budget <= 0 or time.monotonic() > deadline:
                break
            before = int(counts[PROCESSED])
            reporting.report("boxes of branch and bound", before)
            size, n_left = loop.branch_and_bound(
                n, order, quadratics, f, s, own_rows, own_columns, is_split, scale, _SMALLEST, known,
                stack, size, left, n_left, budget, *working_arrays, counts,
            )  # fmt: skip
            if int(counts[PROCESSED]) == before:
                break  # no room for more boxes
    found = [(left.lo[k].copy(), left.hi[k].copy()) for k in range(n_left)]
    excluded = tuple(int(c) for c in counts[:LEFT])
    return PatchResult(int(counts[PROCESSED]), excluded, found, max(size, 1) if stopped else size)


@cache
def warm_up() -> None:
    """Compile the kernel, or load it from disk, on a search that takes no time."""
    well = Landscape("warm-up", Euclidean(1), ("x",), lambda x, _: x[0] * x[0])
    search(Patch(well, (), np.array([0.5]), np.array([1.0])), [], 1, inf)


def _constraint_arrays(patch: Patch) -> tuple[Any, ...]:
    """The patch's quadratic constraints as the kernel reads them: sparse rows, ends rounded outwards.

    Constraints only shorten the search; one with numbers so large that they might overflow is left out.
    """
    starts, index, weights, ranges = [0], [], [], []
    for row in patch.constraints:
        entries = [(column, outward(weight)) for column, weight in enumerate(row.weights) if weight]
        least = -_UNBOUNDED if row.least is None else outward(row.least)[0]
        most = _UNBOUNDED if row.most is None else outward(row.most)[1]
        if max(-least, most) > _UNBOUNDED or any(max(-a, b) > LARGEST for _, (a, b) in entries):
            continue
        index += [column for column, _ in entries]
        weights += [ends for _, ends in entries]
        starts.append(len(index))
        ranges.append((least, most))
    w, r = np.array(weights).reshape(len(weights), 2), np.array(ranges).reshape(len(ranges), 2)
    columns = (np.ascontiguousarray(a) for a in (w[:, 0], w[:, 1], r[:, 0], r[:, 1]))
    return (np.array(starts, np.int64), np.array(index, np.int64), *columns)
