"""Is an ensemble consistent with predicted mean counts? z, p-value, and a sentence."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

from homotopy.common.sheet import Columns, Line, Sheet, Shown
from homotopy.common.validation import check_level, is_number, is_whole
from homotopy.common.wording import count_of, probability
from homotopy.ensembles.counts import SampleCounts
from homotopy.ensembles.statistics import Statistic
from polysys.errors import FileError, InputError, require_type
from polysys.reading.files import parse_json, read_text, shown_path
from polysys.reading.rationals import as_rational
from polysys.theory import MeanCounts, Prediction

_MAX_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class ComparedMean:
    """One predicted mean beside the found one.

    Parameters
    ----------
    name : str
    predicted, predicted_error : float
    low, high : float
        Range of the found mean; more than a point where samples are open.
    standard_error : float
        Of the found mean, and of the prediction, together.
    z : float
        Distance of the prediction from the range, in standard errors; 0 inside. Positive: more was found.
    p_value : float
        Two-sided, by Student's distribution; where all samples agree a binomial bound, see :func:`compare`.
    """

    name: str
    predicted: float
    predicted_error: float
    low: float
    high: float
    standard_error: float
    z: float
    p_value: float


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(Shown):
    """An ensemble against a prediction.

    Parameters
    ----------
    label : str
    means : tuple of ComparedMean
    level : float
        Of the test: the verdict "deviates" is wrong with at most this probability.
    n, n_open : int
        Samples, and those that entered with a range.
    """

    label: str
    means: tuple[ComparedMean, ...]
    level: float
    n: int
    n_open: int

    @property
    def p_value(self) -> float:
        """Smallest p-value times the number of means (Holm's first step): the p-value of all of them together."""
        return min(1.0, len(self.means) * min(m.p_value for m in self.means))

    @property
    def is_consistent(self) -> bool:
        """Whether no mean deviates at the level, all tested together."""
        return self.p_value >= self.level

    @property
    def verdict(self) -> str:
        """The result in a sentence."""
        worst = min(self.means, key=lambda m: m.p_value)
        many = f" ({len(self.means)} means tested together, Holm)" if len(self.means) > 1 else ""
        open_ = f"; {self.n_open} samples without a full result widen it" if self.n_open else ""
        if self.n < 2:
            return "consistent: a single sample, whose mean has no standard error, contradicts nothing"
        if self.is_consistent:
            return (
                f"consistent: no mean deviates at level {self.level:g}; the largest deviation is z = {worst.z:+.2f} at "
                f"{worst.name}, p = {probability(self.p_value, 3)}{many}{open_}"
            )
        side = "more" if worst.z > 0 else "fewer"
        return f"deviates: {side} {worst.name} than predicted, z = {worst.z:+.2f}, p = {probability(self.p_value, 3)}{many}{open_}"

    def plot(self, ax: Any = None) -> Any:
        """The deviations in standard errors, into matplotlib axes; returned."""
        from homotopy.ensembles.plot import draw_comparison

        return draw_comparison(self, ax)

    def to_dict(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "label": self.label,
            "n": self.n,
            "n_open": self.n_open,
            "level": self.level,
            "p_value": self.p_value,
            "consistent": self.is_consistent,
            "verdict": self.verdict,
            "means": [
                {
                    "name": m.name,
                    "predicted": m.predicted,
                    "predicted_error": m.predicted_error,
                    "found": [m.low, m.high],
                    "standard_error": m.standard_error if isfinite(m.standard_error) else None,
                    "z": m.z,
                    "p_value": m.p_value,
                }
                for m in self.means
            ],
        }

    def _sheet(self) -> Sheet:
        rows = tuple(
            (
                f"{m.name:10}",
                f" {m.predicted:.6g}",
                f" {m.low:.5g}" if m.low == m.high else f" {m.low:.5g}..{m.high:.5g}",
                f" {m.standard_error:.2g}",
                f" {m.z:+.2f}",
                f" {probability(m.p_value)}",
            )
            for m in self.means
        )
        heads = (("mean of", -10), ("predicted", 12), ("found", 11), ("std err", 10), ("z", 8), ("p", 8))
        return Sheet(f"Comparison for {self.label} ({count_of(self.n, 'sample')})", (Columns(heads, rows), Line("", self.verdict)))


_WIDE = 5.0  # standard errors of a prediction within which it is tested at its most favourable value
Predicted = float | Prediction
Predictions = MeanCounts | Mapping[int, Predicted] | Predicted


def compare(ensemble: SampleCounts, prediction: Predictions, *, level: float = 0.01) -> Comparison:
    """Test predicted mean counts against an ensemble.

    Parameters
    ----------
    ensemble : Ensemble, or the samples of a table
    prediction : MeanCounts, mapping or number
        Means by Morse index; a number is the mean of all real points. Each may be a `Prediction` with an error.
    level : float
        Probability of calling a true prediction deviating.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        For an index that does not exist, or a prediction that is not a number.

    Notes
    -----
    z is the distance of the prediction from the range that the mean can have given its open samples, divided by the
    root of the squared standard error (the largest that any completion gives) plus the squared error of the
    prediction. The means by index depend on each other; Holm's procedure (Scand. J. Statist. 6 (1979) 65) holds
    whatever the dependence. Where few samples differ, Student's distribution has few degrees of freedom
    (:func:`homotopy.ensembles.statistics.degrees_of_freedom`). Where every sample has the same count c there is no standard error, and the samples do
    not say how rare another count is: with counts of at most M a mean m > c makes c at most as likely as 1 - (m - c)/(M - c), so
    p is that to the power n, and z is what has this p; for m < c likewise with the least count. A prediction with an error is taken five
    standard errors nearer.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> glass = ps.SphericalPSpin(n=2, p=2)  # a symmetric matrix: always 2 maxima and 2 minima
    >>> ens = ho.ensemble(glass, samples=4, seed=1, workers=0)
    >>> compare(ens, {0: 2.0, 1: 2.0}).is_consistent, compare(ens, 5.0).is_consistent
    (True, False)
    """
    if not hasattr(ensemble, "mean"):
        require_type(ensemble, (), "The ensemble", "Give what ho.ensemble returns, or the samples of a table.")
    rows: list[tuple[str, Statistic, Predicted]] = []
    if isinstance(prediction, MeanCounts):
        rows = [_row(ensemble, k, p) for k, p in prediction.by_index.items()]
        rows.append(("all", ensemble.mean("n_real"), prediction.total))
    elif isinstance(prediction, Mapping):
        rows = [_row(ensemble, k, p) for k, p in prediction.items()]
    else:
        rows = [("all", ensemble.mean("n_real"), prediction)]
    if not rows:
        raise InputError("The prediction is empty.", "Give a mean for at least one index.")
    check_level(level)
    means = tuple(_compare(*row) for row in rows)
    return Comparison(ensemble.label, means, level, ensemble.n_planned, ensemble.n_open)


def read_predictions(path: str | Path) -> Predictions:
    """Predicted means in a file: JSON ``{"0": 4.41, "1": 8.99}``, or CSV with the columns index, mean and perhaps error.

    Raises
    ------
    InputError
        If the file cannot be read as one of these.
    """
    file = Path(path)
    try:
        text = read_text(path, _MAX_BYTES)
        if file.suffix.lower() == ".json":
            content = parse_json(text, f"The file {shown_path(path)}")
            if isinstance(content, int | float) and not isinstance(content, bool):
                return float(content)
            return {_index(k): float(v) for k, v in content.items()}
        rows = list(csv.DictReader(text.splitlines()))
        found = {
            _index(row["index"]): Prediction(_float(row["mean"]), _float(row.get("error") or "0"), "given", file.name)
            for row in rows
        }
        if not found:
            raise ValueError
        return found
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, InputError, csv.Error) as error:
        what = f"The predictions in {shown_path(path)} cannot be read (no such columns or numbers are in it)."
        way_out = 'Write JSON such as {"0": 4.41}, or CSV with the columns index,mean.'
        raise InputError(error.what if isinstance(error, FileError) else what, way_out) from error


