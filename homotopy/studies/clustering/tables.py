"""Tables, verdicts, figure and conclusion of the clustering study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from homotopy.studies.frame.cells import finite, level_cells
from homotopy.studies.frame.claims import Claim, one_sided, which_test
from homotopy.studies.frame.report import Cell, Finding, Table, rows_of
from homotopy.studies.frame.trends import Level, mean_of, trend
from homotopy.studies.measures.pairs import Floats, Minima, energy_correlation


@dataclass(frozen=True, eq=False)
class Cluster:
    """A model with the minima of its samples.

    Parameters
    ----------
    series : str
    depth : int
    label : str
    samples : list of Minima
    n_left_out : int
    """

    series: str
    depth: int
    label: str
    samples: list[Minima]
    n_left_out: int

    def each(self, of: Callable[[Minima], float]) -> Floats:
        """One number for each sample."""
        return np.array([of(s) for s in self.samples], float)

    def level(self, of: Callable[[Minima], float]) -> Level | None:
        """Mean over the samples that have it."""
        return mean_of(self.each(of))


QUANTITIES: dict[str, tuple[str, Callable[[Minima], float]]] = {
    "nearest": ("nearest distance between minima over that of uniform points", lambda s: s.nearest_ratio),
    "excess": ("overlap of two minima beyond that of uniform points", lambda s: s.excess),
}


def minima_table(every: Sequence[Cluster]) -> Table:
    """Minima against the null."""
    records: list[dict[str, Cell]] = []
    for c in every:
        p_values = c.each(lambda s: s.p_value)
        p_values = p_values[np.isfinite(p_values)]
        records.append({
            "series": c.series, "depth": c.depth, "model": c.label, "samples": len(c.samples), "left out": c.n_left_out,
            **level_cells("distinct minima", c.level(lambda s: float(s.n))), "samples with pairs": len(p_values),
            **level_cells("nearest ratio", c.level(lambda s: s.nearest_ratio)), **level_cells("excess overlap", c.level(lambda s: s.excess)),
            **level_cells("null overlap", c.level(lambda s: s.null_overlap)),
            "share clustered at 5 %": float((p_values <= 0.05).mean()) if len(p_values) else None,
            "share apart at 5 %": float((p_values >= 0.95).mean()) if len(p_values) else None,
        })  # fmt: skip
    return Table(
        "minima",
        "Distinct minima (modulo symmetry; the origin of a network is left out) against as many uniform points with the same norms: mean over "
        "samples with at least two. Nearest ratio below 1 and excess overlap above 0 mean clustered.",
        *rows_of(records),
    )


def energies_table(every: Sequence[Cluster], level: float) -> Table:
    """Clustering by energy."""
    records: list[dict[str, Cell]] = []
    for c in every:
        found = energy_correlation(c.samples, 1 - level)
        records.append({
            "series": c.series, "depth": c.depth, "model": c.label, "samples with three minima": int(c.each(lambda s: float(s.n >= 3)).sum()),
            **level_cells("excess overlap, lower half", c.level(lambda s: s.low_excess)),
            **level_cells("excess overlap, upper half", c.level(lambda s: s.high_excess)),
            "correlation": finite(found.value), "low": finite(found.low), "high": finite(found.high),
        })  # fmt: skip
    return Table(
        "energies",
        "Overlaps by energy, in samples with at least three distinct minima: among the lower and among the upper half, and Spearman's correlation inside "
        f"samples of the mean energy of a pair with its overlap ({100 * (1 - level):g} % bootstrap interval; negative where low minima are closer).",
        *rows_of(records),
    )


def trends_of(series: Mapping[str, Sequence[Cluster]], level: float) -> list[Finding]:
    """Trends with depth, and the claim of Becker, Zhang & Lee."""
    findings = []
    share = level / max(1, len(series) * len(QUANTITIES))
    for name, members in series.items():
        for key, (what, of) in QUANTITIES.items():
            found = trend([c.depth for c in members], [c.level(of) for c in members], level=share)
            findings.append(Finding(f"{name}: {what}", found.verdict, found.sentence))
            if key == "nearest":
                verdict = {"undecided": "undecided", "falls": "holds"}.get(found.verdict, "fails")
                findings.append(
                    Finding(
                        f"{name}: minima are more clustered with depth (Becker, Zhang & Lee 2020)",
                        verdict,
                        f"The {what}: {found.verdict}. {found.sentence}",
                    )
                )
    return findings


def claims(every: Sequence[Cluster]) -> list[Claim]:
    """Are minima closer than uniform points, and are low ones closer than high ones?"""
    result = []
    for c in every:
        ratio, level = c.each(lambda s: s.nearest_ratio), c.level(lambda s: s.nearest_ratio)
        above, below = one_sided(ratio, 1.0)
        shown = (
            f"Nearest distance over that of uniform points {level} ({which_test(ratio)} against 1)"
            if level
            else "Too few pairs"
        )
        result.append(Claim(f"{c.label}: minima are closer together than uniform points", below, above, shown))
        found = energy_correlation(c.samples, 0.95)
        low, high = found.p_values()
        text = f"Correlation of energy and overlap of pairs inside samples {found.value:.3f} +- {found.error:.2g} (Student, bootstrap over samples)"
        text = text if np.isfinite(found.value) else "Too few samples with three minima"
        result.append(Claim(f"{c.label}: low minima are closer together than high ones", low, high, text))
    return result


def conclusion(series: Mapping[str, Sequence[Cluster]], findings: Sequence[Finding]) -> str:
    """One paragraph."""
    verdicts = {f.subject: f.verdict for f in findings}
    parts = []
    for name, members in series.items():
        claim = verdicts[f"{name}: minima are more clustered with depth (Becker, Zhang & Lee 2020)"]
        levels = [(c.depth, c.level(lambda s: s.nearest_ratio)) for c in members]
        text = ", ".join(f"{level} at depth {d}" for d, level in levels if level is not None)
        closer = [verdicts[f"{c.label}: minima are closer together than uniform points"] for c in members]
        if not text:
            parts.append(
                f"{name}: no sample has two distinct minima (the origin aside) at any depth, so there is nothing to cluster"
            )
            continue
        parts.append(
            f"{name}: nearest distance over that of uniform points {text}; closer than uniform in {closer.count('holds')} and "
            f"farther apart in {closer.count('fails')} of {len(closer)} models; more clustered with depth: {claim}"
        )
    low = [v for k, v in verdicts.items() if k.endswith("low minima are closer together than high ones")]
    held = [v for k, v in verdicts.items() if "more clustered with depth" in k]
    repelled = any(v == "fails" for k, v in verdicts.items() if k.endswith("closer together than uniform points"))
    verdict = (
        "At a fixed number of weights, and in these three readings, the claim that minima are more clustered with depth (Becker, Zhang & Lee 2020) "
        f"holds in {held.count('holds')}, fails in {held.count('fails')} and is undecided in {held.count('undecided')}."
    )
    return (
        "; ".join(parts)
        + ". "
        + (
            "Farther apart than uniform points means that they repel each other, as nearby zeros of a smooth random field do. "
            if repelled
            else ""
        )
        + f"That low minima are closer to each other than high ones holds in {low.count('holds')} and fails in {low.count('fails')} of {len(low)} models. "
        + verdict
        + " Symmetric copies are one minimum here: without that every network would look clustered or spread by its group alone."
    )


def limits(every: Sequence[Cluster], draws: int) -> tuple[str, ...]:
    """What the numbers do not show."""
    return (
        f"{sum(len(c.samples) for c in every)} samples, {sum(c.n_left_out for c in every)} left out because they are not complete and decided.",
        f"The null has {draws} draws of as many points with the same norm on each sphere (on R^n: of each point) in uniform directions; on R^n it says "
        "nothing about norms.",
        "Samples with fewer than two distinct minima say nothing about distances, those with fewer than three nothing about energies; the tables count them.",
        "Overlaps are computed in doubles from certified points.",
        "Becker, Zhang & Lee's own reading, the effective glass of an architecture, is in the depth study.",
    )


def draw(figure: Any, series: Mapping[str, Sequence[Cluster]]) -> None:
    """Fill an empty figure; a series without a sample of two minima is named in the title, not in the legend."""
    axes = figure.subplots(1, 3)
    styles = (("o", "-", "0"), ("s", "--", "0.4"), ("^", "-.", "0.6"))
    drawn: dict[str, Any] = {}
    for (name, members), (marker, line, grey) in zip(series.items(), styles, strict=False):
        means = [
            [(c.depth, level.value, 2 * level.error, 2 * level.error) for c in members if (level := c.level(of))]
            for _, of in QUANTITIES.values()
        ]
        ranks = [(c.depth, energy_correlation(c.samples, 0.95)) for c in members]
        usable = [(d, r.value, r.value - r.low, r.high - r.value) for d, r in ranks if np.isfinite(r.low)]
        for panel, points in zip(axes, [*means, usable], strict=True):
            if points:
                x, y, below, above = np.array(points).T
                drawn[name] = panel.errorbar(
                    x, y, np.maximum([below, above], 0), ls=line, marker=marker, color=grey, ms=5, capsize=2.5
                )
    titles = (
        "distance to the nearest (below 1: clustered)",
        "overlap (above 0: clustered)",
        "by energy (below 0: low minima are closer)",
    )
    labels = (
        "nearest distance / uniform points",
        "overlap beyond that of uniform points",
        "rank correlation, pair energy and overlap",
    )
    depths = [c.depth for members in series.values() for c in members]
    for panel, title, label, zero in zip(axes, titles, labels, (1.0, 0.0, 0.0), strict=True):
        panel.axhline(zero, color="0.7", lw=0.8)
        panel.set_title(title, fontsize=10)
        panel.set_xlabel("depth (p, layers)")
        panel.set_ylabel(label)
        panel.set_xticks(sorted(set(depths)))
        panel.set_xlim(min(depths) - 0.3, max(depths) + 0.3)
        panel.grid(lw=0.3, alpha=0.6)
    missing = [name for name in series if name not in drawn]
    if missing:
        figure.suptitle(f"No sample of {', '.join(missing)} has two distinct minima (the origin aside).", fontsize=10)
    if drawn:
        figure.legend(drawn.values(), drawn.keys(), loc="outside lower center", ncols=len(drawn), fontsize=9)
