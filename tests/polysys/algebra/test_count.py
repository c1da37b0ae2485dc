"""Numbers of solutions: values known by mathematics, landscapes with published counts, limits, and other programs."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

import polysys as ps
from polysys.algebra import Stop, exact_count
from polysys.errors import InputError
from tests.polysys.algebra.systems import cyclic, dense, katsura, noon, polynomial, times


def facts(polynomials, n, **options):
    result = exact_count(polynomials, n, **options)
    assert result.stopped is None
    assert result.work == sum(r.work for r in result.by_prime)
    return result.dimension, result.degree, result.n_distinct


def gradient(text, domain="euclidean"):
    system = ps.expression(text, domain).sample().system
    return facts(system.terms, system.n)


@pytest.mark.parametrize(("n", "degrees"), [(1, (7,)), (2, (3, 4)), (3, (3, 3, 3)), (4, (2, 2, 3, 1)), (5, (2,) * 5)])
def test_a_dense_system_has_as_many_solutions_as_bezout_says(n, degrees):
    assert facts(dense(n, degrees, seed=n), n) == (0, prod(degrees), prod(degrees))


@pytest.mark.parametrize(("n", "count"), [(3, 6), (5, 70), (6, 156)])
def test_cyclic_roots(n, count):
    """Backelin & Froberg, ISSAC 1991."""
    assert facts(cyclic(n), n) == (0, count, count)


def test_cyclic_4_is_a_curve():
    assert facts(cyclic(4), 4)[0] == 1


@pytest.mark.parametrize("n", range(2, 8))
def test_katsura_has_a_power_of_two(n):
    assert facts(katsura(n), n + 1) == (0, 2**n, 2**n)


@pytest.mark.parametrize(("n", "count"), [(3, 21), (4, 73), (5, 233)])
def test_noonburg_has_3_to_the_n_less_2n(n, count):
    assert facts(noon(n), n) == (0, count, count) and count == 3**n - 2 * n


@pytest.mark.parametrize(
    ("polynomials", "expected"),
    [
        ([polynomial(1, (1, (0, 0)))], (0, 2, 1)),
        ([polynomial(2, (1, (0, 0))), polynomial(2, (1, (0, 1))), polynomial(2, (1, (1, 1)))], (0, 3, 1)),
        ([polynomial(2, (1, (0, 0)), (-1, (1,))), polynomial(2, (1, (1, 1, 1)))], (0, 6, 1)),
        (
            [
                polynomial(2, (1, (0, 0)), (-2, ())),
                times(polynomial(2, (1, (1,)), (-1, ())), polynomial(2, (1, (1, 1)))),
            ],
            (0, 6, 4),
        ),
        ([polynomial(2, (1, (0,))), polynomial(2, (1, (0,)), (-1, ()))], (-1, 0, 0)),
        ([{(0, 0): 5}], (-1, 0, 0)),
        ([polynomial(2, (1, (0, 0)), (1, (1, 1)), (-1, ()))], (1, 2, None)),
        ([polynomial(3, (1, (0, 1))), polynomial(3, (1, (0, 2)))], (2, 1, None)),  # a plane and a line
        ([polynomial(2, (1, (0, 0, 1)))], (1, 3, None)),
        ([], (3, 1, None)),
        ([{}], (3, 1, None)),
    ],
    ids=[
        "double",
        "fat-point",
        "cusp",
        "two-kinds",
        "empty",
        "constant",
        "circle",
        "plane",
        "double-line",
        "none",
        "zero",
    ],
)
def test_small_ideals_by_hand(polynomials, expected):
    n = next((len(e) for f in polynomials for e in f), 3)
    assert facts(polynomials, n) == expected


def test_the_twisted_cubic_has_degree_three():
    minors = [
        polynomial(4, (1, (0, 2)), (-1, (1, 1))),
        polynomial(4, (1, (0, 3)), (-1, (1, 2))),
        polynomial(4, (1, (1, 3)), (-1, (2, 2))),
    ]
    assert facts(minors, 4) == (2, 3, None)


ROSENBROCK_4 = "+".join(f"100*(x{i + 1}-x{i}^2)^2+(1-x{i})^2" for i in (1, 2, 3))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("100*(y-x^2)^2+(2-x)^2+100*(z-y^2)^2", 1),
        ("(y-x^3)^2+(12-x)^2", 1),
        (ROSENBROCK_4, 9),
        ("x^2*y-3*y+50*x+(z-y^3)^2", 2),
        ("0.3333333333333333*x^3+x^2*y+x*y^2+0.3333333333333333*y^3-x-2*y+x*y", 4),
        ("(x+y)^3/3-(1/100000000000000)*y^3-x-2*y+x*y", 4),
        (
            "3*(25*x-24*y)^2*(24*x-23*y)^2+(25*x-24*y)^3*(24*x-23*y)-(25*x-24*y)*(24*x-23*y)^3+1250*x*y-625*x-1875*y^2",
            9,
        ),
        ("3*(24*x-23*y)^4-(25*x-24*y)*(24*x-23*y)^3+1250*y+1875*x*y", 5),
        ("(30*x-29*y)*(29*x-28*y)*(x^2+y^2)+900*(z^2*x+2*y^3+x*z+x+3*y)", 15),
        ("u*(x^2-140*x*y-y^3+4900*y^2)+v*(1427247692705959881058285969449495136382746624*y-1)", 2),
        ("(x-1)^3/3-(x-1)/(4*10^24)+y^2/2+x*y^2", 4),
        ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", 9),
    ],
    ids=[
        "chain",
        "valley",
        "rosenbrock",
        "far",
        "float-cubic",
        "near-cube",
        "shear-6",
        "shear-3",
        "shear-14",
        "tiny",
        "close",
        "himmelblau",
    ],
)
def test_tame_potentials_with_solutions_far_away_or_close_together(text, count):
    assert gradient(text) == (0, count, count)


def test_a_curve_of_stationary_points_is_seen():
    """x y^2 = 1, z = 0: three asymptotes, a cubic curve; where x y^2 is not 1 nothing is stationary."""
    assert gradient("x*(x*y^2-1)^2 + z^2")[0] == 1


def test_multiple_solutions_are_told_apart_from_distinct_ones():
    assert gradient("x^4 + y^2") == (0, 3, 1)
    assert gradient("x^4/4 - x^3/3 + y^3") == (0, 6, 2)
    assert gradient("(x^2-1)^3 + (y^2-2)^3 + x*y*0") == (0, 25, 9)


def test_linear_forms_only():
    assert gradient("x^2 + x*y + 3*y^2 - x") == (0, 1, 1)


@pytest.mark.parametrize(
    ("label", "count"),
    [
        ("deep-linear:widths=1-1-1,data=gaussian,m=2", 5),
        ("deep-linear:widths=2-1-2,data=gaussian,m=2", 17),
        ("deep-linear:widths=1-2-2,data=gaussian,m=2", 33),
        ("deep-linear:widths=2-2-2,data=gaussian,m=1", 33),
        ("deep-linear:widths=2-2-2,data=gaussian,m=2", 225),
        ("deep-linear:widths=1-3-2,data=gaussian,m=2", 73),
        ("deep-linear:widths=2-1-1-2,data=gaussian,m=2", 81),
        ("deep-linear:widths=1-2-2-1,data=gaussian,m=2", 129),
        ("deep-linear:widths=1-1-1-1-1,data=gaussian,m=2", 49),
        ("deep-linear:widths=2-2-3,data=gaussian,m=2", 705),
        ("polynomial-network:widths=1-1-1,activation=z^2,data=gaussian,m=1", 9),
        ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3", 33),
    ],
)
def test_networks_have_their_generic_counts(label, count):
    system = ps.model_from_label(label).sample(3).system
    assert facts(system.terms, system.n) == (0, count, count)


def test_many_changes_of_sign_at_once():
    """Separate equations x_i^2 = i + 2: every sign can change, 2^12 solutions."""
    n = 12
    squares = [{tuple(2 * (k == i) for k in range(n)): 1, (0,) * n: -i - 2} for i in range(n)]
    assert facts(squares, n, distinct=False) == (0, 2**n, None)
    assert facts(squares[:6] + [{tuple(int(k == i) for k in range(n)): 1} for i in range(6, n)], n) == (0, 64, 64)


def test_a_univariate_polynomial_of_high_degree():
    assert facts([{(200,): 1, (1,): -7, (0,): 3}], 1) == (0, 200, 200)


@pytest.mark.parametrize("n", [3, 6, 7])
def test_spherical_glasses_have_the_count_of_cartwright_and_sturmfels(n):
    """2^n - 1 classes of lines, in a random chart."""
    system = ps.model_from_label(f"spherical-p-spin:n={n},p=3").sample(1).system
    assert facts(system.terms, system.n) == (0, 2**n - 1, 2**n - 1)


def test_reaching_a_limit_is_no_error_and_names_it():
    stopped = exact_count(cyclic(6), 6, work_limit=1000)
    assert stopped.stopped is Stop.WORK and stopped.dimension is None and not stopped.is_complete
    assert exact_count(cyclic(5), 5, memory_limit=1000).stopped is Stop.MEMORY
    assert exact_count(cyclic(5), 5, time_limit=0.0).stopped is Stop.TIME
    assert exact_count([{(40000, 0): 1}], 2).stopped is Stop.DEGREE


def test_a_limit_leaves_the_degree_where_only_distinct_solutions_are_out_of_reach():
    system = katsura(6)
    of_degree = exact_count(system, 7, distinct=False)
    result = exact_count(system, 7, work_limit=of_degree.work + 10)
    assert (result.dimension, result.degree, result.n_distinct, result.stopped) == (0, 64, None, Stop.WORK)


def test_the_work_is_the_same_every_time():
    first, second = (exact_count(cyclic(5), 5, seed=4) for _ in range(2))
    assert first == second
    assert exact_count(cyclic(5), 5, seed=5).primes != first.primes


def test_one_prime_or_three_are_used_where_asked_for():
    assert [len(exact_count(cyclic(3), 3, primes=k).primes) for k in (1, 2, 3)] == [1, 2, 3]


@pytest.mark.parametrize("arguments", [{"n": 2, "primes": 0}, {"n": 0}, {"n": 1}])
def test_what_cannot_be_counted_is_refused(arguments):
    n = arguments.pop("n")
    with pytest.raises(InputError):
        exact_count([{(1, 0): 1}], n, **arguments)


@given(st.data())
def test_squares_of_generators_keep_the_distinct_solutions(data):
    """V(f, g^2) = V(f, g): the degree grows, the number of distinct solutions stays."""
    n = 2
    seed = data.draw(st.integers(0, 10**6))
    f, g = dense(n, (2, 1), seed)
    assert facts([f, times(g, g)], n) == (0, 4, 2)


@given(
    roots=st.lists(st.fractions(min_value=-5, max_value=5, max_denominator=6), min_size=1, max_size=5),
    others=st.lists(st.integers(-3, 3), min_size=1, max_size=4),
)
def test_a_grid_of_multiple_points(roots, others):
    """Products of linear factors in x and, sheared, in y: every pair of roots, with the product of multiplicities."""
    f, g = {(0, 0): Fraction(1)}, {(0, 0): Fraction(1)}
    for r in roots:
        f = times(f, {(1, 0): Fraction(1), (0, 0): -r})
    for r in others:
        g = times(g, {(0, 1): Fraction(1), (1, 0): Fraction(2), (0, 0): Fraction(-r)})
    assert facts([f, g], 2) == (0, len(roots) * len(others), len(set(roots)) * len(set(others)))


@pytest.mark.symbolic
@pytest.mark.parametrize(
    "label",
    [
        "deep-linear:widths=2-2-2,data=gaussian,m=2",
        "polynomial-network:widths=2-2-1,activation=z^2,data=gaussian,m=3",
        "spherical-p-spin:n=5,p=4",
    ],
)
def test_msolve_agrees(label):
    from homotopy.engines.integer_equations import good_primes
    from homotopy.engines.msolve.client import distinct_modulo, ideal_modulo

    system = ps.model_from_label(label).sample(2).system
    (prime,) = good_primes(system, count=1)
    theirs = ideal_modulo(system, prime)
    assert facts(system.terms, system.n) == (theirs.dimension, theirs.degree, distinct_modulo(system, prime))
