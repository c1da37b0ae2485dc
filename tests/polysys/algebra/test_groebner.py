"""Groebner bases, staircases and quotient algebras modulo p, against sympy and identities."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
import sympy as sp
from flint import nmod_mat
from hypothesis import given
from hypothesis import strategies as st

from polysys.algebra import Meter, Stop, SystemModulo, f4, homogenise, projective_degree_bound, staircase
from polysys.algebra.f4 import groebner_basis
from polysys.algebra.f4_trace import Trace, monomials_digest
from polysys.algebra.kept import Kept
from polysys.algebra.modular import integer_polynomials, parity_masks, random_primes, reduce_modulo
from polysys.algebra.monomials import intern_all, new_table, pack, unpack
from polysys.algebra.quotient import QuotientAlgebra, n_distinct, quotient_algebra
from polysys.errors import InputError
from tests.polysys.algebra.systems import cyclic, dense, katsura, noon, times

PRIME = 2147483629


def modulo(polynomials, n, prime=PRIME):
    return reduce_modulo(integer_polynomials(polynomials, n), n, prime)


def monomials(array):
    return sorted(map(tuple, array.tolist()))


@st.composite
def small_systems(draw):
    n = draw(st.integers(1, 3))
    exponents = st.tuples(*[st.integers(0, 3 if n < 3 else 2)] * n)
    polynomials = st.dictionaries(exponents, st.integers(-9, 9).filter(bool), min_size=1, max_size=4)
    return n, draw(st.lists(polynomials, min_size=1, max_size=n + 1))


@given(small_systems(), st.sampled_from([PRIME, 32003, 101, 3]))
def test_leading_monomials_are_those_of_sympy(case, prime):
    n, polynomials = case
    system = modulo(polynomials, n, prime)
    ours = monomials(groebner_basis(system).leading)
    x = sp.symbols(f"x:{n}")
    ring = sp.polys.rings.PolyRing(x, sp.GF(prime, symmetric=False), sp.grevlex)
    generators = [ring.from_dict({e: c % prime for e, c in f.items()}) for f in integer_polynomials(polynomials, n)]
    theirs = sp.polys.groebnertools.groebner([g for g in generators if g], ring)
    assert ours == sorted(g.LM for g in theirs)


def trace_form_rank(algebra: QuotientAlgebra) -> int:
    """Rank of (a, b) -> trace of multiplication by ab: the number of distinct solutions where p > D, found another way.

    The algebra is over the closure a product of local algebras A_z; an element has on A_z the one eigenvalue a(z), so
    trace(ab) = sum of dim(A_z) a(z) b(z).
    """
    d, n, p = algebra.dimension, algebra.n, algebra.prime
    rows = np.eye(d, dtype=np.int64)
    by_unknown = [
        nmod_mat(d, d, np.stack([algebra.times(b, algebra.unit(i)) for b in rows]).ravel().tolist(), p) for i in range(n)
    ]
    by_monomial = {(0,) * n: nmod_mat(d, d, rows.ravel().tolist(), p)}
    for e in sorted(map(tuple, algebra.exponents.tolist()), key=sum)[1:]:
        i = next(i for i in range(n) if e[i])
        by_monomial[e] = by_monomial[*e[:i], e[i] - 1, *e[i + 1 :]] * by_unknown[i]
    left, right = (
        nmod_mat(d, d * d, [int(v) for m in by_monomial.values() for v in (m.transpose() if turn else m).entries()], p)
        for turn in (False, True)
    )
    return int((left * right.transpose()).rank())


@given(small_systems())
def test_distinct_solutions_are_the_rank_of_the_trace_form(case):
    n, polynomials = case
    basis = groebner_basis(modulo(polynomials, n))
    if staircase.dimension(basis.leading) != 0 or staircase.degree(basis.leading) > 40:
        return
    algebra = quotient_algebra(basis)
    assert n_distinct(algebra) == trace_form_rank(algebra)


@pytest.mark.parametrize(("polynomials", "n"), [(cyclic(5), 5), (katsura(4), 5), (noon(3), 3)])
def test_the_two_ways_to_distinct_solutions_agree(polynomials, n):
    algebra = quotient_algebra(groebner_basis(modulo(polynomials, n)))
    assert n_distinct(algebra) == trace_form_rank(algebra) == algebra.dimension


@pytest.mark.parametrize(
    ("polynomials", "n"), [(cyclic(5), 5), (katsura(5), 6), (noon(4), 4), (dense(3, (3, 3, 3), 1), 3)]
)
def test_products_by_unknowns_commute_and_satisfy_the_equations(polynomials, n):
    """What makes the matrices those of the quotient by the ideal: they commute, and the generators vanish at them."""
    system = modulo(polynomials, n)
    algebra = quotient_algebra(groebner_basis(system))
    identity = np.eye(algebra.dimension, dtype=np.int64)
    matrices = [np.stack([algebra.times(b, algebra.unit(i)) for b in identity]).astype(object) for i in range(n)]
    for a, b in product(matrices, matrices):
        assert ((a @ b - b @ a) % PRIME == 0).all()
    one = algebra.one.astype(object)
    for exponents, coefficients in zip(system.exponents, system.coefficients, strict=True):
        value = 0
        for e, c in zip(exponents.tolist(), coefficients.tolist(), strict=True):
            vector = one
            for i, k in enumerate(e):
                for _ in range(k):
                    vector = vector @ matrices[i] % PRIME
            value = (value + c * vector) % PRIME
        assert not np.any(value)


@given(st.lists(st.tuples(*[st.integers(0, 32767)] * 6), min_size=1, max_size=8))
def test_monomials_are_found_again(exponents):
    small = [tuple(a // 6 for a in e) for e in exponents]
    words = pack(small, 6)
    assert list(map(tuple, unpack(words, 6).tolist())) == small
    table, numbers = intern_all(new_table(6, 4), words)
    table, again = intern_all(table, words)
    assert numbers.tolist() == again.tolist()
    assert len(set(numbers.tolist())) == len(set(small)) and table.degrees[numbers].tolist() == list(map(sum, small))


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=6))
def test_dimension_and_degree_of_a_monomial_ideal_are_those_of_its_hilbert_function(generators):
    """The number of monomials of degree at most k outside the ideal grows like degree * k^dimension / dimension!."""
    leading = np.array(generators, dtype=np.int32)
    outside = [
        sum(
            sum(m) <= k and not any(all(a >= b for a, b in zip(m, g, strict=True)) for g in generators)
            for m in product(range(k + 1), repeat=3)
        )
        for k in (11, 12, 13, 14)
    ]
    dimension = staircase.dimension(leading)
    differences = outside
    for _ in range(max(dimension, 0)):
        differences = [b - a for a, b in pairwise(differences)]
    assert staircase.degree(leading) == (0 if dimension < 0 else differences[-1])


def test_sign_changes_are_found():
    masks = parity_masks(modulo([{(1, 1, 0): 1, (0, 0, 0): 1}, {(0, 0, 3): 1, (0, 0, 1): 2}], 3))
    assert sorted(masks.astype(int).tolist()) == [[0, 0, 1], [1, 1, 0]]
    assert parity_masks(modulo(cyclic(4), 4)).astype(int).tolist() == [[1, 1, 1, 1]]
    assert len(parity_masks(modulo(katsura(3), 4))) == 0


def test_no_monomial_disappears_modulo_the_primes():
    first = random_primes([{(1,): 1}], 1, seed=3)[0]
    assert first not in random_primes([{(1,): first, (0,): 1}], 3, seed=3)


def test_a_basis_that_stops_has_only_true_leading_monomials():
    system = modulo(katsura(6), 7)
    full = groebner_basis(system)
    part = groebner_basis(system, meter=Meter(work_limit=full.work // 3))
    assert part.stopped is Stop.WORK and full.stopped is None
    for m in part.leading:
        assert (full.leading <= m).all(axis=1).any()


@pytest.mark.parametrize("prime", [2, 4, 2**31 + 11])
def test_what_is_no_prime_of_31_bits_is_refused(prime):
    with pytest.raises(InputError, match="no odd prime"):
        SystemModulo(1, prime, (), ())


def test_homogeneous_generators_are_needed():
    with pytest.raises(InputError, match="not homogeneous"):
        projective_degree_bound(modulo([{(1, 0): 1, (0, 0): 1}], 2))


@pytest.mark.parametrize("degrees", [(2, 2), (3, 2, 2), (2, 2, 2, 2)])
def test_a_complete_intersection_in_projective_space_has_the_bezout_number(degrees):
    n = len(degrees) + 1
    bound = projective_degree_bound(modulo(dense(n, degrees, 5, homogeneous=True), n))
    assert (bound.dimension, bound.degree, bound.is_exact, bound.n_zeros_at_most) == (
        0,
        np.prod(degrees),
        True,
        np.prod(degrees),
    )


def test_the_zeros_of_a_homogenised_system_include_those_at_infinity():
    """x y = 1, x^2 = 1 has two solutions, its homogenisation in P^2 the point (0 : 1 : 0) twice as well."""
    system = homogenise(modulo([{(1, 1): 1, (0, 0): -1}, {(2, 0): 1, (0, 0): -1}], 2))
    assert projective_degree_bound(system).n_zeros_at_most == 4


def test_a_bound_from_a_search_that_was_stopped_is_not_less():
    system = homogenise(modulo(noon(4), 4))
    exact = projective_degree_bound(system)
    assert exact.n_zeros_at_most == 81 and exact.stopped is None
    for share in (0.02, 0.2, 0.5):
        part = projective_degree_bound(system, meter=Meter(work_limit=int(exact.work * share)))
        assert part.stopped is Stop.WORK and not part.is_exact
        assert (part.dimension, part.degree) >= (0, 81)


def test_a_search_ends_once_the_target_is_met():
    system = homogenise(modulo(noon(4), 4))
    exact, early = projective_degree_bound(system), projective_degree_bound(system, target=81)
    assert early.n_zeros_at_most == 81 and early.work <= exact.work
    assert projective_degree_bound(system, target=80).is_exact


def test_no_zero_in_projective_space():
    bound = projective_degree_bound(modulo(dense(2, (2, 2), 1, homogeneous=True), 2))
    assert (bound.dimension, bound.degree, bound.n_zeros_at_most) == (-1, 0, 0)


def test_a_product_of_lines_is_a_set_of_dimension_one():
    lines = [{(1, 0, 0): 1, (0, 1, 0): 1}, {(1, 0, 0): 1, (0, 0, 1): 3}]
    bound = projective_degree_bound(modulo([times(*lines)], 3))
    assert (bound.dimension, bound.degree, bound.n_zeros_at_most) == (1, 2, None)


def polynomials_of(basis) -> list[tuple[object, ...]]:
    state = basis.state
    ends = zip(state.starts[: state.count].tolist(), state.starts[1 : state.count + 1].tolist(), strict=True)
    words = state.table.words
    return [(words[state.monomials[a:b]].tolist(), state.coefficients[a:b].tolist()) for a, b in ends]


@pytest.mark.parametrize("system", [katsura(4), cyclic(4), noon(3), dense(3, [2, 2, 3], 1)], ids=["katsura", "cyclic", "noon", "dense"])
def test_a_computation_that_follows_another_is_the_one_done_alone(system, monkeypatch) -> None:
    n, primes = len(next(iter(system[0]))), [PRIME, 2147483587, 2147483579, 1073741827]
    alone = []
    for p in primes:
        monkeypatch.setattr(f4, "traces", Kept(1 << 26))
        alone.append(polynomials_of(groebner_basis(modulo(system, n, p))))
    monkeypatch.setattr(f4, "traces", Kept(1 << 26))
    monkeypatch.setattr(Trace, "again", counted := Counted(Trace.again))
    assert [polynomials_of(groebner_basis(modulo(system, n, p))) for p in primes] == alone
    assert counted.results == [True] * 3


class Counted:
    """A method, and whether each call of it had a result."""

    def __init__(self, method) -> None:
        self._method, self.results = method, []

    def __get__(self, instance, owner):
        def call(*given):
            result = self._method(instance, *given)
            self.results.append(result is not None)
            return result

        return call


def test_a_member_with_other_matrices_does_not_follow(monkeypatch) -> None:
    """x^2 + a x y + y^2 - 1 and x^2 + b x y + y^2 - 2 have four common zeros, none for a = b, and other leading monomials for b = -a = 2."""

    def member(a: int, b: int):
        return modulo([{(2, 0): 1, (1, 1): a, (0, 2): 1, (0, 0): -1}, {(2, 0): 1, (1, 1): b, (0, 2): 1, (0, 0): -2}], 2)

    alone, pairs = [], [(3, 5), (4, 7), (3, 3), (-2, 2), (5, 3)]
    for pair in pairs:
        monkeypatch.setattr(f4, "traces", Kept(1 << 26))
        alone.append(groebner_basis(member(*pair)))
    monkeypatch.setattr(f4, "traces", Kept(1 << 26))
    for pair, basis in zip(pairs, alone, strict=True):
        again = groebner_basis(member(*pair))
        assert polynomials_of(again) == polynomials_of(basis)
        assert monomials(again.leading) == monomials(basis.leading)
        assert again.stopped is None


def test_what_a_computation_follows_depends_on_the_monomials_of_the_system() -> None:
    f, g = {(2, 0): 1, (0, 1): 2, (0, 0): 3}, {(1, 1): 1, (0, 0): 5}
    names = [monomials_digest(modulo(s, 2)) for s in ([f, g], [g, f], [f], [{**f, (1, 0): 1}, g], [{**f, **g}])]
    assert len(set(names)) == len(names)
    assert monomials_digest(modulo([f, g], 2, 101)) == names[0]
    assert monomials_digest(modulo([{(2,): 1}], 1)) != monomials_digest(modulo([{(2, 0): 1}], 2))


def test_limits_hold_for_a_computation_that_follows() -> None:
    system = modulo(katsura(4), 5)
    whole = groebner_basis(system)
    stopped = groebner_basis(system, meter=Meter(work_limit=whole.work // 2))
    assert whole.stopped is None and stopped.stopped is Stop.WORK
    assert groebner_basis(system, meter=Meter(memory_limit=10)).stopped is Stop.MEMORY
