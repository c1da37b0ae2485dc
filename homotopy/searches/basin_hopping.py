"""Basin hopping: Metropolis steps between minima."""

from __future__ import annotations

import numpy as np

from homotopy.searches.quench import quench
from homotopy.searches.result import Run, SearchResult, positive, whole
from homotopy.searches.streams import Noise
from polysys.landscape import Landscape


def basin_hopping(
    landscape: Landscape,
    *,
    starts: int = 10,
    seed: int = 0,
    scale: float = 1.0,
    hops: int = 50,
    step: float = 0.5,
    temperature: float | None = None,
) -> SearchResult:
    """Basin hopping (Wales & Doye 1997): perturb, quench, accept by Metropolis' rule on the energies of the minima.

    Parameters
    ----------
    landscape : Landscape
    starts, seed : int
        Run k depends on (seed, k) only.
    scale : float
        Standard deviation of the coordinates of starts on R^n; starts on spheres are uniform.
    hops : int
        Perturbations of each run.
    step : float
        Length of a perturbation: root mean square, in units of the radius or scale.
    temperature : float, optional
        In units of the energy. By default a quarter of half the width of the middle 68 % of the energies at random starts.

    Returns
    -------
    SearchResult
        All minima that quenches ended in, accepted or not: up to hops + 1 end points for each run. `n_failed` counts
        quenches that did not converge.

    Raises
    ------
    InputError
        For numbers that make no sense.

    References
    ----------
    Wales & Doye, J. Phys. Chem. A 101 (1997) 5111.

    Examples
    --------
    >>> import polysys as ps
    >>> land = ps.expression("(x^2 + y - 11)^2 + (x + y^2 - 7)^2").sample()  # Himmelblau's function has four minima
    >>> found = basin_hopping(land, starts=4, hops=9, seed=1, step=5)
    >>> len({tuple(p) for p in found.points.round(6).tolist()}), found.n_points + found.n_failed
    (4, 40)
    """
    whole(hops=hops)
    run = Run("basin hopping", landscape, starts, seed, scale, "")
    surface = run.surface
    heat = 0.25 * surface.typical_energy if temperature is None else float(temperature)
    positive(step=step, temperature=heat)
    run.setting = f"{starts} starts, {hops} hops of length {step:g}, temperature {heat:.4g}"
    reach = step * surface.length / np.sqrt(surface.n)
    noise = Noise(seed, starts, lambda rng, k: rng.standard_normal((k, surface.n)))
    coins = Noise(seed, starts, lambda rng, k: rng.random(k), stream=2)
    x = run.starts()
    f = np.full(starts, np.inf)
    visited, owners, n_failed = [], [], 0
    for hop in range(hops + 1):
        trial = x if hop == 0 else surface.on_domain(x + reach * noise.next())
        found = quench(surface, trial)
        value = surface.energies(found.points)
        with np.errstate(all="ignore"):
            go = found.is_converged & ((value <= f) | (np.exp((f - value) / heat) > coins.next()))
        x, f = np.where(go[:, None], found.points, x), np.where(go, value, f)
        visited.append(found.points[found.is_converged])
        owners.append(np.flatnonzero(found.is_converged))
        n_failed += int((~found.is_converged).sum())
    return run.result(np.concatenate(visited), np.concatenate(owners).astype(np.int64), n_failed)
