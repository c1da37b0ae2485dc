"""Bounds on the number of solutions that are theorems: known counts, and claims that must not be provable."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy

from polysys.algebra import graded_basis, hilbert_bound
from polysys.algebra import independent_rows as rows
from polysys.algebra.combinations import Combination, with_combinations
from polysys.algebra.graded_basis import GradedBasis
from polysys.algebra.hilbert_bound import StoppedBy, completeness_bound
from polysys.algebra.kept import Kept
from polysys.cache_files import write_sealed
from polysys.errors import InputError


def gradient(potential: str, names: str) -> tuple[list[dict[tuple[int, ...], Fraction]], int]:
    """The gradient of a potential in the given variables, as exact mappings."""
    symbols = sympy.symbols(names)
    polynomial = sympy.Poly(sympy.nsimplify(potential, rational=True), *symbols)
    return [{e: Fraction(int(c.p), int(c.q)) for e, c in polynomial.diff(s).terms() if c} for s in symbols], len(
        symbols
    )


ROSENBROCK_4 = "+".join(f"100*(x{i + 1}-x{i}**2)**2+(1-x{i})**2" for i in range(1, 4))

# Exact symbolic degrees of gradient ideals, most of them where floating-point continuation loses solutions.
POTENTIALS = [
    ("(y-x**3)**2+(12-x)**2", "x y", 1),
    ("100*(y-x**2)**2+(2-x)**2+100*(z-y**2)**2", "x y z", 1),
    (ROSENBROCK_4, "x1 x2 x3 x4", 9),
    ("x**2*y-3*y+50*x+(z-y**3)**2", "x y z", 2),
    ("3*(24*x-23*y)**4-(25*x-24*y)*(24*x-23*y)**3+1250*y+1875*x*y", "x y", 5),
    ("(30*x-29*y)*(29*x-28*y)*(x**2+y**2)+900*(z**2*x+2*y**3+x*z+x+3*y)", "x y z", 15),
    ("(x+y)**3/3-y**3/10**14-x-2*y+x*y", "x y", 4),
    ("(x-1)**3/3-(x-1)/(4*10**24)+y**2/2+x*y**2", "x y", 4),
    ("u*(x**2-140*x*y-y**3+4900*y**2)+v*(10**45*y-1)", "x y u v", 2),
    ("-45*y**2*z**2-y*z/97+85*x+5*x**2*y**2+x*y*z**2/12+x**2*y/9+y*z**2/3", "x y z", 9),
]


@pytest.mark.parametrize(("potential", "names", "count"), POTENTIALS)
def test_the_bound_is_the_degree_of_the_gradient_ideal(potential: str, names: str, count: int) -> None:
    polynomials, n = gradient(potential, names)
    bound = completeness_bound(polynomials, n)
    assert bound.is_sharp and bound.bound == bound.n_modulo == count
    assert bound.recheck(polynomials)


def test_solutions_that_leave_the_finite_part_modulo_the_prime_are_counted() -> None:
    """p x^2 + x - 1 has two solutions, and one modulo p: the degree is that before the reduction."""
    p = completeness_bound([{(1,): 1}], 1).prime
    polynomial = {(2,): p, (1,): 1, (0,): -1}
    bound = completeness_bound([polynomial], 1)
    assert bound.prime == p and bound.n_modulo == 1
    assert bound.bound == 2 and not bound.is_sharp
    assert completeness_bound([polynomial], 1, seed=1).bound == 2


def test_a_relation_that_holds_only_modulo_the_prime_is_not_used() -> None:
    """x^2 + y^2 and (1 + p) x^2 + y^2 have the same form modulo p, and four solutions together with - x, - y."""
    p = completeness_bound([{(1,): 1}], 1).prime
    f = {(2, 0): 1, (0, 2): 1, (1, 0): -1}
    g = {(2, 0): 1 + p, (0, 2): 1, (0, 1): -1}
    bound = completeness_bound([f, g], 2)
    assert bound.bound == 4 and bound.n_modulo == 2 and bound.stopped_by is StoppedBy.RATIONALS
    other = completeness_bound([f, g], 2, seed=1)
    assert other.bound == other.n_modulo == 4 and other.is_sharp


def test_multiple_solutions_count_with_multiplicity() -> None:
    """x^3 = 0, y^2 = x: one point of multiplicity 6."""
    bound = completeness_bound([{(3, 0): 1}, {(0, 2): 1, (1, 0): -1}], 2)
    assert bound.is_sharp and bound.bound == 6


def test_no_solution_at_all_is_proved() -> None:
    """x y = 1 and x = 0."""
    polynomials = [{(1, 1): 1, (0, 0): -1}, {(1, 0): 1}]
    bound = completeness_bound(polynomials, 2)
    assert bound.bound == 0 and bound.is_sharp and bound.recheck(polynomials)


@pytest.mark.parametrize(
    ("potential", "names"), [("x*(x*y**2-1)**2+z**2", "x y z"), ("(x*x+y*y-1)**2", "x y"), ("x**2*y**2+z**2", "x y z")]
)
def test_a_curve_of_solutions_has_no_bound(potential: str, names: str) -> None:
    polynomials, n = gradient(potential, names)
    bound = completeness_bound(polynomials, n)
    assert bound.bound is None and bound.stopped_by is StoppedBy.INFINITE
    assert not bound.recheck(polynomials)
    assert completeness_bound(polynomials, n, goal=5).bound is None


def test_a_goal_below_the_truth_is_not_reached() -> None:
    polynomials, n = gradient(ROSENBROCK_4, "x1 x2 x3 x4")
    assert completeness_bound(polynomials, n, goal=8).bound == 9


def test_a_goal_above_the_truth_ends_the_search_early() -> None:
    polynomials, n = gradient(ROSENBROCK_4, "x1 x2 x3 x4")
    bound = completeness_bound(polynomials, n, goal=30, weights=[1] * n)
    assert bound.bound == 24 and bound.n_modulo == 9 and bound.stopped_by is StoppedBy.GOAL and not bound.is_sharp


def test_a_record_proves_nothing_about_another_system() -> None:
    """Rosenbrock's valley with another constant has no use for these combinations."""
    polynomials, n = gradient("(y-x**3)**2+(12-x)**2", "x y")
    bound = completeness_bound(polynomials, n)
    others, _ = gradient("(y-x**3)**2+(12-x)**2+x**2*y/7", "x y")
    assert completeness_bound(others, n).bound == 4  # y = x^3 - x^2/14 leaves a quartic in x
    assert bound.recheck(polynomials) and not bound.recheck(others)


