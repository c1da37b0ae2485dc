"""The compiled branch-and-bound loop: boxes from a stack, tests in the order of their cost, halves back on the stack."""

# numba types its helpers not at all
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from typing import Any

import numpy as np

from homotopy.common.jit import compiled
from homotopy.completeness.exclusion.boxes import (
    Boxes,
    Inverse,
    Lanes,
    Program,
    Quadratics,
    load,
    push_halves,
    put,
    take,
)
from homotopy.completeness.exclusion.kernels import (
    contract_mean_value,
    contract_quadratics,
    contraction,
    gauss_seidel,
    precondition,
    run,
    select_rows,
)
from homotopy.completeness.exclusion.layout import (
    CELL,
    DEPENDENT,
    KNOWN,
    LANES,
    LEFT,
    MEAN_VALUE,
    NEWTON,
    PROCESSED,
    QUADRATIC,
    SPLIT,
    VALUE,
)
from polysys.compiled_arrays import zeros

_SHRINK = 0.7  # a box whose widest relative side shrank below this is tried again before it is split
_LAG = 2.0  # dependent unknowns are split only when they are so many times wider than the free ones
_REACH = 1.0  # a known zero is asked about when it is at most so many widths away


@compiled.part
def _size(n: int, lo: Any, hi: Any, scale: Any) -> float:
    """The widest side of a box relative to `scale`."""
    worst = 0.0
    for i in range(n):
        worst = max(worst, (hi[i] - lo[i]) / scale[i])
    return worst


