"""Ends of paths in exact data: far finite points are found, and infinity is where h = 0 at the end in a chart."""

from fractions import Fraction

import numpy as np
import pytest

from homotopy.engines.path_ends import ExactHomotopy, FarPath, PathEndpoint, follow_to_end
from homotopy.status import PathStatus
from polysys.tape import Tape, trace

QUADRATIC = trace(lambda x, q: [q[0] * x[0] * x[0] + q[1] * x[0] + q[2]], 1, 3)
START = np.array([1j, 1.0, 1.0])


def large_root(target: list[Fraction]) -> PathEndpoint:
    """The end of the root that is large at v = 1e-3."""
    v = 1e-3
    moving = [v * p + (1 - v) * float(q) for p, q in zip(START, target, strict=True)]
    x = max(np.roots(moving), key=abs)
    return follow_to_end(ExactHomotopy(QUADRATIC, START, target), np.array([x]), v)


@pytest.mark.parametrize("exponent", [3, 8, 12, 16])
def test_finite_points_are_found_however_far(exponent: int) -> None:
    end = large_root([Fraction(1, 10**exponent), Fraction(1), Fraction(1)])
    assert end.status is PathStatus.REGULAR
    assert abs(end.x[0] / -(10.0**exponent) - 1) < 2 * 10.0**-exponent + 1e-15  # doubles
    assert abs(end.log10_size - exponent) < 0.01


def test_a_point_at_infinity_has_its_winding_number() -> None:
    end = large_root([Fraction(0), Fraction(1), Fraction(1)])
    assert (end.status, end.winding) == (PathStatus.AT_INFINITY, 1)
    # without the linear term both roots grow like v^(-1/2) and change places on a loop
    end = large_root([Fraction(0), Fraction(0), Fraction(1)])
    assert (end.status, end.winding) == (PathStatus.AT_INFINITY, 2)
    assert abs(end.log10_size - 30) < 0.1


def test_a_double_root_is_singular_with_winding_number_two() -> None:
    v, target = 1e-3, [Fraction(1), Fraction(-2), Fraction(1)]
    x = np.roots([v * p + (1 - v) * float(q) for p, q in zip(START, target, strict=True)])[:1]
    end = follow_to_end(ExactHomotopy(QUADRATIC, START, target), x, v)
    assert (end.status, end.winding) == (PathStatus.SINGULAR, 2)
    assert abs(end.x[0] - 1) < 1e-12


def test_roots_that_differ_in_the_twentieth_digit_are_two_regular_ends() -> None:
    v, gap = 1e-3, Fraction(1, 10**20)
    target = [Fraction(1), Fraction(-2), 1 - gap * gap]
    homotopy = ExactHomotopy(QUADRATIC, START, target)
    for x in np.roots([v * p + (1 - v) * float(q) for p, q in zip(START, target, strict=True)]):
        assert follow_to_end(homotopy, np.array([x]), v).status is PathStatus.REGULAR


def test_what_solves_nothing_fails() -> None:
    end = follow_to_end(ExactHomotopy(QUADRATIC, START, [Fraction(1)] * 3), np.array([17.0 + 3j]), 1e-3)
    assert end.status is PathStatus.FAILED
    end = follow_to_end(ExactHomotopy(QUADRATIC, START, [Fraction(1)] * 3), np.array([np.nan + 0j]), 1e-3)
    assert end.status is PathStatus.FAILED


def test_where_nothing_moves_there_is_nothing_to_follow() -> None:
    nothing = ExactHomotopy(trace(lambda x, q: [], 0, 0), np.zeros(0, complex), [])
    assert follow_to_end(nothing, np.zeros(0, complex), 1.0).status is PathStatus.FAILED


def chain() -> Tape:
    """Gradient of (y - x^3)^2 + (a - x)^2 with its coefficients as parameters, divided by 2."""
    return trace(
        lambda x, q: [
            q[0] * x[0] ** 5 + q[1] * x[0] ** 2 * x[1] + q[2] * x[0] + q[3],
            q[4] * x[1] + q[5] * x[0] ** 3,
        ],
        2,
        6,
    )


def test_four_paths_to_infinity_around_a_tame_point() -> None:
    """In y = c x^3 the rest is 3 v x^5 + .. + x - 12: x grows like v^(-1/4) on four paths, and one ends at (12, 1728)."""
    rng = np.random.default_rng(5)
    start = rng.standard_normal(6) + 1j * rng.standard_normal(6)
    target = [Fraction(c) for c in (3, -3, 1, -12, 1, -1)]
    v = 1e-2
    p = v * start + (1 - v) * np.array([float(c) for c in target])
    c = -p[5] / p[4]
    roots = np.roots([p[0] + c * p[1], 0, 0, 0, p[2], p[3]])
    homotopy = ExactHomotopy(chain(), start, target)
    ends = [follow_to_end(homotopy, np.array([x, c * x**3]), v) for x in roots]
    assert sorted((end.status.value, end.winding) for end in ends) == [("at_infinity", 4)] * 4 + [("regular", 1)]
    (finite,) = [end.x for end in ends if end.status is PathStatus.REGULAR]
    assert np.abs(finite / np.array([12, 1728]) - 1).max() < 1e-14


def test_an_end_is_known_to_more_digits_than_doubles_hold() -> None:
    """The large root of x^2 / 10^12 + x + 1, to 30 digits in units of its own, in the second of two unknowns of half the size."""
    target = [Fraction(1, 10**12), Fraction(1), Fraction(1)]
    v = 1e-3
    x = max(np.roots([v * p + (1 - v) * float(q) for p, q in zip(START, target, strict=True)]), key=abs)
    path = FarPath(ExactHomotopy(QUADRATIC, START, target), ((v, np.array([x])),), (1,), 2, 0.5)
    end = path.end()
    assert end.exact[0] == (0, 0)
    re, im = (2 * part for part in end.exact[1])
    assert abs(re * re / 10**12 + re + 1) < Fraction(1, 10**18) and abs(im) < Fraction(1, 10**18)
    assert end.x.tolist() == [0, complex(float(re) / 2, float(im) / 2)]
