"""Square systems: canonical text, digest, tape, and what is refused."""

import subprocess
import sys
from fractions import Fraction
from itertools import product
from operator import ge
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import GF, QQ, RR, ZZ, ring
from sympy.polys.groebnertools import groebner
from sympy.polys.orderings import grevlex

import polysys as ps
from polysys.errors import InputError, NotSquareError
from polysys.polynomials import Polynomial
from polysys.reading.parser import parse_polynomial
from polysys.system import PolynomialSystem, exact_terms
from tests.systems import NAMED, POSITIVE_DIMENSIONAL

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
    a, b = ring("x,y", ZZ)[1:]
    c, d = ring("x,y", RR)[1:]
    unknowns = ring([f"x{i}" for i in range(65)], QQ)[1:]
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


def n_complex(system):
    """Dimension of the quotient ring (solutions with multiplicity), or None for a positive-dimensional set."""
    polynomials = [f.to_sympy() if isinstance(f, Polynomial) else f for f in system.polynomials]
    graded = polynomials[0].ring.clone(order=grevlex)
    leading = [g.LM for g in groebner([f.set_ring(graded) for f in polynomials], graded)]
    bounds = [min((m[i] for m in leading if sum(m) == m[i]), default=None) for i in range(system.n)]
    if None in bounds:
        return None
    standard = [e for e in product(*map(range, bounds)) if not any(all(map(ge, e, m)) for m in leading)]
    return len(standard)


@pytest.mark.parametrize("named", NAMED, ids=lambda n: n.name)
def test_a_named_system_has_as_many_complex_solutions_as_a_groebner_basis_says(named):
    assert n_complex(named.landscape().system) == named.n_complex
    assert named.n_real <= named.n_complex * named.landscape().formulation.points_per_class


@pytest.mark.parametrize("text", POSITIVE_DIMENSIONAL)
def test_the_positive_dimensional_examples_are(text):
    assert n_complex(ps.expression(text).sample().system) is None


@pytest.mark.parametrize(
    ("label", "count"),
    [
        ("deep-linear:widths=1-1-1,data=gaussian", 5),
        ("deep-linear:widths=2-1-2,data=gaussian,m=2", 17),
        ("deep-linear:widths=1-2-1,data=gaussian", 9),
        ("deep-linear:widths=1-1-1-1,data=gaussian", 17),
        ("spherical-p-spin:n=3,p=3", 7),
        ("spherical-p-spin:n=3,p=4", 13),
        ("spherical-p-spin:n=2,p=3,field=1/2", 6),
        ("layered-spin-glass:widths=2-2", 2),
        ("layered-spin-glass:widths=2-2-2", 6),
        ("layered-spin-glass:widths=2-3", 2),
        ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,output=fixed,m=2", 9),
        ("polynomial-network:widths=1-1-1,activation=z^2,data=gaussian,m=1", 9),
        ("polynomial-network:widths=1-2-1,activation=z^2,data=gaussian,m=1", 33),
        ("deep-linear:widths=1-2-2,data=gaussian,m=1", 33),
        ("polynomial-network:widths=2-1-1,activation=z^2,data=gaussian,m=3", 33),
    ],
)
def test_a_drawn_landscape_has_the_generic_number_of_complex_solutions(label, count):
    """Counted modulo a prime, where coefficients stay short.

    Mehta et al. 2022, Bharadwaj & Hosten 2023 (deep linear), Cartwright & Sturmfels 2013 (pure p-spin), Nie & Ranestad
    2009 (with a field), Friedland & Ottaviani 2014 (layered).
    """
    system = ps.model_from_label(label).sample(seed=1).system
    modular = system.polynomials[0].to_sympy().ring.clone(domain=GF(32003, symmetric=False), order=grevlex)
    reduced = [
        modular.from_dict({e: modular.domain(int(c.numerator)) / modular.domain(int(c.denominator)) for e, c in f.terms()})
        for f in system.polynomials
    ]
    assert n_complex(SimpleNamespace(polynomials=reduced, n=system.n)) == count


SCRIPT = """
import polysys as ps
for label in %r:
    land = ps.model_from_label(label).sample(seed=5, index=3)
    print(land.digest, land.system.digest, [int(o) for o in land.tapes.jacobian.ops[:50]])
"""


def test_digests_and_tapes_do_not_depend_on_the_process_or_its_hash_seed():
    labels = [
        "spherical-p-spin:n=3,p=3-4,field=1/2",
        "deep-linear:widths=2-2-2,data=gaussian",
        "layered-spin-glass:widths=2-2",
    ]
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
