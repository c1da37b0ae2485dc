"""Which stationary points a continuous symmetry moves: by hand, on each kind of domain."""

import pytest

import polysys as ps
from polysys.continuous_symmetry import completed_on_spheres
from polysys.counts.moved_points import moved_points


@pytest.mark.parametrize(
    ("text", "domain", "moves", "moves_real", "n_fixed"),
    [
        ("(x^2 + y^2 - 1)^2", "euclidean", True, True, 1),  # a circle about the origin
        ("((x + 2*y)^2 + 3*(x - y)^2 - 1)^2", "euclidean", True, True, 1),  # an ellipse: a rotation in other coordinates
        ("(x^2 + y^2 - 1)^2 + z^3 - z", "euclidean", True, True, 2),  # the origin of the plane, two values of z
        ("(x^2 + y^2)^2 + x^2 + y^2 + z^4 - z^2", "euclidean", True, False, 3),  # x^2 + y^2 = -1/2, and the cone x^2 + y^2 = 0 has no more
        ("(x^2 + 2*y^2)^2 + x^2 + 2*y^2", "euclidean", True, False, 1),  # the same for an ellipse
        ("(x^2 - y^2 - 1)^2", "euclidean", True, True, 1),  # a hyperbola and the origin
        ("(x*y)^2 + x*y", "euclidean", True, True, 1),  # x*y = -1/2, which lines x = k y of one sign miss
        ("(x - y)^4 + (y - z)^4 + (z - x)^4", "euclidean", True, True, 0),  # a line of points of multiplicity 9
        ("(x^2 + y^2)*(z^2 + w^2 - 1)", "euclidean", True, True, 1),  # a plane of them, which two rotations leave as it is
        ("x^2 + y^2 + z^2", "euclidean", False, False, None),  # the origin alone, which is fixed
        ("x^2 - 3*y^2", "euclidean", False, False, None),  # boosts
        ("(x - y)^4 - (x - y)^2", "euclidean", True, True, 0),  # translations fix nothing
        ("x^4 + y^4 - x*y", "euclidean", False, False, None),  # no symmetry
        ("x^2 + y^2 + 2*z^2", "sphere", True, True, 2),  # the poles, and a circle of minima
        ("z^3 + x^2 + y^2", "sphere", True, True, 2),  # z = 2/3 and z = 0 are circles of stationary points
        ("x^2 + y^2 + 3*z", "sphere", True, False, 2),  # 2 z = 3: no real circle
    ],
)
def test_the_points_that_a_group_moves_and_those_that_it_fixes_are_told_apart(text, domain, moves, moves_real, n_fixed):
    found = moved_points(ps.expression(text, domain).sample())
    assert (found.moves, found.moves_real, found.n_fixed, found.is_proved) == (moves, moves_real, n_fixed, False)


XY_CHAIN = "a1*b1 + a2*b2 + 2*(b1*c1 + b2*c2)"
XY_RING = " + ".join(f"{v}{k}*{w}{k}" for v, w in zip("abcdefghijkl", "bcdefghijkla", strict=True) for k in (1, 2))


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("x1*y1 + x2*y2", "spheres 2-2"),
        ("x1*y1 + x2*y2 + x3*y3", "spheres 3-3"),
        ("(x1*y1 + x2*y2)^2 + x1*y1 + x2*y2", "spheres 2-2"),
        ("x1*y2 - x2*y1 + 2*x1*y1 + 2*x2*y2", "spheres 2-2"),
        ("x1*y1 - x2*y2", "spheres 2-2"),  # the circles turn against each other
        ("x1*y1*(x1^2 + x2^2) + x2*y2", "spheres 2-2"),  # a rotation of the function, not of the polynomial
        (XY_CHAIN, "spheres 2-2-2"),
        (f"{XY_CHAIN} + a1*c1 + a2*c2", "spheres 2-2-2"),
        (XY_RING, "spheres " + "-".join("2" * 12)),
    ],
)
def test_rotations_that_fix_no_point_of_a_sphere_move_all_points(text, domain):
    found = moved_points(ps.expression(text, domain).sample())
    assert (found.moves, found.moves_real, found.n_fixed, found.is_proved) == (True, True, 0, True)


@pytest.mark.parametrize("text", [f"{XY_CHAIN} + a1", "2*a1*b1 + a2*b2 + b1*c1 + b2*c2", "a1*b2*c1 + a2*b1 + a1^2 + c2"])
def test_a_field_or_anisotropy_leaves_nothing_to_name(text):
    assert moved_points(ps.expression(text, "spheres 2-2-2").sample()).moves is False


def test_a_potential_on_spheres_is_completed_by_their_radii():
    land = ps.expression("x^3 + x + y^2 + 3", "sphere R2=2").sample()
    x, y = land.potential.ring.gens
    r = (x**2 + y**2) / 2
    assert completed_on_spheres(land.potential, land.domain) == x**3 + r * x + y**2 + 3 * r
