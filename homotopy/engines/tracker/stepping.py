"""Vector code of the predictor-corrector loop: Newton update and norms, extrapolation, history."""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from homotopy.common.vectors import Lanes, State, Vec, Words
from homotopy.engines.tracker import lane_state as row

HISTORY = 3  # points of the predictor
FITS = 1e-8  # of the squared differences: a smaller misfit is none
RIDGE = 1e-10  # added to the normal equations of the denominator, relative to their diagonal


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
    """In the lanes that take y: push it and the tangent dx/dtau = -column (n + 1) * dt/dtau to the history; fit a denominator.

    All coordinates of a path have their branch points in common. So x Q is interpolated in the last three points and tangents,
    where Q = 1 + q1 z + q2 z^2 makes its divided difference of fifth order smallest, in the mean square over the coordinates
    (Hermite-Pade approximation). With nodes 0, 0, -1, -1, -r, -r, by Leibniz' rule that is A0 + q1 A1 + q2 A2, the
    differences of x without one zero and without both.
    """
    b, chosen = e.b, s[row.TAKE] > 0
    a, c = s[row.TO_RE] - s[row.FROM_RE], s[row.TO_IM] - s[row.FROM_IM]
    r, i = a * s[row.RATE_RE] - c * s[row.RATE_IM], a * s[row.RATE_IM] + c * s[row.RATE_RE]
    unit = s[row.STEP]
    share = unit / (unit + s[row.DISTANCE])
    other = (unit / s[row.DISTANCE]).where(s[row.DISTANCE] > 0, 1.0)
    least = floor * floor * s[row.TOP] + 1e-300
    sums = [e.var(e.const(0.0).value) for _ in range(9)]
    with b.if_then(chosen.any()):
        with e.rows(n) as loop:
            at = [e.at(b.add(loop.index, b.mul(n, e.i64(k)))) for k in range(HISTORY)]
            v_re, v_im = (m[o] for o in e.at(loop.index, b.add(n, e.i64(2)), b.add(n, e.i64(1))))
            points = [[y[o] for o in at[0]], *([hx[o] for o in place] for place in at[:-1])]
            rates = [[v_im * i - v_re * r, 0.0 - v_re * i - v_im * r], *([hd[o] for o in place] for place in at[:-1])]
            for place, x, v in zip(at, points, rates, strict=True):
                for k in range(2):
                    hx[place[k]] = x[k].where(chosen, hx[place[k]])
                    hd[place[k]] = v[k].where(chosen, hd[place[k]])
            size = points[0][0] * points[0][0] + points[0][1] * points[0][1] + least
            _add_normal_equations(sums, _differences(points, rates, unit, share, other), 1.0 / size)
        _solve_normal_equations([Vec(b, b.load(v)) for v in sums], s)


def _differences(points: Any, rates: Any, unit: Vec, share: Vec, other: Vec) -> list[list[Vec]]:
    """A0, A1, A2 of a coordinate, each with both parts."""
    parts = []
    for k in range(2):
        (f0, f1, f2), (v0, v1, v2) = ([p[k] for p in points], [v[k] * unit for v in rates])
        d01, d12 = f0 - f1, (f1 - f2) * other
        low, mid, high, last = v0 - d01, d01 - v1, (v1 - d12) * other, (d12 - v2) * other
        third, next_third, a2 = low - mid, (mid - high) * share, (high - last) * other
        fourth, a1 = (third - next_third) * share, (next_third - a2) * share
        parts.append([(fourth - a1) * share, a1, a2])
    return [list(pair) for pair in zip(*parts, strict=True)]


def _add_normal_equations(sums: list[Any], differences: list[list[Vec]], weight: Vec) -> None:
    """Add |A0|^2, |A1|^2, |A2|^2, conj(A1) A2, conj(A1) A0, conj(A2) A0 of a coordinate."""
    b = weight.b
    (a0, a1, a2) = differences
    (w1, w2) = ([part * weight for part in a] for a in (a1, a2))
    terms = [(a0[0] * a0[0] + a0[1] * a0[1]) * weight, *(w[0] * a[0] + w[1] * a[1] for w, a in ((w1, a1), (w2, a2)))]
    for w, a in ((w1, a2), (w1, a0), (w2, a0)):
        terms += [w[0] * a[0] + w[1] * a[1], w[0] * a[1] - w[1] * a[0]]
    for place, term in zip(sums, terms, strict=True):
        b.store((Vec(b, b.load(place)) + term).value, place)


