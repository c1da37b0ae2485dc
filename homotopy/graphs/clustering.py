"""Whether the minima of one landscape are closer together than uniform points.

Two minima that a symmetry of the potential carries into each other are one: overlaps and distances are the best over
the (exact) symmetry group of the landscape. "Clustered" is relative to a null: as many points, with the same norm on
each sphere, in directions that are uniform and independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.graphs.overlaps import Symmetries, distinct, largest_products

_SAME = 1e-6  # relative distance at which two points are one; stored coordinates are good to 1e-9
_NULL = 200  # draws of the null


def uniform_like(points: Floats, blocks: Sequence[slice], rng: np.random.Generator) -> Floats:
    """Points with the same norm on each block of coordinates and uniform independent directions."""
    drawn = rng.standard_normal(points.shape)
    for block in blocks:
        found, new = (np.linalg.norm(x[:, block], axis=1, keepdims=True) for x in (points, drawn))
        drawn[:, block] *= found / new
    return drawn


@dataclass(frozen=True, slots=True)
class Clustering:
    """How close the distinct minima of one landscape are, and how close uniform points would be."""

    n: int  # distinct minima modulo symmetry; the origin, which has no direction, is left out
    overlap: float  # mean overlap of two of them, and its mean under the null
    null_overlap: float
    distance: float  # mean distance of two, in units of their root mean square norm
    nearest: float  # mean distance to the nearest other one, in the same units
    null_nearest: float
    # share of the null's draws with a mean nearest distance as small as the one found (with the one found among them):
    # small where minima are clustered, near 1 where they repel
    p_value: float

    @property
    def nearest_ratio(self) -> float:
        """Mean nearest distance over the null's: below 1 clustered, above 1 apart."""
        return self.nearest / self.null_nearest


def clustering(
    points: Floats, group: Symmetries, blocks: Sequence[slice] = (), *, seed: int = 0, draws: int = _NULL
) -> Clustering | None:
    """Compare the minima of one landscape with uniform points; None with fewer than two distinct minima.

    Parameters
    ----------
    points : float array (m, n)
        Minima; symmetric copies and the origin may be among them.
    group : Symmetries
    blocks : sequence of slice
        The spheres on which the points live (`Landscape.domain.slices`); none for R^n, where the norm as a whole is kept.
    seed, draws : int
        Of the null.

    Notes
    -----
    On R^n the null keeps the norm of each point, so that what is compared are directions.

    Examples
    --------
    >>> flip = Symmetries(np.array([[0, 1], [0, 1]]), np.array([[1.0, 1.0], [-1.0, -1.0]]))
    >>> found = clustering(np.array([[1.0, 0.01], [-1.0, 0.01]]), flip)
    >>> found.n, round(found.overlap, 3), found.p_value < 0.05
    (2, 1.0, True)
    """
    norms = np.linalg.norm(points, axis=1)
    points = points[norms > _SAME * norms.max(initial=0.0)]
    points = points[distinct(points, group)]
    if len(points) < 2:
        return None
    places = list(blocks) or [slice(0, points.shape[1])]
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xC1,)))
    found = _pair_means(points, group)
    null = np.array([_pair_means(uniform_like(points, places, rng), group) for _ in range(draws)])
    means = null.mean(axis=0)
    p_value = (1 + int((null[:, 2] <= found[2]).sum())) / (draws + 1)
    return Clustering(len(points), found[0], means[0], found[1], found[2], means[2], p_value)


def _pair_means(points: Floats, group: Symmetries) -> tuple[float, float, float]:
    """Mean overlap, mean distance and mean nearest distance of points that are not the origin."""
    pairs = np.triu_indices(len(points), 1)
    norms = np.linalg.norm(points, axis=1)
    products = largest_products(points, points, group)
    apart = np.sqrt(np.maximum(norms[:, None] ** 2 + norms[None, :] ** 2 - 2 * products, 0.0))
    apart /= np.sqrt((norms**2).mean())
    overlap = (products / np.outer(norms, norms))[pairs].mean()
    distance = apart[pairs].mean()
    np.fill_diagonal(apart, np.inf)
    return float(overlap), float(distance), float(apart.min(axis=1).mean())
