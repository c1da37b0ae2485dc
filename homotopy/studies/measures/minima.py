"""Minima of one landscape as a set of points: apart modulo symmetry, against uniform points, and how wide they are.

Two minima that a symmetry of the potential carries into each other are one: overlaps and distances are the best over
the (exact) symmetry group of the landscape. "Clustered" is relative to a null: as many points, with the same norm on
each sphere, in directions that are uniform and independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.graphs.overlaps import Symmetries as Symmetries
from homotopy.graphs.overlaps import distances as distances
from homotopy.graphs.overlaps import distinct as distinct
from homotopy.graphs.overlaps import largest_products as largest_products
from homotopy.graphs.overlaps import overlaps as overlaps
from homotopy.graphs.overlaps import symmetries as symmetries
from polysys.landscape import Landscape, Potential
from polysys.tape import Tape, trace

Shapes = tuple[tuple[str, tuple[int, ...]], ...]
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
    """How close the distinct minima of one landscape are, and how close uniform points would be.

    Parameters
    ----------
    n : int
        Distinct minima modulo symmetry; the origin, which has no direction, is left out.
    overlap, null_overlap : float
        Mean overlap of two of them, and its mean under the null.
    distance, null_distance : float
        Mean distance of two, in units of their root mean square norm.
    nearest, null_nearest : float
        Mean distance to the nearest other one, in the same units.
    p_value : float
        Share of the null's draws with a mean nearest distance as small as the one found (with the one found among them):
        small where minima are clustered, near 1 where they repel.
    """

    n: int
    overlap: float
    null_overlap: float
    distance: float
    null_distance: float
    nearest: float
    null_nearest: float
    p_value: float

    @property
    def nearest_ratio(self) -> float:
        """Mean nearest distance over the null's: below 1 clustered, above 1 apart."""
        return self.nearest / self.null_nearest

    @property
    def distance_ratio(self) -> float:
        """Mean distance of two over the null's."""
        return self.distance / self.null_distance


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
    return Clustering(len(points), found[0], means[0], found[1], means[1], found[2], means[2], p_value)


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


def curvatures(landscape: Landscape, points: Floats) -> Floats:
    """Eigenvalues of the Riemannian Hessian at stationary points, in doubles and in the model's units.

    Parameters
    ----------
    landscape : Landscape
    points : float array (k, n)
        In the model's units, as censuses and ensembles give them.

    Returns
    -------
    float array (k, dimension)
        Ascending.

    Notes
    -----
    With P the projector on the tangent space and A = H - diag(mu), P A P + t (1 - P) has the eigenvalues wanted and t, as
    many times as there are spheres; t is chosen beyond all others, and these are dropped.

    Examples
    --------
    >>> import polysys as ps
    >>> curvatures(ps.expression("x^4/4 - x^2/2 + 3*y^2/2").sample(), np.array([[1.0, 0.0]])).tolist()
    [[2.0, 3.0]]
    """
    domain, k = landscape.domain, len(points)
    if not k:
        return np.zeros((0, domain.dimension))
    lengths = np.ones(domain.n)
    for block, squared in zip(domain.slices, landscape.scaling.length_squared, strict=False):
        lengths[block] = float(squared) ** 0.5
    unit = float(landscape.scaling.energy_squared) ** 0.5
    shapes = tuple((name, c.shape) for name, c in landscape.couplings.items())
    x, p = list((points / lengths).T), [float(c) for c in landscape.parameters]
    values = [value for tape in _derivatives(landscape, shapes) for value in tape.evaluate(x, p, float)]
    stacked = np.array([np.broadcast_to(v, (k,)) for v in values], float).T * unit
    gradient = stacked[:, : domain.n] / lengths
    hessian = stacked[:, domain.n :].reshape(k, domain.n, domain.n) / np.outer(lengths, lengths)
    projector = np.broadcast_to(np.eye(domain.n), (k, domain.n, domain.n)).copy()
    for block in domain.slices:
        w, g = points[:, block], gradient[:, block]
        square = (w * w).sum(axis=1)
        hessian[:, block, block] -= ((w * g).sum(axis=1) / square)[:, None, None] * np.eye(block.stop - block.start)
        projector[:, block, block] -= w[:, :, None] * w[:, None, :] / square[:, None, None]
    tangent = projector @ hessian @ projector
    beyond = 2 * np.sqrt((tangent**2).sum(axis=(1, 2)).max()) + 1
    eigenvalues = np.linalg.eigvalsh(tangent + beyond * (np.eye(domain.n) - projector))
    return np.asarray(eigenvalues[:, : domain.dimension])


def _derivatives(landscape: Landscape, shapes: Shapes) -> tuple[Tape, Tape]:
    """Gradient and Hessian of all samples of a model, with the couplings as parameters."""
    potential, n = landscape.potential_function, landscape.domain.n
    try:
        return _shared_derivatives(potential, n, shapes)
    except TypeError:  # a model that holds arrays has no hash
        return _derivatives_of(potential, n, shapes)


@lru_cache(maxsize=32)
def _shared_derivatives(potential: Potential, n: int, shapes: Shapes) -> tuple[Tape, Tape]:
    return _derivatives_of(potential, n, shapes)


def _derivatives_of(potential: Potential, n: int, shapes: Shapes) -> tuple[Tape, Tape]:
    sizes = [int(np.prod(shape)) for _, shape in shapes]

    def value(x: Any, p: Any) -> list[Any]:
        couplings, start = {}, 0
        for (name, shape), size in zip(shapes, sizes, strict=True):
            piece = np.empty(size, dtype=object)
            piece[:] = p[start : start + size]
            couplings[name] = piece.reshape(shape)
            start += size
        return [potential(np.array(x, dtype=object), couplings)]

    gradient = trace(value, n, sum(sizes)).gradient()
    return gradient, gradient.jacobian()


def log_curvature(eigenvalues: Floats) -> Floats:
    """log det of positive Hessians per dimension: the mean logarithm of the curvatures, rows (k, d) to (k,).

    The width of a minimum is its inverse: exp(-1/2 of it) is the geometric mean of the Gaussian widths.
    """
    return np.asarray(np.log(eigenvalues).mean(axis=1))


def log_scale(eigenvalues: Floats) -> float:
    """Logarithm of the root mean square curvature over all stationary points of a landscape, rows (k, d).

    `log_curvature` minus it is free of scale: it does not change when energies or lengths are measured in other units.
    """
    return float(np.log((eigenvalues**2).mean()) / 2)
