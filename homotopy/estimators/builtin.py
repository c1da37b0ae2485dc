"""Estimators that come with the package: correct ones, searches, and known mistakes to test a test with."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from inspect import signature
from math import exp
from types import MappingProxyType
from typing import Any

import numpy as np

from homotopy.estimators.estimate import Estimate, of_search
from homotopy.estimators.protocol import LANDSCAPE, MODEL, Estimator, first_line, name_of
from homotopy.searches.result import SearchResult
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.models.laws import IsotropicGaussian
from polysys.models.spherical_p_spin import SphericalPSpin
from polysys.theory import Complexity, MeanCounts, Prediction, mean_counts

_MISTAKEN_SAMPLES = 100


def kac_rice(model: Model) -> MeanCounts:
    """Exact mean counts at finite size from the Kac-Rice formula; see :func:`polysys.theory.mean_counts`.

    Examples
    --------
    >>> import polysys as ps
    >>> round(kac_rice(ps.SphericalPSpin(n=3, p=3)).total.value, 6)
    10.55236
    """
    return mean_counts(model)


def asymptotic_complexity(model: Model) -> Estimate:
    """exp(N theta), the large-N complexity taken as a count: right to leading exponential order only.

    For the pure spherical p-spin with p >= 3, see :class:`polysys.theory.Complexity`: one rate for all points together, another
    for each finite index, counted from either end. The two lowest and the two highest indices are predicted.

    Raises
    ------
    InputError
        For other models.

    Examples
    --------
    >>> import polysys as ps
    >>> round(asymptotic_complexity(ps.SphericalPSpin(n=6, p=3)).total.value, 6)  # 2^(6/2)
    8.0
    """
    law = model.law
    if not isinstance(law, IsotropicGaussian) or (law.degree or 0) < 3:
        raise InputError(
            f"No asymptotic complexity is known here for {model.label}.",
            "It is for spherical-p-spin with one p >= 3, isotropic couplings and no field.",
        )
    n, rates = law.n, Complexity(law.weights[0][0])

    def grown(rate: Prediction) -> Prediction:
        return Prediction(exp(n * rate.value), 0.0, rate.kind, rate.reference)

    ends = sorted({0, 1, n - 2, n - 1} & set(range(n)))
    return Estimate(dict.fromkeys(ends, grown(rates.of_any_index)), grown(rates.total), note="leading exponential order in N")


def square_free(model: Model, samples: int = _MISTAKEN_SAMPLES, seed: int = 0) -> Estimate:
    """A mistake: counts of samples with square-free couplings (i < j < k), which are not isotropic, taken for the isotropic ones.

    The points themselves are counted exactly; it is the ensemble that is the wrong one. For p = 3 every sample has the 2N
    additional points +-sqrt(N) e_i of energy 0.

    Examples
    --------
    >>> import polysys as ps
    >>> square_free(ps.SphericalPSpin(n=4, p=3), samples=3).counts.shape  # one row a sample, one column an index
    (3, 4)
    """
    from homotopy.counting.count import census
    from homotopy.ensembles.run import ensemble

    law = model.law
    if not isinstance(law, IsotropicGaussian) or law.degree != 3 or law.n < 3:
        raise InputError(
            f"The square-free counterpart of {model.label} is not counted here.", "It is for spherical-p-spin:p=3, n >= 3."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the model says what is wrong with these couplings, and here that is the point
        wrong = SphericalPSpin(n=law.n, p=3, couplings="square-free")
        if law.n == 3:  # one coupling: up to a factor there is one landscape, g s_1 s_2 s_3
            counts = census(wrong, seed=seed).by_index
            means = {k: Prediction(float(v), 0.0, "exact", "one coupling") for k, v in counts.items()}
            total = Prediction(float(sum(counts.values())), 0.0, "exact", "one coupling")
            return Estimate(means, total, note="one landscape up to a factor")
        found = ensemble(wrong, samples=samples, seed=seed, workers=0)
    return Estimate(counts=found.by_index, note=f"{samples} square-free samples, seed {seed}")


def by_search(search: Callable[..., SearchResult], landscape: Landscape, **choices: Any) -> Estimate:
    """What a search on a landscape claims: the number of its different end points by index."""
    return of_search(search(landscape, **choices))


def search_estimator(name: str, summary: str = "", **choices: Any) -> Estimator:
    """A search of :mod:`homotopy.searches` as an estimator.

    Parameters
    ----------
    name : str
        Such as "random_newton".
    summary : str
    **choices
        Of the search: starts, seed, ...

    Examples
    --------
    >>> search_estimator("gradient_descent", starts=20).takes
    'landscape'
    """
    from homotopy import searches

    known = [n for n in searches.__all__ if n[0].islower() and n != "recall"]
    if name not in known:
        raise InputError(f"There is no search {name[:40]!r}.", f"Choose {', '.join(known)}.")
    function = partial(by_search, getattr(searches, name), **choices)
    return Estimator(name.replace("_", "-"), function, LANDSCAPE, summary)


def _scipy_basin_hopping(landscape: Landscape, starts: int = 4, hops: int = 25, seed: int = 0) -> Estimate:
    """scipy.optimize.basinhopping on R^n as it comes (L-BFGS-B inside); on spheres the package's own."""
    if not landscape.domain.is_euclidean:
        from homotopy.searches import basin_hopping

        return by_search(basin_hopping, landscape, starts=starts, hops=hops, seed=seed)
    from scipy import optimize

    from homotopy.searches.result import Run

    run = Run("scipy.optimize.basinhopping", landscape, starts, seed, 1.0, f"{starts} starts, {hops} hops")
    surface, ends, owners = run.surface, [], []

    def value_and_gradient(x: Any) -> tuple[float, Any]:
        point = np.asarray(x, dtype=float)[None]
        return float(surface.energies(point)[0]), surface.gradients(point)[0]

    def keep(x: Any, _: float, __: bool) -> None:
        ends.append(np.array(x, dtype=float))
        owners.append(k)

    minimizer = {"method": "L-BFGS-B", "jac": True, "options": {"ftol": 0.0, "gtol": 1e-10, "maxiter": 2000}}
    keyword = "rng" if "rng" in signature(optimize.basinhopping).parameters else "seed"  # seed before SciPy 1.15
    for k, start in enumerate(run.starts()):
        stream: dict[str, Any] = {keyword: np.random.default_rng([seed, k])}
        optimize.basinhopping(
            value_and_gradient, start, niter=hops, callback=keep, minimizer_kwargs=minimizer, **stream
        )
    points = np.array(ends)
    good = np.linalg.norm(surface.gradients(points), axis=1) <= 1e-6 * surface.typical_gradient
    return of_search(run.result(points[good], np.array(owners)[good].astype(np.int64), int((~good).sum())), 1e-4)


