"""Derived counts of deep linear networks: by hand, by brute force, against the proved complex counts (censuses: tests/homotopy)."""

from math import log

import numpy as np
import pytest

import polysys as ps
from polysys import counts, theory
from polysys.disorder import generator
from polysys.theory.deep_linear import sample_counts


def _chain(n, **options):
    return ps.DeepLinear(widths=(1,) * (n + 1), data=([[1]], [["3/2"]]), **options)


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_chains_have_one_point_or_one_more_than_a_power_of_two(n):
    """FACTS 2: 1 or 1 + 2^n for n >= 3; for two weights 1 or 3."""
    many = sum(sample_counts((1,) * (n + 1), _chain(n, l2="1/100").draw(generator(0))))
    few = sum(sample_counts((1,) * (n + 1), _chain(n, l2=50).draw(generator(0))))
    assert few == 1 and many == (3 if n == 2 else 1 + 2**n)


def test_the_chance_of_many_points_is_that_of_a_product_of_uniform_numbers():
    """Three weights, a = 1, b = 3/2: r = 3/8, so Lambda < (3/8) (9/8)^3, with probability t (1 - log t + log(t)^2/2)."""
    t = 3 / 8 * (9 / 8) ** 3
    chance = t * (1 - log(t) + log(t) ** 2 / 2)
    found = theory.mean_counts(_chain(3))
    assert found.total.value == pytest.approx(1 + 8 * chance, rel=1e-12) and found.total.kind == "exact"
    products = np.random.default_rng(1).uniform(size=(200_000, 3)).prod(axis=1)
    assert (products < t).mean() == pytest.approx(chance, abs=0.005)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_chain_counts_are_sign_changes_on_a_line(n):
    """h'(r) = a r - b + Lambda^(1/n) r^(2/n - 1) counted on a grid."""
    model = _chain(n)
    for index in range(30):
        couplings = model.draw(generator(7, index))
        product = float(np.prod(couplings["l2"].astype(float)))
        r = np.geomspace(1e-9, 1.6, 50_001)
        signs = np.sign(r - 1.5 + product ** (1 / n) * r ** (2 / n - 1))
        assert sum(sample_counts(model.widths, couplings)) == 1 + 2 ** (n - 1) * int((np.diff(signs) != 0).sum())


@pytest.mark.parametrize("widths", [(1, 1, 2), (2, 1, 2), (2, 2, 2), (1, 3, 2), (3, 2, 1)])
def test_one_datum_counts_obey_morse_theory_and_the_complex_bound(widths):
    model = ps.DeepLinear(widths=widths, data=([[1]] * widths[0], [[2]] * widths[2]))
    bound = counts.deep_linear(widths, 1).value
    for index in range(20):
        found = sample_counts(widths, model.draw(generator(3, index)))
        assert sum((-1) ** k * c for k, c in enumerate(found)) == 1 and sum(found) <= bound
        assert found[0] & (found[0] - 1) == 0  # minima: 2^(number of live neurons), all global


def test_means_are_averages_over_the_model_s_own_draws():
    model = ps.DeepLinear(widths=(2, 2, 1), data=([[1], [2]], [["1/5"]]))
    found = theory.deep_linear_counts(model, samples=60, seed=5)
    again = np.mean([sum(sample_counts(model.widths, model.draw(generator(5, i)))) for i in range(60)])
    assert found.total.value == pytest.approx(again) and found.total.kind == "monte-carlo" and found.total.error > 0
    fixed = theory.mean_counts(ps.DeepLinear(widths=(1, 1, 1), data=([[1]], [[2]]), l2=[1, "1/2"]))
    assert [q.value for q in fixed.by_index.values()] == [2, 1, 0] and fixed.total.kind == "exact"


@pytest.mark.parametrize(
    "model",
    [
        ps.DeepLinear(widths=(2, 2, 2)),
        ps.DeepLinear(widths=(1, 2, 2, 1)),
        ps.DeepLinear(widths=(1, 2, 1), data=([[1]], [[1]]), l2=1),
        ps.DeepLinear(widths=(1, 1, 1), data=([[1]], [[1]]), l2=None),
    ],
)
def test_networks_that_are_not_solved_are_refused(model):
    assert not theory.has_mean_counts(model)
    with pytest.raises(ps.InputError):
        theory.mean_counts(model)


def test_no_data_and_windows():
    flat = theory.mean_counts(ps.DeepLinear(widths=(1, 1, 1, 1), data=([[1]], [[0]])))
    assert flat.total.value == 1
    with pytest.raises(ps.InputError, match="window"):
        theory.mean_counts(_chain(3), (0, 1))


@pytest.mark.parametrize("scale", ["1/1000000", 10**9])
def test_data_of_any_size_are_counted(scale):
    """V scales as long as l2 stays: with large outputs every chain has many points, with small ones only the origin."""
    model = ps.DeepLinear(widths=(1,) * 40, data=([[1]], [[scale]]))
    assert theory.mean_counts(model).total.value == pytest.approx(1 if scale == "1/1000000" else 1 + 2**39, rel=1e-3)


def test_zero_inputs_leave_the_origin():
    model = ps.DeepLinear(widths=(2, 2, 1), data=([[0], [0]], [[1]]))
    assert sample_counts(model.widths, model.draw(generator(0)))[:2] == [1, 0]
