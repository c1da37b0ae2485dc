"""The bound over zero patterns: values by hand, random systems counted by resultants, and curves of zeros."""

from __future__ import annotations

import random
from itertools import product

import pytest
import sympy
from flint import nmod_mat, nmod_poly
from hypothesis import assume, given
from hypothesis import strategies as st

import polysys as ps
from polysys.counts import best_partition, mixed_volume, stable_mixed_volume, total_degree, zero_pattern_bound
from polysys.counts.strata import strata
from polysys.errors import InputError, WorkLimitError
from polysys.models.labels import model_from_label
from tests.polysys.literature import Support, cyclic, katsura, noon, simplex

Terms = dict[tuple[int, int], int]
PRIME = 32003


def bound(supports: list[Support]) -> int:
    return zero_pattern_bound(supports).count.value


def supports_of(text: str, domain: str = "euclidean") -> list[Support]:
    return ps.expression(text, domain).sample().system.supports


@pytest.mark.parametrize(
    ("supports", "expected"),
    [
        *((katsura(n), 2**n) for n in (2, 3, 5, 6)),
        *((noon(n), 3**n - 2 * n) for n in (3, 4, 5)),
        (cyclic(5), 70),
        ([simplex(3, 2), simplex(3, 3), simplex(3, 1)], 6),
        ([[(1, 1)], [(1, 0), (0, 1)]], 1),  # x y = x + y = 0: the origin, a double point, counts once
        ([[(3,), (5,)]], 3),
        ([[(0, 0)], [(1, 0)]], 0),  # a constant that is not zero
    ],
)
def test_values_known_from_elsewhere(supports: list[Support], expected: int) -> None:
    result = zero_pattern_bound(supports)
    assert result.count.value == expected
    assert result.excludes_families or expected == 0


# The chain of n weights has (n-1) 2^n + 1 points (Mehta et al. 2022), which is met for n = 2 and 3 and not beyond; one
# neuron with a trained output has 9 and 33 (Groebner bases modulo a prime), with a fixed output (2q-1)^dx; mixtures on a
# sphere have Nie and Ranestad's number.
@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("deep-linear:widths=1-1-1,data=gaussian,m=1", 5),
        ("deep-linear:widths=1-1-2,data=gaussian,m=1", 9),
        ("deep-linear:widths=1-1-1-1,data=gaussian,m=1", 17),
        ("polynomial-network:widths=1-1-1,activation=z^2,data=gaussian,m=1", 9),
        ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3", 33),
        ("polynomial-network:widths=2-1-1,activation=z^3,data=gaussian,m=2,output=fixed", 25),
        ("spherical-p-spin:n=3,p=3,field=1/3", 14),
        ("spherical-p-spin:n=3,p=2-4", 26),
    ],
)
def test_landscapes_whose_generic_count_is_the_bound(label: str, expected: int) -> None:
    result = zero_pattern_bound(model_from_label(label).sample(1).system.supports)
    assert (result.count.value, result.excludes_families) == (expected, True)


@pytest.mark.parametrize(
    ("label", "generic"),
    [
        ("deep-linear:widths=2-2-2,data=gaussian,m=2", 225),
        ("deep-linear:widths=2-1-2,data=gaussian,m=2", 17),
        ("deep-linear:widths=2-1-1-2,data=gaussian,m=2", 81),
        ("deep-linear:widths=1-1-1-1-1,data=gaussian,m=1", 49),
        ("polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=2", 33),
        ("polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3,output=fixed", 33),
    ],
)
def test_it_is_a_bound_for_landscapes_with_fewer_points(label: str, generic: int) -> None:
    system = model_from_label(label).sample(1).system
    value = bound(system.supports)
    assert generic <= value <= stable_mixed_volume(system.supports).value <= total_degree(system.degrees).value
    assert value <= best_partition(system.supports, system.n).count.value


def test_summands_are_the_mixed_volumes_of_the_restricted_potentials() -> None:
    land = model_from_label("deep-linear:widths=2-2-2,data=gaussian,m=2").sample(1)
    result = zero_pattern_bound(land.system.supports)
    assert [alive for alive, _ in result.patterns] == strata(land.potential)
    assert [count for _, count in result.patterns] == [1, 32, 32, 1024]
    smaller = model_from_label("deep-linear:widths=2-1-2,data=gaussian,m=2").sample(1)
    assert mixed_volume(smaller.system.supports).value == 32


@pytest.mark.parametrize(
    "label", ["deep-linear:widths=1-2-2,data=gaussian", "polynomial-network:widths=2-1-1,activation=z^2,data=gaussian"]
)
def test_summands_are_multiples_of_the_number_of_sign_changes_that_act_on_the_stratum(label: str) -> None:
    """Sign changes act freely on a torus."""
    land = model_from_label(label).sample(1)
    n = land.domain.n
    flips = [e.signs for e in land.symmetry.elements() if e.perm == tuple(range(n))]
    for alive, count in zip(*zip(*zero_pattern_bound(land.system.supports).patterns, strict=True), strict=True):
        assert count % len({tuple(signs[j] for j in alive) for signs in flips}) == 0


