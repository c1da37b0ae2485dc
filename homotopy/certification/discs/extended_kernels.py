"""The compiled interpreter of straight-line programs at many points, in double-double arithmetic with radii.

Bounds as in :mod:`homotopy.certification.discs.roundoff`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from homotopy.certification.discs.kernels import size_of
from homotopy.certification.discs.roundoff import (
    ADD_DD,
    EXTENDED_MUL,
    EXTENDED_SUM,
    INFLATE,
    LANES,
    LEAST_SIZE,
    MUL_DD,
    MUL_SD,
    SUB_DD,
    SUB_DS,
    SUB_SD,
    TINY,
)
from homotopy.common.double_double import add, mul
from homotopy.common.jit import compiled


@compiled
def evaluate_points(
    code: Any, outputs: Any, scalars: Any, groups: Any, x: Any, out_mid: Any, out_radius: Any, reg: Any, subnormal: Any
) -> None:
    """As :func:`homotopy.certification.discs.kernels.evaluate_discs`, at points.

    Scalars (samples, n_scalars, 3) are high part, low part and radius; a register (5, LANES) holds the high and low real part,
    the high and low imaginary part and the radius.
    """
    if subnormal * 1.0 == 0.0:
        out_mid[:], out_radius[:] = np.nan, np.nan
        return
    n = x.shape[1]
    for g in range(groups.shape[0]):
        sample, first, last = groups[g, 0], groups[g, 1], groups[g, 2]
        par = scalars[sample]
        for lane in range(LANES):
            q = min(first + lane, last - 1)
            for i in range(n):
                reg[i, 0, lane], reg[i, 1, lane] = x[q, i].real, 0.0
                reg[i, 2, lane], reg[i, 3, lane] = x[q, i].imag, 0.0
                reg[i, 4, lane] = 0.0
        for k in range(code.shape[0]):
            op, d, a, b = code[k, 0], code[k, 1], code[k, 2], code[k, 3]
            if op == MUL_SD:
                s, t, e = par[a, 0], par[a, 1], par[a, 2]
                s1 = abs(s)
                for lane in range(LANES):
                    size = size_of(reg[b, 0, lane], reg[b, 2, lane])
                    bd = reg[b, 4, lane]
                    re, re_low = mul(s, t, reg[b, 0, lane], reg[b, 1, lane])
                    im, im_low = mul(s, t, reg[b, 2, lane], reg[b, 3, lane])
                    reg[d, 0, lane], reg[d, 1, lane], reg[d, 2, lane], reg[d, 3, lane] = re, re_low, im, im_low
                    reg[d, 4, lane] = (s1 * bd + EXTENDED_MUL * (s1 * size) + e * (size + bd)) * INFLATE + TINY
            elif op == MUL_DD:
                for lane in range(LANES):
                    ah, al, bh, bl = reg[a, 0, lane], reg[a, 1, lane], reg[a, 2, lane], reg[a, 3, lane]
                    ch, cl, dh, dl = reg[b, 0, lane], reg[b, 1, lane], reg[b, 2, lane], reg[b, 3, lane]
                    ad, bd = reg[a, 4, lane], reg[b, 4, lane]
                    asize, bsize = size_of(ah, bh), size_of(ch, dh)
                    ph, pl = mul(ah, al, ch, cl)
                    qh, ql = mul(bh, bl, dh, dl)
                    reg[d, 0, lane], reg[d, 1, lane] = add(ph, pl, -qh, -ql)
                    ph, pl = mul(ah, al, dh, dl)
                    qh, ql = mul(bh, bl, ch, cl)
                    reg[d, 2, lane], reg[d, 3, lane] = add(ph, pl, qh, ql)
                    reg[d, 4, lane] = (asize * bd + EXTENDED_MUL * (asize * bsize) + ad * (bsize + bd)) * INFLATE + TINY
            elif op == ADD_DD or op == SUB_DD:  # noqa: SIM109 - no tuples in the kernel
                sign = 1.0 if op == ADD_DD else -1.0
                for lane in range(LANES):
                    rad = reg[a, 4, lane] + reg[b, 4, lane]
                    re, re_low = add(reg[a, 0, lane], reg[a, 1, lane], sign * reg[b, 0, lane], sign * reg[b, 1, lane])
                    im, im_low = add(reg[a, 2, lane], reg[a, 3, lane], sign * reg[b, 2, lane], sign * reg[b, 3, lane])
                    reg[d, 0, lane], reg[d, 1, lane], reg[d, 2, lane], reg[d, 3, lane] = re, re_low, im, im_low
                    reg[d, 4, lane] = (rad + EXTENDED_SUM * size_of(re, im)) * INFLATE
            else:
                s, t, e = par[a, 0], par[a, 1], par[a, 2]
                ds = -1.0 if op == SUB_SD else 1.0
                ss = -1.0 if op == SUB_DS else 1.0
                for lane in range(LANES):
                    re, re_low = add(ss * s, ss * t, ds * reg[b, 0, lane], ds * reg[b, 1, lane])
                    im, im_low = ds * reg[b, 2, lane], ds * reg[b, 3, lane]
                    rad = reg[b, 4, lane] + e
                    reg[d, 0, lane], reg[d, 1, lane], reg[d, 2, lane], reg[d, 3, lane] = re, re_low, im, im_low
                    reg[d, 4, lane] = (rad + EXTENDED_SUM * (abs(re) + LEAST_SIZE)) * INFLATE
        for lane in range(last - first):
            q = first + lane
            for j in range(outputs.shape[0]):
                r = outputs[j]
                if r >= 0:
                    low = abs(reg[r, 1, lane]) + abs(reg[r, 3, lane])
                    out_mid[q, j] = complex(reg[r, 0, lane], reg[r, 2, lane])
                    out_radius[q, j] = (reg[r, 4, lane] + low) * INFLATE
                else:
                    out_mid[q, j] = complex(par[-1 - r, 0], 0.0)
                    out_radius[q, j] = (par[-1 - r, 2] + abs(par[-1 - r, 1])) * INFLATE
