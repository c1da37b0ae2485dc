"""The Morse complex over Z2: worked out by hand where the flows are known, against the homology of the domain elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.status import Verdict
from tests import systems


def outcomes(c):
    return {e.name: e.outcome for e in c.checks}


def complex_of(what, **choices):
    return ho.morse_complex(ho.graph(ho.census(what, **choices)))


def test_a_ring_of_saddles_around_a_maximum():
    """Himmelblau: each saddle leads up to the one maximum and to infinity, and down to two of four minima in a ring."""
    c = complex_of(systems.HIMMELBLAU.landscape())
    assert c.boundaries[2].tolist() == [[1]] * 4 and c.boundaries[1].sum(axis=0).tolist() == [2] * 4
    assert c.boundaries[1].sum(axis=1).tolist() == [2] * 4 and dict(c.betti) == {0: 1, 1: 0, 2: 0}
    assert c.is_complete and set(outcomes(c).values()) == {Verdict.YES}


def test_the_circle_has_a_loop():
    """x y on the circle: two minima, two maxima (index 1), each leading down both ways."""
    c = complex_of(ps.expression("x*y", ps.Sphere(2)))
    assert c.boundaries[1].tolist() == [[1, 1], [1, 1]] and dict(c.betti) == {0: 1, 1: 1}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("label", ["spherical-p-spin:n=3,p=3", "spherical-p-spin:n=3,p=4"])
def test_glasses_on_the_sphere_have_its_homology(label, seed):
    c = complex_of(label, seed=seed)
    assert dict(c.betti) == {0: 1, 1: 0, 2: 1} and set(outcomes(c).values()) == {Verdict.YES}


def test_the_torus_has_its_homology():
    """A layered glass with two circles: b = 1, 2, 1."""
    c = complex_of("layered-spin-glass:widths=2-2,degrees=2-1", seed=2)
    assert dict(c.betti) == {0: 1, 1: 2, 2: 1} and c.is_complete and outcomes(c)["homology"] is Verdict.YES


def test_maps_that_no_curve_finds_are_named():
    c = complex_of("spherical-p-spin:n=4,p=3", seed=1)
    assert [k for k, _ in c.missing] == [2] and dict(c.betti) == {0: 1, 3: 1} and not c.is_complete
    assert outcomes(c) == {"d d = 0": Verdict.UNDECIDED, "homology": Verdict.YES} and "missing    d_2" in repr(c)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_deleted_point_is_noticed(index):
    census = ho.census("spherical-p-spin:n=3,p=4", seed=3)
    gone = next(p for p in census.points if p.index == index)
    c = ho.morse_complex(ho.graph(replace(census, points=tuple(p for p in census.points if p is not gone))))
    assert c.is_contradicted or not c.is_complete


def test_a_flow_into_a_saddle_leaves_the_map_undefined():
    c = complex_of(ps.expression("(x^4/4 - x^2/2 + x/9) + (1/2 - x)*y^2 + y^4/4"))
    assert 1 not in c.boundaries and "at a saddle" in dict(c.missing)[1] and not c.is_contradicted


def test_the_summary_lists_the_boundaries():
    c = complex_of(ps.expression("x^4/4 - x^2/2"))
    assert c.summary()["boundaries"] == {"1": [[0, 2], [1, 2]]} and c.summary()["betti"] == {"0": 1, "1": 0}
    assert all(isinstance(d, np.ndarray) for d in c.boundaries.values())
