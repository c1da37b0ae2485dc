"""Estimators of numbers of stationary points, yours or built-in, held against exact counts.

An estimator is a function of a model (or of a landscape) that returns predicted counts, a file of estimates written by a program
in any language, or one of the built-in names. :func:`evaluate` tests it; :mod:`homotopy.testing` does so in a test suite.
"""

from homotopy.estimators.builtin import BUILTINS, as_estimator, builtin, search_estimator
from homotopy.estimators.estimate import Estimate, as_estimate
from homotopy.estimators.evaluate import evaluate
from homotopy.estimators.files import Estimates, read_estimates, schema
from homotopy.estimators.protocol import Estimator, for_landscapes, for_models
from homotopy.estimators.report import Deviation, ModelReport, Report, SearchScore

__all__ = [
    "BUILTINS",
    "Deviation",
    "Estimate",
    "Estimates",
    "Estimator",
    "ModelReport",
    "Report",
    "SearchScore",
    "as_estimate",
    "as_estimator",
    "builtin",
    "evaluate",
    "for_landscapes",
    "for_models",
    "read_estimates",
    "schema",
    "search_estimator",
]
