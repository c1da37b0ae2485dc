"""The compiled half of the contraction test: approximate inverses, and bounds with them, of many small systems at once.

Systems stand in lanes: a complex number is `WIDTH` doubles, the real parts of `LANES` systems and their imaginary parts, and every
operation is one on vectors. Bounds as in :mod:`homotopy.certification.discs.contraction`, for any order of summation, with fused products or without.
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

from homotopy.certification.discs.roundoff import U
from homotopy.common.jit import compiled
from homotopy.common.pivots import choose_pivots
from homotopy.common.vectors import LANES, VEC, WIDTH, Emit

_HIDDEN = 1e-160  # exceeds what the root of a sum of squares loses to underflow


@intrinsic
def _subtract_multiple(typingctx: Any, m: Any, target: Any, factor: Any, source: Any, count: Any) -> Any:
    """Subtract from `count` numbers at `target` those at `source` times the one at `factor`."""
    sig = types.void(m, target, factor, source, count)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Emit(context, b)
        base, (target, factor, source, count) = e.data(sig.args[0], args[0]), args[1:]
        times = e.load(base, factor)
        with cgutils.for_range(b, count) as loop:
            at = b.mul(loop.index, e.i64(WIDTH))
            here = b.add(target, at)
            e.store(base, here, *e.msub(e.load(base, here), times, e.load(base, b.add(source, at))))
        return context.get_dummy_value()

    return sig, codegen


@intrinsic
def _multiply(typingctx: Any, m: Any, target: Any, factor: Any, count: Any) -> Any:
    """Multiply `count` numbers at `target` by the one at `factor`."""
    sig = types.void(m, target, factor, count)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Emit(context, b)
        base, (target, factor, count) = e.data(sig.args[0], args[0]), args[1:]
        times, nothing = e.load(base, factor), ir.Constant(VEC, None)
        with cgutils.for_range(b, count) as loop:
            here = b.add(target, b.mul(loop.index, e.i64(WIDTH)))
            e.store(base, here, *e.mac((nothing, nothing), times, e.load(base, here)))
        return context.get_dummy_value()

    return sig, codegen


@compiled.part
def _exchange(m: Any, first: int, second: int, count: int, stride: int, lane: int) -> None:
    """Exchange `count` numbers of one lane, which are `stride` apart."""
    for i in range(count):
        a, c = first + i * stride + lane, second + i * stride + lane
        m[a], m[c] = m[c], m[a]
        m[a + LANES], m[c + LANES] = m[c + LANES], m[a + LANES]


@compiled.part
def invert(m: Any, n: int, swaps: Any) -> None:
    """Replace the n x n matrices at the begin of m by approximate inverses (Gauss and Jordan), nan where a pivot is zero.

    One number behind them is a workspace; `swaps` (n, LANES) keeps the rows of the pivots.
    """
    factor, row = n * n * WIDTH, n * WIDTH
    for k in range(n):
        if choose_pivots(m, k, n, n, swaps[k]):
            for lane in range(LANES):
                if swaps[k, lane] != k:
                    _exchange(m, k * row, swaps[k, lane] * row, n, WIDTH, lane)
        pivot = k * row + k * WIDTH
        for lane in range(LANES):
            re, im = m[pivot + lane], m[pivot + LANES + lane]
            scale = 1.0 / (re * re + im * im)
            m[factor + lane], m[factor + LANES + lane] = re * scale, -im * scale
            m[pivot + lane], m[pivot + LANES + lane] = 1.0, 0.0
        _multiply(m, k * row, factor, n)
        for i in range(n):
            if i != k:
                a = i * row + k * WIDTH
                for lane in range(WIDTH):
                    m[factor + lane], m[a + lane] = m[a + lane], 0.0
                _subtract_multiple(m, i * row, factor, k * row, n)
    for k in range(n - 1, -1, -1):
        for lane in range(LANES):
            if swaps[k, lane] != k:
                _exchange(m, k * WIDTH, swaps[k, lane] * WIDTH, n, row, lane)


@compiled.part
def _gather(jacobian: Any, spread: Any, f: Any, f_radius: Any, first: int, m: Any, wide: Any, error: Any) -> None:
    """Bring up to LANES systems into lanes: J, J and f beside it; a lane without a system repeats the last."""
    count, n = f.shape
    behind = (n * n + 1) * WIDTH
    rounding = 8.0 * (n + 4.0) * U
    for lane in range(LANES):
        q = min(first + lane, count - 1)
        for i in range(n):
            total = 0.0
            for j in range(n):
                re, im = jacobian[q, i, j].real, jacobian[q, i, j].imag
                a, c = (i * n + j) * WIDTH + lane, behind + (i * (n + 1) + j) * WIDTH + lane
                m[a], m[a + LANES], m[c], m[c + LANES] = re, im, re, im
                total += spread[q, i, j] + rounding * (abs(re) + abs(im))
            wide[i, lane] = total
            re, im = f[q, i].real, f[q, i].imag
            c = behind + (i * (n + 1) + n) * WIDTH + lane
            m[c], m[c + LANES] = re, im
            error[i, lane] = f_radius[q, i] + rounding * (abs(re) + abs(im))


@compiled.part
def _larger(a: float, b: float) -> float:
    """The larger of two numbers; nan where one is."""
    return a if b <= a or a != a else b


@compiled
def bound(jacobian: Any, spread: Any, f: Any, f_radius: Any, kappa: Any, eta: Any, noise: Any, step: Any) -> None:
    """For each system ||I - Y J||, ||Y F||, the part of this that is rounding, and the step Y F; Y is an approximate inverse of J.

    Parameters
    ----------
    jacobian, spread : complex128 and float64 arrays (m, n, n)
    f, f_radius : complex128 and float64 arrays (m, n)
    kappa, eta, noise : float64 arrays (m,)
        Written; the rounding of their sums is for the caller to add.
    step : complex128 array (m, n)
        Written.
    """
    count, n = f.shape
    behind = (n * n + 1) * WIDTH
    row = behind + n * (n + 1) * WIDTH
    m, swaps = np.empty(row + (n + 1) * WIDTH), np.empty((n, LANES), np.int64)
    wide, error, total, blur = np.empty((n, LANES)), np.empty((n, LANES)), np.empty(LANES), np.empty(LANES)
    for first in range(0, count, LANES):
        _gather(jacobian, spread, f, f_radius, first, m, wide, error)
        invert(m, n, swaps)
        lanes = min(LANES, count - first)
        for lane in range(lanes):
            kappa[first + lane] = eta[first + lane] = noise[first + lane] = 0.0
        for i in range(n):
            for a in range(row, row + (n + 1) * WIDTH):
                m[a] = 0.0
            for lane in range(LANES):
                total[lane] = blur[lane] = 0.0
            for k in range(n):
                entry = (i * n + k) * WIDTH
                for lane in range(LANES):
                    size = abs(m[entry + lane]) + abs(m[entry + LANES + lane])
                    total[lane] += size * wide[k, lane]
                    blur[lane] += size * error[k, lane]
                _subtract_multiple(m, row, entry, behind + k * (n + 1) * WIDTH, n + 1)
            for lane in range(LANES):
                m[row + i * WIDTH + lane] += 1.0
            for j in range(n):
                a = row + j * WIDTH
                for lane in range(LANES):
                    total[lane] += np.sqrt(m[a + lane] ** 2 + m[a + LANES + lane] ** 2) + _HIDDEN
            a = row + n * WIDTH
            for lane in range(lanes):
                q, re, im = first + lane, m[a + lane], m[a + LANES + lane]
                kappa[q] = _larger(kappa[q], total[lane])
                eta[q] = _larger(eta[q], np.sqrt(re * re + im * im) + _HIDDEN + blur[lane])
                noise[q] = _larger(noise[q], blur[lane])
                step[q, i] = complex(-re, -im)
