"""Predictions belong to laws: any model whose samples have a known law has them."""

from dataclasses import dataclass
from fractions import Fraction

import pytest

import polysys as ps
from polysys import theory
from polysys.errors import InputError
from polysys.models.laws import IsotropicGaussian, LayeredGaussian


@dataclass(frozen=True)
class Renamed(ps.SphericalPSpin):
    """A family of another name with the law of a glass."""

    family = "renamed"


def test_a_family_with_a_known_law_has_its_predictions():
    found = theory.mean_counts(Renamed(n=4, p=3))
    assert found.label == "renamed:n=4,p=3"
    assert found.total == theory.p_spin_counts(4, 3).total
    assert found.by_index == theory.p_spin_counts(4, 3).by_index


def test_the_laws_of_the_glasses():
    assert ps.SphericalPSpin(5, 3).law == IsotropicGaussian(5, ((3, Fraction(1)),))
    mixture = ps.SphericalPSpin(4, (2, 3), weights=(1, "1/2"), field="1/3").law
    assert mixture == IsotropicGaussian(4, ((2, Fraction(1)), (3, Fraction(1, 2))), Fraction(1, 3))
    assert mixture.degree is None and ps.SphericalPSpin(5, 3).law.degree == 3
    assert ps.SphericalPSpin(5, 3, field=1).law.degree is None
    assert ps.LayeredSpinGlass((2, 3)).law == LayeredGaussian((2, 3), (1, 1))


@pytest.mark.parametrize(
    "model",
    [
        ps.SphericalPSpin(4, 3, couplings="square-free"),
        ps.DataGlass((2, 2), data=ps.DataSource("gaussian", 3)),
        ps.DeepLinear((2, 2, 2)),
        ps.PolynomialNetwork((1, 1, 1)),
        ps.expression("x^4 - x"),
    ],
    ids=lambda model: model.label,
)
def test_a_model_without_a_known_law_is_refused_with_its_label(model):
    assert not theory.has_mean_counts(model)
    with pytest.raises(InputError, match="No exact mean counts") as caught:
        theory.mean_counts(model)
    assert model.label in caught.value.what


def test_networks_have_no_energy_windows():
    with pytest.raises(InputError, match="windows"):
        theory.mean_counts(ps.DeepLinear((1, 1, 1)), window=(0, 1))
