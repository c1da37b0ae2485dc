"""Censuses of landscapes whose stationary points are known in closed form: no engine is needed to make them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np

import polysys as ps
from homotopy.certification.zeros import certify
from homotopy.counting.count import assemble
from homotopy.counting.result import Census
from homotopy.solving.result import PathAccount, SolveReport
from homotopy.status import StartCount
from polysys.counts.of_landscape import upper_bounds
from polysys.landscape import Landscape
from polysys.models.labels import model_from_label

Solutions = Sequence[Sequence[complex]]


def report_of(land: Landscape, solutions: Solutions, n_at_infinity: int = 0, digits: int = 30) -> SolveReport:
    """What an engine would report that tracked one path to each of these solutions and some to infinity."""
    certified = certify(land.tapes, solutions, digits=digits)
    return SolveReport(
        certificates=certified.certificates,
        paths=PathAccount(len(solutions) + n_at_infinity, len(certified.certificates), at_infinity=n_at_infinity),
        n_beyond_paths=0,
        singular_ends=(),
        n_entangled=certified.n_entangled,
        engine="by hand",
        engine_version="0",
        start="closed form",
        precision="d",
        transport="none",
        root_count=len(solutions) + n_at_infinity,
        root_count_kind=StartCount.MIXED_VOLUME,
        solver_seed=0,
        gamma=1 + 0j,
        rounds=1,
        attempts=(),
        seconds=0.0,
    )


def census_of(land: Landscape, solutions: Solutions, n_at_infinity: int = 0) -> Census:
    """The census of a landscape with these solutions."""
    return census_from(land, report_of(land, solutions, n_at_infinity))


def census_from(land: Landscape, solved: SolveReport) -> Census:
    """The census that follows from a solve."""
    found = assemble(land, solved, tuple(upper_bounds(land)), 0.0)
    return replace(found, run=replace(found.run, seconds=0.0))  # the same bytes each time


def without(solved: SolveReport, removed: Sequence[int]) -> SolveReport:
    """The same solve, had the paths to some of its solutions been lost."""
    kept = solved.certificates.take([k for k in range(len(solved.certificates)) if k not in set(removed)])
    n = len(solved.certificates) - len(kept)
    paths = replace(solved.paths, regular=solved.paths.regular - n, failed=solved.paths.failed + n)
    return replace(solved, certificates=kept, paths=paths)


def double_well() -> Census:
    """V = x^4/4 - x^2/2 + y^2/2: minima at x = -1 and 1, a saddle at 0."""
    return census_of(ps.expression("x^4/4 - x^2/2 + y^2/2").sample(), [[-1, 0], [0, 0], [1, 0]])


def fifth_roots() -> Census:
    """V = x^5/5 - x + y^2: two real and two non-real solutions."""
    return census_of(ps.expression("x^5/5 - x + y^2").sample(), [[1, 0], [-1, 0], [1j, 0], [-1j, 0]])


def rotated_network() -> Census:
    """The network 1-1-1 in the coordinates x = (w + v)/2, y = (w - v)/2: five solutions, and no bound below nine."""
    land = ps.expression("3/2*(x+y)^2*(x-y)^2 - (x+y)*(x-y) + 1/6*(x+y)^2 + 3/10*(x-y)^2").sample()
    known = chain_of_two(Fraction(3), Fraction(1), Fraction(1, 3), Fraction(3, 5))
    return census_of(land, [[(w + v) / 2, (w - v) / 2] for w, v in known], 4)


def circle_with_field() -> Census:
    """V = x^2 + y on the unit circle, in the Lagrange formulation: four real solutions."""
    s = sqrt(3) / 2
    land = ps.expression("x^2 + y", "sphere").sample()
    return census_of(land, [[0, 1, 1], [0, -1, -1], [s, 0.5, 2], [-s, 0.5, 2]])


def matrix_glass(seed: int = 3) -> Census:
    """A spherical 2-spin glass: the eigenvectors of a symmetric matrix."""
    land = model_from_label("spherical-p-spin:n=3,p=2").sample(seed)
    return census_of(land, eigenvector_solutions(land))


def eigenvector_solutions(land: Landscape) -> list[list[complex]]:
    """Solutions of the projective formulation of a quadratic form on one sphere, from numpy."""
    values, vectors = np.linalg.eigh(hessian(land))
    chart = np.array([float(a) for a in land.formulation.charts[0]])
    return [[*(v / (chart @ v)).tolist(), float(mu)] for mu, v in zip(values, vectors.T, strict=True)]


def hessian(land: Landscape) -> Any:
    """The constant Hessian of a quadratic potential."""
    n = land.domain.n
    matrix = np.zeros((n, n))
    for exponents, c in land.potential.terms():
        i, j = [k for k, e in enumerate(exponents) for _ in range(e)]
        matrix[i, j] += float(c)
        matrix[j, i] += float(c)
    return matrix


def singular_vectors() -> Census:
    """An explicit 2 x 2 matrix as a layered glass: no seed, so its file is read from the text alone."""
    matrix = np.array([[1.0, 2.0], [3.0, 5.0]])
    land = ps.LayeredSpinGlass((2, 2)).from_tensor(matrix)
    u, _, vt = np.linalg.svd(matrix)
    charts = [np.array([float(a) for a in chart]) for chart in land.formulation.charts]
    solutions = []
    for k in range(2):
        x, y = u[:, k] / (charts[0] @ u[:, k]), vt[k] / (charts[1] @ vt[k])
        mu = [(matrix @ y) @ x / (x @ x), (matrix.T @ x) @ y / (y @ y)]
        solutions.append([*x.tolist(), *y.tolist(), *mu])
    return census_of(land, solutions)


def chain_of_two(xx: Fraction, yx: Fraction, l1: Fraction, l2: Fraction) -> list[list[complex]]:
    """All solutions of xx w^2 v^2 / 2 - yx w v + (l1 w^2 + l2 v^2) / 2, the network 1-1-1.

    w dV/dw = v dV/dv gives l1 w^2 = l2 v^2, so v = s sqrt(l1/l2) w with a sign s, and then xx w v - yx = -s sqrt(l1 l2).
    """
    solutions: list[list[complex]] = [[0, 0]]
    for s in (1, -1):
        product = (float(yx) - s * sqrt(l1 * l2)) / float(xx)
        w = np.sqrt(complex(product * s / sqrt(l1 / l2)))
        solutions += [[sign * w, sign * s * sqrt(l1 / l2) * w] for sign in (1, -1)]
    return solutions


def network(seed: int = 1) -> Census:
    """A deep linear network 1-1-1 drawn from its label: five solutions."""
    land = model_from_label("deep-linear:widths=1-1-1,data=gaussian,m=1").sample(seed)
    c = land.couplings
    return census_of(land, chain_of_two(c["XX"][0, 0], c["YX"][0, 0], c["l2"][0], c["l2"][1]))


def network_from_arrays() -> Census:
    """The same network with data given as arrays: its label cannot be drawn again."""
    land = ps.DeepLinear((1, 1, 1), data=([["3/2"]], [["2"]]), l2=["1/3", "1/5"]).sample()
    c = land.couplings
    return census_of(land, chain_of_two(c["XX"][0, 0], c["YX"][0, 0], c["l2"][0], c["l2"][1]))


FORMULATIONS: dict[str, Callable[[], Census]] = {
    "euclidean": double_well,
    "euclidean, non-real": fifth_roots,
    "euclidean, not proved": rotated_network,
    "lagrange": circle_with_field,
    "projective": matrix_glass,
    "projective, explicit couplings": singular_vectors,
    "network": network,
    "network from arrays": network_from_arrays,
}
