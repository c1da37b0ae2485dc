"""Straight-line programs agree with exact algebra, over every ring and under differentiation."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ, ring

from polysys.errors import InputError, PolysysError
from polysys.formulations.expansion import multiply_out, nested_form
from polysys.polynomials import Ring
from polysys.tape import Op, Recorder, trace

N = 3
RING, *GENERATORS = ring("x1,x2,x3", QQ)

rationals = st.fractions(-4, 4, max_denominator=6)
points = st.lists(rationals, min_size=N, max_size=N)
# An operation on a pool of values that starts with the variables and two constants.
operations = st.lists(st.tuples(st.sampled_from("+-*n^"), st.integers(0, 40), st.integers(0, 40)), max_size=8)
terms = st.dictionaries(st.tuples(*[st.integers(0, 4)] * N), rationals.filter(bool), max_size=8)


def run(program, constants, x):
    """The same arithmetic over any ring; powers and products only of small degree."""
    pool, degree = [*x, *constants], [1] * len(x) + [0] * len(constants)
    for op, i, j in program:
        i, j = i % len(pool), j % len(pool)
        if op in "*^" and degree[i] + degree[j] > 6:
            continue
        a, b = pool[i], pool[j]
        if op == "^":
            value = a**2 if degree[i] < 3 else a
        else:
            value = a + b if op == "+" else a - b if op == "-" else a * b if op == "*" else -a / 3
        pool.append(value)
        degree.append(6 if op == "^" else degree[i] + degree[j] if op == "*" else max(degree[i], degree[j]))
    return pool[-1]


def exact(polynomial):
    return {e: Fraction(int(c.numerator), int(c.denominator)) for e, c in RING(polynomial).terms()}


def value(polynomial, x):
    """Term by term, independent of the nested form."""
    return sum(
        (c * np.prod([xi**k for xi, k in zip(x, e, strict=True)]) for e, c in exact(polynomial).items()), Fraction(0)
    )


def as_ring(c):
    return RING(QQ(c.numerator, c.denominator))


@given(operations, st.lists(rationals, min_size=2, max_size=2), points)
def test_a_tape_evaluates_to_the_traced_polynomial_over_every_ring(program, constants, x):
    tape = trace(lambda v, _: [run(program, constants, v)], N)
    polynomial = RING(run(program, [as_ring(c) for c in constants], GENERATORS))
    truth = value(polynomial, x)

    assert tape.evaluate(x) == [truth]
    assert RING(tape.evaluate(GENERATORS, (), as_ring)[0]) == polynomial
    assert multiply_out(tape, Ring(("x1", "x2", "x3")), 10**6)[0] == polynomial
    (number,) = tape.evaluate([float(v) for v in x], (), float)
    size = value(RING.from_dict({e: abs(c) for e, c in polynomial.items()}), [abs(v) for v in x])
    assert number == pytest.approx(float(truth), rel=1e-12, abs=1e-9 * (1 + float(size)))
    (many,) = tape.evaluate([np.array([float(v), 0.0]) for v in x], (), lambda c: np.array([float(c)] * 2))
    assert many[0] == pytest.approx(number, rel=1e-12, abs=1e-9 * (1 + float(size)))
    with ctx.workprec(53):
        (ball,) = tape.evaluate([ball_of(v) for v in x], (), ball_of)
        assert contains(arb(ball), truth)


def ball_of(c):
    return arb(fmpq(c.numerator, c.denominator))


def contains(ball, truth):
    """Exactly: `ball.contains` would round the number first."""
    middle, radius = (Fraction(int(m)) * Fraction(2) ** int(e) for m, e in (ball.mid().man_exp(), ball.rad().man_exp()))
    return abs(middle - truth) <= radius


@given(operations, st.lists(rationals, min_size=2, max_size=2), points)
def test_the_gradient_and_hessian_of_a_tape_are_the_exact_derivatives(program, constants, x):
    tape = trace(lambda v, _: [run(program, constants, v)], N)
    polynomial = RING(run(program, [as_ring(c) for c in constants], GENERATORS))
    first = [polynomial.diff(g) for g in GENERATORS]

    assert tape.gradient().evaluate(x) == [value(f, x) for f in first]
    hessian = np.array(tape.hessian().evaluate(x)).reshape(N, N)
    assert hessian.tolist() == [[value(f.diff(g), x) for g in GENERATORS] for f in first]
    assert (hessian == hessian.T).all()


@given(st.lists(terms, min_size=2, max_size=2), points, points)
def test_the_jacobian_is_taken_by_the_variables_and_not_by_the_parameters(both, x, p):
    f, g = both

    def function(v, q):
        return [nested_form(f, v) * q[0] + q[1] ** 2, nested_form(g, v) - q[2] * v[0]]

    polynomials = [
        RING.from_dict(f) * as_ring(p[0]) + as_ring(p[1] ** 2),
        RING.from_dict(g) - GENERATORS[0] * as_ring(p[2]),
    ]
    jacobian = trace(function, N, N).jacobian()
    assert jacobian.evaluate(x, p) == [value(poly.diff(v), x) for poly in polynomials for v in GENERATORS]


@given(terms, points)
def test_the_nested_form_is_the_sum_of_its_terms(f, x):
    total = sum((c * np.prod([v**k for v, k in zip(x, e, strict=True)]) for e, c in f.items()), Fraction(0))
    assert nested_form(f, x) == total


def test_the_nested_form_of_a_form_costs_fewer_products_than_its_terms():
    f = {e: Fraction(1) for e in product(range(4), repeat=4) if sum(e) == 3}
    tape = trace(lambda x, _: [nested_form(f, x)], 4)
    assert (tape.ops == Op.MUL).sum() < sum(map(sum, f)) / 2


def test_the_nested_form_of_high_degree_does_not_exhaust_the_stack():
    f = {(k,): Fraction(1) for k in range(1501)}
    assert nested_form(f, [Fraction(1)]) == 1501
    assert trace(lambda x, _: [nested_form(f, x)], 1).evaluate([1]) == [1501]


def test_nothing_at_all_has_the_value_zero():
    assert nested_form({}, [Fraction(2)]) == 0
    assert nested_form({(): Fraction(5)}, []) == 5
    tape = trace(lambda x, _: [nested_form({}, x), x[0] - x[0], 3], 1)
    assert tape.evaluate([Fraction(7)]) == [0, 0, 3]
    assert trace(lambda x, _: [5], 2).hessian().evaluate([1, 2]) == [0] * 4


def test_equal_subexpressions_are_recorded_once_and_constants_folded():
    tape = trace(lambda x, _: [x[0] * x[1] + x[1] * x[0] + (Fraction(1, 2) + 1) * 0 + x[2] * 1 - 0], 3)
    assert tape.constants == ()
    assert tape.ops.tolist() == [Op.MUL, Op.ADD, Op.ADD]


def test_dead_operations_are_left_out():
    recorder = Recorder(1)
    (x,) = recorder.variables
    x**7
    assert len(recorder.tape([x**2]).ops) == 1


@pytest.mark.parametrize(
    "constant",
    [np.int64(3), np.float64(3), np.float32(3), 3.0, "3", Fraction(3), fmpq(3)],
    ids=lambda c: type(c).__name__,
)
def test_constants_of_every_kind_are_kept_as_python_fractions(constant):
    # A Fraction made of numpy integers would overflow without a word.
    (found,) = trace(lambda x, _: [x[0] * constant], 1).constants
    assert type(found) is Fraction
    assert type(found.numerator) is type(found.denominator) is int
    assert found == 3


def test_numpy_scalars_on_the_left_record_too():
    tape = trace(lambda x, _: [np.float64(2) * x[0] + np.int64(1), np.float64(2) - x[0]], 1)
    assert tape.evaluate([Fraction(1, 2)]) == [2, Fraction(3, 2)]


@pytest.mark.parametrize(
    "function",
    [
        lambda x, p: [x[0] ** -1],
        lambda x, p: [x[0] ** 0.5],
        lambda x, p: [x[0] ** x[1]],
        lambda x, p: [x[0] * float("nan")],
        lambda x, p: [x[0] + float("inf")],
        lambda x, p: [x[0] * 1j],
        lambda x, p: [x[0] + Recorder(1).variables[0]],
        lambda x, p: [None],
    ],
)
def test_what_is_no_polynomial_over_the_rationals_is_not_recorded(function):
    with pytest.raises(PolysysError):
        trace(function, 2)


def test_a_tape_refuses_the_wrong_number_of_inputs_and_a_map_has_no_gradient():
    tape = trace(lambda x, p: [x[0], x[1] * p[0]], 2, 1)
    with pytest.raises(InputError, match="2 variables and 1 parameters"):
        tape.evaluate([1, 2])
    with pytest.raises(InputError, match="one output"):
        tape.gradient()


def test_a_limited_recorder_stops():
    (x,) = Recorder(1, limit=50).variables
    with pytest.raises(InputError, match="operations"):
        sum(x**k for k in range(100))


def test_multiplying_out_stops_at_its_budget():
    tape = trace(lambda x, _: [sum(x[1:], x[0]) ** 6], 20)
    with pytest.raises(InputError, match="too many terms"):
        multiply_out(tape, Ring(tuple(f"x{i}" for i in range(20))), 10_000)


def test_powers_use_repeated_squaring():
    assert len(trace(lambda x, _: [x[0] ** 1000], 1).ops) < 20
    assert trace(lambda x, _: [x[0] ** 0, x[0] ** np.int64(3)], 1).evaluate([Fraction(2)]) == [1, 8]
