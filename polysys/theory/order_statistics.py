"""Densities of the ordered eigenvalues of the Gaussian orthogonal ensemble, each with its error.

The eigenvalues s_0 <= .. <= s_{n-1} have the density prod |s_i - s_j| exp(-sum s^2/2) (the matrix has E A_ii^2 = 1 and
E A_ij^2 = 1/2). With M(v) = T + (v - 1) L(x) made of skew products of Hermite functions (L up to x, T over the line), a and b
their integrals up to x and beyond,

    rho_0 + rho_2 v + rho_4 v^2 + .. = Pf M(v) b^T M(v)^-1 phi / Pf T,
    rho_1 + rho_3 v + rho_5 v^2 + .. = - Pf M(v) a^T M(v)^-1 phi / Pf T,

for odd n with M bordered by the integrals. (De Bruijn's Pfaffian of the generating function E z^#{s <= x}, differentiated by x: the
derivative of its matrix has rank two, and its part of rank two in z drops out of the bordered Pfaffian.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import asinh, sqrt

import numpy as np
import numpy.typing as npt

from polysys.theory.hermite import Floats, full_integrals, full_skew_products, hermite_functions, skew_products

Complexes = npt.NDArray[np.complex128]
_RADII = 10.0 ** np.arange(-12, 13, 4)  # below 1e-16 rounding of the matrix would swamp what is looked for
_CHUNK = 4_000_000  # complex numbers held at a time
_PERTURBATION = 1e-15  # relative to the largest entries
_STEP = 0.6  # of the grid, times sqrt(n + 3): the Fourier transform of the densities is below 1e-11 at half its frequency
_FLOOR = 1e-36  # of the largest density at a point: below, the two evaluations may be wrong together
_ROUNDING = 4e-15  # of a bordered Pfaffian, a size and in units of the largest on its circle


def scaled_densities(n: int, x: npt.ArrayLike) -> tuple[Floats, Floats]:
    """exp(x^2/2) times the density of each ordered eigenvalue at the points x, and the error at each.

    Parameters
    ----------
    n : int
        Size of the matrix.
    x : float array (m,)

    Returns
    -------
    values, errors : float arrays (m, n)
        Of eigenvalue k at x. The error is the rounding of the Pfaffians, plus five times the difference from eigenvalue n - 1 - k
        at -x, which is the same number from other matrices, with their entries shaken by a few units in the last place.

    Notes
    -----
    The coefficients are read off on circles of radii 1e-12 to 1e12, each where it is largest: they are accurate far below
    machine precision in absolute terms (at n = 40, 1e-28 to two digits), because their smallness is that of a product of
    factors. O(n^4) operations a point.
    """
    points = np.asarray(x, float)
    values, noise = _coefficients(n, points, perturbation=0.0)
    mirrored, _ = _coefficients(n, -points, perturbation=_PERTURBATION)
    floor = _FLOOR * values.max(axis=1, keepdims=True)
    return values, noise + 5 * np.abs(values - mirrored[:, ::-1]) + floor


@dataclass(frozen=True, slots=True, eq=False)
class OrderTable:
    """The scaled densities on a grid that is fine enough to integrate and to interpolate them.

    Parameters
    ----------
    n : int
    tau : float array (m,)
        Equidistant nodes; the points are x = a sinh(tau/a), or tau itself for a = inf.
    a : float
    values, errors : float arrays (m, n)
        exp(x^2/2) rho_k(x).
    """

    n: int
    tau: Floats
    a: float
    values: Floats
    errors: Floats

    @property
    def step(self) -> float:
        """Distance of the nodes."""
        return float(self.tau[1] - self.tau[0])

    def point(self, tau: Floats) -> Floats:
        """x at tau."""
        return tau if self.a == np.inf else self.a * np.sinh(tau / self.a)

    def slope(self, tau: Floats) -> Floats:
        """dx/dtau."""
        return np.ones_like(tau) if self.a == np.inf else np.cosh(tau / self.a)

    def tau_at(self, x: float) -> float:
        """The inverse of :meth:`point`."""
        return x if self.a == np.inf else self.a * asinh(x / self.a)

    def integrands(self, variance: float) -> tuple[Floats, Floats]:
        """exp(-x^2/(2 variance)) exp(x^2/2) rho_k(x) dx/dtau at the nodes, and their errors."""
        x = self.point(self.tau)
        weight = (np.exp(-x * x / (2 * variance)) * self.slope(self.tau))[:, None]
        return self.values * weight, self.errors * weight

    def interpolate(self, at_nodes: Floats, tau: Floats) -> Floats:
        """Values between the nodes of functions that have no frequencies above those of the grid (Whittaker's series)."""
        return np.sinc((tau[:, None] - self.tau[None, :]) / self.step) @ at_nodes


def order_table(n: int, variance: float = 1.0) -> OrderTable:
    """The table that integrals with the weight exp(-x^2/(2 variance)) exp(x^2/2) need; kept for later calls.

    Parameters
    ----------
    n : int
    variance : float
        At least 1/2. Beyond 1 the tails of the largest and the smallest eigenvalue count, and the nodes reach farther.
    """
    inner = sqrt(2 * n) + 9.5 * n ** (-1 / 6)  # beyond, the density is below 1e-14 (Tracy-Widom tails)
    outer = sqrt(variance) * (sqrt(2 * n) + 8.5) if variance > 1 else 0.0
    doublings = 0
    while inner * 2**doublings < outer:
        doublings += 1
    return _order_table(n, inner, doublings)


@lru_cache(maxsize=64)
def _order_table(n: int, inner: float, doublings: int) -> OrderTable:
    a = inner if doublings else np.inf
    reach = a * asinh(2.0**doublings) if doublings else inner
    step = _STEP / sqrt(n + 3)
    half = step * (np.arange(int(reach / step) + 1) + 0.5)
    x = a * np.sinh(half / a) if doublings else half
    values, errors = scaled_densities(n, x)
    return OrderTable(
        n,
        np.concatenate([-half[::-1], half]),
        a,
        np.concatenate([values[::-1, ::-1], values]),  # s_k and -s_{n-1-k} have one distribution
        np.concatenate([errors[::-1, ::-1], errors]),
    )


def _coefficients(n: int, x: Floats, perturbation: float) -> tuple[Floats, Floats]:
    size = n + n % 2
    chunk = max(1, _CHUNK // (len(_RADII) * (size // 4 + 1) * (size + 3) ** 2))
    parts = [_on_circles(n, x[i : i + chunk], perturbation) for i in range(0, len(x), chunk)]
    values, errors = (np.concatenate(part) for part in zip(*parts, strict=True))
    return values, errors


def _on_circles(n: int, x: Floats, perturbation: float) -> tuple[Floats, Floats]:
    size, m = n + n % 2, (n + 1) // 2
    whole, left, border = _matrices(n, x)
    rng = np.random.default_rng(0)
    shake = np.triu(perturbation * rng.standard_normal((size, size)), 1)
    right = whole - left + shake - shake.T
    border += perturbation * rng.standard_normal(border.shape) * np.abs(border).max(axis=1, keepdims=True)
    norm = eliminate(whole[None].astype(complex), size)[0][0].real
    phase = np.exp(2j * np.pi * np.arange(m // 2 + 1) / m)
    powers = np.arange(m)
    values, errors = np.zeros((len(x), 2 * m)), np.full((len(x), 2 * m), np.inf)
    for radius in _RADII:
        alpha, beta = 1 / max(1.0, radius), radius / max(1.0, radius)
        matrix = np.zeros((len(x), len(phase), size + 3, size + 3), complex)
        matrix[..., :size, :size] = alpha * right[:, None] + beta * phase[None, :, None, None] * left[:, None]
        matrix[..., :size, size:] = border[:, None]
        matrix[..., size:, :size] = -border[:, None].swapaxes(-1, -2)
        pfaffian, rest = eliminate(matrix.reshape(-1, size + 3, size + 3), size)
        for parity in (0, 1):  # the coefficients of even and of odd index
            on_circle = (pfaffian * rest[:, parity, 2] / norm).reshape(len(x), -1)
            found = (-1) ** parity * np.fft.irfft(on_circle.conj(), m, axis=1)
            noise = _ROUNDING * size * np.abs(on_circle).max(axis=1, keepdims=True)
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                scale = beta ** -powers.astype(float) * alpha ** (powers + 1.0 - m)
                error = np.where(np.isfinite(noise * scale), noise * scale, np.inf)
                value = np.where(np.isfinite(error), found * scale, 0.0)
            better = error < errors[:, parity::2]
            values[:, parity::2] = np.where(better, value, values[:, parity::2])
            errors[:, parity::2] = np.where(better, error, errors[:, parity::2])
    return np.maximum(values, 0.0)[:, :n], errors[:, :n]


def _matrices(n: int, x: Floats) -> tuple[Floats, Floats, Floats]:
    """T (size, size), L(x) (m, size, size) and the columns b, a and phi exp(x^2/2) (m, size, 3)."""
    size = n + n % 2
    at = hermite_functions(n, x)
    ends = full_integrals(n)
    whole = np.zeros((size, size))
    whole[:n, :n] = full_skew_products(n)
    left = np.zeros((len(x), size, size))
    left[:, :n, :n] = skew_products(n, at)
    border = np.zeros((len(x), size, 3))
    border[:, :n, 0] = ends - at.integrals.T
    border[:, :n, 1] = at.integrals.T
    border[:, :n, 2] = at.polynomials[:n].T
    if size > n:
        whole[:n, n], whole[n, :n] = ends, -ends
        border[:, n, 0] = 1
    return whole, left, border


def eliminate(matrices: Complexes, size: int) -> tuple[Complexes, Complexes]:
    """Pfaffians of the leading blocks of skew-symmetric matrices, which are overwritten, and what is left of the others.

    Elimination with pivoting (Wimmer, ACM TOMS 38 (2012) 30) of the first `size` rows; the rest becomes the Schur complement
    D + B^T A^-1 B of [[A, B], [-B^T, D]].
    """
    result = np.ones(len(matrices), complex)
    for k in range(0, size - 1, 2):
        pivot = k + 1 + np.abs(matrices[:, k + 1 : size, k]).argmax(axis=1)
        swapped = np.flatnonzero(pivot != k + 1)
        p = pivot[swapped]
        matrices[swapped, k + 1], matrices[swapped, p] = matrices[swapped, p], matrices[swapped, k + 1]
        matrices[swapped, :, k + 1], matrices[swapped, :, p] = matrices[swapped, :, p], matrices[swapped, :, k + 1]
        result[swapped] *= -1
        first = matrices[:, k, k + 1]
        result *= first
        with np.errstate(divide="ignore", invalid="ignore"):
            tau = matrices[:, k, k + 2 :] / first[:, None]
            outer = tau[:, :, None] * matrices[:, k + 2 :, k + 1][:, None, :]
            matrices[:, k + 2 :, k + 2 :] += outer - outer.swapaxes(1, 2)
    return result, matrices[:, size:, size:]
