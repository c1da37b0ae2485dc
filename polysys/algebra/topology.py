"""The Euler characteristic of a variety, where it follows from its equations.

Known are: ellipsoids; products; other boundaries of star-shaped bodies such as x^4 + y^4 + z^2 = 1, which are spheres; and compact smooth varieties of odd dimension, whose Euler characteristic is zero by Poincare duality.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Any

from flint import fmpq, fmpq_mat

from polysys.algebra.coercivity import is_coercive
from polysys.algebra.singular_locus import singular_locus
from polysys.formulations.variety import Variety

_MOST_TERMS = 3000  # of a sum of squares


@dataclass(frozen=True, slots=True)
class Topology:
    """What is proved about the real points of a variety.

    Parameters
    ----------
    is_compact : bool
        True is a proof, False only "not shown".
    euler_characteristic : int or None
    betti_numbers : tuple of int or None
        From b_0 to that of its dimension.
    """

    is_compact: bool
    euler_characteristic: int | None = None
    betti_numbers: tuple[int, ...] | None = None


@lru_cache(maxsize=64)
def topology(variety: Variety) -> Topology:
    """Compactness, Euler characteristic and Betti numbers of the real points of a variety, as far as they are proved.

    Examples
    --------
    An ellipsoid, a plane quartic with ovals, the rotations and reflections of the plane, and a hyperbola:

    >>> topology(Variety("x^2 + 2*y^2 + 3*z^2 = 1")).betti_numbers
    (1, 0, 1)
    >>> topology(Variety("x^4 + y^4 + x*y^2 - 5*x^2 - 5*y^2 + 7 = 0")).euler_characteristic
    0
    >>> topology(Variety("a^2 + c^2 = 1, a*b + c*d = 0, b^2 + d^2 = 1")).euler_characteristic
    0
    >>> topology(Variety("x*y = 1"))
    Topology(is_compact=False, euler_characteristic=None, betti_numbers=None)
    """
    factors = _factors(variety)
    if len(factors) > 1:
        return _product([topology(factor) for factor in factors], _is_smooth(variety))
    found = _of_ellipsoid(variety) or _of_star(variety)
    if found is not None:
        return found
    if not any(_is_growing(f) for f in _combinations(variety)):
        return Topology(False)
    return Topology(True, 0 if variety.dimension % 2 and _is_smooth(variety) else None)


def _is_smooth(variety: Variety) -> bool:
    """Whether it is proved to have no singular point, not even a complex one."""
    locus = singular_locus(variety)
    return locus.is_empty and locus.is_proved


def _factors(variety: Variety) -> list[Variety]:
    """The varieties of which it is the product: their equations share no variable. Itself if a variable is free."""
    blocks: list[tuple[set[int], list[int]]] = []
    for k, g in enumerate(variety.polynomials):
        used, members = {i for e in g.monoms() for i, power in enumerate(e) if power}, [k]
        for block in [b for b in blocks if b[0] & used]:
            blocks.remove(block)
            used, members = used | block[0], block[1] + members
        blocks.append((used, members))
    if set().union(*(used for used, _ in blocks)) != set(range(variety.n)):
        return [variety]
    return [
        Variety([variety.equations[k] for k in sorted(members)], variables=[variety.names[i] for i in sorted(used)])
        for used, members in blocks
    ]


def _product(factors: list[Topology], is_smooth: bool) -> Topology:
    """By Kuenneth's formula; where one factor has Euler characteristic zero the product has, if all are smooth."""
    is_compact = all(t.is_compact for t in factors)
    numbers = [t.euler_characteristic for t in factors]
    if not is_compact or (None in numbers and not (0 in numbers and is_smooth)):
        return Topology(is_compact)
    euler = 0 if 0 in numbers else prod(n for n in numbers if n is not None)
    betti: list[int] | None = [1]
    for t in factors:
        if betti is None or t.betti_numbers is None:
            betti = None
            continue
        terms = [(i + j, a * b) for i, a in enumerate(betti) for j, b in enumerate(t.betti_numbers)]
        betti = [sum(value for k, value in terms if k == degree) for degree in range(terms[-1][0] + 1)]
    return Topology(True, euler, None if betti is None else tuple(betti))


