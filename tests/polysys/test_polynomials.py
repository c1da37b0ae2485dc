"""Our polynomials agree with SymPy's in everything that they offer."""

import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import fmpq, fmpz
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ

from polysys.errors import InputError
from polysys.polynomials import Polynomial, Ring, as_polynomial, in_one_ring

NAMES = ("x", "y2", "z")
R, (X, Y, Z) = Ring(NAMES), Ring(NAMES).gens
THEIRS, *GENERATORS = sympy.ring(list(NAMES), QQ)
numbers = st.fractions(-9, 9, max_denominator=9)
terms = st.dictionaries(st.tuples(*[st.integers(0, 3)] * 3), numbers, max_size=5)


def both(content):
    theirs = THEIRS.from_dict({e: QQ(c.numerator, c.denominator) for e, c in content.items()})
    return R.from_dict(content), theirs


@given(terms, terms, numbers, st.integers(0, 3))
def test_arithmetic_and_what_is_read_are_sympy_s(first, second, number, power):
    (f, f1), (g, g1) = both(first), both(second)
    c = QQ(number.numerator, number.denominator)
    pairs = [
        (f + g, f1 + g1),
        (f - g, f1 - g1),
        (f * g, f1 * g1),
        (-f, -f1),
        (f**power, f1**power if f1 or power else THEIRS.one),
    ]
    pairs += [(f + number, f1 + c), (number - f, c - f1), (f * number, f1 * c), (number * f, c * f1)]
    pairs += [(f.diff(k), f1.diff(x)) for k, x in enumerate(GENERATORS)] + [
        (f.diff(Y), f1.diff(GENERATORS[1])),
        (f.diff("z"), f1.diff(2)),
    ]
    pairs += [(f.compose(X, g), f1.compose(GENERATORS[0], g1)) if f else (f, f1)]
    pairs += [
        (f.compose([(X, Y), (Y, g)]), f1.compose([(GENERATORS[0], GENERATORS[1]), (GENERATORS[1], g1)]))
        if f
        else (f, f1)
    ]
    if number:
        pairs.append((f / number, f1.mul_ground(1 / c)))
    for ours, theirs in pairs:
        assert str(ours) == str(theirs)
        assert ours.to_sympy() == theirs
        assert as_polynomial(theirs) == ours
        assert (ours.terms(), ours.monoms(), ours.coeffs()) == (theirs.terms(), theirs.monoms(), theirs.coeffs())
        assert (ours.is_ground, len(ours), ours.coeff(1)) == (theirs.is_ground, len(theirs), theirs.coeff(1))
        assert ours.as_expr() == theirs.as_expr()
        assert all(type(v) is fmpq and v for v in ours.values())
        assert pickle.loads(pickle.dumps(ours)) == copy.deepcopy(ours) == ours
    assert (f == g) == (f1 == g1) and (f != g) == (f1 != g1)
    assert f != g or hash(f) == hash(g)


def test_numbers_of_all_exact_types_are_coefficients():
    for two in (2, np.int64(2), Fraction(2), fmpz(2), fmpq(2), sympy.Integer(2), QQ(2)):
        assert two * X == X * two == X + X == R.from_dict({(1, 0, 0): two})
        assert two + R.zero == two == R(two)
    assert sum([X, Y, 1]) == X + Y + 1
    values = np.array([X, Y], dtype=object)
    assert values @ values == X**2 + Y**2
    assert (X.coeff(X), (X * Y).coeff(X * Y), X.coeff(Y), int(R(3))) == (1, 1, 0, 3)
    with pytest.raises(TypeError):
        X * 0.5
    with pytest.raises(TypeError):
        X + Ring(("x",)).gens[0]
    with pytest.raises(ValueError, match="no number"):
        int(X)
    with pytest.raises(InputError, match="no power -1"):
        X**-1


def test_powers_and_quotients_that_are_no_polynomials_are_refused():
    with pytest.raises(InputError, match="no power -1"):
        X**-1
    for wrong in (lambda: X**2.0, lambda: X / 2.0, lambda: 1 / X):
        with pytest.raises(TypeError):
            wrong()


def test_sympy_s_ring_elements_are_taken_and_mix_with_ours():
    x = GENERATORS[0]
    assert type(x * X) is type(X * x) is Polynomial
    assert X * x == X**2 and x + X == 2 * X
    assert in_one_ring([x, Y]) == (X, Y)
    with pytest.raises(TypeError):
        X * sympy.Symbol("x")
    with pytest.raises(InputError, match="not a ring element"):
        as_polynomial("x")
    with pytest.raises(InputError, match="not rational"):
        as_polynomial(sympy.ring("x", sympy.ZZ)[1])
    for mixed in ([X, Ring(("x",)).gens[0]], [X, 3]):
        with pytest.raises(InputError, match="one polynomial ring"):
            in_one_ring(mixed)


def test_what_sympy_s_elements_do_besides_takes_polynomials_too():
    f, theirs = X**2 * Y - Y / 2, GENERATORS[0] ** 2 * GENERATORS[1] - GENERATORS[1] / 2
    assert f.evaluate(X, 2) == theirs.evaluate(GENERATORS[0], 2) and f.degree(Y) == 1
    assert f.subs([(X, 1), (Y, 4)]) == 2
    assert f.div([Y])[0] == [theirs.div([GENERATORS[1]])[0][0]]
    assert f.resultant(X - Y) == theirs.resultant(GENERATORS[0] - GENERATORS[1])
    assert f / Y == X**2 - Fraction(1, 2) and type(f / Y) is Polynomial
    assert +f == f.copy() == f and hash(f.copy()) == hash(f)
    assert f.as_expr(*sympy.symbols("a b c")) == theirs.as_expr(*sympy.symbols("a b c"))


@given(terms, terms)
def test_division_with_a_rest_and_the_order_are_sympy_s(first, second):
    (f, theirs), (g, other) = both(first), both(second)
    if g:
        assert divmod(f, g) == (f // g, f % g) == tuple(map(as_polynomial, divmod(theirs, other)))
        assert f // g * g + f % g == f
    assert (f < g, f <= g, f > g, f >= g) == (theirs < other, theirs <= other, theirs > other, theirs >= other)


def test_polynomials_are_divided_ordered_and_printed():
    f = X**3 + X * Y**2 / 2 - 1
    assert divmod(f, X + Y) == (X**2 - X * Y + 3 * Y**2 / 2, -3 * Y**3 / 2 - 1)
    assert (f // 2, f % 2, f % X) == (f / 2, 0, -1)
    assert sorted([f, X, Y, R.zero]) == [R.zero, Y, X, f]
    assert sympy.latex(f) == sympy.latex(f.to_sympy()) and sympy.pretty(f) == repr(f)
    assert sympy.srepr(f) == sympy.srepr(f.to_sympy())


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda: X**-1, InputError),  # did not end
        (lambda: X.diff(-1), ValueError),  # was no polynomial of the ring
        (lambda: X.diff(3), ValueError),
        (lambda: X / 0.5, TypeError),
        (lambda: R(sympy.pi), TypeError),
        (lambda: X // 0, ZeroDivisionError),
        (lambda: X // "x", TypeError),
        (lambda: X < "x", TypeError),
    ],
)
def test_what_no_polynomial_is_made_of_is_an_error(act, error):
    with pytest.raises(error):
        act()
