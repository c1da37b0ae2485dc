"""Judging where PHCpack left its paths: polish what arrived, follow what stopped short, name every end.

PHCpack stops a path that goes to infinity, or to a singular solution, somewhere before t = 1 and leaves the judgement
to tolerances (trap I). Here such paths are followed further in the variable s = -log(1 - t). Near t = 1 a path
behaves like x_i = a_i (1 - t)^(-w_i) with rational w_i (Puiseux), that is x_i = a_i exp(w_i s): the logarithmic
derivatives converge, a largest w > 0 that has settled means divergence, and v = dx/ds -> 0 a finite end.
The names given are diagnoses; certification is done elsewhere, on the exact system.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats
from homotopy.engines.phcpack.newton import EXTENDED, Complex, System, newton, solve_scaled, unit_sizes
from homotopy.engines.phcpack.types import PathEnd, Polynomials, RawEnd
from homotopy.status import PathStatus

# (inverse condition, last Newton correction) of a regular end. At a double solution polished with extended residuals
# both are about 1e-10. When the path came in like a power series in 1 - t (decay 1: no winding), an end is called
# regular up to what doubles can bear: deep linear networks have such ends at |x| = 7000 with 3e-12 and 1e-8.
REGULAR = (5e-10, 1e-9)
REGULAR_AFTER_PLAIN_DECAY = (1e-14, 1e-6)
MOVED = 1e-3  # Newton may polish an end point, not carry it to another solution
FAR = 1e7  # with 16 digits, solutions of size 1e7 are solutions at infinity of a slightly rounded system
FIRST_S = 2.0  # t = 0.86: a path that stops before this has met trouble of another kind and is tracked again
LAST_S = 32.0  # 1 - t = 1e-14
ENOUGH = 1e-5  # |z0| of a path that may be said to diverge when its growth has settled
CHECK_EVERY = 0.7
FIRST_CORRECTION = 0.01  # a predictor that is off by more than this, z being of norm 1, might have changed paths
SLOWEST_GROWTH = 0.04  # |x| ~ (1 - t)^-w with w = 1/k for small winding numbers k; k > 25 is not seen in doubles


def homogenized(polynomials: Polynomials, degrees: list[int], n: int) -> System:
    """Return the equations in homogeneous coordinates z0, .., zn with x_i = z_i / z0; the last row is left zero."""
    return System([[(c, (d - sum(m), *m)) for c, m in p] for d, p in zip(degrees, polynomials, strict=True)], n + 1)


class Homotopy:
    """``gamma (1 - t) start + t target`` in homogeneous coordinates, each path on a patch ``a . z = 1`` of its own.

    Paths that come near infinity before t = 1 (they do, when the target is far from generic) are ordinary there.
    """

    def __init__(self, target: Polynomials, start: Polynomials, gamma: complex) -> None:
        n = len(target)
        degrees = [max(sum(m) for _, m in (*f, *g)) for f, g in zip(target, start, strict=True)]
        self.target = System(target, n)
        self.gamma = gamma
        self._target, self._start = homogenized(target, degrees, n), homogenized(start, degrees, n)

    def _jacobian(self, z: Complex, s: Floats, patch: Complex) -> Complex:
        u = np.exp(-s)[:, None, None]
        result = self.gamma * u * self._start.jacobian(z) + (1 - u) * self._target.jacobian(z)
        result[:, -1, :] = patch
        return np.asarray(result)

    def tangent(self, z: Complex, s: Floats, patch: Complex) -> Complex:
        """Return dz/ds for s = -log(1 - t)."""
        right = np.exp(-s)[:, None] * (self.gamma * self._start.values(z) - self._target.values(z))
        return solve_scaled(self._jacobian(z, s, patch), right, np.ones(z.shape))[0]

    def correction(self, z: Complex, s: Floats, patch: Complex) -> Complex:
        """Return one Newton correction at fixed s."""
        fine, u = z.astype(EXTENDED), np.exp(-s.astype(np.longdouble))[:, None]
        value = self.gamma * u * self._start.values(fine) + (1 - u) * self._target.values(fine)
        value[:, -1] = (patch * fine).sum(axis=1) - 1
        return solve_scaled(self._jacobian(z, s, patch), -value.astype(complex), np.ones(z.shape))[0]


def judge(homotopy: Homotopy, raw: list[RawEnd]) -> list[PathEnd]:
    """Return one named end per raw end, in the same order."""
    if not raw:
        return []
    x = np.array([end.x for end in raw], dtype=complex)
    t = np.array([end.t for end in raw])
    ends: list[PathEnd | None] = [None] * len(raw)
    arrived = t >= 1 - 1e-12
    for k, end in zip(np.flatnonzero(arrived), judge_arrived(homotopy.target, x[arrived]), strict=True):
        ends[k] = end
    with np.errstate(all="ignore"):
        s = -np.log(np.maximum(1 - t, 1e-300))
    short = ~arrived & (s >= FIRST_S) & np.isfinite(x).all(axis=1)
    for k, end in zip(np.flatnonzero(short), follow(homotopy, x[short], s[short]), strict=True):
        ends[k] = end
    return [
        PathEnd(r.x, r.t, r.err, r.rco, r.res, PathStatus.FAILED) if end is None else end
        for r, end in zip(raw, ends, strict=True)
    ]


def judge_arrived(target: System, x: Complex, limits: list[tuple[float, float]] | None = None) -> list[PathEnd]:
    """Polish points that should be solutions and name them regular, singular, at infinity or failed."""
    if len(x) == 0:
        return []
    polished, err, rco, res = newton(target, x, 6)
    with np.errstate(all="ignore"):
        moved = np.abs((polished - x) / unit_sizes(x)).max(axis=1)
    ends = []
    for k in range(len(x)):
        least_rco, largest_err = REGULAR if limits is None else limits[k]
        kept = x[k] if not np.isfinite(polished[k]).all() or moved[k] > MOVED else polished[k]
        if not np.isfinite(kept).all() or np.abs(kept).max() > FAR:
            status = PathStatus.AT_INFINITY
        elif moved[k] > MOVED or res[k] > 1e-6:
            status = PathStatus.FAILED
        elif rco[k] >= least_rco and err[k] <= largest_err:
            status = PathStatus.REGULAR
        else:
            status = PathStatus.SINGULAR
        numbers = (float(err[k]), float(rco[k]), float(res[k]))
        ends.append(PathEnd(tuple(complex(z) for z in kept), 1.0, *numbers, status))
    return ends


class _Follower:
    """The state of the paths that are being followed in s."""

    def __init__(self, homotopy: Homotopy, x: Complex, s: Floats) -> None:
        n_paths = len(x)
        self.homotopy = homotopy
        self.z: Complex = np.hstack([np.ones((n_paths, 1)), x])
        self.patch = np.empty_like(self.z)
        self.s = s.copy()
        self.h = np.full(n_paths, 0.1)
        self.choose_patches(np.arange(n_paths))
        self.v = homotopy.tangent(self.z, self.s, self.patch)
        self.active: npt.NDArray[np.bool_] = np.asarray(np.isfinite(self.v).all(axis=1))
        self.checkpoint = s + CHECK_EVERY
        self.last_growth = np.full(n_paths, np.nan)
        self.last_speed = np.full(n_paths, np.nan)
        self.n_settled = np.zeros(n_paths, dtype=int)
        self.decay = np.zeros(n_paths)  # -d log(speed) / ds over the last interval

    def choose_patches(self, which: npt.NDArray[np.int64]) -> None:
        """Move to the patch on which z has norm 1 and is perpendicular to the patch's hyperplane at infinity."""
        self.z[which] /= np.sqrt((np.abs(self.z[which]) ** 2).sum(axis=1))[:, None]
        self.patch[which] = self.z[which].conj()

    @property
    def x(self) -> Complex:
        """The affine points."""
        return np.asarray(self.z[:, 1:] / self.z[:, :1])

    def growth(self) -> Floats:
        """Return d log(1/|z0|) / ds, z being of norm 1: the growth of |x| when |x| is large."""
        return np.asarray(-(self.v[:, 0] / self.z[:, 0]).real)

    def speed(self) -> Floats:
        """Return |dx/ds| relative to the unknowns."""
        x = self.x
        motion = (self.v[:, 1:] - x * self.v[:, :1]) / self.z[:, :1]
        return np.asarray(np.abs(motion / unit_sizes(x)).max(axis=1))

    def step(self) -> None:
        """Try one step of every active path; reduce or enlarge its step size."""
        a = np.flatnonzero(self.active)
        z, v, h, patch = self.z[a], self.v[a], self.h[a], self.patch[a]
        rate = np.where(np.abs(z) > 1e-12, v / np.where(z == 0, 1, z), np.inf)
        power_law = np.abs(rate) * h[:, None] < 1
        trial = np.where(power_law, z * np.exp(np.where(power_law, rate, 0) * h[:, None]), z + h[:, None] * v)
        s = self.s[a] + h
        first, last = np.zeros(len(a)), np.zeros(len(a))
        for k in range(4):
            dz = self.homotopy.correction(trial, s, patch)
            trial = trial + dz
            last = np.abs(dz).max(axis=1)
            first = last if k == 0 else first
            if np.nanmax(last, initial=0.0) < 1e-13:
                break
        good = (first < FIRST_CORRECTION) & (last < 1e-10)
        v_new = self.homotopy.tangent(trial, s, patch)
        good &= np.isfinite(v_new).all(axis=1) & np.isfinite(trial).all(axis=1)
        ok = a[good]
        self.z[ok], self.s[ok], self.v[ok] = trial[good], s[good], v_new[good]
        self.h[a] = np.where(good, np.where(first < FIRST_CORRECTION / 8, np.minimum(1.5 * h, 1.0), h), h / 2)
        self.active[a] = (self.h[a] > 1e-7) & (self.s[a] < LAST_S)

    def check(self) -> None:
        """At checkpoints, see whether growth has settled (divergence) or motion has died out (arrival)."""
        now = self.active & (self.s >= self.checkpoint)
        if not now.any():
            return
        growth, speed = self.growth(), self.speed()
        steady = np.abs(growth - self.last_growth) < 0.02 + 0.05 * np.abs(growth)
        settled = (growth > SLOWEST_GROWTH) & steady
        self.n_settled[now] = np.where(settled, self.n_settled + 1, 0)[now]
        interval = np.maximum(self.s - (self.checkpoint - CHECK_EVERY), 1e-3)
        decay = np.log(np.maximum(self.last_speed, 1e-300) / np.maximum(speed, 1e-300)) / interval
        self.decay[now] = decay[now]
        self.last_growth[now], self.last_speed[now] = growth[now], speed[now]
        self.checkpoint[now] = self.s[now] + CHECK_EVERY
        # Not before |x| = 1e5: paths to finite solutions of size R grow like paths to infinity up to that size, and
        # deep linear networks of eight weights have solutions of size 7000.
        large = np.abs(self.z[:, 0]) < ENOUGH
        self.active &= ~((self.n_settled >= 3) & large) & (speed > 1e-7)
        which = np.flatnonzero(now)
        self.choose_patches(which)
        self.v[which] = self.homotopy.tangent(self.z[which], self.s[which], self.patch[which])


