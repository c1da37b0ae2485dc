"""How the symmetry group of a landscape permutes its stationary points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from homotopy.common.arrays import Floats, Integers
from polysys.symmetry import SignedPermutation

_SAME = 1e-4  # distance below which two points are one, in distances to the nearest other point


def images(points: Floats, generators: Sequence[SignedPermutation]) -> Integers:
    """Where each generator carries each point: array (generators, points), -1 where no point is there.

    Parameters
    ----------
    points : float array (m, n)
        Distinct points in the landscape's coordinates, good to much less than their distances.
    generators : sequence of SignedPermutation

    Examples
    --------
    >>> flip = SignedPermutation((0, 1), (-1, -1))
    >>> images(np.array([[1.0, 2.0], [-1.0, -2.0], [3.0, 0.0]]), [flip]).tolist()
    [[1, 0, -1]]
    """
    result = np.full((len(generators), len(points)), -1, np.int64)
    if not len(points) or not generators:
        return result
    from scipy.spatial import cKDTree  # half a second to import

    tree = cKDTree(points)
    reach = _SAME * separations(points)
    for row, g in enumerate(generators):
        moved = points[:, list(g.perm)] * np.array(g.signs)
        distance, number = tree.query(moved)
        near = distance <= np.minimum(reach, reach[number])
        result[row, near] = number[near]
    return result


def separations(points: Floats) -> Floats:
    """The distance from each point to the nearest other one; for a single point 1 + its norm."""
    if len(points) < 2:
        return np.asarray(1.0 + np.linalg.norm(points, axis=1))
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(points).query(points, k=2)[0][:, 1])


def first_of_orbit(maps: Integers) -> Integers:
    """For each point the first one of its orbit, from the :func:`images` under generators.

    Examples
    --------
    >>> first_of_orbit(np.array([[1, 0, -1], [0, 1, 2]])).tolist()
    [0, 0, 2]
    """
    first = np.arange(maps.shape[1])
    while True:
        before = first
        for image in maps:
            start = np.flatnonzero(image >= 0)
            ends = first[start], first[image[start]]
            first = first.copy()
            np.minimum.at(first, np.maximum(*ends), np.minimum(*ends))  # the later of two first ones is none
            while not np.array_equal(nearer := first[first], first):
                first = nearer
        if np.array_equal(first, before):
            return first


def orbit_numbers(maps: Integers) -> Integers:
    """For each point the number of its orbit; orbits are numbered by their first members.

    Examples
    --------
    >>> orbit_numbers(np.array([[1, 0, -1], [0, 1, 2]])).tolist()
    [0, 0, 1]
    """
    return np.asarray(np.unique(first_of_orbit(maps), return_inverse=True)[1])
