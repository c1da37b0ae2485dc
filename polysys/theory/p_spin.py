"""Mean counts of the spherical p-spin from the ordered eigenvalues of the GOE."""

from __future__ import annotations

from math import sqrt
from types import MappingProxyType

from polysys.errors import InputError
from polysys.models.base import Model
from polysys.models.spherical_p_spin import SphericalPSpin
from polysys.theory.goe import expectations
from polysys.theory.prediction import MeanCounts, Prediction

_REFERENCE = "Auffinger, Ben Arous & Cerny, CPAM 66 (2013) 165, theorem 2.1"
MAX_SPINS = 40  # beyond, the coefficients of the generating function lose their digits


def has_mean_counts(model: Model) -> bool:
    """Whether :func:`mean_counts` knows the model."""
    return (
        isinstance(model, SphericalPSpin)
        and len(model.degrees) == 1
        and model.degrees[0] >= 2
        and model.couplings == "kostlan"
        and not model.field
        and model.n <= MAX_SPINS
    )


def mean_counts(model: Model) -> MeanCounts:
    """Exact mean numbers of stationary points by Morse index, at finite size.

    For the pure spherical p-spin with N spins (Auffinger, Ben Arous & Cerny 2013)

        E Crt_k = 2 sqrt(2/p) (p-1)^(N/2) E exp(-(p-2)/(2p) s_k^2),

    where s_0 <= .. <= s_{N-1} are the eigenvalues of an N x N GOE matrix with density prod |s_i - s_j| exp(-sum s^2/2).

    Parameters
    ----------
    model : Model

    Returns
    -------
    MeanCounts

    Raises
    ------
    InputError
        For models whose mean counts are not known here.

    Notes
    -----
    With g = z on (-inf, x] and 1 beyond, E prod g(s_i) = sum_m z^m P(exactly m eigenvalues <= x) is a ratio of
    Pfaffians (de Bruijn 1955) of integrals over Hermite functions, which have recurrences. Its values at the roots of
    unity give P(s_k <= x), and E f(s_k) = -int f'(x) P(s_k <= x) dx converges exponentially under the trapezoidal rule.
    The error is the change when the step is doubled plus the difference of the sum over k from int f rho, which is
    evaluated from the density of eigenvalues alone. O(N^4) operations a point; n = 30 takes seconds.

    References
    ----------
    Auffinger, Ben Arous & Cerny, CPAM 66 (2013) 165. de Bruijn, J. Indian Math. Soc. 19 (1955) 133.
    Mehta, Random Matrices, chapters 5 to 7.

    Examples
    --------
    >>> from polysys import SphericalPSpin
    >>> round(mean_counts(SphericalPSpin(n=6, p=3)).total.value, 6)  # FACTS: 50.873137
    50.873137
    """
    if not has_mean_counts(model) or not isinstance(model, SphericalPSpin):
        raise InputError(
            f"No exact mean counts are known here for {model.label}.",
            f"They are for spherical-p-spin with one p >= 2, n <= {MAX_SPINS}, kostlan couplings and no field; "
            "give other predictions as numbers or as a file.",
        )
    n, p = model.n, model.degrees[0]
    values, errors = expectations(n, (p - 2) / (2 * p))
    scale = 2 * sqrt(2 / p) * (p - 1) ** (n / 2)
    predictions = {
        k: Prediction(scale * float(v), scale * float(e), "exact", _REFERENCE)
        for k, (v, e) in enumerate(zip(values, errors, strict=True))
    }
    total = Prediction(scale * float(values.sum()), scale * float(errors.sum()), "exact", _REFERENCE)
    return MeanCounts(model.label, MappingProxyType(predictions), total)
