"""Layers of the p-spin at finite size: the exact annealed distributions of the energies of each index, and the law at the edge."""

import csv
from dataclasses import replace
from math import inf, sqrt
from pathlib import Path

import numpy as np
import pytest

from polysys.errors import InputError
from polysys.theory import Complexity, p_spin_counts
from polysys.theory.layers import crossing, edge_distance, exact_layers, inside_rate

TABLES = Path(__file__).parents[3] / "data" / "tables"


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


def test_a_mean_energy_that_rounding_hides_is_not_a_number():
    """A density that rounding lifts by a millionth of the number of points gives no mean."""
    glass = exact_layers(8, 5)
    assert -1.3 < glass.mean_energy(0) < -1.0
    lifted = replace(glass, density=glass.density + 1e-6 * glass.counts[0] / np.ptp(glass.energies))
    assert np.isnan(lifted.mean_energy(0))


def test_the_law_at_the_edge_is_that_of_the_exact_numbers():
    """Prefactor within a fifth at leading order, rates of the share inside within a twentieth, between 10 and 20 spins."""
    for p in (3, 4, 5):
        edge = -Complexity(p).threshold.value
        distance = exact_layers(20, p).mean_energy(0) - edge
        assert 0.8 < distance / edge_distance(20, p) < 1.05
        inside = [1 - exact_layers(n, p).share_above(0, edge) for n in (10, 20)]
        rate = np.log(inside[0] / inside[1]) / (sqrt(20) - sqrt(10))
        assert rate == pytest.approx(inside_rate(p), rel=0.1)


@pytest.mark.parametrize(("n", "p", "k"), [(6, 3, 1), (6, 3, 2), (8, 4, 3)])
def test_below_a_crossing_tilted_random_matrices_have_as_many_minima_as_saddles(n, p, k):
    rng = np.random.default_rng(4)
    a = rng.standard_normal((40_000, n, n))
    s = np.linalg.eigvalsh((a + a.transpose(0, 2, 1)) / 2)
    scale = 2 * sqrt(2 / p) * (p - 1) ** (n / 2)
    found = crossing(n, p, k)
    below = scale * np.exp(-(p - 2) / (2 * p) * s**2) * (s * sqrt(2 * (p - 1) / (p * n)) < found.level.value)
    for values, expected in ((below[:, 0], found.count.value), (below[:, 0] - below[:, k], 0.0)):
        assert abs(values.mean() - expected) < 4.5 * values.std(ddof=1) / sqrt(len(s))


@pytest.mark.parametrize(("n", "p", "k"), [(3, 3, 1), (3, 4, 1), (3, 5, 1)])
def test_below_a_crossing_the_stored_samples_have_as_many_minima_as_saddles(n, p, k):
    """Certified energies and indices of the reference table: the mean difference below the level is none, beside it there is one."""
    found = crossing(n, p, k)
    assert found.level.error < 1e-10
    with (TABLES / f"spherical-p-spin__p-{p}" / "rows.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == f"spherical-p-spin:n={n},p={p}"]
    below = []
    for row in rows:
        energies = np.array(row["energies"].split(), float) / n
        indices = np.array(row["indices"].split(), int)
        below.append(
            [[((indices == i) & (energies < found.level.value + d)).sum() for i in (0, k)] for d in (-0.3, 0.0, 0.3)]
        )
    below = np.array(below, float)
    minima, excess = below[:, 1, 0], below[:, :, 0] - below[:, :, 1]
    error = excess.std(axis=0, ddof=1) / sqrt(len(rows))
    assert abs(excess[:, 1].mean()) < 4.5 * error[1]
    assert excess[:, 0].mean() > 3 * error[0] and excess[:, 2].mean() < -3 * error[2]
    assert abs(minima.mean() - found.count.value) < 4.5 * minima.std(ddof=1) / sqrt(len(rows))


def test_crossings_fall_towards_the_band_with_the_number_of_spins_and_rise_with_the_index():
    levels = {(n, k): crossing(n, 3, k).level.value for n in (8, 12, 24) for k in (1, 2, 3)}
    edge = -Complexity(3).threshold.value
    for k in (1, 2, 3):
        assert levels[8, k] > levels[12, k] > levels[24, k] > edge
    for n in (8, 12, 24):
        assert levels[n, 1] < levels[n, 2] < levels[n, 3]


def test_at_a_crossing_the_means_are_equal_in_a_window_too():
    found = crossing(12, 5, 2)
    counts = p_spin_counts(12, 5, (-inf, found.level.value))
    assert counts[0].value == pytest.approx(counts[2].value, rel=1e-9) and counts[0].value == pytest.approx(
        found.count.value
    )


@pytest.mark.parametrize(("n", "p", "k"), [(6, 3, 0), (6, 3, 5), (65, 3, 1), (2, 3, 1), (6, 2, 1)])
def test_what_has_no_crossing_is_refused(n, p, k):
    with pytest.raises(InputError):
        crossing(n, p, k)


@pytest.mark.slow
def test_crossings_are_known_up_to_64_spins():
    """The rounding of the densities leaves ten digits of the level at the largest size."""
    found = crossing(64, 4, 1)
    assert (
        found.level.error < 1e-9 and -Complexity(4).threshold.value < found.level.value < crossing(24, 4, 1).level.value
    )
