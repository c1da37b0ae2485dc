"""Verified inertia of many symmetric interval matrices at once, in doubles.

For M known within a radius matrix R, and any Q, the congruence A = Q^T M Q satisfies |A - fl(Q^T (M Q))| <= |Q|^T G |Q|
with G = R + c u |M|, c = 16 (n + 4): the rounding of two products and the radii together. If every Gershgorin disc of A avoids zero,
A is nonsingular, hence Q is, and by Sylvester's law M has as many negative eigenvalues as A has negative diagonal entries.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from homotopy.certification.discs.contraction import UP
from homotopy.certification.discs.roundoff import TINY, U
from homotopy.common.arrays import Floats


def negative_counts(mid: Floats, radius: Floats) -> npt.NDArray[np.int64]:
    """Numbers of negative eigenvalues of all symmetric matrices within radius (m, n, n) of mid; -1 where undecided.

    Examples
    --------
    >>> negative_counts(np.array([[[1.0, 2.0], [2.0, 1.0]]]), np.full((1, 2, 2), 1e-9)).tolist()
    [1]
    >>> negative_counts(np.array([[[1.0, 1.0], [1.0, 1.0]]]), np.full((1, 2, 2), 1e-9)).tolist()
    [-1]
    """
    m, n, _ = mid.shape
    counts = np.full(m, -1, np.int64)
    rows = np.flatnonzero(np.isfinite(mid).all(axis=(1, 2)) & np.isfinite(radius).all(axis=(1, 2)))
    if not len(rows):
        return counts
    matrices, spread = mid[rows], radius[rows]
    try:
        values, vectors = np.linalg.eigh((matrices + matrices.transpose(0, 2, 1)) / 2)
    except np.linalg.LinAlgError:
        return counts
    with np.errstate(all="ignore"):
        q = vectors / np.sqrt(np.maximum(np.abs(values), 1e-18 * np.abs(values).max(axis=1, keepdims=True)))[:, None, :]
        a = q.transpose(0, 2, 1) @ (matrices @ q)
        size = np.abs(q)
        reach = spread + 16 * (n + 4) * U * np.abs(matrices)
        error = np.einsum("mki,mk->mi", size, np.einsum("mkl,ml->mk", reach, size.sum(axis=2))) * UP + TINY
        diagonal = np.einsum("mii->mi", a)
        others = (np.abs(a).sum(axis=2) - np.abs(diagonal)) * UP + np.abs(a).sum(axis=2) * 1e-14
        decided = (np.abs(diagonal) > (others + error) * UP).all(axis=1)
    counts[rows[decided]] = (diagonal[decided] < 0).sum(axis=1)
    return counts
