"""Simulated estimators that are right, against tables drawn from populations whose means are known exactly.

A population is an enumerated ensemble taken as a finite distribution: its mean is a rational number, not an estimate. A table is
n rows drawn from it with replacement; a right estimator knows the mean exactly, or has samples of its own from the same
population. The test raises a false alarm when it calls such an estimator deviating.
"""

from collections.abc import Callable

import numpy as np
from scipy import stats

from homotopy.estimators.mean_test import MeanTest, Quantity, against_means, against_samples

Kind = Callable[[np.ndarray, int, np.random.Generator, float], MeanTest]


def quantities(rows: np.ndarray, means: np.ndarray, errors: np.ndarray | float = 0.0) -> list[Quantity]:
    """The columns of a table of counts as quantities, every count between 0 and the largest of all."""
    spread = np.broadcast_to(np.asarray(errors, float), means.shape)
    return [
        Quantity(f"index {k}", rows[:, k], rows[:, k], float(means[k]), float(spread[k]), 0.0, 1e6) for k in range(rows.shape[1])
    ]


def exact(population: np.ndarray, n: int, rng: np.random.Generator, alpha: float) -> MeanTest:
    """An estimator that knows the means."""
    rows = population[rng.integers(0, len(population), n)]
    return against_means(quantities(rows, population.mean(axis=0)), alpha, int(rng.integers(2**31)))


def monte_carlo(population: np.ndarray, n: int, rng: np.random.Generator, alpha: float, m: int = 300) -> MeanTest:
    """An estimator that returns the counts of samples of its own."""
    rows = population[rng.integers(0, len(population), n)]
    own = population[rng.integers(0, len(population), m)]
    columns = [own[:, k] for k in range(own.shape[1])]
    return against_samples(quantities(rows, own.mean(axis=0)), columns, alpha, int(rng.integers(2**31)))


def stated_errors(population: np.ndarray, n: int, rng: np.random.Generator, alpha: float, m: int = 300) -> MeanTest:
    """An estimator that returns only the means of its samples with their standard errors."""
    rows = population[rng.integers(0, len(population), n)]
    own = population[rng.integers(0, len(population), m)]
    errors = own.std(axis=0, ddof=1) / m**0.5
    return against_means(quantities(rows, own.mean(axis=0), errors), alpha, int(rng.integers(2**31)))


def false_alarms(population: np.ndarray, kind: Kind, n: int, runs: int, alpha: float, seed: int) -> int:
    """How many of so many right estimators are called deviating."""
    rng = np.random.default_rng(seed)
    return sum(kind(population, n, rng, alpha).p_value <= alpha for _ in range(runs))


def binomial_interval(runs: int, alpha: float, level: float = 0.99) -> tuple[int, int]:
    """The central interval of the number of alarms if each has probability alpha."""
    low, high = stats.binom.interval(level, runs, alpha)
    return int(low), int(high)


def with_total(rows: np.ndarray) -> np.ndarray:
    """The counts by index, and all of them together."""
    counts = rows.astype(float)
    return np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)
