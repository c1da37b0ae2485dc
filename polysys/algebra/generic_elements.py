"""Elements of the ideal of a family, over the field of its parameters: combinations whose leading terms cancel for all of them.

The polynomials have coefficients in Z[a].  A set of rows x^b g that is dependent at one point modulo a prime in its terms of
highest degree is solved for over Q(a); if a relation is found it holds identically, because it is multiplied out, and the
element has the degree that it is seen to have.  Which rows to try is guessed at the point: nothing rests on the guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from flint import fmpz_mpoly

from polysys.algebra.degree_falls import Row
from polysys.algebra.limits import Meter
from polysys.algebra.modular import Exponents

Coefficient = fmpz_mpoly
GenericPolynomial = dict[Exponents, Coefficient]
MAX_ROWS = 400  # of a relation that is solved for
MAX_TERMS = 4000  # of a coefficient, as a polynomial in the parameters
_OPERATION = 200  # nanoseconds for a product of two terms with its share of common factors


class GenericSystem:
    """Polynomials over Z[a] in n unknowns, and what they are at a point modulo a prime.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to fmpz_mpoly
    point : sequence of int
        Values of the parameters.
    p : int
        A prime.
    weights : sequence of int
        Of the unknowns.
    """

    def __init__(self, polynomials: Sequence[GenericPolynomial], point: Sequence[int], p: int, weights: Sequence[int]) -> None:
        self.elements = [dict(f) for f in polynomials]
        self.point, self.p, self.weights = [v % p for v in point], p, tuple(weights)

    def degree(self, k: int) -> int:
        """Weighted degree over Q(a); -1 for zero."""
        return max((_weight(e, self.weights) for e in self.elements[k]), default=-1)

    def image(self, k: int) -> dict[Exponents, int]:
        """An element at the point, modulo the prime."""
        values = {e: _value(c, self.point, self.p) for e, c in self.elements[k].items()}
        return {e: v for e, v in values.items() if v}

    def images(self) -> list[tuple[int, dict[Exponents, int]]]:
        """All elements with their degrees over Q(a), modulo the prime."""
        return [(self.degree(k), self.image(k)) for k in range(len(self.elements))]

    def add(self, rows: Sequence[Row], meter: Meter) -> bool:
        """Add the combination of rows x^b g of equal degree in which the terms of that degree cancel; whether there is one."""
        relation = self._relation(rows, meter)
        if relation is None:
            return False
        total: GenericPolynomial = {}
        for (i, shift), c in zip(rows, relation, strict=True):
            if not c.is_zero():
                for e, value in self.elements[i].items():
                    key = tuple(a + b for a, b in zip(e, shift, strict=True))
                    meter.spend(_OPERATION * len(c) * len(value))
                    product = c * value
                    total[key] = total[key] + product if key in total else product
        total = {e: c for e, c in total.items() if not c.is_zero()}
        if not total or max(_weight(e, self.weights) for e in total) >= self._row_degree(rows[0]):
            return False  # a syzygy: all terms cancel, not only those of highest degree
        common = _gcd(total.values())
        self.elements.append({e: c // common for e, c in total.items()})
        return True

    def _row_degree(self, row: Row) -> int:
        return self.degree(row[0]) + _weight(row[1], self.weights)

    def _relation(self, rows: Sequence[Row], meter: Meter) -> list[Coefficient] | None:
        """Polynomials c in the parameters with sum_k c_k (leading form of row k) = 0, or None."""
        if not 0 < len(rows) <= MAX_ROWS:
            return None
        level = self._row_degree(rows[0])
        if any(self.degree(i) < 0 or self._row_degree((i, shift)) != level for i, shift in rows):
            return None
        columns: dict[Exponents, dict[int, Coefficient]] = {}
        for k, (i, shift) in enumerate(rows):
            for e, c in self.elements[i].items():
                if _weight(e, self.weights) + _weight(shift, self.weights) == level:
                    key = tuple(a + b for a, b in zip(e, shift, strict=True))
                    columns.setdefault(key, {})[k] = c
        return _null_vector(list(columns.values()), len(rows), meter)


def _weight(exponents: Sequence[int], weights: Sequence[int]) -> int:
    return sum(a * w for a, w in zip(exponents, weights, strict=True))


def _value(c: Coefficient, point: Sequence[int], p: int) -> int:
    total = 0
    for exponents, number in c.to_dict().items():
        term = int(number) % p
        for v, e in zip(point, exponents, strict=True):
            if e:
                term = term * pow(v, int(e), p) % p
        total += term
    return total % p


def _gcd(values: Iterable[Coefficient]) -> Coefficient:
    """The greatest common divisor of at least one coefficient."""
    found, *others = sorted(values, key=len)
    for c in others:
        if found.is_constant() and abs(int(found.leading_coefficient())) == 1:
            break
        found = found.gcd(c)
    return found


def _reduced(equation: Mapping[int, Coefficient]) -> dict[int, Coefficient]:
    """A linear equation without zero coefficients and without a common factor."""
    kept = {k: c for k, c in equation.items() if not c.is_zero()}
    if not kept:
        return {}
    common = _gcd(kept.values())
    return {k: c // common for k, c in kept.items()}


def _null_vector(equations: Sequence[Mapping[int, Coefficient]], n: int, meter: Meter) -> list[Coefficient] | None:
    """The solution of linear equations over Q(a), up to a factor; None unless there is exactly one.

    Elimination without fractions: of all equations that are left the one with the fewest and shortest entries is next, and a short
    entry of it that few others use is its pivot. All that is divided by is a common factor.
    """
    left = [e for e in (_reduced(equation) for equation in equations) if e]
    solved: list[tuple[int, dict[int, Coefficient]]] = []
    while left:
        left.sort(key=lambda e: (len(e), sum(map(len, e.values()))))
        equation, *others = left
        uses = {k: sum(k in other for other in others) for k in equation}
        pivot = min(equation, key=lambda k: (len(equation[k]) * (1 + uses[k]), k))
        solved.append((pivot, equation))
        left = []
        for other in others:
            new = _eliminated(other, equation, pivot, meter) if pivot in other else other
            if any(len(c) > MAX_TERMS for c in new.values()):
                return None
            if new:
                left.append(new)
    return _back_substituted(solved, n, meter) if len(solved) == n - 1 else None


def _eliminated(
    equation: Mapping[int, Coefficient], by: Mapping[int, Coefficient], pivot: int, meter: Meter
) -> dict[int, Coefficient]:
    """A combination of two equations in which the pivot does not occur."""
    common = by[pivot].gcd(equation[pivot])
    a, b = by[pivot] // common, equation[pivot] // common
    new: dict[int, Coefficient] = {}
    for k in sorted({*equation, *by} - {pivot}):
        if k in equation:
            meter.spend(_OPERATION * len(a) * len(equation[k]))
            new[k] = a * equation[k]
        if k in by:
            meter.spend(_OPERATION * len(b) * len(by[k]))
            new[k] = new[k] - b * by[k] if k in new else -(b * by[k])
    return _reduced(new)


def _back_substituted(solved: Sequence[tuple[int, Mapping[int, Coefficient]]], n: int, meter: Meter) -> list[Coefficient] | None:
    """The solution of a triangular system with one unknown free."""
    (free,) = set(range(n)) - {pivot for pivot, _ in solved}
    sample = next(iter(solved[0][1].values()))
    one = sample.context().from_dict({(0,) * sample.context().nvars(): 1})
    found: dict[int, Coefficient] = {free: one}
    for pivot, equation in reversed(solved):
        numerator = 0 * one
        for k, c in equation.items():
            if k != pivot:
                meter.spend(_OPERATION * len(c) * len(found[k]))
                numerator -= c * found[k]
        g = equation[pivot] if numerator.is_zero() else numerator.gcd(equation[pivot])
        factor = equation[pivot] // g
        if not factor.is_one():
            found = {k: c * factor for k, c in found.items()}
        found[pivot] = numerator // g
        if any(len(c) > MAX_TERMS for c in found.values()):
            return None
    common = reduce(lambda a, b: a.gcd(b), [c for c in found.values() if not c.is_zero()])
    return [found[k] // common for k in range(n)]
