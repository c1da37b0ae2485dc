"""Measuring a series of models, one a depth: rows of tables, trends of every quantity, and the claims they bear on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from homotopy.ensembles.comparison import compare
from homotopy.ensembles.rank_correlations import RankCorrelation
from homotopy.ensembles.result import Ensemble
from homotopy.studies.depth.cases import Case, sample_seed
from homotopy.studies.depth.effective_glass import FEWER, FEWER_REAL
from homotopy.studies.frame.claims import claimed, clustering_claimed
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.tables import Cell, finite, level_cells
from homotopy.studies.frame.trends import Level, Trend, estimated, exact, mean_of, predicted, trend
from homotopy.studies.measures.minima_of_samples import MinimaOfSamples, minima_of_samples
from polysys import theory
from polysys.models.labels import model_from_label
from polysys.theory import MeanCounts, Prediction

_SMALL = 1 / 6  # estimated minutes below which an ensemble is not worth starting processes
_EXACT = ("exact", "quadrature")


@dataclass(frozen=True)
class Measured:
    """What is known of one model of a series."""

    case: Case
    ensemble: Ensemble
    minima: MinimaOfSamples
    predicted: MeanCounts | None

    @cached_property
    def trade_off(self) -> RankCorrelation:
        """Of energy and log-curvature of minima, inside samples."""
        return self.minima.trade_off()

    @property
    def n_variables(self) -> int:
        """Spins of a glass, weights of a network."""
        return model_from_label(self.case.label).domain.n

    @property
    def points_per_class(self) -> int:
        """Points that a real class carries: 2 on a sphere, 2^H on H spheres, 1 for networks."""
        return self.ensemble.store.family.points_per_class

    def complex_count(self) -> Level:
        """Complex classes (solutions): the proved generic number, or what the samples have."""
        if self.case.n_classes is not None:
            return exact(self.case.n_classes)
        return estimated(self.ensemble.mean("n_complex"))

    def mean_real(self) -> Level:
        """Mean number of real classes (solutions): predicted where theory knows it better than the ensemble does."""
        found, k = self.enumerated_real(), self.points_per_class
        total = None if self.predicted is None else self.predicted.total
        if total is None or not (total.kind in _EXACT or total.error / k < found.error):
            return found
        return predicted(total, k)

    def enumerated_real(self) -> Level:
        """The same from the ensemble."""
        level = estimated(self.ensemble.mean("n_real"))
        k = self.points_per_class
        return Level(level.low / k, level.high / k, level.error / k, level.n)

    def correlation(self) -> Level | None:
        """The rank correlation inside samples."""
        found = self.trade_off
        return Level(found.value, found.value, found.error, found.n_groups) if isfinite(found.error) else None

    def per_sample(self, quantity: str) -> Level | None:
        """The mean over samples of something observed."""
        return mean_of(self.minima.per_sample(quantity))


def measure(folder: RunFolder, case: Case, predicted: MeanCounts | None, seed: int, draws: int) -> Measured:
    """Count, observe and predict one model."""
    model = model_from_label(case.label)
    is_small = case.n_classes is not None and case.minutes < _SMALL
    ensemble = folder.ensemble(
        model, samples=case.n_samples, seed=sample_seed(seed, case.label), points=True, is_small=is_small
    )
    return Measured(case, ensemble, minima_of_samples(folder, ensemble, model, draws), predicted)


def predictions(folder: RunFolder, labels: Sequence[str]) -> dict[str, MeanCounts | None]:
    """Predicted mean counts of models, None where theory knows none; in parallel, each remembered."""
    unique = sorted(set(labels))
    found = folder.cached_map("predicted mean counts", predict, unique)
    return {label: _from_json(label, content) for label, content in zip(unique, found, strict=True)}


def predict(label: str) -> dict[str, Any] | None:
    """The predicted mean counts of a model as JSON can hold them."""
    model = model_from_label(label)
    if not theory.has_mean_counts(model):
        return None
    found = theory.mean_counts(model)
    if found.total.kind not in (*_EXACT, "monte-carlo"):
        return None  # asymptotic values and bounds are no means at this size
    every = {"total": found.total, **{str(k): p for k, p in found.by_index.items()}}
    return {name: [p.value, p.error, p.kind, p.reference] for name, p in every.items()}


def _from_json(label: str, content: dict[str, Any] | None) -> MeanCounts | None:
    if content is None:
        return None
    every = {name: Prediction(*values) for name, values in content.items()}
    return MeanCounts(label, {int(k): p for k, p in every.items() if k != "total"}, every["total"])


QUANTITIES: dict[str, tuple[str, Callable[[Measured], Level | None]]] = {
    "complex": ("number of complex stationary points (up to sign on spheres)", Measured.complex_count),
    "real": ("mean number of real stationary points (up to sign on spheres)", Measured.mean_real),
    "minima": ("mean number of minima up to symmetry", lambda m: m.per_sample("n_distinct")),
    "deepest": ("mean energy of the deepest minimum", lambda m: m.per_sample("deepest")),
    "energy": ("mean energy of minima", lambda m: m.per_sample("energy")),
    "curvature": ("log-curvature of minima per dimension, model's units", lambda m: m.per_sample("width")),
    "curvature-free": ("log-curvature of minima per dimension, free of scale", lambda m: m.per_sample("width_free")),
    "nearest": ("nearest distance between minima over that of uniform points", lambda m: m.per_sample("nearest_ratio")),
    "overlap": ("overlap of minima beyond that of uniform points", lambda m: m.per_sample("excess_overlap")),
    "trade-off": ("rank correlation of energy and log-curvature of minima", Measured.correlation),
}  # fmt: skip

CLUSTERED = "minima more clustered with depth"
# Becker, Zhang & Lee's claims: the quantity, and the trend that would agree
CLAIMS: tuple[tuple[str, str, str], ...] = (
    (FEWER, "complex", "falls"),
    (FEWER_REAL, "real", "falls"),
    (CLUSTERED, "nearest", "falls"),
    ("less trade-off between depth and width of minima with depth", "trade-off", "rises"),
)


def series_trends(measured: Sequence[Measured], level: float) -> dict[str, Trend]:
    """The trend of every quantity along a series."""
    depths = [m.case.depth for m in measured]
    return {
        name: trend(depths, [level_of(m) for m in measured], level=level) for name, (_, level_of) in QUANTITIES.items()
    }


def trend_findings(series: str, trends: dict[str, Trend]) -> list[Finding]:
    """One finding a quantity."""
    return [Finding(QUANTITIES[name][0], t.verdict, t.sentence, series, is_claim=False) for name, t in trends.items()]


def claim_findings(series: str, trends: dict[str, Trend], most_variables: int) -> list[Finding]:
    """What a series, whose models have so many variables at most, says about each claim."""
    findings = []
    for statement, name, wanted in CLAIMS:
        what = QUANTITIES[name][0]
        if name == "nearest":
            findings.append(clustering_claimed(statement, series, wanted, trends[name], what, most_variables))
        else:
            findings.append(claimed(statement, series, wanted, trends[name], what))
    return findings


def theory_findings(measured: Sequence[Measured], level: float) -> list[Finding]:
    """All ensembles against all predicted means, tested together."""
    compared = [compare(m.ensemble, m.predicted) for m in measured if m.predicted is not None]
    if not compared:
        return []
    n_means = sum(len(c.means) for c in compared)
    worst = min(compared, key=lambda c: min(m.p_value for m in c.means))
    mean = min(worst.means, key=lambda m: m.p_value)
    p_value = min(1.0, n_means * mean.p_value)
    sentence = (
        f"{n_means} means of {len(compared)} ensembles; the largest deviation is z = {mean.z:+.2f} for {mean.name} of "
        f"{worst.label}, p = {p_value:.2g} (Bonferroni, level {level:g})."
    )
    return [Finding("predicted mean counts agree with enumeration", "fails" if p_value < level else "holds", sentence)]


def counts_row(m: Measured) -> dict[str, Cell]:
    """A row of the table of counts."""
    k, real, count = m.points_per_class, m.enumerated_real(), m.complex_count()
    interval = m.ensemble.median("n_real").interval(0.95)
    total = None if m.predicted is None else m.predicted.total
    minima = None if m.predicted is None else m.predicted.by_index.get(0)
    is_number = count.low == count.high and float(count.low).is_integer()
    return {
        "series": m.case.series, "depth": m.case.depth, "model": m.case.label, "architecture": m.case.architecture,
        "weights": m.case.n_weights, "samples": m.case.n_samples, "open samples": m.ensemble.n_open,
        "complex": int(count.low) if is_number else count.value,
        "complex known by": "proof" if m.case.n_classes is not None else _known_by(m.ensemble),
        **level_cells("mean real", real), "median real low": interval.low / k, "median real high": interval.high / k,
        "predicted mean real": None if total is None else total.value / k,
        "predicted mean real error": None if total is None else total.error / k,
        "predicted by": None if total is None else total.kind, "points of a class": k,
        **level_cells("mean minima", estimated(m.ensemble.mean("n_minima"))),
        "predicted mean minima": None if minima is None else minima.value,
        **level_cells("minima up to symmetry", m.per_sample("n_distinct")),
    }  # fmt: skip


def _known_by(ensemble: Ensemble) -> str:
    """Best verdict that all samples share."""
    verdicts = ensemble.count_verdicts()
    worst = [v for v in ("contradicted", "unknown", "supported", "proved") if verdicts[v]]
    return f"enumeration, {worst[0]}" if worst else "nothing"


def minima_row(m: Measured) -> dict[str, Cell]:
    """A row of the table of minima."""
    p_values = m.minima.per_sample("p_clustered")
    pairs = p_values[p_values == p_values]
    quantities = {
        "deepest energy": "deepest", "energy": "energy", "spread of energies in a sample": "spread", "log-curvature": "width",
        "log-curvature free of scale": "width_free", "nearest ratio": "nearest_ratio", "excess overlap": "excess_overlap",
    }  # fmt: skip
    row: dict[str, Cell] = {
        "series": m.case.series, "depth": m.case.depth, "model": m.case.label, "samples": m.minima.n_samples,
        "left out": m.minima.n_left_out,
    }  # fmt: skip
    for name, quantity in quantities.items():
        if name == "nearest ratio":
            row["samples with pairs"] = len(pairs)
        row |= level_cells(name, m.per_sample(quantity))
    row["share clustered at 5 %"] = float((pairs <= 0.05).mean()) if len(pairs) else None
    pooled = m.minima.trade_off(is_within=False)
    for name, found in (("rank correlation in a sample", m.trade_off), ("rank correlation pooled", pooled)):
        row |= {name: finite(found.value), f"{name} low": finite(found.low), f"{name} high": finite(found.high)}
    return row


def index_rows(m: Measured) -> list[dict[str, Cell]]:
    """Rows of the table of means by Morse index, in points."""
    rows = []
    for index, mean in m.ensemble.means_by_index().items():
        predicted = None if m.predicted is None else m.predicted.by_index.get(index)
        rows.append({
            "series": m.case.series, "depth": m.case.depth, "model": m.case.label, "index": index,
            **level_cells("mean points", estimated(mean)), "predicted mean": None if predicted is None else predicted.value,
            "predicted mean error": None if predicted is None else predicted.error,
        })  # fmt: skip
    return rows


def limits(measured: Sequence[Measured], left_out: Sequence[str], level: float) -> tuple[str, ...]:
    """What these numbers do not show."""
    n = len({m.case.series for m in measured}) * len(QUANTITIES)
    n_open, n_lost = sum(m.ensemble.n_open for m in measured), sum(m.minima.n_left_out for m in measured)
    numerical = [m.case.label for m in measured if m.case.n_classes is None]
    pairs = [(int(np.isfinite(m.minima.per_sample("nearest_ratio")).sum()), m) for m in measured]
    few = [f"{k} of {m.minima.n_samples} for {m.case.label}" for k, m in pairs if k < m.minima.n_samples]
    narrow = [
        widths
        for widths in dict.fromkeys(m.case.architecture for m in measured if m.case.n_classes is None)
        if _narrows(widths)
    ]
    sentences = {
        f"Of {n} verdicts on estimated series up to {n * level:.1f} are to be expected to be false.": n,
        f"{n_open} samples are open and enter every mean at their worst; {n_lost} are left out of what is said about minima.": n_open,
        f"The complex counts of {', '.join(numerical)} are supported, not proved, except where the table says so.": numerical,
        f"Clustering is over the samples with two distinct minima or more: {', '.join(few)}.": few,
        f"The hidden layers of {', '.join(narrow)} narrow, so that these networks express fewer functions than others of their size.": narrow,
        f"Left out: {'; '.join(left_out)}.": left_out,
    }
    return tuple(sentence for sentence, applies in sentences.items() if applies)


def _narrows(architecture: str) -> bool:
    widths = [int(w) for w in architecture.split("-")]
    return min(widths[1:-1]) < min(widths[0], widths[-1])
