"""Proof that a solution continues along a segment of the parameter: the contraction test with the parameter in a disc.

Let F(u, a) = 0 be the equations, a(t) = a_m + h t for t in the unit disc, and c(t) a polynomial of degree two, the curve through three points
of the branch. Let Y be a matrix, R > 0 a vector, and for all t in the unit disc and all z with |z_i| <= R_i

    M_ij >= |I - Y F_u(c(t) + z, a(t))|_ij,    eta_i >= |Y F(c(t), a(t))|_i.

If eta + M R < R, then u -> u - Y F(u, a(t)) maps the polydisc of radii R about c(t) into its interior and contracts it in the norm max |z_i| / R_i.
So for each t there is exactly one solution in it, F_u is invertible there, and the solutions form one analytic branch. A certified solution at
an end of the segment belongs to it where its enclosure lies in the polydisc about c(-1) or c(1).

For fixed z the entries of Y F_u and Y F are polynomials in t. A polynomial p of degree D with N > D equispaced points w_j on the unit circle has
|p| <= max_j |p(w_j)| / cos(pi D / (2 N)) in the unit disc: at its largest modulus a real trigonometric polynomial of degree D / 2 falls off no
faster than a cosine (M. Riesz), and a w_j is at most pi / N away (Ehlich & Zeller, Math. Z. 86 (1964) 41). So N evaluations in small discs
bound M and eta, without the dependency that an interval of parameters would bring. All are enclosed with outward rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.discs.arrays import Discs
from homotopy.certification.discs.contraction import UP, inverses
from homotopy.certification.discs.extended import enclose_at, extended_scalars
from homotopy.certification.discs.program import DiscProgram, disc_program, enclose
from homotopy.certification.discs.roundoff import TINY, U
from homotopy.common.arrays import Complexes, Floats
from homotopy.scans.family import Family

_GROWTH, _SHRINK = 2.0, 0.35
MOST_ROUNDS = 400  # of steps, failed ones too
_NEWTON_STEPS = 6
_SETTLED = 1e-11  # relative change after which the next one is lost in rounding
_ROOM = 1e-12  # least radius of a tube, relative to the size of the point
_INFLATIONS = 4
_TARGET = 0.9  # of the radii that the map's image may fill


@dataclass(frozen=True, eq=False)
class FamilyDiscs:
    """The programs of a family for the disc kernels; the parameter is their last variable."""

    equations: DiscProgram
    jacobian: DiscProgram
    scalars: tuple[Floats, Floats]
    extended: Floats
    n: int
    degree: int

    @staticmethod
    def of(family: Family) -> FamilyDiscs:
        """Of the tapes of a family."""
        programs = disc_program(family.tapes.equations), disc_program(family.tapes.jacobian)
        none = Discs(np.zeros((1, 0)), np.zeros((1, 0)))
        scalars = programs[0].scalar_values(none), programs[1].scalar_values(none)
        degree = max(2 * sum(e[:-1]) + e[-1] for f in family.equations for e in f)
        return FamilyDiscs(*programs, scalars, extended_scalars(programs[0], [()]), family.n, degree)

    @property
    def n_points(self) -> int:
        """Points on the circle at which a tube is tested."""
        return self.degree + 2

    def excess(self, degree: int) -> float:
        """By how much a polynomial of a degree in t may exceed its values at the points."""
        return float(1 / np.cos(np.pi * degree / (2 * self.n_points))) * UP

    def f(self, u: Complexes, a: Complexes, u_radius: Floats, a_radius: Floats) -> tuple[Complexes, Floats]:
        """Enclosures of F over polydiscs."""
        return self._enclosed(0, self.equations, u, a, u_radius, a_radius)

    def f_at(self, u: Complexes, a: Complexes) -> tuple[Complexes, Floats]:
        """Enclosures of F at points, computed with 31 digits."""
        return enclose_at(self.equations, self.extended, None, np.concatenate([u, a[:, None]], axis=1))

    def slopes(
        self, u: Complexes, a: Complexes, u_radius: Floats, a_radius: Floats
    ) -> tuple[Complexes, Floats, Complexes, Floats]:
        """Enclosures of F_u (m, n, n) and F_a (m, n) over polydiscs."""
        mid, radius = self._enclosed(1, self.jacobian, u, a, u_radius, a_radius)
        n, m = self.n, len(u)
        inner = slice(0, n * n)
        return mid[:, inner].reshape(m, n, n), radius[:, inner].reshape(m, n, n), mid[:, n * n :], radius[:, n * n :]

    def _enclosed(
        self, which: int, program: DiscProgram, u: Complexes, a: Complexes, u_radius: Floats, a_radius: Floats
    ) -> tuple[Complexes, Floats]:
        points = np.concatenate([u, a[:, None]], axis=1)
        spread = np.repeat(u_radius[:, None], self.n, axis=1) if u_radius.ndim == 1 else u_radius
        radii = np.concatenate([spread, a_radius[:, None]], axis=1)
        return enclose(program, self.scalars[which], None, points, radii)


@dataclass(frozen=True, slots=True, eq=False)
class Continued:
    """What became of solutions that were followed along a segment from a_0 to a_1.

    Parameters
    ----------
    u : complex array (m, n)
        Where each is: at `reached`.
    radius : float array (m,)
        A proved bound on its distance from the solution of the branch there.
    reached : float array (m,)
        How far along the segment each is proved to continue, from 0 to 1.
    smallest : float array (m,)
        The shortest part of the segment that had to be proved by itself.
    is_slow : bool array (m,)
        Which were given up for the number of their steps; the others that do not reach the end stall.
    trace : tuple of (float, complex array)
        Positions and points on the way, for the first of them: curves are drawn through these.
    """

    u: Complexes
    radius: Floats
    reached: Floats
    smallest: Floats
    is_slow: npt.NDArray[np.bool_]
    trace: tuple[tuple[Floats, Complexes], ...] = ()

    @property
    def is_through(self) -> npt.NDArray[np.bool_]:
        """Which of them reach the end."""
        return np.asarray(self.reached >= 1.0)


def follow(
    discs: FamilyDiscs,
    u: Complexes,
    a_0: complex,
    a_1: complex,
    *,
    least: float,
    first: float = 0.25,
    rounds: int = MOST_ROUNDS,
) -> Continued:
    """Follow certified solutions at a_0 to a_1, every step proved.

    Parameters
    ----------
    discs : FamilyDiscs
    u : complex array (m, n)
        Centres of certified solutions at a_0, accurate to rounding.
    a_0, a_1 : complex
    least : float
        Part of the segment below which a step is given up: the solution stalls there.
    first : float
        First step, as a part of the segment.
    rounds : int
        Steps after which a solution is given up.

    Returns
    -------
    Continued

    Notes
    -----
    What is proved for each step and joint is said in the module's docstring. A joint's point is found by Newton's method and enclosed by
    the same test at the joint; its enclosure lies in the tubes on both sides.
    """
    m, span = len(u), a_1 - a_0
    at, place = np.zeros(m), np.full(m, a_0, complex)
    step, smallest = np.full(m, first), np.ones(m)
    x, radius, is_fine = _settled(discs, u.astype(complex), place)
    active = np.flatnonzero(is_fine)
    trace: list[tuple[Floats, Complexes]] = []
    for _ in range(rounds):
        if not len(active):
            break
        h = np.minimum(step[active], 1.0 - at[active])
        is_last = at[active] + h > 1 - 1e-14
        goal = np.where(is_last, a_1, place[active] + h * span)
        new, new_radius, is_proved = _stepped(discs, x[active], radius[active], place[active], goal)
        done, failed = active[is_proved], active[~is_proved]
        x[done], radius[done], place[done] = new[is_proved], new_radius[is_proved], goal[is_proved]
        at[done] = np.where(is_last[is_proved], 1.0, at[done] + h[is_proved])
        smallest[done] = np.minimum(smallest[done], np.where(at[done] < 1, h[is_proved], 1))
        step[done] = h[is_proved] * _GROWTH
        step[failed] = h[~is_proved] * _SHRINK
        trace.append((at.copy(), x.copy()))
        active = np.concatenate([done[at[done] < 1], failed[step[failed] >= least]])
        active.sort()
    is_slow = np.zeros(m, bool)
    is_slow[active] = True
    return Continued(x, radius, at, smallest, is_slow, tuple(trace))


def _stepped(
    discs: FamilyDiscs, u: Complexes, u_radius: Floats, a: Complexes, goal: Complexes
) -> tuple[Complexes, Floats, npt.NDArray[np.bool_]]:
    """The points at the values `goal`, bounds on their distance from the solutions there, and whether the steps are proved."""
    with np.errstate(all="ignore"):
        step = goal - a
        none = np.zeros(len(u))
        f_u, _, f_a, _ = discs.slopes(u, a, none, none)
        tangent = -np.einsum("mij,mj->mi", inverses(f_u), f_a)
        end, end_radius, is_fine = _settled(discs, u + tangent * step[:, None], goal)
        chord, half_way = end - u, tangent * step[:, None]
        middle, _, is_mid = _settled(discs, u + half_way / 2 + (chord - half_way) / 4, a + step / 2)
        is_fine &= is_mid
        rows = np.flatnonzero(is_fine)
        if len(rows):
            tube = _Tube(discs, u[rows], middle[rows], end[rows], a[rows], goal[rows])
            radii = tube.radii()
            ends = ((u, u_radius, tube.start), (end, end_radius, tube.stop))
            for point, bound, line in ends:
                gap = np.abs(point[rows] - line) + (bound[rows] + tube.rounding)[:, None]
                is_fine[rows] &= (gap * UP <= radii).all(axis=1)
    return end, end_radius, is_fine


class _Tube:
    """The test of some segments: curves through three points each, radii about them."""

    def __init__(
        self, discs: FamilyDiscs, u: Complexes, middle: Complexes, end: Complexes, a: Complexes, goal: Complexes
    ) -> None:
        self.discs, self.middle = discs, middle
        slope, bend = (end - u) / 2, (u + end) / 2 - middle
        self.start, self.stop = middle - slope + bend, middle + slope + bend
        self.size = np.maximum((np.abs(middle) + np.abs(slope) + np.abs(bend)).max(axis=1), 1.0)
        self.rounding = 32 * U * self.size
        t = np.exp(2j * np.pi * np.arange(discs.n_points) / discs.n_points)
        half = (goal - a) / 2
        self.a_middle = a + half
        f_u, _, _, _ = discs.slopes(middle, self.a_middle, np.zeros(len(u)), np.zeros(len(u)))
        self.y = inverses(f_u)
        # rows: the points of one segment after the other
        self.points = (
            middle[:, None, :] + slope[:, None, :] * t[:, None] + bend[:, None, :] * (t * t)[:, None]
        ).reshape(-1, discs.n)
        self.at = (self.a_middle[:, None] + half[:, None] * t).ravel()
        self.a_radius = np.repeat(
            16 * U * np.maximum(np.abs(a), np.abs(goal)), len(t)
        )  # of a disc with room for both ends

    def radii(self) -> Floats:
        """Radii (m, n) for which the test holds; 0 where none were found.

        The curve at a point of the circle is known to within rounding, d: Y F there differs from its value at the double by at most
        |Y F_u| d <= d + M d, and by |Y F_a| times the uncertainty of the parameter.
        """
        m, n = self.middle.shape
        at_points, rounding = self._defect(), np.repeat(self.rounding[:, None], n, axis=1)
        radii = 2 * at_points + 4 * rounding + (_ROOM * self.size)[:, None]
        result, left = np.zeros((m, n)), np.isfinite(radii).all(axis=1)
        excess = self.discs.excess(self.discs.degree)
        for _ in range(_INFLATIONS):
            slopes, drift = self._slopes(radii)
            error = rounding + np.einsum("mij,mj->mi", slopes, rounding) + drift
            image = (at_points + error * excess + np.einsum("mij,mj->mi", slopes, radii)) * UP
            is_proved = left & (image <= _TARGET * radii).all(axis=1)
            result[is_proved] = radii[is_proved]
            left &= ~is_proved & np.isfinite(image).all(axis=1)
            if not left.any():
                break
            radii = np.where(left[:, None], 1.5 * image, radii)
        return result

    def _defect(self) -> Floats:
        """A bound of |Y F| at all t, as far as its values at the doubles go."""
        m, n = self.middle.shape
        mid, radius = (v.reshape(m, self.discs.n_points, n) for v in self.discs.f_at(self.points, self.at))
        size = np.abs(self.y.real) + np.abs(self.y.imag)
        error = radius + 8 * (n + 4) * U * (np.abs(mid.real) + np.abs(mid.imag))
        value = np.abs(np.einsum("mik,mpk->mpi", self.y, mid)) + np.einsum("mik,mpk->mpi", size, error)
        return np.asarray(value.max(axis=1) * self.discs.excess(self.discs.degree) * UP + TINY)

    def _slopes(self, radii: Floats) -> tuple[Floats, Floats]:
        """The matrix M for some radii, and a bound of |Y F_a| times the uncertainty of the parameter at the points."""
        m, n = self.middle.shape
        count = self.discs.n_points
        spread = np.repeat(radii + self.rounding[:, None], count, axis=0)
        f_u, f_radius, f_a, a_spread = self.discs.slopes(self.points, self.at, spread, self.a_radius)
        f_u, f_radius = f_u.reshape(m, count, n, n), f_radius.reshape(m, count, n, n)
        defect = self.y[:, None] @ f_u
        defect[:, :, np.arange(n), np.arange(n)] -= 1
        size = (np.abs(self.y.real) + np.abs(self.y.imag))[:, None]
        error = f_radius + 8 * (n + 4) * U * (np.abs(f_u.real) + np.abs(f_u.imag))
        entries = (np.abs(defect) + size @ error).max(axis=1)
        f_a, a_spread = f_a.reshape(m, count, n), a_spread.reshape(m, count, n)
        a_error = a_spread + 8 * (n + 4) * U * (np.abs(f_a.real) + np.abs(f_a.imag))
        moved = np.abs(np.einsum("mij,mpj->mpi", self.y, f_a)) + np.einsum("mij,mpj->mpi", size[:, 0], a_error)
        drift = (moved * self.a_radius.reshape(m, count, 1)).max(axis=1) * UP
        return np.asarray(entries * self.discs.excess(max(self.discs.degree - 2, 1)) * UP + TINY), drift


def _contraction(discs: FamilyDiscs, y: Any, centre: Complexes, a: Complexes, radius: Floats, half: Floats) -> Floats:
    """A bound of ||I - Y F_u|| over polydiscs."""
    f_u, spread, _, _ = discs.slopes(centre, a, radius, half)
    n = discs.n
    defect = y @ f_u
    defect[:, np.arange(n), np.arange(n)] -= 1
    rounding = 8 * (n + 4) * U * (np.abs(f_u.real) + np.abs(f_u.imag))
    size = np.abs(y.real) + np.abs(y.imag)
    rows = np.abs(defect).sum(axis=2) + np.einsum("mik,mk->mi", size, (spread + rounding).sum(axis=2))
    return np.asarray(rows.max(axis=1) * UP + TINY)


def _norm(y: Any, mid: Complexes, radius: Floats) -> Floats:
    """A bound of ||Y v|| for v in discs."""
    n = mid.shape[1]
    size = np.abs(y.real) + np.abs(y.imag)
    error = radius + 8 * (n + 4) * U * (np.abs(mid.real) + np.abs(mid.imag))
    value = np.abs(np.einsum("mik,mk->mi", y, mid)) + np.einsum("mik,mk->mi", size, error)
    return np.asarray(value.max(axis=1) * UP + TINY)


def _settled(discs: FamilyDiscs, u: Complexes, a: Complexes) -> tuple[Complexes, Floats, npt.NDArray[np.bool_]]:
    """Newton's method at fixed values, and a proved enclosure of the solution it leads to.

    It holds for all values that round to the same doubles: those of a scan are rationals.
    """
    with np.errstate(all="ignore"):
        x, none = u.copy(), np.zeros(len(u))
        floors = 2 * U * np.abs(a)
        is_real = (a.imag == 0) & (np.abs(u.imag).max(axis=1) == 0)
        for last in range(_NEWTON_STEPS):
            f_u, _, _, _ = discs.slopes(x, a, none, none)
            y = inverses(f_u)
            change = np.einsum("mij,mj->mi", y, discs.f_at(x, a)[0])
            x = np.where(np.isfinite(change), x - change, x)
            x[is_real] = x[is_real].real
            if last and np.nanmax(np.abs(change) / np.maximum(np.abs(x), 1.0), initial=0.0) < _SETTLED:
                break
        _, _, f_a, f_a_radius = discs.slopes(x, a, none, floors)
        eta = _norm(y, *discs.f_at(x, a)) + floors * _norm(y, f_a, f_a_radius) * UP
        kappa = _contraction(discs, y, x, a, 4 * eta, floors)
        is_fine = (kappa <= 0.5) & np.isfinite(eta)
    return x, eta * 2 * UP, is_fine
