"""Intervals against scipy's, coverage, and that open samples widen them as far as any completion could."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from homotopy.ensembles.statistics import Statistic, fraction
from polysys.errors import InputError

RNG = np.random.default_rng(7)
COUNTS = RNG.poisson(6, 150).astype(float)


def test_closed_intervals_are_scipys():
    mean = Statistic("n", "mean", COUNTS, COUNTS).interval(0.9)
    expected = stats.t.interval(0.9, 149, COUNTS.mean(), stats.sem(COUNTS))
    assert (mean.low, mean.high) == pytest.approx(expected, rel=1e-12)
    hits = (COUNTS > 8).astype(float)
    exact = Statistic("n", "fraction", hits, hits).interval(0.99)
    expected = stats.binomtest(int(hits.sum()), 150).proportion_ci(0.99)
    assert (exact.low, exact.high) == pytest.approx((expected.low, expected.high), rel=1e-9)
    values = RNG.normal(size=41)
    median = Statistic("n", "median", values, values).interval(0.95)
    expected = stats.quantile_test(values, p=0.5).confidence_interval(0.95)
    assert (median.low, median.high) == pytest.approx((expected.low, expected.high))
    boot = Statistic("n", "mean", COUNTS, COUNTS).interval(0.95, method="bootstrap", seed=3)
    expected = stats.bootstrap((COUNTS,), np.mean, method="percentile", rng=np.random.default_rng(1)).confidence_interval
    assert (boot.low, boot.high) == pytest.approx((expected.low, expected.high), rel=0.01)


def test_a_bootstrap_depends_on_its_seed_only():
    statistic = Statistic("n", "median", COUNTS, COUNTS)
    assert statistic.interval(method="bootstrap", seed=1) == statistic.interval(method="bootstrap", seed=1)


@pytest.mark.parametrize("n", [3, 5, 8])
def test_an_open_interval_covers_that_of_every_completion(n):
    """All completions of three open samples among whole numbers, each with its own t, exact and bootstrap interval."""
    rng = np.random.default_rng(n)
    lower = rng.integers(2, 8, n).astype(float)
    upper = lower.copy()
    upper[:3] += [4, 1, 12]
    for kind, method in (("mean", "t"), ("mean", "bootstrap"), ("median", "exact"), ("median", "bootstrap")):
        wide = Statistic("n", kind, lower, upper).interval(0.8, method=method)
        for first, second, third in product(range(5), range(2), range(13)):
            values = lower.copy()
            values[:3] += [first, second, third]
            one = Statistic("n", kind, values, values).interval(0.8, method=method)
            assert wide.low <= one.low + 1e-12 and one.high <= wide.high + 1e-12
            assert Statistic("n", kind, lower, upper).standard_error >= Statistic("n", kind, values, values).standard_error - 1e-12


def test_open_samples_are_misses_on_one_side_and_hits_on_the_other():
    lower, upper = np.array([2.0, 2, 6, 2]), np.array([2.0, 2, 6, 6])
    found = fraction("n", lambda v: v == 6, lower, upper)
    assert found.range == (0.25, 0.5) and found.n_open == 1 and np.isnan(found.value)
    settled = fraction("n", lambda v: v < 100, lower, upper)
    assert settled.range == (1.0, 1.0) and settled.n_open == 0
    assert fraction("n", lambda v: v == 4, lower, upper).range == (0.0, 0.25)  # inside the range, at neither end
    assert found.interval(0.9).low == pytest.approx(stats.binomtest(1, 4).proportion_ci(0.9).low)
    assert found.interval(0.9).high == pytest.approx(stats.binomtest(2, 4).proportion_ci(0.9).high)


def test_the_exact_median_interval_covers_the_median_as_often_as_it_says():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(600):
        values = rng.exponential(size=25)
        hits += np.log(2) in Statistic("n", "median", values, values).interval(0.9)
    assert hits / 600 > 0.9 - 3 * np.sqrt(0.09 / 600)


def test_too_few_samples_give_no_bound_instead_of_a_wrong_one():
    one = np.array([3.0])
    assert Statistic("n", "mean", one, one).interval().high == np.inf
    two = np.array([3.0, 4.0])
    assert Statistic("n", "median", two, two).interval().low == -np.inf
    lost = Statistic("n", "log-mean", np.array([-np.inf, 1.0, 1.2]), np.array([1.0, 1.0, 1.2]))
    assert lost.interval().low == -np.inf and lost.range[0] == -np.inf


@pytest.mark.parametrize("level", [0, 1, -1, 2, True, "0.95", float("nan"), None])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(InputError, match="level"):
        Statistic("n", "mean", COUNTS, COUNTS).interval(level)


def test_a_method_that_does_not_fit_is_refused():
    with pytest.raises(InputError, match="Choose bootstrap, t"):
        Statistic("n", "mean", COUNTS, COUNTS).interval(method="exact")
    with pytest.raises(InputError, match="no sample"):
        Statistic("n", "mean", np.zeros(0), np.zeros(0))


@pytest.mark.parametrize("share", [0.001, 0.01, 0.05, 0.2])
def test_intervals_of_rare_counts_cover_as_often_as_they_say(share):
    """50 samples, 3 with probability q and else 1, never below 1 or above 6: the coverage is a finite sum over the number of threes."""
    n, coverage = 50, 0.0
    for k, probability in enumerate(stats.binom.pmf(np.arange(n + 1), n, share)):
        counts = np.array([3.0] * k + [1.0] * (n - k))
        coverage += probability * (1 + 2 * share in Statistic("n", "mean", counts, counts, 1.0, 6.0).interval(0.95))
    assert coverage >= 0.95


def test_samples_that_all_agree_leave_room_for_rare_others():
    """No sample in n differs with probability (1 - q)^n, which is 1 - level at q = 1 - (1 - level)^(1/n)."""
    same = np.full(100, 4.0)
    found = Statistic("n", "mean", same, same, 2.0, 10.0).interval(0.95)
    q = 1 - 0.05**0.01
    assert (found.low, found.high) == pytest.approx((4 - 2 * q, 4 + 6 * q)) and "all samples agree" in str(found)
    assert Statistic("n", "mean", same, same).interval(0.95).high == np.inf  # nothing is known about what is rare
    assert Statistic("n", "mean", same, same, 4.0, 4.0).interval(0.95).high == 4.0
