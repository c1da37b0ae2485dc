"""Polynomials near activations: their proved errors hold and are sharp, and networks take them."""

from fractions import Fraction

import numpy as np
import pytest

import polysys as ps
from polysys.errors import InputError
from polysys.models.polynomial_activations import _FUNCTIONS
from polysys.reading.elementwise import polynomial_of


@pytest.mark.parametrize("name", _FUNCTIONS)
@pytest.mark.parametrize(("degree", "low", "high"), [(3, -2, 2), (6, "-1/2", 3)])
def test_the_proved_error_holds_and_is_sharp(name, degree, low, high):
    found = ps.polynomial_activation(name, degree=degree, range=(low, high))
    x = np.linspace(float(Fraction(low)), float(Fraction(high)), 20_001)
    seen = np.abs([_FUNCTIONS[name][1](float(v)) for v in x] - found(x)).max()
    assert seen <= float(found.error) <= 1.01 * seen + 1e-9
    assert found.degree <= degree and all((c * 2**20).denominator == 1 for c in found.coefficients)


def test_the_polynomial_of_degree_one_near_exp_by_hand():
    """The best line near exp on [0, 1] has the error (2 - (e - 1)(1 - log(e - 1))) / 2 / .. = 0.1059; interpolation is close to it."""
    found = ps.polynomial_activation("exp", degree=1, range=(0, 1))
    assert 0.1059 < float(found.error) < 0.14


def test_networks_and_forwards_take_it():
    tanh = ps.polynomial_activation("tanh")
    assert polynomial_of(tanh) == tanh.coefficients and "within" in repr(tanh)
    net = ps.PolynomialNetwork((1, 1, 1), tanh.text, ([[1]], [[2]]), "1/3")
    assert net.sample().system.n == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"name": "relu"}, "There is no activation 'relu'"),
        ({"name": "tanh", "degree": 0}, "degree = 0"),
        ({"name": "tanh", "degree": True}, "degree = True"),
        ({"name": "tanh", "range": (1, 1)}, "no interval"),
        ({"name": "tanh", "range": 3}, "no pair"),
        ({"name": "exp", "range": (0, 100)}, "no interval"),
    ],
)
def test_what_cannot_be_is_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        ps.polynomial_activation(**arguments)