def _solve_normal_equations(sums: list[Vec], s: State) -> None:
    """The denominator of the lanes that take a point and have two; 1 for the others, and where rounding or an overflow leaves none."""
    n00, n11, n22, cross_re, cross_im, one_re, one_im, two_re, two_im = sums
    n11, n22 = n11 * (1.0 + RIDGE) + 1e-150, n22 * (1.0 + RIDGE) + 1e-150
    scale = 1.0 / (n11 * n22 - cross_re * cross_re - cross_im * cross_im)
    q1 = [(cross_re * two_re - cross_im * two_im - n22 * one_re) * scale, (cross_re * two_im + cross_im * two_re - n22 * one_im) * scale]
    q2 = [(cross_re * one_re + cross_im * one_im - n11 * two_re) * scale, (cross_re * one_im - cross_im * one_re - n11 * two_im) * scale]
    misfit = n00 + one_re * q1[0] + one_im * q1[1] + two_re * q2[0] + two_im * q2[1]
    size = q1[0] * q1[0] + q1[1] * q1[1] + q2[0] * q2[0] + q2[1] * q2[1]
    known = (s[row.POINTS] >= HISTORY - 1) & (size < 1e200)
    for place, value in zip((row.Q1_RE, row.Q1_IM, row.Q2_RE, row.Q2_IM), (*q1, *q2), strict=True):
        s.put(s[row.TAKE] > 0, place, value.where(known, 0.0))
    # as many coordinates as coefficients, or a few that dominate, fit exactly, which says nothing
    s.put(s[row.TAKE] > 0, row.MISFIT, misfit.where(known & (misfit > FITS * n00), 0.0))


@intrinsic
def predict(typingctx: Any, n: Any, hx: Any, hd: Any, y: Any, lanes: Any) -> Any:
    """In the lanes that go on: extrapolate from the last points and tangents over the step, into y.

    From three points the rational interpolant of :func:`remember`, from two the cubic one, from one the tangent. Each is a sum of
    points and tangents with weights that are the same for all coordinates.
    """
    sig = types.void(n, hx, hd, y, lanes)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Words(context, b)
        n = args[0]
        hx, hd, y = (e.lanes(sig.args[i], args[i]) for i in range(1, 4))
        s = e.state(sig.args[4], args[4])
        wanted = s[row.SHIFT] > 0
        with b.if_then(wanted.any()):
            weights = _weights(s)
            with e.rows(n) as loop:
                total = [e.const(0.0), e.const(0.0)]
                for k, pair in enumerate(weights):
                    for known, (re, im) in zip((hx, hd), pair, strict=True):
                        f = [known[o] for o in e.at(b.add(loop.index, b.mul(n, e.i64(k))))]
                        total = [total[0] + re * f[0] - im * f[1], total[1] + re * f[1] + im * f[0]]
                for o, value in zip(e.at(loop.index), total, strict=True):
                    y[o] = value.where(wanted, y[o])
        return context.get_dummy_value()

    return sig, codegen


def _weights(s: State) -> list[tuple[list[Vec], list[Vec]]]:
    """Complex weights of each point and of its tangent; also what the misfit tells of the error."""
    z, share, unit = s[row.STEP] * s[row.GAP], s[row.SHARE], 1.0 / s[row.GAP]
    q1, q2 = (s[row.Q1_RE], s[row.Q1_IM]), (s[row.Q2_RE], s[row.Q2_IM])
    has_third = share > 0
    r = (1.0 / share).where(has_third, 0.0)
    rest = 1.0 / (1.0 - share)
    denominator = [q1[k] * z + q2[k] * z * z + (1.0 - k) for k in range(2)]
    size = denominator[0] * denominator[0] + denominator[1] * denominator[1] + 1e-300
    inverse = [denominator[0] / size, 0.0 - denominator[1] / size]
    has_second = s[row.POINTS] > 1
    reach = z * z * (z + 1.0) * (z + 1.0) * (z + r)
    s.put(s[row.SHIFT] > 0, row.TOLD, s[row.MISFIT] * reach * reach / size)
    result = []
    nodes: list[tuple[Vec | float, Vec, Vec]] = [
        (0.0, (z + 1.0) * (z * share + 1.0), share + 1.0),
        (-1.0, (0.0 - z) * (z * share + 1.0) * rest, share * rest - 1.0),
        (0.0 - r, z * (z + 1.0) * share * share * rest, 0.0 - share - share * rest),
    ]
    for k, (node, basis, slope) in enumerate(nodes):
        here, square = z - node, basis * basis
        h, t = (1.0 - 2.0 * here * slope) * square, here * square
        q = [q1[p] * node + q2[p] * node * node + (1.0 - p) for p in range(2)]
        dq = [q1[p] + q2[p] * (2.0 * node) for p in range(2)]
        f = [h * q[p] + t * dq[p] for p in range(2)]
        pair = []
        for w, alone in (
            ([f[0] * inverse[0] - f[1] * inverse[1], f[0] * inverse[1] + f[1] * inverse[0]], 1.0),
            ([(q[0] * inverse[0] - q[1] * inverse[1]) * t * unit, (q[0] * inverse[1] + q[1] * inverse[0]) * t * unit], s[row.STEP]),
        ):
            pair.append([w[0].where(has_second, alone if k == 0 else 0.0), w[1].where(has_second, 0.0)])
        result.append((pair[0], pair[1]))
    return result
