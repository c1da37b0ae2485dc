"""Pairwise models of solutions: the exact fit against direct sums, and inversions where they are exact."""

from math import log, log2

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.weights.inversion import bethe, mean_field, pseudo_likelihood
from homotopy.weights.least_structured import log_weights, moments_of

SIGNS = np.array([[1 - 2 * (s >> i & 1) for i in range(12)] for s in range(1 << 12)], float)


FROZEN = ps.BinaryNetwork(widths=(3, 1), data=([[1, 1], [1, -1], [1, -1]], [1, 1]))


@pytest.fixture(scope="module")
def space():
    return ho.weight_space(ps.BinaryNetwork(widths=(12, 1), m=5), seed=5)


@pytest.fixture(scope="module")
def model(space):
    return space.least_structured()


def test_the_exact_fit_has_the_moments_of_the_solutions_by_direct_sums(space, model):
    exponents = SIGNS @ model.fields + ((SIGNS @ model.couplings) * SIGNS).sum(axis=1) / 2
    p = np.exp(exponents - exponents.max())
    p /= p.sum()
    assert np.abs(p - model.probabilities).max() < 1e-10
    assert np.abs(p @ SIGNS - space.means).max() < 1e-10
    assert np.abs(SIGNS.T @ (p[:, None] * SIGNS) - space.correlations).max() < 1e-10
    assert model.is_converged and model.moment_error < 1e-10
    logs = np.log2(np.where(p > 0, p, 1.0))
    assert model.entropy == pytest.approx(-(p * logs).sum(), abs=1e-10)
    assert model.mass_on_solutions == pytest.approx(p[space.costs == 0].sum(), abs=1e-10)


def test_entropies_are_in_the_order_of_what_is_known(space, model):
    assert space.entropy <= model.entropy_bound <= model.independent_entropy
    size = np.abs(model.fields).sum() + np.abs(model.couplings).sum() / 2
    assert abs(model.entropy - model.entropy_bound) <= size * model.moment_error / log(2)
    means = SIGNS[space.solutions.states].mean(axis=0)
    single = sum(-q * log2(q) for m in means for q in ((1 + m) / 2, (1 - m) / 2))
    assert model.independent_entropy == pytest.approx(single)
    assert model.captured == pytest.approx((single - model.entropy) / (single - space.entropy))
    assert 0.5 < model.captured < 0.95 and 0.4 < model.mass_on_solutions < 0.9


def test_the_models_local_entropy_is_that_of_its_states_at_a_distance(space, model):
    centre = int(space.solutions.states[3])
    found = model.local_entropy(centre)
    distance = np.array([(s ^ centre).bit_count() for s in range(1 << 12)])
    for d in range(13):
        p = model.probabilities[distance == d]
        assert found["mass"][d] == pytest.approx(p.sum(), abs=1e-14)
        q = p[p > 0] / p.sum()
        assert found["entropy"][d] == pytest.approx(-(q * np.log2(q)).sum(), abs=1e-9)
    counts = space.around(centre)
    assert found["solutions"][counts > 0] == pytest.approx(np.log2(counts[counts > 0]))


def test_samples_of_a_model_have_its_moments_and_repeat_themselves(model):
    drawn = model.sample(20_000, seed=3)
    assert (drawn == model.sample(20_000, seed=3)).all()
    assert np.abs(SIGNS[drawn].mean(axis=0) - model.moments[0]).max() < 4 / np.sqrt(20_000)


def test_solutions_that_share_a_weight_are_fitted_as_well():
    space = ho.weight_space(FROZEN)  # the solutions (1, 1, -1) and (1, -1, 1)
    fitted = space.least_structured()
    assert (
        fitted.is_converged
        and fitted.entropy == pytest.approx(1, abs=1e-6)
        and fitted.mass_on_solutions == pytest.approx(1)
    )
    assert np.isnan(fitted.captured) or fitted.captured == pytest.approx(1)


def moments(fields, couplings):
    exponents, log_z = log_weights(fields, couplings)
    return moments_of(np.exp(exponents - log_z), fields.size)


def test_bethe_inversion_is_exact_on_trees():
    rng = np.random.default_rng(0)
    couplings = np.zeros((7, 7))
    for i, j in [(0, 1), (1, 2), (1, 3), (3, 4), (3, 5)]:  # and a spin alone
        couplings[i, j] = couplings[j, i] = rng.normal()
    fields = rng.normal(size=7) / 2
    found = bethe(*moments(fields, couplings), pseudo_count=0.0)
    assert found[0] == pytest.approx(fields, abs=1e-12) and found[1] == pytest.approx(couplings, abs=1e-12)


def test_mean_field_inversion_is_exact_to_first_order():
    rng = np.random.default_rng(1)
    fields, couplings = rng.normal(size=5) / 2, np.triu(rng.normal(size=(5, 5)), 1)
    errors = []
    for size in (1e-2, 1e-3):
        weak = size * (couplings + couplings.T)
        errors.append(np.abs(mean_field(*moments(fields, weak), pseudo_count=0.0)[1] - weak).max())
    assert errors[1] < errors[0] / 50  # quadratic


def test_the_pseudo_likelihood_is_maximal():
    space = ho.weight_space(ps.BinaryNetwork(widths=(9, 1), m=4), seed=1)
    s = np.array([space.space.signs(k) for k in space.solutions.states.tolist()], float)
    upper = np.triu_indices(9, 1)

    def value(fields, couplings):
        margin = s * (fields + s @ couplings)
        size = fields @ fields + couplings[upper] @ couplings[upper]
        return np.log1p(np.exp(-2 * margin)).sum() / len(s) + 0.01 / 2 * size

    fields, couplings, _ = pseudo_likelihood(space.solutions)
    best, rng = value(fields, couplings), np.random.default_rng(0)
    for _ in range(20):
        move = np.triu(rng.normal(size=(9, 9)), 1) * 1e-3
        assert value(fields + rng.normal(size=9) * 1e-3, couplings + move + move.T) > best
    fitted = space.least_structured("pseudo-likelihood")
    assert fitted.n_steps > 0 and fitted.moment_error > 1e-6


def test_what_cannot_be_inverted_is_said(space, model):
    frozen = ho.weight_space(FROZEN)
    for method in ("mean-field", "bethe"):
        with pytest.raises(ps.InputError, match="cannot be inverted"):
            frozen.least_structured(method, pseudo_count=0)
    with pytest.raises(ps.InputError, match="no coupling for some pair"):
        space.least_structured("bethe", pseudo_count=0.001)
    with pytest.raises(ho.HomotopyError, match="other moments"):
        space.least_structured("mean-field").captured
    with pytest.raises(ps.InputError, match="no state"):
        model.local_entropy(1 << 12)


def test_a_model_shows_itself(space, model):
    assert len(repr(model).splitlines()) <= 10 and "captured" in repr(model)
    assert "<table" in model._repr_html_()
    summary = space.least_structured("bethe").summary()
    assert summary["captured"] is None and summary["true_entropy"] == space.entropy
    assert log(2) * model.entropy_bound == pytest.approx(
        model._log_z - model.fields @ space.means - (model.couplings * space.correlations).sum() / 2
    )
