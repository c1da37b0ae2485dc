"""The Euler characteristic of a variety, where it follows from its equations.

Known are: ellipsoids; other boundaries of star-shaped bodies such as x^4 + y^4 + z^2 = 1, which are spheres; and compact smooth varieties of odd dimension, whose Euler characteristic is zero by Poincare duality.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flint import fmpq, fmpq_mat

from polysys.algebra.coercivity import is_coercive
from polysys.algebra.singular_locus import singular_locus
from polysys.equations.variety import Variety

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
    found = _of_ellipsoid(variety) or _of_star(variety)
    if found is not None:
        return found
    if not any(_is_growing(f) for f in _combinations(variety)):
        return Topology(False)
    is_smooth = singular_locus(variety).is_empty and singular_locus(variety).is_proved
    return Topology(True, 0 if is_smooth and variety.dimension % 2 else None)


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
