"""Quadratic identities, eliminations and bounds of zeros, against results by hand."""

from fractions import Fraction

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.completeness.exclusion.elimination import reduce_gradient
from homotopy.completeness.exclusion.identities import quadratic_identities
from homotopy.completeness.exclusion.proof import exclude_others
from homotopy.completeness.exclusion.radius import bounds_at_infinity, zero_bound
from homotopy.counting.count import as_landscape, counted
from homotopy.status import Verdict


def identities(text: str) -> list[dict[tuple[int, ...], Fraction]]:
    return [dict(q) for q in quadratic_identities(ps.expression(text).sample())]


def test_identities_that_are_seen_by_hand():
    # (y, x) leaves x^2 - y^2 alone: y 2x + x 6y = 8xy
    assert identities("(x^2 - y^2 - 1)^2 + x^2 + 3*y^2") == [{(1, 1): 1}]
    # (-y, x) leaves x^2 + y^2 alone, and 2x + 6y^2 has -2y x 1 + 6xy: -2xy + 6xy = 4xy
    assert identities("(x^2 + y^2 - 1)^2 + x^2 + 3*y^2") == [{(1, 1): 1}]
    # with a linear term x: -y + 4xy
    assert identities("(x^2 + y^2 - 1)^2 + x^2 + 3*y^2 + x") == [{(1, 1): 1, (0, 1): Fraction(-1, 4)}]
    # (1, -1) leaves (x + y)^3 alone: 2x - 6y
    assert {(1, 0): Fraction(-1, 3), (0, 1): 1} in identities("(x + y)^3 + x^2 + 3*y^2")
    assert identities("x^4 + y^4 + x*y^2") == identities("x^2 + y^2") == []


def test_a_hidden_layer_of_width_two_balances_in_four_equations():
    found = quadratic_identities(ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian,m=3").sample(1))
    squares = [q for q in found if all(max(e) == 2 for e in q)]
    assert len(found) >= 4 and len(squares) == 2


def test_two_neurons_of_opposite_sign_have_three_real_points():
    """V = (x^2 - y^2 - 1)^2 + x^2 + 3 y^2: xy = 0, then y = 0, 4x^3 - 2x = 0. The valley x = y, y large, is nearly flat."""
    census = ho.census(ps.expression("1000000*(x^2 - y^2 - 1)^2 + x^2 + 3*y^2"))
    proof = ho.prove_real(census)
    assert proof.is_proved and proof.n_real == 3 and proof.n_boxes < 1000
    assert not reduce_gradient(census.landscape).eliminated and bounds_at_infinity(census.landscape)  # xy = 0 bounds it


def test_the_quadratic_network_of_the_demonstration_is_within_reach():
    label = "polynomial-network:widths=2-2-1,activation=z^2,data=iris,output=fixed,loss=sum"
    proof = ho.prove_real(counted(as_landscape(label, 1), ho.Options()), max_boxes=20_000)
    assert proof.is_proved and proof.n_real == 9


def test_what_is_eliminated_is_exact():
    valley = reduce_gradient(ps.expression("(y - x^3)^2 + (12 - x)^2").sample())
    assert valley.free == () and valley.complete([0.0, 0.0]) == [12.0, 1728.0]
    chain = reduce_gradient(ps.expression("100*(y - x^2)^2 + (1 - x)^2 + 100*(z - y^2)^2 + (1 - y)^2").sample())
    assert len(chain.free) == 1 and np.allclose(chain.complete([1.0, 0.0, 0.0]), [1, 1, 1])
    assert reduce_gradient(ps.expression("x^4 + y^4 + x^2*y^2").sample()).eliminated == ()


def rosenbrock(n: int) -> str:
    return " + ".join(f"100*(x{i + 1} - x{i}^2)^2 + (1 - x{i})^2" for i in range(1, n))


@pytest.mark.parametrize(("n", "n_real"), [(2, 1), (3, 1), pytest.param(4, 3, marks=pytest.mark.slow)])
def test_the_real_points_of_rosenbrock_s_chains_are_proved(n, n_real):
    census = ho.census(ps.expression(rosenbrock(n)))
    proof = ho.prove_real(census)
    assert proof.is_proved and proof.n_real == n_real and proof.n_unknowns == n - 2
    fewer = [c for c in census.certificates if c.reality is not Verdict.YES]
    lacking = exclude_others(census.landscape, fewer, 0, max_boxes=100_000, time_limit=60.0)
    assert lacking.outcome is Verdict.NO and len(lacking.found) == n_real


def terms(*rows: tuple[int, tuple[int, ...]]) -> dict[tuple[int, ...], Fraction]:
    return {e: Fraction(c) for c, e in rows}


def test_a_bound_of_zeros_holds_and_is_refused_where_there_are_zeros_at_infinity():
    # x^2 = 50, y = x: |x| = 7.07
    line = terms((1, (1, 0)), (-1, (0, 1)))
    assert zero_bound([terms((1, (2, 0)), (-50, (0, 0))), line], 2) in (8, 16)
    # x^2 y = 1, y = x^2 + 1 meet at finite points, but (0, 1) is a common zero of the leading forms x^2 y and x^2
    assert zero_bound([terms((1, (2, 1)), (-1, (0, 0))), terms((1, (0, 1)), (-1, (2, 0)), (-1, (0, 0)))], 2) is None
    assert zero_bound([line, terms((2, (1, 0)), (-2, (0, 1)), (1, (0, 0)))], 2) is None  # parallel lines
    assert zero_bound([{}], 1) is None
    for k in (1, 10, 1000):
        assert (zero_bound([terms((1, (3,)), (-(k**3), (0,)))], 1) or 0) >= k
