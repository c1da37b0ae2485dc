"""Generic counts: a bound over the field of the parameters, and simple solutions modulo a prime; what is special proves nothing."""

from __future__ import annotations

import pytest
from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx

from polysys.algebra.generic_count import generic_count_of
from polysys.algebra.generic_elements import GenericPolynomial, GenericSystem
from polysys.algebra.limits import Meter
from polysys.algebra.simple_points import n_simple_points

P = 2147483647


def parameters(*names: str) -> tuple[fmpz_mpoly, ...]:
    return tuple(fmpz_mpoly_ctx.get(list(names), Ordering.degrevlex).gens())


def count(family: list[GenericPolynomial], point: list[int], n: int) -> int | None:
    found = generic_count_of(family, point, P, weights=(1,) * n)
    return None if found is None else found.value


def test_the_smallest_network() -> None:
    """1-1-1, by hand in the documentation: 5 of Bezout's 9."""
    s, t, a, b = parameters("s", "t", "a", "b")
    family = [{(1, 2): s, (0, 1): -t, (1, 0): a}, {(2, 1): s, (1, 0): -t, (0, 1): b}]
    assert count(family, [3, 5, 7, 11], 2) == 5


def test_an_element_needs_a_coefficient_that_depends_on_the_parameters() -> None:
    a, b = parameters("a", "b")
    system = GenericSystem([{(2, 0): a, (1, 0): a**0}, {(2, 0): b, (0, 1): a**0}], [3, 5], P, (1, 1))
    assert system.add([(0, (0, 0)), (1, (0, 0))], Meter())
    assert {e: str(c) for e, c in system.elements[2].items()} in ({(1, 0): "b", (0, 1): "-a"}, {(1, 0): "-b", (0, 1): "a"})
    assert system.degree(2) == 1


def test_leading_terms_that_cancel_at_one_point_only_give_no_element() -> None:
    a, b = parameters("a", "b")
    one = a**0
    system = GenericSystem([{(2, 0): one, (0, 2): a, (0, 0): one}, {(2, 0): one, (0, 2): b, (1, 0): one}], [3, 3], P, (1, 1))
    assert not system.add([(0, (0, 0)), (1, (0, 0))], Meter())
    assert len(system.elements) == 2


def test_a_syzygy_is_no_element() -> None:
    """y (x g) - x (y g) = 0: all terms cancel. Neither are no rows, nor multiples of zero."""
    a, b = parameters("a", "b")
    system = GenericSystem([{(2, 0): a, (1, 0): b}, {(1, 1): a, (0, 1): b}, {}], [3, 5], P, (1, 1))
    assert not system.add([(0, (0, 1)), (1, (1, 0))], Meter())
    assert not system.add([], Meter()) and not system.add([(2, (1, 0))], Meter())
    assert len(system.elements) == 3


@pytest.mark.parametrize(("point", "value"), [([2], 2), ([0], None), ([P], None)])
def test_a_member_that_has_lost_a_solution_proves_nothing(point: list[int], value: int | None) -> None:
    """a x^2 + x - 1: one solution where a = 0, modulo the prime too; the degree over Q(a) is 2."""
    (a,) = parameters("a")
    assert count([{(2,): a, (1,): a**0, (0,): -(a**0)}], point, 1) == value


def test_a_member_with_a_multiple_solution_proves_nothing() -> None:
    (a,) = parameters("a")
    family = [{(2,): a**0, (0,): -a}]
    assert count(family, [5], 1) == 2 and count(family, [0], 1) is None


def test_a_family_with_curves_has_no_count() -> None:
    a, b = parameters("a", "b")
    assert count([{(2, 0): a, (1, 1): b}, {(1, 1): a, (0, 2): b}], [3, 5], 2) is None  # x (a x + b y) = y (a x + b y) = 0


def test_simple_points_are_counted_and_multiple_ones_refused() -> None:
    assert n_simple_points([{(2, 0): 1, (0, 0): P - 2}, {(0, 1): 1, (1, 0): 1}], 2, P) == 2
    assert n_simple_points([{(3, 0): 1, (2, 0): P - 1}, {(0, 1): 1}], 2, P) is None  # x^2 (x - 1)
    assert n_simple_points([{(1, 1): 1}, {(1, 1): 2}], 2, P) is None  # lines
