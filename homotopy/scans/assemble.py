"""From censuses at values to a scan: the march through all of them, branches, events, and the verdict on what lies between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from homotopy.certification.certificates import CertificateList
from homotopy.common.arrays import Complexes
from homotopy.common.wording import count_of
from homotopy.scans.discriminant import Discriminant, discriminant_of, have_one_value, merged, unaccounted
from homotopy.scans.escapes import is_escape_value
from homotopy.scans.events import Event, EventKind, events_of, is_singular_value
from homotopy.scans.family import GENERIC, Family
from homotopy.scans.march import March, start
from homotopy.scans.meetings import is_resolved
from homotopy.scans.points import energy_at, energy_of, index_of, place_of, solutions_in
from homotopy.scans.result import Branch, Coverage, Scan
from homotopy.scans.singular import simplest
from homotopy.scans.strands import Gap, Passage, Strands
from homotopy.status import Completeness
from polysys.algebra import exact_count
from polysys.counts.of_landscape import upper_bounds
from polysys.errors import PolysysError
from polysys.landscape import Landscape, Scaling
from polysys.models.expressions import expression

MOST_FOLLOWED = 4000  # solutions; more take hours
_EXACT_WORK = 10**10


@dataclass
class _Line:
    """What is known about one branch while it is put together."""

    index: int | None
    points: dict[Fraction, tuple[float, tuple[float, ...]]] = field(default_factory=dict)
    curve: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class _Assembly:
    """The march, and what it passes."""

    scan: Scan
    family: Family
    scaling: Scaling
    n_solutions: int
    discriminant: Discriminant | None
    lines: dict[int, _Line] = field(default_factory=dict)
    passages: list[tuple[Passage, bool]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)


def followed(
    scan: Scan,
    family: Family,
    lands: Sequence[Landscape | None],
    found: Sequence[Complexes],
    half_width: Fraction | None,
) -> Scan:
    """The scan with branches, events and coverage.

    Parameters
    ----------
    scan : Scan
        With the records of its values.
    family : Family
    lands : sequence of Landscape or None
        At each value.
    found : sequence of complex arrays
        Centres of certified solutions of each.
    half_width : Fraction, optional
        Of the brackets of events.
    """
    certified = [
        CertificateList.of(()) if land is None or not len(u) else solutions_in(family, land, u, v)
        for land, u, v in zip(lands, found, scan.values, strict=True)
    ]
    most = max(map(len, certified), default=0)
    scaling = next((land.scaling for land in lands if land is not None), Scaling())
    if not 0 < most <= MOST_FOLLOWED:
        reason = (
            "no value has a certified solution to follow"
            if not most
            else f"{most} solutions are more than are followed"
        )
        return replace(scan, coverage=Coverage(Completeness.UNKNOWN, reason, None))
    found_exactly = discriminant_of(family)
    assembly = _Assembly(scan, family, scaling, most, found_exactly)
    regular = [k for k, c in enumerate(certified) if len(c) == most]
    first = regular[0]
    march = start(family, scan.values[first], certified[first])
    march.half_width = half_width
    march.known_values = None if found_exactly is None else found_exactly.values
    _stand(assembly, march.strands, first)
    _walk(assembly, march, certified, most, range(first + 1, len(certified)))
    if first > 0:
        back = start(family, scan.values[first], certified[first])
        back.first_name, back.half_width, back.singular = march.first_name, half_width, march.singular
        back.known_values = march.known_values
        _walk(assembly, back, certified, most, range(first - 1, -1, -1))
    return _finished(assembly, most)


def _walk(assembly: _Assembly, march: March, certified: Sequence[CertificateList], most: int, places: range) -> None:
    """March through the values at these places, in their order."""
    values, is_down = assembly.scan.values, places.step < 0
    direction = -1 if is_down else 1
    n_seen = 0
    for k in places:
        gap = abs(values[k] - values[k - direction])
        reached = (values[k] - march.strands.at) * direction <= 0 or march.advance(values[k], gap)
        for passage in march.passages[n_seen:]:
            assembly.passages.append((passage, is_down))
            _stand(assembly, passage.before, None)
            _stand(assembly, passage.after, None)
        n_seen = len(march.passages)
        assembly.gaps += march.gaps
        march.gaps.clear()
        if reached and march.strands.at == values[k]:
            if len(march.strands.certificates) < most and len(certified[k]) == most:
                march.rejoin(values[k], certified[k])
            _compare(assembly, march.strands, certified[k], k)
            _stand(assembly, march.strands, k)
        elif reached:  # the value lies in a passage: the branches that go through are certified there
            _inside(assembly, march, k)
        elif len(certified[k]) == most:
            march.rejoin(values[k], certified[k])
            _stand(assembly, march.strands, k)
    for name, curve in march.curves.items():
        if name in assembly.lines:
            line = assembly.lines[name]
            line.curve += [(a, energy_at(assembly.family, u, a, assembly.scaling)) for a, u in curve]


def _stand(assembly: _Assembly, strands: Strands, k: int | None) -> None:
    """Note the real points of some strands; at a value of the scan, or at the end of a passage."""
    family, at = assembly.family, strands.at
    for row in np.flatnonzero(strands.is_real).tolist():
        certificate, name = strands.certificates[row], int(strands.names[row])
        if name not in assembly.lines:
            assembly.lines[name] = _Line(index_of(family, certificate, at))
        line = assembly.lines[name]
        energy = energy_of(family, certificate, at, assembly.scaling)
        line.curve.append((float(at), energy))
        if k is not None:
            line.points[at] = energy, place_of(family, strands.certificates.mid[row], assembly.scaling)


def _inside(assembly: _Assembly, march: March, k: int) -> None:
    """The points, at a value within a passage, of the branches that go straight through it."""
    at = assembly.scan.values[k]
    holding = [p for p in march.passages if min(p.before.at, p.after.at) <= at <= max(p.before.at, p.after.at)]
    new = {n for p in holding for n in p.after.names.tolist()}
    rows = [r for r in np.flatnonzero(march.strands.is_real).tolist() if int(march.strands.names[r]) not in new]
    if not rows:
        return
    moved = march.back_to(at, np.array(rows))
    if moved is not None:
        _stand(assembly, moved, k)


def _compare(assembly: _Assembly, strands: Strands, certified: CertificateList, k: int) -> None:
    """Hold the census at a value against the solutions that were followed there."""
    value, record = assembly.scan.values[k], assembly.scan.records[k][0]
    is_whole = len(strands.certificates) == assembly.n_solutions  # else some were left behind and come back later
    if record.is_failed or not is_whole:
        return
    mine, theirs = strands.certificates, certified
    n_common = 0
    for row in range(len(theirs)):
        gap = np.abs(mine.mid - theirs.mid[row]).max(axis=1) - theirs.radius[row]
        n_common += bool((gap <= mine.uniqueness).any())
    if n_common < len(theirs):
        assembly.checks.append(
            f"{len(theirs) - n_common} solutions of the census at {value} are not among those that were followed"
        )
    if len(theirs) < len(mine) and record.verdict in ("proved", "supported"):
        assembly.checks.append(f"the census at {value} calls {len(theirs)} of {len(mine)} solutions a complete list")


def _finished(assembly: _Assembly, most: int) -> Scan:
    scan, family = assembly.scan, assembly.family
    passages = [p for p, _ in assembly.passages]
    events = events_of(family, passages, assembly.scaling, [d for _, d in assembly.passages])
    branches, renamed = _branches(assembly, events)
    events = [
        replace(
            e,
            branches_before=tuple(sorted(renamed[n] for n in e.branches_before if n in renamed)),
            branches_after=tuple(sorted(renamed[n] for n in e.branches_after if n in renamed)),
        )
        for e in events
    ]
    if assembly.discriminant is not None:
        events = [_placed(e, assembly.discriminant, family, assembly.scaling, scan.name) for e in events]
    return replace(
        scan, branches=tuple(branches), events=tuple(events), coverage=_coverage(assembly, most, events), family=family,
        scaling=assembly.scaling,
    )  # fmt: skip


def _branches(assembly: _Assembly, events: Sequence[Event]) -> tuple[list[Branch], dict[int, int]]:
    """The branches in the order in which they begin, and their new numbers."""
    begins = {n: k for k, e in enumerate(events) for n in e.branches_after}
    ends = {n: k for k, e in enumerate(events) for n in e.branches_before}
    low, high = float(assembly.scan.values[0]), float(assembly.scan.values[-1])
    kept = {}
    for name, line in assembly.lines.items():
        curve = sorted(set(line.curve))
        if any(low <= a <= high for a, _ in curve):
            kept[name] = curve
    order = sorted(kept, key=lambda n: (kept[n][0], kept[n][-1], n))
    renamed = {name: number for number, name in enumerate(order)}
    result = []
    for name in order:
        line = assembly.lines[name]
        values = tuple(sorted(line.points))
        result.append(
            Branch(
                renamed[name], line.index, values, tuple(line.points[v][0] for v in values), tuple(line.points[v][1] for v in values),
                tuple(kept[name]), begins.get(name), ends.get(name),
            )
        )  # fmt: skip
    return result, renamed


def _placed(event: Event, found: Discriminant, family: Family, scaling: Scaling, name: str) -> Event:
    """An event that no extended system certifies, with the place that exact algebra gives it where its points have one value."""
    if event.kind is not EventKind.DEGENERATE or event.is_certified:
        return event
    inside = found.within(event.low, event.high)
    if not inside or not have_one_value(inside):
        return replace(event, value=None, is_exact=False)  # real points do not meet where the landscape is singular
    (low, high), centre = inside[0].box[-1], inside[0].centre
    value = simplest((low + high) / 2, (high - low) / 2)
    is_short = value.denominator <= 10_000 and is_singular_value(family, value)
    place = place_of(family, [re for re, _ in centre[:-1]], scaling) if len(inside) == 1 else None
    event = replace(event, algebraic=centre[-1][0], point=place, value=value if is_short else None, is_exact=is_short)
    return event if is_short else replace(event, equation=found.equation_of(inside, name))


def _coverage(assembly: _Assembly, most: int, events: Sequence[Event]) -> Coverage:
    """What is known about events between the values."""
    scan, found = assembly.scan, assembly.discriminant
    gaps = tuple(sorted({(g.low, g.high) for g in assembly.gaps}))
    n_complex = sum(
        len(p.complex) or (not p.singular and not p.before.is_real.any() and not p.after.is_real.any())
        for p, _ in assembly.passages
    )
    verdict, reason = _on_number(assembly.family, most)
    open_brackets = _unresolved(assembly, events)
    if found is not None:
        n_real = len(found.within(scan.values[0], scan.values[-1]))
        reason += f"; exact algebra modulo primes counts {count_of(found.n_points, 'singular point')}, {n_real} of them real and in the range"
    if assembly.checks:
        verdict, reason = Completeness.CONTRADICTED, assembly.checks[0]
    elif gaps:
        lost = max(g.n_lost for g in assembly.gaps)
        where = ", ".join(f"[{float(a):.6g}, {float(b):.6g}]" for a, b in gaps[:3]) + (", .." if len(gaps) > 3 else "")
        reason = f"up to {lost} of {most} solutions were not followed through {where}: a pair of events of theirs would not be seen"
        verdict = Completeness.UNKNOWN
    elif open_brackets:
        verdict, reason = Completeness.UNKNOWN, f"{open_brackets[0]}; {reason}"
    n_singular = None if found is None else found.n_points
    return Coverage(verdict, reason, most, gaps, n_complex, tuple(assembly.checks), n_singular)


def _unresolved(assembly: _Assembly, events: Sequence[Event]) -> list[str]:
    """What keeps the list from being one event for each singular point, or for each value at which many meet; empty where it is."""
    name, values, found = assembly.scan.name, assembly.scan.values, assembly.discriminant
    brackets = merged([(min(p.before.at, p.after.at), max(p.before.at, p.after.at)) for p, _ in assembly.passages])
    result = []
    for low, high in brackets:
        inside = [p for p, _ in assembly.passages if low <= p.before.at <= high and low <= p.after.at <= high]
        here = [e for e in events if low <= e.low and e.high <= high]
        if found is None:
            if not all(is_resolved(p) for p in inside):
                result.append(
                    f"the events in [{float(low):.10g}, {float(high):.10g}] are not resolved: the solutions that meet "
                    "are not those of its certified singular points"
                )
            continue
        points = found.within(low, high)
        finite = [e for e in here if e.kind is not EventKind.ESCAPE]
        n_certified = sum(e.is_certified for e in finite)
        is_one = have_one_value(points) and any(not e.is_certified for e in finite)
        if len(points) != n_certified and not (points and is_one and n_certified < len(points)):
            result.append(
                f"the events in [{float(low):.10g}, {float(high):.10g}] are not resolved: {n_certified} certified, and "
                f"exact algebra modulo primes has {len(points)} real singular points there"
            )
    result += [
        f"the escape to infinity in [{float(e.low):.10g}, {float(e.high):.10g}] is not certified"
        for e in events
        if e.kind is EventKind.ESCAPE and not e.is_certified and not is_escape_value(assembly.family, e.low, e.high)
    ]
    if found is not None:
        result += [
            f"exact algebra modulo primes has a singular point at {name} = {p.doubles[-1].real:.12g}, where no event is"
            for p in unaccounted(found, brackets, values[0], values[-1])
        ]
    return result


def _on_number(family: Family, most: int) -> tuple[Completeness, str]:
    """Whether so many followed solutions are all that there are at every value outside of the brackets."""
    try:
        terms = family.at(GENERIC)
        land = expression(_text(terms, family.variables), family.domain, variables=family.variables).sample()
        bound = min(b.value for b in upper_bounds(land)) * land.formulation.points_per_class
    except PolysysError:
        bound = -1
    if bound == most:
        return (
            Completeness.PROVED,
            f"{most} solutions, all that the monomials allow, were followed between the values with proof",
        )
    count = exact_count(family.equations_at(GENERIC), family.n, work_limit=_EXACT_WORK, distinct=False)
    if count.dimension == 0 and count.degree == most:
        return (
            Completeness.SUPPORTED,
            f"{most} solutions, the degree of a generic member's ideal modulo two primes, were followed between the values with proof",
        )
    known = f", of at most {bound}" if bound > 0 else ""
    if count.dimension == 0 and count.degree is not None:
        known = f", of {count.degree} by exact algebra modulo two primes"
    return (
        Completeness.UNKNOWN,
        f"{most} solutions{known} were followed between the values: others may have events of their own",
    )


def _text(terms: dict[tuple[int, ...], Fraction], variables: Sequence[str]) -> str:
    return " + ".join(
        "*".join([f"({c})", *(f"{v}^{k}" for v, k in zip(variables, e, strict=True) if k)]) for e, c in terms.items()
    )
