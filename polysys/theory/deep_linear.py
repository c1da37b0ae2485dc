"""Real stationary points of deep linear networks that can be counted by hand: chains of width 1, and one datum with one hidden layer.

**Chain.** Widths 1-1-..-1, n weights with product P: V = (a P^2 - 2 b P)/2 + sum lambda_j w_j^2 / 2 + const, a = sum x^2, b = sum x y. At a
stationary point lambda_j w_j^2 = q is the same for all j, so P^2 = q^n / Lambda with Lambda = prod lambda_j. Besides the
origin, P has the sign of b and r = |P| solves

    Lambda^(1/n) r^(2/n - 1) = |b| - a r,

each solution being 2^(n-1) points (signs with a given product). For n = 2 there is one iff b^2 > Lambda. For n >= 3 the left side is convex
and decreasing: two or none, two iff Lambda < max_r [r^(1 - 2/n) (|b| - a r)]^n, reached at r = (|b|/a) (n-2)/(2(n-1)). For given P the
penalty has one minimum up to signs (it is strictly convex in log |w|), so the index is that of h(r) = (a r^2 - 2 |b| r)/2 +
(n/2) (Lambda r^2)^(1/n): the larger solution is a minimum, the smaller has index 1.

**One datum, one hidden layer.** V = |sum_k v_k z_k - y|^2/2 + .., z_k = w_k.x. Minimising over w_k at fixed z_k leaves mu_k z_k^2/2 with
1/mu_k = sum_j x_j^2/lambda_kj; minimising over v leaves, with s_k = z_k^2,

    g(s) = sum_i y_i^2 / (1 + sum_k s_k/kappa_ik) / 2 + sum_k mu_k s_k / 2,

a convex function of s >= 0. Both minimisations are over strictly convex functions, so stationary points and indices are those of g(z^2): for each
set S of live neurons 2^|S| points if g has a stationary point with s_k > 0 on S and 0 elsewhere (at most one), of index
#{k not in S: dg/ds_k < 0}. Every local minimum is therefore global.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import inf, log, sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy.special import gammaincc

from polysys.datasets import Dataset
from polysys.disorder import generator
from polysys.errors import InputError
from polysys.landscape import Couplings
from polysys.models.deep_linear import DeepLinear
from polysys.theory.hermite import Floats
from polysys.theory.prediction import MeanCounts, Prediction

_CHAIN = "chains of width 1: derived in polysys.theory.deep_linear"
_ONE_DATUM = "one datum and one hidden layer: derived in polysys.theory.deep_linear"
_MOST_HIDDEN = 8
_SAMPLES = 2000


def is_solvable(model: DeepLinear) -> bool:
    """Whether the real stationary points of every sample are known in closed form or by a convex problem."""
    if isinstance(model.l2, tuple) and min(model.l2) == 0:
        return False  # without a penalty on every weight they are not isolated
    if max(model.widths) == 1:
        return True
    one_hidden = len(model.widths) == 3 and model.widths[1] <= _MOST_HIDDEN
    breaks = model.widths[1] == 1 or not isinstance(model.l2, tuple)  # the rotations of the hidden layer
    return one_hidden and breaks and (model.widths[0] == 1 or _n_data(model) == 1)


def _n_data(model: DeepLinear) -> Any:
    return int(model.data.X.shape[1]) if isinstance(model.data, Dataset) else model.data.m


def deep_linear_counts(model: DeepLinear, *, samples: int = _SAMPLES, seed: int = 0) -> MeanCounts:
    r"""Mean numbers of real stationary points by index over the l2 values (and data) that a model draws.

    Parameters
    ----------
    model : DeepLinear
        A chain of width 1, or one hidden layer with one datum (or one input, which is the same).
    samples, seed : int
        Draws to average over where no closed form is known.

    Returns
    -------
    MeanCounts
        "exact" where nothing is random, and for a chain with given data: Lambda is a product of n uniform numbers, and
        :math:`P(\Lambda < t) = t \sum_{k<n} (-\log t)^k / k!`.

    Examples
    --------
    >>> chain = DeepLinear(widths=(1, 1, 1, 1), data=([[1]], [["3/2"]]))
    >>> print(deep_linear_counts(chain).total)  # 1 or 9 points
    8.792665 (exact, chains of width 1: derived in polysys.theory.deep_linear)
    """
    if not is_solvable(model):
        raise InputError(
            f"The real stationary points of {model.label} are not known in closed form.",
            "They are for widths 1-1-..-1, and for one hidden layer with one datum.",
        )
    n, dimension = len(model.widths) - 1, model.n_weights
    if isinstance(model.data, Dataset) and max(model.widths) == 1 and model.l2 == "random":
        threshold = _chain_threshold(n, *_chain_moments(model.draw(generator(0))))
        likely = float(gammaincc(n, max(0.0, -threshold)))
        without, with_all = (np.array(_chain_counts(n, is_many)) for is_many in (False, True))
        return _prediction(model.label, without + likely * (with_all - without), np.zeros(dimension + 1), _CHAIN, "exact")
    reference = _CHAIN if max(model.widths) == 1 else _ONE_DATUM
    if isinstance(model.data, Dataset) and isinstance(model.l2, tuple):
        counts = sample_counts(model.widths, model.draw(generator(0)))
        return _prediction(model.label, np.array(counts, float), np.zeros(dimension + 1), reference, "exact")
    table = np.array([sample_counts(model.widths, model.draw(generator(seed, i))) for i in range(samples)], float)
    errors = table.std(axis=0, ddof=1) / sqrt(samples)
    total_error = float(table.sum(axis=1).std(ddof=1) / sqrt(samples))
    label = f"{reference}; {samples} draws, seed {seed}"
    return _prediction(model.label, table.mean(axis=0), errors, label, "monte-carlo", total_error)


def sample_counts(widths: Sequence[int], couplings: Couplings) -> list[int]:
    """Numbers of real stationary points of each index of one sample.

    Parameters
    ----------
    widths : sequence of int
        All 1, or input, hidden and output width for one datum.
    couplings : Couplings
        As drawn by the model.

    Returns
    -------
    list of int
        Of length n_weights + 1.

    Examples
    --------
    >>> chain = DeepLinear(widths=(1, 1, 1, 1), data=([[1]], [[2]]), l2=["1/2", "1/3", "1/4"])
    >>> sample_counts(chain.widths, chain.draw(generator(0)))
    [5, 4, 0, 0]
    """
    l2 = couplings["l2"].astype(float)
    if max(widths) == 1:
        n = len(widths) - 1
        return _chain_counts(n, float(np.log(l2).sum()) < _chain_threshold(n, *_chain_moments(couplings)))
    x, y = _one_datum(couplings)
    inputs, hidden, outputs = widths
    first, second = l2[: hidden * inputs].reshape(hidden, inputs), l2[hidden * inputs :].reshape(outputs, hidden)
    counts = [0] * (len(l2) + 1)
    if not x.any():  # the output is 0 whatever the weights: the penalty has one minimum
        counts[0] = 1
        return counts
    reach = (x * x / first).sum(axis=1)
    for size in range(min(hidden, outputs) + 1):  # more live neurons than outputs have no stationary point in general
        for live in combinations(range(hidden), size):
            slopes = _interior_point(list(live), y, second, 1 / reach)
            if slopes is not None:
                counts[int((np.delete(slopes, list(live)) < 0).sum())] += 2**size
    return counts


def _one_datum(couplings: Couplings) -> tuple[Floats, Floats]:
    """x and y with V = |W x - y|^2/2 + const; with one input any number of data is one datum."""
    if "X" in couplings:
        root = sqrt(float(couplings["weight"][0]))
        return couplings["X"][:, 0].astype(float) * root, couplings["Y"][:, 0].astype(float) * root
    square = float(couplings["XX"][0, 0])
    x = sqrt(square) if square > 0 else 1.0
    return np.array([sqrt(square)]), couplings["YX"][:, 0].astype(float) / x


def _interior_point(live: list[int], y: Floats, kappa: Floats, mu: Floats) -> Floats | None:
    """The derivatives of g at its stationary point with exactly these s_k > 0; None if there is none."""
    from scipy.optimize import minimize  # a quarter of a second to import

    def value(s: Floats) -> tuple[float, Floats]:
        denominator = 1 + (s / kappa[:, live]).sum(axis=1)
        gradient = mu[live] / 2 - (y**2 / denominator**2 / 2) @ (1 / kappa[:, live])
        return float((y**2 / denominator).sum() / 2 + mu[live] @ s / 2), gradient

    s = np.zeros(0)
    if live:
        start = np.full(len(live), 0.1)
        bounds = [(0, None)] * len(live)
        found = minimize(value, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-12, "maxiter": 500})
        refined = _newton(np.asarray(found.x), y, kappa[:, live], mu[live])
        if refined is None:
            return None
        s = refined
    denominator = 1 + (s / kappa[:, live]).sum(axis=1)
    return np.asarray(mu / 2 - (y**2 / denominator**2 / 2) @ (1 / kappa))


def _newton(s: Floats, y: Floats, kappa: Floats, mu: Floats) -> Floats | None:
    """Newton's method for grad g = 0 from a minimiser over s >= 0; None where that lies on the boundary."""
    if (s <= 1e-9).any():
        return None
    for _ in range(50):
        denominator = 1 + (s / kappa).sum(axis=1)
        gradient = mu / 2 - (y**2 / denominator**2 / 2) @ (1 / kappa)
        hessian = (1 / kappa).T @ ((y**2 / denominator**3)[:, None] / kappa)
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        s = s - step
        if (s <= 0).any():
            return None
        if np.abs(step).max() <= 1e-13 * np.abs(s).max():
            return s
    return None


