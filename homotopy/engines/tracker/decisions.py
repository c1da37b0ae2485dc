"""What each lane does after a Newton iteration, for all lanes at once: accept, refuse, doubt, end, choose a step."""

# numba types an intrinsic by the function that makes it, one argument longer, and types its helpers not at all
# mypy: disable-error-code="call-arg,no-untyped-call,arg-type,misc"

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from homotopy.common.vectors import Lanes, Mask, State, Vec, Words
from homotopy.engines.tracker import lane_state as row
from homotopy.engines.tracker.stepping import HISTORY, remember

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

LEAST_SCALE, MOST_SCALE = 1e-4, 1e6  # of the squared ratio of the predictor's error to what the misfit told
BLIND = 0.7  # of the step that the last error alone asks for, where there is no misfit
DOUBTFUL = 2.5  # largest ratio of the step that the misfit asks for to the one that the last error asks for
NEAR = 1e-2  # of the radius of the end game: a path this close to the end that cannot step over the rest is left to it

# outcome codes
REACHED, STALLED, STEP_TOO_SMALL, TOO_MANY_STEPS, BAD_START = 0, 1, 2, 3, 4
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
    O_FLOOR,
    O_MAX_STEP,
    O_MIXED,
) = range(11)


class _Lanes:
    """The decisions of one iteration; each method reads and writes the state."""

    def __init__(self, e: Words, s: State, options: Any) -> None:
        self.e, self.s, self.b = e, s, e.b
        self._options = options
        self.update, self.previous = e.sqrt(s[row.UPDATE2]), s[row.LAST]
        self.at_start, self.is_first = s[row.POINTS] <= 0, s[row.ITERATION] <= 0
        self.is_mixed = self.option(O_MIXED) > 0

    def option(self, number: int) -> Vec:
        return self.e.fill(self.b.load(self.b.gep(self._options, [self.e.i64(number)])))

    def be_patient(self, mask: Mask) -> None:
        """Wide residuals for a while, and for twice as long next time."""
        s = self.s
        s.put(mask, row.N_WIDE, s[row.PATIENCE])
        s.put(mask, row.PATIENCE, (2 * s[row.PATIENCE]).least(MOST_WIDE_STEPS))

    def hold(self, n: Any, y: Lanes, m: Lanes, kept: Lanes) -> Mask:
        """Lanes whose update is taken back, to be repeated with a wide residual; the others go on."""
        e, s, b = self.e, self.s, self.b
        live, update, previous = s[row.LIVE] > 0, self.update, self.previous
        s[row.TICKS] = s[row.TICKS] + s[row.LIVE]
        is_narrow = self.is_mixed & live & (s[row.N_WIDE] <= 0) & (s[row.N_WIDE] >= 0)
        ill = is_narrow & self.at_start & self.is_first & (update < START) & ~(s[row.PIVOTS] > ILL)
        asked = live & (s[row.ASKED] > 0)
        with b.if_then(asked.any()):
            confirmed = _distance(e, n, y, kept, s[row.TOP]) > 0.1 * s[row.DOUBTED]
            self.be_patient(asked & confirmed)
            s.put(asked & ~confirmed, row.N_WIDE, -RESPITE)
        limit = ASK * previous + BEND * previous * previous
        least = self.at_start.number(SHARP, 1e-9)
        limit = self.at_start.number(SHARP, 1e300).where(self.is_first, limit)
        doubt = is_narrow & ~ill & ~asked & (update > least) & (update < 0.1) & (update > limit)
        s[row.ASKED] = doubt.number()
        s.put(doubt, row.DOUBTED, update)
        s.put(doubt, row.N_WIDE, 1)
        s.put(ill, row.N_WIDE, s[row.PATIENCE])
        held = ill | doubt
        with b.if_then(held.any()):
            _take_back(e, n, y, m, kept, held)
        return live & ~held

    def judge(self, going: Mask) -> tuple[Mask, Mask, Mask]:
        """Which lanes are at an end point, accept their point, refuse it."""
        s, update, previous, is_first = self.s, self.update, self.previous, self.is_first
        s.put(going, row.LAST, update)
        s.put(going, row.ITERATION, s[row.ITERATION] + 1)
        s.put(going & is_first, row.FIRST, update)
        bad = ~(update < 1e300)
        # a start solution that Newton would move is not the one that was meant
        is_moved = self.at_start & ~(s[row.RESUME] > 0)
        allowed = self.option(O_TRUST).where(~is_moved, START)
        later = going & ~is_first & ~bad
        bad = bad | (is_first & (update > allowed))
        # the contraction measures the curvature, unless rounding already rules it
        curvature, omega = update / (previous * previous), s[row.OMEGA]
        is_wide = s[row.N_WIDE] > 0
        # with wide residuals, later iterations contract as the Jacobian's rounding lets them
        second = later & is_wide & (s[row.ITERATION] <= 2)
        s.put(second, row.OMEGA, curvature.where(update > 10.0 * WIDE_NOISE, 0.25 * omega))
        measured = later & ~is_wide & (previous > LEAST)
        s.put(measured, row.OMEGA, curvature.largest(0.5 * omega))
        self.be_patient(measured & self.is_mixed & (s[row.OMEGA] > STEEP))
        settled = s[row.SETTLED] > 0
        crawls = update > 0.25 * previous
        bad = bad | (later & crawls & (update > 1e-11) & ~settled)
        end = (s[row.TAU] + s[row.STEP] >= 1.0) & ~self.at_start
        # an end point is not believed before one more iteration has measured its error
        error = s[row.OMEGA] * update * update
        end_ok = ~is_first & ((update < 1e-14) | (settled & (update < FINAL)))
        end_bad = settled | (s[row.ITERATION] >= 9)
        # where curvature depends on the direction by many orders only convergence tells
        is_wide = s[row.N_WIDE] > 0
        # a second iteration has measured the contraction: a point ten times as far off does the predictor no harm
        accuracy, farthest = self.option(O_ACCURACY), is_first.number(1e-3, 1e-2)
        near = (error < accuracy.where(is_first, 10.0 * accuracy)) & (update < farthest)
        way_ok = (~is_first & (update < SHARP)) & is_wide | near & ~is_wide
        way_bad = s[row.ITERATION] >= is_wide.number(6, 4)
        small = (error < 1e-17) | ((update < 1e-11) & crawls)
        s.put(going & end & ~bad, row.SETTLED, (small & ~is_first).number())
        ok = going & ~bad & (end_ok & end | way_ok & ~end)
        s[row.TAKE] = (ok & ~end).number()
        bad = going & ~ok & (bad | end_bad & end | way_bad & ~end)
        return end, ok, bad

    def accept(self, end: Mask, ok: Mask) -> None:
        """Go to the new point; unless it is the end, choose the next step."""
        e, s, option = self.e, self.s, self.option
        s.put(ok, row.TAU, (s[row.TAU] + s[row.STEP]).where(~end, 1.0))
        s.put(ok & end, row.DONE, REACHED)
        on, old, distance = ok & ~end, s[row.STEP], s[row.DISTANCE]
        more = on & ~self.at_start
        s.put(more, row.FALLS, 0)
        s[row.STEPS] = s[row.STEPS] + on.number()
        s.put(on & (s[row.N_WIDE] > 0), row.N_WIDE, s[row.N_WIDE] - 1)
        # a large curvature that no second iteration measures again is forgotten: steps would stay as short for good
        omega = s[row.OMEGA]
        s.put(more & self.is_first, row.OMEGA, (0.5 * omega).largest(omega.least(1.0)))
        goal = (option(O_BETA) / s[row.OMEGA]).least(option(O_TRUST) * 0.25)
        first, has_third = s[row.FIRST].largest(1e-15), s[row.POINTS] >= HISTORY - 1
        # the error was scale * misfit * z^2 (z + 1)^2 (z + r) / |Q(z)|, and the scale changes slowly
        said = more & (s[row.POINTS] >= HISTORY) & (s[row.TOLD] > 0)
        scale = e.sqrt(s[row.SCALE] * first * first / s[row.TOLD])
        s.put(said, row.SCALE, scale.largest(LEAST_SCALE).least(MOST_SCALE))
        s.put(on, row.SHARE, (old / (old + distance)).where(more & has_third, 0.0))
        # what the last error alone tells; rounding fits no denominator
        plain = old * e.sqrt(e.sqrt(goal / first))
        h = (old * self.reach(goal)).largest(plain / DOUBTFUL).least(DOUBTFUL * plain)
        h = h.where(has_third & (s[row.MISFIT] > 0), BLIND * plain).least(option(O_GROWTH) * old)
        resumed = s[row.RESUME] > 0
        h = h.where(more, s[row.RESUME].where(resumed, option(O_FIRST_STEP))).least(option(O_MAX_STEP))
        s.put(on, row.GAP, (1.0 / old).where(more, 0.0))
        s.put(on, row.DISTANCE, old.where(more, 0.0))
        s.put(more, row.RESUME, 0)
        s.put(on, row.POINTS, (s[row.POINTS] + 1).least(HISTORY))
        left = 1.0 - s[row.TAU]
        is_last = h > 0.95 * left
        radius = option(O_ENDGAME_RADIUS)
        s.put(on & (left < radius) & (h < 0.5 * left), row.DONE, STALLED)
        # a rational predictor goes on in steps of half the distance towards a multiple end point, until rounding is all
        s.put(on & (left < NEAR * radius) & ~is_last, row.DONE, STALLED)
        s.put(on, row.STEP, left.where(is_last, h))

    def reach(self, goal: Vec) -> Vec:
        """The step, in units of the last one, for which the predictor's error is as wanted: two rounds of a fixed point."""
        e, s = self.e, self.s
        wanted = goal * goal / (s[row.SCALE] * s[row.MISFIT]).largest(1e-60)
        z, r = e.const(1.0), 1.0 / s[row.SHARE].largest(1e-3)
        for _ in range(2):
            re = 1.0 + z * (s[row.Q1_RE] + z * s[row.Q2_RE])
            im = z * (s[row.Q1_IM] + z * s[row.Q2_IM])
            product = e.sqrt(e.sqrt(wanted * (re * re + im * im)) / (z + r))
            z = 2.0 * product / (1.0 + e.sqrt(1.0 + 4.0 * product))
        return z

    def refuse(self, bad: Mask) -> None:
        """Shorten the step, correct the point it starts from, or give the path up."""
        e, s, option = self.e, self.s, self.option
        s[row.REJECTED] = s[row.REJECTED] + bad.number()
        s[row.FALLS] = s[row.FALLS] + bad.number()
        is_close = (1.0 - s[row.TAU]) < option(O_ENDGAME_RADIUS)
        too_small = is_close.number(STALLED, STEP_TOO_SMALL)
        s.put(bad & self.at_start, row.DONE, too_small.where(s[row.RESUME] > 0, BAD_START))
        on = bad & ~self.at_start
        s.put(on & (1.0 - s[row.TAU] < NEAR * option(O_ENDGAME_RADIUS)) & (s[row.TAU] + s[row.STEP] >= 1.0), row.DONE, STALLED)
        excess = s[row.FIRST] / option(O_TRUST)
        factor = (1.0 / e.sqrt(e.sqrt(excess))).least(0.5).largest(0.1).where(excess < 1e12, 0.5)
        s.put(on, row.STEP, s[row.STEP] * factor)
        again = on & self.is_mixed & (s[row.FALLS] >= FALLS) & (s[row.FALLS] <= FALLS)
        s.put(on & ~again & (s[row.STEP] < option(O_MIN_STEP)), row.DONE, too_small)
        s.put(again, row.RESUME, s[row.STEP].largest(option(O_MIN_STEP)))
        s.put(again, row.STEP, 0)
        s.put(again, row.POINTS, 0)
        s.put(again, row.N_WIDE, s[row.N_WIDE].largest(s[row.PATIENCE]))

    def move(self, going: Mask, turned: Mask) -> Mask:
        """Where the lanes that accepted or refused a point go; returns those whose paths are over."""
        s = self.s
        late = going & (s[row.DONE] < 0) & ~(s[row.TICKS] < self.option(O_MAX_TICKS))
        s.put(late, row.DONE, TOO_MANY_STEPS)
        over = going & (s[row.DONE] >= 0)
        s.put(turned & (s[row.N_WIDE] < 0), row.N_WIDE, s[row.N_WIDE] + 1)
        s.put(turned, row.ITERATION, 0)
        s.put(turned, row.SETTLED, 0)
        start, stop = ((s[row.FROM_RE], s[row.FROM_IM]), (s[row.TO_RE], s[row.TO_IM]))
        delta = [b - a for a, b in zip(start, stop, strict=True)]
        shift = turned & ~over
        s[row.SHIFT] = s[row.MOVED] = shift.number()
        part = s[row.TAU] + s[row.STEP]
        for k, u in enumerate((row.U_RE, row.U_IM)):
            s.put(shift, u, (start[k] + part * delta[k]).where(part < 1.0, stop[k]))
        return over


