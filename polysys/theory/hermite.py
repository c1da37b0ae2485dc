"""Hermite functions, their integrals, and the skew products and the density of eigenvalues that are made of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
import numpy.typing as npt
from scipy.special import erfc

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class HermiteFunctions:
    """The functions phi_i = h_i exp(-x^2/2), orthonormal on the line, and their integrals from -infinity.

    Parameters
    ----------
    x : float array (m,)
    polynomials : float array (n + 2, m)
        h_0, .., h_{n+1}.
    functions : float array (n + 2, m)
    integrals : float array (n, m)
    """

    x: Floats
    polynomials: Floats
    functions: Floats
    integrals: Floats


def hermite_functions(n: int, x: npt.ArrayLike) -> HermiteFunctions:
    """The first n Hermite functions (n + 2 of them without integrals) at the points x.

    From phi_i' = sqrt(i/2) phi_{i-1} - sqrt((i+1)/2) phi_{i+1} the integrals have the same kind of recurrence, and it is
    stable forwards.
    """
    double = np.asarray(x, float)
    points = double.astype(np.longdouble)  # rounding of phi is what limits the accuracy of small probabilities
    root = np.sqrt(np.arange(n + 2, dtype=np.longdouble) / 2)  # sqrt(i/2)
    h = np.empty((n + 2, len(points)), np.longdouble)
    h[0] = pi**-0.25
    for i in range(n + 1):
        h[i + 1] = (points * h[i] - (root[i] * h[i - 1] if i else 0)) / root[i + 1]
    phi = h * np.exp(-points * points / 2)
    a = np.empty((n, len(points)), np.longdouble)
    a[0] = pi**0.25 / sqrt(2) * erfc(-double / sqrt(2))
    for i in range(n - 1):
        a[i + 1] = ((root[i] * a[i - 1] if i else 0) - phi[i]) / root[i + 1]
    return HermiteFunctions(*(v.astype(float) for v in (points, h, phi, a)))


def full_integrals(n: int) -> Floats:
    """The integrals of the first n Hermite functions over the line."""
    result = np.zeros(n)
    result[0] = sqrt(2) * pi**0.25
    for i in range(2, n, 2):
        result[i] = sqrt((i - 1) / i) * result[i - 2]
    return result


def skew_products(n: int, at: HermiteFunctions) -> Floats:
    """int int_{s < t <= x} [phi_i(s) phi_j(t) - phi_j(s) phi_i(t)] ds dt, array (m, n, n).

    With a_i the integral of phi_i and S_ij = int_{t <= x} a_i phi_j dt it is 2 S_ij - a_i a_j, and integration by parts
    gives sqrt(j/2) S_{i,j-1} - sqrt((j+1)/2) S_{i,j+1} = a_i phi_j - K_ij with the overlaps K_ij = int_{t <= x} phi_i phi_j.
    """
    return _skew(n, at.integrals, at.functions, _overlaps(n, at))


def full_skew_products(n: int) -> Floats:
    """The same over the whole line, array (n, n)."""
    ends = full_integrals(n)[:, None]
    return np.asarray(_skew(n, ends, np.zeros((n + 2, 1)), np.eye(n)[:, :, None])[0])


def _overlaps(n: int, at: HermiteFunctions) -> Floats:
    """K_ij = int_{t <= x} phi_i phi_j, array (n, n, m): Wronskians off the diagonal, a recurrence on it."""
    phi, r = at.functions, np.sqrt(np.arange(n + 2) / 2)[:, None]
    slope = -r[1:] * phi[1:]
    slope[1:] += r[1:-1] * phi[:-2]  # phi_0', .., phi_n'
    i, j = np.arange(n + 1)[:, None, None], np.arange(n + 1)[None, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        k = (phi[:-1, None] * slope[None] - slope[:, None] * phi[None, :-1]) / (2 * (i - j))
    k[0, 0] = erfc(-at.x) / 2
    for d in range(1, n):
        inner = r[d - 1] * k[d, d - 2] if d > 1 else 0.0
        k[d, d] = k[d - 1, d - 1] - (phi[d] * phi[d - 1] + r[d + 1] * k[d + 1, d - 1] - inner) / r[d]
    return np.asarray(k[:n, :n])


def _skew(n: int, a: Floats, phi: Floats, overlaps: Floats) -> Floats:
    r = np.sqrt(np.arange(n + 1) / 2)
    result = np.zeros((a.shape[1], n, n))
    previous = np.zeros(a.shape[1])  # S_{i-1,i}
    for i in range(n):
        low = a[i] * a[i - 1] - previous if i else np.zeros(a.shape[1])  # S_{i,i-1}
        high = a[i] * a[i] / 2
        for j in range(i, n - 1):
            low, high = high, (r[j] * low - (a[i] * phi[j] - overlaps[i, j])) / r[j + 1]
            if j == i:
                previous = high
            result[:, i, j + 1] = 2 * high - a[i] * a[j + 1]
            result[:, j + 1, i] = -result[:, i, j + 1]
    return result


def weighted_density(n: int, x: npt.ArrayLike, variance: float = 1.0) -> Floats:
    """The density of GOE eigenvalues, which integrates to n, times exp(x^2/2 - x^2/(2 variance)).

    The density is S_n(x, x) + (for odd n) a term with the last function (Mehta, chapter 7): with phi_i the Hermite
    functions, rho = sum_{i<n} phi_i^2 + sqrt(n/2) phi_{n-1}(x) int sgn(x - t) phi_n(t) dt / 2 + [n odd] phi_{n-1} / int phi_{n-1}.
    One of the two factors phi carries the weight from the start, so nothing underflows or overflows.
    """
    double = np.asarray(x, float)
    points = double.astype(np.longdouble)
    root = np.sqrt(np.arange(n + 2, dtype=np.longdouble) / 2)
    before, phi = np.zeros_like(points), pi**-0.25 * np.exp(-points * points / 2)
    weighted_before, weighted = np.zeros_like(points), pi**-0.25 * np.exp(-points * points / (2 * variance))
    below, integral = np.zeros_like(points), (pi**0.25 / sqrt(2) * erfc(-double / sqrt(2))).astype(np.longdouble)
    result = np.zeros_like(points)
    for i in range(n):
        result += phi * weighted
        last = weighted
        below, integral = integral, (root[i] * below - phi) / root[i + 1]
        before, phi = phi, (points * phi - root[i] * before) / root[i + 1]
        weighted_before, weighted = weighted, (points * weighted - root[i] * weighted_before) / root[i + 1]
    ends = full_integrals(n + 1)
    result += root[n] * last * (integral - ends[n] / 2)
    return np.asarray(result + last / ends[n - 1] if n % 2 else result).astype(float)


def goe_density_total(n: int, c: float) -> float:
    r""":math:`\sum_k E \exp(-c s_k^2)` over the eigenvalues of an n x n GOE, c > -1/2, from their density.

    Examples
    --------
    >>> round(goe_density_total(4, 0.0), 12)
    4.0
    """
    step = 0.02
    variance = 1 / (1 + 2 * c)
    reach = (sqrt(2 * n) + 9) * max(1.0, sqrt(variance))
    x = np.arange(-reach, reach + step / 2, step)
    return float(step * weighted_density(n, x, variance).sum())
