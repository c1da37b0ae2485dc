"""Tables, verdicts and figure of the clustering study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.studies.frame.claims import Claim, clustering_claimed, one_sided, which_test
from homotopy.studies.frame.figures import draw_levels, finish, label_ends, style
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.tables import Cell, Table, finite, level_cells
from homotopy.studies.frame.trends import Level, mean_of, trend
from homotopy.studies.measures.near_pairs import ABSOLUTE, RELATIVE, NearPairs, draw_pairs
from homotopy.studies.measures.pairs import Minima, energy_correlation

CLOSER, LOWER = "minima are closer together than uniform points", "low minima are closer together than high ones"
DEEPER = "minima are more clustered with depth (Becker, Zhang & Lee 2020)"


@dataclass(frozen=True, eq=False)
class Cluster:
    """A model with the minima of its samples."""

    series: str
    depth: int
    label: str
    samples: list[Minima]
    n_left_out: int
    n_variables: int  # spins or weights

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
    return Table.of(
        "minima",
        "Distinct minima (modulo symmetry; the origin of a network is left out) against as many uniform points with the same norms: mean over "
        "samples with at least two. Nearest ratio below 1 and excess overlap above 0 mean clustered.",
        records,
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
    return Table.of(
        "energies",
        "Overlaps by energy, in samples with at least three distinct minima: among the lower and among the upper half, and Spearman's correlation inside "
        f"samples of the mean energy of a pair with its overlap ({100 * (1 - level):g} % bootstrap interval; negative where low minima are closer).",
        records,
    )


def trends_of(series: Mapping[str, Sequence[Cluster]], level: float) -> list[Finding]:
    """Trends with depth, and the claim of Becker, Zhang & Lee."""
    findings = []
    share = level / max(1, len(series) * len(QUANTITIES))
    for name, members in series.items():
        for key, (what, of) in QUANTITIES.items():
            found = trend([c.depth for c in members], [c.level(of) for c in members], level=share)
            findings.append(Finding(what, found.verdict, found.sentence, name, is_claim=False))
            if key == "nearest":
                most = max(c.n_variables for c in members)
                findings.append(clustering_claimed(DEEPER, name, "falls", found, what, most))
    return findings


def claims(every: Sequence[Cluster]) -> list[Claim]:
    """Are minima closer than uniform points, and are low ones closer than high ones?"""
    result = []
    for c in every:
        ratio, level = c.each(lambda s: s.nearest_ratio), c.level(lambda s: s.nearest_ratio)
        shown = (
            f"Nearest distance over that of uniform points {level} ({which_test(ratio)} against 1)"
            if level
            else "Too few pairs"
        )
        result.append(Claim(CLOSER, c.label, one_sided(ratio, 1.0)[::-1], shown))
        found = energy_correlation(c.samples, 0.95)
        text = f"Correlation of energy and overlap of pairs inside samples {found.value:.3f} +- {found.error:.2g} (Student, bootstrap over samples)"
        text = text if np.isfinite(found.value) else "Too few samples with three minima"
        result.append(Claim(LOWER, c.label, found.p_values(), text))
    return result


def lead(series: Mapping[str, Sequence[Cluster]]) -> tuple[str, ...]:
    """The distances of each series."""
    sentences = []
    for name, members in series.items():
        levels = [(c.depth, c.level(lambda s: s.nearest_ratio)) for c in members]
        text = ", ".join(f"{level} at depth {d}" for d, level in levels if level is not None)
        nothing = "no sample has two distinct minima (the origin aside) at any depth, so there is nothing to cluster"
        sentences.append(f"{name}: {f'nearest distance over that of uniform points {text}' if text else nothing}.")
    return tuple(sentences)


def draw(figure: Any, series: Mapping[str, Sequence[Cluster]], pairs: Sequence[NearPairs]) -> None:
    """Fill an empty figure: enumerated series, and below them glasses beyond enumeration."""
    axes = figure.subplots(2, 3)
    every = [c.depth for members in series.values() for c in members]
    words = (
        ("nearest distance / uniform points", "enumerated: distance to the nearest", 1.0),
        ("overlap beyond that of uniform points", "enumerated: overlap", 0.0),
        ("rank correlation, pair energy and overlap", "enumerated: by energy", 0.0),
    )
    measures = [of for _, of in QUANTITIES.values()]
    for j, (panel, (up, title, zero)) in enumerate(zip(axes[0], words, strict=True)):
        ends = []
        for k, (name, members) in enumerate(series.items()):
            levels = [c.level(measures[j]) if j < len(measures) else _by_energy(c) for c in members]
            draw_levels(panel, [c.depth for c in members], levels, **style(k))
            known = [v.value for v in levels if v is not None and v.value == v.value]
            ends += [(known[-1], name, style(k))] if known else []
        panel.axhline(zero, color="0.7", lw=0.8)
        panel.set_xticks(sorted(set(every)))
        panel.set_xlim(min(every, default=2) - 0.3, max(every, default=3) + 0.3)
        finish(panel, "depth (p, layers)", up, title)
        label_ends(panel, ends)
    draw_pairs(axes[1, 0], pairs, RELATIVE)
    draw_pairs(axes[1, 1], pairs, ABSOLUTE)
    axes[1, 2].axis("off")


def _by_energy(c: Cluster) -> Level | None:
    found = energy_correlation(c.samples, 0.95)
    return Level(found.value, found.value, found.error, found.n_groups) if np.isfinite(found.low) else None
