"""Compiled interval arithmetic over lanes, and the branch-and-bound loop built on it.

An interval is a pair of doubles; a register holds `LANES` of them, lower ends first. There is no directed rounding here:
every operation is rounded to nearest and its ends are moved outwards by e = fl(fl(2^-51 |r|) + 2^-1000).

Why that encloses. Let u = 2^-53, eta = 2^-1074, r = fl(x) finite. Then |x - r| <= u |r| + eta/2, and
e >= (4 u |r| - eta/2 + 2^-1000)(1 - u). Let d = r - e. fl(d) <= d + u (|r| + e)(1 + u) + eta/2, so fl(r - e) <= x follows
from e (1 - u - u^2) >= (2 u + u^2) |r| + eta, which holds: the left side is at least (4 u |r| + 2^-1000 - eta)(1 - 3 u),
that is at least 3 u |r| + 2^-1001. The upper end is the mirror image. Minimum and maximum of the four products are exact.

This needs that nothing overflows: infinities and nans would be compared away. It is proved beforehand, see
:func:`homotopy.completeness.exclusion.programs.magnitude`: programs whose registers could exceed `LARGEST` are never run.
Products are never fused into sums: no operation carries the flag that would allow it.
"""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from homotopy.common.jit import compiled
from homotopy.completeness.exclusion.layout import ADD, LANES, MUL, SQUARE, SUB, WIDTH

RELATIVE, ABSOLUTE = 2.0**-51, 2.0**-1000
LARGEST_INVERSE = 1e60  # of a preconditioner's entry: sums of products of both stay far from overflow

_DOUBLE, _I64 = ir.DoubleType(), ir.IntType(64)
_VEC = ir.VectorType(_DOUBLE, LANES)


@intrinsic
def run_intervals(typingctx: Any, code: Any, reg: Any) -> Any:
    """Interpret a program: int64 rows (operation, left, right, destination), operands as offsets in doubles."""
    sig = types.void(code, reg)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        cp, rp = (context.make_array(t)(context, b, a).data for t, a in zip(sig.args, args, strict=True))
        size = b.extract_value(context.make_array(sig.args[0])(context, b, args[0]).shape, 0)
        fnty = ir.FunctionType(_VEC, [_VEC])
        fabs = cgutils.get_or_insert_function(b.module, fnty, f"llvm.fabs.v{LANES}f64")
        relative, absolute, zero = (ir.Constant(_VEC, [v] * LANES) for v in (RELATIVE, ABSOLUTE, 0.0))

        def pointer(offset: Any) -> Any:
            return b.bitcast(b.gep(rp, [offset]), _VEC.as_pointer())

        def load(offset: Any) -> tuple[Any, Any]:
            high = b.add(offset, ir.Constant(_I64, LANES))
            return b.load(pointer(offset), align=8), b.load(pointer(high), align=8)

        def slack(v: Any) -> Any:
            return b.fadd(b.fmul(relative, b.call(fabs, [v])), absolute)

        def least(v: Any, w: Any) -> Any:
            return b.select(b.fcmp_ordered("<", v, w), v, w)

        def greatest(v: Any, w: Any) -> Any:
            return b.select(b.fcmp_ordered(">", v, w), v, w)

        def store(offset: Any, lo: Any, hi: Any) -> None:
            b.store(b.fsub(lo, slack(lo)), pointer(offset), align=8)
            b.store(b.fadd(hi, slack(hi)), pointer(b.add(offset, ir.Constant(_I64, LANES))), align=8)

        with cgutils.for_range(b, size) as loop:
            row = b.mul(loop.index, ir.Constant(_I64, 4))
            op, left, right, dst = (b.load(b.gep(cp, [b.add(row, ir.Constant(_I64, k))])) for k in range(4))
            done = b.append_basic_block("done")
            blocks = [b.append_basic_block(name) for name in ("add", "sub", "mul", "square")]
            switch = b.switch(op, done)
            for k, block in enumerate(blocks):
                switch.add_case(ir.Constant(_I64, k), block)
            b.position_at_end(blocks[ADD])
            (p, q), (s, t) = load(left), load(right)
            store(dst, b.fadd(p, s), b.fadd(q, t))
            b.branch(done)
            b.position_at_end(blocks[SUB])
            (p, q), (s, t) = load(left), load(right)
            store(dst, b.fsub(p, t), b.fsub(q, s))
            b.branch(done)
            b.position_at_end(blocks[MUL])
            (p, q), (s, t) = load(left), load(right)
            ps, pt, qs, qt = b.fmul(p, s), b.fmul(p, t), b.fmul(q, s), b.fmul(q, t)
            store(dst, least(least(ps, pt), least(qs, qt)), greatest(greatest(ps, pt), greatest(qs, qt)))
            b.branch(done)
            b.position_at_end(blocks[SQUARE])
            p, q = load(left)
            # the smallest modulus is max(lo, -hi, 0)
            inner = greatest(greatest(p, b.fneg(q)), zero)
            outer = greatest(b.fneg(p), q)
            store(dst, b.fmul(inner, inner), b.fmul(outer, outer))
            b.branch(done)
            b.position_at_end(done)
        return context.get_dummy_value()

    return sig, codegen


