"""Settings of the tracker, with presets that say what each trades."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.errors import InputError


@dataclass(frozen=True, slots=True)
class TrackerOptions:
    """Settings of the tracker. Sizes are relative to the solution.

    Parameters
    ----------
    contraction : float
        Wanted ratio of the second Newton update to the first: the predictor's error is kept below this over the
        measured curvature (Timme 2021, "Mixed precision path tracking for polynomial homotopy continuation").
    trust : float
        Largest first Newton update that is accepted.
    accuracy : float
        Estimated error with which a path is followed; end points are refined to machine precision.
    first_step, max_step, min_step : float
        Step sizes, as parts of the path.
    growth : float
        Largest ratio of a step to the one before.
    endgame_radius : float
        Distance from the end below which a path that cannot step over the rest is left to the endgame.
    max_iterations : int
        Most Newton iterations of one path.
    is_mixed : bool
        Residuals in double-double wherever rounding stops Newton's method.
    floor : float
        Coordinates below this part of the largest are measured against the largest.
    n_retries : int
        How often failed and coinciding paths are tracked again, each time with :meth:`tighter` settings.
    max_winding : int
        Largest winding number the endgame looks for.

    Examples
    --------
    >>> TrackerOptions.conservative().trust < TrackerOptions().trust
    True
    """

    contraction: float = 0.02
    trust: float = 0.1
    accuracy: float = 1e-6
    first_step: float = 0.01
    max_step: float = 0.3
    min_step: float = 1e-13
    growth: float = 5.0
    endgame_radius: float = 1e-5
    max_iterations: int = 20_000
    is_mixed: bool = True
    floor: float = 0.1
    n_retries: int = 3
    max_winding: int = 12

    def __post_init__(self) -> None:
        for f in fields(self):
            name, value = f.name, getattr(self, f.name)
            if (
                not np.isfinite(value)
                or value < 0
                or (value == 0 and name not in ("is_mixed", "n_retries"))
            ):
                raise InputError(f"The tracker option {name} = {value!r} is not positive.", "Pass a positive number.")

    @classmethod
    def fast(cls) -> TrackerOptions:
        """Longer steps: a tenth faster, a few path jumps more to repair."""
        return cls(contraction=0.05, trust=0.2)

    @classmethod
    def conservative(cls) -> TrackerOptions:
        """Shorter steps: about half the speed, path jumps are rare."""
        return cls().tighter()

    def tighter(self) -> TrackerOptions:
        """Settings for a second attempt."""
        return replace(
            self,
            contraction=self.contraction / 5,
            trust=self.trust / 5,
            accuracy=max(self.accuracy / 10, 1e-10),
            first_step=self.first_step / 5,
            max_step=self.max_step / 2,
            growth=2.0,
        )

    def _array(self) -> npt.NDArray[Any]:
        return np.array(
            [
                self.contraction,
                self.trust,
                self.accuracy,
                self.first_step,
                self.min_step,
                self.growth,
                self.endgame_radius,
                self.max_iterations,
                self.floor,
                self.max_step,
                self.is_mixed,
            ],
            float,
        )
