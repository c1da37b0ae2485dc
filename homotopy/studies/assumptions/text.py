"""The conclusion of the study of assumptions, written from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from homotopy.studies.assumptions.ladder import DATA, GLASS, LAYERED, LAYERED_DATA, LINEAR, POLYNOMIAL
from homotopy.studies.assumptions.tables import Climbed, Scanned
from homotopy.studies.frame.report import Finding


def conclusion(climbed: Sequence[Climbed], scanned: Sequence[Scanned], findings: Sequence[Finding]) -> str:
    """One paragraph, on the largest ladder."""
    of = {(c.rung.name, c.rung.data): c for c in climbed}
    data = list(dict.fromkeys(c.rung.data for c in climbed if c.rung.data))
    parts = [
        f"At {climbed[0].dimension} free parameters the spherical 3-spin glass has {_points(of[GLASS, ''])} and the layered glass "
        f"{_points(of[LAYERED, ''])} (distinct means).",
        "Independence of the couplings is not innocent, and what it does depends on redundancy: on one sphere couplings built from data leave "
        + _listed([(name, of[DATA, name]) for name in data])
        + "; with one sphere a layer, and other features in each, they leave "
        + _listed([(name, of[LAYERED_DATA, name]) for name in data])
        + f". {_limits_in_words(scanned)}",
        "Spheres and linear loss replaced by l2 per weight and squared loss (deep linear network): "
        + _listed([(name, of[LINEAR, name]) for name in data])
        + "; decoupled activation replaced by z^2: "
        + _listed([(name, of[POLYNOMIAL, name]) for name in data])
        + ".",
        _order_in_words(findings),
        _verdict_in_words(findings),
    ]
    return " ".join(parts)


def _verdict_in_words(findings: Sequence[Finding]) -> str:
    """What is left of the glass when all assumptions are dropped."""
    whole = [
        f.verdict
        for f in findings
        if f.subject.startswith("all assumptions") and "distinct stationary points" in f.subject
    ]
    order = [f.verdict for f in findings if f.subject.endswith("energies rise with the index")]
    kept = "is kept on every rung" if order and all(v == "holds" for v in order) else "is not shown on every rung"
    return (
        f"From the spin glass to the network with the same number of free parameters the abundance of stationary points falls for {whole.count('falls')} and rises "
        f"for {whole.count('rises')} of {len(whole)} data sets, while the order of energies by index {kept}: under the reading that fixes the number of free "
        "parameters and the degree 3 of the output in the weights, the independence and redundancy that Choromanska et al. (2015) assume decide how many points "
        "there are, not whether they are layered."
    )


def _points(c: Climbed) -> str:
    points, minima = sum(len(s.energies) for s in c.profiles.samples), c.level("minima")
    n = max(len(c.profiles.samples), 1)
    return f"{points / n:.3g} real points and {'no' if minima is None else f'{minima.value:.3g}'} minima"


def _listed(items: Sequence[tuple[str, Climbed]]) -> str:
    return ", ".join(f"{_points(c)} with {name} data" for name, c in items)


def _limits_in_words(scanned: Sequence[Scanned]) -> str:
    texts = []
    for family in dict.fromkeys(s.family for s in scanned):
        last = max((s for s in scanned if s.family == family), key=lambda s: s.m)
        texts.append(
            f"{family} with {last.m} normal data {last.mean_real} real points on the domain against {last.limit.value:.4g} in the limit and "
            f"{last.independent.value:.4g} with independent couplings"
        )
    if not texts:
        return ""
    return (
        "Theory says why: for many normal data a cube of one projection has covariance 9 R + 6 R^3, a random field that flattens the glass, while a "
        f"product of projections of independent features has that of the layered glass ({'; '.join(texts)})."
    )


def _order_in_words(findings: Sequence[Finding]) -> str:
    order = [f.verdict for f in findings if f.subject.endswith("energies rise with the index")]
    rugged = [f.verdict for f in findings if f.subject.endswith("most samples have several minima")]
    return (
        f"That energies rise with the index holds on {order.count('holds')} of {len(order)} rungs and fails on {order.count('fails')}; that most samples have "
        f"several minima holds on {rugged.count('holds')} and fails on {rugged.count('fails')} of {len(rugged)}."
    )


def limits(climbed: Sequence[Climbed], spec: Any) -> tuple[str, ...]:
    """What the numbers do not show."""
    lost = sum(c.profiles.n_left_out for c in climbed)
    return (
        f"{spec.samples} samples of each model; {lost} samples that are not complete and decided are left out of shapes and distinct counts (they enter the "
        "means of real points with their range).",
        "Counts of networks are supported (start sets by monodromy with the trace test), those of glasses proved; the table of counts says which.",
        f"Named data sets: each sample is another subset of {spec.m} data, reduced to the leading principal subspace; one target, the standardised class or "
        "progression. So samples of one set resemble each other.",
        "Two things change at once where the spheres are given up: with the linear loss a product of three weights has no minimum without them, so the "
        "loss becomes the squared one. Squared loss on spheres with whitened data differs from the linear one by a constant.",
        "The linear network's own couplings (every path of one input and output has the same) are no rung: with hidden layers wider than 1 its stationary "
        "points on spheres are not isolated. See the explanation of the ladder.",
        "Networks keep their sign symmetries and glasses theirs; distinct counts are modulo these.",
    )
