"""Ising spins and their continuous companions: proved counts, and minima that are the states no flip lowers."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.graphs.disconnectivity import escape_barriers
from polysys.errors import InputError


def states(census, n):
    """Numbers of the vertices that the minima of a census lie at."""
    signs = [[p.coordinates[k].mid() for k in range(0, 2 * n, 2)] for p in census.minima]
    assert all(abs(abs(float(c)) - 1) < 1e-9 for row in signs for c in row)
    return sorted(sum((float(c) < 0) << i for i, c in enumerate(row)) for row in signs)


def four_spins(seed):
    """Their census without a start set, whose making takes twenty times as long as the paths of PHCpack."""
    return ho.census(ps.TorusIsing(4, field=1), seed=seed, engine="phcpack")


@pytest.mark.parametrize(("n", "known"), [(3, 40), pytest.param(4, 192, marks=pytest.mark.phcpack)])
def test_the_ising_torus_is_counted_and_proved(n, known):
    census = four_spins(1) if n == 4 else ho.census(ps.TorusIsing(n, field=1), seed=1)
    assert (census.n_complex, census.completeness.verdict) == (known, ho.Completeness.PROVED)
    space = ho.weight_space(ps.Ising(n, field=1), seed=1)
    assert states(census, n) == space.stable.states.tolist()
    lowest = float(census.points[0].energy.mid())
    assert lowest == pytest.approx(space.costs.min() * space.unit)
    exact = ho.torus_points(space)
    assert exact.by_index == tuple(census.by_index.values()) and (exact.n_complex, exact.n_real) == (
        known,
        census.n_real,
    )
    energies = np.sort([float(p.energy.mid()) for p in census.points])
    assert np.sort(np.concatenate(exact.energies)) == pytest.approx(energies, abs=1e-8)
    # at most those under single flips: the energy is affine while one spin turns
    escape = {m: b for m, b in escape_barriers(ho.graph(census)).items() if b < np.inf}
    flips = sorted(space.tree.escape_barriers[1:] * space.unit)
    assert len(escape) == len(flips) and all(a <= b + 1e-9 for a, b in zip(sorted(escape.values()), flips, strict=True))
    barriers = ho.torus_barriers(space)
    assert sorted(barriers.torus[1:]) == pytest.approx(sorted(escape.values()), abs=1e-7)
    assert barriers.flips[1:] == pytest.approx(space.tree.escape_barriers[1:] * space.unit)


def test_soft_spins_are_counted_and_proved():
    census = ho.census(ps.SoftIsing(4, field=1), seed=1)
    assert (census.n_complex, census.completeness.verdict) == (81, ho.Completeness.PROVED)


@pytest.mark.parametrize(("t", "known"), [("1/4", 9), ("-2/5", 9), ("3/5", 5), ("-9/10", 5), ("5/4", 3), ("-2", 3)])
def test_two_soft_spins(t, known):
    """For J = t a: nine real points for |t| < 1/2, five up to |t| = 1, three beyond."""
    census = ho.census(ps.SoftIsing(2, couplings=[[0, t], [t, 0]]))
    assert (census.n_real, census.n_complex, census.completeness.verdict) == (known, 9, ho.Completeness.PROVED)


def faces(j, h):
    """All real stationary points of the torus: signs of the spins at +-1, values of the free ones; one linear system each."""
    n = h.size
    for size in range(n + 1):
        for free in combinations(range(n), size):
            fixed = [i for i in range(n) if i not in free]
            signs = 1 - 2 * ((np.arange(1 << len(fixed))[:, None] >> np.arange(len(fixed))) & 1)
            x = np.zeros((len(signs), n))
            x[:, fixed] = signs
            if size == 1:
                continue  # 0 x = field: none
            if size:
                right = -(h[list(free)] + x @ j[:, free])
                x[:, free] = np.linalg.solve(j[np.ix_(free, free)], right.T).T
            yield list(free), x[(np.abs(x) <= 1).all(axis=1)]


def test_minima_of_the_torus_are_the_states_that_no_flip_lowers_in_80_samples():
    n = 8
    upper = np.triu_indices(n, 1)
    for index in range(80):
        space = ho.weight_space(ps.Ising(n, field="1/2"), seed=11, index=index)
        couplings = ps.TorusIsing(n, field="1/2").sample(11, index).couplings
        j = np.zeros((n, n))
        j[upper] = couplings["J"].astype(float)
        j, h = j + j.T, couplings["field"].astype(float)
        minima, n_points = [], 0
        for free, x in faces(j, h):
            n_points += len(x) << len(free)
            slope = x @ j + h
            if not free:
                minima += [sum(int(s < 0) << i for i, s in enumerate(row)) for row in x[(x * slope > 0).all(axis=1)]]
                continue
            y = np.sqrt(1 - x[:, free] ** 2)
            hessian = -j[np.ix_(free, free)] * y[:, :, None] * y[:, None, :]  # zero on the diagonal: no minimum
            assert (np.linalg.eigvalsh(hessian)[:, 0] < -1e-12).all()
        assert sorted(minima) == space.stable.states.tolist()
        if index % 20 == 0:
            check_against_faces(space, n_points)


def check_against_faces(space, n_points):
    """The exact count against numerical solutions of the same faces, Morse's inequalities and the Euler characteristic."""
    exact, n = ho.torus_points(space), space.n_weights
    assert exact.n_real == n_points and exact.euler_characteristic == 0
    assert all(found >= comb(n, k) for k, found in enumerate(exact.by_index))  # the Betti numbers of a torus
    assert exact.energies[0] == pytest.approx(np.sort(space.stable.costs) * space.unit)
    assert len(repr(exact).splitlines()) <= 10


def test_torus_points_that_are_not_isolated_or_too_many_are_refused():
    flat = ps.Ising(3, [[0, 1, 1], [1, 0, 1], [1, 1, 0]]).sample()
    with pytest.raises(ps.PositiveDimensionalError):  # two neighbours that disagree leave the third without a field
        ho.torus_points(flat)
    for space in (ps.Ising(13).sample(1), ps.BinaryNetwork(widths=(3, 1), m=2).sample(1)):
        with pytest.raises(ps.InputError):
            ho.torus_points(space)


def test_steep_soft_spins_have_a_minimum_at_every_vertex():
    census = ho.census(ps.SoftIsing(3, steepness=40, field=1), seed=2)
    assert census.n_minima == 8 and census.n_real == 27
    flat = ho.census(ps.SoftIsing(3, steepness="1/10", field=1), seed=2)
    assert flat.n_minima < 8


@pytest.mark.phcpack
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_barriers_on_the_torus_are_those_of_the_graph_of_its_census(seed):
    space = ho.weight_space(ps.Ising(4, field=1), seed=seed)
    every = escape_barriers(ho.graph(four_spins(seed)))
    escape = {m: b for m, b in every.items() if b < np.inf}
    assert sorted(ho.torus_barriers(space).torus[1:]) == pytest.approx(sorted(escape.values()), abs=1e-7)


def test_barriers_on_the_torus_are_at_most_those_of_single_flips():
    for index in range(20):
        found = ho.torus_barriers(ho.weight_space(ps.Ising(7, field="1/2"), seed=3, index=index))
        assert found.minima.size == 1 or (found.torus[1:] > 0).all()
        assert (found.torus[1:] <= found.flips[1:] * (1 + 1e-12)).all()
    with pytest.raises(InputError, match="12 Ising spins"):
        ho.torus_barriers(ho.weight_space("binary-network:widths=5-1,m=2", seed=1))
