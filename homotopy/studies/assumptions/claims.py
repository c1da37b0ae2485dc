"""What the study of assumptions tests: steps of the ladder, order and ruggedness of every rung, the limit of many data."""

from __future__ import annotations

from collections.abc import Sequence

from scipy import special

from homotopy.studies.assumptions.ladder import Step
from homotopy.studies.assumptions.tables import QUANTITIES, Climbed, Scanned
from homotopy.studies.frame.claims import Claim, one_sided, which_test
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.trends import Level, mean_of, p_less, trend

MARGIN = 0.1  # two means that differ by less are called equal


def step_findings(taken: Sequence[tuple[Step, Climbed, Climbed]], level: float) -> list[Finding]:
    """Whether each quantity falls or rises at each step; Bonferroni over all of them."""
    findings = []
    share = level / (len(taken) * len(QUANTITIES))
    for step, before, after in taken:
        for name, (what, _) in QUANTITIES.items():
            found = trend(
                [before.rung.title, after.rung.title],
                [before.level(name), after.level(name)],
                along="rung",
                level=share,
            )
            findings.append(
                Finding(
                    f"{step.dropped} ({before.rung.title} to {after.rung.title}): {what}", found.verdict, found.sentence
                )
            )
    return findings


def layer_claims(climbed: Sequence[Climbed]) -> list[Claim]:
    """Is the energy ordered by index, and is there more than one minimum?"""
    claims = []
    for c in climbed:
        order = c.profiles.each(lambda s: s.order)
        where = f"{c.rung.title}, {c.dimension} free parameters"
        level = mean_of(order)
        if level is None:
            sentence = f"Only {sum(order == order)} of {len(order)} samples have points of two indices"
        else:
            sentence = f"The point of higher index has the higher energy with probability {level} ({which_test(order)} against 1/2, {level.n} samples)"
        claims.append(Claim(f"{where}: energies rise with the index", *one_sided(order, 0.5), sentence))
        rugged = int(c.profiles.each(lambda s: float(s.n_minima > 1)).sum())
        n = len(c.profiles.samples)
        more, fewer = _binomial(rugged, n)
        claims.append(
            Claim(
                f"{where}: most samples have several minima",
                more,
                fewer,
                f"{rugged} of {n} samples have more than one distinct minimum (exact binomial test against 1/2)",
            )
        )
    return claims


def _binomial(successes: int, n: int) -> tuple[float, float]:
    """p-values of probability <= 1/2 and >= 1/2."""
    if not n:
        return 1.0, 1.0
    at_least = 1.0 if successes == 0 else float(special.bdtrc(successes - 1, n, 0.5))
    return at_least, float(special.bdtr(successes, n, 0.5))


def limit_claims(scanned: Sequence[Scanned]) -> list[Claim]:
    """With many normal data, does the data glass have as many points as theory says, and as with independent couplings?"""
    claims = []
    for family in dict.fromkeys(s.family for s in scanned):
        last = max((s for s in scanned if s.family == family), key=lambda s: s.m)
        name = f"{family}, {last.m} normal data"
        claims += [
            _equal(f"{name}: as many real points as the limit of many data", last.mean_real, last.limit),
            _equal(f"{name}: as many real points as with independent couplings", last.mean_real, last.independent),
        ]
    return claims


def _equal(subject: str, found: Level, truth: Level) -> Claim:
    """Equal within `MARGIN`: two one-sided tests (Schuirmann 1987)."""
    low, high = (
        Level(v * float(truth.low), v * float(truth.high), v * truth.error, truth.n) for v in (1 - MARGIN, 1 + MARGIN)
    )
    return Claim(
        subject,
        max(p_less(low, found), p_less(found, high)),
        min(1.0, 2 * min(p_less(found, low), p_less(high, found))),
        f"Mean {found} against {truth.value:.5g} (equivalence within {100 * MARGIN:g} %, two one-sided tests)",
    )
