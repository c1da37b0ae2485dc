"""What a search returns: its end points, what they are worth, and what they cost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats
from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.common.validation import is_number, is_whole
from homotopy.common.wording import sample_title
from homotopy.counting.coordinates import as_points
from homotopy.searches.surface import Evaluations, Surface
from polysys.disorder import check_seed
from polysys.errors import InputError
from polysys.landscape import Landscape

_MAX_STARTS = 10_000_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SearchResult(Shown):
    """End points of a search for stationary points. All numbers are numerical: nothing here is proved.

    What is not known of points that somebody's own search returned as an array is None; see :func:`as_search_result`.

    Parameters
    ----------
    name : str
        Of the search.
    landscape : Landscape
    points : float array (k, n)
        Where runs ended, in the units of the coordinates of :class:`homotopy.StationaryPoint`.
    energies, gradient_norms : float arrays (k,)
        The potential and the norm of its gradient on the domain there, in the model's units.
    indices : int array (k,)
        Number of negative eigenvalues of the Hessian there, in doubles.
    start_of : int array (k,)
        The run each end point belongs to; a run of basin hopping has several.
    n_starts, n_failed : int or None
        Runs, and those that did not converge; these have no end point (or fewer).
    evaluations : Evaluations or None
        Energies, gradients and Hessians evaluated, each point counted once.
    seconds : float or None
    seed : int or None
        Of the search, not of the landscape. Run k depends on (seed, k) only.
    setting : str
        What was chosen, in words.
    """

    name: str
    landscape: Landscape
    points: Floats
    energies: Floats
    gradient_norms: Floats
    indices: npt.NDArray[np.int64]
    start_of: npt.NDArray[np.int64]
    n_starts: int | None
    n_failed: int | None
    evaluations: Evaluations | None
    seconds: float | None
    seed: int | None
    setting: str

    @property
    def n_points(self) -> int:
        """Number of end points."""
        return len(self.points)

    @property
    def n_evaluations(self) -> int | None:
        """Evaluations of the potential, its gradient or its Hessian, all together."""
        return None if self.evaluations is None else self.evaluations.total

    @property
    def title(self) -> str:
        """Name, landscape and setting in words."""
        how = self.setting if self.seed is None else f"search seed {self.seed}; {self.setting}"
        return f"{self.name} on {sample_title(self.landscape)} ({how})"

    @property
    def cost(self) -> tuple[str, ...]:
        """What is known of evaluations and time, in words."""
        used = self.evaluations
        said = () if used is None else (f"{used.total} evaluations ({used.hessians} Hessians)",)
        return said if self.seconds is None else (*said, f"{self.seconds:.3g} s")

    @property
    def by_index(self) -> Mapping[int, int]:
        """Number of end points of each index that occurs (not of distinct points)."""
        return dict(sorted(Counter(self.indices.tolist()).items()))

    def summary(self) -> dict[str, Any]:
        """As a JSON object, without the points."""
        return {
            "search": self.name,
            "setting": self.setting,
            "model": self.landscape.label,
            "digest": self.landscape.digest,
            "seed": self.seed,
            "n_starts": self.n_starts,
            "n_failed": self.n_failed,
            "n_points": self.n_points,
            "by_index": {str(k): v for k, v in self.by_index.items()},
            "evaluations": None if self.evaluations is None else asdict(self.evaluations),
            "seconds": self.seconds,
        }

    def _sheet(self) -> Sheet:
        energies = f"{self.energies.min():.6g} to {self.energies.max():.6g}" if self.n_points else "none"
        worst = f", gradient at most {self.gradient_norms.max():.2g}" if self.n_points else ""
        counts = "  ".join(f"{k}: {v}" for k, v in self.by_index.items())
        runs = () if self.n_starts is None else (Line("runs", f"{self.n_starts}, of which {self.n_failed} did not converge"),)
        ends = (Line("end points", f"{self.n_points}{worst}; by index  {counts}"), Line("energy", energies))
        cost = (Line("cost", ", ".join(self.cost)),) if self.cost else ()
        return Sheet(self.title, (*runs, *ends, *cost))


class Run:
    """The frame of every search: checks the arguments, takes the time, and assembles the result."""

    def __init__(self, name: str, landscape: Landscape, starts: int, seed: int, scale: float, setting: str) -> None:
        if not is_whole(starts, 1, _MAX_STARTS):
            raise InputError(f"starts = {starts!r:.40} is not a number of runs.", "Give starts=100, say.")
        check_seed(seed)
        positive(scale=scale)
        if landscape.domain.dimension < 1:
            raise InputError("The domain is a set of isolated points.", "Give a sphere of at least two coordinates.")
        self.surface = Surface(landscape, scale)
        self.name, self.n_starts, self.seed, self.setting = name, starts, seed, setting
        self._begin = time.perf_counter()

    def starts(self) -> Floats:
        """The random starts (n_starts, n)."""
        return self.surface.random_points(self.seed, range(self.n_starts))

    def result(self, points: Floats, start_of: npt.NDArray[np.int64], n_failed: int) -> SearchResult:
        """The result whose end points these are."""
        surface, used = self.surface, self.surface.used
        seconds = time.perf_counter() - self._begin
        surface.used = Evaluations()  # what follows describes the points; it is no part of the search
        return SearchResult(
            self.name, surface.landscape, points, *_described(surface, points), start_of, self.n_starts, n_failed, used, seconds,
            self.seed, self.setting,
        )  # fmt: skip

    def ended(self, points: Floats, is_converged: npt.NDArray[np.bool_]) -> SearchResult:
        """The result where every run has one end point at most."""
        where = np.flatnonzero(is_converged)
        return self.result(points[where], where.astype(np.int64), int((~is_converged).sum()))


def _described(surface: Surface, points: Floats) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Energies, norms of the gradient and numbers of negative eigenvalues at points."""
    norms = np.linalg.norm(surface.gradients(points), axis=1)
    indices = (surface.modes(points)[0] < 0).sum(axis=1) if len(points) else np.zeros(0)
    return surface.energies(points), norms, indices.astype(np.int64)


