"""The mean number of pairs of stationary points of the pure spherical p-spin at a given overlap: two-point Kac-Rice at finite size.

Ordered pairs (x, y) with x.y in dq and given indices have the mean number

    R(q) dq = |S^(N-1)| |S^(N-2)| (1-q^2)^((N-3)/2) p_q(0, 0) E[ |det H_x| |det H_y| 1{indices} | both gradients vanish ] dq,

with p_q the density of the two gradients and the Hessians of :mod:`polysys.theory.two_points` (Docs: explanation/two-points). The mean
over matrices is an average over random draws. For each draw the mean curvatures of the two Hessians, which vary most, are summed over a
lattice that is shifted at random: it has no bias, whatever the distance of its nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, exp, inf, isfinite, log, pi, sqrt
from typing import Any

import numpy as np

from polysys.disorder import check_seed
from polysys.errors import InputError
from polysys.models.base import Model
from polysys.models.laws import IsotropicGaussian
from polysys.theory.hermite import Floats
from polysys.theory.isotropic import Window, check_window
from polysys.theory.prediction import Prediction
from polysys.theory.two_points import Combination, TwoPointLaw, two_point_law

MAX_PAIR_SPINS = 400
"""The largest number of spins for pairs, ``polysys.theory.pairs.MAX_PAIR_SPINS``."""
_MAX_DEGREE = 1000
_STRATA = 32  # of an interval of overlaps, at most
_NODE_DISTANCE = 0.5  # of the lattice, in standard deviations: a matter of variance only
_TAIL = 8.0  # standard deviations beyond which a Gaussian is left out: 1e-15
_SMALLEST = 1e-300  # error of a number that is 0 in doubles
_CHUNK = 2_000_000  # entries of matrices held at a time
_REFERENCE = "two-point Kac-Rice, Azais & Wschebor 2009, theorem 6.4"


def mean_pairs(
    model: Model,
    q: float | Sequence[float],
    index: int | Sequence[int] | None = None,
    *,
    energies: Sequence[float] | None = None,
    window: Sequence[float] | None = None,
    samples: Any = 400,
    seed: Any = 0,
) -> Prediction:
    """Mean number of ordered pairs of stationary points at an overlap, pure spherical p-spin with p >= 3.

    Parameters
    ----------
    model : Model
        A spherical p-spin with isotropic (kostlan) couplings, one degree, no field.
    q : float or (float, float)
        The overlap s.t/n of the two points, inside (-1, 1): the result is per unit of overlap. An interval: the number of pairs with
        an overlap in it. The pairs of a point with itself and with its mirror image, at 1 and -1, are not counted.
    index : int or (int, int), optional
        Morse indices of the first and the second point; one number for both.
    energies : (float, float), optional
        Energies per spin of the two points: the result is also per unit of each.
    window : (float, float), optional
        Only points with energies per spin between these.
    samples : int
        Independent averages; the time grows with their number and with :math:`n^3`.
    seed : int

    Returns
    -------
    Prediction
        Of kind "monte-carlo"; the error is the standard error, infinite where no draw had such a pair. From few draws that
        count, as of minima of many spins at any energy, it is itself uncertain.

    Raises
    ------
    InputError
        For other models, overlaps, indices and sizes.

    Notes
    -----
    The indices of a point and its mirror image are k and k for even p, k and n - 1 - k for odd p. So over the whole of (-1, 1)
    pairs of minima number :math:`E[m (m - 1)] - E[m]` for even p, and :math:`E[m (m - 1)]` for odd p, with m the number of minima.

    References
    ----------
    Subag, Ann. Probab. 45 (2017) 3385. Ros, Ben Arous, Biroli & Cammarota, Phys. Rev. X 9 (2019) 011003.

    Examples
    --------
    >>> from polysys import SphericalPSpin
    >>> found = mean_pairs(SphericalPSpin(n=5, p=3), 0.2, index=0, samples=200, seed=1)
    >>> found.kind, 3 < found.value < 14, found.error < found.value / 5
    ('monte-carlo', True, True)
    """
    law = model.law
    if not isinstance(law, IsotropicGaussian) or law.degree is None or abs(law.weights[0][1]) != 1:
        raise InputError(
            f"No pairs are known here for {model.label}.",
            "Choose spherical-p-spin with one degree, kostlan couplings and no field.",
        )
    return p_spin_pairs(law.n, law.degree, q, index, energies=energies, window=window, samples=samples, seed=seed)


def p_spin_pairs(
    n: int,
    p: int,
    q: float | Sequence[float],
    index: int | Sequence[int] | None = None,
    *,
    energies: Sequence[float] | None = None,
    window: Sequence[float] | None = None,
    samples: Any = 400,
    seed: Any = 0,
) -> Prediction:
    """The same from the numbers of spins and p alone, whatever number of couplings that means.

    Parameters
    ----------
    n : int
        Number of spins, 2 to 400.
    p : int
        At least 3.
    q, index, energies, window, samples, seed
        As in :func:`mean_pairs`.

    Returns
    -------
    Prediction

    Examples
    --------
    >>> found = p_spin_pairs(40, 3, 0.0, index=0, energies=(-1.7, -1.7), samples=50)
    >>> found.error < 0.3 * found.value
    True
    """
    ask = _Ask.of(n, p, index, energies, window)
    check_seed(seed)
    if isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples < 2:
        raise InputError(f"samples = {samples!r:.40} is not a number of samples.", "Give at least 2.")
    low, high = _overlaps(q)
    rng = np.random.default_rng(np.random.SeedSequence(int(seed), spawn_key=(0x3250,)))
    if low == high:
        value, error = _mean_of_logs(_log_estimates(ask, low, int(samples), rng))
    else:
        found = _stratified(ask, (low, high), int(samples), rng)
        value, error = (high - low) * found[0], (high - low) * found[1]
    return Prediction(value, error, "monte-carlo", f"{_REFERENCE}; {samples} samples, seed {seed}")


def _stratified(
    ask: _Ask, interval: tuple[float, float], samples: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Mean density over an interval of overlaps, and its standard error: two random overlaps in each of equal parts."""
    strata = max(1, min(_STRATA, samples // 4))
    edges = np.linspace(*interval, strata + 1)
    places = edges[:-1, None] + rng.random((strata, 2)) * np.diff(edges)[:, None]
    each = ceil(samples / places.size)
    means = np.array(
        [_mean_of_logs(_log_estimates(ask, float(q), max(each, 2), rng))[0] for q in places.ravel()]
    ).reshape(-1, 2)
    if not means.any():
        return 0.0, inf
    return float(means.mean()), float(np.sqrt(((means[:, 0] - means[:, 1]) ** 2).sum())) / (2 * strata)


@dataclass(frozen=True, slots=True)
class _Ask:
    """Which pairs."""

    n: int
    p: int
    wanted: tuple[int, int]  # indices, -1 for any
    energies: tuple[float, float] | None
    window: Window

    @classmethod
    def of(cls, n: Any, p: Any, index: Any, energies: Any, window: Any) -> _Ask:
        for name, value, least, most in (("n", n, 2, MAX_PAIR_SPINS), ("p", p, 3, _MAX_DEGREE)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
                raise InputError(f"{name} = {value!r:.40} is not a whole number from {least} to {most}.", "Give one.")
        given = (-1, -1) if index is None else tuple(index) if isinstance(index, Sequence) else (index, index)
        whole = all(isinstance(k, int | np.integer) and not isinstance(k, bool) for k in given)
        if len(given) != 2 or not whole or (index is not None and not all(0 <= k < n for k in given)):
            raise InputError(
                f"{index!r:.40} are no Morse indices of points with {n} spins.", f"Give one or two of 0 to {n - 1}."
            )
        if energies is not None and window is not None:
            raise InputError("Energies and a window of energies exclude each other.", "Give one of them.")
        fixed = None if energies is None else _pair(energies, "energies")
        return cls(int(n), int(p), (int(given[0]), int(given[1])), fixed, check_window(window))


def _pair(values: Any, name: str) -> tuple[float, float]:
    try:
        first, second = (float(v) for v in values)
    except (TypeError, ValueError):
        first = second = inf
    if not (isfinite(first) and isfinite(second)):
        raise InputError(f"{values!r:.60} are not two {name}.", "Give two numbers.")
    return first, second


def _overlaps(q: Any) -> tuple[float, float]:
    low, high = (
        _pair(q, "overlaps") if isinstance(q, Sequence) and not isinstance(q, str) else _pair((q, q), "overlaps")
    )
    is_interval = isinstance(q, Sequence)
    if not (-1 <= low < high <= 1 if is_interval else -1 < low < 1):
        raise InputError(
            f"{q!r:.60} is not an overlap between -1 and 1, or an interval of them.", "Give -1 < q < 1, or low < high."
        )
    return low, high


def _mean_of_logs(logs: Floats) -> tuple[float, float]:
    """Mean of exp(logs) and its standard error."""
    top = float(logs.max())
    if top == -inf:
        return 0.0, inf
    scaled = np.exp(logs - top)
    mean, error = float(scaled.mean()), float(scaled.std(ddof=1)) / sqrt(len(logs))
    if top + log(mean) > 700:
        raise InputError("The number of pairs is too large for a float.", "Choose fewer spins, or energies.")
    return exp(top) * mean, max(exp(top) * error, _SMALLEST)


def _log_estimates(ask: _Ask, q: float, samples: int, rng: np.random.Generator) -> Floats:
    """Logarithms of independent estimates without bias of the density at overlap q."""
    sampler = _Sampler(ask, two_point_law(ask.p, q))
    size = max(1, _CHUNK // (2 * ask.n**2))
    parts = [sampler.log_weights(min(size, samples - start), rng) for start in range(0, samples, size)]
    return np.concatenate(parts) + sampler.law.log_density(ask.n)


class _Scalars:
    """Shift, corner and value of the sums (or the differences) as functions of minus the mean curvature t of the Hessian.

    With B = B0 + tau (tau the mean of its diagonal) the Hessian is [[B0 - shift, h], [h^T, corner]], shift = p V - tau,
    corner = M_tt - p V. All three are linear in the Gaussians g = (tau, V, M_tt given V) over their deviations, and so is
    t = -trace / (n - 1). The lattice runs over t, or over what is free in it if V is given; the rest of g is drawn.

    Parameters
    ----------
    ask : _Ask
    law : Combination
    block_deviation : float
        Standard deviation of the entries of B off the diagonal.
    given : float, optional
        V.
    """

    def __init__(self, ask: _Ask, law: Combination, block_deviation: float, given: float | None) -> None:
        m, p = ask.n - 2, ask.p
        trace = block_deviation * sqrt(2 / m) if m else 0.0
        value = np.array([0.0, law.value, 0.0])
        shift = p * value - [trace, 0.0, 0.0]
        corner = (law.slope - p) * value + [0.0, 0.0, law.spread]
        self._coefficients = np.stack([shift, corner, value])
        mean = (m * shift - corner) / (m + 1)
        self._log_given, self._fixed = 0.0, np.zeros(3)
        self._free = np.ones(3)
        if given is not None:
            self._free[1] = mean[1] = 0.0
            self._fixed[1] = given / law.value
            self._log_given = -((given / law.value) ** 2) / 2 - log(sqrt(2 * pi) * law.value)
        self.deviation = float(np.sqrt((mean**2).sum()))
        self._direction = mean / self.deviation if self.deviation else mean
        self.slopes = self._coefficients @ self._direction / (self.deviation or 1.0)
        # the determinants pull t by deviation^2 times their logarithmic slope, at most sqrt(2 n / f'') outside the spectrum
        self._reach = self.deviation * (_TAIL + 2.0 * sqrt(ask.n / (p * (p - 1))) * self.deviation)
        self._reach = max(
            self._reach, sqrt(2 * ask.n) * p * max(ask.window[0], -ask.window[1], 0.0) + _TAIL * self.deviation
        )
        self.step = _NODE_DISTANCE * self.deviation
        self.size = ceil(2 * self._reach / self.step) if self.deviation else 1

    @property
    def log_measure(self) -> float:
        """What the sum of exp(-t^2 / (2 deviation^2)) over the lattice lacks of an integral over the density of t, and of given V."""
        return (log(_NODE_DISTANCE / sqrt(2 * pi)) if self.deviation else 0.0) + self._log_given

    def offsets(self, gaussians: Floats) -> Floats:
        """Shift, corner and value at t = 0, array (s, 3)."""
        rest = gaussians * self._free
        rest = rest - np.outer(rest @ self._direction, self._direction) + self._fixed
        return np.asarray(rest @ self._coefficients.T)

    def lattice(self, shifts: Floats) -> Floats:
        """First node and distance of nodes, array (s, 2)."""
        return np.stack([self.step * shifts - self._reach, np.full(len(shifts), self.step)], axis=1)


class _Sampler:
    """Draws pairs of Hessians, and weighs them."""

    def __init__(self, ask: _Ask, law: TwoPointLaw) -> None:
        self.ask, self.law = ask, law
        self._blocks = [sqrt(ask.p * (ask.p - 1) * (1 + e * law.correlation)) for e in (1, -1)]
        given: tuple[float | None, float | None] = (None, None)
        measure = 0.0
        if ask.energies is not None:
            one, other = (sqrt(ask.n) * u for u in ask.energies)
            given, measure = ((one + other) / sqrt(2), (one - other) / sqrt(2)), log(ask.n)  # dV_1 dV_2 = n du_1 du_2
        pairs = zip((law.even, law.odd), self._blocks, given, strict=True)
        self._scalars = [_Scalars(ask, combination, block, v) for combination, block, v in pairs]
        self._measure = measure + sum(scalars.log_measure for scalars in self._scalars)

    def log_weights(self, size: int, rng: np.random.Generator) -> Floats:
        """Logarithms of independent Kac-Rice weights, mean curvatures summed, array (size,)."""
        from polysys.theory.pair_weights import pair_log_weights  # loads Numba

        eigenvalues, squares = self._spectra(size, rng)
        lattices = [scalars.lattice(rng.random(size)) for scalars in self._scalars]
        found = pair_log_weights(
            eigenvalues,
            squares,
            np.concatenate(lattices, axis=1),
            np.array([scalars.size for scalars in self._scalars]),
            np.array([scalars.deviation or 1.0 for scalars in self._scalars]),
            np.stack([scalars.slopes for scalars in self._scalars]),
            np.stack([scalars.offsets(rng.standard_normal((size, 3))) for scalars in self._scalars], axis=1),
            np.array(self.ask.wanted),
            sqrt(self.ask.n) * np.array(self.ask.window),
        )
        return np.asarray(found) + self._measure

    def _spectra(self, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Eigenvalues of the two blocks B without their traces, and squares of h along their eigenvectors, arrays (2, size, m)."""
        m = self.ask.n - 2
        square = rng.standard_normal((2, size, m, m))
        matrices = (square + square.swapaxes(2, 3)) / sqrt(2)  # of variance 1 off the diagonal and 2 on it
        matrices -= np.trace(matrices, axis1=2, axis2=3)[:, :, None, None] / max(m, 1) * np.eye(m)
        matrices *= np.array(self._blocks)[:, None, None, None]
        rows = rng.standard_normal((2, size, m)) * np.array([self.law.even.row, self.law.odd.row])[:, None, None]
        eigenvalues, vectors = np.linalg.eigh(_points(matrices))
        return eigenvalues, np.einsum("asij,asi->asj", vectors, _points(rows)) ** 2


def _points(combinations: Floats) -> Floats:
    """From the sum and the difference to the two points."""
    return np.stack([combinations[0] + combinations[1], combinations[0] - combinations[1]]) / sqrt(2)
