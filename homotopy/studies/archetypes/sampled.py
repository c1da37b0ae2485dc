"""What is measured on the landscapes of the archetypes study, and the samples of one model together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.counting.count import census
from homotopy.ensembles.statistics import Statistic
from homotopy.errors import HomotopyError
from homotopy.graphs.disconnectivity import escape_barriers
from homotopy.graphs.funnels import funnel
from homotopy.graphs.landscape_graph import LandscapeGraph, graph
from homotopy.studies.archetypes.models import SeriesModel, sample
from homotopy.studies.frame.tables import Cell
from homotopy.studies.frame.trends import Level, exact, mean_of
from homotopy.studies.measures.search_coverage import SETTLED, search_recall
from polysys.errors import PolysysError


def measure(item: Sequence[Any]) -> dict[str, Any]:
    """Count the landscape (label, l2, seed, index), make its graph and measure it; what cannot be decided is a record with the reason."""
    try:
        found = census(sample(*item))
        if found.completeness.verdict not in SETTLED:
            return {"open": f"census {found.completeness.verdict.value}"}
        made = graph(found)
        if not made.is_decided:
            return {"open": next(f"{c.name}: {c.detail}" for c in made.checks if c.outcome.value != "yes")}
        counts = {"n_complex": found.n_complex, "n_all_minima": made.n_minima, "n_unmatched": made.n_unmatched}
        return {
            **asdict(funnel(made)),
            **_away_from_origin(made),
            **counts,
            "verdict": found.completeness.verdict.value,
        }
    except (HomotopyError, PolysysError) as error:
        return {"open": str(error)}


def _away_from_origin(made: LandscapeGraph) -> dict[str, Any]:
    """Number, spread and escape barrier of the minima modulo symmetry other than the origin, and saddles for each minimum.

    Spread and barrier are in units of the range from the lowest minimum to the highest saddle, as those of `funnel`. Networks with two
    hidden layers or more have a minimum at the origin by theorem, where nothing is fitted.
    """
    chosen = made.quotient()
    energies = {m: e for m, e in chosen.network.nodes(data="energy") if not chosen.point(m).is_origin}
    top = max((e for *_, e in chosen.network.edges(data="energy")), default=-inf)
    unit = top - min(e for _, e in chosen.network.nodes(data="energy"))
    escapes = [b for m, b in escape_barriers(chosen).items() if m in energies and b < inf]
    has_several = len(energies) > 1 and unit > 0
    return {
        "n_fitted": len(energies),
        "ratio": chosen.n_saddles / chosen.n_minima,
        "spread": (max(energies.values()) - min(energies.values())) / unit if has_several else None,
        "escape": float(np.median(escapes)) / unit if has_several and escapes else None,
    }


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
    is_fixed: bool = False  # one landscape is all there is

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
        """The number of a fixed landscape, or the mean for a test of trends; None while samples are open, which would bias it."""
        if self.n_open:
            return None
        values = self.values(name)
        return exact(float(values[0])) if self.is_fixed and len(values) else mean_of(values)

    def with_several(self, name: str) -> Floats:
        """A measure of the decided samples with two minima or more besides the origin."""
        return np.array([r[name] for r in self.decided if r["n_fitted"] > 1 and r[name] is not None], float)

    def single_funnels(self) -> tuple[int, int, int]:
        """Samples with one funnel, with several, and open ones."""
        n = self.values("n_funnels")
        return int((n == 1).sum()), int((n > 1).sum()), self.n_open


def mean_interval(
    values: Floats, least: float = -inf, most: float = inf
) -> tuple[float | None, float | None, float | None]:
    """Low end, mean and high end of the 95 % interval (Student) of a mean; one value has no ends, nor have values that are all equal.

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
    if len(values) < 2 or np.ptp(values) == 0:
        return None, float(values[0]) if len(values) else None, None
    interval = Statistic("", "mean", values, values).interval(0.95)
    return max(interval.low, least), float(values.mean()), min(interval.high, most)


def interval_cells(name: str, values: Floats, most: float = inf) -> dict[str, Cell]:
    """The mean of numbers that are not negative and the ends of its interval in three columns."""
    low, mean, high = mean_interval(values, 0, most)
    return {name: mean, f"{name.removeprefix('recall of ')} low": low, f"{name.removeprefix('recall of ')} high": high}
