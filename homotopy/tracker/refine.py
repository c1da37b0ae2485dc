"""Newton's method with residuals and iterates in double-double arithmetic, for ill-conditioned end points.

A Jacobian in doubles and a residual with twice as many digits make Newton's method converge to full double precision
as long as the condition number is below about 1e14 (Tisseur 2001). The residual comes from the original tape at the
target parameters, taken as exact doubles: the tracker's own program works with rounded products of them. Few paths
need it, so this is plain scalar code.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.compiled import compiled
from homotopy.tracker.batch import Homotopy, evaluate
from polysys.tape import Op

CONVERGED = 1e-15  # relative size of the last update
MAX_ITERATIONS = 60
CONTRACTION = 0.25  # slower than this in the last iteration is no convergence; at a double root it is 1/2
CRAWL = 0.95  # slower than this is given up
REACH = 1e-2  # farthest relative move; further away another solution may be meant

_ADD, _SUB = int(Op.ADD), int(Op.SUB)
_SPLITTER = 134217729.0  # 2^27 + 1 (Dekker 1971)


@compiled
def _add(ah: float, al: float, bh: float, bl: float) -> tuple[float, float]:
    """Sum of two double-doubles, error below 2^-104 of |a| + |b| (Knuth's TwoSum on both halves)."""
    s = ah + bh
    v = s - ah
    e = (ah - (s - v)) + (bh - v)
    t = al + bl
    w = t - al
    f = (al - (t - w)) + (bl - w)
    e += t
    h = s + e
    e = e - (h - s) + f
    r = h + e
    return r, e - (r - h)


@compiled
def _mul(ah: float, al: float, bh: float, bl: float) -> tuple[float, float]:
    """Product of two double-doubles (Dekker's TwoProd and the cross terms)."""
    p = ah * bh
    c = _SPLITTER * ah
    a1 = c - (c - ah)
    a2 = ah - a1
    c = _SPLITTER * bh
    b1 = c - (c - bh)
    b2 = bh - b1
    e = ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2
    e += ah * bl + al * bh
    r = p + e
    return r, e - (r - p)


@compiled
def _residual(ops: Any, left: Any, right: Any, outputs: Any, first: int, reg: Any, out: Any) -> None:
    """Interpret a tape over complex double-doubles: reg (registers, 4) holds re hi, re lo, im hi, im lo."""
    for k in range(ops.shape[0]):
        i, j, r = left[k], right[k], first + k
        if ops[k] == _ADD:
            reg[r, 0], reg[r, 1] = _add(reg[i, 0], reg[i, 1], reg[j, 0], reg[j, 1])
            reg[r, 2], reg[r, 3] = _add(reg[i, 2], reg[i, 3], reg[j, 2], reg[j, 3])
        elif ops[k] == _SUB:
            reg[r, 0], reg[r, 1] = _add(reg[i, 0], reg[i, 1], -reg[j, 0], -reg[j, 1])
            reg[r, 2], reg[r, 3] = _add(reg[i, 2], reg[i, 3], -reg[j, 2], -reg[j, 3])
        else:
            ph, pl = _mul(reg[i, 0], reg[i, 1], reg[j, 0], reg[j, 1])
            qh, ql = _mul(reg[i, 2], reg[i, 3], reg[j, 2], reg[j, 3])
            uh, ul = _mul(reg[i, 0], reg[i, 1], reg[j, 2], reg[j, 3])
            vh, vl = _mul(reg[i, 2], reg[i, 3], reg[j, 0], reg[j, 1])
            reg[r, 0], reg[r, 1] = _add(ph, pl, -qh, -ql)
            reg[r, 2], reg[r, 3] = _add(uh, ul, vh, vl)
    for k in range(outputs.shape[0]):
        o = outputs[k]
        out[k] = complex(reg[o, 0] + reg[o, 1], reg[o, 2] + reg[o, 3])


@compiled
def _move(reg: Any, n: int, delta: Any) -> None:
    """x -= delta in the first n registers."""
    for i in range(n):
        reg[i, 0], reg[i, 1] = _add(reg[i, 0], reg[i, 1], -delta[i].real, 0.0)
        reg[i, 2], reg[i, 3] = _add(reg[i, 2], reg[i, 3], -delta[i].imag, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """Points x (m, n); is_sound (m,): Newton converged, and fast at last; is_slow (m,): it crawled, as at a multiple
    root; update, residual (m,): the last ones."""

    x: npt.NDArray[np.complex128]
    is_sound: npt.NDArray[np.bool_]
    is_slow: npt.NDArray[np.bool_]
    update: npt.NDArray[np.float64]
    residual: npt.NDArray[np.float64]


def refine(homotopy: Homotopy, sample: int, x: npt.NDArray[np.complex128]) -> Refined:
    """Newton's method at the end of the paths of a sample, from each row of x (m, n)."""
    system, parameters = homotopy.program.system, homotopy.targets[sample]
    m, n = x.shape
    k = len(parameters)
    reg = np.zeros((system.n_registers, 4))
    reg[n : n + k, 0], reg[n : n + k, 2] = parameters.real, parameters.imag
    for i, c in enumerate(system.constants, n + k):
        reg[i, 0] = float(c)
        reg[i, 1] = float(c - Fraction(float(c)))
    result = Refined(x.copy(), np.zeros(m, bool), np.zeros(m, bool), np.full(m, np.inf), np.full(m, np.inf))
    for row in np.flatnonzero(np.isfinite(x).all(axis=1)).tolist():
        reg[:n] = 0.0
        reg[:n, 0], reg[:n, 2] = x[row].real, x[row].imag
        _newton(homotopy, sample, reg, result, row)
    return result


def _newton(homotopy: Homotopy, sample: int, reg: npt.NDArray[np.float64], out: Refined, row: int) -> None:
    system, n = homotopy.program.system, out.x.shape[1]
    first = system.n_registers - len(system.ops)
    value = np.empty(n, complex)
    previous, moved = np.inf, 0.0
    for _ in range(MAX_ITERATIONS):
        _residual(system.ops, system.left, system.right, system.outputs, first, reg, value)
        here = reg[:n, 0] + 1j * reg[:n, 2]
        size = np.maximum(np.abs(here), 0.1 * float(np.abs(here).max()))
        matrix = evaluate(homotopy.program, homotopy.scalars[sample], here[None], 1.0)[0, :, :n]
        delta = _solve(matrix, value, size)
        if delta is None:
            return
        update = float((np.abs(delta) / size).max())
        moved += update
        out.update[row], out.residual[row] = update, float(np.abs(value).max())
        if not moved < REACH or update > max(CRAWL * previous, CONVERGED):
            return
        _move(reg, n, delta)
        out.x[row] = reg[:n, 0] + 1j * reg[:n, 2]
        out.is_slow[row] = update > CONTRACTION * previous and update > 1e-16
        if update < CONVERGED:
            out.is_sound[row] = not out.is_slow[row]
            return
        previous = update


def _solve(
    matrix: npt.NDArray[Any], value: npt.NDArray[Any], size: npt.NDArray[np.float64]
) -> npt.NDArray[np.complex128] | None:
    """Solution of a linear system with rows and columns scaled; None if the matrix is singular or not finite."""
    if not (size > 0).all():  # the origin
        size = np.ones_like(size)
    scaled = matrix * size
    rows = np.abs(scaled).max(axis=1)
    if not (np.isfinite(rows).all() and (rows > 0).all() and np.isfinite(value).all()):
        return None
    try:
        return np.asarray(np.linalg.solve(scaled / rows[:, None], value / rows) * size)
    except np.linalg.LinAlgError:
        return None
