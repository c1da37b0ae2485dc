"""What an estimator is held against: the samples of a table or an ensemble, their landscapes and their certified points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.counting.count import census
from homotopy.counting.result import Census
from homotopy.ensembles.counts import SampleCounts
from homotopy.ensembles.result import Ensemble
from homotopy.tables.kinds.samples import TableSamples
from homotopy.tables.stored_solutions import Seeds, recertify
from homotopy.tables.table import ReferenceTable
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.base import Model
from polysys.models.labels import model_from_label


@dataclass(frozen=True, eq=False)
class Reference:
    """Samples by model label, with the way to their landscapes.

    Parameters
    ----------
    label : str
    models : mapping from label to SampleCounts
    table : ReferenceTable or None
        Where certificates are.
    """

    label: str
    models: Mapping[str, SampleCounts]
    table: ReferenceTable | None = None

    def model(self, label: str) -> Model:
        """The model of a label."""
        return model_from_label(label)

    def landscape(self, label: str, sample: int) -> Landscape:
        """The landscape of a sample; those of one model share their tapes."""
        samples: Any = self.models[label]
        made = self.model(label).sample(samples.seed, sample)
        made.shares_tapes_with(self._first.setdefault(label, made))
        return made

    def census(self, landscape: Landscape, label: str, sample: int) -> Census:
        """The certified points of a sample: from its certificate where the table has one, else counted again."""
        seeds = self._certified.get((label, sample))
        return census(landscape) if seeds is None else recertify(landscape, seeds)

    @cached_property
    def _first(self) -> dict[str, Landscape]:
        return {}

    @cached_property
    def _certified(self) -> Mapping[tuple[str, int], Seeds]:
        return {} if self.table is None else self.table.certificates

    def choose(self, label: str, n: int) -> list[int]:
        """At most n samples for tests landscape by landscape: those with certificates first; all are settled."""
        samples = self.models[label]
        low, high = samples.range("n_real")
        undecided = samples.found["n_undecided_index"]
        settled = {int(i) for i in np.flatnonzero(low == high) if i < len(undecided) and not undecided[i]}
        ready = [i for name, i in sorted(self._certified) if name == label and i in settled]
        return (ready + sorted(settled - set(ready)))[:n]


def as_reference(what: Any, models: Any = None) -> Reference:
    """A table, an ensemble or other samples as a reference, perhaps with some of its models only.

    Parameters
    ----------
    what : ReferenceTable, SampleCounts or Reference
    models : str, Model, or a sequence of these, optional
        Which models of the table; by default all.

    Raises
    ------
    InputError
        If it is none of these, or lacks a model.
    """
    if isinstance(what, Reference):
        found = what
    elif isinstance(what, ReferenceTable):
        found = Reference(what.label, {label: what.samples(label) for label in what.model_labels}, what)
    elif isinstance(what, SampleCounts):
        found = Reference(what.label, {what.label: what})
    else:
        raise InputError(f"{type(what).__name__} is no table and no ensemble.", "Give ho.load_table(..) or ho.ensemble(..).")
    if not found.models:
        raise InputError(f"The table {found.label} has no samples to compare with.", "Choose one of samples: stationary table list.")
    if models is None:
        return found
    chosen = [models] if isinstance(models, str | Model) else list(models)
    labels = [m.label if isinstance(m, Model) else str(m) for m in chosen]
    for label in labels:
        if label not in found.models:
            raise InputError(f"{found.label} has no model {label[:80]!r}.", f"It has {', '.join(list(found.models)[:12])}.")
    return Reference(found.label, {label: found.models[label] for label in labels}, found.table)


def energy_sums(samples: SampleCounts, index: int) -> tuple[Floats, Floats]:
    """For every sample the sum of the energies of its points of one index, and their number.

    Raises
    ------
    InputError
        If energies are not known for every sample.
    """
    if isinstance(samples, TableSamples):
        lists = [(r.energies, r.indices) for r in samples.rows]
    elif isinstance(samples, Ensemble):
        tables = samples.store.records(["energies", "indices"])
        lists = [pair for t in tables for pair in zip(t["energies"].to_pylist(), t["indices"].to_pylist(), strict=True)]
    else:
        lists = []
    if samples.n_open or len(lists) != samples.n_planned or any(e is None for e, _ in lists):
        raise InputError(f"The energies of {samples.label} are not listed for every sample.", "Leave the energies out.")
    chosen = [np.array([e for e, k in zip(values, indices, strict=True) if k == index]) for values, indices in lists]
    return np.array([v.sum() for v in chosen]), np.array([float(len(v)) for v in chosen])
