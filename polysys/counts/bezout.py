"""Bezout numbers: total degree, multihomogeneous numbers and the grouping of variables that makes them small."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import prod

import numpy as np

from polysys.errors import InputError
from polysys.root_count import RootCount, RootCountKind, integers


@dataclass(frozen=True, slots=True)
class PartitionBound:
    """A grouping of the variables (by position) and its multihomogeneous Bezout number."""

    partition: tuple[tuple[int, ...], ...]
    count: RootCount


def total_degree(degrees: Sequence[int]) -> RootCount:
    """Bezout's number: the product of the degrees of a square system.

    Parameters
    ----------
    degrees : sequence of int
        Degree of each of the n equations in n unknowns, at least 0 (a nonzero constant has no solution).

    Returns
    -------
    RootCount
        Upper bound on the isolated solutions in C^n, with multiplicity, of every system of these degrees.

    Examples
    --------
    >>> total_degree([3, 3, 2]).value
    18
    """
    d = integers(degrees, 0, "degrees")
    return RootCount(
        prod(d), RootCountKind.UPPER_BOUND, "total degree", "Bezout", "any square system of these degrees in C^n"
    )


def multihomogeneous_bezout(degree_table: Sequence[Sequence[int]], group_sizes: Sequence[int]) -> RootCount:
    r"""Multihomogeneous Bezout number of a square system for one grouping of its variables.

    The coefficient of :math:`\prod_j z_j^{k_j}` in :math:`\prod_i (d_{i1} z_1 + \cdots + d_{ig} z_g)`.

    Parameters
    ----------
    degree_table : sequence of sequence of int
        Row i holds the degrees of equation i in each group of variables.
    group_sizes : sequence of int
        The numbers :math:`k_j` of variables in each group; their sum is the number of equations.

    Returns
    -------
    RootCount
        Upper bound on the isolated solutions in C^n, with multiplicity.

    Raises
    ------
    InputError
        If the system is not square or the table does not fit the groups.

    Notes
    -----
    Truncated multiplication of linear forms: at most n g prod(k_j + 1) integer operations.

    References
    ----------
    Morgan & Sommese, Appl. Math. Comput. 24 (1987) 101.

    Examples
    --------
    >>> multihomogeneous_bezout([[1, 1], [1, 1]], [1, 1]).value
    2
    """
    sizes = integers(group_sizes, 1, "group_sizes")
    table = [integers(row, 0, "degree_table") for row in degree_table]
    if len(table) != sum(sizes) or any(len(row) != len(sizes) for row in table):
        raise InputError(
            f"A degree table of {len(table)} equations does not fit groups of sizes {sizes}.",
            "Give one row per equation, one column per group, and as many equations as variables.",
        )
    return _bezout_count(_bezout(table, sizes), len(sizes))


def best_partition(supports: Sequence[Sequence[Sequence[int]]], n: int) -> PartitionBound:
    """Grouping of the variables with the smallest multihomogeneous Bezout number found.

    Parameters
    ----------
    supports : sequence of sequence of exponent vectors
        The monomials of each of the n equations.
    n : int
        Number of variables.

    Returns
    -------
    PartitionBound
        For n <= 8 the minimum over all set partitions; above, the best of a greedy chain of pairwise merges (starting
        from the pairs that raise the degrees least) improved by moving single variables: still a bound, maybe not the
        smallest.

    Examples
    --------
    >>> bound = best_partition([[(1, 1), (0, 0)], [(1, 1), (1, 0), (0, 1)]], 2)
    >>> bound.partition, bound.count.value
    (((0,), (1,)), 2)
    """
    (n,) = integers([n], 1, "n")
    if len(supports) != n or any(len(e) != n for equation in supports for e in equation):
        raise InputError(
            f"The supports are not those of {n} equations in {n} variables.",
            "Give one list of exponent vectors of length n for each of n equations.",
        )
    return _best_partition(tuple(tuple(map(tuple, equation)) for equation in supports), n)


@lru_cache(maxsize=512)  # the members of an ensemble have the same supports
def _best_partition(supports: tuple[tuple[tuple[int, ...], ...], ...], n: int) -> PartitionBound:
    tables = [np.array(equation, dtype=object).reshape(-1, n) for equation in supports]
    if max((e for equation in supports for row in equation for e in row), default=0) < 1 << 32:
        tables = [exponents.astype(np.int64) for exponents in tables]
    degrees_of: dict[tuple[int, ...], list[int]] = {}

    def degrees(block: tuple[int, ...]) -> list[int]:
        if block not in degrees_of:
            degrees_of[block] = [int(exponents[:, block].sum(1).max(initial=0)) for exponents in tables]
        return degrees_of[block]

    def bound(partition: Sequence[tuple[int, ...]]) -> int:
        return _bezout(list(zip(*(degrees(block) for block in partition), strict=True)), [len(b) for b in partition])

    partitions = _set_partitions(n) if n <= 8 else _merging_chain(n, degrees)
    # Ties go to the partition with fewer groups: fewer extra coordinates for a solver.
    value, _, best = min((bound(p), len(p), p) for p in partitions)
    if n > 8:
        value, best = _improve(value, best, bound)
    return PartitionBound(best, _bezout_count(value, len(best)))


def _bezout_count(value: int, n_groups: int) -> RootCount:
    groups = "1 group" if n_groups == 1 else f"{n_groups} groups"
    name = f"multihomogeneous Bezout number, {groups}"
    return RootCount(
        value, RootCountKind.UPPER_BOUND, name, "Morgan & Sommese 1987", "any square system of these degrees in C^n"
    )


def _bezout(table: Sequence[Sequence[int]], sizes: Sequence[int]) -> int:
    strides = [1]
    for k in sizes:
        strides.append(strides[-1] * (k + 1))
    groups = list(zip(sizes, strides, strides[1:], strict=False))
    poly = {0: 1}
    # Sparse rows first: the intermediate polynomials stay small.
    for row in sorted(table, key=lambda r: sum(map(bool, r))):
        used = [(d, k * low, low, high) for d, (k, low, high) in zip(row, groups, strict=True) if d]
        result: dict[int, int] = {}
        for key, c in poly.items():
            for d, full, low, high in used:
                if key % high < full:
                    result[key + low] = result.get(key + low, 0) + c * d
        poly = result
    return poly.get(sum(k * low for k, low, _ in groups), 0)


def _set_partitions(n: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    if n == 0:
        yield ()
        return
    for smaller in _set_partitions(n - 1):
        for i, block in enumerate(smaller):
            yield (*smaller[:i], (*block, n - 1), *smaller[i + 1 :])
        yield (*smaller, (n - 1,))


# A partition whose table has more coefficients than this is not evaluated: seconds each, and many groups at that.
_MAX_BOX = 1 << 15


def _is_cheap(partition: Sequence[tuple[int, ...]]) -> bool:
    return prod(len(block) + 1 for block in partition) <= _MAX_BOX


def _merging_chain(n: int, degrees: Callable[[tuple[int, ...]], list[int]]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Merge, from single variables up, the two groups whose union raises the degrees of the equations least."""
    partition: list[tuple[int, ...]] = [(i,) for i in range(n)]
    yield (tuple(range(n)),)
    while len(partition) > 1:
        if _is_cheap(partition):
            yield tuple(partition)

        def rise(pair: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[int, int]:
            a, b = pair
            union = degrees(tuple(sorted(a + b)))
            return sum(map(operator.sub, union, map(max, degrees(a), degrees(b)))), len(a) + len(b)

        a, b = min(combinations(partition, 2), key=rise)
        partition = sorted([*(block for block in partition if block not in (a, b)), tuple(sorted(a + b))])


def _improve(
    value: int, partition: tuple[tuple[int, ...], ...], bound: Callable[[Sequence[tuple[int, ...]]], int]
) -> tuple[int, tuple[tuple[int, ...], ...]]:
    """Move single variables between groups while the bound falls, within a fixed number of evaluations."""
    budget = 200
    improved = True
    while improved and budget > 0:
        improved = False
        for block, i, target in [
            (b, i, t) for b in partition for i in b for t in [*partition, ()] if t != b and (t or len(b) > 1)
        ]:
            rest = [b for b in partition if b not in (block, target)]
            moved = [tuple(j for j in block if j != i), tuple(sorted((*target, i)))]
            candidate = tuple(sorted(b for b in rest + moved if b))
            if not _is_cheap(candidate):
                continue
            budget -= 1
            if (new := bound(candidate)) < value:
                value, partition, improved = new, candidate, True
                break
            if budget <= 0:
                break
    return value, partition
