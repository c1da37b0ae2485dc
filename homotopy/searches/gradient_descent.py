"""Gradient descent from random starts, to a tight gradient."""

from __future__ import annotations

from homotopy.searches.quench import TOLERANCE, quench
from homotopy.searches.result import Run, SearchResult, positive, whole
from polysys.landscape import Landscape


def gradient_descent(
    landscape: Landscape,
    *,
    starts: int = 100,
    seed: int = 0,
    scale: float = 1.0,
    max_steps: int = 20_000,
    tolerance: float = TOLERANCE,
) -> SearchResult:
    """Steepest descent with backtracking from random starts; finds minima.

    Parameters
    ----------
    landscape : Landscape
    starts, seed : int
        Run k depends on (seed, k) only.
    scale : float
        Standard deviation of the coordinates of starts on R^n; starts on spheres are uniform.
    max_steps : int
        After which a run that has not converged is given up. So are runs that leave for infinity.
    tolerance : float
        On the norm of the gradient, relative to its median at random starts.

    Returns
    -------
    SearchResult

    Raises
    ------
    InputError
        For numbers that make no sense.

    Notes
    -----
    The step is Barzilai and Borwein's, shortened until the energy falls enough (Armijo). Last comes Newton's method, where
    it can end only in the minimum whose convex neighbourhood the descent has reached; see :mod:`homotopy.searches.quench`.

    Examples
    --------
    >>> import polysys as ps
    >>> found = gradient_descent(ps.expression("x^4/4 - x^2/2 + y^2/2").sample(), starts=20, seed=1)
    >>> found.n_failed, dict(found.by_index), sorted({round(x) for x in found.points[:, 0].tolist()})
    (0, {0: 20}, [-1, 1])
    """
    whole(max_steps=max_steps)
    positive(tolerance=tolerance)
    run = Run("gradient descent", landscape, starts, seed, scale, f"{starts} starts, at most {max_steps} steps")
    found = quench(run.surface, run.starts(), max_steps=max_steps, tolerance=tolerance)
    return run.ended(found.points, found.is_converged)
