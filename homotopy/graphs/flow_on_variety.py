"""The gradient flow of a landscape on a domain that is given by equations, in doubles."""

from __future__ import annotations

import numpy as np
from scipy.linalg import null_space

from homotopy.common.arrays import Floats
from homotopy.graphs.flow import Flow, polynomial_values, symmetric
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape

_STEPS = 12  # of Newton's method back to the domain; a step of the flow leaves it by little
_CLOSE = 1e-15


class FlowOnVariety(Flow):
    """The same on {g = 0}: gradients are projected on the tangent space, points brought back by Newton's method along the normals.

    Examples
    --------
    >>> import polysys as ps
    >>> flow = FlowOnVariety(ps.expression("x", "x^2 + y^2 = 1").sample())
    >>> flow.gradient(np.array([0.0, 1.0])).tolist(), flow.on_domain(np.array([0.0, 1.1])).round(12).tolist()
    ([1.0, 0.0], [0.0, 1.0])
    """

    def __init__(self, landscape: Landscape, *, uphill: bool = False) -> None:
        super().__init__(landscape, uphill=uphill)
        assert isinstance(landscape.domain, Variety)
        constraints = landscape.domain.polynomials
        x = constraints[0].ring.gens
        self._constraints = polynomial_values(constraints, landscape.domain.n)
        self._normals = polynomial_values([g.diff(v) for g in constraints for v in x], landscape.domain.n)
        self._bends = polynomial_values(
            [g.diff(v).diff(w) for g in constraints for v in x for w in x], landscape.domain.n
        )

    def on_domain(self, x: Floats) -> Floats:
        """A point of the domain next to x: the nearest one up to the curvature of the domain."""
        result = x.copy()
        for _ in range(_STEPS):
            step = np.linalg.lstsq(self._jacobian(result), self._constraints(result), rcond=None)[0]
            result -= step
            if np.abs(step).max() <= _CLOSE * (1 + np.abs(result).max()):
                break
        return np.asarray(result)

    def gradient(self, x: Floats) -> Floats:
        """The Riemannian gradient at a point of the domain."""
        g = super().gradient(x)
        return np.asarray(g - self._jacobian(x).T @ self._multipliers(x, g))

    def jacobian(self, x: Floats) -> Floats:
        """The derivative of :meth:`gradient`, as a function on the ambient space.

        With r = grad V - B^T mu and B r = 0 the multipliers change by (B B^T)^-1 (dB r + B (V'' - sum mu_k g_k'')).
        """
        g, normals = super().gradient(x), self._jacobian(x)
        mu = self._multipliers(x, g)
        bends = self._bends(x).reshape(len(mu), len(x), len(x))
        second = super().jacobian(x) - np.tensordot(mu, bends, axes=1)
        change = bends @ (g - normals.T @ mu) + normals @ second
        return np.asarray(second - np.linalg.pinv(normals) @ change)

    def curvatures(self, x: Floats) -> tuple[Floats, Floats]:
        """Eigenvalues, ascending, and eigenvectors (columns) of the Riemannian Hessian at a stationary point."""
        basis = null_space(self._jacobian(x))
        values, vectors = np.linalg.eigh(symmetric(basis.T @ self.jacobian(x) @ basis))
        return values, basis @ vectors

    def solution(self, x: Floats) -> tuple[Floats, tuple[int, ...]]:
        """The unknowns of the formulation at a point of the domain."""
        sign = -1.0 if self.uphill else 1.0
        return np.concatenate([x, sign * self._multipliers(x, super().gradient(x))]), ()

    def _jacobian(self, x: Floats) -> Floats:
        return self._normals(x).reshape(-1, len(x))

    def _multipliers(self, x: Floats, gradient: Floats) -> Floats:
        return np.asarray(np.linalg.lstsq(self._jacobian(x).T, gradient, rcond=None)[0])


def flow_of(landscape: Landscape, *, uphill: bool = False) -> Flow:
    """The gradient flow of a landscape on its domain."""
    kind = FlowOnVariety if isinstance(landscape.domain, Variety) else Flow
    return kind(landscape, uphill=uphill)
