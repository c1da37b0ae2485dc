"""The compiled interpreter of straight-line programs over many discs at once; bounds as in :mod:`homotopy.certification.discs.roundoff`."""

from __future__ import annotations

from typing import Any

import numpy as np

from homotopy.certification.discs.roundoff import (
    ADD_DD,
    HALF_DIAGONAL,
    INFLATE,
    LANES,
    LEAST_SIZE,
    MUL_DD,
    MUL_SD,
    SUB_DD,
    SUB_DS,
    SUB_SD,
    TINY,
    U,
)
from homotopy.common.jit import compiled


@compiled.part
def size_of(re: float, im: float) -> float:
    """An upper bound of the modulus."""
    p, q = abs(re), abs(im)
    return max(p, q) + HALF_DIAGONAL * min(p, q) + LEAST_SIZE


@compiled
def evaluate_discs(
    code: Any,
    outputs: Any,
    scalars: Any,
    groups: Any,
    x: Any,
    radius: Any,
    out_mid: Any,
    out_radius: Any,
    reg: Any,
    subnormal: Any,
) -> None:
    """Enclosures of a program's outputs over discs.

    Parameters
    ----------
    code : int32 array (n_ops, 4)
        operation, destination, operands.
    outputs : int32 array (n_outputs,)
        A register, or -1 - k for scalar k.
    scalars : float64 array (samples, n_scalars, 2)
        Real midpoints and radii.
    groups : int64 array (g, 3)
        sample, first and last + 1 of at most LANES discs.
    x : complex128 array (m, n)
    radius : float64 array (m, n)
    out_mid, out_radius : complex128 and float64 arrays (m, n_outputs)
        Written.
    reg : float64 array (n_registers, 3, LANES)
        Workspace.
    subnormal : float
        A subnormal number: where the processor flushes those to zero, as some libraries make it do, nothing is claimed.
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
                reg[i, 0, lane] = x[q, i].real
                reg[i, 1, lane] = x[q, i].imag
                reg[i, 2, lane] = radius[q, i]
        for k in range(code.shape[0]):
            op, d, a, b = code[k, 0], code[k, 1], code[k, 2], code[k, 3]
            if op == MUL_SD:
                s, e = par[a, 0], par[a, 1]
                s1 = abs(s)
                for lane in range(LANES):
                    br, bi, bd = reg[b, 0, lane], reg[b, 1, lane], reg[b, 2, lane]
                    size = size_of(br, bi)
                    reg[d, 0, lane] = s * br
                    reg[d, 1, lane] = s * bi
                    reg[d, 2, lane] = (s1 * bd + (2.0 * U) * (s1 * size) + e * (size + bd)) * INFLATE + TINY
            elif op == ADD_DD:
                for lane in range(LANES):
                    re, im = reg[a, 0, lane] + reg[b, 0, lane], reg[a, 1, lane] + reg[b, 1, lane]
                    size = size_of(re, im)
                    rad = reg[a, 2, lane] + reg[b, 2, lane]
                    reg[d, 0, lane] = re
                    reg[d, 1, lane] = im
                    reg[d, 2, lane] = (rad + (2.0 * U) * size) * INFLATE
            elif op == MUL_DD:
                for lane in range(LANES):
                    ar, ai, ad = reg[a, 0, lane], reg[a, 1, lane], reg[a, 2, lane]
                    br, bi, bd = reg[b, 0, lane], reg[b, 1, lane], reg[b, 2, lane]
                    asize = size_of(ar, ai)
                    bsize = size_of(br, bi)
                    reg[d, 0, lane] = ar * br - ai * bi
                    reg[d, 1, lane] = ar * bi + ai * br
                    rad = asize * bd + (3.0 * U) * (asize * bsize) + ad * (bsize + bd)
                    reg[d, 2, lane] = rad * INFLATE + TINY
            elif op == SUB_DD:
                for lane in range(LANES):
                    re, im = reg[a, 0, lane] - reg[b, 0, lane], reg[a, 1, lane] - reg[b, 1, lane]
                    size = size_of(re, im)
                    rad = reg[a, 2, lane] + reg[b, 2, lane]
                    reg[d, 0, lane] = re
                    reg[d, 1, lane] = im
                    reg[d, 2, lane] = (rad + (2.0 * U) * size) * INFLATE
            else:
                # a scalar added to a disc, s - d, or d - s (operands in this order: scalar, disc)
                s, e = par[a, 0], par[a, 1]
                ds = -1.0 if op == SUB_SD else 1.0
                ss = -1.0 if op == SUB_DS else 1.0
                for lane in range(LANES):
                    re, im = ss * s + ds * reg[b, 0, lane], ds * reg[b, 1, lane]
                    reg[d, 0, lane] = re
                    reg[d, 1, lane] = im
                    reg[d, 2, lane] = (reg[b, 2, lane] + e + (2.0 * U) * abs(re)) * INFLATE
        for lane in range(last - first):
            q = first + lane
            for j in range(outputs.shape[0]):
                r = outputs[j]
                if r >= 0:
                    out_mid[q, j] = complex(reg[r, 0, lane], reg[r, 1, lane])
                    out_radius[q, j] = reg[r, 2, lane]
                else:
                    out_mid[q, j] = complex(par[-1 - r, 0], 0.0)
                    out_radius[q, j] = par[-1 - r, 1]
