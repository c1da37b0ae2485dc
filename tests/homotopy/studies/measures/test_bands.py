"""Layers and bands: statistics of samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import homotopy as ho
from homotopy.studies.measures.bands import (
    annealed_energy,
    fit_decay,
    mean_energies,
    n_inverted,
    overlaps_of_layers,
    probability_above,
    ratio,
    share_above,
)
from homotopy.studies.measures.samples import SampledPoints, sampled_points

levels = st.lists(st.integers(-3, 3), min_size=1, max_size=7)


def points(energies, indices, sample=0):
    return SampledPoints(sample, np.array(energies, float), np.array(indices, np.int64))


@given(levels, levels)
def test_the_probability_above_is_a_count_of_pairs(a, b):
    pairs = [(x > y) + (x == y) / 2 for x in a for y in b]
    assert probability_above(np.array(a, float), np.array(b, float)) == pytest.approx(np.mean(pairs))


def test_layers_of_a_sample_are_compared_inside_it():
    samples = [points([-3, -2, -1, 0], [0, 1, 0, 1]), points([-1, 5], [0, 1]), points([0, 1], [1, 2])]
    np.testing.assert_allclose(overlaps_of_layers(samples, 0), [0.25, 0.0, np.nan])
    np.testing.assert_allclose(mean_energies(samples, 0), [-2, -1, np.nan])
    assert n_inverted(samples, 0) == 1 and n_inverted(samples, 1) == 0
    assert annealed_energy(samples, 0)[0] == pytest.approx(-5 / 3)


def test_equal_energies_are_no_inversion():
    assert n_inverted([points([1.0, 1.0], [0, 1])], 0) == 0


def test_a_share_has_the_error_of_a_ratio():
    """The linearised error against the spread of the ratio over repeated experiments."""
    rng = np.random.default_rng(1)
    values, errors = [], []
    for _ in range(400):
        wholes = rng.integers(1, 9, 60)
        parts = rng.binomial(wholes, 0.3)
        value, error = ratio(parts.astype(float), wholes.astype(float))
        values.append(value)
        errors.append(error)
    assert np.mean(values) == pytest.approx(0.3, abs=0.005)
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.1)
    assert np.isnan(ratio(np.zeros(3), np.zeros(3))[0]) and np.isnan(ratio(np.ones(1), np.ones(1))[1])


def test_a_share_without_points_says_nothing():
    found = share_above([points([0.0], [1])], 0, 0.0)
    assert found.n_samples == 0 and np.isnan(found.value)


def test_a_decay_is_recovered_with_its_error():
    rng = np.random.default_rng(2)
    sizes = np.array([3, 4, 6, 8, 10])
    rates, inside = [], 0
    for _ in range(300):
        truth = np.exp(-0.2 - 0.15 * sizes)
        errors = 0.04 * truth
        found = fit_decay(sizes.tolist(), (truth + errors * rng.standard_normal(5)).tolist(), errors.tolist())
        assert found is not None
        rates.append(found.rate)
        inside += found.low <= 0.15 <= found.high
    assert np.mean(rates) == pytest.approx(0.15, abs=0.002)
    assert found.error == pytest.approx(np.std(rates), rel=0.15)
    assert stats.binomtest(inside, 300, 0.95).pvalue > 1e-3
    assert fit_decay([3, 4], [0.0, 0.1], [0.0, 0.1]) is None


def test_a_curve_that_is_no_exponential_is_noticed():
    sizes = [2, 4, 6, 8]
    found = fit_decay(sizes, [float(np.exp(-0.05 * n * n)) for n in sizes], [0.001] * 4)
    assert found is not None and found.p_value < 1e-6


def test_the_points_of_samples_are_read_and_open_samples_left_out():
    ens = ho.ensemble("spherical-p-spin:n=3,p=3", samples=4, seed=5, workers=0, points=True)
    samples, n_left_out = sampled_points(ens, unit=3.0)
    assert n_left_out == 0 and [s.sample for s in samples] == [0, 1, 2, 3]
    assert sum(len(s.energies) for s in samples) == ens.mean("n_real").value * 4
    np.testing.assert_allclose(np.sort(np.concatenate([s.of_index(0) for s in samples])), np.sort(ens.energies(0)) / 3)
