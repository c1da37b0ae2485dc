"""The claims about archetypal landscapes, each with the test that decides it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from homotopy.studies.archetypes.series import Cell, Floats
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.trends import kind_of_test, trend

ONE_FUNNEL = "single funnel"
MORE_MINIMA = "more minima"
SIMILAR = "minima of similar loss"
LOW = "low barriers"
UNLIKE_GLASS = "less frustrated than a glass"
RECALL = "a search finds all"
MAX_MISSED = 0.1  # share of landscapes with a miss that is no miss of the claim
CLAIMS = (ONE_FUNNEL, MORE_MINIMA, SIMILAR, LOW, UNLIKE_GLASS)
_FEW = 5  # samples with two minima or more that a comparison needs


def funnel_claims(group: Sequence[Cell], level: float) -> list[Finding]:
    """At the shallow or data-rich end: is one funnel the rule? An exact binomial test against one half."""
    cell = group[0] if group[0].place.axis == "depth" else group[-1]
    one, several, open_ = cell.single_funnels()
    subject = f"{ONE_FUNNEL}, {'shallow' if cell.place.axis == 'depth' else 'data-rich'}: {_name(cell)}"
    n = one + several + open_
    # open samples go to the side that is to be refuted
    p_holds = float(stats.binomtest(one, n, alternative="greater").pvalue)
    p_fails = float(stats.binomtest(one + open_, n, alternative="less").pvalue)
    verdict = "holds" if p_holds < level else "fails" if p_fails < level else "undecided"
    single = int((cell.values("n_minima") == 1).sum())
    rest = f", {open_} open" if open_ else ""
    sentence = (
        f"{one} of {n} samples have one funnel ({single} of them one minimum){rest}; exact binomial test against one half, "
        f"p = {min(p_holds, p_fails):.2g}."
    )
    return [Finding(subject, verdict, sentence)]


def number_claims(group: Sequence[Cell], level: float) -> list[Finding]:
    """Are there more minima at the deep, or data-poor, end of a series than at the other? A test of two independent means."""
    if len(group) < 2:
        return []
    axis = group[0].place.axis
    subject = f"{MORE_MINIMA} with {'depth' if axis == 'depth' else 'fewer data'}: {group[0].place.series}"
    everything = np.concatenate([c.values("n_minima") for c in group])
    if len(everything) and (everything == everything[0]).all() and not any(c.n_open for c in group):
        most = max(1 - level ** (1 / len(c.records)) for c in group)
        sentence = (
            f"All {len(everything)} samples, {len(group)} places of {'depth' if axis == 'depth' else 'data'}, have {int(everything[0])}; at no place can "
            f"another number have a probability above {most:.2g} (level {level:g} each)."
        )
        return [Finding(subject, "undecided", sentence)]  # what is rarer than that may still grow
    along = "hidden layers" if axis == "depth" else "number of data"
    positions, levels = [c.place.position for c in group], [c.level("n_minima") for c in group]
    # the claim is about the ends of a series; whether each step goes the same way is another question
    ends = trend([positions[0], positions[-1]], [levels[0], levels[-1]], along=along, level=level)
    claimed, refuting = ("rises", "falls") if axis == "depth" else ("falls", "rises")
    verdict = {claimed: "holds", refuting: "fails"}.get(ends.verdict, "undecided")
    if any(c.n_open for c in group):
        verdict = "undecided"
    listed = ", ".join(f"{p}: {v}" for p, v in zip(positions, levels, strict=True))
    p_value = min(*ends.p_falls, *ends.p_rises) if ends.p_falls else 1.0
    whole = trend(positions, levels, along=along, level=level).verdict
    sentence = (
        f"Mean number of minima modulo symmetry by {along}: {listed}. Between the ends {_MOVES[ends.verdict]}, p = {p_value:.2g} (one-sided "
        f"{kind_of_test(levels[0], levels[-1])}, level {level / 3:.2g}); the series step by step: {whole}."
    )
    return [Finding(subject, verdict, sentence)]


_MOVES = {"rises": "it rises", "falls": "it falls", "undecided": "the difference is not significant"}


def glass_claims(group: Sequence[Cell], glass: Cell, level: float) -> list[Finding]:
    """At the deep or data-poor end, beside a glass: spread of the minima, barriers, frustration."""
    cell = group[-1] if group[0].place.axis == "depth" else group[0]
    what = [
        (SIMILAR, "spread", "spread of the minima's energies over the range up to the highest saddle"),
        (LOW, "escape", "median escape barrier over that range"),
        (UNLIKE_GLASS, "frustration", "frustration index"),
    ]
    findings = []
    for claim, name, words in what:
        subject = f"{claim}, {'deep' if cell.place.axis == 'depth' else 'data-poor'}: {_name(cell)}"
        findings.append(
            Finding(subject, *_lower(cell.with_several(name), glass.with_several(name), words, cell, glass, level))
        )
    return findings


def _lower(a: Floats, b: Floats, words: str, cell: Cell, glass: Cell, level: float) -> tuple[str, str]:
    """Whether a is below b: Mann and Whitney's test, which asks nothing of the distributions (frustration has heavy tails)."""
    if len(a) < _FEW or len(b) < _FEW:
        who = f"{len(a)} of {len(cell.records)} samples, and {len(b)} of {len(glass.records)} of the glass,"
        return "undecided", f"Only {who} have two minima or more."
    below = float(stats.mannwhitneyu(a, b, alternative="less").pvalue)
    above = float(stats.mannwhitneyu(a, b, alternative="greater").pvalue)
    verdict = "holds" if below < level else "fails" if above < level else "undecided"
    if cell.n_open or glass.n_open:
        verdict = "undecided"
    sentence = (
        f"The {words}: median {np.median(a):.3g} over {len(a)} samples with two minima or more, against {np.median(b):.3g} over {len(b)} of "
        f"{glass.place.label}; Mann-Whitney, p = {min(below, above):.2g}."
    )
    return verdict, sentence


