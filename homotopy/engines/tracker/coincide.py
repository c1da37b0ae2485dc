"""Which end points are the same: paths that jumped."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SAME = 1e-7  # relative distance below which two end points are the same: ten times the largest error of one
SAME_SHARP = 1e-12  # the same for two end points refined in double-double


def coinciding(
    rows: npt.NDArray[np.int64],
    x: npt.NDArray[np.complex128],
    sample: npt.NDArray[np.int64],
    is_sharp: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Paths with an end point that another path of the sample shares, and the first path of each group.

    Parameters
    ----------
    rows : int array (m,)
        Numbers of the paths.
    x : complex array (m, n)
        Their end points.
    sample : int array (m,)
        Only end points of one sample are compared.
    is_sharp : bool array (m,)
        End points refined in double-double, told apart at a smaller distance.

    Notes
    -----
    Sorted along a random direction, equal points are neighbours: m log m instead of m^2.
    """
    rng = np.random.default_rng(0)
    direction = rng.standard_normal(x.shape[1]) + 1j * rng.standard_normal(x.shape[1])
    key = np.einsum("ij,j->i", x, direction).real  # not BLAS, whose threads go on waiting for more work
    scale = np.abs(x).max(axis=1) if len(x) else np.zeros(0)
    reach = SAME * scale * np.abs(direction).sum()
    order = np.lexsort((key, sample))
    first = np.arange(len(rows))
    shift = 1
    while shift < len(rows):
        a, b = order[:-shift], order[shift:]
        close = (sample[a] == sample[b]) & (key[b] - key[a] <= np.maximum(reach[a], reach[b]))
        if not close.any():
            break
        a, b = a[close], b[close]
        radius = np.where(is_sharp[a] & is_sharp[b], SAME_SHARP, SAME)
        same = np.abs(x[a] - x[b]).max(axis=1) <= radius * np.maximum(scale[a], scale[b])
        for i, j in zip(a[same].tolist(), b[same].tolist(), strict=True):
            low = min(first[i], first[j])
            first[i] = first[j] = low
        shift += 1
    members = np.flatnonzero(first != np.arange(len(rows)))
    groups = np.union1d(members, first[members])
    return rows[groups], rows[first[groups]]
