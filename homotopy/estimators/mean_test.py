"""Do the samples of a table have the means that an estimator predicts? One joint test of all its numbers.

The statistic is the largest |t| over the quantities (points of each Morse index, all points), t the difference of the means in
standard errors. Counts of different indices depend on each other, some completely (symmetry, Euler characteristic), and they
are skewed; so the distribution of the statistic is not looked up but found by resampling whole samples:

* one sample against predicted means: the bootstrap of the studentised statistic (Efron & Tibshirani 1993, ch. 12; Hall 1988);
* the table's samples against the estimator's own: permutations of the studentised statistic, exact if both have one
  distribution, and valid for equal means alone as both grow (Janssen 1997; Chung & Romano 2013);
* differences landscape by landscape: the bootstrap, or the sign test where few of them differ.

Quantities that hardly vary ("rare", see :func:`is_informative`) have no usable standard error; they get exact binomial bounds instead, see :func:`rare_p_value`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from homotopy.common.arrays import Floats
from homotopy.ensembles.statistics import INFORMATIVE, Statistic, n_different

# of SMALLEST samples or more FEW that differ suffice, if the skewness of their mean is estimated below this; that of 25 rare events is 0.2
SMALLEST, FEW, LITTLE_SKEW = 20, 8, 0.15
_RARE_SHARE = 0.1  # of the false alarms that rare quantities may cause together
_EXCEEDED = 10  # resampled statistics beyond the observed one after which no more are drawn (Besag & Clifford 1991)
_LEAST, _MOST = 2000, 400_000  # resamples
_ENOUGH = 3.0  # times 1/alpha resamples: none of them beyond means p < alpha with 95 % confidence
_BLOCK = 2_000_000  # resampled numbers held at a time
_WIDE = 5.0  # standard errors of a prediction within which a rare quantity is tested at its most favourable value


@dataclass(frozen=True, slots=True, eq=False)
class MeanTest:
    """The result of a joint test of means.

    Parameters
    ----------
    low, high : float arrays (q,)
        Range of each found mean; more than a point where samples are open.
    standard_errors : float array (q,)
        Of the found mean and of the prediction, together.
    z : float array (q,)
        Prediction minus found mean, in standard errors; 0 within the range.
    p_values : float array (q,)
        Of each quantity on its own: Student's distribution, or the exact bound of a rare quantity.
    p_value : float
        Of all quantities together.
    methods : tuple of str
        What was used.
    is_bound : bool
        Whether the p-value is only known to be at most `p_value`: no resample reached the statistic, or a bound of rare quantities decides.
    """

    low: Floats
    high: Floats
    standard_errors: Floats
    z: Floats
    p_values: Floats
    p_value: float
    methods: tuple[str, ...]
    is_bound: bool


@dataclass(frozen=True, slots=True)
class Resampled:
    """A p-value found by resampling; a bound if no resample reached the statistic."""

    p_value: float
    is_bound: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """One quantity of all samples, and what is predicted for its mean.

    Parameters
    ----------
    name : str
    lower, upper : float arrays (n,)
        The least and the largest value that each sample can have; equal where it is settled.
    predicted, error : float
        The predicted mean, and its standard error.
    least, most : float
        Between which every value lies, whatever the sample.
    """

    name: str
    lower: Floats
    upper: Floats
    predicted: float
    error: float = 0.0
    least: float = -np.inf
    most: float = np.inf


def against_means(quantities: list[Quantity], alpha: float, seed: int = 0) -> MeanTest:
    """Test predicted means against samples.

    Parameters
    ----------
    quantities : list of Quantity
        Of the same n samples.
    alpha : float
        Probability of a false alarm at which the result will be used; sets the number of resamples.
    seed : int

    Notes
    -----
    The errors of predictions are taken as normal and independent of each other. Open samples shrink the distance and widen
    the standard error to what any completion allows; the resampled distribution is that of the least or of the largest
    counts, whichever gives the larger p-value.

    Examples
    --------
    >>> counts = np.array([2.0, 6.0] * 40)
    >>> right, wrong = (against_means([Quantity("all", counts, counts, m)], 0.01).p_value for m in (4.1, 5.0))
    >>> right > 0.5, wrong < 0.001
    (True, True)
    """
    regular = [k for k, q in enumerate(quantities) if is_informative(q.lower, q.upper)]
    rare = [k for k in range(len(quantities)) if k not in regular]
    low, high, errors, z, alone = _marginals(quantities, [q.error for q in quantities])
    joint = Resampled(1.0)
    if regular:
        observed = float(np.abs(z[regular]).max())
        errs = np.array([quantities[k].error for k in regular])
        sides = ["lower", "upper"] if any((q.lower != q.upper).any() for q in quantities) else ["lower"]
        for number, side in enumerate(sides):
            rows = np.stack([getattr(quantities[k], side) for k in regular], axis=1)
            found = _bootstrap(rows, errs, observed, alpha, np.random.default_rng([seed, number]))
            joint = found if number == 0 else max(joint, found, key=lambda r: r.p_value)
    for k in rare:
        alone[k] = rare_p_value(quantities[k])
    methods = (["studentised bootstrap of the largest |t|"] if regular else []) + (
        [f"exact binomial bounds for {len(rare)} rare quantities"] if rare else []
    )
    p_value, is_bound = _together(joint if regular else None, [float(alone[k]) for k in rare])
    return MeanTest(low, high, errors, z, alone, p_value, tuple(methods), is_bound)


def against_samples(quantities: list[Quantity], own: list[Floats], alpha: float, seed: int = 0) -> MeanTest:
    """Test the means of an estimator's own samples against those of a table's.

    Parameters
    ----------
    quantities : list of Quantity
        Their predictions are the means of `own`.
    own : list of float arrays (m,)
        The same quantities in the estimator's samples, which are independent of the table's.
    alpha, seed
        As for :func:`against_means`.
    """
    m = len(own[0])
    spreads = [float(np.std(values, ddof=1)) / m**0.5 if m > 1 else np.inf for values in own]
    low, high, errors, z, alone = _marginals(quantities, spreads)
    observed = float(np.abs(z).max())
    joint = Resampled(0.0)
    sides = ["lower", "upper"] if any((q.lower != q.upper).any() for q in quantities) else ["lower"]
    for number, side in enumerate(sides):
        table = np.stack([getattr(q, side) for q in quantities], axis=1)
        found = _permutations(table, np.stack(own, axis=1), observed, alpha, np.random.default_rng([seed, number]))
        joint = max(joint, found, key=lambda r: r.p_value)
    return MeanTest(low, high, errors, z, alone, joint.p_value, ("permutations of the largest |t|",), joint.is_bound)


def against_pairs(quantities: list[Quantity], own: list[Floats], alpha: float, seed: int = 0) -> MeanTest:
    """Test an estimator's counts of the table's own samples: the mean difference must vanish.

    Parameters
    ----------
    quantities : list of Quantity
        Of n samples of the table.
    own : list of float arrays (n,)
        What the estimator says about the same samples.
    alpha, seed
        As for :func:`against_means`.
    """
    differences = [
        Quantity(q.name, values - q.upper, values - q.lower, 0.0) for q, values in zip(quantities, own, strict=True)
    ]
    # the mean difference is the bias itself: it is the prediction that moves, not the found mean
    _, _, errors, z, alone = _marginals(differences, [0.0] * len(differences))
    regular = [k for k, d in enumerate(differences) if n_different(d.lower, d.upper) >= INFORMATIVE]  # the sign test is exact
    rare = [k for k in range(len(differences)) if k not in regular]
    of_regular = against_means([differences[k] for k in regular], alpha, seed) if regular else None
    joint = None if of_regular is None else Resampled(of_regular.p_value, of_regular.is_bound)
    for k in rare:
        alone[k] = _sign_test(differences[k])
    found_low = np.array([float(np.mean(q.lower)) for q in quantities])
    found_high = np.array([float(np.mean(q.upper)) for q in quantities])
    methods = (["studentised bootstrap of the largest |t| of differences"] if regular else []) + (
        [f"sign test for {len(rare)} quantities"] if rare else []
    )
    p_value, is_bound = _together(joint, [float(alone[k]) for k in rare])
    return MeanTest(found_low, found_high, errors, -z, alone, p_value, tuple(methods), is_bound)


def is_informative(lower: Floats, upper: Floats) -> bool:
    """Whether a standard error can be used: enough samples differ from the most common value, or fewer whose mean is hardly skewed."""
    n_others = n_different(lower, upper)
    is_small = len(lower) >= SMALLEST and n_others >= FEW
    return n_others >= INFORMATIVE or (is_small and max(_skewness_of_mean(x) for x in (lower, upper)) <= LITTLE_SKEW)


def _skewness_of_mean(values: Floats) -> float:
    """|skewness| of the mean of the samples, estimated from them: the first term by which its distribution is not normal."""
    centred = values - values.mean()
    variance = float(np.mean(centred**2))
    return abs(float(np.mean(centred**3))) / (variance**1.5 * len(values) ** 0.5) if variance > 0 else 0.0


def rare_p_value(quantity: Quantity) -> float:
    """An upper bound of the p-value of a predicted mean, for counts that hardly ever differ from one value.

    With c the most common value, a <= X <= b always, n samples and mu the predicted mean:
    mu > c needs P(X > c) >= (mu - c)/(b - c); mu < c needs P(X < c) >= (c - mu)/(c - a); and P(X > a) <= mu - a (Markov). Each
    gives a binomial tail of how many such samples there are; the p-value is twice the smallest. For a prediction with an
    error the most favourable mean within five standard errors is tested.

    Examples
    --------
    >>> never = np.zeros(1000)
    >>> rare_p_value(Quantity("index 3", never, never, 0.001, least=0, most=8)) > 0.5  # one in a thousand may be missed
    True
    >>> rare_p_value(Quantity("index 3", never, never, 0.5, least=0, most=8)) < 1e-6
    True
    """
    n, q = len(quantity.lower), quantity
    values, counts = np.unique(q.lower, return_counts=True)
    common = float(values[counts.argmax()])
    low, high = float(np.mean(q.lower)), float(np.mean(q.upper))
    nearest = min(max(q.predicted, low), high)
    mu = min(max(nearest, q.predicted - _WIDE * q.error), q.predicted + _WIDE * q.error)
    if mu == nearest:
        return 1.0
    tails = [1.0]
    if mu > common:
        share = (mu - common) / (q.most - common) if q.most > common else 1.0
        tails.append(float(special.bdtr(float((q.upper > common).sum()), n, min(1.0, share))))
    if mu < common:
        share = (common - mu) / (common - q.least) if q.least < common else 1.0
        tails.append(float(special.bdtr(float((q.lower < common).sum()), n, min(1.0, share))))
    if np.isfinite(q.least):
        above = int((q.lower > q.least).sum())
        share = min(1.0, max(0.0, mu - q.least))
        tails.append(float(special.bdtrc(float(above - 1), n, share)) if above else 1.0)
    return min(1.0, 2 * min(tails))


def _marginals(quantities: list[Quantity], errors: list[float]) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Ranges of the means, standard errors, z and Student's p-value of each quantity on its own."""
    statistics = [Statistic(q.name, "mean", q.lower, q.upper) for q in quantities]
    low, high = (np.array([s.range[side] for s in statistics]) for side in (0, 1))
    spread = np.hypot([s.standard_error for s in statistics], errors)
    predicted = np.array([q.predicted for q in quantities])
    distance = np.where(predicted < low, predicted - low, np.where(predicted > high, predicted - high, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(distance == 0, 0.0, distance / spread)
    n = len(quantities[0].lower)
    return low, high, spread, z, np.where(z == 0, 1.0, 2 * special.stdtr(max(n - 1, 1), -np.abs(z)))


def _together(joint: Resampled | None, rare: list[float]) -> tuple[float, bool]:
    """Bonferroni with weights: rare quantities share a tenth of the false alarms. The p-value, and whether it is a bound only."""
    if not rare:
        return (1.0, False) if joint is None else (joint.p_value, joint.is_bound)
    of_rare = min(rare) * len(rare) / (1.0 if joint is None else _RARE_SHARE)
    of_regular = np.inf if joint is None else joint.p_value / (1 - _RARE_SHARE)
    p_value = min(1.0, of_regular, of_rare)
    return p_value, p_value < 1 and (of_rare <= of_regular or (joint is not None and joint.is_bound))


def _sign_test(differences: Quantity) -> float:
    """Two-sided, for differences that are symmetric about 0 if the estimator is right; open ones count for neither side."""
    above, below = int((differences.lower > 0).sum()), int((differences.upper < 0).sum())
    return min(1.0, 2 * float(special.bdtr(float(min(above, below)), above + below, 0.5))) if above + below else 1.0


def _bootstrap(rows: Floats, errors: Floats, observed: float, alpha: float, rng: np.random.Generator) -> Resampled:
    """P(largest |t| >= observed) when samples are drawn from the given ones, about their own mean."""
    values, counts = np.unique(rows, axis=0, return_counts=True)
    n = len(rows)
    values = values - counts @ values / n
    squares = values * values

    def draw(size: int) -> Floats:
        picked = rng.multinomial(n, counts / n, size=size).astype(float)
        mean, second = picked @ values / n, picked @ squares / n
        variance = np.maximum(second - mean * mean, 0.0) / (n - 1)
        noise = errors * rng.standard_normal((size, len(errors))) if errors.any() else 0.0
        return _largest(mean + noise, variance + errors**2)

    return _tail(draw, observed, alpha, len(values))


def _permutations(table: Floats, own: Floats, observed: float, alpha: float, rng: np.random.Generator) -> Resampled:
    """P(largest |t| >= observed) when the samples of both are exchanged at random."""
    values, place = np.unique(np.concatenate([table, own]), axis=0, return_inverse=True)
    counts = np.bincount(place.ravel(), minlength=len(values))
    n, m = len(table), len(own)
    values = values - counts @ values / (n + m)  # t does not change, and rounding is smaller
    squares = values * values

    def moments(picked: Floats, size: int) -> tuple[Floats, Floats]:
        mean, second = picked @ values / size, picked @ squares / size
        return mean, np.maximum(second - mean * mean, 0.0) / max(size - 1, 1)

    def draw(size: int) -> Floats:
        picked = rng.multivariate_hypergeometric(counts, n, size=size, method="marginals").astype(float)
        (mean, variance), (other, spread) = moments(picked, n), moments(counts - picked, m)
        return _largest(mean - other, variance + spread)

    return _tail(draw, observed, alpha, len(values))


def _largest(distance: Floats, variance: Floats) -> Floats:
    """The largest |t| of each row; 0/0 is 0."""
    tiny = 1e-24
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(distance) / np.sqrt(variance)
    t = np.where(variance <= tiny, np.where(np.abs(distance) <= 1e-9, 0.0, np.inf), t)
    return np.asarray(t.max(axis=1))


def _tail(draw: Callable[[int], Floats], observed: float, alpha: float, width: int) -> Resampled:
    """The share of drawn statistics that reach the observed one; few are drawn where it is large."""
    if observed == 0:
        return Resampled(1.0)
    most = int(min(_MOST, max(_LEAST, _ENOUGH / alpha)))
    reached = drawn = 0
    size = 200
    while drawn < most and reached < _EXCEEDED:
        size = max(1, min(size, most - drawn, _BLOCK // width))
        reached += int((draw(size) >= observed * (1 - 1e-12)).sum())
        drawn += size
        size *= 2
    return Resampled((reached + 1) / (drawn + 1), is_bound=not reached)
