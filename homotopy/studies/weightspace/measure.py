"""What is computed of each sample, in any process: exact numbers of the space; fits and end points where they are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Floats
from homotopy.counting.count import census
from homotopy.weights.clusters import align
from homotopy.weights.enumeration import weight_space
from homotopy.weights.least_structured import fit
from homotopy.weights.samples import record_of
from homotopy.weights.search_ends import EndPoints, end_points
from homotopy.weights.solutions import StateSet, state_set
from homotopy.weights.space import WeightSpace
from homotopy.weights.torus import torus_points
from homotopy.weights.torus_saddles import torus_barriers

_MOST_ALIGNED = 300  # solutions of which aligned means are made
_LEVELS_UP_TO = 18  # weights for which the components of all states up to an error are found
DIGITS = 9  # of what iterations give, so that it is the same on every machine

Record = dict[str, Any]


def spaces(item: list[Any]) -> list[Record]:
    """The records of the samples (label, seed, first, last): those of an ensemble of spaces, with connectivity and layers beside."""
    label, seed, first, last = item
    return [_space(weight_space(label, seed=seed, index=k)) for k in range(first, last)]


def _space(space: WeightSpace) -> Record:
    clusters, n = space.clusters, max(space.n_solutions, 1)
    has_levels = space.n_weights <= _LEVELS_UP_TO
    return {
        **record_of(space),
        "same_cluster": float((clusters.sizes.astype(float) ** 2).sum()) / n**2,
        "same_orbit": float((clusters.orbit_sizes.astype(float) ** 2).sum()) / n**2,
        "levels": _levels(space, is_quotient=False) if has_levels else None,
        "quotient_levels": _levels(space, is_quotient=True) if has_levels else None,
        "is_log_concave": is_log_concave(list(space.pair_distances)),
        "magnetisation": _by_layer(space, space.means),
        **_aligned(space),
    }


def _levels(space: WeightSpace, *, is_quotient: bool) -> list[int]:
    """Numbers of components of the clusters as errors are admitted, one error after the other up to where there is one component."""
    found = space.components_by_level(is_quotient=is_quotient)
    numbers, last = [], 0
    for level in range(max(found, default=-1) + 1):
        last = found.get(level, last)
        numbers.append(last)
        if last == 1:
            break
    return numbers


def _by_layer(space: WeightSpace, means: Floats) -> list[float]:
    """The mean square of the means of each layer's weights."""
    return [float((means[part] ** 2).mean()) for _, part in space.space.layers] if space.n_solutions else []


def _aligned(space: WeightSpace) -> Record:
    """The same after alignment, for solutions and for states drawn uniformly; of networks with a middle layer."""
    if len(space.space.layers) < 3 or not space.n_solutions:
        return {"aligned": [], "aligned_states": []}
    rng = np.random.default_rng(np.random.SeedSequence([space.space.seed or 0, space.space.index], spawn_key=(4,)))
    chosen = space.solutions.states
    if chosen.size > _MOST_ALIGNED:
        chosen = rng.choice(chosen, _MOST_ALIGNED, replace=False)
    moved = EndPoints(space, "annealing", chosen.astype(np.int64), space.space.index).aligned()
    return {"aligned": _by_layer(space, moved["ends"]), "aligned_states": _by_layer(space, moved["states"])}


def is_log_concave(counts: list[int]) -> bool:
    """Whether the logarithm of counts by distance is concave; a distance without pairs between others with pairs is a gap.

    Exactly if it is, the distance has a single peak in every field that favours or disfavours a reference.

    Examples
    --------
    >>> is_log_concave([1, 3, 3, 1]), is_log_concave([4, 0, 1]), is_log_concave([8, 1, 2])
    (True, False, False)
    """
    some = [d for d, count in enumerate(counts) if count]
    inner = counts[some[0] : some[-1] + 1] if some else []
    return all(inner) and all(b * b >= a * c for a, b, c in zip(inner, inner[1:], inner[2:], strict=False))


