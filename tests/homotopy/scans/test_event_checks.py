"""Forged events and branches of scans are noticed, and honest scans pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

import homotopy as ho
import polysys as ps
from homotopy.scans.events import Event, EventKind
from homotopy.scans.result import Scan


def _scan(text: str, values: object, domain: str = "euclidean", **choices: object) -> Scan:
    return ho.scan(ps.expression(text, domain, parameters=["a"]), a=values, **choices)


SCANS = {
    "folds": lambda: _scan("x^4/4 - x^2/2 - a*x", ho.linspace(-1, 1, 5)),
    "pitchfork": lambda: _scan("x^4/4 - a*x^2/2", ho.linspace(-1, 1, 4)),
    "transcritical": lambda: _scan("x^3/3 - a*x^2/2", ho.linspace(-1, 1, 4)),
    "escape": lambda: _scan("a*x^4/4 + x^2/2 + x + y^2", ["-0.1", 1]),
    "two unknowns": lambda: _scan("x^4/4 + y^4/4 - a*x^2/2 - y^2/2 + x*y/3 + x/5", ho.linspace(-2, 2, 5)),
    "sphere": lambda: _scan("x^3 + y^3 - z^3 + a*x + x*y/3", ho.linspace(-2, 2, 4), "sphere"),
    "nine branches": lambda: _scan(
        "(x - 1/2)^4/4 + y^4/4 - (a - 1/3)*((x - 1/2)^2 + y^2)/2", ["0.2", "0.5"], tolerance="0.03"
    ),
}
made = cache(lambda name: SCANS[name]())


@pytest.mark.parametrize("name", SCANS)
def test_an_honest_scan_passes(name: str) -> None:
    scan = made(name)
    assert scan.events and scan.checked() is scan


@pytest.mark.parametrize("ends", [(0, 2), (-2, 0)])
def test_an_event_at_an_end_of_the_range_needs_no_branches_beyond(ends: tuple[int, int]) -> None:
    scan = _scan("x^4/4 - a*x^2", ho.linspace(*ends, 3))
    assert len(scan.events) == 1 and scan.checked() is scan


def _forged(event: Event) -> Iterator[tuple[str, Event]]:
    width = event.high - event.low
    for kind in EventKind:
        if kind not in (event.kind, EventKind.DEGENERATE):
            yield f"kind {kind.value}", replace(event, kind=kind)
    assert event.centre is not None and event.radius is not None and event.point is not None
    for by in (max(4 * event.radius, Fraction(1, 10**12)), width / 10, -width / 10, 3 * width):
        yield f"centre {float(by):.0e}", replace(event, centre=event.centre + by)
    yield "wide", replace(event, radius=max(4 * event.radius, Fraction(1, 10**9)))
    yield "narrow", replace(event, radius=event.radius / 1000 or Fraction(1, 10**6))
    yield "point", replace(event, point=tuple(p + 0.5 for p in event.point))
    if event.before:  # where no real point stands at an end a wider bracket is true
        yield "low", replace(event, low=event.low - width)
    if event.after:
        yield "high", replace(event, high=event.high + width)
    for side in ("before", "after"):
        counts = dict(getattr(event, side))
        for index in {0, 1, *counts}:
            yield f"{side} {index}", replace(event, **{side: {**counts, index: counts.get(index, 0) + 1}})
        branches = getattr(event, f"branches_{side}")
        if branches:
            yield f"branches {side}", replace(event, **{f"branches_{side}": branches[1:]})


@pytest.mark.parametrize("name", SCANS)
def test_a_forged_event_is_noticed(name: str) -> None:
    scan = made(name)
    for k, event in enumerate(scan.events[:2]):
        for what, other in _forged(event):
            events = tuple(other if j == k else e for j, e in enumerate(scan.events))
            assert replace(scan, events=events).checked().is_contradicted, (k, what)


@pytest.mark.parametrize("name", ["folds", "sphere"])
def test_a_forged_index_is_noticed(name: str) -> None:
    scan = made(name)
    for branch in scan.branches:
        assert branch.index is not None
        for by in (1, -1):
            branches = tuple(replace(b, index=branch.index + by) if b is branch else b for b in scan.branches)
            assert replace(scan, branches=branches).checked().is_contradicted


def test_a_fold_called_degenerate_is_noticed() -> None:
    scan = made("folds")
    events = (replace(scan.events[0], kind=EventKind.DEGENERATE), *scan.events[1:])
    assert replace(scan, events=events).checked().is_contradicted
