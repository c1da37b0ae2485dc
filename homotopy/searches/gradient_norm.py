"""Minimisation of the squared norm of the gradient: a way to saddles with a known mistake."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats
from homotopy.searches.quench import TOLERANCE
from homotopy.searches.result import Run, SearchResult, positive, whole
from homotopy.searches.surface import Surface
from polysys.landscape import Landscape

_DIFFERENCE = 1e-4  # of the Hessian along the gradient, in units of the domain
_FAR = 1e4
_LONGEST, _FIRST = 0.3, 0.1  # radius of trust, in units of the domain


def gradient_norm(
    landscape: Landscape,
    *,
    starts: int = 100,
    seed: int = 0,
    scale: float = 1.0,
    max_steps: int = 500,
    tolerance: float = TOLERANCE,
) -> SearchResult:
    r"""Minimise :math:`W = \tfrac{1}{2} |\nabla V|^2` from random starts. Minima of W with W > 0 are no stationary points.

    Parameters
    ----------
    landscape : Landscape
    starts, seed : int
        Run k depends on (seed, k) only.
    scale : float
        Standard deviation of the coordinates of starts on R^n; starts on spheres are uniform.
    max_steps : int
        After which a run that has not converged is given up.
    tolerance : float
        A run has converged where |grad V| is at most this times its median at random starts, or where |grad W| is at
        most this times |grad V| times the median curvature and W has a minimum.

    Returns
    -------
    SearchResult
        All minima of W; `gradient_norms` tells the zeros from the others.

    Raises
    ------
    InputError
        For numbers that make no sense.

    Notes
    -----
    grad W = H g with g the gradient and H the Hessian of V on the domain, so W is stationary where g = 0 or g is in the
    kernel of H: in directions in which V is inflected. Doye and Wales (2002) found that most minima of W are of this kind
    in Lennard-Jones clusters. Newton's method with a radius of trust; the second derivatives of W are
    :math:`H^2 + D_g H` and the curvature of the domain, with :math:`D_g H` from a central difference.

    References
    ----------
    Doye & Wales, J. Chem. Phys. 116 (2002) 3777. Angelani et al., Phys. Rev. Lett. 85 (2000) 5356.

    Examples
    --------
    :math:`x^3/3 + x` has no stationary point, but its slope is least at 0:

    >>> import polysys as ps
    >>> found = gradient_norm(ps.expression("x^3/3 + x").sample(), starts=10, seed=1)
    >>> found.n_points, bool((abs(found.points) < 1e-6).all()), found.gradient_norms.round(6).tolist()[0]
    (10, True, 1.0)
    """
    whole(max_steps=max_steps)
    positive(tolerance=tolerance)
    setting = f"{starts} starts, at most {max_steps} steps; minima of |gradient|^2, zero or not"
    run = Run("gradient-norm minimisation", landscape, starts, seed, scale, setting)
    with np.errstate(all="ignore"):
        points, done = _minimise(run.surface, run.starts(), max_steps, tolerance)
    return run.ended(points, done)


def _minimise(
    surface: Surface, x: Floats, max_steps: int, tolerance: float
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Where minimisations of |grad V|^2 / 2 end, and which converged."""
    aim, curvature = tolerance * surface.typical_gradient, surface.typical_curvature
    done, rows = np.zeros(len(x), bool), np.arange(len(x))
    trust = np.full(len(x), _FIRST * surface.length)
    g = surface.gradients(x)
    for _ in range(max_steps):
        here, slope = x[rows], g[rows]
        norms = np.linalg.norm(slope, axis=1)
        force, values, vectors = _second_order(surface, here, slope, norms)
        pull = np.linalg.norm(force, axis=1)
        is_minimum = (pull <= tolerance * curvature * norms) & (values[:, 0] > -1e-6 * curvature**2)
        done[rows] = (norms <= aim) | is_minimum
        go = ~done[rows] & np.isfinite(pull) & np.isfinite(values).all(axis=1)
        go &= np.abs(here).max(axis=1) <= _FAR * surface.length
        rows, here, slope, force, values, vectors = rows[go], here[go], slope[go], force[go], values[go], vectors[go]
        if not len(rows):
            break
        step, promised = _step(values, vectors, force, trust[rows])
        trial = surface.on_domain(here + step)
        ahead = surface.gradients(trial)
        before, after = (slope**2).sum(axis=1) / 2, (ahead**2).sum(axis=1) / 2
        ratio = (before - after) / promised
        better = (after < before) | ((promised <= 1e-14 * before) & (after <= before * (1 + 1e-14)))
        size = np.linalg.norm(step, axis=1)
        grown = np.minimum(np.maximum(trust[rows], 2 * size), _LONGEST * (surface.length + np.linalg.norm(here, axis=1)))
        trust[rows] = np.where(ratio > 0.75, grown, np.where((ratio > 0.25) & better, trust[rows], 0.25 * size))
        x[rows[better]], g[rows[better]] = trial[better], ahead[better]
    return x, done


def _second_order(surface: Surface, x: Floats, g: Floats, norms: Floats) -> tuple[Floats, Floats, Floats]:
    """The gradient of W with the eigenvalues and eigenvectors of its Hessian on the tangent space."""
    hessian = surface.hessians(x)
    along = _DIFFERENCE * surface.length * g / np.maximum(norms, 1e-300)[:, None]
    ahead, behind = (surface.hessians(surface.on_domain(x + sign * along)) for sign in (1, -1))
    third = (ahead - behind) * (norms / (2 * _DIFFERENCE * surface.length))[:, None, None]
    normals = surface.normals(x)
    outside = normals @ (normals.transpose(0, 2, 1) @ third)
    third = third - outside - outside.transpose(0, 2, 1) + outside @ normals @ normals.transpose(0, 2, 1)
    second = hessian @ hessian + third + surface.curvature_of_norm(g)
    force = (hessian @ g[:, :, None])[:, :, 0]
    return force, *surface.spectrum(x, (second + second.transpose(0, 2, 1)) / 2)


def _step(values: Floats, vectors: Floats, force: Floats, trust: Floats) -> tuple[Floats, Floats]:
    """A Newton step on |eigenvalues|, cut to the radius of trust, and the decrease it promises."""
    components = (vectors * force[:, :, None]).sum(axis=1)
    floor = 1e-12 * np.abs(values).max(axis=1, keepdims=True) + 1e-300
    inner = -components / np.maximum(np.abs(values), floor)
    size = np.linalg.norm(inner, axis=1)
    inner *= np.minimum(1.0, trust / np.maximum(size, 1e-300))[:, None]
    promised = -(components * inner).sum(axis=1) - (values * inner**2).sum(axis=1) / 2
    return (vectors * inner[:, None, :]).sum(axis=2), promised
