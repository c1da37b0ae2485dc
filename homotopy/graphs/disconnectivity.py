"""Disconnectivity trees and barriers of a landscape's graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from flint import ctx

if TYPE_CHECKING:
    from flint import arb

    from homotopy.graphs.landscape_graph import LandscapeGraph

_PRECISE = 1e-9  # relative error of a barrier above which points are enclosed in more digits


@dataclass(frozen=True, slots=True)
class Merge:
    """Two sets of minima that come together at a saddle when the energy rises.

    Parameters
    ----------
    saddle : int
        Number of the point of the census.
    energy : float
    deeper, shallower : int
        The lowest minimum of each set; the deeper one stays the name of their union (the first in the census where the
        energies agree).
    size : int
        Number of minima of the union.
    """

    saddle: int
    energy: float
    deeper: int
    shallower: int
    size: int


def disconnectivity(graph: LandscapeGraph) -> tuple[Merge, ...]:
    """The disconnectivity tree: the merges of sets of minima, by rising energy.

    Notes
    -----
    Two minima are in one set at an energy E if a path of saddles up to E joins them (Becker & Karplus, J. Chem. Phys. 106,
    1495 (1997)); union-find over the saddles sorted by energy, as in Kruskal's algorithm, O(m log m). A saddle that joins
    minima already together is no merge.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> [(m.deeper, m.shallower, m.size) for m in disconnectivity(ho.graph(ho.census(ps.expression("x^4/4 - x^2/2 + x/9"))))]
    [(0, 1, 2)]
    """
    return merges_of(graph.network, saddles_by_energy(graph))


def merges_of(nodes: Iterable[int], joins: Iterable[tuple[float, int, int, int]]) -> tuple[Merge, ...]:
    """The merges of nodes, numbered by rising energy, that joins (energy, saddle, node, node) make; joins come by rising energy."""
    lowest = {m: m for m in nodes}  # of the set with this root
    size = dict.fromkeys(lowest, 1)
    sets = union_find(lowest)
    merges = []
    for energy, saddle, a, b in joins:
        i, j = sets[a], sets[b]
        if i == j:
            continue
        sets.union(i, j)
        root = sets[i]
        deeper, shallower = sorted((lowest[i], lowest[j]))
        lowest[root], size[root] = deeper, size[i] + size[j]
        merges.append(Merge(saddle, energy, deeper, shallower, size[root]))
    return tuple(merges)


def saddles_by_energy(graph: LandscapeGraph) -> list[tuple[float, int, int, int]]:
    """(energy, saddle, minimum, minimum) of each edge, by rising energy."""
    return sorted((e, s, a, b) for a, b, s, e in graph.network.edges(keys=True, data="energy"))


def barriers(graph: LandscapeGraph) -> npt.NDArray[np.float64]:
    """Heights of the saddles above the minima they join, from either side, ascending; loops count once.

    Returns
    -------
    float array
        Of heights alone, for medians and histograms. Which saddle and which minimum each belongs to stands in
        ``graph.network.edges(keys=True, data="barriers")``; :func:`escapes` has a row for each minimum.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> barriers(ho.graph(ho.census(ps.expression("x^4/4 - x^2/2")))).round(9).tolist()
    [0.25, 0.25]
    """
    return np.array(sorted(b for _, _, d in graph.network.edges(data="barriers") for b in d.values()))


@dataclass(frozen=True, slots=True)
class Escape:
    """The lowest pass out of a minimum.

    Parameters
    ----------
    minimum : int
        Number of the point of the census.
    energy : float
    saddle : int or None
        The pass; None where no path leads to a lower minimum or to an image of this one.
    pass_energy : float
        Infinite without a pass.
    barrier : float
        The pass above the minimum, rounded once; infinite without a pass, 0.0 where the two energies cannot be told apart.
    error : float
        Proved: the true height differs from the barrier by no more.
    n_images : int
        Minima of the orbit.
    """

    minimum: int
    energy: float
    saddle: int | None
    pass_energy: float
    barrier: float
    error: float
    n_images: int


def escapes(graph: LandscapeGraph) -> tuple[Escape, ...]:
    """For each minimum the lowest pass on a path of saddles to a lower minimum, or to an image of itself.

    Parameters
    ----------
    graph : LandscapeGraph

    Returns
    -------
    tuple of Escape
        In the order of the minima.

    Notes
    -----
    A minimum is lower if its energy is proved lower. Of equal ones, images under a symmetry of the landscape count, each for
    the others, so that symmetric minima have the same barrier. Minima of different orbits whose energies cannot be told apart count
    for neither. A lowest minimum without images, or whose images no path reaches, has no pass: its barrier is infinite. In the quotient
    graph images are one minimum, so only lower ones count.

    Union-find over the saddles by rising energy. The difference of the energies of pass and minimum is taken in ball arithmetic, so a
    small one is a minimum next to a saddle, about to vanish together, and no rounding.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2")))
    >>> [(e.minimum, e.saddle, e.barrier) for e in escapes(g)]
    [(0, 2, 0.25), (1, 2, 0.25)]
    >>> [(e.minimum, e.saddle, e.barrier, e.n_images) for e in escapes(g.quotient())]
    [(0, None, inf, 2)]
    """
    first = graph.first_images()
    # images have one energy, so the balls of the first one stand for all
    energy = {
        k: graph.point(first[k]).energy for k in {*graph.network, *(s for *_, s in graph.network.edges(keys=True))}
    }
    joins = sorted((float(energy[s].mid()), s, a, b) for a, b, s in graph.network.edges(keys=True))
    size = Counter(first)
    rows = []
    for m, saddle in _lowest_passes_out(graph.network, joins, energy, first).items():
        low = energy[m]
        if saddle is None:
            rows.append(Escape(m, float(low.mid()), None, inf, inf, 0.0, size[first[m]]))
            continue
        height = _height(graph, first[saddle], first[m])
        barrier, error = (float(height.mid()), height.rad()) if height > 0 else (0.0, height.abs_upper())
        rows.append(
            Escape(m, float(low.mid()), saddle, float(energy[saddle].mid()), barrier, float(error), size[first[m]])
        )
    return tuple(rows)


def _height(graph: LandscapeGraph, saddle: int, minimum: int) -> arb:
    """Energy of a saddle above a minimum; both are enclosed again in more digits where doubles leave few of the difference."""
    from homotopy.certification.classify import finer_point

    points = graph.point(saddle), graph.point(minimum)
    height = points[0].energy - points[1].energy
    if height.rad() <= _PRECISE * abs(height):
        return height
    census = graph.census
    upper, lower = (finer_point(p, census.landscape, census.certificates[p.solution]).energy for p in points)
    with ctx.workprec(128):
        return upper - lower


def _lowest_passes_out(
    nodes: Iterable[int], joins: Sequence[tuple[float, int, int, int]], energy: Mapping[int, arb], first: Sequence[int]
) -> dict[int, int | None]:
    """For each node the first join after which its set has a lower one or an image of it."""
    found: dict[int, int | None] = dict.fromkeys(nodes)
    sets = union_find(found)
    waiting = {m: [m] for m in found}  # by the root of their set
    deepest = {m: m for m in found}  # whose energy has the lowest upper end
    orbits = {m: {first[m]} for m in found}
    for _, saddle, a, b in joins:
        i, j = sets[a], sets[b]
        if i == j:
            continue
        still = []
        for here, there in ((i, j), (j, i)):
            for m in waiting[here]:
                if energy[deepest[there]] < energy[m] or first[m] in orbits[there]:
                    found[m] = saddle
                else:
                    still.append(m)
        sets.union(i, j)
        root = sets[i]
        deepest[root] = min(deepest[i], deepest[j], key=lambda m: float(energy[m].upper()))
        waiting[root], orbits[root] = still, orbits[i] | orbits[j]
    return found


def escape_barriers(graph: LandscapeGraph) -> Mapping[int, float]:
    """For each minimum the height of its :func:`escapes` pass; infinite for a lowest minimum that no image of it is reached from.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2 + x/9")))
    >>> {m: round(b, 6) for m, b in escape_barriers(g).items()}
    {0: inf, 1: 0.148381}
    """
    return {e.minimum: e.barrier for e in escapes(graph)}


def passes_to_lowest(graph: LandscapeGraph) -> Mapping[int, float]:
    """For each minimum but the lowest, the energy of the lowest pass on a path to it; minima without a path are left out.

    Notes
    -----
    The lowest is the first in the census; for minima of equal energy, such as mirror images, the pass to any of them counts.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> found = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2 + x/10")))
    >>> [round(e, 4) for e in passes_to_lowest(found).values()]
    [0.005]
    """
    energy = dict(graph.network.nodes(data="energy"))
    if not energy:
        return {}
    least = energy[min(energy)]
    lowest = {m for m, e in energy.items() if e == least}
    found: dict[int, float] = {}
    sets, waiting = union_find(energy), set(energy) - lowest
    for level, _, a, b in saddles_by_energy(graph):
        sets.union(a, b)
        roots = {sets[m] for m in lowest}
        for m in [m for m in waiting if sets[m] in roots]:
            found[m] = level
            waiting.discard(m)
    return found


def union_find(nodes: Iterable[int]) -> Any:
    """Networkx's disjoint sets, each node alone at first."""
    from networkx.utils import UnionFind  # a quarter of a second to import

    return UnionFind(nodes)