def _distance(e: Words, n: Any, y: Lanes, kept: Lanes, top: Vec) -> Vec:
    """Largest difference of y from what was kept, relative to the largest coordinate."""
    worst = e.var(e.const(0.0).value)
    with e.rows(n) as loop:
        re, im = e.at(loop.index)
        a, c = y[re] - kept[re], y[im] - kept[im]
        e.b.store((a * a + c * c).largest(Vec(e.b, e.b.load(worst))).value, worst)
    return e.sqrt(Vec(e.b, e.b.load(worst)) / top)


def _take_back(e: Words, n: Any, y: Lanes, m: Lanes, kept: Lanes, held: Mask) -> None:
    """Undo the Newton update of some lanes; where it led is kept."""
    columns = e.b.add(n, e.i64(2))
    with e.rows(n) as loop:
        for o, d in zip(e.at(loop.index), e.at(loop.index, columns, n), strict=True):
            kept[o] = y[o].where(held, kept[o])
            y[o] = (y[o] + m[d]).where(held, y[o])


@intrinsic
def decide(typingctx: Any, n: Any, y: Any, m: Any, kept: Any, hx: Any, hd: Any, lanes: Any, options: Any) -> Any:
    """Each lane decides, from its Newton update; returns a bit for each lane whose path is over."""
    sig = types.int64(n, y, m, kept, hx, hd, lanes, options)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Words(context, b)
        y, m, kept, hx, hd = (e.lanes(sig.args[i], args[i]) for i in range(1, 6))
        s = e.state(sig.args[6], args[6])
        work = _Lanes(e, s, e.data(sig.args[7], args[7]))
        s[row.DONE] = e.const(-1.0)
        going = work.hold(args[0], y, m, kept)
        end, ok, bad = work.judge(going)
        remember(e, args[0], y, m, hx, hd, s, work.option(O_FLOOR))
        work.accept(end, ok)
        work.refuse(bad)
        over = work.move(going, ok | bad)
        s[row.IS_HISTORY] = (~ok & ((s[row.POINTS] > 0) | (s[row.RESUME] > 0))).number()
        s.put(over, row.LIVE, 0)
        return over.bits()

    return sig, codegen


