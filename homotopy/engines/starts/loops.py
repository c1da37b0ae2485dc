"""All solutions of a generic member of a family by monodromy, from one solution that linear algebra provides.

Where the equations are affine in some parameters q, the pairs (solution, parameters) with the solution in the torus form a
vector bundle over the solutions: irreducible, so loops in parameter space carry any solution to any other (Duff, Hill,
Jensen, Lee, Leykin & Sommars 2019). The first pair is found by choosing the solution and solving for q. Sign
flips that preserve the family act freely on the torus: one path per orbit is tracked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from homotopy.common import reporting
from homotopy.common.arrays import Complexes
from homotopy.common.reporting import Stopped
from homotopy.common.threads import undisturbed
from homotopy.engines.starts.sign_orbits import Orbits
from homotopy.engines.tracker.driver import track_loop
from homotopy.engines.tracker.options import TrackerOptions
from homotopy.engines.tracker.program import Program, compile_homotopy
from homotopy.engines.tracker.results import CODE, PathResults
from homotopy.status import PathStatus
from polysys.tape import Tape

_ZERO = 1e-9  # relative size below which a coordinate is taken for zero
_CHANCE = 1e-6  # more loops are run until one missing orbit would be overlooked less often than this
_FIRST_EDGES = (
    (0, 1),
    (0, 2),
    (1, 2),
    (0, 3),
    (1, 3),
)  # two random permutations nearly always carry a solution to all others
_LAST_EDGE = (2, 3)
_MAX_LOOPS = 60
_OPEN, _LOST = -1, -2
_BENDS, _BEND = 3, 0.05  # how often, and by which part of an edge's length, an edge is bent for paths lost on it


@dataclass(frozen=True, slots=True, eq=False)
class MonodromyResult:
    """Solutions of one generic member of a family, one for each sign orbit.

    Parameters
    ----------
    parameters : complex array (k,)
    solutions : complex array (m, n)
    n_paths, n_lost : int
        Paths tracked, and lost on the way (harmless: a lost path only finds nothing).
    blind : tuple of int
        For each independent loop, how many solutions it lost or carried to themselves.
    n_unmoved : int
        Solutions that all loops lost or carried to themselves.
    """

    parameters: Complexes
    solutions: Complexes
    n_paths: int
    n_lost: int
    blind: tuple[int, ...]
    n_unmoved: int

    @property
    def chance_of_one_missing(self) -> float:
        """See :func:`chance_of_one_missing`."""
        return chance_of_one_missing(len(self.solutions), self.blind)


def chance_of_one_missing(m: int, blind: Sequence[int]) -> float:
    """Probability that loops under which m known solutions are closed overlook one more, if it is like these and loops are independent.

    A loop overlooks the missing solution exactly when it carries it to itself or loses the path to it. So many known
    solutions were lost or carried to themselves by each loop, and as often a loop is blind to one more. Any of the m + 1 may be the
    one that all loops leave alone.

    Notes
    -----
    Were loops uniform elements of the monodromy group, which is transitive, one solution in m + 1 would be carried to
    itself. That is so for large sets; with few solutions a loop surrounds few branch points and leaves half of them
    where they are (three quadratic, quartic and sextic forms on a circle: one run in sixty closed after eight loops with
    five of six orbits), hence the measured frequency. Under the full symmetric group a uniform loop maps a given set of k to itself with probability
    1/binomial(m + k, k): where k are missing they are overlooked less often than one.

    Examples
    --------
    >>> round(chance_of_one_missing(99, [0, 1]), 9), round(chance_of_one_missing(99, [0, 1, 0]), 9)
    (0.02, 0.0002)
    """
    return min(1.0, (m + 1) * prod(min(1.0, (1 + n) / (m + 1)) for n in blind))


Place = Callable[[Complexes], Complexes]  # moves random coordinates into their domain: a chart, a sphere


def seed_pair(
    tape: Tape, is_linear: npt.NDArray[np.bool_], n_coordinates: int, place: Place | None, rng: np.random.Generator
) -> tuple[Complexes, Complexes]:
    """A random solution and random parameters that it solves.

    The equations are affine in z = (multipliers, linear parameters) once the coordinates are chosen; a random z is
    projected onto the solutions of that linear system.

    Returns
    -------
    parameters (k,), solution (n,)
    """
    n, k = tape.n_variables, tape.n_parameters

    def draw(size: int) -> Complexes:
        return np.asarray((rng.standard_normal(size) + 1j * rng.standard_normal(size)) / np.sqrt(2), np.complex128)

    x, p = draw(n), draw(k)
    if place is not None:
        x[:n_coordinates] = place(x[:n_coordinates])
    free = np.concatenate([np.arange(n) >= n_coordinates, is_linear])
    inputs = np.concatenate([x, p])
    # the affine map z -> F, by evaluating at zero and at the unit vectors
    columns = np.repeat(inputs[:, None], int(free.sum()) + 1, axis=1)
    columns[free] = np.concatenate([np.zeros((int(free.sum()), 1)), np.eye(int(free.sum()))], axis=1)
    values = np.array(
        [np.broadcast_to(v, columns.shape[1]) for v in tape.evaluate(list(columns[:n]), list(columns[n:]), float)]
    )
    matrix, constant = values[:, 1:] - values[:, :1], values[:, 0]
    z = inputs[free]
    for _ in range(2):  # the second projection removes the rounding of the first
        reporting.check()  # a second each where there are a thousand couplings
        z = z - np.linalg.lstsq(matrix, matrix @ z + constant, rcond=None)[0]
    inputs[free] = z
    return inputs[n:], inputs[:n]


def is_dominant(
    tape: Tape, is_linear: npt.NDArray[np.bool_], n_coordinates: int, seed: int, place: Place | None = None
) -> bool:
    """Whether generic members have solutions at all.

    The pairs (solution, parameters) form an irreducible variety; it covers the parameter space exactly when the
    Jacobian is invertible at its general point. (Three live neurons between one input and two outputs: never.)
    Where only the parameter zero has solutions in the torus (a x^3 y + b y^3 z + c z^3 x), what is computed of it is rounding.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xD0,)))
    jacobian, n = tape.jacobian(), tape.n_variables
    for _ in range(2):
        p, x = seed_pair(tape, is_linear, n_coordinates, place, rng)
        if not (np.abs(p[is_linear]) > _ZERO).any():
            continue
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
    chance: float = _CHANCE,
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
    chance : float
        With which one missing orbit may be overlooked: loops are added until it is smaller.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x30D0,)))
    base, first = seed_pair(tape, is_linear, n_coordinates, place, rng)
    program = compile_homotopy(tape)
    return grow(
        program, base, first[None, :], n_coordinates, signs, rng, expected, options,
        chance=chance, say=say,
    )  # fmt: skip


