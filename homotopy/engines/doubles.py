"""Exact equations as engines that compute in double precision read them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from polysys.algebra.units import in_units, size
from polysys.errors import InputError
from polysys.system import PolynomialSystem

Polynomials = list[list[tuple[complex, tuple[int, ...]]]]


def equations_in_doubles(system: PolynomialSystem, units: Sequence[int] = ()) -> Polynomials:
    """The equations in double precision; a coefficient that vanishes there would take solutions with it.

    Parameters
    ----------
    system : PolynomialSystem
    units : sequence of int, optional
        Exponents of two of the unknowns' units, in which the equations are written first, exactly.

    Raises
    ------
    InputError
        If the coefficients of an equation differ by more than 1e300.
    """
    result: Polynomials = []
    equations: Sequence[dict[tuple[int, ...], Fraction]] = in_units(system.terms, units) if any(units) else system.terms
    for k, terms in enumerate(equations):
        largest = max(map(abs, terms.values()))
        # a power of two brings the largest coefficient of each equation close to one and changes no digit
        unit = Fraction(2) ** size(largest)
        unit = Fraction(1) if Fraction(1, 1 << 100) < unit < 1 << 100 else unit
        result.append([(complex(float(c / unit)), e) for e, c in terms.items()])
        if any(abs(c) < 1e-300 for c, _ in result[-1]):
            raise InputError(
                f"The coefficients of equation {k + 1} differ by more than double precision can hold (1e300).",
                "Rescale the variables.",
            )
    return result
