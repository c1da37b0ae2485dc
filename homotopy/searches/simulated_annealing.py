"""Simulated annealing: Metropolis steps on the domain while the temperature falls, then a quench."""

from __future__ import annotations

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.searches.quench import quench
from homotopy.searches.result import Run, SearchResult, positive, whole
from homotopy.searches.streams import Noise
from homotopy.searches.surface import Surface
from polysys.errors import InputError
from polysys.landscape import Landscape

_ADAPT = 25  # steps between two changes of the length of proposals
_COLD = 1e-3  # last temperature, in units of the first


def simulated_annealing(
    landscape: Landscape,
    *,
    starts: int = 100,
    seed: int = 0,
    scale: float = 1.0,
    steps: int = 2000,
    hot: float | None = None,
    cold: float | None = None,
) -> SearchResult:
    """Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983) from random starts, with a final quench.

    Parameters
    ----------
    landscape : Landscape
    starts, seed : int
        Run k depends on (seed, k) only.
    scale : float
        Standard deviation of the coordinates of starts on R^n; starts on spheres are uniform.
    steps : int
        Metropolis steps of each run.
    hot, cold : float, optional
        First and last temperature, in units of the energy; the temperature falls geometrically. By default half the width
        of the middle 68 % of the energies at random starts, and a thousandth of it.

    Returns
    -------
    SearchResult

    Raises
    ------
    InputError
        For numbers that make no sense.

    Notes
    -----
    Proposals are normal steps followed by the projection on the domain, which is symmetric on spheres. Their length is
    changed every 25 steps, run by run, to keep the acceptance between 0.2 and 0.5.

    References
    ----------
    Kirkpatrick, Gelatt & Vecchi, Science 220 (1983) 671.

    Examples
    --------
    >>> import polysys as ps
    >>> land = ps.expression("x^4/4 - x^2/2 + x/8 + y^2/2").sample()  # the minimum near x = -1 is the lower one
    >>> found = simulated_annealing(land, starts=20, seed=1, steps=500)
    >>> found.n_failed, bool((found.points[:, 0] < 0).mean() > 0.7)
    (0, True)
    """
    whole(steps=steps)
    run = Run("simulated annealing", landscape, starts, seed, scale, "")
    first = run.surface.typical_energy if hot is None else hot
    last = _COLD * first if cold is None else cold
    positive(hot=first, cold=last)
    if last > first:
        raise InputError(f"The last temperature {last:g} is above the first, {first:g}.", "Give cold below hot.")
    run.setting = f"{starts} starts, {steps} Metropolis steps, temperature {first:.4g} to {last:.4g}, then quenched"
    x = anneal(run.surface, run.starts(), run.seed, np.geomspace(first, last, steps))
    found = quench(run.surface, x)
    return run.ended(found.points, found.is_converged)


def anneal(surface: Surface, x: Floats, seed: int, temperatures: Floats) -> Floats:
    """Metropolis steps of many runs, one at each temperature: where they are at the end."""
    noise = Noise(seed, len(x), lambda rng, k: rng.standard_normal((k, surface.n)))
    coins = Noise(seed, len(x), lambda rng, k: rng.random(k), stream=2)
    size = np.full(len(x), 0.3 * surface.length / np.sqrt(surface.n))
    accepted = np.zeros(len(x))
    with np.errstate(all="ignore"):
        f = surface.energies(x)
        for k, temperature in enumerate(temperatures.tolist()):
            trial = surface.on_domain(x + size[:, None] * noise.next())
            value = surface.energies(trial)
            go = (value <= f) | (np.exp((f - value) / temperature) > coins.next())
            x = np.where(go[:, None], trial, x)
            f = np.where(go, value, f)
            accepted += go
            if k % _ADAPT == _ADAPT - 1:
                share = accepted / _ADAPT
                size = np.where(share > 0.5, 1.5 * size, np.where(share < 0.2, size / 1.5, size))
                size = np.minimum(size, surface.length)
                accepted[:] = 0
    return x
