"""A predicted mean with the kind of statement that it is, and predicted means by Morse index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prediction:
    """A predicted mean.

    Parameters
    ----------
    value : float
    error : float
        Of the evaluation, not of the theory: how far the number may be from what the formula says.
    kind : str
        "exact": a closed form or a proved number. "quadrature": a finite-size integral, evaluated to `error`.
        "monte-carlo": an average over random draws; `error` is its standard error. "asymptotic": the leading order for
        large sizes. "bound": the mean is at most this.
    reference : str
    """

    value: float
    error: float
    kind: str
    reference: str

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return f"{self.value:.6f} ({self.kind}, {self.reference})"


@dataclass(frozen=True, slots=True)
class MeanCounts:
    """Predicted mean numbers of real stationary points.

    Parameters
    ----------
    label : str
    by_index : mapping from Morse index to Prediction
        Empty where only the total is known.
    total : Prediction
    """

    label: str
    by_index: Mapping[int, Prediction]
    total: Prediction

    def __getitem__(self, index: int) -> Prediction:
        return self.by_index[index]

    def __str__(self) -> str:
        counts = "  ".join(f"{k}: {p.value:.6f}" for k, p in self.by_index.items())
        return f"Mean counts of {self.label}: {self.total.value:.6f} ({counts}) [{self.total.reference}]"
