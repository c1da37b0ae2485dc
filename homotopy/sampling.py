"""Many samples of one model through the compiled tracker at once: numerical counts, not certified.

For quick looks and for choosing what to certify. Every number here rests on floating-point tolerances and is called numerical;
a census certifies. All samples share one start set and one queue of paths.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from homotopy.errors import HomotopyError
from homotopy.start_cache import start_set
from homotopy.start_sets import stratum_equations
from homotopy.status import PathStatus
from homotopy.stratum_paths import smaller_strata, track_stratum
from homotopy.tracker.results import CODE, STATUSES
from polysys.disorder import generator
from polysys.formulation import Kind
from polysys.landscape import Landscape
from polysys.models.base import Model

_REAL = 1e-8  # relative size of an imaginary part that is taken for rounding


@dataclass(frozen=True, slots=True, eq=False)
class NumericalCounts:
    """Numerical counts over samples of a model.

    Parameters
    ----------
    label : str
    seed : int
    by_index : int array (samples, dimension + 1)
        Real points of each Morse index, as floating point sees them.
    paths : dict from PathStatus to int array (samples,)
        How the paths of each sample ended, images under sign flips included.
    n_expected : int
        Generic root count of the family.
    n_doubtful : int
        Real points with an eigenvalue too close to zero for a sure index.
    seconds : float
    """

    label: str
    seed: int
    by_index: npt.NDArray[np.int64]
    paths: dict[PathStatus, npt.NDArray[np.int64]]
    n_expected: int
    n_doubtful: int
    seconds: float

    @property
    def is_complete(self) -> npt.NDArray[np.bool_]:
        """Samples in which every path reached a solution of its own."""
        return np.asarray(self.paths[PathStatus.REGULAR] == self.n_expected)

    def mean(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Mean number of real points of each index and its standard error."""
        n = len(self.by_index)
        return self.by_index.mean(axis=0), self.by_index.std(axis=0, ddof=1) / np.sqrt(n)

    def __repr__(self) -> str:
        mean, error = self.mean()
        rows = "  ".join(f"{k}: {m:.3f}({e:.3f})" for k, (m, e) in enumerate(zip(mean, error, strict=True)))
        return (
            f"Numerical counts of {self.label}, {len(self.by_index)} samples of seed {self.seed} (not certified)\n"
            f"  complete   {int(self.is_complete.sum())} samples with all {self.n_expected} solutions\n"
            f"  mean real points by index  {rows}\n"
            f"  total      {self.by_index.sum(axis=1).mean():.3f}, {self.n_doubtful} doubtful, {self.seconds:.3g} s"
        )


def numerical_counts(model: Model, samples: int, seed: int = 0, *, threads: int | None = None) -> NumericalCounts:
    """Track samples 0, .., samples - 1 of a seed together and count real points by index, in floating point.

    Raises
    ------
    HomotopyError
        If the family has no start set.

    Examples
    --------
    >>> import polysys as ps
    >>> counts = numerical_counts(ps.SphericalPSpin(n=2, p=3), samples=5, seed=1)
    >>> bool(counts.is_complete.all()), counts.n_expected
    (True, 3)
    """
    begin = time.perf_counter()
    land = model.sample(seed, 0)
    starts = start_set(land)
    if starts is None:
        raise HomotopyError(f"The tracker has no start set for {land.label}.", "Use homotopy.census, which has PHCpack.")
    values = np.array([[float(c) for c in _parameters(model, seed, i)] for i in range(samples)])
    by_index = np.zeros((samples, land.domain.dimension + 1), dtype=np.int64)
    paths = {status: np.zeros(samples, dtype=np.int64) for status in STATUSES}
    n_doubtful = 0
    for stratum in starts.strata:
        images = len(stratum.signs)
        x = np.zeros((samples, len(stratum.solutions), land.formulation.n_unknowns), dtype=np.complex128)
        codes = np.full(x.shape[:2], CODE[PathStatus.REGULAR])
        if stratum.alive and len(stratum.solutions):
            tape = stratum_equations(land, stratum.alive)
            targets = values.astype(complex)
            smaller = smaller_strata(starts, stratum)
            ends = track_stratum(tape, stratum, targets, smaller=smaller, threads=threads)
            x[:, :, list(stratum.alive)], codes = ends.solutions, ends.codes
        for status in STATUSES:
            paths[status] += images * (codes == CODE[status]).sum(axis=1)
        sample, k = np.nonzero((codes == CODE[PathStatus.REGULAR]) & _is_real(x))
        indices, doubtful = _indices(land, x[sample, k].real, values[sample])
        n_doubtful += images * int(doubtful.sum())
        _count(land, by_index, sample, indices, images)
    return NumericalCounts(land.label, seed, by_index, paths, starts.n_solutions, n_doubtful, time.perf_counter() - begin)


def _parameters(model: Model, seed: int, index: int) -> list[Fraction]:
    couplings = model.draw(generator(seed, index))
    return [c for name in couplings for c in couplings[name].ravel()]


def _is_real(x: npt.NDArray[np.complex128]) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(x.imag).max(axis=-1) <= _REAL * np.maximum(1.0, np.abs(x).max(axis=-1)))


def _indices(
    land: Landscape, x: npt.NDArray[np.float64], parameters: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Morse indices in floating point, from the bordered Hessian's eigenvalues, and where one is close to zero."""
    if not len(x):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
    size = land.domain.n + land.domain.n_constraints
    entries = land.parametric_tapes.bordered.evaluate(list(x.T), list(parameters.T), float)
    matrices = np.stack([np.broadcast_to(e, len(x)) for e in entries], axis=-1).reshape(-1, size, size)
    values = np.linalg.eigvalsh(matrices)
    doubtful = np.abs(values).min(axis=1) < 1e-9 * np.abs(values).max(axis=1)
    return (values < 0).sum(axis=1) - land.domain.n_constraints, doubtful


def _count(
    land: Landscape, by_index: npt.NDArray[np.int64], sample: npt.NDArray[np.int64], indices: npt.NDArray[np.int64], images: int
) -> None:
    """Add the points that real solutions carry: images under sign flips, or both ends of each line."""
    formulation, dimension = land.formulation, land.domain.dimension
    if formulation.kind is not Kind.PROJECTIVE:
        np.add.at(by_index, (sample, indices), images)
        return
    # of the 2^H points half change the sign of V when some degree is odd, and then their index is reversed
    points = formulation.points_per_class
    reversed_points = points // 2 if any(d % 2 for d in formulation.degrees) else 0
    np.add.at(by_index, (sample, indices), points - reversed_points)
    np.add.at(by_index, (sample, dimension - indices), reversed_points)
