"""The compiled interpreter of straight-line programs over many points in doubles, without enclosures: for searches."""

from __future__ import annotations

from typing import Any

from homotopy.certification.discs.roundoff import ADD_DD, MUL_DD, MUL_SD, SUB_DD, SUB_DS, SUB_SD
from homotopy.common.jit import compiled

LANES = 32


@compiled
def evaluate_points(code: Any, outputs: Any, scalars: Any, x: Any, out: Any, reg: Any) -> None:
    """Values of a program's outputs at many points.

    Parameters
    ----------
    code : int32 array (n_ops, 4)
        operation, destination, operands: as in :mod:`homotopy.certification.discs.program`.
    outputs : int32 array (n_outputs,)
        A register, or -1 - k for scalar k.
    scalars : float64 array (n_scalars,)
    x : float64 array (m, n)
    out : float64 array (m, n_outputs)
        Written.
    reg : float64 array (n_registers, LANES)
        Workspace.
    """
    m, n = x.shape
    for first in range(0, m, LANES):
        last = min(first + LANES, m)
        for lane in range(LANES):
            q = min(first + lane, m - 1)
            for i in range(n):
                reg[i, lane] = x[q, i]
        for k in range(code.shape[0]):
            op, d, a, b = code[k, 0], code[k, 1], code[k, 2], code[k, 3]
            if op == MUL_DD:
                for lane in range(LANES):
                    reg[d, lane] = reg[a, lane] * reg[b, lane]
            elif op == ADD_DD:
                for lane in range(LANES):
                    reg[d, lane] = reg[a, lane] + reg[b, lane]
            elif op == SUB_DD:
                for lane in range(LANES):
                    reg[d, lane] = reg[a, lane] - reg[b, lane]
            elif op == MUL_SD:
                s = scalars[a]
                for lane in range(LANES):
                    reg[d, lane] = s * reg[b, lane]
            else:  # s + d, s - d, d - s
                ds = -1.0 if op == SUB_SD else 1.0
                ss = -scalars[a] if op == SUB_DS else scalars[a]
                for lane in range(LANES):
                    reg[d, lane] = ss + ds * reg[b, lane]
        for lane in range(last - first):
            for j in range(outputs.shape[0]):
                r = outputs[j]
                out[first + lane, j] = reg[r, lane] if r >= 0 else scalars[-1 - r]
