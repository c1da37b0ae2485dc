"""Searches on landscapes whose minima are all known: where they end, and which minima they never find.

Minima that a symmetry of the potential carries into each other are one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.hessian import log_abs_det_hessian
from homotopy.certification.symmetry_action import first_of_orbit, images
from homotopy.common.arrays import Floats
from homotopy.counting.count import census
from homotopy.counting.result import Census
from homotopy.ensembles.rank_correlations import RankCorrelation, rank_correlation
from homotopy.estimators.estimate import evaluations
from homotopy.graphs.disconnectivity import passes_to_lowest
from homotopy.graphs.landscape_graph import graph
from homotopy.graphs.overlaps import Symmetries, distinct
from homotopy.searches import (
    basin_hopping,
    gradient_descent,
    gradient_norm,
    random_newton,
    recall,
    sgd,
    simulated_annealing,
    transition_states,
)
from homotopy.status import Completeness
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.measures.minima_of_samples import energy_unit
from polysys.landscape import Landscape
from polysys.models.labels import model_from_label

SEARCHES = ("gradient descent", "stochastic gradient descent", "simulated annealing")
SADDLE_SEARCHES = ("norm of the gradient", "Newton's method")
SETTLED = (Completeness.PROVED, Completeness.SUPPORTED)
HOPS = 10  # of each run of basin hopping
_RANDOM = 10  # searches for saddles in random directions from each minimum, beside those along its modes


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """One landscape with all its minima, and how often each search ended at each."""

    sample: int
    energies: Floats  # (m,) of the minima, ascending, per spin
    curvatures: Floats  # (m,) log det of the Hessian per dimension: the smaller, the wider
    hits: Mapping[str, npt.NDArray[np.int64]]  # (m,)
    elsewhere: Mapping[str, int]  # runs that did not converge, or ended at no certified minimum
    # (m,) energy per spin of the lowest pass to the ground state; nan of the ground state itself, and where the graph does not decide
    passes: Floats
    by_index: Mapping[
        str, Sequence[int]
    ]  # runs of each search, those for saddles too, that ended at certified points of each index

    def ended(self, search: str) -> int:
        """Runs that ended at a minimum."""
        return int(self.hits[search].sum())

    def shares(self, search: str) -> Floats:
        """Share of these runs at each minimum: its basin's weight."""
        return np.asarray(self.hits[search] / max(self.ended(search), 1))

    def mean_end(self, search: str, values: Floats) -> float:
        """The mean of a property of minima over the ends of runs; nan without ends."""
        return float(self.shares(search) @ values) if self.ended(search) else float("nan")

    @property
    def ranks(self) -> Floats:
        """For each minimum the share of the other minima that lie lower: 0 is the ground state, 1 the highest."""
        lower = np.searchsorted(self.energies, self.energies, side="left")
        return np.asarray(lower / max(len(self.energies) - 1, 1))


def search_landscapes(
    folder: RunFolder, label: str, *, seed: int, landscapes: int, starts: int, steps: int
) -> list[Searched]:
    """Search samples 0, 1, .. of a model, in parallel and resumably; those that are not completely known are left out."""
    folder.say(f"{label}: {landscapes} landscapes searched")
    key = f"searches on {label}, seed {seed}, {starts} starts, {steps} steps, version 2"
    found = folder.cached_map(key, partial(_search_sample, label, seed, starts, steps), list(range(landscapes)))
    return [_searched(f) for f in found if f is not None]


def _search_sample(label: str, seed: int, starts: int, steps: int, sample: int) -> dict[str, Any] | None:
    """Count one sample and search it; the result as JSON can hold it."""
    known = census(model_from_label(label), seed=seed, index=sample)
    if known.completeness.verdict not in SETTLED or known.n_undecided or known.n_undecided_index or known.degenerate:
        return None
    minima = list(dict.fromkeys(p.orbit for p in known.points if p.index == 0))
    firsts = [next(p for p in known.minima if p.orbit == o) for o in minima]
    unit, dimension = energy_unit(known.landscape), known.landscape.domain.dimension
    log_dets = [log_abs_det_hessian(known.landscape, known.certificates[p.solution]) for p in firsts]
    own = 1_000_003 * seed + sample  # every landscape its own starts
    ends = (
        gradient_descent(known.landscape, starts=starts, seed=own),
        sgd(known.landscape, starts=starts, seed=own, steps=steps),
        simulated_annealing(known.landscape, starts=starts, seed=own, steps=steps),
        gradient_norm(known.landscape, starts=starts, seed=own),
        random_newton(known.landscape, starts=starts, seed=own),
    )
    place = {orbit: k for k, orbit in enumerate(minima)}
    hits = {name: [0] * len(place) for name in SEARCHES}
    by_index = {name: [0] * (dimension + 1) for name in (*SEARCHES, *SADDLE_SEARCHES)}
    for name, result in zip(by_index, ends, strict=True):
        for point, n in zip(known.points, recall(known, result).hits.tolist(), strict=True):
            assert point.index is not None  # checked above
            by_index[name][point.index] += n
            if name in hits and point.index == 0:
                hits[name][place[point.orbit]] += n
    return {
        "sample": sample,
        "energies": [float(f"{float(p.energy.mid()) / unit:.12g}") for p in firsts],
        "curvatures": [None if v is None else float(f"{float(v.mid()) / dimension:.12g}") for v in log_dets],
        "hits": hits,
        "elsewhere": {name: starts - sum(found) for name, found in hits.items()},
        "passes": [None if v is None else float(f"{v / unit:.12g}") for v in _passes(known, minima)],
        "by_index": by_index,
    }


