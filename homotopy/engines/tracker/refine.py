"""Newton's method with residuals and iterates in double-double arithmetic, for ill-conditioned end points.

Few paths need it, so this is plain scalar code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.double_double import add
from homotopy.common.jit import compiled
from homotopy.engines.tracker.batch import Homotopy, evaluate
from homotopy.engines.tracker.extended import registers, run_tape

CONVERGED = 1e-15  # relative size of the last update
MAX_ITERATIONS = 60
CONTRACTION = 0.25  # slower than this in the last iteration is no convergence; at a double root it is 1/2
NOISE = 1e-13  # an update below this that is slow may be rounding at an ill-conditioned root
CRAWL = 0.95  # slower than this is no progress: from far off Newton's method leaps past a pair of close roots before it falls to one
MAX_LEAPS = 12  # iterations without progress after which a point is given up
ROUNDING = 1e-30  # of a residual, relative to its terms
REACH = 1e-2  # farthest relative move; further away another solution may be meant


@compiled
def _residual(ops: Any, left: Any, right: Any, outputs: Any, reg: Any, out: Any) -> None:
    run_tape(ops, left, right, reg)  # type: ignore[call-arg]  # an intrinsic is typed one argument longer
    for k in range(outputs.shape[0]):
        o = outputs[k]
        out[k] = complex(reg[o, 0] + reg[o, 1], reg[o, 2] + reg[o, 3])


@compiled
def _move(reg: Any, n: int, delta: Any) -> None:
    """x -= delta in the first n registers."""
    for i in range(n):
        reg[i, 0], reg[i, 1] = add(reg[i, 0], reg[i, 1], -delta[i].real, 0.0)
        reg[i, 2], reg[i, 3] = add(reg[i, 2], reg[i, 3], -delta[i].imag, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """Points x (m, n); is_sound (m,): Newton converged, fast at last, to more than rounding; is_slow (m,): it crawled, as at a
    multiple root; update, residual (m,): the last ones."""

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
    reg = registers(system)
    reg[n : n + k, 0], reg[n : n + k, 2] = parameters.real, parameters.imag
    result = Refined(x.copy(), np.zeros(m, bool), np.zeros(m, bool), np.full(m, np.inf), np.full(m, np.inf))
    for row in np.flatnonzero(np.isfinite(x).all(axis=1)).tolist():
        reg[:n] = 0.0
        reg[:n, 0], reg[:n, 2] = x[row].real, x[row].imag
        _newton(homotopy, sample, reg, result, row)
    return result


def _newton(homotopy: Homotopy, sample: int, reg: npt.NDArray[np.float64], out: Refined, row: int) -> None:
    system, n = homotopy.program.system, out.x.shape[1]
    value = np.empty(n, complex)
    x, previous, moved, crawled, leaps = out.x[row].copy(), np.inf, 0.0, False, 0
    for _ in range(MAX_ITERATIONS):
        _residual(system.ops, system.left, system.right, system.outputs, reg, value)
        size = np.maximum(np.abs(x), 0.1 * float(np.abs(x).max()))
        matrix = evaluate(homotopy.program, homotopy.scalars[sample], x[None], 1.0)[0, :, :n]
        delta = _solve(matrix, value, size)
        if delta is None:
            return
        update = float((np.abs(delta) / size).max())
        moved += update
        if leaps == 0:  # what is reported if the leaps lead nowhere
            out.update[row], out.residual[row] = update, float(np.abs(value).max())
        if update > max(CRAWL * previous, CONVERGED):
            leaps += 1
            if leaps > MAX_LEAPS or (np.abs(value) <= _rounding(homotopy, sample, x)).all():
                return
        if not moved < REACH:
            return
        _move(reg, n, delta)
        x = reg[:n, 0] + 1j * reg[:n, 2]
        is_slow = update > CONTRACTION * previous and update > 1e-16
        if leaps == 0:
            out.x[row], out.is_slow[row] = x, is_slow
        if update < CONVERGED:
            # at a multiple root the residual may be rounded to zero while Newton's method still crawls
            out.is_sound[row] = not is_slow and not crawled and _is_determined(homotopy, sample, x, matrix, size)
            if out.is_sound[row]:
                out.x[row], out.update[row], out.residual[row] = x, update, float(np.abs(value).max())
            out.is_slow[row] |= leaps == 0 and not out.is_sound[row]
            return
        crawled = is_slow and update > NOISE
        previous = update


def _rounding(homotopy: Homotopy, sample: int, x: npt.NDArray[np.complex128]) -> npt.NDArray[np.float64]:
    """Rounding of the residual at x: its terms are as large as at a point with the same moduli and other phases, where none cancel."""
    n, size = len(x), np.abs(x)
    other = size * np.exp(2j * np.pi * np.random.default_rng(0).random(n))
    typical = np.abs(evaluate(homotopy.program, homotopy.scalars[sample], other[None], 1.0)[0, :, : n + 1])
    return np.asarray(ROUNDING * np.maximum(typical[:, n], typical[:, :n] @ size))


def _is_determined(
    homotopy: Homotopy, sample: int, x: npt.NDArray[np.complex128], matrix: npt.NDArray[Any], size: npt.NDArray[np.float64]
) -> bool:
    """Whether the residual's rounding moves the point by no more than the last update may: not so at a multiple root."""
    moved = _solve(matrix, np.diag(_rounding(homotopy, sample, x)).astype(complex), size)
    return moved is not None and bool((np.abs(moved).sum(axis=1) <= CONVERGED * size).all())


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
        return np.asarray((np.linalg.solve(scaled / rows[:, None], (value.T / rows).T).T * size).T)
    except np.linalg.LinAlgError:
        return None
