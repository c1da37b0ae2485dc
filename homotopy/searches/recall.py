"""End points of a search against the certified points of a census: what was found, how often, and what is no stationary point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.zeros import certify
from homotopy.common.arrays import Integers
from homotopy.common.sheet import Grid, Line, Sheet, Shown
from homotopy.common.validation import is_number
from homotopy.common.wording import count_of
from homotopy.counting.result import Census
from homotopy.graphs.flow_on_variety import flow_of
from homotopy.searches.quench import newton_step
from homotopy.searches.result import SearchResult, as_search_result
from homotopy.searches.surface import Surface
from polysys.errors import InputError, require_type

_NEWTON_STEPS = 8
TOLERANCE = 1e-3  # of the distance to the nearest other stationary point


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Recall(Shown):
    """A search against a census, matched one to one.

    Parameters
    ----------
    search : SearchResult
    census : Census
    owner : int array (k,)
        For each end point the number of the certified point at which it lies, or -1.
    hits : int array (n_real,)
        How many end points lie at each certified point.
    n_unlisted : int
        End points next to which a stationary point is proved that the census does not list: it is incomplete, or the point
        is degenerate.
    n_false : int
        End points next to which no stationary point was found, neither in the census nor by the contraction test.
    false_gradients : tuple of float
        Norms of the gradient at these, ascending.
    tolerance : float
        How near, in units of the distance from the certified point to the nearest other one.

    Notes
    -----
    That a found point is stationary is proved (by the census); that an end point is "at" it is a comparison of doubles. That
    an end point is false is numerical: see `false_gradients`.
    """

    search: SearchResult
    census: Census
    owner: Integers
    hits: Integers
    n_unlisted: int
    n_false: int
    false_gradients: tuple[float, ...]
    tolerance: float

    @property
    def by_index(self) -> Mapping[int, tuple[int, int]]:
        """Distinct certified points found, and all there are, for each Morse index."""
        indices = self._indices()
        return {
            k: (int((self.hits[indices == k] > 0).sum()), int((indices == k).sum())) for k in self.census.by_index
        }

    @property
    def n_found(self) -> int:
        """Distinct certified points found, of whatever index."""
        return int((self.hits > 0).sum())

    def recall(self, index: int | None = None) -> float:
        """Share of the certified points (of one Morse index) that were found; nan if there is none."""
        found, exact = (self.n_found, len(self.hits)) if index is None else self.by_index[self._check(index)]
        return found / exact if exact else float("nan")

    def precision(self, index: int | None = None) -> float:
        """Share of the end points that are certified points; with an index, of those that claim it and have it."""
        if index is None:
            return float((self.owner >= 0).mean()) if len(self.owner) else float("nan")
        claimed = self.owner[self.search.indices == self._check(index)]
        right = (claimed >= 0) & (self._indices()[claimed] == index) if len(claimed) else np.zeros(0)
        return float(right.mean()) if len(claimed) else float("nan")

    def missed(self, index: int | None = None) -> tuple[int, ...]:
        """Numbers of the points of the census that no end point lies at."""
        indices = self._indices()
        return tuple(k for k, n in enumerate(self.hits.tolist()) if not n and index in (None, indices[k]))

    def summary(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            **self.search.summary(),
            "tolerance": self.tolerance,
            "recall": {str(k): {"found": f, "exact": e} for k, (f, e) in self.by_index.items()},
            "hits": self.hits.tolist(),
            "n_unlisted": self.n_unlisted,
            "n_false": self.n_false,
            "false_gradients": list(self.false_gradients),
        }

    def _indices(self) -> Integers:
        return np.array([-1 if p.index is None else p.index for p in self.census.points], dtype=np.int64)

    def _check(self, index: Any) -> int:
        if isinstance(index, bool) or index not in self.census.by_index:
            raise InputError(
                f"There is no Morse index {index!r:.40}.", f"Choose one from 0 to {self.census.landscape.domain.dimension}."
            )
        return int(index)

    def _sheet(self) -> Sheet:
        table = self.by_index
        width = max(4, *(len(f"{f}/{e}") + 1 for f, e in table.values()))
        hit = self.hits[self.hits > 0]
        often = f"; each {hit.min()} to {hit.max()} times" if len(hit) else ""
        false = f", gradient at least {min(self.false_gradients):.2g}" if self.false_gradients else ""
        rows = (("index", tuple(map(str, table))), ("found", tuple(f"{f}/{e}" for f, e in table.values())))
        runs = "" if self.search.n_starts is None else f" of {count_of(self.search.n_starts, 'run')}"
        cost = (Line("cost", ", ".join(self.search.cost)),) if self.search.cost else ()
        ends = (
            f"{self.search.n_points}{runs}: {int((self.owner >= 0).sum())} at certified points, "
            f"{self.n_unlisted} at unlisted ones, {self.n_false} at no stationary point{false}"
        )
        return Sheet(
            f"Recall of {self.search.title}",
            (
                Line("found", f"{self.n_found} of {len(self.hits)} certified points{often}"),
                Grid(rows, width),
                Line("end points", ends),
                Line("census", self.census.completeness.verdict.value),
                *cost,
            ),
        )


def recall(census: Census, result: Any, *, tolerance: float = TOLERANCE) -> Recall:
    """Match the end points of a search with the certified points of a census.

    Parameters
    ----------
    census : Census
    result : SearchResult or array (k, n)
        On the same landscape; points of a search of your own in the units of the coordinates of :class:`homotopy.StationaryPoint`.
    tolerance : float
        An end point is at a certified point if it lies within this times the distance from that point to the nearest
        other certified one; below 1/2, so that no end point is at two. With only one certified point the distance is one
        plus its norm.

    Returns
    -------
    Recall

    Raises
    ------
    InputError
        If the two are about different landscapes, or the array holds no points of this one.

    Notes
    -----
    Where an end point is at no certified point, Newton's method looks for a zero of the exact system next to it, and the
    contraction test of the census proves it should there be one.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> from homotopy.searches import gradient_descent
    >>> census = ho.census(ps.expression("x^4/4 - x^2/2 + y^2/2"))
    >>> found = recall(census, gradient_descent(census.landscape, starts=20, seed=1))
    >>> dict(found.by_index), found.n_false, found.recall(0)
    ({0: (2, 2), 1: (0, 1), 2: (0, 0)}, 0, 1.0)
    >>> dict(recall(census, [[1.0, 0.0], [0.0, 0.0]]).by_index)
    {0: (1, 2), 1: (1, 1), 2: (0, 0)}
    """
    if not is_number(tolerance) or not 0 < tolerance < 0.5:
        raise InputError(f"The tolerance {tolerance!r:.40} is not between 0 and 1/2.", "Give 1e-3, say.")
    require_type(census, Census, "The census", "Give what ho.census or ho.load returns.")
    result = as_search_result(result, census.landscape)
    if census.landscape.digest != result.landscape.digest:
        raise InputError(
            f"The census is of {census.landscape.label} ({census.landscape.digest[:6]}), the search was on "
            f"{result.landscape.label} ({result.landscape.digest[:6]}).",
            "Search the landscape of the census: census.landscape.",
        )
    known = np.array([[float(c.mid()) for c in p.coordinates] for p in census.points]).reshape(len(census.points), -1)
    reach = tolerance * _separations(known)
    owner = np.array([_nearest(x, known, reach) for x in result.points], dtype=np.int64)
    hits = np.bincount(owner[owner >= 0], minlength=len(known)).astype(np.int64)
    rest = np.flatnonzero(owner < 0)
    is_stationary = _is_near_a_zero(census, result.points[rest], tolerance)
    false = rest[~is_stationary]
    gradients = tuple(sorted(result.gradient_norms[false].tolist()))
    return Recall(result, census, owner, hits, int(is_stationary.sum()), len(false), gradients, float(tolerance))


def _separations(known: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The distance from each point to the nearest other."""
    if len(known) < 2:
        return np.asarray(1.0 + np.linalg.norm(known, axis=1))
    from scipy.spatial import cKDTree  # a third of a second to import

    return np.asarray(cKDTree(known).query(known, k=2)[0][:, 1], dtype=float)


