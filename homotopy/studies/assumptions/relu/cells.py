"""The network itself, with rectified units: 1-2-1 with biases and few data, stationary points counted exactly cell by cell.

In each pattern of active units the loss is a polynomial. A stationary point of it is one of the network if its pattern is that of the cell, which balls
decide. Where units are on a kink the loss has no gradient; such points are left out.

Three facts reduce the cells. (1) With l2 a unit that is active on no datum has only the stationary point zero, which lies on kinks. (2) Two units with different
patterns: points are isolated and found by a census. (3) Two units with the same pattern: the loss is invariant under rotations of the two, and at a stationary
point both see the same direction, (w_k, b_k, a_k) = u_k (w, b, a) with u on the unit circle and (w, b, a) stationary for one unit. Both are active
where u_1, u_2 > 0: a quarter circle of stationary points of the loss of the network with one unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from flint import arb, fmpq

from homotopy.counting.count import census
from homotopy.errors import HomotopyError
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.tables import Cell, Table
from homotopy.studies.measures.search_coverage import SETTLED
from polysys.disorder import dyadic, generator
from polysys.models.expressions import expression

_BITS = 8  # of inputs and targets: short rationals make short systems
Mask = tuple[int, ...]  # the data on which a unit is active


@dataclass(frozen=True, slots=True)
class FewData:
    """Inputs, ascending and distinct, targets, and the l2 value of all weights and biases."""

    x: tuple[Fraction, ...]
    y: tuple[Fraction, ...]
    l2: Fraction

    @property
    def masks(self) -> list[Mask]:
        """The data that one unit w x + b can be active on, none left out: beginnings and ends of the row of inputs.

        Examples
        --------
        >>> FewData((Fraction(-1), Fraction(0), Fraction(1)), (Fraction(1),) * 3, Fraction(1)).masks
        [(0,), (0, 1), (0, 1, 2), (1, 2), (2,)]
        """
        m = len(self.x)
        return [tuple(range(k)) for k in range(1, m + 1)] + [tuple(range(k, m)) for k in range(1, m)]


def drawn(m: int, l2: Fraction, seed: int) -> FewData:
    """Standard normal inputs and the targets of a network with two rectified units, |x|, with noise of a quarter; rounded."""
    values = dyadic(generator(seed).standard_normal((2, m)), _BITS)
    order = np.argsort([float(v) for v in values[0]], kind="stable")
    x, noise = values[0][order].tolist(), values[1][order].tolist()
    return FewData(tuple(x), tuple(abs(v) + e / 4 for v, e in zip(x, noise, strict=True)), l2)


def cell_loss(data: FewData, masks: Sequence[Mask]) -> str:
    """The loss where unit k is active on the data in `masks[k]`, in the variables w1, b1, a1, w2, ..

    Examples
    --------
    >>> cell_loss(FewData((Fraction(2),), (Fraction(3),), Fraction(1, 2)), [(0,)])
    '((a1*(2*w1 + b1)) - (3))^2/2 + (1/2)/2*(w1^2 + b1^2 + a1^2)'
    """
    units = range(1, len(masks) + 1)
    terms = []
    for i, (x, y) in enumerate(zip(data.x, data.y, strict=True)):
        active = [f"a{k}*({_signed(x)}*w{k} + b{k})" for k in units if i in masks[k - 1]]
        terms.append(f"(({' + '.join(active) or '0'}) - ({y}))^2/2")
    squares = " + ".join(f"{letter}{k}^2" for k in units for letter in "wba")
    return " + ".join([*terms, f"({data.l2})/2*({squares})"])


def _signed(value: Fraction) -> str:
    return str(value) if value >= 0 and value.denominator == 1 else f"({value})"


def is_inside(data: FewData, masks: Sequence[Mask], point: Sequence[arb]) -> bool | None:
    """Whether units are active on exactly the data of their masks, at a point (w1, b1, a1, w2, ..) in balls; None where balls do not decide."""
    answers: list[bool | None] = []
    for k, mask in enumerate(masks):
        w, b = point[3 * k], point[3 * k + 1]
        for i, x in enumerate(data.x):
            value = w * arb(fmpq(x.numerator, x.denominator)) + b
            sign = 1 if i in mask else -1
            answers.append(True if sign * value > 0 else False if sign * value < 0 else None)
    return False if False in answers else None if None in answers else True


@dataclass(frozen=True, slots=True)
class Point:
    """A stationary point inside a cell."""

    masks: tuple[Mask, ...]
    index: int
    energy: float
    place: tuple[float, ...]  # w1, b1, a1, ..


def cell_points(data: FewData, masks: Sequence[Mask]) -> tuple[list[Point], int]:
    """The stationary points inside one cell, and how many of its polynomial lie on a kink since a unit is zero.

    Raises
    ------
    HomotopyError
        If the census is not settled, or balls do not decide where a point lies.

    Notes
    -----
    The sign of all weights of one unit may be changed, so the image of a point is one of the list, which is complete and of
    disjoint boxes. A unit whose box contains zero is therefore exactly zero.
    """
    land = expression(cell_loss(data, masks)).sample()
    found = census(land)
    is_open = found.completeness.verdict not in SETTLED or found.n_undecided or found.n_undecided_index
    if is_open or found.degenerate:
        raise HomotopyError(f"The cell {list(masks)} is not decided.", "Take other data.")
    place = {name: k for k, name in enumerate(land.variables)}
    order = [place[f"{letter}{k}"] for k in range(1, len(masks) + 1) for letter in "wba"]
    kept, n_kinks = [], 0
    for p in found.points:
        point = tuple(p.coordinates[j] for j in order)
        if any(all(v.contains(0) for v in point[3 * k : 3 * k + 3]) for k in range(len(masks))):
            n_kinks += 1
            continue
        inside = is_inside(data, masks, point)
        if inside is None or p.index is None:
            raise HomotopyError(
                f"Balls do not decide where a point of the cell {list(masks)} lies.", "Take other data."
            )
        if inside:
            kept.append(Point(tuple(masks), p.index, float(p.energy.mid()), tuple(float(v.mid()) for v in point)))
    return kept, n_kinks


@dataclass(frozen=True, slots=True)
class ReluPoints:
    """The stationary points of 1-2-1 with rectified units, modulo exchange of the two, kinks left out."""

    isolated: tuple[Point, ...]
    arcs: tuple[Point, ...]  # each the point of the network with one unit that its quarter circle shares out
    n_kinks: int


def relu_points(data: FewData) -> ReluPoints:
    """All stationary points of 1-2-1 that are on no kink."""
    isolated: list[Point] = []
    arcs: list[Point] = []
    n_kinks = 0
    for mask in data.masks:
        found, on_kinks = cell_points(data, [mask])
        arcs, n_kinks = arcs + found, n_kinks + on_kinks
    for pair in combinations(data.masks, 2):
        found, on_kinks = cell_points(data, pair)
        isolated, n_kinks = isolated + found, n_kinks + on_kinks
    return ReluPoints(tuple(isolated), tuple(arcs), n_kinks)


def measure(item: Sequence[Any]) -> dict[str, Any]:
    """The points of the data set (number of data, l2, seed), as JSON can hold them; or why they are open."""
    m, l2, seed = item
    try:
        found = relu_points(drawn(m, Fraction(l2), seed))
    except HomotopyError as error:
        return {"open": str(error)}
    return {
        "isolated": [[p.index, p.energy] for p in found.isolated],
        "arcs": [[p.index, p.energy] for p in found.arcs],
        "kinks": found.n_kinks,
    }


N_DATA, L2 = 4, Fraction(1, 20)  # data of each set, and the l2 value of all weights and biases
ALL_GLOBAL = "every local minimum is a global one, with rectified units"
_EQUAL = 1e-9  # energies that differ by less are called equal; balls are far narrower


def rectified(folder: RunFolder, n_sets: int, seed: int) -> tuple[Table, list[Finding]]:
    """Stationary points of 1-2-1 with rectified units on so many data sets, and whether their minima are all global."""
    items = [[N_DATA, str(L2), 1000 * seed + k] for k in range(n_sets)]
    folder.say(f"networks with rectified units on {n_sets} data sets")
    found = folder.cached_map("rectified 1", measure, items)
    rows: list[dict[str, Cell]] = []
    for k, r in enumerate(found):
        row: dict[str, Cell] = {"data set": k, "open": "open" in r}
        for name in ("isolated", "arcs"):
            indices = [index for index, _ in r.get(name, [])]
            row |= {f"{name}, index {i}": indices.count(i) for i in (0, 1)} | {
                f"{name}, more": sum(i > 1 for i in indices)
            }
        minima = _minima(r)
        low, high = (minima[0], minima[-1]) if minima else (None, None)
        rows.append({**row, "lowest minimum": low, "highest minimum": high, "left out on kinks": r.get("kinks")})
    caption = (
        f"1-2-1 with rectified units and biases, {N_DATA} data, l2 = {float(L2):g} for all: stationary points modulo exchange of the units, certified cell by cell. "
        "Arcs: quarter circles of points at which both units see the same direction. Left out: points of the cells' polynomials with a unit that is zero, and all "
        "points of the network on kinks."
    )
    return Table.of("rectified", caption, rows), [_global(k, r) for k, r in enumerate(found)]


def _minima(record: dict[str, Any]) -> list[float]:
    return sorted(energy for name in ("isolated", "arcs") for index, energy in record.get(name, []) if index == 0)


def _global(k: int, record: dict[str, Any]) -> Finding:
    case, minima = f"1-2-1, data set {k}", _minima(record)
    if "open" in record:
        return Finding(ALL_GLOBAL, "undecided", record["open"], case)
    listed = ", ".join(f"{energy:.5g}" for energy in minima) or "none"
    text = f"Certified minima off kinks (points and arcs) have the energies {listed}"
    if minima and minima[-1] - minima[0] > _EQUAL:
        return Finding(ALL_GLOBAL, "fails", f"{text}; the higher ones are local.", case)
    return Finding(ALL_GLOBAL, "undecided", f"{text}; minima on kinks are not known.", case)
