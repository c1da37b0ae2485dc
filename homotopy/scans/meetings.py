"""Which solutions of a bracket go to which singular point, and whether its singular points account for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from homotopy.scans.singular import SingularKind, SingularPoint
from homotopy.scans.strands import Passage, Strands
from homotopy.status import Verdict

_APART = 0.3  # relative distance of a solution from a singular point beyond which it does not go there


def assigned(strands: Strands, real: Sequence[SingularPoint], others: Sequence[SingularPoint]) -> Any:
    """For each strand the number of the real singular point that it goes to, -1 where there is none.

    What goes to one of the `others`, which are not real, is no real strand; it is -1 too.
    """
    u, points = strands.certificates.mid, [*real, *others]
    if not points:
        return np.full(len(u), -1)
    distances = []
    size = np.linalg.norm(u, axis=1)
    for point in points:
        if point.kind is SingularKind.ESCAPE:
            y = point.u / np.linalg.norm(point.u)
            turned = np.abs(u @ y.conj()) / np.maximum(size, 1e-300)
            angle = np.sqrt(np.maximum(1 - turned**2, 0))
            distances.append(np.where(size > 2, 0.1 + angle, np.inf))  # what is next to a finite point does not escape
        else:
            distances.append(np.linalg.norm(u - point.u, axis=1) / (1 + np.linalg.norm(point.u)))
    table = np.array(distances)
    table[len(real) :, strands.is_real] = np.inf
    owner = np.where(table.min(axis=0) < _APART, table.argmin(axis=0), -1)
    return np.where(owner < len(real), owner, -1)


def are_at_one_value(points: Sequence[SingularPoint]) -> bool:
    """Whether the parameter balls of some singular points all meet."""
    return all(abs(p.a[0] - q.a[0]) <= p.a[1] + q.a[1] for k, p in enumerate(points) for q in points[:k])


def is_accounted(point: SingularPoint, before: Any, after: Any) -> bool:
    """Whether the solutions on both sides are those that a singular point of its kind brings together and leaves.

    Parameters
    ----------
    point : SingularPoint
    before, after : bool array
        For each solution that is assigned to it whether it is real.

    Notes
    -----
    Exactly two solutions meet where the extended system of folds is regular, and where branches cross with w F_uu v v not zero. Three meet at
    a pitchfork of the usual kind.
    """
    if point.kind is SingularKind.ESCAPE:
        return True
    counts = (int(before.sum()), int(after.sum()))
    if point.kind is SingularKind.FOLD:
        return len(before) == len(after) == 2 and sorted(counts) == [0, 2]
    if point.is_flat is Verdict.YES:
        return len(before) == len(after) == 3 and sorted(counts) == [1, 3]
    return len(before) == len(after) == 2 and point.is_flat is Verdict.NO and counts in ((0, 0), (2, 2))


def is_resolved(passage: Passage) -> bool:
    """Whether all certified singular points of a bracket lie at one value, and each accounts for the solutions that go to it."""
    if not are_at_one_value([*passage.singular, *passage.complex]):
        return False
    owners = [assigned(s, passage.singular, passage.complex) for s in (passage.before, passage.after)]
    return all(
        is_accounted(point, passage.before.is_real[owners[0] == k], passage.after.is_real[owners[1] == k])
        for k, point in enumerate(passage.singular)
    )


def alone(
    values: Sequence[tuple[Fraction, Fraction]], begin: Fraction, centre: Fraction, wide: Fraction, direction: int
) -> tuple[Fraction, Fraction]:
    """The centre and half width of a passage about the first of several values that it would hold; as they are where it holds one."""
    ahead = sorted((low + high) / 2 * direction for low, high in values if low * direction > begin * direction)
    apart = list[Fraction]()
    radius = max((high - low for low, high in values), default=Fraction(0))
    for value in ahead:
        if value <= centre * direction + wide and (not apart or value - apart[-1] > 2 * radius):
            apart.append(value)
    inside = [v for v in apart if v >= centre * direction - wide]
    if len(inside) < 2:
        return centre, wide
    return inside[0] * direction, min(wide, (inside[1] - inside[0]) / 3)
