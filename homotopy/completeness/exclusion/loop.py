"""The compiled branch-and-bound loop: boxes from a stack, tests in the order of their cost, halves back on the stack."""

# numba types its helpers not at all
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

from typing import Any

import numpy as np

from homotopy.common.jit import compiled
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
    WIDTH,
)
from polysys.compiled_arrays import zeros

_SHRINK = 0.7  # a box whose widest relative side shrank below this is tried again before it is split
_LAG = 2.0  # dependent unknowns are split only when they are so many times wider than the free ones
_REACH = 1.0  # a known zero is asked about when it is at most so many widths away


@compiled.part
def _load(reg: Any, first: int, n: int, lo: Any, hi: Any) -> None:
    """Boxes lo, hi (lanes, n) into registers first .. first + n - 1."""
    for i in range(n):
        at = (first + i) * WIDTH
        for lane in range(LANES):
            reg[at + lane], reg[at + LANES + lane] = lo[lane, i], hi[lane, i]


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
def _push_halves(n: int, lo: Any, hi: Any, c: int, stack_lo: Any, stack_hi: Any, size: int) -> int:
    """Push the two halves of a box, cut across side c; returns the new size of the stack."""
    cut = 0.5 * lo[c] + 0.5 * hi[c]
    for half in range(2):
        for i in range(n):
            stack_lo[size, i], stack_hi[size, i] = lo[i], hi[i]
        if half:
            stack_lo[size, c] = cut
        else:
            stack_hi[size, c] = cut
        size += 1
    return size


