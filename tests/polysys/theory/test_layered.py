"""Layered glasses against published numbers, sampled tensors, the p-spin and Euler characteristics."""

from itertools import pairwise
from math import gamma, inf, pi, sqrt

import numpy as np
import pytest

import polysys as ps
from polysys import theory
from polysys.theory.shifted_determinants import average


def test_two_by_two_by_two_is_an_integral_over_a_sphere():
    """det(W - V) = -V^3 + V (a^2 + b^2 + c^2) + 2abc for independent Gaussians: mean of |.| over S^3 by the midpoint rule."""
    n = 120
    t, u = (np.arange(n) + 0.5) * pi / n, (np.arange(n) + 0.5) * pi / (2 * n)
    product = np.outer(np.cos(u) * np.sin(u) ** 2, np.cos(u) * np.sin(u)).ravel()
    weights = np.repeat(np.sin(u), n) / (n * np.sin(u).sum())
    cos, sin = np.cos(t)[:, None], np.sin(t)[:, None]
    rows = np.abs(-(cos**3) + cos * sin**2 + 2 * sin**3 * product) @ weights
    mean = (rows * np.sin(t) ** 2).sum() / (np.sin(t) ** 2).sum()
    expected = (2 * pi) ** 1.5 / 8 * 2**1.5 * gamma(3.5) / gamma(2) * mean  # E R^3 for R^2 chi-squared of 4; per class
    found = theory.layered_counts((2, 2, 2))
    assert found.total.value / 8 == pytest.approx(expected, rel=1e-4)
    assert found.total.kind == "quadrature" and found.total.error < 1e-4


@pytest.mark.parametrize("widths", [(2, 2, 2), (2, 4, 2)])
def test_quadrature_and_random_matrices_agree(widths):
    found, sample = theory.layered_counts(widths), theory.layered_counts(widths, samples=4096, seed=4)
    assert sample.total.kind == "monte-carlo"
    for k, q in found.by_index.items():
        assert q.value == pytest.approx(sample[k].value, abs=5 * sample[k].error + 1e-12)
        assert sample[k].error <= 0.05 * q.value + 1e-12
    euler = ps.LayeredSpinGlass(widths).domain.euler_characteristic
    assert sum((-1) ** k * q.value for k, q in found.by_index.items()) == pytest.approx(euler, abs=1e-3)


@pytest.mark.parametrize(("widths", "published"), [((3, 3, 3), 15.96), ((2, 2, 2, 2), 11.05), ((2, 3, 3), 8.82)])
def test_other_formats_lie_within_their_errors(widths, published):
    """FACTS 4: 3x3x3 15.96(6), 2x2x2x2 11.05(3), by independent Monte Carlo."""
    found = theory.layered_counts(widths, samples=8192)
    classes = 2 ** len(widths)
    assert found.total.value / classes == pytest.approx(published, abs=5 * found.total.error / classes + 0.2)
    alternating = sum((-1) ** k * q.value for k, q in found.by_index.items())
    euler = ps.LayeredSpinGlass(widths).domain.euler_characteristic
    assert alternating == pytest.approx(euler, abs=6 * sqrt(sum(q.error**2 for q in found.by_index.values())) + 1e-9)


@pytest.mark.parametrize(("n", "m"), [(2, 2), (3, 3), (2, 5), (4, 3), (4, 1)])
def test_counts_of_a_matrix_are_those_of_its_singular_vectors(n, m):
    """The Hessian of x^T A y on the product of spheres, at each pair of singular vectors."""
    rng = np.random.default_rng(n + 10 * m)
    a = rng.normal(size=(n, m))
    u, s, vt = np.linalg.svd(a)
    expected = np.zeros(n + m - 1, int)
    for i, value in enumerate(s):
        left, right = np.delete(u, i, axis=1), np.delete(vt.T, i, axis=1)
        for sign in (1, -1):
            b = sign * left.T @ a @ right
            hessian = np.block([[-sign * value * np.eye(n - 1), b], [b.T, -sign * value * np.eye(m - 1)]])
            expected[(np.linalg.eigvalsh(hessian) < 0).sum()] += 2
    found = theory.layered_counts((n, m))
    assert [q.value for q in found.by_index.values()] == expected.tolist() and found.total.kind in ("exact", "quadrature")


