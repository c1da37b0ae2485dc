"""The solutions in C^n counted by their zero patterns: a sum of mixed volumes, and what it leaves out.

Let A_1, .., A_n be the monomials of n equations in n unknowns. For a set S of unknowns (the live ones) let A_i|S be
the monomials of A_i in them alone, and N(S) the equations for which there are any.

*Theorem.* A system f with these monomials has at most

    B = sum of MV(A_i|S : i in N(S)) over the sets S with |N(S)| = |S|

isolated solutions in C^n, each counted once (for S and N(S) empty the summand is 1, the origin).

*Proof.* Every isolated solution of f has near it an isolated one of a member f' with generic coefficients
(:mod:`polysys.root_count`). So let f' be generic, x an isolated solution and S its nonzero coordinates. On the
coordinate plane of S the equations are those of N(S), and their coefficients are independent. More equations than
unknowns have no common zero in the torus of S; with fewer, no zero is isolated; for |N(S)| = |S| at most MV are.

*What else there may be.* A bound on isolated solutions that is met does not exclude curves of solutions in addition:
the stationary points of (x y - 1)^2 + z^4 - z^2 are the origin, two points on the axis of z, and a curve, x y = 1 and
z = 0. Call S *covered* if S is empty, or a restricted equation is a single monomial (so there is no solution), or

1. |N(S)| = |S| and the mixed volume is positive, or
2. rows r_1, .., r_n from the spaces W_i can be linearly independent, where W_i is spanned by the differences of the
   points of A_i|S and by those e_j, j not in S, for which A_i has a monomial x_j m with m in the unknowns of S.

*Theorem.* If all S are covered and f has B > 0 isolated solutions, it has no others.

*Proof.* Let f vanish on a set of positive dimension, p a point of it other than the origin, and S its nonzero
coordinates. Take g generic among the systems with g(p) = 0. In case 1, p is a nonsingular solution of g on the plane
of S: the pairs (g, p) form a vector bundle over the torus of S, which is irreducible; generic g have such solutions;
and the torus moves every point to every other. In case 2, p is a nonsingular solution of g in C^n: the gradient of g_i
at p, with its components for S multiplied by those of p, is a generic element of W_i. The same is true of f + s g for
all but finitely many s. For small s the B isolated solutions of f have moved a little, so f + s g, and then a generic
f' near it, has B isolated solutions and one more, isolated at least on its coordinate plane. But f' has only B of
these: that is what the first proof counts.

*Sharpness.* If all S are covered, a generic f' has finitely many solutions (a possible S has |N(S)| >= |S| then), B
is their number, and no Bezout number is smaller. The summands are multiples of the number of sign changes (and other
roots of unity) that leave the equations invariant, as these act freely on the torus.

References
----------
Bernstein, Funct. Anal. Appl. 9 (1975) 183. Rojas & Wang, J. Complexity 12 (1996) 116. Huber & Sturmfels, Discrete
Comput. Geom. 17 (1997) 137. Emiris & Verschelde, Discrete Appl. Math. 93 (1999) 21.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from flint import nmod_mat

from polysys.counts.mixed_cells import Ints, TieError
from polysys.counts.mixed_volume import Supports, independent_blocks, point_sets, torus_count
from polysys.counts.work_meter import WorkMeter
from polysys.errors import InputError, PolysysError, WorkLimitError
from polysys.root_count import RootCount, RootCountKind

_MAX_UNKNOWNS = 20  # of a block: a million subsets
_PATTERN_WORK = 50_000  # fixed cost of looking at one pattern, in the unit of WorkMeter
_PRIME = 2**61 - 1

_Key = tuple[tuple[tuple[int, ...], ...], ...]


@dataclass(frozen=True)
class ZeroPatternBound:
    """A bound on the isolated solutions in C^n.

    Parameters
    ----------
    count : RootCount
        The bound B of the module.
    excludes_families : bool
        Whether a system that attains it has only isolated solutions.
    patterns : tuple of (tuple of int, int)
        The sets of nonzero unknowns (by position) with a positive summand, and the summand; block by block where there
        are independent blocks of equations, whose sums are multiplied.
    """

    count: RootCount
    excludes_families: bool
    patterns: tuple[tuple[tuple[int, ...], int], ...]

    def __repr__(self) -> str:
        return f"ZeroPatternBound({self.count.value}, {len(self.patterns)} zero patterns)"


def zero_pattern_bound(supports: Supports, *, work: int | None = None) -> ZeroPatternBound:
    """Bound on the isolated solutions in C^n of a square system: the sum over zero patterns of mixed volumes.

    For a gradient system on R^n the summands are those of the potential restricted to its strata, which are smaller
    landscapes of their own.

    Parameters
    ----------
    supports : sequence of sequence of exponent vectors
        The monomials of each of the n equations, nonnegative exponents.
    work : int, optional
        Elementary operations allowed, about 10^8 a second.

    Returns
    -------
    ZeroPatternBound

    Raises
    ------
    InputError
        If the supports are not those of a square polynomial system, or a block of it has more than 20 unknowns.
    WorkLimitError
        If more work is needed than allowed.

    Examples
    --------
    Solutions of :math:`x y^2 - x = 0`, :math:`x^2 y - y = 0`: the origin and four in the torus.

    >>> bound = zero_pattern_bound([[(1, 2), (1, 0)], [(2, 1), (0, 1)]])
    >>> bound.count.value, bound.patterns, bound.excludes_families
    (5, (((), 1), ((0, 1), 4)), True)
    """
    sets = point_sets(supports)
    if any((points < 0).any() for points in sets):
        raise InputError("Affine solutions need nonnegative exponents.", "Multiply the equations by monomials.")
    result = _cached(tuple(tuple(map(tuple, points.tolist())) for points in sets), work)
    if isinstance(result, PolysysError):
        raise type(result)(result.what, result.way_out)
    return result


@lru_cache(maxsize=512)
def _cached(supports: _Key, work: int | None) -> ZeroPatternBound | PolysysError:
    """The bound, kept for the members of an ensemble; or why there is none, kept as well."""
    try:
        return _bound([np.array(points, dtype=np.int64) for points in supports], WorkMeter(work))
    except (WorkLimitError, InputError, TieError) as error:
        return error.with_traceback(None)


def _bound(sets: Sequence[Ints], meter: WorkMeter) -> ZeroPatternBound:
    memory: dict[_Key, int] = {}
    value, excludes = 1, True
    found: list[tuple[tuple[int, ...], int]] = []
    for equations, variables in independent_blocks(sets):
        block = [sets[i][:, variables] for i in equations]
        patterns = list(_patterns(block, len(variables), meter, memory))
        value *= sum(count for _, count, _ in patterns)
        excludes &= len(block) == len(variables) and all(covered for _, _, covered in patterns)
        found += [(tuple(variables[j] for j in alive), count) for alive, count, _ in patterns if count]
    count = RootCount(
        value,
        RootCountKind.UPPER_BOUND,
        "sum of mixed volumes over zero patterns",
        "Bernstein 1975; Rojas & Wang 1996",
        "isolated solutions in C^n, each once, of any square system with these monomials",
        counts_multiplicities=False,
    )
    return ZeroPatternBound(count, excludes, tuple(found))


def _patterns(
    sets: Sequence[Ints], n: int, meter: WorkMeter, memory: dict[_Key, int]
) -> Iterator[tuple[tuple[int, ...], int, bool]]:
    """The live sets on whose torus there may be solutions, their summands, and whether they are covered."""
    if n > _MAX_UNKNOWNS:
        raise InputError(f"The zero patterns of {n} variables are too many.", "Use another bound.")
    meter.spend((1 << n) * sum(map(len, sets)) // 2)
    always_covered = _is_covered_by_powers(sets, n)
    for alive in _possible_patterns(sets, n):
        live = [j for j in range(n) if alive >> j & 1]
        dead = [j for j in range(n) if not alive >> j & 1]
        meter.spend(_PATTERN_WORK)
        restricted = [points[~points[:, dead].any(1)][:, live] for points in sets]
        present = [points for points in restricted if len(points)]
        count = 0
        if len(present) == len(live):
            key = _relabelled(present)
            if key not in memory:
                memory[key] = torus_count([np.array(points, dtype=np.int64) for points in key], meter) if live else 1
            count = memory[key]
        covered = count > 0 or not live or always_covered or _can_be_independent(sets, restricted, live, dead)
        yield tuple(live), count, covered


def _possible_patterns(sets: Sequence[Ints], n: int) -> list[int]:
    """The live sets, as bit masks, on which no equation is a single monomial."""
    alive = np.arange(1 << n, dtype=np.uint32)
    possible = np.ones(1 << n, dtype=bool)
    for points in sets:
        masks, multiplicities = np.unique((points > 0) @ (1 << np.arange(n)), return_counts=True)
        remaining = np.zeros(1 << n, dtype=np.int32)
        for mask, multiplicity in zip(masks.tolist(), multiplicities.tolist(), strict=True):
            remaining += np.where(np.uint32(mask) & ~alive, 0, multiplicity).astype(np.int32)
        possible &= remaining != 1
    found: list[int] = np.flatnonzero(possible).tolist()
    return sorted(found, key=lambda mask: (mask.bit_count(), mask))


def _is_covered_by_powers(sets: Sequence[Ints], n: int) -> bool:
    """Whether W_i contains e_i for every live set: equation i has x_i and another power of it, or a constant."""
    if len(sets) != n:
        return False
    for i, points in enumerate(sets):
        powers = points[~np.delete(points, i, axis=1).any(1), i].tolist()
        if 1 not in powers or len(powers) < 2:
            return False
    return True


def _can_be_independent(
    sets: Sequence[Ints], restricted: Sequence[Ints], live: Sequence[int], dead: Sequence[int]
) -> bool:
    """Whether vectors of the spaces W_i can be independent; a random choice modulo a prime that is proves it."""
    n = len(live) + len(dead)
    if len(sets) < n:
        return False
    rng = np.random.default_rng(0)
    rows = []
    for points, own in zip(sets, restricted, strict=True):
        row = [0] * n
        weights = rng.integers(1, 1 << 40, len(own)).tolist()
        for weight, point in zip(weights[1:], own[1:].tolist(), strict=True):
            for j, e, e0 in zip(live, point, own[0].tolist(), strict=True):
                row[j] += weight * (e - e0)
        linear = points[points[:, dead].sum(1) == 1]
        for j in dead:
            if linear[:, j].any():
                row[j] = int(rng.integers(1, 1 << 40))
        rows.append(row)
    return bool(nmod_mat(len(rows), n, [v % _PRIME for row in rows for v in row], _PRIME).rank() == n)


def _relabelled(sets: Sequence[Ints]) -> _Key:
    """The sets with variables and equations in an order that often is the same for isomorphic systems."""
    if not sets:
        return ()
    columns = np.vstack(sets).T
    order = sorted(range(len(columns)), key=lambda j: sorted(columns[j].tolist()))
    return tuple(sorted(tuple(sorted(map(tuple, points[:, order].tolist()))) for points in sets))
