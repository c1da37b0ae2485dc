"""A grid of two parameters whose cells are halved where the counts on their boundaries differ; and the curves between equal counts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

MOST_DEPTH = 10
STEP = 1 << MOST_DEPTH  # parts of a step of the grid: places at all depths are whole numbers

Place = tuple[int, int]
Mark = tuple[float, float]  # where an event lies on a line of the grid, in parts


@dataclass(frozen=True, order=True)
class Square:
    """A cell of the grid: from (i, j) to (i + size, j + size), in parts of a step."""

    i: int
    j: int
    size: int

    @property
    def corners(self) -> tuple[Place, ...]:
        """In the order in which its edges follow each other."""
        i, j, s = self.i, self.j, self.size
        return (i, j), (i + s, j), (i + s, j + s), (i, j + s)

    @property
    def edges(self) -> Iterator[tuple[Place, Place]]:
        """Pairs of neighbouring corners."""
        return itertools.pairwise((*self.corners, self.corners[0]))

    @property
    def quarters(self) -> tuple[Square, ...]:
        """The four cells of half the size."""
        half = self.size // 2
        return tuple(Square(self.i + di, self.j + dj, half) for di in (0, half) for dj in (0, half))

    def boundary(self, step: int) -> set[Place]:
        """Places on its boundary, a step apart."""
        along = range(0, self.size + 1, step)
        return {
            place
            for t in along
            for place in (
                (self.i + t, self.j),
                (self.i + t, self.j + self.size),
                (self.i, self.j + t),
                (self.i + self.size, self.j + t),
            )
        }


@dataclass(frozen=True)
class Found:
    """What is known on the grid.

    Parameters
    ----------
    classes : mapping from places to their counts
    singular : set of places
        At which an event happens.
    marks : sequence of (x, y)
        Events on lines of the grid.
    """

    classes: Mapping[Place, Hashable]
    singular: set[Place]
    marks: Sequence[Mark]

    def is_crossed(self, square: Square, step: int) -> bool:
        """Whether counts differ on the boundary of a cell, or an event lies on it."""
        known = {self.classes[p] for p in square.boundary(step) if p in self.classes}
        return len(known) > 1 or any(_is_between(m, p, q) for m in self.marks for p, q in square.edges)

    def crossings(self, square: Square) -> list[Mark]:
        """Where curves cross the edges: at events where these are known, at corners that are singular, else midway between different counts."""
        found: list[Mark] = []
        for p, q in square.edges:
            on_edge = [m for m in self.marks if _is_between(m, p, q)]
            if self.classes[p] != self.classes[q] and not on_edge:
                ends = [e for e in (p, q) if e in self.singular]
                on_edge = [(float(x), float(y)) for x, y in ends] or [((p[0] + q[0]) / 2, (p[1] + q[1]) / 2)]
            elif not on_edge and p in self.singular and q in self.singular:
                on_edge = [(float(x), float(y)) for x, y in (p, q)]
            found += on_edge
        return list(dict.fromkeys(found))


def _is_between(mark: Mark, p: Place, q: Place) -> bool:
    """Whether a mark lies on the edge between two corners."""
    return all(min(a, b) <= x <= max(a, b) for x, a, b in zip(mark, p, q, strict=True))


def refined(shape: tuple[int, int], depth: int, found: Found, count: Callable[[list[Place]], None]) -> list[Square]:
    """The cells of a grid, halved in both directions where they are crossed, until none that is larger than the depth allows is.

    Parameters
    ----------
    shape : (int, int)
        Numbers of values.
    depth : int
        How often a cell is halved at most.
    found : Found
        Knows the places of the grid itself.
    count : callable
        Makes more places known.
    """
    step = STEP >> depth
    open_cells = [Square(i * STEP, j * STEP, STEP) for i in range(shape[0] - 1) for j in range(shape[1] - 1)]
    done: list[Square] = []
    while True:
        # a cell whose neighbour was halved may be crossed by what was found there: all are looked at again
        cells = [*done, *open_cells]
        crossed = [c for c in cells if c.size > step and found.is_crossed(c, step)]
        if not crossed:
            return sorted(cells)
        divided = set(crossed)
        done = [c for c in cells if c not in divided]
        open_cells = [quarter for c in crossed for quarter in c.quarters]
        count(sorted({p for c in open_cells for p in c.corners if p not in found.classes}))


def segments(cells: Iterable[Square], found: Found) -> list[tuple[Mark, Mark]]:
    """The pieces of curves in the cells: from edge to edge, or to the middle where more than two edges are crossed."""
    pieces: dict[tuple[Mark, Mark], None] = {}
    for cell in cells:
        points = found.crossings(cell)
        if len(points) == 2:
            pieces[min(points), max(points)] = None
        elif len(points) > 2:
            middle = (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
            pieces |= dict.fromkeys((p, middle) for p in points)
    return list(pieces)


def value_at(values: Sequence[Fraction], place: int) -> Fraction:
    """The value at a place along one parameter: between two values of the grid evenly."""
    k, part = divmod(place, STEP)
    return values[k] if not part else values[k] + (values[k + 1] - values[k]) * Fraction(part, STEP)


def place_of(values: Sequence[Fraction], value: float) -> float:
    """The place of a value, in parts; of one outside the nearest end."""
    for k, (low, high) in enumerate(itertools.pairwise(map(float, values))):
        if value <= high:
            return STEP * (k + max(0.0, (value - low) / (high - low)))
    return float(STEP * (len(values) - 1))


def name_of(place: Place) -> str:
    """A place in steps of the grid, as a name: binary fractions are written out exactly."""
    return "-".join(str(x / STEP) for x in place)
