"""Claims of the literature against numbers: all claims of a study are tested together by Holm's procedure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from homotopy.common.arrays import Floats
from homotopy.studies.frame.report import HOLDS_BEYOND, NOT_TESTABLE, Finding
from homotopy.studies.frame.trends import Trend, holm


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with the evidence for and against it.

    Parameters
    ----------
    statement, case : str
        As of a :class:`homotopy.studies.frame.report.Finding`.
    p_values : (float, float)
        Of the hypothesis that it does not hold (small where the numbers speak for it), and of the hypothesis that it holds.
    sentence : str
        The numbers and the test, without a full stop.
    """

    statement: str
    case: str
    p_values: tuple[float, float]
    sentence: str


def judge(claims: Sequence[Claim], level: float) -> tuple[Finding, ...]:
    """Which claims hold, fail or stay undecided: a false verdict among all of them has probability `level` at most.

    Examples
    --------
    >>> claims = [Claim("s", "a", (1e-5, 1.0), "x"), Claim("s", "b", (0.3, 0.7), "y"), Claim("s", "c", (1.0, 1e-9), "z")]
    >>> [f.verdict for f in judge(claims, 0.01)]
    ['holds', 'undecided', 'fails']
    """
    rejected = holm([p for c in claims for p in c.p_values], level)
    findings = []
    for k, claim in enumerate(claims):
        holds, fails = rejected[2 * k], rejected[2 * k + 1]
        is_proved = (holds and claim.p_values[0] == 0) or (fails and not holds and claim.p_values[1] == 0)
        p = "" if is_proved else f"; p = {min(claim.p_values):.2g}"
        test = "" if is_proved else f"Holm over {2 * len(claims)} hypotheses, level {level:g}"
        verdict = "holds" if holds else "fails" if fails else "undecided"
        findings.append(Finding(claim.statement, verdict, f"{claim.sentence}{p}.", claim.case, test=test))
    return tuple(findings)


def one_sided(values: Floats, target: float = 0.0) -> tuple[float, float]:
    """Student's p-values of the hypotheses mean <= target and mean >= target; values that are nan are left out.

    The first is small where the mean is above the target. Fewer than two values decide nothing; values that are all equal
    decide as if by the signs: 2^-n.

    Examples
    --------
    >>> above, below = one_sided(np.array([1.0, 1.1, 0.9, 1.2]))
    >>> above < 0.01 < 0.99 < below
    True
    """
    kept = values[np.isfinite(values)] - target
    n = len(kept)
    if n < 2:
        return 1.0, 1.0
    if which_test(values) == SIGN_TEST:
        return (0.5**n if kept[0] > 0 else 1.0), (0.5**n if kept[0] < 0 else 1.0)
    t = float(kept.mean()) / (float(kept.std(ddof=1)) / sqrt(n))
    return float(special.stdtr(n - 1, -t)), float(special.stdtr(n - 1, t))


def against_half(successes: int, n: int, n_open: int = 0) -> tuple[float, float]:
    """Exact binomial p-values of the hypotheses probability <= 1/2 and >= 1/2; open samples go to the side that is to be refuted.

    Examples
    --------
    >>> against_half(7, 7), against_half(0, 0)
    ((0.0078125, 1.0), (1.0, 1.0))
    """
    if not n:
        return 1.0, 1.0
    at_least = 1.0 if successes == 0 else float(special.bdtrc(successes - 1, n, 0.5))
    return at_least, float(special.bdtr(successes + n_open, n, 0.5))


def claimed(statement: str, case: str, wanted: str, found: Trend, what: str, along: str = "depth") -> Finding:
    """The verdict on a claim that a quantity has a trend: where it falls from its maximum on, a claim that it falls holds beyond that place.

    Examples
    --------
    >>> from homotopy.studies.frame.trends import exact, trend
    >>> rises_then_falls = trend([2, 4, 8], [exact(v) for v in (5, 13, 8)])
    >>> claimed("fewer points", "glass", "falls", rises_then_falls, "count").words
    'holds beyond depth 4'
    >>> claimed("more points", "glass", "rises", rises_then_falls, "count").words
    'fails'
    """
    sentence = f"The {what}: {found.verdict}. {found.sentence}"
    if wanted == "falls" and found.turn:
        return Finding(statement, HOLDS_BEYOND, sentence, case, found.verdict, f"{along} {found.turn}")
    verdict = "undecided" if found.verdict == "undecided" else "holds" if found.verdict == wanted else "fails"
    return Finding(statement, verdict, sentence, case, found.verdict)


LEAST_SPINS = 20  # enumeration ends far below; from here on theory gives the density of pairs


def clustering_claimed(statement: str, case: str, wanted: str, found: Trend, what: str, most_spins: int) -> Finding:
    """The verdict on a claim that minima cluster, which landscapes of few variables cannot test.

    Stationary points of a smooth random function repel each other at short distance, whatever the function: between two of them the gradient must
    turn within its correlation length. Where there are few variables every distance between minima is that short.
    """
    if most_spins >= LEAST_SPINS:
        return claimed(statement, case, wanted, found, what)
    why = (
        f"With at most {most_spins} variables the distances between minima are those at which zeros of any smooth random field repel, so that no "
        f"series of this kind shows clustering or refutes it (from {LEAST_SPINS} on it would be judged). Measured: {found.sentence}"
    )
    return Finding(statement, NOT_TESTABLE, why, case, found.verdict)


SIGN_TEST = "sign test, as all values are equal"


def which_test(values: Floats) -> str:
    """The name of the test that `one_sided` makes.

    Examples
    --------
    >>> which_test(np.array([1.0, 1.1])), which_test(np.array([0.1, np.nan, 0.1]))
    ('t test', 'sign test, as all values are equal')
    """
    kept = values[np.isfinite(values)]
    # not the standard deviation: of equal numbers it may be a rounding error
    return SIGN_TEST if len(kept) > 1 and np.ptp(kept) == 0 else "t test"
