"""What a singular zero is: isolated and of what multiplicity, or on a positive-dimensional set and of what dimension.

Three instruments, from the strongest to the weakest:

* exact: where the zero is a small rational point, dual spaces over Q and the tangent vectors of exact symmetries. What
  they say is proved.
* manifold test: if the zeros near p form a manifold of the dimension of the kernel of the Jacobian (as those of a
  Morse-Bott function do), then points moved along the kernel come back to zeros. Checked to 50 digits at random moves.
* numerical dual spaces at a point refined by Newton's method, on as many random hyperplanes through it as are needed for
  them to stop growing: at least that many dimensions the set has with probability one, and at most.

The last two are numerical findings and are called so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import acb, acb_mat, ctx, fmpq, fmpq_mat

from homotopy.common.arrays import Complexes
from homotopy.counting.degenerate.manifolds import (
    BITS,
    corank_at,
    dimension_nearby,
    evaluate,
    exact_ball,
    manifold_near,
)
from polysys.algebra.local_algebra import Local, LocalStructure, grow, local_structure, slice_directions, taylor
from polysys.continuous_symmetry import ContinuousSymmetry
from polysys.problem import SystemTapes
from polysys.system import PolynomialSystem

_DENOMINATORS = (*range(1, 17), 20, 24, 25, 30, 32, 36, 48, 50, 60, 64, 100)
_NEAR = 1e-3  # how far, relative to its size, an end point may be from the zero that it stands for
_NUMERICAL_COLUMNS = 330  # a larger numerical rank is neither quick nor trustworthy


@dataclass(frozen=True, slots=True)
class LocalReport:
    """A singular zero, described.

    Parameters
    ----------
    point : tuple of complex
        The zero, refined.
    exact : tuple of Fraction or None
        The same exactly, where it is a small rational point.
    corank : int
        Dimension of the kernel of the Jacobian.
    least, most : int
        Bounds on the dimension of the solution set at the point; equal where the dimension was found.
    is_proved : bool
        Whether both bounds (and the multiplicity) are proved.
    multiplicity : int or None
        Of an isolated zero.
    orbit_dimension : int
        Dimension of its orbit under the continuous symmetries.
    """

    point: tuple[complex, ...]
    exact: tuple[Fraction, ...] | None
    corank: int
    least: int
    most: int
    is_proved: bool
    multiplicity: int | None
    orbit_dimension: int

    @property
    def dimension(self) -> int | None:
        """Dimension of the solution set at the point; None if it was not found."""
        return self.least if self.least == self.most else None


def local_report(
    system: PolynomialSystem,
    tapes: SystemTapes,
    near: Sequence[complex],
    symmetry: ContinuousSymmetry | None = None,
    *,
    bound: int | None = None,
    seed: int = 0,
) -> LocalReport | None:
    """What the singular zero near a point is; None if no zero is found there, or a regular one.

    Parameters
    ----------
    near : complex vector
        An end point of a path, say.
    symmetry : ContinuousSymmetry, optional
        Exact symmetries of the potential; their fields concern the first coordinates.
    bound : int, optional
        A proved bound on the number of isolated zeros, counted with multiplicity.
    seed : int
        Seed of random hyperplanes and moves.

    Examples
    --------
    >>> import polysys as ps
    >>> land = ps.expression("x^4 + y^4").sample()
    >>> report = local_report(land.system, land.tapes, [1e-5, 2e-5j])
    >>> report.dimension, report.multiplicity, report.is_proved
    (0, 9, True)
    """
    x = np.array(near, dtype=np.complex128)
    if not np.isfinite(x).all():
        return None
    exact = recognise(system, x)
    if exact is not None:
        return _exact_report(system, tapes, exact, symmetry, bound, seed)
    smooth = manifold_near(tapes, x, seed)
    if smooth is not None:
        point, corank = smooth
        orbit = orbit_dimension(symmetry, point)
        return LocalReport(tuple(point.tolist()), None, corank, corank, corank, False, None, orbit)
    return _numerical_report(system, tapes, x, symmetry, bound, seed)


def recognise(system: PolynomialSystem, x: Complexes) -> tuple[Fraction, ...] | None:
    """The zero with small rational coordinates near a point, verified exactly."""
    size = 1 + float(np.abs(x).max())
    if np.abs(x.imag).max() > _NEAR * size:
        return None
    for q in _DENOMINATORS:
        guess = [Fraction(round(float(c) * q), q) for c in x.real]
        if max(abs(float(g) - c) for g, c in zip(guess, x, strict=True)) > _NEAR * size:
            continue
        if not any(system.tape.evaluate(guess)):
            return tuple(guess)
    return None


def orbit_dimension(symmetry: ContinuousSymmetry | None, point: Sequence[complex] | Complexes) -> int:
    """Rank of the symmetry's fields at a point, numerically."""
    if symmetry is None or not symmetry.dimension:
        return 0
    fields = np.array(symmetry.field(list(point)[: symmetry.n]))
    values = np.linalg.svd(fields, compute_uv=False)
    return int((values > 1e-6 * max(1.0, float(values[0]))).sum())