@compiled.part
def _direction(
    n: int, lo: Any, hi: Any, scale: Any, is_split: Any, s_reg: Any, s_out: Any, lane: int, tol: float
) -> int:
    """The side to halve: the free one with the largest share in the smear of the equations, unless a dependent one lags.

    The smear is |dF_i/dx_j| times the width of x_j (Kearfott, Rigorous Global Search, 1996, section 4.3); its shares are
    added up over the equations.
    """
    best, choice = -1.0, -1
    widest_free, widest, widest_at = 0.0, 0.0, 0
    for i in range(n):
        width = (hi[i] - lo[i]) / scale[i]
        if is_split[i]:
            widest_free = max(widest_free, width)
        if width > widest:
            widest, widest_at = width, i
    if widest > _LAG * widest_free:
        return widest_at
    for i in range(n):
        if is_split[i] and hi[i] - lo[i] > tol * scale[i]:
            share = 0.0
            for row in range(s_out.size // n):
                total, mine = 0.0, 0.0
                for j in range(n):
                    at = s_out[row * n + j]
                    smear = max(abs(s_reg[at + lane]), abs(s_reg[at + LANES + lane])) * (hi[j] - lo[j])
                    total += smear
                    if i == j:
                        mine = smear
                if total > 0.0:
                    share += mine / total
            if share > best:
                best, choice = share, i
    return choice if choice >= 0 else widest_at


@compiled.part
def _nearest(n: int, lo: Any, hi: Any, zero_lo: Any, zero_hi: Any) -> int:
    """The known zero nearest to a box in units of the box's sides; -1 if none is within reach."""
    best, found = _REACH, -1
    for k in range(zero_lo.shape[0]):
        far = 0.0
        for i in range(n):
            gap = max(zero_lo[k, i] - hi[i], lo[i] - zero_hi[k, i])
            if gap > 0.0:
                far = max(far, gap / max(hi[i] - lo[i], 1e-300))
                if far > best:
                    break
        if far <= best:
            best, found = far, k
    return found


@compiled.part
def _contract_order(order: Any, lo: Any, hi: Any) -> bool:
    """Tighten a box by inequalities x_i >= sign x_j, exactly; False where none of it meets them."""
    for row in range(order.shape[0]):
        i, sign, j = order[row, 0], order[row, 1], order[row, 2]
        if sign > 0:
            lo[i] = max(lo[i], lo[j])
            hi[j] = min(hi[j], hi[i])
        else:
            lo[i] = max(lo[i], -hi[j])
            lo[j] = max(lo[j], -hi[i])
        if lo[i] > hi[i] or lo[j] > hi[j]:
            return False
    return True


@compiled.part
def _exclude_by_constraints(order: Any, quadratics: Quadratics, k: int, lanes: Lanes, counts: Any) -> None:
    """Tighten the boxes of k lanes by the inequalities and the quadratic constraints."""
    starts, index, weight_lo, weight_hi, range_lo, range_hi = quadratics
    lo, hi, alive = lanes.lo, lanes.hi, lanes.alive
    for lane in range(k):
        alive[lane] = _contract_order(order, lo[lane], hi[lane])
        if not alive[lane]:
            counts[CELL] += 1
        elif not contract_quadratics(starts, index, weight_lo, weight_hi, range_lo, range_hi, lo[lane], hi[lane]):
            alive[lane] = False
            counts[QUADRATIC] += 1


@compiled.part
def _exclude_by_values(n: int, f: Program, k: int, lanes: Lanes, counts: Any) -> None:
    """Exclude the boxes on which an equation does not vanish."""
    code, outputs, reg = f
    alive = lanes.alive
    load(reg, 0, n, lanes.lo, lanes.hi)
    run(code, reg)
    for lane in range(k):
        if not alive[lane]:
            continue
        for i in range(outputs.size):
            at = outputs[i] + lane
            if reg[at] > 0.0 or reg[at + LANES] < 0.0:
                alive[lane] = False
                counts[VALUE] += 1
                break


@compiled.part
def _slopes(n: int, s: Program, lanes: Lanes) -> None:
    """The slopes between the boxes and what is inside them."""
    load(s.registers, 0, n, lanes.lo, lanes.hi)
    load(s.registers, n, n, lanes.inner_lo, lanes.inner_hi)
    run(s.code, s.registers)


@compiled.part
def _values_and_slopes(n: int, f: Program, s: Program, lanes: Lanes) -> None:
    """The equations inside the boxes, and the slopes from there."""
    load(f.registers, 0, n, lanes.inner_lo, lanes.inner_hi)
    run(f.code, f.registers)
    _slopes(n, s, lanes)


@compiled.part
def _narrow_dependent(
    n: int, f: Program, s: Program, rows: Any, cols: Any, k: int, lanes: Lanes, inverse: Inverse, counts: Any
) -> None:
    """Narrow the dependent unknowns by their own equations, at the centre (x_free, mid_dependent)."""
    lo, hi, mid, inner_lo, inner_hi = lanes.lo, lanes.hi, lanes.mid, lanes.inner_lo, lanes.inner_hi
    for lane in range(LANES):
        for i in range(n):
            inner_lo[lane, i], inner_hi[lane, i] = lo[lane, i], hi[lane, i]
        for i in range(cols.size):
            c = cols[i]
            mid[lane, c] = 0.5 * lo[lane, c] + 0.5 * hi[lane, c]
            inner_lo[lane, c] = inner_hi[lane, c] = mid[lane, c]
    _values_and_slopes(n, f, s, lanes)
    y, g, ok, m, a = inverse
    precondition(cols.size, s.registers, s.outputs, n, rows, cols, y, ok, g, m, a)
    for lane in range(k):
        if ok[lane] and not gauss_seidel(
            cols.size, y, g, f.registers, f.outputs, rows, cols, lane, lo[lane], hi[lane], mid[lane]
        ):
            lanes.alive[lane] = False
            counts[DEPENDENT] += 1


@compiled.part
def _narrow_by_mean_values(
    n: int, f: Program, s: Program, is_split: Any, scale: Any, tol: float, k: int, lanes: Lanes, counts: Any
) -> None:
    """Narrow the boxes equation by equation, from their middles; and choose the sides to be halved."""
    lo, hi, mid, inner_lo, inner_hi, alive = lanes.lo, lanes.hi, lanes.mid, lanes.inner_lo, lanes.inner_hi, lanes.alive
    for lane in range(LANES):
        for i in range(n):
            mid[lane, i] = inner_lo[lane, i] = inner_hi[lane, i] = 0.5 * lo[lane, i] + 0.5 * hi[lane, i]
    _values_and_slopes(n, f, s, lanes)
    terms = zeros((4, n), np.float64)
    for lane in range(k):
        if not alive[lane]:
            continue
        if contract_mean_value(n, f.registers, f.outputs, s.registers, s.outputs, lane, lo[lane], hi[lane], mid[lane], terms):
            lanes.side[lane] = _direction(n, lo[lane], hi[lane], scale, is_split, s.registers, s.outputs, lane, tol)
        else:
            alive[lane] = False
            counts[MEAN_VALUE] += 1


@compiled.part
def _invert_slopes(n: int, s: Program, k: int, lanes: Lanes, chosen: Any, columns: Any, b: Any, inverse: Inverse) -> None:
    """Precondition the slopes, of more equations than unknowns those that tell most about the chosen lanes."""
    n_rows = s.outputs.size // n
    if n_rows > n:
        for lane in range(k):
            if chosen[lane]:
                select_rows(n, n_rows, s.registers, s.outputs, lane, lanes.lo[lane], lanes.hi[lane], b, lanes.rows[lane])
    y, g, ok, m, a = inverse
    precondition(n, s.registers, s.outputs, n, lanes.rows, columns, y, ok, g, m, a)


@compiled.part
def _narrow_by_newton(n: int, f: Program, columns: Any, lanes: Lanes, inverse: Inverse, counts: Any) -> None:
    """One sweep of the interval Newton method."""
    y, g, ok = inverse.y, inverse.g, inverse.ok
    lo, hi, mid, alive, rows = lanes.lo, lanes.hi, lanes.mid, lanes.alive, lanes.rows
    for lane in range(LANES):
        if alive[lane] and ok[lane]:
            alive[lane] = gauss_seidel(n, y, g, f.registers, f.outputs, rows, columns, lane, lo[lane], hi[lane], mid[lane])
            counts[NEWTON] += not alive[lane]


@compiled.part
def _exclude_by_known(
    n: int, s: Program, zeros_: Boxes, k: int, lanes: Lanes, asked: Any, columns: Any, b: Any, inverse: Inverse, counts: Any
) -> None:
    """Exclude boxes near a known zero z that hold no other: F(x) = S(x, z)(x - z), and S is regular for all x of the box."""
    n_asked = 0
    for lane in range(LANES):
        asked[lane] = False
        if lanes.alive[lane]:
            lanes.target[lane] = _nearest(n, lanes.lo[lane], lanes.hi[lane], zeros_.lo, zeros_.hi)
            asked[lane] = lanes.target[lane] >= 0
            n_asked += asked[lane]
    if not n_asked:
        return
    for lane in range(LANES):
        z = max(lanes.target[lane], 0)
        for i in range(n):
            lanes.inner_lo[lane, i], lanes.inner_hi[lane, i] = zeros_.lo[z, i], zeros_.hi[z, i]
    _slopes(n, s, lanes)
    _invert_slopes(n, s, k, lanes, asked, columns, b, inverse)
    for lane in range(k):
        if asked[lane] and inverse.ok[lane] and contraction(n, inverse.g, lane) < 1.0:
            lanes.alive[lane] = False
            counts[KNOWN] += 1


@compiled.part
def _sort(
    n: int, s: Program, is_split: Any, scale: Any, tol: float, k: int, lanes: Lanes,
    stack: Boxes, size: int, left: Boxes, n_left: int, counts: Any,
) -> tuple[int, int]:  # fmt: skip
    """Boxes that are too small are left, those that shrank are tried again, the others are halved; the new sizes of both stacks."""
    lo, hi, alive, before, side = lanes.lo, lanes.hi, lanes.alive, lanes.size, lanes.side
    for lane in range(k):
        if not alive[lane]:
            continue
        now = _size(n, lo[lane], hi[lane], scale)
        if now <= tol:
            n_left = put(n, lo[lane], hi[lane], left, n_left)
            counts[LEFT] += 1
        elif now < _SHRINK * before[lane]:
            size = put(n, lo[lane], hi[lane], stack, size)
        else:
            counts[SPLIT] += 1
            c = side[lane]
            if not hi[lane, c] - lo[lane, c] > tol * scale[c]:
                c = _direction(n, lo[lane], hi[lane], scale, is_split, s.registers, s.outputs, lane, tol)
            size = push_halves(n, lo[lane], hi[lane], c, stack, size)
    return size, n_left


@compiled
def branch_and_bound(
    n: int,
    order: Any,
    quadratics: Quadratics,
    f: Program,
    s: Program,
    own_rows: Any,
    own_cols: Any,
    is_split: Any,
    scale: Any,
    tol: float,
    known: Boxes,
    stack: Boxes,
    size: int,
    left: Boxes,
    n_left: int,
    max_boxes: int,
    lanes: Lanes,
    inverse: Inverse,
    counts: Any,
) -> tuple[int, int]:
    """Process boxes until the stack is empty, `max_boxes` are done, or there is no room; returns (stack, left) sizes.

    order: rows i, sign, j of x_i >= sign x_j. f: the equations at a box, n or more. s: their slopes (n outputs each) from the box
    and a centre: F(x) - F(c) = S(x, c)(x - c) as polynomials. own_rows (LANES times), own_cols: equations that
    determine dependent unknowns.
    """
    every, asked, b = np.arange(n), zeros(LANES, np.bool_), zeros((f.outputs.size, n), np.float64)
    pending = Boxes(zeros((2 * LANES, n), np.float64), zeros((2 * LANES, n), np.float64))
    n_pending, room = 0, stack.lo.shape[0] - 5 * LANES
    while True:
        # the cheap tests, until there is a batch for the others
        while n_pending < LANES and 0 < size < room and max_boxes > 0:
            k = min(min(size, LANES), max_boxes)
            take(n, stack, size, k, lanes.lo, lanes.hi)
            size -= k
            max_boxes -= k
            counts[PROCESSED] += k
            _exclude_by_constraints(order, quadratics, k, lanes, counts)
            _exclude_by_values(n, f, k, lanes, counts)
            for lane in range(k):
                if lanes.alive[lane]:
                    n_pending = put(n, lanes.lo[lane], lanes.hi[lane], pending, n_pending)
        if n_pending == 0 or max_boxes <= 0 or size >= room or n_left + LANES > left.lo.shape[0]:
            break
        k = min(n_pending, LANES)
        take(n, pending, n_pending, k, lanes.lo, lanes.hi)
        n_pending -= k
        for lane in range(LANES):
            lanes.alive[lane] = lane < k
            lanes.size[lane] = _size(n, lanes.lo[lane], lanes.hi[lane], scale)
        if own_cols.size:
            _narrow_dependent(n, f, s, own_rows, own_cols, k, lanes, inverse, counts)
        _narrow_by_mean_values(n, f, s, is_split, scale, tol, k, lanes, counts)
        _invert_slopes(n, s, k, lanes, lanes.alive, every, b, inverse)
        _narrow_by_newton(n, f, every, lanes, inverse, counts)
        _exclude_by_known(n, s, known, k, lanes, asked, every, b, inverse, counts)
        size, n_left = _sort(n, s, is_split, scale, tol, k, lanes, stack, size, left, n_left, counts)
    for q in range(n_pending):
        size = put(n, pending.lo[q], pending.hi[q], stack, size)
    return size, n_left
