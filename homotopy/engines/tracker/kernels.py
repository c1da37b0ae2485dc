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
from homotopy.engines.tracker.emit import LANES, WIDTH
from homotopy.engines.tracker.extended import run_tape, set_parameters
from homotopy.engines.tracker.stepping import newton_update, predict, remember
from homotopy.engines.tracker.vector import back_substitute, choose_pivots, eliminate, fill_matrix, run_program

HISTORY = 2  # points of the predictor; a third was measured to be no gain and to jump paths

FINAL = 1e-8  # largest relative error of an end point
START = 1e-5  # largest relative correction of a start solution

# A Newton update d after an update c, both relative, is doubted if d > ASK c + BEND c^2: so strong a curvature is rare, and
# rounding looks the same. The iteration is repeated with a residual in double-double; if that makes the update
# smaller, it was rounding, and the path goes on with such residuals for a while.
ASK, BEND = 0.02, 300.0
WIDE_STEPS, MOST_WIDE_STEPS = 16, 1024  # accepted steps of a while; each doubt confirmed doubles it
SHARP = 1e-10  # largest last update of a step with wide residuals
ILL = 1e-6  # ratio of pivots at the start of a path below which it begins with wide residuals
STEEP = 1e5  # a curvature for which updates must be so small that rounding comes close
LEAST, WIDE_NOISE = 1e-7, 1e-15  # updates that measure the curvature; rounding of wide ones
FALLS = 6  # steps refused in a row after which the point they start from is corrected with wide residuals
RESPITE = 4  # steps, accepted or not, after a doubt that was not confirmed

# outcome codes of the kernel
REACHED, STALLED, STEP_TOO_SMALL, TOO_MANY_STEPS, BAD_START = 0, 1, 2, 3, 4
# columns of `info`
TAU, TICKS, STEPS, REJECTED, UPDATE, RESIDUAL, PIVOT_RATIO, NORM, WIDE = range(9)
# entries of `options`
(
    O_BETA,
    O_TRUST,
    O_ACCURACY,
    O_FIRST_STEP,
    O_MIN_STEP,
    O_GROWTH,
    O_ENDGAME_RADIUS,
    O_MAX_TICKS,
    O_PREDICTOR,
    O_FLOOR,
    O_MAX_STEP,
    O_MIXED,
) = range(12)


@compiled
def _swap(m: Any, k: int, w: int, index: Any) -> None:
    for lane in range(LANES):
        p = index[lane]
        if p != k:
            for j in range(k, w):
                a, c = (k * w + j) * WIDTH + lane, (p * w + j) * WIDTH + lane
                m[a], m[c] = m[c], m[a]
                m[a + LANES], m[c + LANES] = m[c + LANES], m[a + LANES]


@compiled
def solve_lanes(m: Any, n: int, index: Any) -> None:
    """Solve the n x n systems of all lanes for the two right-hand sides in columns n, n + 1, in place."""
    w = n + 2
    for k in range(n):
        if choose_pivots(m, k, n, w, index):
            _swap(m, k, w, index)
        eliminate(m, k, n, w)
    back_substitute(m, n, w)


@compiled
def _set_time(reg: Any, n: int, lane: int, u: complex, kappa: float) -> complex:
    """Set t = kappa u / (1 - u + kappa u) and s = 1 - t; returns dt/du.

    kappa = |p0| / |p1| balances the two ends: without it couplings of size 1e8 would do everything at t = 1e-8.
    """
    inv = 1.0 / (1.0 - u + kappa * u)
    t, s = kappa * u * inv, (1.0 - u) * inv
    reg[n * WIDTH + lane], reg[n * WIDTH + LANES + lane] = t.real, t.imag
    reg[(n + 1) * WIDTH + lane], reg[(n + 1) * WIDTH + LANES + lane] = s.real, s.imag
    return kappa * inv * inv


@compiled
def evaluate_points(code: Any, fill: Any, par: Any, n: int, x: Any, t: Any, out: Any, reg: Any, m: Any) -> None:
    """Values (m_points, n, n + 2): Jacobian, F and dF/dt at points x (m_points, n) and times t, one parameter set."""
    for first in range(0, x.shape[0], LANES):
        lanes = min(LANES, x.shape[0] - first)
        for lane in range(LANES):
            q = first + min(lane, lanes - 1)
            for i in range(n):
                reg[i * WIDTH + lane], reg[i * WIDTH + LANES + lane] = x[q, i].real, x[q, i].imag
            _set_time(reg, n, lane, t[q], 1.0)
        run_program(code, reg, par)
        fill_matrix(fill, reg, par, m)
        for lane in range(lanes):
            for i in range(n):
                for j in range(n + 2):
                    a = (i * (n + 2) + j) * WIDTH + lane
                    out[first + lane, i, j] = complex(m[a], m[a + LANES])


