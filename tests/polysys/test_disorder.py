"""Exact random couplings: dyadic, reproducible, of the right law."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import polysys as ps
from polysys.disorder import FRACTIONAL_BITS, dyadic, generator, kostlan, multinomial, normal, uniform
from polysys.errors import InputError
from polysys.models.spherical_p_spin import monomials

SEEDS = (0, 1, 2**64 + 3)


def flat(couplings):
    return [c for array in couplings.values() for c in array.ravel()]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_dyadic_rounds_to_the_nearest_multiple(values):
    for value, found in zip(values, dyadic(values), strict=True):
        assert type(found) is Fraction
        assert (found * 2**FRACTIONAL_BITS).denominator == 1
        assert abs(found - Fraction(value)) <= Fraction(1, 2 ** (FRACTIONAL_BITS + 1))


def test_dyadic_keeps_the_shape():
    assert dyadic(0.5).shape == ()
    assert dyadic(0.5)[()] == Fraction(1, 2)
    assert dyadic(np.zeros((2, 0, 3))).shape == (2, 0, 3)
    assert dyadic([[1, 2], [3, 4]])[1, 0] == 3


@pytest.mark.parametrize(
    "label",
    [
        "spherical-p-spin:n=3,p=3,field=1/2",
        "layered-spin-glass:widths=2-3",
        "deep-linear:widths=2-2-2,data=gaussian",
        "polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,output=fixed",
    ],
)
def test_a_sample_depends_on_seed_and_index_only(label):
    model = ps.model_from_label(label)
    for seed in SEEDS:
        forwards = [model.sample(seed, index).digest for index in range(4)]
        backwards = [ps.model_from_label(label).sample(seed, index).digest for index in (3, 2, 1, 0)]
        assert forwards == backwards[::-1]
        assert len(set(forwards)) == 4
    assert len({model.sample(seed).digest for seed in SEEDS}) == len(SEEDS)
    np.random.default_rng(0).normal(size=3)
    assert model.sample(np.int64(1), np.int64(2)).digest == model.sample(1, 2).digest


def test_seed_and_index_do_not_stand_in_for_each_other():
    model = ps.SphericalPSpin(3, 3)
    assert model.sample(1, 2).digest != model.sample(2, 1).digest
    assert model.sample(0, 1).digest != model.sample(1, 0).digest


@pytest.mark.parametrize("label", ["spherical-p-spin:n=3,p=3-4", "layered-spin-glass:widths=2-3,degrees=2-2"])
def test_drawn_couplings_are_dyadic_rationals_of_python_integers(label):
    for c in flat(ps.model_from_label(label).sample(7).couplings):
        assert type(c) is Fraction
        assert type(c.numerator) is int
        assert c.denominator & (c.denominator - 1) == 0
        assert c.denominator <= 2**FRACTIONAL_BITS
        assert Fraction(float(c)) == c


def test_uniform_draws_are_never_zero_nor_one():
    draws = uniform(generator(0), 20_000)
    assert all(0 < v < 1 and v.denominator == 2 ** (FRACTIONAL_BITS + 1) for v in draws)
    assert float(draws.mean()) == pytest.approx(0.5, abs=5 * np.sqrt(1 / 12 / 20_000))


def test_normal_draws_have_the_asked_standard_deviation():
    draws = normal(generator(1), 20_000, 3.0).astype(float)
    assert draws.mean() == pytest.approx(0, abs=5 * 3 / np.sqrt(20_000))
    assert draws.var() == pytest.approx(9, rel=5 * np.sqrt(2 / 20_000))


@pytest.mark.parametrize(("n", "p"), [(2, 3), (3, 4), (4, 2)])
def test_the_multinomial_counts_index_tuples(n, p):
    counts = dict.fromkeys(monomials(n, p), 0)
    for indices in product(range(n), repeat=p):
        counts[tuple(indices.count(i) for i in range(n))] += 1
    assert counts == {e: multinomial(e) for e in counts}
    assert sum(counts.values()) == n**p


def test_kostlan_coefficients_have_multinomial_variance():
    """Kostlan 1993; five standard errors of a variance from M draws are 5 sqrt(2/M)."""
    exponents, n_draws = monomials(2, 3), 4000
    rng = generator(11)
    draws = np.array([kostlan(rng, exponents, [slice(0, 2)]).astype(float) for _ in range(n_draws)])
    assert (draws**2).mean(axis=0) == pytest.approx([1, 3, 3, 1], rel=5 * np.sqrt(2 / n_draws))
    correlation = np.corrcoef(draws.T) - np.eye(4)
    assert np.abs(correlation).max() < 5 / np.sqrt(n_draws)


def test_kostlan_blocks_multiply_their_multinomials():
    rng, n_draws = generator(12), 4000
    draws = np.array([kostlan(rng, [(2, 1, 1, 1)], [slice(0, 2), slice(2, 4)]).astype(float) for _ in range(n_draws)])
    assert (draws**2).mean() == pytest.approx(3 * 2, rel=5 * np.sqrt(2 / n_draws))


@pytest.mark.parametrize(
    ("label", "covariance"),
    [
        ("spherical-p-spin:n=3,p=3", lambda r: r[0] ** 3),
        ("spherical-p-spin:n=3,p=2-3,weights=1/2-2,field=3", lambda r: r[0] ** 2 / 4 + 4 * r[0] ** 3 + 9 * r[0]),
        ("layered-spin-glass:widths=2-2,degrees=2-1", lambda r: r[0] ** 2 * r[1]),
    ],
)
def test_the_covariance_is_the_stated_function_of_the_overlaps(label, covariance):
    """Isotropy: Cov V(x) V(y) on unit spheres depends on the overlaps only (Auffinger, Ben Arous & Cerny 2013)."""
    model = ps.model_from_label(label)
    rng, n_draws = np.random.default_rng(5), 3000
    points = rng.normal(size=(4, model.domain.n))
    for block in model.domain.slices:
        points[:, block] /= np.linalg.norm(points[:, block], axis=1, keepdims=True)
    stream = generator(6)
    values = np.empty((n_draws, 4))
    tape = model.sample(0).parametric_tapes.energy
    for k in range(n_draws):
        couplings = [float(c) for c in flat(model.draw(stream))]
        z = np.vstack([points.T, np.zeros((model.domain.n_constraints, 4))])
        values[k] = tape.evaluate(list(z), couplings, float)[0]
    found = values.T @ values / n_draws
    for i, j in product(range(4), repeat=2):
        overlaps = [points[i, b] @ points[j, b] for b in model.domain.slices]
        spread = np.sqrt((found[i, i] * found[j, j] + found[i, j] ** 2) / n_draws)
        assert found[i, j] == pytest.approx(covariance(overlaps), abs=5 * spread)


@pytest.mark.parametrize("bad", [-1, 1.5, "3", True, None, float("nan"), 2.0])
def test_a_seed_or_index_must_be_a_nonnegative_integer(bad):
    with pytest.raises(InputError, match="seed"):
        generator(bad)
    with pytest.raises(InputError, match="index"):
        generator(0, bad)
    if bad is not None:
        with pytest.raises(InputError):
            ps.SphericalPSpin(2, 3).sample(seed=bad)


def test_the_stream_is_the_documented_one():
    """A change here silently renames every stored landscape."""
    assert (
        normal(generator(2026), 2).tolist()
        == dyadic(
            np.random.Generator(np.random.PCG64(np.random.SeedSequence(2026, spawn_key=(0,)))).standard_normal(2)
        ).tolist()
    )
