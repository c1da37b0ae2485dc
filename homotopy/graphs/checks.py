"""Checks of the graph of a landscape, which are checks of the census too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from homotopy.completeness.verdict import Evidence, morse_inequalities
from homotopy.counting.result import Census
from homotopy.graphs.descent import Descent, End
from homotopy.status import Verdict

CONNECTED, MATCHED = "connected", "descents matched"  # names of checks


def graph_checks(census: Census, network: Any, found: tuple[Descent, ...]) -> tuple[Evidence, ...]:
    """What holds for a complete list of stationary points and its graph."""
    return (
        _all_matched(found),
        _all_descend(found),
        _higher_saddles(census, found),
        _connected(census, network, found),
        morse_inequalities(census.landscape, census.certificates, census.points),
        _euler(census),
    )


def graph_evidence(checks: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The checks that speak of the census, under names that say so beside the other evidence of its verdict.

    Morse inequalities and the Euler characteristic are among that evidence already: they come again where they are violated.
    """
    names = {CONNECTED: "minima connected through index-1 saddles", MATCHED: "flows end at listed minima"}
    own = [Evidence(names[c.name], c.outcome, c.detail) for k in names for c in checks if c.name == k]
    return (*own, *(c for c in checks if c.name not in names and c.outcome is Verdict.NO))


def _all_matched(found: tuple[Descent, ...]) -> Evidence:
    """Every descent ends at a point of the census; one that ends at an unlisted point shows that the list has a gap."""
    name = MATCHED
    ends = Counter(d.end for d in found if d.end is not End.MINIMUM)
    if not ends:
        return Evidence(name, Verdict.YES, f"all {len(found)} descents ended at certified minima")
    words = ", ".join(f"{n} {end.value}" for end, n in ends.items())
    if all(d.minimum is not None for d in found):
        what = f"all {len(found)} descents ended at certified points, {words}, from which the way goes on to minima"
        return Evidence(name, Verdict.YES, what)
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
    pairs = [(d.saddle, d.minimum) for d in found if d.minimum is not None]
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
    index-1 saddles do (Milnor, Morse Theory, theorem 3.2).
    """
    from networkx import number_connected_components  # a quarter of a second to import

    name, land = CONNECTED, census.landscape
    # a sphere of dimension 0 is two points
    expected = 2 ** sum(size == 1 for size in land.domain.blocks)
    pieces = number_connected_components(network) if network else 0
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
    if any(d.minimum is None and d.end is not End.UNLISTED for d in found):
        return Evidence(name, Verdict.UNDECIDED, what + "; some descents ended at no minimum")
    return Evidence(name, Verdict.NO, what)


def _euler(census: Census) -> Evidence:
    """The last of the strong Morse inequalities, which is an equality."""
    name, (expected, found) = "Euler characteristic", census.euler
    if expected is None or found is None or census.n_undecided or census.degenerate:
        return Evidence(name, Verdict.UNDECIDED, "does not apply: not coercive, degenerate, or an index is undecided")
    outcome = Verdict.YES if found == expected else Verdict.NO
    return Evidence(name, outcome, f"the alternating sum of the numbers of points is {found}; it must be {expected}")
