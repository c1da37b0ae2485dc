"""What a test of an estimator says: deviations, a verdict, what searches found and what it cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from homotopy.common.sheet import Columns, Line, Sheet, Shown
from homotopy.common.wording import count_of, probability
from homotopy.searches.recall import Recall


@dataclass(frozen=True, slots=True)
class Deviation:
    """One predicted mean beside the found one.

    Parameters
    ----------
    name : str
        "index 3", "total" or "energy 3".
    predicted, error : float
        The prediction and its standard error.
    low, high : float
        Range of the found mean; more than a point where samples are open.
    standard_error : float
        Of the difference.
    z : float
        :attr:`bias` in standard errors; 0 inside the range.
    p_value : float
        Of this quantity alone.
    """

    name: str
    predicted: float
    error: float
    low: float
    high: float
    standard_error: float
    z: float
    p_value: float

    @property
    def bias(self) -> float:
        """Prediction minus found mean; 0 inside the range."""
        return self.predicted - min(max(self.predicted, self.low), self.high)

    @property
    def found(self) -> str:
        """The found mean, or its range, as text."""
        return f"{self.low:.5g}" if self.low == self.high else f"{self.low:.4g}..{self.high:.4g}"

    def __repr__(self) -> str:
        return f"Deviation({self.name}: predicted {self.predicted:.5g}, found {self.found}, z {self.z:+.2f})"


@dataclass(frozen=True, slots=True, eq=False)
class ModelReport:
    """The test of one model.

    Parameters
    ----------
    label : str
    rows : tuple of Deviation
    p_value : float
        Of all rows together.
    is_bound : bool
        Whether it is only known to be at most that.
    methods : tuple of str
    n, n_open : int
        Samples of the reference that were used, and those of all that are not settled.
    recalls : tuple of Recall
        Searches on single landscapes, matched.
    note : str
    """

    label: str
    rows: tuple[Deviation, ...]
    p_value: float
    is_bound: bool
    methods: tuple[str, ...]
    n: int
    n_open: int
    recalls: tuple[Recall, ...] = ()
    note: str = ""

    @property
    def worst(self) -> Deviation:
        """The row that deviates most."""
        return max(self.rows, key=lambda r: abs(r.z))

    def __repr__(self) -> str:
        p = f"p {'<=' if self.is_bound else '='} {self.p_value:.3g}"
        return f"ModelReport({self.label}: {count_of(self.n, 'sample')}, {count_of(len(self.rows), 'mean')}, {p})"


@dataclass(frozen=True, slots=True, eq=False)
class SearchScore:
    """What searches found, all landscapes together.

    Parameters
    ----------
    recall : mapping from Morse index to (found, exact)
        Different certified points found, and all there are.
    precision : mapping from Morse index to (right, claimed)
        End points that are certified points of the index they claim, and those that claim it.
    n_landscapes, n_points, n_false, n_unlisted : int
        Landscapes, end points, those at no stationary point, those at one that is not listed.
    n_failed : int or None
        Runs without end point; None where a search does not say.
    least_false_gradient : float
        The smallest gradient norm at an end point that is no stationary point; inf if there is none.
    """

    recall: Mapping[int, tuple[int, int]]
    precision: Mapping[int, tuple[int, int]]
    n_landscapes: int
    n_points: int
    n_false: int
    n_unlisted: int
    n_failed: int | None
    least_false_gradient: float

    def __repr__(self) -> str:
        found, exact = (sum(pair[k] for pair in self.recall.values()) for k in (0, 1))
        return f"SearchScore({found} of {exact} points found, {self.n_false} of {self.n_points} end points not stationary)"


def score(recalls: tuple[Recall, ...]) -> SearchScore:
    """Add up searches on several landscapes."""
    found: dict[int, list[int]] = {}
    right: dict[int, list[int]] = {}
    for r in recalls:
        indices = np.array([-1 if p.index is None else p.index for p in r.census.points], dtype=np.int64)
        for k, (n, exact) in r.by_index.items():
            pair = found.setdefault(k, [0, 0])
            pair[0], pair[1] = pair[0] + n, pair[1] + exact
        for k in sorted(set(r.search.indices.tolist())):
            owners = r.owner[r.search.indices == k]
            pair = right.setdefault(k, [0, 0])
            pair[0] += int((indices[owners[owners >= 0]] == k).sum())
            pair[1] += len(owners)
    failed = [r.search.n_failed for r in recalls]
    return SearchScore(
        {k: (a, b) for k, (a, b) in sorted(found.items())},
        {k: (a, b) for k, (a, b) in sorted(right.items())},
        len(recalls),
        sum(r.search.n_points for r in recalls),
        sum(r.n_false for r in recalls),
        sum(r.n_unlisted for r in recalls),
        None if None in failed else sum(n for n in failed if n is not None),
        min((g for r in recalls for g in r.false_gradients[:1]), default=float("inf")),
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Report(Shown):
    """An estimator against a reference. It prints in at most ten lines; :meth:`table` gives every number.

    Parameters
    ----------
    name : str
    takes : str
        "model", "landscape" or "file".
    reference : str
        Label of the table or ensemble.
    models : tuple of ModelReport
    level : float
        Probability that a correct estimator is called consistent.
    skipped : tuple of (label, reason)
        Models that the estimator does not predict.
    n_evaluations : int or None
    seconds : float
        nan for files that do not say.
    seed : int
        Of the resampling.
    """

    name: str
    takes: str
    reference: str
    models: tuple[ModelReport, ...]
    level: float
    skipped: tuple[tuple[str, str], ...]
    n_evaluations: int | None
    seconds: float
    seed: int

    @property
    def p_value(self) -> float:
        """Of all models together: the smallest p-value times their number (Bonferroni)."""
        return min(1.0, len(self.models) * min(m.p_value for m in self.models))

    @property
    def p(self) -> str:
        """The p-value in words, "p <= .." where no resample was as extreme as the samples."""
        is_bound = self.p_value < 1 and min(self.models, key=lambda m: m.p_value).is_bound
        return f"p {'<=' if is_bound else '='} {probability(self.p_value, 3)}"

    @property
    def is_consistent(self) -> bool:
        """Whether the deviations are such as a correct estimator has with probability `level`, and no end point is false.

        A point that a search reports and that is no stationary point is no fluctuation.
        """
        scored = self.searches
        return self.p_value > 1 - self.level and (scored is None or not scored.n_false)

    @property
    def searches(self) -> SearchScore | None:
        """What its searches found; None for estimators that search nothing."""
        recalls = tuple(r for m in self.models for r in m.recalls)
        return score(recalls) if recalls else None

    @property
    def verdict(self) -> str:
        """The result in a sentence."""
        worst = min(self.models, key=lambda m: m.p_value)
        row = worst.worst
        together = f"{self.p} for {sum(len(m.rows) for m in self.models)} means together"
        if self.is_consistent:
            return f"consistent at level {self.level:g}: {together}"
        if self.p_value > 1 - self.level and self.searches is not None:
            return f"deviates: {self.searches.n_false} reported points are no stationary points; {together}"
        side = "above" if row.bias > 0 else "below"
        return f"deviates at level {self.level:g}: {row.name} of {worst.label} is predicted {side} what was found, z = {row.z:+.2f}; {together}"

    def table(self) -> str:
        """Every deviation of every model."""
        columns = _columns("model", [(m.label, r) for m in self.models for r in m.rows])
        return "\n".join(line[2:] for line in columns.as_text().splitlines())

    def plot(self, ax: Any = None) -> Any:
        """The deviations of all models in standard errors, into matplotlib axes; returned."""
        from homotopy.estimators.plot import draw_deviations

        return draw_deviations(self, ax)

    def summary(self) -> dict[str, Any]:
        """As a JSON object."""
        scored = self.searches
        return {
            "estimator": self.name,
            "takes": self.takes,
            "reference": self.reference,
            "level": self.level,
            "p_value": self.p_value,
            "p_value_is_bound": self.p_value < 1 and min(self.models, key=lambda m: m.p_value).is_bound,
            "consistent": self.is_consistent,
            "verdict": self.verdict,
            "seed": self.seed,
            "evaluations": self.n_evaluations,
            "seconds": _finite(self.seconds),
            "skipped": [{"model": label, "reason": why} for label, why in self.skipped],
            "models": [
                {
                    "model": m.label,
                    "n": m.n,
                    "n_open": m.n_open,
                    "p_value": m.p_value,
                    "p_value_is_bound": m.is_bound,
                    "methods": list(m.methods),
                    "note": m.note,
                    "means": [
                        {
                            "name": r.name, "predicted": r.predicted, "error": r.error, "found": [r.low, r.high],
                            "bias": r.bias, "standard_error": _finite(r.standard_error), "z": _finite(r.z), "p_value": r.p_value,
                        }
                        for r in m.rows
                    ],
                }
                for m in self.models
            ],
            "searches": None if scored is None else {
                "landscapes": scored.n_landscapes,
                "end_points": scored.n_points,
                "false": scored.n_false,
                "least_false_gradient": _finite(scored.least_false_gradient),
                "unlisted": scored.n_unlisted,
                "failed": scored.n_failed,
                "recall": {str(k): list(v) for k, v in scored.recall.items()},
                "precision": {str(k): list(v) for k, v in scored.precision.items()},
            },
        }  # fmt: skip

    def _sheet(self) -> Sheet:
        n = sum(m.n for m in self.models)
        what = f"{len(self.models)} models, {n} samples" if len(self.models) > 1 else f"{self.models[0].label}, {n} samples"
        scored = self.searches
        shown = _shown(self.models, 3 if scored is None else 2)
        lines = [] if scored is None else _search_lines(scored)
        hidden = sum(len(m.rows) for m in self.models) - len(shown)
        notes = [f"{hidden} more means deviate less"] if hidden else []
        notes += [f"{len(self.skipped)} models not predicted"] if self.skipped else []
        notes += [next(m.note for m in self.models if m.note)] if any(m.note for m in self.models) else []
        open_ = sum(m.n_open for m in self.models)
        notes += [f"{open_} samples are open and widen the test"] if open_ else []
        if notes:
            lines.append(Line("note", "; ".join(notes)))
        evaluated = "" if self.n_evaluations is None else f"{self.n_evaluations} evaluations, "
        took = f"{self.seconds:.3g} s" if isfinite(self.seconds) else "time not stated"
        lines += [Line("cost", f"{evaluated}{took}"), Line("verdict", self.verdict)]
        return Sheet(f"Estimator {self.name} against {self.reference} ({what})", (_columns("", shown), *lines))


def _shown(models: tuple[ModelReport, ...], most: int) -> list[tuple[str, Deviation]]:
    """The rows of a short print: the worst of the worst models, or the worst of the only one."""
    if len(models) == 1:
        rows = sorted(models[0].rows, key=lambda r: -abs(r.z))[:most]
        return [("", r) for r in models[0].rows if r in rows]
    worst = sorted(models, key=lambda m: m.p_value)[:most]
    return [(m.label, m.worst) for m in models if m in worst]


def _columns(first: str, rows: Sequence[tuple[str, Deviation]]) -> Columns:
    width = max(len(label) for label, _ in rows)
    numbers = (("predicted", 12), ("found", 12), ("bias", 11), ("std err", 10), ("z", 9), ("p", 9))
    cells = tuple(
        (
            label,
            f"{r.name:9}",
            f" {r.predicted:.6g}",
            f" {r.found}",
            f" {r.bias:+.3g}",
            f" {r.standard_error:.2g}",
            f" {r.z:+.2f}",
            f" {probability(r.p_value)}",
        )
        for label, r in rows
    )
    return Columns(((first, -(width + 2)), ("mean of", -9), *numbers), cells)


def _search_lines(scored: SearchScore) -> list[Line]:
    """Recall and precision by index; many indices are cut in the middle."""

    def pairs(found: Mapping[int, tuple[int, int]]) -> str:
        texts = [f"{k}: {a}/{b}" for k, (a, b) in found.items() if b]
        return "  ".join(texts if len(texts) <= 12 else [*texts[:6], "..", *texts[-5:]])

    false = (
        f"{scored.n_false} of {scored.n_points} end points are no stationary points "
        f"(gradient at least {scored.least_false_gradient:.2g})"
        if scored.n_false
        else f"all {scored.n_points} end points are stationary points"
    )
    unlisted = f"; {scored.n_unlisted} at points that the census does not list" if scored.n_unlisted else ""
    return [
        Line("recall", f"by index  {pairs(scored.recall)}   on {scored.n_landscapes} landscapes"),
        Line("precision", f"by index  {pairs(scored.precision)}"),
        Line("end points", f"{false}{unlisted}" + ("" if scored.n_failed is None else f"; {scored.n_failed} runs did not converge")),
    ]


def _finite(value: float) -> float | None:
    """JSON knows no infinity."""
    return value if isfinite(value) else None
