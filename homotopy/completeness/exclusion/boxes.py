"""Boxes on stacks and in lanes, and the arrays of the loop that processes them."""

# numba types its helpers not at all
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from homotopy.common.jit import compiled
from homotopy.completeness.exclusion.layout import LANES, WIDTH


class Boxes(NamedTuple):
    """Boxes: their lower and upper ends (boxes, n)."""

    lo: Any
    hi: Any


class Program(NamedTuple):
    """A program of the interval interpreter: code, where its outputs are, registers."""

    code: Any
    outputs: Any
    registers: Any


class Quadratics(NamedTuple):
    """The quadratic constraints, see `contract_quadratics`."""

    starts: Any
    index: Any
    weight_lo: Any
    weight_hi: Any
    range_lo: Any
    range_hi: Any


class Lanes(NamedTuple):
    """The boxes that are processed at once, their middles, a point or box inside each, and what is known of them."""

    lo: Any
    hi: Any
    mid: Any
    inner_lo: Any
    inner_hi: Any
    alive: Any
    size: Any  # before they were narrowed
    side: Any  # to be halved
    target: Any  # a known zero
    rows: Any  # which equations are used


class Inverse(NamedTuple):
    """What `precondition` makes: approximate inverses, their products with the slopes, and whether there are any."""

    y: Any
    g: Any
    ok: Any
    m: Any
    a: Any


def working_arrays(n: int, n_rows: int) -> tuple[Lanes, Inverse]:
    """Arrays for boxes in n unknowns with so many equations."""
    lo, hi, mid, inner_lo, inner_hi = (np.zeros((LANES, n)) for _ in range(5))
    alive, size, side, target = (np.zeros(LANES, kind) for kind in (np.bool_, np.float64, np.int64, np.int64))
    rows = np.tile(np.arange(n_rows), (LANES, 1))
    lanes = Lanes(lo, hi, mid, inner_lo, inner_hi, alive, size, side, target, rows)
    y, g, ok = np.zeros((n, n, LANES)), np.zeros((n, n, 2, LANES)), np.zeros(LANES, np.bool_)
    return lanes, Inverse(y, g, ok, np.zeros((n, n)), np.zeros((n, n)))


@compiled.part
def load(reg: Any, first: int, n: int, lo: Any, hi: Any) -> None:
    """Boxes lo, hi (lanes, n) into registers first .. first + n - 1."""
    for i in range(n):
        at = (first + i) * WIDTH
        for lane in range(LANES):
            reg[at + lane], reg[at + LANES + lane] = lo[lane, i], hi[lane, i]


@compiled.part
def take(n: int, boxes: Boxes, size: int, k: int, lo: Any, hi: Any) -> None:
    """The k boxes on top of a stack, one a lane; the lowest of them fills the lanes that remain."""
    from_lo, from_hi = boxes
    for lane in range(LANES):
        q = size - 1 - min(lane, k - 1)
        for i in range(n):
            lo[lane, i], hi[lane, i] = from_lo[q, i], from_hi[q, i]


@compiled.part
def put(n: int, lo: Any, hi: Any, boxes: Boxes, size: int) -> int:
    """Push a box; returns the new size of the stack."""
    to_lo, to_hi = boxes
    for i in range(n):
        to_lo[size, i], to_hi[size, i] = lo[i], hi[i]
    return size + 1


@compiled.part
def push_halves(n: int, lo: Any, hi: Any, c: int, stack: Boxes, size: int) -> int:
    """Push the two halves of a box, cut across side c; returns the new size of the stack."""
    cut = 0.5 * lo[c] + 0.5 * hi[c]
    size = put(n, lo, hi, stack, size)
    stack.hi[size - 1, c] = cut
    size = put(n, lo, hi, stack, size)
    stack.lo[size - 1, c] = cut
    return size
