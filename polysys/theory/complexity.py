"""The pure spherical p-spin for many spins: complexity functions, the threshold energy and the ground state."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.errors import InputError
from polysys.theory.hermite import Floats
from polysys.theory.prediction import Prediction
from polysys.theory.two_points import two_point_law

_REFERENCE = "Auffinger, Ben Arous & Cerny, CPAM 66 (2013) 165"
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Complexity:
    r"""Rates at which mean counts of the pure spherical p-spin grow with the number n of spins, energies per spin.

    .. math:: \lim_{n \to \infty} \tfrac{1}{n} \log E[\text{number of points}].

    Parameters
    ----------
    p : int
        At least 3.

    Raises
    ------
    InputError
        For p below 3, where the counts do not grow exponentially.

    References
    ----------
    Auffinger, Ben Arous & Cerny, CPAM 66 (2013) 165, theorems 2.4 to 2.12.

    Examples
    --------
    >>> glass = Complexity(3)
    >>> round(glass.threshold.value, 6), round(glass.ground_state.value, 6)
    (1.632993, 1.656998)
    >>> round(float(glass.at(-1.64, index=0)), 6), round(float(glass.at(0.0)), 6)
    (0.009843, 0.346574)
    """

    p: int

    def __post_init__(self) -> None:
        given: Any = self.p
        if isinstance(given, bool) or not isinstance(given, int | np.integer) or not 3 <= self.p <= _MOST:
            raise InputError(f"p = {self.p!r:.40} is not a whole number from 3 to {_MOST}.", "Give one.")

    @property
    def threshold(self) -> Prediction:
        r""":math:`E_\infty = 2 \sqrt{(p-1)/p}`: below :math:`-E_\infty` the indices of most stationary points are finite."""
        return _asymptotic(2 * sqrt((self.p - 1) / self.p), "equation 2.12")

    @property
    def total(self) -> Prediction:
        r"""The rate of the number of all stationary points, :math:`\tfrac{1}{2} \log(p-1)`."""
        return _asymptotic(log(self.p - 1) / 2, "theorem 2.4")

    @property
    def of_any_index(self) -> Prediction:
        r"""The rate of the number of points of one finite index, :math:`\tfrac{1}{2} \log(p-1) - (p-2)/p`, the same for all."""
        return _asymptotic(log(self.p - 1) / 2 - (self.p - 2) / self.p, "theorem 2.5")

    @property
    def ground_state(self) -> Prediction:
        """:math:`E_0`: the lowest energy per spin tends to :math:`-E_0`."""
        return self.energy_of_index(0)

    def energy_of_index(self, k: Any) -> Prediction:
        r""":math:`E_k`, where the rate of index k vanishes: the lowest points of index k tend to :math:`-E_k`.

        They decrease to :math:`E_\infty` with k.
        """
        k = _index(k)
        from scipy.optimize import brentq  # a quarter of a second to import

        edge = self.threshold.value
        value = brentq(
            lambda e: float(self.at(-e, index=k)), edge, 10 * sqrt(log(self.p)) + edge, xtol=1e-15, rtol=1e-14
        )
        return Prediction(float(value), 1e-13, "asymptotic", f"{_REFERENCE}, theorem 2.12: the zero of Theta_k")

    def at(self, u: npt.ArrayLike, index: int | None = None) -> Floats:
        r""":math:`\Theta_k(u)` or, without an index, :math:`\Theta(u)`: the rate of the number of points with an energy per spin of at most u.

        Parameters
        ----------
        u : float or float array
        index : int, optional
            A finite Morse index k.

        Raises
        ------
        InputError
            For an index that is no whole number from 0 on.

        Returns
        -------
        float array of the shape of u

        Notes
        -----
        .. math:: \Theta_k(u) = \tfrac{1}{2} \log(p-1) - \frac{(p-2)\, u^2}{4(p-1)} - (k+1) I(u)

        up to :math:`-E_\infty` and :math:`\tfrac{1}{2} \log(p-1) - (p-2)/p` beyond; :math:`\Theta` has k = 0 up to :math:`-E_\infty`, no I
        from there to 0, and is :math:`\tfrac{1}{2} \log(p-1)` from 0 on. The price of one eigenvalue outside the semicircle is

        .. math:: I(u) = \frac{2}{E_\infty^2} \int_{E_\infty}^{-u} \sqrt{z^2 - E_\infty^2}\, dz.
        """
        energies = np.asarray(u, float)
        k = None if index is None else _index(index)
        edge = self.threshold.value
        parabola = log(self.p - 1) / 2 - (self.p - 2) / (4 * (self.p - 1)) * energies**2
        below = parabola - ((k or 0) + 1) * _price(np.maximum(-energies, edge), edge)
        if k is not None:
            return np.where(energies <= -edge, below, self.of_any_index.value)
        return np.where(energies <= -edge, below, np.where(energies < 0, parabola, self.total.value))

    def of_pairs(self, q: float, u: npt.ArrayLike, v: npt.ArrayLike) -> Floats:
        r"""The rate of the number of pairs of stationary points at overlap q with energies per spin in du and dv.

        Parameters
        ----------
        q : float
            Inside (-1, 1).
        u, v : float or float array
            Energies per spin.

        Returns
        -------
        float array

        Notes
        -----
        From two-point Kac-Rice, the determinants of both points growing as they do for one (Subag 2017, theorem 10): with
        :math:`u_\pm = (u \pm v)/\sqrt{2}`, :math:`s_\pm^2` their variances given that both gradients vanish (times n) and :math:`\Omega` the
        potential of the semicircle,

        .. math:: 1 + \log(p-1) + \tfrac{1}{2} \log \frac{1-q^2}{1-q^{2p-2}} + \Omega(u) + \Omega(v)
                  - \frac{u_+^2}{2 s_+^2} - \frac{u_-^2}{2 s_-^2}.

        At q = 0 it is the sum of the rates of both energies.

        Examples
        --------
        >>> glass = Complexity(4)
        >>> bool(abs(glass.of_pairs(0.0, -1.7, -1.75) - glass.at(-1.7) - glass.at(-1.75)) < 1e-12)
        True
        """
        _overlap(q)
        law, edge = two_point_law(self.p, float(q)), self.threshold.value
        energies = np.asarray(u, float), np.asarray(v, float)
        rate = 1 + log(self.p - 1) + log((1 - q * q) / (1 - q ** (2 * self.p - 2))) / 2
        for e in energies:
            rate = rate + self.p / (4 * (self.p - 1)) * e * e - 0.5 - _price(np.maximum(np.abs(e), edge), edge)
        for sign, combination in ((1, law.even), (-1, law.odd)):
            rate = rate - (energies[0] + sign * energies[1]) ** 2 / (4 * combination.value**2)
        return np.asarray(rate)


def _overlap(q: Any) -> None:
    if not isinstance(q, float | int | np.floating) or not -1 < q < 1:
        raise InputError(f"{q!r:.40} is not an overlap between -1 and 1.", "Give -1 < q < 1.")


def _index(k: Any) -> int:
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 0:
        raise InputError(f"{k!r:.40} is no Morse index.", "Give a whole number from 0 on.")
    return int(k)


def _price(e: Floats, edge: float) -> Floats:
    """I_1 = (2/edge^2) int_edge^e sqrt(z^2 - edge^2) dz."""
    root = np.sqrt(np.maximum(e * e - edge * edge, 0.0))
    return np.asarray(e * root / edge**2 - np.log((e + root) / edge))


def _asymptotic(value: float, where: str) -> Prediction:
    return Prediction(value, 1e-15, "asymptotic", f"{_REFERENCE}, {where}")
