"""Exact algebra as an engine: all candidates of hard inputs are certified, pairs that are equal in doubles among them."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from sympy import QQ, ring

import polysys as ps
from homotopy.certification.zeros import certify
from homotopy.engines.algebra.client import exact_solutions
from homotopy.engines.algebra.engine import AlgebraEngine
from homotopy.engines.base import Request
from homotopy.errors import EngineCrashError, EngineTimeoutError
from homotopy.options import Options
from homotopy.status import Verdict
from polysys.algebra import Stop
from polysys.algebra.algebraic_points import AlgebraicPoint
from polysys.system import PolynomialSystem

_, X = ring("x", QQ)


@pytest.mark.parametrize(
    ("text", "count", "real"),
    [
        ("(x - 1)^3/3 - (x - 1)/(4*10^24) + y^2/2 + x*y^2", 4, 2),
        ("u*(x^2 - 140*x*y - y^3 + 4900*y^2) + v*(1427247692705959881058285969449495136382746624*y - 1)", 2, 2),
        ("(x - 1)^3/3 - (x - 1)/10^80 + y^2", 2, 2),
        ("(x - 10^30)^3/3 - x*10^20 + y^2/2 + x*y^2/10^30", 4, 2),
        ("x^2*y - 3*y + 50*x + (z - y^3)^2", 2, 2),
        ("(x + y)^3/3 - y^3/10^14 - x - 2*y + x*y", 4, 4),
        ("3*(24*x - 23*y)^4 - (25*x - 24*y)*(24*x - 23*y)^3 + 1250*y + 1875*x*y", 5, 3),
    ],
    ids=["close", "tiny", "closer", "far", "far-pair", "near-cube", "shear-3"],
)
def test_every_candidate_of_a_hard_input_is_certified(text, count, real):
    land = ps.expression(text).sample()
    found = exact_solutions(land.system)
    assert found.stopped is None and found.dimension == 0
    report = certify(land.tapes, found.doubles, exact=found.exact)
    assert report.assignment == tuple(range(count)) and report.n_entangled == 0
    assert [c.reality for c in report.certificates] == [
        Verdict.YES if point.is_real else Verdict.NO for point in found.points
    ]
    assert sum(point.is_real for point in found.points) == real


def test_a_network_with_far_solutions_has_them_all():
    """Two z^2 neurons on three data points: of 33 solutions eight are of size 281 to 297."""
    network = ps.PolynomialNetwork(
        widths=(2, 2, 1),
        activation="z^2",
        data=([[100, 99, 101], [99, 98, 101]], [[-7, -1, 6]]),
        l2=[1, 8, 7, 1],
        output=[[1, -1]],
    )
    land = network.sample(1)
    found = exact_solutions(land.system)
    report = certify(land.tapes, found.doubles, exact=found.exact)
    assert len(report.certificates) == 33
    sizes = np.abs(found.doubles).max(axis=1)
    assert ((sizes > 281) & (sizes < 298)).sum() == 8 and np.sort(sizes)[-9] < 5


def test_a_curve_has_no_simple_point_and_a_circle_its_centre():
    curve = exact_solutions(ps.expression("x*(x*y^2 - 1)^2 + z^2").sample().system)
    assert (curve.points, curve.dimension, curve.stopped) == ((), 1, None)
    circle = exact_solutions(ps.expression("(x^2 + y^2 - 1)^2").sample().system)
    assert ([p.doubles for p in circle.points], circle.dimension) == ([(0, 0)], 1)


def test_a_linear_function_on_the_sphere_has_one_line_of_points():
    """V = x |x|^2 is x on the sphere: the x-axis is the one critical line."""
    found = exact_solutions(ps.expression("x*(x^2 + y^2 + z^2)", "sphere").sample().system)
    ((x, y, z, _),) = (point.doubles for point in found.points)
    assert found.dimension == 0 and x and (y, z) == (0, 0)


def test_reaching_a_limit_is_a_reason_here_and_an_error_of_the_engine():
    system = ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian,m=2").sample(1).system
    assert exact_solutions(system, work_limit=10**7).stopped is Stop.WORK
    stopped = exact_solutions(system, time_limit=1e-9)
    assert stopped.stopped is Stop.TIME and not stopped.points
    with pytest.raises(EngineTimeoutError, match="1e-09 s"):
        AlgebraEngine().solutions(Request(system, Options(time_limit=1e-9)))
    with pytest.raises(EngineCrashError, match="exponents"):
        AlgebraEngine().solutions(Request(PolynomialSystem((X**40000 - 1,)), Options()))


def test_boxes_hold_one_real_root_each_to_the_bits_asked_for():
    """V = (x - 1)^3/3 - (x - 1)/10^40: 1 +- 1e-20."""
    request = Request(ps.expression("(x - 1)^3/3 - (x - 1)/10^40").sample().system, Options())
    boxes = AlgebraEngine().real_roots(request, precision=200)
    assert boxes is not None
    for ((lower, upper),), root in zip(boxes, (1 - Fraction(1, 10**20), 1 + Fraction(1, 10**20)), strict=True):
        assert lower <= root <= upper < lower + Fraction(1, 2**199)


def test_the_centre_of_a_point_is_exact():
    (point,) = exact_solutions(ps.expression("(x - 3)^2 + (8*y - 3)^2").sample().system).points
    assert isinstance(point, AlgebraicPoint) and point.centre == ((3, 0), (Fraction(3, 8), 0))
