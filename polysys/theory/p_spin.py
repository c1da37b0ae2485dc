"""Mean counts of spherical p-spin glasses: pure, mixed, with a Gaussian field."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc

from polysys.errors import InputError
from polysys.models.laws import IsotropicGaussian
from polysys.theory.closed_form import MAX_SIZE, closed_form
from polysys.theory.hermite import Floats
from polysys.theory.isotropic import (
    EVERYWHERE,
    MAX_SPINS,
    IsotropicField,
    Window,
    check_window,
    counts_by_index,
    energy_density,
    total_count,
)
from polysys.theory.prediction import MeanCounts, Prediction

_MAX_DEGREE = 1000
_STRONGEST = 1e50  # weights and fields; their squares enter squared
_PURE = "Auffinger, Ben Arous & Cerny, CPAM 66 (2013) 165, theorem 2.1"
_MIXED = "Fyodorov, Markov Proc. Relat. Fields 21 (2015) 483, Kac-Rice on the sphere"
_MATRIX = "a symmetric matrix has two stationary points for each eigenvector"
_LINEAR = "a linear function on a sphere has one minimum and one maximum"


def p_spin_counts(n: int, p: int, window: Sequence[float] | None = None, *, by_index: bool = True) -> MeanCounts:
    r"""Exact mean numbers of stationary points of the pure spherical p-spin with n spins, whatever its size.

    Parameters
    ----------
    n : int
        Number of spins.
    p : int
    window : (float, float), optional
        Energies per spin, H/n; only points with an energy between them are counted.
    by_index : bool
        False computes the total only: any n.

    Returns
    -------
    MeanCounts

    Notes
    -----
    The mean number of points of index k with an energy per spin in B is

    .. math:: 2 \sqrt{2/p}\, (p-1)^{n/2}\, E\left[e^{-\frac{p-2}{2p} s_k^2}\, 1\{s_k \sqrt{2(p-1)/(p n)} \in B\}\right]

    with :math:`s_0 \le \cdots \le s_{n-1}` the eigenvalues of the n x n GOE, of density
    :math:`\prod_{i<j} |s_i - s_j|\, e^{-\sum_i s_i^2/2}`.

    Examples
    --------
    >>> print(p_spin_counts(6, 3))
    Mean counts of spherical-p-spin:n=6,p=3: 50.873137 (0: 4.411781  1: 8.991248  2: 12.033539  3: 12.033539  4: 8.991248  5: 4.411781) [Breiding, ...]
    >>> round(p_spin_counts(20, 3, window=(-2, -1.632993))[0].value, 3)  # minima below -E_inf
    0.166
    """
    n, p = check_size(n, p)
    label = f"spherical-p-spin:n={n},p={p}"
    return _spherical(IsotropicField.mixture(n, {p: 1.0}), label, window, by_index, (Fraction(p), Fraction(p * (p - 1))))


def p_spin_energy_density(n: int, p: int, energies: npt.ArrayLike) -> Floats:
    """The mean number of stationary points of each index per unit of energy per spin, pure spherical p-spin.

    Parameters
    ----------
    n, p : int
    energies : float array (m,)
        Energies per spin.

    Returns
    -------
    float array (m, n)

    Examples
    --------
    >>> u = np.linspace(-2.5, 2.5, 501)
    >>> density = p_spin_energy_density(4, 3, u)
    >>> (density.sum(axis=0) * 0.01).round(3).tolist()
    [3.579, 5.816, 5.816, 3.579]
    """
    n, p = check_size(n, p)
    if p == 1:
        raise InputError("A linear function has no density by index here.", "Choose p >= 2.")
    return energy_density(IsotropicField.mixture(n, {p: 1.0}), energies)


def check_size(n: Any, p: Any) -> tuple[int, int]:
    """n and p as whole numbers in reach, or an InputError."""
    for name, value, most in (("n", n, 1000), ("p", p, _MAX_DEGREE)):
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 1 <= value <= most:
            raise InputError(f"{name} = {value!r:.40} is not a whole number from 1 to {most}.", "Give one.")
    return int(n), int(p)


def spherical_counts(law: IsotropicGaussian, label: str, window: Sequence[float] | None = None) -> MeanCounts:
    """Mean counts of an isotropic Gaussian on a sphere, f(R) = sum_p c_p^2 R^p + h^2 R.

    A field is drawn afresh in every sample, with independent Gaussian components: it is the form of degree 1.
    """
    if max(abs(Fraction(w)) for w in (*(w for _, w in law.weights), law.field)) > _STRONGEST:
        raise InputError(f"{label[:80]} has a weight or a field above {_STRONGEST:.0e}.", "Divide all of them by one number.")
    field = IsotropicField.mixture(law.n, {p: float(w) ** 2 for p, w in law.weights}, float(law.field) ** 2)
    first = sum((p * w**2 for p, w in law.weights), law.field**2)
    second = sum((p * (p - 1) * w**2 for p, w in law.weights), Fraction(0))
    return _spherical(field, label, window, law.n <= MAX_SPINS, (first, second))


def _spherical(
    field: IsotropicField, label: str, window: Sequence[float] | None, by_index: bool, derivatives: tuple[Fraction, Fraction]
) -> MeanCounts:
    limits = check_window(window)
    if by_index and field.n > MAX_SPINS:
        raise InputError(f"Counts by index are computed up to {MAX_SPINS} spins.", "Ask for the total: by_index=False.")
    if field.f2 == 0 or (limits == EVERYWHERE and field.f1 == field.f2 and field.f == field.f1 / 2):
        return _proved(field, label, limits)
    reference = _PURE if field.energy_spread == 0 else _MIXED
    if limits == EVERYWHERE and field.n <= MAX_SIZE:
        total = closed_form(field.n, *derivatives).prediction
    else:
        total = Prediction(*total_count(field, limits), "quadrature", reference)
    if not by_index:
        return MeanCounts(label, MappingProxyType({}), total)
    values, errors = counts_by_index(field, limits)
    predictions = {
        k: Prediction(v, e, "quadrature", reference)
        for k, (v, e) in enumerate(zip(values.tolist(), errors.tolist(), strict=True))
    }
    return MeanCounts(label, MappingProxyType(predictions), total)


def _proved(field: IsotropicField, label: str, window: Window) -> MeanCounts:
    """Symmetric matrices without a window, and linear functions: every sample has the same counts."""
    n = field.n
    if field.f2:
        counts, reference = [2.0] * n, _MATRIX
    else:
        # the extreme energies per spin are -+ h |g| / sqrt(n) with n independent standard Gaussians g
        scale = sqrt(n / field.f1)
        low, high = window[0] * scale, window[1] * scale
        counts, reference = [0.0] * n, _LINEAR
        counts[0] += _chi(n, -low) - _chi(n, -high)
        counts[n - 1] += _chi(n, high) - _chi(n, low)
    predictions = {k: Prediction(v, 0.0, "exact", reference) for k, v in enumerate(counts)}
    return MeanCounts(label, MappingProxyType(predictions), Prediction(sum(counts), 0.0, "exact", reference))


def _chi(n: int, x: float) -> float:
    """P(|g| <= x) for n independent standard Gaussians."""
    return float(gammainc(n / 2, x * x / 2)) if x > 0 else 0.0
