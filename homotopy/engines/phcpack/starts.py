"""Start systems whose solutions are known in closed form: total degree and linear products; Bezout numbers."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from homotopy.engines.phcpack.types import Polynomials, StartSystem, Term

Form = npt.NDArray[np.complex128]  # coefficients of a group's unknowns and the constant
Partition = tuple[tuple[int, ...], ...]


def total_degree(target: Polynomials) -> int:
    """Return Bezout's number, the product of the degrees."""
    return math.prod(max((sum(m) for _, m in terms), default=0) for terms in target)


def total_degree_start(target: Polynomials, rng: np.random.Generator) -> StartSystem:
    """Return x_i^d_i = r_i with random r_i on the unit circle, and all its solutions."""
    n = len(target)
    degrees = [max((sum(m) for _, m in terms), default=0) for terms in target]
    if 0 in degrees:
        return StartSystem((), (), 0)
    angles = rng.uniform(0, 2 * math.pi, n)
    polynomials = []
    roots: list[list[complex]] = []
    for i, d in enumerate(degrees):
        power = tuple(d if j == i else 0 for j in range(n))
        polynomials.append(((1 + 0j, power), (-complex(np.exp(1j * angles[i])), (0,) * n)))
        roots.append([complex(np.exp(1j * (angles[i] + 2 * math.pi * k) / d)) for k in range(d)])
    return StartSystem(tuple(polynomials), tuple(itertools.product(*roots)), math.prod(degrees))


def univariate_start(exponents: list[int], rng_seed: int) -> StartSystem:
    """Return x^a (x^d - r) with a random r on the unit circle and its d nonzero roots.

    Trap N: ``phc -m`` counts a mixed volume of 4 for x^3 - 2 x + 5, so one unknown is not left to PHCpack.
    """
    low, high = min(exponents), max(exponents)
    angle = float(np.random.default_rng(rng_seed).uniform(0, 2 * math.pi))
    d = high - low
    roots = tuple((complex(np.exp(1j * (angle + 2 * math.pi * k) / d)),) for k in range(d))
    return StartSystem((((1 + 0j, (high,)), (-complex(np.exp(1j * angle)), (low,))),), roots, d)


def group_degrees(target: Polynomials, partition: Partition) -> list[list[int]]:
    """Return the degree of each equation in each group of unknowns."""
    return [[max((sum(m[i] for i in group) for _, m in terms), default=0) for group in partition] for terms in target]


def multihomogeneous_number(target: Polynomials, partition: Partition) -> int:
    """Return the Bezout number: the coefficient of prod t_g^|g| in prod_i sum_g d_ig t_g (Morgan and Sommese 1987)."""
    sizes = tuple(len(group) for group in partition)
    coefficients: dict[tuple[int, ...], int] = {(0,) * len(sizes): 1}
    for degrees in group_degrees(target, partition):
        following: dict[tuple[int, ...], int] = {}
        for used, c in coefficients.items():
            for g, d in enumerate(degrees):
                if d and used[g] < sizes[g]:
                    key = (*used[:g], used[g] + 1, *used[g + 1 :])
                    following[key] = following.get(key, 0) + c * d
        coefficients = following
    return coefficients.get(sizes, 0)


def best_partition(target: Polynomials) -> tuple[int, Partition]:
    """Return the smallest Bezout number found, with its partition.

    All partitions are tried for up to 6 unknowns (203 of them). For more, groups are merged two at a time from single
    unknowns on: first those whose union has the smallest degrees, and below 9 groups those with the smallest number.
    """
    n = len(target)
    if n <= 6:
        return min((multihomogeneous_number(target, p), p) for p in _partitions(n))
    current: Partition = tuple((i,) for i in range(n))
    found = []
    while len(current) > 1:
        merged = [_merge(current, a, b) for a, b in itertools.combinations(range(len(current)), 2)]
        if len(current) > 9:
            current = min(merged, key=lambda p: sum(map(sum, group_degrees(target, p))))
        else:
            number, current = min((multihomogeneous_number(target, p), p) for p in merged)
            found.append((number, current))
    return min(found)


def _merge(partition: Partition, a: int, b: int) -> Partition:
    rest = [group for k, group in enumerate(partition) if k not in (a, b)]
    return tuple(sorted([*rest, tuple(sorted(partition[a] + partition[b]))]))


def _partitions(n: int) -> Iterator[Partition]:
    def grow(groups: Partition, i: int) -> Iterator[Partition]:
        if i == n:
            yield groups
            return
        for k, group in enumerate(groups):
            yield from grow((*groups[:k], (*group, i), *groups[k + 1 :]), i + 1)
        yield from grow((*groups, (i,)), i + 1)

    return grow((), 0)


def multihomogeneous_start(target: Polynomials, partition: Partition, rng: np.random.Generator) -> StartSystem:
    """Return products of random linear forms with the target's degrees in each group, and all their solutions.

    Each solution makes one factor of every equation vanish, as many factors in a group as it has unknowns.
    (Trap M: phcpy's own ``m_homogeneous_start_system`` raises an exception inside PHCpack and returns no solutions.)
    """
    n = len(target)
    degrees = group_degrees(target, partition)
    forms: list[list[tuple[int, Form]]] = []
    for row in degrees:
        factors = []
        for g, d in enumerate(row):
            for _ in range(d):
                factors.append((g, np.exp(2j * math.pi * rng.uniform(0, 1, len(partition[g]) + 1))))
        forms.append(factors)
    polynomials = tuple(_expand([(partition[g], form) for g, form in factors], n) for factors in forms)
    solutions = []
    for choice in _choices([[g for g, _ in factors] for factors in forms], [len(group) for group in partition]):
        x = np.zeros(n, dtype=complex)
        for g, group in enumerate(partition):
            rows = np.array([forms[i][k][1] for i, k in enumerate(choice) if forms[i][k][0] == g])
            x[list(group)] = np.linalg.solve(rows[:, :-1], -rows[:, -1])
        solutions.append(tuple(complex(z) for z in x))
    return StartSystem(polynomials, tuple(solutions), multihomogeneous_number(target, partition))


def _choices(factors: list[list[int]], left: list[int]) -> Iterator[tuple[int, ...]]:
    """Yield one factor (its number) per equation so that group g is chosen left[g] times."""
    if not factors:
        yield ()
        return
    for k, g in enumerate(factors[0]):
        if left[g]:
            left[g] -= 1
            for rest in _choices(factors[1:], left):
                yield (k, *rest)
            left[g] += 1


def _expand(factors: list[tuple[tuple[int, ...], Form]], n: int) -> tuple[Term, ...]:
    """Return the product of linear forms as terms."""
    product: dict[tuple[int, ...], complex] = {(0,) * n: 1 + 0j}
    for group, form in factors:
        following: dict[tuple[int, ...], complex] = {}
        for m, c in product.items():
            for i, a in zip((*group, None), form, strict=True):
                key = m if i is None else tuple(d + (j == i) for j, d in enumerate(m))
                following[key] = following.get(key, 0j) + c * complex(a)
        product = following
    return tuple((c, m) for m, c in product.items())
