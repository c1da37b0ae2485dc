"""Mixed volumes as proved root counts: solutions in the torus (BKK), affine ones by the stable mixed volume."""

from __future__ import annotations

import operator
from collections.abc import Sequence

import numpy as np

from polysys.counts.mixed_cells import Ints, TieError, enumerate_cells, move_lifting
from polysys.counts.work_meter import WorkMeter
from polysys.errors import InputError
from polysys.root_count import RootCount, RootCountKind

Supports = Sequence[Sequence[Sequence[int]]]

_MAX_EXPONENT = 1 << 20


def mixed_volume(supports: Supports, *, seed: int = 0, work: int | None = None) -> RootCount:
    r"""Mixed volume of n point sets in Z^n: the number of solutions without a zero coordinate (BKK bound).

    The coefficient of :math:`t_1 \cdots t_n` in the volume of :math:`t_1 \mathrm{conv}(A_1) + \cdots + t_n \mathrm{conv}(A_n)`.

    Parameters
    ----------
    supports : sequence of sequence of exponent vectors
        The monomials of each of the n equations; negative exponents are allowed.
    seed : int
        Of the random lifting; the result does not depend on it.
    work : int, optional
        Elementary operations allowed, about 10^8 a second.

    Returns
    -------
    RootCount
        A bound on the isolated solutions in :math:`(\mathbb{C}^*)^n`, with multiplicity, of every system with these monomials, attained
        for generic coefficients. It says nothing about solutions with a zero coordinate.

    Raises
    ------
    InputError
        If the supports are not those of a square system.
    WorkLimitError
        If more work is needed than allowed.

    Notes
    -----
    All mixed cells of a random lifting are enumerated by tropical homotopies in exact integer arithmetic, with a proof
    that none is missing: see :mod:`polysys.counts.mixed_cells`. Points that are not vertices for a plain reason (midpoints of
    two others) are left out first, and independent blocks of equations are multiplied.

    References
    ----------
    Bernstein, Funct. Anal. Appl. 9 (1975) 183; Kushnirenko, Invent. Math. 32 (1976) 1.

    Examples
    --------
    >>> mixed_volume([[(0, 0), (1, 0), (0, 1), (2, 2)], [(0, 0), (1, 2), (2, 1)]]).value
    6
    >>> mixed_volume([[(0, 0), (1, 0), (0, 1)], [(1, 1)]]).value
    0
    """
    value = torus_count(point_sets(supports), WorkMeter(work), seed)
    return RootCount(
        value,
        RootCountKind.UPPER_BOUND,
        "mixed volume",
        "Bernstein 1975",
        "solutions without a zero coordinate of any square system with these monomials",
    )


def stable_mixed_volume(supports: Supports, *, seed: int = 0, work: int | None = None) -> RootCount:
    """Stable mixed volume: a bound on the isolated solutions in C^n, zero coordinates included, with multiplicity.

    Add the origin to every A_i that lacks it, and subdivide the Minkowski sum by the lifting that is 1 on the added
    points and 0 elsewhere. The stable cells are those whose inner normal v is nonnegative; the stable mixed volume is
    the sum of their mixed volumes.

    Parameters
    ----------
    supports : sequence of sequence of exponent vectors
        The monomials of each of the n equations, nonnegative exponents.
    seed, work
        As for :func:`mixed_volume`.

    Returns
    -------
    RootCount
        The value lies between the mixed volumes of the supports without and with the origin added.

    Raises
    ------
    InputError
        If the supports are not those of a square polynomial system.
    WorkLimitError
        If more work is needed than allowed.

    Notes
    -----
    Why it is a bound. Isolated solutions move into isolated ones, with multiplicity, when the coefficients become
    generic (see :mod:`polysys.root_count`), so let f be generic. Add :math:`s e_i` to the equations whose support lacks the
    origin, :math:`e_i` generic. An isolated solution of f of multiplicity k is the limit, for s to 0, of k solutions of
    f + s e; they have no zero coordinate, as n equations with generic constants have no solution where fewer than n
    unknowns are left. As Puiseux series in s they have valuations v >= 0. The solutions of valuation v are as many as
    the mixed volume of the cell with inner normal v (Bernstein's theorem over the Puiseux series, for generic
    coefficients), so all isolated solutions are counted by the cells with v >= 0.

    The coarse subdivision is refined: the cells of a random lifting w are followed to w + t u, u the coarse lifting,
    for t to infinity (:mod:`polysys.counts.mixed_cells`), and kept where the coarse part of v is nonnegative.

    References
    ----------
    Huber & Sturmfels, Discrete Comput. Geom. 17 (1997) 137. Li & Wang, Math. Comp. 65 (1996) 1477.

    Examples
    --------
    Solutions of :math:`x y^2 - x = 0`, :math:`x^2 y - y = 0`: four in the torus, and the origin.

    >>> equations = [[(1, 2), (1, 0)], [(2, 1), (0, 1)]]
    >>> mixed_volume(equations).value, stable_mixed_volume(equations).value
    (4, 5)
    """
    sets = point_sets(supports)
    n = len(sets)
    if any((points < 0).any() for points in sets):
        raise InputError("A stable mixed volume needs nonnegative exponents.", "Multiply the equations by monomials.")
    points, rises, meter = [], [], WorkMeter(work)
    for support in (_without_midpoints(p, meter) for p in sets):
        lacks_origin = bool(support.any(1).all())
        points.append(np.vstack([support, np.zeros((1, n), np.int64)]) if lacks_origin else support)
        rises.append(np.repeat([0, 1], [len(support), int(lacks_origin)]))
    return RootCount(
        _stable(points, rises, seed, meter),
        RootCountKind.UPPER_BOUND,
        "stable mixed volume",
        "Huber & Sturmfels 1997",
        "isolated solutions in C^n, with multiplicity, of any square system with these monomials",
    )


