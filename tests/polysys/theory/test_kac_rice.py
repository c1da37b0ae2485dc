"""Kac-Rice by Monte Carlo, built from the models, against all other predictions."""

from math import inf, sqrt

import pytest

import polysys as ps
from polysys import theory
from polysys.theory import layered_counts, p_spin_counts
from polysys.theory.kac_rice import _deviations, kac_rice_counts

MODELS = [
    "spherical-p-spin:n=4,p=3",
    "spherical-p-spin:n=3,p=2-4,weights=1-1/2,field=2/3",
    "spherical-p-spin:n=5,p=2",
    "layered-spin-glass:widths=2-3-2",
    "layered-spin-glass:widths=3-2,degrees=2-3",
    "layered-spin-glass:widths=3-1-2",
]


@pytest.mark.parametrize("window", [None, (-1.0, -0.3)])
@pytest.mark.parametrize("label", MODELS)
def test_predictions_agree_with_an_estimate_that_knows_no_formula(label, window):
    """Holm over all indices and the total: the smallest p-value times their number stays above 1e-4 (|z| < 4.3)."""
    model = ps.model_from_label(label)
    found, sampled = theory.mean_counts(model, window), kac_rice_counts(model, window, samples=4000, seed=3)
    pairs = [(q, sampled[k]) for k, q in found.by_index.items()] + [(found.total, sampled.total)]
    for expected, estimate in pairs:
        spread = sqrt(expected.error**2 + estimate.error**2)
        if estimate.value > 0.02:  # an index that is hardly seen has no normal errors
            assert abs(expected.value - estimate.value) < 4.3 * spread
        else:
            assert expected.value < 0.1


def test_standard_deviations_are_read_off_the_drawing():
    """Kostlan: root of the multinomial coefficient; weights and field strength multiply."""
    model = ps.SphericalPSpin(n=2, p=3, weights=[2], field=5)
    assert _deviations(model) == pytest.approx([2, 2 * sqrt(3), 2 * sqrt(3), 2, 5, 5])


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("spherical-p-spin:n=4,p=3,couplings=square-free", "degenerates"),
        ("spherical-p-spin:n=3,p=3,couplings=square-free", "degenerates"),
        ("deep-linear:widths=1-1-1", "sphere"),
        ("spherical-p-spin:n=9,p=8", "too many couplings"),
    ],
)
def test_models_out_of_reach_are_refused(label, words):
    with pytest.raises(ps.InputError, match=words):
        kac_rice_counts(ps.model_from_label(label))


def test_couplings_that_are_not_gaussian_are_refused():
    class Uniform(ps.SphericalPSpin):
        def draw(self, rng):
            return {"T3": ps.disorder.uniform(rng, 4)}

    class Shared(ps.SphericalPSpin):
        def draw(self, rng):
            values = ps.disorder.normal(rng, 4)
            return {"T3": values + values[::-1]}

    for family in (Uniform, Shared):
        with pytest.raises(ps.InputError, match="independent Gaussians"):
            kac_rice_counts(family(n=2, p=3))


@pytest.mark.parametrize("options", [{"samples": 1}, {"samples": "x"}, {"seed": -1}, {"window": (1, -1)}])
def test_bad_options_are_refused(options):
    with pytest.raises(ps.InputError):
        kac_rice_counts(ps.SphericalPSpin(n=2, p=3), **options)


def test_seeds_repeat_and_are_named():
    model = ps.SphericalPSpin(n=2, p=3)
    first, again, other = (kac_rice_counts(model, (-inf, inf), samples=500, seed=s) for s in (1, 1, 2))
    assert first.total == again.total != other.total and "seed 1" in first.total.reference


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_no_point_added_to_is_not_known_without_error(seed):
    model, window = ps.SphericalPSpin(n=5, p=3), (0.3, 1.0)  # minima above zero: rare, and never seen by 200 points
    few, exact = kac_rice_counts(model, window, samples=200, seed=seed), p_spin_counts(5, 3, window)
    unseen = [k for k, q in few.by_index.items() if q.value == 0]
    assert 0 in unseen and exact.by_index[0].value > 0
    for k in unseen:
        assert few.by_index[k].error > 0 and exact.by_index[k].value < 5 * few.by_index[k].error
    nothing = kac_rice_counts(model, (50.0, 60.0), samples=200, seed=seed).total
    assert nothing.value == 0 and nothing.error > 0


def test_matrices_of_layers_that_add_nothing_leave_an_error():
    found = layered_counts((2, 2, 2), window=(-1.0, 0.0), samples=1024, seed=0)
    assert all(q.error > 0 for q in found.by_index.values())
