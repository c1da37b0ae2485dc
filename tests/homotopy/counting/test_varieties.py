"""Censuses on domains given by equations: published counts, Euler characteristics, points where the domain is singular."""

import json
import random
from math import comb

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.certification.classify import all_coordinates
from homotopy.certification.hessian import log_abs_det_hessian
from homotopy.counting.files.schema import content_digest
from homotopy.counting.text import points_table
from homotopy.graphs.flow_on_variety import FlowOnVariety
from homotopy.searches.surface import Surface
from homotopy.status import Completeness, Verdict

TORUS = "(x^2 + y^2 + z^2 + 3)^2 = 16*(x^2 + y^2)"
STIEFEL = "a^2 + c^2 + e^2 = 1, a*b + c*d + e*f = 0, b^2 + d^2 + f^2 = 1"
PLANE, SPACE = "(x - 1/3)^2 + (y - 1/2)^2", "(x - 1/3)^2 + (y - 1/2)^2 + (z - 1/5)^2"


@pytest.mark.parametrize(
    ("potential", "domain", "n_complex", "by_index"),
    [
        # Euclidean distance degrees: Draisma et al., Found. Comput. Math. 16 (2016) 99
        (PLANE, "x^2 + 4*y^2 = 1", 4, [1, 1]),
        (PLANE, "x^2 + y^2 = 1", 2, [1, 1]),
        (PLANE, "y = x^2", 3, [1, 0]),
        (PLANE, "y^2 = x^3", 4, [2, 0]),
        (PLANE, "x^3 + 2*y^3 - 3*x^2*y + x*y = x - 1", 9, [3, 0]),
        (SPACE, "x^2 + 4*y^2 - z^2 = 1", 6, [1, 1, 0]),
        ("(a - 1)^2 + (b - 2)^2 + (c - 3)^2 + (d - 7/2)^2", "a*d = b*c", 2, [1, 1, 0, 0]),
        ("(a - 1)^2 + 2*(b - 2)^2 + 3*(c - 3)^2 + 7*(d - 7/2)^2", "a*d = b*c", 6, [1, 1, 0, 0]),
        # a normal of the torus meets its core circle at a right angle: twice the two normals of the circle
        (SPACE, TORUS, 4, [1, 2, 1]),
        # a linear function on the rotations and reflections of the plane: two for each circle
        ("2*a + 3*b + 5*c - d", "a^2 + c^2 = 1, a*b + c*d = 0, b^2 + d^2 = 1", 4, [2, 2]),
        ("a + 2*c - e + 3*b + d/2 + f + a*b", STIEFEL, 16, [1, 2, 2, 1]),
        # a product on a face of the simplex
        ("x*y*z", "x + y + z = 1", 4, [0, 3, 1]),
        ("x + y^2 + 3*z", "x^2 + y^2 + z^2 = 4, x^2 + 2*y^2 = 3", 12, [3, 3]),
        ("x", "x^2 = 2, y^2 = 3", 4, [4]),
        ("x", "x^2 + y^2 = -1", 2, [0, 0]),
        ("z", "x^2 + y^2 = 1", 0, [0, 0, 0]),
    ],
)
def test_counts_are_proved(potential, domain, n_complex, by_index):
    found = ho.census(ps.expression(potential, domain))
    assert (found.n_complex, list(found.by_index.values())) == (n_complex, by_index)
    assert found.completeness.verdict is Completeness.PROVED
    expected, alternating = found.euler
    assert expected in (None, alternating)


def test_frobenius_distance_to_singular_matrices_is_by_singular_values():
    """The stationary points are the matrix without one of its singular values (Eckart & Young)."""
    u = np.array([[1.0, 2.0], [3.0, 3.5]])
    found = ho.census(ps.expression("(a - 1)^2 + (b - 2)^2 + (c - 3)^2 + (d - 7/2)^2", "a*d = b*c"))
    energies = sorted(s**2 for s in np.linalg.svd(u)[1])
    assert [float(p.energy) for p in found.points] == pytest.approx(energies)