def _stable(points: Sequence[Ints], rises: Sequence[Ints], seed: int, meter: WorkMeter) -> int:
    for attempt in range(20):
        cells = enumerate_cells(points, 1000 * seed + attempt, meter)
        if cells is None:
            return 0
        try:
            cells = move_lifting(cells, rises, meter)
        except TieError:
            continue
        total = 0
        for a, b, inverse, volume in zip(cells.a, cells.b, cells.inverse, cells.volumes.tolist(), strict=True):
            rise = np.array([r[q] - r[p] for r, p, q in zip(rises, a, b, strict=True)], dtype=inverse.dtype)
            total += volume if (inverse @ rise <= 0).all() else 0  # v = -inverse @ rise / volume
        return total
    raise TieError("No lifting without ties was found.", "This is a defect of the enumeration: please report it.")


def torus_count(sets: Sequence[Ints], meter: WorkMeter, seed: int = 0) -> int:
    """The mixed volume of point sets given as integer arrays.

    Raises
    ------
    WorkLimitError
        When the meter runs out.
    """
    total = 1
    if any(len(points) < 2 for points in sets):
        return 0
    moved = [points - points.min(0) for points in sets]
    for equations, variables in independent_blocks(moved):
        if len(equations) != len(variables):
            return 0
        block = [_without_midpoints(moved[i][:, variables], meter) for i in equations]
        if len(block) == 1:
            total *= int(block[0].max())
            continue
        cells = enumerate_cells(block, seed, meter)
        if cells is None or not len(cells.volumes):
            return 0
        total *= cells.mixed_volume
    return total


def independent_blocks(sets: Sequence[Ints]) -> list[tuple[list[int], list[int]]]:
    """Equations and variables in blocks that share no variable: a constant equation is one without variables.

    Examples
    --------
    >>> independent_blocks([np.array([[2, 0, 0]]), np.array([[0, 1, 0], [0, 0, 1]])])
    [([0], [0]), ([1], [1, 2])]
    """
    table = np.array([np.any(points, axis=0) for points in sets])
    blocks: list[tuple[list[int], list[int]]] = []
    left = set(range(table.shape[1]))
    for i in range(len(table)):
        if not table[i].any():
            blocks.append(([i], []))
    while left:
        variables = np.zeros(table.shape[1], dtype=bool)
        variables[min(left)] = True
        while True:
            rows = (table & variables).any(1)
            grown = variables | table[rows].any(0)
            if (grown == variables).all():
                break
            variables = grown
        blocks.append((np.flatnonzero(rows).tolist(), np.flatnonzero(variables).tolist()))
        left -= set(np.flatnonzero(variables).tolist())
    return blocks


def point_sets(supports: Supports) -> list[Ints]:
    """Supports as sorted integer arrays without repetitions.

    Raises
    ------
    InputError
        If they are not those of a square system with exponents of moderate size.
    """
    n = len(supports)
    result = []
    for k, support in enumerate(supports):
        try:
            points = sorted({tuple(map(operator.index, exponents)) for exponents in support})
        except TypeError as error:
            raise InputError(f"Equation {k + 1} has an exponent that is not an integer.", "Give integers.") from error
        if not points:
            raise InputError(f"Equation {k + 1} has no monomial.", "Leave zero equations out.")
        if any(len(exponents) != n for exponents in points):
            raise InputError(
                f"The supports are not those of {n} equations in {n} variables.",
                "Give one list of exponent vectors of length n for each of n equations.",
            )
        if any(abs(e) > _MAX_EXPONENT for exponents in points for e in exponents):
            raise InputError(f"Equation {k + 1} has an exponent beyond {_MAX_EXPONENT}.", "Choose a lower degree.")
        result.append(np.array(points, dtype=np.int64).reshape(len(points), n))
    if not result:
        raise InputError("There are no equations.", "Give at least one.")
    return result


def _without_midpoints(points: Ints, meter: WorkMeter) -> Ints:
    """The points that are not the midpoint of two others: the convex hull is the same, with fewer points."""
    classes: dict[tuple[int, ...], list[list[int]]] = {}
    for point in points.tolist():
        classes.setdefault(tuple(e % 2 for e in point), []).append(point)
    midpoints: set[tuple[int, ...]] = set()
    for members in classes.values():  # only points of the same parities have an integral midpoint
        first, second = np.triu_indices(len(members), 1)
        meter.spend(20 * first.size * points.shape[1])
        same = np.array(members, dtype=np.int64)
        midpoints.update(map(tuple, ((same[first] + same[second]) // 2).tolist()))
    kept: Ints = points[np.array([tuple(point) not in midpoints for point in points.tolist()])]
    return kept
