"""Checks of the graph of a landscape, which are checks of the census too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homotopy.common.wording import count_of
from homotopy.completeness.checks import morse_inequalities
from homotopy.completeness.evidence import Evidence, evidence
from homotopy.counting.result import Census
from homotopy.graphs.descent import Descent, End
from homotopy.status import EvidenceKind, Silence, Verdict
from polysys.formulations.variety import Variety


@dataclass(frozen=True, slots=True)
class GraphCheck:
    """One check of a graph.

    Parameters
    ----------
    name : str
    outcome : Verdict
        UNDECIDED: it says nothing here.
    detail : str
        A sentence.
    evidence : Evidence or None
        The same as evidence on the census, where it speaks of the census.
    """

    name: str
    outcome: Verdict
    detail: str
    evidence: Evidence | None = None


CONNECTED, MATCHED = "connected", "descents matched"  # names of checks


def graph_checks(census: Census, network: Any, found: tuple[Descent, ...]) -> tuple[GraphCheck, ...]:
    """What holds for a complete list of stationary points and its graph."""
    return (
        _all_matched(found),
        _all_descend(found),
        _higher_saddles(census, found),
        _connected(census, network, found),
        _check(_morse(census)),
        _euler(census),
    )


def graph_evidence(checks: Sequence[GraphCheck]) -> tuple[Evidence, ...]:
    """The checks that speak of the census, as evidence for its verdict.

    Morse inequalities and the Euler characteristic are among that evidence already: they come again where they are violated.
    """
    own = (EvidenceKind.CONNECTED, EvidenceKind.DESCENTS)
    pieces = [c.evidence for c in checks if c.evidence is not None]
    return tuple(e for e in sorted(pieces, key=lambda e: e.kind is not own[0]) if e.kind in own or e.outcome is Verdict.NO)


def _check(piece: Evidence, name: str | None = None, detail: str | None = None) -> GraphCheck:
    return GraphCheck(name or piece.name, piece.outcome, detail or piece.detail, piece)


def _all_matched(found: tuple[Descent, ...]) -> GraphCheck:
    """Every descent ends at a point of the census; one that ends at an unlisted point shows that the list has a gap."""
    ends = Counter(d.end for d in found if d.end is not End.MINIMUM)
    is_met = not ends or all(d.minimum is not None for d in found)
    outcome = Verdict.YES if is_met else Verdict.NO if ends[End.UNLISTED] else Verdict.UNDECIDED
    piece = evidence(
        EvidenceKind.DESCENTS,
        outcome,
        n_descents=len(found),
        n_unlisted=ends[End.UNLISTED],
        n_open=sum(d.minimum is None and d.end is not End.UNLISTED for d in found),
    )
    words = ", ".join(f"{n} {end.value}" for end, n in ends.items())
    said = f"of {len(found)} descents {words}"
    if is_met:
        said = f"all {len(found)} descents ended at certified minima"
        if ends:
            said = f"all {len(found)} descents ended at certified points, {words}, from which the way goes on to minima"
    return _check(piece, MATCHED, said)


def _all_descend(found: tuple[Descent, ...]) -> GraphCheck:
    name, rising = "energies decrease", sum(not d.is_descending for d in found)
    if rising:
        return GraphCheck(name, Verdict.UNDECIDED, f"the energy rose along {rising} of {len(found)} computed descents")
    return GraphCheck(name, Verdict.YES, f"along all {len(found)} descents")


def _higher_saddles(census: Census, found: tuple[Descent, ...]) -> GraphCheck:
    """Every saddle lies above the minima it joins, by proof, and joins at most two."""
    name, points = "saddles above minima", census.points
    pairs = [(d.saddle, d.minimum) for d in found if d.minimum is not None]
    below = sum(not points[s].energy > points[m].energy for s, m in pairs)
    if below:
        return GraphCheck(name, Verdict.UNDECIDED, f"not proved for {below} of {len(pairs)} pairs")
    joined = Counter(s for s, _ in set(pairs))
    loops = sum(n == 1 for n in joined.values())
    what = f"each of {len(joined)} saddles joins at most two minima, all proved lower"
    return GraphCheck(name, Verdict.YES, what + (f"; {loops} lead to one minimum only" if loops else ""))


def _connected(census: Census, network: Any, found: tuple[Descent, ...]) -> GraphCheck:
    """The minima of a coercive Morse function are connected through index-1 saddles within a component of the domain.

    Notes
    -----
    Passing a point of index k > 1 attaches a cell of dimension k to the sublevel set, which joins no components; only
    index-1 saddles do (Milnor, Morse Theory, theorem 3.2).
    """
    land, expected, n_components = census.landscape, _n_expected(census), _n_components(network)
    outcome, silence, why = Verdict.NO, None, ""
    if n_components == expected:
        outcome = Verdict.YES
    elif expected is None:
        outcome, silence, why = Verdict.UNDECIDED, Silence.NO_TOPOLOGY, "; the number of components of the domain is not known"
    elif land.euler_characteristic is None:
        outcome, silence, why = Verdict.UNDECIDED, Silence.NOT_COERCIVE, "; the potential is not shown to be coercive"
    elif census.n_undecided or census.n_undecided_index or census.degenerate:
        outcome, silence = Verdict.UNDECIDED, Silence.UNDECIDED_POINTS
        why = "; there are points of undecided reality or index, or degenerate ones"
    elif not all(d.is_descending for d in found):
        outcome, why = Verdict.UNDECIDED, "; the energy rose along computed descents, whose ends are in doubt"
    elif any(d.minimum is None and d.end is not End.UNLISTED for d in found):
        outcome, why = Verdict.UNDECIDED, "; some descents ended at no minimum"
    numbers = {"n_minima": int(network.number_of_nodes()), "n_components": n_components, "expected": expected}
    piece = evidence(EvidenceKind.CONNECTED, outcome, silence, **numbers)
    what = f"the minima form {count_of(n_components, 'component')}" + ("" if expected is None else f", not {expected}")
    said = piece.detail if outcome is Verdict.YES else what + why
    return _check(piece, CONNECTED, said)


def _n_expected(census: Census) -> int | None:
    """Number of connected components of the domain, where it is known: a sphere of dimension 0 is two points."""
    if isinstance(census.landscape.domain, Variety):
        betti = census.landscape.betti_numbers
        return None if betti is None else betti[0]
    return int(2 ** sum(size == 1 for size in census.landscape.domain.blocks))


def _n_components(network: Any) -> int:
    from networkx import number_connected_components  # a quarter of a second to import

    return int(number_connected_components(network)) if network else 0


def _morse(census: Census) -> Evidence:
    """The Morse inequalities, of Morse functions: with a degenerate point the counts of the others need not fulfil them."""
    if census.degenerate:
        return evidence(EvidenceKind.MORSE, Verdict.UNDECIDED, Silence.UNDECIDED_POINTS)
    return morse_inequalities(census.landscape, census.certificates, census.points)


def _euler(census: Census) -> GraphCheck:
    """The last of the strong Morse inequalities, which is an equality."""
    kind, (expected, found) = EvidenceKind.EULER, census.euler
    if expected is None or found is None or census.n_undecided or census.degenerate:
        said = "does not apply: not coercive, the domain not known, degenerate, or an index is undecided"
        return _check(evidence(kind, Verdict.UNDECIDED, Silence.UNDECIDED_POINTS), detail=said)
    outcome = Verdict.YES if found == expected else Verdict.NO
    return _check(evidence(kind, outcome, sum=found, expected=expected))
