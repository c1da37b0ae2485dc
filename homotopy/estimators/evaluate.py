"""Hold an estimator against a table: its estimates of every model, tested; its searches, matched with certified points."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats, Integers
from homotopy.common.validation import check_level, is_whole
from homotopy.ensembles.counts import SampleCounts
from homotopy.estimators.builtin import as_estimator
from homotopy.estimators.estimate import TOTAL, Estimate, as_estimate, evaluations
from homotopy.estimators.files import Estimates, read_estimates
from homotopy.estimators.mean_test import MeanTest, Quantity, against_means, against_pairs, against_samples
from homotopy.estimators.protocol import LANDSCAPE, Estimator
from homotopy.estimators.reference import Reference, as_reference, energy_sums
from homotopy.estimators.report import Deviation, ModelReport, Report
from homotopy.searches.recall import Recall, recall
from homotopy.searches.result import as_search_result
from polysys.disorder import check_seed
from polysys.errors import InputError, PolysysError
from polysys.models.base import Model


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """What an estimator says about single samples of the table.

    Parameters
    ----------
    samples : int array (n,)
    values : float array (n, dimension + 1)
        Points of each index; nan where nothing was said.
    totals : float array (n,)
        All points; nan where nothing was said.
    n_evaluations : int or None
    note : str
    """

    samples: Integers
    values: Floats
    totals: Floats
    n_evaluations: int | None
    note: str


Said = Estimate | Paired

def evaluate(
    estimator: Any,
    reference: Any,
    *,
    models: str | Model | Sequence[str | Model] | None = None,
    level: float = 0.999,
    landscapes: int = 20,
    seed: int = 0,
) -> Report:
    """Test an estimator against the exact counts of a table or an ensemble.

    Parameters
    ----------
    estimator : callable, Estimator, str or Path
        A function of a model (or a marked one of a landscape), see :mod:`homotopy.estimators.protocol`; the name of a
        built-in; or the Path of a file of estimates.
    reference : ReferenceTable, Ensemble or other samples
    models : str, Model or a sequence of these, optional
        Which models of the table; by default all.
    level : float
        Probability that a correct estimator is called consistent.
    landscapes : int
        For estimators of landscapes: how many of the samples of each model they are given.
    seed : int
        Of the resampling.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        For estimates that cannot be read or compared, or where the estimator predicts none of the models.

    Examples
    --------
    >>> import homotopy as ho
    >>> table = ho.load_table("spherical-p-spin:p=3")
    >>> report = evaluate("kac-rice", table, models="spherical-p-spin:n=3,p=3")
    >>> report.is_consistent, [row.name for row in report.models[0].rows]
    (True, ['index 0', 'index 1', 'index 2', 'total'])
    """
    check_level(level)
    check_seed(seed)
    if not is_whole(landscapes, 1):
        raise InputError(f"landscapes = {landscapes!r:.40} is no number of samples.", "Give landscapes=20, say.")
    found = as_reference(reference, models)
    seconds = float("nan")
    by_model: dict[str, Said]
    recalls: dict[str, list[Recall]]
    if isinstance(estimator, Path | Estimates):
        estimates = estimator if isinstance(estimator, Estimates) else read_estimates(estimator, _only(found))
        name, takes, recalls = estimates.name, "file", {}
        by_model, skipped = _from_file(estimates, found)
        seconds = estimates.seconds if estimates.seconds is not None else seconds
    else:
        chosen = as_estimator(estimator)
        name, takes = chosen.name, chosen.takes
        clock: list[float] = []
        by_model, recalls, skipped = _ask(chosen, found, landscapes, clock)
        seconds = sum(clock)
    if not by_model:
        reasons = "; ".join(f"{label}: {why}" for label, why in list(skipped.items())[:2])
        raise InputError(f"{name} predicts no model of {found.label} ({reasons}).", "Choose another table, or models=.")
    alpha = (1 - level) / len(by_model)
    reports = tuple(
        _model_report(found.models[label], label, estimate, recalls.get(label, []), alpha, seed)
        for label, estimate in by_model.items()
    )
    cost = evaluations(by_model.values())
    return Report(name, takes, found.label, reports, level, tuple(skipped.items()), cost, seconds, seed)


def _only(reference: Reference) -> str | None:
    """The label that a file is about which names none: that of the only model."""
    return next(iter(reference.models)) if len(reference.models) == 1 else None


def _from_file(estimates: Estimates, reference: Reference) -> tuple[dict[str, Said], dict[str, str]]:
    """Estimates by model. Those of models that the reference has, but was restricted not to use, are left out."""
    strange = [label for label in estimates.by_model if label not in reference.models]
    known = reference.table.model_labels if reference.table is not None else tuple(reference.models)
    for label in strange:
        if label not in known:
            raise InputError(
                f"{estimates.name} is about {label[:80]!r}, which {reference.label} does not have.",
                f"It has {', '.join(list(known)[:12])}.",
            )
    by_model = {
        label: _paired(e, reference.models[label], label)
        for label, e in estimates.by_model.items()
        if label in reference.models
    }
    return by_model, {label: "not in the file" for label in reference.models if label not in by_model}


def _ask(
    estimator: Estimator, reference: Reference, landscapes: int, clock: list[float]
) -> tuple[dict[str, Said], dict[str, list[Recall]], dict[str, str]]:
    """What an estimator says about each model, and why it says nothing about the others."""
    by_model: dict[str, Said] = {}
    recalls: dict[str, list[Recall]] = {}
    skipped: dict[str, str] = {}
    for label in reference.models:
        try:
            if estimator.takes == LANDSCAPE:
                by_model[label], recalls[label] = _of_landscapes(estimator, reference, label, landscapes, clock)
            else:
                by_model[label] = _call(estimator, reference.model(label), clock)
        except _Unpredicted as error:
            skipped[label] = str(error)
    return by_model, recalls, skipped


class _Unpredicted(Exception):
    """The estimator says that it does not know a model."""


def _call(estimator: Estimator, what: Any, clock: list[float]) -> Estimate:
    begin = time.perf_counter()
    try:
        said = estimator(what)
    except PolysysError as error:
        raise _Unpredicted(error.what) from error
    clock.append(time.perf_counter() - begin)
    if estimator.takes == LANDSCAPE and _are_points(said):
        said = as_search_result(said, what, estimator.name, clock[-1])
    return as_estimate(said, estimator.name)


def _are_points(said: Any) -> bool:
    """Whether what was returned for one landscape is a list of points: an array with two axes, or rows."""
    if isinstance(said, list | tuple):
        return all(isinstance(row, list | tuple | np.ndarray) for row in said)
    return isinstance(said, np.ndarray) and said.ndim == 2


def _of_landscapes(
    estimator: Estimator, reference: Reference, label: str, landscapes: int, clock: list[float]
) -> tuple[Paired, list[Recall]]:
    """The estimates of single landscapes as one table, and the matched searches."""
    numbers = reference.choose(label, landscapes)
    if not numbers:
        raise _Unpredicted("no sample is settled")
    n = reference.models[label].by_index.shape[1]
    rows, totals, recalls, asked = [], [], [], []
    for number in numbers:
        landscape = reference.landscape(label, number)
        said = _call(estimator, landscape, clock)
        if said.counts is not None or said.energies:
            raise InputError(
                f"{estimator.name} returned samples or mean energies for one landscape.", "Return its numbers of points."
            )
        _check_indices(said.by_index, n, estimator.name)
        if said.search is not None:
            recalls.append(recall(reference.census(landscape, label, number), said.search))
        asked.append(said)
        rows.append([said.by_index[k].value if k in said.by_index else np.nan for k in range(n)])
        totals.append(said.total.value if said.total is not None else np.nan)
    return Paired(np.array(numbers), np.array(rows), np.array(totals), evaluations(asked), asked[0].note), recalls


def _check_indices(indices: Iterable[int], n: int, who: str) -> None:
    largest = max(indices, default=0)
    if largest >= n:
        raise InputError(f"{who} predicts index {largest}; the largest is {n - 1}.", "Correct it.")


def _model_report(
    samples: SampleCounts, label: str, said: Said, recalls: list[Recall], alpha: float, seed: int
) -> ModelReport:
    """The test of one model."""
    if isinstance(said, Paired):
        names, values = _columns(said)
        rows = [_row(samples, name, float(v.mean()), said.samples) for name, v in zip(names, values, strict=True)]
        test, errors = against_pairs(rows, values, alpha, seed), [0.0] * len(rows)
        n = len(said.samples)
    elif said.counts is not None:
        _check_indices(range(said.counts.shape[1]), samples.by_index.shape[1], label)
        names, values = _columns(_own(said, samples))
        rows = [_row(samples, name, float(v.mean())) for name, v in zip(names, values, strict=True)]
        test = against_samples(rows, values, alpha, seed)
        errors = [float(np.std(v, ddof=1)) / len(v) ** 0.5 for v in values]
        n = samples.n_planned
    else:
        rows = _means(samples, said, label)
        test, errors = against_means(rows, alpha, seed), [q.error for q in rows]
        n = samples.n_planned
    means = _deviations(rows, errors, test)
    return ModelReport(label, means, test.p_value, test.is_bound, test.methods, n, samples.n_open, tuple(recalls), said.note)


def _means(samples: SampleCounts, said: Estimate, label: str) -> list[Quantity]:
    _check_indices((*said.by_index, *said.energies), samples.by_index.shape[1], label)
    rows = [_row(samples, k, p.value, error=p.error) for k, p in said.by_index.items()]
    if said.total is not None:
        rows.append(_row(samples, TOTAL, said.total.value, error=said.total.error))
    for k, p in said.energies.items():
        sums, numbers = energy_sums(samples, k)
        if not numbers.any():
            raise InputError(f"No sample of {label} has a point of index {k}.", "Leave its energy out.")
        mean = float(numbers.mean())
        # the mean of sum - e * number vanishes where e is the mean energy; in units of energy it is divided by the mean number
        residual = sums / mean - p.value * (numbers / mean - 1)
        rows.append(Quantity(f"energy {k}", residual, residual, p.value, p.error))
    return rows


def _row(
    samples: SampleCounts, which: int | str, predicted: float, chosen: Integers | None = None, error: float = 0.0
) -> Quantity:
    """The counts of an index, or of all points, in all samples or in the chosen ones."""
    name = "n_real" if which == TOTAL else int(which)
    lower, upper = samples.range(name)
    if chosen is not None:
        lower, upper = lower[chosen], upper[chosen]
    return Quantity(TOTAL if which == TOTAL else f"index {which}", lower, upper, predicted, error, *samples.extremes(name))


def _columns(said: Paired) -> tuple[list[int | str], list[Floats]]:
    """The indices that the rows predict, and the total, with their values.

    An index that only some landscapes have is refused: leaving it out would hide what was said about the others.
    """
    columns: list[tuple[int | str, Floats]] = [(k, said.values[:, k]) for k in range(said.values.shape[1])]
    columns.append((TOTAL, said.totals))
    kept = [(name, v) for name, v in columns if np.isfinite(v).any()]
    for name, v in kept:
        if not np.isfinite(v).all():
            what = "The total" if name == TOTAL else f"Index {name}"
            raise InputError(
                f"{what} is predicted for {int(np.isfinite(v).sum())} of {len(v)} landscapes.",
                "Return the same indices for each landscape, 0 where it has no point.",
            )
    if not kept:
        raise InputError("No index is predicted for any landscape.", "Return the numbers of points of each index.")
    return [name for name, _ in kept], [v for _, v in kept]


def _own(said: Estimate, samples: SampleCounts) -> Paired:
    """Counts of whole samples with their total, where all indices are given."""
    counts = np.asarray(said.counts, dtype=float)
    is_full = counts.shape[1] == samples.by_index.shape[1]
    totals = counts.sum(axis=1) if is_full else np.full(len(counts), np.nan)
    numbers = said.samples if said.samples is not None else np.arange(len(counts))
    return Paired(numbers, counts, totals, said.n_evaluations, said.note)


def _paired(said: Estimate, samples: SampleCounts, label: str) -> Said:
    """Counts that are about the table's own samples are compared with these one by one."""
    if said.counts is None or said.samples is None:
        return said
    if int(said.samples.max()) >= samples.n_planned:
        raise InputError(
            f"{label} has no sample {int(said.samples.max())}; it has {samples.n_planned}.",
            "Name samples of the table, or call them runs.",
        )
    _check_indices(range(said.counts.shape[1]), samples.by_index.shape[1], label)
    return _own(said, samples)


def _deviations(rows: list[Quantity], errors: list[float], test: MeanTest) -> tuple[Deviation, ...]:
    columns = zip(rows, errors, test.low, test.high, test.standard_errors, test.z, test.p_values, strict=True)
    return tuple(
        Deviation(q.name, q.predicted, error, *(float(v) for v in numbers)) for q, error, *numbers in columns
    )
