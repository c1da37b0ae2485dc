"""Sizes of solutions from sizes of coefficients, against solutions in closed form."""

from __future__ import annotations

from fractions import Fraction
from math import inf, log10

import numpy as np
import pytest

import polysys as ps
from polysys.counts.tropical import log10_of_largest


@pytest.mark.parametrize("exponent", [0, 3, 9, 15])
def test_a_small_leading_coefficient_makes_a_large_root(exponent: int) -> None:
    terms = {(0,): Fraction(2), (1,): Fraction(-1), (2,): Fraction(1, 10**exponent)}
    assert log10_of_largest([terms]) == pytest.approx(exponent, abs=0.4)


@pytest.mark.parametrize("epsilon", [Fraction(1, 10**k) for k in (2, 3, 4)])
def test_elimination_magnifies_a_ratio(epsilon: Fraction) -> None:
    """x^4 - x - 3 e^2 x^5 = 0 and y = -e x^3: x is about 1 / (3 e^2), so y about -1 / (27 e^5)."""
    terms = ps.expression(f"y^2/2 + {epsilon}*y*x^3 + x^5/5 - x^2/2").sample().system.terms
    assert log10_of_largest(terms) == pytest.approx(-5 * log10(epsilon) - log10(27), abs=0.1)


def test_the_largest_root_of_random_polynomials_is_met_within_a_small_factor() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        c = 10.0 ** rng.uniform(-4, 4, 6) * rng.choice([-1, 1], 6)
        terms = {(k,): Fraction(v) for k, v in enumerate(c.tolist())}
        largest = np.abs(np.roots(c[::-1])).max()
        # Ostrowski: within a factor of 2 degree of the largest tropical root
        assert abs(log10_of_largest([terms]) - np.log10(largest)) < np.log10(10)


def test_without_solutions_in_the_torus_nothing_is_large() -> None:
    assert log10_of_largest([{(1,): Fraction(1)}]) == -inf
    assert log10_of_largest([{(1, 0): Fraction(1), (0, 0): Fraction(1)}, {(1, 0): Fraction(1), (0, 0): Fraction(3)}]) == -inf