@compiled.part
def run(code: Any, reg: Any) -> None:
    """The interpreter as a function of its own, compiled once for all its callers."""
    run_intervals(code, reg)


@compiled.part
def down(r: float) -> float:
    """A double not above any number that rounds to r."""
    return r - (RELATIVE * abs(r) + ABSOLUTE)


@compiled.part
def up(r: float) -> float:
    """A double not below any number that rounds to r."""
    return r + (RELATIVE * abs(r) + ABSOLUTE)


@compiled
def enclose_boxes(code: Any, outputs: Any, reg: Any, n: int, lo: Any, hi: Any, out_lo: Any, out_hi: Any) -> None:
    """Enclosures (boxes, outputs) of a program on boxes (boxes, n)."""
    for first in range(0, lo.shape[0], LANES):
        lanes = min(LANES, lo.shape[0] - first)
        for lane in range(LANES):
            q = first + min(lane, lanes - 1)
            for i in range(n):
                reg[i * WIDTH + lane], reg[i * WIDTH + LANES + lane] = lo[q, i], hi[q, i]
        run(code, reg)
        for lane in range(lanes):
            for i in range(outputs.size):
                out_lo[first + lane, i] = reg[outputs[i] + lane]
                out_hi[first + lane, i] = reg[outputs[i] + LANES + lane]


@compiled.part
def invert(m: Any, n: int, a: Any, inverse: Any, lane: int) -> bool:
    """An approximate inverse of the n x n matrix a, which is destroyed, into inverse[:, :, lane]."""
    for i in range(n):
        for j in range(n):
            m[i, j] = 1.0 if i == j else 0.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[p, k]):
                p = i
        pivot = a[p, k]
        if not abs(pivot) > 1e-60:
            return False
        if p != k:
            for j in range(n):
                a[k, j], a[p, j] = a[p, j], a[k, j]
                m[k, j], m[p, j] = m[p, j], m[k, j]
        scale = 1.0 / pivot
        for j in range(n):
            a[k, j] *= scale
            m[k, j] *= scale
        for i in range(n):
            f = a[i, k]
            if i != k and f != 0.0:
                for j in range(n):
                    a[i, j] -= f * a[k, j]
                    m[i, j] -= f * m[k, j]
    for i in range(n):
        for j in range(n):
            if not abs(m[i, j]) < LARGEST_INVERSE:
                return False
    for i in range(n):
        for j in range(n):
            inverse[i, j, lane] = m[i, j]
    return True


@compiled.part
def select_rows(n: int, n_rows: int, s_reg: Any, s_out: Any, lane: int, lo: Any, hi: Any, b: Any, chosen: Any) -> None:
    """The n of the equations that tell most about a box: pivots of the matrix of mean slopes.

    A column is scaled by the width of its unknown and a row by the error that the widths of its slopes make. Any choice is
    correct; elimination with complete pivots avoids those that say nearly the same.
    """
    for i in range(n_rows):
        error, total = 0.0, 0.0
        for j in range(n):
            at, w = s_out[i * n + j] + lane, hi[j] - lo[j]
            p, q = s_reg[at], s_reg[at + LANES]
            b[i, j] = (0.5 * p + 0.5 * q) * w
            error += (0.5 * q - 0.5 * p) * w
            total += max(abs(p), abs(q)) * w
        error += 1e-3 * total
        for j in range(n):
            b[i, j] = b[i, j] / error if error > 0.0 else 0.0
        chosen[i] = i
    for k in range(n):
        best, row, column = -1.0, k, k
        for i in range(k, n_rows):
            for j in range(k, n):
                if abs(b[i, j]) > best:
                    best, row, column = abs(b[i, j]), i, j
        if not best > 0.0:
            return
        for j in range(n):
            b[k, j], b[row, j] = b[row, j], b[k, j]
        chosen[k], chosen[row] = chosen[row], chosen[k]
        for i in range(n_rows):
            b[i, k], b[i, column] = b[i, column], b[i, k]
        for i in range(k + 1, n_rows):
            f = b[i, k] / b[k, k]
            if f != 0.0:
                for j in range(k + 1, n):
                    b[i, j] -= f * b[k, j]


