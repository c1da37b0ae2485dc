"""The claims about archetypal landscapes, each with the test that decides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from homotopy.studies.archetypes.models import AXES
from homotopy.studies.archetypes.sampled import Sampled
from homotopy.studies.frame.claims import against_half
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.trends import kind_of_test, trend

MAX_MISSED = 0.1  # share of landscapes with a miss that is no miss of the claim
_FEW = 5  # samples with two minima or more that a comparison needs
_MOVES = {
    "rises": "it rises",
    "falls": "it falls",
    "undecided": "the difference is not significant",
    "constant": "it is the same",
}
# axis: claims about the two ends of a series, the measure, its name, and where it goes from the first to the last place
_ENDS = {
    "depth": (("more minima with depth", "n_fitted", "number of minima other than the origin", "rises"),),
    "data": (("more minima with fewer data", "n_fitted", "number of minima other than the origin", "falls"),),
    "hidden": (
        ("more minima with more hidden units", "n_minima", "number of minima", "rises"),
        ("more transition states with more hidden units", "n_saddles", "number of transition states", "rises"),
        ("more transition states for each minimum with more hidden units", "ratio", "ratio of the two", "rises"),
    ),
    "l2": (("fewer minima with stronger l2", "n_minima", "number of minima", "falls"),),
}
_LIMIT = "in the shallow or data-rich limit"
_FUNNEL = {"depth": (_LIMIT, 0), "data": (_LIMIT, -1), "l2": ("with weak l2", 0)}
_LIKE_GLASS = (  # claim, measure, its name
    ("minima of similar loss", "spread", "spread of the minima's energies over the range up to the highest saddle"),
    ("low barriers", "escape", "median escape barrier over that range"),
    ("less frustrated than a glass", "frustration", "frustration index"),
)


def funnel_claims(group: Sequence[Sampled], level: float) -> list[Finding]:
    """At the shallow or data-rich end, and where l2 is weak: is one funnel the rule? An exact binomial test against one half."""
    axis = group[0].model.axis
    if axis not in _FUNNEL:
        return []
    where, place = _FUNNEL[axis]
    end, statement = group[place], f"single funnel {where}"
    one, several, n_open = end.single_funnels()
    n = one + several + n_open
    if end.is_fixed and not n_open:
        funnels = int(end.values("n_funnels")[0])
        sentence = f"The data are fixed and make one landscape, with {funnels} funnel{'s' if funnels > 1 else ''}."
        return [Finding(statement, "holds" if one else "fails", sentence, end.model.name)]
    p_values = against_half(one, n, n_open)
    single = int((end.values("n_minima") == 1).sum())
    rest = f", {n_open} open" if n_open else ""
    sentence = (
        f"{one} of {n} samples have one funnel ({single} of them one minimum){rest}; exact binomial test against one half, "
        f"p = {min(p_values):.2g}."
    )
    return [Finding(statement, _verdict(p_values, level), sentence, end.model.name)]


def _verdict(p_values: tuple[float, float], level: float) -> str:
    return "holds" if p_values[0] < level else "fails" if p_values[1] < level else "undecided"


def number_claims(group: Sequence[Sampled], level: float) -> list[Finding]:
    """Do numbers of minima and transition states move between the ends of a series as claimed? A test of two independent means."""
    if len(group) < 2:
        return []
    return [_ends_claim(group, *claim, level) for claim in _ENDS.get(group[0].model.axis, ())]


def _ends_claim(
    group: Sequence[Sampled], statement: str, measure: str, what: str, claimed: str, level: float
) -> Finding:
    along, series = AXES[group[0].model.axis], group[0].model.series
    every, has_open = np.concatenate([c.values(measure) for c in group]), any(c.n_open for c in group)
    is_fixed = all(c.is_fixed for c in group)
    if len(every) and np.ptp(every) == 0 and not has_open and not is_fixed:
        most = max(1 - level ** (1 / len(c.records)) for c in group if not c.is_fixed)
        sentence = (
            f"All {len(every)} samples at {len(group)} places have {every[0]:.4g} for the {what}; at no place can "
            f"another number have a probability above {most:.2g} (level {level:g} each)."
        )
        return Finding(statement, "undecided", sentence, series)  # what is rarer than that may still move
    positions, levels = [c.model.position for c in group], [c.level(measure) for c in group]
    # the claim is about the ends of a series; whether each step goes the same way is another question
    ends = trend([positions[0], positions[-1]], [levels[0], levels[-1]], along=along, level=level)
    against = "falls" if claimed == "rises" else "rises"
    decided = {claimed: "holds", against: "fails", "constant": "fails"}
    verdict = "undecided" if has_open else decided.get(ends.verdict, "undecided")
    listed = ", ".join(f"{p}: {v}" for p, v in zip(positions, levels, strict=True))
    p_value = min(*ends.p_falls, *ends.p_rises) if ends.p_falls else 1.0
    whole = trend(positions, levels, along=along, level=level).verdict
    test = (
        ""
        if is_fixed
        else f", p = {p_value:.2g} (one-sided {kind_of_test(levels[0], levels[-1])}, level {level / 3:.2g})"
    )
    sentence = f"The {what} modulo symmetry by {along}: {listed}. Between the ends {_MOVES[ends.verdict]}{test}; the series step by step: {whole}."
    return Finding(statement, verdict, sentence, series)


def glass_claims(group: Sequence[Sampled], glass: Sampled, level: float) -> list[Finding]:
    """At the deep or data-poor end, beside a glass: spread of the minima other than the origin, barriers, frustration.

    Mann and Whitney's test, which asks nothing of the distributions (frustration has heavy tails).
    """
    axis = group[0].model.axis
    if axis not in ("depth", "data"):
        return []
    is_depth = axis == "depth"
    end, findings = group[-1] if is_depth else group[0], []
    for claim, name, words in _LIKE_GLASS:
        statement = f"{claim} in the deep or data-poor limit"
        a, b = end.with_several(name), glass.with_several(name)
        if len(a) < _FEW or len(b) < _FEW:
            who = f"{len(a)} of {len(end.records)} samples, and {len(b)} of {len(glass.records)} of the glass,"
            findings.append(
                Finding(
                    statement, "undecided", f"Only {who} have two minima or more besides the origin.", end.model.name
                )
            )
            continue
        below, above = (float(stats.mannwhitneyu(a, b, alternative=way).pvalue) for way in ("less", "greater"))
        verdict = "undecided" if end.n_open or glass.n_open else _verdict((below, above), level)
        sentence = (
            f"The {words}: median {np.median(a):.3g} over {len(a)} samples with two minima or more, against {np.median(b):.3g} over {len(b)} of "
            f"{glass.model.label}; Mann-Whitney, p = {min(below, above):.2g}."
        )
        findings.append(Finding(statement, verdict, sentence, end.model.name))
    return findings


def recall_claims(label: str, results: Sequence[dict[str, Any]]) -> list[Finding]:
    """Does the largest budget find everything? One landscape on which it does not refutes it; few without a miss prove nothing."""
    decided = [r for r in results if "open" not in r]
    findings = []
    for name, words in (("minima", "minima"), ("saddles", "index-1 saddles")):
        known = [(r[name], r["budgets"][-1]) for r in decided if r[name]]
        n, n_missed = len(known), sum(last[name] < every for every, last in known)
        cost = np.mean([last["evaluations"] for _, last in known] or [0])
        ceiling = float(stats.binomtest(n_missed, n).proportion_ci(0.95).high) if n else 1.0
        is_shown = len(decided) == len(results) and ceiling <= MAX_MISSED
        sentence = (
            f"With {known[0][1]['runs'] if known else 0} runs of basin hopping ({cost:.3g} evaluations on average) some are missed in "
            f"{n_missed} of {n} landscapes; the true share is at most {ceiling:.2g} (95 %, Clopper-Pearson; it holds from {MAX_MISSED:g} down)."
        )
        verdict = "fails" if n_missed else "holds" if is_shown else "undecided"
        findings.append(Finding(f"a search finds all {words}", verdict, sentence, label))
    return findings
