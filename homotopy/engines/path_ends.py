"""Where paths end, in exact data and long floating-point numbers: finite points however far, or infinity.

Close to its end, v -> 0, a path is a Puiseux series x_i = a_i v^(-w_i) (1 + ..) in v^(1/c), c its winding number. Double
precision sees it down to v = 1e-8 or so, and a path to a finite point of size R grows like one to infinity until
v is a negative power of R. Here it is followed down to v = 1e-60 in sigma = -log v, with as many digits as Newton's method
asks for and with the target's coefficients exactly as they are. The logarithms of the coordinates are predicted as
a - w sigma + sum_k b_k exp(-k sigma / c), with the c that has predicted the last place best.

What is reached is decided in a chart of projective space, h (1, x) on a generic hyperplane: c loops around v = 0
close, and the mean of h over them is h at the end of the path (Cauchy; Morgan, Sommese & Wampler 1991). The path
ends at infinity where that is zero, and not because it grows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from operator import mul

import numpy as np
import numpy.typing as npt
from flint import acb, acb_mat, arb, ctx, fmpq

from homotopy.common import reporting
from homotopy.common.arrays import Complexes
from homotopy.status import PathStatus
from polysys.algebra.algebraic_points import fraction
from polysys.tape import Recorder, Tape

LAST = 138.0  # -log v at the end: v = 1e-60
ZERO = 1e-20  # |h| at the end of a path to infinity: finite points of size up to 1e20 are told from it
MAX_WINDING = 30
_LOOPS = (6, 16, 40)  # points on a loop
_CLOSED = 1e-6  # largest gap of a closed loop, relative to how far the loop leads from its start
_SLOW = 1e-3  # rates below which it is tried whether a path has arrived
_FINITE = 1e-7  # relative move from the last v to v = 0 of a path that has arrived
_GROWTH = 0.01  # smallest exponent of a growing norm: 1/c for winding numbers c
_SETTLED = 1e-4  # largest change of the exponents over the last part of the way
_FIRST = 0.01  # largest first Newton update, relative to each coordinate: another path is farther
_START = 1e-5  # the same where a path is taken over
_CONTRACTION = 0.02  # largest ratio of the second update to the first: where it is larger, other paths are near
_SHARP = 0.5  # the last update is below this power of the rounding unit: where leading terms cancel, 1e-20 matters
_SHARPER = 1e-3  # ratio of last updates that shows rounding when digits are added
_WELL = 1e-9  # error of a predictor that is left as it is
_WINDINGS = (*range(1, 11), 12, 14, 15, 16, 18, 20, 24, 30)
_LONGEST, _SHORTEST, _FIRST_STEP = 8.0, 1e-7, 1e-3
_MOST_STEPS, _MOST_BITS = 2500, 4000
_FOR_WINDING = 5  # of them that winding numbers are chosen by: twenty are tried, and that takes as long as a step
_HISTORY = 8  # places that the predictor interpolates, with the derivatives there

ExactPoint = tuple[tuple[Fraction, Fraction], ...]  # real and imaginary parts


@dataclass(frozen=True, slots=True, eq=False)
class PathEndpoint:
    """The end of a path: REGULAR (an isolated solution in the rounding to doubles), SINGULAR, AT_INFINITY or FAILED.

    `winding` is zero where no loop was closed; `log10_size` is that of the largest coordinate where the path was last seen.
    `n_steps` were tried. `exact` is a regular end with all its digits: a certificate may need more than doubles have.
    """

    status: PathStatus
    x: Complexes
    winding: int = 0
    log10_size: float = 0.0
    n_steps: int = 0
    exact: ExactPoint = ()


class ExactHomotopy:
    """F(x; s p + (1 - s) q), s = v / (v + kappa (1 - v)), in complex floating-point numbers of any length.

    Parameters
    ----------
    tape : Tape
        n unknowns, k parameters, n outputs.
    start : complex array (k,)
        p, taken exactly.
    target : sequence of k Fraction
        q.
    kappa : float
        The speed with which the way from p to q is gone near q, relative to that near p.
    """

    def __init__(self, tape: Tape, start: Complexes, target: Sequence[Fraction], kappa: float = 1.0) -> None:
        self.n = tape.n_variables
        recorder = Recorder(self.n, tape.n_parameters)
        nodes = tape.evaluate(recorder.variables, recorder.parameters, recorder.constant)
        rows = [recorder.gradient(node, recorder.variables) for node in nodes]
        self._tape = recorder.tape([*nodes, *(d for row in rows for d in row)])
        self._values = recorder.tape(nodes)
        self.cost = len(self._tape.ops)
        self._start, self._target, self._kappa = [complex(p) for p in start], list(target), kappa
        self._bits = 0
        self._constants: dict[Fraction, acb] = {}
        self._p: list[acb] = []
        self._q: list[acb] = []

    def _set_precision(self) -> None:
        """Bring the parameters to the current precision."""
        if self._bits != ctx.prec:
            self._bits = ctx.prec
            self._constants = {}
            self._p, self._q = [acb(p) for p in self._start], [acb(_ball(q)) for q in self._target]

    def _constant(self, c: Fraction) -> acb:
        value = self._constants.get(c)
        if value is None:
            value = self._constants[c] = acb(_ball(c))
        return value

    def newton(self, x: list[acb], v: acb | None, floor: float = 0.0, most: int = 12) -> Newton:
        """Newton's method at v (None: at the target).

        Updates are measured against each coordinate, or against `floor` times the largest.
        """
        self._set_precision()
        n, sharp = self.n, 2.0 ** max(-1000.0, -_SHARP * ctx.prec)
        parameters = self._q if v is None else self._parameters(v)
        updates: list[float] = []
        for _ in range(most):
            values = self._tape.evaluate(x, parameters, self._constant)
            try:
                delta = acb_mat(n, n, values[n:]).solve(acb_mat(n, 1, values[:n]), algorithm="approx")
            except ZeroDivisionError:
                break
            move = [delta[i, 0] for i in range(n)]
            least = floor * max(map(abs, x), key=_upper) if floor else arb(0)
            updates.append(max(_ratio(d, abs(c) + least) for d, c in zip(move, x, strict=True)))
            if not updates[-1] < 1e10:
                break
            before, x = x, [_middle(c - d) for c, d in zip(x, move, strict=True)]
            if updates[-1] < sharp:
                contraction = updates[1] / updates[0] if len(updates) > 1 else 0.0
                rates = [] if v is None else self._rates(before, v, values)
                return Newton(x, True, updates[0], updates[-1], contraction, rates)
            if len(updates) > 1 and updates[-1] > (_CONTRACTION if len(updates) == 2 else 0.5) * updates[-2]:
                break
        first = updates[0] if updates else math.inf
        came_close = len(updates) > 2 and updates[-1] < 1e-6 * min(first, 1.0)
        return Newton(x, False, first, updates[-1] if came_close else math.inf)

    def _parameters(self, v: acb) -> list[acb]:
        s = v / (v + self._kappa * (1 - v))
        return [p * s + q * (1 - s) for p, q in zip(self._p, self._q, strict=True)]

    def _rates(self, x: list[acb], v: acb, values: list[acb]) -> list[acb]:
        """d log x / d sigma at a point of the path, from the values and derivatives there: a quotient of differences to half the digits."""
        n, h = self.n, arb((1, -(ctx.prec // 2)))
        moved = self._values.evaluate(x, self._parameters(v * (-h).exp()), self._constant)
        change = acb_mat(n, 1, [(b - a) / h for a, b in zip(values[:n], moved, strict=True)])
        try:
            rates = acb_mat(n, n, values[n:]).solve(change, algorithm="approx")
        except ZeroDivisionError:
            return []
        return [_middle(-rates[i, 0] / c) for i, c in enumerate(x)]


@dataclass(frozen=True, slots=True, eq=False)
class Newton:
    """Where Newton's method came to, whether it converged, its first update, the last one (inf where it came never close),
    the ratio of the second to the first, and d log x / d sigma."""

    x: list[acb]
    has_converged: bool
    first: float
    last: float
    contraction: float = 1.0
    rates: Sequence[acb] = ()


def follow_to_end(homotopy: ExactHomotopy, x: Complexes, v: float) -> PathEndpoint:
    """Follow the path through x at v (a double, real) to v = 0 and say where it ends.

    Examples
    --------
    One root of q_0 x^2 + q_1 x + q_2 goes to infinity where q_0 vanishes; it does not for q_0 = 1e-12:

    >>> import numpy as np
    >>> from polysys.tape import trace
    >>> tape = trace(lambda x, q: [q[0] * x[0] * x[0] + q[1] * x[0] + q[2]], 1, 3)
    >>> for first in (Fraction(0), Fraction(1, 10**12)):
    ...     homotopy = ExactHomotopy(tape, np.array([1j, 1.0, 1.0]), [first, Fraction(1), Fraction(1)])
    ...     x = np.array([(-1 - (1 - 4e-6j) ** 0.5) / 2e-6j])
    ...     print(follow_to_end(homotopy, x, 1e-6).status.value)
    at_infinity
    regular
    """
    before = ctx.prec
    try:
        follower = _Follower(homotopy, x, -math.log(v))
        return replace(follower.run(), n_steps=follower.n_steps)
    finally:
        ctx.prec = before


@dataclass(frozen=True, slots=True, eq=False)
class FarPath:
    """A path that can be followed: its homotopy, places (v, x) on it to start from, and its live unknowns,
    which are `scales` times those of the homotopy."""

    homotopy: ExactHomotopy
    places: tuple[tuple[float, Complexes], ...]
    alive: tuple[int, ...]
    n: int
    scales: npt.NDArray[np.float64] | float = 1.0

    def end(self) -> PathEndpoint:
        """Where it ends, in all unknowns."""
        found = PathEndpoint(PathStatus.FAILED, np.full(len(self.alive), np.nan, complex))
        n_steps = 0
        for v, x in self.places:
            found = follow_to_end(self.homotopy, x, v)
            n_steps += found.n_steps
            if found.status is not PathStatus.FAILED or found.n_steps == _MOST_STEPS:
                break
        whole = np.zeros(self.n, complex)
        whole[list(self.alive)] = found.x * self.scales
        return replace(found, x=whole, n_steps=n_steps, exact=self._in_all_unknowns(found.exact))

    def _in_all_unknowns(self, exact: ExactPoint) -> ExactPoint:
        if not exact:
            return ()
        whole = [(Fraction(0), Fraction(0))] * self.n
        scales = np.broadcast_to(self.scales, len(self.alive)).tolist()
        for k, (re, im), scale in zip(self.alive, exact, map(Fraction, scales), strict=True):
            whole[k] = re * scale, im * scale
        return tuple(whole)


Place = tuple[acb, list[acb], Sequence[acb]]  # sigma, the logarithms of the coordinates there, and their derivatives


class _Follower:
    """One path and the places seen so far."""

    def __init__(self, homotopy: ExactHomotopy, x: Complexes, sigma: float) -> None:
        self.homotopy, self.sigma, self.start = homotopy, sigma, x
        self.bits_a_nat = 6.0
        self.seen: list[Place] = []
        self.x: list[acb] = []
        self.contraction = 0.0
        self.n_steps = 0
        self.winding: int | None = None  # of the predictor; None: a polynomial in sigma

    def run(self) -> PathEndpoint:
        failed = PathEndpoint(PathStatus.FAILED, self.start)
        if not (len(self.start) and np.isfinite(self.start).all() and np.abs(self.start).min() > 0):
            return failed
        self._set_precision()
        found = self._newton([acb(complex(v)) for v in self.start], self.sigma)
        if found is None:
            return failed
        self.x, self.seen = found.x, [(acb(self.sigma), [v.log() for v in found.x], found.rates)]
        step = _FIRST_STEP
        while self.n_steps < _MOST_STEPS:
            reporting.check()
            self.n_steps += 1
            step = self._step(min(step, LAST - self.sigma))
            if step < _SHORTEST:
                return failed
            if self._is_slow():
                end = self._arrive()
                if end is not None:
                    return end
            if self.sigma >= LAST:
                return self._decide() or failed
        return failed

    def _set_precision(self) -> None:
        ctx.prec = min(_MOST_BITS, 128 + int(self.bits_a_nat * self.sigma))

    def _newton(self, x: list[acb], sigma: float, angle: arb | int = 0) -> Newton | None:
        """Newton's method at v = exp(-sigma + i angle), with more digits where it needs them."""
        bits, last = self.bits_a_nat, math.inf
        while True:
            v = acb(arb(-sigma), angle).exp()
            found = self.homotopy.newton(x, v)
            if found.has_converged:
                self.contraction = found.contraction
                return found if found.first < (_FIRST if self.seen else _START) else None
            # more digits make the last update smaller if it was rounding, and do not if the place was too far off
            if not found.last < _SHARPER * last or ctx.prec >= _MOST_BITS:
                self.bits_a_nat = bits
                return None
            last = found.last
            self.bits_a_nat *= 1.5
            self._set_precision()

    def _step(self, h: float) -> float:
        """Try a step; the length of the next one."""
        sigma = self.sigma + h
        # as many digits here: where leading terms cancel, Newton's method converges from very near only
        self._set_precision()
        logs = self._predict(self.seen[-_HISTORY:], acb(sigma), self.winding)
        trial = [_middle(y.exp()) for y in logs]
        found = self._newton(trial, sigma)
        if found is None:
            self._choose_winding()
            return h / 2
        logs = [_middle(y + (v / t).log()) for y, v, t in zip(logs, found.x, trial, strict=True)]
        self.sigma, self.x = sigma, found.x
        self.seen = [*self.seen[-_HISTORY:], (acb(sigma), logs, found.rates)]
        off = max(_ratio(v - t, v) for v, t in zip(found.x, trial, strict=True))
        if off > _WELL:
            self._choose_winding()
        # how near Newton's method must begin shows in its contraction; the predictor's error grows with a power of the step
        is_easy = off < _FIRST / 10 and self.contraction < _CONTRACTION / 50
        return min(2 * h if is_easy else h if self.contraction < _CONTRACTION / 4 else 0.7 * h, _LONGEST)

    def _predict(self, places: list[Place], sigma: acb, winding: int | None) -> list[acb]:
        """Logarithms of the coordinates at sigma from those at some places, and their derivatives there where all are known."""
        last, has_rates = places[-1][0], all(rates for _, _, rates in places)
        m = len(places) * (2 if has_rates else 1)

        def basis(place: acb) -> tuple[list[acb], list[acb]]:
            """Functions and their derivatives."""
            t = place - last
            if winding is None or m < 3:
                powers = _powers(t, m)
                return powers, [acb(0), *(k * p for k, p in enumerate(powers[:-1], 1))]
            decays = _powers((-t / winding).exp(), m - 1)[1:]
            return [acb(1), t, *decays], [acb(0), acb(1), *(-k * d / winding for k, d in enumerate(decays, 1))]

        rows = [basis(sigma_k) for sigma_k, _, _ in places]
        conditions = [values for values, _ in rows] + ([slopes for _, slopes in rows] if has_rates else [])
        known = [logs for _, logs, _ in places] + ([rates for _, _, rates in places] if has_rates else [])
        matrix = acb_mat(conditions).transpose()
        weights = matrix.solve(acb_mat([[b] for b in basis(sigma)[0]]), algorithm="approx")
        return (weights.transpose() * acb_mat(known)).entries()

    def _choose_winding(self) -> None:
        """The winding number whose series through the places before predicts the last place best."""
        *before, (sigma, logs, _) = self.seen[-_FOR_WINDING - 1 :]
        if len(before) < _FOR_WINDING:
            return
        candidates: list[int | None] = [None, *_WINDINGS]
        errors = []
        for c in candidates:
            predicted = self._predict(before, sigma, c)
            errors.append(max(_modulus(a - b) for a, b in zip(predicted, logs, strict=True)))
        self.winding = candidates[int(np.argmin(errors))]

    def _rates(self, back: int = 1) -> list[acb]:
        """d log x / d sigma between two of the last places."""
        (a, y, _), (b, z, _) = self.seen[-1 - back], self.seen[-back]
        return [_middle((v - u) / (b - a)) for u, v in zip(y, z, strict=True)]

    def _is_slow(self) -> bool:
        """Whether no coordinate grows any more."""
        return len(self.seen) > 1 and max((_double(r).real for r in self._rates()), default=0.0) < _SLOW

    def _arrive(self) -> PathEndpoint | None:
        """The end of a path that hardly moves, if Newton's method at the target finds it at once."""
        found = self.homotopy.newton(self.x, None, 1.0)
        if not found.has_converged or found.first > _FINITE:
            return None
        exact = tuple((fraction(z.real.mid()), fraction(z.imag.mid())) for z in found.x)
        return PathEndpoint(PathStatus.REGULAR, _doubles(found.x), 1, _log10_size(found.x), exact=exact)

    def _decide(self) -> PathEndpoint | None:
        """What a path has come to at the last v."""
        if len(self.seen) < 4:
            return None
        now, before = self._rates(), self._rates(2)
        if max(_modulus(a - b) for a, b in zip(now, before, strict=True)) > _SETTLED:
            return None
        loops = next((found for n in _LOOPS if (found := self._loops(n)) is not None), None)
        if loops is None:
            return None
        winding, end = loops
        size = _log10_size(self.x)
        if max(_double(r).real for r in now) > _GROWTH:
            is_zero = _modulus(end[0]) < ZERO
            return PathEndpoint(PathStatus.AT_INFINITY, _doubles(self.x), winding, size) if is_zero else None
        return PathEndpoint(PathStatus.SINGULAR, _doubles([v / end[0] for v in end[1:]]), winding, size)

    def _loops(self, corners: int) -> tuple[int, list[acb]] | None:
        """Winding number, and the mean of h (1, x) over the loops around v = 0; None where they do not close."""
        n, x, places = self.homotopy.n, self.x, self.seen[-_HISTORY:]
        rng = np.random.default_rng(0)
        plane = [acb(complex(v)) for v in rng.standard_normal(n + 1) + 1j * rng.standard_normal(n + 1)]
        total, spread = [acb(0)] * (n + 1), 0.0
        for k in range(1, corners * MAX_WINDING + 1):
            h = 1 / (plane[0] + sum((a * v for a, v in zip(plane[1:], x, strict=True)), acb(0)))
            total = [t + h * v for t, v in zip(total, [acb(1), *x], strict=True)]
            turn = 2 * arb.pi() / corners
            sigma = acb(self.sigma, -turn * k)
            logs = self._predict(places[-_HISTORY:], sigma, self.winding)
            trial = [_middle(y.exp()) for y in logs]
            found = self._newton(trial, self.sigma, turn * (k % corners))
            if found is None:
                return None
            x, logs = found.x, [_middle(y + (v / t).log()) for y, v, t in zip(logs, found.x, trial, strict=True)]
            places.append((_middle(sigma), logs, found.rates))
            gap = max(_ratio(a - b, b) for a, b in zip(x, self.x, strict=True))
            spread = max(spread, gap)
            if k % corners == 0 and gap < _CLOSED * spread:
                return k // corners, [t / k for t in total]
        return None


def _powers(z: acb, n: int) -> list[acb]:
    """1, z, z^2, ..: n of them."""
    return list(accumulate([z] * (n - 1), mul, initial=acb(1)))


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _middle(z: acb) -> acb:
    return acb(z.real.mid(), z.imag.mid())


def _double(z: acb) -> complex:
    return complex(float(z.real.mid()), float(z.imag.mid()))


def _doubles(x: Sequence[acb]) -> Complexes:
    return np.array([_double(v) for v in x], np.complex128)


def _upper(z: arb) -> float:
    return float(z.mid())


def _modulus(z: acb) -> float:
    return float(abs(_middle(z)).mid())


def _ratio(a: acb, b: acb | arb) -> float:
    """|a| / |b|, infinite where it is no number."""
    value = float((abs(_middle(a)) / abs(b).mid()).mid())
    return value if math.isfinite(value) else math.inf


def _log10_size(x: Sequence[acb]) -> float:
    return max(float((abs(v).log() / math.log(10)).mid()) for v in x)
