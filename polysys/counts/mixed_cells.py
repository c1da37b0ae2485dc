"""All mixed cells of a generic lifting, enumerated without omission: tropical homotopies in exact integers.

Point sets A_1, .., A_n in Z^n with liftings w_i: A_i -> Z have as *mixed cells* the choices of a pair (a_i, b_i) of
points in each set for which some v in R^n satisfies

    <a_i, v> + w_i(a_i) = <b_i, v> + w_i(b_i) < <c, v> + w_i(c)      for all i and all other points c of A_i.

With M the matrix of rows b_i - a_i, |det M| is the volume of the cell. The mixed volume is the sum of the volumes of
all cells of a generic lifting; of *some* cells the sum is only a lower bound, so an enumeration must miss none:

*The homotopy.* Let the lifting move, w(t) = w + t u. For one choice of pairs, v and all slacks (right side minus left
side) are affine in t. So a cell lives in one interval, and ends where its first slack becomes zero, that of c in A_i
say. If no other slack vanishes there, a_1, b_1, .., a_n, b_n, c have one affine dependence (in the Cayley embedding),
c - a_i = sum_j l_j (b_j - a_j). The two triangulations of this circuit replace each other; their mixed cells are

    0 < l_i < 1:  (a, b)         ->  (a, c), (b, c)
    l_i < 0:      (a, b), (a, c) ->  (b, c)              l_i > 1:  (a, b), (b, c) ->  (a, c)
    l_i = 0:      (a, b)         ->  (b, c)              l_i = 1:  (a, b)         ->  (a, c)

as pairs of A_i, with volumes |1 - l_i| for (b, c) and |l_i| for (a, c) times that of (a, b). Their sum does not change:
a complete list stays complete, as the cells of one lifting add up to the mixed volume only if none is missing. Where
two cells become one, the one with the smaller point goes on, so that nothing need be remembered. Two slacks that vanish
together are noticed exactly, and another lifting is drawn.

*The start.* The simplices {0, e_j : x_j occurs in A_i} have mixed volume 0 or 1, and their cell can be written down for
a suitable lifting. They are replaced one after the other. A_k lies in its simplex scaled by its degree d; take
together the points of A_k at fixed heights and those of the scaled simplex at heights that rise with t. For t to
-infinity the cells are those with the scaled simplex, of volumes d times the known ones; for t to +infinity the cells
that use no point of the simplex are all cells with A_k. That the volumes add up is checked after every such step.

The idea is Jensen's; the intermediate mixed volumes are Malajovich's quermassintegrals. Here the arithmetic is on
integers, and vectorised over cells.

References
----------
Huber & Sturmfels, Math. Comp. 64 (1995) 1541. Jensen, "Tropical homotopy continuation", arXiv:1601.02818 (2016).
Malajovich, Found. Comput. Math. 17 (2017) 1293.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.counts.work_meter import WorkMeter
from polysys.errors import PolysysError

Ints = npt.NDArray[Any]  # int64, or object (Python integers) where these could overflow

_HEIGHT = 1 << 26  # liftings are drawn below this: ties then are rare, and products stay far below 2^63
_CHUNK = 4096  # cells handled at once
_BATCH_WORK = 100_000  # fixed cost of a chunk, in the unit of WorkMeter
_ATTEMPTS = 20  # liftings drawn before ties are taken for a defect
_SMALL = 1 << 53  # below, double precision is exact and much faster
_LARGE = 1 << 62


class TieError(PolysysError):
    """Two slacks vanish together: the lifting is not generic."""


@dataclass(frozen=True)
class MixedCells:
    """All mixed cells of point sets with a lifting.

    Parameters
    ----------
    points : tuple of arrays (m_i, n)
        The sets.
    lifting : tuple of arrays (m_i,)
        Height of each point.
    a, b : arrays (K, n)
        For each cell and set, the positions of the two points in the set.
    inverse : array (K, n, n)
        volume * M^{-1}, M with rows b_i - a_i; integers.
    volumes : array (K,)
        |det M|.
    """

    points: tuple[Ints, ...]
    lifting: tuple[Ints, ...]
    a: Ints
    b: Ints
    inverse: Ints = field(repr=False)
    volumes: Ints

    @property
    def mixed_volume(self) -> int:
        """The sum of the volumes."""
        return sum(self.volumes.tolist())


def enumerate_cells(supports: Sequence[Ints], seed: int, meter: WorkMeter) -> MixedCells | None:
    """All mixed cells of a random lifting of n point sets in N^n that touch all coordinate hyperplanes.

    None stands for mixed volume zero where this is seen beforehand.
    """
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x3D, attempt)))
        try:
            return _enumerate(supports, rng, meter)
        except TieError:
            continue
    raise TieError("No lifting without ties was found.", "This is a defect of the enumeration: please report it.")


def move_lifting(cells: MixedCells, direction: Sequence[Ints], meter: WorkMeter) -> MixedCells:
    """The mixed cells of lifting + t * direction for large t; the direction is 0 or positive at every point.

    Raises
    ------
    TieError
        If the path meets a degenerate lifting.
    """
    setting = _Setting(cells.points, cells.lifting, direction)
    moved, lost = setting.follow(_Cells(cells.a, cells.b, cells.inverse, cells.volumes), meter, keep_moving=True)
    _check_conservation(cells.mixed_volume, moved, lost)
    return MixedCells(cells.points, cells.lifting, moved.a, moved.b, moved.inverse, moved.volumes)


def _enumerate(supports: Sequence[Ints], rng: np.random.Generator, meter: WorkMeter) -> MixedCells | None:
    n = len(supports)
    degrees = [int(points.sum(1).max()) for points in supports]
    used = [np.flatnonzero(points.any(0)).tolist() for points in supports]
    partner = _perfect_matching(used)
    if min(degrees) == 0 or partner is None:
        return None
    simplices, heights, a, b = _start(used, partner, rng)
    inverse = np.zeros((1, n, n), dtype=np.int64)
    inverse[0, partner, range(n)] = 1
    cells = _Cells(a, b, inverse, np.ones(1, dtype=np.int64))
    # Sets of low degree first: fewer cells on the way.
    for k in sorted(range(n), key=lambda i: (degrees[i], len(supports[i]))):
        size, d = len(supports[k]), degrees[k]
        drawn = rng.integers(0, _HEIGHT, size)
        both = np.vstack([supports[k], simplices[k] * d])
        rises = [np.zeros(len(points), dtype=np.int64) for points in simplices]
        rises[k] = np.repeat([0, 1], [size, len(simplices[k])])
        setting = _Setting(
            [*simplices[:k], both, *simplices[k + 1 :]],
            [*heights[:k], np.concatenate([drawn, heights[k] * d]), *heights[k + 1 :]],
            rises,
        )
        known = sum(cells.volumes.tolist()) * d
        cells, lost = setting.follow(cells.scaled(k, size, d), meter, keep_moving=False)
        _check_conservation(known, cells, lost)
        simplices[k], heights[k] = supports[k], drawn
    return MixedCells(tuple(simplices), tuple(heights), cells.a, cells.b, cells.inverse, cells.volumes)


def _check_conservation(known: int, cells: _Cells, lost: int) -> None:
    if sum(cells.volumes.tolist()) + lost != known:
        raise PolysysError("The volumes of mixed cells do not add up.", "This is a defect: please report it.")


def _start(
    used: Sequence[Sequence[int]], partner: Sequence[int], rng: np.random.Generator
) -> tuple[list[Ints], list[Ints], Ints, Ints]:
    """Simplices with a lifting whose only mixed cell has the edges (0, e_partner)."""
    n = len(used)
    v = rng.integers(-_HEIGHT, _HEIGHT, n)
    simplices, heights, b = [], [], []
    for i, variables in enumerate(used):
        simplices.append(np.vstack([np.zeros((1, n), np.int64), np.eye(n, dtype=np.int64)[list(variables)]]))
        # <e_j, v> + height is zero, as for the origin, at the partner and positive elsewhere
        above = [0 if j == partner[i] else int(rng.integers(1, _HEIGHT)) for j in variables]
        heights.append(np.array([0, *(h - int(v[j]) for h, j in zip(above, variables, strict=True))], dtype=np.int64))
        b.append(1 + variables.index(partner[i]))
    return simplices, heights, np.zeros((1, n), np.int64), np.array([b], dtype=np.int64)


def _perfect_matching(used: Sequence[Sequence[int]]) -> list[int] | None:
    """A different variable for each set among those that occur in it (augmenting paths), or None."""
    owner: dict[int, int] = {}

    def place(i: int, seen: set[int]) -> bool:
        for j in used[i]:
            if j not in seen:
                seen.add(j)
                if j not in owner or place(owner[j], seen):
                    owner[j] = i
                    return True
        return False

    if not all(place(i, set()) for i in range(len(used))):
        return None
    return [j for _, j in sorted((i, j) for j, i in owner.items())]


@dataclass(frozen=True)
class _Cells:
    """Cells as arrays; a and b are positions within each set, or in all sets together while they are followed."""

    a: Ints
    b: Ints
    inverse: Ints
    volumes: Ints

    def __len__(self) -> int:
        return len(self.volumes)

    def __getitem__(self, rows: Any) -> _Cells:
        return _Cells(self.a[rows], self.b[rows], self.inverse[rows], self.volumes[rows])

    def scaled(self, k: int, shift: int, d: int) -> _Cells:
        """The cells after set k was scaled by d and its points were moved back by `shift` positions."""
        a, b = self.a.copy(), self.b.copy()
        a[:, k] += shift
        b[:, k] += shift
        kind = _type_for(d * max(_largest(self.inverse), _largest(self.volumes)))
        inverse, volumes = _cast(self.inverse, kind) * d, _cast(self.volumes, kind) * d
        inverse[:, :, k] //= d
        return _Cells(a, b, inverse, volumes)


def _join(pieces: Sequence[_Cells]) -> _Cells:
    return _Cells(*(np.concatenate([getattr(p, f) for p in pieces]) for f in ("a", "b", "inverse", "volumes")))


class _Setting:
    """Point sets with a lifting that moves along a direction of zeros and positive numbers."""

    def __init__(self, points: Sequence[Ints], lifting: Sequence[Ints], direction: Sequence[Ints]) -> None:
        self.n = len(points)
        sizes = [len(p) for p in points]
        self.offsets = np.cumsum([0, *sizes[:-1]])
        self.owner = np.repeat(np.arange(self.n), sizes)
        self.points = np.vstack(points)
        self.lifting = np.concatenate(lifting)
        self.direction = np.concatenate(direction)

    def follow(self, cells: _Cells, meter: WorkMeter, keep_moving: bool) -> tuple[_Cells, int]:
        """The cells for large t that descend from these, and the volume of cells left out.

        Left out are, unless `keep_moving`, the cells that use a moving point.
        """
        stack = [_Cells(cells.a + self.offsets, cells.b + self.offsets, cells.inverse, cells.volumes)]
        done = [stack[0][:0]]
        lost = 0
        while stack:
            chunk = self._take(stack)
            moving = (self.direction[chunk.a] > 0).any(1) | (self.direction[chunk.b] > 0).any(1)
            done.append(chunk[~moving])
            chunk = chunk[moving]
            if not len(chunk):
                continue
            meter.spend(len(chunk) * len(self.points) * self.n + _BATCH_WORK)
            first, ends = self._first_crossing(chunk)
            if keep_moving:
                done.append(chunk[~ends])
            else:
                lost += sum(chunk.volumes[~ends].tolist())
            stack.extend(self._flip(chunk[ends], first[ends]))
        result = _join(done)
        return _Cells(result.a - self.offsets, result.b - self.offsets, result.inverse, result.volumes), lost

    @staticmethod
    def _take(stack: list[_Cells]) -> _Cells:
        pieces = [stack.pop()]
        size = len(pieces[0])
        while stack and size + len(stack[-1]) <= _CHUNK:
            pieces.append(stack.pop())
            size += len(pieces[-1])
        chunk = _join(pieces) if len(pieces) > 1 else pieces[0]
        if len(chunk) > _CHUNK:
            stack.append(chunk[_CHUNK:])
        return chunk[:_CHUNK]

    def _first_crossing(self, cells: _Cells) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """For each cell the point that ends it, and whether there is one."""
        constant, rate = self._slacks(cells, self.lifting), self._slacks(cells, self.direction)
        falls = rate < 0
        with np.errstate(divide="ignore", invalid="ignore"):
            times = np.where(falls, constant.astype(float) / -rate.astype(float), np.inf)
        rows = np.arange(len(cells))
        first = times.argmin(1)
        ends: npt.NDArray[np.bool_] = np.any(falls, axis=1)
        earliest = times[rows, first]
        times[rows, first] = np.inf
        second = times.min(1)
        # Quotients of integers in double precision have relative errors below 2^-51.
        with np.errstate(invalid="ignore"):
            is_clear = np.isinf(second) | (second - earliest > 2.0**-50 * (np.abs(second) + np.abs(earliest)))
        for k in np.flatnonzero(ends & ~is_clear).tolist():
            candidates = [
                (Fraction(int(constant[k, c]), -int(rate[k, c])), c) for c in np.flatnonzero(falls[k]).tolist()
            ]
            (time, c), (next_time, _) = sorted(candidates)[:2]
            if time == next_time:
                raise TieError("Two slacks vanish together.", "Draw another lifting.")
            first[k] = c
        return first, ends

    def _slacks(self, cells: _Cells, heights: Ints) -> Ints:
        """Slack of every point times the volume of the cell, for these heights: integers (K, all points)."""
        spread = 2 * _largest(heights)
        reach = int(np.abs(self.points).sum(1).max())
        size_y = self.n * _largest(cells.inverse) * spread
        largest = 2 * (_largest(cells.volumes) * spread + reach * size_y)
        kind = _type_for(largest)
        inverse, volumes, heights = _cast(cells.inverse, kind), _cast(cells.volumes, kind), _cast(heights, kind)
        # v = -y / volume
        y = (inverse @ (heights[cells.b] - heights[cells.a])[:, :, None])[:, :, 0]
        if largest < _SMALL:
            products = np.rint(y.astype(float) @ self.points.T.astype(float)).astype(np.int64)
        else:
            products = y @ _cast(self.points.T, kind)
        values = volumes[:, None] * heights - products
        slacks: Ints = values - np.take_along_axis(values, cells.a, 1)[:, self.owner]
        return slacks

    def _flip(self, cells: _Cells, crossing: Ints) -> Iterator[_Cells]:
        """The cells on the other side, each once."""
        if not len(cells):
            return
        rows = np.arange(len(cells))
        i = self.owner[crossing]
        a, b = cells.a[rows, i], cells.b[rows, i]
        edges = self.points[crossing] - self.points[a]
        reach = int(np.abs(edges).sum(1).max())
        size = reach * _largest(cells.inverse) + _largest(cells.volumes)
        kind = _type_for(2 * size * max(_largest(cells.inverse), 1))
        inverse, volumes = _cast(cells.inverse, kind), _cast(cells.volumes, kind)
        # coefficients l_j of c - a_i = sum_j l_j (b_j - a_j), times the volume
        coefficients = (_cast(edges, kind)[:, None, :] @ inverse)[:, 0, :]
        own = coefficients[rows, i]
        to_ac = ((own > 0) & (own <= volumes)) | ((own > volumes) & (a < crossing))
        to_bc = ((own >= 0) & (own < volumes)) | ((own < 0) & (b < crossing))
        for chosen, drops_a in ((np.flatnonzero(to_ac), False), (np.flatnonzero(to_bc), True)):
            if not len(chosen):
                continue
            here, row, d = np.arange(len(chosen)), i[chosen], volumes[chosen]
            new = coefficients[chosen]
            if drops_a:
                new[here, row] -= d  # c - b_i = (c - a_i) - (b_i - a_i)
            pivot = new[here, row]
            old = inverse[chosen]
            column = old[here, :, row]
            # row i of M is exchanged: Edmonds' integer pivoting, the divisions are exact
            fresh = (pivot[:, None, None] * old - column[:, :, None] * new[:, None, :]) // d[:, None, None]
            fresh[here, :, row] = column
            fresh *= np.where(pivot < 0, -1, 1)[:, None, None]
            next_a, next_b = cells.a[chosen], cells.b[chosen]
            if drops_a:
                next_a[here, row] = b[chosen]
            next_b[here, row] = crossing[chosen]
            yield _Cells(next_a, next_b, _narrow(fresh), _narrow(np.abs(pivot)))


def _largest(values: Ints) -> int:
    return int(np.abs(values).max()) if values.size else 0


def _cast(values: Ints, kind: type) -> Ints:
    return values.astype(kind, copy=False)


def _type_for(largest: int) -> type:
    """Machine integers where nothing of this size overflows, Python's otherwise."""
    return np.int64 if largest < _LARGE else object


def _narrow(values: Ints) -> Ints:
    return _cast(values, np.int64) if values.dtype == object and _largest(values) < _LARGE else values
