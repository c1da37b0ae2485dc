"""All solutions of a family followed along the parameter: proved links between values, and passages where solutions meet."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.certification.closure import Locator
from homotopy.certification.zeros import certify
from homotopy.common import reporting
from homotopy.common.arrays import Complexes, Floats, Integers
from homotopy.scans.family import Family
from homotopy.scans.known_points import KnownPoints, is_same
from homotopy.scans.meetings import alone, is_resolved
from homotopy.scans.orbits import Orbits, orbits_of
from homotopy.scans.singular import SingularPoint
from homotopy.scans.strands import Gap, Passage, Strands, taken
from homotopy.scans.tubes import Continued, FamilyDiscs, follow

_LEAST = (1e-4, 1e-7, 1e-10)  # parts of a segment: a solution that stalls there is looked at
_ACROSS = 1e-3  # part of a passage below which a solution that crosses it is taken to be one of those that meet
_ARC = 4  # corners of the half circle about a passage
_DRAWN = 12  # points of a curve between two values, about
_BRACKET = Fraction(1, 10_000)  # half width of a passage, as a part of the distance between two values
_PATIENT = 2000  # steps from where a solution stalls to its passage
_SHRINKS = 4  # tries of a passage, each narrower
_TINY = 1e-15  # least step away from where a solution stalls


@dataclass(frozen=True, eq=False)
class _Stall:
    """The solutions of one orbit that do not go on, and where they are headed.

    Parameters
    ----------
    at : Fraction
        Where they come from: the value, or the end of the last passage.
    names : int array (k,)
    orbits : Orbits
    rows : int array (k,)
        Their numbers there.
    u : complex array (n,)
        The representative, at `place`.
    place : float
    centre : Fraction
        Where it is headed for.
    point : SingularPoint or None
    """

    at: Fraction
    names: Integers
    orbits: Orbits
    rows: Integers
    u: Complexes
    place: float
    centre: Fraction
    point: SingularPoint | None


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
    half_width : Fraction, optional
        Of passages; by default a part of the distance of two values.
    known_values : tuple of (Fraction, Fraction), optional
        Intervals that hold the values of all singular points, where they are known beforehand: a passage is made so narrow that it holds one
        of them.
    """

    family: Family
    strands: Strands
    first_name: int
    half_width: Fraction | None = None
    known_values: tuple[tuple[Fraction, Fraction], ...] | None = None
    passages: list[Passage] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    curves: dict[int, list[tuple[float, Complexes]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.discs = FamilyDiscs.of(self.family)
        self.singular = KnownPoints(self.family)

    def advance(self, to: Fraction, gap: Fraction) -> bool:
        """Follow all solutions to a value, each through as many passages as there are on its way.

        Solutions that meet nowhere are followed once. Those that meet are led around their passage and then go on by themselves, passages being
        taken in the order in which they lie.

        Parameters
        ----------
        to : Fraction
        gap : Fraction
            Distance between neighbouring values: the scale of passages.

        Returns
        -------
        bool
            False where no solution is followed to the value. They may stand beyond `to`, behind a passage that holds it.
        """
        direction = 1 if to > self.strands.at else -1
        waiting, arrived, stalls = [self.strands], list[Strands](), list[_Stall]()
        while waiting or stalls:
            if waiting:
                there, more = self._moved(waiting.pop(), to, gap)
                stalls += more
                arrived.append(there)
                continue
            centre, group = self._nearest(stalls, to, gap)
            stalls = [s for s in stalls if not any(s is g for g in group)]
            after = self._pass(group, centre, to, gap)
            if after is None:
                self._lose(group[0].at, to, sum(len(s.names) for s in group))
                continue
            waiting.append(after)
            if (after.at - to) * direction > 0:  # the passage holds the value: all go on to its end
                to, waiting, arrived = after.at, [*waiting, *arrived], []
        self.strands = self._joined(to, [s for s in arrived if len(s.names)])
        return len(self.strands.names) > 0

    def _joined(self, at: Fraction, parts: Sequence[Strands]) -> Strands:
        """Solutions that came by different ways, certified to be pairwise distinct; none where they are not."""
        if len(parts) < 2:
            return parts[0] if parts else Strands(at, CertificateList.of(()), np.zeros(0, np.int64))
        names = np.concatenate([s.names for s in parts])
        joined = self._certified(at, np.concatenate([s.certificates.mid for s in parts]), 0.0, names)
        if len(joined.names) == len(names):
            return joined
        self._lose(self.strands.at, at, len(names))
        return self._joined(at, ())

    def _moved(self, here: Strands, to: Fraction, gap: Fraction) -> tuple[Strands, list[_Stall]]:
        """Those that arrive at a value, and those that stall before it."""
        reporting.report("branches", 0, 0)
        if not len(here.names) or here.at == to:
            return Strands(to, here.certificates, here.names), []
        orbits = orbits_of(self.family, here.certificates)
        leaders = orbits.leaders(np.arange(len(here.names)))
        u, radius, place, headed, is_lost = self._followed(here, orbits, leaders, to, gap)
        owner = np.searchsorted(leaders, orbits.representative)
        self._lose(here.at, to, int(is_lost[owner].sum()))
        is_through = ~is_lost
        is_through[list(headed)] = False
        rows = np.flatnonzero(is_through[owner])
        there = self._certified(to, orbits.images(rows, u[owner[rows]]), radius[owner[rows]], here.names[rows])
        missed = rows[np.isin(here.names[rows], there.names, invert=True)]
        headed |= {int(k): (to, None) for k in owner[missed]}  # nearly singular at the value itself
        stalls = []
        for k, (centre, point) in sorted(headed.items()):
            rows = np.flatnonzero(owner == k)
            stalls.append(_Stall(here.at, here.names[rows], orbits, rows, u[k], float(place[k].real), centre, point))
        stalled = [name for s in stalls for name in s.names.tolist()]
        return taken(there, np.flatnonzero(np.isin(there.names, stalled, invert=True))), stalls

    def _followed(
        self, here: Strands, orbits: Orbits, leaders: Integers, to: Fraction, gap: Fraction
    ) -> tuple[Complexes, Floats, Complexes, dict[int, tuple[Fraction, SingularPoint | None]], npt.NDArray[np.bool_]]:
        """Follow one solution of each orbit: where they are, where those that stall are headed for, and which take too many steps."""
        span, direction = abs(float(to - here.at)), 1 if to > here.at else -1
        u, place = here.certificates.mid[leaders].copy(), np.full(len(leaders), float(here.at), complex)
        radius, is_lost = np.zeros(len(leaders)), np.zeros(len(leaders), bool)
        headed: dict[int, tuple[Fraction, SingularPoint | None]] = {}
        left, first = np.arange(len(leaders)), 0.125
        for least in _LEAST:
            moved = follow(self.discs, u[left], place[left], float(to), least=least, first=first, unit=span)
            self._draw(here, orbits, leaders[left], moved)
            u[left], place[left], radius[left] = moved.u, moved.place, moved.radius
            if least == _LEAST[0]:
                is_lost[left] = moved.is_slow
            # what stalled before and then takes ever more steps goes to infinity, or is degenerate
            is_last = moved.is_slow | (least == _LEAST[-1])
            is_open = ~moved.is_through & ~is_lost[left]
            next_left = []
            for k, end, step in zip(left[is_open], is_last[is_open], moved.step[is_open], strict=True):
                point = self._ahead(u[k], float(place[k].real), 100 * least * span, to, gap, direction)
                if point is None and not end:
                    next_left.append(int(k))
                    continue
                ahead = float(place[k].real) + direction * min(5 * step, abs(float(to) - float(place[k].real)))
                centre = Fraction(ahead) if point is None else point.a[0]
                headed[int(k)] = centre, point
            left, first = np.array(next_left, np.int64), least
            if not len(left):
                break
        return u, radius, place, headed, is_lost

    def _ahead(
        self, u: Complexes, a: float, margin: float, to: Fraction, gap: Fraction, direction: int
    ) -> SingularPoint | None:
        """The singular point that a solution is about to reach."""
        point = self.singular.near(u, a, margin)
        if point is None or not point.is_at_real_value or (float(point.a[0]) - a) * direction < 0:
            return None
        return point if (point.a[0] - to) * direction <= gap / 4 else None

    def _nearest(self, stalls: Sequence[_Stall], to: Fraction, gap: Fraction) -> tuple[Fraction, list[_Stall]]:
        """The first place that stalled solutions are headed for, and those that are."""
        close = (self.half_width or gap * _BRACKET) / 4
        first = max(stalls, key=lambda s: abs(s.centre - to))
        group = [s for s in stalls if abs(s.centre - first.centre) <= close]
        known = [s.centre for s in group if s.point is not None]
        if not known and abs(first.centre - to) < 4 * close:
            return to, group  # where it stalls is known to no more digits
        # those that came closest know the place best
        return (known or [min((s.centre for s in group), key=lambda a: abs(a - to))])[0], group

    def _lose(self, at: Fraction, to: Fraction, n_lost: int) -> None:
        """Leave behind solutions that are not followed through; :meth:`rejoin` brings them back at the next value."""
        if n_lost:
            self.gaps.append(Gap(min(at, to), max(at, to), n_lost))

    def _half_width(self, centre: Fraction, to: Fraction, gap: Fraction) -> Fraction:
        """Half the width of a passage: it holds no value of the scan but one that it is about."""
        half = min(self.half_width or gap * _BRACKET, gap / 8)
        distance = abs(centre - to)
        if distance > half / 10**6:
            half = min(half, distance / 2)
        return half

    def _pass(self, stalls: Sequence[_Stall], centre: Fraction, to: Fraction, gap: Fraction) -> Strands | None:
        """Lead stalled solutions through a passage about a place, from half a width before it to half a width behind.

        The first of several values that it would hold comes first; what is not resolved is tried again with a narrower one.
        """
        direction = 1 if to > stalls[0].at else -1
        begin = min((Fraction(s.place) for s in stalls), key=lambda at: at * direction)
        kept, usual = None, (centre, self._half_width(centre, to, gap))
        known = self.known_values or ()
        centre, wide = alone(known, begin, *usual, direction)
        for _ in range(_SHRINKS):
            used = centre, wide
            found = self._led(stalls, centre, wide, gap, direction)
            wide /= 16
            if found is None:
                continue
            kept = kept or found
            if found[1] is None or is_resolved(found[1]):
                kept = found
                break
            values = [(p.a[0] - p.a[1], p.a[0] + p.a[1]) for p in (*found[1].singular, *found[1].complex)]
            narrower = alone([*known, *values], begin, *used, direction)
            if narrower != used:
                centre, wide = narrower
            elif self.known_values is not None:  # one value: nothing is told apart by a narrower one
                break
        kept = kept or self._led(stalls, *usual, gap, direction)  # values too close to be told apart: all in one
        if kept is None:
            return None
        after, passage = kept
        if passage is not None:
            self.first_name += len(passage.after.names)
            self.passages.append(passage)
        return after

    def _led(
        self, stalls: Sequence[_Stall], centre: Fraction, wide: Fraction, gap: Fraction, direction: int
    ) -> tuple[Strands, Passage | None] | None:
        """Stalled solutions on the other side of a passage of a given half width, with what meets in it; None where a step is not proved."""
        begin = max((s.at for s in stalls), key=lambda at: at * direction)
        low, high = _short(centre - direction * wide, wide), _short(centre + direction * wide, wide)
        if (low - begin) * direction < 0:
            low = begin
        if (high - centre) * direction <= 0 or (low - centre) * direction >= 0:
            return None
        u, place = np.array([s.u for s in stalls]), np.array([s.place for s in stalls], complex)
        near = np.abs(place.real - float(centre)) / (4 * float(gap))  # as long as steps are next to a singular point
        moved = follow(self.discs, u, place, float(low), least=_TINY, first=near, rounds=_PATIENT, unit=float(gap))
        if not moved.is_through.all():
            return None
        images = [s.orbits.images(s.rows, x[None].repeat(len(s.rows), 0)) for s, x in zip(stalls, moved.u, strict=True)]
        radius = np.repeat(moved.radius, [len(s.rows) for s in stalls])
        names = np.concatenate([s.names for s in stalls])
        before = self._certified(low, np.concatenate(images), radius, names)
        points = [s.point for s in stalls if s.point is not None]
        return self._across(before, high, points) if len(before.names) == len(names) else None

    def _across(
        self, before: Strands, high: Fraction, points: Sequence[SingularPoint]
    ) -> tuple[Strands, Passage | None] | None:
        """The other side of a passage: straight where that can be proved, around it in the complex plane else."""
        moved = follow(self.discs, before.certificates.mid, float(before.at), float(high), least=_ACROSS)
        meeting = np.flatnonzero(~moved.is_through)
        u, radius, names = moved.u.copy(), moved.radius.copy(), before.names.copy()
        if len(meeting):
            around = self._around(before.certificates.mid[meeting], before.at, high)
            if around is None:
                return None
            u[meeting], radius[meeting] = around.u, around.radius
            names[meeting] = np.arange(self.first_name, self.first_name + len(meeting))
        after = self._certified(high, u, radius, names)
        if len(after.names) < len(names):
            return None
        if not len(meeting):
            return after, None
        real, others = self._singular(before, meeting, points, high)
        return after, Passage(taken(before, meeting), taken(after, meeting), tuple(real), tuple(others))

    def _around(self, u: Complexes, low: Fraction, high: Fraction) -> Continued | None:
        """Solutions at the other end of a passage, by a half circle about it; None where a step cannot be proved."""
        centre, half = float((low + high) / 2), float((high - low) / 2)
        corners = [centre - half * np.exp(-1j * np.pi * k / _ARC) for k in range(_ARC + 1)]
        corners[0], corners[-1] = float(low), float(high)
        moved = None
        for a, b in itertools.pairwise(corners):
            moved = follow(self.discs, u, a, b, least=1e-5)
            if not moved.is_through.all():
                return None
            u = moved.u
        return moved

    def _singular(
        self, before: Strands, meeting: Integers, points: Sequence[SingularPoint], high: Fraction
    ) -> tuple[list[SingularPoint], list[SingularPoint]]:
        """The singular points that the meeting solutions go to, each once: the real ones, and others at real values."""
        found: list[SingularPoint] = []
        width = abs(high - before.at)
        nearby = [
            p
            for u in before.certificates.mid[meeting]
            for p in self.singular.all_near(u, float(before.at), float(2 * width))
        ]
        for point in (*nearby, *points):
            is_inside = abs(point.a[0] - (before.at + high) / 2) <= width / 2 + point.a[1]
            if is_inside and point.is_at_real_value and not any(is_same(point, p) for p in found):
                found.append(point)
        return [p for p in found if p.is_real], [p for p in found if not p.is_real]

    def _draw(self, here: Strands, orbits: Orbits, leaders: Integers, moved: Continued) -> None:
        """Keep some points of real branches between values, for their curves."""
        place = {int(k): i for i, k in enumerate(leaders)}
        for k in np.flatnonzero(here.is_real).tolist():
            i = place.get(int(orbits.representative[k]))
            if i is not None:
                own = {float(a[i].real): x[i] for a, x in moved.trace}
                kept = list(own.items())[:: max(1, len(own) // _DRAWN)]
                images = orbits.images(np.full(len(kept), k), np.array([x for _, x in kept]))
                self.curves.setdefault(int(here.names[k]), []).extend(zip((a for a, _ in kept), images, strict=True))

    def _certified(self, at: Fraction, u: Complexes, radius: Floats | float, names: Integers) -> Strands:
        """Solutions at a value: those certified there, each the one that was followed, and pairwise distinct."""
        if not len(u):
            return Strands(at, CertificateList.of(()), names[:0])
        report = certify(self.family.tapes.members.bind((at,)), u)
        led = np.array([-1 if k is None else k for k in report.assignment])
        is_alone = (led >= 0) & (np.bincount(led + 1, minlength=len(report.certificates) + 1)[led + 1] == 1)
        rows = np.flatnonzero(is_alone)
        certificates = report.certificates.take(led[rows])
        gap = np.abs(certificates.mid - u[rows]).max(axis=1, initial=0.0) + np.broadcast_to(radius, (len(u),))[rows]
        is_it = gap <= certificates.uniqueness * (1 - 1e-12)
        return Strands(at, certificates.take(np.flatnonzero(is_it)), names[rows[is_it]])

    def back_to(self, at: Fraction, rows: Integers) -> Strands | None:
        """Some of the solutions as they are at a value that was passed, followed back to it; None where that is not proved."""
        moved = follow(
            self.discs, self.strands.certificates.mid[rows], float(self.strands.at), float(at), least=_LEAST[-1]
        )
        found = self._certified(at, moved.u, moved.radius, self.strands.names[rows])
        return found if moved.is_through.all() and len(found.names) == len(rows) else None

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


def start(family: Family, at: Fraction, certificates: CertificateList, first_name: int = 0) -> March:
    """A march from certified solutions at a value."""
    m = len(certificates)
    return March(family, Strands(at, certificates, np.arange(first_name, first_name + m)), first_name + m)


def _short(value: Fraction, scale: Fraction) -> Fraction:
    """A decimal near a value, as long as a small part of a scale asks for."""
    digits = 3
    while Fraction(1, 10**digits) > abs(scale) / 1000:
        digits += 1
    return Fraction(round(value * 10**digits), 10**digits)
