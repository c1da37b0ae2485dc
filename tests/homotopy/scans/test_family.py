"""The landscapes of a scan as one exact potential."""

from fractions import Fraction

import pytest

import polysys as ps
from homotopy.scans.family import family_through
from homotopy.scans.members import scanned_model
from homotopy.scans.values import linspace
from polysys.system import exact_terms


def _family(model, name, low, high, seed=3):
    def at(value):
        return model.with_value(name, value).sample(seed)

    return family_through(at, Fraction(low), Fraction(high)), at


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (ps.expression("a^3*x^4 - (a - 2)^2*x*y + y^4", parameters={"a": 1}), "a"),
        (ps.SphericalPSpin(n=3, p=3), "field"),
        (ps.model_from_label("soft-spin-lattice:lattice=3"), "J"),
        (ps.model_from_label("polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=3"), "l2"),
    ],
)
def test_the_potential_is_found_exactly(model, name):
    family, at = _family(model, name, "1/7", 2)
    for value in (Fraction(1, 7), Fraction(22, 7), Fraction(5)):
        assert family.at(value) == exact_terms(at(value).potential)


def test_the_degree_in_the_parameter_is_as_high_as_it_is():
    family, _ = _family(ps.expression("x^4 + a^9*x", parameters={"a": 1}), "a", 0, 1)
    assert family.terms == {(1, 9): 1, (4, 0): 1}


def test_what_is_no_polynomial_has_no_family():
    assert (
        family_through(lambda a: ps.expression(f"x^4 + ({1 / (1 + a)})*x").sample(), Fraction(1), Fraction(2)) is None
    )


def test_symmetries_hold_at_all_values():
    family, _ = _family(ps.expression("x^4/4 + y^4/4 - a*x*y - (1 - a)*z^2 + z^4", parameters={"a": 1}), "a", 0, 2)
    assert family.symmetry.order == 8
    odd, _ = _family(ps.expression("x^4 + a*x", parameters={"a": 1}), "a", -1, 1)
    assert odd.symmetry.order == 1


def test_random_networks_scale_their_l2_values():
    small = ps.model_from_label("deep-linear:widths=2-1-2,data=iris,l2=random*1/10")
    assert small.label == "deep-linear:widths=2-1-2,data=iris,l2=random*1/10"
    assert ps.model_from_label(small.label) == small
    one = ps.model_from_label("deep-linear:widths=2-1-2,data=iris").sample(4)
    assert (small.sample(4).couplings["l2"] * 10 == one.couplings["l2"]).all()


def test_all_values_share_one_potential_function():
    values = linspace(0, 1, 5)
    scanned = scanned_model(ps.SphericalPSpin(n=3, p=3), "field", values, seed=1, n_samples=1, first_sample=0)
    lands = [scanned.sample(1, k) for k in range(5)]
    assert scanned.shared == (0, 1, 1, 1, 1)  # without a field there are fewer couplings
    assert lands[4].shares_tapes_with(lands[1]) and not lands[0].shares_tapes_with(lands[1])
    for value, land in zip(values, lands, strict=True):
        assert land.digest == ps.SphericalPSpin(n=3, p=3, field=value).sample(1).digest
