"""A step that is proved is true; a fold is never passed."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

import polysys as ps
from homotopy.scans.family import family_through
from homotopy.scans.known_points import KnownPoints
from homotopy.scans.singular import SingularKind, SingularSystems, simplest
from homotopy.scans.tubes import FamilyDiscs, follow


def _family(text, low=-1, high=1):
    model = ps.expression(text, parameters={"a": 0})
    return family_through(lambda a: model.with_value("a", a).sample(), Fraction(low), Fraction(high))


def _roots(family, a):
    coefficients = np.zeros(8)
    for e, c in family.equations[0].items():
        coefficients[e[0]] += float(c) * a ** e[1]
    return np.polynomial.Polynomial(coefficients).trim().roots().astype(complex)[:, None]


def test_solutions_arrive_where_they_are():
    family = _family("x^4/4 - x^2/2 - a*x")
    moved = follow(FamilyDiscs.of(family), _roots(family, -0.2), -0.2, 0.3, least=1e-6)
    assert moved.is_through.all() and moved.radius.max() < 1e-13
    assert np.abs(np.sort(moved.u.ravel().real) - np.sort(_roots(family, 0.3).ravel().real)).max() < 1e-13


@pytest.mark.parametrize("end", [0.5, 1.0, 5.0])
def test_no_step_goes_through_a_fold(end):
    family, fold = _family("x^4/4 - x^2/2 - a*x"), 2 / (3 * np.sqrt(3))
    moved = follow(FamilyDiscs.of(family), _roots(family, 0.0), 0.0, end, least=1e-9)
    assert sorted(moved.is_through.tolist()) == [False, False, True]
    stalled = moved.reached[~moved.is_through] * end
    assert (stalled < fold).all() and (stalled > fold * (1 - 1e-5)).all()


def test_one_loop_about_a_fold_exchanges_two_solutions():
    family, fold = _family("x^4/4 - x^2/2 - a*x"), 2 / (3 * np.sqrt(3))
    start = np.sort(_roots(family, fold - 0.1).ravel().real).astype(complex)[:, None]
    u, corners = start, fold - 0.1 * np.exp(2j * np.pi * np.arange(9) / 8)
    for a, b in itertools.pairwise(corners):
        moved = follow(FamilyDiscs.of(family), u, a, b, least=1e-6)
        assert moved.is_through.all()
        u = moved.u
    assert np.abs(u - start[[1, 0, 2]]).max() < 1e-10


@pytest.mark.parametrize(
    ("text", "u", "a", "kind", "value"),
    [
        ("x^4/4 - x^2/2 - a*x", [-0.57], 0.37, SingularKind.FOLD, 2 / (3 * 3**0.5)),
        ("x^3/3 - a*x", [0.02 + 0.05j], -0.01, SingularKind.FOLD, 0),
        ("x^4/4 - a*x^2/2", [0.05], 0.01, SingularKind.BRANCH, 0),
        ("x^3/3 - a*x^2/2", [0.01], 0.012, SingularKind.BRANCH, 0),
        ("x^4/4 + y^4/4 - x^2/2 - y^2/2 - a*x*y", [0.72, -0.69], 0.49, SingularKind.BRANCH, 0.5),
        ("a*x^4/4 + x^2/2 + x + y^2*x/7 + y^2", [70.0, 0.0], -0.0002, SingularKind.ESCAPE, 0),
    ],
)
def test_singular_points_are_certified_in_their_extended_systems(text, u, a, kind, value):
    point = SingularSystems(_family(text)).near(np.array(u, complex), a, 0.5)
    assert point.kind is kind and point.is_real and point.is_exact
    assert point.a[1] < Fraction(1, 10**25) and abs(float(point.a[0]) - value) < 1e-15
    if value in (0, 0.5):
        assert simplest(*point.a) == Fraction(value)


def test_what_only_looks_like_a_crossing_is_two_folds():
    """A pitchfork and a crossing that are broken by 1e-10 are not certified as branch points."""
    for text in ("x^4/4 - a*x^2/2 - x/10000000000", "x^3/3 - a*x^2/2 - x/10000000000"):
        point = SingularSystems(_family(text)).near(np.array([1e-3], complex), 1e-3, 0.5)
        assert point is None or point.kind is SingularKind.FOLD


@pytest.mark.parametrize("slope", ["1/1000", "1/10000"])
def test_steps_stay_long_in_a_flat_valley(slope):
    """A product of weights with a weak regularisation: on x y = 1 the Hessian has the eigenvalue 4e, and x = a^(1/4) moves along it.

    With a preconditioner that is constant on a step its length is proportional to e: 182 steps for 1/1000, more than 400 for 1/10000.
    """
    family, e = _family(f"(x*y - 1)^2/2 + ({slope})*(x^2 + a*y^2)", 1, 2), float(Fraction(slope))
    size = (1 - 2 * e) ** 0.5  # x = y at a = 1: x^2 = 1 - 2e
    moved = follow(FamilyDiscs.of(family), np.array([[size, size]], complex), 1.0, 2.0, least=1e-6)
    x, y = moved.u[0].real
    assert moved.is_through.all() and len(moved.trace) < 60 and moved.radius.max() < 1e-10
    assert x / y == pytest.approx(2**0.5, rel=1e-10) and x * y == pytest.approx(1 - 2 * e * 2**0.5, rel=1e-10)


def test_a_point_is_certified_once_with_its_images():
    """Of the two pitchforks of two soft spins at 1/2 the second is the image of the first."""
    known = KnownPoints(_family("x^4/4 + y^4/4 - x^2/2 - y^2/2 - a*x*y"))
    calls, certified = [], known.systems.certified
    known.systems.certified = lambda guess: calls.append(guess) or certified(guess)
    first = known.near(np.array([0.72, -0.69], complex), 0.49, 0.5)
    n_calls = len(calls)
    second = known.near(np.array([-0.71, 0.72], complex), 0.495, 0.5)
    again = known.near(np.array([0.70, -0.71], complex), 0.492, 0.5)
    assert again is first and len(calls) == n_calls
    assert second is not first and np.abs(second.u + first.u).max() == 0 and second.a == first.a
    for point in (first, second):  # the image solves the extended system
        u, v, a = point.u, point.null_vector, point.a_double
        family = known.systems.family
        assert np.abs(family.tapes.members.equations.evaluate(list(u), [a], float)).max() < 1e-14
        jacobian = np.array(family.tapes.members.jacobian.evaluate(list(u), [a], float), complex).reshape(2, 2)
        assert np.abs(jacobian @ v).max() < 1e-13
