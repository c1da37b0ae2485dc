"""Families of equations: solutions tracked to many members, certified, and found by monodromy with a trace test."""

from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.common import reporting
from homotopy.engines.starts.trace_test import section_test
from homotopy.errors import EngineTimeoutError
from homotopy.solving import family_loops
from polysys.errors import InputError
from polysys.tape import trace
from tests.published_systems import equal_couplings, kuramoto

W = ("w1", "w2", "w3")
SQUARE = ps.equations(["x^2 = a"], parameters=["a"])
CONICS = ps.equations(["x^2 + a*x*y + b = 0", "c*y^2 + d*x + 1 = 0"], parameters=["a", "b", "c", "d"])


@pytest.fixture(scope="module")
def conics() -> ho.MonodromySolutions:
    return ho.monodromy(CONICS)


def test_monodromy_finds_all_solutions_and_the_trace_test_says_so(conics) -> None:
    assert len(conics) == 4 and conics.is_trace_passed
    residuals = CONICS.parametric_tapes.equations.evaluate(list(conics.solutions.T), list(conics.parameters), float)
    assert np.abs(residuals).max() < 1e-10
    assert conics.chance_of_one_missing < 1e-5 and "trace test passed" in repr(conics)


def test_many_targets_have_the_real_solutions_that_a_solve_finds(conics) -> None:
    targets = np.random.default_rng(3).normal(size=(40, 4)).round(3)
    found = ho.track(CONICS, conics.parameters, conics.solutions, targets, certify=True)
    assert found.solutions.shape == (40, 4, 2) and len(found.accounts) == 40
    assert all(a.is_balanced and a.regular == 4 for a in found.accounts) and (found.n_certified == 4).all()
    for k in (0, 17, 39):
        solved = ho.solve(CONICS.at(targets[k].tolist()))
        assert solved.n_complex == 4 and solved.n_real == found.n_real[k]
        theirs = np.sort_complex(np.round(found.regular(k)[:, 0], 8))
        assert np.allclose(theirs, np.sort_complex(np.round(solved.points[:, 0], 8)), atol=1e-7)


def test_the_answer_is_the_same_for_the_same_seed_and_any_number_of_threads(conics) -> None:
    target = [[0.3, -1.0, 0.7, 2.0]]
    first, second = (ho.track(CONICS, conics.parameters, conics.solutions, target, threads=t) for t in (1, 2))
    assert np.array_equal(first.solutions, second.solutions)
    again = ho.monodromy(CONICS)
    assert np.array_equal(again.solutions, conics.solutions) and np.array_equal(again.parameters, conics.parameters)


def test_real_starts_go_by_way_of_a_complex_member() -> None:
    """On the straight way from 1 to -1 the solutions of x^2 = a meet at 0."""
    found = ho.track(SQUARE, {"a": 1}, [[1], [-1]], [-1, "2.25", Fraction(1, 4)], certify=True)
    assert found.n_real.tolist() == [0, 2, 2] and found.n_regular.tolist() == [2, 2, 2]
    assert sorted(found.regular(1)[:, 0].real.round(12).tolist()) == [-1.5, 1.5]


def test_paths_to_multiple_and_infinite_solutions_have_their_class() -> None:
    family = ps.equations(["a*x^2 + b*x + c = 0"], parameters=["a", "b", "c"])
    found = ho.track(
        family, {"a": 1, "b": 0, "c": -1}, [1, -1], [{"a": 1, "b": 2, "c": 1}, {"a": 0, "b": 1, "c": 1}], certify=True
    )
    assert [a.singular for a in found.accounts] == [2, 0] and [a.at_infinity for a in found.accounts] == [0, 1]
    assert found.n_certified.tolist() == [0, 1] and found.n_real.tolist() == [0, 1]


def test_landscapes_are_families_of_their_couplings() -> None:
    model = ps.SphericalPSpin(n=3, p=3)
    lands = [model.sample(seed=1, index=k) for k in range(3)]
    census = ho.census(lands[0])
    targets = [[float(c) for c in land.parameters] for land in lands]
    found = ho.track(lands[0], targets[0], census.certificates.mid, targets, certify=True)
    assert found.n_real.tolist() == [ho.census(land).n_real_classes for land in lands]