@compiled
def _wide_residual(tape: Any, n: int, reg: Any, p0: Any, p1: Any, lane: int, wide: Any, m: Any) -> None:
    """Replace one lane's right-hand side F by its value from the system's tape in double-double."""
    ops, left, right, outputs = tape
    for i in range(n):
        wide[i, 0], wide[i, 2] = reg[i * WIDTH + lane], reg[i * WIDTH + LANES + lane]
        wide[i, 1] = wide[i, 3] = 0.0
    t = complex(reg[n * WIDTH + lane], reg[n * WIDTH + LANES + lane])
    s = complex(reg[(n + 1) * WIDTH + lane], reg[(n + 1) * WIDTH + LANES + lane])
    set_parameters(wide, n, p0, p1, s, t)
    run_tape(ops, left, right, wide)
    for i in range(n):
        a, o = (i * (n + 2) + n) * WIDTH + lane, outputs[i]
        m[a], m[a + LANES] = wide[o, 0] + wide[o, 1], wide[o, 2] + wide[o, 3]


@compiled
def _take_back(n: int, y: Any, m: Any, kept: Any, lane: int) -> None:
    """Undo one lane's Newton update; where it led is kept."""
    for i in range(n):
        a, d = i * WIDTH + lane, (i * (n + 2) + n) * WIDTH + lane
        kept[a], kept[a + LANES] = y[a], y[a + LANES]
        y[a] += m[d]
        y[a + LANES] += m[d + LANES]


@compiled
def _pivot_ratio(n: int, m: Any, lane: int) -> float:
    """Smallest over largest pivot of one lane; what is stored are reciprocals of pivots."""
    small, large = 1e300, 0.0
    for i in range(n):
        a = (i * (n + 2) + i) * WIDTH + lane
        r = m[a] ** 2 + m[a + LANES] ** 2
        small, large = min(small, r), max(large, r)
    return float(np.sqrt(small / large))


