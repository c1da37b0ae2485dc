"""Layers of the p-spin at finite size: the exact annealed distributions of the energies of each index, and the law at the edge."""

from math import inf, sqrt

import numpy as np
import pytest

from polysys.theory import Complexity
from polysys.theory.layers import edge_distance, exact_layers, inside_rate


def weighted(values, weights):
    """A weighted mean of independent draws and its standard error (of a ratio, to first order)."""
    mean = np.average(values, weights=weights)
    return mean, np.sqrt(((weights * (values - mean)) ** 2).sum()) / weights.sum()


@pytest.mark.parametrize(("n", "p"), [(4, 3), (5, 4)])
def test_exact_layers_are_those_of_tilted_random_matrices(n, p):
    """Auffinger, Ben Arous & Cerny's theorem by simulation: GOE matrices with the weight exp(-(p-2)/(2p) s_k^2)."""
    rng = np.random.default_rng(3)
    a = rng.standard_normal((40_000, n, n))
    s = np.linalg.eigvalsh((a + a.transpose(0, 2, 1)) / 2)
    weights = np.exp(-(p - 2) / (2 * p) * s**2)
    u = s * sqrt(2 * (p - 1) / (p * n))
    glass = exact_layers(n, p)
    edge = -Complexity(p).threshold.value
    for k in range(n):
        w = weights[:, k]
        for found, values in (
            (glass.mean_energy(k), u[:, k]),
            (glass.share_above(k, edge + 0.3), u[:, k] > edge + 0.3),
        ):
            value, error = weighted(values, w)
            assert abs(found - value) < (4.5 * error or 12 / len(a))  # none of the draws: fewer than 12 in so many
    w, v = weights[:, 0], weights[::-1, 1]  # independent of each other
    value, error = weighted(u[:, 0] > u[::-1, 1], w * v)
    assert abs(glass.overlap(0) - value) < 5 * error


def test_a_share_that_theory_does_not_know_is_not_a_number():
    glass = exact_layers(6, 4)
    assert glass.share_above(0, -inf) == pytest.approx(1.0)
    assert glass.share_above(0, 5.0) == pytest.approx(0.0, abs=1e-9)


def test_the_law_at_the_edge_is_that_of_the_exact_numbers():
    """Prefactor within a fifth at leading order, rates of the share inside within a twentieth, between 10 and 20 spins."""
    for p in (3, 4, 5):
        edge = -Complexity(p).threshold.value
        distance = exact_layers(20, p).mean_energy(0) - edge
        assert 0.8 < distance / edge_distance(20, p) < 1.05
        inside = [1 - exact_layers(n, p).share_above(0, edge) for n in (10, 20)]
        rate = np.log(inside[0] / inside[1]) / (sqrt(20) - sqrt(10))
        assert rate == pytest.approx(inside_rate(p), rel=0.1)
