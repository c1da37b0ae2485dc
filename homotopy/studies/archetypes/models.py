"""The landscapes of the archetypes study: series of networks along depth or data, glasses, and what is measured on one sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.counting.count import census
from homotopy.ensembles.statistics import Statistic
from homotopy.errors import HomotopyError
from homotopy.graphs.funnels import funnel
from homotopy.graphs.landscape_graph import graph
from homotopy.studies.frame.tables import Cell
from homotopy.studies.frame.trends import Level, mean_of
from homotopy.studies.measures.search_coverage import SETTLED, search_recall
from polysys.disorder import generator, uniform
from polysys.errors import InputError, PolysysError
from polysys.landscape import Landscape
from polysys.models.labels import model_from_label

ALL = 0  # as a number of data: all there are
_L2_STREAM = 1_000_003  # keeps the draws of l2 values apart from those of the data


@dataclass(frozen=True, slots=True)
class SeriesModel:
    """One model at its place in a series."""

    series: str  # what the series holds fixed, in words
    axis: str  # "depth", "data" or "glass"
    position: str  # along the axis: hidden layers, or number of data
    label: str  # of the model, without l2 values

    @property
    def name(self) -> str:
        """Series and position."""
        layers = f"{self.position} hidden layer{'s' if self.position != '1' else ''}"
        return f"{self.series}, {layers if self.axis == 'depth' else f'{self.position} data'}"

    @property
    def n_hidden(self) -> int:
        """Hidden layers of a network."""
        return len(self.label.partition("widths=")[2].partition(",")[0].split("-")) - 2


def depth_series(text: str) -> list[SeriesModel]:
    """The models of a series such as ``deep-linear:widths=1-2-1|1-2-2-1,data=iris``: one for each list of widths.

    Examples
    --------
    >>> [(p.series, p.position) for p in depth_series("deep-linear:widths=1-2-1|1-2-2-1,data=iris")]
    [('deep-linear iris', '1'), ('deep-linear iris', '2')]
    """
    head, _, rest = text.partition("widths=")
    widths, comma, tail = rest.partition(",")
    options = widths.split("|")
    models = [
        SeriesModel(_series_name(text), "depth", str(len(w.split("-")) - 2), f"{head}widths={w}{comma}{tail}")
        for w in options
    ]
    _check(models, text)
    return models


def data_series(label: str, numbers: Sequence[int]) -> list[SeriesModel]:
    """The models of a network along the number of its data; 0 stands for all.

    Examples
    --------
    >>> [p.label for p in data_series("deep-linear:widths=2-2-2,data=iris", (1, 0))]
    ['deep-linear:widths=2-2-2,data=iris,m=1', 'deep-linear:widths=2-2-2,data=iris']
    """
    widths = label.partition("widths=")[2].partition(",")[0]
    models = [
        SeriesModel(f"{_series_name(label)} {widths}", "data", str(m) if m else "all", label + (f",m={m}" if m else ""))
        for m in numbers
    ]
    _check(models, label)
    return models


def glass(label: str) -> SeriesModel:
    """A glass, which has no axis."""
    only = SeriesModel(label, "glass", "", label)
    _check([only], label)
    return only


def _series_name(label: str) -> str:
    family, _, rest = label.partition(":")
    parts = dict(part.partition("=")[::2] for part in rest.split(","))
    return " ".join([family, *(parts[k] for k in ("activation", "data") if k in parts)])


def _check(models: Sequence[SeriesModel], text: str) -> None:
    if not models:
        raise InputError(f"The series {text[:60]!r} is empty.", "Give a model at least.")
    for model in models:
        model_from_label(model.label)


def sample(label: str, l2: float, seed: int, index: int) -> Landscape:
    """Sample of a model; networks get one l2 value per weight, uniform on (0, l2)."""
    model = model_from_label(label)
    if model.n_l2:
        values = uniform(generator(seed + _L2_STREAM, index), model.n_l2)
        scale = Fraction(str(l2))
        model = model.with_l2([v * scale for v in values.tolist()])
    return model.sample(seed, index)


def measure(item: Sequence[Any]) -> dict[str, Any]:
    """Count the landscape (label, l2, seed, index), make its graph and measure it; what cannot be decided is a record with the reason."""
    try:
        land = sample(*item)
        found = census(land)
        if found.completeness.verdict not in SETTLED:
            return {"open": f"census {found.completeness.verdict.value}"}
        made = graph(found)
        if not made.is_decided:
            return {"open": next(f"{c.name}: {c.detail}" for c in made.checks if c.outcome.value != "yes")}
        return {**asdict(funnel(made)), "verdict": found.completeness.verdict.value, "n_unmatched": made.n_unmatched}
    except (HomotopyError, PolysysError) as error:
        return {"open": str(error)}


def measure_recall(item: Sequence[Any]) -> dict[str, Any]:
    """What searches find on the landscape (label, l2, seed, index) with each of the budgets that stand last."""
    *which, budgets = item
    try:
        return search_recall(sample(*which), which[-1], budgets)
    except (HomotopyError, PolysysError) as error:
        return {"open": str(error)}


@dataclass(frozen=True, slots=True)
class Sampled:
    """All samples of one model."""

    model: SeriesModel
    records: tuple[dict[str, Any], ...]

    @property
    def decided(self) -> list[dict[str, Any]]:
        """The records with a result."""
        return [r for r in self.records if "open" not in r]

    @property
    def n_open(self) -> int:
        """Samples without a decided result."""
        return len(self.records) - len(self.decided)

    def values(self, name: str) -> Floats:
        """A measure of the decided samples in which it is defined (landscapes with one minimum have no frustration)."""
        return np.array([r[name] for r in self.decided if r[name] is not None], float)

    def level(self, name: str) -> Level | None:
        """The mean for a test of trends; None while samples are open, which would bias it."""
        return None if self.n_open else mean_of(self.values(name))

    def with_several(self, name: str) -> Floats:
        """A measure of the decided samples with two minima or more."""
        return np.array([r[name] for r in self.decided if r["n_minima"] > 1 and r[name] is not None], float)

    def single_funnels(self) -> tuple[int, int, int]:
        """Samples with one funnel, with several, and open ones."""
        n = self.values("n_funnels")
        return int((n == 1).sum()), int((n > 1).sum()), self.n_open


def mean_interval(
    values: Floats, least: float = -inf, most: float = inf
) -> tuple[float | None, float | None, float | None]:
    """Low end, mean and high end of the 95 % interval (Student) of a mean; one value has no ends.

    Parameters
    ----------
    values : float array
    least, most : float
        What the mean cannot be below and above; the interval is cut there.

    Examples
    --------
    >>> low, mean, high = mean_interval(np.array([0.8, 1.0, 0.9]), 0, 1)  # 0.9 -+ 4.303 * 0.1 / sqrt(3)
    >>> round(low, 2), round(mean, 2), high
    (0.65, 0.9, 1)
    """
    if len(values) < 2:
        return None, float(values[0]) if len(values) else None, None
    interval = Statistic("", "mean", values, values).interval(0.95)
    return max(interval.low, least), float(values.mean()), min(interval.high, most)


def interval_cells(name: str, values: Floats, least: float = -inf, most: float = inf) -> dict[str, Cell]:
    """A mean and the ends of its interval in three columns."""
    low, mean, high = mean_interval(values, least, most)
    return {name: mean, f"{name.removeprefix('recall of ')} low": low, f"{name.removeprefix('recall of ')} high": high}
