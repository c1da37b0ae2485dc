"""Minima as a set of points: symmetry, the uniform null, curvatures."""

import numpy as np
import pytest
from scipy import stats

import homotopy as ho
import polysys as ps
from homotopy.graphs.clustering import clustering, uniform_like
from homotopy.graphs.overlaps import distances, distinct, overlaps, symmetries
from polysys.errors import InputError

LANDSCAPES = {
    "p-spin": ps.SphericalPSpin(n=4, p=4).sample(3),
    "mixed": ps.SphericalPSpin(n=3, p=(2, 3), field="1/3").sample(2),
    "layered": ps.LayeredSpinGlass(widths=(2, 3, 2)).sample(1),
    "deep-linear": ps.DeepLinear(widths=(2, 2, 2), data=([[1, 2], [0, 1]], [[4, 1], [2, -3]]), l2="random").sample(5),
    "polynomial": ps.PolynomialNetwork(widths=(1, 2, 1), data=([[1, 2]], [[2, -3]]), l2="random").sample(5),
}


@pytest.fixture(scope="module", params=LANDSCAPES, ids=list(LANDSCAPES))
def found(request):
    return ho.census(LANDSCAPES[request.param])


def points_of(census, index=None):
    chosen = [p for p in census.points if index is None or p.index == index]
    return np.array([[float(c.mid()) for c in p.coordinates] for p in chosen]).reshape(-1, census.landscape.domain.n)


def test_distinct_minima_are_the_orbits_of_the_census(found):
    """The census counts orbits by exact permutation of certified boxes; on spheres points of a solution are not all equivalent."""
    minima = [p for p in found.points if p.index == 0]
    group = symmetries(found.landscape)
    assert group.order == found.landscape.symmetry.order
    number = len(distinct(points_of(found, 0), group))
    exact = {
        frozenset(tuple(round(float(v), 6) + 0.0 for v in g.apply([float(c.mid()) for c in p.coordinates]))
        for g in found.landscape.symmetry.elements())
        for p in minima
    }  # fmt: skip
    assert number == len(exact)
    if found.landscape.domain.is_euclidean:
        assert number == len({p.orbit for p in minima})


def test_overlaps_of_layers_are_over_pairs_of_flips():
    group = symmetries(LANDSCAPES["layered"])
    rng = np.random.default_rng(1)
    x = uniform_like(np.ones((2, 7)), LANDSCAPES["layered"].domain.slices, rng)
    parts = np.array([x[0, s] @ x[1, s] for s in LANDSCAPES["layered"].domain.slices])
    best = np.abs(parts).sum()
    if np.prod(np.sign(parts)) < 0:
        best -= 2 * np.abs(parts).min()
    assert overlaps(x, group)[0, 1] == pytest.approx(best / 7)
    flipped = x * np.array([-1, -1, 1, 1, 1, -1, -1])
    assert overlaps(np.vstack([x[0], flipped[0]]), group)[0, 1] == pytest.approx(1)
    assert distances(np.vstack([x[0], flipped[0]]), group).max() < 1e-7
    assert distinct(np.vstack([x, flipped]), group).tolist() == [0, 1]


def test_the_uniform_null_is_uniform_and_its_p_values_too():
    """Points that are uniform must look it: p-values against the uniform distribution, and E q^2 = 1/n."""
    rng = np.random.default_rng(2)
    group = symmetries(ps.SphericalPSpin(n=4, p=3).sample(1))
    like = uniform_like(np.full((20_000, 4), 1.0), [slice(0, 4)], rng)
    assert np.allclose((like**2).sum(axis=1), 4)
    assert (like[::2] * like[1::2]).sum(axis=1).var() / 16 == pytest.approx(1 / 4, abs=0.01)
    drawn = [clustering(uniform_like(np.ones((5, 4)), [slice(0, 4)], rng), group, seed=k, draws=49) for k in range(100)]
    assert stats.kstest([c.p_value for c in drawn], "uniform").pvalue > 0.01
    for deviations in ([c.nearest_ratio - 1 for c in drawn], [c.overlap - c.null_overlap for c in drawn]):
        assert abs(np.mean(deviations)) < 4 * stats.sem(deviations)


def test_clustered_and_repelled_points_are_told_apart():
    group = symmetries(ps.SphericalPSpin(n=3, p=3).sample(1))
    rng = np.random.default_rng(3)
    close = np.array([1.0, 0, 0]) + 0.1 * rng.standard_normal((6, 3))
    apart = np.vstack([np.eye(3), -np.eye(3)])
    assert clustering(close, group).p_value < 0.01 and clustering(close, group).nearest_ratio < 0.5
    assert clustering(apart, group).p_value > 0.99 and clustering(apart, group).nearest_ratio > 1.5
    assert clustering(close, group) == clustering(close, group)


def test_too_few_minima_have_no_clustering():
    group = symmetries(LANDSCAPES["polynomial"])
    n = LANDSCAPES["polynomial"].domain.n
    x = np.ones(n)
    assert clustering(np.zeros((0, n)), group) is None
    assert clustering(np.vstack([x, np.zeros(n)]), group) is None  # the origin has no direction
    assert clustering(np.vstack([x, group.signs[-1] * x]), group) is None  # mirror images are one minimum


def test_too_many_symmetries_are_refused():
    net = ps.DeepLinear(widths=(1, *(2,) * 6, 1), data=([[1]], [[1]]), l2=1)
    with pytest.raises(InputError, match="symmetries"):
        symmetries(net.sample())
