"""The events of a scan held against its counts, its branches, and the exact family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

from homotopy.certification.zeros import certify
from homotopy.scans.events import Event, EventKind
from homotopy.scans.family import Family
from homotopy.scans.points import index_of, place_of
from homotopy.scans.rational import rational_point
from homotopy.scans.result import Branch, Scan
from homotopy.scans.singular import SingularKind, SingularPoint, SingularSystems
from homotopy.status import Completeness, Verdict

_UNIT = Fraction(1, 10**20)  # of centres and radii
_TRUST = 1e-6  # relative distance from its stated value within which the singular point of an event is looked for
_SAME = 1e-7  # of places, which are rounded to nine digits
_REAL_COUNTS = {  # real points below and above
    EventKind.PITCHFORK: ((1, 3), (3, 1)),
    EventKind.TRANSCRITICAL: ((2, 2),),
    EventKind.ISOLATED: ((0, 0),),
}


def check_events(scan: Scan, *, certify_again: bool = False) -> list[str]:
    """What of a scan's events does not agree with its counts, branches and brackets; empty where all does.

    With `certify_again` the singular point of each event and the index of each branch are certified again from the exact family.
    """
    if scan.n_samples > 1 or not scan.branches:
        return []
    found = [*_counts(scan), *_branch_ends(scan), *_branch_indices(scan)]
    for k, event in enumerate(scan.events):
        found += [f"event {k} {wrong}" for wrong in (*_of_itself(event), *_of_branches(scan, k))]
    if certify_again and scan.family is not None and not found:
        systems = SingularSystems(scan.family)
        for k, event in enumerate(scan.events):
            found += [f"event {k} {wrong}" for wrong in _again(scan, systems, event)]
        found += _indices_again(scan, scan.family)
    return found


def _counts(scan: Scan) -> list[str]:
    """Counts at two values and what happens between them."""
    found, gaps = [], scan.coverage.gaps
    outside = [k for k, v in enumerate(scan.values) if not scan.is_in_event(v)]
    for k, following in pairwise(outside):
        low, high = scan.values[k], scan.values[following]
        if any(a < high and b > low for a, b in gaps):
            continue
        inside = [e for e in scan.events if low < e.low and e.high < high]
        for index in range(scan.dimension + 1):
            change = sum(e.after.get(index, 0) - e.before.get(index, 0) for e in inside)
            here, there = scan.by_index[k].get(index), scan.by_index[following].get(index)
            if here is not None and there is not None and here + change != there:
                found.append(
                    f"between {scan.name} = {low} and {high} the points of index {index} go from {here} to {there}, "
                    f"and the events there change them by {change}"
                )
    return found


def _branch_ends(scan: Scan) -> list[str]:
    found = []
    begun = {n for e in scan.events for n in e.branches_after}
    ended = {n for e in scan.events for n in e.branches_before}
    for branch in scan.branches:
        sides = (("begins", branch.begins, begun), ("ends", branch.ends, ended))
        for word, event, listed in sides:
            if event is not None and branch.number not in listed:
                found.append(f"branch {branch.number} of index {branch.index} {word} where no event is listed")
    return found


def _branch_indices(scan: Scan) -> list[str]:
    """Branches through each value and the counts there."""
    found = []
    for k, value in enumerate(scan.values):
        if scan.is_in_event(value) or scan.records[k][0].by_index is None or any(a <= value <= b for a, b in scan.coverage.gaps):
            continue
        passing = Counter(b.index for b in scan.branches if value in b.values)
        counted = {index: n for index, n in scan.by_index[k].items() if n}
        if None not in passing and passing != counted:
            found.append(f"at {scan.name} = {value} the branches have other indices than the points that are counted")
    return found


def _of_itself(event: Event) -> list[str]:
    """What one event says against itself."""
    counts = (sum(event.before.values()), sum(event.after.values()))
    found = []
    if not event.low < event.high:
        found.append("has a bracket without a value")
    for value in (event.centre, event.value if event.is_exact else None, event.algebraic):
        if value is not None and not event.low <= value <= event.high:
            found.append(f"is said to be at {float(value):.12g}, outside of its bracket")
    if event.centre is not None and event.radius is not None:
        if event.radius < 0 or not event.low <= event.centre - event.radius <= event.centre + event.radius <= event.high:
            found.append("has a ball that is not within its bracket")
        if event.radius == 0 and event.kind is not EventKind.DEGENERATE:
            found.append(f"is a {event.kind.value} without a ball")
        if event.value is not None and abs(event.value - event.centre) > event.radius:
            found.append(f"is said to be at {event.value}, outside of its ball")
    if event.kind in _REAL_COUNTS and (event.centre is None or counts not in _REAL_COUNTS[event.kind]):
        found.append(f"is no {event.kind.value} with {counts[0]} real points below and {counts[1]} above")
    if event.kind is EventKind.FOLD and (event.centre is None or abs(counts[0] - counts[1]) != 2):
        found.append(f"is no fold with {counts[0]} real points below and {counts[1]} above")
    if event.kind in (EventKind.FOLD, EventKind.PITCHFORK, EventKind.TRANSCRITICAL) and _degree(event.before) != _degree(event.after):
        found.append("does not keep the sum of the signs of its points")
    return found


def _degree(counts: Mapping[int, int]) -> int:
    return sum((-1) ** index * n for index, n in counts.items())


def _of_branches(scan: Scan, number: int) -> list[str]:
    """What its branches say against an event: their number, their indices, and where they begin and end."""
    event, found = scan.events[number], []
    by_number = {b.number: b for b in scan.branches}
    for names, counts, word in ((event.branches_before, event.before, "ends"), (event.branches_after, event.after, "begins")):
        branches: list[Branch] = [by_number[n] for n in names if n in by_number]
        end = float(event.low if word == "ends" else event.high)
        if not names and not min(scan.values) <= end <= max(scan.values):
            continue  # an event at an end of the range has points beyond it, and no branches there
        indices = Counter(b.index for b in branches)
        if len(branches) < len(names) or (None not in indices and indices != {k: n for k, n in counts.items() if n}):
            found.append(f"has other points than the branches that it {word}")
        for branch in branches:
            if (branch.ends if word == "ends" else branch.begins) != number:
                found.append(f"has branch {branch.number}, which {word} elsewhere")
            elif end not in (at for at, _ in branch.curve):
                found.append(f"has another bracket than that at which branch {branch.number} {word}")
    return found


def _again(scan: Scan, systems: SingularSystems, event: Event) -> list[str]:
    """What its singular point, certified again, says against an event; nothing where no certificate is stated."""
    if event.centre is None or event.radius is None or event.point is None:
        return []
    if event.radius == 0:
        return [] if _is_singular_at(scan, systems, event) else ["is at no rational singular point"]
    a, n = float(event.centre), systems.n
    is_escape = event.kind is EventKind.ESCAPE
    if is_escape:
        u = np.zeros(n)
        u[: len(event.point)] = event.point
        u = 1e4 * u / max(float(np.linalg.norm(u)), 1e-300)
    else:
        u = _unknowns(scan, systems.family, event.point, a)
    points = (systems.certified(g) for g in systems.guesses(u.astype(complex), complex(a), _TRUST * (1 + abs(a))))
    near = [p for p in points if p is not None and _is_at(scan, systems.family, p, event)]
    holding = [p for p in near if abs(p.a[0] - event.centre) + p.a[1] <= event.radius]
    if not holding:
        return [f"has no singular point at the place that it states, in its ball about {a:.12g}"]
    if not any(_is_of_kind(p, event, scan) for p in holding):
        return [f"is no {event.kind.value}: its singular point is another"]
    wide = abs(event.centre - holding[0].a[0]) + holding[0].a[1]
    if not 2 * _UNIT <= event.radius <= max(4 * _UNIT, 2 * wide):
        return [f"states a radius of {float(event.radius):.1e} where {float(wide):.1e} is proved"]
    return []


def _is_at(scan: Scan, family: Family, point: SingularPoint, event: Event) -> bool:
    """Whether a singular point is at the place, with the null vector, that an event states."""
    assert event.point is not None
    is_escape = point.kind is SingularKind.ESCAPE
    if is_escape is not (event.kind is EventKind.ESCAPE):
        return False
    n = family.domain.n
    place = np.real(point.u[:n]) if is_escape else np.array(place_of(family, point.u, scan.scaling))
    gap = np.abs(place - np.array(event.point)).max()
    v = np.real(point.null_vector[:n])
    is_along = event.null_vector is None or abs(v @ np.array(event.null_vector)) > (1 - 1e-9) * np.linalg.norm(v)
    return bool(gap <= _SAME * (1 + np.abs(place).max()) and is_along)


def _is_of_kind(point: SingularPoint, event: Event, scan: Scan) -> bool:
    """Whether an event of this kind, with its counts, happens at such a singular point."""
    counts = (sum(event.before.values()), sum(event.after.values()))
    if event.kind is EventKind.DEGENERATE:  # where other solutions are close; a list that is resolved without a discriminant has none
        is_resolved = scan.coverage.verdict in (Completeness.PROVED, Completeness.SUPPORTED) and scan.coverage.n_singular is None
        is_fold = point.kind is SingularKind.FOLD and abs(counts[0] - counts[1]) == 2
        return not is_fold and not (is_resolved and point.kind is SingularKind.BRANCH)
    if event.kind is EventKind.ESCAPE:
        return point.kind is SingularKind.ESCAPE
    if event.kind is EventKind.FOLD:
        return point.kind is SingularKind.FOLD
    is_flat = point.is_flat is Verdict.YES
    return point.kind is SingularKind.BRANCH and is_flat is (event.kind is EventKind.PITCHFORK)


def _is_singular_at(scan: Scan, systems: SingularSystems, event: Event) -> bool:
    """Whether a rational point next to the stated one is singular at this value, with the stated kernel, in exact arithmetic."""
    assert event.centre is not None
    assert event.point is not None
    u = _unknowns(scan, systems.family, event.point, float(event.centre))
    found = rational_point(systems.family, u.astype(complex)[None], event.centre, event.centre)
    return found is not None and (found.value, found.kernel_dimension) == (event.centre, event.kernel_dimension)


def _unknowns(scan: Scan, family: Family, place: tuple[float, ...], a: float) -> Any:
    """Coordinates and multipliers of the family from a point in the model's units; the equations are affine in the multipliers."""
    lengths = [sqrt(r) for r in scan.scaling.length_squared] or [1.0] * max(family.domain.n_constraints, 1)
    blocks = family.domain.slices or (slice(0, family.domain.n),)
    x = np.concatenate([np.array(place[block]) / lengths[b] for b, block in enumerate(blocks)])
    m = family.domain.n_constraints

    def at(mu: Any) -> Any:
        return np.array(family.tapes.members.equations.evaluate([*x, *mu], [a], float), float)

    zero = at(np.zeros(m))
    columns = np.array([at(e) - zero for e in np.eye(m)]).reshape(m, family.n).T
    mu = np.linalg.lstsq(columns, -zero, rcond=None)[0] if m else np.zeros(0)
    return np.concatenate([x, mu])


def _indices_again(scan: Scan, family: Family) -> list[str]:
    """The Morse index of each branch, proved again at one of its points."""
    found = []
    for branch in scan.branches:
        if branch.index is None or not branch.values:
            continue
        k = len(branch.values) // 2
        value = branch.values[k]
        u = _unknowns(scan, family, branch.coordinates[k], float(value))
        certified = certify(family.tapes.members.bind((value,)), u.astype(complex)[None]).certificates
        if len(certified) != 1 or index_of(family, certified[0], value) != branch.index:
            found.append(f"branch {branch.number} has no point of index {branch.index} at {scan.name} = {value}")
    return found