def _combinations(variety: Variety) -> Iterator[Any]:
    """Elements of the ideal that may grow to infinity in all directions: then their zeros are bounded."""
    polynomials = variety.polynomials
    growing = []
    for g in polynomials:
        yield g
        yield -g
        pure = [(sum(e), c) for e, c in g.terms() if sum(map(bool, e)) == 1 and sum(e) % 2 == 0]
        if pure:
            growing.append(g if max(pure)[1] > 0 else -g)
    if len(polynomials) > 1:
        yield sum(growing, polynomials[0].ring.zero)
        if sum(len(g) ** 2 for g in polynomials) <= _MOST_TERMS:
            yield sum((g**2 for g in polynomials), polynomials[0].ring.zero)


def _is_growing(polynomial: Any) -> bool:
    if not polynomial:
        return False
    if max(map(sum, polynomial.monoms())) == 2:
        matrix, _, _ = _quadric(polynomial)
        return _is_positive_definite(matrix)
    return is_coercive(polynomial)


def _quadric(polynomial: Any) -> tuple[fmpq_mat, fmpq_mat, fmpq]:
    """A, b, c of x'Ax + 2 b'x + c."""
    n = polynomial.ring.ngens
    a, b, c = fmpq_mat(n, n), fmpq_mat(n, 1), fmpq(0)
    for e, value in polynomial.terms():
        q = fmpq(int(value.numerator), int(value.denominator))
        places = [i for i, power in enumerate(e) for _ in range(power)]
        if len(places) == 2:
            i, j = places
            a[i, j] += q / 2
            a[j, i] += q / 2
        elif places:
            b[places[0], 0] += q / 2
        else:
            c = q
    return a, b, c


def _is_positive_definite(matrix: fmpq_mat) -> bool:
    """By the leading principal minors."""
    n = matrix.nrows()
    return all(fmpq_mat(k, k, [matrix[i, j] for i in range(k) for j in range(k)]).det() > 0 for k in range(1, n + 1))


def _of_ellipsoid(variety: Variety) -> Topology | None:
    """Of one quadric with a definite form that is no single point: an ellipsoid, or empty."""
    if variety.n_constraints != 1:
        return None
    (g,) = variety.polynomials
    if max(map(sum, g.monoms())) != 2:
        return None
    a, b, c = _quadric(g)
    sign = 1 if a[0, 0] > 0 else -1
    if not _is_positive_definite(a * fmpq(sign)):
        return None
    lowest = (c - (b.transpose() * a.inv() * b)[0, 0]) * sign
    if lowest == 0:
        return Topology(True)
    d = variety.dimension
    return Topology(True, 0, (0,) * (d + 1)) if lowest > 0 else _sphere(d)


def _of_star(variety: Variety) -> Topology | None:
    """Of one equation f = c with c > 0 whose f grows along every ray from the origin: each ray meets the set once.

    So it is where f is homogeneous and definite, or a sum of even monomials with positive coefficients that holds a pure power of
    every variable.
    """
    if variety.n_constraints != 1:
        return None
    (g,) = variety.polynomials
    for f in (g, -g):
        rest = [(e, c) for e, c in f.terms() if any(e)]
        is_growing = all(c > 0 and all(k % 2 == 0 for k in e) for e, c in rest) or len({sum(e) for e, _ in rest}) == 1
        if f.coeff(1) < 0 and is_growing and _is_growing(f):
            return _sphere(variety.dimension)
    return None


def _sphere(d: int) -> Topology:
    """Of a set that is diffeomorphic to the sphere of dimension d."""
    return Topology(True, 1 + (-1) ** d, (2,) if d == 0 else (1, *[0] * (d - 1), 1))
