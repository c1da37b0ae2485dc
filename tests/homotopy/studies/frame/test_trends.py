"""Trends: exact comparison, tests, and how often a verdict is false."""

from fractions import Fraction
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import homotopy as ho
import polysys as ps
from homotopy.studies.frame.trends import Level, estimated, exact, holm, mean_of, p_less, predicted, trend
from polysys.errors import InputError
from polysys.theory import Prediction, layered_counts


def true_class(values):
    steps = np.sign(np.diff([float(v) for v in values]))
    if (steps > 0).any():
        return "not monotone" if (steps < 0).any() else "rises"
    return "falls" if (steps < 0).any() else "constant"


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=7))
def test_exact_numbers_are_compared_exactly(values):
    found = trend(range(len(values)), [exact(v) for v in values])
    assert found.verdict == true_class(values)
    assert set(found.maximum) == {str(k) for k, v in enumerate(values) if v == max(values)}


def test_numbers_beyond_doubles_are_compared_exactly():
    big = 10**400
    assert trend([1, 2], [exact(big), exact(big + 1)]).verdict == "rises"
    assert trend([1, 2, 3], [exact(big), exact(big + 1), exact(Fraction(1, 3))]).verdict == "not monotone"
    assert "1.000e+400" in trend([1, 2], [exact(big), exact(big)]).sentence


def test_numbers_with_an_error_of_evaluation_may_leave_it_open():
    assert trend([1, 2], [exact(1.0, 0.1), exact(1.05, 0.1)]).verdict == "undecided"
    assert trend([1, 2], [exact(1.0, 0.1), exact(1.5, 0.1)]).verdict == "rises"
    assert trend([1, 2, 3], [exact(1.0), exact(2.0), exact(2.0, 0.1)]).verdict == "undecided"


@given(st.lists(st.integers(-4, 4), min_size=2, max_size=6), st.integers(0, 2**31))
def test_reflections_of_a_series_reflect_the_verdict(values, seed):
    errors = np.random.default_rng(seed).uniform(0.05, 2, len(values))
    levels = [Level(v, v, e, 30) for v, e in zip(values, errors, strict=True)]
    here = trend(range(len(values)), levels).verdict
    back = trend(range(len(values)), levels[::-1]).verdict
    down = trend(range(len(values)), [Level(-v.high, -v.low, v.error, v.n) for v in levels]).verdict
    assert here in ("falls", "rises", "not monotone", "undecided")
    assert back == down == {"falls": "rises", "rises": "falls"}.get(here, here)


SERIES = [
    (0, 0, 0, 0),
    (0, 0),
    (3, 2, 1, 0),
    (3, 3, 3, 0),
    (3, 0, 0.05, 0),
    (0, 5, 4.9, 5),
    (0, 1, 1, 1, 1, 1.02),
    (9, 6, 3, 0, 0.1),
    (0, 4, 0, 4),
]


@pytest.mark.parametrize("truth", SERIES, ids=str)
def test_false_verdicts_are_as_rare_as_promised(truth):
    """20 samples at each place, normal with unequal spread: verdicts other than 'undecided' and the true one."""
    rng = np.random.default_rng(7)
    trials, n, level = 1500, 20, 0.1
    spread = np.linspace(0.5, 2, len(truth))
    drawn = np.array(truth)[:, None] + spread[:, None] * rng.standard_normal((trials, len(truth), n))
    verdicts = [trend(range(len(truth)), [mean_of(v) for v in series], level=level).verdict for series in drawn]
    false = sum(v not in ("undecided", true_class(truth)) for v in verdicts)
    assert stats.binomtest(false, trials, level, alternative="greater").pvalue > 1e-3


def test_clear_series_are_decided():
    rng = np.random.default_rng(8)
    for truth in ((9, 6, 3, 0), (0, 3, 6), (0, 3, 1), (3, 0, 3, 0)):
        drawn = np.array(truth)[:, None] + 0.5 * rng.standard_normal((200, len(truth), 20))
        verdicts = [trend(range(len(truth)), [mean_of(v) for v in series]).verdict for series in drawn]
        assert np.mean([v == true_class(truth) for v in verdicts]) > 0.95


def test_the_maximum_is_among_the_places_named():
    rng = np.random.default_rng(9)
    truth, level = np.array([0, 1, 1.3, 1.2, 0.2]), 0.1
    drawn = truth[:, None] + rng.standard_normal((800, 5, 20))
    found = [trend("abcde", [mean_of(v) for v in series], level=level).maximum for series in drawn]
    missed = sum("c" not in places for places in found)
    assert stats.binomtest(missed, len(found), level, alternative="greater").pvalue > 1e-3
    assert np.mean(["a" in places for places in found]) < 0.2


def test_one_step_is_welchs_test():
    rng = np.random.default_rng(10)
    a, b = rng.standard_normal(9), 0.7 + 3 * rng.standard_normal(14)
    expected = stats.ttest_ind(a, b, equal_var=False, alternative="less").pvalue
    assert p_less(mean_of(a), mean_of(b)) == pytest.approx(expected)
    assert p_less(mean_of(b), mean_of(a)) == pytest.approx(1 - expected)


def test_open_samples_count_at_their_worst():
    clear = [Level(10.0, 10.0, 0.1, 50), Level(5.0, 5.0, 0.1, 50)]
    assert trend([2, 3], clear).verdict == "falls"
    assert trend([2, 3], [clear[0], Level(5.0, 12.0, 0.1, 50)]).verdict == "undecided"


