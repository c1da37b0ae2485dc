"""Multiplicities by exact algebra over Q against the Milnor numbers of the simple singularities, and by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from flint import fmpq_mat

import polysys as ps
from polysys.algebra.multiple_zeros import ZerosWithMultiplicity, zeros_with_multiplicity
from polysys.algebra.rational_quotient import rational_quotient
from polysys.counts.multiplicities import multiple_zeros_of, simple_count_of


def zeros(potential: str) -> ZerosWithMultiplicity:
    system = ps.expression(potential).sample().system
    found = zeros_with_multiplicity(system.terms, system.n)
    assert found is not None
    return found


# Arnold's list: quasi-homogeneous potentials, whose only stationary point is the origin, with their Milnor numbers.
MILNOR = {
    "x^4 + y^2": 3,  # A3
    "x^2*y + y^3": 4,  # D4
    "x^2*y + y^6": 7,  # D7
    "x^3 + y^4": 6,  # E6
    "x^3 + x*y^3": 7,  # E7
    "x^3 + y^5": 8,  # E8
    "x^3 + y^3 + z^3": 8,
}


@pytest.mark.parametrize("potential", MILNOR)
def test_simple_singularities(potential: str) -> None:
    found = zeros(potential)
    (origin,) = found.multiple
    assert found.n_simple == 0 and origin.multiplicity == MILNOR[potential] == found.degree
    assert origin.exact is not None and not any(origin.exact) and origin.point.is_real


def test_irrational_and_complex_points() -> None:
    """V' = x (x^2 - 2)^2 (x^2 + 3)^3: the origin counts once, +-sqrt 2 twice, +-i sqrt 3 three times."""
    x = sympy.Symbol("x")
    text = str(sympy.expand(sympy.integrate(sympy.expand(x * (x**2 - 2) ** 2 * (x**2 + 3) ** 3), x)))
    found = zeros(text)
    assert found.n_simple == 1
    by_multiplicity = sorted((z.multiplicity, z.point.is_real, round(abs(z.point.doubles[0]) ** 2, 9)) for z in found.multiple)
    assert by_multiplicity == [(2, True, 2.0), (2, True, 2.0), (3, False, 3.0), (3, False, 3.0)]
    assert all(z.exact is None for z in found.multiple)


def test_rational_point_away_from_the_origin() -> None:
    found = zeros("(x - 1/3)^3 + (y + 2)^4 + (x - 1/3)*(y + 2)^3")  # E6 with a higher term
    assert [(z.multiplicity, z.exact) for z in found.multiple] == [(6, (Fraction(1, 3), Fraction(-2)))]


def test_a_form_that_does_not_separate_is_refused() -> None:
    """(0, 0) twice and (0, 1): x is zero at both."""
    quotient = rational_quotient([{(1, 0): 1}, {(0, 3): 1, (0, 2): -1}], 2)
    assert quotient is not None
    assert quotient.multiplicities((1, 0)) is None
    factors = quotient.multiplicities((3, 1))
    assert factors is not None and sorted(m for _, m in factors) == [1, 2]


@pytest.mark.parametrize("p", [2**61 - 1, 2**61 - 31])
def test_coefficients_that_a_prime_of_the_ranks_divides(p: int) -> None:
    """(p x - 1)^2 = 0, y^2 = x, and x^2 (x - p) = 0, whose zeros are one modulo p."""
    quotient = rational_quotient([{(2, 0): p * p, (1, 0): -2 * p, (0, 0): 1}, {(0, 2): 1, (1, 0): -1}], 2)
    assert quotient is not None
    (found,) = quotient.multiplicities((0, 1)) or [None]
    assert found is not None and (found[0].degree(), found[1]) == (2, 2)
    quotient = rational_quotient([{(3,): 1, (2,): -p}], 1)
    assert quotient is not None
    assert sorted(m for _, m in quotient.multiplicities((1,)) or []) == [1, 2]


def test_products_that_are_altered_are_no_quotient() -> None:
    system = [{(2, 0): 1, (0, 1): -1}, {(0, 2): 1, (1, 0): -2}]
    quotient = rational_quotient(system, 2)
    assert quotient is not None and quotient.is_quotient_of(system)
    assert not quotient.is_quotient_of([{(1, 0): 1}])
    wrong = fmpq_mat(quotient.products[0])
    wrong[0, 0] = wrong[0, 0] + 1
    assert not replace(quotient, products=(wrong, quotient.products[1])).is_quotient_of(system)


def test_infinitely_many_zeros_and_none() -> None:
    assert zeros_with_multiplicity([{(1, 1): 1}, {(2, 0): 1}], 2) is None
    assert zeros_with_multiplicity([{(1, 0): 1}, {(1, 0): 1, (0, 0): 1}], 2) is None


def test_simple_solutions_beside_families_and_multiple_ones() -> None:
    assert simple_count_of(ps.expression("x^4 - x^3*y + y^4 - x^5").sample()) == 3  # 4 * 3 = 9 + 3
    assert simple_count_of(ps.expression("(x*y - 1)^2 + z^2 + z^3").sample()) == 2  # the origin of x, y with z = 0 and z = -2/3
    found = multiple_zeros_of(ps.expression("x^4 - x^3*y + y^4 - x^5").sample())
    assert found is not None and (found.n_simple, found.degree) == (3, 12)


def test_simple_solutions_are_not_written_down_to_find_that_none_is_multiple(monkeypatch):
    land = ps.DeepLinear(widths=(2, 2, 2), data="gaussian").sample(1)  # 225 solutions: 17 s over Q
    monkeypatch.setattr("polysys.algebra.multiple_zeros.zeros_with_multiplicity", lambda *_, **__: pytest.fail("written down"))
    assert multiple_zeros_of(land) is None
