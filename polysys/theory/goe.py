"""Ordered eigenvalues of the Gaussian orthogonal ensemble: density prod |s_i - s_j| exp(-sum s^2/2)."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import erfc

Floats = npt.NDArray[np.float64]


def expectations(n: int, c: float) -> tuple[Floats, Floats]:
    """E exp(-c s_k^2) for the ordered eigenvalues of the GOE, and error bounds; exact ones for c = 0."""
    if c == 0:
        return np.ones(n), np.zeros(n)
    step = 0.05
    reach = step * round(
        max(sqrt(2 * n) + 9, sqrt(40 / c)) / step
    )  # beyond, both the weight and the tails are below 1e-17
    x = np.arange(-reach, reach + step / 2, step)
    slope = -2 * c * x * np.exp(-c * x * x)
    below = _order_statistics(n, x)
    fine = -step * (slope[:, None] * below).sum(axis=0)
    coarse = -2 * step * (slope[::2, None] * below[::2]).sum(axis=0)
    fine = (fine + fine[::-1]) / 2  # s_k and -s_{n-1-k} have one distribution
    return fine, np.abs(fine - coarse) + abs(fine.sum() - goe_density_total(n, c)) + 1e-12


def _order_statistics(n: int, x: Floats) -> Floats:
    """P(s_k <= x) for each x (rows) and k < n (columns)."""
    size = n + n % 2
    left, single = _skew_products(n, x)
    total, ends = left[-1], single[-1]
    m = np.arange(n + 1)
    z = np.exp(2j * pi * m / (n + 1))
    norm = pfaffian(_bordered(total.astype(complex), ends.astype(complex), size))
    below = np.empty((len(x), n))
    for row, (low, one) in enumerate(zip(left, single, strict=True)):
        rest = ends - one
        cross = np.outer(one, rest) - np.outer(rest, one)
        high = total - low - cross
        values = np.array(
            [pfaffian(_bordered(w * w * low + w * cross + high, w * one + rest, size)) / norm for w in z]
        )
        exactly = np.fft.fft(values).real / (n + 1)  # P(exactly m eigenvalues <= x)
        below[row] = np.clip(exactly[::-1].cumsum()[::-1][1:], 0.0, 1.0)
    return below


def _skew_products(n: int, x: Floats) -> tuple[Floats, Floats]:
    """int int_{s < t <= x} [phi_i(s) phi_j(t) - phi_j(s) phi_i(t)] ds dt and int_{s <= x} phi_i for each x.

    The phi_i are the first n Hermite functions; Gauss-Legendre between neighbouring x, where they are smooth.
    """
    nodes, weights = np.polynomial.legendre.leggauss(8)
    half = (x[1] - x[0]) / 2
    inner = (x[:-1, None] + half + half * nodes).ravel()
    phi, primitive = _hermite(n, inner)
    density = primitive[:, :, None] * phi[:, None, :]  # d/dx of int int_{s < t <= x} phi_i(s) phi_j(t)
    density = density - density.transpose(0, 2, 1)
    cells = (density.reshape(len(x) - 1, len(nodes), n, n) * (half * weights)[None, :, None, None]).sum(axis=1)
    left = np.concatenate([np.zeros((1, n, n)), cells.cumsum(axis=0)])
    return left, _hermite(n, x)[1]


def _hermite(n: int, x: Floats) -> tuple[Floats, Floats]:
    """The first n Hermite functions and their integrals from -infinity, at each x: arrays (len(x), n).

    From phi_i' = sqrt(i/2) phi_{i-1} - sqrt((i+1)/2) phi_{i+1} the integrals have the same kind of recurrence.
    """
    phi = np.zeros((n + 1, len(x)))
    phi[0] = pi**-0.25 * np.exp(-x * x / 2)
    for i in range(n):
        phi[i + 1] = sqrt(2 / (i + 1)) * x * phi[i] - (sqrt(i / (i + 1)) * phi[i - 1] if i else 0)
    primitive = np.zeros((n, len(x)))
    primitive[0] = pi**-0.25 * sqrt(pi / 2) * erfc(-x / sqrt(2))
    for i in range(n - 1):
        primitive[i + 1] = (sqrt(i / 2) * primitive[i - 1] if i else 0) - phi[i]
        primitive[i + 1] *= sqrt(2 / (i + 1))
    return phi[:n].T, primitive.T


def _bordered(
    matrix: npt.NDArray[np.complex128], edge: npt.NDArray[np.complex128], size: int
) -> npt.NDArray[np.complex128]:
    """For odd sizes de Bruijn's formula has one more row, the integrals of the functions themselves."""
    n = len(matrix)
    if size == n:
        return matrix.copy()
    result = np.zeros((size, size), complex)
    result[:n, :n] = matrix
    result[:n, n], result[n, :n] = edge, -edge
    return result


def pfaffian(a: npt.NDArray[np.complex128]) -> complex:
    """The Pfaffian of a skew-symmetric matrix, which is overwritten: elimination with pivoting (Wimmer 2012)."""
    n = len(a)
    result = 1 + 0j
    for k in range(0, n - 1, 2):
        pivot = k + 1 + int(np.abs(a[k + 1 :, k]).argmax())
        if pivot != k + 1:
            a[[k + 1, pivot]] = a[[pivot, k + 1]]
            a[:, [k + 1, pivot]] = a[:, [pivot, k + 1]]
            result = -result
        if a[k + 1, k] == 0:
            return 0j
        result *= a[k, k + 1]
        tau = a[k, k + 2 :] / a[k, k + 1]
        column = a[k + 2 :, k + 1]
        a[k + 2 :, k + 2 :] += np.outer(tau, column) - np.outer(column, tau)
    return complex(result)


def goe_density_total(n: int, c: float) -> float:
    """sum_k E exp(-c s_k^2) from the density of GOE eigenvalues alone: an independent check of the ordered means.

    The density is S_n(x, x) + (for odd n) a term with the last function (Mehta, chapter 7): with phi_i the Hermite functions,
    rho = sum_{i<n} phi_i^2 + sqrt(n/2) phi_{n-1} (x) int sgn(x - t) phi_n(t) dt / 2 + [n odd] phi_{n-1} / int phi_{n-1}.
    """
    step = 0.02
    reach = sqrt(2 * n) + 9
    x = np.arange(-reach, reach + step / 2, step)
    phi, primitive = _hermite(n + 2, x)
    signed = primitive[:, n] - primitive[-1, n] / 2
    rho = (phi[:, :n] ** 2).sum(axis=1) + sqrt(n / 2) * phi[:, n - 1] * signed
    if n % 2:
        rho = rho + phi[:, n - 1] / primitive[-1, n - 1]
    return float(step * (rho * np.exp(-c * x * x)).sum())
