"""Does a quantity fall or rise along a series? Exact numbers are compared, estimates are tested, and a verdict says which.

A series v_1, .., v_K *falls* if it rises nowhere and falls somewhere, *rises* likewise, is *constant*, or *not
monotone*. For estimates three claims are tested, each at a third of the level a:

* falls: every step falls significantly (one-sided Welch tests; others where samples do not vary, see `p_less`). A step that does not fall makes this claim with
  probability a/3 at most, so no correction for the number of steps is needed (intersection-union test, Berger 1982);
* rises: likewise;
* not monotone: some step rises and some step falls significantly, all 2(K - 1) one-sided hypotheses tested together by
  Holm's procedure, which holds whatever their dependence (neighbouring steps share an estimate).

Otherwise the verdict is *undecided*. A series that is not monotone may still fall from its largest value on: its *turn* is the place of the only
value that can be the largest, if every step from there falls significantly (each at a/3). That claim is false only if some later step does not fall; the last
such step is taken for a fall with probability a/3 at most, wherever the turn is put, so its choice from the same numbers costs nothing.

A false verdict is a false claim, so its probability is at most a, whatever the true means are, as
far as Student's statistics hold for their estimates. They do for normal numbers, and for skewed ones with many samples: at a = 0.01 an
exponential distribution beside a narrow one of equal mean gives a false verdict in 0.04 of all cases with 8 samples each, 0.017 with 50, 0.009
with 200; two of the same shape stay below 0.01.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb, inf, isfinite, sqrt

import numpy as np
import numpy.typing as npt
from scipy import special

from homotopy.common.validation import check_level
from homotopy.ensembles.statistics import Statistic, degrees_of_freedom
from polysys.errors import InputError
from polysys.theory import Prediction

Number = int | float | Fraction
_REPLICATES = 32  # independent averages behind the error of a Monte Carlo prediction, at least (polysys.theory)


@dataclass(frozen=True, slots=True)
class Level:
    """The value of a quantity at one place of a series: exact, or estimated."""

    low: Number  # equal to high, unless open samples leave a range; whole numbers of any size are compared exactly
    high: Number
    error: float = 0.0  # standard error; 0 for exact numbers
    n: int | None = None  # independent samples behind an estimate; None for exact numbers
    freedom: int | None = None  # of the error; None: n - 1. Fewer where few samples differ

    @property
    def is_exact(self) -> bool:
        """Whether nothing was estimated."""
        return self.n is None

    @property
    def value(self) -> float:
        """The middle."""
        return float(self.low) if self.low == self.high else (float(self.low) + float(self.high)) / 2

    def __str__(self) -> str:
        ends = list(dict.fromkeys((_short(self.low), _short(self.high))))
        text = "..".join(ends)
        return f"{text}({self.error:.2g})" if self.error else text


def exact(value: Number, error: float = 0.0) -> Level:
    """An exact number, or one that is known within `error` (of evaluation, not of sampling)."""
    return Level(value - error, value + error) if error else Level(value, value)


def estimated(statistic: Statistic) -> Level:
    """The mean of an ensemble, open samples included."""
    low, high = statistic.range
    return Level(low, high, statistic.standard_error, statistic.n, _fewer(statistic.freedom, statistic.n))


def _fewer(freedom: int, n: int) -> int | None:
    return freedom if 0 < freedom < n - 1 else None


def predicted(prediction: Prediction, unit: float = 1.0) -> Level:
    """A predicted mean, divided by a unit: exact where theory is, else an estimate with few degrees of freedom.

    Examples
    --------
    >>> predicted(Prediction(8.0, 0.2, "monte-carlo", "32 averages"), 4)
    Level(low=2.0, high=2.0, error=0.05, n=32, freedom=None)
    >>> predicted(Prediction(8.0, 0.0, "exact", "by hand")).is_exact
    True
    """
    value, error = prediction.value / unit, prediction.error / unit
    return Level(value, value, error, _REPLICATES) if prediction.kind == "monte-carlo" else exact(value, error)


def mean_of(values: npt.NDArray[np.float64]) -> Level | None:
    """The mean of independent values, those that are nan left out; None with fewer than two."""
    kept = values[np.isfinite(values)]
    if len(kept) < 2:
        return None
    mean = float(kept.mean())
    spread = float(kept.std(ddof=1)) if np.ptp(kept) > 0 else 0.0  # of equal numbers it is rounding
    return Level(mean, mean, spread / sqrt(len(kept)), len(kept), _fewer(degrees_of_freedom(kept, kept), len(kept)))


@dataclass(frozen=True, slots=True)
class Trend:
    """A verdict on a series, with what it rests on."""

    verdict: str  # falls, rises, constant, not monotone or undecided
    sentence: str  # the numbers and the test
    maximum: tuple[str, ...]  # where the largest value can lie: all places that are not significantly below another
    p_falls: tuple[float, ...]  # one-sided p-values of each step
    p_rises: tuple[float, ...]
    turn: str = ""  # the place from which on a series that does not fall as a whole falls at every step


def trend(
    places: Sequence[object], levels: Sequence[Level | None], *, along: str = "depth", level: float = 0.01
) -> Trend:
    """The verdict on a series.

    Parameters
    ----------
    places : sequence
        Names of the places along the series.
    levels : sequence of Level or None
        Independent of each other; None where there is no value.
    along : str
        What the places are.
    level : float
        Probability of a false verdict, at most.

    References
    ----------
    Berger, Technometrics 24 (1982) 295. Holm, Scand. J. Statist. 6 (1979) 65. Welch, Biometrika 34 (1947) 28.

    Examples
    --------
    >>> found = trend([2, 3, 4, 6], [exact(v) for v in (6, 240, 997, 720)])
    >>> found.verdict, found.maximum
    ('not monotone', ('4',))
    >>> found.turn
    '4'
    >>> trend([2, 3], [Level(5.0, 5.0, 0.1, 50), Level(4.9, 4.9, 0.1, 50)]).verdict
    'undecided'
    """
    check_level(level)
    if len(places) != len(levels):
        raise InputError(f"{len(places)} places were given {len(levels)} values.", "Give a value, or None, for each.")
    kept = [(str(p), v) for p, v in zip(places, levels, strict=True) if v is not None and isfinite(v.error)]
    names, values = [p for p, _ in kept], [v for _, v in kept]
    listed = ", ".join(f"{p}: {v}" for p, v in kept)
    if len(values) < 2:
        return Trend("undecided", f"Fewer than two values along {along} ({listed or 'none'}).", tuple(names), (), ())
    steps = list(pairwise(values))
    falls, rises = [p_less(b, a) for a, b in steps], [p_less(a, b) for a, b in steps]
    if all(v.is_exact for v in values):
        verdict = _exact_verdict(values)
        test = f"the exact numbers {'leave it open' if verdict == 'undecided' else 'say so'}"
    else:
        verdict = _tested_verdict(steps, falls, rises, level)
        test = _test_in_words(verdict, steps, falls, rises, level)
    where = _maximum(names, values, level)
    most = (
        f"largest at {along} {where[0]}" if len(where) == 1 else f"the largest may lie at {along} {' or '.join(where)}"
    )
    most = "all equal" if verdict == "constant" else most
    turn = _turn(names, steps, falls, where, level) if verdict in ("not monotone", "undecided") else ""
    return Trend(verdict, f"By {along}: {listed}; {most}; {test}.", where, tuple(falls), tuple(rises), turn)


def _turn(
    names: Sequence[str],
    steps: Sequence[tuple[Level, Level]],
    falls: Sequence[float],
    maximum: Sequence[str],
    level: float,
) -> str:
    """The place of the only possible maximum, if something lies before it and every step from there falls."""
    start = names.index(maximum[0]) if len(maximum) == 1 else 0
    is_falling = all(p <= level / 3 or _is_equal(a, b) for p, (a, b) in zip(falls[start:], steps[start:], strict=True))
    return names[start] if 0 < start < len(steps) and is_falling else ""


def p_less(a: Level, b: Level) -> float:
    """p-value of the hypothesis a >= b against a < b: small when a is below b.

    Notes
    -----
    Welch's test of the difference that open samples make smallest. Exact numbers give 0 or 1. Two estimates from samples
    that show no variation at all differ by chance with the probability that a random division of all samples separates
    them, 1/C(n_a + n_b, n_a). Beside an exact number m > 0, n samples with c > 0 each may miss a rare other value: a nonnegative count
    of mean m < c is c or more with probability m/c at most (Markov), so p = (m/c)^n; for m > c it is (c/m)^n, as if no count
    exceeded m + c.
    """
    if not a.high < b.low:
        return 1.0 if a.error == b.error == 0 else _student(a, b)
    if a.error == b.error == 0:
        if a.is_exact and b.is_exact:
            return 0.0
        if a.is_exact or b.is_exact:
            return (float(a.high) / float(b.low)) ** (a.n or b.n or 0) if a.high > 0 else 1.0
        return 1 / comb((a.n or 0) + (b.n or 0), a.n or 0)
    return _student(a, b)


def _student(a: Level, b: Level) -> float:
    squares = [v.error**2 for v in (a, b)]
    z = float(b.low - a.high) / sqrt(sum(squares))
    weights = [s * s / (v.freedom or v.n - 1) if v.n and v.n > 1 else 0.0 for s, v in zip(squares, (a, b), strict=True)]
    freedom = sum(squares) ** 2 / sum(weights) if sum(weights) > 0 else inf
    return float(special.ndtr(-z) if freedom > 1e6 else special.stdtr(freedom, -z))


def _exact_verdict(values: Sequence[Level]) -> str:
    steps = list(pairwise(values))
    has_fall, has_rise = any(b.high < a.low for a, b in steps), any(a.high < b.low for a, b in steps)
    if has_fall and has_rise:
        return "not monotone"
    is_open = any(not (b.high < a.low or a.high < b.low or _is_equal(a, b)) for a, b in steps)
    if is_open:
        return "undecided"
    return "falls" if has_fall else "rises" if has_rise else "constant"


def _is_equal(a: Level, b: Level) -> bool:
    return a.is_exact and b.is_exact and a.low == a.high == b.low == b.high


def _tested_verdict(
    steps: Sequence[tuple[Level, Level]], falls: Sequence[float], rises: Sequence[float], level: float
) -> str:
    third = level / 3
    if all(p <= third or _is_equal(a, b) for p, (a, b) in zip(falls, steps, strict=True)):
        return "falls"
    if all(p <= third or _is_equal(a, b) for p, (a, b) in zip(rises, steps, strict=True)):
        return "rises"
    rejected = holm([*falls, *rises], third)
    k = len(steps)
    return "not monotone" if any(rejected[:k]) and any(rejected[k:]) else "undecided"


def holm(p_values: Sequence[float], level: float) -> list[bool]:
    """Which hypotheses Holm's step-down procedure rejects; a true one among them with probability `level` at most.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03], 0.05)
    [True, False, False]
    """
    return [p <= level for p in holm_adjusted(p_values)]


def holm_adjusted(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values: a hypothesis is rejected at every level that is not below its own.

    References
    ----------
    Holm, Scand. J. Statist. 6 (1979) 65.

    Examples
    --------
    >>> holm_adjusted([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    result, largest = [0.0] * len(p_values), 0.0
    for rank, k in enumerate(np.argsort(p_values, kind="stable").tolist()):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[k]))
        result[k] = largest
    return result


def _test_in_words(
    verdict: str, steps: Sequence[tuple[Level, Level]], falls: Sequence[float], rises: Sequence[float], level: float
) -> str:
    kinds = " and ".join(dict.fromkeys(kind_of_test(a, b) for a, b in steps))
    if verdict in ("falls", "rises"):
        worst = max(falls if verdict == "falls" else rises)
        return f"every step is significant, the weakest with {p_text(worst)} (one-sided {kinds}, level {level:g})"
    m = 2 * len(falls)
    if verdict == "not monotone":
        rise, fall = min(1.0, m * min(rises)), min(1.0, m * min(falls))
        return f"a rise with {p_text(rise)} and a fall with {p_text(fall)} (one-sided {kinds}, Holm over {m} hypotheses, level {level:g})"
    return f"no pattern is significant (one-sided {kinds}, Holm, level {level:g})"


def p_text(p: float) -> str:
    """A p-value in words; 0 is what doubles make of smaller ones.

    Examples
    --------
    >>> p_text(0.0123), p_text(0.0)
    ('p = 0.012', 'p < 1e-300')
    """
    return f"p = {p:.2g}" if p > 0 else "p < 1e-300"


def kind_of_test(a: Level | None, b: Level | None) -> str:
    """What `p_less` does with two levels."""
    if a is None or b is None:
        return "no test, as samples are open or too few"
    if a.error or b.error:
        return "Welch tests"
    if a.is_exact and b.is_exact:
        return "comparisons of exact numbers"
    return "Markov bounds" if a.is_exact or b.is_exact else "permutation tests of samples that do not vary"


def _maximum(names: Sequence[str], values: Sequence[Level], level: float) -> tuple[str, ...]:
    """The true maximum is among these with probability 1 - level: Bonferroni over the K - 1 others."""
    share = level / (len(values) - 1)
    return tuple(
        name
        for k, (name, v) in enumerate(zip(names, values, strict=True))
        if not any(p_less(v, w) <= share for j, w in enumerate(values) if j != k)
    )


def _short(value: Number) -> str:
    if isinstance(value, int) and abs(value) < 10**7:
        return str(value)
    if isinstance(value, int) and abs(value) >= 10**300:
        digits = str(value)
        return f"{digits[0]}.{digits[1:4]}e+{len(digits) - 1}"
    return f"{float(value):.4g}"
