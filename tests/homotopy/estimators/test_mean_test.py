"""The joint test of means: against textbook numbers, against known distributions, and its rate of false alarms."""

import numpy as np
import pytest
from scipy import stats

import homotopy as ho
from homotopy.estimators.mean_test import (
    Quantity,
    against_means,
    against_pairs,
    against_samples,
    is_informative,
    rare_p_value,
)
from tests.homotopy.false_alarms import (
    binomial_interval,
    exact,
    false_alarms,
    monte_carlo,
    quantities,
    stated_errors,
    with_total,
)


def _quantity(values, predicted, error=0.0, least=0.0, most=1e6):
    values = np.asarray(values, dtype=float)
    return Quantity("index 0", values, values, predicted, error, least, most)


@pytest.fixture(scope="module")
def population():
    """The counts by index, and in total, of 1000 enumerated 3-spin samples with 5 spins, as a finite distribution."""
    table = ho.load_table("spherical-p-spin:p=3")
    return with_total(table.samples("spherical-p-spin:n=5,p=3").by_index)


def test_one_quantity_has_students_z_and_p():
    values = np.random.default_rng(1).poisson(7.0, 200).astype(float)
    found = against_means([_quantity(values, 7.3)], 0.01)
    t, p = stats.ttest_1samp(values, 7.3)
    assert (found.z[0], found.p_values[0]) == (pytest.approx(-t), pytest.approx(p))
    assert found.p_value == pytest.approx(p, abs=0.1)  # resampled


def test_the_joint_p_value_is_that_of_the_largest_of_independent_ts():
    """For q independent quantities P(max |t| >= t) = 1 - (1 - p)^q with p the Student p-value of the largest."""
    rng = np.random.default_rng(3)
    rows = rng.normal(5.0, 1.0, (400, 4))
    means = rows.mean(axis=0)
    means[2] += 2.2 * rows[:, 2].std(ddof=1) / 20
    found = against_means(quantities(rows, means), 1e-4)
    p = 2 * stats.t.sf(2.2, 399)
    assert found.z[2] == pytest.approx(2.2) and found.p_value == pytest.approx(1 - (1 - p) ** 4, rel=0.4)


def test_copies_of_a_quantity_do_not_count_twice():
    """Odd p-spins have as many points of index k as of d - k in every sample; Bonferroni would double p."""
    values = np.random.default_rng(4).poisson(7.0, 300).astype(float)
    mean = values.mean() + 2.5 * values.std(ddof=1) / 300**0.5
    one = against_means([_quantity(values, mean)], 1e-4).p_value
    six = against_means([_quantity(values, mean)] * 6, 1e-4).p_value
    assert six == pytest.approx(one, rel=0.5) and six < 3 * 2 * stats.t.sf(2.5, 299)


def test_the_error_of_a_prediction_widens_the_test():
    values = np.random.default_rng(5).poisson(7.0, 200).astype(float)
    off = values.mean() + 1.0
    assert against_means([_quantity(values, off)], 0.01).p_value < 0.005
    found = against_means([_quantity(values, off, error=1.0)], 0.01)
    assert found.p_value > 0.2 and found.z[0] == pytest.approx(1 / np.hypot(1.0, values.std(ddof=1) / 200**0.5))


def test_open_samples_shrink_the_distance_and_widen_the_error():
    values = np.random.default_rng(6).poisson(7.0, 200).astype(float)
    lower, upper = values.copy(), values.copy()
    upper[:20] += 40
    closed = against_means([_quantity(values, 9.0)], 0.01)
    opened = against_means([Quantity("index 0", lower, upper, 9.0)], 0.01)
    assert closed.p_value < 0.005 < 0.5 < opened.p_value and opened.z[0] == 0.0
    far = against_means([Quantity("index 0", lower, upper, 30.0)], 0.01)
    assert far.p_value < 0.01 and far.low[0] < far.high[0]


def test_samples_of_the_same_population_have_uniform_p_values():
    """Exchanging whole samples at random is exact; every count of p-values below x is binomial."""
    rng = np.random.default_rng(7)
    p_values = []
    for run in range(150):
        rows, own = rng.poisson((3, 8), (60, 2)).astype(float), rng.poisson((3, 8), (25, 2)).astype(float)
        p_values.append(against_samples(quantities(rows, own.mean(axis=0)), [own[:, 0], own[:, 1]], 0.05, run).p_value)
    for x in (0.1, 0.3, 0.6):
        low, high = stats.binom.interval(0.999, 150, x)
        assert low <= (np.array(p_values) <= x).sum() <= high


def test_pairs_see_what_independent_samples_cannot():
    """A bias of 0.2 points beside a spread of 5: landscape by landscape it is plain."""
    rng = np.random.default_rng(8)
    counts = rng.poisson(25, 200).astype(float)
    said = counts - (rng.random(200) < 0.2)
    pairs = against_pairs([_quantity(counts, said.mean())], [said], 0.001)
    assert pairs.p_value < 0.001 and pairs.z[0] < -5
    assert against_means([_quantity(counts, said.mean())], 0.001).p_value > 0.1


def test_pairs_without_any_difference_are_consistent():
    counts = np.arange(20.0)
    found = against_pairs([_quantity(counts, counts.mean())], [counts.copy()], 0.001)
    assert found.p_value == 1.0 and found.z[0] == 0.0


