"""Square systems: canonical text, digest, tape, and what is refused."""

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ, RR, ZZ, ring

import polysys as ps
from polysys.errors import InputError, NotSquareError
from polysys.parser import parse_polynomial
from polysys.system import PolynomialSystem, exact_terms

R, x, y = ring("x,y", QQ)
coefficients = st.fractions(-9, 9, max_denominator=9).filter(bool)
terms = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), coefficients, min_size=1, max_size=6)
systems = st.tuples(terms, terms)


def build(rows):
    return PolynomialSystem(tuple(R.from_dict({e: QQ(c.numerator, c.denominator) for e, c in f.items()}) for f in rows))


@given(systems)
def test_the_digest_does_not_depend_on_the_order_of_terms(rows):
    backwards = [dict(reversed(f.items())) for f in rows]
    assert build(rows).text == build(backwards).text
    assert build(rows).digest == build(backwards).digest


@given(systems, systems)
def test_different_systems_have_different_digests(first, second):
    assert (build(first).digest == build(second).digest) == (first == second)


@given(systems)
def test_the_text_is_read_back(rows):
    system = build(rows)
    names, *equations = system.text.splitlines()
    found = [parse_polynomial(f, names.split(), allow_constant=True).polynomial for f in equations]
    assert [exact_terms(f) for f in found] == list(system.terms) == list(rows)


@given(systems, st.tuples(coefficients, coefficients))
def test_the_tape_has_the_values_of_the_equations(rows, point):
    values = [sum(c * point[0] ** a * point[1] ** b for (a, b), c in f.items()) for f in rows]
    assert build(rows).tape.evaluate(point) == values


def test_degrees_and_names_come_in_order():
    system = PolynomialSystem((x**2 * y**3 - 2, x - 1))
    assert system.degrees == (5, 1)
    assert system.variables == ("x", "y")
    assert system.text == "x y\nx^2*y^3 - 2\nx - 1\n"
    assert all(type(c) is Fraction and type(c.numerator) is int for f in system.terms for c in f.values())


def test_the_order_of_equations_matters_to_the_digest():
    assert PolynomialSystem((x, y)).digest != PolynomialSystem((y, x)).digest


def test_a_system_must_be_square_over_the_rationals_and_without_empty_equations():
    other = ring("u,v", QQ)[0]
    integers, a, b = ring("x,y", ZZ)
    reals, c, d = ring("x,y", RR)
    many, *unknowns = ring([f"x{i}" for i in range(65)], QQ)
    with pytest.raises(NotSquareError, match="1 equations in 2 unknowns"):
        PolynomialSystem((x,))
    for equations, match in [
        ((), "no equations"),
        ((x, R.zero), "Equation 2"),
        ((x, other.gens[0]), "one polynomial ring"),
        ((x, 3), "one polynomial ring"),
        ((a, b), "not rational"),
        ((c, d), "not rational"),
        (tuple(unknowns), "65 unknowns"),
    ]:
        with pytest.raises(InputError, match=match):
            PolynomialSystem(equations)


SCRIPT = """
import polysys as ps
for label in %r:
    land = ps.model_from_label(label).sample(seed=5, index=3)
    print(land.digest, land.system.digest, [int(o) for o in land.tapes.jacobian.ops[:50]])
"""


def test_digests_and_tapes_do_not_depend_on_the_process_or_its_hash_seed():
    labels = ["spherical-p-spin:n=3,p=3-4,field=1/2", "deep-linear:widths=2-2-2,data=gaussian", "layered-spin-glass:widths=2-2"]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT % labels],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    here = ps.model_from_label(labels[0]).sample(seed=5, index=3)
    assert outputs.pop().split()[:2] == [here.digest, here.system.digest]