def test_more_equations_than_unknowns_are_held_against_all_of_them() -> None:
    family = ps.equations(["x^2 = a^2", "x^3 = a^3"], parameters=["a"])
    found = ho.track(family, {"a": 1}, [[1]], [[2], [3]], certify=True)
    assert found.n_certified.tolist() == [1, 1]
    assert np.allclose([c.mid[0, 0] for c in found.certificates], [2, 3])


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        (ps.equations(kuramoto(W, equal_couplings(4)), parameters=W), 14),
        (
            ps.equations(
                kuramoto(W, {(i, j): f"k{i}{j}" for i, j in combinations(range(4), 2)}),
                parameters=[*W, *(f"k{i}{j}" for i, j in combinations(range(4), 2))],
            ),
            comb(6, 3),
        ),
    ],
    ids=["equal couplings", "general couplings"],
)
def test_oscillators_have_their_published_numbers_of_equilibria(family, expected) -> None:
    found = ho.monodromy(family)
    assert len(found) == expected and found.is_trace_passed


def test_the_trace_test_notices_a_missing_solution() -> None:
    family = ps.equations(kuramoto(W, equal_couplings(4)), parameters=W)
    found = ho.monodromy(family, trace_test=False)
    tape = family.parametric_tapes.equations
    unknowns = trace(lambda x, _: list(x), 6, 3)
    signs, moving = np.ones((1, 6), np.int8), np.ones(3, bool)
    test, more = section_test(tape, unknowns, found.parameters, found.solutions[:-1], signs, moving, 0)
    assert not test.is_passed and test.n_new == 1
    assert np.allclose(more, found.solutions[-1:])
    assert found.trace_test is None and found.is_trace_passed is None


def test_a_trace_that_is_bent_more_than_by_rounding_is_not_passed() -> None:
    """Two solutions of three are small, and their curve is all but a parabola: the third bends the trace by 1e-8 of what they do."""
    tape = ps.equations(["x^3 + 100*x^2 + a = 0"], parameters=["a"]).parametric_tapes.equations
    unknowns = trace(lambda x, _: list(x), 1, 1)
    near = np.array(sorted(np.roots([1, 100, 0, 1]), key=abs)[:2])[:, None]
    test, _ = section_test(tape, unknowns, np.ones(1, complex), near, np.ones((1, 1), np.int8), np.ones(1, bool), 0)
    assert not test.is_passed


def test_solutions_a_thousand_times_larger_are_found_by_lines_far_out() -> None:
    found = ho.monodromy(ps.equations(["x^3 + 1000*x^2 + a = 0"], parameters=["a"]), seed=0)
    assert len(found) == 3


@pytest.mark.parametrize(
    ("equations", "names", "expected"),
    [(["x^4 + a*x^2 + 1"], ["a"], 4), (["x^3 + a*x*y + 1", "y^2 + b*x + y"], ["a", "b"], 6)],
)
def test_loops_of_other_sizes_find_what_the_trace_test_misses(equations, names, expected) -> None:
    """Loops as large as the first member go around all branch points at once, or around none."""
    found = ho.monodromy(ps.equations(equations, parameters=names))
    assert len(found) == expected and found.is_trace_passed


def test_a_start_that_is_given_is_used_and_an_expected_number_ends_the_loops(conics) -> None:
    found = ho.monodromy(CONICS, conics.solutions[0], conics.parameters, expected=4)
    assert len(found) == 4 and found.trace_test is None


def test_a_family_that_falls_apart_keeps_to_its_component() -> None:
    """x^2 = a^2 is x = a and x = -a: no loop leads from one to the other, and the trace test sees a complete curve."""
    family = ps.equations(["x^2 = a^2"], parameters=["a"])
    assert len(ho.monodromy(family, [[1 + 1j]], [1 + 1j])) == 1
    found = ho.monodromy(family, [[1 + 1j]], [1 + 1j], expected=2)
    assert found.n_missing == 1 and found.complete is ho.Verdict.NO and found.is_trace_passed
    assert found.account == (
        "1 of the 2 expected are missing; 1 of the 2 solutions of a random member are missing, by exact algebra modulo two primes; "
        "1 are all that loops can reach, by the trace test after 1 round"
    )
    assert found.account in repr(found)
    assert len(ho.monodromy(family)) == 2  # no start to keep to


