"""All minima of small networks with rectified units: by hand, by a census of cells, by an independent dense search."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx

from homotopy.studies.assumptions.relu.arrangement import Face, FewData, drawn
from homotopy.studies.assumptions.relu.cells import cell_points, is_inside
from homotopy.studies.assumptions.relu.points import stationary_points
from homotopy.studies.assumptions.relu.rectified import measure, solved_again
from homotopy.studies.assumptions.relu.restricted import PRECISION, Restricted, Undecided
from tests.homotopy.studies.assumptions.relu.dense_search import Network, search

L2 = Fraction(1, 20)


def keyed(points):
    return {
        (tuple(sorted((f.active, f.kinks) for f in p.faces * (3 - len(p.faces)))), round(p.energy, 7)) for p in points
    }


def weights_of(point):
    """Parameters of a point: w = c / sqrt |c|, a = sqrt |c| up to the sign that puts w on its face."""
    parts = []
    for c in point.c if len(point.c) == 2 else [np.array(point.c[0]) / 2] * 2:
        c = np.array(c)
        parts.append((c / np.sqrt(np.linalg.norm(c)), np.sqrt(np.linalg.norm(c))))
    return parts


def on_faces(data, point):
    row = []
    for face, (w, a) in zip(point.faces * (3 - len(point.faces)), weights_of(point), strict=True):
        sign = 1 if np.array(data.x[face.active[0]], float) @ w > 0 else -1
        row += [*(sign * w), sign * a]
    return np.array(row)


def test_one_cell_on_one_active_datum_is_the_double_well_worked_out_by_hand():
    """V = (a (w x + b) - y)^2 / 2 + l2 (..)/2 with x = 1, y = 3, l2 = 1: a^2 = w^2 + b^2 = c, residual -1 / sqrt 2."""
    data = FewData(((Fraction(1), Fraction(1)), (Fraction(-1), Fraction(1))), (Fraction(3), Fraction(0)), Fraction(1))
    square = (3 - 2**-0.5) / 2**0.5  # a^2, as a * sqrt(2) |v| = 3 - 1 / sqrt 2 with |v| = a
    problem = Restricted(data, (Face((0,)),))
    with ctx.workprec(PRECISION):
        z = problem.minimum()
        assert float(problem.energy(z)) == pytest.approx(0.25 + square)
    # its w x + b is zero at the other datum, exactly: the point is on a kink, which balls cannot decide
    with pytest.raises(Undecided):
        stationary_points(data)


def test_a_point_on_a_kink_is_not_placed_by_its_cell():
    data = FewData(((Fraction(0), Fraction(1)), (Fraction(1), Fraction(1))), (Fraction(1), Fraction(2)), L2)
    assert is_inside(data, [Face((1,))], [[arb(1), arb(0)]]) is None
    assert is_inside(data, [Face((0, 1))], [[arb(1), arb(1)]]) is True
    assert is_inside(data, [Face((0,))], [[arb(1), arb(1)]]) is False


def compare_with_censuses(data, cells):
    """The list by convexity against the polynomial of each cell, one and two units, whether there is a point or not."""
    found = stationary_points(data)
    smooth = {p.faces: p for p in (*found.isolated, *found.arcs) if not p.n_kinks}
    n_points = 0
    for faces in [(f,) for f in cells] + [(f, g) for i, f in enumerate(cells) for g in cells[i + 1 :]]:
        point = smooth.get(faces) or smooth.get(faces[::-1])
        n_points += point is not None
        assert solved_again(data, point) if point is not None else cell_points(data, faces) == []
    return n_points


def test_the_stationary_points_of_some_cells_are_those_of_their_census():
    data = drawn(3, L2, 1002)
    assert compare_with_censuses(data, [f for f in data.cells if f.active in ((0, 1, 2), (1, 2))]) >= 1


@pytest.mark.slow
def test_the_stationary_points_of_every_cell_are_those_of_its_census():
    """1-2-1 on the data of the study: 8 cells of one unit, 28 of two."""
    for seed in (1001, 1002):
        data = drawn(4, L2, seed)
        assert compare_with_censuses(data, data.cells) >= 2


@pytest.mark.parametrize(("inputs", "m", "seed"), [(1, 4, 1004), (1, 4, 1002), (2, 3, 1001)])
def test_listed_points_are_stationary_and_of_their_index_in_the_network_itself(inputs, m, seed):
    data = drawn(m, L2, seed, inputs=inputs)
    net, found, rng = Network(data), stationary_points(data), np.random.default_rng(0)
    assert found.minima and not found.zero_is_minimum
    for p in (*found.isolated, *found.arcs):
        place = on_faces(data, p)
        value = net.loss(place[None])[0]
        assert value == pytest.approx(p.energy, abs=1e-12)
        steps = rng.normal(size=(3000, len(place)))
        steps *= 1e-4 / np.linalg.norm(steps, axis=1, keepdims=True)
        near = net.loss(place + steps) - value
        if p.n_kinks == 0:
            assert np.abs(net.gradient(place[None])).max() < 1e-9
        assert (near.min() > -1e-11) == (p.index == 0)


def test_arcs_that_lead_down_do():
    data = drawn(4, L2, 1001)
    net, rng = Network(data), np.random.default_rng(1)
    arcs = [p for p in stationary_points(data).arcs if p.index == 0]
    assert any(p.leads_down for p in arcs)
    for p in arcs:
        (w, _), _ = weights_of(p)
        end = np.concatenate([on_faces(data, p)[: len(w) + 1] * np.sqrt(2), np.zeros(len(w) + 1)])
        assert net.loss(end[None])[0] == pytest.approx(p.energy, abs=1e-12)
        steps = np.zeros((20000, len(end)))
        u = rng.normal(size=(20000, len(w)))
        steps[:, len(w) + 1 : -1] = 1e-2 * u / np.linalg.norm(u, axis=1, keepdims=True)
        steps[:, -1] = 1e-2 * rng.choice([-1, 1], 20000)
        falls = bool((net.loss(end + steps) < p.energy - 1e-9).any())
        assert falls == p.leads_down


def test_old_counts_off_kinks():
    """Those that a census of all cells found: isolated points and arcs, all of index 0."""
    expected = [
        ([], [0.08684]),
        ([0.07872], [0.25733, 0.52342, 1.21943]),
        ([0.10655], [0.10048]),
        ([], [0.17932]),
        ([], [0.30899]),
    ]
    for k, (isolated, arcs) in enumerate(expected):
        found = stationary_points(drawn(4, L2, 1000 + k))
        for points, energies in ((found.isolated, isolated), (found.arcs, arcs)):
            smooth = [p for p in points if not p.n_kinks]
            assert sorted(round(p.energy, 5) for p in smooth) == energies and all(p.index == 0 for p in smooth)


def test_strong_l2_leaves_the_network_without_weights():
    found = stationary_points(drawn(3, Fraction(50), 4))
    assert found.zero_is_minimum and not found.isolated and not found.arcs


def test_a_search_of_three_data_finds_nothing_else():
    data = drawn(3, L2, 4)
    found, smooth, lost, _ = search(Network(data), 40, 20, 0)
    points = stationary_points(data)
    assert found and found <= keyed(points.minima) and smooth <= keyed([*points.isolated, *points.arcs]) and lost < 6


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000, 1005))
@pytest.mark.parametrize(("inputs", "m"), [(1, 4), (2, 5)])
def test_a_dense_search_finds_nothing_that_is_not_listed(inputs, m, seed):
    """1500 descents and 500 runs of Newton's method on each of the data sets of the study."""
    data = drawn(m, L2, seed, inputs=inputs)
    found, smooth, lost, _ = search(Network(data), 1500, 500, seed)
    points = stationary_points(data)
    assert found and found <= keyed(points.minima) and smooth <= keyed([*points.isolated, *points.arcs]) and lost < 75


@pytest.mark.slow
def test_a_census_of_2_2_1_agrees_in_cells_with_two_units():
    data = drawn(5, L2, 1004, inputs=2)
    smooth = [p for p in stationary_points(data).isolated if not p.n_kinks]
    assert len(smooth) == 3 and all(solved_again(data, p) for p in smooth)


def test_what_is_open_is_said():
    assert "open" not in measure([1, 3, "1/20", 4])
