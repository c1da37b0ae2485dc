"""Supports of polynomial systems of the literature, and operations on supports, for the tests of root counts."""

from __future__ import annotations

from itertools import product

from polysys.reading.parser import parse_polynomial

Support = list[tuple[int, ...]]


def monomial(n: int, *variables: int) -> tuple[int, ...]:
    """The product of variables, repeated ones included."""
    return tuple(variables.count(j) for j in range(n))


def cyclic(n: int) -> list[Support]:
    """The cyclic n-roots (Bjorck & Froberg, J. Symb. Comput. 12 (1991) 329)."""
    system = [[tuple(int((j - i) % n < k) for j in range(n)) for i in range(n)] for k in range(1, n)]
    return [*system, [(1,) * n, (0,) * n]]


def noon(n: int) -> list[Support]:
    """Noonburg's neural network, SIAM J. Appl. Math. 49 (1989) 1779: x_i sum_{j != i} x_j^2 - c x_i + 1."""
    return [[*(monomial(n, i, j, j) for j in range(n) if j != i), monomial(n, i), monomial(n)] for i in range(n)]


def eco(n: int) -> list[Support]:
    """Morgan's economics problem (Morgan, Solving polynomial systems, 1987)."""
    system = [
        [monomial(n, k, n - 1), *(monomial(n, i, i + k + 1, n - 1) for i in range(n - 2 - k)), monomial(n)]
        for k in range(n - 1)
    ]
    return [*system, [*(monomial(n, i) for i in range(n - 1)), monomial(n)]]


def katsura(n: int) -> list[Support]:
    """Katsura's magnetism problem in u_0, .., u_n (Boege, Gebauer & Kredel, J. Symb. Comput. 2 (1986) 83)."""
    system = [
        [*{monomial(n + 1, abs(k), abs(m - k)) for k in range(-n, n + 1) if abs(m - k) <= n}, monomial(n + 1, m)]
        for m in range(n)
    ]
    return [*system, [*(monomial(n + 1, i) for i in range(n + 1)), monomial(n + 1)]]


def chandra(n: int) -> list[Support]:
    """Chandrasekhar's H-equation (Gonzalez-Vega, PhD thesis; Kelley, J. Math. Phys. 21 (1980) 1625)."""
    return [[monomial(n), monomial(n, i), *(monomial(n, i, j) for j in range(n - 1))] for i in range(n)]


def written(variables: str, *equations: str) -> list[Support]:
    """Supports of equations given as texts."""
    return [list(parse_polynomial(e, tuple(variables.split())).polynomial.monoms()) for e in equations]


# from Verschelde's collection of test systems (https://homepages.math.uic.edu/~jan/demo.html)
CAPRASSE = written(
    "x y z t",
    "y^2*z + 2*x*y*t - 2*x - z",
    "-x^3*z + 4*x*y^2*z + 4*x^2*y*t + 2*y^3*t + 4*x^2 - 10*y^2 + 4*x*z - 10*y*t + 2",
    "2*y*z*t + x*t^2 - x - 2*z",
    "-x*z^3 + 4*y*z^2*t + 4*x*z*t^2 + 2*y*t^3 + 4*x*z + 4*z^2 - 10*y*t - 10*t^2 + 2",
)
BOON = written(
    "s g t h c d",
    "s^2 + g^2 - 1",
    "t^2 + h^2 - 1",
    "c*g^3 + d*h^3 - 1",
    "c*s^3 + d*t^3 - 1",
    "c*g^2*s + d*h^2*t - 1",
    "c*g*s^2 + d*h*t^2 - 1",
)
HEART = written(
    "a b c d t u v w",
    "a + b - 1",
    "c + d + 1",
    "t*a + u*b - v*c - w*d + 1",
    "v*a + w*b + t*c + u*d - 1",
    "a*t^2 - a*v^2 - 2*c*t*v + b*u^2 - b*w^2 - 2*d*u*w - 1",
    "c*t^2 - c*v^2 + 2*a*t*v + d*u^2 - d*w^2 + 2*b*u*w + 1",
    "a*t^3 - 3*a*t*v^2 + c*v^3 - 3*c*v*t^2 + b*u^3 - 3*b*u*w^2 + d*w^3 - 3*d*w*u^2 + 1",
    "c*t^3 - 3*c*t*v^2 - a*v^3 + 3*a*v*t^2 + d*u^3 - 3*d*u*w^2 - b*w^3 + 3*b*w*u^2 - 1",
)


def simplex(n: int, d: int) -> Support:
    """All monomials of degree at most d."""
    return [e for e in product(range(d + 1), repeat=n) if sum(e) <= d]


def box(*sides: int) -> Support:
    """The corners of a box."""
    return list(product(*((0, s) for s in sides)))


def minkowski(a: Support, b: Support) -> Support:
    """All sums of two points."""
    return list({tuple(x + y for x, y in zip(p, q, strict=True)) for p in a for q in b})
