"""Polynomial systems with known numbers of solutions, with exact coefficients, for the tests of exact algebra."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import product
from random import Random

Terms = dict[tuple[int, ...], Fraction | int]


def polynomial(n: int, *terms: tuple[int, Iterable[int]]) -> Terms:
    """Coefficients with lists of variables, repeated ones included."""
    result: Terms = {}
    for c, variables in terms:
        chosen = list(variables)
        e = tuple(chosen.count(k) for k in range(n))
        result[e] = result.get(e, 0) + c
    return {e: c for e, c in result.items() if c}


def cyclic(n: int) -> list[Terms]:
    """The cyclic n-roots (Bjorck & Froberg, J. Symb. Comput. 12 (1991) 329)."""
    sums = [polynomial(n, *((1, [(i + j) % n for j in range(k)]) for i in range(n))) for k in range(1, n)]
    return [*sums, polynomial(n, (1, range(n)), (-1, ()))]


def katsura(n: int) -> list[Terms]:
    """Katsura's problem in u_0, .., u_n: 2^n solutions (Boege, Gebauer & Kredel, J. Symb. Comput. 2 (1986) 83)."""
    m = n + 1
    system = [
        polynomial(m, *((1, (abs(k), abs(l - k))) for k in range(-n, n + 1) if abs(l - k) <= n), (-1, (l,)))
        for l in range(n)
    ]
    return [*system, polynomial(m, (1, (0,)), *((2, (k,)) for k in range(1, m)), (-1, ()))]


def noon(n: int) -> list[Terms]:
    """Noonburg's neural network, c = 1.1 (SIAM J. Appl. Math. 49 (1989) 1779)."""
    return [polynomial(n, *((10, (i, j, j)) for j in range(n) if j != i), (-11, (i,)), (10, ())) for i in range(n)]


def dense(n: int, degrees: Iterable[int], seed: int, *, homogeneous: bool = False) -> list[Terms]:
    """Random polynomials with all monomials of these degrees."""
    random = Random(seed)
    result = []
    for d in degrees:
        exponents = [e for e in product(range(d + 1), repeat=n) if sum(e) == d or (not homogeneous and sum(e) < d)]
        result.append({e: random.choice([-1, 1]) * random.randint(1, 99) for e in exponents})
    return result


def times(f: Terms, g: Terms) -> Terms:
    """The product of two polynomials."""
    result: Terms = {}
    for (a, c), (b, d) in product(f.items(), g.items()):
        e = tuple(i + j for i, j in zip(a, b, strict=True))
        result[e] = result.get(e, 0) + c * d
    return {e: c for e, c in result.items() if c}
