"""The three formulations: their equations at known points, multipliers, bordered Hessians."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import QQ, ring

import polysys as ps
from polysys.errors import PolysysError, PositiveDimensionalError
from polysys.formulations.formulation import Kind, block_degrees, formulate
from tests.systems import POSITIVE_DIMENSIONAL, SMALL_LABELS


def land(text, domain="euclidean", **options):
    return ps.expression(text, domain, **options).sample()


def vanishes(landscape, z):
    """Equations and tapes at an exact point."""
    values = landscape.tapes.equations.evaluate(z)
    assert landscape.system.tape.evaluate(z) == values
    return not any(values)


def on_chart(landscape, x, mu, degrees):
    """The representative of a class on its charts, with its multipliers."""
    formulation = landscape.formulation
    scales = [
        1 / sum(a * v for a, v in zip(chart, x[block], strict=True))
        for chart, block in zip(formulation.charts, landscape.domain.slices, strict=True)
    ]
    moved = list(x)
    whole = Fraction(1)
    for block, c, d in zip(landscape.domain.slices, scales, degrees, strict=True):
        moved[block] = [c * v for v in x[block]]
        whole *= c**d
    return moved + [m * whole / c**2 for m, c in zip(mu, scales, strict=True)]


@pytest.mark.parametrize(("n", "p"), [(2, 3), (4, 3), (3, 4), (3, 2), (2, 6)])
def test_the_known_eigenvectors_of_the_fermat_form_solve_the_projective_equations(n, p):
    """Entries 0 and +-1 (p even) or 0 and 1 (p odd) with mu = p (Cartwright & Sturmfels 2013)."""
    fermat = land("+".join(f"x{i}^{p}" for i in range(n)), "sphere")
    assert fermat.formulation.kind is Kind.PROJECTIVE
    signs = (1, -1) if p % 2 == 0 else (1,)
    supports = [s for k in range(1, n + 1) for s in combinations(range(n), k)]
    supports = supports if p > 2 else [(i,) for i in range(n)]
    for support in supports:
        for sign in product(signs, repeat=len(support)):
            x = [Fraction(0)] * n
            for i, s in zip(support, sign, strict=True):
                x[i] = Fraction(s)
            z = on_chart(fermat, x, [Fraction(p)], [p])
            assert vanishes(fermat, z)
            z[-1] += 1
            assert not vanishes(fermat, z)


def test_the_singular_vectors_of_a_diagonal_tensor_solve_the_projective_equations():
    model = ps.LayeredSpinGlass((2, 2, 2))
    tensor = np.zeros((2, 2, 2), dtype=object)
    tensor[0, 0, 0], tensor[1, 1, 1] = 3, 2
    glass = model.from_tensor(tensor)
    for i, sigma in ((0, 3), (1, 2)):
        x = [Fraction(int(j == i)) for _ in range(3) for j in range(2)]
        assert vanishes(glass, on_chart(glass, x, [Fraction(sigma)] * 3, [1, 1, 1]))


def test_the_lagrange_equations_vanish_at_a_known_point():
    """x^3 + y^3 + z^3 + x + y + z at (1, 1, 1) on |x|^2 = 3: gradient 4 in each coordinate, so mu = 4."""
    potential = land("x^3 + y^3 + z^3 + x + y + z", "sphere R2=3")
    assert potential.formulation.kind is Kind.LAGRANGE
    one = [Fraction(1)] * 3
    assert vanishes(potential, [*one, Fraction(4)])
    assert vanishes(potential, [*(-v for v in one), Fraction(-4)])
    assert not vanishes(potential, [*one, Fraction(3)])
    assert potential.formulation.points_per_class == 1


@given(st.lists(st.integers(-3, 3).filter(bool), min_size=2, max_size=4))
def test_any_point_is_stationary_for_its_own_height(v):
    """grad of a.x is a = mu x at x = a / |a|; with R2 = |a|^2 at x = a, mu = 1."""
    names = [f"x{i}" for i in range(len(v))]
    text = " + ".join(f"{a}*{name}" for a, name in zip(v, names, strict=True)) + " + 7"
    height = land(text, f"sphere R2={sum(a * a for a in v)}")
    assert height.formulation.kind is Kind.LAGRANGE  # the constant makes it inhomogeneous
    assert vanishes(height, [*map(Fraction, v), Fraction(1)])


def test_an_isolated_point_of_the_euclidean_formulation_is_a_zero_of_the_gradient():
    himmelblau = land("(x^2 + y - 11)^2 + (x + y^2 - 7)^2")
    assert himmelblau.formulation.kind is Kind.EUCLIDEAN
    assert vanishes(himmelblau, [Fraction(3), Fraction(2)])
    assert himmelblau.system.variables == ("x", "y")


@pytest.mark.parametrize(
    ("text", "domain", "kind"),
    [
        ("x^3 + y^3", "sphere", Kind.PROJECTIVE),
        ("x^3 + y^3 + x", "sphere", Kind.LAGRANGE),
        ("x^3 + y^3", "euclidean", Kind.EUCLIDEAN),
        ("x1*y1 + x2*y2", "spheres 2-2", Kind.PROJECTIVE),
        ("x1^2*y1 + x2*y2", "spheres 2-2", Kind.LAGRANGE),
        ("x^2*y", "spheres 1-1", Kind.PROJECTIVE),
    ],
)
def test_the_potential_alone_decides_the_formulation(text, domain, kind):
    assert land(text, domain).formulation.kind is kind


def test_block_degrees_are_those_of_each_sphere():
    _, x1, x2, y1, y2 = ring("x1,x2,y1,y2", QQ)
    domain = ps.ProductOfSpheres((2, 2))
    assert block_degrees(x1**2 * y1 + x1 * x2 * y2, domain) == (2, 1)
    assert block_degrees(x1**2 * y1 + y2, domain) is None
    assert block_degrees(x1, ps.Euclidean(4)) is None


@pytest.mark.parametrize(
    ("names", "domain", "multipliers"),
    [
        (("x", "y"), "sphere", ("mu",)),
        (("mu", "y"), "sphere", ("mu_",)),
        (("mu1", "y"), "sphere", ("mu_",)),
        (("mu", "mu_"), "sphere", ("mu__",)),
        (("mu1", "mu2"), "spheres 1-1", ("mu_1", "mu_2")),
        (("mu_1", "mu_2"), "spheres 1-1", ("mu__1", "mu__2")),
        (("mu_x", "mu__"), "spheres 1-1", ("mu___1", "mu___2")),
    ],
)
def test_multipliers_never_share_a_name_with_a_variable(names, domain, multipliers):
    potential = land(f"{names[0]}^2*{names[1]}", domain, variables=names)
    assert potential.system.variables == (*names, *multipliers)
    assert len(set(potential.system.variables)) == len(potential.system.variables)


def inertia(matrix):
    values = np.linalg.eigvalsh(np.array(matrix, dtype=float))
    assert np.abs(values).min() > 1e-9
    return int((values > 0).sum()), int((values < 0).sum())


def bordered(landscape, z):
    size = landscape.formulation.n_unknowns
    return np.array(landscape.tapes.bordered.evaluate(z), dtype=object).reshape(size, size)


def test_the_bordered_hessian_of_a_quadratic_form_has_the_hand_checked_inertia():
    """V = x^2 + 2 y^2 + 4 z^2 on the sphere: at e_i mu = 2 a_i, and the index is the number of smaller a_j."""
    form = land("x^2 + 2*y^2 + 4*z^2", "sphere")
    at_y = on_chart(form, [Fraction(0), Fraction(1), Fraction(0)], [Fraction(4)], [2])
    y = at_y[1]
    expected = [[2 - 4, 0, 0, 0], [0, 4 - 4, 0, y], [0, 0, 8 - 4, 0], [0, y, 0, 0]]
    assert bordered(form, at_y).tolist() == expected
    for i, index in ((0, 0), (1, 1), (2, 2)):
        x = [Fraction(int(j == i)) for j in range(3)]
        matrix = bordered(form, on_chart(form, x, [Fraction(2 ** (i + 1))], [2]))
        assert inertia(matrix) == (2 - index + 1, index + 1)


def test_the_index_at_singular_vectors_is_the_hand_checked_one():
    """V = 3 u1 v1 + 2 u2 v2 on two circles: the maximum at (e1, e1), a saddle at (e2, e2), whose Hessian is

    [[-sigma, other], [other, -sigma]] in the two angles.
    """
    form = land("3*u1*v1 + 2*u2*v2", "spheres 2-2")
    for i, sigma, tangent in ((0, 3, (0, 2)), (1, 2, (1, 1))):
        x = [Fraction(int(j == i)) for _ in range(2) for j in range(2)]
        z = on_chart(form, x, [Fraction(sigma)] * 2, [1, 1])
        if form.formulation.charts[0][i] * form.formulation.charts[1][i] < 0:  # the chart took the mirror image
            tangent = {(0, 2): (2, 0), (1, 1): (1, 1)}[tangent]
        assert inertia(bordered(form, z)) == (tangent[0] + 2, tangent[1] + 2)


@pytest.mark.parametrize("label", [label for label in SMALL_LABELS if "glass" in label or "spin" in label])
def test_the_bordered_inertia_is_that_of_the_tangent_hessian_plus_one_pair_a_sphere(label):
    """Inertia of [[A, B], [B^T, 0]] = inertia of Z^T A Z + (m, m, 0), Z a basis of the kernel of B^T."""
    landscape = ps.model_from_label(label).sample(seed=1)
    n, m = landscape.domain.n, landscape.domain.n_constraints
    rng = np.random.default_rng(3)
    for _ in range(5):
        z = [Fraction(int(v), 64) for v in rng.integers(-99, 100, n + m)]
        matrix = bordered(landscape, z).astype(float)
        gradients = matrix[:n, n:]
        tangent = np.linalg.svd(gradients.T)[2][m:].T
        assert np.allclose(gradients.T @ tangent, 0)
        inner = inertia(tangent.T @ matrix[:n, :n] @ tangent) if n > m else (0, 0)
        assert inertia(matrix) == (inner[0] + m, inner[1] + m)


@pytest.mark.parametrize(
    ("label", "degrees"), [("spherical-p-spin:n=4,p=3", (3,)), ("layered-spin-glass:widths=2-3,degrees=2-1", (2, 1))]
)
@given(scales=st.tuples(*[st.fractions(Fraction(1, 8), 8, max_denominator=8)] * 2))
def test_positive_rescaling_of_a_class_leaves_the_bordered_inertia(label, degrees, scales):
    landscape = ps.model_from_label(label).sample(seed=1)
    m = landscape.domain.n_constraints
    rng = np.random.default_rng(4)
    z = [Fraction(int(v), 16) for v in rng.integers(-50, 51, landscape.formulation.n_unknowns)]
    x, mu = z[:-m], z[-m:]
    whole = Fraction(1)
    for block, c, d in zip(landscape.domain.slices, scales, degrees, strict=False):
        x[block] = [c * v for v in x[block]]
        whole *= c**d
    moved = x + [value * whole / c**2 for value, c in zip(mu, scales, strict=False)]
    assert inertia(bordered(landscape, moved)) == inertia(bordered(landscape, z))


def test_the_bordered_hessian_is_symmetric_and_the_euclidean_one_is_the_hessian():
    for label in SMALL_LABELS:
        landscape = ps.model_from_label(label).sample(seed=1)
        z = [Fraction(k + 1, 7) for k in range(landscape.formulation.n_unknowns)]
        matrix = bordered(landscape, z)
        assert (matrix == matrix.T).all()
        if landscape.domain.is_euclidean:
            assert matrix.ravel().tolist() == landscape.tapes.jacobian.evaluate(z)


def test_charts_are_real_short_and_meet_every_coordinate():
    glass = ps.SphericalPSpin(8, 3).sample(1)
    (chart,) = glass.formulation.charts
    assert all(Fraction(1, 4) <= abs(a) < Fraction(3, 2) and 16 % a.denominator == 0 for a in chart)
    assert formulate(glass.potential, glass.domain, 1).charts != formulate(glass.potential, glass.domain, 2).charts
    assert formulate(glass.potential, glass.domain, 1).charts == formulate(glass.potential, glass.domain, 1).charts


@pytest.mark.parametrize(
    ("text", "domain", "variables"),
    [("x^2", "euclidean", ("x", "y")), ("x1^2 + x1*x2", "spheres 2-2", ("x1", "x2", "y1", "y2"))],
)
def test_a_coordinate_or_sphere_that_does_not_occur_is_named(text, domain, variables):
    with pytest.raises(PositiveDimensionalError, match=r"depend on (y|sphere 2)"):
        land(text, domain, variables=variables).system


@pytest.mark.parametrize("text", POSITIVE_DIMENSIONAL)
def test_a_positive_dimensional_potential_still_has_a_square_system(text):
    assert land(text).system.n == 2


def test_multipliers_are_those_of_the_zero_sphere_too():
    """On S^0 x S^0 all four points are stationary: one class, for V = 5 x y; mu = 5."""
    form = land("5*x*y", "spheres 1-1")
    assert vanishes(form, [Fraction(1), Fraction(1), Fraction(5), Fraction(5)])
    assert form.formulation.points_per_class == 4
    with pytest.raises(PolysysError):
        land("5", "sphere 1")
