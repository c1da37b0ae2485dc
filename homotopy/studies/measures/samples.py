"""The records of an ensemble that a study can rely on point by point: complete, decided, without singular points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from homotopy.ensembles.record import SampleRecord
from homotopy.ensembles.result import Ensemble

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def is_complete(record: SampleRecord) -> bool:
    """Whether a record lists all stationary points, each with its index."""
    return (
        not record.is_failed
        and record.verdict in ("proved", "supported")
        and not (record.n_degenerate or record.n_undecided or record.n_undecided_index)
    )


@dataclass(frozen=True, slots=True, eq=False)
class SampledPoints:
    """The stationary points of one sample.

    Parameters
    ----------
    sample : int
    energies : float array (m,)
        Ascending, in the units that were asked for.
    indices : int array (m,)
    coordinates : float array (m, n)
        None of them where the ensemble was counted without points.
    """

    sample: int
    energies: Floats
    indices: Integers
    coordinates: Floats

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
    kept = [_points(r, unit) for r in _records(ensemble) if is_complete(r)]
    return tuple(kept), ensemble.n_planned - len(kept)


def _records(ensemble: Ensemble) -> Iterator[SampleRecord]:
    for chunk in ensemble.store.chunks:
        yield from ensemble.store.read(chunk) or ()


def _points(record: SampleRecord, unit: float) -> SampledPoints:
    energies = np.array(record.energies or (), float) / unit
    rows = record.coordinates or ()
    coordinates = np.array(rows, float).reshape(len(rows), len(rows[0]) if rows else 0)
    return SampledPoints(record.sample, energies, np.array(record.indices or (), np.int64), coordinates)
