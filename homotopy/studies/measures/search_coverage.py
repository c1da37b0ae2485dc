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
from homotopy.counting.count import census
from homotopy.counting.result import Census
from homotopy.searches import SearchResult, gradient_descent, recall, sgd, simulated_annealing
from homotopy.status import Completeness
from homotopy.studies.frame.run_folder import Bench
from homotopy.studies.measures.minima_of_samples import energy_unit
from homotopy.studies.measures.ranks import RankCorrelation, rank_correlation
from polysys.models.labels import model_from_label

Floats = npt.NDArray[np.float64]
SEARCHES = ("gradient descent", "stochastic gradient descent", "simulated annealing")
_SETTLED = (Completeness.PROVED, Completeness.SUPPORTED)


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """One landscape with all its minima, and how often each search ended at each.

    Parameters
    ----------
    sample : int
    energies : float array (m,)
        Of the minima, ascending, per spin.
    curvatures : float array (m,)
        log det of the Hessian per dimension: the smaller, the wider.
    hits : mapping from search to int array (m,)
    elsewhere : mapping from search to int
        Runs that did not converge, or ended at no certified minimum.
    """

    sample: int
    energies: Floats
    curvatures: Floats
    hits: Mapping[str, npt.NDArray[np.int64]]
    elsewhere: Mapping[str, int]

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
    bench: Bench, label: str, *, seed: int, landscapes: int, starts: int, steps: int
) -> list[Searched | None]:
    """Search samples 0, 1, .. of a model, in parallel and resumably; None for a sample that is not completely known."""
    bench.say(f"{label}: {landscapes} landscapes searched")
    key = f"searches on {label}, seed {seed}, {starts} starts, {steps} steps, version 1"
    found = bench.map(key, partial(search_sample, label, seed, starts, steps), list(range(landscapes)))
    return [None if f is None else _searched(f) for f in found]


def search_sample(label: str, seed: int, starts: int, steps: int, sample: int) -> dict[str, Any] | None:
    """Count one sample and search it; the result as JSON can hold it."""
    known = census(model_from_label(label), seed=seed, index=sample)
    if known.completeness.verdict not in _SETTLED or known.n_undecided or known.n_undecided_index or known.degenerate:
        return None
    orbits = sorted(
        {p.orbit for p in known.minima}, key=lambda o: next(k for k, p in enumerate(known.points) if p.orbit == o)
    )
    firsts = [next(p for p in known.minima if p.orbit == o) for o in orbits]
    unit, dimension = energy_unit(known.landscape), known.landscape.domain.dimension
    log_dets = [log_abs_det_hessian(known.landscape, known.certificates[p.solution]) for p in firsts]
    hits, elsewhere = {}, {}
    for name, search in _searches(starts, steps, seed, sample).items():
        hits[name] = _hits(known, orbits, search(known.landscape))
        elsewhere[name] = starts - sum(hits[name])
    return {
        "sample": sample,
        "energies": [float(f"{float(p.energy.mid()) / unit:.12g}") for p in firsts],
        "curvatures": [None if v is None else float(f"{float(v.mid()) / dimension:.12g}") for v in log_dets],
        "hits": hits,
        "elsewhere": elsewhere,
    }


def _searches(starts: int, steps: int, seed: int, sample: int) -> dict[str, Callable[..., SearchResult]]:
    own = 1_000_003 * seed + sample  # every landscape its own starts
    return {
        SEARCHES[0]: partial(gradient_descent, starts=starts, seed=own),
        SEARCHES[1]: partial(sgd, starts=starts, seed=own, steps=steps),
        SEARCHES[2]: partial(simulated_annealing, starts=starts, seed=own, steps=steps),
    }


def _hits(known: Census, orbits: Sequence[int], result: SearchResult) -> list[int]:
    """Runs that ended at each orbit of minima."""
    found = recall(known, result)
    place = {orbit: k for k, orbit in enumerate(orbits)}
    counts = [0] * len(orbits)
    for point, n in zip(known.points, found.hits.tolist(), strict=True):
        if point.index == 0:
            counts[place[point.orbit]] += n
    return counts


def _searched(content: dict[str, Any]) -> Searched:
    return Searched(
        content["sample"],
        np.array(content["energies"], float),
        np.array([np.nan if v is None else v for v in content["curvatures"]], float),
        {name: np.array(hits, np.int64) for name, hits in content["hits"].items()},
        content["elsewhere"],
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
    x = [of(s) for s in found]
    weights = [s.shares(search) for s in found]
    groups = [np.full(len(v), k) for k, v in enumerate(x)]
    flat = [np.concatenate(v) if v else np.zeros(0) for v in (x, weights, groups)]
    kept = np.isfinite(flat[0])
    return rank_correlation(flat[0][kept], flat[1][kept], flat[2][kept].astype(np.int64), is_within=True, level=level)


def missed(found: Sequence[Searched], searches: Sequence[str]) -> list[npt.NDArray[np.bool_]]:
    """For each landscape which minima none of the searches found."""
    return [np.all([s.hits[name] == 0 for name in searches], axis=0) for s in found]
