"""Landscapes: one name for one landscape, however it was written; tapes, text, guards."""

from fractions import Fraction
from itertools import chain

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ

import polysys as ps
from polysys.errors import InputError, PolysysError
from polysys.landscape import Landscape
from polysys.landscape_text import landscape_from_text
from polysys.system import exact_terms
from tests.systems import NAMED, SMALL_LABELS

coefficients = st.fractions(-9, 9, max_denominator=12).filter(bool)
terms = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(1, 4)), coefficients, min_size=1, max_size=6)


def land(text, domain="euclidean", **options):
    return ps.expression(text, domain, **options).sample()


def sample(label, seed=1):
    return ps.model_from_label(label).sample(seed=seed)


@given(terms, st.randoms())
def test_the_digest_does_not_depend_on_the_order_of_terms_or_the_way_numbers_are_written(f, random):
    pieces = [f"{c}*x^{a}*y^{b}" for (a, b), c in f.items()]
    reference = land("+".join(pieces), variables=("x", "y"))
    random.shuffle(pieces)
    assert land("+".join(pieces), variables=("x", "y")).digest == reference.digest
    x, y = sympy.symbols("x y")
    total = sum(sympy.Rational(c.numerator, c.denominator) * x**a * y**b for (a, b), c in f.items())
    for form in (total, sympy.factor(total), sympy.horner(total, wrt=(x, y))):
        assert land(form, variables=("x", "y")).digest == reference.digest


@given(terms, terms)
def test_different_potentials_have_different_digests(f, g):
    def digest(h):
        return land("+".join(f"{c}*x^{a}*y^{b}" for (a, b), c in h.items()), variables=("x", "y")).digest

    assert (digest(f) == digest(g)) == (f == g)


def test_one_landscape_written_in_many_ways_has_one_digest():
    x, y = sympy.symbols("x y")
    same = [
        land("x^4/2 - x^2 + y^2*x/2"),
        land("0.5*x**4 - x*x + 1/2*x*y^2"),
        land("x*(x^3 - 2*x + y^2)/2"),
        land("5e-1*x^4 - (x)^2 + 0.50*y^2*x + 0*y + x - x"),
        land("a*x^4 - x^2 + a*y^2*x", parameters={"a": 0.5}),
        land("a*x^4 - x^2 + a*y^2*x", parameters={"a": "1/2"}),
        land(x**4 / 2 - x**2 + y**2 * x / 2),
        land(0.5 * x**4 - x**2 + 0.5 * x * y**2),
        land(x * (x**3 - 2 * x + y**2) / 2),
        land(sympy.Poly(x**4 / 2 - x**2 + y**2 * x / 2, x, y)),
        land("x^4/2 - x^2 + y^2*x/2", ps.Euclidean(2), name="another"),
    ]
    assert len({one.digest for one in same}) == 1
    assert len({one.text for one in same}) == 1
    assert len({one.system.digest for one in same}) == 1


def test_whatever_changes_the_landscape_changes_the_digest():
    different = [
        land("x^3 + y^3"),
        land("x^3 + y^3", variables=("y", "x")),
        land("x^3 + z^3"),
        land("x^3 + y^3 + 1"),
        land("x^3 - y^3"),
        land("x^3 + 1000000000000000000001/1000000000000000000000*y^3"),
        land("x^3 + y^3", "sphere"),
        land("x^3 + y^3", "sphere R2=2"),
        land("x^3 + y^3", "spheres 1-1"),
        sample("spherical-p-spin:n=2,p=3"),
    ]
    assert len({one.digest for one in different}) == len(different)


def test_the_digest_is_that_of_the_documented_text():
    """A change here silently renames every stored landscape."""
    text = (
        "stationary landscape 1\n"
        "domain sphere 2 R2=3/2\n"
        "length-squared\n"
        "energy-squared 1\n"
        "variables x y\n"
        "potential x^3 - 1/2*x*y^2 + 1/10*y\n"
    )
    assert land("0.1*y + x^3 - x*y^2/2", "sphere 2 R2=3/2").text == text


def test_digests_of_drawn_landscapes_have_not_changed():
    pinned = {
        "spherical-p-spin:n=3,p=3": "0481d0f2c7b8",
        "layered-spin-glass:widths=2-2": "b51752660758",
        "deep-linear:widths=1-1-1,data=gaussian": "d5f8f730342c",
    }
    assert {label: sample(label, seed=2026).digest[:12] for label in pinned} == pinned


