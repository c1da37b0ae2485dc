"""Root counts: the literature's numbers, identities between the formulas, and Groebner degrees of random instances."""

from __future__ import annotations

import math
import random
from itertools import permutations, product

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from polysys.algebra import exact_count
from polysys.counts import (
    RootCount,
    RootCountKind,
    best_partition,
    cartwright_sturmfels,
    deep_linear,
    deep_linear_from_torus_counts,
    deep_linear_torus,
    friedland_ottaviani,
    multihomogeneous_bezout,
    nie_ranestad,
    polynomial_network,
    single_neuron,
    total_degree,
)
from polysys.errors import InputError
from polysys.models.labels import model_from_label

PRIME = 32003


def groebner_degree(equations: list[sympy.Expr], unknowns: list[sympy.Symbol]) -> int:
    """Dimension over F_p of the quotient by the ideal: its solutions with multiplicity."""
    basis = sympy.groebner(equations, *unknowns, order="grevlex", modulus=PRIME)
    leading = [max(g.monoms(), key=sympy.grevlex) for g in basis.polys]
    assert all(any(sum(e) == e[i] for e in leading) for i in range(len(unknowns))), "not zero-dimensional"
    standard, layer = 0, {(0,) * len(unknowns)}
    while layer:
        layer = {e for e in layer if not any(all(map(int.__le__, lead, e)) for lead in leading)}
        standard += len(layer)
        layer = {(*e[:i], e[i] + 1, *e[i + 1 :]) for e in layer for i in range(len(unknowns))}
    return standard


def gradient(potential: sympy.Expr, unknowns: list[sympy.Symbol]) -> list[sympy.Expr]:
    return [sympy.expand(sympy.diff(potential, w)) for w in unknowns]


def network_gradient(widths: tuple[int, ...], m: int, q: int = 1) -> tuple[list[sympy.Expr], list[sympy.Symbol]]:
    """Twice the loss of a network with random integer data; with q > 1 one neuron of activation z^q + z."""
    draw = random.Random(str((widths, m)))
    layers, unknowns = [], []
    for rows, columns in zip(widths[1:], widths[:-1], strict=True):
        symbols = sympy.symbols(f"w{len(unknowns)}:{len(unknowns) + rows * columns}")
        unknowns += symbols
        layers.append(sympy.Matrix(rows, columns, symbols))
    loss = sum(draw.randrange(1, PRIME) * w**2 for w in unknowns)
    for _ in range(m):
        signal = sympy.Matrix([draw.randrange(1, PRIME) for _ in range(widths[0])])
        for layer in layers:
            signal = layer * signal
        if q > 1:
            signal = signal.applyfunc(lambda z: z**q + z)
        loss += sum((z - draw.randrange(1, PRIME)) ** 2 for z in signal)
    return gradient(loss, unknowns), unknowns


def power_network_gradient(
    widths: tuple[int, int, int], q: int, m: int, *, is_trained: bool = True
) -> tuple[list[sympy.Expr], list[sympy.Symbol]]:
    """Twice the loss of a network with activation z^q and random integer data, output weights trained or given."""
    draw = random.Random(str((widths, q, m)))
    dx, d, dy = widths
    w, u = sympy.symbols(f"w:{d * dx}"), sympy.symbols(f"u:{dy * d}")
    first = sympy.Matrix(d, dx, w)
    last = sympy.Matrix(dy, d, u if is_trained else [draw.randrange(1, PRIME) for _ in u])
    unknowns = [*w, *u] if is_trained else list(w)
    loss = sum(draw.randrange(1, PRIME) * x**2 for x in unknowns)
    for _ in range(m):
        hidden = (first * sympy.Matrix([draw.randrange(1, PRIME) for _ in range(dx)])).applyfunc(lambda z: z**q)
        loss += sum((z - draw.randrange(1, PRIME)) ** 2 for z in last * hidden)
    return gradient(loss, unknowns), unknowns


# Macaulay2 Groebner degrees modulo 32003 of random instances, computed once.
DEEP_LINEAR = {
    ((1, 1, 1), 1): 5,
    ((1, 1, 2), 1): 9,
    ((2, 1, 2), 2): 17,
    ((1, 2, 1), 1): 9,
    ((1, 2, 2), 1): 33,
    ((2, 2, 1), 2): 33,
    ((2, 2, 2), 1): 33,
    ((1, 3, 2), 1): 73,
    ((1, 1, 1, 1), 1): 17,
    ((1, 1, 1, 1, 1), 1): 49,
}


