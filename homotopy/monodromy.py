"""All solutions of a generic member of a family by monodromy, from one solution that linear algebra provides.

Where the equations are affine in some parameters q, the pairs (solution, parameters) with the solution in the torus form a
vector bundle over the solutions: irreducible, so loops in parameter space carry any solution to any other (Duff, Hill,
Jensen, Lee, Leykin & Sommars 2019). The first pair is found by choosing the solution and solving for q. Sign
flips that preserve the family act freely on the torus: one path per orbit is tracked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from homotopy.orbits import Complex, Orbits
from homotopy.status import PathStatus
from homotopy.tracker import Program, TrackerOptions, compile_homotopy, track
from homotopy.tracker.results import CODE, PathResults
from polysys.tape import Tape

_ZERO = 1e-9  # relative size below which a coordinate is taken for zero
CLOSING_LOOPS = 5  # fresh loops that must find nothing new before the set is taken to be complete
_MEMBERS = 4  # a complete graph of four members has three independent loops; two random permutations nearly always suffice
_MAX_MEMBERS = 400
_OPEN, _LOST = -1, -2


@dataclass(frozen=True, slots=True, eq=False)
class MonodromyResult:
    """Solutions of one generic member of a family, one for each sign orbit.

    Parameters
    ----------
    parameters : complex array (k,)
    solutions : complex array (m, n)
    n_paths, n_lost : int
        Paths tracked, and lost on the way (harmless: a lost path only finds nothing).
    losses : tuple of int
        Solutions lost in each of the last loops, which found nothing new.
    """

    parameters: Complex
    solutions: Complex
    n_paths: int
    n_lost: int
    losses: tuple[int, ...]

    @property
    def chance_of_one_missing(self) -> float:
        """Probability that the last loops would have missed a single missing orbit.

        A loop applies an element of the monodromy group, which is transitive. Were its elements drawn uniformly and
        independently, the orbit that a loop carries to the missing one would be each of the m + 1 with the same
        probability; the loop is blind if that is the missing one itself or one of those it lost.
        """
        m = len(self.solutions)
        return prod(min(1.0, (1 + lost) / (m + 1)) for lost in self.losses)


Place = Callable[[Complex], Complex]  # moves random coordinates into their domain: a chart, a sphere


def seed_pair(
    tape: Tape, is_linear: npt.NDArray[np.bool_], n_coordinates: int, place: Place | None, rng: np.random.Generator
) -> tuple[Complex, Complex]:
    """A random solution and random parameters that it solves.

    The equations are affine in z = (multipliers, linear parameters) once the coordinates are chosen; a random z is
    projected onto the solutions of that linear system.

    Returns
    -------
    parameters (k,), solution (n,)
    """
    n, k = tape.n_variables, tape.n_parameters

    def draw(size: int) -> Complex:
        return np.asarray((rng.standard_normal(size) + 1j * rng.standard_normal(size)) / np.sqrt(2), np.complex128)

    x, p = draw(n), draw(k)
    if place is not None:
        x[:n_coordinates] = place(x[:n_coordinates])
    free = np.concatenate([np.arange(n) >= n_coordinates, is_linear])
    inputs = np.concatenate([x, p])
    # the affine map z -> F, by evaluating at zero and at the unit vectors
    columns = np.repeat(inputs[:, None], int(free.sum()) + 1, axis=1)
    columns[free] = np.concatenate([np.zeros((int(free.sum()), 1)), np.eye(int(free.sum()))], axis=1)
    values = np.array([np.broadcast_to(v, columns.shape[1]) for v in tape.evaluate(list(columns[:n]), list(columns[n:]), float)])
    matrix, constant = values[:, 1:] - values[:, :1], values[:, 0]
    z = inputs[free]
    for _ in range(2):  # the second projection removes the rounding of the first
        z = z - np.linalg.lstsq(matrix, matrix @ z + constant, rcond=None)[0]
    inputs[free] = z
    return inputs[n:], inputs[:n]


def is_dominant(
    tape: Tape, is_linear: npt.NDArray[np.bool_], n_coordinates: int, seed: int, place: Place | None = None
) -> bool:
    """Whether generic members have solutions at all.

    The pairs (solution, parameters) form an irreducible variety; it covers the parameter space exactly when the
    Jacobian is invertible at its general point. (Three live neurons between one input and two outputs: never.)
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xD0,)))
    jacobian, n = tape.jacobian(), tape.n_variables
    for _ in range(2):
        p, x = seed_pair(tape, is_linear, n_coordinates, place, rng)
        matrix = np.array(jacobian.evaluate(list(x), list(p), float), dtype=np.complex128).reshape(n, n)
        values = np.linalg.svd(matrix, compute_uv=False)
        if values[-1] > 1e-9 * values[0]:
            return True
    return False


