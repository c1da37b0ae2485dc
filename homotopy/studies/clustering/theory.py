"""Enumerated pairs of minima of pure glasses beside the two-point Kac-Rice density at the same size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from homotopy.studies.clustering.tables import Cluster
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.tables import Cell, Table
from homotopy.studies.frame.trends import Level, mean_of, p_less
from homotopy.studies.measures.pairs import Minima
from polysys.models.labels import model_from_label
from polysys.models.laws import IsotropicGaussian
from polysys.theory import p_spin_pairs

AGREES = "enumerated pairs of minima agree with the two-point Kac-Rice density"
_BIN = 0.25  # of the overlap
_LEAST = 10  # samples with a pair in a bin; with fewer a mean has no Student distribution


@dataclass(frozen=True, slots=True)
class ExpectedPairs:
    """Pairs of distinct minima with an overlap in one bin."""

    label: str
    low: float
    high: float
    found: Level | None  # mean over samples
    n_touched: int  # samples with such a pair
    expected: Level

    @property
    def is_tested(self) -> bool:
        """Whether enough samples have such a pair."""
        return self.found is not None and self.found.error > 0 and self.n_touched >= _LEAST

    @property
    def z(self) -> float:
        """Deviation in standard errors of both."""
        assert self.found is not None
        return (self.found.value - self.expected.value) / float(np.hypot(self.found.error, self.expected.error))

    @property
    def p_value(self) -> float:
        """Two-sided, Welch."""
        assert self.found is not None
        return min(1.0, 2 * min(p_less(self.found, self.expected), p_less(self.expected, self.found)))


def pure_degree(label: str) -> int | None:
    """The degree of a pure isotropic glass with p >= 3; None for other models."""
    law = model_from_label(label).law
    is_pure = isinstance(law, IsotropicGaussian) and (law.degree or 0) >= 3 and abs(law.weights[0][1]) == 1
    return law.degree if is_pure and isinstance(law, IsotropicGaussian) else None


def expected_pairs(folder: RunFolder, every: Sequence[Cluster], draws: int, seed: int) -> list[ExpectedPairs]:
    """Both numbers for each bin of each pure glass."""
    found = []
    for c in every:
        p = pure_degree(c.label)
        if p is None:
            continue
        lows = np.arange(-1.0 if p % 2 else 0.0, 1.0, _BIN).tolist()
        items = [[c.n_variables, p, low, low + _BIN] for low in lows]
        key = f"pairs in bins 1, {draws} draws, seed {seed}"
        predicted = folder.cached_map(key, partial(pairs_between, draws, seed), items)
        for low, (value, error) in zip(lows, predicted, strict=True):
            each = c.each(partial(_n_pairs, low, low + _BIN))
            expected = Level(value, value, error, 32)
            found.append(ExpectedPairs(c.label, low, low + _BIN, mean_of(each), int((each > 0).sum()), expected))
    return found


def _n_pairs(low: float, high: float, s: Minima) -> float:
    q = s.pairs()[1]
    return float(((q >= low) & (q < high)).sum())


def pairs_between(draws: int, seed: int, item: Sequence[float]) -> list[float]:
    """Mean number of pairs of distinct minima of n spins with an overlap in (low, high), and its standard error.

    Notes
    -----
    Theory counts ordered pairs of points: two for each pair. For even p a pair modulo mirror images has eight, four of them at
    the positive overlap.
    """
    n, p = int(item[0]), int(item[1])
    found = p_spin_pairs(n, p, (item[2], item[3]), 0, samples=draws, seed=seed)
    images = 2 if p % 2 else 4
    return [float(f"{v / images:.10g}") for v in (found.value, found.error)]  # further digits depend on the threads


def agreement(found: Sequence[ExpectedPairs], level: float) -> list[Finding]:
    """All bins tested together (Bonferroni)."""
    tested = [e for e in found if e.is_tested]
    if not tested:
        return []
    worst = min(tested, key=lambda e: e.p_value)
    p = min(1.0, len(tested) * worst.p_value)
    sentence = (
        f"{len(tested)} bins of the overlap; the largest deviation is z = {worst.z:+.2f}, {worst.label} between {worst.low:g} and "
        f"{worst.high:g}, p = {p:.2g} (Welch, Bonferroni, level {level:g})."
    )
    return [Finding(AGREES, "fails" if p < level else "holds", sentence)]


def theory_table(found: Sequence[ExpectedPairs]) -> Table:
    """A row for each bin."""
    records: list[dict[str, Cell]] = [
        {
            "model": e.label, "overlap from": e.low, "to": e.high, "pairs": None if e.found is None else e.found.value,
            "error": None if e.found is None else e.found.error, "samples with a pair": e.n_touched, "expected pairs": e.expected.value,
            "expected error": e.expected.error, "z": e.z if e.is_tested else None,
        }
        for e in found
    ]  # fmt: skip
    caption = (
        "Mean number of pairs of distinct minima of a sample with an overlap in a bin (modulo mirror images for even p), and what two-point Kac-Rice "
        f"expects at this size, with standard errors. z where {_LEAST} samples have such a pair."
    )
    return Table.of("two-point-density", caption, records)
