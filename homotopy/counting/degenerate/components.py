"""Points on components of solution sets: on hypersurfaces, real ones, and which component a point belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq, fmpq_mat

from polysys.errors import PolysysError
from polysys.landscape import Landscape

if TYPE_CHECKING:  # so that importing the package loads no engine
    from homotopy.engines.phcpack.client import Component, PHCpack, Polynomials

Point = tuple[complex, ...]
_REAL_STARTS = 60  # real points are looked for from so many random starts
_OFF = 1e-6  # a point further than this (relative to its size) from a set is not on it


@dataclass(frozen=True, slots=True)
class Witness:
    """A component with the equations on whose solution set it was found (polynomials)."""

    equations: tuple[Any, ...]
    component: Component


def in_doubles(polynomials: Sequence[Any]) -> Polynomials:
    """Equations for PHCpack, each with a largest coefficient of one."""
    result: list[list[tuple[complex, tuple[int, ...]]]] = []
    for f in polynomials:
        terms = [(tuple(e), Fraction(int(c.numerator), int(c.denominator))) for e, c in f.terms()]
        largest = max(abs(c) for _, c in terms)
        result.append([(complex(float(c / largest)), e) for e, c in terms])
    return result


def value(f: Any, x: Sequence[complex]) -> complex:
    """A polynomial at a point, in doubles."""
    total = 0j
    for exponents, c in f.terms():
        term = complex(float(Fraction(int(c.numerator), int(c.denominator))))
        for xi, e in zip(x, exponents, strict=True):
            term *= xi ** int(e)
        total += term
    return total


def rank(polynomials: Sequence[Any], x: Sequence[complex]) -> int:
    """Numerical rank of the Jacobian of some polynomials at a point."""
    rows = []
    for f in polynomials:
        row = [value(f.diff(v), x) for v in f.ring.gens]
        size = max(map(abs, row)) or 1.0
        rows.append([c / size if size > 1e-9 else 0j for c in row])
    values = np.linalg.svd(np.array(rows), compute_uv=False)
    return int((values > 1e-6 * max(float(values[0]), 1e-300)).sum())


def is_on(f: Any, x: Sequence[complex]) -> bool:
    """Whether a point is on a hypersurface to a few digits: the distance is about |f| / |grad f|."""
    slope = max(abs(value(f.diff(v), x)) for v in f.ring.gens)
    return abs(value(f, x)) <= _OFF * max(slope, _OFF) * (1 + max(map(abs, x)))


def distinct(points: Sequence[Point], tolerance: float = 1e-6) -> list[Point]:
    """The points without those that are near an earlier one."""
    kept: list[Point] = []
    for x in points:
        size = 1 + max(map(abs, x))
        if all(max(abs(a - b) for a, b in zip(x, y, strict=True)) > tolerance * size for y in kept):
            kept.append(x)
    return kept


def on_a_line(f: Any, seed: int, is_real: bool = False) -> tuple[Point, ...]:
    """The points of a hypersurface on a random line, complex or real."""
    n = f.ring.ngens
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x11E5,)))
    a, b = rng.standard_normal((2, n)) + 1j * (0 if is_real else 1) * rng.standard_normal((2, n))
    total = np.poly1d([0.0])
    for exponents, c in f.terms():
        term = np.poly1d([float(Fraction(int(c.numerator), int(c.denominator)))])
        for ai, bi, e in zip(a, b, exponents, strict=True):
            term = term * np.poly1d([bi, ai]) ** int(e)
        total = total + term
    return tuple(tuple((a + t * b).tolist()) for t in total.roots)


def real_point_of_hypersurface(f: Any, seed: int) -> Point | None:
    """A real point of a hypersurface that a random real line crosses; None if none of a hundred does."""
    for k in range(100):
        for x in on_a_line(f, seed + k, is_real=True):
            if max(abs(z.imag) for z in x) < 1e-10 * (1 + max(map(abs, x))):
                return tuple(complex(z.real) for z in x)
    return None


def linear_solutions(equations: Sequence[Any], seed: int) -> tuple[int, Point | None]:
    """Dimension of the solution set of linear equations, found exactly, and a random real point of it; None if empty."""
    n = equations[0].ring.ngens
    rows = []
    for f in equations:
        terms = {tuple(e): fmpq(int(c.numerator), int(c.denominator)) for e, c in f.terms()}
        row = [terms.get(tuple(int(i == j) for j in range(n)), fmpq(0)) for i in range(n)]
        rows.append([*row, -terms.get((0,) * n, fmpq(0))])
    reduced, n_pivots = fmpq_mat(len(rows), n + 1, [c for row in rows for c in row]).rref()
    pivots = [next(j for j in range(n + 1) if reduced[i, j] != 0) for i in range(n_pivots)]
    if n in pivots:
        return -1, None
    x = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xAFF1,))).standard_normal(n)
    free = [j for j in range(n) if j not in pivots]
    for i, pivot in enumerate(pivots):
        values = [float(Fraction(int(reduced[i, j].p), int(reduced[i, j].q))) for j in range(n + 1)]
        x[pivot] = values[n] - sum(values[j] * x[j] for j in free)
    return len(free), tuple(complex(c) for c in x)


def real_zeros(landscape: Landscape, seed: int) -> list[Point]:
    """Real stationary points with a singular Jacobian, by least squares from random starts."""
    from scipy.optimize import least_squares  # a fifth of a second that few need

    n, tapes = landscape.system.n, landscape.tapes
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x4EA1,)))

    def values(x: Any) -> Any:
        return np.array(tapes.equations.evaluate(x.tolist(), (), float), dtype=float)

    def jacobian(x: Any) -> Any:
        return np.array(tapes.jacobian.evaluate(x.tolist(), (), float), dtype=float).reshape(n, n)

    found = []
    for k in range(_REAL_STARTS):
        start = rng.standard_normal(n) * (0.3, 1.0, 3.0)[k % 3]
        end = least_squares(values, start, jacobian, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=200)
        size = float(np.abs(jacobian(end.x)).max()) or 1.0
        if np.isfinite(end.x).all() and float(np.abs(end.fun).max()) < 1e-12 * size * (1 + float(np.abs(end.x).max())):
            x = tuple(complex(c) for c in end.x)
            if rank(landscape.system.polynomials, x) < n:
                found.append(x)
    return found


def belongs(engine: PHCpack, witness: Witness, x: Point, seed: int) -> bool:
    """Whether a point lies on a component, by the homotopy membership test.

    The random linear space that cuts the component is moved, parallel to itself, until it passes through `x`; one of the
    component's points arrives at `x` exactly when `x` is on it (Sommese, Verschelde & Wampler, 2001). Only "yes" is
    dependable: paths get lost where equations are not reduced.
    """
    component = witness.component
    n = len(x)
    equations = in_doubles(witness.equations)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xBE10,)))
    combined = []
    for _ in range(n - component.dimension):
        total: dict[tuple[int, ...], complex] = {}
        for terms, angle in zip(equations, rng.uniform(0, 2 * np.pi, len(equations)), strict=True):
            for c, e in terms:
                total[e] = total.get(e, 0j) + complex(np.exp(1j * angle)) * c
        combined.append([(c, e) for e, c in total.items()])
    origin = (0,) * n
    moved = []
    for terms in component.slices:
        linear = [(c, e) for c, e in terms if any(e)]
        here = sum(c * x[e.index(1)] for c, e in linear)
        moved.append([*linear, (-here, origin)])
    # a coordinate that vanishes on the set is known to 1e-50, say, and residuals are judged relative to terms
    starts = [
        tuple(z if abs(z) > 1e-12 * (1 + max(map(abs, point))) else 0j for z in point) for point in component.points
    ]
    try:
        report = engine.track([*combined, *moved], [*combined, *component.slices], starts, precision="d", seed=seed)
    except PolysysError:  # points that are no regular starts, or a crash
        return False
    size = 1 + max(map(abs, x))
    return any(max(abs(a - b) for a, b in zip(end.x, x, strict=True)) < 1e-6 * size for end in report.ends)