def follow(homotopy: Homotopy, x: Complex, s: Floats) -> list[PathEnd]:
    """Follow paths from s = -log(1 - t) towards t = 1 and name their ends."""
    if len(x) == 0:
        return []
    with np.errstate(all="ignore"):
        state = _Follower(homotopy, x, s)
        for _ in range(2000):
            if not state.active.any():
                break
            state.step()
            state.check()
        return _name(homotopy.target, state)


def _name(target: System, state: _Follower) -> list[PathEnd]:
    x, growth, speed = state.x, state.growth(), state.speed()
    size = np.abs(x).max(axis=1)
    infinite = ((state.n_settled >= 2) & (size > 10)) | ((size > FAR) & (state.s > 9))
    infinite |= (growth > SLOWEST_GROWTH) & (size > 1e4) & (state.s > 20)  # where doubles give out
    plain = np.abs(state.decay - 1) < 0.2
    limits = [REGULAR_AFTER_PLAIN_DECAY if p else REGULAR for p in plain]
    # What is left of the motion is dx/ds exp(-decay (s' - s)), so the limit is x + dx/ds / decay.
    left = np.where(state.decay > 0.02, 1 / np.maximum(state.decay, 0.02), 0.0)
    motion = (state.v[:, 1:] - x * state.v[:, :1]) / state.z[:, :1]
    ends_at = np.where(infinite[:, None], x, x + motion * left[:, None])
    ends: list[PathEnd] = []
    for k, end in enumerate(judge_arrived(target, ends_at, limits)):
        t = float(1 - np.exp(-state.s[k]))
        stopped = PathEnd(tuple(complex(w) for w in x[k]), t, end.err, end.rco, end.res, PathStatus.FAILED)
        if infinite[k]:
            ends.append(replace(stopped, status=PathStatus.AT_INFINITY))
        elif end.status in (PathStatus.REGULAR, PathStatus.SINGULAR) and speed[k] < 0.05:
            ends.append(end)
        else:
            ends.append(stopped)
    return ends