def test_samples_without_variation():
    """Ten samples with 4 each and ten with 6 each differ; ten and ten with 4 each need not have one mean."""
    four, six = (mean_of(np.full(10, v)) for v in (4.0, 6.0))
    assert trend([1, 2], [four, six]).verdict == "rises"
    assert trend([1, 2], [four, four]).verdict == "undecided"
    assert trend([1, 2], [mean_of(np.full(2, 4.0)), mean_of(np.full(2, 6.0))]).verdict == "undecided"
    assert trend([1, 2], [exact(4), four]).verdict == "undecided"


def test_the_sentence_names_the_test_that_was_made():
    """p = 1 / C(20, 10) comes from dividing twenty samples at random, (4/6)^10 from Markov's inequality: neither is Welch's test."""
    four, six, varied = mean_of(np.full(10, 4.0)), mean_of(np.full(10, 6.0)), mean_of(np.arange(10.0))
    found = trend([1, 2], [four, six])
    assert (
        found.p_rises[0] == pytest.approx(1 / 184756)
        and "permutation tests" in found.sentence
        and "Welch" not in found.sentence
    )
    found = trend([1, 2], [exact(4), six])
    assert (
        found.p_rises[0] == pytest.approx((4 / 6) ** 10)
        and "Markov bounds" in found.sentence
        and "Welch" not in found.sentence
    )
    assert "(one-sided Welch tests and permutation tests" in trend([1, 2, 3], [varied, four, six]).sentence
    assert "(one-sided Welch tests, Holm" in trend([1, 2], [varied, varied]).sentence


@pytest.mark.parametrize("n", [20, 50, 100])
@pytest.mark.parametrize("share", [0.01, 0.04, 0.08, 0.15])
def test_a_rare_count_makes_no_false_verdict(n, share):
    """n samples, 2 with probability q and else 1, beside their exact mean 1 + q: the rate is a finite sum over the binomial number of twos."""
    level, rate = 0.01, 0.0
    for k, probability in enumerate(stats.binom.pmf(np.arange(n + 1), n, share)):
        found = trend([1, 2], [mean_of(np.array([2.0] * k + [1.0] * (n - k))), exact(1 + share)], level=level)
        rate += probability * (found.verdict != "undecided")
    assert rate <= level


def test_a_constant_sample_beside_an_exact_number():
    """n counts of c > m each have probability (m/c)^n at most if m is their mean (Markov)."""
    twelve = mean_of(np.full(20, 12.0))
    assert p_less(exact(8), twelve) == pytest.approx((8 / 12) ** 20)
    assert p_less(twelve, exact(8)) == 1.0
    assert p_less(mean_of(np.full(50, 1.0)), exact(1.01)) == pytest.approx(1.01**-50)
    assert p_less(mean_of(np.zeros(50)), exact(0.01)) == 1.0


def test_places_without_a_value_are_left_out():
    assert mean_of(np.array([1.0, nan])) is None
    found = trend([2, 3, 4], [exact(3), None, exact(1)])
    assert found.verdict == "falls" and "3:" not in found.sentence
    assert trend([2, 3], [exact(3), None]).verdict == "undecided"
    assert trend([], []).verdict == "undecided"
    assert trend([2, 3], [Level(1.0, 1.0, inf, 1), exact(2)]).verdict == "undecided"
    with pytest.raises(InputError):
        trend([1], [])
    with pytest.raises(InputError):
        trend([1, 2], [exact(1), exact(2)], level=0)


def test_means_of_ensembles_enter_with_their_errors():
    levels = [
        estimated(ho.ensemble(ps.SphericalPSpin(n=2, p=p), samples=30, seed=p, workers=0).mean("n_real"))
        for p in (2, 6)
    ]
    assert levels[0] == Level(4.0, 4.0, 0.0, 30) and levels[1].n == 30 and levels[1].error > 0
    assert trend([2, 6], levels).verdict == "rises"  # exactly 4 and 2 sqrt(16) = 8


def test_holm_steps_down():
    assert holm([0.001, 0.02, 0.3], 0.05) == [True, True, False]
    assert holm([0.02, 0.02, 0.02], 0.05) == [False] * 3
    assert holm([], 0.05) == []


def test_a_monte_carlo_prediction_is_no_exact_number():
    found = predicted(layered_counts((3, 3, 2), samples=1024).total, 8)
    assert not found.is_exact and found.error > 0 and found.n == 32  # the error comes from 32 averages
    assert predicted(Prediction(3.0, 1e-9, "quadrature", "")) == exact(3.0, 1e-9)
    below = p_less(found, exact(found.value + 3 * found.error))
    assert below == pytest.approx(stats.t(31).sf(3), rel=1e-6)


def test_a_series_that_rises_and_falls_has_its_turn_at_its_maximum():
    def turn(*values):
        return trend(list(range(len(values))), [exact(v) for v in values]).turn

    assert [turn(5, 13, 8), turn(1, 2, 3, 2, 2, 1), turn(6, 240, 997, 720)] == ["1", "2", "2"]
    # falling or rising as a whole; a second rise; two places that are largest; the maximum at an end
    assert [turn(3, 2, 1), turn(1, 2, 3), turn(1, 5, 3, 4, 2), turn(1, 4, 4, 2), turn(5, 1, 2)] == [""] * 5


def test_a_turn_is_rarely_claimed_where_the_tail_does_not_fall():
    """Means 0, 1, 1: whichever place is taken for the maximum, the last step is taken for a fall with probability level / 3 at most."""
    rng, n, false = np.random.default_rng(5), 20, 0
    for _ in range(1500):
        values = [mean_of(rng.normal(m, 0.2, n)) for m in (0.0, 1.0, 1.0)]
        false += trend([1, 2, 3], values, level=0.15).turn != ""
    assert false / 1500 < 0.05 + 3 * (0.05 * 0.95 / 1500) ** 0.5