@compiled.part
def precondition(
    n: int, s_reg: Any, s_out: Any, columns: int, rows: Any, cols: Any, y: Any, ok: Any, g: Any, m: Any, a: Any
) -> None:
    """y = approximate inverse of the midpoint of S[rows, cols], g = enclosure of y S[rows, cols]; ok per lane.

    Each lane has its own rows (LANES, n or more).
    """
    for lane in range(LANES):
        for i in range(n):
            for j in range(n):
                at = s_out[rows[lane, i] * columns + cols[j]]
                a[i, j] = 0.5 * s_reg[at + lane] + 0.5 * s_reg[at + LANES + lane]
        ok[lane] = invert(m, n, a, y, lane)
        if not ok[lane]:
            for i in range(n):
                for j in range(n):
                    y[i, j, lane] = 0.0
    for i in range(n):
        for j in range(n):
            for lane in range(LANES):
                g[i, j, 0, lane] = 0.0
                g[i, j, 1, lane] = 0.0
            for k in range(n):
                for lane in range(LANES):
                    at = s_out[rows[lane, k] * columns + cols[j]]
                    f = y[i, k, lane]
                    p, q = f * s_reg[at + lane], f * s_reg[at + LANES + lane]
                    low, high = (p if p < q else q), (q if p < q else p)
                    low, high = g[i, j, 0, lane] + down(low), g[i, j, 1, lane] + up(high)
                    g[i, j, 0, lane], g[i, j, 1, lane] = down(low), up(high)


@compiled.part
def contraction(n: int, g: Any, lane: int) -> float:
    """An upper bound of ||I - G||_inf."""
    worst = 0.0
    for i in range(n):
        total = 0.0
        for j in range(n):
            unit = 1.0 if i == j else 0.0
            far = max(up(g[i, j, 1, lane] - unit), up(unit - g[i, j, 0, lane]))
            total = up(total + far)
        worst = max(worst, total)
    return worst


@compiled.part
def gauss_seidel(
    n: int, y: Any, g: Any, f_reg: Any, f_out: Any, rows: Any, cols: Any, lane: int, lo: Any, hi: Any, mid: Any
) -> bool:
    """One sweep of the interval Newton method on lo, hi (the lane's box); False where it proves that no zero is inside.

    Every zero x of the box satisfies (Y F(c))_i + sum_j G_ij (x_j - mid_j) = 0.
    """
    for i in range(n):
        r_lo, r_hi = 0.0, 0.0
        for k in range(n):
            at = f_out[rows[lane, k]]
            f = y[i, k, lane]
            p, q = f * f_reg[at + lane], f * f_reg[at + LANES + lane]
            r_lo, r_hi = down(r_lo + down(min(p, q))), up(r_hi + up(max(p, q)))
        for j in range(n):
            if j != i:
                c = cols[j]
                d_lo, d_hi = down(lo[c] - mid[c]), up(hi[c] - mid[c])
                p, q = g[i, j, 0, lane], g[i, j, 1, lane]
                p1, p2, p3, p4 = p * d_lo, p * d_hi, q * d_lo, q * d_hi
                r_lo = down(r_lo + down(min(min(p1, p2), min(p3, p4))))
                r_hi = up(r_hi + up(max(max(p1, p2), max(p3, p4))))
        c = cols[i]
        p, q = g[i, i, 0, lane], g[i, i, 1, lane]
        if p > 0.0 or q < 0.0:
            # x_c in mid - r / g
            q1, q2, q3, q4 = r_lo / p, r_lo / q, r_hi / p, r_hi / q
            new_lo = down(mid[c] - up(max(max(q1, q2), max(q3, q4))))
            new_hi = up(mid[c] - down(min(min(q1, q2), min(q3, q4))))
            if new_lo > lo[c]:
                lo[c] = new_lo
            if new_hi < hi[c]:
                hi[c] = new_hi
            if lo[c] > hi[c]:
                return False
        else:
            d_lo, d_hi = down(lo[c] - mid[c]), up(hi[c] - mid[c])
            p1, p2, p3, p4 = p * d_lo, p * d_hi, q * d_lo, q * d_hi
            low = down(r_lo + down(min(min(p1, p2), min(p3, p4))))
            high = up(r_hi + up(max(max(p1, p2), max(p3, p4))))
            if low > 0.0 or high < 0.0:
                return False
    return True


