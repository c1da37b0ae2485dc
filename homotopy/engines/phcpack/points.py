"""Sets of points: equal ones, and the regular solutions of a system each once."""

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from homotopy.engines.phcpack.newton import System, newton
from homotopy.engines.phcpack.types import Point, Polynomials

CLOSE = 1e-8  # two polished regular solutions nearer than this, relative to their size, are one


def close_pairs(points: Sequence[Point]) -> list[tuple[int, int]]:
    """Return the pairs of points that agree within `CLOSE`."""
    if len(points) < 2 or not points[0]:
        return []
    x = np.array(points, dtype=complex)
    size = np.maximum(np.abs(x).max(axis=1), 1.0)[:, None]
    # Direction and logarithm of the size: relative distance, and points on one line through 0 stay apart.
    pairs = cKDTree(np.hstack([x.real / size, x.imag / size, np.log(size)])).query_pairs(CLOSE)
    return sorted((int(min(p)), int(max(p))) for p in pairs)


def distinct_regular(polynomials: Polynomials, points: Sequence[Point]) -> list[Point]:
    """Polish points and return those that are regular solutions, each once.

    Trap H: PHCpack's lists of end points contain duplicates and points that solve nothing.
    """
    if not points:
        return []
    n = len(polynomials)
    x, err, rco, res = newton(System(polynomials, n), np.array(points, dtype=complex).reshape(-1, n), 5)
    good = (err < 1e-9) & (rco > 1e-13) & (res < 1e-9)
    kept: list[Point] = [tuple(complex(z) for z in row) for row in x[good]]
    doubles = {b for _, b in close_pairs(kept)}
    return [point for k, point in enumerate(kept) if k not in doubles]