@pytest.mark.parametrize(("case", "expected"), DEEP_LINEAR.items())
def test_closed_forms_of_deep_linear_networks_agree_with_groebner_degrees(case, expected):
    count = deep_linear(*case)
    assert count is not None
    assert count.value == expected
    assert count.kind is RootCountKind.GENERIC_COUNT


@pytest.mark.parametrize(
    ("widths", "m"),
    [
        ((1, 1, 1), 1),
        ((1, 1, 1), 3),
        ((1, 1, 2), 1),
        ((2, 1, 1), 1),
        ((2, 1, 1), 3),
        ((2, 1, 2), 2),
        ((2, 1, 2), 3),
        ((1, 2, 1), 1),
        ((1, 2, 2), 1),
        ((2, 2, 1), 2),
        ((1, 3, 1), 1),
        ((1, 1, 1, 1), 2),
        ((2, 1, 1, 1), 1),
        ((1, 1, 1, 1, 1), 1),
        ((1, 1, 1, 2), 1),
        ((2, 1, 1, 1), 2),
        ((2, 1, 1, 2), 1),
        ((1, 1, 1, 3), 2),
        ((1, 2, 1, 1), 1),
        ((1, 1, 2, 1), 1),
        ((1, 1, 1, 1, 2), 1),
        ((1, 2, 1, 2), 1),
    ],
)
def test_closed_forms_of_deep_linear_networks_count_a_random_instance_modulo_a_prime(widths, m):
    count = deep_linear(widths, m)
    assert count is not None
    assert count.value == groebner_degree(*network_gradient(widths, m))


# Numbers of solutions without zero weight that two monodromy runs agree on, with a passed trace test, before there was a formula.
WIDTH_ONE = {
    (2, 1, 1, 2): 80,
    (3, 1, 1, 2): 128,
    (3, 1, 1, 3): 224,
    (4, 1, 1, 2): 176,
    (3, 1, 1, 5): 416,
    (4, 1, 1, 4): 480,
    (2, 1, 1, 7): 320,
    (2, 1, 1, 1, 3): 416,
    (3, 1, 1, 1, 3): 752,
    (4, 1, 1, 1, 3): 1088,
    (2, 1, 1, 1, 6): 896,
}


@pytest.mark.parametrize(("widths", "expected"), WIDTH_ONE.items())
def test_hidden_layers_of_one_neuron_have_as_many_solutions_as_monodromy_found(widths, expected):
    assert deep_linear_torus(widths, widths[0]).value == expected
    assert deep_linear(widths, widths[0] + 2).value == 1 + expected


def test_too_many_neurons_between_narrow_layers_cannot_all_live():
    """A matrix M of r_{l-1} r_{l+1} entries would have to lie on r_l general hypersurfaces."""
    for widths, m in [((1, 2, 1), 1), ((3, 1, 2, 1, 4), 3), ((2, 5, 2), 2), ((2, 3, 2), 1), ((4, 3, 2, 1), 1)]:
        assert deep_linear_torus(widths, m).value == 0
    assert deep_linear_torus((4, 3, 2, 1), 2) is None  # 3 <= 2 * 2
    one = deep_linear_torus((3, 1, 1, 1, 4), 3).value
    assert deep_linear((3, 1, 6, 1, 4), 3).value == 1 + 6 * one
    assert deep_linear((1, 9, 1, 7, 1), 5).value == 1 + 63 * deep_linear_torus((1, 1, 1, 1, 1), 1).value


@pytest.mark.parametrize(("hidden", "q"), [(1, 2), (2, 2), (1, 3), (1, 4)])
def test_one_input_and_one_output_with_a_power_as_activation(hidden, q):
    assert polynomial_network((1, hidden, 1), q, 1, is_trained=True).value == groebner_degree(*power_network_gradient((1, hidden, 1), q, 1))


