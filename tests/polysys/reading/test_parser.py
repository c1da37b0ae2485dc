"""The parser: every polynomial is read exactly, everything else is refused with a sentence, and nothing blows up."""

from __future__ import annotations

import contextlib
import math
import time
from decimal import Decimal
from fractions import Fraction

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import QQ, ring

from polysys.errors import InputError, NotPolynomialError
from polysys.reading.expression_file import read_expression_file
from polysys.reading.parser import format_polynomial, parse_polynomial
from polysys.reading.rationals import as_rational, as_rational_array

R, x, y = ring("x, y", QQ)


def read(text: str, **options):
    return parse_polynomial(text, ("x", "y"), **options).polynomial


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x^2*y", x**2 * y),
        ("x**2**3 - y", x**8 - y),
        ("-x^2", -(x**2)),
        ("--x - -y", x + y),
        ("2*-x", -2 * x),
        ("x^+2", x**2),
        ("0.1*x + 1e-3*y", x / 10 + y / 1000),
        (".5*x + 2.*y", x / 2 + 2 * y),
        ("1/3*x/2", x / 6),
        ("(x - y)*(x + y)", x**2 - y**2),
        ("(x + 1)^3/2^2", (x + 1) ** 3 / 4),
        ("x^(6/3)", x**2),
        ("x - x + y^0*x", x),
        (" x\n\t+ y ", x + y),
        ("0*x^2 + y", y),
        ("x/(1 - 3)", -x / 2),
        ("0^0*x", x),
    ],
)
def test_an_expression_means_what_it_says(text, expected):
    assert read(text) == expected


def test_parameters_are_inserted_exactly():
    parsed = parse_polynomial("a*x^n + b", None, {"a": "0.1", "n": 2, "b": Fraction(1, 3)})
    assert parsed.variables == ("x",)
    assert str(parsed) == "1/10*x^2 + 1/3"


def test_variables_come_in_natural_order_unless_given():
    assert parse_polynomial("x10 + x2 + x1*a_1 + B").variables == ("B", "a_1", "x1", "x2", "x10")
    assert parse_polynomial("y + x", ("y", "x", "z")).variables == ("y", "x", "z")


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("exp(x)", "exp"),
        ("x + sin(y)", "position 5.*sin"),
        ("sqrt(2)*x", "sqrt"),
        ("1/x", "division by an expression with variables"),
        ("x/(y+1)", "position 2"),
        ("x^y", "exponent with variables"),
        ("x^-1", "exponent -1"),
        ("x^0.5", "exponent 1/2"),
        ("x*I", "'I'"),
        ("nan*x", "'nan'"),
        ("x + inf", "'inf'"),
        ("oo + x", "'oo'"),
        ("zoo*x", "'zoo'"),
        ("pi*x", "'pi'"),
    ],
)
@pytest.mark.parametrize("variables", [None, ("x", "y")])
def test_what_is_no_polynomial_is_refused_by_name_and_place(text, piece, variables):
    with pytest.raises(NotPolynomialError, match=piece):
        parse_polynomial(text, variables)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("2x", "'x' at position 2.*Write every product"),
        ("1j*x", "'j' at position 2"),
        ("x y", r"'y' at position 3.*'\*'"),
        ("x(y+1)", r"'\(' at position 2.*'\*'"),
        ("2(x)", "position 2"),
        ("(x)(y)", "position 4"),
        ("(x+1", "position 1 is not closed"),
        ("x+1)", "position 4"),
        ("x+", "ends too early"),
        ("x^", "ends too early"),
        ("*x", "position 1"),
        ("x+*y", "position 3"),
        ("x//y", "position 3"),
        ("x/0", "division by zero"),
        ("x/(1-1)", "division by zero"),
        ("x = y", "'=' at position 3"),
        ("x · y", "'·' at position 3"),
        ("__import__('os')", "position"),
        ("x.real", "'.' at position 2"),
        ("x + z", "'z' at position 5.*Known names: x, y"),
        ("x^1001", "above 1000"),
        ("x^1000*x", "above 1000"),
        ("3", "constant"),
        ("x - x", "zero"),
        ("0", "zero"),
        ("٣*x", "position 1"),
    ],
)
def test_text_that_cannot_be_read_is_refused_with_its_place(text, piece):
    with pytest.raises(InputError, match=piece):
        parse_polynomial(text, ("x", "y"))


