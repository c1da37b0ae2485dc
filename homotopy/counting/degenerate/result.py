"""StationarySets: the decomposed set of stationary points of one landscape, counted, printed, summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homotopy.certification.certificates import Certificate
from homotopy.certification.classify import StationaryPoint
from homotopy.counting.degenerate.stationary_set import SetKind, StationarySet
from polysys.landscape import Landscape

EXACT = "exact algebra"


@dataclass(frozen=True, eq=False)
class StationarySets:
    """The decomposed set of stationary points of a landscape.

    Parameters
    ----------
    landscape : Landscape
    sets : tuple of StationarySet
        Everything that is not an isolated nondegenerate point, largest dimension first.
    certificates : tuple of Certificate
        The isolated nondegenerate solutions, certified and pairwise distinct.
    points : tuple of StationaryPoint
        The real ones among them.
    is_agreed : bool
        Whether independent runs of PHCpack found the same dimensions, degrees and number of isolated points, or
        everything is exact.
    engine : str
    seed : int
        Seed of the first run; those of the others follow.
    attempts : tuple of str
        What went wrong on the way.
    seconds : float
    stopped : str
        What stopped the decomposition; "" if nothing did. Sets and points may be missing then.
    """

    landscape: Landscape
    sets: tuple[StationarySet, ...]
    certificates: Sequence[Certificate]
    points: tuple[StationaryPoint, ...]
    is_agreed: bool
    engine: str
    seed: int
    attempts: tuple[str, ...]
    seconds: float
    stopped: str = ""

    @property
    def dimension(self) -> int:
        """Dimension of the whole set; 0 where all points are isolated, -1 where there are none."""
        known = [s.dimension for s in self.sets if s.dimension is not None]
        return max([*known, 0 if self.certificates else -1])

    @property
    def is_decided(self) -> bool:
        """Whether the runs agree, nothing was left undecided, and nothing stopped them."""
        return not self.stopped and self.is_agreed and all(s.kind is not SetKind.UNDECIDED for s in self.sets)

    def summary(self) -> dict[str, Any]:
        """The sets as one JSON object (the output of ``stationary sets --json -``)."""
        land = self.landscape
        return {
            "model": land.label,
            "seed": land.seed,
            "sample": land.index,
            "digest": land.digest,
            "dimension": self.dimension,
            "sets": [s.summary() for s in self.sets],
            "n_certified": len(self.certificates),
            "n_certified_real": len(self.points),
            "points": [
                {
                    "index": p.index,
                    "energy": float(p.energy.mid()),
                    "coordinates": [float(c.mid()) for c in p.coordinates],
                }
                for p in self.points
            ],
            "agreed": self.is_agreed,
            "engine": self.engine,
            "solver_seed": self.seed,
            "attempts": list(self.attempts),
            "seconds": self.seconds,
            **({"stopped": self.stopped} if self.stopped else {}),
        }

    def __repr__(self) -> str:
        land = self.landscape
        seed = "explicit couplings" if land.seed is None else f"seed {land.seed}"
        counts = Counter(map(str, self.sets))
        lines = [f"Stationary sets of {land.label} ({seed}, digest {land.digest[:6]})"]
        lines += [f"  {n} x {words}" if n > 1 else f"  {words}" for words, n in list(counts.items())[:6]]
        if len(counts) > 6:
            lines.append(f"  and {sum(list(counts.values())[6:])} more")
        found = Counter(p.index for p in self.points)
        indices = ", ".join(f"{n} of index {k}" for k, n in sorted(found.items(), key=str))
        real = f", {len(self.points)} real points" + (f" ({indices})" if indices else "")
        lines.append(f"  isolated and nondegenerate: {len(self.certificates)} certified{real}")
        agreed = "independent runs agree" if self.is_agreed else "THE RUNS DISAGREE: nothing here is reliable"
        agreed = "exact" if self.engine == EXACT else agreed
        agreed = "not repeated" if self.stopped else agreed
        lines.append(f"  run        {self.engine}, {agreed}, solver seed {self.seed}, {self.seconds:.3g} s")
        if self.stopped:
            lines.append(f"  stopped    {self.stopped} What is missing is not known.")
        return "\n".join(lines)
