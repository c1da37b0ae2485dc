"""Overlaps and distances of points modulo a symmetry group: the best over its elements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from homotopy.common.arrays import Floats, Integers
from polysys.errors import InputError
from polysys.landscape import Landscape

MAX_ELEMENTS = 4096  # of a symmetry group: every overlap is a maximum over them
_SAME = 1e-6  # relative distance at which two points are one; stored coordinates are good to 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Symmetries:
    """A finite group of signed permutations as arrays: (g x)_i = signs[g, i] x[perms[g, i]], the identity first.

    Parameters
    ----------
    perms : int array (g, n)
    signs : float array (g, n)
    """

    perms: Integers
    signs: Floats

    @property
    def order(self) -> int:
        """Number of elements."""
        return len(self.perms)


def symmetries(landscape: Landscape) -> Symmetries:
    """The symmetry group of a landscape, all elements.

    Raises
    ------
    InputError
        If it has more than `MAX_ELEMENTS`.

    Examples
    --------
    >>> import polysys as ps
    >>> symmetries(ps.LayeredSpinGlass(widths=(2, 2, 2)).sample(1)).order  # the flips of two layers at a time
    4
    """
    try:
        elements = list(landscape.symmetry.elements(MAX_ELEMENTS))
    except InputError as error:
        raise InputError(
            f"{landscape.label} has more than {MAX_ELEMENTS} symmetries.", "Choose smaller hidden layers."
        ) from error
    return Symmetries(np.array([g.perm for g in elements]), np.array([g.signs for g in elements], float))


def largest_products(x: Floats, y: Floats, group: Symmetries) -> Floats:
    """max over the group of <x_i, g y_j>, for points x (a, n) and y (b, n): array (a, b).

    Examples
    --------
    >>> flip = Symmetries(np.array([[0, 1], [0, 1]]), np.array([[1.0, 1.0], [-1.0, -1.0]]))
    >>> largest_products(np.array([[1.0, 0.0]]), np.array([[-3.0, 4.0]]), flip).tolist()
    [[3.0]]
    """
    best = np.full((len(x), len(y)), -np.inf)
    for perm, sign in zip(group.perms, group.signs, strict=True):
        np.maximum(best, x @ (sign * y[:, perm]).T, out=best)
    return best


def overlaps(points: Floats, group: Symmetries) -> Floats:
    """The overlap of each pair of points modulo symmetry: the largest cosine of the angle between x_i and g x_j.

    On |x|^2 = N it is max_g x_i . g x_j / N, and on a product of spheres the mean over the layers, weighted by their
    widths.

    Parameters
    ----------
    points : float array (m, n)
        None of them the origin.

    Returns
    -------
    float array (m, m)
    """
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    return largest_products(unit, unit, group)


def distances(points: Floats, group: Symmetries) -> Floats:
    """min over the group of |x_i - g x_j| for each pair of points (m, n): array (m, m)."""
    squares = (points**2).sum(axis=1)
    squared = squares[:, None] + squares[None, :] - 2 * largest_products(points, points, group)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def distinct(points: Floats, group: Symmetries) -> Integers:
    """Numbers of the first point of each orbit, ascending.

    Examples
    --------
    >>> flip = Symmetries(np.array([[0, 1], [0, 1]]), np.array([[1.0, 1.0], [-1.0, -1.0]]))
    >>> distinct(np.array([[1.0, 2.0], [-1.0, -2.0], [2.0, 1.0]]), flip).tolist()
    [0, 2]
    """
    if not len(points):
        return np.zeros(0, np.int64)
    reach = _SAME * float(np.linalg.norm(points, axis=1).max())
    close = distances(points, group) <= reach
    np.fill_diagonal(close, True)
    is_first = close.argmax(axis=1) == np.arange(len(points))
    return np.flatnonzero(is_first)
