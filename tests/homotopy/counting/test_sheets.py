"""What a census prints: counts up to symmetry, the group, singular points that are real."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import homotopy as ho
import polysys as ps
from homotopy.certification.symmetry_action import first_of_orbit, images
from tests.polysys.test_automorphisms import ring_of_wells


def orbits_of_minima(census: ho.Census) -> int:
    """Counted on the points themselves."""
    points = [[float(c.mid()) for c in p.coordinates] for p in census.minima]
    maps = images(np.array(points), census.landscape.symmetry.generators)
    assert (maps >= 0).all() or not maps.size
    return len(set(first_of_orbit(maps).tolist())) if maps.size else len(points)


def test_a_ring_of_five_wells_has_two_kinds_of_minima() -> None:
    census = ho.census(ring_of_wells(5))
    assert (census.n_minima, census.n_minima_orbits, orbits_of_minima(census)) == (12, 2, 2)
    text = repr(census)
    assert "63 points (8 up to symmetry), 0 undecided; 12 minima (2 up to symmetry)" in text
    group = "22 up to symmetry of order 20: all signs at once; D_5 on x0, x1, .., x4"
    assert f"\n  complex    243 of 243 solutions certified distinct, {group}\n" in text
    assert "2 up to symmetry" in census._repr_html_() and "order 20" in census._repr_html_()
    assert census.summary()["symmetry"]["order"] == 20 and census.summary()["n_minima_orbits"] == 2


def test_points_of_one_class_are_images_of_each_other_only_where_the_degree_is_even() -> None:
    for p, n_up_to_symmetry in ((3, 1), (4, 0.5)):
        for n in (1, 3):
            census = ho.census(ps.SphericalPSpin(n=n, p=p).sample(1))
            assert census.n_minima_orbits == orbits_of_minima(census) == census.n_minima * n_up_to_symmetry
            assert ("up to symmetry" in repr(census)) is ("certified distinct, symmetry of order 2: " in repr(census)) is (p == 4)


def test_a_singular_point_that_is_real_is_said_to_be() -> None:
    text = repr(ho.census(ps.expression("x^4/4 - y^2 + 2")))
    assert "\n  singular   1 isolated real point of multiplicity 3 (proved), at energy 2\n" in text


def test_a_singular_minimum_below_every_counted_point_is_told() -> None:
    """x^4 times a quadratic that is positive everywhere: least at 0, where the derivative vanishes to the third order."""
    text = repr(ho.census(ps.expression("x^4*(x^2 - 9/4*x + 13/10) + y^2")))
    assert "  complex    2 of at most 3 " in text and "(proved), at energy 0, lower than every counted point\n" in text
    assert "lower than" not in repr(ho.census(ps.expression("x^4*(x^2 - 9/4*x + 5/4) + y^2")))  # its well reaches below 0


def test_a_potential_or_equations_of_ones_own_name_their_variables() -> None:
    assert repr(ho.census(ps.expression("x^2*y + z^2 - y"))).startswith("Census of expression:user in x, y, z (seed 0, digest ")
    assert repr(ho.solve(ps.equations(["x^2 = 2"]))).startswith("Solutions of equations:user in x (digest ")
    assert repr(ho.census(ps.SphericalPSpin(n=2, p=3).sample(1))).startswith("Census of spherical-p-spin:n=2,p=3 (seed 1, ")


def test_minima_are_a_lower_bound_where_an_index_is_not_known() -> None:
    census = ho.census(ps.expression("x^4/4 - x^2/2"))
    first, *others = census.points
    text = repr(replace(census, points=(replace(first, index=None), *others)))
    assert "0 undecided; at least 1 minimum\n" in text
    assert "1  1, 1 undecided     Euler characteristic not known, expected 1\n" in text