def as_search_result(said: Any, landscape: Landscape, name: str = "the search", seconds: float | None = None) -> SearchResult:
    """A result as it is, or points that a search of anybody's returned.

    Parameters
    ----------
    said : SearchResult or array (k, n)
        Or what else :meth:`homotopy.Census.match` takes; in the units of the coordinates of :class:`homotopy.StationaryPoint`.
    landscape : Landscape
    name : str
        Of the search.
    seconds : float, optional
        What it took, where that is known.

    Raises
    ------
    InputError
        For anything that holds no points of the landscape, or points that are not finite.

    Examples
    --------
    >>> import polysys as ps
    >>> print(as_search_result([[1, 0], [-1, 0]], ps.expression("x^4/4 - x^2/2 + y^2/2").sample(), "mine"))
    mine on expression:user, seed 0 (points as returned)
      end points 2, gradient at most 0; by index  0: 2
      energy     -0.25 to -0.25
    """
    if isinstance(said, SearchResult):
        return said
    try:
        is_empty = not np.size(said)
    except ValueError:  # rows of different lengths
        is_empty = False
    try:
        points = np.zeros((0, landscape.domain.n)) if is_empty else as_points(landscape, said)
    except InputError as error:
        raise InputError(f"{name} returned no points. {error.what}", "Return a SearchResult or an array (k, n).") from error
    if not np.isfinite(points).all():
        raise InputError(f"{name} returned points that are not finite numbers.", "Leave out runs that diverged.")
    described = _described(Surface(landscape), points)
    return SearchResult(
        name, landscape, points, *described, np.arange(len(points)), None, None, None, seconds, None, "points as returned"
    )


def positive(**values: float) -> None:
    """Refuse what is no positive number."""
    for name, value in values.items():
        if not is_number(value) or value <= 0:
            raise InputError(f"{name} = {value!r:.40} is not a positive number.", "Give one.")


def whole(least: int = 1, **values: int) -> None:
    """Refuse what is no whole number, or too small a one."""
    for name, value in values.items():
        if not is_whole(value, least):
            raise InputError(f"{name} = {value!r:.40} is not a whole number from {least} on.", "Give one.")
