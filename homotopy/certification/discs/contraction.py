"""The contraction test in doubles, for thousands of candidates at once.

The test is that of :mod:`homotopy.certification.balls`: with kappa >= ||I - Y J(z)||_inf on the polydisc D_R about m and
eta >= ||Y F(m)||_inf, kappa < 1 and eta <= (1 - kappa) r with r <= R prove that D_R holds exactly one zero, in D_r.
Here J and F are enclosed in disc arithmetic, and products of matrices are bounded by

    |fl(A B) - A B| <= 8 (n + 4) u |A| |B|,    |z| = |Re z| + |Im z|,

which holds for every order of summation, with fused products or without, and for three real products instead of four
(Higham, Accuracy and Stability of Numerical Algorithms, 3.6 and 23.2.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.discs.arrays import Discs
from homotopy.certification.discs.extended import enclose_at, extended_scalars
from homotopy.certification.discs.program import DiscProgram, disc_program, enclose
from homotopy.certification.discs.roundoff import TINY, U
from homotopy.common import reporting
from homotopy.common.arrays import Complexes, Floats
from homotopy.common.processes import n_usable_cores
from homotopy.common.threads import Stop, over_threads
from homotopy.status import Verdict
from polysys.problem import SystemTapes

UP, DOWN = 1 + 1e-11, 1 - 1e-11  # exceed the rounding of sums of up to ten thousand nonnegative terms
CHUNK = 256  # candidates of a task
REALITY = (Verdict.NO, Verdict.YES, Verdict.UNDECIDED)
NO, YES, UNDECIDED = range(3)
_FIRST_RADIUS = 1e-4  # first uniqueness radius, relative to the size of the point
_LEAST_RADIUS = 2e-15
_TARGET = 0.2  # contraction aimed at when a radius is shrunk; 1/2 is accepted
_ROUNDS = 10
_NOISE = 16.0  # a defect below so many times its own rounding error is not improved any more
_REAL = 1e-9  # relative imaginary parts below which a candidate is moved onto the real axis
_LEAST = 1e-24  # radii below this are not worth their digits
_DRIFT = 1e-3  # a candidate that Newton's method carries further (relative to its size) was no good one


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Enclosures of zeros: exactly one in the polydisc of radius `uniqueness` about `mid`, and it lies within `radius`.

    Parameters
    ----------
    mid : complex128 array (m, n)
    radius, uniqueness : float64 arrays (m,)
        They leave room for moving the centre by a unit in its last place, so that it may be written in 17 digits.
    reality : int8 array (m,)
        Index into `REALITY`.
    is_proved : bool array (m,)
        The other members mean nothing where this is false.
    """

    mid: Complexes
    radius: Floats
    uniqueness: Floats
    reality: npt.NDArray[np.int8]
    is_proved: npt.NDArray[np.bool_]

    def take(self, rows: slice) -> Boxes:
        """Some of the boxes."""
        return Boxes(self.mid[rows], self.radius[rows], self.uniqueness[rows], self.reality[rows], self.is_proved[rows])


@dataclass(frozen=True, slots=True, eq=False)
class SystemDiscs:
    """Equations and Jacobian of a family, and the scalars of some of its members, for the disc kernels."""

    equations: DiscProgram
    jacobian: DiscProgram
    equation_scalars: Floats
    jacobian_scalars: Floats


def system_discs(*members: SystemTapes) -> SystemDiscs:
    """The systems of members of one family (one of them may have none), without free parameters."""
    family = members[0].family or members[0]
    equations, jacobian = disc_program(family.equations), disc_program(family.jacobian)
    couplings = [tapes.couplings for tapes in members]
    return SystemDiscs(
        equations, jacobian, extended_scalars(equations, couplings), jacobian.scalar_values(member(*members))
    )


def member(*members: SystemTapes) -> Discs:
    """The couplings of members of a family (members, k)."""
    values = [Discs.of(tapes.couplings) for tapes in members]
    return Discs(np.stack([v.mid for v in values]), np.stack([v.radius for v in values]))


