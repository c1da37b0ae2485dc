"""The best available prediction for a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from polysys.errors import InputError
from polysys.models.base import Model
from polysys.models.deep_linear import DeepLinear
from polysys.models.laws import IsotropicGaussian, LayeredGaussian
from polysys.theory.deep_linear import deep_linear_counts, is_solvable
from polysys.theory.layered import layered_counts
from polysys.theory.p_spin import spherical_counts
from polysys.theory.prediction import MeanCounts

Window = Sequence[float] | None


def _layered(law: LayeredGaussian, label: str, window: Window) -> MeanCounts:
    return layered_counts(law.widths, law.degrees, window)


def _deep_linear(model: DeepLinear, label: str, window: Window) -> MeanCounts:
    if window is not None:
        raise InputError("Deep linear networks have no energy windows here.", "Leave the window out.")
    return deep_linear_counts(model)


# The kind of law (see polysys.models.laws), whether a law of this kind has a prediction, and the prediction from law, label and window.
_Entry = tuple[Callable[[Any], bool], Callable[[Any, str, Window], MeanCounts]]
_PREDICTIONS: MappingProxyType[type, _Entry] = MappingProxyType(
    {
        IsotropicGaussian: (lambda law: True, spherical_counts),
        LayeredGaussian: (lambda law: True, _layered),
        DeepLinear: (is_solvable, _deep_linear),
    }
)


def has_mean_counts(model: Model) -> bool:
    """Whether :func:`mean_counts` knows the law of the model."""
    law = model.law
    return type(law) in _PREDICTIONS and _PREDICTIONS[type(law)][0](law)


def mean_counts(model: Model, window: Sequence[float] | None = None) -> MeanCounts:
    """Mean numbers of stationary points by Morse index over the disorder, at finite size.

    Parameters
    ----------
    model : Model
    window : (float, float), optional
        Energies per spin (a census lists energies: divide by the number of spins). Only points between them are counted.

    Returns
    -------
    MeanCounts

    Raises
    ------
    InputError
        For models whose mean counts are not known here.

    Notes
    -----
    Spherical p-spin, pure, mixed or with a Gaussian field: :mod:`polysys.theory.isotropic`. Layered glasses:
    :mod:`polysys.theory.layered`; where these need random matrices the seed is 0, see `layered_counts` for more of them.
    Deep linear networks: :mod:`polysys.theory.deep_linear`.

    References
    ----------
    Auffinger, Ben Arous & Cerny, CPAM 66 (2013) 165. Fyodorov, Markov Proc. Relat. Fields 21 (2015) 483.
    Draisma & Horobet, Linear Multilinear Algebra 64 (2016) 2498.

    Examples
    --------
    >>> from polysys import SphericalPSpin
    >>> round(mean_counts(SphericalPSpin(n=6, p=3)).total.value, 6)
    50.873137
    """
    if has_mean_counts(model):
        return _PREDICTIONS[type(model.law)][1](model.law, model.label, window)
    raise InputError(
        f"No exact mean counts are known here for {model.label}.",
        "There are some for layered-spin-glass, for spherical-p-spin with kostlan couplings, and for deep-linear with widths 1-1-..-1 or "
        "with one hidden layer and one datum; count samples of other models (ensemble).",
    )
