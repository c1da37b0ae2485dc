"""The Morse complex over Z2: which points of index k - 1 the flows from points of index k end at, and its homology."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.graphs.checks import GraphCheck
from homotopy.graphs.descent import Descent, End, descents
from homotopy.graphs.landscape_graph import LandscapeGraph
from homotopy.status import Verdict
from polysys.errors import require_type

Bits = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class MorseComplex:
    r"""Boundary maps :math:`d_k: C_k \to C_{k-1}` over Z2, :math:`C_k` spanned by the points of index k, as far as they were found.

    Parameters
    ----------
    dimension : int
        Of the domain.
    points : mapping from index to tuple of int
        Numbers of the points of the census of each index, in the order of rows and columns.
    boundaries : mapping from k to uint8 array (:math:`n_{k-1}`, :math:`n_k`)
        d_k for the k that one-dimensional flows give: 1, and the dimension.
    missing : tuple of (int, str)
        The k for which d_k was not found, and why.
    betti : mapping from k to int
        :math:`\dim \ker d_k - \mathrm{rank}\, d_{k+1}`, where both are known.
    checks : tuple of GraphCheck
    """

    dimension: int
    points: Mapping[int, tuple[int, ...]]
    boundaries: Mapping[int, Bits]
    missing: tuple[tuple[int, str], ...]
    betti: Mapping[int, int]
    checks: tuple[GraphCheck, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every boundary map is known."""
        return not self.missing

    @property
    def is_contradicted(self) -> bool:
        """Whether some check is violated."""
        return any(c.outcome is Verdict.NO for c in self.checks)

    def summary(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "dimension": self.dimension,
            "boundaries": {
                str(k): [[self.points[k - 1][i], self.points[k][j]] for i, j in np.argwhere(d).tolist()]
                for k, d in self.boundaries.items()
            },
            "missing": {str(k): why for k, why in self.missing},
            "betti": {str(k): b for k, b in self.betti.items()},
            "checks": [{"name": c.name, "outcome": c.outcome.value, "detail": c.detail} for c in self.checks],
        }

    def __repr__(self) -> str:
        marks = {Verdict.YES: "met", Verdict.NO: "VIOLATED", Verdict.UNDECIDED: "silent"}
        known = [f"d_{k}: {d.shape[1]} -> {d.shape[0]}, rank {_rank(d)}" for k, d in sorted(self.boundaries.items())]
        return "\n".join(
            [
                f"Morse complex over Z2, dimension {self.dimension}",
                f"  boundaries {'; '.join(known) or 'none'}",
                *(f"  missing    d_{k}: {why}" for k, why in self.missing[:2]),
                *([f"  missing    and {len(self.missing) - 2} more"] if len(self.missing) > 2 else []),
                *(f"  {marks[c.outcome]:9}  {c.name}: {c.detail}" for c in self.checks),
            ]
        )


def morse_complex(graph: LandscapeGraph) -> MorseComplex:
    """The Morse complex of a landscape, as far as curves reach.

    Parameters
    ----------
    graph : LandscapeGraph
        The full one, not a quotient.

    Returns
    -------
    MorseComplex

    Notes
    -----
    The coefficient of q in d p, for points of index k - 1 and k, is the number modulo 2 of flow lines from p down to q. The unstable manifold
    of a point of index 1 is a curve, so its two ends are d_1. The stable manifold of a point of index d - 1, d the dimension,
    is a curve too: followed up it ends at maxima, which gives d_d; on R^n an end that goes to infinity counts for nothing, as
    the pair (R^n, far sublevel set) has the homology of R^n. So the whole complex is known for d = 1 and d = 2. For d > 2 and 1 < k < d a
    flow line from p to q is an intersection of manifolds of dimension k and d - k + 1, which no single curve finds: these d_k are named as missing.

    A flow that ends at a saddle is not generic: the gradient is not Morse-Smale there, and d_k is not defined by it.

    References
    ----------
    Milnor, Lectures on the h-cobordism theorem (Princeton, 1965), section 7; Banyaga & Hurtubise, Lectures on Morse homology (Kluwer, 2004).

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> c = morse_complex(ho.graph(ho.census(ps.expression("x^2 + 2*y^2 + 3*z^2", ps.Sphere(3)))))
    >>> {k: d.tolist() for k, d in c.boundaries.items()}, dict(c.betti)
    ({1: [[1, 1], [1, 1]], 2: [[1, 1], [1, 1]]}, {0: 1, 1: 0, 2: 1})
    """
    require_type(graph, LandscapeGraph, "The graph", "Give what ho.graph returns.")
    census = graph.census
    land, dimension = census.landscape, census.landscape.domain.dimension
    points = {k: tuple(i for i, p in enumerate(census.points) if p.index == k) for k in range(dimension + 1)}
    boundaries: dict[int, Bits] = {}
    missing: list[tuple[int, str]] = []
    for k in range(1, dimension + 1):
        if k == 1:
            halves: Sequence[Descent] = graph.descents
        elif k == dimension:
            halves = descents(land, census.certificates, census.points, points[k - 1], uphill=True)[0]
        else:
            missing.append((k, "flow lines between these indices are no one-dimensional manifolds' ends"))
            continue
        matrix = _boundary(halves, points, k, dimension)
        if isinstance(matrix, str):
            missing.append((k, matrix))
        else:
            boundaries[k] = matrix
    betti = _betti(points, boundaries, dimension)
    checks = (_squares(boundaries), _homology(graph, betti))
    return MorseComplex(dimension, points, boundaries, tuple(missing), betti, checks)


