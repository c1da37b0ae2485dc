"""The isolated simple solutions of a square system by themselves, whatever else it has: those where det J is not zero."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx

from polysys.algebra.limits import Meter
from polysys.algebra.modular import Exponents, Polynomial, integer_polynomials


def with_inverse_determinant(
    polynomials: Sequence[Polynomial], n: int, meter: Meter | None = None
) -> list[dict[Exponents, int]]:
    """The equations with one more unknown z and one more equation, z det J = 1.

    Its solutions are the pairs (x, 1 / det J(x)) of the simple solutions x: no curve of solutions is left, and no multiple one.

    Parameters
    ----------
    polynomials : sequence of mappings from exponents to rational coefficients
        As many as unknowns.
    n : int
    meter : Meter, optional
        The determinant is expanded, which is possible in few unknowns.

    Examples
    --------
    x (x^2 + y^2 - 1) = y (x^2 + y^2 - 1) = 0, a circle with its centre:

    >>> from polysys.algebra import exact_count
    >>> circle = [{(3, 0): 1, (1, 2): 1, (1, 0): -1}, {(2, 1): 1, (0, 3): 1, (0, 1): -1}]
    >>> exact_count(circle, 2).dimension, exact_count(with_inverse_determinant(circle, 2), 3).n_distinct
    (1, 1)
    """
    meter = Meter() if meter is None else meter
    ring = _ring(n + 1)
    equations = [ring.from_dict({(*e, 0): c for e, c in f.items()}) for f in integer_polynomials(polynomials, n)]
    last = ring.gens()[n] * _determinant(equations, n, meter) - 1
    return [_terms(f) for f in (*equations, last)]


def jacobian_determinant(polynomials: Sequence[Polynomial], n: int, meter: Meter | None = None) -> dict[Exponents, int]:
    """The determinant of the derivatives of some polynomials with respect to as many of the first of n unknowns.

    Up to a factor: denominators of the polynomials are cleared. Empty where it vanishes identically.

    Examples
    --------
    x^2 - a with the parameter a, singular where 2 x = 0:

    >>> jacobian_determinant([{(2, 0): 1, (0, 1): -1}], 2)
    {(1, 0): 2}
    """
    ring = _ring(n)
    equations = [ring.from_dict(f) for f in integer_polynomials(polynomials, n)]
    return _terms(_determinant(equations, len(equations), Meter() if meter is None else meter))


def _ring(n: int) -> fmpz_mpoly_ctx:
    return fmpz_mpoly_ctx.get([f"x{k}" for k in range(n)], Ordering.degrevlex)


def _terms(f: fmpz_mpoly) -> dict[Exponents, int]:
    return {tuple(map(int, e)): int(c) for e, c in f.to_dict().items()}


def _determinant(equations: Sequence[fmpz_mpoly], n: int, meter: Meter) -> fmpz_mpoly:
    """Of the derivatives of n polynomials with respect to the first n generators, expanded by minors."""
    jacobian = [[f.derivative(k) for k in range(n)] for f in equations]
    one = equations[0].context().from_dict({(0,) * equations[0].context().nvars(): 1})

    @cache
    def minor(row: int, columns: tuple[int, ...]) -> fmpz_mpoly:
        """Of the rows from this one on."""
        total = one * (0 if columns else 1)
        for k, column in enumerate(columns):
            entry = jacobian[row][column]
            if len(entry):
                rest = minor(row + 1, columns[:k] + columns[k + 1 :])
                meter.spend(1000 + 100 * len(entry) * len(rest))
                total += (-1) ** k * entry * rest
        return total

    return minor(0, tuple(range(n)))
