"""Assertions for other people's test suites: does my estimator reproduce exact counts, does my search find the points?

With the package installed, the fixture ``reference_table`` is there in every pytest run (it costs nothing until it is used)::

    import homotopy as ho

    def test_my_formula(reference_table):
        ho.testing.assert_reproduces(my_formula, reference_table("spherical-p-spin:p=3"), level=0.999)

    def test_my_search():
        ho.testing.assert_finds(my_search, "spherical-p-spin:n=5,p=3", seed=1, index=0, recall=0.9)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from homotopy.common.validation import is_number, is_whole
from homotopy.counting.count import as_landscape, census
from homotopy.counting.result import Census
from homotopy.estimators import evaluate
from homotopy.estimators.protocol import name_of
from homotopy.estimators.report import Report
from homotopy.searches.recall import TOLERANCE, Recall
from homotopy.searches.recall import recall as match
from homotopy.searches.result import SearchResult, as_search_result
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.base import Model


def assert_reproduces(
    estimator: Any,
    table: Any,
    level: float = 0.999,
    *,
    models: str | Model | Sequence[str | Model] | None = None,
    landscapes: int = 20,
    seed: int = 0,
) -> Report:
    """Assert that an estimator reproduces the exact counts of a table.

    Parameters
    ----------
    estimator : callable, Estimator, str or Path
        A function of a model that returns predicted mean counts; one of a landscape, marked with
        `ho.estimators.for_landscapes`; the name of a built-in; or the Path of a file of estimates.
    table : ReferenceTable, Ensemble or str
        A label of a table is loaded.
    level : float
        Probability that a correct estimator passes: at most 1 - level of all assertions fail falsely.
    models : str, Model or a sequence of these, optional
        Which models of the table; by default all that the estimator predicts.
    landscapes : int
        For estimators of landscapes: how many samples of each model they are given.
    seed : int
        Of the resampling behind the p-value.

    Returns
    -------
    Report

    Raises
    ------
    AssertionError
        With the report, if the estimator deviates.
    InputError
        If there is nothing to compare: that is a mistake in the test, not in the estimator.

    Notes
    -----
    All means of all models are tested together; see :mod:`homotopy.estimators.mean_test` for the tests and
    docs/estimators.md for their measured rates of false alarms.

    Examples
    --------
    >>> report = assert_reproduces("kac-rice", "spherical-p-spin:p=3", models="spherical-p-spin:n=3,p=3")
    >>> report.is_consistent
    True
    >>> assert_reproduces(lambda model: {0: 3.5}, "spherical-p-spin:p=3", models="spherical-p-spin:n=3,p=3")
    Traceback (most recent call last):
    ...
    AssertionError: Estimator <lambda> against spherical-p-spin:p=3 ...
    """
    __tracebackhide__ = True
    from homotopy.tables.table import load_table

    reference = load_table(table) if isinstance(table, str) else table
    report = evaluate(estimator, reference, models=models, level=level, landscapes=landscapes, seed=seed)
    if not report.is_consistent:
        raise AssertionError(repr(report))
    return report


def assert_finds(
    search: Callable[[Landscape], Any],
    landscape: Landscape | Model | str | Census,
    index: int | None = 0,
    recall: float = 1.0,
    *,
    false: int | None = 0,
    seed: int | None = None,
    tolerance: float = TOLERANCE,
) -> Recall:
    """Assert that a search finds the stationary points of a landscape.

    Parameters
    ----------
    search : callable
        Takes a landscape; returns a SearchResult, or an array (k, n) of points in the units of the coordinates of
        :class:`homotopy.StationaryPoint`.
    landscape : Landscape, Model, str or Census
        A census is used as it is; otherwise the landscape is counted first (a model or label: its sample 0).
    index : int or None
        Morse index of the points that are to be found; None: all.
    recall : float
        The share of them that must be found, from 0 to 1.
    false : int or None
        End points at no stationary point that are allowed; None: any number.
    seed : int, optional
        Of the sample, where `landscape` is a model or a label.
    tolerance : float
        See :func:`homotopy.searches.recall`.

    Returns
    -------
    Recall

    Raises
    ------
    AssertionError
        With the energies of what was missed, or the gradients at what is false.
    InputError
        If the landscape has no point of this index, or the search returns no points.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> double_well = ps.expression("x^4/4 - x^2/2 + y^2/2")
    >>> assert_finds(ho.searches.gradient_descent, double_well, index=0).recall(0)
    1.0
    >>> assert_finds(ho.searches.gradient_descent, double_well, index=1)
    Traceback (most recent call last):
    ...
    AssertionError: gradient descent finds 0 of 1 points of index 1, fewer than recall = 1 asks for...
    """
    __tracebackhide__ = True
    if not is_number(recall) or not 0 <= recall <= 1:
        raise InputError(f"recall = {recall!r:.40} is no share.", "Give a number from 0 to 1.")
    if false is not None and not is_whole(false, 0):
        raise InputError(f"false = {false!r:.40} is no number of end points.", "Give a whole number, or None.")
    exact = landscape if isinstance(landscape, Census) else census(as_landscape(landscape, seed))
    found = match(exact, _searched(search, exact.landscape), tolerance=tolerance)
    n_found, n_exact = (found.n_found, len(found.hits)) if index is None else (0, 0)
    if index is not None:
        found.recall(index)  # refuses an index that does not exist
        n_found, n_exact = found.by_index[index]
    what = "points" if index is None else f"points of index {index}"
    if not n_exact:
        raise InputError(f"{exact.landscape.label} has no {what}.", "Choose another landscape or index.")
    if n_found < recall * n_exact:
        missed = ", ".join(f"{float(exact.points[k].energy.mid()):.6g}" for k in found.missed(index)[:8])
        raise AssertionError(
            f"{found.search.name} finds {n_found} of {n_exact} {what}, fewer than recall = {recall:g} asks for; missed at "
            f"energies {missed}\n{found!r}"
        )
    if false is not None and found.n_false > false:
        raise AssertionError(
            f"{found.search.name} reports {found.n_false} points that are no stationary points ({false} allowed); gradients "
            f"there {', '.join(f'{g:.2g}' for g in found.false_gradients[:8])}\n{found!r}"
        )
    return found


def _searched(search: Callable[[Landscape], Any], landscape: Landscape) -> SearchResult:
    """What a search returned, as a SearchResult."""
    begin = time.perf_counter()
    said = search(landscape)
    return as_search_result(said, landscape, name_of(search), time.perf_counter() - begin)