@compiled.part
def contract_mean_value(
    n: int, f_reg: Any, f_out: Any, s_reg: Any, s_out: Any, lane: int, lo: Any, hi: Any, mid: Any, t: Any
) -> bool:
    """Tighten lo, hi by 0 in F(mid) + S(X, mid)(X - mid), equation by equation; False where that proves that no zero is inside.

    Every unknown whose slope does not vanish on the box is solved for, the other terms (before: t[0], t[1]; behind: added up) given.
    """
    for row in range(f_out.size):
        low, high = f_reg[f_out[row] + lane], f_reg[f_out[row] + LANES + lane]
        for j in range(n):
            t[0, j], t[1, j] = low, high  # of all terms before j
            at = s_out[row * n + j]
            d_lo, d_hi = down(lo[j] - mid[j]), up(hi[j] - mid[j])
            p, q = s_reg[at + lane], s_reg[at + LANES + lane]
            p1, p2, p3, p4 = p * d_lo, p * d_hi, q * d_lo, q * d_hi
            t[2, j], t[3, j] = down(min(min(p1, p2), min(p3, p4))), up(max(max(p1, p2), max(p3, p4)))
            low, high = down(low + t[2, j]), up(high + t[3, j])
        if low > 0.0 or high < 0.0:
            return False
        rest_lo, rest_hi = 0.0, 0.0
        for j in range(n - 1, -1, -1):
            at = s_out[row * n + j]
            p, q = s_reg[at + lane], s_reg[at + LANES + lane]
            if p > 0.0 or q < 0.0:
                r_lo, r_hi = down(t[0, j] + rest_lo), up(t[1, j] + rest_hi)
                q1, q2, q3, q4 = r_lo / p, r_lo / q, r_hi / p, r_hi / q
                new_lo = down(mid[j] - up(max(max(q1, q2), max(q3, q4))))
                new_hi = up(mid[j] - down(min(min(q1, q2), min(q3, q4))))
                if new_lo > lo[j]:
                    lo[j] = new_lo
                if new_hi < hi[j]:
                    hi[j] = new_hi
                if lo[j] > hi[j]:
                    return False
            rest_lo, rest_hi = down(rest_lo + t[2, j]), up(rest_hi + t[3, j])
    return True


@compiled.part
def contract_quadratics(
    starts: Any, index: Any, weight_lo: Any, weight_hi: Any, range_lo: Any, range_hi: Any, lo: Any, hi: Any
) -> bool:
    """Tighten a box by the constraints range_lo <= sum_j weight_j x_j^2 <= range_hi; False where none of it meets them.

    Row r has the entries starts[r] .. starts[r + 1] - 1. Where a square is bounded, so is its root: sqrt is rounded correctly.
    """
    for row in range(starts.size - 1):
        first, last = starts[row], starts[row + 1]
        for k in range(first, last):
            rest_lo, rest_hi = 0.0, 0.0
            for other in range(first, last):
                if other != k:
                    i = index[other]
                    near = max(max(lo[i], -hi[i]), 0.0)
                    far = max(-lo[i], hi[i])
                    s_lo, s_hi = down(near * near), up(far * far)
                    p, q = weight_lo[other], weight_hi[other]
                    rest_lo = down(rest_lo + down(min(min(p * s_lo, p * s_hi), min(q * s_lo, q * s_hi))))
                    rest_hi = up(rest_hi + up(max(max(p * s_lo, p * s_hi), max(q * s_lo, q * s_hi))))
            p, q = weight_lo[k], weight_hi[k]
            if not (p > 1e-60 or q < -1e-60):
                continue
            a, b = down(range_lo[row] - rest_hi), up(range_hi[row] - rest_lo)
            least = down(min(min(a / p, a / q), min(b / p, b / q)))
            most = up(max(max(a / p, a / q), max(b / p, b / q)))
            if most < 0.0:
                return False
            j = index[k]
            root = up(np.sqrt(most))
            if root < hi[j]:
                hi[j] = root
            if -root > lo[j]:
                lo[j] = -root
            if least > 0.0:
                root = down(np.sqrt(least))
                if lo[j] > -root and lo[j] < root:
                    lo[j] = root
                if hi[j] < root and hi[j] > -root:
                    hi[j] = -root
            if lo[j] > hi[j]:
                return False
    return True
