"""The gradient flow of a landscape on its domain, in doubles and in the model's units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from scipy.linalg import null_space

from homotopy.certification.balls import to_double
from homotopy.common.arrays import Floats
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape


class Flow:
    """The potential of a landscape with its gradient on the domain, in doubles and in the model's units.

    Parameters
    ----------
    landscape : Landscape
    uphill : bool
        Take -V instead of V, whose descents climb.

    Examples
    --------
    >>> import polysys as ps
    >>> flow = Flow(ps.expression("x^2*y", ps.Sphere(2)).sample())
    >>> flow.gradient(np.array([0.0, 1.0])).tolist()
    [0.0, 0.0]
    """

    def __init__(self, landscape: Landscape, *, uphill: bool = False) -> None:
        self.landscape = landscape
        self.uphill = uphill
        domain, scaling = landscape.domain, landscape.scaling
        self._slices = domain.slices
        self._lengths = np.ones(domain.n)
        for block, squared in zip(domain.slices, scaling.length_squared, strict=False):
            self._lengths[block] = float(squared) ** 0.5
        self._unit = float(scaling.energy_squared) ** 0.5 * (-1 if uphill else 1)
        self._radii_squared = [
            float(r) * float(self._lengths[block.start]) ** 2
            for block, r in zip(domain.slices, domain.radii_squared, strict=True)
        ]
        potential = landscape.potential
        gradient = [potential.diff(x) for x in potential.ring.gens]
        hessian = [g.diff(x) for g in gradient for x in potential.ring.gens]
        monomials = {e for p in (potential, *gradient, *hessian) for e in p.monoms()}
        self._monomials = _Basis(monomials, domain.n)
        self._matrices = [self._monomials.matrix(p) for p in ([potential], gradient, hessian)]

    def energy(self, x: Floats) -> float:
        """The potential (uphill: its negative)."""
        return float(self._matrices[0][0] @ self._monomials(x / self._lengths) * self._unit)

    def rounding(self, x: Floats) -> float:
        """A generous bound on the rounding error of the energy."""
        terms = np.abs(self._matrices[0][0]) @ np.abs(self._monomials(x / self._lengths))
        return float(1e-13 * terms * abs(self._unit))

    def on_domain(self, x: Floats) -> Floats:
        """The nearest point of the domain."""
        result = x.copy()
        for block, r in zip(self._slices, self._radii_squared, strict=True):
            result[block] *= (r / (x[block] @ x[block])) ** 0.5
        return result

    def gradient(self, x: Floats) -> Floats:
        """The Riemannian gradient at a point of the domain."""
        g = self._ambient(self._monomials(x / self._lengths))
        for block, r in zip(self._slices, self._radii_squared, strict=True):
            g[block] -= (x[block] @ g[block]) / r * x[block]
        return g

    def jacobian(self, x: Floats) -> Floats:
        """The derivative of :meth:`gradient`, as a function on the ambient space."""
        monomials = self._monomials(x / self._lengths)
        g, result = self._ambient(monomials), self._ambient_hessian(monomials)
        hessian = result.copy()
        for block, r in zip(self._slices, self._radii_squared, strict=True):
            row = x[block] @ hessian[block]
            row[block] += g[block]
            result[block] -= np.outer(x[block], row) / r
            result[block, block] -= (x[block] @ g[block]) / r * np.eye(block.stop - block.start)
        return result

    def curvatures(self, x: Floats) -> tuple[Floats, Floats]:
        """Eigenvalues, ascending, and eigenvectors (columns) of the Riemannian Hessian at a stationary point."""
        normals = np.zeros((self.landscape.domain.n_constraints, self.landscape.domain.n))
        for k, block in enumerate(self._slices):
            normals[k, block] = x[block]
        basis = null_space(normals) if len(normals) else np.eye(len(x))
        values, vectors = np.linalg.eigh(symmetric(basis.T @ self.jacobian(x) @ basis))
        return values, basis @ vectors

    def solution(self, x: Floats) -> tuple[Floats, tuple[int, ...]]:
        """The unknowns of the formulation at a point of the domain, and its signs if they are projective."""
        formulation, slices = self.landscape.formulation, self._slices
        y, signs = x / self._lengths, []
        if formulation.kind is Kind.PROJECTIVE:
            for block, chart in zip(slices, formulation.charts, strict=True):
                t = float(y[block] @ np.array(chart, float))
                y[block] /= t
                signs.append(1 if t > 0 else -1)
        g = self._matrices[1] @ self._monomials(y)
        multipliers = [(y[block] @ g[block]) / (y[block] @ y[block]) for block in slices]
        return np.concatenate([y, multipliers]), tuple(signs)

    def _ambient(self, monomials: Floats) -> Floats:
        return np.asarray(self._matrices[1] @ monomials * (self._unit / self._lengths))

    def _ambient_hessian(self, monomials: Floats) -> Floats:
        n = len(self._lengths)
        scale = self._unit / np.outer(self._lengths, self._lengths)
        return np.asarray((self._matrices[2] @ monomials).reshape(n, n) * scale)


class _Basis:
    """All monomials that divide those of some polynomials, each computed from one of lower degree by one product."""

    def __init__(self, exponents: Iterable[tuple[int, ...]], n: int) -> None:
        levels: dict[int, set[tuple[int, ...]]] = {0: {(0,) * n}}
        for e in exponents:
            while any(e):  # down to 1, always by the last variable
                levels.setdefault(sum(e), set()).add(e)
                e = _lower(e)[0]
        self.place: dict[tuple[int, ...], int] = {}
        self._levels = []
        for degree in sorted(levels):
            members, begin = sorted(levels[degree]), len(self.place)
            if degree:
                below = [_lower(e) for e in members]
                parents = np.array([self.place[e] for e, _ in below], np.int64)
                self._levels.append((parents, np.array([i for _, i in below], np.int64), begin))
            self.place.update((e, begin + k) for k, e in enumerate(members))

    def __call__(self, x: Floats) -> Floats:
        values = np.empty(len(self.place))
        values[0] = 1.0
        for parents, variables, begin in self._levels:
            values[begin : begin + len(parents)] = values[parents] * x[variables]
        return values

    def matrix(self, polynomials: Sequence[Any]) -> Floats:
        """One row of coefficients for each polynomial."""
        result = np.zeros((len(polynomials), len(self.place)))
        for row, p in enumerate(polynomials):
            for e, c in p.terms():
                if c:
                    result[row, self.place[e]] = to_double(c)
        return result


def _lower(e: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """A monomial divided by its last variable, and which that is."""
    i = max(k for k, a in enumerate(e) if a)
    return (*e[:i], e[i] - 1, *e[i + 1 :]), i


def polynomial_values(polynomials: Sequence[Any], n: int) -> Callable[[Floats], Floats]:
    """The values of polynomials in n variables as a function of the point."""
    basis = _Basis({e for p in polynomials for e in p.monoms()}, n)
    matrix = basis.matrix(polynomials)
    return lambda x: np.asarray(matrix @ basis(x))


def symmetric(matrix: Floats) -> Floats:
    """The symmetric part of a matrix."""
    return (matrix + matrix.T) / 2
