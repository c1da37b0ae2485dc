"""Layers and bands of energies: are they ordered by index, do they overlap, how much of an index lies above a threshold?

Everything is computed inside samples first; samples are independent, points of one sample are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from scipy import special

from homotopy.common.arrays import Floats
from homotopy.studies.measures.samples import SampledPoints

_APART = 1e-6  # energies per spin are stored to nine digits


def mean_energies(samples: Sequence[SampledPoints], k: int) -> Floats:
    """The mean energy of the points of index k in each sample, nan where there is none."""
    return np.array([_mean(s.of_index(k)) for s in samples])


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else nan


def overlaps_of_layers(samples: Sequence[SampledPoints], k: int) -> Floats:
    """In each sample the probability that a random point of index k lies above a random one of index k + 1.

    Ties count one half; nan where one of the two is missing. 0 means that the layers do not overlap, 1/2 that they are
    not layered at all.

    Examples
    --------
    >>> a = SampledPoints(0, np.array([-2.0, -1.0, 0.0]), np.array([0, 1, 0]))
    >>> overlaps_of_layers([a], 0).tolist()
    [0.5]
    """
    return np.array([probability_above(s.of_index(k), s.of_index(k + 1)) for s in samples])


def probability_above(a: Floats, b: Floats) -> float:
    """The probability that a random one of `a` is larger than a random one of `b`, ties one half; nan if one is empty.

    Mann and Whitney's U over the number of pairs.
    """
    if not len(a) or not len(b):
        return nan
    ordered = np.sort(b)
    below = np.searchsorted(ordered, a, side="left") + np.searchsorted(ordered, a, side="right")
    return float(below.sum() / (2 * len(a) * len(b)))


def n_inverted(samples: Sequence[SampledPoints], k: int) -> int:
    """Number of samples in which some point of index k lies above some point of index k + 1."""
    pairs = [(s.of_index(k), s.of_index(k + 1)) for s in samples]
    return sum(bool(len(a) and len(b) and a.max() > b.min() + _APART) for a, b in pairs)


def ratio(parts: Floats, wholes: Floats) -> tuple[float, float]:
    """sum parts / sum wholes over independent samples, and its standard error.

    Notes
    -----
    r = sum a / sum b has the standard error sqrt(n/(n-1) sum (a_i - r b_i)^2) / sum b to first order (Cochran, Sampling
    Techniques, chapter 2). nan with fewer than two samples or without any whole.
    """
    n, total = len(wholes), float(wholes.sum())
    if not total:
        return nan, nan
    value = float(parts.sum()) / total
    if n < 2:
        return value, nan
    return value, sqrt(n / (n - 1)) * float(np.sqrt(((parts - value * wholes) ** 2).sum())) / total


def annealed_energy(samples: Sequence[SampledPoints], k: int) -> tuple[float, float]:
    """The mean energy of all points of index k of all samples together, and its standard error."""
    found = [s.of_index(k) for s in samples]
    return ratio(np.array([e.sum() for e in found]), np.array([len(e) for e in found], float))


@dataclass(frozen=True, slots=True)
class Share:
    """A share of points, over all samples together and sample by sample."""

    # of all points together (the annealed share: a ratio of means) and its standard error, by linearisation
    value: float
    error: float
    n_inside: int
    n_points: int
    quenched: float  # the mean over samples of the share in the sample, and its standard error
    quenched_error: float
    median: float  # the median over samples
    n_samples: int  # samples that have such points at all, and those with one of them inside
    n_touched: int


def share_above(samples: Sequence[SampledPoints], k: int, edge: float) -> Share:
    """The share of the points of index k with an energy above an edge.

    Examples
    --------
    >>> a = SampledPoints(0, np.array([-2.0, -1.0]), np.array([0, 0]))
    >>> b = SampledPoints(1, np.array([-1.0]), np.array([0]))
    >>> found = share_above([a, b], 0, -1.5)
    >>> round(found.value, 3), found.quenched, found.n_touched
    (0.667, 0.75, 2)
    """
    found = [s.of_index(k) for s in samples]
    inside = np.array([(e > edge).sum() for e in found if len(e)], float)
    total = np.array([len(e) for e in found if len(e)], float)
    n = len(total)
    if not n:
        return Share(nan, nan, 0, 0, nan, nan, nan, 0, 0)
    value, error = ratio(inside, total)
    shares = inside / total
    quenched_error = float(shares.std(ddof=1) / sqrt(n)) if n > 1 else nan
    return Share(
        value,
        error,
        int(inside.sum()),
        int(total.sum()),
        float(shares.mean()),
        quenched_error,
        float(np.median(shares)),
        n,
        int((inside > 0).sum()),
    )


@dataclass(frozen=True, slots=True)
class Decay:
    """A fit of share = exp(a - rate N)."""

    rate: float  # positive where the share falls
    error: float
    low: float  # interval of the rate, normal
    high: float
    level: float
    chi_squared: float  # of the fit; `n_sizes` - 2 degrees of freedom
    # of a chi squared as large, if the decay is exponential and the errors are right; nan with two sizes
    p_value: float
    n_sizes: int  # sizes that entered: with a share that is neither 0 nor unknown


def fit_decay(
    sizes: Sequence[float], shares: Sequence[float], errors: Sequence[float], level: float = 0.95
) -> Decay | None:
    """Weighted least squares of log share against size; None with fewer than two usable sizes.

    Parameters
    ----------
    sizes : sequence of float
    shares, errors : sequences of float
        Independent estimates with standard errors; the error of a logarithm is error / share.

    Examples
    --------
    >>> found = fit_decay([2, 4, 6], [np.exp(-1.0), np.exp(-2.0), np.exp(-3.0)], [0.01] * 3)
    >>> round(found.rate, 6), found.n_sizes, found.chi_squared < 1e-9
    (0.5, 3, True)
    """
    x, f, s = (np.array(v, float) for v in (sizes, shares, errors))
    usable = np.isfinite(f) & np.isfinite(s) & (f > 0) & (s > 0)
    x, f, s = x[usable], f[usable], s[usable]
    if len(x) < 2 or len(np.unique(x)) < 2:
        return None
    y, weights = np.log(f), (f / s) ** 2
    centre = (weights * x).sum() / weights.sum()
    information = (weights * (x - centre) ** 2).sum()
    slope = (weights * (x - centre) * y).sum() / information
    level_at_centre = (weights * y).sum() / weights.sum()
    chi_squared = float((weights * (y - level_at_centre - slope * (x - centre)) ** 2).sum())
    error = float(1 / np.sqrt(information))
    reach = float(special.ndtri((1 + level) / 2)) * error
    freedom = len(x) - 2
    p_value = float(special.chdtrc(freedom, chi_squared)) if freedom else nan
    rate = float(-slope)
    return Decay(rate, error, rate - reach, rate + reach, level, chi_squared, p_value, len(x))
