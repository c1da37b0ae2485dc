"""Landscapes whose points a continuous symmetry moves are refused with what is known, before paths and from their ends."""

import pytest

import homotopy as ho
import polysys as ps
from homotopy.solving import moved_points as module
from homotopy.solving.moved_points import refuse_moved_points
from polysys.counts.moved_points import MovedPoints


def test_two_circles_that_turn_together_are_refused_before_any_path():
    with pytest.raises(ps.PositiveDimensionalError, match=r"continuous symmetry group of dimension 1 .* no stationary point is isolated \(proved\)"):
        ho.census(ps.expression("x1*y1 + x2*y2", "spheres 2-2"))


def test_what_the_group_fixes_is_counted_in_the_refusal():
    with pytest.raises(ps.PositiveDimensionalError, match="It fixes 2 of them, real or not: no other one is isolated"):
        refuse_moved_points(ps.expression("(x^2 + y^2 - 1)^2 + z^3 - z").sample())


def test_where_complex_points_alone_are_moved_the_census_goes_on():
    refuse_moved_points(ps.expression("(x^2 + y^2)^2 + x^2 + y^2 + z^4 - z^2").sample())


def test_where_exact_algebra_is_out_of_reach_ends_of_paths_decide(monkeypatch):
    monkeypatch.setattr(module, "moved_points", lambda _: MovedPoints(None))
    land = ps.expression("(x^2 + y^2 - 1)^2").sample()
    refuse_moved_points(land)
    refuse_moved_points(land, [[0j, 0j]])  # the group fixes it
    with pytest.raises(ps.PositiveDimensionalError, match="complex stationary points"):
        refuse_moved_points(land, [[0.6 + 0j, 0.8 + 1e-9j]])