def _nearest(x: npt.NDArray[np.float64], known: npt.NDArray[np.float64], reach: npt.NDArray[np.float64]) -> int:
    if not len(known):
        return -1
    distances = np.linalg.norm(known - x, axis=1)
    k = int(distances.argmin())
    return k if distances[k] <= reach[k] else -1


def _is_near_a_zero(census: Census, points: npt.NDArray[np.float64], tolerance: float) -> npt.NDArray[np.bool_]:
    """Whether a zero of the exact system is proved to lie next to each point."""
    result = np.zeros(len(points), bool)
    if not len(points):
        return result
    surface = Surface(census.landscape)
    ends = points.copy()
    with np.errstate(all="ignore"):
        for _ in range(_NEWTON_STEPS):
            ends = surface.on_domain(ends + newton_step(*surface.modes(ends), surface.gradients(ends)))
        moved = np.linalg.norm(ends - points, axis=1)
        aim = 1e-8 * surface.typical_gradient
        hopeful = np.flatnonzero(
            (moved <= tolerance * (1.0 + np.linalg.norm(points, axis=1))) & (np.linalg.norm(surface.gradients(ends), axis=1) <= aim)
        )
    if len(hopeful):  # the others are next to no zero that Newton's method finds; proofs take milliseconds each
        flow = flow_of(census.landscape)
        solutions = np.array([flow.solution(x)[0] for x in ends[hopeful]])
        report = certify(census.landscape.tapes, solutions.astype(complex))
        for k, zero in enumerate(report.assignment):
            if zero is not None:
                mid = np.array([complex(float(re), float(im)) for re, im in report.certificates[zero].enclosure.mid])
                result[hopeful[k]] = np.abs(mid - solutions[k]).max() <= 1e-6 * np.abs(solutions[k]).max()
    return result
