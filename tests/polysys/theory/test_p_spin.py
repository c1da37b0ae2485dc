"""Mean counts on the sphere against published numbers, closed forms, sampled matrices and Morse theory."""

from itertools import pairwise
from math import erf, exp, inf, pi, sqrt

import numpy as np
import pytest
from scipy import integrate

import polysys as ps
from polysys import theory
from polysys.theory.isotropic import IsotropicField, counts_by_index, energy_density, total_count

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


@pytest.mark.parametrize("p", [2, 3, 4, 7, 12, 100])
def test_totals_of_two_and_three_spins_are_the_closed_forms(p):
    assert theory.p_spin_counts(2, p).total.value == pytest.approx(2 * sqrt(3 * p - 2), rel=1e-12)
    assert theory.p_spin_counts(3, p).total.value == pytest.approx(2 + 8 * sqrt((p - 1) ** 3 / (3 * p - 2)), rel=1e-12)


@pytest.mark.parametrize("p", [1, 3, 8])
def test_one_spin_has_two_minima(p):
    found = theory.p_spin_counts(1, p)
    assert found[0].value == pytest.approx(2) and found.total.value == pytest.approx(2)


def test_a_symmetric_matrix_has_two_points_of_each_index():
    found = theory.mean_counts(ps.SphericalPSpin(n=5, p=2))
    assert [p.value for p in found.by_index.values()] == [2.0] * 5 and found.total.kind == "exact"


@pytest.mark.parametrize("p", [2, 3])
def test_energies_of_a_small_matrix_are_those_of_sampled_ones(p):
    """p = 2, n = 3: the energies per spin are eigenvalues of a matrix with off-diagonal variance 1/2, over sqrt(n)."""
    window = (-1.0, 0.2)
    found, _ = counts_by_index(IsotropicField.mixture(3, {p: 1.0}), window)
    if p == 2:
        a = np.random.default_rng(5).normal(size=(100_000, 3, 3))
        energies = np.linalg.eigvalsh((a + a.transpose(0, 2, 1)) / 2) / sqrt(3)
        sampled = 2 * ((energies > window[0]) & (energies < window[1])).mean(axis=0)
        assert found == pytest.approx(sampled, abs=0.015)
    else:
        u = np.linspace(*window, 400)
        assert found == pytest.approx(np.trapezoid(energy_density(IsotropicField.mixture(3, {3: 1.0}), u), u, axis=0), rel=1e-4)


@pytest.mark.parametrize(("n", "p"), [(4, 3), (7, 3), (8, 4), (11, 3), (16, 20)])
def test_means_obey_morse_theory_and_their_stated_error(n, p):
    found = theory.p_spin_counts(n, p)
    counts = np.array([q.value for q in found.by_index.values()])
    assert abs(((-1.0) ** np.arange(n) * counts).sum() - (1 + (-1) ** (n - 1))) < 1e-9 * counts.sum()
    assert counts.min() > 2 and counts == pytest.approx(counts[::-1])
    density = 2 * sqrt(2 / p) * (p - 1) ** (n / 2) * theory.goe_density_total(n, (p - 2) / (2 * p))
    assert counts.sum() == pytest.approx(density, rel=1e-11)
    assert abs(counts.sum() - density) <= found.total.error + sum(q.error for q in found.by_index.values())


@pytest.mark.parametrize(("n", "p"), [(100, 3), (101, 7), (200, 4)])
def test_hundreds_of_spins_have_a_total(n, p):
    """Where the density is flat, sqrt(2n)/pi, the integral is a Gaussian one; corrections are of order 1/n."""
    found = theory.p_spin_counts(n, p, by_index=False).total
    leading = 2 * sqrt(2 / p) * (p - 1) ** (n / 2) * sqrt(2 * n) / pi * sqrt(2 * pi * p / (p - 2))
    assert found.value == pytest.approx(leading, rel=3 / n) and found.error < 1e-10 * found.value