def test_few_differences_get_the_sign_test():
    counts = np.full(20, 8.0)
    said = counts - 1
    said[:9] = counts[:9]
    found = against_pairs([_quantity(counts, said.mean())], [said], 0.001)
    assert found.p_value == pytest.approx(2 * 0.5**11) and "sign test" in found.methods[0]


class TestRareCounts:
    """Quantities that hardly ever differ from one value have no standard error."""

    def test_what_is_informative(self):
        assert is_informative(np.arange(30.0), np.arange(30.0))
        few, some = np.zeros(1000), np.zeros(1000)
        few[:24], some[:25] = 1, 1
        assert not is_informative(few, few) and is_informative(some, some)
        assert is_informative(np.arange(20) % 3, np.arange(20) % 3)  # 13 of 20 differ, hardly skewed
        assert not is_informative(np.arange(19) % 3, np.arange(19) % 3)  # too few rows
        skewed = np.where(np.arange(30) < 8, 1.0, 0.0) ** 2 * np.arange(30) ** 2
        assert not is_informative(skewed, skewed)

    def test_a_p_value_that_no_resample_reached_is_a_bound(self):
        values = np.random.default_rng(2).poisson(7.0, 200).astype(float)
        far, near = against_means([_quantity(values, 9.0)], 0.01), against_means([_quantity(values, 7.0)], 0.01)
        assert far.is_bound and far.p_value == pytest.approx(1 / 2001) and not near.is_bound

    @pytest.mark.parametrize("mean", [0.0005, 0.002, 0.005])
    def test_a_right_prediction_of_a_rare_event_passes(self, mean):
        """Counts of 4 with probability mean/4: in all but 1 % of tables the bound exceeds 0.01."""
        rng = np.random.default_rng(9)
        alarms = 0
        for _ in range(400):
            values = 4.0 * (rng.random(1000) < mean / 4)
            alarms += rare_p_value(_quantity(values, mean, most=12)) <= 0.01
        assert alarms <= binomial_interval(400, 0.01)[1]

    def test_wrong_predictions_of_rare_events_fail(self):
        never = np.zeros(1000)
        some = never.copy()
        some[:20] = 2
        always = np.full(1000, 2.0)
        assert rare_p_value(_quantity(never, 0.5, most=12)) < 1e-6  # predicted, and never there
        assert rare_p_value(_quantity(some, 1e-6, most=12)) < 1e-6  # there, and not predicted
        assert rare_p_value(_quantity(always, 1.5, most=12)) < 1e-6  # always the same, and less predicted
        assert rare_p_value(_quantity(always, 4.0, most=12)) < 1e-6
        assert rare_p_value(_quantity(always, 2.0, most=12)) == 1.0

    def test_an_error_of_the_prediction_is_granted(self):
        never = np.zeros(1000)
        assert rare_p_value(_quantity(never, 0.5, error=0.1, most=12)) == 1.0
        assert rare_p_value(_quantity(never, 0.5, error=0.01, most=12)) < 1e-6

    def test_constant_counts_beside_varying_ones(self):
        values = np.random.default_rng(1).poisson(7.0, 200).astype(float)
        rows = [_quantity(np.full(200, 2.0), 2.0, most=20), _quantity(values, values.mean())]
        assert against_means(rows, 0.01).p_value == 1.0
        # a mean of 3 where most samples have 2 and none more than 20 needs P(X > 2) >= 1/18; rare ones share 0.1
        wrong = [_quantity(np.full(200, 2.0), 3.0, most=20), _quantity(values, values.mean())]
        assert against_means(wrong, 0.01).p_value == pytest.approx(2 * (17 / 18) ** 200 / 0.1)


@pytest.mark.parametrize("kind", [exact, monte_carlo], ids=["exact means", "samples of its own"])
def test_false_alarms_are_as_rare_as_the_level_says(population, kind):
    runs, alpha = 200, 0.05
    low, high = binomial_interval(runs, alpha)
    assert low <= false_alarms(population, kind, 400, runs, alpha, seed=11) <= high


def test_means_with_stated_errors_raise_at_most_as_many_false_alarms(population):
    assert false_alarms(population, stated_errors, 400, 100, 0.05, seed=12) <= binomial_interval(100, 0.05)[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "n"), [(exact, 1000), (exact, 100), (exact, 30), (exact, 20), (monte_carlo, 1000), (monte_carlo, 100)], ids=lambda v: getattr(v, "__name__", v)
)
def test_false_alarms_at_level_099_over_2000_estimators(population, kind, n):
    runs, alpha = 2000, 0.01
    low, high = binomial_interval(runs, alpha)
    assert low <= false_alarms(population, kind, n, runs, alpha, seed=13) <= high


def test_power_grows_with_the_bias(population):
    """An estimator that is 3 standard errors off in one index fails at level 0.95 most of the time; 6 off, always."""
    rng = np.random.default_rng(14)
    rates = []
    for bias in (0, 3, 6):
        failed = 0
        for run in range(30):
            rows = population[rng.integers(0, len(population), 400)]
            means = population.mean(axis=0)
            means[1] += bias * population[:, 1].std() / 20
            failed += against_means(quantities(rows, means), 0.05, run).p_value <= 0.05
        rates.append(failed / 30)
    assert rates[0] < 0.2 and rates[1] > 0.5 and rates[2] == 1.0
