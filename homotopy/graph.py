"""The landscape as a graph: minima, and the index-1 saddles (transition states) that join them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import networkx as nx

from homotopy.census import Census
from homotopy.classify import StationaryPoint
from homotopy.completeness import Evidence, morse_inequalities
from homotopy.descent import Descent, End, descents
from homotopy.hessian import log_abs_det_hessian
from homotopy.status import Verdict


@dataclass(frozen=True, eq=False)
class LandscapeGraph:
    """Minima and index-1 saddles of a census, with the descents that join them.

    Parameters
    ----------
    census : Census
    network : networkx.MultiGraph
        A node for each minimum, an edge for each saddle whose two descents ended at minima (a loop where they ended at
        the same one). Nodes and keys of edges are numbers of points of the census. Nodes have `energy`, `energy_ball`,
        `log_det` (of the Hessian; None if undecided) and `orbit`; edges `energy`, `energy_ball`, `eigenvalue` (the
        negative one), `barriers` (from each minimum that it joins, by its number) and `orbit`.
    descents : tuple of Descent
    checks : tuple of Evidence
        What holds for a complete list of stationary points; a check that is not met shows that the list or the graph is
        wrong.
    """

    census: Census
    network: Any
    descents: tuple[Descent, ...]
    checks: tuple[Evidence, ...]

    @property
    def n_minima(self) -> int:
        """Number of minima."""
        return int(self.network.number_of_nodes())

    @property
    def n_saddles(self) -> int:
        """Number of saddles of index 1, joined or not."""
        return len({d.saddle for d in self.descents})

    @property
    def n_unmatched(self) -> int:
        """Number of descents that did not end at a certified minimum."""
        return sum(d.end is not End.MINIMUM for d in self.descents)

    @property
    def n_components(self) -> int:
        """Number of connected components."""
        return int(nx.number_connected_components(self.network)) if self.n_minima else 0

    @property
    def is_contradicted(self) -> bool:
        """Whether some check is violated."""
        return any(c.outcome is Verdict.NO for c in self.checks)

    @property
    def is_decided(self) -> bool:
        """Whether all checks are met."""
        return all(c.outcome is Verdict.YES for c in self.checks)

    def point(self, number: int) -> StationaryPoint:
        """The stationary point of a node, or of the key of an edge."""
        return self.census.points[number]

    def summary(self) -> dict[str, Any]:
        """The graph as one JSON object."""
        land = self.census.landscape
        return {
            "model": land.label,
            "seed": land.seed,
            "sample": land.index,
            "digest": land.digest,
            "completeness": self.census.completeness.verdict.value,
            "n_minima": self.n_minima,
            "n_saddles": self.n_saddles,
            "n_components": self.n_components,
            "n_unmatched": self.n_unmatched,
            "checks": [{"name": c.name, "outcome": c.outcome.value, "detail": c.detail} for c in self.checks],
            "minima": [{"point": m, **data} for m, data in self.network.nodes(data=True)],
            "saddles": [
                {"point": s, "minima": [a, b], **data, "barriers": [data["barriers"][m] for m in (a, b)]}
                for a, b, s, data in self.network.edges(keys=True, data=True)
            ],
            "unmatched": [
                {
                    "saddle": d.saddle,
                    "side": d.side,
                    "end": d.end.value,
                    "point": d.point,
                    "coordinates": list(d.coordinates),
                }
                for d in self.descents
                if d.end is not End.MINIMUM
            ],
        }

    def __repr__(self) -> str:
        land = self.census.landscape
        seed = "explicit couplings" if land.seed is None else f"seed {land.seed}"
        sample = f", sample {land.index}" if land.index else ""
        marks = {Verdict.YES: "met", Verdict.NO: "VIOLATED", Verdict.UNDECIDED: "silent"}
        lines = [
            f"Graph of {land.label} ({seed}{sample}, digest {land.digest[:6]})",
            f"  minima     {self.n_minima}, in {self.n_components} connected component{'s' if self.n_components != 1 else ''}",
            f"  saddles    {self.n_saddles} of index 1, {len(self.descents)} descents, {self.n_unmatched} unmatched",
            *(f"  {marks[c.outcome]:9}  {c.name}: {c.detail}" for c in self.checks),
        ]
        return "\n".join(lines)


def graph(census: Census) -> LandscapeGraph:
    """The graph of minima and index-1 saddles of a census.

    Parameters
    ----------
    census : Census

    Returns
    -------
    LandscapeGraph

    Notes
    -----
    Points, energies, indices and determinants are proved, as in the census. Which minima a saddle joins is found by
    integrating the gradient flow (:func:`homotopy.descent.descents`), which is numerical; its end is matched with a
    certified minimum by proof, and a descent that ends elsewhere is reported, never guessed.

    References
    ----------
    Wales, Energy Landscapes (Cambridge, 2003); Verpoort, Lee & Wales, Archetypal landscapes for deep neural networks,
    PNAS 117, 21857 (2020).

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> g = graph(ho.census(ps.expression("x^4/4 - x^2/2")))
    >>> g.n_minima, g.n_saddles, g.n_unmatched, [round(b, 9) for _, _, d in g.network.edges(data=True) for b in d["barriers"].values()]
    (2, 1, 0, [0.25, 0.25])
    """
    points, land = census.points, census.landscape
    saddles = [k for k, p in enumerate(points) if p.index == 1]
    found, eigenvalues = descents(land, census.certificates, points, saddles)
    network = nx.MultiGraph()
    widths: dict[int, float | None] = {}
    for k, p in enumerate(points):
        if p.index == 0:
            if p.solution not in widths:
                log_det = log_abs_det_hessian(land, census.certificates[p.solution])
                widths[p.solution] = None if log_det is None else float(log_det.mid())
            network.add_node(k, **_energy(p), log_det=widths[p.solution], orbit=p.orbit)
    ends: dict[int, list[int]] = {}
    for d in found:
        if d.end is End.MINIMUM and d.point is not None:
            ends.setdefault(d.saddle, []).append(d.point)
    for saddle, minima in ends.items():
        if len(minima) == 2:
            p = points[saddle]
            barriers = {m: float((p.energy - points[m].energy).mid()) for m in minima}
            network.add_edge(
                *minima, key=saddle, **_energy(p), eigenvalue=eigenvalues[saddle], barriers=barriers, orbit=p.orbit
            )
    return LandscapeGraph(census, network, found, _checks(census, network, found))


def _energy(point: StationaryPoint) -> dict[str, Any]:
    return {"energy": float(point.energy.mid()), "energy_ball": point.energy.str(20)}


def _checks(census: Census, network: Any, found: tuple[Descent, ...]) -> tuple[Evidence, ...]:
    return (
        _all_matched(found),
        _all_descend(found),
        _higher_saddles(census, found),
        _connected(census, network, found),
        morse_inequalities(census.landscape, census.certificates, census.points),
        _euler(census),
    )


def _all_matched(found: tuple[Descent, ...]) -> Evidence:
    """Every descent ends at a minimum of the census; one that ends at an unlisted point shows that the list has a gap."""
    name = "descents matched"
    ends = Counter(d.end for d in found if d.end is not End.MINIMUM)
    if not ends:
        return Evidence(name, Verdict.YES, f"all {len(found)} descents ended at certified minima")
    words = ", ".join(f"{n} {end.value}" for end, n in ends.items())
    outcome = Verdict.NO if ends[End.UNLISTED] else Verdict.UNDECIDED
    return Evidence(name, outcome, f"of {len(found)} descents {words}")


def _all_descend(found: tuple[Descent, ...]) -> Evidence:
    name, rising = "energies decrease", sum(not d.is_descending for d in found)
    if rising:
        return Evidence(name, Verdict.UNDECIDED, f"the energy rose along {rising} of {len(found)} computed descents")
    return Evidence(name, Verdict.YES, f"along all {len(found)} descents")


def _higher_saddles(census: Census, found: tuple[Descent, ...]) -> Evidence:
    """Every saddle lies above the minima it joins, by proof, and joins at most two."""
    name, points = "saddles above minima", census.points
    pairs = [(d.saddle, d.point) for d in found if d.end is End.MINIMUM and d.point is not None]
    below = sum(not points[s].energy > points[m].energy for s, m in pairs)
    if below:
        return Evidence(name, Verdict.UNDECIDED, f"not proved for {below} of {len(pairs)} pairs")
    joined = Counter(s for s, _ in set(pairs))
    loops = sum(n == 1 for n in joined.values())
    what = f"each of {len(joined)} saddles joins at most two minima, all proved lower"
    return Evidence(name, Verdict.YES, what + (f"; {loops} lead to one minimum only" if loops else ""))


def _connected(census: Census, network: Any, found: tuple[Descent, ...]) -> Evidence:
    """The minima of a coercive Morse function are connected through index-1 saddles within a component of the domain.

    Notes
    -----
    Passing a point of index k > 1 attaches a cell of dimension k to the sublevel set, which joins no components; only
    index-1 saddles do (Milnor, Morse Theory, theorem 3.2). Where descents end at saddles the graph may lack edges.
    """
    name, land = "connected", census.landscape
    # a sphere of dimension 0 is two points
    expected = 2 ** sum(size == 1 for size in land.domain.blocks)
    pieces = nx.number_connected_components(network) if network else 0
    if pieces == expected:
        minima = network.number_of_nodes()
        return Evidence(
            name, Verdict.YES, f"{minima} minima in {pieces} component{'s' if pieces > 1 else ''}, as it must be"
        )
    what = f"the minima form {pieces} components, not {expected}"
    if land.euler_characteristic is None:
        return Evidence(name, Verdict.UNDECIDED, what + "; the potential is not shown to be coercive")
    if census.n_undecided or census.n_undecided_index or census.degenerate:
        return Evidence(
            name, Verdict.UNDECIDED, what + "; there are points of undecided reality or index, or degenerate ones"
        )
    if any(d.end not in (End.MINIMUM, End.UNLISTED) for d in found):
        return Evidence(name, Verdict.UNDECIDED, what + "; some descents ended at no minimum")
    return Evidence(name, Verdict.NO, what)


def _euler(census: Census) -> Evidence:
    """The last of the strong Morse inequalities, which is an equality."""
    name, (expected, found) = "Euler characteristic", census.euler
    if expected is None or found is None or census.n_undecided or census.degenerate:
        return Evidence(name, Verdict.UNDECIDED, "does not apply: not coercive, degenerate, or an index is undecided")
    outcome = Verdict.YES if found == expected else Verdict.NO
    return Evidence(name, outcome, f"the alternating sum of the numbers of points is {found}; it must be {expected}")
