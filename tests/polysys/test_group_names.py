"""Groups in words: against groups that are known by hand."""

from __future__ import annotations

import pytest

import polysys as ps
from polysys.group_names import group_in_words
from polysys.models.labels import model_from_label
from tests.polysys.test_automorphisms import ring_of_wells, rotors


def words(landscape: ps.Landscape) -> str:
    return group_in_words(landscape.symmetry, landscape.variables)


@pytest.mark.parametrize(
    ("potential", "expected"),
    [
        ("x^4 + x + y^2 + x*y^2 + y", ""),
        ("x^4 + y^2 + y", "order 2: the sign of x"),
        ("x^4 + z^4 + x*z + y^2 + y", "order 4: the signs of x, z; S_2 on x, z"),
        ("x^4 + x^2 + y^4 + z^2*x", "order 4: 4 changes of signs"),
        ("x^3 + y^3 + z^3 + x^4 + y^4 + z^4", "order 6: S_3 on x, y, z"),
        ("x^4 + y^4 + z^4 + x^2*y + y^2*z + z^2*x", "order 3: Z_3 on x, y, z"),
        ("x^4 + y^4 + x^3*y - x*y^3", "order 4: all signs at once; S_2 on x, y with signs"),  # a quarter turn: cyclic
        ("x^3 + y^3 + u^5 + v^5", "order 4: S_2 on u, v; S_2 on x, y"),
        ("(x + u^3)^2 + (y + v^3)^2 + x + y + x^4 + y^4", "order 2: S_2 on 2 blocks of 2 variables"),
    ],
)  # fmt: skip
def test_small_groups(potential: str, expected: str) -> None:
    assert words(ps.expression(potential).sample()) == expected


def test_rings_have_the_symmetries_of_polygons() -> None:
    assert words(ring_of_wells(5)) == "order 20: all signs at once; D_5 on x0, x1, .., x4"
    assert words(ring_of_wells(4)) == "order 16: all signs at once; D_4 on x0, x1, x2, x3"


def test_rotors_on_a_complete_graph_are_permuted_and_so_are_their_components() -> None:
    both = "S_6 on 6 blocks of 2 variables; S_2 on 2 blocks of 6 variables"
    assert words(rotors(6)) == f"order 5760: 4 changes of signs; {both}"  # the square's 8 = 4 signs x 2, times 6!


def test_neurons_are_exchanged_and_their_signs_changed() -> None:
    network = model_from_label("deep-linear:widths=2-3-2,data=iris,l2=1/10").sample(seed=1)
    assert words(network) == "order 48: 8 changes of signs; S_3 on 3 blocks of 4 variables"


def test_a_group_that_is_no_product_of_plain_ones_is_given_by_its_generators() -> None:
    torus = model_from_label("soft-spin-lattice:lattice=3x3,J=1/10").sample(seed=1)  # (S_3 x S_3) with both directions exchanged
    assert words(torus).startswith("order 144: all signs at once; 72 permutations from ")
