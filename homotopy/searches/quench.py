"""Steepest descent of many points at once, with a Newton polish at the end: the quench of all searches for minima."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Flags, Floats
from homotopy.searches.surface import Surface

TOLERANCE = 1e-10  # of the gradient, relative to its median norm at random starts
_ARMIJO = 1e-4  # of the decrease that the gradient promises
_SHRINK = 0.25
_TRY_NEWTON = 1e-2  # relative gradient below which the polish is tried
_STILL = 1e-14  # relative step at which a descent has stopped
_ROUNDING = 1e-15  # of energies, relative to their typical size
_LONGEST = 0.1  # step, in units of the domain (or a hundredth of |x| far out): longer ones may jump out of a basin
_EVERY = 10  # steps between two tries
_POLISH = 12  # Newton steps of one try
_FAR = 1e4  # a run this many lengths away has left


@dataclass(frozen=True, slots=True)
class Quenched:
    """Where descents ended.

    Parameters
    ----------
    points : float array (m, n)
    is_converged : bool array (m,)
    """

    points: Floats
    is_converged: Flags


def quench(surface: Surface, starts: Floats, *, max_steps: int = 20_000, tolerance: float = TOLERANCE) -> Quenched:
    """Steepest descent with Barzilai-Borwein steps that must lower the energy (Armijo), then Newton's method.

    Parameters
    ----------
    surface : Surface
    starts : float array (m, n)
    max_steps : int
        After which a run that has not converged is given up.
    tolerance : float
        On the norm of the gradient, relative to its median at random starts.

    Notes
    -----
    Steps are at most a tenth of the radius or scale, so that a descent seldom leaves its basin of attraction. The polish is accepted only where the Hessian stays positive on the tangent space, every Newton step is at most half
    the one before, all of them together are short, and the energy does not rise: it ends where the descent would have.

    References
    ----------
    Barzilai & Borwein, IMA J. Numer. Anal. 8 (1988) 141.
    """
    x = np.array(starts, dtype=float)
    aim = tolerance * surface.typical_gradient
    far = _FAR * (surface.length + np.abs(x).max(initial=0.0))
    done = np.zeros(len(x), bool)
    rows = np.arange(len(x))
    with np.errstate(all="ignore"):
        f, g = surface.energies(x), surface.gradients(x)
        step = 0.01 * surface.length / np.linalg.norm(g, axis=1)
        for k in range(max_steps):
            norms = np.linalg.norm(g[rows], axis=1)
            done[rows] = norms <= aim
            size = np.abs(x[rows]).max(axis=1)
            lost = ~np.isfinite(norms) | (size > far)
            if k % _EVERY == _EVERY - 1:
                is_still = step[rows] * norms <= _STILL * (surface.length + size)  # rounding hides what is left
                is_near = (norms <= _TRY_NEWTON * surface.typical_gradient) | is_still
                near = rows[is_near & ~done[rows] & ~lost]
                x[near], done[near] = polish(surface, x[near], f[near], aim)
                lost |= is_still
            rows = rows[~done[rows] & ~lost]
            if not len(rows):
                break
            _step(surface, x, f, g, step, rows)
    return Quenched(x, done)


def _step(surface: Surface, x: Floats, f: Floats, g: Floats, step: Floats, rows: npt.NDArray[np.int64]) -> None:
    """One trial step of the given runs, in place."""
    alpha = step[rows]
    trial = surface.on_domain(x[rows] - alpha[:, None] * g[rows])
    value, slope = surface.energies(trial), surface.gradients(trial)
    squared = (g[rows] ** 2).sum(axis=1)
    rounding = _ROUNDING * np.maximum(np.abs(f[rows]), surface.typical_size)
    lower = value <= f[rows] - _ARMIJO * alpha * squared + rounding
    s, y = trial - x[rows], slope - g[rows]
    sy, ss = (s * y).sum(axis=1), (s * s).sum(axis=1)
    next_step = np.where(sy > 0, ss / sy, 2 * alpha)
    usable = np.isfinite(next_step) & (next_step > 0)
    step[rows] = np.where(lower & usable, np.clip(next_step, alpha * 0.01, alpha * 100), alpha * _SHRINK)
    longest = _LONGEST * (surface.length + 0.1 * np.linalg.norm(x[rows], axis=1))
    step[rows] = np.minimum(step[rows], longest / np.linalg.norm(np.where(lower[:, None], slope, g[rows]), axis=1))
    better = rows[lower]
    x[better], f[better], g[better] = trial[lower], value[lower], slope[lower]


def polish(surface: Surface, x: Floats, f: Floats, aim: float) -> tuple[Floats, Flags]:
    """Newton's method from points next to a minimum: the new points, and which of them converged; others stay."""
    start, x = x, x.copy()
    is_on = np.ones(len(x), bool)
    done = np.zeros(len(x), bool)
    last = np.full(len(x), np.inf)
    moved = np.zeros(len(x))
    for _ in range(_POLISH):
        rows = np.flatnonzero(is_on & ~done)
        if not len(rows):
            break
        g = surface.gradients(x[rows])
        here = np.linalg.norm(g, axis=1) <= aim
        values, vectors = surface.modes(x[rows])
        step = newton_step(values, vectors, g)
        size = np.linalg.norm(step, axis=1)
        moved[rows] += size
        fine = (values[:, 0] > 0) & (here | ((size <= 0.5 * last[rows]) & (moved[rows] <= 0.1 * surface.length)))
        done[rows] = here & fine
        is_on[rows] = fine
        last[rows] = size
        go = rows[fine & ~here]
        x[go] = surface.on_domain(x[go] + step[fine & ~here])
    ended = np.flatnonzero(done)
    rises = surface.energies(x[ended]) > f[ended] + 100 * _ROUNDING * np.maximum(np.abs(f[ended]), surface.typical_size)
    done[ended[rises]] = False
    x[~done] = start[~done]
    return x, done


def newton_step(values: Floats, vectors: Floats, gradients: Floats) -> Floats:
    """The Newton step (m, n) from eigenvalues (m, d) and eigenvectors (m, n, d) of the Hessian."""
    components = (vectors * gradients[:, :, None]).sum(axis=1)
    return np.asarray(-(vectors * (components / values)[:, None, :]).sum(axis=2))
