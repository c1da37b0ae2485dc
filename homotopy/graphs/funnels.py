"""Is a landscape a funnel? Passes between all pairs of minima, occupation probabilities, frustration; modulo symmetry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from homotopy.common.arrays import Floats
from homotopy.errors import HomotopyError
from homotopy.graphs.disconnectivity import barriers, escape_barriers, monotonic_basins, saddles_by_energy, union_find
from homotopy.graphs.landscape_graph import LandscapeGraph
from homotopy.graphs.overlaps import distances, overlaps, symmetries


def lowest_passes(graph: LandscapeGraph) -> Floats:
    """The lowest energy at which each pair of minima is joined by a path of saddles (the minimax energy).

    Returns
    -------
    float array (m, m)
        In the order of the nodes; the energy of the minimum on the diagonal, infinity where no path leads.

    Notes
    -----
    Union-find over the saddles by rising energy: all pairs that come together at a saddle have its energy for their pass.
    In the quotient graph a path may end at any image of a minimum, so the pass is the lowest one to any of them.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> lowest_passes(ho.graph(ho.census(ps.expression("x^4/4 - x^2/2")))).tolist()
    [[-0.25, 0.0], [0.0, -0.25]]
    """
    nodes = list(graph.network)
    place = {m: k for k, m in enumerate(nodes)}
    energies = dict(graph.network.nodes(data="energy"))
    result = np.full((len(nodes), len(nodes)), np.inf)
    np.fill_diagonal(result, [energies[m] for m in nodes])
    sets = union_find(nodes)
    members = {m: [place[m]] for m in nodes}
    for energy, _, a, b in saddles_by_energy(graph):
        i, j = sets[a], sets[b]
        if i == j:
            continue
        left, right = members[i], members[j]
        result[np.ix_(left, right)] = result[np.ix_(right, left)] = energy
        sets.union(i, j)
        members[sets[i]] = left + right
    return result


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every pair of minima modulo symmetry: how alike the two are, and how high the pass between them.

    Parameters
    ----------
    minima : int array (pairs, 2)
        Numbers of points of the census.
    overlap : float array (pairs,)
        The largest cosine of the angle between one and an image of the other (on |x|^2 = N it is x.y / N); nan where one is the origin.
    distance : float array (pairs,)
        The least distance between one and an image of the other, in the model's units.
    barrier : float array (pairs,)
        The pass (:func:`lowest_passes`) above the higher of the two.
    """

    minima: Any
    overlap: Floats
    distance: Floats
    barrier: Floats


def pairs(graph: LandscapeGraph) -> Pairs:
    """Overlap and distance of each pair of minima modulo symmetry, with the barrier between them.

    Raises
    ------
    InputError
        If the symmetry group is too large to try all its elements.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> p = pairs(ho.graph(ho.census(ps.expression("x^4/4 - x^2/2 + x/9"))))
    >>> p.minima.tolist(), p.overlap.tolist(), p.distance.round(4).tolist(), p.barrier.round(4).tolist()
    ([[0, 1]], [-1.0], [1.9905], [0.1484])
    """
    chosen = graph.quotient()
    nodes = np.array(list(chosen.network), np.int64)
    a, b = np.triu_indices(len(nodes), 1)
    if not len(a):
        none = np.zeros(0)
        return Pairs(np.zeros((0, 2), np.int64), none, none, none)
    where = np.array([[float(c.mid()) for c in chosen.point(m).coordinates] for m in nodes])
    group = symmetries(chosen.census.landscape)
    passes = lowest_passes(chosen)
    energies = passes.diagonal()
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = overlaps(where, group)
    is_origin = np.array([chosen.point(m).is_origin for m in nodes])
    alike[is_origin | is_origin[:, None]] = np.nan
    higher = np.maximum(energies[a], energies[b])
    return Pairs(
        np.stack([nodes[a], nodes[b]], axis=1), alike[a, b], distances(where, group)[a, b], passes[a, b] - higher
    )


def typical_barrier(graph: LandscapeGraph) -> float:
    """The median height of a saddle above the minima it joins; 1 if there is none. A temperature that knows the landscape."""
    heights = barriers(graph.quotient())
    return float(np.median(heights)) if len(heights) else 1.0


def occupation(graph: LandscapeGraph, temperature: float) -> dict[int, float]:
    """Equilibrium occupation probability of each minimum modulo symmetry, by harmonic superposition.

    Parameters
    ----------
    graph : LandscapeGraph
    temperature : float
        k_B T, in units of the energy.

    Returns
    -------
    dict
        From the first minimum of each orbit to the probability of the orbit.

    Raises
    ------
    HomotopyError
        If the temperature is not positive, or the determinant of a Hessian is undecided.

    Notes
    -----
    p_a is proportional to n_a exp(-V_a / T) / sqrt(det H_a), n_a the number of images: the classical partition function of the
    quadratic approximation at each minimum (Wales, Energy Landscapes, section 7.1).

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2 + x/9")))
    >>> {m: round(p, 3) for m, p in occupation(g, 0.1).items()}
    {0: 0.886, 1: 0.114}
    """
    logs = _log_weights(graph, temperature)
    if not logs:
        return {}
    weights = np.exp(np.array(list(logs.values())) - max(logs.values()))
    return dict(zip(logs, (weights / weights.sum()).tolist(), strict=True))


