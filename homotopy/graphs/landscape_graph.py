"""The landscape as a graph: minima, and the index-1 saddles (transition states) that join them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from homotopy.certification.classify import StationaryPoint
from homotopy.certification.hessian import log_abs_det_hessian
from homotopy.certification.symmetry_action import first_of_orbit, images
from homotopy.common.sheet import Columns, Line, Sheet, Shown
from homotopy.common.wording import count_of
from homotopy.counting.result import Census
from homotopy.graphs.checks import GraphCheck, graph_checks, graph_evidence
from homotopy.graphs.descent import Descent, End, descents
from homotopy.status import Verdict
from polysys.errors import require_type

_ROWS = 7  # orbits of minima whose passes are printed
_DRAWN = 2  # dimension up to which flows are kept, for pictures of the landscape


@dataclass(frozen=True, eq=False, repr=False)
class LandscapeGraph(Shown):
    """Minima and index-1 saddles of a census, with the descents that join them.

    Parameters
    ----------
    census : Census
    network : networkx.MultiGraph
        A node for each minimum, an edge for each saddle whose two descents lead to minima (a loop where they lead to
        the same one). Nodes and keys of edges are numbers of points of the census. Nodes have `energy`, `energy_ball`,
        `log_det` (of the Hessian; None if undecided) and `orbit`; edges `energy`, `energy_ball`, `eigenvalue` (the
        negative one), `barriers` (from each minimum that it joins, by its number) and `orbit`.
    descents : tuple of Descent
    checks : tuple of GraphCheck
        What holds for a complete list of stationary points; a check that is not met shows that the list or the graph is
        wrong.
    is_quotient : bool
        Whether a node stands for a whole orbit of minima under the symmetry group, and an edge for one of saddles.
    """

    census: Census
    network: Any
    descents: tuple[Descent, ...]
    checks: tuple[GraphCheck, ...]
    is_quotient: bool = False

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
        """Number of descents that did not end at a certified minimum, those that ended at saddles among them."""
        return sum(d.end is not End.MINIMUM for d in self.descents)

    @property
    def n_components(self) -> int:
        """Number of connected components."""
        from networkx import number_connected_components  # a quarter of a second to import

        return int(number_connected_components(self.network)) if self.n_minima else 0

    @property
    def is_contradicted(self) -> bool:
        """Whether some check is violated."""
        return any(c.outcome is Verdict.NO for c in self.checks)

    @property
    def is_decided(self) -> bool:
        """Whether all checks are met."""
        return all(c.outcome is Verdict.YES for c in self.checks)

    @property
    def n_followed(self) -> int:
        """Number of flows that were integrated; the other descents are their images under symmetries."""
        return sum(not d.is_image for d in self.descents)

    def quotient(self) -> LandscapeGraph:
        """The graph of orbits: of symmetric minima, and of symmetric saddles, the first one stands for all.

        Nodes and edges have the attribute `n_images`, the size of the orbit. A loop is a saddle between two images of one
        minimum, or between a minimum and itself. The checks are those of the full graph.

        Examples
        --------
        >>> import polysys as ps
        >>> import homotopy as ho
        >>> g = ho.graph(ho.census(ps.expression("x^4/4 - x^2/2"))).quotient()
        >>> g.n_minima, list(g.network.edges(keys=True)), g.network.nodes[0]["n_images"]
        (1, [(0, 0, 2)], 2)
        """
        from networkx import MultiGraph

        if self.is_quotient:
            return self
        first = self.first_images()
        size = Counter(first)
        network = MultiGraph()
        for m, data in self.network.nodes(data=True):
            if first[m] == m:
                network.add_node(m, **data, n_images=size[m])
        for a, b, s, data in self.network.edges(keys=True, data=True):
            if first[s] == s:
                barriers = {first[m]: barrier for m, barrier in data["barriers"].items()}
                network.add_edge(first[a], first[b], key=s, **{**data, "barriers": barriers}, n_images=size[s])
        kept = tuple(d for d in self.descents if first[d.saddle] == d.saddle)
        return replace(self, network=network, descents=kept, is_quotient=True)

    def first_images(self) -> list[int]:
        """For each point of the census the first image of it under the symmetry group: its orbit's name."""
        points, land = self.census.points, self.census.landscape
        where = np.array([[float(c.mid()) for c in p.coordinates] for p in points]).reshape(len(points), land.domain.n)
        return [int(k) for k in first_of_orbit(images(where, land.symmetry.generators))]

    def plot(self, ax: Any = None) -> Any:
        """The disconnectivity graph, into matplotlib axes; returned."""
        from homotopy.graphs.plot import draw_disconnectivity

        return draw_disconnectivity(self, ax)

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
            "n_followed": self.n_followed,
            "is_quotient": self.is_quotient,
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
                    "minimum": d.minimum,
                    "coordinates": list(d.coordinates),
                }
                for d in self.descents
                if d.end is not End.MINIMUM
            ],
        }

    def _sheet(self) -> Sheet:
        land = self.census.landscape
        seed = "explicit couplings" if land.seed is None else f"seed {land.seed}"
        sample = f", sample {land.index}" if land.index else ""
        marks = {Verdict.YES: "met", Verdict.NO: "VIOLATED", Verdict.UNDECIDED: "silent"}
        of = " up to symmetry" if self.is_quotient else ""
        descents = f"{len(self.descents)} descents, {self.n_unmatched} unmatched, {self.n_followed} followed"
        return Sheet(
            f"Graph of {land.label} ({seed}{sample}, digest {land.digest[:6]})",
            (
                Line("minima", f"{self.n_minima}{of}, in {count_of(self.n_components, 'connected component')}"),
                Line("saddles", f"{self.n_saddles} of index 1{of}, {descents}"),
                *(Line(marks[c.outcome], f"{c.name}: {c.detail}") for c in self.checks),
                *self._passes(),
            ),
        )

    def _passes(self) -> tuple[Line | Columns, ...]:
        """The lowest pass out of each orbit of minima; numbers are those of the list of points, from 1."""
        from homotopy.graphs.disconnectivity import escapes  # which needs graphs

        first = self.first_images()
        every = list({first[e.minimum]: e for e in reversed(escapes(self))}.values())[::-1]
        if not every:
            return ()
        rows = []
        for e in every[:_ROWS]:
            height = "none" if e.saddle is None else f"{e.barrier:.6g}" if e.barrier else f"<{e.error:.1g}"
            over = ("-", "-") if e.saddle is None else (str(e.saddle + 1), f"{e.pass_energy:.6g}")
            rows.append((str(e.minimum + 1), f"{e.energy:.6g}", *over, height, str(e.n_images)))
        heads = (("minimum", 7), ("energy", 13), ("saddle", 9), ("its energy", 13), ("barrier", 13), ("images", 9))
        rest = (Line("", f"and {len(every) - _ROWS} more orbits of minima"),) if len(every) > _ROWS else ()
        return (Columns(heads, tuple(rows)), *rest)


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
    integrating the gradient flow (:func:`homotopy.graphs.descent.descents`), which is numerical; its end is matched with a
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
    require_type(census, Census, "The census", "Give what ho.census returns.")
    from networkx import MultiGraph

    points, land = census.points, census.landscape
    saddles = [k for k, p in enumerate(points) if p.index == 1]
    found, eigenvalues = descents(
        land, census.certificates, points, saddles, keep_paths=land.domain.dimension <= _DRAWN
    )
    network = MultiGraph()
    widths: dict[int, float | None] = {}
    for k, p in enumerate(points):
        if p.index == 0:
            if p.solution not in widths:
                log_det = log_abs_det_hessian(land, census.certificates[p.solution])
                widths[p.solution] = None if log_det is None else float(log_det.mid())
            network.add_node(k, **_energy(p), log_det=widths[p.solution], orbit=p.orbit)
    ends: dict[int, list[int]] = {}
    for d in found:
        if d.minimum is not None:
            ends.setdefault(d.saddle, []).append(d.minimum)
    for saddle, minima in ends.items():
        if len(minima) == 2:
            p = points[saddle]
            barriers = {m: float((p.energy - points[m].energy).mid()) for m in minima}
            network.add_edge(
                *minima, key=saddle, **_energy(p), eigenvalue=eigenvalues[saddle], barriers=barriers, orbit=p.orbit
            )
    return LandscapeGraph(census, network, found, graph_checks(census, network, found))


def _energy(point: StationaryPoint) -> dict[str, Any]:
    return {"energy": float(point.energy.mid()), "energy_ball": point.energy.str(20)}


def with_graph(census: Census, found: LandscapeGraph | None = None) -> Census:
    """The census with the checks of its graph among the evidence of its verdict.

    Parameters
    ----------
    census : Census
    found : LandscapeGraph, optional
        Its graph, if there is one already.

    Returns
    -------
    Census
        Contradicted if a check is violated; a verdict is never raised by one that is met.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> c = with_graph(ho.census(ps.expression("x^4/4 - x^2/2")))
    >>> c.completeness.verdict.value, c.completeness.evidence[-1].name
    ('proved', 'flows end at listed minima')
    """
    require_type(census, Census, "The census", "Give what ho.census returns.")
    if found is not None:
        require_type(found, LandscapeGraph, "The graph", "Give what ho.graph returns.")
    chosen = graph(census) if found is None else found
    return census.with_evidence(*graph_evidence(chosen.checks))
