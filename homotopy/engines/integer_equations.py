"""The exact system as engines that know no fractions take it."""

from __future__ import annotations

from math import gcd, lcm

from polysys.system import PolynomialSystem

Terms = list[tuple[tuple[int, ...], int]]


def integer_equations(system: PolynomialSystem) -> list[Terms]:
    """The equations with integer coefficients that have no common divisor."""
    result = []
    for terms in system.terms:
        common = lcm(*(c.denominator for c in terms.values()))
        numbers = {e: c.numerator * (common // c.denominator) for e, c in terms.items()}
        divisor = gcd(*numbers.values())
        result.append([(e, c // divisor) for e, c in numbers.items()])
    return result
