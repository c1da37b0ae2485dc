"""Proof that a solution continues along a segment of the parameter: the contraction test with the parameter in a disc.

Let F(u, a) = 0 be the equations, a(t) = a_m + h t for t in the unit disc, and c(t) a polynomial of degree three, with the points and the
tangents of the branch at both ends. Let Y(t) = Y_0 + t Y_1 be matrices, R > 0 a vector, and for all t in the unit disc and all z with |z_i| <= R_i

    M_ij >= |I - Y(t) F_u(c(t) + z, a(t))|_ij,    eta_i >= |Y(t) F(c(t), a(t))|_i.

If eta + M R < R, then u -> u - Y(t) F(u, a(t)) maps the polydisc of radii R about c(t) into its interior and contracts it in the norm max |z_i| / R_i.
So for each t there is exactly one solution in it, F_u and Y(t) are invertible there, and the solutions form one analytic branch. A certified
solution at an end of the segment belongs to it where its enclosure lies in the polydisc about c(-1) or c(1).

Y(t) is the expansion of F_u(c(t), a(t))^-1 to first order. With Y_1 = 0 the change of F_u along the curve is in M, to first order in h; where F_u is
nearly singular that makes steps ten to forty times shorter.

For fixed z the entries of Y F_u and Y F are polynomials in t. A polynomial p of degree D with N > D equispaced points w_j on the unit circle has
|p| <= max_j |p(w_j)| / cos(pi D / (2 N)) in the unit disc: at its largest modulus a real trigonometric polynomial of degree D / 2 falls off no
faster than a cosine (M. Riesz), and a w_j is at most pi / N away (Ehlich & Zeller, Math. Z. 86 (1964) 41). So N evaluations in small discs
bound M and eta, without the dependency that an interval of parameters would bring. All are enclosed with outward rounding.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.discs.arrays import Discs
from homotopy.certification.discs.contraction import UP
from homotopy.certification.discs.extended import enclose_at, extended_scalars
from homotopy.certification.discs.program import DiscProgram, disc_program, enclose
from homotopy.certification.discs.roundoff import TINY, U
from homotopy.common.arrays import Complexes, Floats
from homotopy.scans.family import Family

_GROWTH, _SHRINK = 2.0, 0.35
_LONGEST = 0.125  # step, in units: curves are drawn through the joints
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
        degree = max(3 * sum(e[:-1]) + e[-1] for f in family.equations for e in f)
        return FamilyDiscs(*programs, scalars, extended_scalars(programs[0], [()]), family.n, degree)

    @property
    def n_points(self) -> int:
        """Points on the circle at which a tube is tested: twice the degree of Y F, so that its excess is sqrt 2."""
        return 2 * (self.degree + 1)

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
    """What became of solutions that were followed to a value of the parameter.

    Parameters
    ----------
    u : complex array (m, n)
        Where each is: at the value `place`.
    radius : float array (m,)
        A proved bound on its distance from the solution of the branch there.
    place : complex array (m,)
        Up to which value each is proved to continue.
    reached : float array (m,)
        The same as a part of its own segment, from 0 to 1.
    step : float array (m,)
        The step that was to be tried next: a fraction of the distance from a singular point ahead.
    is_slow : bool array (m,)
        Which were given up for the number of their steps; the others that do not reach the end stall.
    trace : tuple of (complex array, complex array)
        Values and points on the way: curves are drawn through these.
    """

    u: Complexes
    radius: Floats
    place: Complexes
    reached: Floats
    step: Floats
    is_slow: npt.NDArray[np.bool_]
    trace: tuple[tuple[Complexes, Complexes], ...] = ()

    @property
    def is_through(self) -> npt.NDArray[np.bool_]:
        """Which of them reach the end."""
        return np.asarray(self.reached >= 1.0)


def follow(
    discs: FamilyDiscs,
    u: Complexes,
    a_0: complex | Complexes,
    a_1: complex,
    *,
    least: float,
    first: float | Floats = _LONGEST,
    rounds: int = MOST_ROUNDS,
    unit: float | None = None,
) -> Continued:
    """Follow certified solutions at a_0 to a_1, every step proved.

    Parameters
    ----------
    discs : FamilyDiscs
    u : complex array (m, n)
        Centres of certified solutions at a_0, accurate to rounding.
    a_0 : complex or complex array (m,)
        Where they are, or where each is.
    a_1 : complex
    least : float
        Step below which a solution stalls, in units.
    first : float or float array (m,)
        First step, in units.
    rounds : int
        Steps after which a solution is given up.
    unit : float, optional
        By default the longest way.

    Returns
    -------
    Continued

    Notes
    -----
    What is proved for each step and joint is said in the module's docstring. A joint's point is found by Newton's method and enclosed by
    the same test at the joint; its enclosure lies in the tubes on both sides.
    """
    m = len(u)
    place = np.array(np.broadcast_to(np.asarray(a_0, complex), (m,)))
    way = a_1 - place
    length = np.abs(way)
    scale = float(length.max(initial=0.0)) if unit is None else unit
    at, step = np.where(length > 0, 0.0, 1.0), np.broadcast_to(first, (m,)) * scale
    x, slope, radius, is_fine = _settled(discs, u.astype(complex), place)
    active = np.flatnonzero(is_fine & (length > 0))
    at[~is_fine] = 0.0
    trace: list[tuple[Complexes, Complexes]] = []
    for _ in range(rounds):
        if not len(active):
            break
        h = np.minimum(step[active] / length[active], 1.0 - at[active])
        is_last = at[active] + h > 1 - 1e-14
        goal = np.where(is_last, a_1, place[active] + h * way[active])
        *new, is_proved = _stepped(discs, x[active], slope[active], radius[active], place[active], goal)
        done, failed = active[is_proved], active[~is_proved]
        for whole, part in zip((x, slope, radius, place), (*new, goal), strict=True):
            whole[done] = part[is_proved]
        at[done] = np.where(is_last[is_proved], 1.0, at[done] + h[is_proved])
        moved = h * length[active]
        step[done] = np.minimum(moved[is_proved] * _GROWTH, _LONGEST * scale)
        step[failed] = moved[~is_proved] * _SHRINK
        trace.append((place.copy(), x.copy()))
        active = np.concatenate([done[at[done] < 1], failed[step[failed] >= least * scale]])
        active.sort()
    is_slow = np.zeros(m, bool)
    is_slow[active] = True
    return Continued(x, radius, place, at, step, is_slow, tuple(trace))


def _stepped(
    discs: FamilyDiscs, u: Complexes, tangent: Complexes, u_radius: Floats, a: Complexes, goal: Complexes
) -> tuple[Complexes, Complexes, Floats, npt.NDArray[np.bool_]]:
    """The points and tangents at the values `goal`, bounds on their distance from the solutions there, and whether the steps are proved."""
    with np.errstate(all="ignore"):
        end, end_tangent, end_radius, is_fine = _settled(discs, u + tangent * (goal - a)[:, None], goal)
        rows = np.flatnonzero(is_fine)
        if len(rows):
            tube = _Tube(discs, (u[rows], end[rows]), (tangent[rows], end_tangent[rows]), a[rows], goal[rows])
            radii = tube.radii()
            for point, bound, line in ((u, u_radius, tube.start), (end, end_radius, tube.stop)):
                gap = np.abs(point[rows] - line) + (bound[rows] + tube.rounding)[:, None]
                is_fine[rows] &= (gap * UP <= radii).all(axis=1)
    return end, end_tangent, end_radius, is_fine


class _Tube:
    """The test of some segments: a curve each, with the points and tangents at its ends, and radii about it."""

    def __init__(
        self,
        discs: FamilyDiscs,
        ends: tuple[Complexes, Complexes],
        tangents: tuple[Complexes, Complexes],
        a: Complexes,
        goal: Complexes,
    ) -> None:
        self.discs = discs
        half = (goal - a) / 2
        mean, chord = (ends[1] + ends[0]) / 2, (ends[1] - ends[0]) / 2
        first, last = (half[:, None] * v for v in tangents)
        bend, twist = (last - first) / 4, ((first + last) / 2 - chord) / 2
        self.middle, slope = mean - bend, chord - twist
        self.start = self.middle - slope + bend - twist
        self.stop = self.middle + slope + bend + twist
        self.size = np.maximum((np.abs(self.middle) + np.abs(slope) + np.abs(bend) + np.abs(twist)).max(axis=1), 1.0)
        self.rounding = 32 * U * self.size
        t = np.exp(2j * np.pi * np.arange(discs.n_points) / discs.n_points)
        a_middle = a + half
        # rows: the points of one segment after the other
        powers = zip((slope, bend, twist), (t, t * t, t * t * t), strict=True)
        self.points = (self.middle[:, None, :] + sum(v[:, None, :] * p[:, None] for v, p in powers)).reshape(
            -1, discs.n
        )
        self.at = (a_middle[:, None] + half[:, None] * t).ravel()
        self.a_radius = np.repeat(
            16 * U * np.maximum(np.abs(a), np.abs(goal)), len(t)
        )  # of a disc with room for both ends
        self.y, self.y_size = self._preconditioners(t, a_middle)

    def _preconditioners(self, t: Complexes, a_middle: Complexes) -> tuple[Complexes, Floats]:
        """Y at the points of the circle (m, N, n, n), and |Y_0| + |Y_1|, which bounds what rounding adds to it."""
        m, n = self.middle.shape
        none = np.zeros(m * len(t))
        y_0 = _inverses(self.discs.slopes(self.middle, a_middle, none[:m], none[:m])[0])
        f_u = self.discs.slopes(self.points, self.at, none, none)[0].reshape(m, len(t), n, n)
        slope = np.einsum("p,mpij->mij", t.conj(), f_u) / len(t)  # the coefficient of t
        y_1 = -y_0 @ slope @ y_0
        size = np.abs(y_0.real) + np.abs(y_0.imag) + np.abs(y_1.real) + np.abs(y_1.imag)
        return y_0[:, None] + t[:, None, None] * y_1[:, None], size

    def radii(self) -> Floats:
        """Radii (m, n) for which the test holds; 0 where none were found.

        The curve at a point of the circle is known to within rounding, d: Y F there differs from its value at the double by at most
        |Y F_u| d <= d + M d, and by |Y F_a| times the uncertainty of the parameter.
        """
        m, n = self.middle.shape
        at_points, rounding = self._defect(), np.repeat(self.rounding[:, None], n, axis=1)
        radii = 2 * at_points + 4 * rounding + (_ROOM * self.size)[:, None]
        result, left = np.zeros((m, n)), np.isfinite(radii).all(axis=1)
        excess = self.discs.excess(self.discs.degree + 1)
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
        column = (m, self.discs.n_points, n, 1)
        mid, radius = self.discs.f_at(self.points, self.at)
        value = self._times_y(mid.reshape(column), radius.reshape(column))[..., 0]
        return np.asarray(value.max(axis=1) * self.discs.excess(self.discs.degree + 1) * UP + TINY)

    def _slopes(self, radii: Floats) -> tuple[Floats, Floats]:
        """The matrix M for some radii, and a bound of |Y F_a| times the uncertainty of the parameter at the points."""
        m, n = self.middle.shape
        count = self.discs.n_points
        spread = np.repeat(radii + self.rounding[:, None], count, axis=0)
        f_u, f_radius, f_a, a_spread = self.discs.slopes(self.points, self.at, spread, self.a_radius)
        square, column = (m, count, n, n), (m, count, n, 1)
        entries = self._times_y(f_u.reshape(square), f_radius.reshape(square), np.eye(n)).max(axis=1)
        moved = self._times_y(f_a.reshape(column), a_spread.reshape(column))[..., 0]
        drift = (moved * self.a_radius.reshape(m, count, 1)).max(axis=1) * UP
        return np.asarray(entries * self.discs.excess(self.discs.degree - 2) * UP + TINY), drift

    def _times_y(self, mid: Complexes, radius: Floats, minus: Any = 0.0) -> Floats:
        """Bounds of |Y A - B| (m, N, n, ..) for A in discs: |Y mid - B| + |Y| radius, and rounding."""
        size = np.abs(self.y.real) + np.abs(self.y.imag)
        error = 8 * (self.discs.n + 6) * U * (np.abs(mid.real) + np.abs(mid.imag) + radius)
        return np.asarray((np.abs(self.y @ mid - minus) + size @ radius + self.y_size[:, None] @ error) * UP)


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


def _settled(
    discs: FamilyDiscs, u: Complexes, a: Complexes
) -> tuple[Complexes, Complexes, Floats, npt.NDArray[np.bool_]]:
    """Newton's method at fixed values, the tangents, and a proved enclosure of the solution it leads to.

    It holds for all values that round to the same doubles: those of a scan are rationals.
    """
    with np.errstate(all="ignore"):
        x, none = u.copy(), np.zeros(len(u))
        floors = 2 * U * np.abs(a)
        is_real = (a.imag == 0) & (np.abs(u.imag).max(axis=1) == 0)
        for last in range(_NEWTON_STEPS):
            f_u, _, _, _ = discs.slopes(x, a, none, none)
            y = _inverses(f_u)
            change = np.einsum("mij,mj->mi", y, discs.f_at(x, a)[0])
            x = np.where(np.isfinite(change), x - change, x)
            x[is_real] = x[is_real].real
            if last and np.nanmax(np.abs(change) / np.maximum(np.abs(x), 1.0), initial=0.0) < _SETTLED:
                break
        _, _, f_a, f_a_radius = discs.slopes(x, a, none, floors)
        eta = _norm(y, *discs.f_at(x, a)) + floors * _norm(y, f_a, f_a_radius) * UP
        kappa = _contraction(discs, y, x, a, 4 * eta, floors)
        is_fine = (kappa <= 0.5) & np.isfinite(eta)
    return x, -np.einsum("mij,mj->mi", y, f_a), eta * 2 * UP, is_fine


def _inverses(matrices: Complexes) -> Complexes:
    """Approximate inverses of a stack of matrices; nan where one is exactly singular."""
    try:
        return np.asarray(np.linalg.inv(matrices))
    except np.linalg.LinAlgError:
        result = np.full_like(matrices, np.nan)
        for k, matrix in enumerate(matrices):
            with contextlib.suppress(np.linalg.LinAlgError):
                result[k] = np.linalg.inv(matrix)
        return result