@compiled
def branch_and_bound(
    n: int,
    order: Any,
    q_starts: Any,
    q_index: Any,
    q_weight_lo: Any,
    q_weight_hi: Any,
    q_lo: Any,
    q_hi: Any,
    f_code: Any,
    f_out: Any,
    f_reg: Any,
    s_code: Any,
    s_out: Any,
    s_reg: Any,
    own_rows: Any,
    own_cols: Any,
    is_split: Any,
    scale: Any,
    tol: float,
    zero_lo: Any,
    zero_hi: Any,
    stack_lo: Any,
    stack_hi: Any,
    size: int,
    left_lo: Any,
    left_hi: Any,
    n_left: int,
    max_boxes: int,
    counts: Any,
) -> tuple[int, int]:
    """Process boxes until the stack is empty, `max_boxes` are done, or there is no room; returns (stack, left) sizes.

    order: rows i, sign, j of x_i >= sign x_j. q: quadratic constraints, see `contract_quadratics`. f: the equations at a box, n or more. s: their slopes (n outputs each) from the box and a
    centre: F(x) - F(c) = S(x, c)(x - c) as polynomials. own_rows, own_cols: equations that determine dependent unknowns.
    """
    m_own = own_rows.size
    n_rows = f_out.size
    every = np.arange(n)
    rows = zeros((LANES, n_rows), np.int64)
    fixed_rows = zeros((LANES, m_own), np.int64)
    b, terms = zeros((n_rows, n), np.float64), zeros((4, n), np.float64)
    for lane in range(LANES):
        for i in range(n_rows):
            rows[lane, i] = i
        for i in range(m_own):
            fixed_rows[lane, i] = own_rows[i]
    lo, hi = zeros((LANES, n), np.float64), zeros((LANES, n), np.float64)
    c_lo, c_hi = zeros((LANES, n), np.float64), zeros((LANES, n), np.float64)
    mid = zeros((LANES, n), np.float64)
    pend_lo, pend_hi = zeros((2 * LANES, n), np.float64), zeros((2 * LANES, n), np.float64)
    y, g = zeros((n, n, LANES), np.float64), zeros((n, n, 2, LANES), np.float64)
    m, a = zeros((n, n), np.float64), zeros((n, n), np.float64)
    ok, alive, asked = zeros(LANES, np.bool_), zeros(LANES, np.bool_), zeros(LANES, np.bool_)
    before, choice, target = zeros(LANES, np.float64), zeros(LANES, np.int64), zeros(LANES, np.int64)
    n_pend = 0
    budget = max_boxes
    while True:
        # first stage: the equations' values, until a batch for the second stage is full
        while n_pend < LANES and size > 0 and budget > 0 and size + 5 * LANES < stack_lo.shape[0]:
            k = min(min(size, LANES), budget)
            for lane in range(LANES):
                q = size - 1 - min(lane, k - 1)
                for i in range(n):
                    lo[lane, i], hi[lane, i] = stack_lo[q, i], stack_hi[q, i]
            size -= k
            budget -= k
            counts[PROCESSED] += k
            for lane in range(k):
                alive[lane] = _contract_order(order, lo[lane], hi[lane])
                if not alive[lane]:
                    counts[CELL] += 1
                elif not contract_quadratics(
                    q_starts, q_index, q_weight_lo, q_weight_hi, q_lo, q_hi, lo[lane], hi[lane]
                ):
                    alive[lane] = False
                    counts[QUADRATIC] += 1
            _load(f_reg, 0, n, lo, hi)
            run(f_code, f_reg)
            for lane in range(k):
                if not alive[lane]:
                    continue
                for i in range(f_out.size):
                    if f_reg[f_out[i] + lane] > 0.0 or f_reg[f_out[i] + LANES + lane] < 0.0:
                        alive[lane] = False
                        break
                if not alive[lane]:
                    counts[VALUE] += 1
                else:
                    for i in range(n):
                        pend_lo[n_pend, i], pend_hi[n_pend, i] = lo[lane, i], hi[lane, i]
                    n_pend += 1
        if n_pend == 0 or budget <= 0 or size + 5 * LANES >= stack_lo.shape[0] or n_left + LANES > left_lo.shape[0]:
            break
        # second stage
        k = min(n_pend, LANES)
        for lane in range(LANES):
            q = n_pend - 1 - min(lane, k - 1)
            for i in range(n):
                lo[lane, i], hi[lane, i] = pend_lo[q, i], pend_hi[q, i]
            alive[lane] = lane < k
            before[lane] = _size(n, lo[lane], hi[lane], scale)
        n_pend -= k
        if m_own:
            # dependent unknowns from their own equations, at the centre (x_free, mid_dependent)
            for lane in range(LANES):
                for i in range(n):
                    c_lo[lane, i], c_hi[lane, i] = lo[lane, i], hi[lane, i]
                for i in range(m_own):
                    c = own_cols[i]
                    mid[lane, c] = 0.5 * lo[lane, c] + 0.5 * hi[lane, c]
                    c_lo[lane, c] = c_hi[lane, c] = mid[lane, c]
            _load(f_reg, 0, n, c_lo, c_hi)
            run(f_code, f_reg)
            _load(s_reg, 0, n, lo, hi)
            _load(s_reg, n, n, c_lo, c_hi)
            run(s_code, s_reg)
            precondition(m_own, s_reg, s_out, n, fixed_rows, own_cols, y, ok, g, m, a)
            for lane in range(k):
                if ok[lane] and not gauss_seidel(
                    m_own, y, g, f_reg, f_out, fixed_rows, own_cols, lane, lo[lane], hi[lane], mid[lane]
                ):
                    alive[lane] = False
                    counts[DEPENDENT] += 1
        for lane in range(LANES):
            for i in range(n):
                c = 0.5 * lo[lane, i] + 0.5 * hi[lane, i]
                mid[lane, i] = c_lo[lane, i] = c_hi[lane, i] = c
        _load(f_reg, 0, n, c_lo, c_hi)
        run(f_code, f_reg)
        _load(s_reg, 0, n, lo, hi)
        _load(s_reg, n, n, c_lo, c_hi)
        run(s_code, s_reg)
        for lane in range(k):
            if not alive[lane]:
                continue
            if not contract_mean_value(n, f_reg, f_out, s_reg, s_out, lane, lo[lane], hi[lane], mid[lane], terms):
                alive[lane] = False
                counts[MEAN_VALUE] += 1
                continue
            choice[lane] = _direction(n, lo[lane], hi[lane], scale, is_split, s_reg, s_out, lane, tol)
        if n_rows > n:
            for lane in range(k):
                if alive[lane]:
                    select_rows(n, n_rows, s_reg, s_out, lane, lo[lane], hi[lane], b, rows[lane])
        precondition(n, s_reg, s_out, n, rows, every, y, ok, g, m, a)
        n_asked = 0
        for lane in range(LANES):
            asked[lane] = False
            if not alive[lane]:
                continue
            if ok[lane] and not gauss_seidel(n, y, g, f_reg, f_out, rows, every, lane, lo[lane], hi[lane], mid[lane]):
                alive[lane] = False
                counts[NEWTON] += 1
                continue
            target[lane] = _nearest(n, lo[lane], hi[lane], zero_lo, zero_hi)
            if target[lane] >= 0:
                asked[lane] = True
                n_asked += 1
        if n_asked:
            # F(x) = S(x, z)(x - z) for a zero z: where S is regular for all x of the box, z alone can be a zero there
            for lane in range(LANES):
                z = max(target[lane], 0)
                for i in range(n):
                    c_lo[lane, i], c_hi[lane, i] = zero_lo[z, i], zero_hi[z, i]
            _load(s_reg, 0, n, lo, hi)
            _load(s_reg, n, n, c_lo, c_hi)
            run(s_code, s_reg)
            if n_rows > n:
                for lane in range(k):
                    if asked[lane]:
                        select_rows(n, n_rows, s_reg, s_out, lane, lo[lane], hi[lane], b, rows[lane])
            precondition(n, s_reg, s_out, n, rows, every, y, ok, g, m, a)
            for lane in range(k):
                if asked[lane] and ok[lane] and contraction(n, g, lane) < 1.0:
                    alive[lane] = False
                    counts[KNOWN] += 1
        for lane in range(k):
            if not alive[lane]:
                continue
            now = _size(n, lo[lane], hi[lane], scale)
            if now <= tol:
                for i in range(n):
                    left_lo[n_left, i], left_hi[n_left, i] = lo[lane, i], hi[lane, i]
                n_left += 1
                counts[LEFT] += 1
                continue
            if now < _SHRINK * before[lane]:
                for i in range(n):
                    stack_lo[size, i], stack_hi[size, i] = lo[lane, i], hi[lane, i]
                size += 1
                continue
            counts[SPLIT] += 1
            c = choice[lane]
            if not hi[lane, c] - lo[lane, c] > tol * scale[c]:
                c = _direction(n, lo[lane], hi[lane], scale, is_split, s_reg, s_out, lane, tol)
            size = _push_halves(n, lo[lane], hi[lane], c, stack_lo, stack_hi, size)
    for q in range(n_pend):
        for i in range(n):
            stack_lo[size, i], stack_hi[size, i] = pend_lo[q, i], pend_hi[q, i]
        size += 1
    return size, n_left
