"""Measuring a series of models, one a depth: rows of tables, trends of every quantity, and the claims they bear on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from homotopy.ensembles.comparison import compare
from homotopy.ensembles.result import Ensemble
from homotopy.ensembles.statistics import Statistic
from homotopy.studies.depth.cases import Case, sample_seed
from homotopy.studies.frame.cells import finite, level_cells
from homotopy.studies.frame.report import Cell, Finding
from homotopy.studies.frame.run_folder import Bench
from homotopy.studies.frame.trends import Level, Trend, estimated, exact, mean_of, predicted, trend
from homotopy.studies.measures.minima_of_samples import Observation, observe
from homotopy.studies.measures.ranks import RankCorrelation
from polysys import theory
from polysys.models.labels import model_from_label
from polysys.theory import MeanCounts, Prediction

_SMALL = 1 / 6  # estimated minutes below which an ensemble is not worth starting processes
_EXACT = ("exact", "quadrature")


@dataclass(frozen=True)
class Measured:
    """What is known of one model of a series.

    Parameters
    ----------
    case : Case
    ensemble : Ensemble
    observation : Observation
    predicted : MeanCounts or None
    trade_off, trade_off_pooled : RankCorrelation
        Of energy and log-curvature inside samples, and over all samples together.
    """

    case: Case
    ensemble: Ensemble
    observation: Observation
    predicted: MeanCounts | None
    trade_off: RankCorrelation
    trade_off_pooled: RankCorrelation

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
        if self.predicted is None:
            return found
        total = self.predicted.total
        if total.kind in _EXACT:
            return predicted(total, k)
        return predicted(total, k) if total.kind == "monte-carlo" and total.error / k < found.error else found

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
        return mean_of(self.observation.per_sample(quantity))


def measure(bench: Bench, case: Case, predicted: MeanCounts | None, seed: int, draws: int) -> Measured:
    """Count, observe and predict one model."""
    model = model_from_label(case.label)
    is_small = case.n_classes is not None and case.minutes < _SMALL
    ensemble = bench.ensemble(
        model, samples=case.n_samples, seed=sample_seed(seed, case.label), points=True, is_small=is_small
    )
    observation = observe(bench, ensemble, model, draws)
    inside, pooled = observation.trade_off(), observation.trade_off(is_within=False)
    return Measured(case, ensemble, observation, predicted, inside, pooled)


def predictions(bench: Bench, labels: Sequence[str]) -> dict[str, MeanCounts | None]:
    """Predicted mean counts of models, None where theory knows none; in parallel, each remembered."""
    unique = sorted(set(labels))
    found = bench.map("predicted mean counts", predict, unique)
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

# Becker, Zhang & Lee's claims: the quantity, and the trend that would agree
CLAIMS: tuple[tuple[str, str, str], ...] = (
    ("fewer stationary points with depth", "complex", "falls"),
    ("fewer real stationary points with depth", "real", "falls"),
    ("minima more clustered with depth", "nearest", "falls"),
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
    return [Finding(f"{series}: {QUANTITIES[name][0]}", t.verdict, t.sentence) for name, t in trends.items()]


def claim_findings(series: str, trends: dict[str, Trend]) -> list[Finding]:
    """What a series says about each claim: it holds, fails, or stays undecided."""
    findings = []
    for claim, name, wanted in CLAIMS:
        found = trends[name]
        verdict = "undecided" if found.verdict == "undecided" else "holds" if found.verdict == wanted else "fails"
        findings.append(
            Finding(f"{series}: {claim}", verdict, f"The {QUANTITIES[name][0]}: {found.verdict}. {found.sentence}")
        )
    return findings


def theory_finding(measured: Sequence[Measured], level: float) -> Finding | None:
    """All ensembles against all predicted means, tested together."""
    compared = [compare(m.ensemble, m.predicted) for m in measured if m.predicted is not None]
    if not compared:
        return None
    n_means = sum(len(c.means) for c in compared)
    worst = min(compared, key=lambda c: min(m.p_value for m in c.means))
    mean = min(worst.means, key=lambda m: m.p_value)
    p_value = min(1.0, n_means * mean.p_value)
    return Finding(
        "predicted mean counts agree with enumeration",
        "fails" if p_value < level else "holds",
        f"{n_means} means of {len(compared)} ensembles; the largest deviation is z = {mean.z:+.2f} for {mean.name} of "
        f"{worst.label}, p = {p_value:.2g} (Bonferroni, level {level:g}).",
    )


def counts_row(m: Measured) -> dict[str, Cell]:
    """A row of the table of counts."""
    k, real, median = m.points_per_class, m.enumerated_real(), m.ensemble.median("n_real")
    interval, predicted, count = median.interval(0.95), m.predicted, m.complex_count()
    return {
        "series": m.case.series,
        "depth": m.case.depth,
        "model": m.case.label,
        "architecture": m.case.architecture,
        "weights": m.case.n_weights,
        "samples": m.case.n_samples,
        "open samples": m.ensemble.n_open,
        "complex": int(count.low) if count.low == count.high and float(count.low).is_integer() else count.value,
        "complex known by": "proof" if m.case.n_classes is not None else _known_by(m.ensemble),
        "mean real": real.value,
        "mean real error": real.error,
        "median real low": interval.low / k,
        "median real high": interval.high / k,
        "predicted mean real": None if predicted is None else predicted.total.value / k,
        "predicted mean real error": None if predicted is None else predicted.total.error / k,
        "predicted by": None if predicted is None else predicted.total.kind,
        "points of a class": k,
        **_mean("minima", m.ensemble.mean("n_minima")),
        "predicted mean minima": None
        if predicted is None or 0 not in predicted.by_index
        else predicted.by_index[0].value,
        **level_cells("minima up to symmetry", m.per_sample("n_distinct")),
    }


def _known_by(ensemble: Ensemble) -> str:
    """Best verdict that all samples share."""
    verdicts = ensemble.count_verdicts()
    worst = [v for v in ("contradicted", "unknown", "supported", "proved") if verdicts[v]]
    return f"enumeration, {worst[0]}" if worst else "nothing"


def minima_row(m: Measured) -> dict[str, Cell]:
    """A row of the table of minima."""
    p_values = m.observation.per_sample("p_clustered")
    pairs = p_values[p_values == p_values]
    inside, pooled = m.trade_off, m.trade_off_pooled
    return {
        "series": m.case.series,
        "depth": m.case.depth,
        "model": m.case.label,
        "samples": m.observation.n_samples,
        "left out": m.observation.n_left_out,
        **level_cells("deepest energy", m.per_sample("deepest")),
        **level_cells("energy", m.per_sample("energy")),
        **level_cells("spread of energies in a sample", m.per_sample("spread")),
        **level_cells("log-curvature", m.per_sample("width")),
        **level_cells("log-curvature free of scale", m.per_sample("width_free")),
        "samples with pairs": len(pairs),
        **level_cells("nearest ratio", m.per_sample("nearest_ratio")),
        **level_cells("excess overlap", m.per_sample("excess_overlap")),
        "share clustered at 5 %": float((pairs <= 0.05).mean()) if len(pairs) else None,
        **_correlation("rank correlation in a sample", inside),
        **_correlation("rank correlation pooled", pooled),
    }


def index_rows(m: Measured) -> list[dict[str, Cell]]:
    """Rows of the table of means by Morse index, in points."""
    rows = []
    for index, mean in m.ensemble.means_by_index().items():
        predicted = None if m.predicted is None else m.predicted.by_index.get(index)
        rows.append(
            {
                "series": m.case.series,
                "depth": m.case.depth,
                "model": m.case.label,
                "index": index,
                **_mean("points", mean),
                "predicted mean": None if predicted is None else predicted.value,
                "predicted mean error": None if predicted is None else predicted.error,
            }
        )
    return rows


def _mean(name: str, statistic: Statistic) -> dict[str, Cell]:
    level = estimated(statistic)
    return {f"mean {name}": level.value, f"mean {name} error": level.error}


def _correlation(name: str, found: RankCorrelation) -> dict[str, Cell]:
    return {name: finite(found.value), f"{name} low": finite(found.low), f"{name} high": finite(found.high)}
