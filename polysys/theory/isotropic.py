"""Mean counts of stationary points of isotropic Gaussian fields on a sphere, exact at finite size.

V on the unit sphere in R^n with Cov V(x) V(y) = f(x.y). At a point the tangent gradient has variance f'(1), the radial derivative
lambda has variance f'(1) + f''(1), and the Hessian on the tangent space is sqrt(f''(1)) G - lambda with a GOE matrix G that is
independent of both. The Kac-Rice formula and the identity E |det(A - t)| 1{k eigenvalues below t} = const e^{t^2/2} rho_k(t), with
rho_k the density of the k-th eigenvalue of the GOE of one size more, give

    E N_k = (2 / tau) (f''/f')^((n-1)/2) int rho_k(t) e^{t^2/2} e^{-t^2/(2 tau^2)} dt,   tau^2 = (f' + f'') / (2 f''),

where t = lambda / sqrt(2 f''). Given t the energy is Gaussian with mean t sqrt(2 f'') f'/(f' + f'') and variance
f - f'^2/(f' + f''), which is 0 for a pure form. For V = sum_p c_p V_p (Fyodorov 2015, section 3); f = R^p gives Auffinger, Ben
Arous & Cerny's theorem 2.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, isnan, log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from polysys.errors import InputError
from polysys.theory.hermite import Floats, weighted_density
from polysys.theory.order_statistics import OrderTable, order_table

Window = tuple[float, float]
MAX_SPINS = 64
"""The largest number of spins by index, ``polysys.theory.MAX_SPINS``: a minute of computing."""
_MOST = 1000
EVERYWHERE: Window = (-inf, inf)
_SHARP = 9.0  # standard deviations on either side of an edge that is smeared
_NODES = 24


@dataclass(frozen=True, slots=True)
class IsotropicField:
    r"""An isotropic Gaussian field on the sphere :math:`|s|^2 = n` with :math:`\mathrm{Cov}(H(s), H(t)) = n f(s \cdot t / n)`.

    Parameters
    ----------
    n : int
        Number of coordinates.
    f, f1, f2 : float
        f and its first two derivatives at 1.

    Examples
    --------
    >>> IsotropicField.mixture(5, {2: 1.0, 3: 2.0}, field=0.5)
    IsotropicField(n=5, f=3.5, f1=8.5, f2=14.0)
    """

    n: int
    f: float
    f1: float
    f2: float

    @classmethod
    def mixture(cls, n: int, variances: dict[int, float], field: float = 0.0) -> IsotropicField:
        r""":math:`H = \sum_p H_p + \sum_i h_i s_i` with Gaussian :math:`h_i` of variance `field`.

        The covariance of :math:`H_p` is n variances[p] :math:`R^p`, with R the overlap.

        A Gaussian field drawn afresh in every sample is the term p = 1: it only adds to the covariance.
        """
        terms = {**variances, 1: variances.get(1, 0.0) + field}
        return cls(
            n,
            sum(c for c in terms.values()),
            sum(p * c for p, c in terms.items()),
            sum(p * (p - 1) * c for p, c in terms.items()),
        )

    @property
    def variance(self) -> float:
        r""":math:`\tau^2`, the variance of :math:`\lambda / \sqrt{2 f''}`."""
        return (self.f1 + self.f2) / (2 * self.f2)

    @property
    def scale(self) -> float:
        """The factor in front of the integral."""
        return exp(log(2) - log(self.variance) / 2 + (self.n - 1) / 2 * log(self.f2 / self.f1))

    @property
    def energy_slope(self) -> float:
        """Mean energy per spin for one unit of t."""
        return sqrt(2 * self.f2 / self.n) * self.f1 / (self.f1 + self.f2)

    @property
    def energy_spread(self) -> float:
        """Standard deviation of the energy per spin at fixed t; 0 for a pure form."""
        rest = self.f - self.f1**2 / (self.f1 + self.f2)
        return sqrt(rest / self.n) if rest > 1e-14 * self.f else 0.0


def check_window(window: Sequence[float] | None) -> Window:
    """A window of energies per spin as two floats with low < high, or an InputError."""
    if window is None:
        return EVERYWHERE
    try:
        low, high = (float(v) for v in window)
    except (TypeError, ValueError):
        low = high = float("nan")
    if isnan(low) or isnan(high) or low >= high:
        raise InputError(f"The window {window!r:.60} is not a pair (low, high) of energies.", "Give low < high.")
    return low, high


def _check(field: IsotropicField, most: int) -> None:
    size: Any = field.n
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 1 <= size <= most:
        raise InputError(f"{size!r:.40} coordinates are out of reach here.", f"Choose 1 to {most}.")
    if not (0 < field.f1 < inf and 0 < field.f2 < inf and field.f >= field.f1**2 / (field.f1 + field.f2) * (1 - 1e-9)):
        raise InputError(f"{field} is no covariance of a field that bends.", "Give f, f' > 0 and f'' > 0 at 1 of one function.")


def counts_by_index(field: IsotropicField, window: Window = EVERYWHERE) -> tuple[Floats, Floats]:
    """Mean numbers of stationary points of each index with an energy per spin in the window, and their errors.

    Returns
    -------
    values, errors : float arrays (n,)
        The errors bound the evaluation: rounding of the densities and the frequencies that the grid does not resolve.

    Examples
    --------
    >>> values, errors = counts_by_index(IsotropicField.mixture(3, {3: 1.0}))
    >>> values.round(6).tolist(), bool(errors.max() < 1e-9)
    ([3.13809, 4.27618, 3.13809], True)
    """
    _check(field, MAX_SPINS)
    table = order_table(field.n, field.variance)
    integrand, noise = table.integrands(field.variance)
    if window == EVERYWHERE:
        values = integrand.sum(axis=0) * table.step
        aliasing = _beyond_nyquist(table, integrand) ** 2 / np.maximum(values, 1e-300)
        rounding = noise.sum(axis=0) * table.step
    else:
        tau, weights = _quadrature(table.tau, _edges(field, window, table))
        weights = weights * _inside(field, window, table.point(tau))
        found, unresolved = _interpolated(field, table, tau)
        values, aliasing = np.maximum(weights @ found, 0.0), weights @ unresolved
        rounding = _inside(field, window, table.point(table.tau)) @ noise * table.step
    return field.scale * values, field.scale * (rounding + aliasing + (1e-14 + _rounding_of_edges(field, window)) * values)


def total_count(field: IsotropicField, window: Window = EVERYWHERE) -> tuple[float, float]:
    """The mean number of all stationary points with an energy in the window, from the density of eigenvalues alone.

    Needs no ordered eigenvalues: O(n) operations a node, any n.

    Examples
    --------
    >>> round(total_count(IsotropicField.mixture(6, {3: 1.0}))[0], 6)
    50.873137
    """
    _check(field, _MOST)
    n, spread = field.n, sqrt(field.variance)
    reach = max(1.0, spread) * (sqrt(2 * n) + 9.5)
    panels = np.linspace(-reach, reach, 2 * round(sqrt(n + 3) * (sqrt(2 * n) + 9.5) / 2) + 1)
    edges = [t for t in _smeared_edges(field, window) if -reach < t < reach]
    results = []
    for nodes in (_NODES, _NODES - 6):
        t, weights = _gauss(np.unique(np.concatenate([panels, edges])), nodes)
        density = weighted_density(n, t, field.variance) * _inside(field, window, t)
        results.append(float(weights @ density))
    if not np.isfinite(results).all():
        raise InputError(f"{field} is out of reach: its density overflows.", "Choose fewer coordinates, or a weaker field.")
    value = max(results[0], 0.0)
    relative = 1e-14 * n + _rounding_of_edges(field, window)
    return field.scale * value, field.scale * (abs(results[0] - results[1]) + relative * value)


def energy_density(field: IsotropicField, energies: npt.ArrayLike) -> Floats:
    """The mean number of stationary points of each index per unit of energy per spin, at given energies.

    Parameters
    ----------
    field : IsotropicField
    energies : float array (m,)
        Energies per spin H/n.

    Returns
    -------
    float array (m, n)
        Its integral over energies is :func:`counts_by_index`.

    Examples
    --------
    >>> u = np.linspace(-3, 3, 601)
    >>> density = energy_density(IsotropicField.mixture(3, {3: 1.0}), u)
    >>> (density.sum(axis=0) * 0.01).round(3).tolist()
    [3.138, 4.276, 3.138]
    """
    _check(field, MAX_SPINS)
    u = np.atleast_1d(np.asarray(energies, float))
    table = order_table(field.n, field.variance)
    t = u / field.energy_slope
    if field.energy_spread == 0:
        tau = np.array([table.tau_at(v) for v in t.tolist()])
        inside = (np.abs(tau) <= table.tau[-1])[:, None]
        found = _interpolated(field, table, tau)[0] / table.slope(tau)[:, None] / field.energy_slope
        return field.scale * np.maximum(np.where(inside, found, 0.0), 0.0)
    width = field.energy_spread / field.energy_slope
    rows = []
    for centre in t.tolist():  # the energy given t is a Gaussian: integrate over its width
        ends = [table.tau_at(centre + width * d) for d in (-_SHARP, -4.5, 0.0, 4.5, _SHARP)]
        tau, weights = _quadrature(table.tau, ends, within=True)
        z = (table.point(tau) - centre) / width
        kernel = np.exp(-z * z / 2) / (sqrt(2 * np.pi) * field.energy_spread)
        rows.append((weights * kernel) @ _interpolated(field, table, tau)[0])
    return np.asarray(field.scale * np.maximum(np.array(rows), 0.0))


def _interpolated(field: IsotropicField, table: OrderTable, tau: Floats) -> tuple[Floats, Floats]:
    """The integrands between the nodes, and what the grid may not resolve of them.

    The densities themselves are interpolated and weighted afterwards, so the noise of the bulk has its own small weight
    in the tails.
    """
    reference = max(1.0, field.variance)
    at_nodes, _ = table.integrands(reference)
    t = table.point(tau)[:, None]
    weight = np.exp(-t * t / 2 * (1 / field.variance - 1 / reference))
    noise = _beyond_nyquist(table, at_nodes) + 1e-15 * at_nodes.max(axis=0)
    return weight * table.interpolate(at_nodes, tau), weight * noise


def _beyond_nyquist(table: OrderTable, integrand: Floats) -> Floats:
    """The size of the Fourier transform at the highest frequency that the grid resolves."""
    signs = (-1.0) ** np.arange(len(integrand))[:, None]
    return np.asarray(np.abs((signs * integrand).sum(axis=0)) * table.step)


def _inside(field: IsotropicField, window: Window, t: Floats) -> Floats:
    """The probability that the energy is in the window, given t."""
    mean, spread = field.energy_slope * t, field.energy_spread
    if spread == 0:
        return ((mean > window[0]) & (mean < window[1])).astype(float)
    low, high = (window[0] - mean) / spread, (window[1] - mean) / spread
    return np.asarray(np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low)))


def _rounding_of_edges(field: IsotropicField, window: Window) -> float:
    """What rounding moves of the number of points in a window, relatively: its ends, and how far these are smeared.

    The smearing is a small difference of large numbers where a field is strong.
    """
    low, high = window
    if window == EVERYWHERE:
        return 0.0
    of_width = (abs(low) + abs(high)) / (high - low) if max(abs(low), abs(high)) < inf else 1.0
    of_spread = field.f / (field.n * field.energy_spread**2) if field.energy_spread else 0.0
    return 1e-15 * (of_width + of_spread)


def _smeared_edges(field: IsotropicField, window: Window) -> list[float]:
    """Values of t where the probability of being in the window changes, finely where it is smeared."""
    width = field.energy_spread / field.energy_slope
    steps = np.arange(-_SHARP, _SHARP + 1) if width else np.zeros(1)
    return [edge / field.energy_slope + width * d for edge in window if abs(edge) < inf for d in steps.tolist()]


def _edges(field: IsotropicField, window: Window, table: OrderTable) -> list[float]:
    return [table.tau_at(t) for t in _smeared_edges(field, window)]


def _quadrature(grid: Floats, edges: Sequence[float], within: bool = False) -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss-Legendre panels as fine as four steps of the grid, with breaks at the edges."""
    step = float(grid[1] - grid[0])
    low, high = float(grid[0]) - step / 2, float(grid[-1]) + step / 2
    breaks = np.linspace(low, high, int((high - low) / (4 * step)) + 2)
    inner = np.array([e for e in edges if low < e < high])
    if within:
        if not len(inner):
            return np.zeros(0), np.zeros(0)
        first, last = max(low, min(edges)), min(high, max(edges))
        breaks = np.concatenate([[first, last], breaks[(breaks > first) & (breaks < last)]])
    return _gauss(np.unique(np.concatenate([breaks, inner])), _NODES)


def _gauss(breaks: Floats, nodes: int) -> tuple[Floats, Floats]:
    x, w = np.polynomial.legendre.leggauss(nodes)
    half = np.diff(breaks) / 2
    return (breaks[:-1] + half)[:, None].repeat(nodes, 1).ravel() + np.outer(half, x).ravel(), np.outer(half, w).ravel()
