"""Vector code of the predictor-corrector loop: Newton update and norms, extrapolation, history."""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from homotopy.common.vectors import Lanes, State, Vec, Words
from homotopy.engines.tracker import lane_state as row

POLE = 4.0  # a rational predictor whose pole is closer than a quarter of the step is not believed


@intrinsic
def newton_update(typingctx: Any, n: Any, y: Any, m: Any, floor: Any, lanes: Any) -> Any:
    """y -= column n of the solved matrix; the largest |y_i|^2, the largest squared relative update, the pivots' ratio.

    What is stored of a pivot is its reciprocal. A lane without a path stays where it is: Newton's method would go on to shrink the
    imaginary part of a real end point, down to denormal numbers, with which all lanes are ten times slower.
    """
    sig = types.void(n, y, m, floor, lanes)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Words(context, b)
        n, floor = args[0], e.fill(args[3])
        y, m = (e.lanes(sig.args[i], args[i]) for i in (1, 2))
        s = e.state(sig.args[4], args[4])
        columns = b.add(n, e.i64(2))
        top, update, small, large = (e.var(e.const(v).value) for v in (0.0, 0.0, 1e300, 0.0))

        def get(v: Any) -> Vec:
            return Vec(b, b.load(v))

        with e.rows(n) as loop:
            re, im = e.at(loop.index)
            b.store((y[re] * y[re] + y[im] * y[im]).largest(get(top)).value, top)
            re, im = e.at(loop.index, columns, loop.index)
            pivot = m[re] * m[re] + m[im] * m[im]
            b.store(pivot.least(get(small)).value, small)
            b.store(pivot.largest(get(large)).value, large)
        scale, live = floor * floor * get(top) + 1e-300, s[row.LIVE] > 0
        with e.rows(n) as loop:
            re, im = e.at(loop.index)
            d_re, d_im = (m[o] for o in e.at(loop.index, columns, n))
            ratio = (d_re * d_re + d_im * d_im) / (y[re] * y[re] + y[im] * y[im] + scale)
            # not below, rather than above, and nothing replaces nan: nan must win
            is_kept = (ratio <= get(update)) | ~(get(update) >= 0)
            b.store(get(update).where(is_kept, ratio).value, update)
            y[re] = (y[re] - d_re).where(live, y[re])
            y[im] = (y[im] - d_im).where(live, y[im])
        s[row.TOP], s[row.UPDATE2], s[row.PIVOTS] = get(top), get(update), e.sqrt(get(small) / get(large))
        return context.get_dummy_value()

    return sig, codegen


def remember(e: Words, n: Any, y: Lanes, m: Lanes, hx: Lanes, hd: Lanes, s: State, floor: Vec) -> None:
    """In the lanes that take y: push it and the tangent dx/dtau = -column (n + 1) * dt/dtau to the history, and measure the bend.

    Of the last two points and tangents with distance d, the cubic and the rational interpolant differ at distance h by
    K h^2 (h + d)^2 / |1 + q h|, with K = |q d3| and q = -d3 / e2 (see :func:`predict`): their fourth differences. Bend is the
    largest K^2 of a coordinate relative to its size. A pole that is not believed counts as far as it would have to be.
    """
    b, chosen = e.b, s[row.TAKE] > 0
    a, c = s[row.TO_RE] - s[row.FROM_RE], s[row.TO_IM] - s[row.FROM_IM]
    r, i = a * s[row.RATE_RE] - c * s[row.RATE_IM], a * s[row.RATE_IM] + c * s[row.RATE_RE]
    columns, tangent = b.add(n, e.i64(2)), b.add(n, e.i64(1))
    g = 1.0 / s[row.STEP]
    least, farthest = floor * floor * s[row.TOP] + 1e-300, POLE * POLE * g * g
    bend = e.var(e.const(0.0).value)
    with b.if_then(chosen.any()):
        with e.rows(n) as loop:
            new, old = e.at(loop.index), e.at(b.add(loop.index, n))
            v_re, v_im = (m[o] for o in e.at(loop.index, columns, tangent))
            f, v = [y[o] for o in new], (v_im * i - v_re * r, 0.0 - v_re * i - v_im * r)
            f0, v0 = [hx[o] for o in new], [hd[o] for o in new]
            d1 = [(f[k] - f0[k]) * g for k in range(2)]
            e2 = [(d1[k] - v0[k]) * g for k in range(2)]
            d3 = [((v[k] - d1[k]) * g - e2[k]) * g for k in range(2)]
            third = d3[0] * d3[0] + d3[1] * d3[1]
            q = (third / (e2[0] * e2[0] + e2[1] * e2[1] + 1e-300)).least(farthest)
            size = f[0] * f[0] + f[1] * f[1] + least
            b.store((third * q / size).largest(Vec(b, b.load(bend))).value, bend)
            for k in range(2):
                hx[old[k]] = f0[k].where(chosen, hx[old[k]])
                hd[old[k]] = v0[k].where(chosen, hd[old[k]])
                hx[new[k]] = f[k].where(chosen, f0[k])
                hd[new[k]] = v[k].where(chosen, v0[k])
        s[row.NEXT_BEND] = Vec(b, b.load(bend))