def test_means_by_index_are_those_of_sampled_matrices():
    """50,000 GOE matrices: E M_ii^2 = 1, E M_ij^2 = 1/2."""
    n, p = 5, 3
    a = np.random.default_rng(1).normal(size=(50_000, n, n))
    eigenvalues = np.linalg.eigvalsh((a + a.transpose(0, 2, 1)) / 2)
    sampled = 2 * sqrt(2 / p) * (p - 1) ** (n / 2) * np.exp(-(p - 2) / (2 * p) * eigenvalues**2)
    found = np.array([q.value for q in theory.p_spin_counts(n, p).by_index.values()])
    assert (np.abs(sampled.mean(axis=0) - found) < 5 * sampled.std(axis=0) / sqrt(50_000)).all()


@pytest.mark.parametrize("field", [{2: 0.7, 3: 1.0, "h": 0.4}, {3: 1.0, "h": 30.0}, {4: 1.0, 3: 0.1, "h": 0}])
def test_windows_add_up_and_totals_come_out_twice(field):
    isotropic = IsotropicField.mixture(6, {p: c for p, c in field.items() if p != "h"}, field["h"])
    cuts = [-inf, -2.0, -0.3, 0.1, inf]
    parts = [counts_by_index(isotropic, window) for window in pairwise(cuts)]
    values, errors = counts_by_index(isotropic)
    assert sum(p[0] for p in parts) == pytest.approx(values, rel=1e-11)
    assert total_count(isotropic)[0] == pytest.approx(values.sum(), rel=1e-12) and errors.max() < 1e-10 * values.sum()
    for (found, _), window in zip(parts, pairwise(cuts), strict=False):
        assert total_count(isotropic, window)[0] == pytest.approx(found.sum(), rel=1e-9)


def test_a_strong_field_leaves_one_minimum_and_one_maximum():
    """Topology trivialisation (Fyodorov): the counts of other indices vanish as the field grows."""
    weak, strong = (IsotropicField.mixture(5, {3: 1.0}, h2) for h2 in (100.0, 1e6))
    assert counts_by_index(weak)[0][[0, 4]] == pytest.approx(1.0, abs=0.01)
    assert counts_by_index(strong)[0] == pytest.approx([1, 0, 0, 0, 1], abs=1e-8)
    linear = theory.mean_counts(ps.SphericalPSpin(n=4, p=1))
    assert [q.value for q in linear.by_index.values()] == [1, 0, 0, 1] and linear.total.kind == "exact"
    assert theory.mean_counts(ps.SphericalPSpin(n=2, p=1), (-1, 0))[0].value == pytest.approx(1 - exp(-1))


def test_a_mixture_of_one_degree_and_itself_is_that_degree():
    """f(R) counts, not how it was put together: weights 3/5 and 4/5 on one degree add in squares."""
    whole = theory.mean_counts(ps.SphericalPSpin(n=4, p=3, weights=[5]), (-7, 0))
    scaled = theory.mean_counts(ps.SphericalPSpin(n=4, p=3), (-7 / 5, 0))
    assert [q.value for q in whole.by_index.values()] == pytest.approx([q.value for q in scaled.by_index.values()])


@pytest.mark.parametrize("window", [(1, 0), (0, 0), (float("nan"), 1), 3, "ab", (1, 2, 3)])
def test_windows_that_are_none_are_refused(window):
    with pytest.raises(ps.InputError, match="low < high"):
        theory.mean_counts(ps.SphericalPSpin(n=3, p=3), window)


@pytest.mark.parametrize(("n", "p"), [(0, 3), (3, 0), (2.5, 3), (True, 3), (3, "3"), (65, 3)])
def test_sizes_out_of_reach_are_refused(n, p):
    with pytest.raises(ps.InputError):
        theory.p_spin_counts(n, p)


def test_square_free_couplings_are_not_isotropic_and_refused():
    model = ps.SphericalPSpin(n=4, p=3, couplings="square-free")
    assert not theory.has_mean_counts(model)
    with pytest.raises(ps.InputError, match="No exact mean counts"):
        theory.mean_counts(model)


@pytest.mark.parametrize("field", [(3, 1, 1, 0), (3, 1, 0, 1), (0, 1, 1, 1), (65, 1, 3, 6), (3, 0.1, 3, 6), (2.5, 1, 3, 6)])
def test_covariances_that_are_none_are_refused(field):
    with pytest.raises(ps.InputError):
        counts_by_index(IsotropicField(*field))


