"""The solutions of a generic member with one zero pattern, by monodromy, and why they are all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from homotopy.engines.starts.family import place_on, restricted_formulation, stratum_equations
from homotopy.engines.starts.loops import MonodromyResult, is_dominant, monodromy
from homotopy.errors import StartSetError
from polysys.landscape import Landscape
from polysys.root_count import RootCount

_AGREEING_RUNS = 2
_CHANCE = 1e-4  # with which the loops of one of the agreeing runs may overlook one missing orbit
_MAX_RUNS = 4


class Ground(Enum):
    """Why the start solutions of a stratum are all there are."""

    CLOSED_FORM = "closed form"
    THEOREM = "theorem"
    EXACT_COUNT = "exact count"
    AGREEMENT = "agreement"
    NONE = "none"
    ORIGIN = "origin"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class StratumEvidence:
    """The ground on which a stratum is complete, with its numbers; `str` gives the sentence.

    Parameters
    ----------
    ground : Ground
    count_name, reference : str
        The count that is reached (THEOREM, EXACT_COUNT).
    n_runs, n_loops : int
        Independent monodromy runs that agree, and their loops, under which the solutions are closed (AGREEMENT).
    chance : float
        With which a run's loops would have overlooked one missing orbit.

    Examples
    --------
    >>> print(StratumEvidence(Ground.AGREEMENT, n_runs=2, n_loops=12, chance=0.01))
    2 independent monodromy runs agree; of 12 loops those of one run would have overlooked one missing orbit with probability 0.01
    """

    ground: Ground
    count_name: str = ""
    reference: str = ""
    n_runs: int = 0
    n_loops: int = 0
    chance: float = 1.0

    def __str__(self) -> str:
        if self.ground is Ground.AGREEMENT:
            return (
                f"{self.n_runs} independent monodromy runs agree; of {self.n_loops} loops those of one run would have overlooked "
                f"one missing orbit with probability {self.chance:.1g}"
            )
        if self.ground in (Ground.THEOREM, Ground.EXACT_COUNT):
            return f"the generic count is reached: {self.count_name} [{self.reference}]"
        return _WORDS[self.ground]


_WORDS = {
    Ground.CLOSED_FORM: "closed form, ((p-1)^n - 1)/(p-2) of them [Cartwright & Sturmfels 2013]",
    Ground.NONE: "a generic member has none: the Jacobian is singular throughout",
    Ground.ORIGIN: "the origin",
    Ground.GIVEN: "given by hand",
}


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """Start solutions with one zero pattern.

    Parameters
    ----------
    alive : tuple of int
        The unknowns that are not zero.
    signs : int8 array (g, len(alive))
        Sign flips that preserve the family, restricted to the live unknowns, the identity first.
    parameters : complex array (k,)
        The generic member.
    solutions : complex array (m, len(alive))
        One solution per sign orbit; the stratum has m g solutions.
    evidence : StratumEvidence
        Why they are all.
    """

    alive: tuple[int, ...]
    signs: npt.NDArray[np.int8]
    parameters: npt.NDArray[np.complex128]
    solutions: npt.NDArray[np.complex128]
    evidence: StratumEvidence

    @property
    def n_solutions(self) -> int:
        """Number of solutions of a generic member in this stratum, K(r) for deep linear networks."""
        return len(self.solutions) * len(self.signs)


@dataclass(frozen=True, eq=False)
class Family:
    """A family on a component of a zero pattern; runs monodromy there."""

    landscape: Landscape
    alive: tuple[int, ...]
    component: tuple[int, ...]
    flips: list[tuple[int, ...]]
    seed: int
    runs: list[MonodromyResult] = field(default_factory=list)

    @property
    def n_coordinates(self) -> int:
        return len(self.alive) - self.landscape.domain.n_constraints

    def signs(self) -> npt.NDArray[np.int8]:
        """The flips of the live unknowns that map the component to itself, the identity first."""
        restricted = sorted({tuple(flip[i] for i in self.alive) for flip in self.flips}, reverse=True)
        if self.component:
            n, blocks = self.landscape.domain.n, self.landscape.domain.slices
            live = [[k for k, i in enumerate(self.alive) if i < n and b.start <= i < b.stop] for b in blocks]
            single = [k[0] for k in live if len(k) == 1]
            restricted = [flip for flip in restricted if all(flip[k] == 1 for k in single)]
        return np.array(restricted, dtype=np.int8)

    def place(self) -> Callable[[npt.NDArray[np.complex128]], npt.NDArray[np.complex128]] | None:
        if self.landscape.domain.is_euclidean:
            return None
        return partial(
            place_on, restricted_formulation(self.landscape, self.alive[: self.n_coordinates]), self.component
        )

    @cached_property
    def is_empty(self) -> bool:
        """Whether generic members have no isolated solution here."""
        tape, linear = stratum_equations(self.landscape, self.alive), self.landscape.is_linear_parameter
        return not is_dominant(tape, linear, self.n_coordinates, self.seed, self.place())

    def explore(self, say: Callable[[str], None] | None) -> int:
        """A first run where there may be solutions; how many are known then."""
        if not self.alive:
            return 1
        if not self.runs:
            if say is not None:
                say(f"monodromy for {self.n_coordinates} live coordinates")
            if not self.is_empty:
                self.run()
        return max((len(r.solutions) for r in self.runs), default=0) * len(self.signs())

    def run(self, expected: int | None = None) -> MonodromyResult:
        """One more run."""
        tape, linear = stratum_equations(self.landscape, self.alive), self.landscape.is_linear_parameter
        seed = self.seed + 101 * len(self.runs)
        self.runs.append(
            monodromy(tape, linear, self.n_coordinates, self.signs(), self.place(), seed, expected, chance=_CHANCE)
        )
        return self.runs[-1]

    def origin(self) -> Stratum:
        """The stratum in which no unknown is alive: the origin, which is a solution."""
        one = np.zeros((1, 0), dtype=np.complex128)
        return replace(self.stratum(None, StratumEvidence(Ground.ORIGIN)), solutions=one)

    def stratum(self, result: MonodromyResult | None, evidence: StratumEvidence) -> Stratum:
        k = len(self.landscape.parameters)
        if result is None:
            nothing = np.zeros((0, len(self.alive)), dtype=np.complex128)
            return Stratum(self.alive, self.signs(), np.zeros(k, dtype=np.complex128), nothing, evidence)
        return Stratum(self.alive, self.signs(), result.parameters, result.solutions, evidence)


def counted(
    count: RootCount | None, members: list[Family], say: Callable[[str], None] | None, ground: Ground
) -> list[Stratum] | None:
    """Strata that add up to a known count; None where there is no such count or it is not reached."""
    if count is None:
        return None
    evidence = StratumEvidence(ground, count.name, count.reference)
    pieces: list[Stratum] = []
    missing = count.value
    for k, member in enumerate(members):
        if not member.alive:
            pieces.append(member.origin())
            missing -= 1
            continue
        if member.is_empty:
            pieces.append(member.stratum(None, StratumEvidence(Ground.NONE)))
            continue
        # what smaller patterns leave is all that the last one can have
        is_last = k == len(members) - 1
        size = len(member.signs())
        expected = missing // size if is_last and missing % size == 0 else None
        if say is not None and not member.runs:
            say(f"monodromy for {member.n_coordinates} live coordinates")
        runs = member.runs
        while len(runs) < (_MAX_RUNS if expected else 1) and (not runs or len(runs[-1].solutions) != expected):
            member.run(expected)
        largest = max(runs, key=lambda r: len(r.solutions))
        pieces.append(member.stratum(largest, evidence))
        missing -= pieces[-1].n_solutions
    return pieces if missing == 0 else None


def agreeing(member: Family) -> Stratum:
    """A stratum on which two independent runs agree."""
    if not member.alive:
        return member.origin()
    if member.is_empty:
        return member.stratum(None, StratumEvidence(Ground.NONE))
    runs = member.runs
    while True:
        # a run can only miss solutions (jumps to smaller strata are told apart), so the largest count decides
        most = max((len(r.solutions) for r in runs), default=0)
        alike = [r for r in runs if len(r.solutions) == most]
        if len(alike) >= _AGREEING_RUNS:
            return member.stratum(alike[0], agreement(alike))
        if len(runs) >= _MAX_RUNS:
            break
        member.run()
    counts = ", ".join(str(len(r.solutions)) for r in runs)
    raise StartSetError(
        f"Monodromy runs for {member.landscape.label} do not agree ({counts} orbits).",
        "Use engine=phcpack, or another solver seed.",
    )


def agreement(runs: list[MonodromyResult]) -> StratumEvidence:
    """What agreeing runs are evidence of."""
    n_loops = sum(len(r.blind) for r in runs)
    return StratumEvidence(
        Ground.AGREEMENT, n_runs=len(runs), n_loops=n_loops, chance=float(max(r.chance_of_one_missing for r in runs))
    )
