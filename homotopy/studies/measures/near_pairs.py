"""Are minima of glasses beyond enumeration close to each other? Pairs from the two-point Kac-Rice density, at an equal number of weights.

A network with N weights, H layers, constant width and one output has the effective glass of p = H on as many spins as it is wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby, pairwise
from math import log, log10, sqrt
from typing import Any

from scipy import special

from homotopy.studies.frame.checks import require
from homotopy.studies.frame.claims import clustering_claimed
from homotopy.studies.frame.figures import draw_levels, finish, label_ends, style
from homotopy.studies.frame.report import Finding
from homotopy.studies.frame.run_folder import RunFolder
from homotopy.studies.frame.tables import Cell, Table
from homotopy.studies.frame.trends import Level, trend
from polysys.models.architectures import Convention
from polysys.theory import Complexity, p_spin_pairs
from polysys.theory.pairs import MAX_PAIR_SPINS

NEAR = 0.5  # pairs with at least this overlap are near
ENERGIES = ("deep", "edge")  # both minima in the middle between -E_0 and -E_inf, and at -E_inf
RELATIVE, ABSOLUTE = "against uniform points", "among all pairs"
_CORE = 4.0  # standard deviations of the overlap of uniform points: beyond, intervals are integrated by themselves
_AVERAGES = 32  # independent averages behind each standard error


@dataclass(frozen=True, slots=True)
class NearPairs:
    """How rare near pairs of minima are in one glass, in decades."""

    weights: int
    depth: int
    spins: int
    energies: str  # one of `ENERGIES`
    energy: float  # per spin, of both minima
    share: float  # of the pairs with at least the overlap `NEAR`
    error: float
    uniform: float  # the same share of uniform points, exactly

    def rarity(self, than: str) -> Level:
        """Decades by which near pairs are rarer than all pairs, or than near pairs of uniform points."""
        value = -log10(self.share / (self.uniform if than == RELATIVE else 1.0))
        return Level(value, value, self.error / self.share / log(10), _AVERAGES)


def uniform_share(n: int, q: float) -> float:
    """The probability that two uniform points of the sphere in R^n have an overlap of at least q >= 0.

    Examples
    --------
    >>> round(uniform_share(3, 0.5), 12), round(uniform_share(2, 0.5), 12)  # a cap of height 1/2; an angle of 60 degrees
    (0.25, 0.333333333333)
    """
    return float(special.betainc((n - 1) / 2, 0.5, 1 - q * q)) / 2


def spins_of(weights: int, depth: int) -> int:
    """The spins of the effective glass: the width, rounded down."""
    return Convention().width_below(weights, depth)


def require_glasses(weights: Sequence[int], depths: Sequence[int]) -> None:
    """Refuse glasses for which no density of pairs is known.

    Raises
    ------
    InputError
    """
    is_series = len(depths) > 1 and list(depths) == sorted(set(depths)) and depths[0] >= 3
    require(is_series, f"pair_depths = {list(depths)} are not growing depths from 3 on.", "Give 3, 4, 6, 10, say.")
    for n_weights in weights:
        sizes = [spins_of(n_weights, depth) for depth in depths]
        what = f"{n_weights} weights make glasses of {sizes[0]} to {sizes[-1]} spins; the density of pairs is for 3 to {MAX_PAIR_SPINS}."
        require(sizes[-1] >= 3 and sizes[0] <= MAX_PAIR_SPINS, what, "Give pair_weights = [10000], say.")


def near_pairs(
    folder: RunFolder, weights: Sequence[int], depths: Sequence[int], draws: int, seed: int
) -> list[NearPairs]:
    """Near pairs of minima for each number of weights, energy and depth, in this order; each remembered."""
    places = [(w, name, h) for w in weights for name in ENERGIES for h in depths]
    if places:
        folder.say(f"pairs of minima of {len(places)} glasses")
    sizes, energies = [spins_of(w, h) for w, _, h in places], [energy_at(h, name) for _, name, h in places]
    items = [[n, h, energy] for n, (_, _, h), energy in zip(sizes, places, energies, strict=True)]
    found = folder.cached_map(f"near pairs 1, {draws} draws, seed {seed}", partial(share_of_near, draws, seed), items)
    return [
        NearPairs(w, h, n, name, energy, share, error, uniform_share(n, NEAR))
        for (w, name, h), n, energy, (share, error) in zip(places, sizes, energies, found, strict=True)
    ]


def energy_at(p: int, name: str) -> float:
    """Energy per spin: -E_inf, or the middle of the band below it."""
    glass = Complexity(p)
    edge = glass.threshold.value
    return -edge if name == "edge" else -(edge + glass.ground_state.value) / 2


def share_of_near(draws: int, seed: int, item: Sequence[float]) -> list[float]:
    """The share of near pairs among the ordered pairs of minima of n spins, p and an energy per spin, and its standard error.

    Notes
    -----
    The overlaps are cut where the pairs of uniform points end, so that each interval has a density of one scale.
    """
    n, p, energy = int(item[0]), int(item[1]), float(item[2])
    core = _CORE / sqrt(n)
    cuts = [-1.0, -core, core, NEAR, 1.0] if core < NEAR else [-1.0, -NEAR, NEAR, 1.0]
    parts = [
        p_spin_pairs(n, p, ends, 0, energies=(energy, energy), samples=draws, seed=100 * seed + k)
        for k, ends in enumerate(pairwise(cuts))
    ]
    near, others = parts[-1], parts[:-1]
    rest, rest_error = sum(part.value for part in others), sqrt(sum(part.error**2 for part in others if part.value))
    total = near.value + rest
    error = sqrt((rest * near.error) ** 2 + (near.value * rest_error) ** 2) / total**2
    return [_rounded(near.value / total), _rounded(error)]


def _rounded(value: float) -> float:
    """To ten digits: the last ones depend on how many threads found the eigenvalues."""
    return float(f"{value:.10g}")


def pair_findings(found: Sequence[NearPairs], statement: str, level: float) -> list[Finding]:
    """Whether near pairs become less rare with depth: the claim that minima cluster, in two readings at each energy."""
    groups = [list(group) for _, group in groupby(found, key=lambda r: (r.weights, r.energies))]
    share, findings = level / max(1, 2 * len(groups)), []
    for members in groups:
        first, most = members[0], max(r.spins for r in members)
        for than in (RELATIVE, ABSOLUTE):
            levels = [r.rarity(than) for r in members]
            what = f"number of decades by which pairs with an overlap of {NEAR:g} or more are rare {than}"
            decided = trend([r.depth for r in members], levels, level=share)
            case = f"pairs of {first.energies} minima, {first.weights} weights, {than}"
            findings.append(clustering_claimed(statement, case, "falls", decided, what, most))
    return findings


def draw_pairs(axes: Any, found: Sequence[NearPairs], than: str) -> None:
    """Decades of the share of near pairs against depth, a line for each number of weights and energy."""
    ends = []
    for k, (_, group) in enumerate(groupby(found, key=lambda r: (r.weights, r.energies))):
        members = list(group)
        levels = [replace(v, low=-v.low, high=-v.high) for v in (r.rarity(than) for r in members)]
        draw_levels(axes, [r.depth for r in members], levels, **style(k))
        ends.append((levels[-1].value, f"N = {members[0].weights}, {members[0].energies}", style(k)))
    if than == RELATIVE:
        axes.axhline(0.0, color="0.7", lw=0.8)
    finish(axes, "depth H", "log10 of the share", f"near pairs {than}")
    depths = sorted({r.depth for r in found})
    axes.set_xticks(depths, [str(h) for h in depths])
    label_ends(axes, ends)


def pairs_table(found: Sequence[NearPairs]) -> Table:
    """A row for each glass and energy."""
    records: list[dict[str, Cell]] = [
        {
            "weights": r.weights, "depth": r.depth, "spins": r.spins, "energies": r.energies, "energy per spin": r.energy,
            "share near": r.share, "error": r.error, "share of uniform points": r.uniform,
            "times that of uniform points": r.share / r.uniform,
        }
        for r in found
    ]  # fmt: skip
    caption = (
        f"Pairs of minima of the effective glass (p = depth; spins: the width of a network with so many weights) with an overlap of {NEAR:g} or more, as a share of "
        "all pairs of minima with these energies, mirror images left out: two-point Kac-Rice at this size, averaged over random matrices (no landscape is "
        "solved). Deep: both in the middle between -E_0 and -E_inf; edge: both at -E_inf. The share of uniform points is exact."
    )
    return Table.of("near-pairs", caption, records)
