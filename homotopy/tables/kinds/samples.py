"""The samples of one model in a table, with the statistics that an ensemble has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats, Integers
from homotopy.ensembles.counts import FAILED, VERDICTS, SampleCounts
from homotopy.ensembles.store.plan import FamilyFacts
from homotopy.tables.format.description import ExactMeans, Mean, ModelEntry
from polysys.errors import InputError
from polysys.models.base import Model
from polysys.models.labels import model_from_label
from polysys.theory import MeanCounts, Prediction

_BY_INDEX = "the Kac-Rice formula for each Morse index, integrated numerically (stationary predict says whose)"
_COUNTS = ("n_complex", "n_real", "n_minima", "n_degenerate", "n_undecided", "n_undecided_index")


@dataclass(frozen=True, eq=False)
class TableSamples(SampleCounts):
    """The samples of one model of a table; the same statistics as an ensemble has, and `ho.compare` takes it.

    Parameters
    ----------
    entry : ModelEntry
    rows : tuple of frozen records
        In the order of the samples.
    """

    entry: ModelEntry
    rows: tuple[Any, ...]

    @property
    def label(self) -> str:
        return self.entry.label

    @property
    def seed(self) -> int:
        """Seed of the disorder: row i is ``model.sample(seed, i)``."""
        return self.entry.seed

    @property
    def model(self) -> Model:
        """The model."""
        return model_from_label(self.entry.label)

    @cached_property
    def family(self) -> FamilyFacts:
        e = self.entry
        bound = int(e.bound)
        return FamilyFacts(
            e.first_landscape, e.dimension, e.points_per_class, bound, e.is_compact, e.is_coercive, min(bound, 10**9)
        )

    @property
    def n_planned(self) -> int:  # type: ignore[override]  # not set but computed here
        """Number of samples; each has a row."""
        return self.entry.samples

    @cached_property
    def verdicts(self) -> npt.NDArray[np.int8]:  # type: ignore[override]  # not set but computed here
        codes = {v: code for code, v in enumerate(VERDICTS)}
        return np.array([codes.get(r.verdict, FAILED) for r in self.rows], np.int8)

    @cached_property
    def found(self) -> Mapping[str, Integers]:  # type: ignore[override]  # not set but computed here
        return {name: np.array([getattr(r, name) or 0 for r in self.rows], np.int64) for name in _COUNTS}

    @cached_property
    def by_index(self) -> Integers:  # type: ignore[override]  # not set but computed here
        nothing = (0,) * (self.entry.dimension + 1)
        return np.array([nothing if r.by_index is None else r.by_index for r in self.rows], np.int64)

    @cached_property
    def bounds(self) -> Floats:  # type: ignore[override]  # not set but computed here
        family = float(self.family.bound)
        return np.array([family if r.bound is None else float(r.bound) for r in self.rows])

    @property
    def exact_means(self) -> MeanCounts | None:
        """Exact means over the disorder (a formula, or quadrature), as stored with the table; None where none are known."""
        means = self.predicted_means
        return means if means is not None and means.total.kind in ("exact", "quadrature") else None

    @property
    def predicted_means(self) -> MeanCounts | None:
        """The same, or a Monte Carlo evaluation of a formula with its standard error where there is nothing better."""
        means = self.entry.exact_means
        if means is None:
            return None
        total = Prediction(means.total.value, means.total.error, means.kind, means.reference)
        by_index = {k: _of_index(m, means) for k, m in enumerate(means.by_index)}
        return MeanCounts(self.label, MappingProxyType(by_index), total)

    def energies(self, index: int | None = None) -> Floats:
        """Energies of all points, or of those of one Morse index, of all samples that have a result.

        Raises
        ------
        InputError
            If the table does not list the energies of this model.
        """
        if not any(r.energies for r in self.rows):
            raise InputError(
                f"The table lists no energies of {self.label}.", "Take a smaller size, or count samples: ho.ensemble."
            )
        values = np.array([e for r in self.rows for e in r.energies or ()])
        if index is None:
            return values
        wanted = int(self._check(index))
        return np.asarray(values[np.array([k for r in self.rows for k in r.indices or ()]) == wanted])

    def __repr__(self) -> str:
        return f"{len(self.rows)} samples of {self.label} (seed {self.seed}): {self.mean('n_real')!r}"


def _of_index(mean: Mean, means: ExactMeans) -> Prediction:
    """The prediction for an index. A table states the kind of its total alone: beside an exact total, a mean with an error is an integral."""
    if means.kind == "exact" and mean.error:
        return Prediction(mean.value, mean.error, "quadrature", _BY_INDEX)
    return Prediction(mean.value, mean.error, means.kind, means.reference)
