"""What the tracker returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from homotopy.status import PathStatus

STATUSES = tuple(PathStatus)
CODE = {status: code for code, status in enumerate(STATUSES)}


@dataclass(frozen=True, slots=True, eq=False)
class PathResults:
    """End points of all paths of all samples, each path in exactly one class.

    Parameters
    ----------
    solutions : complex array (samples, paths, n)
        End points; nan where a path failed or diverged.
    codes : int8 array (samples, paths)
        Index of each path's class in ``tuple(PathStatus)``.
    errors : array (samples, paths)
        Estimated relative error of the end point (size of the next Newton update).
    residuals : array (samples, paths)
        Largest ``|F_i|`` before the last Newton correction.
    conditions : array (samples, paths)
        Ratio of the largest to the smallest pivot of the last Jacobian: a cheap estimate, of the right magnitude.
    last_t : array (samples, paths)
        Part of the path that was tracked; 1 at the end.
    n_iterations, n_steps, n_rejected, n_attempts, winding : int arrays (samples, paths)
        Newton iterations, accepted and refused steps (of the last attempt), attempts, winding number (0: no endgame).
    seconds : float
        Wall time.
    """

    solutions: npt.NDArray[np.complex128]
    codes: npt.NDArray[np.int8]
    errors: npt.NDArray[np.float64]
    residuals: npt.NDArray[np.float64]
    conditions: npt.NDArray[np.float64]
    last_t: npt.NDArray[np.float64]
    n_iterations: npt.NDArray[np.int64]
    n_steps: npt.NDArray[np.int64]
    n_rejected: npt.NDArray[np.int64]
    n_attempts: npt.NDArray[np.int64]
    winding: npt.NDArray[np.int64]
    seconds: float

    def status(self, sample: int, path: int) -> PathStatus:
        """The class of one path."""
        return STATUSES[int(self.codes[sample, path])]

    def is_status(self, status: PathStatus) -> npt.NDArray[np.bool_]:
        """Where a path ended in the given class (samples, paths)."""
        return np.asarray(self.codes == CODE[status])

    def counts(self, sample: int | None = None) -> dict[PathStatus, int]:
        """Number of paths in each class; the sum is the number of paths."""
        codes = self.codes if sample is None else self.codes[sample]
        return {status: int(np.sum(codes == CODE[status])) for status in STATUSES}

    def regular(self, sample: int = 0) -> npt.NDArray[np.complex128]:
        """The regular end points of one sample (m, n)."""
        return np.asarray(self.solutions[sample][self.codes[sample] == CODE[PathStatus.REGULAR]])

    def __str__(self) -> str:
        counts = self.counts()
        samples, paths = self.codes.shape
        repeated = int(np.sum(self.n_attempts > 1))
        return "\n".join(
            [
                f"Tracked {samples * paths} paths ({samples} samples) in {self.seconds:.3g} s",
                f"  {samples * paths} = " + " + ".join(f"{n} {status.value}" for status, n in counts.items()),
                f"  {self.n_iterations.mean():.1f} Newton iterations a path, {repeated} paths repeated",
            ]
        )

    __repr__ = __str__
