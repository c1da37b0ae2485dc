"""Decompositions with answers known from geometry: textbook varieties through the engine, landscapes through the front."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sympy import QQ, ring
from typer.testing import CliRunner

import homotopy as ho
import polysys as ps
from homotopy.cli.app import app
from homotopy.counting.degenerate.components import (
    Witness,
    belongs,
    distinct,
    in_doubles,
    is_on,
    linear_solutions,
    on_a_line,
    real_point_of_hypersurface,
)
from homotopy.engines.phcpack.client import PHCpack, find_phcpack
from homotopy.engines.phcpack.decomposition import read_decomposition
from homotopy.engines.phcpack.failures import WorkerSilent
from homotopy.status import Verdict
from polysys.errors import InputError

pytestmark = pytest.mark.phcpack
R, x, y, z = ring("x,y,z", QQ)


@pytest.fixture(scope="module")
def engine() -> Iterator[PHCpack]:
    if find_phcpack().phc_path is None:
        pytest.skip("decomposition needs the executable phc")
    with PHCpack() as engine:
        yield engine


q = x**2 + y**2 + z**2 - 1
half = QQ(1, 2)
# equations and the degrees of the components of each dimension
TEXTBOOK = {
    "twisted cubic": ([x**2 - y, x**3 - z, x * y - z], {1: [3]}),
    "Viviani's curve": ([x**2 + y**2 + z**2 - 4, (x - 1) ** 2 + y**2 - 1], {1: [4]}),
    "two skew lines": ([x * y, x * (z - 1), z * y, z * (z - 1)], {1: [1, 1]}),
    "the three axes": ([x * y, y * z, x * z], {1: [1, 1, 1]}),
    # Sommese, Verschelde & Wampler, SIAM J. Numer. Anal. 38, 2022 (2001): a sphere, a twisted cubic, three lines, a point
    "the illustrative example": (
        [
            (y - x**2) * q * (x - half),
            (z - x**3) * q * (y - half),
            (y - x**2) * (z - x**3) * q * (z - half),
        ],
        {2: [2], 1: [1, 1, 1, 3]},
    ),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if "example" in name else []) for name in TEXTBOOK]
)
def test_textbook_varieties_fall_into_the_components_that_geometry_says(name: str, engine: PHCpack) -> None:
    equations, expected = TEXTBOOK[name]
    raw = engine.decompose(in_doubles(equations), 3, top=2, seed=1)
    found: dict[int, list[int]] = {}
    for c in raw.components:
        found.setdefault(c.dimension, []).append(len(c.points))
        assert len(c.slices) == c.dimension
        for point in c.points:  # its points are zeros, and on the slices
            values = [
                abs(sum(k * np.prod(np.array(point) ** np.array(e)) for k, e in f)) for f in in_doubles(equations)
            ]
            cuts = [abs(sum(k * np.prod(np.array(point) ** np.array(e)) for k, e in f)) for f in c.slices]
            assert max(values + cuts) < 1e-8
    assert {d: sorted(v) for d, v in found.items()} == expected
    if "point" in name or name == "the illustrative example":
        assert any(max(abs(c - 0.5) for c in p) < 1e-8 for p in raw.isolated)


def test_a_point_belongs_to_its_component_and_to_no_other(engine: PHCpack) -> None:
    equations = (x * y, x * (z - 1), z * y, z * (z - 1))  # {x = 0, z = 0} and {y = 0, z = 1}
    raw = engine.decompose(in_doubles(equations), 3, top=2, seed=1)
    on = [
        [belongs(engine, Witness(equations, c), p, 0) for c in raw.components]
        for p in ((0, 7, 0), (-3, 0, 1), (1, 1, 1))
    ]
    assert sorted(on[0]) == [False, True] and on[1] == on[0][::-1] and on[2] == [False, False]


@pytest.mark.parametrize("text", ["", "nothing", "| degrees of factors\n  1 |  0h 0m 0s  4ms | 2\nsum |"])
def test_an_output_that_stops_early_or_contradicts_itself_is_no_answer(text: str) -> None:
    with pytest.raises(WorkerSilent):
        read_decomposition(text, 2)


def test_a_top_dimension_of_zero_is_refused(engine: PHCpack) -> None:
    with pytest.raises(InputError, match="top dimension"):
        engine.decompose(in_doubles([x]), 3, top=0, seed=1)
    with pytest.raises(InputError, match="number of runs"):
        ho.stationary_sets(ps.expression("x^2 + y^2"), n_runs=0)


@pytest.mark.parametrize(
    ("potential", "mu"), [(x**3 + y**5 + z**2, 8), (x**2 * y + y**3 + z**4, 12), (x**2 + y**2 + z**2, 1)]
)
def test_phcpack_finds_the_milnor_number(potential: Any, mu: int, engine: PHCpack) -> None:
    """E8: 8; D4 times A3: 4 x 3 (Thom and Sebastiani); Morse: 1."""
    if find_phcpack().phcpy_path is None:
        pytest.skip("multiplicities need phcpy")
    equations = in_doubles([potential.diff(g) for g in (x, y, z)])
    assert engine.multiplicity(equations, (1e-9, 0j, -1e-9j)) == mu


def test_points_of_hypersurfaces() -> None:
    sphere = x**2 + y**2 + z**2 - 1
    assert len(on_a_line(sphere, 0)) == 2 and all(is_on(sphere, p) for p in on_a_line(sphere, 0))
    assert not is_on(sphere, (1, 0.01, 0))
    real = real_point_of_hypersurface(sphere, 0)
    assert real is not None and abs(sum(c.real**2 for c in real) - 1) < 1e-10
    assert real_point_of_hypersurface(sphere + 2, 0) is None
    assert distinct([(1 + 0j,), (1 + 1e-9j,), (2 + 0j,)]) == [(1 + 0j,), (2 + 0j,)]


def test_linear_equations_are_solved_exactly() -> None:
    dimension, point = linear_solutions([x + y - 1, 2 * x + 2 * y - 2, z - 3], 0)
    assert dimension == 1 and point is not None
    assert abs(point[0] + point[1] - 1) < 1e-12 and point[2] == 3
    assert linear_solutions([x + y - 1, x + y - 2], 0) == (-1, None)
    assert linear_solutions([x - 1, y - 2, z - 3], 0) == (0, (1, 2, 3))


# potential, {(dimension, degree): how many}, certified points by Morse index; all by hand
LANDSCAPES: dict[str, tuple[str, dict[tuple[int, int], int], dict[int, int]]] = {
    "brim": ("(x^2 + y^2 - 1)^2", {(1, 2): 1}, {2: 1}),
    "hyperbola": ("(x*y - 1)^2", {(1, 2): 1}, {1: 1}),
    "sphere of minima": ("(x^2 + y^2 + z^2 - 1)^2", {(2, 2): 1}, {3: 1}),
    "not reduced": ("(x^2 + y^2 - 1)^3", {(1, 2): 1}, {0: 1}),
    "coordinate planes": ("x^2*y^2*z^2", {(2, 1): 3}, {}),
    "a line": ("(x + y - 1)^4", {(1, 1): 1}, {}),
    # grad = 0: x y = 1 or x = y = 0, times z^3 = z/2: 3 hyperbolas and 3 points
    "three hyperbolas": ("(x*y - 1)^2 + z^4 - z^2", {(1, 2): 3}, {1: 2, 2: 1}),
    "three circles": ("(x^2 + y^2 - 1)^2 + (z^2 - 2)^2", {(1, 2): 3}, {2: 2, 3: 1}),
    "a saddle only": ("x^2 - y^2 + x^3", {}, {1: 1, 2: 1}),
}


@pytest.mark.parametrize("name", LANDSCAPES)
def test_landscapes_fall_into_the_sets_that_geometry_says(name: str, engine: PHCpack) -> None:
    potential, sets, indices = LANDSCAPES[name]
    found = ho.stationary_sets(ps.expression(potential))
    assert Counter((s.dimension, s.degree) for s in found.sets) == sets
    assert Counter(p.index for p in found.points) == indices
    assert found.is_decided and len(found.certificates) == sum(indices.values())
    assert all(s.reality is Verdict.YES for s in found.sets)
    assert found.dimension == max([d for d, _ in sets], default=0)


def test_an_unregularised_network_is_a_quadric_of_minima_and_the_origin(engine: PHCpack) -> None:
    """1-2-1, W2 W1 = c: grad V = s (W2 W1 - c) times the other layer, so the quadric in R^4 or W = 0 (index 2)."""
    found = ho.stationary_sets(ps.DeepLinear(widths=(1, 2, 1), data=([[1]], [[3]]), l2=0))
    (quadric,) = found.sets
    assert (quadric.dimension, quadric.degree) == (3, 2) and quadric.is_dimension_proved and quadric.is_degree_proved
    assert quadric.orbit_dimension == 3 and "GL(2)" in quadric.symmetry and quadric.reality is Verdict.YES
    assert quadric.energy == pytest.approx(0, abs=1e-9)
    assert [p.index for p in found.points] == [2] and found.points[0].is_origin
    assert "moved by the group GL(2)" in repr(found) and len(repr(found).splitlines()) <= 10


def test_scalar_l2_leaves_conics(engine: PHCpack) -> None:
    """1-2-1, X = 1, Y = 3, lambda = 1/4: W2 = e W1^T, e = +-1, with W1.W1 = e (3 - e lambda): the real circle and one
    without real points (e = -1 asks for W1.W1 = -3 - lambda); V = lambda^2/2 + lambda (3 - lambda), resp. lambda^2/2 -
    lambda (3 + lambda); and the origin with Hessian eigenvalues lambda +- 3, twice each."""
    found = ho.stationary_sets(ps.DeepLinear(widths=(1, 2, 1), data=([[1]], [[3]]), l2="1/4"))
    assert [(s.dimension, s.degree, s.orbit_dimension) for s in found.sets] == [(1, 2, 1)] * 2
    energies = {round(s.energy.real, 9): s.reality for s in found.sets if s.energy is not None}
    assert sorted(energies) == [round(1 / 32 - 13 / 16, 9), round(1 / 32 + 11 / 16, 9)]
    assert energies[round(1 / 32 + 11 / 16, 9)] is Verdict.YES
    assert energies[round(1 / 32 - 13 / 16, 9)] is not Verdict.YES
    assert [p.index for p in found.points] == [2]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_scalar_l2_of_two_by_two_networks_leaves_twelve_conics(engine: PHCpack) -> None:
    """2-2-2, X = 1, Y = diag(2, 1), l = 1/8. By hand: rank 1 needs a singular vector and (l + a.a)^2 = s^2 for the
    hidden vector a: 2 x 2 conics. Rank 2: W2 W1 = diag(2 -+ l, 1 -+ l), 4 sign choices, each one orbit of O(2), which
    has two components: 8 conics. A singular value s with sign e adds l^2/2 + e l (s - e l) to V, one that is not used
    s^2/2. Real are those with e = +1 throughout."""
    found = ho.stationary_sets(ps.DeepLinear((2, 2, 2), ([[1, 0], [0, 1]], [[2, 0], [0, 1]]), "1/8"), top=1, n_runs=1)
    assert [(s.dimension, s.degree, s.orbit_dimension) for s in found.sets] == [(1, 2, 1)] * 12
    part = {(s, e): 1 / 128 + e * (s - e / 8) / 8 if e else s**2 / 2 for s in (1, 2) for e in (-1, 0, 1)}
    expected = Counter(
        {round(part[1, a] + part[2, b], 7): 2 if a and b else 1 for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b}
    )
    assert Counter(round(s.energy.real, 7) for s in found.sets if s.energy is not None) == expected
    real = sorted(round(s.energy.real, 7) for s in found.sets if s.reality is Verdict.YES and s.energy is not None)
    possible = Counter({round(part[1, a] + part[2, b], 7): 2 if a and b else 1 for a, b in ((1, 1), (1, 0), (0, 1))})
    assert not Counter(real) - possible and len(real) >= 3
    assert [p.index for p in found.points] == [4]


def test_isolated_singular_points_stand_beside_sets_with_two_multiplicities(engine: PHCpack) -> None:
    """V = (x y - 1)^2 + z^3: at z = 0 the hyperbola, doubled by z^2 = 0, and the origin, a fold."""
    found = ho.stationary_sets(ps.expression("(x*y - 1)^2 + z^3"))
    point = next(s for s in found.sets if s.kind is ho.SetKind.ISOLATED)
    assert point.multiplicity == 2 and point.is_multiplicity_proved and point.exact == (0, 0, 0)
    if find_phcpack().phcpy_path is not None:
        assert point.phcpack_multiplicity == 2 and "PHCpack agrees" in str(point)
    assert [(s.dimension, s.degree) for s in found.sets] == [(1, 2), (0, None)] and not found.certificates


def test_one_unknown_has_points_only(engine: PHCpack) -> None:
    found = ho.stationary_sets(ps.expression("x^5/5 - x^4/4"))  # x^3 (x - 1)
    assert [(s.kind, s.multiplicity) for s in found.sets] == [(ho.SetKind.ISOLATED, 3)] and len(found.certificates) == 1


def test_the_command_prints_sets_and_writes_json(tmp_path: Any, engine: PHCpack) -> None:
    (tmp_path / "v.txt").write_text("variables: x y\n(x^2 + y^2 - 1)^2\n")
    run = CliRunner().invoke(app, ["sets", f"expression:{tmp_path / 'v.txt'}"])
    assert run.exit_code == 0 and "positive-dimensional: dimension 1 (proved), degree 2 (proved)" in run.stdout
    run = CliRunner().invoke(app, ["sets", f"expression:{tmp_path / 'v.txt'}", "--json", "-"])
    answer = json.loads(run.stdout)
    assert run.exit_code == 0 and answer["dimension"] == 1 and answer["agreed"] and answer["n_certified"] == 1
    (circle,) = answer["sets"]
    assert (circle["degree"], circle["real"], circle["orbit_dimension"]) == (2, "yes", 1)


def test_a_time_limit_is_kept(engine: PHCpack) -> None:
    with pytest.raises(ho.EngineTimeoutError):
        ho.stationary_sets(ps.DeepLinear(widths=(2, 2, 2), l2=0.1), time_limit=2)


def test_without_the_executable_the_error_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    if find_phcpack().phcpy_path is None:
        pytest.skip("needs phcpy without phc")
    monkeypatch.setenv("STATIONARY_PHC", "/nowhere/phc")
    with pytest.raises(ho.EngineMissingError, match="executable phc"):
        ho.stationary_sets(ps.expression("(x*y - 1)^2 + z^3"))
