"""The compiled interval arithmetic encloses: against exact rationals and against python-flint."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from homotopy.completeness.exclusion.kernels import (
    contract_mean_value,
    contract_quadratics,
    gauss_seidel,
    precondition,
    select_rows,
)
from homotopy.completeness.exclusion.layout import LANES, WIDTH
from homotopy.completeness.exclusion.programs import interval_program, magnitude, outward, slope_tape
from polysys.tape import Recorder

N = 3
exponents = st.integers(-330, 330)
moderate = st.floats(-1e3, 1e3, allow_nan=False)
extreme = st.one_of(
    moderate,
    st.builds(
        lambda m, e: m * 10.0**e if abs(e) < 300 else m * 1e-300 * 10.0 ** (e + 300), moderate, st.integers(-320, 40)
    ),
)


@st.composite
def tapes(draw):
    """A random straight-line program in three variables with rational constants."""
    recorder = Recorder(N)
    nodes = [*recorder.variables, *(recorder.constant(draw(st.fractions(-5, 5, max_denominator=97))) for _ in range(2))]
    for _ in range(draw(st.integers(1, 12))):
        a, b = draw(st.sampled_from(nodes)), draw(st.sampled_from(nodes))
        nodes.append(draw(st.sampled_from([lambda p, q: p + q, lambda p, q: p - q, lambda p, q: p * q]))(a, b))
    return recorder.tape(nodes[-3:])


def boxes(numbers):
    return st.lists(st.tuples(numbers, numbers).map(sorted), min_size=N, max_size=N)


@settings(max_examples=100, deadline=None)
@given(tapes(), boxes(extreme), st.lists(st.fractions(0, 1, max_denominator=50), min_size=N, max_size=N))
def test_every_exact_value_on_a_box_lies_in_the_enclosure_at_any_magnitude(tape, box, position):
    lo, hi = interval_program(tape).enclose([[b[0] for b in box]], [[b[1] for b in box]])
    inside = [Fraction(a) + (Fraction(b) - Fraction(a)) * t for (a, b), t in zip(box, position, strict=True)]
    for point in (inside, [Fraction(a) for a, _ in box], [Fraction(b) for _, b in box]):
        for value, low, high in zip(tape.evaluate(point), lo[0], hi[0], strict=True):
            assert not np.isnan([low, high]).any()
            assert (low == -np.inf or Fraction(low) <= value) and (high == np.inf or value <= Fraction(high))


@settings(max_examples=60, deadline=None)
@given(tapes(), st.lists(extreme, min_size=N, max_size=N))
def test_the_enclosure_at_a_point_contains_flint_s(tape, point):
    lo, hi = interval_program(tape).enclose([point], [point])
    with ctx.workprec(4000):
        exact = tape.evaluate([arb(x) for x in point], (), lambda c: arb(fmpq(c.numerator, c.denominator)))
        for value, low, high in zip(exact, lo[0], hi[0], strict=True):
            assert arb(low) <= value or arb(low).overlaps(value) or low == -np.inf
            assert value <= arb(high) or arb(high).overlaps(value) or high == np.inf


@settings(max_examples=50, deadline=None)
@given(tapes(), boxes(moderate))
def test_the_enclosure_is_no_wider_than_a_hair_beyond_infinite_precision_intervals(tape, box):
    program = interval_program(tape)
    lo, hi = program.enclose([[b[0] for b in box]], [[b[1] for b in box]])
    registers = [(Fraction(a), Fraction(b)) for a, b in box] + [(c, c) for c in tape.constants]
    for op, i, j in zip(tape.ops, tape.left, tape.right, strict=True):
        (a, b), (c, d) = registers[i], registers[j]
        ends = {0: [a + c, b + d], 1: [a - d, b - c], 2: [a * c, a * d, b * c, b * d]}[int(op)]
        if op == 2 and i == j:
            ends = [0 if a <= 0 <= b else min(a * a, b * b), max(a * a, b * b)]
        registers.append((min(ends), max(ends)))
    size = Fraction(magnitude(tape, [max(abs(a), abs(b)) for a, b in box]))
    for k, low, high in zip(tape.outputs, lo[0], hi[0], strict=True):
        assert registers[k][0] - Fraction(low) <= size / 10**14 + Fraction(1, 10**250)
        assert Fraction(high) - registers[k][1] <= size / 10**14 + Fraction(1, 10**250)


@pytest.mark.parametrize("value", [1e101, 1e200, 1.7e308, float("inf"), float("nan")])
def test_what_might_overflow_is_unbounded_never_excluded(value):
    recorder = Recorder(1)
    x = recorder.variables[0]
    lo, hi = interval_program(recorder.tape([x * x * x - x, x])).enclose([[-1.0], [1.0]], [[value], [value]])
    assert (lo[0] == -np.inf).all() and (hi[0] == np.inf).all()


@settings(max_examples=60, deadline=None)
@given(st.fractions())
def test_a_rational_is_enclosed_by_neighbouring_doubles(value):
    low, high = outward(value)
    assert Fraction(low) <= value <= Fraction(high) and high <= np.nextafter(low, np.inf)


def test_rationals_beyond_the_doubles_are_enclosed():
    low, high = outward(Fraction(10) ** 400)
    assert high == np.inf and low == np.finfo(float).max
    low, high = outward(Fraction(-1, 10**400))
    assert low < 0 and high == 0


@settings(max_examples=60, deadline=None)
@given(tapes(), *[st.lists(st.fractions(-9, 9, max_denominator=20), min_size=N, max_size=N)] * 2)
def test_slopes_are_exact_divided_differences(tape, x, c):
    slopes = slope_tape(tape).evaluate([*x, *c])
    for i, (a, b) in enumerate(zip(tape.evaluate(x), tape.evaluate(c), strict=True)):
        assert a - b == sum(slopes[i * N + j] * (x[j] - c[j]) for j in range(N))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.fractions(-3, 3, max_denominator=9), min_size=N, max_size=N),
    st.lists(st.fractions(-4, 4, max_denominator=16), min_size=N, max_size=N),
    st.lists(st.tuples(*[st.floats(0, 2)] * 2), min_size=N, max_size=N),
    st.tuples(st.fractions(0, 1), st.fractions(0, 1)),
)
def test_quadratic_contraction_loses_no_point(weights, point, widths, slack):
    value = sum(w * x * x for w, x in zip(weights, point, strict=True))
    lo = np.array([outward(x)[0] - w[0] for x, w in zip(point, widths, strict=True)])
    hi = np.array([outward(x)[1] + w[1] for x, w in zip(point, widths, strict=True)])
    ends = np.array([outward(w) for w in weights])
    range_lo, range_hi = np.array([outward(value - slack[0])[0]]), np.array([outward(value + slack[1])[1]])
    arguments = (np.array([0, N]), np.arange(N), ends[:, 0].copy(), ends[:, 1].copy(), range_lo, range_hi)
    assert contract_quadratics(*arguments, lo, hi)
    assert all(Fraction(a) <= x <= Fraction(b) for a, x, b in zip(lo, point, hi, strict=True))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.floats(-2, 2), min_size=2, max_size=2), min_size=2, max_size=2),
    st.lists(st.floats(-1, 1), min_size=2, max_size=2),
    st.lists(st.floats(0, 0.5), min_size=6, max_size=6),
)
def test_an_interval_newton_sweep_keeps_the_zeros_of_every_enclosed_linear_system(matrix, zero, slack):
    # F(x) = A (x - zero), slopes anywhere in A +- slack
    a = np.array(matrix)
    mid = np.array(zero) + np.array(slack[:2]) - np.array(slack[2:4])
    f_registers, s_registers = np.zeros(2 * WIDTH), np.zeros(4 * WIDTH)
    exact = [sum(Fraction(a[i, j]) * (Fraction(mid[j]) - Fraction(zero[j])) for j in range(2)) for i in range(2)]
    for i in range(2):
        f_registers[i * WIDTH : i * WIDTH + LANES], f_registers[i * WIDTH + LANES : (i + 1) * WIDTH] = outward(exact[i])
        for j in range(2):
            at = (2 * i + j) * WIDTH
            s_registers[at : at + LANES] = a[i, j] - slack[4]
            s_registers[at + LANES : at + WIDTH] = a[i, j] + slack[5]
    y, g, ok = np.zeros((2, 2, LANES)), np.zeros((2, 2, 2, LANES)), np.zeros(LANES, bool)
    two, s_out = np.arange(2), np.arange(4) * WIDTH
    rows = np.tile(two, (LANES, 1))
    precondition(2, s_registers, s_out, 2, rows, two, y, ok, g, np.zeros((2, 2)), np.zeros((2, 2)))
    lo, hi = np.array(zero) - np.array(slack[2:4]), np.array(zero) + np.array(slack[:2])
    if ok[0]:
        assert gauss_seidel(2, y, g, f_registers, np.arange(2) * WIDTH, rows, two, 0, lo, hi, mid)
        assert (lo <= zero).all() and (zero <= hi).all()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.floats(-2, 2), min_size=2, max_size=2), min_size=3, max_size=3),
    st.lists(st.floats(-1, 1), min_size=2, max_size=2),
    st.lists(st.floats(0, 0.5), min_size=6, max_size=6),
)
def test_solving_every_equation_for_every_unknown_keeps_the_zeros(matrix, zero, slack):
    a = np.array(matrix)
    mid = np.array(zero) + np.array(slack[:2]) - np.array(slack[2:4])
    f_registers, s_registers = np.zeros(3 * WIDTH), np.zeros(6 * WIDTH)
    for i in range(3):
        value = sum(Fraction(a[i, j]) * (Fraction(mid[j]) - Fraction(zero[j])) for j in range(2))
        f_registers[i * WIDTH : i * WIDTH + LANES], f_registers[i * WIDTH + LANES : (i + 1) * WIDTH] = outward(value)
        for j in range(2):
            at = (2 * i + j) * WIDTH
            s_registers[at : at + LANES] = a[i, j] - slack[4]
            s_registers[at + LANES : at + WIDTH] = a[i, j] + slack[5]
    lo, hi = np.array(zero) - np.array(slack[2:4]), np.array(zero) + np.array(slack[:2])
    arguments = (f_registers, np.arange(3) * WIDTH, s_registers, np.arange(6) * WIDTH, 0)
    assert contract_mean_value(2, *arguments, lo, hi, mid, np.zeros((4, 2)))
    assert (lo <= zero).all() and (zero <= hi).all()


def test_of_equations_that_say_the_same_one_is_chosen():
    # rows 0 and 1 agree but for the width of the slopes of row 0
    slopes = [(1.0, 2.0), (1.0, 2.0), (0.0, 1e-6)]
    registers = np.zeros(6 * WIDTH)
    for k, value in enumerate(np.ravel(slopes)):
        width = 0.1 if k < 2 else 0.0
        registers[k * WIDTH : k * WIDTH + LANES] = value - width
        registers[k * WIDTH + LANES : (k + 1) * WIDTH] = value + width
    chosen = np.zeros(3, np.int64)
    select_rows(2, 3, registers, np.arange(6) * WIDTH, 0, np.zeros(2), np.ones(2), np.zeros((3, 2)), chosen)
    assert sorted(chosen[:2]) == [1, 2]