def recall_claims(label: str, results: Sequence[dict[str, Any]]) -> list[Finding]:
    """Does the largest budget find everything? One landscape on which it does not refutes it; few without a miss prove nothing."""
    decided = [r for r in results if "open" not in r]
    findings = []
    for name, words in (("minima", "minima"), ("saddles", "index-1 saddles")):
        known = [r for r in decided if r[name]]
        missed = [r for r in known if r["budgets"][-1][name] < r[name]]
        cost = np.mean(
            [r["budgets"][-1]["evaluations"] + r["budgets"][-1]["evaluations_saddles"] for r in known] or [0]
        )
        n = len(known)
        ceiling = float(stats.binomtest(len(missed), n).proportion_ci(0.95).high) if n else 1.0
        is_shown = len(decided) == len(results) and ceiling <= MAX_MISSED
        verdict = "fails" if missed else "holds" if is_shown else "undecided"
        sentence = (
            f"With {known[0]['budgets'][-1]['runs'] if known else 0} runs of basin hopping ({cost:.3g} evaluations on average) some are missed in "
            f"{len(missed)} of {n} landscapes; the true share is at most {ceiling:.2g} (95 %, Clopper-Pearson; it holds from {MAX_MISSED:g} down)."
        )
        findings.append(Finding(f"{RECALL} {words}: {label}", verdict, sentence))
    return findings


def claim_counts(findings: Sequence[Any]) -> str:
    """How often each claim holds and fails, in one sentence each."""
    parts = []
    for claim in (*CLAIMS, RECALL):
        about = [f for f in findings if f.subject.startswith(claim)]
        if about:
            counts = Counter(f.verdict for f in about)
            numbers = ", ".join(f"{v} in {counts[v]}" for v in ("holds", "fails", "undecided") if counts[v])
            parts.append(f"'{claim}' {numbers} of {len(about)}")
    return "; ".join(parts)[:1].upper() + "; ".join(parts)[1:] + "."


def _name(cell: Cell) -> str:
    place = cell.place
    where = f"{place.position} hidden layer{'s' if place.position != '1' else ''}" if place.axis == "depth" else ""
    where = f"{place.position} data" if place.axis == "data" else where
    return f"{place.series}, {where}"