def prove(
    system: SystemDiscs, candidates: Complexes, sample: npt.NDArray[np.int64] | None = None, threads: int | None = None
) -> Boxes:
    """Enclosures of the zeros near candidates (m, n); `sample` (m,), in order, says whose zeros they are.

    Notes
    -----
    Candidates that are not proved here may well be near a zero: python-flint decides with more digits.
    """
    m = len(candidates)
    which = np.zeros(m, np.int64) if sample is None else np.asarray(sample, np.int64)
    boxes = Boxes(
        np.array(candidates, complex), np.zeros(m), np.zeros(m), np.full(m, UNDECIDED, np.int8), np.zeros(m, bool)
    )

    def work(first: int, _: Stop) -> int:
        rows = slice(first, min(first + CHUNK, m))
        _prove_chunk(system, which[rows], boxes, rows)
        return rows.stop - rows.start

    done = 0

    def count(proved: int) -> None:
        nonlocal done
        done += proved
        reporting.report("certificates", done, m)

    over_threads(work, range(0, m, CHUNK), threads or n_usable_cores(), count)
    return boxes


def _prove_chunk(system: SystemDiscs, sample: npt.NDArray[np.int64], boxes: Boxes, rows: slice) -> None:
    given = boxes.mid[rows].copy()
    x = given.copy()
    with np.errstate(all="ignore"):  # overflow and nan fail every test
        size = np.maximum(np.abs(x).max(axis=1, initial=0.0), 1.0)
        off_axis = np.abs(x.imag).max(axis=1, initial=0.0)
        is_moved = (off_axis > 0) & (off_axis <= _REAL * size)
        x[is_moved] = x[is_moved].real
        begin = x.copy()
        radius = _FIRST_RADIUS * size
        todo = np.flatnonzero(np.isfinite(size))
        y, is_stale = np.empty((len(x), x.shape[1], x.shape[1]), complex), np.ones(len(x), bool)
        for _ in range(_ROUNDS):
            if not len(todo):
                break
            jacobian, spread = _jacobians(system, sample[todo], x[todo], radius[todo])
            y[todo[is_stale[todo]]] = inverses(jacobian[is_stale[todo]])
            kappa, eta, noise, step = _bounds(system, sample[todo], x[todo], jacobian, spread, y[todo])
            good = (kappa <= 0.5) & (eta <= (1 - kappa) * radius[todo])
            settled = good & ((eta <= _NOISE * noise) | (eta <= 1e-15 * size[todo]))
            _accept(boxes, rows, todo[settled], x, radius, kappa[settled], eta[settled])
            # keep what is proved already, should more steps lead nowhere
            partial = todo[good & ~settled]
            _accept(boxes, rows, partial, x, radius, kappa[good & ~settled], eta[good & ~settled])
            left = ~settled
            todo, kappa, eta, step = todo[left], kappa[left], eta[left], step[left]
            is_stale[todo] = ~(kappa <= 0.5)  # else the next centre lies where this inverse contracts as well
            shrink = np.where(kappa <= 0.5, 1.0, np.clip(_TARGET / kappa, 1e-3, 0.5))
            radius[todo] *= np.where(np.isnan(shrink), 1e-3, shrink)
            x[todo] -= step
            usable = np.isfinite(step).all(axis=1) & (radius[todo] > _LEAST_RADIUS * size[todo])
            usable &= np.abs(x[todo] - begin[todo]).max(axis=1, initial=0.0) <= _DRIFT * size[todo]
            todo = todo[usable]
        # a point moved onto the axis that was not in the region of its box may belong to another zero, a pair's: Newton's
        # method on the axis leaves a + ig for a real zero far away, in one step if the equation is a cubic
        distance = np.abs(given - boxes.mid[rows]).max(axis=1, initial=0.0)
        boxes.is_proved[rows] &= ~is_moved | (distance <= boxes.uniqueness[rows])


def contraction(
    system: SystemDiscs, sample: npt.NDArray[np.int64], x: Complexes, radius: Floats
) -> tuple[Floats, Floats, Floats, Complexes]:
    """Bounds kappa and eta of the test on the polydiscs, the rounding part of eta, and the Newton step Y F(m)."""
    jacobian, spread = _jacobians(system, sample, x, radius)
    return _bounds(system, sample, x, jacobian, spread, inverses(jacobian))


def _jacobians(
    system: SystemDiscs, sample: npt.NDArray[np.int64], x: Complexes, radius: Floats
) -> tuple[Complexes, Floats]:
    """Midpoints and radii (m, n, n) of the Jacobian on the polydiscs."""
    mid, spread = enclose(system.jacobian, system.jacobian_scalars, sample, x, radius)
    m, n = x.shape
    return mid.reshape(m, n, n), spread.reshape(m, n, n)


