"""Domains given by equations: reading, exact elimination, regularity, topology, symmetries."""

import pickle
import random
from fractions import Fraction

import pytest
import sympy

import polysys as ps
from polysys.algebra.singular_locus import real_singular_points, singular_locus
from polysys.algebra.topology import topology
from polysys.continuous_symmetry import continuous_symmetries
from polysys.counts import complete_intersection
from polysys.counts.of_landscape import exact_count_of
from polysys.errors import InputError, NotPolynomialError
from polysys.formulations.elimination import eliminate
from polysys.formulations.variety import Variety, read_domain
from polysys.landscape_text import landscape_from_text

TORUS = "(x^2 + y^2 + z^2 + 3)^2 = 16*(x^2 + y^2)"
STIEFEL = "a^2 + c^2 + e^2 = 1, a*b + c*d + e*f = 0, b^2 + d^2 + f^2 = 1"


def test_the_same_variety_from_text_list_and_sympy():
    x, y, z = sympy.symbols("x y z")
    texts = Variety("x^2 + y^2 = 1, z = x*y")
    assert texts == Variety(["x^2 + y^2 - 1", "z - x*y"]) == Variety([x**2 + y**2 - 1, sympy.Eq(z, x * y)])
    assert hash(texts) == hash(Variety(["x^2 + y^2 - 1", "z == x*y"]))
    assert (texts.n, texts.n_constraints, texts.dimension, texts.is_euclidean) == (3, 2, 1, False)
    assert pickle.loads(pickle.dumps(texts)) == texts == read_domain(texts.text, texts.names)


@pytest.mark.parametrize(
    ("equations", "what"),
    [
        ([], "0 equations"),
        ("x < 1", "inequality"),
        ([sympy.Symbol("x") > 1], "inequality"),
        ("x = 1 = 2", "more than one '='"),
        ("x) - (y = 1", "parentheses"),
        ("1 = 0", "constant"),
    ],
)
def test_what_is_no_equation_is_refused(equations, what):
    with pytest.raises(InputError, match=what):
        Variety(equations)


def test_functions_are_refused():
    with pytest.raises(NotPolynomialError):
        Variety("sin(x) = 1")


@pytest.mark.parametrize(
    ("equations", "forms", "domain"),
    [
        ("x + y + z = 1", {"z": "-x - y + 1"}, "euclidean 2"),
        ("x + y + z = 1, 2*x + 2*y + 2*z = 2", {"z": "-x - y + 1"}, "euclidean 2"),
        ("x = 1, x*y + z^2 = y^2", {"x": "1"}, "variety -y^2 + z^2 + y"),
        ("x = 1, x*y = 2*z", {"x": "1", "z": "1/2*y"}, "euclidean 1"),
        ("x^2 + y^2 + z^2 = 1, x^2 + y^2 + z^2 + x = 1", {"x": "0"}, "variety y^2 + z^2 - 1"),
        ("x*y = 1, 3*x*y = 3", {}, "variety x*y - 1"),
    ],
)
def test_linear_equations_are_eliminated_exactly(equations, forms, domain):
    found = eliminate(Variety(equations))
    assert dict(found.texts) == forms
    assert found.domain.text == domain


@pytest.mark.parametrize(
    ("equations", "what"),
    [
        ("x = 1, x = 2", "contradict"),
        ("x*y = 1, x = 0", "contradict"),
        ("x^2 = 1, x^2 = 2", "contradict"),
        ("x = 1, y = 2", "single point"),
        ("x^2 + y^2 = 1, x*y = 2, x^3 = y, y^3 = 7", "4 constraints for 2 unknowns"),
    ],
)
def test_inconsistent_and_too_many_equations(equations, what):
    with pytest.raises(InputError, match=what):
        eliminate(Variety(equations))


@pytest.mark.parametrize(
    ("equations", "what"),
    [
        ("(x^2 + y^2 - 1)^2 = 0", "linearly dependent along a whole component"),
        ("x^2*(y - 1) = 0", "linearly dependent along a whole component"),
        ("z = x^2 + y^2, z = 0*x + (x^2 + y^2)*(x^2 + y^2 + 1)", "linearly dependent along a whole component"),
        ("x*y, x*z", "dimension 2, not 1"),
        ("x*z - y^2, y - x^2 + 0*z, x*y - z", "dimension 1, not 0"),  # the twisted cubic by three quadrics
        ("x - y^2 = 0, x^2 + y^2 = 1, x + y^3 = 7", "not even a complex one"),
    ],
)
def test_equations_that_do_not_cut_out_their_set_are_refused(equations, what):
    with pytest.raises(InputError, match=what):
        ps.expression("x + 2*y + 3*z^2 + x*z", Variety(equations))


