"""Curvatures of stationary points: their index, their determinant, and what does not depend on units."""

import numpy as np
import pytest

import homotopy as ho
import polysys as ps
from homotopy.certification.hessian import log_abs_det_hessian
from homotopy.studies.measures.minima_of_samples import curvatures, log_scale

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


def test_curvatures_have_the_proved_index_and_the_proved_determinant(found):
    """Against verified inertia and a determinant of the bordered Hessian in balls, both written without eigenvalues."""
    points = points_of(found)
    values = curvatures(found.landscape, points)
    assert values.shape == (len(points), found.landscape.domain.dimension)
    assert ((values < 0).sum(axis=1) == [p.index for p in found.points]).all()
    log_dets = [log_abs_det_hessian(found.landscape, found.certificates[p.solution]) for p in found.points]
    assert np.log(np.abs(values)).sum(axis=1) == pytest.approx([float(b.mid()) for b in log_dets], rel=1e-9, abs=1e-9)


def test_scale_free_width_does_not_depend_on_units():
    """V -> 7 V and x -> x / 3."""
    here = ho.census(ps.expression("x^4/4 - x^2/2 + x*y/5 + 3*y^2/2").sample())
    there = ho.census(ps.expression("7*((3*x)^4/4 - (3*x)^2/2 + 9*x*y/5 + 27*y^2/2)").sample())
    widths = []
    for census in (here, there):
        every = curvatures(census.landscape, points_of(census))
        minima = curvatures(census.landscape, points_of(census, 0))
        widths.append(np.log(minima).mean(axis=1) - log_scale(every))
        assert len(minima) == 2
    assert widths[0] == pytest.approx(widths[1], abs=1e-9)
