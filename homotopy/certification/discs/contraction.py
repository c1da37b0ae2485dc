"""The contraction test in doubles, for thousands of candidates at once.

The test is that of :mod:`homotopy.certification.balls`: with kappa >= ||I - Y J(z)||_inf on the polydisc D_R about m and
eta >= ||Y F(m)||_inf, kappa < 1 and eta <= (1 - kappa) r with r <= R prove that D_R holds exactly one zero, in D_r.
Here J and F are enclosed in disc arithmetic, and products of matrices are bounded by

    |fl(A B) - A B| <= 8 (n + 4) u |A| |B|,    |z| = |Re z| + |Im z|,

which holds for every order of summation, with fused products or without (Higham, Accuracy and Stability of Numerical
Algorithms, 3.6).
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
CHUNK, _MOST = 256, 2048  # candidates of a task, the least where there are enough, and the most
_BLOCK = 1 << 16  # candidates that are compared at once
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

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """All of them."""
        return self.mid, self.radius, self.uniqueness, self.reality, self.is_proved

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
    boxes = _unproved(np.array(candidates, complex))
    partner = _partners(boxes.mid, which)
    mirrored = np.flatnonzero(partner >= 0)
    done = 0

    def work(rows: npt.NDArray[np.int64], _: Stop) -> int:
        some = _proved(system, which[rows], boxes.mid[rows])
        for whole, part in zip(boxes.arrays, some.arrays, strict=True):
            whole[rows] = part
        return len(rows)

    def count(proved: int) -> None:
        nonlocal done
        done += proved
        reporting.report("certificates", done, m)

    workers = threads or n_usable_cores()
    over_threads(work, _tasks(np.flatnonzero(partner < 0), workers), workers, count)
    is_mirror = _mirror(boxes, mirrored, partner[mirrored])
    count(int(is_mirror.sum()))
    over_threads(work, _tasks(mirrored[~is_mirror], workers), workers, count)
    return boxes


def _tasks(rows: npt.NDArray[np.int64], workers: int) -> list[npt.NDArray[np.int64]]:
    """Rows in portions: large ones where there are many."""
    size = min(max(CHUNK, len(rows) // (4 * workers)), _MOST)
    return [rows[first : first + size] for first in range(0, len(rows), size)]


def _unproved(x: Complexes) -> Boxes:
    m = len(x)
    return Boxes(x, np.zeros(m), np.zeros(m), np.full(m, UNDECIDED, np.int8), np.zeros(m, bool))


def _partners(x: Complexes, sample: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For one of two candidates of a sample that look like conjugates the number of the other one; -1 elsewhere.

    Sorts by a linear form of the real parts, along which conjugates are neighbours.
    """
    m, n = x.shape
    partner, is_pair = np.full(m, -1, np.int64), np.zeros(max(m - 1, 0), bool)
    with np.errstate(all="ignore"):
        order = np.lexsort((x.real @ np.sqrt(np.arange(2.0, n + 2)), sample))
        first, second = order[:-1], order[1:]
        for begin in range(0, m - 1, _BLOCK):
            some = slice(begin, begin + _BLOCK)
            a, b = x[first[some]], x[second[some]]
            size = np.maximum(np.abs(a).max(axis=1, initial=0.0), 1.0)
            distance = np.abs(a - b.conj()).max(axis=1, initial=0.0)
            off_axis = np.abs(a.imag).max(axis=1, initial=0.0)
            is_pair[some] = (distance <= _REAL * size) & (off_axis > _REAL * size)
    is_pair &= sample[first] == sample[second]
    is_pair[1:] &= ~is_pair[:-1]  # nobody in two
    partner[second[is_pair]] = first[is_pair]
    return partner


