"""Start systems whose solutions are known in closed form: total degree and linear products."""

import itertools
import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from homotopy.engines.phcpack.types import Polynomials, StartSystem, Term
from polysys import counts
from polysys.counts import PartitionBound, multihomogeneous_bezout

Form = npt.NDArray[np.complex128]  # coefficients of a group's unknowns and the constant
Partition = tuple[tuple[int, ...], ...]


def total_degree(target: Polynomials) -> int:
    """Return Bezout's number, the product of the degrees."""
    return counts.total_degree(_degrees(target)).value


def _degrees(target: Polynomials) -> list[int]:
    return [max((sum(m) for _, m in terms), default=0) for terms in target]


def total_degree_start(target: Polynomials, rng: np.random.Generator) -> StartSystem:
    """Return x_i^d_i = r_i with random r_i on the unit circle, and all its solutions."""
    n = len(target)
    degrees = _degrees(target)
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
    """Return the Bezout number of a grouping of the unknowns."""
    return multihomogeneous_bezout(group_degrees(target, partition), [len(group) for group in partition]).value


def best_partition(target: Polynomials) -> PartitionBound:
    """Return the grouping of the unknowns with the smallest Bezout number found."""
    return counts.best_partition([[m for _, m in terms] for terms in target], len(target))


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
