"""Mean counts of layered spin glasses: Kac-Rice on a product of spheres.

V(w) = T(w_1, .., w_H) with |w_l| = 1 and Cov V(w) V(v) = prod_l (w_l.v_l)^(d_l). The tangent gradient in layer l has variance d_l; the
radial derivative is d_l V; the tangent Hessian has independent Gaussian blocks: d_l (d_l - 1) times (off-diagonal variance 1,
diagonal 2) within a layer, variance d_l d_m between layers. Divided by sqrt(d_l d_m) it is W - V with a standard Gaussian V, and

    E N_k = prod_l vol(S^(n_l - 1)) d_l^((n_l - 1)/2) (2 pi)^(-D/2) E |det(W - V)| 1{W has k eigenvalues below V},

D = sum (n_l - 1); W has iid N(0,1) blocks between layers and sqrt(1 - 1/d_l) G_l on the diagonal. With all degrees 1 it is Draisma
and Horobet's formula, times 2^H for the signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, lgamma, log, pi, sqrt
from types import MappingProxyType

import numpy as np
from scipy.special import ndtr

from polysys.models.layered_spin_glass import LayeredSpinGlass
from polysys.theory.hermite import Floats
from polysys.theory.isotropic import EVERYWHERE, Window, check_window
from polysys.theory.p_spin import p_spin_counts
from polysys.theory.prediction import MeanCounts, Prediction
from polysys.theory.shifted_determinants import Matrices, average, octant, sampled

_KAC_RICE = "Draisma & Horobet, Linear Multilinear Algebra 64 (2016) 2498, theorem 1.1; Kac-Rice by index"
_MATRIX = "singular vectors of a matrix: each gives two points of energy s and two of energy -s, with known indices"
_WORK = 4e7  # products that a default sample size may cost: a few seconds
_GRID = 20


def layered_counts(
    widths: Sequence[int],
    degrees: Sequence[int] | None = None,
    window: Sequence[float] | None = None,
    *,
    samples: int | None = None,
    seed: int = 0,
) -> MeanCounts:
    """Mean numbers of stationary points of a layered spin glass by Morse index.

    Parameters
    ----------
    widths : sequence of int
    degrees : sequence of int, optional
        All 1 by default.
    window : (float, float), optional
        Energies per spin, H/N with N = sum of the widths.
    samples : int, optional
        Matrices to average over; by default as many as a few seconds allow, and none where a quadrature is known.
    seed : int
        Of these matrices.

    Returns
    -------
    MeanCounts
        "exact" for two layers of degree 1, "quadrature" where one layer is left after those of width 1 and for 2 x 2 x n,
        "monte-carlo" otherwise.

    Examples
    --------
    >>> layered_counts((3, 3)).total
    Prediction(value=12.0, error=0.0, kind='exact', reference='singular vectors of a matrix: each gives two points of energy s and two of energy -s, with known indices')
    >>> cube = layered_counts((2, 2, 2))
    >>> round(cube.total.value / 8, 4), cube.total.kind  # classes of 8 points
    (4.2867, 'quadrature')
    """
    glass = LayeredSpinGlass(widths, degrees)
    limits = check_window(window)
    return _layered(glass, limits, samples, seed)


def _layered(glass: LayeredSpinGlass, limits: Window, samples: int | None, seed: int) -> MeanCounts:
    wide = [(n, d) for n, d in zip(glass.widths, glass.degrees or (), strict=True) if n > 1]
    signs = 2 ** (len(glass.widths) - len(wide))  # a layer of width 1 is a sign, and V and -V have the same distribution
    n_spins = sum(glass.widths)
    if len(wide) <= 1:
        return _one_layer(glass.label, wide, signs, n_spins, limits)
    dims, orders = [n - 1 for n, _ in wide], [d for _, d in wide]
    if limits == EVERYWHERE and orders == [1, 1]:
        return _two_layers(glass.label, wide[0][0], wide[1][0], signs)
    factor = signs * exp(sum(_log_sphere(n) + (n - 1) / 2 * log(d / (2 * pi)) for n, d in wide))
    if samples is None and limits == EVERYWHERE and orders == [1, 1, 1] and sorted(dims)[:2] == [1, 1]:
        return _two_by_two(glass.label, max(dims), factor)
    chosen = samples or int(np.clip(_WORK / (60 * (sum(dims) + 1) ** 2), 1024, 32768))
    scaled = (limits[0] * sqrt(n_spins), limits[1] * sqrt(n_spins))  # H/N = V/sqrt(N)
    found = sampled(*_ensemble(dims, orders), scaled, chosen, seed)
    reference = f"{_KAC_RICE}; {chosen} matrices, seed {seed}"
    values, errors = (factor * found.values).tolist(), (factor * found.errors).tolist()
    predictions = {k: Prediction(v, e, "monte-carlo", reference) for k, (v, e) in enumerate(zip(values, errors, strict=True))}
    total = Prediction(factor * found.total, factor * found.total_error, "monte-carlo", reference)
    return MeanCounts(glass.label, MappingProxyType(predictions), total)


def _log_sphere(n: int) -> float:
    """Logarithm of the area of the unit sphere in R^n."""
    return log(2) + n / 2 * log(pi) - lgamma(n / 2)


def _ensemble(dims: Sequence[int], orders: Sequence[int]) -> tuple[Matrices, int]:
    """W as a linear function of independent standard Gaussians, and how many these are."""
    ends = np.cumsum([0, *dims])
    rows, columns, scales = [], [], []
    for first in range(len(dims)):
        for second in range(first, len(dims)):
            for i in range(ends[first], ends[first + 1]):
                for j in range(ends[second], ends[second + 1]):
                    inner = sqrt((1 - 1 / orders[first]) * (2 if i == j else 1))
                    scale = inner if first == second else 1.0
                    if i <= j and scale > 0:
                        rows.append(i)
                        columns.append(j)
                        scales.append(scale)

    def draw(gaussians: Floats) -> Floats:
        result = np.zeros((len(gaussians), sum(dims), sum(dims)))
        result[:, rows, columns] = result[:, columns, rows] = gaussians * np.array(scales)
        return result

    return draw, len(rows)


def _one_layer(label: str, wide: Sequence[tuple[int, int]], signs: int, n_spins: int, window: Window) -> MeanCounts:
    """A pure p-spin, once for each setting of the signs; without any layer, signs alone."""
    if not wide:
        inside = float(ndtr(window[1] * sqrt(n_spins)) - ndtr(window[0] * sqrt(n_spins)))
        only = Prediction(signs * inside, 0.0, "exact", "every point of a finite set is a minimum")
        return MeanCounts(label, MappingProxyType({0: only}), only)
    n, p = wide[0]
    stretch = sqrt(n_spins / n)  # energies per spin refer to all spins
    single = p_spin_counts(n, p, (window[0] * stretch, window[1] * stretch))
    predictions = {k: _times(signs, q) for k, q in single.by_index.items()}
    return MeanCounts(label, MappingProxyType(predictions), _times(signs, single.total))


def _times(factor: int, q: Prediction) -> Prediction:
    return Prediction(factor * q.value, factor * q.error, q.kind, q.reference)


def _two_layers(label: str, n: int, m: int, signs: int) -> MeanCounts:
    """x^T A y: with singular values s_1 > .. > s_r, the Hessian at energy s has eigenvalues -s +- s_j and |n - m| times -s."""
    rank, rest = min(n, m), abs(n - m)
    counts = [0] * (n + m - 1)
    for i in range(rank):  # s_i is the largest but i
        counts[i] += 2 * signs
        counts[2 * (rank - 1) - i + rest] += 2 * signs
    predictions = {k: Prediction(float(c), 0.0, "exact", _MATRIX) for k, c in enumerate(counts)}
    return MeanCounts(label, MappingProxyType(predictions), Prediction(float(sum(counts)), 0.0, "exact", _MATRIX))


def _two_by_two(label: str, m: int, factor: float) -> MeanCounts:
    """2 x 2 x (m+1): W is a number a and two vectors b, c in R^m; its eigenvalues depend on a, |b|, |c| and their angle."""
    fine, coarse = (_two_by_two_average(m, nodes) for nodes in (_GRID, _GRID * 3 // 4))
    values, errors = factor * fine, factor * (np.abs(fine - coarse) + 1e-12 * fine)
    predictions = {
        k: Prediction(v, e, "quadrature", _KAC_RICE)
        for k, (v, e) in enumerate(zip(values.tolist(), errors.tolist(), strict=True))
    }
    error = factor * abs(float(fine.sum() - coarse.sum())) + 1e-12 * float(values.sum())
    return MeanCounts(label, MappingProxyType(predictions), Prediction(float(values.sum()), error, "quadrature", _KAC_RICE))


def _two_by_two_average(m: int, nodes: int) -> Floats:
    directions, weights = octant(nodes)
    a, b, c = directions.T
    weights = weights * (b * c) ** (m - 1)
    x, w = np.polynomial.legendre.leggauss(nodes)
    angle, turn = (x + 1) * pi / 2, w * pi / 2 * np.sin((x + 1) * pi / 2) ** (m - 2)
    if m == 1:  # two numbers: the same sign or not
        angle, turn = np.array([0.0, pi]), np.ones(2)
    total, norm = np.zeros(m + 3), weights.sum() * turn.sum()
    for psi, weight in zip(angle.tolist(), turn.tolist(), strict=True):
        matrix = np.zeros((len(a), 4, 4))
        for i, j, value in ((0, 1, a), (0, 2, b), (1, 2, c * np.cos(psi)), (1, 3, c * np.sin(psi))):
            matrix[:, i, j] = matrix[:, j, i] = value
        eigenvalues = np.linalg.eigvalsh(matrix[:, : m + 2, : m + 2] if m == 1 else matrix)
        padded = np.concatenate([eigenvalues, np.zeros((len(a), max(0, m - 2)))], axis=1)
        total += weight * (weights @ average(np.sort(padded, axis=1), 1 + 2 * m))
    return np.asarray(total / norm)
