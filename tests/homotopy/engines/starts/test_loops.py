"""Monodromy: its first pair, its loops, what they are worth, and solutions up to signs."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import polysys as ps
from homotopy.engines.starts import loops
from homotopy.engines.starts.family import place_on
from homotopy.engines.starts.loops import chance_of_one_missing, monodromy, seed_pair
from homotopy.engines.starts.sign_orbits import Orbits, may_be_repeated, repeated
from homotopy.engines.starts.start_set import make_start_set, stratum_equations
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import compile_homotopy
from polysys.tape import trace


def test_a_seed_pair_solves_its_equations():
    for label in ("layered-spin-glass:widths=2-3,degrees=2-1", "spherical-p-spin:n=3,p=2-3,field=0.3"):
        land = ps.model_from_label(label).sample(1)
        tape = land.parametric_tapes.equations

        def place(x, formulation=land.formulation):
            return place_on(formulation, (), x)

        p, x = seed_pair(tape, land.is_linear_parameter, land.domain.n, place, np.random.default_rng(1))
        assert max(abs(v) for v in tape.evaluate(list(x), list(p), float)) < 1e-12


def test_the_chance_of_overlooking_an_orbit_is_estimated_from_the_known_ones():
    """A loop overlooks a solution that it carries to itself or loses; as often as it does so with the known ones."""
    assert chance_of_one_missing(9, (0, 1, 4)) == pytest.approx(10 * 0.1 * 0.2 * 0.5)
    assert chance_of_one_missing(9, (30,)) == 1


@pytest.mark.parametrize(("n", "n_loops", "mobile"), [(8, 3, 0.5), (20, 2, 1.0), (6, 12, 0.5)])
def test_a_set_that_is_closed_under_its_loops_lacks_a_point_less_often_than_said(n, n_loops, mobile):
    """By simulation: the orbit of one of n points under permutations that move a part of them."""
    rng = np.random.default_rng(2)
    n_lacking, said = 0, 0.0
    for _ in range(2000):
        images = np.tile(np.arange(n), (n_loops, 1))
        for image in images:
            free = np.flatnonzero(rng.random(n) < mobile)
            image[free] = rng.permutation(free)
        known = np.zeros(n, bool)
        known[0] = True
        for _ in range(n):
            known[images[:, known].ravel()] = True
        n_lacking += known.sum() == n - 1
        if known.sum() >= n - 1:
            said += chance_of_one_missing(int(known.sum()), (images == np.arange(n))[:, known].sum(axis=1).tolist())
    assert 0 < n_lacking <= said < 8 * n_lacking


def test_orbits_are_found_whatever_their_order_and_signs():
    rng = np.random.default_rng(3)
    signs = np.array([[1, 1, 1], [-1, -1, 1], [1, -1, -1], [-1, 1, -1]], np.int8)
    x = rng.standard_normal((500, 3)) * 10.0 ** rng.integers(-3, 4, (500, 1)) + 1j * rng.standard_normal((500, 3))
    orbits = Orbits(signs)
    assert orbits.add(x).tolist() == list(range(500))
    order = rng.permutation(500)
    moved = x[order] * signs[rng.integers(0, 4, 500)] * (1 + 1e-9 * rng.standard_normal((500, 3)))
    assert orbits.find(moved).tolist() == order.tolist()
    assert (orbits.find(moved * [1, 1, -1]) == -1).all()  # not a symmetry
    assert (orbits.add(np.concatenate([moved, moved])) < 500).all() and len(orbits) == 500
    fresh = rng.standard_normal((2, 3)) + 0j
    assert orbits.add(np.concatenate([fresh, -fresh * signs[1] * [1, 1, -1], fresh * signs[2]])).tolist()[-2:] == [
        500,
        501,
    ]


def test_monodromy_matches_each_solution_once_along_each_edge():
    """Five edges between four members for two loops, another for the third, and at most two for each loop after that."""
    land = ps.model_from_label("deep-linear:widths=2-2-2,data=gaussian").sample(1)
    starts = make_start_set(land)
    s = starts.strata[-1]
    tape = stratum_equations(land, s.alive)
    found = monodromy(tape, land.is_linear_parameter, len(s.alive), s.signs, None, 7)
    assert len(found.solutions) == 48
    assert len(found.blind) >= 3 and found.n_unmoved == 0 and found.chance_of_one_missing < 1e-6
    assert found.n_paths <= 2 * len(found.blind) * 48 + 6 * found.n_lost
    fewer = monodromy(tape, land.is_linear_parameter, len(s.alive), s.signs, None, 7, chance=1.0)
    assert len(fewer.blind) == 2 and fewer.n_paths <= 5 * 48 + 6 * fewer.n_lost


def test_a_path_that_was_lost_closes_no_loop() -> None:
    """The first edge of a loop loses its path, and its second edge knows one solution: there is no row of the lost one to look up."""
    tape = trace(lambda x, p: [x[0] ** 2 - p[0]], 1, 1)
    graph = loops._Graph(compile_homotopy(tape), np.ones((1, 1), np.int8), 0, TrackerOptions(), None)
    for a in (1.0, 4.0, 9.0):
        graph.add_member(np.array([a + 0j]))
        graph.members[-1].add(np.array([[np.sqrt(a) + 0j]]))
    graph.edges = [(0, 1), (0, 2), (1, 2)]
    graph._partner = {(0, 1): np.array([loops._LOST]), (0, 2): np.array([0]), (1, 2): np.array([0])}
    assert [moved.tolist() for moved in graph.moves()] == [[False]]


def test_a_family_whose_only_member_with_solutions_in_the_torus_is_zero_has_none_there(monkeypatch):
    """a x^3 y + b y^3 z + c z^3 x; and paths that are lost whatever the way are taken along three bends and no more."""
    land = ps.expression("x^3*y + y^3*z + z^3*x").sample()
    starts = make_start_set(land)
    assert starts is not None and starts.n_solutions == 1  # the origin
    bends, carry = [], loops._Graph.carry

    def counted(graph, i, j, bend=None):
        bends.extend([(id(graph), i, j)] if bend is not None else [])
        carry(graph, i, j, bend)

    monkeypatch.setattr(loops._Graph, "carry", counted)
    tape = stratum_equations(land, (0, 1, 2))
    monodromy(tape, land.is_linear_parameter, 3, np.ones((1, 3), np.int8), None, 0, chance=1e-4)
    assert bends and max(map(bends.count, bends)) <= loops._BENDS


@given(st.integers(0, 10**6), st.booleans())
def test_sets_of_points_without_mirror_images_are_passed_over_and_no_others(seed: int, has_image: bool) -> None:
    rng = np.random.default_rng(seed)
    signs = np.array(list(itertools.product([1, -1], repeat=3)), np.int8)
    x = rng.standard_normal((2, 6, 3)) + 1j * rng.standard_normal((2, 6, 3))
    is_point = rng.random((2, 6)) < 0.8
    if has_image:
        x[1, 4] = x[1, 2] * signs[rng.integers(8)] * (1 + 1e-9)
    is_repeated = [repeated(points, signs, p).any() for points, p in zip(x, is_point, strict=True)]
    assert is_repeated == [False, has_image and is_point[1, [2, 4]].all()]
    assert (may_be_repeated(x, is_point) >= is_repeated).all()
