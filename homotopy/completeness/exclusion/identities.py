"""Quadratic equations that hold at every stationary point on R^n, because linear fields leave the rest of the potential unchanged.

Let v(x) = A x + b be a field with v . grad U = 0 as polynomials, where V = U + Q and Q has the terms of degree two and less. Then
v . grad V = v . grad Q is a polynomial of degree two or less, and it vanishes where grad V does. In a network the weights into and
out of a hidden layer balance: for V = |W_2 W_1 X - Y|^2 / 2 + regularisation, the fields G W_1, -W_2 G give a matrix of equations.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from homotopy.completeness.exclusion.rows import reduce_rational
from polysys.continuous_symmetry import continuous_symmetries
from polysys.domains import Euclidean
from polysys.landscape import Landscape
from polysys.system import exact_terms

Terms = Mapping[tuple[int, ...], Fraction]


@lru_cache(maxsize=8)
def quadratic_identities(landscape: Landscape) -> tuple[Terms, ...]:
    """Independent polynomials of degree two or less that vanish at every stationary point, each as sparse as it gets.

    Those without mixed terms come last.

    Examples
    --------
    >>> import polysys as ps
    >>> [dict(q) for q in quadratic_identities(ps.expression("(x*y - 1)^2 + x^2 + 2*y^2").sample())]
    [{(0, 2): Fraction(1, 1), (2, 0): Fraction(-1, 2)}]
    """
    n, potential = landscape.domain.n, landscape.potential
    terms = exact_terms(potential)
    high = potential.ring.from_dict({e: c for e, c in potential.terms() if sum(e) > 2})
    if not high:
        return ()
    found = continuous_symmetries(high, Euclidean(n))
    if found is None or not found.generators:
        return ()
    low = [(e, c) for e, c in terms.items() if 0 < sum(e) <= 2]
    products = []
    for matrix, shift in found.generators:
        product: dict[tuple[int, ...], Fraction] = {}
        for e, c in low:
            for i in (i for i in range(n) if e[i]):
                rest = (*e[:i], e[i] - 1, *e[i + 1 :])
                factors = [(shift[i], rest)]
                factors += [(matrix[i][j], (*rest[:j], rest[j] + 1, *rest[j + 1 :])) for j in range(n)]
                for a, monomial in factors:
                    if a:
                        product[monomial] = product.get(monomial, Fraction(0)) + a * c * e[i]
        products.append({e: c for e, c in product.items() if c})
    # mixed terms first, so that the rows below them have squares alone; then linear terms and the constant
    columns = sorted({e for p in products for e in p}, key=lambda e: (max(e) == 2, -sum(e), e), reverse=False)
    rows = reduce_rational([[p.get(e, Fraction(0)) for e in columns] for p in products], len(columns))
    return tuple({e: c for e, c in zip(columns, row, strict=True) if c} for row in rows)
