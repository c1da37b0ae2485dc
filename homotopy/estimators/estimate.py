"""What an estimator returns, whatever form it gives it in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats, Integers
from homotopy.common.validation import is_number, is_whole
from homotopy.ensembles.counts import SampleCounts
from homotopy.searches.result import SearchResult
from polysys.errors import InputError
from polysys.theory import MeanCounts, Prediction

TOTAL = "total"


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Predicted numbers of stationary points of one model, or of one landscape.

    Parameters
    ----------
    by_index : mapping from Morse index to Prediction
        Means over the disorder (of a model), or numbers (of a landscape).
    total : Prediction, optional
        Of all real points.
    counts : int array (m, k), optional
        Instead of means: the points of index 0, .., k - 1 in each of m samples of the estimator's own.
    samples : int array (m,), optional
        The samples of the table that these rows are about; without it they are independent of the table's.
    energies : mapping from Morse index to Prediction, optional
        Mean energy of the points of an index: the mean over the disorder of the sum of their energies, divided by that of
        their number.
    search : SearchResult, optional
        Of a search on a landscape: its end points, to be matched with the certified ones.
    n_evaluations : int, optional
    note : str
        What the reader of a report should know, such as "asymptotic".
    """

    by_index: Mapping[int, Prediction] = field(default_factory=dict)
    total: Prediction | None = None
    counts: Integers | None = None
    samples: Integers | None = None
    energies: Mapping[int, Prediction] = field(default_factory=dict)
    search: SearchResult | None = None
    n_evaluations: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        for k in (*self.by_index, *self.energies):
            if not is_whole(k, 0):
                raise InputError(f"{k!r:.40} is no Morse index.", "Give whole numbers from 0 on, or 'total'.")
        named = [(f"index {k}", p) for k, p in self.by_index.items()]
        named += [("all points", self.total)] if self.total is not None else []
        for name, p in named:
            _check(name, p)
            if p.value < 0:
                raise InputError(f"The mean number of points of {name} is {p.value:g}, below 0.", "Give a number of points.")
        for k, p in self.energies.items():
            _check(f"energies of index {k}", p)
        if self.counts is not None:
            self._check_counts(self.counts)
        if self.counts is None and not self.by_index and self.total is None and not self.energies:
            raise InputError("The estimate is empty.", "Give a mean for at least one index, or for all points.")

    def _check_counts(self, counts: Integers) -> None:
        if counts.ndim != 2 or not counts.size or counts.dtype.kind not in "iu" or (counts < 0).any():
            raise InputError(
                "The counts are no table of whole numbers from 0 on, one row a sample, one column an index.",
                "Give an integer array (samples, indices).",
            )
        if self.samples is None:
            if len(counts) < 2:
                raise InputError("One sample has no standard error.", "Give the counts of at least two samples.")
            return
        numbers = self.samples
        if len(numbers) != len(counts) or len(set(numbers.tolist())) < len(numbers) or (numbers < 0).any():
            raise InputError("The numbers of the samples do not fit the counts.", "Give each row its own number from 0 on.")


def _check(name: str, prediction: Prediction) -> None:
    if not is_number(prediction.value) or not is_number(prediction.error) or prediction.error < 0:
        raise InputError(
            f"The prediction for {name} is {prediction.value!r:.40} with error {prediction.error!r:.40}.",
            "Give finite numbers, the error 0 or more.",
        )


def as_prediction(value: Any, reference: str) -> Prediction:
    """A number, a pair (mean, error), or a Prediction."""
    if isinstance(value, Prediction):
        return value
    if isinstance(value, tuple | list) and len(value) == 2:
        mean, error = (float(v) if isinstance(v, np.floating | np.integer) else v for v in value)
        return Prediction(mean, error, "given", reference)
    return Prediction(
        float(value) if isinstance(value, np.floating | np.integer) else value, 0.0, "given", reference
    )


