"""Laws of random landscapes for which :mod:`polysys.theory` has predictions.

A model returns its law, and the theory is keyed by the kind of law: families with the same law share their predictions, and a model never
imports the theory.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class IsotropicGaussian:
    """Centred Gaussian H on |s|^2 = n with Cov H(s)H(t) = n (sum_p c_p^2 R^p + h^2 R), R = s.t/n.

    Parameters
    ----------
    n : int
    weights : tuple of (int, Fraction)
        The pairs (p, c_p), each p once.
    field : Fraction
        h.

    Examples
    --------
    >>> IsotropicGaussian(5, ((3, Fraction(1)),)).degree
    3
    """

    n: int
    weights: tuple[tuple[int, Fraction], ...]
    field: Fraction = Fraction(0)

    @property
    def degree(self) -> int | None:
        """The degree of a pure form; None for mixtures, and with a field."""
        return self.weights[0][0] if len(self.weights) == 1 and not self.field else None


@dataclass(frozen=True, slots=True)
class LayeredGaussian:
    """Centred Gaussian H on the product of |w_l|^2 = n_l with Cov H(w)H(v) = N prod_l R_l^(d_l), R_l = w_l.v_l/n_l, N = sum n_l."""

    widths: tuple[int, ...]
    degrees: tuple[int, ...]
