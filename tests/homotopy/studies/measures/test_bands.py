"""Layers and bands: statistics of samples, and the exact annealed distributions they are held against."""

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import homotopy as ho
from homotopy.studies.depth.exact_layers import edge_distance, exact_layers, inside_rate
from homotopy.studies.frame.claims import Claim, judge, one_sided, which_test
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
from polysys.theory import Complexity

levels = st.lists(st.integers(-3, 3), min_size=1, max_size=7)


def points(energies, indices, sample=0):
    return SampledPoints(sample, np.array(energies, float), np.array(indices, np.int64), np.zeros((0, 0)))


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


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=20).filter(lambda v: np.std(v) > 1e-3))
def test_one_sided_tests_are_students(values):
    above, below = one_sided(np.array([*values, np.nan]), 0.5)
    assert above == pytest.approx(stats.ttest_1samp(values, 0.5, alternative="greater").pvalue, abs=1e-12)
    assert below == pytest.approx(stats.ttest_1samp(values, 0.5, alternative="less").pvalue, abs=1e-12)


def test_one_sided_tests_of_too_little():
    assert one_sided(np.array([1.0, np.nan])) == (1.0, 1.0)
    assert one_sided(np.ones(5)) == (0.5**5, 1.0)
    assert one_sided(np.full(3, 0.1)) == (0.5**3, 1.0)  # their standard deviation is 1.7e-17 in doubles
    assert one_sided(np.zeros(5)) == (1.0, 1.0)
    assert which_test(np.full(3, 0.1)).startswith("sign test") and which_test(np.array([1.0, np.nan])) == "t test"


def test_claims_are_corrected_together_and_a_proof_needs_no_test():
    claims = [Claim(str(k), 0.004, 1.0, "x") for k in range(4)]
    assert [f.verdict for f in judge(claims, 0.01)] == ["undecided"] * 4
    (found,) = judge(claims[:1], 0.01)
    assert found.verdict == "holds" and "Holm over 2" in found.sentence
    (proved,) = judge([Claim("a", 1.0, 0.0, "One pair is certified")], 0.01)
    assert (proved.verdict, proved.sentence) == ("fails", "One pair is certified.")


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
            value, error = ratio(w * values, w)
            assert abs(found - value) < (4.5 * error or 12 / len(a))  # none of the draws: fewer than 12 in so many
    w, v = weights[:, 0], weights[::-1, 1]  # independent of each other
    value, error = ratio(w * v * (u[:, 0] > u[::-1, 1]), w * v)
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


def test_the_points_of_samples_are_read_and_open_samples_left_out():
    ens = ho.ensemble("spherical-p-spin:n=3,p=3", samples=4, seed=5, workers=0, points=True)
    samples, n_left_out = sampled_points(ens, unit=3.0)
    assert n_left_out == 0 and [s.sample for s in samples] == [0, 1, 2, 3]
    assert sum(len(s.energies) for s in samples) == ens.mean("n_real").value * 4
    np.testing.assert_allclose((samples[0].coordinates ** 2).sum(axis=1), 3.0, rtol=1e-8)
    np.testing.assert_allclose(np.sort(np.concatenate([s.of_index(0) for s in samples])), np.sort(ens.energies(0)) / 3)