@pytest.mark.parametrize(
    ("widths", "q", "m", "value"),
    [
        ((1, 1, 3), 3, 1, 37), ((2, 1, 2), 2, 1, 17), ((2, 1, 1), 3, 4, 73), ((2, 1, 2), 2, 3, 81), ((2, 1, 3), 2, 3, 129), ((2, 1, 4), 2, 4, 177),
        ((2, 1, 2), 3, 4, 193), ((3, 1, 1), 2, 6, 105), ((4, 1, 1), 2, 35, 321), ((3, 1, 2), 2, 6, 289), ((3, 1, 3), 2, 6, 505), ((3, 1, 1), 3, 10, 373),
        pytest.param((3, 1, 2), 3, 10, 1129, marks=pytest.mark.slow), pytest.param((3, 1, 3), 3, 10, 2029, marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_one_neuron_with_trained_outputs(widths, q, m, value):
    """The formulas of docs/explanation/one-neuron.md against the degree of the ideal of a random member."""
    land = model_from_label(f"polynomial-network:widths={'-'.join(map(str, widths))},activation=z^{q},data=gaussian,m={m}").sample(1)
    found = exact_count(land.system.terms, land.system.n, seed=5)
    assert (found.dimension, found.degree, found.n_distinct) == (0, value, value)
    assert polynomial_network(widths, q, m, is_trained=True).value == value
    assert [c.value for c in land.facts.known_counts] == [value]


@pytest.mark.parametrize(("widths", "q", "m"), [((1, 2, 2), 2, 1), ((1, 1, 3), 3, 2), ((2, 1, 2), 2, 2), ((2, 1, 2), 2, 1)])
def test_as_many_outputs_as_neurons_with_fixed_output_weights(widths, q, m):
    degree = groebner_degree(*power_network_gradient(widths, q, m, is_trained=False))
    assert polynomial_network(widths, q, m, is_trained=False).value == degree


def test_networks_with_powers_as_activation_have_no_closed_form_in_general():
    for widths, m, is_trained in [((2, 1, 1), 2, True), ((3, 1, 4), 6, True), ((2, 2, 1), 3, True), ((2, 2, 1), 3, False)]:
        assert polynomial_network(widths, 2, m, is_trained=is_trained) is None
    with pytest.raises(InputError, match="deep_linear"):
        polynomial_network((1, 1, 1), 1, 1, is_trained=True)


def test_where_two_closed_forms_apply_they_agree():
    for k in range(1, 6):
        by_sum = sum(math.comb(1, r) * math.comb(k, r) * 4**r for r in (0, 1))
        assert deep_linear((k, 1, 1), k).value == deep_linear((1, 1, k), 1).value == by_sum
    assert deep_linear((3, 1, 1), 1).value == deep_linear((1, 1, 1), 9).value == (2 - 1) * 2**2 + 1


def test_no_closed_form_is_claimed_where_none_is_known():
    for widths, m in [((2, 2, 2), 2), ((2, 2, 1, 1), 2), ((1, 1, 2, 2), 1), ((1, 2, 2, 1), 1), ((2, 1, 2, 2), 2)]:
        assert deep_linear(widths, m) is None
    for widths, m in [((2, 2, 2), 2), ((2, 2, 1, 1), 2), ((1, 2, 2, 1), 1)]:
        assert deep_linear_torus(widths, m) is None
    assert deep_linear((3, 2), 5).value == 1


def test_strata_of_live_neurons_add_up():
    """Known totals 225 of 2-2-2 with two data, 129 of 1-2-2-1; and the closed forms split into their strata."""
    assert deep_linear_from_torus_counts((2, 2, 2), {(1,): 16, (2,): 192}).value == 225
    for d, k in product(range(1, 5), range(1, 4)):
        total = deep_linear_from_torus_counts((1, d, k), lambda live, k=k: math.comb(k, live[0]) * 4 ** live[0])
        assert total.value == deep_linear((1, d, k), 1).value
        assert not total.is_proved_bound
    chain = deep_linear_from_torus_counts((1, 1, 1, 1), {(1, 1): 16})
    assert chain.value == 17
    with pytest.raises(InputError, match=r"\(2,\)"):
        deep_linear_from_torus_counts((2, 2, 2), {(1,): 16})


@pytest.mark.parametrize(("q", "dx", "m"), [(2, 1, 1), (2, 2, 2), (2, 2, 3), (2, 2, 1), (3, 1, 2), (3, 2, 3)])
def test_one_neuron_has_as_many_solutions_as_a_groebner_basis_finds(q, dx, m):
    assert single_neuron(q, dx, m).value == groebner_degree(*network_gradient((dx, 1), m, q))


def test_eigenvector_counts_have_their_limits():
    assert [cartwright_sturmfels(n, 3).value for n in (1, 2, 6, 14)] == [1, 3, 63, 16383]
    for n in range(1, 9):
        assert cartwright_sturmfels(n, 2).value == n
        assert cartwright_sturmfels(n, 1).value == 1
        for p in range(3, 7):
            assert cartwright_sturmfels(n, p).value * (p - 2) == (p - 1) ** n - 1


# Friedland & Ottaviani 2014, table 1, and numbers recomputed from their formula by other means.
SINGULAR_TUPLES = {
    (2, 2, 2): 6,
    (2, 2, 3): 8,
    (2, 3, 3): 15,
    (3, 3, 3): 37,
    (4, 4, 4): 240,
    (2, 2, 2, 2): 24,
    (3, 3, 3, 3): 997,
    (2,) * 6: 720,
    (6, 6): 6,
    (3, 7): 3,
}


@pytest.mark.parametrize(("sizes", "expected"), SINGULAR_TUPLES.items())
def test_singular_vector_tuples_of_the_literature(sizes, expected):
    assert friedland_ottaviani(sizes).value == expected


def naive_friedland_ottaviani(sizes: tuple[int, ...], degrees: tuple[int, ...]) -> int:
    t = sympy.symbols(f"t0:{len(sizes)}")
    total = sympy.Integer(1)
    for (
        n,
        ti,
    ) in zip(sizes, t, strict=True):
        h = sum(w * tj for w, tj in zip(degrees, t, strict=True)) - ti
        total *= sum(h**a * ti ** (n - 1 - a) for a in range(n))
    return int(sympy.Poly(total, *t).coeff_monomial(sympy.prod(ti ** (n - 1) for n, ti in zip(sizes, t, strict=True))))


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
def test_singular_vector_tuples_agree_with_the_expanded_formula(layers):
    sizes, degrees = (tuple(part) for part in zip(*layers, strict=True))
    assert friedland_ottaviani(sizes, degrees).value == naive_friedland_ottaviani(sizes, degrees)


@given(st.integers(1, 8), st.integers(1, 6))
def test_one_layer_is_the_eigenvector_count_and_half_the_count_on_the_sphere(n, p):
    assert friedland_ottaviani((n,), (p,)).value == cartwright_sturmfels(n, p).value
    assert nie_ranestad(n, p).value == 2 * cartwright_sturmfels(n, p).value


@given(st.integers(1, 8))
def test_two_vectors_in_the_plane_k_times_give_k_factorial(k):
    assert friedland_ottaviani((2,) * k).value == math.factorial(k)


@given(st.permutations([(2, 1), (3, 2), (4, 1)]))
@settings(deadline=None)
def test_the_order_of_layers_does_not_matter(layers):
    assert friedland_ottaviani(*zip(*layers, strict=True)).value == friedland_ottaviani((2, 3, 4), (1, 2, 1)).value


@pytest.mark.parametrize(("n", "d"), [(1, 3), (2, 1), (2, 2), (2, 3), (2, 4), (3, 1), (3, 2), (3, 3)])
def test_the_count_on_the_sphere_is_the_groebner_degree_of_a_random_polynomial(n, d):
    draw = random.Random(n * d)
    x, mu = sympy.symbols(f"x0:{n}"), sympy.Symbol("mu")
    monomials = sympy.itermonomials(x, d)
    f = sum(draw.randrange(1, PRIME) * m for m in sorted(monomials, key=str))
    equations = [sympy.diff(f, v) - 2 * mu * v for v in x] + [sum(v**2 for v in x) - 1]
    assert nie_ranestad(n, d).value == groebner_degree(equations, [*x, mu])


def permanent_bezout(table: list[list[int]], sizes: list[int]) -> int:
    """Sum over all ways to give each equation a variable, by brute force."""
    groups = [j for j, k in enumerate(sizes) for _ in range(k)]
    total = sum(
        math.prod(table[i][groups[v]] for i, v in enumerate(order)) for order in permutations(range(len(table)))
    )
    return total // math.prod(map(math.factorial, sizes))


tables = st.lists(st.integers(1, 3), min_size=1, max_size=3).flatmap(
    lambda sizes: st.tuples(
        st.lists(
            st.lists(st.integers(0, 4), min_size=len(sizes), max_size=len(sizes)),
            min_size=sum(sizes),
            max_size=sum(sizes),
        ),
        st.just(sizes),
    ).filter(lambda pair: len(pair[0]) <= 6)
)


@given(tables)
@settings(deadline=None)
def test_the_multihomogeneous_bezout_number_is_a_permanent(case):
    assert multihomogeneous_bezout(*case).value == permanent_bezout(*case)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_one_group_gives_the_total_degree(degrees):
    one_group = multihomogeneous_bezout([[d] for d in degrees], [len(degrees)])
    assert one_group.value == total_degree(degrees).value == math.prod(degrees)


def test_the_eigenvalue_problem_is_counted_by_two_groups():
    """A x = mu x with a.x = 1: the textbook example, n instead of 2^n (Wampler 1992)."""
    n = 5
    unit = [tuple(int(i == k) for i in range(n + 1)) for k in range(n + 1)]
    both = [tuple(int(i in (k, n)) for i in range(n + 1)) for k in range(n)]
    supports = [[*unit[:n], both[k]] for k in range(n)] + [[*unit[:n], (0,) * (n + 1)]]
    best = best_partition(supports, n + 1)
    assert best.partition == ((0, 1, 2, 3, 4), (5,))
    assert best.count.value == n


def test_above_eight_variables_a_bilinear_structure_is_still_found():
    n = 12
    left, right = range(n // 2), range(n // 2, n)
    support = [tuple(int(i in (a, b)) for i in range(n)) for a in left for b in right] + [(0,) * n]
    best = best_partition([support] * n, n)
    assert best.partition == (tuple(left), tuple(right))
    assert best.count.value == math.comb(n, n // 2)


@given(
    st.integers(1, 5).flatmap(
        lambda n: st.lists(
            st.lists(st.tuples(*[st.integers(0, 2)] * n), min_size=1, max_size=4), min_size=n, max_size=n
        )
    )
)
@settings(deadline=None, max_examples=50)
def test_the_best_partition_is_never_worse_than_one_group_or_single_variables(supports):
    n = len(supports)
    best = best_partition(supports, n)
    assert sorted(i for block in best.partition for i in block) == list(range(n))
    assert best.count.value <= total_degree([max(map(sum, s)) for s in supports]).value
    singles = [[max(e[i] for e in s) for i in range(n)] for s in supports]
    assert best.count.value <= multihomogeneous_bezout(singles, [1] * n).value


def test_a_root_count_prints_on_one_line_with_its_grounds():
    text = str(cartwright_sturmfels(6, 3))
    assert text.startswith("63: ")
    assert "Cartwright & Sturmfels 2013" in text
    assert "\n" not in text
    assert isinstance(total_degree([2]), RootCount)
    assert total_degree([2]).is_proved_bound


@pytest.mark.parametrize(
    "call",
    [
        lambda: total_degree([]),
        lambda: total_degree([-1]),
        lambda: total_degree([1.5]),
        lambda: total_degree([True]),
        lambda: multihomogeneous_bezout([[1, 1]], [1, 1]),
        lambda: multihomogeneous_bezout([[1], [1, 1]], [1, 1]),
        lambda: best_partition([[(1, 0)]], 2),
        lambda: best_partition([[(1,)], [(1, 0)]], 2),
        lambda: cartwright_sturmfels(0, 3),
        lambda: cartwright_sturmfels(3, 0),
        lambda: friedland_ottaviani(()),
        lambda: friedland_ottaviani((2, 2), (1,)),
        lambda: nie_ranestad(2, 0),
        lambda: deep_linear((2,), 1),
        lambda: deep_linear((2, 2), 0),
        lambda: single_neuron(0, 1),
    ],
)
def test_sizes_that_make_no_sense_are_refused(call):
    with pytest.raises(InputError):
        call()