def _chain_moments(couplings: Couplings) -> tuple[float, float]:
    return float(couplings["XX"][0, 0]), abs(float(couplings["YX"][0, 0]))


def _chain_threshold(n: int, a: float, b: float) -> float:
    """Logarithm of the number below which the product of the l2 values of a chain allows more than the origin."""
    if a == 0 or b == 0:
        return -inf
    if n == 2:
        return 2 * log(b)
    r = b / a * (n - 2) / (2 * (n - 1))
    return (n - 2) * log(r) + n * log(b * n / (2 * (n - 1)))


def _chain_counts(n: int, is_many: bool) -> list[int]:
    """By index: the origin, and two sets of 2^(n-1) points (for two weights the origin is a saddle instead of one set)."""
    counts = [0] * (n + 1)
    if is_many and n == 2:
        counts[0], counts[1] = 2, 1
    else:
        counts[0] = 1
        if is_many:
            counts[0] += 2 ** (n - 1)
            counts[1] += 2 ** (n - 1)
    return counts


def _prediction(
    label: str, values: Floats, errors: Floats, reference: str, kind: str, total_error: float = 0.0
) -> MeanCounts:
    predictions = {
        k: Prediction(v, e, kind, reference) for k, (v, e) in enumerate(zip(values.tolist(), errors.tolist(), strict=True))
    }
    return MeanCounts(label, MappingProxyType(predictions), Prediction(float(values.sum()), total_error, kind, reference))
