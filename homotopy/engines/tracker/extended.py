"""Residuals in double-double arithmetic.

They are what needs it. Newton's method with a Jacobian in doubles and a residual with twice as many digits converges
to full double precision as long as the condition number is below about 1e14 (Tisseur 2001), at an end point and along a
path. A residual comes from the system's own tape, with its parameters taken as exact doubles.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.double_double import add, mul
from homotopy.common.jit import compiled
from polysys.tape import Op, Tape

_ADD, _SUB = int(Op.ADD), int(Op.SUB)


@compiled.part
def _complex_mul(reg: Any, r: int, i: int, j: int) -> None:
    ph, pl = mul(reg[i, 0], reg[i, 1], reg[j, 0], reg[j, 1])
    qh, ql = mul(reg[i, 2], reg[i, 3], reg[j, 2], reg[j, 3])
    uh, ul = mul(reg[i, 0], reg[i, 1], reg[j, 2], reg[j, 3])
    vh, vl = mul(reg[i, 2], reg[i, 3], reg[j, 0], reg[j, 1])
    reg[r, 0], reg[r, 1] = add(ph, pl, -qh, -ql)
    reg[r, 2], reg[r, 3] = add(uh, ul, vh, vl)


@compiled.part
def run_tape(ops: Any, left: Any, right: Any, reg: Any) -> None:
    """Interpret a tape over complex double-doubles: reg (registers, 4) holds re hi, re lo, im hi, im lo."""
    first = reg.shape[0] - ops.shape[0]
    for k in range(ops.shape[0]):
        i, j, r = left[k], right[k], first + k
        if ops[k] == _ADD:
            reg[r, 0], reg[r, 1] = add(reg[i, 0], reg[i, 1], reg[j, 0], reg[j, 1])
            reg[r, 2], reg[r, 3] = add(reg[i, 2], reg[i, 3], reg[j, 2], reg[j, 3])
        elif ops[k] == _SUB:
            reg[r, 0], reg[r, 1] = add(reg[i, 0], reg[i, 1], -reg[j, 0], -reg[j, 1])
            reg[r, 2], reg[r, 3] = add(reg[i, 2], reg[i, 3], -reg[j, 2], -reg[j, 3])
        else:
            _complex_mul(reg, r, i, j)


@compiled.part
def _scaled(a: complex, gap: complex) -> tuple[float, float, float, float]:
    """a (1 - gap) for a tiny gap."""
    # written out: Numba's complex product is a function of its own, which takes a while to compile
    re, re_low = add(a.real, 0.0, a.imag * gap.imag - a.real * gap.real, 0.0)
    im, im_low = add(a.imag, 0.0, -(a.real * gap.imag + a.imag * gap.real), 0.0)
    return re, re_low, im, im_low


@compiled.part
def set_parameters(reg: Any, n: int, p0: Any, p1: Any, s: complex, t: complex) -> None:
    """Put (s p0 + t p1)/(s + t) into registers n, n + 1, ..; s + t is one but for rounding.

    Only so do rounded s and t stand for a place on the path itself, whatever they are.
    """
    high, low = add(s.real, 0.0, t.real, 0.0)
    gap = complex((high - 1.0) + low, s.imag + t.imag)
    sr, srl, si, sil = _scaled(s, gap)
    tr, trl, ti, til = _scaled(t, gap)
    for k in range(p0.shape[0]):
        a, b = p0[k], p1[k]
        ph, pl = mul(sr, srl, a.real, 0.0)
        qh, ql = mul(si, sil, -a.imag, 0.0)
        uh, ul = mul(tr, trl, b.real, 0.0)
        vh, vl = mul(ti, til, -b.imag, 0.0)
        xh, xl = add(ph, pl, qh, ql)
        yh, yl = add(uh, ul, vh, vl)
        reg[n + k, 0], reg[n + k, 1] = add(xh, xl, yh, yl)
        ph, pl = mul(sr, srl, a.imag, 0.0)
        qh, ql = mul(si, sil, a.real, 0.0)
        uh, ul = mul(tr, trl, b.imag, 0.0)
        vh, vl = mul(ti, til, b.real, 0.0)
        xh, xl = add(ph, pl, qh, ql)
        yh, yl = add(uh, ul, vh, vl)
        reg[n + k, 2], reg[n + k, 3] = add(xh, xl, yh, yl)


def registers(tape: Tape) -> npt.NDArray[np.float64]:
    """Registers of a tape for :func:`run_tape`, its constants filled in."""
    reg = np.zeros((tape.n_registers, 4))
    for i, c in enumerate(tape.constants, tape.n_variables + tape.n_parameters):
        reg[i, 0] = float(c)
        reg[i, 1] = float(c - Fraction(float(c)))
    return reg
