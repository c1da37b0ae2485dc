"""Rectified units: cells against the network itself, and an independent dense search that finds nothing else."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

import polysys as ps
from homotopy.studies.assumptions.relu import (
    ALL_GLOBAL,
    FewData,
    _global,
    cell_loss,
    cell_points,
    drawn,
    is_inside,
    relu_points,
)

L2 = Fraction(1, 20)


def loss_and_gradient(p, data):
    """The network itself, in doubles: rows (w1, b1, a1, w2, b2, a2)."""
    x, y, l2 = np.array(data.x, float), np.array(data.y, float), float(data.l2)
    w, b, a = (p[:, k::3, None] for k in range(3))
    z = w * x + b
    active = z > 0
    r = (a * z * active).sum(1) - y
    gradient = np.empty_like(p)
    pull = r[:, None] * a * active
    gradient[:, 0::3], gradient[:, 1::3] = (pull * x).sum(2), pull.sum(2)
    gradient[:, 2::3] = (r[:, None] * z * active).sum(2)
    return (r**2).sum(1) / 2 + l2 * (p**2).sum(1) / 2, gradient + l2 * p, z


def newton(p, data, steps=60):
    """Newton's method on the polynomial of the cell where each point is, the Hessian by differences of the gradient in it."""
    for _ in range(steps):
        _, gradient, z = loss_and_gradient(p[None], data)
        hessian = hessian_in_cell(p, data, z[0] > 0)
        step = np.linalg.lstsq(hessian, gradient[0], rcond=1e-9)[0]
        p = p - step * min(1.0, 0.5 / max(np.linalg.norm(step), 1e-300))
    return p


def hessian_in_cell(p, data, active):
    x, y = np.array(data.x, float), np.array(data.y, float)
    jacobian, hessian, output = np.zeros((6, len(x))), np.zeros((6, 6)), np.zeros(len(x))
    for k in range(2):
        w, b, a = p[3 * k : 3 * k + 3]
        z = (w * x + b) * active[k]
        output += a * z
        jacobian[3 * k : 3 * k + 3] = a * active[k] * x, a * active[k], z
    for k in range(2):
        r = (output - y) * active[k]
        hessian[3 * k, 3 * k + 2], hessian[3 * k + 1, 3 * k + 2] = (r * x).sum(), r.sum()
    return hessian + hessian.T + jacobian @ jacobian.T + float(data.l2) * np.eye(6)


def searched(data, n, seed):
    """What Newton's method from random points, and from points that have descended, ends at off kinks: pattern and energy."""
    rng = np.random.default_rng(seed)
    starts = rng.normal(0, 1, (n, 6))
    descended = starts[: n // 3].copy()
    for _ in range(1500):
        descended -= 0.01 * loss_and_gradient(descended, data)[1]
    found = set()
    for p in np.vstack([starts, descended]):
        end = newton(p, data)[None]
        value, gradient, z = loss_and_gradient(end, data)
        if np.abs(gradient).max() < 1e-10 and np.abs(z).min() > 1e-7:
            pattern = tuple(sorted(tuple(np.flatnonzero(unit > 0).tolist()) for unit in z[0]))
            found.add((pattern, round(float(value[0]), 6)))
    return found


def listed(data):
    points = relu_points(data)
    isolated = {(tuple(sorted(p.masks)), round(p.energy, 6)) for p in points.isolated}
    return isolated | {(p.masks * 2, round(p.energy, 6)) for p in points.arcs}


def test_masks_are_the_patterns_of_a_unit():
    data = drawn(5, L2, 3)
    rng, x = np.random.default_rng(0), np.array(data.x, float)
    seen = {tuple(np.flatnonzero(w * x + b > 0).tolist()) for w, b in rng.normal(size=(4000, 2))}
    assert seen - {()} == set(data.masks) and len(data.masks) == 9


def test_in_each_cell_the_polynomial_is_the_loss():
    data, rng = drawn(4, L2, 2), np.random.default_rng(1)
    for p in rng.normal(size=(20, 6)):
        value, _, z = loss_and_gradient(p[None], data)
        masks = [tuple(np.flatnonzero(unit > 0).tolist()) for unit in z[0]]
        land = ps.expression(cell_loss(data, masks)).sample()
        named = dict(zip(("w1", "b1", "a1", "w2", "b2", "a2"), p, strict=True))
        found = land.potential_function(np.array([named[v] for v in land.variables]), land.couplings)
        assert float(found) == pytest.approx(float(value[0]), rel=1e-9)
        assert is_inside(data, masks, [arb(float(v)) for v in p])
        other = [(0, 1, 2, 3) if mask != (0, 1, 2, 3) else (0,) for mask in masks]
        assert is_inside(data, other, [arb(float(v)) for v in p]) is False


def test_a_point_on_a_kink_is_not_placed():
    data = FewData((Fraction(0), Fraction(1)), (Fraction(1), Fraction(2)), L2)
    assert (
        is_inside(data, [(1,)], [arb(1), arb(0), arb(1)]) is None
    )  # active on the second datum, on the edge of the first


def test_one_unit_on_one_datum_is_the_double_well_worked_out_by_hand():
    """V = (a (w x + b) - y)^2 / 2 + l2 (..)/2 with x = 1, y = 3, l2 = 1: a^2 = w^2 + b^2, residual -1 / sqrt 2."""
    data = FewData((Fraction(1),), (Fraction(3),), Fraction(1))
    (point,), n_kinks = cell_points(data, [(0,)])
    square = (3 - 2**-0.5) / 2**0.5  # a^2, as a * sqrt(2) |v| = 3 - 1 / sqrt 2 with |v| = a
    assert point.index == 0 and n_kinks == 1 and point.energy == pytest.approx(0.25 + square)
    assert point.place == pytest.approx(((square / 2) ** 0.5, (square / 2) ** 0.5, square**0.5))


def test_verdicts_on_minima():
    def verdict(isolated, arcs):
        return _global(0, {"isolated": isolated, "arcs": arcs, "kinks": 3}).verdict

    assert [verdict([[0, 1.0], [1, 2.0]], [[0, 1.5]]), verdict([[0, 1.0]], [[1, 2.0]]), verdict([], [])] == [
        "fails",
        "undecided",
        "undecided",
    ]
    assert _global(0, {"open": "x"}).statement == ALL_GLOBAL


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_a_dense_search_finds_nothing_that_is_not_listed(seed):
    """Two thousand runs of Newton's method, a quarter of them after a descent."""
    data = drawn(4, L2, 1000 + seed)
    assert searched(data, 1500, seed) <= listed(data)


def test_a_dense_search_on_three_data():
    data = drawn(3, L2, 4)
    assert searched(data, 150, 0) <= listed(data)