def test_a_record_with_a_smaller_number_does_not_recheck() -> None:
    polynomials, n = gradient(ROSENBROCK_4, "x1 x2 x3 x4")
    bound = completeness_bound(polynomials, n)
    assert not replace(bound, bound=8).recheck(polynomials)
    assert not replace(bound, prime=bound.prime - 1).recheck(polynomials)
    assert not replace(bound, combinations=bound.combinations[:-1]).recheck(polynomials)
    assert not replace(bound, weights=(1, 1, 1)).recheck(polynomials)


def test_a_combination_is_what_it_multiplies_out_to() -> None:
    """A combination with a wrong coefficient is an element of the ideal too, of no use; none can claim x = 0."""
    polynomials, n = gradient("(y-x**3)**2+(12-x)**2", "x y")
    bound = completeness_bound(polynomials, n)
    first, *rest = bound.combinations
    (i, a, c), *terms = first.terms
    broken = replace(bound, combinations=(Combination(((i, a, c + 1), *terms)), *rest))
    assert not broken.recheck(polynomials)
    outside = Combination(((7, (0, 0), 1),))
    assert not replace(bound, combinations=(outside,)).recheck(polynomials)


@pytest.mark.parametrize("term", [(0, (-1, 0), 1), (-1, (0, 0), 1), (0, (0, 0), 0.5)])
def test_terms_that_leave_the_ideal_are_refused(term: tuple[int, tuple[int, ...], int]) -> None:
    """x^-1 times x (x - 1) would cut off the solution 0."""
    with pytest.raises(InputError, match="not a term"):
        Combination((term,))


def test_the_search_is_deterministic() -> None:
    polynomials, n = gradient(ROSENBROCK_4, "x1 x2 x3 x4")
    assert completeness_bound(polynomials, n, seed=3) == completeness_bound(polynomials, n, seed=3)


def test_too_little_work_ends_with_the_best_bound() -> None:
    polynomials, n = gradient(ROSENBROCK_4, "x1 x2 x3 x4")
    bound = completeness_bound(polynomials, n, work_limit=6000, weights=[1] * n)
    assert bound.stopped_by is StoppedBy.WORK and bound.bound == 54
    assert bound.recheck(polynomials)


def test_input_is_checked() -> None:
    with pytest.raises(InputError, match="not weights of 2 unknowns"):
        completeness_bound([{(1, 0): 1}], 2, weights=[1])
    with pytest.raises(InputError, match="not exponents of 2 unknowns"):
        completeness_bound([{(1,): 1}], 2)
    with pytest.raises(InputError, match="not an int or a Fraction"):
        completeness_bound([{(1,): 0.5}], 1)


