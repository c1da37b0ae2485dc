"""E |det(W - V)| 1{k eigenvalues of W below V} for Gaussian matrices W = sum g_i B_i and a Gaussian shift V."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, pi, sqrt

import numpy as np
from scipy.special import gammaln, ndtri

from polysys.theory.hermite import Floats

Matrices = Callable[[Floats], Floats]
_REPLICATES = 32
_NODES = 16
_OUTER_PANELS = 4  # beyond the extreme eigenvalues
_TAIL = 9.0  # standard deviations of V beyond the most likely one


@dataclass(frozen=True, slots=True)
class Estimate:
    """Means by index and of the sum with their standard errors.

    Parameters
    ----------
    values, errors : float arrays (dimension + 1,)
    total, total_error : float
    """

    values: Floats
    errors: Floats
    total: float
    total_error: float


def sampled(
    matrices: Matrices, n_gaussians: int, window: tuple[float, float], samples: int, seed: int
) -> Estimate:
    """Average over W by randomised quasi-Monte Carlo; over V, and without a window over the length of (g, V), by quadrature.

    Parameters
    ----------
    matrices : callable
        From Gaussians (m, n_gaussians) to symmetric matrices (m, d, d), linear.
    n_gaussians : int
    window : (float, float)
        Values of V that count.
    samples : int
        Rounded up to a multiple of 32 times a power of two.
    seed : int

    Returns
    -------
    Estimate
        The error is the standard error over 32 independently scrambled Sobol sequences.

    References
    ----------
    Owen, Randomly permuted (t, m, s)-nets and (t, s)-sequences (1995): the replicates are independent and unbiased.
    """
    from scipy.stats import qmc  # most of a second to import

    exponent = max(0, int(np.ceil(np.log2(max(samples, 1) / _REPLICATES))))
    streams = np.random.SeedSequence(seed).spawn(_REPLICATES)
    means, largest = [], 0.0
    for stream in streams:
        points = qmc.Sobol(n_gaussians, scramble=True, rng=np.random.default_rng(stream)).random_base2(exponent)
        eigenvalues = _eigenvalues(matrices, ndtri(np.clip(points, 1e-15, 1 - 1e-15)), window)
        parts = average(eigenvalues, n_gaussians, window)
        largest = max(largest, float(parts.max()))
        means.append(parts.mean(axis=0))
    table = np.array(means)
    if window == (-inf, inf):
        table = (table + table[:, ::-1]) / 2  # -W and -V have the same distribution
    error = table.std(axis=0, ddof=1) / sqrt(_REPLICATES)
    error = np.where(table.any(axis=0), error, largest / (_REPLICATES * 2**exponent))  # what no matrix added to
    sums = table.sum(axis=1)
    return Estimate(table.mean(axis=0), error, float(sums.mean()), float(sums.std(ddof=1) / sqrt(_REPLICATES)))


def _eigenvalues(matrices: Matrices, gaussians: Floats, window: tuple[float, float]) -> Floats:
    if window == (-inf, inf):  # only the direction matters
        gaussians = gaussians / np.sqrt((gaussians**2).sum(axis=1, keepdims=True))
    return np.asarray(np.linalg.eigvalsh(matrices(gaussians)))


def average(eigenvalues: Floats, n_gaussians: int, window: tuple[float, float] = (-inf, inf)) -> Floats:
    """The integral over V, by the number of eigenvalues below V.

    Parameters
    ----------
    eigenvalues : float array (m, d)
        Of W in ascending order; without a window, of W for g of length 1, and the length is averaged over as well.
    n_gaussians : int
        Number of components of g.
    window : (float, float)

    Returns
    -------
    float array (m, d + 1)

    Notes
    -----
    With a window: Gauss-Legendre in V between neighbouring eigenvalues. Without: (|g|, V) = R (cos t, sin t), where R is
    independent of t and E R^d is known, so int prod |e_i cos t - sin t| cos^(q-1) t dt is left.
    """
    m, d = eigenvalues.shape
    is_whole = window == (-inf, inf)
    if is_whole:
        inner, low, high = np.arctan(eigenvalues), -pi / 2, pi / 2
    else:
        reach = sqrt(d) + _TAIL
        low, high = (float(np.clip(end, -reach, reach)) for end in window)
        inner = np.clip(eigenvalues, low, high)
    ends = np.concatenate([np.full((m, 1), low), inner, np.full((m, 1), high)], axis=1)
    result = np.zeros((m, d + 1))
    for k in range(d + 1):
        t, weights = _panels(ends[:, k], ends[:, k + 1], _OUTER_PANELS if k in (0, d) else 1)
        if is_whole:
            cosine = np.cos(t)
            factors = eigenvalues[:, None, :] * cosine[:, :, None] - np.sin(t)[:, :, None]
            weights = weights * cosine ** (n_gaussians - 1)
        else:
            factors = eigenvalues[:, None, :] - t[:, :, None]
            weights = weights * np.exp(-t * t / 2) / sqrt(2 * pi)
        result[:, k] = (weights * np.abs(factors.prod(axis=2))).sum(axis=1)
    return result * _length_moment(n_gaussians, d) if is_whole else result


def _panels(low: Floats, high: Floats, n: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights on n panels of each interval, arrays (m, n * nodes)."""
    x, w = np.polynomial.legendre.leggauss(_NODES)
    places = ((np.arange(n)[:, None] + (1 + x) / 2) / n).ravel()
    length = (high - low)[:, None]
    return low[:, None] + length * places, length * np.tile(w / (2 * n), n)


def _length_moment(q: int, d: int) -> float:
    """E R^d for R^2 chi-squared of q + 1, over the integral of cos^(q-1)."""
    log_moment = d / 2 * np.log(2) + gammaln((q + 1 + d) / 2) - gammaln((q + 1) / 2)
    log_integral = np.log(pi) / 2 + gammaln(q / 2) - gammaln((q + 1) / 2)
    return float(np.exp(log_moment - log_integral))


def octant(n: int) -> tuple[Floats, Floats]:
    """Nodes (n^2, 3) and weights on the part of the unit sphere with nonnegative coordinates."""
    x, w = np.polynomial.legendre.leggauss(n)
    angle, weight = (x + 1) * pi / 4, w * pi / 4
    polar, azimuth = (a.ravel() for a in np.meshgrid(angle, angle, indexing="ij"))
    nodes = np.stack([np.cos(polar), np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth)], axis=1)
    return nodes, np.outer(weight, weight).ravel() * np.sin(polar)
