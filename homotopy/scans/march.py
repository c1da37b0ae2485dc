"""All solutions of a family followed along the parameter: proved links between values, and passages where solutions meet."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.certification.closure import Locator
from homotopy.certification.zeros import certify
from homotopy.common import reporting
from homotopy.common.arrays import Complexes, Integers
from homotopy.scans.family import Family
from homotopy.scans.orbits import Orbits, orbits_of
from homotopy.scans.singular import SingularKind, SingularPoint, SingularSystems
from homotopy.scans.tubes import MOST_ROUNDS, Continued, FamilyDiscs, follow
from homotopy.status import Verdict

_LEAST = (1e-4, 1e-7, 1e-10)  # parts of a segment: a solution that stalls there is looked at
_ACROSS = 1e-3  # part of a passage below which a solution that crosses it is taken to be one of those that meet
_ARC = 4  # corners of the half circle about a passage
_BRACKET = Fraction(1, 10_000)  # half width of a passage, as a part of the distance between two values
_PATIENT = 2000  # steps up to a passage: solutions that meet in great numbers come close slowly
_SHORT = 1e-9  # least part of a segment up to a passage


@dataclass(frozen=True, eq=False)
class Strands:
    """The solutions at a value, each with the number of the branch it lies on.

    Parameters
    ----------
    at : Fraction
    certificates : CertificateList
        Pairwise distinct.
    names : int array (m,)
        Numbers of branches.
    """

    at: Fraction
    certificates: CertificateList
    names: Integers

    @property
    def is_real(self) -> npt.NDArray[np.bool_]:
        """Which are real."""
        found = np.zeros(len(self.certificates), bool)
        found[self.certificates.where(Verdict.YES)] = True
        return found


@dataclass(frozen=True, eq=False)
class Passage:
    """A short interval of the parameter in which solutions meet, part, or leave for infinity.

    Outside of it every solution is followed with proof; at both ends all are certified.

    Parameters
    ----------
    before, after : Strands
        Those that meet, at the lower and at the upper end of the interval in the direction of the march.
    singular : tuple of SingularPoint
        What is certified in it: real points.
    n_complex : int
        Singular points in it that are not real.
    """

    before: Strands
    after: Strands
    singular: tuple[SingularPoint, ...]
    n_complex: int = 0


@dataclass(frozen=True, slots=True)
class Gap:
    """An interval that no proof goes through for some solutions: what is on its two sides is not linked.

    Parameters
    ----------
    low, high : Fraction
    n_lost : int
        Solutions that were not followed through.
    """

    low: Fraction
    high: Fraction
    n_lost: int


@dataclass(eq=False)
class March:
    """The solutions of a family on their way along the parameter.

    Parameters
    ----------
    family : Family
    strands : Strands
        Where they are.
    first_name : int
        Number of the next new branch.
    """

    family: Family
    strands: Strands
    first_name: int
    half_width: Fraction | None = None
    passages: list[Passage] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    curves: dict[int, list[tuple[float, Complexes]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.discs = FamilyDiscs.of(self.family)
        self.systems = SingularSystems(self.family)
        self._orbits: Orbits | None = None

    def advance(self, to: Fraction, gap: Fraction) -> bool:
        """Follow all solutions to a value, through as many passages as there are on the way.

        Parameters
        ----------
        to : Fraction
        gap : Fraction
            Distance between neighbouring values: the scale of passages.

        Returns
        -------
        bool
            False where no proof goes through. The solutions may then stand beyond `to`, or have stopped before it.
        """
        direction = 1 if to > self.strands.at else -1
        while (to - self.strands.at) * direction > 0:
            found = self._next(to, gap, direction)
            if found is None:
                return True
            centre, points = found
            if not points and abs(centre - to) < (self.half_width or gap * _BRACKET):
                centre = to  # where the solutions stall is known to no more digits
            half = self._half_width(centre, to, gap)
            if not self._pass(centre, half * direction, points):
                at, n = self.strands.at, len(self.strands.certificates)
                self.gaps.append(Gap(min(at, to), max(at, to), n))
                return False
        return True

    def _next(self, to: Fraction, gap: Fraction, direction: int) -> tuple[Fraction, list[SingularPoint]] | None:
        """Go to a value, or find the first place on the way at which solutions do not go on; None where they are there."""
        stall: Fraction | None = None
        for least in _LEAST:
            moved = self._follow(self._everyone, self.strands.at, to, least)
            if (
                moved.is_slow.any() and stall is not None
            ):  # what stalled before takes ever more steps: it goes to infinity, or is degenerate
                ends = moved.reached + 5 * moved.smallest
                first_end = float(ends[~moved.is_through].min())
                return Fraction(float(self.strands.at) + min(first_end, 1.0) * float(to - self.strands.at)), []
            if moved.is_slow.any():
                self._lose(moved.is_slow, to)
                moved = self._follow(self._everyone, self.strands.at, to, least)
            if moved.is_through.all() and self._settle(moved, to):
                return None
            rows = self._orbit_leaders(np.flatnonzero(~moved.is_through))
            if not len(rows):
                break
            span = float(to - self.strands.at)
            where = float(self.strands.at) + moved.reached[rows] * span
            points = [
                p
                for p in (self.systems.near(moved.u[k], a, abs(span)) for k, a in zip(rows, where, strict=True))
                if p is not None
            ]
            ahead = [p for p in points if p.is_at_real_value and (p.a[0] - self.strands.at) * direction > 0]
            ahead = [p for p in ahead if (p.a[0] - to) * direction <= float(gap) / 4]
            stall = Fraction(float(where.min() if direction > 0 else where.max()))
            first = min(ahead, key=lambda p: p.a[0] * direction, default=None)
            margin = 100 * least * abs(span)
            if first is not None and (first.a[0] - stall) * direction <= margin:
                return first.a[0], [p for p in ahead if p.is_real and abs(p.a[0] - first.a[0]) <= p.a[1] + first.a[1]]
        return (to if stall is None else stall), []

    @property
    def _everyone(self) -> Integers:
        return np.arange(len(self.strands.certificates))

    def _lose(self, is_lost: npt.NDArray[np.bool_], to: Fraction) -> None:
        """Leave behind solutions that take too many steps; :meth:`rejoin` brings them back at the next value."""
        at = self.strands.at
        self.gaps.append(Gap(min(at, to), max(at, to), int(is_lost.sum())))
        self.strands = _taken(self.strands, np.flatnonzero(~is_lost))
        self._orbits = None

    def _half_width(self, centre: Fraction, to: Fraction, gap: Fraction) -> Fraction:
        """Half the width of a passage: it holds no value of the scan but one that it is about."""
        half = min(self.half_width or gap * _BRACKET, gap / 8)
        distance = abs(centre - to)
        if distance > half / 10**6:
            half = min(half, distance / 2)
        return half

    def _pass(self, centre: Fraction, half: Fraction, points: list[SingularPoint]) -> bool:
        """Go through a passage about a place, from half a width before it to half a width behind."""
        for shrink in range(4):
            wide = half / 16**shrink
            low, high = _short(centre - wide, wide), _short(centre + wide, wide)
            if (low - self.strands.at) * half > 0:
                moved = self._follow(self._everyone, self.strands.at, low, _SHORT, _PATIENT)
                if not moved.is_through.all() or not self._settle(moved, low):
                    continue
            if (high - self.strands.at) * half <= 0 or (self.strands.at - centre) * half >= 0:
                continue
            if self._across(high, points):
                return True
        return False

    def _across(self, high: Fraction, points: list[SingularPoint]) -> bool:
        """Cross a passage from where the solutions stand: straight where that can be proved, around it in the complex plane else."""
        before = self.strands
        moved = self._follow(self._everyone, before.at, high, _ACROSS)
        meeting = np.flatnonzero(~moved.is_through)
        u = moved.u.copy()
        if len(meeting):
            around = self._around(before.certificates.mid[meeting], before.at, high)
            if around is None:
                return False
            u[meeting] = around
        names = before.names.copy()
        names[meeting] = np.arange(self.first_name, self.first_name + len(meeting))
        radius = moved.radius.copy()
        radius[meeting] = 0.0
        if not self._settle(replace(moved, u=u, radius=radius), high, names):
            return False
        self.first_name += len(meeting)
        if len(meeting):
            singular, n_complex = self._singular(before, meeting, points, high)
            self.passages.append(
                Passage(_taken(before, meeting), _taken(self.strands, meeting), tuple(singular), n_complex)
            )
        return True

    def _around(self, u: Complexes, low: Fraction, high: Fraction) -> Complexes | None:
        """Solutions at the other end of a passage, by a half circle about it; None where a step cannot be proved."""
        centre, half = float((low + high) / 2), float((high - low) / 2)
        corners = [centre - half * np.exp(-1j * np.pi * k / _ARC) for k in range(_ARC + 1)]
        corners[0], corners[-1] = float(low), float(high)
        for a, b in itertools.pairwise(corners):
            moved = follow(self.discs, u, a, b, least=1e-5, first=0.5)
            if not moved.is_through.all():
                return None
            u = moved.u
        return u

    def _singular(
        self, before: Strands, meeting: Integers, points: list[SingularPoint], high: Fraction
    ) -> tuple[list[SingularPoint], int]:
        """The singular points that the meeting solutions go to, each once."""
        found: list[SingularPoint] = []
        n_complex = 0
        width = abs(high - before.at)
        for k in meeting.tolist():
            point = self.systems.near(before.certificates.mid[k], float(before.at), float(2 * width))
            if point is None or any(_is_same(point, p) for p in found):
                continue
            if not point.is_real:
                n_complex += 1
            elif abs(point.a[0] - (before.at + high) / 2) <= width / 2 + point.a[1]:
                found.append(point)
        for point in points:
            if not any(_is_same(point, p) for p in found):
                found.append(point)
        return found, n_complex

    def _follow(
        self, rows: Integers, a_0: Fraction, a_1: Fraction, least: float, rounds: int = MOST_ROUNDS
    ) -> Continued:
        """Follow some of the solutions, one of each orbit; the images of a proof are proofs."""
        reporting.report("branches", 0, 0)
        orbits = self._current_orbits()
        leaders = orbits.leaders(rows)
        low, high = float(a_0), float(a_1)
        moved = follow(self.discs, self.strands.certificates.mid[leaders], low, high, least=least, rounds=rounds)
        place = {int(k): i for i, k in enumerate(leaders)}
        which = [place[int(orbits.representative[k])] for k in rows]
        u = np.array([orbits.image(int(k), moved.u[i]) for k, i in zip(rows, which, strict=True)], complex).reshape(
            len(rows), -1
        )
        self._draw(orbits, rows, which, moved, low, high)
        return Continued(u, moved.radius[which], moved.reached[which], moved.smallest[which], moved.is_slow[which])

    def _draw(
        self, orbits: Orbits, rows: Integers, which: list[int], moved: Continued, low: float, high: float
    ) -> None:
        """Keep some points of real branches between values, for their curves."""
        real = self.strands.is_real
        kept = moved.trace[:: max(1, len(moved.trace) // 6)]
        for k, i in zip(rows.tolist(), which, strict=True):
            if real[k]:
                curve = self.curves.setdefault(int(self.strands.names[k]), [])
                curve += [(low + float(at[i]) * (high - low), orbits.image(k, x[i])) for at, x in kept if 0 < at[i] < 1]

    def _current_orbits(self) -> Orbits:
        if self._orbits is None:
            self._orbits = orbits_of(self.family, self.strands.certificates)
        return self._orbits

    def _orbit_leaders(self, rows: Integers) -> Integers:
        return np.array([k for k in rows.tolist() if self._current_orbits().representative[k] == k], np.int64)

    def _settle(self, moved: Continued, at: Fraction, names: Integers | None = None) -> bool:
        """Stand at a value: all solutions certified there, each the one that was followed, and pairwise distinct."""
        n = len(moved.u)
        report = certify(self.family.tapes.members.bind((at,)), moved.u)
        if len(report.certificates) != n or report.assignment != tuple(range(n)):
            return False
        certificates = report.certificates
        gap = np.abs(certificates.mid - moved.u).max(axis=1, initial=0.0) + moved.radius
        if not (gap <= certificates.uniqueness * (1 - 1e-12)).all():
            return False
        self.strands = Strands(at, certificates, self.strands.names if names is None else names)
        self._orbits = None
        return True

    def back_to(self, at: Fraction, rows: Integers) -> Strands | None:
        """Some of the solutions as they are at a value that was passed, followed back to it; None where that is not proved."""
        moved = self._follow(rows, self.strands.at, at, _SHORT)
        if not moved.is_through.all():
            return None
        certificates = certify(self.family.tapes.members.bind((at,)), moved.u).certificates
        return Strands(at, certificates, self.strands.names[rows]) if len(certificates) == len(rows) else None

    def rejoin(self, at: Fraction, certificates: CertificateList) -> None:
        """Go on with certified solutions at a value: on their branches where the followed ones arrived there, on new ones else."""
        m = len(certificates)
        names = np.arange(self.first_name, self.first_name + m)
        if self.strands.at == at and len(self.strands.certificates):
            mine = self.strands.certificates
            found = Locator(certificates).find_all(mine.mid, np.repeat(mine.radius[:, None], mine.mid.shape[1], axis=1))
            is_found = found >= 0
            names[found[is_found]] = self.strands.names[is_found]
        self.first_name += m
        self.strands = Strands(at, certificates, names)
        self._orbits = None


def start(family: Family, at: Fraction, certificates: CertificateList, first_name: int = 0) -> March:
    """A march from certified solutions at a value."""
    m = len(certificates)
    return March(family, Strands(at, certificates, np.arange(first_name, first_name + m)), first_name + m)


def _taken(strands: Strands, rows: Integers) -> Strands:
    return Strands(strands.at, strands.certificates.take(rows), strands.names[rows])


def _is_same(p: SingularPoint, q: SingularPoint) -> bool:
    """Whether two certified singular points are one: their enclosures meet."""
    e, f = p.certificate.enclosure, q.certificate.enclosure
    n = p.n
    same_u = all(
        abs(x[0] - y[0]) <= e.radius + f.radius and abs(x[1] - y[1]) <= e.radius + f.radius
        for x, y in zip(e.mid[:n], f.mid[:n], strict=True)
    )
    if p.kind is SingularKind.ESCAPE and not same_u:  # a direction and its opposite are one
        same_u = all(abs(x[0] + y[0]) <= e.radius + f.radius for x, y in zip(e.mid[:n], f.mid[:n], strict=True))
    return p.kind is q.kind and same_u and abs(p.a[0] - q.a[0]) <= p.a[1] + q.a[1]


def _short(value: Fraction, scale: Fraction) -> Fraction:
    """A decimal near a value, as long as a small part of a scale asks for."""
    digits = 3
    while Fraction(1, 10**digits) > abs(scale) / 1000:
        digits += 1
    return Fraction(round(value * 10**digits), 10**digits)
