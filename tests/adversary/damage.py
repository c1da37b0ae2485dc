"""Damage to what an engine hands to a solve, and to start sets: one function each, from a random generator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from homotopy.engines.base import TrackedPaths
from homotopy.engines.starts.start_set import StartSet, Stratum
from homotopy.status import PathStatus

Rng = np.random.Generator
# Mutations of what an engine hands over: from its paths and a random generator.
ENDS: dict[str, Callable[[TrackedPaths, Rng], TrackedPaths]] = {}
# Mutations of the start set that the tracker reads.
STARTS: dict[str, Callable[[StartSet, Rng], StartSet]] = {}


def _ends(
    name: str,
) -> Callable[[Callable[[TrackedPaths, Rng], TrackedPaths]], Callable[[TrackedPaths, Rng], TrackedPaths]]:
    def register(mutate: Callable[[TrackedPaths, Rng], TrackedPaths]) -> Callable[[TrackedPaths, Rng], TrackedPaths]:
        ENDS[name] = mutate
        return mutate

    return register


def _regular(t: TrackedPaths) -> list[int]:
    return [k for k, status in enumerate(t.status) if status is PathStatus.REGULAR]


def _some(t: TrackedPaths, rng: Rng, most: int) -> list[int]:
    """Regular ends at random, at least one where there is one; each ends with its conjugate, which a solve would add again."""
    rows = _regular(t)
    if not rows:
        return []
    chosen = rng.choice(rows, min(most, len(rows)), replace=False).tolist()
    return sorted({*chosen, *(k for k in rows for c in chosen if _is_near(t.x[k], t.x[c].conj()))})


def _is_near(x: Any, y: Any) -> bool:
    return bool(np.abs(x - y).max() <= 1e-6 * (1 + np.abs(x).max()))


def without(t: TrackedPaths, rows: Iterable[int], *, tells: bool) -> TrackedPaths:
    """The paths without some; with `tells` the number that the start asks for stays, else it is lowered too."""
    gone = set(rows)
    kept = [k for k in range(len(t.status)) if k not in gone]
    less = sum(len(t.images[k]) for k in gone)
    count = t.root_count if tells or t.root_count is None else t.root_count - less
    follow = None if t.follow is None else (lambda numbers, whole=t.follow: whole([kept[k] for k in numbers]))
    return replace(
        t,
        x=t.x[kept],
        status=tuple(t.status[k] for k in kept),
        rco=t.rco[kept],
        images=tuple(t.images[k] for k in kept),
        root_count=count,
        follow=follow,
    )


def _with_status(t: TrackedPaths, rows: Iterable[int], status: PathStatus) -> TrackedPaths:
    changed = list(t.status)
    for k in rows:
        changed[k] = status
    return replace(t, status=tuple(changed))


def _moved(t: TrackedPaths, rows: Sequence[int], rng: Rng, size: float) -> TrackedPaths:
    x = t.x.copy()
    noise = rng.standard_normal((2, len(rows), x.shape[1]))
    x[list(rows)] += size * (1 + np.abs(x[list(rows)])) * (noise[0] + 1j * noise[1])
    return replace(t, x=x)


@_ends("one end deleted")
def _one_deleted(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return without(t, _some(t, rng, 1), tells=True)


@_ends("three ends deleted")
def _three_deleted(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return without(t, _some(t, rng, 3), tells=True)


@_ends("one end and its path deleted")
def _one_unknown(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return without(t, _some(t, rng, 1), tells=False)


@_ends("half of the ends and their paths deleted")
def _half_unknown(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return without(t, _some(t, rng, len(_regular(t)) // 2), tells=False)


@_ends("one end replaced by another")
def _doubled(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    rows, x = _some(t, rng, 1), t.x.copy()
    others = [k for k in _regular(t) if k not in rows]
    if others:
        x[rows] = x[int(rng.choice(others))]
    return replace(t, x=x)


@_ends("one end said to be at infinity")
def _far(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return _with_status(t, _some(t, rng, 1), PathStatus.AT_INFINITY)


@_ends("three ends said to be at infinity, none can be followed")
def _far_unfollowed(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return replace(_with_status(t, _some(t, rng, 3), PathStatus.AT_INFINITY), follow=None)


@_ends("all ends said to be at infinity")
def _all_far(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return replace(_with_status(t, _regular(t), PathStatus.AT_INFINITY), follow=None)


@_ends("one end said to have failed")
def _failed(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return replace(_with_status(t, _some(t, rng, 1), PathStatus.FAILED), follow=None)


@_ends("one end moved out of its basin")
def _displaced(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return replace(_moved(t, _some(t, rng, 1), rng, 1.0), follow=None)


@_ends("one end moved out of its basin and said to be singular")
def _singular(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    rows = _some(t, rng, 1)
    return replace(_with_status(_moved(t, rows, rng, 0.3), rows, PathStatus.SINGULAR), follow=None)


@_ends("all ends moved")
def _all_displaced(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return replace(_moved(t, _regular(t), rng, 0.05), follow=None)


@_ends("ends that are no numbers")
def _not_numbers(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    x = t.x.copy()
    x[_some(t, rng, 2)] = np.nan
    return replace(t, x=x, follow=None)


@_ends("fewer paths told than were tracked")
def _wrong_count(t: TrackedPaths, rng: Rng) -> TrackedPaths:
    return replace(without(t, _some(t, rng, 1), tells=True), root_count=max(1, (t.root_count or 2) - 2))


def _largest(s: StartSet) -> int:
    return max(range(len(s.strata)), key=lambda k: len(s.strata[k].solutions))


def _in_largest(s: StartSet, change: Callable[[Stratum], Stratum]) -> StartSet:
    """A start set with a change in its stratum with the most solutions."""
    k = _largest(s)
    return replace(s, strata=(*s.strata[:k], change(s.strata[k]), *s.strata[k + 1 :]))


def _start_deleted(s: StartSet, rng: Rng) -> StartSet:
    def change(t: Stratum) -> Stratum:
        return replace(t, solutions=np.delete(t.solutions, rng.integers(len(t.solutions)), axis=0))

    return _in_largest(s, change)


def _start_doubled(s: StartSet, rng: Rng) -> StartSet:
    def change(t: Stratum) -> Stratum:
        solutions = t.solutions.copy()
        solutions[0] = solutions[-1]
        return replace(t, solutions=solutions)

    return _in_largest(s, change)


def _start_moved(s: StartSet, rng: Rng) -> StartSet:
    def change(t: Stratum) -> Stratum:
        solutions = t.solutions.copy()
        solutions[int(rng.integers(len(solutions)))] *= 1.5 + 0.5j
        return replace(t, solutions=solutions)

    return _in_largest(s, change)


def _stratum_deleted(s: StartSet, rng: Rng) -> StartSet:
    k = _largest(s)
    return replace(s, strata=(*s.strata[:k], *s.strata[k + 1 :]))


def _member_replaced(s: StartSet, rng: Rng) -> StartSet:
    def change(t: Stratum) -> Stratum:
        return replace(t, parameters=t.parameters * (1 + 0.1 * rng.standard_normal(len(t.parameters))))

    return _in_largest(s, change)


STARTS |= {
    "a start solution deleted": _start_deleted,
    "a start solution doubled": _start_doubled,
    "a start solution moved": _start_moved,
    "a zero pattern deleted": _stratum_deleted,
    "start solutions of another member": _member_replaced,
}
