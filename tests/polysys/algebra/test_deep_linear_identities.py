"""Combinations of the gradient of deep linear networks, and the counts they prove."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from polysys.algebra.combinations import Combination, with_combinations
from polysys.algebra.hilbert_bound import completeness_bound
from polysys.algebra.identities.deep_linear import deep_linear_identities
from polysys.errors import InputError
from polysys.models.deep_linear import DeepLinear

Polynomials = list[dict[tuple[int, ...], Fraction]]


def network(widths: tuple[int, ...], n_data: int = 0) -> tuple[Polynomials, int, tuple[Combination, ...]]:
    """Gradient, number of weights and identities of a network with random integers; equal l2 values would be special."""
    rng = np.random.default_rng(5)
    m = n_data or widths[0]
    data = rng.integers(-99, 100, (widths[0], m)).tolist(), rng.integers(-99, 100, (widths[-1], m)).tolist()
    n = DeepLinear(widths=widths).n_weights
    land = DeepLinear(widths=widths, data=data, l2=rng.integers(1, 10**6, n).tolist()).sample()
    potential: Any = land.potential
    polynomials = [
        {tuple(e): Fraction(int(c.numerator), int(c.denominator)) for e, c in potential.diff(x).terms()}
        for x in potential.ring.gens
    ]
    x = np.array(data[0], dtype=object)
    return polynomials, n, deep_linear_identities(widths, (x @ x.T).tolist())


def total_degree(polynomial: Any) -> int:
    return max((sum(e) for e in polynomial), default=-1)


@pytest.mark.parametrize("widths", [(1, 1, 1), (2, 1, 2), (2, 2, 2), (2, 2, 2, 1), (1, 2, 2, 3), (3, 1, 2)])
def test_leading_terms_of_every_identity_cancel(widths: tuple[int, ...]) -> None:
    polynomials, _, identities = network(widths)
    elements = with_combinations(polynomials, identities)[len(polynomials) :]
    n_layers = len(widths) - 1
    for identity, element in zip(identities, elements, strict=True):
        of_terms = max(total_degree(polynomials[i]) + sum(a) for i, a, _ in identity.terms)
        assert of_terms == 2 * n_layers  # gradient 2 H - 1, times one weight
        assert total_degree(element) == (2 if identity.name == "balance" else max(n_layers, 2))


def test_null_directions_of_few_data_are_linear() -> None:
    polynomials, _, identities = network((3, 2, 2), n_data=1)
    elements = with_combinations(polynomials, identities)[len(polynomials) :]
    linear = [e for i, e in zip(identities, elements, strict=True) if i.name == "null direction"]
    assert len(linear) == 4 and {total_degree(e) for e in linear} == {1}


def test_the_identities_fit_their_own_data_only() -> None:
    """With another second moment nothing cancels at the first end."""
    polynomials, _, _ = network((2, 2, 2))
    wrong = [i for i in deep_linear_identities((2, 2, 2), [[2, 1], [1, 1]]) if i.name == "first end"]
    elements = with_combinations(polynomials, wrong)[len(polynomials) :]
    assert [total_degree(e) for e in elements] == [4]


# Generic counts: Mehta, Chen, Tang & Hauenstein (IEEE TPAMI 44, 5664, 2022) and published tables of this project.
COUNTS = [
    ((1, 1, 1), 0, 5),
    ((1, 1, 2), 0, 9),
    ((2, 1, 2), 0, 17),
    ((1, 2, 1), 0, 9),
    ((1, 2, 2), 0, 33),
    ((2, 2, 1), 0, 33),
    ((2, 2, 2), 1, 33),
    ((2, 2, 2), 0, 225),
    ((1, 3, 2), 0, 73),
    ((1, 1, 1, 1), 0, 17),
    ((1, 1, 1, 2), 0, 33),
    ((2, 1, 1, 2), 0, 81),
    ((2, 1, 2, 1), 0, 65),
    ((1, 2, 2, 1), 0, 129),
    ((1, 1, 1, 1, 1), 0, 49),
]


@pytest.mark.parametrize(("widths", "n_data", "count"), COUNTS)
@pytest.mark.parametrize("with_identities", [True, False])
def test_known_counts_are_proved(widths: tuple[int, ...], n_data: int, count: int, with_identities: bool) -> None:
    polynomials, n, identities = network(widths, n_data)
    bound = completeness_bound(polynomials, n, extra=identities if with_identities else ())
    assert bound.is_sharp and bound.bound == count
    assert bound.recheck(polynomials)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("widths", "count"),
    [((2, 2, 1, 2), 353), ((2, 2, 2, 1), 641), ((2, 2, 3), 705), ((3, 2, 2), 705), ((2, 3, 2), 1265)],
)
def test_larger_counts_are_proved(widths: tuple[int, ...], count: int) -> None:
    polynomials, n, identities = network(widths)
    bound = completeness_bound(polynomials, n, extra=identities)
    assert bound.is_sharp and bound.bound == count


def test_one_hidden_layer_needs_nothing_but_the_identities() -> None:
    """So its generic count is proved for the family: the identities hold for all data."""
    polynomials, n, identities = network((2, 2, 2))
    bound = completeness_bound(polynomials, n, extra=identities, goal=225)
    assert bound.combinations == identities and bound.bound == 225 and bound.n_modulo is None
    assert bound.recheck(polynomials)


def test_sizes_are_checked() -> None:
    with pytest.raises(InputError, match="do not fit"):
        deep_linear_identities((2, 1, 2), [[1]])