def test_the_regularity_of_the_domain_is_told():
    smooth = ho.census(ps.expression(PLANE, "x^2 + y^2 = 1"))
    cusp = ho.census(ps.expression("x", "y^2 = x^3"))
    assert "smooth (proved)" in repr(smooth) and smooth.singular_points_of_domain == ()
    # the minimum is the cusp, which is no stationary point
    assert cusp.n_complex == 0 and "1 real: (0, 0) of energy 0" in repr(cusp)
    (point,) = cusp.singular_points_of_domain
    assert point.energy == 0 and point.coordinates == (0, 0)
    umbrella = ho.census(ps.expression("x^2 + 2*y + 3*z", "x^2 = y^2*z"))
    assert umbrella.singular_points_of_domain is None and "dimension 1, whose points are not counted" in repr(umbrella)
    assert cusp.summary()["domain"].startswith("1 complex singular point")
    assert "lower than" not in repr(cusp)  # there is no counted point
    beside = ho.census(ps.expression("x + y", "y^2 = x^3"))
    assert beside.n_real == 1 and "(0, 0) of energy 0, lower than every counted point" in repr(beside)


def test_a_singular_point_where_the_potential_is_stationary_leaves_the_count_of_the_others():
    """x = t^2 - 1, y = t^3 - t: the derivative of x^2 + 3 y^2 is 2 t (t^2 - 1) (9 t^2 - 1), the node is t = +-1."""
    found = ho.census(ps.expression("x^2 + 3*y^2", "y^2 = x^2*(x + 1)"))
    assert (found.n_complex, list(found.by_index.values())) == (3, [1, 2])
    assert found.completeness.verdict is Completeness.SUPPORTED


def test_degenerate_points_on_a_variety_are_not_certified():
    """The derivative of x^2 + 2 y^2 on the same curve is 12 t^3 (t^2 - 1): one point of multiplicity 3."""
    found = ho.census(ps.expression("x^2 + 2*y^2", "y^2 = x^2*(x + 1)"))
    assert found.n_complex == 0
    assert 3 in [s.multiplicity for s in found.degenerate]


def test_families_on_a_variety_are_refused_or_unknown():
    with pytest.raises(ps.PositiveDimensionalError):
        ho.census(ps.expression("z^2", "x^2 + y^2 + z^2 = 1"))
    with pytest.raises(ps.PositiveDimensionalError):  # x y = 1, z = 1 is moved by (x, y) -> (t x, y / t)
        ho.census(ps.expression("(x*y - 1)^2", "x*y*z + z = 2"))
    found = ho.census(ps.expression("(x*y - 1)^2*(x + 3)", "x*y*z + z = 2"))  # the same curve, which nothing linear moves
    assert found.completeness.verdict is Completeness.UNKNOWN


def test_files_frames_and_exports_hold_the_eliminated_coordinates(tmp_path):
    found = ho.census(ps.expression("(x - 1/3)^2 + y^2 + z^2*x", "x + y + z = 1, x^2 + y^2 + z^2 = 5"))
    found.save(tmp_path / "c.json")
    report = ho.verify(tmp_path / "c.json")
    assert report.is_ok and "  ok     domain: dimension 1, smooth (proved)" in repr(report)
    again = ho.load(tmp_path / "c.json")
    assert repr(again).splitlines()[1:7] == repr(found).splitlines()[1:7]
    for p, row in zip(again.points, found.rows(), strict=True):
        x, y, z = (float(c) for c in all_coordinates(again.landscape, p))
        assert x + y + z == pytest.approx(1) and x * x + y * y + z * z == pytest.approx(5)
        assert row["z"] == pytest.approx(z)
    assert points_table(found).splitlines()[0].split() == ["point", "index", "energy", "x", "y", "z"]
    assert found.export(tmp_path / "c.csv", "csv").read_text().splitlines()[0].endswith("x,y,z")
    assert set(found.summary()["points"][0]["eliminated"]) == {"z"}


def test_another_domain_in_a_file_is_found_out(tmp_path):
    found = ho.census(ps.expression("x + y", "x^2 + 2*y^2 = 1"))
    found.save(tmp_path / "c.json")
    text = json.loads((tmp_path / "c.json").read_text())
    text["landscape"] = text["landscape"].replace("x^2 + 2*y^2 - 1", "x^2 + 3*y^2 - 1")
    text["sha256"] = content_digest(text)
    (tmp_path / "c.json").write_text(json.dumps(text))
    assert not ho.verify(tmp_path / "c.json").is_ok


