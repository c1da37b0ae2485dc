"""Newton's method from random starts: the search that everybody tries first."""

from __future__ import annotations

import numpy as np

from homotopy.searches.quench import TOLERANCE, newton_step
from homotopy.searches.result import Run, SearchResult, positive, whole
from polysys.landscape import Landscape

_FAR = 1e8


def random_newton(
    landscape: Landscape,
    *,
    starts: int = 100,
    seed: int = 0,
    scale: float = 1.0,
    max_steps: int = 200,
    tolerance: float = TOLERANCE,
) -> SearchResult:
    """Undamped Newton iterations on the gradient, from random starts.

    On spheres the step solves the Riemannian Newton equation on the tangent space and is followed by normalisation; this is
    Newton's method for the Lagrange equations with the best multiplier.

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
        On the norm of the gradient, relative to its median at random starts.

    Returns
    -------
    SearchResult

    Raises
    ------
    InputError
        For numbers that make no sense.

    Examples
    --------
    >>> import polysys as ps
    >>> found = random_newton(ps.expression("x^3/3 - x").sample(), starts=20, seed=1)
    >>> found.n_points + found.n_failed, sorted({round(x) for x in found.points[:, 0].tolist()})
    (20, [-1, 1])
    """
    whole(max_steps=max_steps)
    positive(tolerance=tolerance)
    run = Run("random-start Newton", landscape, starts, seed, scale, f"{starts} starts, at most {max_steps} steps")
    surface = run.surface
    x = run.starts()
    aim = tolerance * surface.typical_gradient
    done = np.zeros(len(x), bool)
    rows = np.arange(len(x))
    with np.errstate(all="ignore"):
        for _ in range(max_steps + 1):
            g = surface.gradients(x[rows])
            norms = np.linalg.norm(g, axis=1)
            done[rows] = norms <= aim
            go = ~done[rows] & np.isfinite(norms) & (np.abs(x[rows]).max(axis=1) < _FAR * surface.length)
            rows, g = rows[go], g[go]
            if not len(rows):
                break
            x[rows] = surface.on_domain(x[rows] + newton_step(*surface.modes(x[rows]), g))
    return run.ended(x, done)
