"""What the study of assumptions tests: steps of the ladder, order and ruggedness of every rung, the limit of many data."""

from __future__ import annotations

from collections.abc import Sequence

from homotopy.studies.assumptions.ladder import Step
from homotopy.studies.assumptions.tables import QUANTITIES, Climbed, Scanned
from homotopy.studies.frame.claims import Claim, against_half, one_sided, which_test
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.trends import Level, mean_of, p_less, trend

MARGIN = 0.1  # two means that differ by less are called equal


def step_findings(taken: Sequence[tuple[Step, Climbed, Climbed]], level: float) -> list[Finding]:
    """Whether each quantity falls or rises at each step; Bonferroni over all of them."""
    findings = []
    share = level / (len(taken) * len(QUANTITIES))
    for step, before, after in taken:
        titles = [before.rung.title, after.rung.title]
        for name, (what, _) in QUANTITIES.items():
            found = trend(titles, [before.level(name), after.level(name)], along="rung", level=share)
            case = f"{step.dropped} ({' to '.join(titles)})"
            findings.append(Finding(what, found.verdict, found.sentence, case, is_claim=False))
    return findings


def layer_claims(climbed: Sequence[Climbed]) -> list[Claim]:
    """Is the energy ordered by index, and is there more than one minimum?"""
    claims = []
    for c in climbed:
        where = f"{c.rung.title}, {c.dimension} free parameters"
        order = c.profiles.each(lambda s: s.order)
        level = mean_of(order)
        sentence = f"Only {sum(order == order)} of {len(order)} samples have points of two indices"
        if level is not None:
            sentence = f"The point of higher index has the higher energy with probability {level} ({which_test(order)} against 1/2, {level.n} samples)"
        claims.append(Claim("energies rise with the index", where, one_sided(order, 0.5), sentence))
        rugged, n = int(c.profiles.each(lambda s: float(s.n_minima > 1)).sum()), len(c.profiles.samples)
        sentence = f"{rugged} of {n} samples have more than one distinct minimum (exact binomial test against 1/2)"
        claims.append(Claim("most samples have several minima", where, against_half(rugged, n), sentence))
    return claims


def limit_claims(scanned: Sequence[Scanned]) -> list[Claim]:
    """With many normal data, does the data glass have as many points as theory says, and as with independent couplings?"""
    claims = []
    for family in dict.fromkeys(s.family for s in scanned):
        last = max((s for s in scanned if s.family == family), key=lambda s: s.m)
        case = f"{family}, {last.m} normal data"
        claims += [
            _equal("as many real points as the limit of many data", case, last.mean_real, last.limit),
            _equal("as many real points as with independent couplings", case, last.mean_real, last.independent),
        ]
    return claims


def _equal(statement: str, case: str, found: Level, truth: Level) -> Claim:
    """Equal within `MARGIN`: two one-sided tests (Schuirmann 1987)."""
    low, high = (
        Level(v * float(truth.low), v * float(truth.high), v * truth.error, truth.n) for v in (1 - MARGIN, 1 + MARGIN)
    )
    equal, different = max(p_less(low, found), p_less(found, high)), 2 * min(p_less(found, low), p_less(high, found))
    sentence = f"Mean {found} against {truth.value:.5g} (equivalence within {100 * MARGIN:g} %, two one-sided tests)"
    return Claim(statement, case, (equal, min(1.0, different)), sentence)


def lead(climbed: Sequence[Climbed]) -> tuple[str, ...]:
    """What each rung of a ladder has on average."""
    sentences = []
    for name in dict.fromkeys(c.rung.name for c in climbed):
        rungs = [c for c in climbed if c.rung.name == name]
        texts = [f"{_points(c)}{f' with {c.rung.data} data' if c.rung.data else ''}" for c in rungs]
        sentences.append(f"{name}, {rungs[0].dimension} free parameters: {'; '.join(texts)} (distinct, means).")
    return tuple(sentences)


def _points(c: Climbed) -> str:
    points, minima = mean_of(c.profiles.each(lambda s: float(len(s.energies)))), c.level("minima")
    if points is None or minima is None:
        return "no complete samples"
    return f"{points.value:.3g} real points and {minima.value:.3g} minima"
