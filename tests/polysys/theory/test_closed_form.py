"""The closed form of the total against other closed forms and the density of eigenvalues."""

from fractions import Fraction

import pytest

import polysys as ps
from polysys import theory
from polysys.theory.isotropic import IsotropicField, total_count


@pytest.mark.parametrize("p", [2, 3, 4, 7, 20])
def test_two_three_and_four_coordinates_are_known(p):
    """FACTS: 2 sqrt(3p-2) and 2 + 8 sqrt((p-1)^3/(3p-2)); squared, they are rational."""
    two, three = (theory.closed_form(n, p, p * (p - 1)) for n in (2, 3))
    assert two.rational == 0 and two.coefficient**2 * two.radicand == 4 * (3 * p - 2)
    assert three.rational == 2 and three.coefficient**2 * three.radicand == Fraction(64 * (p - 1) ** 3, 3 * p - 2)


@pytest.mark.parametrize("n", range(1, 12))
def test_a_symmetric_matrix_has_two_points_an_eigenvector(n):
    assert theory.closed_form(n, 2, 2).prediction.value == pytest.approx(2 * n, rel=1e-15)


@pytest.mark.parametrize("n", [1, 5, 9, 31])
def test_the_rational_part_is_the_euler_characteristic(n):
    """Breiding's theorem 1.1 has the form 1 + .. per class for an odd number of coordinates and no such term for an even one."""
    assert theory.closed_form(n, 5, 20).rational == 2 and theory.closed_form(n + 1, 5, 20).rational == 0


@pytest.mark.parametrize(("n", "p"), [(4, 3), (6, 3), (7, 4), (20, 20), (33, 3), (100, 3), (101, 6)])
def test_the_closed_form_and_the_quadrature_agree_to_many_digits(n, p):
    exact = theory.closed_form(n, p, p * (p - 1)).prediction
    value, error = total_count(IsotropicField.mixture(n, {p: 1.0}))
    assert value == pytest.approx(exact.value, rel=1e-13) and abs(value - exact.value) <= error and exact.kind == "exact"


def test_fields_and_mixtures_have_closed_forms():
    model = ps.SphericalPSpin(n=5, p=(2, 4), weights=["1/3", 2], field="1/7")
    found = theory.mean_counts(model)
    assert found.total.kind == "exact"
    assert found.total.value == pytest.approx(sum(q.value for q in found.by_index.values()), rel=1e-12)


@pytest.mark.parametrize(("n", "f1", "f2"), [(0, 1, 1), (121, 1, 1), (3, 0, 1), (3, 1, 0)])
def test_what_has_no_closed_form_is_refused(n, f1, f2):
    with pytest.raises(ps.InputError, match="closed form"):
        theory.closed_form(n, f1, f2)
