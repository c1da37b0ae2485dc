"""Residuals in double-double: end points that doubles cannot reach or tell apart."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import ctx, fmpq, fmpq_poly

from homotopy.engines.tracker import driver, retries
from homotopy.engines.tracker.driver import track
from homotopy.engines.tracker.program import compile_homotopy
from homotopy.engines.tracker.refine import Refined, refine
from homotopy.status import PathStatus
from polysys.tape import Tape, trace


def from_roots(roots: list[Fraction]) -> list[Fraction]:
    """Coefficients, lowest first."""
    c = [Fraction(1)]
    for r in roots:
        c = [(c[i - 1] if i else Fraction(0)) - (r * c[i] if i < len(c) else 0) for i in range(len(c) + 1)]
    return c


def exact_roots(coefficients: Any) -> Any:
    """Roots of the polynomial with just these doubles as coefficients."""
    before, ctx.prec = ctx.prec, 300
    exact = [fmpq(*float(c).as_integer_ratio()) for c in coefficients]
    found = np.array([complex(r) for r, _ in fmpq_poly(exact).complex_roots()])
    ctx.prec = before
    return found


def polynomial(degree: int) -> Tape:
    return trace(lambda x, p: [sum((p[k] * x[0] ** k for k in range(1, degree + 1)), p[0])], 1, degree + 1)


def homotopy(coefficients: Any, seed: int = 1) -> tuple[Tape, Any, Any, Any]:
    """From a x^n + b with random phases and roots of the same mean size."""
    n, rng = len(coefficients) - 1, np.random.default_rng(seed)
    start = np.zeros(n + 1, complex)
    start[[0, n]] = np.abs(coefficients)[[0, n]] * np.exp(2j * np.pi * rng.random(2))
    roots = (-start[0] / start[n]) ** (1 / n) * np.exp(2j * np.pi * np.arange(n) / n)
    return polynomial(n), start, roots[:, None], coefficients


def off(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: Any, __: int, x: Any) -> Refined:
        no = np.zeros(len(x), bool)
        return Refined(x, no, no, np.full(len(x), np.inf), np.full(len(x), np.inf))

    monkeypatch.setattr(retries, "refine", nothing)


@pytest.mark.parametrize("exponent", [-20, -22, -25, -26, -27, -28])
def test_two_roots_closer_than_doubles_can_tell_are_both_found(exponent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """(x - 1)(x - 1 - d)(x - r), d from 1e-6 to 4e-9; with r = 1/3, rounded, the two are 3e-8 apart or farther."""
    for other, seed in ((-2, 1), (3, 1), (Fraction(1, 3), 1), (-7, 1), (-2, 6), (3, 6), (5, 6)):
        c = np.array(from_roots([Fraction(1), 1 + Fraction(2) ** exponent, Fraction(other)]), float)
        ends = track(*homotopy(c, seed))
        assert ends.counts()[PathStatus.REGULAR] == 3
        found = np.sort_complex(ends.regular()[:, 0])
        np.testing.assert_allclose(found, np.sort_complex(exact_roots(c)), rtol=0, atol=2.0**exponent / 1000)
    off(monkeypatch)
    if exponent < -24:
        c = np.array(from_roots([Fraction(1), 1 + Fraction(2) ** exponent, Fraction(-2)]), float)
        assert track(*homotopy(c)).counts()[PathStatus.REGULAR] < 3


def test_a_double_root_is_still_singular() -> None:
    ends = track(*homotopy([2.0, -3.0, 0.0, 1.0]))  # (x - 1)^2 (x + 2)
    assert ends.counts()[PathStatus.SINGULAR] == 2
    assert ends.counts()[PathStatus.REGULAR] == 1


def test_the_roots_of_wilkinsons_polynomial_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """(x - 1) ... (x - 13), and with x - 14 (Wilkinson 1959): Newton updates in doubles stay above 1e-8 at some roots."""
    c = np.array(from_roots([Fraction(k) for k in range(1, 14)]), float)
    ends = track(*homotopy(c))
    assert ends.counts()[PathStatus.REGULAR] == 13
    np.testing.assert_allclose(np.sort(ends.regular()[:, 0].real), np.sort(exact_roots(c).real), rtol=1e-7)
    more = np.array(from_roots([Fraction(k) for k in range(1, 15)]), float)
    assert track(*homotopy(more)).counts()[PathStatus.REGULAR] == 14
    off(monkeypatch)
    assert track(*homotopy(more)).counts()[PathStatus.REGULAR] < 14


def test_newton_converges_to_full_precision_at_a_condition_number_of_1e13() -> None:
    """The roots of Wilkinson's polynomial of degree 20 from starts with 6 digits, against 90-digit arithmetic."""
    c = np.array(from_roots([Fraction(k) for k in range(1, 21)]), float)
    exact = exact_roots(c)
    program = compile_homotopy(polynomial(20))
    found = refine(driver.make_homotopy(program, c.astype(complex), c[None]), 0, exact[:, None] * (1 + 1e-7))
    assert found.is_sound.all()
    np.testing.assert_allclose(found.x[:, 0], exact, rtol=4e-16)