def test_a_constant_is_accepted_on_request():
    assert parse_polynomial("x - x", ("x",), allow_constant=True).is_zero
    parsed = parse_polynomial("7/2", ("x",), allow_constant=True)
    assert parsed.is_constant
    assert not parsed.is_zero
    with pytest.raises(InputError):
        parse_polynomial("7", allow_constant=True)


@pytest.mark.parametrize(
    "text",
    [
        "(x+y)^100000",
        "(x+y)^1000*(x-y)^1000",
        "((x+1)^1000)^1000",
        "(a+b+c+d+e+f+g+h)^100",
        "9^9^9^9",
        "(9^1000)^1000*x",
        "((((9^1000)^1000)^1000)^1000)*x",
        "1e999999999*x",
        "1e-999999999*x",
        "1" + "0" * 100_000 + "*x",
        "(" * 100_000 + "x" + ")" * 100_000,
        "-" * 100_000 + "(" * 200 + "x",
        "x" + "^2" * 100_000,
        "+".join(f"1/{k}" for k in range(10**6, 10**6 + 50_000)) + "+x",
        "*".join(f"(x+{k})" for k in range(1, 20_000)),
        "*".join(["(a+b)", "(c+d)", "(e+f)", "(g+h)"] * 30),
        "+".join(f"x{k}" for k in range(65)),
    ],
)
def test_a_bomb_is_refused_quickly(text):
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        parse_polynomial(text)
    assert time.process_time() - start < 10
    assert len(str(caught.value)) < 500


def test_a_nearly_full_stack_gives_a_typed_error():
    def descend(depth):
        return descend(depth - 1) if depth else parse_polynomial("(" * 90 + "x" + ")" * 90)

    with pytest.raises((InputError, RecursionError)) as caught:
        descend(700)
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize(
    ("variables", "parameters"),
    [("xy", {}), (("x", "x"), {}), (("x",), {"x": 1}), (("2x",), {}), (("I",), {}), (("x y",), {}), ((1,), {})],
)
def test_bad_names_are_refused(variables, parameters):
    with pytest.raises(InputError):
        parse_polynomial("1 + 1", variables, parameters)


def test_parameters_must_be_rational():
    with pytest.raises(InputError, match="finite"):
        parse_polynomial("a*x", None, {"a": math.inf})


rationals = st.fractions(max_denominator=10**12) | st.floats(allow_nan=False, allow_infinity=False).map(Fraction)
polynomials = st.dictionaries(
    st.tuples(st.integers(0, 30), st.integers(0, 30)), rationals.filter(bool), min_size=0, max_size=12
).map(lambda terms: R.from_dict({e: QQ(c.numerator, c.denominator) for e, c in terms.items()}))


@given(polynomials)
def test_canonical_text_is_read_back_exactly(p):
    text = format_polynomial(p)
    assert read(text, allow_constant=True) == p
    assert format_polynomial(read(text, allow_constant=True)) == text


@given(polynomials)
def test_the_text_of_sympy_is_read_too(p):
    assert read(str(p), allow_constant=True) == p


@given(st.permutations([x**2 / 3, -y, R(5), x * y, -(x**2) / 3, y**3]))
def test_canonical_text_does_not_depend_on_how_the_polynomial_was_built(terms):
    assert format_polynomial(sum(terms, R(0))) == "y^3 + x*y - y + 5"


@given(st.text(alphabet="xy0123.+-*/^() eIn", max_size=25))
@settings(max_examples=500)
def test_any_text_is_read_or_refused_with_a_typed_error(text):
    with contextlib.suppress(InputError):
        parse_polynomial(text)


def test_canonical_text_is_graded_lexicographic():
    assert format_polynomial(1 + x + y + x * y**2 / 2 - x**2 * y - x**3) == "-x^3 - x^2*y + 1/2*x*y^2 + x + y + 1"
    assert format_polynomial(R(0)) == "0"
    assert format_polynomial(R(-1)) == "-1"
    with pytest.raises(InputError):
        format_polynomial(sympy.Symbol("x"))