def test_weights_that_fit_the_newton_polytope_need_no_combination() -> None:
    """y - x^3 is homogeneous when y weighs 3."""
    polynomials = [{(0, 1): 1, (3, 0): -1}, {(0, 2): 1, (5, 0): -2, (0, 0): -1}]
    weighted = completeness_bound(polynomials, 2)
    assert weighted.weights == (1, 3) and weighted.bound == 6 and weighted.is_sharp and not weighted.combinations
    plain = completeness_bound(polynomials, 2, weights=[1, 1])
    assert plain.bound == 6 and plain.combinations


def test_every_element_of_a_basis_lies_in_the_ideal() -> None:
    """Against sympy's Groebner basis modulo the same prime."""
    p = 32003
    polynomials, n = gradient(ROSENBROCK_4, "x1 x2 x3 x4")
    generators = with_combinations(polynomials, ())
    basis = GradedBasis([(3, {e: c % p for e, c in g.items()}) for g in generators], p=p, weights=[1] * n)
    while not basis.is_complete:
        basis.next_level()
    symbols = sympy.symbols("x1:5")
    ideal = sympy.groebner(
        [sympy.Poly(g, *symbols).as_expr() for g in generators], *symbols, modulus=p, order="grevlex"
    )
    assert basis.n_elements > len(generators)
    for g in range(basis.n_elements):
        assert ideal.contains(sympy.Poly(basis.element(g), *symbols).as_expr())


@pytest.fixture
def rosenbrock(tmp_path, monkeypatch):
    """A search whose hints are kept in a folder of its own, and what it found without any."""
    terms, _ = gradient("100*(y-x**2)**2+(1-x)**2+100*(z-y**2)**2+(1-y)**2", "x y z")
    monkeypatch.setenv("STATIONARY_CACHE", str(tmp_path))
    monkeypatch.setattr(hilbert_bound, "_LONG", 0)
    forget(monkeypatch)
    return terms, completeness_bound(terms, 3)


def forget(monkeypatch) -> None:
    known = Kept[rows.IndependentRows](1 << 20)
    monkeypatch.setattr(rows, "independent_rows", known)
    monkeypatch.setattr(graded_basis, "independent_rows", known)


def test_hints_are_read_back_and_change_nothing(rosenbrock, tmp_path, monkeypatch):
    terms, found = rosenbrock
    (path,) = (tmp_path / "rows").iterdir()
    forget(monkeypatch)
    names = rows.load(bytes.fromhex(path.name))
    assert names and all(rows.independent_rows.get(name) is not None for name in names)
    assert completeness_bound(terms, 3) == found
    before = path.stat().st_mtime_ns
    other = [f | {(1, 1, 0): Fraction(7)} for f in terms]  # with a monomial more: another search
    completeness_bound(other, 3)
    assert len(list((tmp_path / "rows").iterdir())) == 2 and path.stat().st_mtime_ns == before


@pytest.mark.parametrize("damage", ["cut", "altered", "of another search", "empty", "a folder", "no content", "too few rows", "work below zero"])
def test_hints_that_are_damaged_or_of_another_search_are_not_read(rosenbrock, tmp_path, monkeypatch, damage):
    terms, found = rosenbrock
    (path,) = (tmp_path / "rows").iterdir()
    data = path.read_bytes()
    name = bytes.fromhex(path.name)
    if damage == "of another search":
        name = bytes(32)
        path.with_name(name.hex()).write_bytes(data)
    elif damage == "a folder":
        path.unlink()
        path.mkdir()
    elif damage in ("no content", "too few rows", "work below zero"):  # with a digest that is right
        content = data[32 + len(rows._MAGIC) :]
        count = int.from_bytes(content[:8], "little")
        works = 8 + 40 * count
        below = content[:works] + (-5).to_bytes(8, "little", signed=True) * count + content[works + 8 * count :]
        content = {"no content": b"", "too few rows": content[:-4], "work below zero": below}[damage]
        write_sealed(path, rows._MAGIC + content)
    else:
        path.write_bytes({"cut": data[:-3], "altered": data[:-1] + bytes([data[-1] ^ 1]), "empty": b""}[damage])
    forget(monkeypatch)
    assert (rows.load(name) == set()) is (damage != "work below zero")
    assert completeness_bound(terms, 3) == found


def test_rows_that_a_matrix_does_not_have_are_no_hint():
    for given, fits in (([0, 2], True), ([], True), ([0, 3], False), ([-1], False), ([1, 1], False), ([2, 0], False)):
        assert rows.IndependentRows(np.array(given, np.int64), 1).fit(3) is fits
