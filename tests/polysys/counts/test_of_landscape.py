"""Which theorem bounds the number of solutions of a landscape, for each formulation and for families that know more."""

import numpy as np
import pytest

import polysys as ps
from polysys.counts import cartwright_sturmfels, friedland_ottaviani, nie_ranestad, of_landscape

# the theorem of the domain alone, and the generic count of the family
CASES = [
    ("spherical-p-spin:n=4,p=3", cartwright_sturmfels(4, 3).value, 15),
    ("layered-spin-glass:widths=3-3-3", friedland_ottaviani((3, 3, 3), (1, 1, 1)).value, 37),
    ("spherical-p-spin:n=3,p=2-3", nie_ranestad(3, 3).value, None),
    ("deep-linear:widths=2-1-2,data=gaussian,m=2", None, 17),
    ("deep-linear:widths=2-2-2,data=gaussian,m=2", None, None),
]


@pytest.mark.parametrize(("label", "domain", "generic"), CASES, ids=[c[0] for c in CASES])
def test_the_theorem_of_a_landscape(label, domain, generic):
    land = ps.model_from_label(label).sample(1)
    of_domain, of_family = of_landscape.domain_count(land), of_landscape.generic_count(land)
    assert (None if of_domain is None else of_domain.value) == domain
    assert (None if of_family is None else of_family.value) == generic


@pytest.mark.parametrize("label", [c[0] for c in CASES])
def test_all_theorems_are_among_the_bounds_which_come_in_order(label):
    land = ps.model_from_label(label).sample(1)
    bounds = of_landscape.upper_bounds(land)
    assert all(b.is_proved_bound for b in bounds)
    assert [b.value for b in bounds] == sorted(b.value for b in bounds)
    for theorem in (of_landscape.domain_count(land), of_landscape.generic_count(land)):
        assert theorem is None or theorem in bounds
    assert bounds[-1].value <= np.prod(land.system.degrees, dtype=object)


def test_the_degree_of_a_generic_member_may_be_higher_than_the_landscape_s():
    land = ps.expression("x^2 + 2*y^2 + z", "sphere", variables=["x", "y", "z"]).sample()
    cubic = ps.expression("x^3 + y^3 + z^3 + x", "sphere").sample().potential
    assert of_landscape.domain_count(land).value == nie_ranestad(3, 2).value
    assert of_landscape.domain_count(land, cubic).value == nie_ranestad(3, 3).value