_APART = [
    (["x^3 + 10^6*x^2 + a"], "a", 3),
    (["x^3 + 10^15*x^2 + a"], "a", 3),
    (["x^4 + 10^9*x^3 + x^2 + a"], "a", 4),
    (["x^4 + 10^5*x^3 + a*x + b"], "ab", 4),
    (["x^5 + 10^4*x^4 + 10^12*x^2 + a*x + b"], "ab", 5),
    (["x^6 + 10^6*x^4 + 10^9*x^2 + a"], "a", 6),
    (["x*y + 10^5*x + a", "y^2 + 10^6*x + b"], "ab", 3),
    (["x^2 + 10^6*x*y + a", "y^2 + 0.001*x*y + y + b"], "ab", 4),
    (["x^2*y + 10^9*x + a*y", "x*y^2 + 1000*y + b"], "ab", 4),
    (["x^3*y + 10^8*x^2 + a", "y^3 + 10^5*x*y + b"], "ab", 9),
    (["x^3 + 10^6*x^2 + y + a", "y^2 + 10^4*y + x + b"], "ab", 6),
    (["x^2 + 10^6*x + y*z + a", "y^2 + 10^4*y + x + b", "z^2 + 1000*z + x*y + c"], "abc", 8),
]


@pytest.mark.parametrize(("texts", "names", "expected"), _APART, ids=[", ".join(a[0]) for a in _APART])
def test_solutions_of_very_different_size_are_all_found(texts, names, expected) -> None:
    """The numbers are Bezout's or mixed volumes."""
    found = ho.monodromy(ps.equations(texts, parameters=list(names)))
    assert len(found) == expected and found.complete is ho.Verdict.YES


@pytest.mark.parametrize("k", [0, 3, 5, 9])
def test_a_part_that_passes_the_trace_test_is_never_called_complete(k, monkeypatch) -> None:
    """A start at parameters of size one leads to a part of the solutions, by exact algebra and where that is out of reach."""
    texts, names, expected = _APART[k]
    family = ps.equations(texts, parameters=list(names))
    tape, n = family.parametric_tapes.equations, len(texts)
    pair = family_loops._start_pair(tape, np.random.default_rng(5))
    part = ho.monodromy(family, pair[:n], pair[n:])
    assert len(part) < expected and part.is_trace_passed and part.complete is ho.Verdict.NO
    monkeypatch.setattr(family_loops, "member_count", lambda *_: None)
    blind = ho.monodromy(family, pair[:n], pair[n:])
    assert blind.is_trace_passed and blind.complete is ho.Verdict.UNDECIDED and "decades" in blind.account


def test_a_wrong_expected_number_is_contradicted() -> None:
    found = ho.monodromy(SQUARE, expected=1)
    assert len(found) == 1 and found.n_missing == 0 and found.complete is ho.Verdict.NO
    assert found.account == "as many as expected, 1; 1 of the 2 solutions of a random member are missing, by exact algebra modulo two primes"


QUADRICS = ["-5*x^2 + 9*x*y - 7*y^2 - x - 6*y + 6 + a*x", "5*x^2 + 6*x*y + 3*y^2 - 3*x - 6*y + 6"]


def test_loops_in_one_parameter_stop_short_and_what_the_trace_test_finds_is_carried_on() -> None:
    """Two conics meet in four points. Loops of the parameter reach two of them from these starts, or one."""
    family = ps.equations(QUADRICS, parameters=["a"])
    short = ho.monodromy(family, seed=4, trace_test=False, expected=4)
    assert len(short) < 4 and short.n_missing == 4 - len(short) and short.complete is ho.Verdict.NO
    assert "expected are missing; not known to be complete: there was no trace test" in repr(short)
    found = ho.monodromy(family, seed=4)
    assert len(found) == 4 and found.n_rounds > 1 and found.complete is ho.Verdict.YES and found.n_missing is None
    residuals = family.parametric_tapes.equations.evaluate(list(found.solutions.T), list(found.parameters), float)
    assert np.abs(residuals).max() < 1e-9


