"""What an estimator is: a callable with a name that takes a model, or a landscape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from polysys.errors import InputError

MODEL, LANDSCAPE = "model", "landscape"


@dataclass(frozen=True, slots=True)
class Estimator:
    """An estimator of numbers of stationary points.

    Parameters
    ----------
    name : str
    function : callable
        Takes a Model, whose mean counts over the disorder it predicts, or a Landscape, whose own counts it predicts. Returns
        what :func:`homotopy.estimators.as_estimate` reads.
    takes : {"model", "landscape"}
    summary : str
        One line: what it does, and with which known mistake.
    """

    name: str
    function: Callable[[Any], Any]
    takes: str = MODEL
    summary: str = ""

    def __post_init__(self) -> None:
        if self.takes not in (MODEL, LANDSCAPE):
            raise InputError(f"An estimator takes a model or a landscape, not {self.takes!r:.40}.", "Choose one of them.")

    def __call__(self, what: Any) -> Any:
        """What the estimator predicts."""
        return self.function(what)


def for_models(function: Callable[[Any], Any]) -> Estimator:
    """Mark a function as an estimator of mean counts: it is called with a model.

    Examples
    --------
    >>> @for_models
    ... def mine(model):
    ...     return {0: 4.41}
    >>> mine.name, mine.takes
    ('mine', 'model')
    """
    return Estimator(name_of(function), function, MODEL, first_line(function))


def for_landscapes(function: Callable[[Any], Any]) -> Estimator:
    """Mark a function as an estimator of the counts of one landscape: it is called with landscapes of the table.

    Examples
    --------
    >>> @for_landscapes
    ... def mine(landscape):
    ...     return 2
    >>> mine.takes
    'landscape'
    """
    return Estimator(name_of(function), function, LANDSCAPE, first_line(function))


def name_of(function: Any) -> str:
    """What to call a function or callable object."""
    return str(getattr(function, "name", None) or getattr(function, "__name__", None) or type(function).__name__)


def first_line(function: Any) -> str:
    """The first line of its documentation."""
    return (getattr(function, "__doc__", None) or "").strip().split("\n")[0]