@pytest.mark.parametrize(
    ("equations", "dimension", "number"),
    [
        ("x^2 + y^2 = 1", -1, 0),
        ("x^4 + y^4 = 1", -1, 0),
        (STIEFEL, -1, 0),
        ("x^2 + y^2 + z^2 = 4, x^2 + 2*y^2 = 3", -1, 0),
        ("y^2 = x^3", 0, 1),
        ("y^2 = x^2*(x + 1)", 0, 1),
        ("x^2 + y^2 = 1, y^2 + z^2 = 1", 0, 2),  # two ellipses that cross in (0, +-1, 0)
        ("a*d = b*c", 0, 1),
        (TORUS, 0, 2),  # (0, 0, +-i sqrt 3)
        ("x^2 = y^2*z", 1, None),  # Whitney's umbrella
    ],
)
def test_singular_loci(equations, dimension, number):
    locus = singular_locus(Variety(equations))
    assert (locus.dimension, locus.n_distinct) == (dimension, number)
    assert locus.is_proved is (dimension == -1)


def test_real_singular_points():
    def points(equations):
        return [[float(z.real) for z in p] for p in real_singular_points(Variety(equations))]

    assert points("y^2 = (x - 1)^2*(x + 1)") == [[1.0, 0.0]]
    assert sorted(points("x^2 + y^2 = 1, y^2 + z^2 = 1")) == [[0.0, -1.0, 0.0], [0.0, 1.0, 0.0]]
    assert points(TORUS) == points("x^2 + y^2 = 1") == []
    assert real_singular_points(Variety("x^2 = y^2*z")) is None


@pytest.mark.parametrize(
    ("equations", "is_compact", "euler", "betti"),
    [
        ("x^2 + 2*y^2 + 3*z^2 - x*y = 1", True, 2, (1, 0, 1)),
        ("-x^2 - 2*y^2 + x = -1", True, 0, (1, 1)),
        ("x^2 + y^2 = -1", True, 0, (0, 0)),
        ("x^2 + y^2 - 2*x + 1 = 0", True, None, None),  # a point
        ("x^4 + y^6 + x^2*y^2 + z^2 = 1", True, 2, (1, 0, 1)),
        ("x^4 + y^4 - x^3*y/2 = 2", True, 0, (1, 1)),
        ("x^4 + y^4 + x*y^2 - 5*x^2 - 5*y^2 + 7 = 0", True, 0, None),
        (STIEFEL, True, 0, None),
        (TORUS, True, None, None),
        ("x^2 + y^2 = 1, y^2 + z^2 = 1", True, None, None),  # singular
        ("x^2 + y^2 = 1, u^2 + v^2 + w^2 = 1", True, 0, (1, 1, 1, 1)),
        (f"{TORUS}, u^2 + v^2 = 1", True, None, None),  # smooth over the reals, not over the complex numbers
        ("x^2 + y^2 = 1, u^4 + v^4 + w^4 + u*v - 5*u^2 - 5*v^2 = 7", True, 0, None),
        ("x^2 = 2, u^2 + v^2 + w^2 = 1", True, 4, (2, 0, 2)),
        ("x^2 + y^2 = 1, u*v = 1", False, None, None),
        ("x*y = 1", False, None, None),
        ("y = x^2", False, None, None),
        ("x^4 = y^2*x^2 + 1", False, None, None),
    ],
)
def test_topology(equations, is_compact, euler, betti):
    found = topology(Variety(equations))
    assert (found.is_compact, found.euler_characteristic, found.betti_numbers) == (is_compact, euler, betti)


def test_the_system_of_a_variety_has_a_multiplier_for_each_nonlinear_equation():
    land = ps.expression("x*w + y^2", "x^2 + y^2 = 1, w = x + 2").sample()
    assert land.system.variables == ("w", "y", "mu")
    assert land.all_variables == ("w", "y", "x")
    assert land.with_eliminated((Fraction(3), Fraction(5)), Fraction) == (3, 5, 1)
    assert landscape_from_text(land.text).digest == land.digest
    assert pickle.loads(pickle.dumps(ps.expression("x*w + y^2", "x^2 + y^2 = 1, w = x + 2"))).sample().digest == land.digest


def test_an_eliminated_variable_in_a_text_must_be_affine():
    text = ps.expression("x*w + y^2", "x^2 + y^2 = 1, w = x + 2").sample().text
    for wrong in ("eliminated x = w^2 - 2", "eliminated w = w - 2", "eliminated x = 2 - w", "eliminated x = v"):
        with pytest.raises(InputError):
            landscape_from_text(text.replace("eliminated x = w - 2", wrong))


def test_parameters_reach_the_constraints():
    one = ps.expression("a*x + y", "x^2 + b*y^2 = 1", parameters={"a": 2, "b": "1/2"}).sample()
    two = ps.expression("a*x + y", Variety("x^2 + b*y^2 = 1"), parameters={"a": 2, "b": "1/2"}).sample()
    assert one.digest == two.digest == ps.expression("2*x + y", "x^2 + y^2/2 = 1").sample().digest


def test_a_file_may_hold_equations(tmp_path):
    (tmp_path / "a.txt").write_text("domain: x^2 + y^2 = R, x*z = 1\nparameters: R = 4\nx + y*z\n")
    (tmp_path / "a.toml").write_text('potential = "x + y*z"\ndomain = ["x^2 + y^2 = R", "x*z = 1"]\nparameters = {R = 4}\n')
    digests = {ps.expression_from_file(tmp_path / name).sample().digest for name in ("a.txt", "a.toml")}
    assert digests == {ps.expression("x + y*z", "x^2 + y^2 = 4, x*z = 1").sample().digest}


