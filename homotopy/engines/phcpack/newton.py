"""Batched evaluation of polynomials and their Jacobians in complex doubles, and Newton's method on them."""

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats
from homotopy.engines.phcpack.types import Polynomials

Complex = npt.NDArray[np.complexfloating]
EXTENDED = np.clongdouble  # 64 bits of mantissa on x86: residuals in it make Newton's corrections accurate in doubles


class System:
    """A square system compiled to tables of monomials; points are the rows of an array of shape (paths, n)."""

    def __init__(self, polynomials: Polynomials, n: int) -> None:
        self.n = n
        self.coefficients, self.exponents = _table([[(k, c, m) for c, m in p] for k, p in enumerate(polynomials)], n, n)
        derivatives = [
            [(k * n + j, c * m[j], (*m[:j], m[j] - 1, *m[j + 1 :])) for c, m in p for j in range(n) if m[j]]
            for k, p in enumerate(polynomials)
        ]
        self._slopes, self._lowered = _table(derivatives, n * n, n)
        self._degree = int(self.exponents.max(initial=0))

    def _monomials(self, x: Complex, exponents: npt.NDArray[np.int64]) -> Complex:
        """Return the monomials, shape (paths, monomials), from tables of powers: no logarithms, zeros are exact."""
        powers = np.ones((self.n, self._degree + 1, len(x)), dtype=x.dtype)
        for d in range(1, self._degree + 1):
            powers[:, d] = powers[:, d - 1] * x.T
        result = powers[0][exponents[:, 0]] if self.n else np.ones((len(exponents), len(x)), dtype=x.dtype)
        for i in range(1, self.n):
            used = np.flatnonzero(exponents[:, i])
            result[used] *= powers[i][exponents[used, i]]
        return np.asarray(result.T)

    def values(self, x: Complex) -> Complex:
        """Return the values, shape (paths, n), in the precision of x."""
        return np.asarray(self._monomials(x, self.exponents) @ self.coefficients.astype(x.dtype))

    def jacobian(self, x: Complex) -> Complex:
        """Return the Jacobians, shape (paths, n, n), derivative by unknown j in column j."""
        return np.asarray((self._monomials(x, self._lowered) @ self._slopes).reshape(len(x), self.n, self.n))

    def magnitudes(self, x: Complex) -> Floats:
        """Return sum |c| |x^m| per equation: what a residual is to be compared with."""
        return np.asarray(np.abs(self._monomials(x, self.exponents)) @ np.abs(self.coefficients))


def _table(
    rows: list[list[tuple[int, complex, tuple[int, ...]]]], n_columns: int, n: int
) -> tuple[Complex, npt.NDArray[np.int64]]:
    """Return coefficients (monomials, columns) and exponents (monomials, n) of (column, coefficient, exponents)."""
    entries = [entry for row in rows for entry in row]
    monomials = sorted({m for _, _, m in entries})
    place = {m: k for k, m in enumerate(monomials)}
    coefficients = np.zeros((len(monomials), n_columns), dtype=complex)
    for column, c, m in entries:
        coefficients[place[m], column] += c
    return coefficients, np.array(monomials, dtype=np.int64).reshape(-1, n)


def solve_scaled(jacobian: Complex, right: Complex, size: Floats) -> tuple[Complex, Complex]:
    """Solve J dx = r for each path with rows and columns balanced; return dx and the balanced matrices.

    Column j is measured in units of ``size[:, j]`` (the size of unknown j), so that a path whose coordinates have very
    different sizes is not called singular for that. A singular matrix yields dx = nan.
    """
    balanced = jacobian * size[:, None, :]
    rows = np.maximum(np.abs(balanced).max(axis=2), 1e-300)
    balanced = balanced / rows[:, :, None]
    finite = np.isfinite(balanced).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
    balanced[~finite] = 0
    scaled = np.where(finite[:, None], right / rows, 0)[:, :, None]
    try:
        dx = np.linalg.solve(np.where(finite[:, None, None], balanced, np.eye(jacobian.shape[1])), scaled)[:, :, 0]
    except np.linalg.LinAlgError:  # one exactly singular matrix fails the whole batch
        dx = np.array([_solve(m, r) for m, r in zip(balanced, scaled[:, :, 0], strict=True)]).reshape(right.shape)
    dx[~finite] = np.nan
    return np.asarray(dx * size), balanced


def _solve(matrix: Complex, right: Complex) -> Complex:
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        return np.full(right.shape, np.nan, dtype=complex)


def inverse_condition(balanced: Complex) -> Floats:
    """Return the smallest over the largest singular value of each balanced matrix."""
    values = np.linalg.svd(balanced, compute_uv=False)
    return np.asarray(values[:, -1] / np.maximum(values[:, 0], 1e-300))


def unit_sizes(x: Complex) -> Floats:
    """Return the size by which each unknown is measured: at least 1 (unknowns are scaled to be of order one)."""
    return np.maximum(np.abs(x), 1.0)


def newton(system: System, x: Complex, steps: int) -> tuple[Complex, Floats, Floats, Floats]:
    """Polish points that are nearly solutions.

    Returns
    -------
    x, err, rco, res : arrays
        Points; size of the last correction relative to the unknowns; inverse condition; residual relative to the terms
        (never to less than 1: the equations are scaled to that size, and terms may all vanish at zero coordinates).
        A point whose corrections do not shrink keeps its best position, with the err of that step: Newton's
        method near a singular solution wanders when rounding errors take over.
    """
    best = x.copy()
    best_err = np.full(len(x), np.inf)
    current = x.copy()
    rco = np.zeros(len(x))
    with np.errstate(all="ignore"):
        for _ in range(steps + 1):
            residual = system.values(current.astype(EXTENDED)).astype(complex)
            dx, balanced = solve_scaled(system.jacobian(current), -residual, unit_sizes(current))
            err = np.abs(dx / unit_sizes(current)).max(axis=1)
            better = err < best_err
            best[better], best_err[better] = current[better], err[better]
            rco[better] = inverse_condition(balanced[better])
            current = np.where(better[:, None], current + dx, current)
        residual = np.abs(system.values(best.astype(EXTENDED)).astype(complex))
        res = (residual / np.maximum(system.magnitudes(best), 1.0)).max(axis=1, initial=0.0)
    return best, best_err, rco, np.nan_to_num(res, nan=np.inf)
