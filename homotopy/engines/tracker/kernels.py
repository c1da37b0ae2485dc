"""Compiled kernels: evaluation, elimination and the predictor-corrector loop over lanes.

Each lane is a small state machine; the unit of work, the same for all lanes, is one Newton iteration: evaluate
[J, F, dF/dt], eliminate, solve for the update and the tangent. A lane whose step is accepted or refused extrapolates
anew, a lane whose path ends takes the next path, and no lane waits for another.
"""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from typing import Any

import numpy as np

from homotopy.common.jit import compiled
from homotopy.common.vectors import LANES, WIDTH
from homotopy.engines.tracker import lane_state as row
from homotopy.engines.tracker.decisions import O_FLOOR, WIDE_STEPS, decide, set_times
from homotopy.engines.tracker.extended import wide_residual
from homotopy.engines.tracker.stepping import HISTORY, newton_update, predict
from homotopy.engines.tracker.vector import back_substitute, eliminate, exchange_rows, fill_matrix, run_program

# columns of `info`
TAU, TICKS, STEPS, REJECTED, UPDATE, RESIDUAL, PIVOT_RATIO, NORM, WIDE = range(9)
# and the rows that they come from
_SOURCES = (row.TAU, row.TICKS, row.STEPS, row.REJECTED, row.LAST, row.UPDATE2, row.PIVOTS, row.TOP, row.WIDE_TICKS)


@compiled.part
def solve_lanes(m: Any, n: int) -> None:
    """Solve the n x n systems of all lanes for the two right-hand sides in columns n, n + 1, in place."""
    w = n + 2
    for k in range(n):
        exchange_rows(m, k, n, w)
        eliminate(m, k, n, w)
    back_substitute(m, n, w)


@compiled
def evaluate_points(code: Any, fill: Any, par: Any, n: int, x: Any, t: Any, out: Any, reg: Any, m: Any, lanes: Any) -> None:
    """Values (m_points, n, n + 2): Jacobian, F and dF/dt at points x (m_points, n) and times t, one parameter set."""
    for first in range(0, x.shape[0], LANES):
        count = min(LANES, x.shape[0] - first)
        for lane in range(LANES):
            q = first + min(lane, count - 1)
            for i in range(n):
                reg[i * WIDTH + lane], reg[i * WIDTH + LANES + lane] = x[q, i].real, x[q, i].imag
            _depart(lanes, lane, t[q])
        set_times(n, 1.0, reg, lanes)
        run_program(code, reg, par)
        fill_matrix(fill, reg, par)
        for lane in range(count):
            for i in range(n):
                for j in range(n + 2):
                    a = (i * (n + 2) + j) * WIDTH + lane
                    out[first + lane, i, j] = complex(m[a], m[a + LANES])


@compiled.part
def _depart(lanes: Any, lane: int, u: complex) -> None:
    """Put a lane at u."""
    lanes[row.U_RE * LANES + lane], lanes[row.U_IM * LANES + lane] = u.real, u.imag
    lanes[row.MOVED * LANES + lane] = 1.0


@compiled.part
def _begin(lanes: Any, lane: int, u_from: complex, u_to: complex) -> None:
    """A lane's state at the start of a path."""
    for k in range(row.N_ROWS):
        lanes[k * LANES + lane] = 0.0
    lanes[row.FROM_RE * LANES + lane], lanes[row.FROM_IM * LANES + lane] = u_from.real, u_from.imag
    lanes[row.TO_RE * LANES + lane], lanes[row.TO_IM * LANES + lane] = u_to.real, u_to.imag
    lanes[row.OMEGA * LANES + lane] = 1.0
    lanes[row.SCALE * LANES + lane] = 10.0
    lanes[row.PATIENCE * LANES + lane] = WIDE_STEPS
    _depart(lanes, lane, u_from)


@compiled.part
def _report(n: int, fill: Any, reg: Any, x: Any, lanes: Any, lane: int, p: int, x_out: Any, info: Any) -> None:
    """The end of a lane's path."""
    for k, source in enumerate(_SOURCES):
        info[p, k] = lanes[source * LANES + lane]
    info[p, NORM] = np.sqrt(info[p, NORM])
    worst = 0.0
    for i in range(n):
        a = fill[fill.shape[0] - 2 * i - 1]
        if a >= 0:
            size = reg[a + lane] * reg[a + lane] + reg[a + LANES + lane] * reg[a + LANES + lane]
            worst = size if size > worst else worst
    info[p, RESIDUAL] = np.sqrt(worst)
    for i in range(n):
        a = i * WIDTH + lane
        x_out[p, i] = complex(x[a], x[a + LANES])


@compiled
def track_runs(
    code: Any,
    fill: Any,
    pars: Any,
    n: int,
    kappas: Any,
    tape: Any,
    start: Any,
    targets: Any,
    runs: Any,
    x_in: Any,
    u_from: Any,
    u_to: Any,
    options: Any,
    x_out: Any,
    outcome: Any,
    info: Any,
    reg: Any,
    m: Any,
    hx: Any,
    hd: Any,
    y: Any,
    kept: Any,
    lanes: Any,
    path: Any,
    wide: Any,
    stop: Any,
) -> None:
    """Track the paths of each run (sample, first path, last path + 1); a lane that ends takes the run's next path.

    Ends at once when another thread sets stop[0]; the paths under way have no outcome then.
    """
    for run in range(runs.shape[0]):
        sample, queue, last = runs[run, 0], runs[run, 1], runs[run, 2]
        par, kappa = pars[sample], kappas[sample]
        active, ended = 0, (1 << LANES) - 1
        for lane in range(LANES):
            path[lane] = -1
        while True:
            for lane in range(LANES):
                if (ended >> lane) & 1 and (queue < last or path[lane] < 0):
                    # an idle lane of a short run repeats its last path: its numbers are thrown away
                    p = queue if queue < last else last - 1
                    path[lane] = p
                    _begin(lanes, lane, u_from[p], u_to[p])
                    for i in range(n):
                        y[i * WIDTH + lane], y[i * WIDTH + LANES + lane] = x_in[p, i].real, x_in[p, i].imag
                    # points of the path before have weight zero, and zero times nan is nan
                    for i in range(2 * HISTORY * n):
                        hx[i * LANES + lane] = hd[i * LANES + lane] = 0.0
                    if queue < last:
                        lanes[row.LIVE * LANES + lane] = 1.0
                        active += 1
                        queue += 1
            if active == 0 or stop[0] != 0:
                break
            set_times(n, kappa, reg, lanes)
            for i in range(n * WIDTH):  # as a slice it would compile the text of an error for three seconds
                reg[i] = y[i]
            run_program(code, reg, par)
            fill_matrix(fill, reg, par)
            for lane in range(LANES):
                if lanes[row.N_WIDE * LANES + lane] > 0 and lanes[row.LIVE * LANES + lane] > 0:
                    wide_residual(tape, n, reg, start, targets, sample, lane, wide, m)
                    lanes[row.WIDE_TICKS * LANES + lane] += 1
            solve_lanes(m, n)
            newton_update(n, y, m, options[O_FLOOR], lanes)
            ended = decide(n, y, m, kept, hx, hd, lanes, options)
            if ended:
                for lane in range(LANES):
                    if (ended >> lane) & 1:
                        p = path[lane]
                        outcome[p] = lanes[row.DONE * LANES + lane]
                        x = hx if lanes[row.IS_HISTORY * LANES + lane] > 0 else y
                        _report(n, fill, reg, x, lanes, lane, p, x_out, info)
                        active -= 1
            predict(n, hx, hd, y, lanes)
