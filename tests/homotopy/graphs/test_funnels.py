"""Passes between minima, probabilities, frustration, overlaps against barriers: against values worked out by hand."""

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.graphs.funnels import (
    frustration,
    funnel,
    lowest_passes,
    occupation,
    pairs,
    typical_barrier,
)


@pytest.fixture(scope="module")
def wells():
    """Three wells and two barriers: x^6/6 - 5 x^4/4 + 2 x^2 + x/5; energies by the roots of its derivative."""
    g = ho.graph(ho.census(ps.expression("x^6/6 - 5*x^4/4 + 2*x^2 + x/5")))
    x = np.array(sorted(np.roots([1, 0, -5, 0, 4, 1 / 5]).real))
    v = x**6 / 6 - 5 * x**4 / 4 + 2 * x**2 + x / 5
    curvature = 5 * x**4 - 15 * x**2 + 4
    return g, x, v, curvature


def test_passes_are_the_highest_barrier_on_the_way(wells):
    g, _, v, _ = wells
    order = [0, 4, 2]  # minima by energy
    passes = lowest_passes(g)
    for i, a in enumerate(order):
        for j, b in enumerate(order):
            low, high = min(a, b), max(a, b)
            assert passes[i, j] == pytest.approx(v[low : high + 1].max() if a != b else v[a])


def test_occupation_and_frustration_by_hand(wells):
    g, _, v, curvature = wells
    t = 0.7
    weight = {k: np.exp(-v[k] / t) / np.sqrt(curvature[k]) for k in (0, 2, 4)}
    total = sum(weight.values())
    assert list(occupation(g, t).values()) == pytest.approx([weight[k] / total for k in (0, 4, 2)])
    barrier = {2: v[1] - v[2], 4: v[3] - v[4]}  # to the lowest minimum, from well 4 by way of well 2
    expected = sum(weight[k] * barrier[k] / (v[k] - v[0]) for k in (2, 4)) / (weight[2] + weight[4])
    assert v[3] > v[1] and frustration(g, t) == pytest.approx(expected)


def test_frustration_has_a_limit_at_low_temperature(wells):
    """The lowest competitor takes all the weight that the lowest minimum leaves, however small."""
    g, _, v, _ = wells
    assert frustration(g, 1e-4) == pytest.approx((v[3] - v[4]) / (v[4] - v[0]))


def test_mirror_images_are_one_minimum():
    g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2")))
    found = funnel(g)
    assert (found.n_minima, found.n_funnels, found.in_funnel, found.frustration) == (1, 1, 1.0, None)
    assert occupation(g, 1.0) == {0: 1.0} and typical_barrier(g) == pytest.approx(0.25)
    assert len(pairs(g).minima) == 0


def test_overlaps_and_barriers_of_a_glass_are_modulo_symmetry():
    g = ho.graph(ho.census("spherical-p-spin:n=4,p=4", seed=1))
    found = pairs(g)
    m = g.n_minima // 2
    assert found.minima.shape == (m * (m - 1) // 2, 2)
    passes, energies = lowest_passes(g), dict(g.network.nodes(data="energy"))
    nodes = list(g.network)
    for (a, b), overlap, distance, barrier in zip(
        found.minima.tolist(), found.overlap, found.distance, found.barrier, strict=True
    ):
        x, y = (np.array([float(c.mid()) for c in g.point(k).coordinates]) for k in (a, b))
        assert overlap == pytest.approx(abs(x @ y) / 4)  # |x|^2 = 4, and V(-x) = V(x)
        assert distance == pytest.approx(min(np.linalg.norm(x - y), np.linalg.norm(x + y)))
        mirror = next(k for k in nodes if np.allclose([float(c.mid()) for c in g.point(k).coordinates], -y))
        row = passes[nodes.index(a)]
        lowest = min(row[nodes.index(b)], row[nodes.index(mirror)])
        assert barrier == pytest.approx(lowest - max(energies[a], energies[b]))


def test_a_landscape_without_minima_has_no_funnel():
    g = ho.graph(ho.census(ps.expression("x^3/3 + x")))
    with pytest.raises(ho.HomotopyError, match="no minimum"):
        funnel(g)
    with pytest.raises(ho.HomotopyError, match="not positive"):
        frustration(g, 0.0)
    assert occupation(g, 1.0) == {}


def test_the_origin_has_no_direction():
    """A deep linear network of width 1 with two hidden layers: the origin is a minimum beside four mirror images."""
    net = ps.DeepLinear(widths=(1, 1, 1, 1), data=([[1]], [[4]]), l2=["1/5", "1/4", "1/3"])
    found = pairs(ho.graph(ho.census(net)))
    assert len(found.minima) == 1 and np.isnan(found.overlap[0]) and found.barrier[0] > 0


def test_a_minimum_without_weight_and_without_a_pass_does_not_count(wells, monkeypatch):
    g, *_ = wells
    passes = lowest_passes(g.quotient())
    expected = frustration(g, 1e-4)  # the highest minimum has the weight exp(-..) = 0
    passes[0, -1] = passes[-1, 0] = np.inf
    monkeypatch.setattr("homotopy.graphs.funnels.lowest_passes", lambda _: passes)
    assert frustration(g, 1e-4) == pytest.approx(expected)
    assert frustration(g, 10.0) == np.inf