def test_independent_blocks_multiply() -> None:
    wells = "+".join(f"x{i}^4 - x{i}^2" for i in range(30))
    assert bound(supports_of(wells)) == 3**30
    coupled = supports_of("x^4 - x^2 + y^4 - y^2 + x*y + z^6 - z + w^3 - w")
    assert bound(coupled) == 9 * 5 * 2


# --- against resultants ----------------------------------------------------------------------------------------------

SUPPORT = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=4, unique=True)
COEFFICIENT = st.integers(1, PRIME - 1)


def eliminated(f: Terms, g: Terms, slope: int) -> nmod_poly:
    """The resultant in a generic direction modulo a prime: its distinct roots are the common zeros of f and g.

    Values are Sylvester determinants of f and g with x + slope y for x: their leading coefficients in y are constants.
    """
    m, n = (max(map(sum, h)) for h in (f, g))
    y, total = nmod_poly([0, 1], PRIME), nmod_poly([0], PRIME)
    for u in range(m * n + 1):
        line = nmod_poly([u, slope], PRIME)
        rows = []
        for h, shifts, degree in ((f, n, m), (g, m, n)):
            restricted = sum((line ** e[0] * y ** e[1] * c for e, c in h.items()), nmod_poly([0], PRIME))
            row = [int(restricted[k]) for k in range(degree + 1)]
            rows += [[0] * k + row + [0] * (m + n - k - degree - 1) for k in range(shifts)]
        value = nmod_mat(m + n, m + n, [c for row in rows for c in row], PRIME).det() if rows else 1
        basis = nmod_poly([int(value)], PRIME)
        for v in range(m * n + 1):
            if v != u:
                basis *= nmod_poly([-v, 1], PRIME) * pow(u - v, -1, PRIME)
        total += basis
    return total


def n_roots(u: nmod_poly) -> int:
    """Number of distinct roots over the closure."""
    return u.degree() - u.gcd(u.derivative()).degree() if u.degree() > 0 else 0


def times(f: Terms, g: Terms) -> Terms:
    result: Terms = {}
    for (a, b), c in f.items():
        for (d, e), k in g.items():
            result[a + d, b + e] = (result.get((a + d, b + e), 0) + c * k) % PRIME
    return {e: c for e, c in result.items() if c}


def polynomial(support: Support, coefficients: list[int]) -> Terms:
    return dict(zip(support, coefficients, strict=False))


coefficients = st.lists(COEFFICIENT | st.sampled_from([1, PRIME - 1]), min_size=4, max_size=4)


@given(SUPPORT, SUPPORT, coefficients, coefficients, COEFFICIENT)
def test_no_system_in_the_plane_has_more_zeros(a: Support, b: Support, p: list[int], q: list[int], slope: int) -> None:
    f, g = polynomial(a, p), polynomial(b, q)
    u = eliminated(f, g, slope)
    assume(u.degree() >= 0)  # no common factor: finitely many zeros
    assert n_roots(u) <= bound([a, b])


@given(SUPPORT, SUPPORT, st.randoms(use_true_random=False))
def test_random_coefficients_attain_it_where_their_zeros_are_finitely_many(a: Support, b: Support, draw) -> None:
    f, g = (polynomial(s, [draw.randrange(1, PRIME) for _ in s]) for s in (a, b))
    u = eliminated(f, g, draw.randrange(1, PRIME))
    assume(u.degree() >= 0)
    assert n_roots(u) == bound([a, b])


@given(SUPPORT, SUPPORT, SUPPORT, coefficients, coefficients, coefficients, COEFFICIENT)
def test_a_system_with_a_curve_of_zeros_never_attains_a_bound_that_excludes_curves(a, b, c, p, q, r, slope) -> None:
    """f = h f', g = h g': the isolated zeros are those of f', g' outside the curve h = 0."""
    h, f, g = polynomial(a, p), polynomial(b, q), polynomial(c, r)
    u = eliminated(f, g, slope)
    assume(max(map(sum, h)) > 0 and u.degree() >= 0)
    on_curve = u.gcd(eliminated(f, h, slope)).gcd(eliminated(g, h, slope))
    isolated = n_roots(u) - n_roots(on_curve)
    result = zero_pattern_bound([list(times(h, f)), list(times(h, g))])
    assert isolated < result.count.value or not result.excludes_families or isolated <= result.count.value == 0


def n_distinct(equations: list[sympy.Expr], unknowns: tuple[sympy.Symbol, ...], draw: random.Random) -> int | None:
    """Distinct solutions modulo a prime, by the minimal polynomial of a random linear form; None where there are curves."""
    basis = sympy.groebner(equations, *unknowns, order="grevlex", modulus=PRIME)
    leading = [max(g.monoms(), key=sympy.grevlex) for g in basis.polys]
    if (0,) * len(unknowns) in leading:
        return 0
    if not all(any(sum(e) == e[i] for e in leading) for i in range(len(unknowns))):
        return None
    form = sum(draw.randrange(1, PRIME) * u for u in unknowns)
    power, rows, columns = sympy.Integer(1), [], {}
    while True:
        row = {e: int(c) for e, c in sympy.Poly(power, *unknowns, modulus=PRIME).terms()}
        rows.append(row)
        for e in row:
            columns.setdefault(e, len(columns))
        matrix = nmod_mat(len(rows), len(columns), [r.get(e, 0) % PRIME for r in rows for e in columns], PRIME)
        if matrix.rank() < len(rows):
            kernel, _ = matrix.transpose().nullspace()
            return n_roots(nmod_poly([int(kernel[i, 0]) for i in range(len(rows))], PRIME))
        power = basis.reduce(sympy.expand(power * form))[1]


