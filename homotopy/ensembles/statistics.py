"""Means, medians and fractions over an ensemble, with intervals that stay honest about samples without a full result.

Every sample enters a statistic with two values, the least and the largest that its count can have given what was proved
about it; they are equal for all samples that are complete. Each interval then covers what would be stated for every
possible completion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from typing import Any

import numpy as np
from scipy import special

from homotopy.common.arrays import Floats
from homotopy.common.validation import check_level
from homotopy.common.wording import count_of
from polysys.disorder import check_seed
from polysys.errors import InputError

_RESAMPLES = 2000
_BLOCK = 4_000_000  # resampled numbers held at a time
INFORMATIVE = 25  # samples that must differ from the most common value for a standard error to have n - 1 degrees of freedom


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval; it prints as one sentence.

    Parameters
    ----------
    low, high, level : float
    method : str
    n : int
        Number of samples.
    n_open : int
        Number of samples that entered with a range instead of a number.
    """

    low: float
    high: float
    level: float
    method: str
    n: int
    n_open: int

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def __str__(self) -> str:
        samples = count_of(self.n, "sample")
        widened = f", widened for {count_of(self.n_open, 'sample')} without a full result" if self.n_open else ""
        if not isfinite(self.low) and not isfinite(self.high):
            return f"unknown: too few samples for an interval ({100 * self.level:g} %, {self.method}, {samples}{widened})"
        return f"[{self.low:.6g}, {self.high:.6g}] ({100 * self.level:g} %, {self.method}, {samples}{widened})"


