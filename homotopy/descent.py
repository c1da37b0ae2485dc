"""Descent from index-1 saddles: the gradient flow of a landscape in doubles, and the point where it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.integrate import solve_ivp
from scipy.linalg import null_space

from homotopy.certificates import Certificate
from homotopy.certify import certify
from homotopy.classify import StationaryPoint
from homotopy.intervals import to_double
from polysys.formulation import Kind
from polysys.landscape import Landscape

Vector = npt.NDArray[np.float64]

_START = 1e-3  # first displacement, in distances to the nearest other stationary point
_STILL = 1e-8  # gradient (in units of curvature times that distance) at which a flow has ended
_NEAR = 1e-4  # how far (in such distances) the certified point may lie from where the flow ended
_FAR = 1e4  # a flow this many radii of the set of stationary points away has left it
_TIME = 1e9  # longest time, in units of the inverse curvature
_RTOL, _ATOL = 1e-7, 1e-11


class End(Enum):
    """How a descent ended; the value is the sentence to print."""

    MINIMUM = "at a certified minimum"
    SADDLE = "at a stationary point that is no minimum"
    UNDECIDED = "at a stationary point of undecided index"
    UNLISTED = "at a point that is not among the stationary points of the census"
    ESCAPED = "far from all stationary points"
    UNFINISHED = "nowhere: the integrator stopped"


@dataclass(frozen=True, slots=True)
class Descent:
    """One half of the unstable curve of an index-1 saddle, followed downhill.

    Parameters
    ----------
    saddle : int
        Number of the saddle among the points of the census.
    side : int
        1 or -1: along the eigenvector of the negative eigenvalue, or against it.
    end : End
    point : int or None
        Number of the point of the census at which it ended; None if it ended at none.
    coordinates : tuple of float
        Where it ended, in the model's units.
    is_descending : bool
        Whether the energy decreased at every step, up to rounding.
    n_steps : int
    """

    saddle: int
    side: int
    end: End
    point: int | None
    coordinates: tuple[float, ...]
    is_descending: bool
    n_steps: int


class Flow:
    """The potential of a landscape with its gradient on the domain, in doubles and in the model's units.

    Examples
    --------
    >>> import polysys as ps
    >>> flow = Flow(ps.expression("x^2*y", ps.Sphere(2)).sample())
    >>> flow.gradient(np.array([0.0, 1.0])).tolist()
    [0.0, 0.0]
    """

    def __init__(self, landscape: Landscape) -> None:
        self.landscape = landscape
        domain, scaling = landscape.domain, landscape.scaling
        self._lengths = np.ones(domain.n)
        for block, squared in zip(domain.slices, scaling.length_squared, strict=False):
            self._lengths[block] = float(squared) ** 0.5
        self._unit = float(scaling.energy_squared) ** 0.5
        self._radii_squared = [
            float(r) * float(self._lengths[block.start]) ** 2
            for block, r in zip(domain.slices, domain.radii_squared, strict=True)
        ]
        potential = landscape.potential
        gradient = [potential.diff(x) for x in potential.ring.gens]
        self._value = _Polynomials([potential])
        self._gradient = _Polynomials(gradient)
        self._hessian = _Polynomials([g.diff(x) for g in gradient for x in potential.ring.gens])

    def energy(self, x: Vector) -> float:
        """The potential."""
        return float(self._value(x / self._lengths)[0] * self._unit)

    def rounding(self, x: Vector) -> float:
        """A generous bound on the rounding error of the energy."""
        return float(1e-13 * self._value.magnitude(x / self._lengths)[0] * self._unit)

    def on_domain(self, x: Vector) -> Vector:
        """The nearest point of the domain."""
        result = x.copy()
        for block, r in zip(self.landscape.domain.slices, self._radii_squared, strict=True):
            result[block] *= (r / (x[block] @ x[block])) ** 0.5
        return result

    def gradient(self, x: Vector) -> Vector:
        """The Riemannian gradient at a point of the domain."""
        g = self._ambient(x)
        for block, r in zip(self.landscape.domain.slices, self._radii_squared, strict=True):
            g[block] -= (x[block] @ g[block]) / r * x[block]
        return g

    def jacobian(self, x: Vector) -> Vector:
        """The derivative of :meth:`gradient`, as a function on the ambient space."""
        g, result = self._ambient(x), self._ambient_hessian(x)
        hessian = result.copy()
        for block, r in zip(self.landscape.domain.slices, self._radii_squared, strict=True):
            row = x[block] @ hessian[block]
            row[block] += g[block]
            result[block] -= np.outer(x[block], row) / r
            result[block, block] -= (x[block] @ g[block]) / r * np.eye(block.stop - block.start)
        return result

    def curvatures(self, x: Vector) -> tuple[Vector, Vector]:
        """Eigenvalues, ascending, and eigenvectors (columns) of the Riemannian Hessian at a stationary point."""
        normals = np.zeros((self.landscape.domain.n_constraints, self.landscape.domain.n))
        for k, block in enumerate(self.landscape.domain.slices):
            normals[k, block] = x[block]
        basis = null_space(normals) if len(normals) else np.eye(len(x))
        values, vectors = np.linalg.eigh(_symmetric(basis.T @ self.jacobian(x) @ basis))
        return values, basis @ vectors

    def solution(self, x: Vector) -> tuple[Vector, tuple[int, ...]]:
        """The unknowns of the formulation at a point of the domain, and its signs if they are projective."""
        formulation, slices = self.landscape.formulation, self.landscape.domain.slices
        y, signs = x / self._lengths, []
        if formulation.kind is Kind.PROJECTIVE:
            for block, chart in zip(slices, formulation.charts, strict=True):
                t = float(y[block] @ np.array(chart, float))
                y[block] /= t
                signs.append(1 if t > 0 else -1)
        g = self._gradient(y)
        multipliers = [(y[block] @ g[block]) / (y[block] @ y[block]) for block in slices]
        return np.concatenate([y, multipliers]), tuple(signs)

    def _ambient(self, x: Vector) -> Vector:
        return np.asarray(self._gradient(x / self._lengths) * self._unit / self._lengths)

    def _ambient_hessian(self, x: Vector) -> Vector:
        n = len(x)
        scale = self._unit / np.outer(self._lengths, self._lengths)
        return np.asarray(self._hessian(x / self._lengths).reshape(n, n) * scale)


class _Polynomials:
    """Polynomials (sympy PolyElements) as one matrix times their monomials."""

    def __init__(self, polynomials: Sequence[Any]) -> None:
        monomials = sorted({e for p in polynomials for e in p})
        place = {e: k for k, e in enumerate(monomials)}
        n = polynomials[0].ring.ngens
        self._exponents = np.array(monomials, np.int64).reshape(-1, n)
        self._variables = np.arange(n)
        self._powers = np.arange(int(self._exponents.max(initial=0)) + 1)
        self._matrix = np.zeros((len(polynomials), len(monomials)))
        for row, p in enumerate(polynomials):
            for e, c in p.terms():
                if c:
                    self._matrix[row, place[e]] = to_double(c)

    def __call__(self, x: Vector) -> Vector:
        return np.asarray(self._matrix @ self._monomials(x))

    def magnitude(self, x: Vector) -> Vector:
        """The sum of the moduli of all terms."""
        return np.asarray(np.abs(self._matrix) @ np.abs(self._monomials(x)))

    def _monomials(self, x: Vector) -> Vector:
        powers = x[:, None] ** self._powers
        return np.asarray(powers[self._variables, self._exponents].prod(axis=1))


def _symmetric(matrix: Vector) -> Vector:
    return (matrix + matrix.T) / 2


def descents(
    landscape: Landscape, certificates: Sequence[Certificate], points: Sequence[StationaryPoint], saddles: Sequence[int]
) -> tuple[tuple[Descent, ...], Mapping[int, float]]:
    """Follow the gradient flow from saddles of index 1 both ways down; the negative eigenvalue of each.

    Parameters
    ----------
    landscape : Landscape
    certificates : sequence of Certificate
    points : sequence of StationaryPoint
        All known ones.
    saddles : sequence of int
        Numbers of the saddles among `points`.

    Returns
    -------
    tuple of Descent, mapping from saddles to float

    Notes
    -----
    x' = -grad V(x) on the domain, by the backward differentiation formulas with the exact Jacobian, until the gradient is
    small. There the contraction test proves a zero of the exact system, and its enclosure must lie in the uniqueness
    region of a certified one. So the end is proved to be next to a certified point; that the curve leads from the saddle to
    it is numerical.
    """
    flow = Flow(landscape)
    where = np.array([[float(c.mid()) for c in p.coordinates] for p in points])
    ends, eigenvalues = [], {}
    for saddle in saddles:
        x = flow.on_domain(where[saddle])
        others = np.linalg.norm(np.delete(where, saddle, axis=0) - x, axis=1)
        size = float(others.min()) if len(others) else 1.0 + float(np.linalg.norm(x))
        values, vectors = flow.curvatures(x)
        direction = vectors[:, 0] * np.sign(vectors[np.abs(vectors[:, 0]).argmax(), 0])
        eigenvalues[saddle] = float(values[0])
        reach = _FAR * (1.0 + float(np.abs(where).max()))
        for side in (1, -1):
            ends.append((saddle, side, size, *_follow(flow, x, side * direction, values, size, reach)))
    return tuple(_matched(flow, certificates, points, where, ends)), eigenvalues


def _follow(
    flow: Flow, x: Vector, direction: Vector, values: Vector, size: float, reach: float
) -> tuple[End | None, Vector, bool, int]:
    """Integrate one flow: how it ended (None: at rest), where, whether the energy decreased, and the steps it took."""
    curvature = float(np.abs(values).max())
    start = flow.on_domain(x + _START * size * direction)
    # below the gradient at the start, or the flow would end before it begins
    still = min(_STILL * curvature * size, 0.01 * _START * size * abs(float(values[0])))

    def rest(_: float, y: Vector) -> float:
        return float(np.linalg.norm(flow.gradient(flow.on_domain(y)))) - still

    def away(_: float, y: Vector) -> float:
        return reach - float(np.abs(y).max())

    rest.terminal = away.terminal = True  # type: ignore[attr-defined]
    with np.errstate(all="ignore"):  # a step that is tried far out may overflow; it is rejected then
        result = solve_ivp(
            lambda _, y: -flow.gradient(flow.on_domain(y)), (0.0, _TIME / curvature), start, method="BDF",
            jac=lambda _, y: -flow.jacobian(flow.on_domain(y)), events=(rest, away), rtol=_RTOL, atol=_ATOL * size,
        )  # fmt: skip
    path = [x, *(flow.on_domain(y) for y in result.y.T)]
    energies = np.array([flow.energy(y) for y in path])
    slack = max(map(flow.rounding, path)) + 1e-9 * float(energies[0] - energies[-1])
    is_descending = bool((np.diff(energies) <= slack).all() and energies[-1] < energies[0])
    end = None if len(result.t_events[0]) else End.ESCAPED if len(result.t_events[1]) else End.UNFINISHED
    return end, path[-1], is_descending, len(path) - 1


def _matched(
    flow: Flow,
    certificates: Sequence[Certificate],
    points: Sequence[StationaryPoint],
    where: Vector,
    ends: Sequence[Any],
) -> list[Descent]:
    """The descents with the certified points at which they ended."""
    at_rest = [k for k, end in enumerate(ends) if end[3] is None]
    solutions = [flow.solution(ends[k][4]) for k in at_rest]
    assignment: tuple[int | None, ...] = ()
    if at_rest:
        candidates = np.array([z for z, _ in solutions], complex)
        assignment = certify(flow.landscape.tapes, candidates, known=certificates).assignment
    number = {(p.solution, p.signs): k for k, p in enumerate(points)}
    found: dict[int, int] = {}
    for row, k in enumerate(at_rest):
        zero = assignment[row]  # at least len(certificates): a zero that the census lacks
        point = None if zero is None else number.get((zero, solutions[row][1]))
        if point is not None and np.linalg.norm(where[point] - ends[k][4]) <= _NEAR * ends[k][2]:
            found[k] = point
    result = []
    for k, (saddle, side, _, end, x, is_descending, n_steps) in enumerate(ends):
        point = found.get(k)
        how = end or (End.UNLISTED if point is None else _kind(points[point]))
        result.append(Descent(saddle, side, how, point, tuple(x.tolist()), is_descending, n_steps))
    return result


def _kind(point: StationaryPoint) -> End:
    return End.UNDECIDED if point.index is None else End.MINIMUM if point.index == 0 else End.SADDLE