def monodromy(
    tape: Tape,
    is_linear: npt.NDArray[np.bool_],
    n_coordinates: int,
    signs: npt.NDArray[np.int8],
    place: Place | None,
    seed: int,
    expected: int | None = None,
    options: TrackerOptions | None = None,
    *,
    closing_loops: int = CLOSING_LOOPS,
    say: Callable[[str], None] | None = None,
) -> MonodromyResult:
    """Solutions of a generic member of a family, one per sign orbit.

    Parameters
    ----------
    tape : Tape
        The equations: n unknowns (coordinates, then multipliers), k parameters.
    is_linear : bool array (k,)
        Parameters in which the equations are jointly affine.
    n_coordinates : int
    signs : int8 array (g, n)
        All sign flips that preserve the family, the identity first.
    place : callable, optional
        Moves random coordinates into their domain; without it the domain is the torus.
    seed : int
    expected : int, optional
        Known number of orbits: stop when it is reached.
    closing_loops : int
        Loops that must find nothing new before the set is taken to be complete.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x30D0,)))
    base, first = seed_pair(tape, is_linear, n_coordinates, place, rng)
    program = compile_homotopy(tape)
    return grow(
        program, base, first[None, :], n_coordinates, signs, rng, expected, options,
        closing_loops=closing_loops, say=say,
    )  # fmt: skip


def grow(
    program: Program,
    base: Complex,
    known: Complex,
    n_nonzero: int,
    signs: npt.NDArray[np.int8],
    rng: np.random.Generator,
    expected: int | None = None,
    options: TrackerOptions | None = None,
    *,
    closing_loops: int = CLOSING_LOOPS,
    say: Callable[[str], None] | None = None,
) -> MonodromyResult:
    """Carry known solutions of one member to others and back until nothing new turns up.

    Solutions travel along the six edges of a complete graph of four random members, each solution once along each edge
    (Duff et al. 2019). When all are matched, `closing_loops` fresh triangles must carry the set to itself.
    """
    graph = _Graph(program, signs, n_nonzero, options or TrackerOptions(), say)
    size = np.maximum(np.abs(base), np.median(np.abs(base)))

    def draw() -> Complex:
        return np.asarray(size * (rng.standard_normal(len(base)) + 1j * rng.standard_normal(len(base))), np.complex128)

    graph.add_member(base)
    graph.members[0].add(known)
    for k in range(1, _MEMBERS):
        graph.add_member(draw())
        graph.edges += [(i, k) for i in range(k)]
    losses: list[int] = []
    while True:
        graph.saturate(expected)
        if len(graph.members[0]) == expected or len(losses) == closing_loops or len(graph.members) > _MAX_MEMBERS:
            break
        gained, lost = graph.close(draw(), rng)
        losses = [] if gained else [*losses, lost]
    return MonodromyResult(base, graph.members[0].solutions, graph.n_paths, graph.n_lost, tuple(losses))


def is_sound(ends: PathResults, n_nonzero: int) -> npt.NDArray[np.bool_]:
    """Which end points of the first sample are regular, accurate, and nonzero in the first so many coordinates.

    An end point with a zero coordinate is a jump to a smaller stratum, where other solutions of the same equations lie;
    it must not be taken for a new one.
    """
    x = ends.solutions[0]
    sound = (ends.codes[0] == CODE[PathStatus.REGULAR]) & (ends.errors[0] < 1e-10)
    if n_nonzero:
        moduli = np.abs(x[:, :n_nonzero])
        with np.errstate(invalid="ignore"):
            sound &= moduli.min(axis=1) > _ZERO * moduli.max(axis=1)
    return np.asarray(sound)


class _Graph:
    """Members of the family with the solutions known at each, and edges along which solutions are matched."""

    def __init__(
        self,
        program: Program,
        signs: npt.NDArray[np.int8],
        n_nonzero: int,
        options: TrackerOptions,
        say: Callable[[str], None] | None,
    ) -> None:
        self._program, self._signs, self._n, self._options, self._say = program, signs, n_nonzero, options, say
        self.parameters: list[Complex] = []
        self.members: list[Orbits] = []
        self.edges: list[tuple[int, int]] = []
        self._partner: dict[tuple[int, int], npt.NDArray[np.int64]] = {}
        self.n_paths = self.n_lost = 0

    def add_member(self, parameters: Complex) -> None:
        self.parameters.append(parameters)
        self.members.append(Orbits(self._signs))

    def partners(self, i: int, j: int) -> npt.NDArray[np.int64]:
        """For each solution at i its partner at j: its number, _OPEN where the path is not yet tracked, or _LOST."""
        known = self._partner.get((i, j), np.zeros(0, np.int64))
        missing = len(self.members[i]) - len(known)
        if missing:
            known = self._partner[i, j] = np.concatenate([known, np.full(missing, _OPEN)])
        return known

    def saturate(self, expected: int | None) -> None:
        """Track until every known solution has been along every edge, or the first member has the expected number."""
        while len(self.members[0]) != expected:
            both = [*self.edges, *((j, i) for i, j in self.edges)]
            n_open = [int((self.partners(i, j) == _OPEN).sum()) for i, j in both]
            best = int(np.argmax(n_open))
            if not n_open[best]:
                return
            self.carry(*both[best])

    def carry(self, i: int, j: int) -> None:
        """Track the open solutions of member i to member j."""
        there = self.partners(i, j)
        rows = np.flatnonzero(there == _OPEN)
        ends = track(self._program, self.parameters[i], self.members[i].solutions[rows], self.parameters[j], self._options)
        sound = np.flatnonzero(is_sound(ends, self._n))
        self.n_paths += len(rows)
        self.n_lost += len(rows) - len(sound)
        there[rows] = _LOST
        reached = self.members[j].add(ends.solutions[0][sound])
        back = self.partners(j, i)
        _, first = np.unique(reached, return_index=True)
        free = first[back[reached[first]] < 0]  # of two paths to one solution one has jumped: the later counts as lost
        there[rows[sound[free]]] = reached[free]
        back[reached[free]] = rows[sound[free]]
        if self._say is not None:
            self._say(f"{i} -> {j}: {len(rows)} paths, {len(rows) - len(free)} lost; {list(map(len, self.members))}")

    def close(self, parameters: Complex, rng: np.random.Generator) -> tuple[bool, int]:
        """A fresh loop through a new member; whether it found something new, and how many solutions it lost."""
        a, b = (int(v) for v in rng.choice(len(self.members), 2, replace=False))
        c, before = len(self.members), len(self.members[b])
        self.add_member(parameters)
        self.carry(a, c)
        self.carry(c, b)
        gained = len(self.members[b]) > before
        if gained:
            self.edges += [(a, c), (b, c)]
            return True, 0
        n_lost = int((self.partners(a, c) < 0).sum() + (self.partners(c, b) < 0).sum())
        del self.members[c], self.parameters[c]
        for key in [(a, c), (c, a), (b, c), (c, b)]:
            self._partner.pop(key, None)
        return False, n_lost