@intrinsic
def set_times(typingctx: Any, n: Any, kappa: Any, reg: Any, lanes: Any) -> Any:
    """In the lanes that moved: t = kappa u / (1 - u + kappa u) and s = 1 - t into registers n, n + 1, and dt/du.

    kappa = |p0| / |p1| balances the two ends: without it couplings of size 1e8 would do everything at t = 1e-8.
    """
    sig = types.void(n, kappa, reg, lanes)

    def codegen(context: Any, b: Any, sig: Any, args: Any) -> Any:
        e = Words(context, b)
        n, k = args[0], e.fill(args[1])
        reg, s = e.lanes(sig.args[2], args[2]), e.state(sig.args[3], args[3])
        moved, re, im = s[row.MOVED] > 0, s[row.U_RE], s[row.U_IM]
        # 1 / (1 - u + kappa u) (Smith's division, exact for real u)
        x, y = 1.0 - re + k * re, k * im - im
        is_flat = x * x >= y * y
        ratio = (y / x).where(is_flat, x / y)
        scale = 1.0 / (x + y * ratio).where(is_flat, x * ratio + y)
        a = scale.where(is_flat, ratio * scale)
        c = 0.0 - (ratio * scale).where(is_flat, scale)
        t = k * (re * a - im * c), k * (re * c + im * a)
        rest = (1.0 - re) * a + im * c, (1.0 - re) * c - im * a
        for place, values in ((n, t), (b.add(n, e.i64(1)), rest)):
            for o, value in zip(e.at(place), values, strict=True):
                reg[o] = value.where(moved, reg[o])
        s.put(moved, row.RATE_RE, k * (a * a - c * c))
        s.put(moved, row.RATE_IM, 2.0 * k * a * c)
        s[row.MOVED] = e.const(0.0)
        return context.get_dummy_value()

    return sig, codegen
