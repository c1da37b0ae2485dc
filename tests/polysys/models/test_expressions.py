"""Potentials of the user's own: sympy, text and files mean the same, and what is no polynomial is refused."""

import pickle
import time
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ, ring

import polysys as ps
from polysys.errors import InputError, NotPolynomialError, PolysysError
from polysys.system import exact_terms

x, y, z = sympy.symbols("x y z")


def terms(potential, *arguments, **options):
    return exact_terms(ps.expression(potential, *arguments, **options).sample().potential)


def test_floats_and_rationals_of_sympy_are_kept_exactly():
    assert terms(0.1 * x) == {(1,): Fraction(0.1)}
    assert terms(sympy.Float("0.1", 50) * x) == {(1,): exact_float(sympy.Float("0.1", 50))}
    assert terms(sympy.Float("0.1", 50) * x) != terms(0.1 * x)
    assert terms(sympy.Rational(1, 10) * x) == terms("0.1*x") == terms("x/10") == {(1,): Fraction(1, 10)}
    assert terms(x**2.0 + 2 * x) == terms("x^2 + 2*x")
    assert terms(sympy.Float("1e300") * x) == {(1,): exact_float(sympy.Float("1e300"))}
    assert terms(sympy.Float(1e300) * x) == {(1,): Fraction(1e300)}


def exact_float(number):
    sign, mantissa, exponent, _ = number._mpf_
    return (-1) ** sign * int(mantissa) * Fraction(2) ** exponent


@given(st.floats(-1e12, 1e12).filter(bool))
def test_a_float_coefficient_stands_for_its_binary_value(value):
    assert terms(sympy.Float(value) * x) == terms("a*x", parameters={"a": value}) == {(1,): Fraction(value)}


def test_text_sympy_polynomial_and_ring_element_mean_the_same():
    _, a, b = ring("x,y", QQ)
    expected = {(4, 0): Fraction(1, 2), (1, 1): Fraction(-3)}
    for potential in (
        "x^4/2 - 3*x*y",
        x**4 / 2 - 3 * x * y,
        sympy.Poly(x**4 / 2 - 3 * x * y, x, y),
        a**4 / 2 - 3 * a * b,
        sympy.Mul(x, x**3 / 2 - 3 * y, evaluate=False),
        (x * (x**3 - 6 * y)) / 2,
    ):
        assert terms(potential) == expected


@pytest.mark.parametrize(
    "potential",
    [
        sympy.exp(x),
        sympy.sin(x) * y,
        sympy.sin(1) * x,
        1 / x,
        (x + 1) / x,
        x ** sympy.Rational(1, 2),
        2**x,
        x**y,
        x**-2,
        sympy.sqrt(2) * x,
        sympy.cbrt(2) * x,
        sympy.pi * x,
        sympy.E * x,
        sympy.EulerGamma * x**2,
        sympy.GoldenRatio * x,
        sympy.I * x,
        (1 + sympy.I) * x**2,
        sympy.nan * x,
        sympy.oo * x,
        sympy.zoo * x,
        sympy.Abs(x),
        sympy.Max(x, y),
        sympy.Function("f")(x),
        sympy.Derivative(sympy.Function("f")(x), x),
        sympy.Piecewise((x, x > 0), (y, True)),
        "exp(x)",
        "1/x",
        "sqrt(2)*x",
        "x^y",
        "x^(1/2)",
        "2^x",
        "I*x",
        "nan*x",
        "inf*x",
        "pi*x",
    ],
    ids=str,
)
def test_what_is_no_polynomial_with_rational_coefficients_is_refused(potential):
    with pytest.raises(NotPolynomialError):
        ps.expression(potential)


@pytest.mark.parametrize(
    "potential",
    [
        "",
        "   ",
        "3",
        "0",
        "x - x",
        "x +",
        "x y",
        "x ** ** 2",
        sympy.Integer(3),
        sympy.Integer(0),
        x - x,
        x < 1,
        sympy.Eq(x, y),
        sympy.Matrix([x, y]),
        sympy.true,
        sympy.Symbol("x+1") * y,
        sympy.Symbol("x y"),
        sympy.Symbol("") * x,
        sympy.Symbol("x") - sympy.Symbol("x", real=True) + y,
        sympy.Symbol("\\alpha") ** 2,
        sympy.IndexedBase("a")[0] ** 2,
        sympy.Add(*sympy.symbols("x0:65")) ** 2,
        "+".join(f"x{i}^2" for i in range(65)),
        None,
        True,
        3,
        2.5,
        b"x^2",
        [x],
        {"x": 1},
        np.array([1.0]),
        np.float64(2),
    ],
    ids=lambda p: type(p).__name__,  # the order in which sympy prints a sum differs from process to process
)
def test_what_is_no_potential_is_refused_with_a_typed_error(potential):
    with pytest.raises(PolysysError) as caught:
        ps.expression(potential)
    assert caught.value.way_out


@pytest.mark.parametrize(
    "potential",
    [
        sum(sympy.symbols("x0:8")) ** 60,
        (x + y + z) ** 900,
        sympy.Pow(x + 1, 10**6),
        ((x + y) ** 900 - 1) ** 900,
        "(x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7)^60",
        "((x + y + z)^30)^30",
        x**2 + 10**20_000 * y,
    ],
    ids=lambda p: str(p)[:20] if isinstance(p, str) else "sympy",
)
def test_a_bomb_is_refused_quickly_in_sympy_as_in_text(potential):
    begin = time.process_time()
    with pytest.raises(PolysysError):
        ps.expression(potential)
    assert time.process_time() - begin < 10


