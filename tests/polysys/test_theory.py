"""Mean counts against published numbers, closed forms, Monte Carlo and Morse theory."""

from math import sqrt

import numpy as np
import pytest

import polysys as ps
from polysys import theory
from polysys.theory import goe

# Auffinger-Ben Arous-Cerny, evaluated independently by brute-force quadrature over ordered eigenvalues, p = 3
KNOWN = {
    2: (5.291503, [2.645751, 2.645751]),
    3: (10.552360, [3.138090, 4.276180, 3.138090]),
    4: (18.790234, [3.579524, 5.815592, 5.815592, 3.579524]),
    5: (31.496914, [3.999812, 7.374229, 8.748833, 7.374229, 3.999812]),
    6: (50.873137, [4.411781, 8.991248, 12.033539, 12.033539, 8.991248, 4.411781]),
}


@pytest.mark.parametrize("n", KNOWN)
def test_means_of_the_3_spin_are_the_known_ones(n):
    found = theory.mean_counts(ps.SphericalPSpin(n=n, p=3))
    assert found.total.value == pytest.approx(KNOWN[n][0], abs=6e-7)
    assert [p.value for p in found.by_index.values()] == pytest.approx(KNOWN[n][1], abs=6e-7)


@pytest.mark.parametrize("p", [2, 3, 4, 7, 12])
def test_totals_of_two_and_three_spins_are_the_closed_forms(p):
    assert theory.mean_counts(ps.SphericalPSpin(n=2, p=p)).total.value == pytest.approx(2 * sqrt(3 * p - 2), rel=1e-10)
    expected = 2 + 8 * sqrt((p - 1) ** 3 / (3 * p - 2))
    assert theory.mean_counts(ps.SphericalPSpin(n=3, p=p)).total.value == pytest.approx(expected, rel=1e-10)


def test_a_symmetric_matrix_has_two_points_of_each_index():
    found = theory.mean_counts(ps.SphericalPSpin(n=5, p=2))
    assert [p.value for p in found.by_index.values()] == [2.0] * 5


@pytest.mark.parametrize(("n", "p"), [(4, 3), (7, 3), (8, 4), (11, 3)])
def test_means_obey_morse_theory_and_their_stated_error(n, p):
    found = theory.mean_counts(ps.SphericalPSpin(n=n, p=p))
    counts = np.array([q.value for q in found.by_index.values()])
    assert ((-1.0) ** np.arange(n) * counts).sum() == pytest.approx(1 + (-1) ** (n - 1), abs=1e-6)
    assert counts.min() > 2 and counts == pytest.approx(counts[::-1])
    density = 2 * sqrt(2 / p) * (p - 1) ** (n / 2) * theory.goe_density_total(n, (p - 2) / (2 * p))
    assert abs(found.total.value - density) <= found.total.error < 1e-6 * found.total.value


def test_ordered_means_are_those_of_sampled_matrices():
    """50,000 GOE matrices: E M_ii^2 = 1, E M_ij^2 = 1/2."""
    n, c = 5, 1 / 6
    a = np.random.default_rng(1).normal(size=(50_000, n, n))
    eigenvalues = np.linalg.eigvalsh((a + a.transpose(0, 2, 1)) / 2)
    values = np.exp(-c * eigenvalues**2)
    found, _ = goe.expectations(n, c)
    assert np.abs(values.mean(axis=0) - found).max() < 5 * (values.std(axis=0) / sqrt(50_000)).max()


def test_a_pfaffian_squared_is_the_determinant():
    a = np.random.default_rng(2).normal(size=(8, 8)) + 1j * np.random.default_rng(3).normal(size=(8, 8))
    a = a - a.T
    assert goe.pfaffian(a.copy()) ** 2 == pytest.approx(np.linalg.det(a))
    assert goe.pfaffian(np.array([[0, 3], [-3, 0]], complex)) == 3
    assert goe.pfaffian(np.zeros((4, 4), complex)) == 0


@pytest.mark.parametrize("label", ["spherical-p-spin:n=4,p=2-3", "spherical-p-spin:n=4,p=3,field=1", "layered-spin-glass:widths=2-2", "spherical-p-spin:n=50,p=2"])
def test_models_without_a_formula_are_refused(label):
    model = ps.model_from_label(label)
    assert not theory.has_mean_counts(model)
    with pytest.raises(ps.InputError, match="No exact mean counts"):
        theory.mean_counts(model)


def test_square_free_couplings_are_not_isotropic_and_refused():
    assert not theory.has_mean_counts(ps.SphericalPSpin(n=4, p=3, couplings="square-free"))
