"""Events: parameter values at which real stationary points meet, appear, disappear or leave for infinity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Any

import numpy as np

from homotopy.scans.escapes import can_escape
from homotopy.scans.family import GENERIC, Family
from homotopy.scans.meetings import are_at_one_value, assigned, is_accounted
from homotopy.scans.points import index_of, place_of
from homotopy.scans.rational import rational_point
from homotopy.scans.singular import SingularKind, SingularPoint, simplest
from homotopy.scans.strands import Passage, Strands
from homotopy.status import Verdict
from polysys.algebra import exact_count
from polysys.landscape import Scaling

_DIGITS = 20  # decimals of a ball's centre
_MOST_DENOMINATOR = 10_000
_EXACT_WORK = 3 * 10**8  # of exact algebra for one value: a fraction of a second


class EventKind(Enum):
    """What happens; the values are the words of reports and files."""

    FOLD = "fold"
    PITCHFORK = "pitchfork"
    TRANSCRITICAL = "transcritical"
    ISOLATED = "isolated point"
    ESCAPE = "escape to infinity"
    DEGENERATE = "degenerate"


@dataclass(frozen=True)
class Event:
    """One event of a scan.

    Parameters
    ----------
    kind : EventKind
    low, high : Fraction
        The bracket: at both ends the solutions that meet are certified, and outside of all brackets every real point goes on.
    centre, radius : Fraction or None
        A ball that is proved to hold the parameter value; None where the event is bracketed only.
    value : Fraction or None
        The simplest rational in the ball, where it has a small denominator; `is_exact` says whether exact algebra finds it singular.
    is_exact : bool
    point : tuple of float or None
        Where the real points meet, in the model's units; the direction of an escape.
    null_vector : tuple of float or None
        Coordinates of the vector that the Hessian sends to zero.
    before, after : mapping from int to int
        Real points of each index that take part, below and above the value.
    branches_before, branches_after : tuple of int
        Numbers of the branches that meet, below and above.
    orbit : int
        Events with one number are images of each other under the symmetries of the family.
    is_crossing_proved : bool
        Branch points only: whether it is proved that branches cross, by a symmetry or at a rational point; else they pass each other within
        a distance that 32 digits do not show.
    algebraic : Fraction or None
        The parameter value by exact algebra modulo primes, to thirty digits, of an event that is not certified: that of all real singular
        points in its bracket.
    equation : str
        The irreducible polynomial in the parameter of which this value is a root; "" where there is none to say.
    kernel_dimension : int
        Of the Hessian, where a point at which more than two branches meet is rational and so located exactly; else 1.
    """

    kind: EventKind
    low: Fraction
    high: Fraction
    centre: Fraction | None
    radius: Fraction | None
    value: Fraction | None
    is_exact: bool
    point: tuple[float, ...] | None
    null_vector: tuple[float, ...] | None
    before: Mapping[int, int]
    after: Mapping[int, int]
    branches_before: tuple[int, ...]
    branches_after: tuple[int, ...]
    orbit: int = 0
    is_crossing_proved: bool = True
    algebraic: Fraction | None = None
    equation: str = ""
    kernel_dimension: int = 1

    @property
    def is_certified(self) -> bool:
        """Whether it is located by a certified singular point."""
        return self.centre is not None

    @property
    def at(self) -> float:
        """The parameter value in doubles: of the ball, by exact algebra, else the middle of the bracket."""
        known = self.algebraic if self.centre is None else self.centre
        return float((self.low + self.high) / 2 if known is None else known)

    @property
    def change(self) -> int:
        """Change of the number of real points as the parameter grows."""
        return sum(self.after.values()) - sum(self.before.values())

    def summary(self) -> dict[str, Any]:
        """The event as a JSON object."""
        return {
            "kind": self.kind.value,
            "at": self.at,
            "low": str(self.low),
            "high": str(self.high),
            "centre": None if self.centre is None else decimal(self.centre),
            "radius": None if self.radius is None else decimal(self.radius),
            "algebraic": None if self.algebraic is None else f"{float(self.algebraic):.15g}",
            "equation": self.equation or None,
            "value": None if self.value is None else str(self.value),
            "is_exact": self.is_exact,
            "is_certified": self.is_certified,
            "kernel_dimension": self.kernel_dimension,
            "is_crossing_proved": self.is_crossing_proved,
            "point": self.point,
            "null_vector": self.null_vector,
            "before": {str(k): n for k, n in self.before.items()},
            "after": {str(k): n for k, n in self.after.items()},
            "branches_before": list(self.branches_before),
            "branches_after": list(self.branches_after),
            "orbit": self.orbit,
        }

    def __repr__(self) -> str:
        is_exactly = self.value is not None and self.is_exact and self.is_certified
        where = f"{self.value} exactly" if is_exactly else f"{self.at:.12g}"
        located = f" in [{float(self.low):.10g}, {float(self.high):.10g}]"
        if self.radius is not None:
            located = f" +- {float(self.radius):.0e}" if self.radius else ""
        elif self.value is not None and self.is_exact:
            located += f", singular at {self.value} modulo two primes"
        elif self.equation:
            located += f", a root of {self.equation} by exact algebra modulo primes"
        counts = f"{sum(self.before.values())} -> {sum(self.after.values())} real points"
        return f"Event({self.kind.value} at {where}{located}, {counts})"


def decimal(value: Fraction) -> str:
    """A rational with a denominator that divides a power of ten, written out; others as a fraction."""
    scale = 10 ** (_DIGITS + 4)
    if (value * scale).denominator != 1:
        return str(value)
    sign = "-" if value < 0 else ""
    digits = str(abs(int(value * scale))).rjust(_DIGITS + 5, "0")
    return f"{sign}{digits[: -_DIGITS - 4]}.{digits[-_DIGITS - 4 :].rstrip('0') or '0'}"


def events_of(
    family: Family, passages: Sequence[Passage], scaling: Scaling, is_descending: Sequence[bool]
) -> list[Event]:
    """The events in all passages, by parameter value; passages in which no real point takes part are none."""
    found = []
    for passage, is_down in zip(passages, is_descending, strict=True):
        found += _events_in(family, passage, scaling, is_down)
    found.sort(key=lambda e: (e[0].at, e[0].kind.value, e[0].point or ()))
    return _with_orbits(family, found)


def _events_in(
    family: Family, passage: Passage, scaling: Scaling, is_down: bool
) -> list[tuple[Event, SingularPoint | None]]:
    ends = (passage.after, passage.before) if is_down else (passage.before, passage.after)
    # of several values in one bracket no counts in between are known: it is one event
    singular = passage.singular if are_at_one_value(passage.singular) else ()
    sides = [assigned(strands, singular, passage.complex) for strands in ends]
    result = []
    for k, point in enumerate([*singular, None]):
        meeting = [np.flatnonzero(owner == (k if point is not None else -1)) for owner in sides]
        rows = [r[s.is_real[r]] for r, s in zip(meeting, ends, strict=True)]
        is_branch = point is not None and point.kind is SingularKind.BRANCH
        if not is_branch and not any(len(r) for r in rows):
            continue
        counts = [_by_index(family, s, r) for s, r in zip(ends, rows, strict=True)]
        names = [tuple(sorted(s.names[r].tolist())) for s, r in zip(ends, rows, strict=True)]
        if point is None:
            event = _uncertified(family, ends, counts, names, scaling, meeting)
        else:
            is_real = [s.is_real[r] for r, s in zip(meeting, ends, strict=True)]
            kind = _kind(point, is_real[0], is_real[1])
            event = _certified(family, kind, ends, point, counts, names, scaling)
        result.append((event, point))
    return result


def _by_index(family: Family, strands: Strands, rows: Any) -> dict[int, int]:
    counts: dict[int, int] = {}
    for k in rows.tolist():
        index = index_of(family, strands.certificates[k], strands.at)
        if index is not None:
            counts[index] = counts.get(index, 0) + 1
    return dict(sorted(counts.items()))


def _kind(point: SingularPoint, before: Any, after: Any) -> EventKind:
    """What happens at a singular point, by its extended system; degenerate where that does not account for the solutions on both sides."""
    if point.kind is SingularKind.ESCAPE:
        return EventKind.ESCAPE
    if point.kind is SingularKind.FOLD:  # others that merely pass nearby may be among the solutions
        return EventKind.FOLD if abs(int(before.sum()) - int(after.sum())) == 2 else EventKind.DEGENERATE
    if not is_accounted(point, before, after):
        return EventKind.DEGENERATE
    if point.is_flat is Verdict.YES:
        return EventKind.PITCHFORK
    return EventKind.TRANSCRITICAL if before.any() else EventKind.ISOLATED


def _uncertified(
    family: Family,
    ends: tuple[Strands, Strands],
    counts: list[dict[int, int]],
    names: list[tuple[int, ...]],
    scaling: Scaling,
    meeting: Sequence[Any],
) -> Event:
    """An event that no extended system certifies; `meeting` are the strands at both ends that take part."""
    low, high = ends[0].at, ends[1].at
    event = Event(
        EventKind.DEGENERATE, low, high, None, None, None, False, None, None, counts[0], counts[1], names[0], names[1]
    )
    solutions = [s.certificates.mid[r] for s, r in zip(ends, meeting, strict=True)]
    exact = rational_point(family, np.concatenate(solutions), low, high)
    if exact is not None:
        place = place_of(family, np.array(exact.u, float), scaling)
        return replace(
            event, centre=exact.value, radius=Fraction(0), value=exact.value, is_exact=True, point=place, kernel_dimension=exact.kernel_dimension
        )  # fmt: skip
    short = simplest((low + high) / 2, abs(high - low) / 2)  # symmetries make values rational where points are not
    if short.denominator <= _MOST_DENOMINATOR and is_singular_value(family, short):
        event = replace(event, value=short, is_exact=True)
    real = [s.certificates.mid[r[s.is_real[r]]] for s, r in zip(ends, meeting, strict=True)]
    return replace(event, kind=EventKind.ESCAPE) if can_escape(family, np.concatenate(real), low, high) else event


def _certified(
    family: Family,
    kind: EventKind,
    ends: tuple[Strands, Strands],
    point: SingularPoint,
    counts: list[dict[int, int]],
    names: list[tuple[int, ...]],
    scaling: Scaling,
) -> Event:
    """An event at a certified singular point."""
    n = family.domain.n
    unit = Fraction(1, 10**_DIGITS)
    centre = round(point.a[0] / unit) * unit
    radius = max(2, ceil((abs(centre - point.a[0]) + point.a[1]) / unit)) * unit
    guess = simplest(point.a[0], point.a[1])
    value = guess if guess.denominator <= _MOST_DENOMINATOR else None
    is_exact = value is not None and is_singular_value(family, value)
    place = (
        tuple(place_of(family, point.u, scaling)) if point.kind is not SingularKind.ESCAPE else _rounded(point.u[:n])
    )
    vector = point.null_vector[:n]
    return Event(
        kind, ends[0].at, ends[1].at, centre, radius, value, is_exact, place, _rounded(_unit(vector)), counts[0], counts[1], names[0], names[1],
        is_crossing_proved=point.is_exact,
    )  # fmt: skip


def is_singular_value(family: Family, value: Fraction) -> bool:
    """Whether exact algebra modulo two primes counts fewer distinct solutions at a rational value than at a value without meaning."""
    generic, here = (_n_distinct(family, a) for a in (GENERIC, value))
    return generic is not None and here is not None and here < generic


@lru_cache(maxsize=64)
def _n_distinct(family: Family, value: Fraction) -> int | None:
    count = exact_count(family.equations_at(value), family.n, work_limit=_EXACT_WORK)
    return count.n_distinct


def _unit(v: Any) -> Any:
    w = np.real(v)
    w = w / max(float(np.linalg.norm(w)), 1e-300)
    return w if w[np.argmax(np.abs(w) > 1e-9)] >= 0 else -w


def _rounded(v: Any) -> tuple[float, ...]:
    return tuple(float(f"{x:.8e}") + 0.0 if abs(x) > 1e-14 else 0.0 for x in np.real(v).tolist())


def _with_orbits(family: Family, found: list[tuple[Event, SingularPoint | None]]) -> list[Event]:
    """Number the orbits of events under the symmetries of the family."""
    n, leaders = family.domain.n, list[SingularPoint | None]()
    result = []
    for event, point in found:
        orbit = None
        if point is not None:
            for k, leader in enumerate(leaders):
                if (
                    leader is None
                    or leader.kind is not point.kind
                    or abs(leader.a[0] - point.a[0]) > leader.a[1] + point.a[1]
                ):
                    continue
                images = (np.array(g.apply(leader.u[:n].tolist())) for g in family.symmetry_elements)
                if any(np.abs(image - point.u[:n]).max() < 1e-9 * (1 + np.abs(point.u).max()) for image in images):
                    orbit = k
                    break
        if orbit is None:
            orbit = len(leaders)
            leaders.append(point)
        result.append(replace(event, orbit=orbit))
    return result