def _passes(known: Census, minima: Sequence[int]) -> list[float | None]:
    """For each orbit of minima the energy of the lowest pass to the ground state; None of the ground state and where the graph is open."""
    found = graph(known)
    if not found.is_decided:
        return [None] * len(minima)
    levels = passes_to_lowest(found)
    of_orbit: dict[int, float] = {}
    for number, level in levels.items():
        orbit = found.point(number).orbit
        of_orbit[orbit] = min(level, of_orbit.get(orbit, level))
    return [None, *(of_orbit.get(orbit) for orbit in minima[1:])]


def _searched(content: dict[str, Any]) -> Searched:
    return Searched(
        content["sample"],
        np.array(content["energies"], float),
        np.array([np.nan if v is None else v for v in content["curvatures"]], float),
        {name: np.array(hits, np.int64) for name, hits in content["hits"].items()},
        content["elsewhere"],
        np.array([np.nan if v is None else v for v in content["passes"]], float),
        content["by_index"],
    )


def mean_ends(found: Sequence[Searched], search: str, of: Callable[[Searched], Floats]) -> Floats:
    """In each landscape the mean of a property of minima over the ends of runs."""
    return np.array([s.mean_end(search, of(s)) for s in found])


def mean_minima(found: Sequence[Searched], of: Callable[[Searched], Floats]) -> Floats:
    """In each landscape the mean of a property over all minima, each counted once."""
    return np.array([float(of(s).mean()) for s in found])


def basin_correlation(
    found: Sequence[Searched], search: str, of: Callable[[Searched], Floats], level: float
) -> RankCorrelation:
    """Spearman's correlation, inside landscapes, of a property of minima with the weight of their basins."""
    return rank_correlation([of(s) for s in found], [s.shares(search) for s in found], is_within=True, level=level)


def missed(found: Sequence[Searched], searches: Sequence[str]) -> list[npt.NDArray[np.bool_]]:
    """For each landscape which minima none of the searches found."""
    return [np.all([s.hits[name] == 0 for name in searches], axis=0) for s in found]


def search_recall(land: Landscape, seed: int, budgets: Sequence[int]) -> dict[str, Any]:
    """Recall of minima and index-1 saddles modulo symmetry for each budget, on one landscape.

    Parameters
    ----------
    land : Landscape
    seed : int
    budgets : sequence of int
        A budget is a number of runs of basin hopping; from every different minimum that these find, eigenvector following
        leaves along each mode to both sides, and in ten random directions.

    Returns
    -------
    dict
        `minima` and `saddles`: how many orbits there are; `budgets`: for each budget the orbits found, the evaluations, and end points at
        no stationary point; or `open`, with the reason.
    """
    found = census(land)
    if found.completeness.verdict not in SETTLED:
        return {"open": f"census {found.completeness.verdict.value}"}
    orbit = first_of_orbit(
        images(np.array([[float(c.mid()) for c in p.coordinates] for p in found.points]), land.symmetry.generators)
    )
    kind = np.array([-1 if p.index is None else p.index for p in found.points])
    nobody = Symmetries(np.arange(land.domain.n)[None, :], np.ones((1, land.domain.n)))

    def n_orbits(chosen: npt.NDArray[np.bool_]) -> int:
        return len(set(orbit[chosen].tolist()))

    rows = []
    for budget in budgets:
        hopping = basin_hopping(land, starts=budget, seed=seed, hops=HOPS)
        different = hopping.points[distinct(hopping.points, nobody)]
        starts = (2 * land.domain.dimension + _RANDOM) * max(1, len(different))
        following = transition_states(land, starts=starts, seed=seed, minima=different if len(different) else None)
        of_minima, of_saddles = recall(found, hopping), recall(found, following)
        rows.append(
            {
                "runs": budget,
                "minima": n_orbits((of_minima.hits > 0) & (kind == 0)),
                "saddles": n_orbits((of_saddles.hits > 0) & (kind == 1)),
                "evaluations": evaluations((hopping, following)),
                "false": of_minima.n_false + of_saddles.n_false,
                "unlisted": of_minima.n_unlisted + of_saddles.n_unlisted,
            }
        )
    return {"minima": n_orbits(kind == 0), "saddles": n_orbits(kind == 1), "budgets": rows}
