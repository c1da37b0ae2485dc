"""Rank correlations over the points of several landscapes: values, intervals, and tests that keep their level."""

import numpy as np
import pytest
from scipy import stats

from homotopy.ensembles.rank_correlations import rank_correlation
from polysys.errors import InputError


def apart(x):
    """Each point a landscape of its own."""
    return x.reshape(-1, 1)


def test_rank_correlation_is_scipys_and_its_interval_covers():
    rng = np.random.default_rng(4)
    x, y = rng.standard_normal((2, 60))
    assert rank_correlation(apart(x), apart(y)).value == pytest.approx(stats.spearmanr(x, y).statistic)
    ties = np.round(x)
    assert rank_correlation(apart(ties), apart(y)).value == pytest.approx(stats.spearmanr(ties, y).statistic)
    hits = 0
    for k in range(40):
        shift = np.repeat(rng.standard_normal(30), 3)
        a, b = shift + rng.standard_normal(90), shift + rng.standard_normal(90)
        truth = 6 / np.pi * np.arcsin(0.5 / 2)  # of normal variables with correlation 1/2
        found = rank_correlation(a.reshape(30, 3), b.reshape(30, 3), seed=k)
        hits += found.low <= truth <= found.high
        within = rank_correlation(a.reshape(30, 3), b.reshape(30, 3), is_within=True, seed=k)
        assert abs(within.value) < 5 * within.error
    assert hits >= 33  # 0.95 of 40 is 38


def test_what_does_not_vary_has_no_correlation():
    found = rank_correlation(np.ones((12, 1)), apart(np.arange(12.0)))
    assert np.isnan([found.value, found.low, found.error]).all() and found.n == 12
    few = rank_correlation(*[np.arange(4.0).reshape(2, 2)] * 2)
    assert few.value == 1 and np.isnan(few.low)
    alone = rank_correlation(*[apart(np.arange(4.0))] * 2, is_within=True)
    assert np.isnan(alone.value) and alone.n_groups == 0
    with pytest.raises(InputError):
        rank_correlation(np.ones((3, 1)), np.ones((3, 1)), level=1.5)


def test_p_values_of_rank_correlations_keep_their_level_with_few_landscapes():
    rng = np.random.default_rng(3)
    alarms = normal = 0
    for seed in range(200):
        x = rng.standard_normal(40)
        y = rng.standard_normal(40) + np.repeat(rng.standard_normal(10), 4) * x  # slopes of mean 0
        found = rank_correlation(x.reshape(10, 4), y.reshape(10, 4), is_within=True, seed=seed)
        low, high = found.p_values()
        assert min(low, high) <= 0.5 <= max(low, high)
        alarms += min(low, high) < 0.005
        normal += stats.norm.sf(abs(found.value / found.error)) < 0.005
    assert alarms <= stats.binom.ppf(0.9999, 200, 0.01) < normal  # a normal distribution has 6 %
    few = rank_correlation(*[x[:36].reshape(9, 4)] * 2, is_within=True)
    assert few.p_values() == (1.0, 1.0)
