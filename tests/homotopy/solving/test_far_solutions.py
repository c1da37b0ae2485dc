"""Tame landscapes with solutions far away or along degenerate directions: found by both engines, never called infinite."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.certification.certificates import CertificateList
from homotopy.engines.base import TrackedPaths
from homotopy.solving import exact_algebra
from homotopy.solving.accounts import account
from homotopy.solving.rounds import solve
from homotopy.status import PathStatus, StartCount

FAR = [
    ("(y-x^3)^2+(14-x)^2", 1, 1),
    ("x^2*y-3*y+45*x+(z-y^3)^2", 2, 2),
    ("3*(24*x-23*y)^4-(25*x-24*y)*(24*x-23*y)^3+1250*y+1875*x*y", 5, 3),
    ("(x+y)^3/3-(1/10000000000000000)*y^3-x-2*y+x*y", 4, 4),
    ("0.3333333333333333*x^3+x^2*y+x*y^2+0.3333333333333333*y^3-x-2*y+x*y", 4, 4),
    ("(30*x-29*y)*(29*x-28*y)*(x^2+y^2)+900*(z^2*x+2*y^3+x*z+x+3*y)", 15, 1),
    ("(x-1)^3/3-(x-1)/(4*10^24)+y^2/2+x*y^2", 4, 2),
]


@pytest.mark.parametrize("engine", ["auto", "phcpack"])
@pytest.mark.parametrize(("potential", "n_complex", "n_real"), FAR)
def test_far_and_close_solutions_are_found(potential: str, n_complex: int, n_real: int, engine: str) -> None:
    c = ho.census(ps.expression(potential), engine=engine)
    assert (c.n_complex, c.n_real) == (n_complex, n_real)


def test_divergent_paths_are_tracked_again_along_others_before_they_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where exact algebra is out of reach: else it ends the search."""
    monkeypatch.setattr(exact_algebra, "EXACT_REACH", -1)
    monkeypatch.setattr(exact_algebra, "MOST_PARAMETRISED", -1)
    solved = solve(ps.expression("(y-x^3)^2+(12-x)^2").sample())
    assert len(solved.certificates) == 1
    assert solved.paths.at_infinity == solved.paths.tracked - 1
    assert solved.is_clean and solved.is_repeated
    first, second = solved.history[-2:]
    assert first.n_lost == 0 and first.n_followed > 0
    assert first.paths == second.paths and first.seed != second.seed


@pytest.mark.parametrize("degree", [3, 40, 200])
def test_a_potential_in_one_variable_is_isolated(degree: int) -> None:
    c = ho.census(ps.expression(f"x^{degree}/{degree} - 3*x^2 + x/7"))
    assert c.n_complex == degree - 1
    assert c.completeness.verdict is ho.Completeness.PROVED


def test_the_polynomial_of_wilkinson_has_twenty_roots() -> None:
    from sympy import expand, integrate, prod, symbols

    x = symbols("x")
    c = ho.census(ps.expression(integrate(expand(prod([x - k for k in range(1, 21)])), x)))
    assert (c.n_complex, c.n_real) == (20, 20)
    assert c.completeness.verdict is ho.Completeness.PROVED


@pytest.mark.parametrize("k", [4, 8, 12])
def test_two_close_solutions_are_not_described_as_a_multiple_one_besides(k: int) -> None:
    """(x - 1)^2 = 10^-2k / 4 on y = 0, and two more: all four are simple."""
    census = ho.census(ps.expression(f"(x-1)^3/3-(x-1)/(4*10^{2 * k})+y^2/2+x*y^2"))
    assert (census.n_complex, census.n_real, census.degenerate) == (4, 2, ())
    assert census.completeness.verdict is ho.Completeness.PROVED


def test_a_long_chain_of_wells_needs_no_path() -> None:
    """x_k = x_0^(2^k), and x_0^3 = x_0: three points, while the best bound is in the millions."""
    n = 14
    wells = "+".join(f"(x{k + 1}-x{k}^2)^2/2" for k in range(n - 1))
    census = ho.census(ps.expression(f"x0^4/4-x0^2/2+{wells}"))
    assert (census.n_complex, census.n_real, census.run.engine) == (3, 3, "exact algebra")
    assert census.completeness.verdict is ho.Completeness.PROVED


def test_ends_are_certified_from_all_their_digits() -> None:
    """The roots 1 +- 10^-20 of a square minus 10^-40 are one number in doubles, where the derivative vanishes."""
    land = ps.expression("(x - 1)^3/3 - (x - 1)/10^40").sample()
    tracked = TrackedPaths(
        x=np.ones((2, 1), complex), status=(PathStatus.REGULAR,) * 2, rco=np.ones(2), images=(np.ones((1, 1), np.int8),) * 2,
        start="given", root_count=2, root_count_kind=StartCount.TOTAL_DEGREE, engine="toy", engine_version="-", transport="none",
        precision="d", seed=0, gamma=1j, attempts=(), seconds=0.0,
    )  # fmt: skip
    report, doubtful = account(land, tracked, CertificateList.of(()), 1, 15)
    assert not report.certificates and doubtful == [0, 1]
    ends = {k: ((1 + Fraction(sign, 10**20), Fraction(0)),) for k, sign in enumerate((-1, 1))}
    report, doubtful = account(land, replace(tracked, exact=ends), CertificateList.of(()), 1, 15)
    assert len(report.certificates) == 2 and not doubtful
