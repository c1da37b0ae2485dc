"""Energies and Morse indices of functions whose stationary points stand in textbooks."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import product
from math import sqrt

import numpy as np
import pytest
from flint import arb, ctx, fmpq

import homotopy as ho
import polysys as ps
from homotopy.certification.classify import Points, StationaryPoint, classify
from homotopy.certification.symmetry_action import first_of_orbit, images
from homotopy.certification.zeros import certify
from homotopy.counting.result import Census
from polysys.models.labels import model_from_label
from tests.homotopy.handmade import (
    FORMULATIONS,
    census_of,
    circle_with_field,
    eigenvector_solutions,
    hessian,
    matrix_glass,
    network,
    network_from_arrays,
    singular_vectors,
)


def points_of(text: str, solutions, domain: str = "euclidean", digits: int = 30) -> tuple[StationaryPoint, ...]:
    land = ps.expression(text, domain).sample()
    certificates = certify(land.tapes, solutions, digits=digits).certificates
    return classify(land, certificates, tuple(range(len(certificates))))


def contains(ball: arb, value: Fraction) -> bool:
    with ctx.workprec(1000):
        return bool(ball.contains(arb(fmpq(value.numerator, value.denominator))))


class TestTextbook:
    def test_monkey_saddle_unfolded(self) -> None:
        # x^3/3 - x y^2 + x^2/2 + y^2/2: a minimum at 0 and three saddles at the corners of a triangle
        corners = [[-1, 0], [0.5, sqrt(3) / 2], [0.5, -sqrt(3) / 2]]
        points = points_of("x^3/3 - x*y^2 + x^2/2 + y^2/2", [[0, 0], *corners])
        assert [p.index for p in points] == [0, 1, 1, 1]
        assert [contains(p.energy, v) for p, v in zip(points, [Fraction(0), *[Fraction(1, 6)] * 3], strict=True)]

    def test_himmelblau(self) -> None:
        """Himmelblau, Applied Nonlinear Programming (1972): four minima of value zero, four saddles, one maximum."""
        known = [
            (3.0, 2.0, 0), (-2.805118, 3.131312, 0), (-3.779310, -3.283186, 0), (3.584428, -1.848126, 0),
            (-0.270845, -0.923039, 2), (-3.073026, -0.081353, 1), (-0.127961, -1.953715, 1),
            (0.086678, 2.884255, 1), (3.385154, 0.073852, 1),
        ]  # fmt: skip
        points = points_of("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", [[x, y] for x, y, _ in known])
        assert sorted(p.index for p in points) == sorted(k for *_, k in known)
        assert [p.index for p in points[:4]] == [0] * 4
        assert contains(points[0].energy, Fraction(0)) or abs(float(points[0].energy)) < 1e-20
        assert float(points[-1].energy) == pytest.approx(181.6165, abs=1e-3)
        assert points[-1].index == 2

    def test_six_hump_camel(self) -> None:
        """Dixon & Szego, Towards Global Optimization 2 (1978): global minima of value -1.0316."""
        points = points_of(
            "(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (-4 + 4*y^2)*y^2",
            [[0.0898, -0.7126], [-0.0898, 0.7126], [-1.7036, 0.7961], [1.7036, -0.7961], [0, 0], [1.6071, 0.5687]],
        )
        assert [p.index for p in points[:2]] == [0, 0]
        assert float(points[0].energy) == pytest.approx(-1.031628453, abs=1e-8)
        assert {p.index for p in points if p.is_origin} == {1}

    def test_rosenbrock_has_one_minimum_of_value_zero(self) -> None:
        (point,) = points_of("(1 - x)^2 + 100*(y - x^2)^2", [[1.0000001, 0.9999999]])
        assert point.index == 0
        assert contains(point.energy, Fraction(0))
        assert all(contains(c, Fraction(1)) for c in point.coordinates)

    def test_a_quadratic_form_has_the_index_of_its_matrix(self) -> None:
        for signs in product((1, -1), repeat=3):
            text = "+".join(f"({s})*x{i}^2" for i, s in enumerate(signs))
            (point,) = points_of(text, [[0, 0, 0]])
            assert point.index == signs.count(-1)
            assert point.is_origin

    def test_the_index_belongs_to_the_function_not_to_minus_it(self) -> None:
        assert [p.index for p in points_of("x^2 + y^2 + z^2 - x", [[0.5, 0, 0]])] == [0]
        assert [p.index for p in points_of("-x^2 - y^2 - z^2 + x", [[0.5, 0, 0]])] == [3]

    def test_a_zero_that_is_not_exactly_the_origin_is_not_called_so(self) -> None:
        (point,) = points_of("(x - 1e-9)^2 + y^2", [[0, 0]])
        assert not point.is_origin
        (point,) = points_of("x^2 + y^2", [[1e-12, 0]])
        assert point.is_origin


def test_energies_of_the_double_well_are_exact() -> None:
    points = points_of("x^4/4 - x^2/2 + y^2/2", [[-1, 0], [0, 0], [1, 0]])
    assert [p.index for p in points] == [0, 0, 1]
    for p, energy in zip(points, [Fraction(-1, 4), Fraction(-1, 4), Fraction(0)], strict=True):
        assert contains(p.energy, energy)
        assert float(p.energy.rad()) < 1e-25


def test_a_degenerate_index_is_left_undecided() -> None:
    # the tangent Hessian of a quadratic form at an eigenvalue whose neighbour is 1e-60 away
    tiny = f"1/{10**60}"
    land = ps.expression(f"x^2 + (1 + {tiny})*y^2 + 2*z^2", "sphere").sample()
    a = [float(c) for c in land.formulation.charts[0]]
    certificates = certify(land.tapes, [[1 / a[0], 0, 0, 2]]).certificates
    assert all(p.index in (None, 0) for p in classify(land, certificates, (0,)))


class TestSpheres:
    @pytest.mark.parametrize("seed", range(4))
    def test_eigenvectors_of_a_matrix_are_those_of_numpy(self, seed: int) -> None:
        """On the sphere |s|^2 = N a 2-spin glass has exactly the eigenvectors, one pair of each index."""
        census = matrix_glass(seed)
        n = 3
        values, vectors = np.linalg.eigh(hessian(census.landscape))
        assert dict(census.by_index) == {0: 2, 1: 2, 2: 2}
        for k in range(n):
            pair = [p for p in census.points if p.index == k]
            for p in pair:
                assert float(p.energy) == pytest.approx(sqrt(n) * values[k] / 2)  # x.A.x / 2 on the unit sphere
                overlap = np.array([float(c.mid()) for c in p.coordinates]) @ vectors[:, k]
                assert abs(overlap) == pytest.approx(sqrt(n))

    @pytest.mark.parametrize("degree", [3, 4, 5, 6])
    @pytest.mark.parametrize("n", [2, 3])
    def test_a_fermat_form_has_known_energies_and_indices(self, n: int, degree: int) -> None:
        """sum x_i^p on the unit sphere: axes, and sign vectors on every subset of coordinates.

        At a vector with k equal entries the tangent Hessian has k - 1 eigenvalues p(p-2) k^{1-p/2} > 0 and n - k
        eigenvalues -p k^{1-p/2} < 0 times the sign of the energy (entries of both signs only occur for even p).
        """
        land = ps.expression("+".join(f"x{i}^{degree}" for i in range(n)), "sphere").sample()
        chart = np.array([float(a) for a in land.formulation.charts[0]])
        directions = [np.array(v) for v in product((0, 1, -1), repeat=n) if any(v) and next(s for s in v if s) == 1]
        if degree % 2:
            directions = [v for v in directions if min(v) >= 0]
        lines = []
        for v in directions:
            x = v / (chart @ v)
            k = int(np.argmax(np.abs(x)))
            lines.append([*x.tolist(), float(degree * x[k] ** (degree - 2))])
        census = census_of(land, lines)
        assert census.n_real_classes == len(directions)
        for p in census.points:
            x = np.array([float(c.mid()) for c in p.coordinates])
            k = int((np.abs(x) > 1e-9).sum())
            assert abs(float(p.energy)) == pytest.approx(k ** (1 - degree / 2))
            assert p.index == (n - k if float(p.energy) > 0 else k - 1)

    def test_circle_with_field(self) -> None:
        points = circle_with_field().points
        assert [p.index for p in points] == [0, 0, 1, 1]
        for p, energy in zip(points, [-1, 1, Fraction(5, 4), Fraction(5, 4)], strict=True):
            assert contains(p.energy, Fraction(energy))

    def test_a_sphere_of_another_radius_scales_energies(self) -> None:
        small, large = (
            census_of(land, eigenvector_solutions(land))
            for land in (ps.expression("x^2 + 3*y^2", domain).sample() for domain in ("sphere", "sphere 2 R2=9/4"))
        )
        for p, q in zip(small.points, large.points, strict=True):
            assert float(q.energy) == pytest.approx(9 / 4 * float(p.energy))
            assert float(sum((c * c for c in q.coordinates), arb(0))) == pytest.approx(9 / 4)
            assert p.index == q.index

    @pytest.mark.parametrize("seed", range(3))
    def test_singular_vectors_are_those_of_numpy(self, seed: int) -> None:
        """x.A.y on two spheres: sigma and -sigma, two points each; Hessian [[-s_k, A], [A', -s_k]] on the tangents."""
        matrix = np.random.default_rng(seed).standard_normal((3, 2)).round(3)
        land = ps.LayeredSpinGlass((3, 2)).from_tensor(matrix)
        charts = [np.array([float(a) for a in chart]) for chart in land.formulation.charts]
        u, s, vt = np.linalg.svd(matrix)
        solutions = []
        for k in range(2):
            x, y = u[:, k] / (charts[0] @ u[:, k]), vt[k] / (charts[1] @ vt[k])
            solutions.append([*x, *y, (matrix @ y) @ x / (x @ x), (matrix.T @ x) @ y / (y @ y)])
        census = census_of(land, solutions)
        assert census.n_real == 8
        unit = sqrt(5) * sqrt(3 * 2) / sqrt(3 * 2)  # H = sqrt(N) V, and V is multilinear on unit vectors
        energies = sorted(float(p.energy) for p in census.points)
        assert energies == pytest.approx(sorted([unit * v for v in (*s, *s, *-s, *-s)]))
        # at +s_k the tangent Hessian is -s_k plus a matrix with eigenvalues +-s_j (j != k) and 0
        for p in census.points:
            value = float(p.energy) / unit
            k = int(np.argmin(np.abs(np.abs(s) - abs(value))))
            above = sum(s[j] > s[k] for j in range(2) if j != k)
            positive = above if value > 0 else 3 - above
            assert p.index == 3 - positive

    @pytest.mark.parametrize("make", [matrix_glass, singular_vectors], ids=["sphere", "two spheres"])
    def test_points_of_a_class_are_mirror_images(self, make) -> None:
        census: Census = make()
        degrees = census.landscape.formulation.degrees
        for solution in range(census.n_complex):
            points = {p.signs: p for p in census.points if p.solution == solution}
            assert len(points) == 2 ** len(degrees)
            first = points[(1,) * len(degrees)]
            for signs, p in points.items():
                flip = np.prod([s**d for s, d in zip(signs, degrees, strict=True)])
                assert float(p.energy) == pytest.approx(flip * float(first.energy))
                assert p.index == (first.index if flip == 1 else census.landscape.domain.dimension - (first.index or 0))

    @pytest.mark.parametrize(("label", "n"), [("spherical-p-spin:n=3,p=2", 3), ("spherical-p-spin:n=5,p=2", 5)])
    def test_points_of_a_glass_have_the_length_of_the_model(self, label: str, n: int) -> None:
        land = model_from_label(label).sample(7)
        for p in census_of(land, eigenvector_solutions(land)).points:
            assert contains(sum((c * c for c in p.coordinates), arb(0)), Fraction(n))

    def test_a_sphere_of_dimension_zero_has_points_of_index_zero(self) -> None:
        # S^0 is two points, each a minimum and a maximum; the Euler characteristic is 2
        for text in ("x^3", "2*x^2", "-x^5"):
            degree = int(text[-1])
            land = ps.expression(text, "sphere").sample()
            sign = {"x^3": 1, "2*x^2": 2, "-x^5": -1}[text]
            census = census_of(land, [[1, degree * sign]])
            assert [p.index for p in census.points] == [0, 0]
            assert census.euler == (2, 2)
            assert census.completeness.verdict.value == "proved"

    def test_a_layer_of_width_one_adds_no_dimension(self) -> None:
        land = ps.LayeredSpinGlass((2, 1)).from_tensor([[3], [4]])
        a = [float(c) for c in land.formulation.charts[0]]
        x = np.array([3, 4]) / (3 * a[0] + 4 * a[1])
        census = census_of(land, [[*x, 1, 3 / x[0], 3 * x[0] + 4 * x[1]]])
        assert dict(census.by_index) == {0: 2, 1: 2}
        assert census.euler == (0, 0)
        assert sorted(float(p.energy) for p in census.points) == pytest.approx([-5 * sqrt(3)] * 2 + [5 * sqrt(3)] * 2)


class TestNetworks:
    def test_the_origin_of_a_chain_of_two_is_a_saddle_exactly_when_the_signal_beats_the_decay(self) -> None:
        for seed in range(6):
            census = network(seed)
            c = census.landscape.couplings
            strong = c["YX"][0, 0] ** 2 > c["l2"][0] * c["l2"][1]
            (origin,) = [p for p in census.points if p.is_origin]
            assert origin.index == (1 if strong else 0)
            assert census.n_real == (3 if strong else 1)

    def test_energies_are_those_of_the_loss(self) -> None:
        census = network_from_arrays()
        for p in census.points:
            w, v = (float(c.mid()) for c in p.coordinates)
            assert float(p.energy) == pytest.approx((1.5 * w * v - 2) ** 2 / 2 + w * w / 6 + v * v / 10)


@pytest.mark.parametrize("make", FORMULATIONS.values(), ids=FORMULATIONS.keys())
def test_points_are_sorted_by_energy_and_carry_their_solution(make) -> None:
    census = make()
    energies = [float(p.energy) for p in census.points]
    assert energies == sorted(energies)
    assert {p.solution for p in census.points} == {
        k for k, c in enumerate(census.certificates) if c.reality.value == "yes"
    }
    assert len({(p.orbit, census.orbit_of[p.solution]) for p in census.points}) == len({p.orbit for p in census.points})


@pytest.mark.parametrize(
    "land",
    [
        ps.SphericalPSpin(n=4, p=3).sample(1),
        ps.SphericalPSpin(n=3, p=4).sample(1),
        ps.SphericalPSpin(n=1, p=3).sample(1),
        ps.LayeredSpinGlass(widths=(2, 2, 2)).sample(1),
        ps.LayeredSpinGlass(widths=(3, 2), degrees=(1, 2)).sample(1),
        ps.expression("x^3 + y^3 + z^3", "sphere").sample(),  # permutations
        ps.expression("x*y*z", "sphere").sample(),  # energy zero at the axes, where s is an image of -s
        ps.expression("(x + y)*(x - y)*(x - 2*y)", "sphere").sample(),
    ],
    ids=lambda land: land.label,
)
def test_points_of_one_orbit_are_images_of_each_other_and_have_one_energy_and_index(land, tmp_path) -> None:
    """The orbits are those of the points under the group; s and -s of an odd potential, E and -E, are in one solution and in two orbits."""
    census = ho.census(land)
    x = np.array([[float(c.mid()) for c in p.coordinates] for p in census.points])
    under_group = first_of_orbit(images(x, land.symmetry.generators)).tolist()
    named = [p.orbit for p in census.points]
    assert len(set(zip(named, under_group, strict=True))) == len(set(named)) == len(set(under_group))
    by_orbit = {p.orbit: p for p in census.points}
    assert all(p.index == by_orbit[p.orbit].index and p.energy.overlaps(by_orbit[p.orbit].energy) for p in census.points)
    census.save(tmp_path / "c.json")
    assert [p.orbit for p in ho.load(tmp_path / "c.json").points] == named and ho.verify(tmp_path / "c.json").is_ok


@pytest.mark.parametrize(
    "label",
    ["spherical-p-spin:n=4,p=3", "spherical-p-spin:n=3,p=4", "layered-spin-glass:widths=2-2-2", "soft-ising:n=2"],
)
def test_indices_and_energies_as_arrays_are_those_of_the_points(label: str) -> None:
    found = ho.census(label, seed=1)
    points = found.points
    assert isinstance(points, Points) and len(points) == len(tuple(points))
    assert Counter(points.indices.tolist()) == Counter(p.index for p in points)
    zeros = points.zeros
    for row in range(len(zeros.rows)):
        first = points.carried_by(row)[0]  # of the zero's own signs
        with ctx.workprec(128):
            assert first.energy.overlaps(arb(float(zeros.energy.mid[row]), float(zeros.energy.radius[row])))
        assert zeros.energy.radius[row] < 1e-9 * (1 + abs(zeros.energy.mid[row]))
    assert points[0] is points[0]  # made once