def rice_on_the_circle(field, low, high):
    """Two spins: V on the circle is a stationary process with E V'^2 = f', E V''^2 = f' + 3 f'', E V V'' = -f'. Rice's formula in a window:

    E N = 2 pi / sqrt(2 pi f') int E[|V''| given V = e] phi_f(e) de over energies e = sqrt(2) u.
    """
    f, f1, spread = field.f, field.f1, sqrt(field.f1 + 3 * field.f2 - field.f1**2 / field.f)

    def integrand(e):
        m = -f1 * e / f / spread
        size = spread * (sqrt(2 / pi) * exp(-m * m / 2) + m * erf(m / sqrt(2)))
        return size * exp(-e * e / (2 * f)) / sqrt(2 * pi * f)

    found, _ = integrate.quad(integrand, low * sqrt(2), high * sqrt(2), epsabs=1e-30, epsrel=1e-12, limit=200)
    return 2 * pi / sqrt(2 * pi * f1) * found


@pytest.mark.parametrize(
    ("variances", "h", "low", "high"),
    [
        ({3: 1.0}, 0.0, 1, 2), ({3: 1.0}, 0.0, 5, 6), ({6: 1.0}, 0.0, 3, 9), ({20: 1.0}, 0.0, 2, 3), ({3: 1.0}, 0.0, 0.5, 0.5001),
        ({3: 1.0, 5: 0.3}, 0.5, 3, 9), ({3: 1.0}, 1.0, -1, 1), ({2: 1.0}, 1e4, -3, -0.5), ({2: 1.0}, 1e6, -3, -0.5),
    ],
)  # fmt: skip
def test_windows_of_two_spins_are_rices_within_their_errors(variances, h, low, high):
    field = IsotropicField.mixture(2, variances, h)
    expected = rice_on_the_circle(field, low, high)
    total, error = total_count(field, (low, high))
    values, errors = counts_by_index(field, (low, high))
    assert abs(total - expected) <= error + 1e-12 * expected and error <= 1e-8 * expected
    assert abs(values.sum() - expected) <= errors.sum() + 1e-12 * expected


@pytest.mark.parametrize(("p", "h"), [(2, 0.5), (3, 0.0), (3, 1.0), (5, 40.0), (2, 1e6)])
def test_saddles_of_three_spins_have_a_closed_form(p, h):
    """On S^2, with r the half gap and m the mean of the eigenvalues: E max(r^2 - m^2, 0) gives E N_1 = 4 q / sqrt(3 + 1/q), q = f''/f'."""
    found = theory.mean_counts(ps.SphericalPSpin(n=3, p=p, field=h))
    q = p * (p - 1) / (p + h * h)
    saddles = 4 * q / sqrt(3 + 1 / q) if (p, h) != (2, 0.0) else 2.0
    assert found[1].value == pytest.approx(saddles, rel=1e-12)
    assert found[0].value == pytest.approx(1 + saddles / 2, rel=1e-12) and found[2].value == pytest.approx(found[0].value, rel=1e-12)


@pytest.mark.parametrize(("n", "p", "minima"), [(12, 4, 21.3448720322071), (20, 3, 11.01398192288028), pytest.param(40, 20, 32389694292067.26, marks=pytest.mark.slow)])
def test_minima_are_those_of_a_pfaffian_in_monomials(n, p, minima):
    """P(smallest eigenvalue > x) as a ratio of de Bruijn Pfaffians of incomplete moments, 90 to 200 digits in mpmath, integrated by the trapezoid rule."""
    found = theory.p_spin_counts(n, p)[0]
    assert abs(found.value - minima) <= found.error + 1e-13 * minima and found.error < 1e-10 * minima


@pytest.mark.parametrize("field", ["1e51", "1e200"])
def test_fields_beyond_doubles_are_refused(field):
    with pytest.raises(ps.InputError, match="above"):
        theory.mean_counts(ps.SphericalPSpin(n=4, p=3, field=field))


def test_densities_that_overflow_are_refused():
    with np.errstate(all="ignore"), pytest.raises(ps.InputError, match="out of reach"):
        total_count(IsotropicField.mixture(200, {2: 1.0}, 1e8))