@pytest.mark.parametrize("label", SMALL_LABELS)
def test_the_text_of_a_landscape_is_read_back(label):
    landscape = sample(label)
    again = landscape_from_text(landscape.text, chart_seed=landscape.chart_seed)
    assert again.text == landscape.text
    assert again.digest == landscape.digest
    assert again.system.digest == landscape.system.digest
    assert again.scaling == landscape.scaling


@pytest.mark.parametrize("named", NAMED, ids=lambda n: n.name)
def test_the_text_of_a_named_potential_is_read_back(named):
    assert landscape_from_text(named.landscape().text).digest == named.landscape().digest


TEXT = land("x^2*y + 1/3*y^3", "sphere R2=4").text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "potential x\n",
        TEXT + "\n",
        TEXT[:-1],
        TEXT.replace("1/3", "2/6"),
        TEXT.replace("1/3", "0.3"),
        TEXT.replace("1/3*y^3", "1/3*y^3 + 0*x"),
        TEXT.replace("x^2*y", "y*x^2"),
        TEXT.replace("R2=4", "R2=4/1"),
        TEXT.replace("R2=4", "R2=1/0"),
        TEXT.replace("sphere 2", "sphere 3"),
        TEXT.replace("variables x y", "variables y x"),
        TEXT.replace("variables x y", "variables x x"),
        TEXT.replace("variables x y", "variables x"),
        TEXT.replace("energy-squared 1", "energy-squared 1/0"),
        TEXT.replace("energy-squared 1", "energy-squared abc"),
        TEXT.replace("energy-squared 1", "energy-squared " + "9" * 5000),
        TEXT.replace("landscape 1", "landscape 2"),
        TEXT.replace("x^2*y", "__import__('os')"),
        TEXT.replace("x^2*y", "(x + y)^9999"),
        "potential " + "(" * 5000,
    ],
    ids=range(21),
)
def test_text_that_is_not_canonical_is_refused(text):
    with pytest.raises(InputError):
        landscape_from_text(text)


@given(st.integers(0, len(TEXT) - 1), st.characters(min_codepoint=32, max_codepoint=126), st.booleans())
def test_a_text_with_one_character_changed_is_refused_or_another_landscape(position, character, is_inserted):
    text = TEXT[:position] + character + TEXT[position + (not is_inserted) :]
    try:
        found = landscape_from_text(text)
    except InputError:
        return
    assert found.text == text


@pytest.mark.parametrize("label", SMALL_LABELS)
def test_parametric_tapes_at_the_parameters_are_the_tapes(label):
    landscape = sample(label)
    rng = np.random.default_rng(8)
    z = [Fraction(int(v), 32) for v in rng.integers(-64, 65, landscape.formulation.n_unknowns)]
    for name in ("equations", "jacobian", "bordered", "energy"):
        with_parameters = getattr(landscape.parametric_tapes, name)
        inside = getattr(landscape.tapes, name)
        assert with_parameters.evaluate(z, landscape.parameters) == inside.evaluate(z)


@pytest.mark.parametrize("label", SMALL_LABELS)
def test_tapes_agree_with_the_expanded_system_and_its_derivatives(label):
    landscape = sample(label)
    rng = np.random.default_rng(9)
    z = [Fraction(int(v), 32) for v in rng.integers(-64, 65, landscape.formulation.n_unknowns)]
    system = landscape.system
    polynomials = [f.to_sympy() for f in system.polynomials]
    gens = polynomials[0].ring.gens
    values = {g: QQ(v.numerator, v.denominator) for g, v in zip(gens, z, strict=True)}

    def exact(f):
        return Fraction(str(f.evaluate(list(values.items()))))

    assert landscape.tapes.equations.evaluate(z) == [exact(f) for f in polynomials] == system.tape.evaluate(z)
    assert landscape.tapes.jacobian.evaluate(z) == [exact(f.diff(g)) for f in polynomials for g in gens]


@pytest.mark.parametrize("label", SMALL_LABELS)
def test_the_potential_is_affine_in_the_couplings_said_to_be_linear(label):
    landscape = sample(label)
    tape = landscape.parametric_tapes.energy
    rng = np.random.default_rng(10)
    z = [Fraction(int(v), 8) for v in rng.integers(-16, 17, landscape.formulation.n_unknowns)]
    step = [
        Fraction(int(v)) if flag else 0
        for v, flag in zip(rng.integers(1, 9, len(landscape.parameters)), landscape.is_linear_parameter, strict=True)
    ]
    a, b, c = (
        tape.evaluate(z, [p + k * s for p, s in zip(landscape.parameters, step, strict=True)])[0] for k in (0, 1, 2)
    )
    assert a - 2 * b + c == 0
    assert any(landscape.is_linear_parameter)


