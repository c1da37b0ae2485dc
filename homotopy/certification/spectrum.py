"""Eigenvalues of the Riemannian Hessian at certified points, as proved enclosures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import arb, arb_mat, ctx

from homotopy.certification import balls
from polysys.landscape import Landscape

_PRECISION = 128


def eigenvalues(landscape: Landscape, coordinates: Sequence[arb]) -> tuple[arb, ...] | None:
    """All eigenvalues, ascending, of the Hessian at a point, in the model's units; on spheres on the tangent space.

    Parameters
    ----------
    landscape : Landscape
    coordinates : sequence of arb
        Of a stationary point, in the model's units. The enclosures hold for every stationary point inside these balls.

    Returns
    -------
    tuple of arb, or None
        None where nothing is proved, because the balls are too wide.

    Notes
    -----
    With N the projector on the normal space and A = H - sum mu_k H_k of potential and constraints, the matrix (1 - N) A (1 - N) + c N has the wanted
    eigenvalues and, as many times as there are constraints, c, which is chosen above them all. For a symmetric M, approximate
    eigenvectors Q, values D, R = M Q - Q D and ||Q^T Q - 1|| <= e < 1, the orthogonal polar factor U of Q has ||Q - U|| <= e,
    so U^T M U = D + E with ||E|| <= ||R|| + e (||M|| + ||D||), and by Weyl every eigenvalue is so near the one of D of
    the same number. Norms are bounded by Frobenius', in ball arithmetic.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> found = ho.census(ps.expression("x^4/4 - x^2/2 + 3*y^2/2"))
    >>> [v.str(6, radius=False) for v in found.minima[0].eigenvalues]
    ['2.00000', '3.00000']
    """
    domain, scaling = landscape.domain, landscape.scaling
    with ctx.workprec(_PRECISION):
        lengths = [balls.ball(squared).sqrt() for squared in scaling.length_squared]
        units = [arb(1)] * domain.n
        for block, length in zip(domain.slices or (slice(0, domain.n),), lengths, strict=False):
            units[block] = [length] * (block.stop - block.start)
        w = [c / u for c, u in zip(coordinates, units, strict=True)]
        unit = balls.ball(scaling.energy_squared).sqrt()
        try:
            matrix, normal = _on_tangent_space(landscape, w)
        except ZeroDivisionError:  # constraints whose gradients are not proved to be independent
            return None
        n = domain.n
        scaled = arb_mat(n, n, [matrix[i, j] * unit / (units[i] * units[j]) for i in range(n) for j in range(n)])
        scaled += (1 + 2 * _norm(scaled)) * normal
        found = _enclosed(scaled)
    return None if found is None else found[: domain.dimension]


def _on_tangent_space(landscape: Landscape, w: Sequence[arb]) -> tuple[arb_mat, arb_mat]:
    """(1 - N) (H - sum mu_k H_k) (1 - N) at a point of the domain, and the projector N, in the units of the tapes."""
    domain = landscape.domain
    n, m = domain.n, domain.n_constraints
    zeros = [arb(0)] * m
    gradient = arb_mat(n, 1, [arb(v) for v in balls.evaluate(landscape.tapes.equations, [*w, *zeros])[:n]])
    one = arb_mat(n, n, [arb(int(i == j)) for i in range(n) for j in range(n)])
    if not m:
        return _part(landscape, [*w], range(n)), arb_mat(n, n)
    b = _part(landscape, [*w, *zeros], range(n, n + m))
    dual = (b.transpose() * b).inv() * b.transpose()
    mu = dual * gradient
    normal = b * dual
    matrix = _part(landscape, [*w, *(mu[k, 0] for k in range(m))], range(n))
    tangent = one - normal
    return tangent * matrix * tangent.transpose(), normal


def _part(landscape: Landscape, unknowns: Sequence[arb], columns: range) -> arb_mat:
    """Columns of the first n rows of the bordered matrix."""
    n, size = landscape.domain.n, landscape.domain.n + landscape.domain.n_constraints
    entries = [arb(e) for e in balls.evaluate(landscape.tapes.bordered, unknowns)]
    return arb_mat(n, len(columns), [entries[i * size + j] for i in range(n) for j in columns])


def _norm(matrix: arb_mat) -> arb:
    """An upper bound of Frobenius' norm of every matrix in a matrix of balls."""
    sizes = [v.abs_upper() for v in matrix.entries()]
    return sum((s * s for s in sizes), arb(0)).sqrt().upper()


def _enclosed(matrix: arb_mat) -> tuple[arb, ...] | None:
    n = matrix.nrows()
    mid = np.array([float(v.mid()) for v in matrix.entries()]).reshape(n, n)
    if not np.isfinite(mid).all():
        return None
    values, vectors = np.linalg.eigh((mid + mid.T) / 2)
    q = arb_mat(n, n, [arb(v) for v in vectors.ravel().tolist()])
    d = arb_mat(n, n, [arb(values[i]) if i == j else arb(0) for i in range(n) for j in range(n)])
    one = arb_mat(n, n, [arb(int(i == j)) for i in range(n) for j in range(n)])
    e = _norm(q.transpose() * q - one)
    error = _norm(matrix * q - q * d) + e * (_norm(matrix) + _norm(d))
    if not (e < 1 and error.is_finite()):
        return None
    reach = error.abs_upper()
    return tuple(arb(float(v)) + arb(0, reach) for v in values)
