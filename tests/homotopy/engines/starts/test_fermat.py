"""The Fermat start: as many solutions as a generic form has eigenvectors, all of them regular."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import polysys as ps
from homotopy.engines.starts.fermat import fermat_start, has_fermat_start
from polysys.counts import cartwright_sturmfels
from polysys.formulations.formulation import Formulation

SIZES = [(n, p) for n in range(1, 5) for p in range(1, 6) if (n, p) not in ((4, 5),)] + [(2, 9), (6, 3)]


def formulation(n: int, p: int) -> Formulation:
    form = "+".join(f"{i + 2}*x{i}^{p}" for i in range(n))
    return ps.expression(form, "sphere").sample().formulation


def value(polynomial, x: np.ndarray) -> complex:
    return sum(c * np.prod(x ** np.array(e)) for c, e in polynomial)


def jacobian(polynomials, x: np.ndarray) -> np.ndarray:
    rows = []
    for polynomial in polynomials:
        row = np.zeros(len(x), dtype=complex)
        for c, e in polynomial:
            for k, power in enumerate(e):
                if power:
                    lower = np.array(e) - np.eye(len(x), dtype=int)[k]
                    row[k] += c * power * np.prod(x**lower)
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize(("n", "p"), SIZES)
def test_the_fermat_form_has_as_many_eigenvectors_as_a_generic_form(n: int, p: int) -> None:
    """Cartwright & Sturmfels, Linear Algebra Appl. 438 (2013) 942, section 2."""
    _, solutions = fermat_start(formulation(n, p), seed=1)
    assert len(solutions) == cartwright_sturmfels(n, p).value


@pytest.mark.parametrize(("n", "p"), SIZES)
def test_every_start_solution_solves_the_start_system(n: int, p: int) -> None:
    polynomials, solutions = fermat_start(formulation(n, p), seed=1)
    assert len(polynomials) == n + 1
    for solution in solutions:
        x = np.array(solution)
        size = 1 + np.abs(x).max() ** max(p - 1, 2)
        assert max(abs(value(f, x)) for f in polynomials) < 1e-11 * size


@pytest.mark.parametrize(("n", "p"), [(n, p) for n, p in SIZES if cartwright_sturmfels(n, p).value <= 90])
def test_every_start_solution_is_regular_and_they_are_distinct(n: int, p: int) -> None:
    polynomials, solutions = fermat_start(formulation(n, p), seed=1)
    points = [np.array(s) for s in solutions]
    for x in points:
        matrix = jacobian(polynomials, x)
        row_scale = np.abs(matrix).max(axis=1, keepdims=True)
        column_scale = np.abs(matrix / row_scale).max(axis=0)
        assert np.linalg.cond(matrix / row_scale / column_scale) < 1e6
    for a, b in combinations(points, 2):
        assert np.abs(a - b).max() > 1e-6 * (1 + np.abs(a).max())


def test_another_seed_gives_another_start_and_the_same_seed_the_same() -> None:
    first, again, other = (fermat_start(formulation(3, 3), seed) for seed in (1, 1, 2))
    assert first[0] == again[0] and np.array_equal(first[1], again[1])
    assert first[0] != other[0]


def test_the_chart_is_that_of_the_formulation() -> None:
    f = formulation(3, 4)
    polynomials, solutions = fermat_start(f, seed=5)
    chart = np.array([float(a) for a in f.charts[0]])
    for solution in solutions:
        assert chart @ np.array(solution[:3]) == pytest.approx(1)
    assert len(polynomials[-1]) == 4


@pytest.mark.parametrize(
    ("potential", "domain", "expected"),
    [
        ("x^3 + x*y^2", "sphere", True),
        ("x^3 + x*y", "sphere", False),
        ("x^3 + x*y^2", "euclidean", False),
        ("x*a + 2*y*b", "spheres 2-2", False),
    ],
)
def test_only_a_form_on_one_sphere_has_a_fermat_start(potential: str, domain: str, expected: bool) -> None:
    assert has_fermat_start(ps.expression(potential, domain).sample().formulation) is expected