def test_parameters_are_the_couplings_in_the_order_of_their_names():
    landscape = sample("deep-linear:widths=2-2-1,data=gaussian")
    assert landscape.parameters == tuple(chain.from_iterable(a.ravel() for a in landscape.couplings.values()))
    again = landscape.unflatten(landscape.parameters)
    assert all((again[name] == array).all() for name, array in landscape.couplings.items())


@pytest.mark.parametrize("label", SMALL_LABELS)
def test_the_gradient_equations_are_derivatives_of_the_energy(label):
    """No sign or factor is lost on the way from the potential to the equations."""
    landscape = sample(label)
    n = landscape.domain.n
    z = [Fraction(k % 5 - 2, 3) for k in range(landscape.formulation.n_unknowns)]
    gradient = landscape.tapes.energy.gradient().evaluate(z)
    equations = landscape.tapes.equations.evaluate(z)
    multiplier = [Fraction(0)] * n
    for k, block in enumerate(landscape.domain.slices):
        multiplier[block] = [z[n + k]] * (block.stop - block.start)
    assert equations[:n] == [g - m * x for g, m, x in zip(gradient[:n], multiplier, z[:n], strict=True)]


def test_a_landscape_prints_in_at_most_ten_lines_even_if_it_cannot_be_solved():
    for one in (sample(SMALL_LABELS[0]), land("x^2", variables=("x", "y")), land("x"), land("x^3 + y^3", "sphere")):
        text = repr(one)
        assert len(text.splitlines()) <= 10
        assert one.digest[:6] in text
    assert "seed 1, sample 0" in repr(sample(SMALL_LABELS[0]))


def test_landscapes_can_be_compared_and_put_into_sets():
    one, other = sample(SMALL_LABELS[0]), sample(SMALL_LABELS[0])
    assert one == one
    assert one != other
    assert one.digest == other.digest
    assert len({one, other}) == 2


def test_couplings_of_the_wrong_number_of_variables_are_refused():
    with pytest.raises(InputError, match="3 coordinates, the potential 2 variables"):
        Landscape("l", ps.Euclidean(3), ("x", "y"), lambda x, _: x[0] + x[1])
    with pytest.raises(InputError, match="65 variables"):
        Landscape("l", ps.Euclidean(65), tuple(f"x{i}" for i in range(65)), lambda x, _: sum(x))


def test_a_constant_potential_is_refused():
    for function in (lambda x, _: 5, lambda x, _: x[0] - x[0], lambda x, _: x[0] * 0 + Fraction(1, 3)):
        with pytest.raises(InputError, match="constant"):
            Landscape("l", ps.Euclidean(1), ("x",), function).potential


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "function",
    [
        lambda x, _: sum(x) ** 60,
        lambda x, _: sum(x) ** 100_000,
        lambda x, _: sum((x[0] + k) ** 9 for k in range(10**9)),
        lambda x, _: (x[0] * Fraction(3, 2)) ** 20_000,
        lambda x, _: x[0] ** 1001,
    ],
)
def test_a_potential_too_large_to_multiply_out_is_refused_quickly(function):
    with pytest.raises(InputError):
        Landscape("l", ps.Euclidean(20), tuple(f"x{i}" for i in range(20)), function).potential


def test_a_potential_is_what_its_function_says():
    landscape = Landscape(
        "l",
        ps.Euclidean(2),
        ("x", "y"),
        lambda x, c: c["a"][0] * x[0] ** 2 - x[1] / 3,
        {"a": np.array([Fraction(1, 7)], object)},
    )
    assert exact_terms(landscape.potential) == {(2, 0): Fraction(1, 7), (0, 1): Fraction(-1, 3)}


@pytest.mark.parametrize("bad", [float("nan"), 1j, None, "z"])
def test_couplings_that_are_no_rational_numbers_are_refused(bad):
    with pytest.raises((PolysysError, TypeError)):
        Landscape("l", ps.Euclidean(1), ("x",), lambda x, c: x[0] * c["a"][0], {"a": np.array([bad], object)}).potential


@pytest.mark.parametrize(
    "label",
    ["spherical-p-spin:n=3,p=3", "spherical-p-spin:n=3,p=1-2,field=1", "layered-spin-glass:widths=2-1-2", "deep-linear:widths=2-1-2,data=gaussian", "soft-ising:n=2"],
)
def test_degrees_from_monomials_are_those_of_the_equations(label: str) -> None:
    land = ps.model_from_label(label).sample(seed=1)
    assert land.degrees == land.system.degrees


def test_degrees_on_a_variety_are_those_of_the_equations() -> None:
    land = ps.expression("x*y + x", "x^4 + y^2 = 1").sample()
    assert land.degrees == land.system.degrees