def _mirror(boxes: Boxes, rows: npt.NDArray[np.int64], partner: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Give candidates the mirror image of their partner's box, where they lie in its region; returns where they do.

    The equations are real: F and J at conjugate points are conjugate, and so is every quantity of the test.
    """
    is_mirror = boxes.is_proved[partner] & (boxes.reality[partner] == NO)
    for begin in range(0, len(rows), _BLOCK):
        some = slice(begin, begin + _BLOCK)
        mid = np.conj(boxes.mid[partner[some]]) + 0.0  # no negative zeros
        with np.errstate(all="ignore"):
            distance = np.abs(boxes.mid[rows[some]] - mid).max(axis=1, initial=0.0)
        is_mirror[some] &= distance <= boxes.uniqueness[partner[some]]
        boxes.mid[rows[some][is_mirror[some]]] = mid[is_mirror[some]]
    for whole in boxes.arrays[1:]:
        whole[rows[is_mirror]] = whole[partner[is_mirror]]
    return np.asarray(is_mirror)


def _proved(system: SystemDiscs, sample: npt.NDArray[np.int64], given: Complexes) -> Boxes:
    """The boxes of some candidates."""
    boxes, x = _unproved(given.copy()), given.copy()
    with np.errstate(all="ignore"):  # overflow and nan fail every test
        size = np.maximum(np.abs(x).max(axis=1, initial=0.0), 1.0)
        off_axis = np.abs(x.imag).max(axis=1, initial=0.0)
        is_moved = (off_axis > 0) & (off_axis <= _REAL * size)
        x[is_moved] = x[is_moved].real
        begin = x.copy()
        radius = _FIRST_RADIUS * size
        todo = np.flatnonzero(np.isfinite(size))
        residual, blur = np.empty(x.shape, complex), np.empty(x.shape)
        moved = todo  # whose residuals are not known
        for _ in range(_ROUNDS):
            if not len(todo):
                break
            residual[moved], blur[moved] = enclose_at(system.equations, system.equation_scalars, sample[moved], x[moved])
            kappa, eta, noise, step = _bounds(system, sample[todo], x[todo], radius[todo], residual[todo], blur[todo])
            is_fine = (eta <= _NOISE * noise) | (eta <= 1e-15 * size[todo])
            good = (kappa <= 0.5) & (eta <= (1 - kappa) * radius[todo])
            settled = good & is_fine
            _accept(boxes, todo[settled], x, radius, kappa[settled], eta[settled])
            # keep what is proved already, should more steps lead nowhere
            partial = good & ~settled
            _accept(boxes, todo[partial], x, radius, kappa[partial], eta[partial])
            left = ~settled
            todo, kappa, is_fine, step = todo[left], kappa[left], is_fine[left], step[left]
            shrink = np.where(kappa <= 0.5, 1.0, np.clip(_TARGET / kappa, 1e-3, 0.5))
            radius[todo] *= np.where(np.isnan(shrink), 1e-3, shrink)
            x[todo[~is_fine]] -= step[~is_fine]
            usable = np.isfinite(step).all(axis=1) & (radius[todo] > _LEAST_RADIUS * size[todo])
            usable &= np.abs(x[todo] - begin[todo]).max(axis=1, initial=0.0) <= _DRIFT * size[todo]
            todo, moved = todo[usable], todo[usable & ~is_fine]
        # a point moved onto the axis that was not in the region of its box may belong to another zero, a pair's: Newton's
        # method on the axis leaves a + ig for a real zero far away, in one step if the equation is a cubic
        distance = np.abs(given - boxes.mid).max(axis=1, initial=0.0)
        boxes.is_proved[:] &= ~is_moved | (distance <= boxes.uniqueness)
    return boxes


def contraction(
    system: SystemDiscs, sample: npt.NDArray[np.int64], x: Complexes, radius: Floats
) -> tuple[Floats, Floats, Floats, Complexes]:
    """Bounds kappa and eta of the test on the polydiscs, the rounding part of eta, and the Newton step Y F(m)."""
    return _bounds(system, sample, x, radius, *enclose_at(system.equations, system.equation_scalars, sample, x))


def _bounds(
    system: SystemDiscs, sample: npt.NDArray[np.int64], x: Complexes, radius: Floats, residual: Complexes, blur: Floats
) -> tuple[Floats, Floats, Floats, Complexes]:
    """The same from midpoints and radii of the residuals F(m)."""
    from homotopy.certification.discs import contraction_kernels as kernels  # compiled where it is used first

    m, n = x.shape
    mid, spread = enclose(system.jacobian, system.jacobian_scalars, sample, x, radius)
    kappa, eta, noise, step = np.empty(m), np.empty(m), np.empty(m), np.empty((m, n), complex)
    kernels.bound(mid.reshape(m, n, n), spread.reshape(m, n, n), residual, blur, kappa, eta, noise, step)
    return kappa * UP + TINY, eta * UP + TINY, noise, step


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


def _accept(
    boxes: Boxes, which: npt.NDArray[np.int64], x: Complexes, radius: Floats, kappa: Floats, eta: Floats
) -> None:
    if not len(which):
        return
    centre = x[which] + 0.0  # no negative zeros, which would be written with a sign
    room = 2 * U * np.abs(centre).max(axis=1, initial=0.0) * UP + TINY
    # about a centre that is moved so far the test still holds: ||Y F|| grows by at most ||Y J|| room <= (1 + kappa) room
    inner = two_digits(np.maximum((eta + (1 + kappa) * room) / (1 - kappa) * UP, _LEAST), 1)
    outer = two_digits(radius[which] * DOWN - room, -1)
    proved = inner <= outer
    imaginary = np.abs(centre.imag).max(axis=1, initial=0.0)
    # a disc about a real centre holds the conjugate of its only zero, which then is that zero
    reality = np.where(imaginary == 0, YES, np.where(imaginary > inner, NO, UNDECIDED))
    boxes.mid[which], boxes.radius[which], boxes.uniqueness[which] = centre, inner, outer
    boxes.reality[which], boxes.is_proved[which] = reality, proved