def grow(
    program: Program,
    base: Complexes,
    known: Complexes,
    n_nonzero: int,
    signs: npt.NDArray[np.int8],
    rng: np.random.Generator,
    expected: int | None = None,
    options: TrackerOptions | None = None,
    *,
    chance: float = _CHANCE,
    decades: float = 0.0,
    say: Callable[[str], None] | None = None,
    stopped: Stopped | None = None,
) -> MonodromyResult:
    """Carry known solutions of one member to others and back until nothing new turns up.

    Solutions travel along edges between random members, each solution once along each edge (Duff et al. 2019). When all are
    matched, every edge that closes a loop has carried the set to itself; edges are added until :func:`chance_of_one_missing` is
    below `chance`, none for 1. The members' parameters spread over so many `decades` to both sides of those of the first: where there are few,
    members of one size may all lie on one side of the branch points. The result is the member with the most solutions. What stops this is taken by `stopped`, where it is
    given, and the result is what was found until then.
    """
    graph = _Graph(program, signs, n_nonzero, options or TrackerOptions(), say)
    size = np.maximum(np.abs(base), np.median(np.abs(base)))

    def draw() -> Complexes:
        here = size * 10 ** rng.uniform(-decades, decades, len(size)) if decades else size
        return np.asarray(here * (rng.standard_normal(len(base)) + 1j * rng.standard_normal(len(base))), np.complex128)

    graph.add_member(base)
    graph.members[0].add(known)
    for _ in range(3):
        graph.add_member(draw())
    graph.edges += _FIRST_EDGES
    with contextlib.nullcontext() if stopped is None else stopped.taking():
        while True:
            graph.saturate(expected)
            m = len(graph.members[0])
            if m == expected:
                break
            graph.repair(rng)
            m, blind = len(graph.members[0]), graph.blind()
            reached = chance_of_one_missing(max(map(len, graph.members)), blind)
            if m == expected or chance >= 1 or reached < chance or len(blind) >= _MAX_LOOPS:
                break
            graph.add_loop(draw, rng)
    moves = graph.moves()
    # at a member close to the discriminant some solutions may be out of reach; any other one will do
    best = int(np.argmax([len(member) for member in graph.members]))
    solutions = graph.members[best].solutions
    n_unmoved = len(solutions) - (int(np.any(moves, axis=0).sum()) if moves else 0)
    return MonodromyResult(
        graph.parameters[best], solutions, graph.n_paths, graph.n_lost, tuple(graph.blind()), n_unmoved
    )


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
        self.parameters: list[Complexes] = []
        self.members: list[Orbits] = []
        self.edges: list[tuple[int, int]] = []
        self._partner: dict[tuple[int, int], npt.NDArray[np.int64]] = {}
        self._n_bends: dict[tuple[int, int], npt.NDArray[np.int64]] = {}
        self._n_tracked: dict[tuple[int, int], int] = {}  # partners that are not open: counted only where they have changed
        self.n_paths = self.n_lost = 0
        self.expected: int | None = None

    def add_member(self, parameters: Complexes) -> None:
        self.parameters.append(parameters)
        self.members.append(Orbits(self._signs))

    def partners(self, i: int, j: int) -> npt.NDArray[np.int64]:
        """For each solution at i its partner at j: its number, _OPEN where the path is not yet tracked, or _LOST."""
        known = self._partner.get((i, j), np.zeros(0, np.int64))
        missing = len(self.members[i]) - len(known)
        if missing:
            known = self._partner[i, j] = np.concatenate([known, np.full(missing, _OPEN)])
        return known

    def _count(self, i: int, j: int) -> None:
        self._n_tracked[i, j] = int((self.partners(i, j) != _OPEN).sum())

    def saturate(self, expected: int | None) -> None:
        """Track until every known solution has been along every edge, or the first member has the expected number."""
        self.expected = expected
        while len(self.members[0]) != expected:
            both = [*self.edges, *((j, i) for i, j in self.edges)]
            n_open = [len(self.members[i]) - self._n_tracked.get((i, j), 0) for i, j in both]
            best = int(np.argmax(n_open))
            if not n_open[best]:
                return
            self.carry(*both[best])

    def repair(self, rng: np.random.Generator) -> None:
        """Take lost paths again where members know different numbers of solutions, along slightly bent edges.

        Each path so often and no more: one that is lost whatever the way leads into a singular point of its edge's end.
        """
        for _ in range(_BENDS):
            most = max(map(len, self.members))
            for i, j in [*self.edges, *((j, i) for i, j in self.edges)]:
                if len(self.members[j]) < most and self._reopen(i, j):
                    a, b = self.parameters[i], self.parameters[j]
                    bend = rng.standard_normal(len(a)) + 1j * rng.standard_normal(len(a))
                    self.carry(i, j, (a + b) / 2 + _BEND * np.abs(b - a) * bend)
            self.saturate(None)

    def _reopen(self, i: int, j: int) -> bool:
        """Open the lost paths of an edge that may be bent once more; whether there is any."""
        there = self.partners(i, j)
        before = self._n_bends.get((i, j), np.zeros(0, np.int64))
        n_bends = np.concatenate([before, np.zeros(len(there) - len(before), np.int64)])
        again = (there == _LOST) & (n_bends < _BENDS)
        there[again] = _OPEN
        self._count(i, j)
        self._n_bends[i, j] = n_bends + again
        return bool(again.any())

    def carry(self, i: int, j: int, bend: Complexes | None = None) -> None:
        """Track the open solutions of member i to member j, straight or by way of a bend."""
        there = self.partners(i, j)
        rows = np.flatnonzero(there == _OPEN)
        if not len(rows):
            return
        way = [self.parameters[i], *([] if bend is None else [bend]), self.parameters[j]]
        ends = track_loop(self._program, way, self.members[i].solutions[rows], self._options)
        sound = np.flatnonzero(is_sound(ends, self._n))
        self.n_paths += len(rows)
        self.n_lost += len(rows) - len(sound)
        there[rows] = _LOST
        with undisturbed():  # a member is whole whenever the loops are stopped
            reached = self.members[j].add(ends.solutions[0][sound])
        back = self.partners(j, i)
        _, first = np.unique(reached, return_index=True)
        free = first[back[reached[first]] < 0]  # of two paths to one solution one has jumped: the later counts as lost
        there[rows[sound[free]]] = reached[free]
        back[reached[free]] = rows[sound[free]]
        self._count(i, j)
        self._count(j, i)
        reporting.report("solutions by monodromy", len(self.members[0]), self.expected or 0)
        if self._say is not None:
            self._say(f"{i} -> {j}: {len(rows)} paths, {len(rows) - len(free)} lost; {list(map(len, self.members))}")

    def add_loop(self, draw: Callable[[], Complexes], rng: np.random.Generator) -> None:
        """The last edge between the first members, then new members with two edges; the first member is joined to all.

        More edges between few members would cost half, but such loops are less independent: small sets lacked a solution more often.
        """
        if _LAST_EDGE not in self.edges:
            self.edges.append(_LAST_EDGE)
            return
        k = len(self.members)
        self.add_member(draw())
        self.edges += [(0, k), (int(rng.integers(1, k)), k)]

    def blind(self) -> list[int]:
        """How many solutions each loop does not carry to others, those that the first member lacks among them."""
        most = max(map(len, self.members))
        return [most - int(moved.sum()) for moved in self.moves()]

    def moves(self) -> list[npt.NDArray[np.bool_]]:
        """For each loop from the first member along one edge and back, which solutions it carries to others."""
        result = []
        for i, j in self.edges:
            if i:
                there, direct = self.partners(0, i), self.partners(0, j)
                onward = self.partners(i, j)
                end = np.where(there >= 0, onward[np.maximum(there, 0)], _LOST) if len(onward) else np.full(len(there), _LOST)
                result.append((end >= 0) & (direct >= 0) & (end != direct))
        return result