def test_a_list_of_a_real_member_that_lacks_a_conjugate_says_so(conics) -> None:
    target = [[0.3, -1.0, 0.7, 2.0]]
    whole = ho.track(CONICS, conics.parameters, conics.solutions, target)
    assert whole.n_without_conjugate.tolist() == [0] and "missing" not in repr(whole)
    k = int(np.flatnonzero(np.abs(whole.solutions[0].imag).max(axis=1) > 1e-6)[0])
    part = ho.track(CONICS, conics.parameters, np.delete(conics.solutions, k, axis=0), [*target, [1j, 1, 1, 1]])
    assert part.n_without_conjugate.tolist() == [1, 0]
    assert "missing    the conjugates of 1 solution at 1 real target" in repr(part)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (({"a": 1}, [[2]], [4]), "does not solve"),
        (({"b": 1}, [[1]], [4]), "parameter"),
        (([1, 2], [[1]], [4]), "2 values"),
        (({"a": 1}, [[1, 2]], [4]), "shape"),
        (({"a": "one"}, [[1]], [4]), "number"),
        (({"a": float("nan")}, [[1]], [4]), "finite"),
        (({"a": 1}, "x", [4]), "array"),
    ],
)
def test_wrong_input_is_refused_in_a_sentence(arguments, said) -> None:
    with pytest.raises(ps.InputError, match=said):
        ho.track(SQUARE, *arguments)


def test_certificates_need_real_targets_and_families_need_parameters() -> None:
    with pytest.raises(ps.InputError, match="not real"):
        ho.track(SQUARE, {"a": 1}, [[1]], [1j], certify=True)
    assert ho.track(SQUARE, {"a": 1}, [[1]], [1j]).regular()[0, 0] ** 2 == pytest.approx(1j)
    with pytest.raises(ps.InputError, match="certify=True"):
        _ = ho.track(SQUARE, {"a": 1}, [[1]], [2]).n_real
    for call in (lambda f: ho.track(f, [], [[1]], []), ho.monodromy):
        with pytest.raises(ps.InputError, match="no parameters"):
            call(ps.equations(["x^2 = 2"]))
        with pytest.raises(TypeError, match="no family"):
            call("x^2 = a")
    for wrong in ({"seed": -1}, {"time_limit": 0}, {"expected": 0}, {"x0": [[1]]}):
        with pytest.raises(ps.InputError):
            ho.monodromy(SQUARE, **wrong)


def test_progress_is_told_and_the_time_limit_holds(conics) -> None:
    told: list[tuple[int, int]] = []
    said: list[str] = []
    with reporting.listening(lambda what, done, total: said.append(what)):
        ho.track(CONICS, conics.parameters, conics.solutions, np.ones((3, 4)) / 2, progress=lambda *x: told.append(x))
    assert told[-1] == (12, 12) and "paths" in said
    with pytest.raises(EngineTimeoutError):
        ho.monodromy(CONICS, time_limit=1e-9)


def test_no_start_and_no_target_are_empty() -> None:
    found = ho.track(SQUARE, {"a": 1}, [], [4], certify=True)
    assert found.solutions.shape == (1, 0, 1) and found.n_real.tolist() == [0] and "0 paths" in repr(found)
    assert len(ho.track(SQUARE, {"a": 1}, [[1]], [])) == 0


CUBICS = ["x^3 + a*x*y + b = 0", "y^3 + c*y*x + d = 0"]


def _interrupted(what, after):
    seen = [0]

    def listener(said, done, total):
        seen[0] += said == what
        if seen[0] == after:
            seen[0] += 1
            raise KeyboardInterrupt

    return reporting.listening(listener)


def test_what_was_tracked_and_found_is_kept_where_somebody_keeps_it():
    family = ps.equations(CUBICS, parameters=list("abcd"))
    start = ho.monodromy(family)
    assert len(start) == 9 and not start.stopped
    targets = np.random.default_rng(0).normal(size=(300, 4)).round(3)
    with ho.keeping_found(), _interrupted("paths", 2):
        ends = ho.track(family, start.parameters, start.solutions, targets, threads=1)
    assert 0 < ends.n_regular.sum() < 2700 and ends.stopped == "It was interrupted." and ends.stopped in repr(ends)
    with ho.keeping_found(), _interrupted("certificates", 3):  # those of a target come in two portions: one of each pair, and their mirror images
        ends = ho.track(family, start.parameters, start.solutions, targets[:4], certify=True)
    assert (ends.n_regular == 9).all() and ends.n_certified.tolist() == [9, 0, 0, 0] and ends.stopped
    with ho.keeping_found(), _interrupted("solutions by monodromy", 6):
        found = ho.monodromy(family)
    assert 1 < len(found) <= 9 and found.is_trace_passed is None and found.stopped in repr(found)
    with pytest.raises(KeyboardInterrupt), _interrupted("solutions by monodromy", 6):
        ho.monodromy(family)
    with pytest.raises(KeyboardInterrupt), ho.keeping_found(), _interrupted("solutions by monodromy", 1):
        ho.monodromy(ps.equations(["x = a"], parameters=["a"]))  # nothing but the start