@dataclass(frozen=True, slots=True, eq=False)
class Statistic:
    """A statistic of one quantity over an ensemble; make one with `Ensemble.mean` and its like.

    Parameters
    ----------
    name : str
    kind : str
        "mean", "median", "log-mean" or "fraction".
    lower, upper : float arrays (n,)
        The least and largest value that each sample can have.
    least, most : float
        Between which every value lies, whatever the sample.

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.array([2.0, 6.0, 2.0, 6.0, 6.0, 2.0, 2.0, 6.0])
    >>> mean = Statistic("n_real", "mean", counts, counts)
    >>> mean.value, mean.interval(0.95).low < 4 < mean.interval(0.95).high
    (4.0, True)
    """

    name: str
    kind: str
    lower: Floats
    upper: Floats
    least: float = -inf
    most: float = inf

    def __post_init__(self) -> None:
        if not len(self.lower):
            raise InputError(
                f"There is no sample to take the {self.kind} of {self.name} from.", "Run the ensemble first."
            )

    @property
    def n(self) -> int:
        """Number of samples, those without a result included."""
        return len(self.lower)

    @property
    def n_open(self) -> int:
        """Number of samples with a range instead of a number."""
        return int((self.lower != self.upper).sum())

    @property
    def range(self) -> tuple[float, float]:
        """Least and largest value of the statistic over all completions of the open samples (it increases in each)."""
        return self._of(self.lower), self._of(self.upper)

    @property
    def value(self) -> float:
        """The statistic; nan where open samples leave it open, see :attr:`range`."""
        low, high = self.range
        return low if low == high else nan

    @property
    def freedom(self) -> int:
        """Degrees of freedom of the standard error of the mean; 0 where all samples agree, see :func:`degrees_of_freedom`."""
        return degrees_of_freedom(self.lower, self.upper)

    @property
    def standard_error(self) -> float:
        """Of the mean: the largest that any completion of the open samples gives."""
        return self._spread() / sqrt(self.n)

    def interval(self, level: float = 0.95, method: str | None = None, *, seed: int = 0) -> Interval:
        """A two-sided confidence interval.

        Parameters
        ----------
        level : float
            Between 0 and 1.
        method : {"t", "bootstrap", "exact"}, optional
            "t" (means): Student's interval. "bootstrap" (all): percentile bootstrap, resampling samples with `seed`.
            "exact" (fractions): Clopper & Pearson's binomial interval; (medians): order statistics, whose coverage is
            binomial and at least the level. Default: t for means, exact for medians and fractions.

        Notes
        -----
        t: from mean(lower) - c s / sqrt(n) to mean(upper) + c s / sqrt(n), where s is a bound on the standard deviation
        of every completion: s^2 (n - 1) = min over m of sum max((lower - m)^2, (upper - m)^2), and c Student's quantile with
        the degrees of freedom of :func:`degrees_of_freedom`. Samples that all agree have no standard error, and their mean may still
        be another: another value than c has a probability q <= 1 - (1 - level)^(1/n) (Clopper & Pearson), so the mean lies between
        c - q (c - least) and c + q (most - c). bootstrap: the low
        quantile of the resampled statistic of `lower` and the high one of `upper`, which bound those of every
        completion because the statistic increases in each sample. exact: open samples count as failures on the low
        side and as successes on the high side; for medians, the order statistics of `lower` and of `upper`.

        References
        ----------
        Clopper & Pearson, Biometrika 26 (1934) 404. Efron & Tibshirani, An Introduction to the Bootstrap (1993).
        """
        check_level(level)
        check_seed(seed)
        chosen = method or ("t" if self.kind in ("mean", "log-mean") else "exact")
        methods: dict[str, Callable[[float, int], tuple[float, float]]] = {"bootstrap": self._bootstrap}
        if self.kind in ("mean", "log-mean"):
            methods["t"] = self._student
        if self.kind in ("median", "fraction"):
            methods["exact"] = self._exact_median if self.kind == "median" else self._clopper_pearson
        if chosen not in methods:
            raise InputError(
                f"There is no method {chosen!r} for the {self.kind} of {self.name}.",
                f"Choose {', '.join(sorted(methods))}.",
            )
        low, high = methods[chosen](level, seed)
        name = "binomial, as all samples agree" if chosen == "t" and self.n > 1 and not self.freedom else chosen
        return Interval(low, high, level, name, self.n, self.n_open)

    def in_words(self, digits: int = 6) -> str:
        """The value, or between which two open samples leave it."""
        low, high = self.range
        return f"{low:.{digits}g}" if low == high else f"between {low:.{digits}g} and {high:.{digits}g}"

    def __str__(self) -> str:
        """The value before its interval."""
        interval = self.interval()
        is_known = isfinite(interval.low) or isfinite(interval.high)
        return f"{self.in_words()} {interval}" if is_known else f"{self.in_words()}; {str(interval).removeprefix('unknown: ')}"

    def __repr__(self) -> str:
        return f"{self.kind} of {self.name}: {self.in_words()}, {self.interval()}"

    def _of(self, values: Floats) -> float:
        return float(np.median(values) if self.kind == "median" else np.mean(values))

    def _spread(self) -> float:
        """The largest standard deviation of any completion, or a bound of it that is close."""
        if self.n < 2:
            return inf
        if not (np.isfinite(self.lower).all() and np.isfinite(self.upper).all()):
            return inf
        if not self.n_open:
            return float(np.std(self.lower, ddof=1))
        middle = (self.lower + self.upper) / 2
        half = (self.upper - self.lower) / 2

        def largest(m: float) -> float:  # convex in m; the farther end of each range
            return float(((np.abs(middle - m) + half) ** 2).sum())

        ends = float(self.lower.min()), float(self.upper.max())
        from scipy import optimize  # half a second to import, and only needed for open samples

        found = optimize.minimize_scalar(largest, bounds=ends, method="bounded")
        return sqrt(min(found.fun, largest(ends[0]), largest(ends[1])) / (self.n - 1))

    def _student(self, level: float, _: int) -> tuple[float, float]:
        spread = self._spread()
        if not isfinite(spread):
            low, high = self.range
            return (low if self.n > 1 and isfinite(low) and low == high else -inf), inf
        if not self.freedom:
            common, q = self.range[0], 1 - (1 - level) ** (1 / self.n)
            return common - q * (common - self.least), common + q * (self.most - common)
        reach = float(special.stdtrit(self.freedom, (1 + level) / 2)) * spread / sqrt(self.n)
        return self.range[0] - reach, self.range[1] + reach

    def _bootstrap(self, level: float, seed: int) -> tuple[float, float]:
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xB007,)))
        lows, highs = [], []
        size = max(1, _BLOCK // self.n)
        for start in range(0, _RESAMPLES, size):
            picks = rng.integers(0, self.n, (min(size, _RESAMPLES - start), self.n))
            of = np.median if self.kind == "median" else np.mean
            lows.append(of(self.lower[picks], axis=1))
            highs.append(of(self.upper[picks], axis=1) if self.n_open else lows[-1])
        low = np.quantile(np.concatenate(lows), (1 - level) / 2, method="lower")
        return float(low), float(np.quantile(np.concatenate(highs), (1 + level) / 2, method="higher"))

    def _exact_median(self, level: float, _: int) -> tuple[float, float]:
        """Order statistics r and n + 1 - r with P(Bin(n, 1/2) < r) <= (1 - level)/2, r as large as possible."""
        below = special.bdtr(np.arange(self.n // 2 + 1, dtype=float), self.n, 0.5)  # P(Bin <= r - 1) for r = 1, 2, ..
        r = int((below <= (1 - level) / 2).sum())
        if r < 1:
            return -inf, inf  # too few samples for this level
        return float(np.sort(self.lower)[r - 1]), float(np.sort(self.upper)[self.n - r])

    def _clopper_pearson(self, level: float, _: int) -> tuple[float, float]:
        tail, n = (1 - level) / 2, self.n
        least, most = round(float(self.lower.sum())), round(float(self.upper.sum()))
        low = 0.0 if least == 0 else float(special.betaincinv(least, n - least + 1, tail))
        high = 1.0 if most == n else float(special.betainccinv(most + 1, n - most, tail))
        return low, high


def degrees_of_freedom(lower: Floats, upper: Floats) -> int:
    """Degrees of freedom of the standard error of a mean of counts: n - 1, or fewer where few samples differ.

    Parameters
    ----------
    lower, upper : float arrays (n,)

    Notes
    -----
    The relative variance of a variance is (kurtosis - 1)/n, so Satterthwaite's number of degrees of freedom is 2n/(kurtosis - 1). A
    count that differs from its most common value in a small share q of samples has kurtosis 1/q: 2nq, twice the number k of
    samples that differ. Below 25 of them k itself is taken, because the mean is skewed too: of 50 samples with a true share of 0.08,
    the test at 0.01 then errs in 0.009 of all cases; with n - 1 degrees of freedom in 0.08.

    Examples
    --------
    >>> import numpy as np
    >>> counts = np.array([2.0] * 40 + [4.0] * 3)
    >>> degrees_of_freedom(counts, counts), degrees_of_freedom(counts[:40], counts[:40])
    (3, 0)
    """
    k = n_different(lower, upper)
    return k if k < min(INFORMATIVE, len(lower) - 1) else len(lower) - 1


def n_different(lower: Floats, upper: Floats) -> int:
    """Number of samples that differ, or may differ, from the most common value."""
    values, counts = np.unique(lower, return_counts=True)
    common = values[counts.argmax()]
    return int(((lower != common) | (upper != common)).sum())


def fraction(name: str, is_met: Callable[[Any], bool], lower: Floats, upper: Floats) -> Statistic:
    """The fraction of samples whose count meets a condition; open where the ends of its range do not settle it.

    A range is settled only if the condition has one answer for all whole numbers in it.
    """
    cache: dict[tuple[float, float], tuple[float, float]] = {}

    def ends(low: float, high: float) -> tuple[float, float]:
        if (low, high) not in cache:
            answers: set[bool] = set()
            if high - low > 100_000:
                answers = {True, False}  # too many to ask: open
            else:
                for value in range(int(low), int(high) + 1):
                    answers.add(bool(is_met(value)))
                    if len(answers) == 2:
                        break
            cache[low, high] = float(min(answers)), float(max(answers))
        return cache[low, high]

    pairs = np.array([ends(a, b) for a, b in zip(lower.tolist(), upper.tolist(), strict=True)], dtype=float).reshape(
        -1, 2
    )
    return Statistic(name, "fraction", pairs[:, 0], pairs[:, 1])
