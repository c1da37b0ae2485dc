"""Vector code of the predictor-corrector loop: Newton update and norms, extrapolation, history."""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from homotopy.engines.tracker.emit import DOUBLE, LANES, WIDTH, Emit, Lanes, Vec

POLE = 4.0  # a rational predictor whose pole is closer than a quarter of the step is not believed


class _Words(Emit):
    """Emit, with arrays of vectors."""

    def lanes(self, arrty: Any, value: Any) -> Lanes:
        return Lanes(self, self.data(arrty, value))

    def const(self, value: float) -> Vec:
        return Vec(self.b, self.splat(ir.Constant(DOUBLE, value)))

    def fill(self, value: Any) -> Vec:
        return Vec(self.b, self.splat(value))

    def rows(self, n: Any) -> Any:
        return cgutils.for_range(self.b, n)

    def at(self, i: Any, stride: Any = 1, start: Any = 0) -> tuple[Any, Any]:
        """Offsets of both parts of register i * stride + start."""
        index = self.b.mul(i, stride) if stride != 1 else i
        index = self.b.add(index, start) if start != 0 else index
        re = self.b.mul(index, self.i64(WIDTH))
        return re, self.b.add(re, self.i64(LANES))


@intrinsic
def newton_update(typingctx: Any, n: Any, y: Any, m: Any, floor2: Any, top: Any, update2: Any) -> Any:
    """y -= column n of the solved matrix; the largest |y_i|^2, and the largest squared relative update."""
    sig = types.void(n, y, m, floor2, top, update2)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = _Words(context, b)
        n, floor = args[0], e.fill(args[3])
        y, m, top, update = (e.lanes(sig.args[i], args[i]) for i in (1, 2, 4, 5))
        zero, origin = e.const(0.0), e.i64(0)
        columns = b.add(n, e.i64(2))
        top[origin] = update[origin] = zero
        with e.rows(n) as loop:
            re, im = e.at(loop.index)
            size = y[re] * y[re] + y[im] * y[im]
            top[origin] = size.where(size.above(top[origin]), top[origin])
        scale = floor * top[origin] + e.const(1e-300)
        with e.rows(n) as loop:
            re, im = e.at(loop.index)
            d_re, d_im = (m[o] for o in e.at(loop.index, columns, n))
            ratio = (d_re * d_re + d_im * d_im) / (y[re] * y[re] + y[im] * y[im] + scale)
            # not below, rather than above: nan must win
            below = b.fcmp_ordered("<=", ratio.value, update[origin].value)
            update[origin] = update[origin].where(below, ratio)
            y[re] = y[re] - d_re
            y[im] = y[im] - d_im
        return context.get_dummy_value()

    return sig, codegen


@intrinsic
def remember(typingctx: Any, n: Any, y: Any, m: Any, hx: Any, hd: Any, take: Any, d_re: Any, d_im: Any) -> Any:
    """In the lanes of `take`: push the point y and the tangent dx/dtau = -column (n + 1) * d to the history."""
    sig = types.void(n, y, m, hx, hd, take, d_re, d_im)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = _Words(context, b)
        n, origin = args[0], e.i64(0)
        y, m, hx, hd, take, f_re, f_im = (e.lanes(sig.args[i], args[i]) for i in range(1, 8))
        chosen = take[origin].above(e.const(0.0))
        columns, tangent = b.add(n, e.i64(2)), b.add(n, e.i64(1))
        with e.rows(n) as loop:
            new, old = e.at(loop.index), e.at(b.add(loop.index, n))
            v_re, v_im = (m[o] for o in e.at(loop.index, columns, tangent))
            r, i = f_re[origin], f_im[origin]
            rate = (v_im * i - v_re * r, e.const(0.0) - v_re * i - v_im * r)
            for k in range(2):
                hx[old[k]] = hx[new[k]].where(chosen, hx[old[k]])
                hd[old[k]] = hd[new[k]].where(chosen, hd[old[k]])
                hx[new[k]] = y[new[k]].where(chosen, hx[new[k]])
                hd[new[k]] = rate[k].where(chosen, hd[new[k]])
        return context.get_dummy_value()

    return sig, codegen


@intrinsic
def predict(typingctx: Any, n: Any, rational: Any, hx: Any, hd: Any, y: Any, h: Any, gap: Any, shift: Any) -> Any:
    """In the lanes of `shift`: extrapolate from the last two points and tangents to distance h, into y.

    The cubic Hermite interpolant or, where its pole is far enough, the quadratic over linear one: it follows the
    nearest branch point better (15 per cent fewer steps). gap: reciprocal distance of the points, 0 if there is one.
    """
    sig = types.void(n, rational, hx, hd, y, h, gap, shift)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = _Words(context, b)
        n, origin = args[0], e.i64(0)
        zero, one, tiny = e.const(0.0), e.const(1.0), e.const(1e-300)
        hx, hd, y, h, gap, shift = (e.lanes(sig.args[i], args[i]) for i in range(2, 8))
        s, g = h[origin], gap[origin]
        two, wanted = g.above(zero), shift[origin].above(zero)
        reach = (s * s + s / g).where(two, zero)
        rational = b.and_(two, e.fill(args[1]).above(zero))
        with e.rows(n) as loop:
            new, old = e.at(loop.index), e.at(b.add(loop.index, n))
            f, v = [hx[o] for o in new], [hd[o] for o in new]
            d1 = [(f[k] - hx[old[k]]) * g for k in range(2)]
            d2 = [(v[k] - d1[k]) * g for k in range(2)]  # second divided difference, new point twice
            e2 = [(d1[k] - hd[old[k]]) * g for k in range(2)]  # the same, old point twice
            d3 = [(d2[k] - e2[k]) * g for k in range(2)]
            cubic = [f[k] + s * (v[k] + s * d2[k] + reach * d3[k]) for k in range(2)]
            # (f0 + ...)/(1 + q h): the third divided difference of the numerator vanishes for q = -d3 / e2
            norm = one / (e2[0] * e2[0] + e2[1] * e2[1] + tiny)
            q = [(zero - d3[0] * e2[0] - d3[1] * e2[1]) * norm, (d3[0] * e2[1] - d3[1] * e2[0]) * norm]
            low = [one + q[0] * s, q[1] * s]
            high = [
                s * (v[0] + s * (d2[0] + q[0] * d1[0] - q[1] * d1[1])),
                s * (v[1] + s * (d2[1] + q[0] * d1[1] + q[1] * d1[0])),
            ]
            inv = one / (low[0] * low[0] + low[1] * low[1] + tiny)
            quotient = [
                f[0] + (high[0] * low[0] + high[1] * low[1]) * inv,
                f[1] + (high[1] * low[0] - high[0] * low[1]) * inv,
            ]
            far = e.const(POLE * POLE).above((q[0] * q[0] + q[1] * q[1]) * s * s)
            good = b.and_(rational, far)
            for k in range(2):
                y[new[k]] = quotient[k].where(good, cubic[k]).where(wanted, y[new[k]])
        return context.get_dummy_value()

    return sig, codegen