@pytest.mark.slow
def test_systems_that_vanish_on_a_line_in_space_never_attain_a_bound_that_excludes_curves() -> None:
    """Random systems that vanish for x = y = 1; the others of their zeros have h = a (x - 1) + b (y - 1) not zero."""
    draw = random.Random(5)
    x, y, z, t = unknowns = sympy.symbols("x y z t")
    monomials = [e for e in product(range(3), repeat=3) if sum(e) <= 3]
    n_checked = 0
    while n_checked < 25:
        system: list[dict[tuple[int, ...], int]] = []
        while len(system) < 3:
            chosen = draw.sample(monomials, draw.randint(2, 5))
            levels = [[e for e in chosen if e[2] == k] for k in range(3)]
            f = {e: draw.randrange(1, PRIME) for e in chosen}
            for level in filter(None, levels):
                f[level[0]] = -sum(f[e] for e in level[1:]) % PRIME
            if all(f.values()):
                system.append(f)
        result = zero_pattern_bound([list(f) for f in system])
        if result.excludes_families and result.count.value:
            h = draw.randrange(1, PRIME) * (x - 1) + draw.randrange(1, PRIME) * (y - 1)
            equations = [sum(c * x**i * y**j * z**k for (i, j, k), c in f.items()) for f in system]
            isolated = n_distinct([*equations, 1 - t * h], unknowns, draw)
            if isolated is not None:
                assert isolated < result.count.value
                n_checked += 1


@pytest.mark.parametrize(
    ("text", "isolated"),
    [
        ("(x*y - 1)^2 + z^4 - z^2", 3),  # and the hyperbola x y = 1, z = 0
        ("x^2*y^2 + x^2*y + z^3 - z", 0),  # x = 0
        ("(x + y^2)^2*z + z^3 - z", 0),
    ],
)
def test_where_curves_come_with_the_points_the_bound_says_that_it_does_not_exclude_them(
    text: str, isolated: int
) -> None:
    result = zero_pattern_bound(supports_of(text))
    assert isolated <= result.count.value
    assert not result.excludes_families


def test_an_isolated_point_on_a_pattern_that_is_not_closed_is_counted() -> None:
    """V = x (y - 1) has its saddle at (0, 1): no equation is left for y but one for x."""
    result = zero_pattern_bound(supports_of("x*(y - 1)"))
    assert (result.count.value, result.patterns) == (1, (((), 1), ((1,), 1)))  # of the block of x, of the block of y
    result = zero_pattern_bound(supports_of("x*(y - 1) + x^2*y"))  # in one block; (0, 1) again, and (-2/3, 3)
    assert result.count.value >= 2 and ((1,), 1) in result.patterns


# --- its edges -------------------------------------------------------------------------------------------------------


def test_too_much_work_and_too_many_unknowns_are_refused_each_time() -> None:
    for _ in range(2):  # the second time from memory
        with pytest.raises(WorkLimitError, match="operations allowed"):
            zero_pattern_bound(noon(6), work=1000)
        with pytest.raises(InputError, match="too many"):
            zero_pattern_bound([[(0,) * 21, *(tuple(int(i == j) for j in range(21)) for i in range(21))]] * 21)
    assert bound(noon(6)) == 3**6 - 12


def test_negative_exponents_are_refused() -> None:
    with pytest.raises(InputError, match="nonnegative"):
        zero_pattern_bound([[(-1,), (1,)]])


@given(st.lists(SUPPORT, min_size=2, max_size=2), st.permutations(range(2)))
def test_the_order_of_equations_variables_and_monomials_is_immaterial(supports, order) -> None:
    moved = [[tuple(e[j] for j in order) for e in reversed(supports[i])] for i in reversed(range(2))]
    first, second = zero_pattern_bound(supports), zero_pattern_bound(moved)
    assert first.count == second.count
    assert first.excludes_families == second.excludes_families


def test_all_patterns_of_uncoupled_wells() -> None:
    """One block for each well, as couplings would join them."""
    patterns = zero_pattern_bound(supports_of("x^4 - x^2 + y^4 - y^2")).patterns
    assert patterns == (((), 1), ((0,), 2), ((), 1), ((1,), 2))
    joined = zero_pattern_bound(supports_of("x^4 - x^2 + y^4 - y^2 + x^2*y^2")).patterns
    assert joined == (((), 1), ((0,), 2), ((1,), 2), ((0, 1), 4))
    assert sum(count for _, count in joined) == len(list(product(range(3), repeat=2)))
