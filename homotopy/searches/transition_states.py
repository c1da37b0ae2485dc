"""Eigenvector following: searches for saddles of index 1, uphill along the softest mode and downhill along all others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats
from homotopy.searches.quench import TOLERANCE
from homotopy.searches.result import Run, SearchResult, positive, whole
from homotopy.searches.surface import Surface
from polysys.errors import InputError
from polysys.landscape import Landscape

_LONGEST = 0.1  # longest step along a mode, in units of the domain
_FAR = 1e4


def transition_states(
    landscape: Landscape,
    *,
    starts: int = 100,
    seed: int = 0,
    scale: float = 1.0,
    minima: npt.ArrayLike | None = None,
    push: float = 0.3,
    max_steps: int = 1000,
    tolerance: float = TOLERANCE,
) -> SearchResult:
    r"""Eigenvector following (Cerjan & Miller 1981; Wales 1994) to saddles of index 1.

    Parameters
    ----------
    landscape : Landscape
    starts, seed : int
        Run k depends on (seed, k) only.
    scale : float
        Standard deviation of the coordinates of starts on R^n; starts on spheres are uniform.
    minima : array (m, n), optional
        Minima to start from instead, such as the points of :func:`gradient_descent`: run k leaves minimum k mod m along
        its mode k // 2m, softest first, to both sides; when all are used, along random directions.
    push : float
        How far that first displacement leads, in units of the radius or scale.
    max_steps : int
        After which a run that has not converged is given up.
    tolerance : float
        On the norm of the gradient, relative to its median at random starts.

    Returns
    -------
    SearchResult
        End points with exactly one negative eigenvalue; runs that end elsewhere count as not converged.

    Raises
    ------
    InputError
        For numbers that make no sense, or minima of another size.

    Notes
    -----
    The step along the mode with eigenvalue h and gradient component c is :math:`\pm 2 c / (|h| + \sqrt{h^2 + 4 c^2})`, + along
    the softest one. Runs that go uphill for ever, where no saddle lies ahead, are given up.

    References
    ----------
    Cerjan & Miller, J. Chem. Phys. 75 (1981) 2800. Wales, J. Chem. Phys. 101 (1994) 3750.

    Examples
    --------
    >>> import polysys as ps
    >>> found = transition_states(ps.expression("x^4/4 - x^2/2 + y^2/2").sample(), starts=20, seed=1, scale=0.3)
    >>> found.n_failed, dict(found.by_index), bool((abs(found.points) < 1e-8).all())
    (0, {1: 20}, True)
    """
    whole(max_steps=max_steps)
    positive(tolerance=tolerance, push=push)
    run = Run("eigenvector following", landscape, starts, seed, scale, "")
    surface = run.surface
    with np.errstate(all="ignore"):
        if minima is None:
            x, origin = run.starts(), "random starts"
        else:
            known = _checked(surface, minima)
            x = _leave(run, known, push)
            origin = f"starts from {len(known)} minima"
        run.setting = f"{starts} {origin}, at most {max_steps} steps"
        points, done = _follow(surface, x, max_steps, tolerance * surface.typical_gradient)
    return run.ended(points, done)


def _checked(surface: Surface, minima: npt.ArrayLike) -> Floats:
    points = np.array(minima, dtype=float)
    if points.ndim != 2 or not len(points) or points.shape[1] != surface.n or not np.isfinite(points).all():
        raise InputError(
            f"The minima are no list of points with {surface.n} finite coordinates.", "Give an array (m, n)."
        )
    return surface.on_domain(points)


def _leave(run: Run, minima: Floats, push: float) -> Floats:
    """Starting points next to minima: along modes first, then in random directions."""
    surface, m = run.surface, len(minima)
    vectors = surface.modes(minima)[1]
    numbers = np.arange(run.n_starts)
    mode, side = numbers // (2 * m), np.where(numbers // m % 2, -1.0, 1.0)
    home = minima[numbers % m]
    random = surface.projected(home, run.starts())
    direction = np.where(
        (mode < surface.dimension)[:, None],
        side[:, None] * vectors[numbers % m, :, np.minimum(mode, surface.dimension - 1)],
        random / np.linalg.norm(random, axis=1, keepdims=True),
    )
    return surface.on_domain(home + push * surface.length * direction)


def _follow(
    surface: Surface, x: Floats, max_steps: int, aim: float
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    done, rows = np.zeros(len(x), bool), np.arange(len(x))
    x = x.copy()
    longest = np.full(len(x), _LONGEST * surface.length)
    for k in range(max_steps):
        here = x[rows]
        g = surface.gradients(here)
        norms = np.linalg.norm(g, axis=1)
        values, vectors = surface.modes(here)
        is_saddle = (values[:, 0] < 0) & ((values[:, 1] > 0) if values.shape[1] > 1 else True)
        done[rows] = (norms <= aim) & is_saddle
        go = ~done[rows] & np.isfinite(norms) & np.isfinite(values).all(axis=1)
        go &= np.abs(here).max(axis=1) <= _FAR * surface.length
        rows, here, g, values, vectors = rows[go], here[go], g[go], values[go], vectors[go]
        if not len(rows):
            break
        components = (vectors * g[:, :, None]).sum(axis=1)
        inner = -2 * components / (np.abs(values) + np.sqrt(values**2 + 4 * components**2))
        inner[:, 0] *= -1
        if k and k % 100 == 0:
            longest[rows] *= 0.5  # runs that circle are slowed down
        size = np.linalg.norm(inner, axis=1)
        inner *= np.minimum(1.0, longest[rows] / np.maximum(size, 1e-300))[:, None]
        x[rows] = surface.on_domain(here + (vectors * inner[:, None, :]).sum(axis=2))
    return x, done