@compiled
def _distance(n: int, y: Any, kept: Any, lane: int, top: float) -> float:
    """Largest difference of one lane's y from what was kept, relative to the largest coordinate."""
    worst = 0.0
    for i in range(n):
        a = i * WIDTH + lane
        worst = max(worst, (y[a] - kept[a]) ** 2 + (y[a + LANES] - kept[a + LANES]) ** 2)
    return float(np.sqrt(worst / top))


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
    t_from: Any,
    t_to: Any,
    options: Any,
    x_out: Any,
    outcome: Any,
    info: Any,
    reg: Any,
    m: Any,
    hx: Any,
    hd: Any,
    y: Any,
    index: Any,
    wide: Any,
    stop: Any,
) -> None:
    """Track the paths of each run (sample, first path, last path + 1); a lane that ends takes the run's next path.

    Ends at once when another thread sets stop[0]; the paths under way have no outcome then.
    """
    beta, trust, accuracy = options[O_BETA], options[O_TRUST], options[O_ACCURACY]
    rational, floor2 = options[O_PREDICTOR], options[O_FLOOR] ** 2
    max_ticks, growth = int(options[O_MAX_TICKS]), options[O_GROWTH]
    path = np.empty(LANES, np.int64)
    ticks, steps, rejected = np.zeros(LANES, np.int64), np.zeros(LANES, np.int64), np.zeros(LANES, np.int64)
    iteration, points = np.zeros(LANES, np.int64), np.zeros(LANES, np.int64)
    settled = np.zeros(LANES, np.bool_)
    # accepted steps left with wide residuals or, if negative, until the next doubt
    n_wide, patience, wide_ticks = np.zeros(LANES, np.int64), np.zeros(LANES, np.int64), np.zeros(LANES, np.int64)
    falls, resume = np.zeros(LANES, np.int64), np.zeros(LANES)  # steps refused in a row; the step after a correction
    asked, doubted, kept = np.zeros(LANES, np.bool_), np.zeros(LANES), np.zeros(n * WIDTH)
    is_mixed = options[O_MIXED] > 0
    tau, step, omega = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    first_update, last_update = np.zeros(LANES), np.zeros(LANES)
    gap, distance = np.zeros(LANES), np.zeros(LANES)
    update2, top = np.empty(LANES), np.empty(LANES)
    take, shift = np.zeros(LANES), np.zeros(LANES)
    rate = np.ones(LANES, np.complex128)
    d_re, d_im = np.zeros(LANES), np.zeros(LANES)
    stride = n * WIDTH
    columns = n + 2
    for run in range(runs.shape[0]):
        if stop[0] != 0:
            break
        sample, queue, last = runs[run, 0], runs[run, 1], runs[run, 2]
        par, kappa = pars[sample], kappas[sample]
        active = 0
        for lane in range(LANES):
            path[lane] = -1
        fresh = True
        while True:
            # refill
            for lane in range(LANES):
                if path[lane] < 0 and (queue < last or fresh):
                    # an idle lane of a short run repeats its last path: its numbers are thrown away
                    p = min(queue, last - 1)
                    if queue < last:
                        path[lane] = p
                        active += 1
                        queue += 1
                    for i in range(n):
                        y[i * WIDTH + lane], y[i * WIDTH + LANES + lane] = x_in[p, i].real, x_in[p, i].imag
                    ticks[lane] = steps[lane] = rejected[lane] = iteration[lane] = points[lane] = 0
                    tau[lane], step[lane], omega[lane] = 0.0, 0.0, 1.0
                    n_wide[lane] = wide_ticks[lane] = falls[lane] = 0
                    resume[lane] = 0.0
                    patience[lane] = WIDE_STEPS
                    settled[lane] = asked[lane] = False
                    first_update[lane] = last_update[lane] = 0.0
                    rate[lane] = _set_time(reg, n, lane, t_from[p], kappa)
            fresh = False
            if active == 0 or stop[0] != 0:
                break
            # one Newton iteration in every lane
            for i in range(stride):  # as a slice it would compile the text of an error for three seconds
                reg[i] = y[i]
            run_program(code, reg, par)
            fill_matrix(fill, reg, par, m)
            for lane in range(LANES):
                if n_wide[lane] > 0 and path[lane] >= 0:
                    _wide_residual(tape, n, reg, start, targets[sample], lane, wide, m)
                    wide_ticks[lane] += 1
            solve_lanes(m, n, index)
            newton_update(n, y, m, floor2, top, update2)
            # each lane decides
            for lane in range(LANES):
                take[lane] = shift[lane] = 0.0
            for lane in range(LANES):
                p = path[lane]
                if p < 0:
                    continue
                ticks[lane] += 1
                update = np.sqrt(update2[lane])
                previous = last_update[lane]
                it = iteration[lane]
                is_first = is_mixed and points[lane] == 0 and it == 0 and n_wide[lane] == 0
                if is_first and update < START and not _pivot_ratio(n, m, lane) > ILL:
                    n_wide[lane] = patience[lane]
                    _take_back(n, y, m, kept, lane)
                    continue
                if asked[lane]:
                    asked[lane] = False
                    if _distance(n, y, kept, lane, top[lane]) > 0.1 * doubted[lane]:
                        n_wide[lane] = patience[lane]
                        patience[lane] = min(2 * patience[lane], MOST_WIDE_STEPS)
                    else:
                        n_wide[lane] = -RESPITE
                elif is_mixed and n_wide[lane] == 0 and (1e-9 if points[lane] else SHARP) < update < 0.1:
                    limit = ASK * previous + BEND * previous * previous
                    if it == 0:
                        limit = 1e300 if points[lane] else SHARP
                    if update > limit:
                        asked[lane], doubted[lane], n_wide[lane] = True, update, 1
                        _take_back(n, y, m, kept, lane)
                        continue
                last_update[lane] = update
                iteration[lane] = it + 1
                bad = not update < 1e300
                done, ok = -1, False
                if it == 0:
                    first_update[lane] = update
                    # a start solution that Newton would move is not the one that was meant
                    if update > (trust if points[lane] or resume[lane] > 0.0 else START):
                        bad = True
                elif not bad:
                    # the contraction measures the curvature, unless rounding already rules it
                    if n_wide[lane] > 0:
                        if it == 1:  # later ones contract as the Jacobian's rounding lets them
                            is_measured = update > 10.0 * WIDE_NOISE
                            omega[lane] = update / (previous * previous) if is_measured else 0.25 * omega[lane]
                    elif previous > LEAST:
                        omega[lane] = max(update / (previous * previous), 0.5 * omega[lane])
                        if is_mixed and omega[lane] > STEEP:
                            n_wide[lane] = patience[lane]
                            patience[lane] = min(2 * patience[lane], MOST_WIDE_STEPS)
                    if update > 0.25 * previous and update > 1e-11 and not settled[lane]:
                        bad = True
                end = tau[lane] + step[lane] >= 1.0 and points[lane] > 0
                if not bad:
                    if end:
                        # an end point is not believed before one more iteration has measured its error
                        ok = it > 0 and (update < 1e-14 or (settled[lane] and update < FINAL))
                        bad = not ok and (settled[lane] or it >= 8)
                        small = omega[lane] * update * update < 1e-17 or (update < 1e-11 and update > 0.25 * previous)
                        settled[lane] = it > 0 and small
                    else:
                        ok = omega[lane] * update * update < accuracy and update < 1e-3
                        bad = not ok and it >= 3
                        if n_wide[lane] > 0:
                            # where curvature depends on the direction by many orders only convergence tells
                            ok = it > 0 and update < SHARP
                            bad = not ok and it >= 5
                if ok:
                    tau[lane] = 1.0 if end else tau[lane] + step[lane]
                    if end:
                        done = REACHED
                elif bad:
                    if points[lane] == 0:
                        done = BAD_START
                        if resume[lane] > 0.0:
                            done = STALLED if 1.0 - tau[lane] < options[O_ENDGAME_RADIUS] else STEP_TOO_SMALL
                    rejected[lane] += 1
                    falls[lane] += 1
                if ok and not end:
                    old, old_points = step[lane], points[lane]
                    if old_points:
                        falls[lane] = 0
                    points[lane] = min(old_points + 1, HISTORY)
                    take[lane] = 1.0
                    steps[lane] += 1
                    n_wide[lane] = max(n_wide[lane] - 1, min(n_wide[lane], 0))
                    if old_points == 0:
                        h = options[O_FIRST_STEP] if resume[lane] == 0.0 else resume[lane]
                        gap[lane] = distance[lane] = 0.0
                    else:
                        goal = min(trust * 0.25, beta / omega[lane])
                        ratio = goal / max(first_update[lane], 1e-15)
                        if old_points == 1:
                            h = old * np.sqrt(np.sqrt(ratio))
                        else:  # the error is C h^2 (h + distance to the point before)^2: solve h (h + old) = goal
                            goal = np.sqrt(ratio) * old * (old + distance[lane])
                            h = 2.0 * goal / (old + np.sqrt(old * old + 4.0 * goal))
                        distance[lane] = old
                        gap[lane] = 1.0 / old
                        resume[lane] = 0.0
                        h = min(h, growth * old)
                    h = min(h, options[O_MAX_STEP])
                    left = 1.0 - tau[lane]
                    if left < options[O_ENDGAME_RADIUS] and h < 0.5 * left:
                        done = STALLED
                    step[lane] = left if h > 0.95 * left else h
                elif bad and done < 0:
                    excess = first_update[lane] / trust
                    step[lane] *= 0.5 if not excess < 1e12 else max(0.1, min(0.5, excess**-0.25))
                    if is_mixed and falls[lane] == FALLS and points[lane] > 0:
                        resume[lane], step[lane] = max(step[lane], options[O_MIN_STEP]), 0.0
                        points[lane], n_wide[lane] = 0, max(n_wide[lane], patience[lane])
                    elif step[lane] < options[O_MIN_STEP]:
                        done = STALLED if 1.0 - tau[lane] < options[O_ENDGAME_RADIUS] else STEP_TOO_SMALL
                if done < 0 and ticks[lane] >= max_ticks:
                    done = TOO_MANY_STEPS
                if ok or bad:
                    if n_wide[lane] < 0:
                        n_wide[lane] += 1
                    iteration[lane] = 0
                    settled[lane] = False
                    delta = t_to[p] - t_from[p]
                    d_re[lane], d_im[lane] = (delta * rate[lane]).real, (delta * rate[lane]).imag
                    if done < 0:
                        shift[lane] = 1.0
                        t = t_from[p] + (tau[lane] + step[lane]) * delta
                        if tau[lane] + step[lane] >= 1.0:
                            t = t_to[p]
                        rate[lane] = _set_time(reg, n, lane, t, kappa)
                if done >= 0:
                    path[lane] = -1
                    active -= 1
                    outcome[p] = done
                    info[p, TAU], info[p, TICKS], info[p, STEPS] = tau[lane], ticks[lane], steps[lane]
                    info[p, REJECTED], info[p, UPDATE] = rejected[lane], update
                    worst = 0.0
                    for i in range(n):
                        a = fill[i * columns + n]
                        if a >= 0:
                            worst = max(worst, np.hypot(reg[a + lane], reg[a + LANES + lane]))
                    info[p, RESIDUAL] = worst
                    info[p, PIVOT_RATIO] = _pivot_ratio(n, m, lane)
                    info[p, NORM] = np.sqrt(top[lane])
                    info[p, WIDE] = wide_ticks[lane]
                    use_history = not ok and (points[lane] > 0 or resume[lane] > 0.0)
                    for i in range(n):
                        a = i * WIDTH + lane
                        if use_history:
                            x_out[p, i] = complex(hx[a], hx[a + LANES])
                        else:
                            x_out[p, i] = complex(y[a], y[a + LANES])
            any_take, any_shift = False, False
            for lane in range(LANES):
                any_take = any_take or take[lane] > 0
                any_shift = any_shift or shift[lane] > 0
            if any_take:
                remember(n, y, m, hx, hd, take, d_re, d_im)
            if any_shift:
                predict(n, rational, hx, hd, y, step, gap, shift)