_MODELS: tuple[tuple[str, Callable[[Any], Any], str], ...] = (
    ("kac-rice", kac_rice, "exact means at finite size (Kac-Rice; isotropic glasses)"),
    ("asymptotic-complexity", asymptotic_complexity, "exp(N theta): leading exponential order, wrong at finite N"),
    ("square-free", square_free, "a mistake: square-free couplings taken for isotropic ones"),
)
_SEARCHES: tuple[tuple[str, str, dict[str, int], str], ...] = (
    ("random-newton", "random_newton", {"starts": 100}, "different end points of Newton's method from 100 random starts"),
    ("gradient-norm", "gradient_norm", {"starts": 100}, "a mistake: all minima of |grad V|^2 taken for stationary points"),
    ("gradient-descent", "gradient_descent", {"starts": 100}, "minima that gradient descent finds from 100 random starts"),
    ("sgd", "sgd", {"starts": 50, "steps": 1000}, "minima that stochastic gradient descent finds from 50 random starts"),
    ("simulated-annealing", "simulated_annealing", {"starts": 50, "steps": 1000}, "minima in which 50 annealings end"),
    ("transition-states", "transition_states", {"starts": 100}, "index-1 saddles that eigenvector following finds"),
)


def _builtins() -> MappingProxyType[str, Estimator]:
    found = {name: Estimator(name, function, MODEL, summary) for name, function, summary in _MODELS}
    for name, search, choices, summary in _SEARCHES:
        made = search_estimator(search, summary, **choices)
        found[name] = Estimator(name, made.function, LANDSCAPE, summary)
    hopping = "minima that basin hopping visits (scipy's on R^n)"
    found["basin-hopping"] = Estimator("basin-hopping", _scipy_basin_hopping, LANDSCAPE, hopping)
    return MappingProxyType(found)


BUILTINS = _builtins()
"""Built-in estimators by name."""


def builtin(name: str) -> Estimator:
    """A built-in estimator.

    Raises
    ------
    InputError
        If there is none of that name; close names are given.
    """
    if name not in BUILTINS:
        close = get_close_matches(name, BUILTINS, 2, 0.4)
        raise InputError(
            f"There is no built-in estimator {name[:60]!r}.",
            f"Did you mean {' or '.join(close)}?" if close else f"Choose {', '.join(BUILTINS)}.",
        )
    return BUILTINS[name]


def as_estimator(what: Any) -> Estimator:
    """An estimator: itself, a built-in by its name, or a function (of models, unless it is marked or says `takes`).

    Raises
    ------
    InputError
        If it is none of these.
    """
    if isinstance(what, Estimator):
        return what
    if isinstance(what, str):
        return builtin(what)
    if callable(what):
        takes = getattr(what, "takes", MODEL)
        return Estimator(name_of(what), what, takes, first_line(what))
    raise InputError(
        f"{type(what).__name__} is no estimator.", "Give a function of a model, a marked one of a landscape, or a name."
    )