def test_a_path_that_ends_at_the_origin_is_no_lost_path():
    """x^3 - a x + b y = y^2 + c y + a x y + b = 0 at (a, b, c) = (1, 0, 1): (0, 0), (0, -1), (1, 0), (1, -2) and twice (-1, 0)."""
    family = ps.equations(["x^3 - a*x + b*y", "y^2 + c*y + a*x*y + b"], parameters=list("abc"))
    start = ho.monodromy(family, trace_test=False)
    ends = ho.track(family, start.parameters, start.solutions, [[1, 0, 1]], certify=True)
    assert (ends.accounts[0].regular, ends.accounts[0].singular, ends.accounts[0].failed) == (4, 2, 0)
    assert sorted(map(tuple, ends.regular().real.round(9).tolist())) == [(0, -1), (0, 0), (1, -2), (1, 0)]
    assert ends.n_certified.tolist() == [4]


@pytest.mark.parametrize(
    ("potential", "domain", "parameters", "n"),
    [
        ("x^4/4 - a*x^2/2 + b*x", "euclidean", "ab", 3),
        ("(x - u)^2 + (y - v)^2", "x^2 + 4*y^2 = r", "uvr", 4),  # distances to an ellipse
        ("a*x^2 + b*y^2 + c*z^2 + d*x + e*y + f*z", "sphere", "abcdef", 6),
    ],
)
def test_expressions_with_free_parameters_are_families(potential, domain, parameters, n):
    family = ps.expression(potential, domain, parameters=list(parameters))
    start = ho.monodromy(family)
    assert len(start) == n and start.is_trace_passed
    values = [Fraction(p, q) for p, q in ((7, 3), (1, 5), (3, 2), (1, 7), (2, 5), (-1, 3))][: len(parameters)]
    ends = ho.track(family, start.parameters, start.solutions, [values], certify=True)
    census = ho.census(family.at(values))
    assert ends.n_certified.tolist() == [n] and ends.n_real[0] == census.n_real
    assert census.n_complex == n and census.completeness.verdict is ho.Completeness.PROVED


def test_a_family_of_one_parameter_is_scanned_and_others_say_what_they_lack():
    found = ho.scan(ps.expression("x^3/3 - a*x", parameters=["a"]), a=ho.linspace(-1, 1, 4))
    assert found.n_real == (0, 0, 2, 2) and found.events[0].kind.value == "fold"
    with pytest.raises(InputError, match="The parameter 'b' has no value"):
        ho.scan(ps.expression("x^4/4 - a*x^2/2 + b*x", parameters=["a", "b"]), a=ho.linspace(-1, 1, 4))
    for parameters, said in (([], "is empty"), ("a", "as the text 'a'"), (["x", "y"], "no variables besides")):
        with pytest.raises(InputError, match=said):
            ps.expression("x^2 + y^2", parameters=parameters)


def test_points_of_curves_are_no_solutions_that_are_counted() -> None:
    """(x - 1)(y - a) = (x - 1)(x^2 - b) = 0: two points besides the line x = 1, and the monomials allow three."""
    family = ps.equations(["(x - 1)*(y - a) = 0", "(x - 1)*(x^2 - b) = 0"], parameters=["a", "b"])
    found = ho.monodromy(family)
    assert len(found) == 2 and found.complete is ho.Verdict.YES
    assert np.abs(found.solutions[:, 0] ** 2 - found.parameters[1]).max() < 1e-12
    count = found.count
    assert count is not None and (count.n_simple, count.bound.value) == (2, 3)
    assert [count.says(n) for n in (1, 2, 3)] == [ho.Verdict.NO, ho.Verdict.YES, ho.Verdict.UNDECIDED]
