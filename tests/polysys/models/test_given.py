"""Networks from their label and couplings: the same landscape with the same facts, and no facts for moments that no data have."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import polysys as ps
from polysys.datasets import from_arrays
from polysys.errors import InputError
from polysys.models.given import landscape_from_couplings
from polysys.models.moments import are_moments
from polysys.models.sequential_network import Activation, LinearLayer, SequentialNetwork

FEW, MANY = ([[1], [2]], [[1]]), ([[1, "1/2", 3], [0, 2, 1]], [[1, -1, 2]])
LONG = ([[1, 2, 3, 4, 5, 6]], [[1, 2, 0, 1, 1, 1]])
LAYERS = (
    LinearLayer(2, 3, bias="trained"),
    Activation((Fraction(0), Fraction(-1, 2), Fraction(1))),
    LinearLayer(3, 1, weight=((Fraction(2), Fraction(-1, 3), Fraction(1)),), bias=(Fraction(1),)),
)
MODELS: dict[str, Any] = {
    "deep linear, few data": ps.DeepLinear((2, 2, 1), data=FEW, l2=["1/3", "1/5", "1/7", 1, 2, 3]),
    "deep linear, moments": ps.DeepLinear((2, 2, 1), data=MANY, l2=1),
    "deep linear, mean": ps.DeepLinear((2, 1, 1), data=MANY, l2="random", loss="mean", seed=4),
    "polynomial, data": ps.PolynomialNetwork((2, 2, 1), "z^3 - z/2", data=FEW, l2="random", seed=2),
    "polynomial, moments": ps.PolynomialNetwork((1, 1, 1), "z^2", data=LONG, l2=["1/2", "1/5"]),
    "polynomial, output given": ps.PolynomialNetwork((2, 2, 1), "z^2", data=MANY, output=[[1, "-1/2"]], l2=1),
    "polynomial, output fixed": ps.PolynomialNetwork((2, 2, 1), "z^2", data=MANY, output="fixed", l2=1, seed=5),
    "polynomial, biases": ps.PolynomialNetwork((1, 2, 1), "z^2", data=LONG, bias=True, l2=0),
    "sequential": SequentialNetwork(LAYERS, from_arrays(*MANY), "random"),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS.keys())
def test_a_landscape_is_made_again_with_all_its_facts(model: Any) -> None:
    land = model.sample()
    again = landscape_from_couplings(land.label, land.couplings, land.seed, land.index)
    assert (again.digest, again.label) == (land.digest, land.label)
    assert again.facts.known_counts == land.facts.known_counts
    assert again.facts.is_coercive is land.facts.is_coercive
    assert again.facts.stationary_bounds == land.facts.stationary_bounds
    assert again.facts.candidate_permutations == land.facts.candidate_permutations
    assert again.symmetry.order == land.symmetry.order


@pytest.mark.parametrize(
    "label",
    ["", "nonsense", "deep-linear", "deep-linear:widths=2", "sequential-network:layers=1x1--1x1", "expression:x"],
)
def test_a_label_that_names_no_network_is_an_input_error(label: str) -> None:
    land = MODELS["deep linear, moments"].sample()
    with pytest.raises(InputError):
        landscape_from_couplings(label, land.couplings)


@pytest.mark.parametrize("name", ["l2", "XX", "YX", "YY"])
def test_couplings_that_are_missing_or_of_another_shape_are_an_input_error(name: str) -> None:
    land = MODELS["deep linear, moments"].sample()
    without = {k: c for k, c in land.couplings.items() if k != name}
    for couplings in (without, {**land.couplings, name: np.array([Fraction(1)] * 3, dtype=object)}):
        with pytest.raises(InputError):
            landscape_from_couplings(land.label, couplings)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (
            "deep linear, moments",
            {"XX": np.array([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(1)]], dtype=object)},
        ),
        ("deep linear, moments", {"YY": np.array([Fraction(1, 100)], dtype=object)}),
        ("deep linear, few data", {"weight": np.array([Fraction(-1)], dtype=object)}),
        ("polynomial, moments", {"XX": np.array([Fraction(-1)], dtype=object)}),
    ],
)
def test_moments_that_no_data_have_are_refused(name: str, change: dict[str, Any]) -> None:
    land = MODELS[name].sample()
    with pytest.raises(InputError):
        landscape_from_couplings(land.label, {**land.couplings, **change})


@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 4), min_size=1, max_size=4), st.integers(0, 2))
def test_moments_are_those_of_data_and_cannot_be_had_with_a_smaller_norm_than_the_targets_need(
    rows: list[tuple[int, ...]], more: int
) -> None:
    """Data of two inputs and two targets; where the inputs are independent, targets that are linear in them need all of the norm."""
    x, y = (np.array([[Fraction(v) for v in row[k : k + 2]] for row in rows], dtype=object).T for k in (0, 2))
    gram, cross, norm = x @ x.T, y @ x.T, (y * y).sum()
    assert are_moments(gram, cross, norm + more)
    z = np.array([[Fraction(1), Fraction(2)], [Fraction(-1), Fraction(1)]], dtype=object) @ x
    least = (z * z).sum()
    assert are_moments(gram, z @ x.T, least)
    assert not are_moments(gram, z @ x.T, least - Fraction(1, 1000))
    assert not are_moments(-gram - np.array([[1, 0], [0, 1]], dtype=object), cross, norm)


@pytest.mark.parametrize("family", [ps.SoftIsing, ps.TorusIsing])
@pytest.mark.parametrize("field", [0, [0, "1/2", -1]])
def test_spins_with_given_couplings_keep_their_facts(family, field):
    land = family(n=3, couplings=[[0, 1, "1/3"], [1, 0, 2], ["1/3", 2, 0]], field=field).sample()
    again = landscape_from_couplings(land.label, land.couplings)
    assert again.digest == land.digest and again.facts.known_counts == land.facts.known_counts
    with pytest.raises(InputError):
        landscape_from_couplings(land.label, {**land.couplings, "J": land.couplings["J"][:2]})


def test_wells_that_differ_or_open_downwards_are_no_soft_spins():
    land = ps.SoftIsing(n=2, couplings=[[0, 1], [1, 0]], steepness=2).sample()
    for wells in ([2, 3], [-1, -1]):
        with pytest.raises(InputError):
            landscape_from_couplings(land.label, {**land.couplings, "a": np.array(list(map(Fraction, wells)), object)})