def test_one_layer_is_the_p_spin_and_a_layer_of_width_one_a_sign():
    single = theory.layered_counts((5,), (3,), (-2, -1))
    pure = theory.p_spin_counts(5, 3, (-2, -1))
    assert [q.value for q in single.by_index.values()] == pytest.approx([q.value for q in pure.by_index.values()])
    signed = theory.layered_counts((1, 4), (2, 3))
    assert signed.total.value == pytest.approx(2 * theory.p_spin_counts(4, 3).total.value)
    lines = theory.layered_counts((1, 1, 1), window=(-inf, 0))
    assert lines.total.value == pytest.approx(4)


def test_degrees_and_windows_are_those_of_sampled_hessians():
    """Two circles, degrees 2 and 1: Kac-Rice with plain Monte Carlo over all entries of the conditioned Hessian."""
    rng = np.random.default_rng(3)
    m = 200_000
    v, g, c = rng.normal(size=(3, m))
    # tangent Hessian [[sqrt(2) * sqrt(2) g - 2 v, sqrt(2) c], [sqrt(2) c, -v]], gradient variances 2 and 1
    trace, determinant = 2 * g - 3 * v, (2 * g - 2 * v) * -v - 2 * c * c
    n_negative = np.where(determinant < 0, 1, np.where(trace < 0, 2, 0))
    weight = (2 * pi) ** 2 / (2 * pi * sqrt(2)) * np.abs(determinant)
    inside = (v / 2 > -0.7) & (v / 2 < 0.4)  # four spins: H/N = V/sqrt(4)
    whole, part = theory.layered_counts((2, 2), (2, 1), samples=4096), theory.layered_counts((2, 2), (2, 1), (-0.7, 0.4), samples=4096)
    for k in range(3):
        for found, sample in ((whole, weight * (n_negative == k)), (part, weight * (n_negative == k) * inside)):
            error = sample.std() / sqrt(m)
            assert found[k].value == pytest.approx(sample.mean(), abs=5 * sqrt(error**2 + found[k].error ** 2))


def test_windows_add_up():
    cuts = (-inf, -0.8, 0.1, inf)
    parts = [theory.layered_counts((2, 2, 2), window=w, samples=8192) for w in pairwise(cuts)]
    found, errors = (np.array([[getattr(q, name) for q in p.by_index.values()] for p in parts]) for name in ("value", "error"))
    expected = [q.value for q in theory.layered_counts((2, 2, 2)).by_index.values()]
    assert found.sum(axis=0) == pytest.approx(expected, abs=5 * np.sqrt((errors**2).sum(axis=0)).max())


def test_the_average_over_the_shift_is_a_gaussian_integral():
    """For W = 0 of size 2: E V^2 = 1, below or above 0 one half; scaled to the same by the length of g."""
    zero = np.zeros((1, 2))
    assert average(zero, 3)[0] == pytest.approx([0.5, 0, 0.5])
    assert average(zero, 3, (-9, 9))[0] == pytest.approx([0.5, 0, 0.5])
    assert average(zero, 3, (0, 1))[0] == pytest.approx([0, 0, 0.5 * 0.1987480431], rel=1e-8)  # P(chi^2_3 < 1)/2


def test_seeds_and_sizes_are_in_the_prediction():
    a, b = (theory.layered_counts((2, 3, 3), samples=1024, seed=s) for s in (0, 1))
    assert a.total.value != b.total.value and a.total.kind == "monte-carlo" and "seed 1" in b.total.reference
    assert a.total == theory.layered_counts((2, 3, 3), samples=1024, seed=0).total
    assert theory.mean_counts(ps.LayeredSpinGlass((3, 3))).total.value == 12


def test_two_by_two_by_two_is_its_integral_over_one_invariant():
    """det = -x^3 + x + 2m, m = abc over the cube of the length of (a, b, c): integrated to 1e-9 by scipy elsewhere, 4.286667328 classes."""
    found = theory.layered_counts((2, 2, 2)).total
    assert abs(found.value - 8 * 4.286667327825681) <= found.error < 1e-3
