"""Patterns of one rectified unit: faces of central arrangements."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from homotopy.studies.assumptions.relu.arrangement import Face, FewData, drawn
from polysys.errors import InputError

L2 = Fraction(1, 20)


@pytest.mark.parametrize(("inputs", "m"), [(1, 2), (1, 5), (2, 3), (2, 6), (3, 5)])
def test_cells_are_as_many_as_schlaefli_counted_and_are_met_by_random_weights(inputs, m):
    data, d = drawn(m, L2, 3, inputs=inputs), inputs + 1
    cells = {f.active for f in data.faces if not f.kinks}
    assert len(cells) == 2 * sum(comb(m - 1, j) for j in range(d))
    weights = np.random.default_rng(0).normal(size=(4000, d))
    seen = {tuple(np.flatnonzero(row > 0).tolist()) for row in weights @ np.array(data.x, float).T}
    assert seen <= cells and len(seen) > 0.8 * len(cells)


def test_faces_alternate_to_the_euler_characteristic_of_a_sphere():
    faces = drawn(6, L2, 5, inputs=2).faces
    by_dimension = [sum(len(f.kinks) == k for f in faces) for k in (2, 1, 0)]  # points, arcs and cells on the sphere
    assert by_dimension[0] - by_dimension[1] + by_dimension[2] == 2
    assert {len(f.kinks) for f in faces} == {0, 1, 2} and len(set(faces)) == len(faces)


def test_the_faces_of_two_data_by_hand():
    data = FewData(((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))), (Fraction(0), Fraction(0)), L2)
    assert set(data.faces) == {
        Face((0, 1)), Face((0,)), Face((1,)), Face(()), Face((0,), (1,)), Face((1,), (0,)), Face((), (0,)), Face((), (1,))
    }  # fmt: skip


def test_dependent_data_are_refused():
    one, two = (Fraction(1), Fraction(1)), (Fraction(2), Fraction(2))
    for x in ((one, two), (one,)):
        with pytest.raises(InputError):
            FewData(x, (Fraction(0),) * len(x), L2)
