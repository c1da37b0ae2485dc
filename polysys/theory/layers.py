"""Layers and bands of the pure p-spin at finite size, exactly: the annealed energy distribution of each Morse index.

The annealed distribution is that of the mean counts: rho_k(u) du is the mean number of points of index k with an energy per
spin in du. Shares, means and overlaps of annealed distributions are ratios of means, not means of ratios.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf, nan, sqrt

import numpy as np
import numpy.typing as npt

from polysys.errors import InputError
from polysys.theory.complexity import Complexity
from polysys.theory.isotropic import MAX_SPINS, IsotropicField, counts_by_index, energy_density
from polysys.theory.prediction import Prediction

Floats = npt.NDArray[np.float64]
_AGREEMENT = 3e-7  # of the integral of a density with the number of points
_STEPS = 2000  # of the grid of energies; the densities are analytic and decay, so the trapezoidal rule converges fast


def edge_distance(n: float, p: int) -> float:
    """How far above -E_inf the minima concentrate at large N: 2 sqrt(2) sqrt((p-1)(p-2)) / (p sqrt(N)) to leading order.

    Minima carry the weight exp(-N (p-2)/(2p) l^2) of their smallest eigenvalue l = -sqrt(2) + x N^(-2/3) / sqrt(2), which favours
    large x like exp(2 a x N^(1/3)), a = (p-2)/(2p), against the left tail exp(-x^3/24) of Tracy and Widom's law. The best x
    is 4 sqrt(a) N^(1/6).
    """
    return 2 * sqrt(2 * (p - 1) * (p - 2)) / (p * sqrt(n))


def inside_rate(p: int) -> float:
    """The share of minima below -E_inf falls as exp(-rate sqrt(N)): rate = (16/3) ((p-2)/(2p))^(3/2), by the same argument."""
    return float(16 / 3 * ((p - 2) / (2 * p)) ** 1.5)


@dataclass(frozen=True, slots=True, eq=False)
class ExactLayers:
    """Annealed energy distributions of a pure p-spin glass.

    Parameters
    ----------
    field : IsotropicField
    energies : float array (m,)
        A grid of energies per spin, equally spaced.
    density : float array (m, n)
        Mean number of points of each index per unit of energy per spin.
    counts : float array (n,)
        Mean number of points of each index.
    """

    field: IsotropicField
    energies: Floats
    density: Floats
    counts: Floats

    def mean_energy(self, k: int) -> float:
        """Mean energy per spin of the points of index k; nan where it is not known to six digits.

        Notes
        -----
        With many spins rounding adds points where there are none: the density then integrates to more than the number of
        points, by as much as it moves the mean, in units of the range of energies.
        """
        step, whole = float(self.energies[1] - self.energies[0]), float(self.density[:, k].sum())
        if abs(whole * step / float(self.counts[k]) - 1) > _AGREEMENT:
            return nan
        return float(self.energies @ self.density[:, k] / whole)

    def overlap(self, k: int) -> float:
        """The probability that a random point of index k lies above a random, independent one of index k + 1."""
        a, b = (self.density[:, j] / self.density[:, j].sum() for j in (k, k + 1))
        return float(a @ (b.cumsum() - b / 2))

    def share_above(self, k: int, edge: float) -> float:
        """The share of the points of index k above an energy per spin; nan where it is not known to six digits."""
        found, errors = counts_by_index(self.field, (edge, inf))
        return float(found[k] / self.counts[k]) if errors[k] <= 1e-6 * self.counts[k] else nan


@dataclass(frozen=True, slots=True)
class Crossing:
    """The level below which minima and points of index k have the same mean number.

    Parameters
    ----------
    level : Prediction
        An energy per spin: at lower levels there are more minima below, at higher ones more points of index k.
    count : Prediction
        The mean number of each below the level.
    """

    level: Prediction
    count: Prediction


def crossing(n: int, p: int, k: int) -> Crossing:
    """Where the mean numbers of minima and of points of index k below a level cross, pure spherical p-spin.

    Parameters
    ----------
    n : int
        Number of spins, 3 to 64.
    p : int
        At least 3.
    k : int
        Morse index, 1 to n - 2.

    Returns
    -------
    Crossing
        Of kind "quadrature". The error of the level is that of both means over the slope of their difference.

    Raises
    ------
    InputError
        For other sizes and indices, and where the errors of the means hide the crossing.

    Examples
    --------
    >>> found = crossing(6, 3, 1)
    >>> round(found.level.value, 4), found.level.error < 1e-8
    (-0.64, True)
    """
    if not (3 <= n <= MAX_SPINS and p >= 3 and 1 <= k <= n - 2):
        raise InputError(
            f"No crossing is known for {n!r:.20} spins, p = {p!r:.20} and index {k!r:.20}.",
            f"Choose 3 to {MAX_SPINS} spins, p >= 3 and an index from 1 to n - 2.",
        )
    from scipy.optimize import brentq  # a quarter of a second to import

    glass = exact_layers(n, p)
    excess = (glass.density[:, 0] - glass.density[:, k]).cumsum()
    first = int(np.flatnonzero(excess > 1e-9 * excess.max())[0])  # below, rounding decides the sign
    place = first + int(np.flatnonzero(excess[first:] < 0)[0])
    step = float(glass.energies[1] - glass.energies[0])

    def difference(u: float) -> float:
        found = counts_by_index(glass.field, (-inf, u))[0]
        return float(found[0] - found[k])

    low, high = float(glass.energies[place]) - 3 * step, float(glass.energies[place]) + 3 * step
    level = float(brentq(difference, low, high, xtol=1e-13, rtol=1e-13))
    values, errors = counts_by_index(glass.field, (-inf, level))
    at_level = energy_density(glass.field, [level])[0]
    error = float(errors[0] + errors[k]) / abs(float(at_level[0] - at_level[k])) + 1e-12
    if error > step:
        raise InputError(
            f"The crossing for {n} spins, p = {p} and index {k} is hidden by rounding.", "Choose fewer spins."
        )
    reference = "Auffinger, Ben Arous & Cerny, CPAM 66 (2013) 165, theorem 2.1"
    count = Prediction(float(values[0]), float(errors[0]), "quadrature", reference)
    return Crossing(Prediction(level, error, "quadrature", reference), count)


@lru_cache(maxsize=128)
def exact_layers(n: int, p: int) -> ExactLayers:
    """The annealed energy distributions of the p-spin glass with n spins.

    Examples
    --------
    >>> glass = exact_layers(6, 3)
    >>> round(float(glass.counts[0]), 6), round(glass.mean_energy(0) + glass.mean_energy(5), 9)
    (4.411781, 0.0)
    """
    field = IsotropicField.mixture(n, {p: 1.0})
    reach = Complexity(p).threshold.value + 9 / sqrt(
        n
    )  # energies of points are Gaussian with variance 1/n, and bounded below at large n
    energies = np.linspace(-reach, reach, 2 * _STEPS + 1)
    return ExactLayers(field, energies, energy_density(field, energies), counts_by_index(field)[0])