def _index(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError
    return int(text)


def _float(text: str) -> float:
    return float(as_rational(text))  # which reads no 1_0 and no digits of other scripts


def _row(ensemble: SampleCounts, index: Any, prediction: Predicted) -> tuple[str, Statistic, Predicted]:
    if not is_whole(index, 0):
        raise InputError(f"{index!r:.40} is no Morse index.", "Give whole numbers as keys.")
    return f"index {index}", ensemble.mean(index), prediction


def _compare(name: str, found: Statistic, prediction: Predicted) -> ComparedMean:
    value, error = (prediction.value, prediction.error) if isinstance(prediction, Prediction) else (prediction, 0.0)
    if not is_number(value):
        raise InputError(f"The prediction {value!r:.40} is not a finite number.", "Give means as numbers.")
    low, high = found.range
    spread = sqrt(found.standard_error**2 + error**2)
    distance = low - value if value < low else high - value if value > high else 0.0
    if distance == 0:
        z = 0.0
    elif spread == 0:
        z = float("inf") if distance > 0 else float("-inf")
    else:
        z = distance / spread
    p_value = 1.0 if z == 0 else float(2 * special.stdtr(max(found.freedom, 1), -abs(z)))
    if found.n > 1 and not found.freedom and distance:
        p_value = _all_agree(found, value + max(-_WIDE * error, min(_WIDE * error, distance)))
        z = float(np.copysign(special.ndtri(p_value / 2), distance))
    return ComparedMean(name, float(value), float(error), low, high, spread, z, p_value)


def _all_agree(found: Statistic, mean: float) -> float:
    """How likely it is, at most, that all samples agree as these do if the mean is another."""
    common = found.range[0]
    if mean == common:
        return 1.0
    room = abs((found.most if mean > common else found.least) - common)
    return max(0.0, 1 - abs(mean - common) / room) ** found.n if room else 0.0