def test_a_symmetry_has_to_preserve_the_constraints():
    assert ps.expression("x^2 + y^2 + x*y", "x^4 + y^4 = 1").sample().symmetry.order == 4
    assert ps.expression("x^2 + y^2 + x*y", "x^4 + 2*y^4 = 1").sample().symmetry.order == 2
    assert ps.expression("x^2 + y^2", "x^2 + x + y^4 = 1").sample().symmetry.order == 2  # y -> -y alone
    round_cone = ps.expression("z^2 + z", "x^2 + y^2 = z^2 + 1, z*w = 1").sample()
    assert continuous_symmetries(round_cone.potential, round_cone.domain).dimension == 1
    assert ps.expression("z^2 + x", "x^2 + y^2 = z^2 + 1").sample().continuous_symmetry.dimension == 0


def standard_monomials(land):
    """Dimension of the quotient algebra of the Lagrange system, by sympy's Groebner basis over Q."""
    gens = [sympy.Symbol(v) for v in land.system.variables]
    basis = sympy.groebner([f.as_expr() for f in land.system.polynomials], *gens, order="grevlex")
    leading = [sympy.Poly(g, *gens).monoms(order="grevlex")[0] for g in basis.exprs]
    found, todo = set(), [(0,) * len(gens)]
    while todo:
        e = todo.pop()
        if e in found or any(all(a >= b for a, b in zip(e, m, strict=True)) for m in leading):
            continue
        found.add(e)
        todo += [(*e[:i], e[i] + 1, *e[i + 1 :]) for i in range(len(e))]
    return len(found)


@pytest.mark.parametrize(
    ("potential", "equations", "count"),
    [
        ("(x - 1/3)^2 + (y - 1/2)^2", "x^2 + 4*y^2 = 1", 4),
        ("(x - 1/3)^2 + (y - 1/2)^2", "x^2 + y^2 = 1", 2),
        ("(x - 1/3)^2 + (y - 1/2)^2", "y = x^2", 3),
        ("(x - 1/3)^2 + (y - 1/2)^2", "y^2 = x^3", 4),
        ("(x - 1/3)^2 + (y - 1/2)^2", "y^2 = x^2*(x + 1)", 5),
        ("(x - 1/3)^2 + (y - 1/2)^2", "x^3 + 2*y^3 - 3*x^2*y + x*y = x - 1", 9),
        ("(x - 1/3)^2 + (y - 1/2)^2 + (z - 1/5)^2", "x^2 + 2*y^2 + 3*z^2 = 1", 6),
        ("x^2 + 2*x*y + 3*z", "x^2 + y^2 + z^2 = 4, x^2 + y^2 + x*z = 2", 12),
        ("2*a + 3*b + 5*c - d", "a^2 + c^2 = 1, a*b + c*d = 0, b^2 + d^2 = 1", 4),
        ("(a - 1)^2 + (b - 2)^2 + (c - 3)^2 + (d - 7/2)^2", "a*d = b*c", 2),
        ("(a - 1)^2 + 2*(b - 2)^2 + 3*(c - 3)^2 + 7*(d - 7/2)^2", "a*d = b*c", 6),
    ],
)
def test_exact_counts_agree_with_groebner_bases_over_the_rationals(potential, equations, count):
    land = ps.expression(potential, equations).sample()
    assert standard_monomials(land) == exact_count_of(land).degree == count


@pytest.mark.parametrize(
    ("n", "degrees", "d", "count"),
    [(2, [2], 2, 4), (2, [3], 2, 9), (3, [2], 2, 6), (3, [2, 2], 2, 12), (3, [4], 3, 76), (2, [2], 1, 2), (2, [2, 3], 5, 6)],
)
def test_generic_counts_on_complete_intersections(n, degrees, d, count):
    """With dense polynomials with random coefficients the bound is attained."""
    assert complete_intersection(n, degrees, d).value == count
    if count < 50:
        names = sympy.symbols(f"x1:{n + 1}")
        rng = random.Random(n + d)
        dense = [sympy.itermonomials(names, k) for k in (d, *degrees)]
        potential, *constraints = (
            sum(rng.randint(1, 30) * m for m in sorted(monomials, key=str)) for monomials in dense
        )
        land = ps.expression(potential, Variety(constraints)).sample()
        assert exact_count_of(land).degree == count


def test_multipliers_over_a_singular_point_are_left_out_of_the_count():
    """f = x^2 + 3 y^2 on the node x = t^2 - 1, y = t^3 - t: f' = 2 t (t^2 - 1) (9 t^2 - 1), and t = +-1 is the node."""
    count = exact_count_of(ps.expression("x^2 + 3*y^2", "y^2 = x^2*(x + 1)").sample(), distinct=True)
    assert (count.dimension, count.degree, count.n_distinct) == (0, 3, 3)
