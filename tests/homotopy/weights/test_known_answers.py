"""Spaces whose numbers are known: from theory on the average, by hand for instances that a formula defines."""

from math import acos, comb, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

import homotopy as ho
import polysys as ps


def instance(n, p):
    """Inputs and labels made by a formula."""
    x = [
        [
            -1 if (7 * (mu + 1) * (mu + 2) // 2 + 5 * (i + 1) ** 2 + 3 * (mu + 1) * (i + 1)) % 11 < 5 else 1
            for mu in range(p)
        ]
        for i in range(n)
    ]
    return x, [[(-1) ** mu.bit_count() for mu in range(p)]]


def test_the_perceptron_of_fifteen_weights_and_six_data():
    space = ho.weight_space(ps.BinaryNetwork(widths=(15, 1), data=instance(15, 6)))
    assert (space.n_weights, space.n_solutions, space.n_isolated) == (15, 6, 6)
    assert space.pair_distances == (6, 0, 10, 8, 4, 8) + (0,) * 10
    assert (space.n_clusters, space.n_cluster_orbits, space.n_flip_edges) == (6, 6, 0)


def test_the_committee_of_fifteen_weights_and_five_data():
    space = ho.weight_space(ps.BinaryNetwork(widths=(5, 3, 1), output="fixed", data=instance(5, 5)))
    assert (space.n_solutions, space.n_isolated, space.n_flip_edges) == (132, 24, 72)
    assert (space.n_clusters, space.n_cluster_orbits, space.symmetry.order) == (60, 10, 6)
    assert (space.largest_cluster, space.largest_orbit) == (3, 18)
    assert space.pair_distances == (132, 144, 570, 552, 1314, 984, 2826, 2292, 3258, 2352, 2340, 588, 72, 0, 0, 0)


def within(values, expected, n_errors=3.0):
    """Whether a mean agrees with its expectation within so many standard errors."""
    values = np.asarray(values, float)
    return abs(values.mean() - expected) <= n_errors * values.std(ddof=1) / sqrt(values.size)


def test_mean_numbers_of_pairs_of_solutions_of_the_perceptron():
    n, p = 9, 5
    model = ps.BinaryNetwork(widths=(n, 1), m=p)
    spaces = [ho.weight_space(model, seed=3, index=k) for k in range(1000)]
    pairs = np.array([s.pair_distances for s in spaces])
    assert within(pairs[:, 0], 2 ** (n - p))
    for d in range(1, n + 1):
        expected = 2**n * comb(n, d) * (0.5 - acos(1 - 2 * d / n) / (2 * pi)) ** p
        assert within(pairs[:, d], expected), d
    assert 2**n * n * (0.5 - acos(1 - 2 / n) / (2 * pi)) ** p == pytest.approx(42.6, abs=0.05)


@pytest.mark.parametrize(
    "label",
    [
        "widths=3-3-1,output=fixed",
        "widths=3-2-1,ties=plus",
        "widths=6-3-1,tree=yes,output=fixed",
        "widths=3-2-1,activation=z^2",
        "widths=2-2-2-1,ties=plus",
    ],
)
def test_random_labels_halve_the_solutions_with_every_datum(label):
    model = ps.binary_model_from_label(f"binary-network:{label},m=4")
    counts = [ho.weight_space(model, seed=5, index=k).n_solutions for k in range(1000)]
    assert within(counts, 2 ** (model.n_weights - 4))


@pytest.mark.parametrize(
    ("n", "known", "samples"),
    [(3, 2.0, 1000), (4, 2.395802, 1000), (8, 5.226504, 1000), (16, 25.578078, 200), (20, 56.691342, 8)],
)
def test_the_mean_number_of_states_that_no_flip_lowers_of_a_spin_glass(n, known, samples):
    """2^n int phi(y) Phi(y / sqrt(n - 2))^n dy: all n fields are aligned, and pairs of them have the correlation 1/(n - 1)."""
    expected = 2**n * quad(lambda y: norm.pdf(y) * norm.cdf(y / sqrt(n - 2)) ** n, -12, 12, limit=200)[0]
    assert expected == pytest.approx(known, abs=1e-6)
    counts = [ho.weight_space(ps.Ising(n), seed=2, index=k).stable.states.size for k in range(samples)]
    assert within(counts, expected) and (n > 3 or set(counts) == {2})