def monotonic_basins(graph: LandscapeGraph) -> Mapping[int, int]:
    """For each minimum the end of its monotonic sequence: steps to the lower neighbour behind the lowest saddle.

    Notes
    -----
    Monotonic sequence basins after Berry & Breitmeyer-Kunz, Phys. Rev. Lett. 74, 3951 (1995): at every step the lowest
    saddle among those that lead to a lower minimum is crossed. The number of different ends is the number of funnels in
    their sense.
    """
    network, step = graph.network, {}
    for m in network:
        lower = [
            (e, s, n)
            for _, n, s, e in network.edges(m, keys=True, data="energy")
            if graph.point(n).energy < graph.point(m).energy
        ]
        # proved lower: mirror images have equal energies, whose doubles may differ in the last digit
        step[m] = min(lower)[2] if lower else m
    end: dict[int, int] = {}
    for m in sorted(network):  # by energy, so that the next one is known
        end[m] = m if step[m] == m else end[step[m]]
    return end


def tree_depth(graph: LandscapeGraph) -> int:
    """The largest number of merges between a minimum and the root of the disconnectivity tree."""
    depth = dict.fromkeys(graph.network, 0)
    for m in disconnectivity(graph):
        depth[m.deeper] = max(depth[m.deeper], depth[m.shallower]) + 1
    return max(depth.values(), default=0)


def measures(graph: LandscapeGraph) -> dict[str, Any]:
    """The measures of this module as a JSON object."""
    heights = barriers(graph)
    return {
        "tree": [
            {"saddle": m.saddle, "energy": m.energy, "minima": [m.deeper, m.shallower]} for m in disconnectivity(graph)
        ],
        "tree_depth": tree_depth(graph),
        "barrier_quartiles": [float(q) for q in np.quantile(heights, (0, 0.25, 0.5, 0.75, 1))]
        if len(heights)
        else None,
        "escape_barriers": {str(m): b if isfinite(b) else None for m, b in escape_barriers(graph).items()},
        "n_monotonic_basins": len(set(monotonic_basins(graph).values())),
    }