def _bounds(
    system: SystemDiscs, sample: npt.NDArray[np.int64], x: Complexes, jacobian: Complexes, spread: Floats, y: Complexes
) -> tuple[Floats, Floats, Floats, Complexes]:
    """The same with any matrices Y."""
    n = x.shape[1]
    f_mid, f_radius = enclose_at(system.equations, system.equation_scalars, sample, x)
    defect = y @ jacobian
    defect[:, np.arange(n), np.arange(n)] -= 1
    size_y = np.abs(y.real) + np.abs(y.imag)
    rounding = 8 * (n + 4) * U * (np.abs(jacobian.real) + np.abs(jacobian.imag))
    rows = np.abs(defect).sum(axis=2) + np.einsum("mik,mk->mi", size_y, (spread + rounding).sum(axis=2))
    kappa = rows.max(axis=1) * UP + TINY
    step = np.einsum("mik,mk->mi", y, f_mid)
    error = f_radius + 8 * (n + 4) * U * (np.abs(f_mid.real) + np.abs(f_mid.imag))
    spread_of_step = np.einsum("mik,mk->mi", size_y, error)
    eta = (np.abs(step) + spread_of_step).max(axis=1) * UP + TINY
    return kappa, eta, spread_of_step.max(axis=1), step


def check(system: SystemDiscs, mid: Complexes, radius: Floats, uniqueness: Floats) -> npt.NDArray[np.bool_]:
    """Which claims of enclosures are proved, about centres within a unit in the last place of `mid`, one sample.

    False says nothing: python-flint may still prove the claim.
    """
    result = np.zeros(len(mid), bool)

    def work(first: int, _: Stop) -> None:
        rows = slice(first, min(first + CHUNK, len(mid)))
        with np.errstate(all="ignore"):
            room = 2 * U * np.abs(mid[rows]).max(axis=1, initial=0.0) * UP + TINY
            inner, outer = radius[rows] * DOWN - room, uniqueness[rows] * UP + room
            kappa, eta = contraction(system, np.zeros(len(inner), np.int64), mid[rows], outer)[:2]
            result[rows] = (
                (kappa < 1) & (eta <= (1 - kappa) * inner * DOWN) & (inner > 0) & (radius[rows] <= uniqueness[rows])
            )

    over_threads(work, range(0, len(mid), CHUNK), n_usable_cores())
    return result


def two_digits(values: Floats, direction: int) -> Floats:
    """Positive numbers rounded up (1) or down (-1) to two decimal digits, as they will be written; others unchanged."""
    with np.errstate(all="ignore"):
        unit = 10.0 ** (np.floor(np.log10(values)) - 1)
        scaled = values / unit
        whole = np.ceil(scaled * (1 + 1e-13)) if direction > 0 else np.floor(scaled * (1 - 1e-13))
        rounded = whole * unit
    return np.where(np.isfinite(rounded) & (rounded > 0), rounded, values)


def inverses(matrices: Any) -> Any:
    """Approximate inverses of a stack of matrices; nan where one is exactly singular."""
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        result = np.full_like(matrices, np.nan)
        for k, matrix in enumerate(matrices):
            try:
                result[k] = np.linalg.inv(matrix)
            except np.linalg.LinAlgError:
                continue
        return result


def _accept(
    boxes: Boxes, rows: slice, which: npt.NDArray[np.int64], x: Complexes, radius: Floats, kappa: Floats, eta: Floats
) -> None:
    here = which + rows.start
    centre = x[which] + 0.0  # no negative zeros, which would be written with a sign
    room = 2 * U * np.abs(centre).max(axis=1, initial=0.0) * UP + TINY
    # about a centre that is moved so far the test still holds: ||Y F|| grows by at most ||Y J|| room <= (1 + kappa) room
    inner = two_digits(np.maximum((eta + (1 + kappa) * room) / (1 - kappa) * UP, _LEAST), 1)
    outer = two_digits(radius[which] * DOWN - room, -1)
    proved = inner <= outer
    imaginary = np.abs(centre.imag).max(axis=1, initial=0.0)
    # a disc about a real centre holds the conjugate of its only zero, which then is that zero
    reality = np.where(imaginary == 0, YES, np.where(imaginary > inner, NO, UNDECIDED))
    boxes.mid[here], boxes.radius[here], boxes.uniqueness[here] = centre, inner, outer
    boxes.reality[here], boxes.is_proved[here] = reality, proved
