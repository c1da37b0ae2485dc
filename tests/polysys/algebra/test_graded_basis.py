"""Bases modulo a prime against dense ranks, and counting outside monomial ideals against enumeration."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polysys.algebra import graded_basis
from polysys.algebra.degree_falls import monomials_of_degree
from polysys.algebra.graded_basis import GradedBasis, degree
from polysys.algebra.independent_rows import IndependentRows
from polysys.algebra.kept import Kept, digest
from polysys.algebra.level_pattern import LevelRows, kept_pattern
from polysys.algebra.standard_monomials import eventual_bound, n_standard_monomials
from polysys.errors import WorkLimitError

P = 32003
Residues = dict[tuple[int, ...], int]


def random_system(seed: int, n: int, top: int) -> list[Residues]:
    """Sparse polynomials, some with leading forms that are dependent."""
    rng = random.Random(seed)
    monomials = [e for d in range(top + 1) for e in monomials_of_degree(d, [1] * n)]
    system = [{e: rng.randrange(1, P) for e in rng.sample(monomials, min(len(monomials), 4))} for _ in range(n)]
    return [
        *system,
        {e: 2 * c % P for e, c in system[0].items() if sum(e) == degree(system[0], [1] * n)} | {(0,) * n: 1},
    ]


def dense_rank(system: list[Residues], weights: list[int], t: int) -> int:
    """Rank of all multiples of degree at most t."""
    rows = []
    for f in system:
        for shift in monomials_up_to(t - degree(f, weights), weights):
            rows.append({tuple(map(sum, zip(e, shift, strict=True))): c for e, c in f.items()})
    columns = {e: k for k, e in enumerate(sorted({e for row in rows for e in row}))}
    if not rows:
        return 0
    return int(flint.nmod_mat([[row.get(e, 0) for e in columns] for row in rows], P).rank())


def monomials_up_to(t: int, weights: list[int]) -> list[tuple[int, ...]]:
    return [e for d in range(t + 1) for e in monomials_of_degree(d, weights)]


def n_led(leading: list[tuple[tuple[int, ...], int]], weights: list[int], t: int) -> int:
    """Monomials of degree t with powers of h that a leading monomial divides."""
    return sum(
        any(
            h <= t - degree({e: 1}, weights) and all(a <= b for a, b in zip(lead, e, strict=True))
            for lead, h in leading
        )
        for e in monomials_up_to(t, weights)
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("weights", [[1, 1, 1], [1, 2, 3]])
def test_leading_monomials_count_the_rank_of_all_multiples(seed: int, weights: list[int]) -> None:
    system = random_system(seed, 3, 3)
    basis = GradedBasis([(degree(f, weights), f) for f in system], p=P, weights=weights)
    for t in range(1, 9):
        basis.complete_to(t)
        assert n_led(basis.leading_monomials(), weights, t) == dense_rank(system, weights, t)


@pytest.mark.parametrize("seed", range(6))
def test_normal_forms_differ_by_elements_of_the_row_space(seed: int) -> None:
    system = random_system(seed, 2, 3)
    t = 5
    basis = GradedBasis([(degree(f, [1, 1]), f) for f in system], p=P, weights=[1, 1])
    basis.complete_to(t)
    polynomial = {e: 1 + k for k, e in enumerate(monomials_up_to(t, [1, 1]))}
    (rest,) = basis.normal_forms([polynomial])
    difference = {e: (c - rest.get(e, 0)) % P for e, c in polynomial.items()}
    everything = [(f, shift) for f in system for shift in monomials_up_to(t - degree(f, [1, 1]), [1, 1])]
    rows = [{tuple(map(sum, zip(e, s, strict=True))): c for e, c in f.items()} for f, s in everything]
    columns = sorted({e for row in [*rows, difference] for e in row})
    without, with_it = (
        flint.nmod_mat([[row.get(e, 0) for e in columns] for row in some], P).rank()
        for some in (rows, [*rows, difference])
    )
    assert without == with_it


exponents = st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=6)


def is_outside(e: tuple[int, ...], generators: list[tuple[int, ...]]) -> bool:
    return not any(all(a <= b for a, b in zip(g, e, strict=True)) for g in generators)


@settings(deadline=None, max_examples=60)
@given(exponents)
def test_standard_monomials_are_those_no_generator_divides(generators: list[tuple[int, ...]]) -> None:
    full = [*generators, (5, 0, 0), (0, 5, 0), (0, 0, 5)]
    box = itertools.product(range(5), repeat=3)
    assert n_standard_monomials(full, 3) == sum(is_outside(e, full) for e in box)


@settings(deadline=None, max_examples=60)
@given(exponents)
def test_the_eventual_bound_holds_in_large_degrees(generators: list[tuple[int, ...]]) -> None:
    bound = eventual_bound(generators, 3)
    numbers = [sum(is_outside(e, generators) for e in monomials_of_degree(t, [1, 1, 1])) for t in (14, 15, 16)]
    if bound is None:
        assert numbers[0] < numbers[1] < numbers[2]
    else:
        assert numbers == [bound] * 3


def test_limits_stop_the_basis() -> None:
    system = random_system(1, 3, 3)
    for limits in ({"work_limit": 10}, {"entry_limit": 5}):
        basis = GradedBasis([(3, f) for f in system], p=P, weights=[1, 1, 1], **limits)
        with pytest.raises(WorkLimitError, match="ore than"):
            basis.complete_to(9)


def test_very_high_degrees_are_refused() -> None:
    basis = GradedBasis([(251, {(251,): 1})], p=P, weights=[1])
    with pytest.raises(WorkLimitError, match="Degrees above 250"):
        basis.next_level()


def test_a_pattern_that_is_kept_is_the_one_made_anew() -> None:
    starts, exponents = np.array([0, 2, 4]), np.array([[2, 0], [0, 0], [1, 1], [0, 0]], np.uint8)
    leading, levels = np.array([[2, 0], [1, 1]], np.uint8), np.array([2, 2])
    multipliers = np.array([[0, 1], [1, 0]], np.uint8)
    rows = LevelRows(starts, exponents, leading, levels, np.array([1, 1]), np.array([0, 1]), multipliers, 3, 100)
    first, again, new = kept_pattern(rows), kept_pattern(rows), rows.pattern()
    assert first is again and first is not new
    assert first is not None and new is not None
    for name in ("row_elements", "row_starts", "entries", "columns", "reducers"):
        assert (getattr(first, name) == getattr(new, name)).all()
    assert kept_pattern(replace(rows, level=4)) is not first
    assert kept_pattern(replace(rows, entry_limit=1)) is None


def done(system: list[Residues], d: int = 9) -> tuple[object, ...]:
    basis = GradedBasis([(degree(f, [1, 1, 1]), f) for f in system], p=P, weights=[1, 1, 1])
    basis.complete_to(d)
    return basis.leading_monomials(), [basis.element(g) for g in range(basis.n_elements)], basis.work, basis.n_columns


@pytest.mark.parametrize("hint", ["none", "all but the first", "only the last"])
@pytest.mark.parametrize("seed", range(3))
def test_rows_that_were_independent_before_are_a_hint_and_no_more(seed: int, hint: str, monkeypatch) -> None:
    system = random_system(seed, 3, 3)
    monkeypatch.setattr(graded_basis, "independent_rows", known := Kept[IndependentRows](1 << 20))
    first = done(system)
    assert done(system) == first  # by what is known now
    for name, (value, _) in dict(known._of).items():
        rows = {"none": value.rows[:0], "all but the first": value.rows[1:], "only the last": value.rows[-1:]}[hint]
        known.keep(name, IndependentRows(rows, value.work), 100)
    assert done(system) == first


def test_members_of_a_family_share_hints_and_nothing_else(monkeypatch) -> None:
    """The last one has a relation that the others do not have, so other rows of its matrices depend on others."""
    x2, xy, y2, one = (2, 0, 0), (1, 1, 0), (0, 2, 0), (0, 0, 0)

    def member(a: int, b: int) -> list[Residues]:
        return [{x2: 1, xy: a, y2: 1, one: 3}, {x2: 1, xy: b, y2: 1, one: 5}, {(0, 0, 2): 1, xy: 2, one: 1}]

    alone = []
    for pair in ((2, 3), (5, 7), (4, 4)):
        monkeypatch.setattr(graded_basis, "independent_rows", Kept(1 << 20))
        alone.append(done(member(*pair), 6))
    monkeypatch.setattr(graded_basis, "independent_rows", Kept(1 << 20))
    assert [done(member(*pair), 6) for pair in ((2, 3), (5, 7), (4, 4))] == alone
    assert alone[2][0] != alone[0][0]


def test_digests_tell_arrays_apart() -> None:
    a = np.arange(6, dtype=np.int32)
    others = [(a[:3], a[3:]), (a.reshape(2, 3),), (a.astype(np.int64),), (a[::-1],), ()]
    assert len({digest([1], arrays) for arrays in [(a,), *others]} | {digest([2], (a,)), digest([], (a,))}) == 8
