"""Equations of the user's own: reading, squaring up, families, texts."""

import pickle
from fractions import Fraction

import pytest
import sympy

import polysys as ps
from polysys.own_equations_text import equations_from_label, equations_from_text

X, Y = sympy.symbols("x y")


def test_texts_sympy_expressions_and_equations_say_the_same() -> None:
    texts = ps.equations(["x^2 - 1/2 = 2*y", "x*y = 0.5"])
    symbols = ps.equations([sympy.Eq(X**2 - sympy.Rational(1, 2), 2 * Y), X * Y - sympy.Rational(1, 2)])
    assert (
        texts.text
        == symbols.text
        == "stationary equations 1\nvariables x y\nequation x^2 - 2*y - 1/2\nequation x*y - 1/2\n"
    )
    assert ps.equations(texts.system).digest == texts.digest


def test_decimals_in_texts_are_exact() -> None:
    assert ps.equations(["10*x = 0.1"]).system.terms[0][(0,)] == Fraction(-1, 10)


@pytest.mark.parametrize(
    ("system", "error", "said"),
    [
        ([], ps.InputError, "no equations"),
        (["x*y = 1"], ps.NotSquareError, r"fewer equations \(1\) than unknowns \(2: x, y\)"),
        (["x = x", "y"], ps.InputError, "identically zero"),
        (["x*y = 1", "x + y", "5"], ps.InputError, "no unknowns"),
        (["x = 1 = 2"], ps.InputError, "more than one '='"),
        (["x = "], ps.InputError, "empty side"),
        (["1/x = 2"], ps.NotPolynomialError, "division"),
        ([sympy.sin(X)], ps.NotPolynomialError, "polynomial"),
        (["1 = 2"], ps.InputError, "no unknowns"),
        ("x = 1", ps.InputError, "list"),
        ([3.5], ps.InputError, "not an expression"),
        ([f"x{i} = 1" for i in range(65)], ps.InputError, "65"),
    ],
)
def test_what_is_no_system_is_refused_in_a_sentence(system, error, said) -> None:
    with pytest.raises(error, match=said):
        ps.equations(system)


def test_a_family_has_members() -> None:
    family = ps.equations(["a*x^2 + y = b", "x*y = 1"], parameters=["a", "b"])
    assert family.variables == ("x", "y") and family.values is None
    member = family.at(a="0.5", b=2)
    assert member.text == ps.equations(["x^2/2 + y = 2", "x*y = 1"]).text
    assert family.at([Fraction(1, 2), 2]).digest == family.at({"a": 0.5, "b": 2}).digest == member.digest
    point = [Fraction(3), Fraction(5)]
    assert member.tapes.equations.evaluate(point) == member.system.tape.evaluate(point)
    assert pickle.loads(pickle.dumps(member)).digest == member.digest


@pytest.mark.parametrize("wrong", [[1], {"a": 1}, {"a": 1, "b": 2, "c": 3}, {"a": "x", "b": 1}])
def test_wrong_values_of_parameters_are_refused(wrong) -> None:
    with pytest.raises(ps.InputError):
        ps.equations(["x^2 = a + b"], parameters=["a", "b"]).at(wrong)


def test_a_family_without_values_is_no_system() -> None:
    family = ps.equations(["x^2 = a"], parameters=["a"])
    with pytest.raises(ps.InputError, match="no values"):
        _ = family.system
    with pytest.raises(ps.InputError, match="identically zero"):
        _ = ps.equations(["a*x = 0"], parameters=["a"]).at(a=0).system


def test_more_equations_than_unknowns_are_squared_up_by_seed() -> None:
    given = ["x^2 = 1", "x*y = 1", "x^3 = y"]
    one, same, other = (ps.equations(given, square_seed=seed) for seed in (0, 0, 1))
    assert one.is_overdetermined and one.system.n == 2 and one.system.degrees == (3, 2)
    assert one.system.text == same.system.text != other.system.text
    assert one.digest != other.digest  # another square system
    for solution in ([1, 1], [-1, -1]):
        assert not any(one.system.tape.evaluate([Fraction(v) for v in solution]))
        assert not any(one.given_tape.evaluate([Fraction(v) for v in solution]))


def test_a_canonical_text_is_read_back_and_nothing_else_is() -> None:
    for system in (ps.equations(["x^2 = 2"]), ps.equations(["x^2 = 1", "x = 1"], square_seed=3)):
        assert equations_from_text(system.text).text == system.text
        assert equations_from_text(system.text).system.text == system.system.text
    for text in ("", "stationary equations 1\nvariables x\nequation x^2 - 2 = 0\n", "variables x\n"):
        with pytest.raises(ps.InputError):
            equations_from_text(text)


def test_a_file_has_headers_comments_and_an_equation_a_line(tmp_path) -> None:
    path = tmp_path / "system.txt"
    path.write_text("# two\nvariables: y, x\nparameters: a = 1/2\n\nx^2 = a  # half\nx*y - 1\n")
    system = equations_from_label(f"equations:{path}")
    assert system.variables == ("y", "x") and system.digest == ps.equations_from_file(path).digest
    assert system.text.splitlines()[2:] == ["equation x^2 - 1/2", "equation y*x - 1"]
    for content in (
        "",
        "# nothing\n",
        "domain: sphere\nx = 1\n",
        "x = 1\nvariables: x\n",
        "variables: x\nvariables: x\nx=1\n",
    ):
        path.write_text(content)
        with pytest.raises(ps.InputError):
            ps.equations_from_file(path)
    with pytest.raises(ps.LabelError, match="names no file"):
        equations_from_label("equations:")
    with pytest.raises(ps.LabelError, match="stationary solve"):
        ps.model_from_label(f"equations:{path}")
