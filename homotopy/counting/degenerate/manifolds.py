"""Manifolds of zeros near a point, to many digits: the zeros of a Morse-Bott function, curves that pass by a singular zero."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import acb, acb_mat, ctx, fmpq

from homotopy.certification.balls import to_double
from homotopy.common.arrays import Complexes
from polysys.problem import SystemTapes
from polysys.tape import Tape

BITS = 700
_DIGITS = 1e-50  # residual that a moved point must reach
_DIRECTIONS = 6  # of the kernel, along which zeros are looked for near a singular one


def manifold_near(tapes: SystemTapes, x: Complexes, seed: int) -> tuple[Complexes, int] | None:
    """The point on a manifold of zeros near `x` whose dimension is the corank of the Jacobian there; None if none is.

    Returns the point and the corank.
    """
    n = len(x)
    values = np.linalg.svd(_jacobian(tapes, x), compute_uv=False)
    if values[0] == 0:
        return None
    gaps = values[:-1] / np.maximum(values[1:], 1e-300)
    for rank in sorted((r for r in range(1, n) if gaps[r - 1] > 10), key=lambda r: -gaps[r - 1]):
        point = _gauss_newton(tapes, x, rank, 0.05)
        if point is not None and _comes_back(tapes, point, rank, seed):
            return point, n - rank
    return None


def corank_at(tapes: SystemTapes, x: Complexes) -> int:
    values = np.linalg.svd(_jacobian(tapes, x), compute_uv=False)
    return int((values < 1e-7 * max(float(values[0]), 1e-300)).sum())


def dimension_nearby(tapes: SystemTapes, x: Complexes, corank: int, seed: int) -> int:
    """The dimension of a manifold of zeros that comes as near to a singular zero as is looked; 0 if none is found.

    So are points where a curve meets others or has multiple structure: the Jacobian there has a larger kernel than along the curve.
    """
    n = len(x)
    kernel = np.linalg.svd(_jacobian(tapes, x))[2][n - corank :].conj().T
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x70B2,)))
    directions = rng.standard_normal((_DIRECTIONS, corank)) + 1j * rng.standard_normal((_DIRECTIONS, corank))
    directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-300)
    size = 1 + float(np.abs(x).max())
    for d in range(corank - 1, 0, -1):
        if all(_meets_manifold(tapes, x, n - d, size * reach, directions @ kernel.T, seed) for reach in (1e-1, 1e-2, 1e-3)):
            return d
    return 0


def _meets_manifold(
    tapes: SystemTapes, x: Complexes, rank: int, distance: float, directions: Complexes, seed: int
) -> bool:
    """Whether a manifold of zeros along which the Jacobian has this rank comes within about a distance of a point."""
    for direction in directions:
        y = _gauss_newton(tapes, x + distance * direction, rank, 3 * distance)
        is_other = y is not None and np.abs(y - x).max() > 0.05 * distance
        if y is not None and is_other and _comes_back(tapes, y, rank, seed, 0.1 * distance):
            return True
    return False


def _gauss_newton(tapes: SystemTapes, x: Complexes, rank: int, reach: float) -> Complexes | None:
    """Newton's method on the directions in which the Jacobian has full rank; the zero reached, of just that rank."""
    y, size = x, 1 + float(np.abs(x).max())
    for _ in range(30):
        u, s, vh = np.linalg.svd(_jacobian(tapes, y))
        if s[rank - 1] < 1e-9 * s[0]:
            return None
        step = vh[:rank].conj().T @ ((u[:, :rank].conj().T @ _equations(tapes, y)) / s[:rank])
        y = y - step
        if not np.isfinite(y).all() or np.abs(y - x).max() > reach * size:
            return None
        if np.abs(step).max() < 1e-14 * size:
            break
    s = np.linalg.svd(_jacobian(tapes, y), compute_uv=False)
    residual = float(np.abs(_equations(tapes, y)).max())
    return y if s[rank] < 1e-7 * s[rank - 1] and residual < 1e-11 * max(1.0, float(s[0])) * size else None


def _comes_back(tapes: SystemTapes, point: Complexes, rank: int, seed: int, scale: float = 1.0) -> bool:
    """Whether points moved along the kernel of the Jacobian come back to zeros of all equations, to 50 digits."""
    n = len(point)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x70B1,)))
    u, _, vh = np.linalg.svd(_jacobian(tapes, point))
    tangent = vh[rank:].conj().T
    size = 1 + float(np.abs(point).max())
    for _ in range(2):
        direction = rng.standard_normal(n - rank) + 1j * rng.standard_normal(n - rank)
        direction = tangent @ (direction / np.linalg.norm(direction))
        for length in (0.1, 0.03, 0.01):
            step = length * scale
            moved = _gauss_newton(tapes, point + step * size * direction, rank, 10 * step)
            if moved is not None:
                break
        else:
            return False
        if not _is_zero_in_many_digits(tapes, moved, u[:, :rank], tangent):
            return False
    return True


def _is_zero_in_many_digits(tapes: SystemTapes, y: Complexes, left: Complexes, tangent: Complexes) -> bool:
    """Newton's method on as many combinations of the equations as the rank, on the slice through y across the tangent.

    The remaining combinations must vanish there too: they do along a manifold of zeros and nowhere else near.
    """
    n, rank = left.shape
    with ctx.workprec(BITS):
        combine = acb_mat(rank, n, [acb(c.real, -c.imag) for c in left.T.ravel().tolist()])
        across = [[acb(c.real, -c.imag) for c in row] for row in tangent.T.tolist()]
        start = [acb(c.real, c.imag) for c in y.tolist()]
        z = list(start)
        for _ in range(12):
            value = combine * acb_mat(n, 1, [v.mid() for v in evaluate(tapes.equations, z)])
            rows = combine * acb_mat(n, n, [v.mid() for v in evaluate(tapes.jacobian, z)])
            shift = [sum((a * (c - s) for a, c, s in zip(row, z, start, strict=True)), acb(0)) for row in across]
            matrix = acb_mat(n, n, [v.mid() for v in rows.entries()] + [a for row in across for a in row])
            right = acb_mat(n, 1, [v.mid() for v in value.entries()] + [s.mid() for s in shift])
            try:
                step = matrix.solve(right, algorithm="approx")
            except ZeroDivisionError:
                return False
            z = [(c - step[i, 0]).mid() for i, c in enumerate(z)]
            if max(abs(complex(step[i, 0].mid())) for i in range(n)) < 1e-80:
                break
        residual = max(abs(complex(v.mid())) for v in evaluate(tapes.equations, z))
        return residual < _DIGITS * (1 + float(np.abs(y).max()))


def _equations(tapes: SystemTapes, x: Complexes) -> Complexes:
    return np.array(tapes.equations.evaluate(x.tolist(), (), to_double), dtype=np.complex128)


def _jacobian(tapes: SystemTapes, x: Complexes) -> Complexes:
    n = len(x)
    return np.array(tapes.jacobian.evaluate(x.tolist(), (), to_double), dtype=np.complex128).reshape(n, n)


def evaluate(tape: Tape, z: Sequence[acb]) -> list[Any]:
    return [acb(v) for v in tape.evaluate(list(z), (), exact_ball)]


def exact_ball(c: Fraction) -> acb:
    return acb(fmpq(c.numerator, c.denominator))