def _log_weights(graph: LandscapeGraph, temperature: float) -> dict[int, float]:
    if not temperature > 0:
        raise HomotopyError(f"The temperature {temperature!r:.40} is not positive.", "Give it in units of the energy.")
    nodes = graph.quotient().network.nodes(data=True)
    if any(data["log_det"] is None for _, data in nodes):
        raise HomotopyError("The determinant of a Hessian is undecided.", "Solve with more digits.")
    return {m: float(np.log(d["n_images"])) - d["energy"] / temperature - d["log_det"] / 2 for m, d in nodes}


def frustration(graph: LandscapeGraph, temperature: float) -> float | None:
    """The frustration index: how high the passes to the lowest minimum are beside what is gained by reaching it.

    f = sum over minima a other than the lowest of p~_a (V+_a - V_a) / (V_a - V_0), where V+_a is the pass from a to the
    lowest minimum and p~_a = p_a / (1 - p_0) the :func:`occupation` probability once the lowest one is left out. Near 0 for
    a funnel, large for a landscape whose minima are as deep as each other and far apart.

    Parameters
    ----------
    graph : LandscapeGraph
    temperature : float
        k_B T, in units of the energy.

    Returns
    -------
    float or None
        None with fewer than two minima modulo symmetry; infinite where another minimum is as low as the lowest.

    Notes
    -----
    Minima are taken modulo symmetry: images of the lowest one, at the same energy, would make the index infinite.
    de Souza et al. define it by the ratio of barrier to energy difference with reference to the global minimum, weighted by occupation probabilities;
    measuring the pass from V_0 instead of V_a in the numerator adds exactly 1.

    References
    ----------
    de Souza, Stevenson, Niblett, Farrell & Wales, Defining and quantifying frustration in the energy landscape, J. Chem.
    Phys. 146, 124103 (2017).

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2 + x/9")))
    >>> round(frustration(g, 0.1), 4)
    0.6688
    """
    logs = np.array(list(_log_weights(graph, temperature).values()))
    if len(logs) < 2:
        return None
    passes = lowest_passes(graph.quotient())
    energies = passes.diagonal()
    lowest = int(energies.argmin())
    others = np.arange(len(energies)) != lowest
    weights = np.exp(logs[others] - logs[others].max())
    with np.errstate(divide="ignore"):
        ratio = (passes[lowest, others] - energies[others]) / (energies[others] - energies[lowest])
    counted = weights > 0  # a pass may be infinite where an occupation has underflown to 0
    return float(weights[counted] @ ratio[counted] / weights.sum())


@dataclass(frozen=True, slots=True)
class Funnel:
    """Measures of one landscape modulo symmetry, free of the unit of energy.

    Parameters
    ----------
    n_minima, n_saddles : int
        Orbits of minima, and of index-1 saddles.
    n_funnels : int
        Ends of monotonic sequences (:func:`homotopy.graphs.disconnectivity.monotonic_basins`): 1 for a single funnel.
    in_funnel : float
        Fraction of the minima whose monotonic sequence ends at the lowest one.
    spread : float or None
        Energy of the highest minimum above the lowest, in units of the range of energies from the lowest minimum to the highest
        saddle; None without saddles.
    barrier : float or None
        Median height of a saddle above the minima it joins, in the same units.
    escape : float or None
        Median barrier on the way from a minimum that is not the lowest to a lower one, in the same units.
    frustration : float or None
        At the temperature :func:`typical_barrier`.
    """

    n_minima: int
    n_saddles: int
    n_funnels: int
    in_funnel: float
    spread: float | None
    barrier: float | None
    escape: float | None
    frustration: float | None


def funnel(graph: LandscapeGraph) -> Funnel:
    """Measures of a landscape as a funnel.

    Raises
    ------
    HomotopyError
        If there is no minimum.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> found = funnel(ho.graph(ho.census(ps.expression("x^4/4 - x^2/2 + x/9"))))
    >>> found.n_minima, found.n_saddles, found.n_funnels, round(found.spread, 3)
    (2, 1, 1, 0.599)
    """
    chosen = graph.quotient()
    if not chosen.n_minima:
        raise HomotopyError("The graph has no minimum.", "Take a landscape that is bounded below.")
    energies = np.array([e for _, e in chosen.network.nodes(data="energy")])
    heights = barriers(chosen)
    top = max([e for e, *_ in saddles_by_energy(chosen)], default=None)
    unit = None if top is None or top <= energies.min() else float(top - energies.min())
    ends = monotonic_basins(chosen)
    lowest = min(chosen.network)
    escapes = [b for b in escape_barriers(chosen).values() if np.isfinite(b)]
    return Funnel(
        n_minima=chosen.n_minima,
        n_saddles=chosen.n_saddles,
        n_funnels=len(set(ends.values())),
        in_funnel=sum(end == lowest for end in ends.values()) / len(ends),
        spread=None if unit is None else float(energies.max() - energies.min()) / unit,
        barrier=None if unit is None or not len(heights) else float(np.median(heights)) / unit,
        escape=None if unit is None or not escapes else float(np.median(escapes)) / unit,
        frustration=frustration(chosen, typical_barrier(chosen)),
    )