def test_five_thousand_terms_in_forty_variables_take_a_moment():
    names = [f"x{k}" for k in range(40)]
    text = " + ".join(
        f"{k}/1048576*{names[k % 40]}^2*{names[k // 40 % 40]}*{names[k // 1600 % 40]}" for k in range(1, 5001)
    )
    start = time.process_time()
    p = parse_polynomial(text, names).polynomial
    assert parse_polynomial(format_polynomial(p), names).polynomial == p
    assert time.process_time() - start < 10  # a twentieth of it, as a rule; a quadratic number of steps would take minutes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, Fraction(3)),
        (0.1, Fraction(0.1)),
        (-0.0, Fraction(0)),
        (5e-324, Fraction(5e-324)),
        (Fraction(2, 3), Fraction(2, 3)),
        (Decimal("0.1"), Fraction(1, 10)),
        ("1/3", Fraction(1, 3)),
        (" -0.1 ", Fraction(-1, 10)),
        ("1e-3", Fraction(1, 1000)),
        ("+2.5E2", Fraction(250)),
        ("0.5/0.25", Fraction(2)),
        (np.int8(-5), Fraction(-5)),
        (np.uint64(2**64 - 1), Fraction(2**64 - 1)),
        (np.float32(0.1), Fraction(float(np.float32(0.1)))),
        (np.longdouble(0.5), Fraction(1, 2)),
        (np.array(1.5), Fraction(3, 2)),
        (sympy.Rational(1, 3), Fraction(1, 3)),
        (sympy.Integer(4), Fraction(4)),
        (sympy.Float(0.1), Fraction(0.1)),
        (sympy.Float(0), Fraction(0)),
        (sympy.Float("-2.5"), Fraction(-5, 2)),
        (flint.fmpq(1, 3), Fraction(1, 3)),
        (flint.fmpz(7), Fraction(7)),
        (QQ(3, 4), Fraction(3, 4)),
    ],
)
def test_numbers_of_all_kinds_keep_their_exact_value(value, expected):
    result = as_rational(value)
    assert result == expected
    assert type(result) is Fraction


@pytest.mark.parametrize(
    "value",
    [
        math.nan, math.inf, -math.inf, np.float64("nan"), Decimal("nan"), Decimal("inf"), sympy.nan, sympy.oo,
        sympy.zoo, sympy.Float("nan"), sympy.Float("inf"), sympy.pi, sympy.Symbol("x"), True, np.True_, None, 1j,
        np.complex128(1),
        "", "nan", "inf", "x", "1/0", "1//2", "1e", ".", "1/2/3", "0x10", "1_000", "1e999999999", "9" * 5000,
        Decimal("1e999999"), sympy.Float(2) ** 10**9, [1], [2**20_000], {}, object(), b"1", "２", flint.arb(1),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_rational_number_is_refused_with_a_way_out(value):
    with pytest.raises(InputError) as caught:
        as_rational(value)
    assert caught.value.way_out
    assert len(str(caught.value)) < 300


def test_an_integer_too_long_to_print_is_refused():
    with pytest.raises(InputError, match="bits"):
        as_rational(2**20_000)


@given(rationals)
def test_the_text_of_a_fraction_is_read_back(value):
    assert as_rational(str(value)) == value


def test_an_array_is_exact_and_of_the_wanted_shape():
    array = as_rational_array([["1/2", 0.5], [1, sympy.Rational(1, 3)]], (2, None), "X")
    assert array.dtype == object
    assert array.tolist() == [[Fraction(1, 2), Fraction(1, 2)], [1, Fraction(1, 3)]]
    assert as_rational_array(np.eye(2)).tolist() == [[1, 0], [0, 1]]
    assert as_rational_array([], (None,)).shape == (0,)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1, 2], [3, math.nan]], r"X\[1, 1\]"),
        ([[1, None], [3, 4]], r"X\[0, 1\]"),
        ([[1, 2], [3]], "X"),
        ([[1, 2, 3], [3, 4, 5]], "X has the shape 2 x 3, not 2 x 2"),
        ([1, 2], "two pairs of brackets"),
        (5, "single value"),
        ({1, 2}, "shape"),
    ],
)
def test_a_bad_array_is_refused_by_entry_or_shape(values, message):
    with pytest.raises(InputError, match=message):
        as_rational_array(values, (2, 2), "X")