def test_a_hilbert_system_is_solved_to_full_precision() -> None:
    """Quadrics with a Hilbert matrix of condition number 5e11 as linear part; the parameters are its entries."""
    n = 9
    rng = np.random.default_rng(2)
    h = np.array([[1.0 / (i + j + 1) for j in range(n)] for i in range(n)])
    exact = rng.integers(1, 64, n) / 16.0
    tape = trace(
        lambda x, p: [sum(p[n * i + j] * (x[j] * x[j] - p[n * n + j]) for j in range(n)) for i in range(n)],
        n,
        n * n + n,
    )
    p = np.concatenate([h.ravel(), exact * exact]).astype(complex)
    start = exact * (1 + 1e-6 * rng.standard_normal(n))
    found = refine(driver.make_homotopy(compile_homotopy(tape), p, p[None]), 0, start[None].astype(complex))
    assert found.is_sound.all()
    np.testing.assert_allclose(found.x[0], exact, rtol=1e-15)


def test_no_start_near_a_multiple_root_is_sound() -> None:
    """Of (x + 1)^3 the residual is rounded to zero 1e-11 away, in double-double, and the update with it."""
    p, rng = np.array([1, 3, 3, 1], complex), np.random.default_rng(0)
    starts = -1 + 1e-7 * (rng.standard_normal((400, 1)) + 1j * rng.standard_normal((400, 1)))
    found = refine(driver.make_homotopy(compile_homotopy(polynomial(3)), p, p[None]), 0, starts)
    assert not found.is_sound.any()


def test_the_distance_of_a_start_that_newton_would_leave_is_limited() -> None:
    tape = trace(lambda x, p: [x[0] ** 2 - p[0]], 1, 1)
    one = np.array([1.0 + 0j])
    found = refine(driver.make_homotopy(compile_homotopy(tape), one, one[None]), 0, np.array([[1.2 + 0j], [np.nan]]))
    assert not found.is_sound.any()


def test_coordinates_of_very_different_sizes_are_no_bad_condition() -> None:
    """x = 10^4, (x y)^5 = 2: terms at y = 10^3 would be large enough for rounding to hide the point, and y is 10^-4."""
    tape = trace(lambda x, p: [(x[0] * x[1]) ** 5 - p[0], x[0] - p[1]], 2, 2)
    p = np.array([2.0, 1e4], complex)
    start = np.array([[1e4, 2**0.2 * (1 + 1e-7) / 1e4]], complex)
    found = refine(driver.make_homotopy(compile_homotopy(tape), p, p[None]), 0, start)
    assert found.is_sound.all()
    np.testing.assert_allclose(found.x[0, 1], 2**0.2 / 1e4, rtol=1e-8)