def _exact_report(
    system: PolynomialSystem,
    tapes: SystemTapes,
    point: tuple[Fraction, ...],
    symmetry: ContinuousSymmetry | None,
    bound: int | None,
    seed: int,
) -> LocalReport | None:
    n = system.n
    entries = tapes.jacobian.evaluate(list(point))
    jacobian = fmpq_mat(n, n, [fmpq(v.numerator, v.denominator) for v in map(Fraction, entries)])
    corank = n - int(jacobian.rank())
    if not corank:
        return None
    rounded = tuple(complex(float(c)) for c in point)
    orbit = 0 if symmetry is None or not symmetry.dimension else symmetry.orbit_dimension_at(point[: symmetry.n])
    least, most = orbit, corank
    here = local_structure(system, point, bound=bound) if least == 0 else LocalStructure((1,), None, True)
    if here.multiplicity is not None:
        return LocalReport(rounded, point, corank, 0, 0, here.is_proved, here.multiplicity, orbit)
    if here.exceeds_bound:
        least = max(least, 1)
    for d in range(max(least, 1), corank):
        if local_structure(system, point, n_slices=d, seed=seed).multiplicity is not None:
            most = d
            break
    is_proved = least == most and (here.is_proved or orbit == most)
    if not is_proved and least:
        smooth = manifold_near(tapes, np.array(rounded), seed)
        least = smooth[1] if smooth is not None else least
    return LocalReport(rounded, point, corank, least, max(least, most), is_proved, None, orbit)


def _numerical_report(
    system: PolynomialSystem,
    tapes: SystemTapes,
    x: Complexes,
    symmetry: ContinuousSymmetry | None,
    bound: int | None,
    seed: int,
) -> LocalReport | None:
    refined = _newton(tapes, x)
    if refined is None:
        return None
    n = system.n
    point = tuple(complex(float(z.real.mid()), float(z.imag.mid())) for z in refined)
    linear = [[f.get(tuple(int(i == j) for j in range(n)), 0j) for i in range(n)] for f in _local(system, refined)]
    if np.linalg.svd(np.array(linear), compute_uv=False)[-1] > 1e-11:
        return None  # ill-conditioned, but regular: zeros 1e-9 apart are two zeros
    orbit = orbit_dimension(symmetry, point)
    corank = corank_at(tapes, np.array(point))
    nearby = dimension_nearby(tapes, np.array(point), corank, seed)
    structure = _numerical_structure(system, refined, 0, seed, bound) if not nearby else LocalStructure((1,), None, True)
    if structure.multiplicity == 1:
        return None
    if structure.multiplicity is not None:
        return LocalReport(point, None, structure.corank, 0, 0, False, structure.multiplicity, orbit)
    most, least = corank or n, max(orbit, nearby, int(structure.exceeds_bound))
    for d in range(max(1, least), most):
        if _numerical_structure(system, refined, d, seed, None).multiplicity is not None:
            most = d
            break
    return LocalReport(point, None, corank, min(least, most), most, False, None, orbit)


def _numerical_structure(
    system: PolynomialSystem, point: Sequence[acb], n_slices: int, seed: int, bound: int | None
) -> LocalStructure:
    n = system.n
    largest = bound or max(system.degrees) ** (n - n_slices)
    local = _local(system, point, n_slices, seed)
    return grow(local, n - n_slices, _numerical_rank, largest, _NUMERICAL_COLUMNS)


def _local(system: PolynomialSystem, point: Sequence[acb], n_slices: int = 0, seed: int = 0) -> list[Local]:
    """The equations about a zero, each with a largest coefficient of one and without what is zero up to rounding."""
    directions = slice_directions(system.n, n_slices, seed) if n_slices else None
    with ctx.workprec(BITS):
        local = [taylor(terms, list(point), exact_ball, directions) for terms in system.terms]
    rounded = []
    for f in local:
        values = {e: complex(float(c.real.mid()), float(c.imag.mid())) for e, c in f.items()}
        size = max(map(abs, values.values()), default=1.0) or 1.0
        rounded.append({e: c / size for e, c in values.items() if abs(c) > 1e-13 * size and any(e)})
    return rounded


def _numerical_rank(rows: list[list[complex]]) -> int | None:
    """The rank, if the singular values have a clear gap."""
    values = np.linalg.svd(np.array(rows), compute_uv=False)
    values = values / values[0]
    rank = int((values > 1e-7).sum())
    if rank < len(values) and values[rank] > 1e-4 * values[rank - 1]:
        return None
    return rank


def _newton(tapes: SystemTapes, x: Complexes) -> list[acb] | None:
    """Newton's method in many digits; near a multiple zero it converges too, if only linearly."""
    n = len(x)
    size = 1 + float(np.abs(x).max())
    with ctx.workprec(BITS):
        z = [acb(c.real, c.imag) for c in x.tolist()]
        first = 0.0
        for k in range(600):
            try:
                step = _solve(tapes, z, n)
            except ZeroDivisionError:
                break
            length = max(abs(complex(s.mid())) for s in step)
            if not length < size:
                return None
            z = [(c - s).mid() for c, s in zip(z, step, strict=True)]
            first = first or length
            # at a zero of multiplicity m the steps shrink by 1 - 1/m each time: 0.008 after 60 for m = 13
            if length < 1e-24 * size or (k == 60 and length > 0.01 * first):
                break
        residual = max(abs(complex(v.mid())) for v in evaluate(tapes.equations, z))
        moved = max(abs(complex(c.mid()) - w) for c, w in zip(z, x.tolist(), strict=True))
    return z if residual < 1e-20 * size and moved < 0.05 * size else None


def _solve(tapes: SystemTapes, z: list[acb], n: int) -> list[acb]:
    jacobian = acb_mat(n, n, [v.mid() for v in evaluate(tapes.jacobian, z)])
    value = acb_mat(n, 1, [v.mid() for v in evaluate(tapes.equations, z)])
    step = jacobian.solve(value, algorithm="approx")
    return [step[i, 0].mid() for i in range(n)]
