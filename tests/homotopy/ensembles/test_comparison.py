"""Comparison with predictions: z and p-values as the textbook has them, and false alarms as rare as stated."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import homotopy as ho
import polysys as ps
from homotopy.ensembles.comparison import read_predictions
from homotopy.ensembles.counts import FAILED, PROVED
from polysys.errors import InputError
from polysys.theory import Prediction, mean_counts

TWO = ps.SphericalPSpin(n=2, p=3)


@pytest.fixture(scope="module")
def ens():
    return ho.ensemble(TWO, samples=60, seed=3, workers=0)


def synthetic(ens, counts, failures=()):
    """An ensemble with these counts of index 0 (and as many of index 1)."""
    counts = np.asarray(counts)
    n = len(counts)
    verdicts = np.array([FAILED if k in failures else PROVED for k in range(n)], np.int8)
    zeros = np.zeros(n, dtype=np.int64)
    found = {"n_complex": zeros + 3, "n_real": 2 * counts, "n_minima": counts, "n_degenerate": zeros, "n_undecided": zeros, "n_undecided_index": zeros}
    return replace(
        ens, samples=np.arange(n), verdicts=verdicts, found=found, by_index=np.stack([counts, counts], axis=1),
        bounds=np.full(n, 3.0), n_planned=n, failures=dict.fromkeys(failures, ("timeout", "late")),
    )  # fmt: skip


def test_the_exact_means_are_consistent_with_a_certified_ensemble(ens):
    comparison = ho.compare(ens, mean_counts(TWO))
    assert comparison.is_consistent and [m.name for m in comparison.means] == ["index 0", "index 1", "all"]
    assert "consistent" in repr(comparison) and comparison.to_dict()["consistent"]


def test_z_and_p_are_those_of_a_one_sample_t_test(ens):
    counts = np.random.default_rng(1).integers(1, 4, 50)
    expected = stats.ttest_1samp(counts, 2.3)
    (mean,) = ho.compare(synthetic(ens, counts), {0: 2.3}).means
    assert (mean.z, mean.p_value) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9)
    (mean,) = ho.compare(synthetic(ens, counts), 4.6).means
    assert mean.z == pytest.approx(expected.statistic)


def test_a_true_prediction_is_called_deviating_as_rarely_as_the_level_says(ens):
    rng = np.random.default_rng(2)
    alarms = sum(
        not ho.compare(synthetic(ens, rng.integers(1, 4, 40)), {0: 2.0, 1: 2.0}, level=0.05).is_consistent for _ in range(400)
    )
    assert alarms / 400 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)


def test_a_wrong_prediction_is_found_with_its_direction(ens):
    comparison = ho.compare(synthetic(ens, [1, 2, 3] * 100), {0: 2.0, 1: 2.5})
    assert not comparison.is_consistent and comparison.verdict.startswith("deviates: fewer index 1")
    assert "more index 0" in ho.compare(synthetic(ens, [1, 2, 3] * 100), {0: 1.5}).verdict


def test_open_samples_and_the_error_of_a_prediction_make_it_harder_to_deviate(ens):
    counts = [1, 2, 3] * 20
    sure = ho.compare(synthetic(ens, counts), {0: 2.4}).means[0]
    open_ = ho.compare(synthetic(ens, counts, failures=(0, 3, 6)), {0: 2.4}).means[0]
    blurred = ho.compare(synthetic(ens, counts), {0: Prediction(2.4, 0.3, "given", "x")}).means[0]
    assert abs(open_.z) < abs(sure.z) and abs(blurred.z) < abs(sure.z) and open_.low < open_.high
    assert ho.compare(synthetic(ens, counts, failures=(0, 3, 6)), {0: 2.01}).means[0].z == 0.0


def test_samples_that_all_agree_do_not_refute_a_mean_that_rare_samples_would_make(ens):
    """Counts of index 0 lie between 1 (a sphere has a minimum) and 6: a mean 2 + d makes a count of 2 as likely as 1 - d/4 at most."""
    constant = synthetic(ens, [2] * 10)
    assert ho.compare(constant, {0: 2}).is_consistent
    for mean, p in ((2.0001, (1 - 0.0001 / 4) ** 10), (4.0, 0.5**10), (1.5, 0.5**10), (6.5, 0.0), (0.5, 0.0)):
        (found,) = ho.compare(constant, {0: mean}).means
        assert found.p_value == pytest.approx(p, rel=1e-9) and (found.z < 0) == (mean > 2)
    assert ho.compare(constant, {0: Prediction(4.0, 0.5, "monte-carlo", "")}).is_consistent


@pytest.mark.parametrize("share", [0.002, 0.02, 0.05, 0.1, 0.3])
def test_rare_counts_are_called_deviating_as_rarely_as_the_level_says(ens, share):
    """60 samples, 3 with probability `share` and else 1: the number k of threes is binomial, so the rate is a finite sum."""
    n, level, rate = 60, 0.05, 0.0
    for k, probability in enumerate(stats.binom.pmf(np.arange(n + 1), n, share)):
        if probability > 1e-9:
            rate += probability * (not ho.compare(synthetic(ens, [3] * k + [1] * (n - k)), {0: 1 + 2 * share}, level=level).is_consistent)
    assert rate <= 1.1 * level


def test_predictions_are_read_from_json_and_csv(tmp_path, ens):
    (tmp_path / "a.json").write_text('{"0": 2.5, "1": 2.5}')
    (tmp_path / "b.json").write_text("5.29")
    (tmp_path / "c.csv").write_text("index,mean\n0,2.5\n1,2.5\n")
    assert read_predictions(tmp_path / "a.json") == {0: 2.5, 1: 2.5} and read_predictions(tmp_path / "b.json") == 5.29
    assert ho.compare(ens, read_predictions(tmp_path / "c.csv")).means == ho.compare(ens, {0: 2.5, 1: 2.5}).means
    for name, text in (("d.json", "[1]"), ("e.json", "{"), ("f.csv", "a,b\n1,2\n"), ("g.csv", "index,mean\nx,2\n")):
        (tmp_path / name).write_text(text)
        with pytest.raises(InputError, match=r"cannot be read|is no JSON"):
            read_predictions(tmp_path / name)


@pytest.mark.parametrize("prediction", [{5: 1.0}, {"0": 1.0}, {0: "x"}, {0: float("nan")}, {}, "x", None, True, {True: 1.0}])
def test_predictions_that_are_none_are_refused(ens, prediction):
    with pytest.raises(InputError):
        ho.compare(ens, prediction)


def test_an_index_that_no_sample_has_is_not_held_against_a_small_mean(ens):
    """Counts of at most 6 (3 classes of 2 points): P(none in 60 samples) <= (1 - m/6)^60."""
    counts = np.zeros(60, dtype=np.int64)
    rare, common = (ho.compare(synthetic(ens, counts), {0: m}).means[0] for m in (0.01, 3.0))
    assert rare.p_value == pytest.approx((1 - 0.01 / 6) ** 60) and -0.2 < rare.z < 0
    assert common.p_value == pytest.approx(0.5**60) and common.z < -8
    assert ho.compare(synthetic(ens, counts), {0: Prediction(1e-40, 1e-41, "monte-carlo", "")}).is_consistent
    assert not ho.compare(synthetic(ens, counts), {0: 7.0}).is_consistent