def _boundary(halves: Sequence[Descent], points: Mapping[int, tuple[int, ...]], k: int, dimension: int) -> Bits | str:
    """d_k from the ends of curves, or why it is not defined."""
    aim, may_escape = (End.MINIMUM, False) if k == 1 else (End.MAXIMUM, True)
    strange = Counter(d.end.value for d in halves if d.end is not aim and not (may_escape and d.end is End.ESCAPED))
    if strange:
        return "of the curves " + ", ".join(f"{n} ended {what}" for what, n in strange.items())
    row, column = ({p: i for i, p in enumerate(points[j])} for j in (k - 1, k))
    matrix = np.zeros((len(row), len(column)), np.uint8)
    for d in halves:
        if d.point is None:
            continue
        i, j = (row[d.point], column[d.saddle]) if k == 1 else (row[d.saddle], column[d.point])
        matrix[i, j] ^= 1
    return matrix


def _betti(points: Mapping[int, tuple[int, ...]], boundaries: Mapping[int, Bits], dimension: int) -> dict[int, int]:
    ranks = {0: 0, dimension + 1: 0, **{k: _rank(d) for k, d in boundaries.items()}}
    return {k: len(points[k]) - ranks[k] - ranks[k + 1] for k in range(dimension + 1) if k in ranks and k + 1 in ranks}


def _rank(matrix: Bits) -> int:
    """The rank over Z2, by elimination.

    Examples
    --------
    >>> _rank(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], np.uint8))
    2
    """
    rows = [int("".join(map(str, row)), 2) for row in matrix.tolist()] if matrix.size else []
    rank = 0
    while rows:
        pivot = rows.pop()
        if pivot:
            rank += 1
            low = pivot & -pivot
            rows = [r ^ pivot if r & low else r for r in rows]
    return rank


def _squares(boundaries: Mapping[int, Bits]) -> GraphCheck:
    name = "d d = 0"
    pairs = [(k, k + 1) for k in boundaries if k + 1 in boundaries]
    if not pairs:
        return GraphCheck(name, Verdict.UNDECIDED, "no two neighbouring boundary maps are known")
    wrong = [k for k, above in pairs if (boundaries[k].astype(int) @ boundaries[above].astype(int) % 2).any()]
    if wrong:
        return GraphCheck(name, Verdict.NO, f"d_{wrong[0]} d_{wrong[0] + 1} is not zero modulo 2")
    return GraphCheck(name, Verdict.YES, ", ".join(f"d_{k} d_{above}" for k, above in pairs))


def _homology(graph: LandscapeGraph, betti: Mapping[int, int]) -> GraphCheck:
    """The homology of the complex of a complete list is that of the domain."""
    name, census = "homology", graph.census
    land = census.landscape
    if land.euler_characteristic is None:
        return GraphCheck(name, Verdict.UNDECIDED, "does not apply: the potential is not shown to be coercive")
    if census.n_undecided or census.n_undecided_index or census.degenerate:
        return GraphCheck(name, Verdict.UNDECIDED, "there are points of undecided reality or index, or degenerate ones")
    if not betti:
        return GraphCheck(name, Verdict.UNDECIDED, "no Betti number can be computed from the maps that are known")
    if land.betti_numbers is None:
        return GraphCheck(name, Verdict.UNDECIDED, "the Betti numbers of the domain are not known")
    expected = dict(enumerate(land.betti_numbers))
    words = ", ".join(f"b_{k} = {b}" for k, b in sorted(betti.items()))
    wrong = [k for k, b in betti.items() if b != expected[k]]
    if wrong:
        must = ", ".join(f"b_{k} = {expected[k]}" for k in wrong)
        return GraphCheck(name, Verdict.NO, f"{words}; the domain has {must}")
    return GraphCheck(name, Verdict.YES, f"{words}, as the domain has")