def fits(item: list[Any]) -> Record:
    """Pairwise models of the solutions of a sample (label, seed, index): as they are, and aligned, one of each orbit."""
    label, seed, index = item
    space = weight_space(label, seed=seed, index=index)
    if space.n_solutions < 2:
        return {"n_solutions": space.n_solutions}
    found: Record = {"n_solutions": space.n_solutions, "symmetry_order": space.symmetry.order}
    approximate = space.least_structured("pseudo-likelihood")
    found["mass_of_pseudo_likelihood"] = round(approximate.mass_on_solutions, DIGITS)
    aligned = representatives(space)
    for name, states in (("raw", space.solutions), ("aligned", aligned)):
        if states.size < 2:
            continue
        signs = 1.0 - 2.0 * ((states.states[:, None] >> np.arange(states.n)) & 1)
        model = fit(label, states, signs.mean(axis=0), signs.T @ signs / states.size)
        mass = float(model.probabilities[space.solutions.states].sum())
        found[name] = {
            "n": states.size,
            "captured": round(model.captured, DIGITS),
            "mass": round(mass, DIGITS),
            "is_converged": model.is_converged,
        }
    return found


def representatives(space: WeightSpace) -> StateSet:
    """One solution of each orbit of solutions, where it agrees most with the first one."""
    moved = align(space.symmetry, space.solutions.states.astype(np.int64), int(space.solutions.states[0]))
    absent: npt.NDArray[np.uint8] = np.ones(space.costs.size, np.uint8)
    absent[moved] = 0
    return state_set(absent, space.n_weights, 0)


def ends(item: list[Any]) -> Record:
    """Where training ends in a sample (label, seed, index, runs), beside what is typical there."""
    label, seed, index, runs = item
    space = weight_space(label, seed=seed, index=index)
    if not space.n_solutions:
        return {"n_solutions": 0}
    found = end_points(space, "training", runs=runs, seed=index)
    if not found.solutions.size:
        return {"n_solutions": space.n_solutions, "success": 0.0}
    aligned = {name: round(float((means**2).mean()), DIGITS) for name, means in found.aligned().items()}
    return {
        "n_solutions": space.n_solutions,
        "success": found.success,
        "distinct": int(np.unique(found.solutions).size),
        "neighbours": float(found.local_entropy().mean_counts[1]),
        "typical_neighbours": 2 * space.n_flip_edges / space.n_solutions,
        "raw": round(float((found.means**2).mean()), DIGITS),
        **{f"aligned_{name}": value for name, value in aligned.items()},
    }


def once(item: list[Any]) -> Record:
    """Counts of one space that is too large for more: sample 0 of (label, seed)."""
    label, seed = item
    space = weight_space(label, seed=seed)
    names = (
        "n_weights",
        "n_solutions",
        "n_isolated",
        "n_clusters",
        "n_cluster_orbits",
        "largest_cluster",
        "largest_orbit",
    )
    return {"model": label, **{name: getattr(space, name) for name in names}, "symmetry_order": space.symmetry.order}


def torus(item: list[Any]) -> Record:
    """Minima and barriers of Ising spins on a torus, beside single flips: the sample (spins, seed, index)."""
    n, seed, index = item
    space = weight_space(f"ising:n={n},field=1/2", seed=seed, index=index)
    found = torus_barriers(space)
    return {
        "n_minima": int(found.minima.size),
        "n_index_1": torus_points(space).by_index[1],
        "n_saddles": found.n_saddles,
        "torus": [round(float(b), DIGITS) for b in found.torus[1:]],
        "flips": [round(float(b), DIGITS) for b in found.flips[1:]],
    }


def soft(item: list[Any]) -> Record:
    """Stationary points and minima of soft spins as their wells get steep, beside the stable states: the sample (spins, seed, index, steepness)."""
    n, seed, index, steepness = item
    found = census(f"soft-ising:n={n},field=1/2,steepness={steepness}", seed=seed, index=index)
    stable = weight_space(f"ising:n={n},field=1/2", seed=seed, index=index).stable.states.size
    verdict = found.completeness.verdict.value
    return {"n_real": found.n_real, "n_minima": found.n_minima, "n_stable": int(stable), "verdict": verdict}
