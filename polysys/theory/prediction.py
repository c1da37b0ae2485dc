"""A predicted mean with the kind of statement that it is, and predicted means by Morse index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from math import floor, inf, isfinite, log10
from typing import Any


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
        return f"{_decimals(self.value)} ({self.kind}, {self.reference})"


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

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""

        def plain(q: Prediction) -> dict[str, Any]:
            return {"value": q.value, "error": q.error, "kind": q.kind, "reference": q.reference}

        return {"by_index": {str(k): plain(q) for k, q in self.by_index.items()}, "total": plain(self.total)}

    def table(self) -> str:
        """One line for each index and the total, with error and kind, and the references below.

        Examples
        --------
        >>> print(MeanCounts("x", {0: Prediction(2.0, 0.0, "exact", "by hand")}, Prediction(2.0, 0.0, "exact", "by hand")).table())
        Mean counts of x
          index           mean     error  kind
              0              2         0  exact
            all              2         0  exact
          exact: by hand
        """
        rows = [(str(k), q) for k, q in self.by_index.items()] + [("all", self.total)]
        lines = [f"{name:>7} {_known(q):>14} {q.error:9.1e}  {q.kind}".replace("  0.0e+00", "        0") for name, q in rows]
        references = dict.fromkeys(f"  {q.kind}: {q.reference}" for _, q in rows)
        return "\n".join([f"Mean counts of {self.label}", "  index           mean     error  kind", *lines, *references])

    def _repr_html_(self) -> str:
        style = "text-align:right;padding:.1em .8em .1em 0"
        rows = [("index", "mean", "error", "kind")]
        rows += [(str(k), _known(q), f"{q.error:.1e}" if q.error else "0", q.kind) for k, q in (*self.by_index.items(), ("all", self.total))]
        cells = ["".join(f'<td style="{style}">{escape(cell)}</td>' for cell in row) for row in rows]
        references = dict.fromkeys(f"<br>{escape(q.kind)}: {escape(q.reference)}" for q in (*self.by_index.values(), self.total))
        table = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<p><b>Mean counts of {escape(self.label)}</b></p><table>{table}</table><p>{''.join(references).removeprefix('<br>')}</p>"

    def __getitem__(self, index: int) -> Prediction:
        return self.by_index[index]

    def __repr__(self) -> str:
        counts = "  ".join(f"{k}: {_decimals(p.value)}" for k, p in self.by_index.items())
        by_index = f" ({counts})" if counts else ""
        return f"Mean counts of {self.label}: {_decimals(self.total.value)}{by_index} [{self.total.reference}]"


_DIGITS = 9  # of a mean that is known better: more than any ensemble can test


def _known(prediction: Prediction) -> str:
    """The digits of a mean above its error: rounded to the decimal at which the error has its first digit.

    Examples
    --------
    >>> [_known(Prediction(value, error, "quadrature", "")) for value, error in ((2 / 3, 4e-5), (2 / 3, 0.0), (1e-12, 7e-10))]
    ['0.66667', '0.666666667', '0']
    """
    value, error = prediction.value, prediction.error
    if not 0.0 < error < inf or not isfinite(value):
        return f"{value:.{_DIGITS}g}"
    place = floor(log10(error))  # of the error's first digit
    n_digits = floor(log10(abs(value))) - place + 1 if value else 0
    return f"{value:.{min(n_digits, _DIGITS)}g}" if n_digits > 0 else "0"


def _decimals(value: float) -> str:
    """Six decimals, and no more than ten digits."""
    return f"{value:.6f}" if abs(value) < 1e4 else f"{value:.10g}"