def test_parameters_are_inserted_exactly_whatever_names_them():
    a = sympy.Symbol("a")
    expected = {(2,): Fraction(1, 3)}
    assert terms(a * x**2, parameters={a: "1/3"}) == expected
    assert terms(a * x**2, parameters={"a": Fraction(1, 3)}) == expected
    assert terms("a*x^2", parameters={a: sympy.Rational(1, 3)}) == expected
    assert terms("a*x^2 + b", parameters={"a": "1/3", "b": 0}) == expected


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 1j, None, True, "abc", "1/0", sympy.pi, sympy.Symbol("b"), [1]]
)
def test_a_parameter_must_be_a_rational_number(value):
    with pytest.raises(InputError):
        ps.expression("a*x^2", parameters={"a": value})


@pytest.mark.parametrize(
    "options",
    [
        {"variables": ("x",)},
        {"variables": ("x", "x", "y")},
        {"variables": ()},
        {"variables": ("x", "y", "1z")},
        {"variables": "xy"},
        {"parameters": {"x": 1, "y": 1}},
        {"variables": ("x", "y"), "parameters": {"x": 1}},
        {"domain": "torus"},
        {"domain": 3},
        {"domain": None},
        {"domain": ps.Sphere(3)},
        {"domain": "sphere 3"},
        {"domain": "sphere 2"},
        {"domain": "spheres 2-2"},
        {"domain": "sphere R2=0"},
    ],
    ids=str,
)
def test_variables_parameters_and_domain_must_fit_the_potential(options):
    with pytest.raises(PolysysError):
        ps.expression("x^2 + y^2", **options)


def test_the_order_of_variables_is_natural_or_given():
    assert ps.expression("x10 + x2^2 + y").variables == ("x2", "x10", "y")
    assert ps.expression(z + x**2 + y, variables=(z, y, x)).variables == ("z", "y", "x")
    assert ps.expression(z + x**2 + y, variables=("z", "x", "y")).variables == ("z", "x", "y")
    assert ps.expression("x^2", variables=("x", "y")).sample().domain.n == 2


def test_a_domain_is_a_text_or_an_object():
    for domain in (ps.Sphere(2, 4), "sphere R2=4", "sphere 2 R2=4", "spheres 2 R2=4"):
        assert ps.expression("x^3 + y^3", domain).domain == ps.Sphere(2, 4)
    assert ps.expression("x^3 + y^3", "sphere").domain == ps.Sphere(2, 1)


FILES = {
    "a.txt": "# two wells\ndomain: sphere R2=1/2\nvariables: y, x\nparameters: a = 0.1\na*x^3\n + y^3\n",
    "b.toml": 'model = "expression"\npotential = "a*x^3 + y^3"\ndomain = "sphere R2=1/2"\nvariables = ["y", "x"]\nparameters = {a = 0.1}\n',
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_means_the_same_as_the_call(tmp_path, name):
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    model = ps.expression_from_file(tmp_path / name)
    direct = ps.expression("x^3/10 + y^3", ps.Sphere(2, "1/2"), variables=("y", "x"))
    assert model.sample().digest == direct.sample().digest
    assert model.label == f"expression:{tmp_path / name}"


def test_a_sphere_in_a_file_has_the_radius_one_as_in_the_call(tmp_path):
    (tmp_path / "s.txt").write_text("domain: sphere\nx^3 + y^3", encoding="utf-8")
    assert ps.expression_from_file(tmp_path / "s.txt").domain == ps.Sphere(2, 1)


def test_an_expression_has_one_sample_whatever_the_seed():
    model = ps.expression("x^4 - x^2")
    assert model.sample(1).digest == model.sample(2, 7).digest


@given(st.text(alphabet="xyz0123456789+-*/^(). aeE", max_size=25))
def test_any_text_is_an_expression_or_refused(text):
    try:
        model = ps.expression(text)
    except PolysysError:
        return
    assert model.sample().potential == model.polynomial


@pytest.mark.parametrize(("text", "domain"), [("x^4/4 - x^3/3 + y^2", "euclidean"), ("x*y*z + 1/3*y^3", "sphere 3 R2=4")])
def test_a_model_is_the_same_in_another_process(text, domain):
    model = ps.expression(text, domain, name="mine")
    again = pickle.loads(pickle.dumps(model))
    assert again.label == model.label and again.sample().digest == model.sample().digest


@pytest.mark.parametrize(
    ("text", "domain", "same"),
    [
        ("x*(x^2+y^2+z^2)", "sphere", "x"),
        ("x*(x^2+y^2+z^2)^2 + x*y", "sphere", "x + x*y"),
        ("(x*y + z^2)*(x^2+y^2+z^2)", "sphere 3 R2=4", "4*x*y + 4*z^2"),
        ("x*w*(x^2+y^2+z^2)", "spheres 3-1", "x*w"),
        ("x^3 + y^3", "sphere", "x^3 + y^3"),
        ("x^2 + y^2 + z^2 + x", "sphere", "1 + x"),
        ("x^2 + y^2 + z^2", "sphere", "x^2 + y^2 + z^2"),
    ],
)
def test_factors_of_the_squared_radius_are_numbers_on_a_sphere(text, domain, same):
    names = ["x", "y", "z", "w"][: 4 if "w" in text else 3 if "z" in text else 2]
    found, expected = (ps.expression(t, domain, variables=names).sample() for t in (text, same))
    assert found.potential == expected.potential