@intrinsic
def predict(typingctx: Any, n: Any, rational: Any, hx: Any, hd: Any, y: Any, lanes: Any) -> Any:
    """In the lanes that go on: extrapolate from the last two points and tangents over the step, into y.

    The cubic Hermite interpolant or, where its pole is far enough, the quadratic over linear one: it follows the
    nearest branch point better (15 per cent fewer steps). Gap: reciprocal distance of the points, 0 if there is one.
    """
    sig = types.void(n, rational, hx, hd, y, lanes)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Words(context, b)
        n = args[0]
        hx, hd, y = (e.lanes(sig.args[i], args[i]) for i in range(2, 5))
        state = e.state(sig.args[5], args[5])
        s, g = state[row.STEP], state[row.GAP]
        two, wanted = g > 0, state[row.SHIFT] > 0
        reach = (s * s + s / g).where(two, 0.0)
        rational = two & (e.fill(args[1]) > 0)
        with b.if_then(wanted.any()), e.rows(n) as loop:
            new, old = e.at(loop.index), e.at(b.add(loop.index, n))
            f, v = [hx[o] for o in new], [hd[o] for o in new]
            d1 = [(f[k] - hx[old[k]]) * g for k in range(2)]
            d2 = [(v[k] - d1[k]) * g for k in range(2)]  # second divided difference, new point twice
            e2 = [(d1[k] - hd[old[k]]) * g for k in range(2)]  # the same, old point twice
            d3 = [(d2[k] - e2[k]) * g for k in range(2)]
            cubic = [f[k] + s * (v[k] + s * d2[k] + reach * d3[k]) for k in range(2)]
            # (f0 + ...)/(1 + q h): the third divided difference of the numerator vanishes for q = -d3 / e2
            norm = 1.0 / (e2[0] * e2[0] + e2[1] * e2[1] + 1e-300)
            q = [(0.0 - d3[0] * e2[0] - d3[1] * e2[1]) * norm, (d3[0] * e2[1] - d3[1] * e2[0]) * norm]
            low = [1.0 + q[0] * s, q[1] * s]
            high = [
                s * (v[0] + s * (d2[0] + q[0] * d1[0] - q[1] * d1[1])),
                s * (v[1] + s * (d2[1] + q[0] * d1[1] + q[1] * d1[0])),
            ]
            inv = 1.0 / (low[0] * low[0] + low[1] * low[1] + 1e-300)
            quotient = [
                f[0] + (high[0] * low[0] + high[1] * low[1]) * inv,
                f[1] + (high[1] * low[0] - high[0] * low[1]) * inv,
            ]
            good = rational & ((q[0] * q[0] + q[1] * q[1]) * s * s < POLE * POLE)
            for k in range(2):
                y[new[k]] = quotient[k].where(good, cubic[k]).where(wanted, y[new[k]])
        return context.get_dummy_value()

    return sig, codegen