def test_ragged_rows_are_named():
    with pytest.raises(InputError, match="rows"):
        as_rational_array([[1, 2], [3]])


TEXT = """\ufeff# two wells
domain: sphere R2=0.5
variables: y, x   # in this order
parameters: a = 1/2, b = 0.1
(x^2 - a)^2 + b*y^2
  + x*y  # coupling
"""
TOML = """
model = "expression"
domain = "sphere R2=1/2"
variables = ["y", "x"]
potential = '''(x^2 - a)^2 + b*y^2
  + x*y'''
[parameters]
a = "1/2"
b = 0.1
"""


@pytest.mark.parametrize(("name", "content"), [("wells.txt", TEXT), ("wells.toml", TOML)])
def test_a_landscape_file_is_read_as_text_or_toml(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    file = read_expression_file(tmp_path / name)
    assert file.potential_text == "(x^2 - a)^2 + b*y^2 + x*y"
    assert file.domain == "sphere R2=1/2"
    assert file.variables == ("y", "x")
    assert file.parameters == {"a": Fraction(1, 2), "b": Fraction(1, 10)}


def test_a_bare_expression_is_a_landscape_file(tmp_path):
    (tmp_path / "f.txt").write_text("x^2\r\n+ y^2\r\n")
    file = read_expression_file(str(tmp_path / "f.txt"))
    assert (file.potential_text, file.domain, file.variables, file.parameters) == ("x^2 + y^2", "euclidean", None, {})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.txt", "", "no expression"),
        ("f.txt", "# nothing\n", "no expression"),
        ("f.txt", "colour: red\nx^2", "Line 1: the key 'colour' is unknown"),
        ("f.txt", "domain: sphere\ndomain: sphere\nx^2", "twice"),
        ("f.txt", "x^2\ndomain: sphere", "too late"),
        ("f.txt", "domain: torus\nx^2", "torus"),
        ("f.txt", "domain: sphere R2=-1\nx^2", "not positive"),
        ("f.txt", "domain: sphere R2=0\nx^2", "not positive"),
        ("f.txt", "domain: euclidean R2=2\nx^2", "domain"),
        ("f.txt", "domain: spheres\nx^2", "domain"),
        ("f.txt", "parameters: a\nx^2", "parameters"),
        ("f.txt", "parameters: a = 1, a = 2\nx^2", "twice"),
        ("f.txt", "parameters: a = nan\nx^2", "Parameter 'a'"),
        ("f.txt", "variables:\nx^2", "variables"),
        ("f.txt", b"\xff\xfe\x00x", "UTF-8"),
        ("f.txt", "x" * 1_000_001, "larger"),
        ("f.toml", "potential = 'x^2'\nsize = 3", "'size'"),
        ("f.toml", "potential = 3", "not text"),
        ("f.toml", "potential = ", "not TOML"),
        ("f.toml", "model = 'glass'\npotential = 'x'", "glass"),
        ("f.toml", "potential = 'x'\nparameters = [1]", "table"),
        ("f.toml", "potential = 'x'\nparameters = {a = inf}", "Parameter 'a'"),
        ("f.toml", "potential = 'x'\nparameters = {a = true}", "Parameter 'a'"),
        ("f.toml", "potential = 'x'\nvariables = [1]", "variables"),
        ("f.toml", "potential = 'x'\ndomain = 3", "domain"),
        ("f.toml", "x = " + "[" * 10_000, "not TOML"),
    ],
)
def test_a_faulty_landscape_file_is_refused(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=message):
        read_expression_file(tmp_path / name)


def test_a_missing_landscape_file_is_refused(tmp_path):
    for path in (tmp_path / "none.txt", tmp_path, "a\0b", "x" * 5000):
        with pytest.raises(InputError):
            read_expression_file(path)


def test_names_are_short_and_few():
    for text in ("x" + "7" * 5000, "y" * 101):
        with pytest.raises(InputError, match="characters"):
            parse_polynomial(f"{text}^2")
        with pytest.raises(InputError, match="characters"):
            parse_polynomial("x^2", variables=[text])
    with pytest.raises(InputError, match="120000 variables"):
        parse_polynomial("+".join(f"x{k}" for k in range(120_000)))