def test_the_log_curvature_is_that_of_the_second_derivative_along_the_curve():
    """On x = cos t / sqrt 1, y = sin t / sqrt 2 by arc length: f = x + y has |f''| = |f_tt| / |velocity|^2 where f_t = 0."""
    found = ho.census(ps.expression("x + y", "x^2 + 2*y^2 = 1"))
    t = np.arctan2(1 / np.sqrt(2), 1)
    second, speed = np.cos(t) + np.sin(t) / np.sqrt(2), np.sin(t) ** 2 + np.cos(t) ** 2 / 2
    for p in found.points:
        assert float(log_abs_det_hessian(found.landscape, found.certificates[p.solution])) == pytest.approx(np.log(second / speed))


def test_graphs_on_a_variety():
    found = ho.census(ps.expression("x^2*y + y*z - x*z^2 + x/5", "x^2 + 2*y^2 + 3*z^2 = 1"))
    graph = ho.graph(found)
    assert "minima     3, in 1 connected component" in repr(graph) and "4 of index 1, 8 descents, 0 unmatched" in repr(graph)
    assert all(check.outcome is Verdict.YES for check in graph.checks)


def test_the_jacobian_of_the_flow_is_its_derivative():
    land = ps.expression("x*y + z^2*x + y/3", "x^2 + 2*y^2 + z^3 = 2, x + y^2*z = 1/2").sample()
    flow = FlowOnVariety(land)
    x, h = flow.on_domain(np.array([1.0, 0.5, 0.3])), 1e-6
    numerical = np.array([(flow.gradient(x + h * e) - flow.gradient(x - h * e)) / (2 * h) for e in np.eye(3)]).T
    assert flow.jacobian(x) == pytest.approx(numerical, abs=1e-7)
    unknowns, _ = flow.solution(x)
    assert np.abs([float(v) for v in land.domain.constraints(list(unknowns[:3]))]).max() < 1e-12


def test_what_is_written_for_spheres_only_is_refused_in_a_sentence():
    found = ho.census(ps.expression("x + y", "x^2 + 2*y^2 = 1"))
    with pytest.raises(ps.InputError, match="given by nonlinear equations"):
        Surface(found.landscape)
    proof = ho.prove_real(found)
    assert proof.outcome is Verdict.UNDECIDED and "given by equations" in proof.reason


def distance_degree_of_rank_one(m, n):
    """Of generic weights: sum_i (-1)^i (2^(d+1-i) - 1) deg c_i of the Segre variety, d its dimension (Draisma et al., theorem 5.8).

    c = (1 + a)^m (1 + b)^n, and the degree of a^i b^j (a + b)^(d-i-j) is the coefficient of a^(m-1) b^(n-1).
    """
    d = m + n - 2
    return sum(
        (-1) ** (i + j) * (2 ** (d + 1 - i - j) - 1) * comb(m, i) * comb(n, j) * comb(d - i - j, m - 1 - i)
        for i in range(m)
        for j in range(n)
    )


@pytest.mark.parametrize(("m", "n", "count"), [(2, 2, 6), (2, 3, 10), (3, 3, 39)])
def test_weighted_distances_to_matrices_of_rank_one(m, n, count):
    rng = random.Random(1)
    a, b = ["1", *(f"a{i}" for i in range(2, m + 1))], [f"b{j + 1}" for j in range(n)]
    potential = " + ".join(f"{rng.randint(1, 20)}*({p}*{q} - {rng.randint(-50, 50)}/10)^2" for p in a for q in b)
    found = ho.census(ps.expression(potential))
    assert found.n_complex == distance_degree_of_rank_one(m, n) == count
    assert found.completeness.verdict is Completeness.PROVED


def test_the_published_number_of_four_by_four_matrices():
    assert (distance_degree_of_rank_one(4, 4), distance_degree_of_rank_one(3, 4)) == (284, 83)


@pytest.mark.slow
@pytest.mark.parametrize(("is_weighted", "count"), [(False, 3), (True, 39)])
def test_distances_to_singular_three_by_three_matrices(is_weighted, count):
    """Ottaviani, Spaenlehauer & Sturmfels, SIAM J. Matrix Anal. Appl. 35 (2014) 1397: generic weights give 39."""
    rng = random.Random(1)
    potential = " + ".join(
        f"{rng.randint(1, 20) if is_weighted else 1}*(x{i}{j} - {rng.randint(-50, 50)}/10)^2" for i in (1, 2, 3) for j in (1, 2, 3)
    )
    determinant = "x11*(x22*x33 - x23*x32) - x12*(x21*x33 - x23*x31) + x13*(x21*x32 - x22*x31)"
    found = ho.census(ps.expression(potential, determinant))
    assert found.n_complex == count
    assert found.completeness.verdict is Completeness.PROVED
