"""The coercivity test is a proof: what it accepts grows in every direction."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import QQ, ring

import polysys as ps
from polysys.algebra.coercivity import is_coercive
from polysys.formulations.expansion import nested_form
from tests.systems import NAMED

R, x, y = ring("x,y", QQ)
coefficients = st.integers(-3, 3).filter(bool)


@settings(max_examples=200)
@given(
    st.sampled_from([2, 4, 6]),
    st.sampled_from([2, 4]),
    st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 4)), coefficients, max_size=5),
)
def test_what_is_accepted_exceeds_any_bound_far_out(a, b, rest):
    """Along curves (t^(1/a) u, t^(1/b) v) the weighted degree is the power of t."""
    terms = {**rest, (a, 0): 4, (0, b): 4}
    potential = R.from_dict({e: QQ(c) for e, c in terms.items()})
    if not is_coercive(potential):
        return
    degree = [max(e[i] for e in potential.monoms() if not e[1 - i]) for i in (0, 1)]
    angles = np.linspace(0, 2 * np.pi, 400)
    u, v = np.cos(angles), np.sin(angles)
    values = [
        nested_form(terms, [t ** (1 / degree[0]) * u, t ** (1 / degree[1]) * v]).min() for t in (1e12, 1e18, 1e24)
    ]
    assert 0 < values[0] < values[1] < values[2]


@pytest.mark.parametrize(
    ("potential", "verdict"),
    [
        (x**4 + y**4 + x**2 * y, True),
        (x**4 + y**4 - 2 * x**2 * y**2, False),  # vanishes on the diagonals
        (x**4 + y**4 - x**2 * y**2, True),
        (x**4 + y**4 - 3 * x**2 * y**2, False),  # unbounded below
        (x**4 + y**4 + 9 * x**2 * y**2, True),
        (x**6 + y**2 - x**3 * y, True),
        (x**6 + y**2 - 2 * x**3 * y, False),
        (x**6 + y**2 - x**4 * y, False),
        (x**4 + 0 * y, False),
        (x**3 + y**2, False),
        (-(x**2) + y**2, False),
        (x**2 * y**2 + x**2 + y**2, False),  # coercive, but not shown: the highest term is mixed
        (x**2 * y**2 + x**2, False),
        (x * y, False),
        (R(3), False),
    ],
)
def test_hand_checked_potentials(potential, verdict):
    assert is_coercive(potential) is verdict


@pytest.mark.parametrize("named", [n for n in NAMED if n.domain == "euclidean"], ids=lambda n: n.name)
def test_a_potential_called_coercive_has_the_euler_characteristic_of_its_literature_counts(named):
    landscape = named.landscape()
    alternating = sum((-1) ** k * count for k, count in enumerate(named.by_index))
    assert landscape.euler_characteristic in (None, alternating)


def test_a_network_with_l2_on_every_weight_is_coercive_by_its_structure_and_without_is_not():
    for label, value in (
        ("deep-linear:widths=2-2-2,data=gaussian", 1),
        ("deep-linear:widths=2-2-2,data=gaussian,l2=0", None),
        ("polynomial-network:widths=1-2-1,activation=z^2,data=gaussian", 1),
    ):
        landscape = ps.model_from_label(label).sample(seed=1)
        assert landscape.euler_characteristic == value
    mixed = ps.DeepLinear((1, 1, 1), ([[1]], [[1]]), l2=(1, 0)).sample()
    assert mixed.euler_characteristic is None


def test_a_coercive_loss_lies_above_its_l2_term():
    model = ps.model_from_label("polynomial-network:widths=1-2-1,activation=z^3-z,data=gaussian,m=2,bias=yes")
    landscape = model.sample(seed=3)
    rng = np.random.default_rng(0)
    for _ in range(20):
        z = [Fraction(int(v), 8) for v in rng.integers(-80, 81, landscape.domain.n)]
        (value,) = landscape.tapes.energy.evaluate(z)
        assert value >= sum(l2 * w * w for l2, w in zip(landscape.couplings["l2"], z, strict=True)) / 2
