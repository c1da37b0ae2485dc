"""The strong Morse inequalities as a check: lists that pass the Euler characteristic and are not complete all the same."""

from __future__ import annotations

from itertools import product
from math import comb

import pytest

import polysys as ps
from homotopy.completeness.checks import alternating_sum
from homotopy.counting.result import Census
from homotopy.status import Completeness, Verdict
from polysys.domains import Domain, Euclidean, ProductOfSpheres, Sphere
from tests.homotopy.handmade import FORMULATIONS, census_of, eigenvector_solutions


def outcome(census: Census) -> Verdict:
    (evidence,) = [e for e in census.completeness.evidence if e.name == "Morse inequalities"]
    return evidence.outcome


@pytest.mark.parametrize(
    ("domain", "numbers"),
    [
        (Euclidean(3), (1, 0, 0, 0)),
        (Sphere(1), (2,)),
        (Sphere(4), (1, 0, 0, 1)),
        (ProductOfSpheres((2, 2)), (1, 2, 1)),
        (ProductOfSpheres((2, 2, 2, 2)), tuple(comb(4, k) for k in range(5))),
        (ProductOfSpheres((3, 4)), (1, 0, 1, 1, 0, 1)),
        (ProductOfSpheres((1, 3)), (2, 0, 2)),
    ],
    ids=lambda v: v.text if isinstance(v, Domain) else "",
)
def test_betti_numbers_of_spheres_and_products(domain: Domain, numbers: tuple[int, ...]) -> None:
    """Kuenneth: the Poincare polynomial of a product is the product; the Euler characteristic its value at -1."""
    assert domain.betti_numbers == numbers
    assert sum((-1) ** k * b for k, b in enumerate(numbers)) == domain.euler_characteristic


@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_a_complete_list_meets_them_where_they_apply(make) -> None:
    census = make()
    applies = census.landscape.euler_characteristic is not None
    assert outcome(census) is (Verdict.YES if applies else Verdict.UNDECIDED)


def cube(keep) -> Census:
    """(x^2-1)^2/4 + (y^2-1)^2/4 + (z^2-1)^2/4 has a point of index 3 - |x| - |y| - |z| at each of {-1, 0, 1}^3; some are kept."""
    land = ps.expression("(x^2-1)^2/4 + (y^2-1)^2/4 + (z^2-1)^2/4").sample()
    return census_of(land, [list(p) for p in product((-1, 0, 1), repeat=3) if keep(p)])


def test_two_minima_and_a_maximum_are_no_landscape() -> None:
    """Their alternating sum is 2 - 1 = 1, as it must be, but two minima of a coercive function need a saddle between them."""
    census = cube(lambda p: p == (0, 0, 0) or abs(sum(p)) == 3)
    assert alternating_sum(census.points) == census.landscape.euler_characteristic == 1
    assert outcome(census) is Verdict.NO
    assert census.completeness.verdict is Completeness.CONTRADICTED
    assert outcome(cube(lambda p: True)) is Verdict.YES


def test_a_landscape_without_a_minimum_is_noticed() -> None:
    census = cube(lambda p: sum(map(abs, p)) == 1)  # six points of index 2
    assert outcome(census) is Verdict.NO


def test_on_a_sphere_two_minima_need_a_saddle() -> None:
    """x^2 + 2 y^2 + 3 z^2 on the sphere: pairs of index 0, 1 and 2. The two minima alone have Euler characteristic 2."""
    land = ps.expression("x^2 + 2*y^2 + 3*z^2 + x*y", "sphere").sample()
    solutions = eigenvector_solutions(land)
    assert outcome(census_of(land, solutions)) is Verdict.YES
    minima = census_of(land, solutions[:1])
    assert [p.index for p in minima.points] == [0, 0]
    assert alternating_sum(minima.points) == 2
    assert outcome(minima) is Verdict.NO


def test_they_are_silent_for_a_potential_that_is_not_coercive() -> None:
    assert outcome(census_of(ps.expression("x^3/3 - x").sample(), [[1], [-1]])) is Verdict.UNDECIDED
