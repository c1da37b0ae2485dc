"""Claims of the literature against numbers: all claims of a study are tested together by Holm's procedure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt
from scipy import special

from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.trends import holm

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with the evidence for and against it.

    Parameters
    ----------
    subject : str
    p_holds : float
        p-value of the hypothesis that it does not hold: small where the numbers speak for it.
    p_fails : float
        p-value of the hypothesis that it holds: small where they speak against it.
    sentence : str
        The numbers and the test.
    """

    subject: str
    p_holds: float
    p_fails: float
    sentence: str


def judge(claims: Sequence[Claim], level: float) -> tuple[Finding, ...]:
    """Which claims hold, fail or stay undecided: a false verdict among all of them has probability `level` at most.

    Examples
    --------
    >>> found = judge([Claim("a", 1e-5, 1.0, "x"), Claim("b", 0.3, 0.7, "y"), Claim("c", 1.0, 1e-9, "z")], 0.01)
    >>> [f.verdict for f in found]
    ['holds', 'undecided', 'fails']
    """
    rejected = holm([p for c in claims for p in (c.p_holds, c.p_fails)], level)
    findings = []
    for k, claim in enumerate(claims):
        holds, fails = rejected[2 * k], rejected[2 * k + 1]
        verdict, p = ("holds", claim.p_holds) if holds else ("fails", claim.p_fails) if fails else ("undecided", None)
        least = min(claim.p_holds, claim.p_fails)
        test = f"p = {least:.2g} (Holm over {2 * len(claims)} hypotheses, level {level:g})"
        findings.append(
            Finding(claim.subject, verdict, f"{claim.sentence}; {test}." if p != 0 else f"{claim.sentence}.")
        )
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
