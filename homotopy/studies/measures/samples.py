"""The records of an ensemble that a study can rely on point by point: complete, decided, without singular points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats, Integers
from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.result import Ensemble
from homotopy.ensembles.store.store import open_store
from homotopy.graphs.overlaps import Symmetries, symmetries
from homotopy.studies.frame.run_folder import START_UP, RunFolder
from polysys.models.base import Model


def is_complete(record: SampleRecord) -> bool:
    """Whether a record lists all stationary points, each with its index."""
    is_settled = not record.is_failed and record.verdict in ("proved", "supported")
    return is_settled and not (record.n_degenerate or record.n_undecided or record.n_undecided_index)


def measure_samples(
    folder: RunFolder,
    key: str,
    measure: Callable[[SampleRecord, Model, Symmetries], Any],
    ensemble: Ensemble,
    model: Model,
) -> tuple[list[Any], int]:
    """What is measured on each complete sample of an ensemble with points, in parallel and resumably.

    Parameters
    ----------
    folder : RunFolder
    key : str
        Names the measure and all that it depends on besides the sample.
    measure : callable (record, model, symmetry group)
        A function of a module, or a partial of one, which returns what JSON can hold.
    ensemble : Ensemble
        Counted with ``points=True``.
    model : Model

    Returns
    -------
    list
    int
        Samples that are not complete, which say nothing here.
    """
    store = ensemble.store
    work = partial(_measure_chunk, measure, str(store.path), model)
    starts = [chunk.start for chunk in store.chunks]
    pieces = folder.cached_map(f"{key} of {ensemble.label}, {ensemble.digest}", work, starts, patience=START_UP)
    found = [result for piece in pieces for result in piece]
    return found, ensemble.n_planned - len(found)


def _measure_chunk(measure: Callable[..., Any], store: str, model: Model, start: int) -> list[Any]:
    """The complete samples of one file."""
    opened = open_store(Path(store))
    group = symmetries(model.sample(opened.spec.seed, 0))
    return [measure(r, model, group) for r in opened.read(opened.chunk_at(start)) or () if is_complete(r)]


@dataclass(frozen=True, slots=True, eq=False)
class SampledPoints:
    """The stationary points of one sample."""

    sample: int
    energies: Floats  # (m,) ascending, in the units that were asked for
    indices: Integers  # (m,)

    def of_index(self, k: int) -> Floats:
        """Energies of the points of one Morse index, ascending."""
        return np.asarray(self.energies[self.indices == k])


def sampled_points(ensemble: Ensemble, unit: float = 1.0) -> tuple[tuple[SampledPoints, ...], int]:
    """The points of all complete samples, and the number of samples that were left out.

    Parameters
    ----------
    ensemble : Ensemble
    unit : float
        What energies are divided by.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> ens = ho.ensemble(ps.SphericalPSpin(n=2, p=3), samples=3, seed=1, workers=0)
    >>> samples, n_left_out = sampled_points(ens, unit=2.0)
    >>> [len(s.energies) for s in samples], n_left_out
    ([2, 6, 6], 0)
    """
    records = (r for chunk in ensemble.store.chunks for r in ensemble.store.read(chunk) or ())
    kept = tuple(
        SampledPoints(r.sample, np.array(r.energies or (), float) / unit, np.array(r.indices or (), np.int64))
        for r in records
        if is_complete(r)
    )
    return kept, ensemble.n_planned - len(kept)
