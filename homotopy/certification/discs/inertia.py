"""Verified inertia and determinants of many symmetric interval matrices at once, in doubles.

For M known within a radius matrix R, and any Q, the congruence A = Q^T M Q satisfies |A - fl(Q^T (M Q))| <= |Q|^T G |Q|
with G = R + c u |M|, c = 16 (n + 4): the rounding of two products and the radii together. If every Gershgorin disc of A avoids zero,
A is nonsingular, hence Q is, and by Sylvester's law M has as many negative eigenvalues as A has negative diagonal entries.

Q^T is tried as the lower triangular matrix of Gaussian elimination without pivots, scaled so that A is close to a diagonal matrix S of signs. Then
det Q is the product of the diagonal of Q, and with delta >= ||A - S||_inf all eigenvalues of S A are within delta of 1, so that
|det M| (det Q)^2 = |det A| is between (1 - delta)^n and (1 + delta)^n. Where that decides no inertia, Q is made of approximate eigenvectors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from homotopy.certification.discs.arrays import Discs
from homotopy.certification.discs.contraction import UP
from homotopy.certification.discs.roundoff import TINY, U
from homotopy.common.arrays import Floats

_LOGARITHMS = 600.0  # their sizes summed: up to there no product, in any order, nor its reciprocal is next to overflow or underflow


def signatures(mid: Floats, radius: Floats) -> tuple[npt.NDArray[np.int64], Discs]:
    """Numbers of negative eigenvalues of all symmetric matrices within radius (m, n, n) of mid, -1 where undecided, and their |det|.

    Where nothing is known of |det| its radius is infinite.

    Examples
    --------
    >>> counts, size = signatures(np.array([[[1.0, 2.0], [2.0, 1.0]]]), np.full((1, 2, 2), 1e-9))
    >>> counts.tolist(), bool(abs(size.mid[0] - 3) <= size.radius[0] < 1e-7)
    ([1], True)
    >>> signatures(np.array([[[1.0, 1.0], [1.0, 1.0]]]), np.full((1, 2, 2), 1e-9))[0].tolist()
    [-1]
    """
    m, n, _ = mid.shape
    counts, size = np.full(m, -1, np.int64), Discs(np.ones(m), np.full(m, np.inf))
    rows = np.flatnonzero(np.isfinite(mid).all(axis=(1, 2)) & np.isfinite(radius).all(axis=(1, 2)))
    with np.errstate(all="ignore"):
        q = _eliminated(mid[rows])
        counts[rows], delta = _signs(mid[rows], radius[rows], q)
        scale = np.einsum("mii->mi", q) ** 2
        is_small = (counts[rows] >= 0) & (n * delta <= 0.5)  # (1 + delta)^n - 1 <= 2 n delta then
        is_small &= np.abs(np.log(scale)).sum(axis=1) <= _LOGARITHMS
        size.mid[rows] = np.where(is_small, 1 / scale.prod(axis=1), 1.0)
        relative = np.where(is_small, 2 * n * delta + 8 * (n + 2) * U, np.inf)
        size.radius[rows] = size.mid[rows] * relative * UP + TINY
        left = rows[counts[rows] < 0]
        counts[left] = _signs(mid[left], radius[left], _eigenvectors(mid[left]))[0]
    return counts, size


def _eliminated(matrices: Floats) -> Floats:
    """Upper triangular matrices Q for which Q^T M Q is about a diagonal matrix of signs, where no pivot is too small."""
    m, n, _ = matrices.shape
    work, q = matrices.copy(), np.tile(np.eye(n), (m, 1, 1))
    for k in range(n - 1):
        factors = (work[:, k + 1 :, k] / work[:, k, k, None])[:, :, None]
        work[:, k + 1 :, k + 1 :] -= factors * work[:, k, None, k + 1 :]
        q[:, k + 1 :, : k + 1] -= factors * q[:, k, None, : k + 1]
    scale = 1 / np.sqrt(np.abs(np.einsum("mii->mi", work)))
    return np.asarray((q * scale[:, :, None]).transpose(0, 2, 1))


def _eigenvectors(matrices: Floats) -> Floats:
    """The same by approximate eigenvectors; nan where they cannot be found."""
    if not len(matrices):
        return matrices
    try:
        values, vectors = np.linalg.eigh((matrices + matrices.transpose(0, 2, 1)) / 2)
    except np.linalg.LinAlgError:
        return np.full_like(matrices, np.nan)
    least = 1e-18 * np.abs(values).max(axis=1, keepdims=True)
    return np.asarray(vectors / np.sqrt(np.maximum(np.abs(values), least))[:, None, :])


def _signs(matrices: Floats, spread: Floats, q: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Numbers of negative eigenvalues by the congruence with Q, -1 where undecided, and how far its result is from a matrix of signs."""
    n = matrices.shape[1]
    a = q.transpose(0, 2, 1) @ (matrices @ q)
    size = np.abs(q)
    reach = spread + 16 * (n + 4) * U * np.abs(matrices)
    error = np.einsum("mki,mk->mi", size, np.einsum("mkl,ml->mk", reach, size.sum(axis=2))) * UP + TINY
    diagonal = np.einsum("mii->mi", a)
    others = (np.abs(a).sum(axis=2) - np.abs(diagonal)) * UP + np.abs(a).sum(axis=2) * 1e-14
    decided = (np.abs(diagonal) > (others + error) * UP).all(axis=1)
    delta = (np.abs(np.abs(diagonal) - 1) + others + error).max(axis=1, initial=0.0) * UP
    return np.where(decided, (diagonal < 0).sum(axis=1), -1), delta
