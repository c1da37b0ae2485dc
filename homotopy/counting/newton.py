"""From many points at once to stationary points, in doubles: Newton's method on the square system, and descents."""

from __future__ import annotations

from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape

_STEPS = 60  # of Newton's method; one that has not converged then never does
_CONVERGED = 1e-13  # relative size of the last step
_DESCENT = 500  # steps of a descent


def unknowns_of(land: Landscape, x: Floats) -> Floats:
    """Points in the unknowns of the formulation, the multipliers those that fit best."""
    z = land._evaluation.unknowns(x)
    formulation = land.formulation
    for k, block in enumerate(land.domain.slices):
        if formulation.kind is Kind.PROJECTIVE:
            chart = np.array([float(a) for a in formulation.charts[k]])
            z[:, block] /= (z[:, block] @ chart)[:, None]
        else:
            radius = float(land.domain.radii_squared[k]) ** 0.5
            z[:, block] *= radius / np.linalg.norm(z[:, block], axis=1, keepdims=True)
    z = land._evaluation.with_multipliers(z)
    return z


def _values(land: Landscape, z: Floats) -> tuple[Floats, Floats]:
    m, size = z.shape
    columns = list(z.T)

    def table(tape: Any) -> Floats:
        found = tape.evaluate(columns, (), float)
        return np.stack([np.broadcast_to(np.asarray(v, float), (m,)) for v in found], axis=1)

    return table(land.tapes.equations), table(land.tapes.jacobian).reshape(m, size, size)


def newton(land: Landscape, start: Floats) -> Floats:
    """The ends of Newton's method; nan where it does not converge."""
    z, is_done = start.copy(), np.zeros(len(start), bool)
    for _ in range(_STEPS):
        todo = np.flatnonzero(~is_done & np.isfinite(z).all(axis=1))
        if not len(todo):
            break
        residual, jacobian = _values(land, z[todo])
        step = _solved(jacobian, residual)
        z[todo] -= step
        is_done[todo] = np.abs(step).max(axis=1) <= _CONVERGED * (1 + np.abs(z[todo]).max(axis=1))
    residual, jacobian = _values(land, np.where(np.isfinite(z), z, 1.0))
    is_done |= np.abs(_solved(jacobian, residual)).max(axis=1) <= 1e-9 * (1 + np.abs(z).max(axis=1))
    z[~is_done] = np.nan
    return z


def _solved(jacobian: Floats, residual: Floats) -> Floats:
    result = np.full_like(residual, np.nan)
    sound = np.isfinite(jacobian).all(axis=(1, 2)) & np.isfinite(residual).all(axis=1)
    for k in np.flatnonzero(sound).tolist():
        try:
            result[k] = np.linalg.solve(jacobian[k], residual[k])
        except np.linalg.LinAlgError:
            continue
    return result


def descended(land: Landscape, points: Floats) -> Floats:
    """Where descents from points come to rest: Newton's method with |H| for the Hessian H, each step lowering the energy."""
    x = points.copy()
    energy, reach = np.asarray(land.energy(x)), np.ones(len(x))
    for _ in range(_DESCENT):
        gradient = land.gradient(x)
        active = np.isfinite(energy) & (np.linalg.norm(gradient, axis=1) > 1e-11 * (1 + np.abs(energy))) & (reach > 1e-12)
        if not active.any():
            break
        rows = np.flatnonzero(active)
        values, vectors = np.linalg.eigh(land.hessian(x[rows]))
        size = np.abs(values)
        size = np.maximum(size, 1e-10 * size.max(axis=1, keepdims=True) + 1e-300)
        step = np.einsum("mij,mj->mi", vectors, np.einsum("mji,mj->mi", vectors, gradient[rows]) / size)
        length = np.linalg.norm(step, axis=1)
        step *= np.minimum(1.0, reach[rows] / np.maximum(length, 1e-300))[:, None]
        trial = _on_domain(land, x[rows] - step, x[rows])
        value = np.asarray(land.energy(trial))
        is_lower = value <= energy[rows]
        x[rows[is_lower]], energy[rows[is_lower]] = trial[is_lower], value[is_lower]
        reach[rows] = np.where(is_lower, np.minimum(2 * reach[rows], 10.0), np.minimum(reach[rows], length) / 4)
    return x


def _on_domain(land: Landscape, x: Floats, before: Floats) -> Floats:
    for block in land.domain.slices:
        sizes = [np.linalg.norm(y[:, block], axis=1, keepdims=True) for y in (before, x)]
        x[:, block] *= sizes[0] / sizes[1]
    return x