def as_estimate(value: Any, name: str) -> Estimate:
    """What an estimator returned, in the one form that is tested.

    Parameters
    ----------
    value : Estimate, MeanCounts, SampleCounts, SearchResult, mapping, number or integer array
        A mapping has Morse indices and perhaps "total" as keys; its values are numbers, pairs (mean, standard error), or
        `Prediction`. A number is the mean of all points. An integer array (m, k) holds the counts of m samples.
    name : str
        Of the estimator.

    Raises
    ------
    InputError
        For anything else.

    Examples
    --------
    >>> as_estimate({0: 4.4, 1: (9.0, 0.1)}, "mine").by_index[1].error
    0.1
    """
    if isinstance(value, Estimate):
        return value
    if isinstance(value, MeanCounts):
        return Estimate(value.by_index, value.total)
    if isinstance(value, SampleCounts):
        return of_samples(value)
    if isinstance(value, SearchResult):
        return of_search(value)
    if isinstance(value, Mapping):
        means = {k if isinstance(k, str) else _index(k): as_prediction(p, name) for k, p in value.items()}
        total = means.pop(TOTAL, None)
        return Estimate(means, total)  # type: ignore[arg-type]  # a key that is still a string is refused there
    if isinstance(value, np.ndarray) and value.ndim == 2:
        return Estimate(counts=value)
    if isinstance(value, int | float | np.number | Prediction | tuple | list):
        return Estimate(total=as_prediction(value, name))
    raise InputError(
        f"The estimator {name[:60]!r} returned {type(value).__name__}.",
        "Return a mapping from Morse index to mean, a number, an integer array of counts, or a SearchResult.",
    )


def _index(key: Any) -> Any:
    return int(key) if isinstance(key, np.integer) else key


def of_samples(samples: SampleCounts) -> Estimate:
    """The counts of an ensemble as an estimate.

    Raises
    ------
    InputError
        If some samples are not settled: their counts are not known.
    """
    if samples.n_open:
        raise InputError(
            f"{samples.n_open} samples of {samples.label} have no settled counts.", "Count them again, or leave them out openly."
        )
    return Estimate(counts=samples.by_index)


def of_search(search: SearchResult, tolerance: float = 1e-6) -> Estimate:
    """What a search claims: the number of different end points of each index.

    Two end points are one if they are nearer than `tolerance` times the size of the domain (or one plus their norm on R^n).
    """
    claimed = search.indices[distinct(search.points, tolerance)]
    n = search.landscape.domain.dimension + 1
    counts = np.bincount(claimed, minlength=n)[:n]
    means = {k: Prediction(float(c), 0.0, "numerical", search.name) for k, c in enumerate(counts.tolist())}
    total = Prediction(float(counts.sum()), 0.0, "numerical", search.name)
    return Estimate(means, total, search=search, n_evaluations=search.n_evaluations)


def distinct(points: Floats, tolerance: float) -> Integers:
    """Numbers of the points that are not next to an earlier one, see :func:`of_search`."""
    if len(points) < 2:
        return np.arange(len(points))
    from scipy.spatial import cKDTree  # a third of a second to import

    reach = tolerance * (1.0 + float(np.linalg.norm(points, axis=1).max()))
    _, first = np.unique(np.round(points / (0.1 * reach)), axis=0, return_index=True)  # most copies agree that far
    few = np.sort(first)
    is_copy = np.zeros(len(few), bool)
    for a, b in sorted(cKDTree(points[few]).query_pairs(reach)):
        if not is_copy[a]:
            is_copy[b] = True
    return np.asarray(few[~is_copy])


def evaluations(estimates: Iterable[Any]) -> int | None:
    """All evaluations of landscapes together; None if some estimate does not say."""
    numbers = [e.n_evaluations for e in estimates]
    return None if not numbers or None in numbers else sum(n for n in numbers if n is not None)


__all__ = ["Estimate", "as_estimate", "as_prediction", "distinct", "evaluations", "of_samples", "of_search"]
