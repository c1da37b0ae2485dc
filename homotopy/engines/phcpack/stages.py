"""The homotopies that together reach every isolated solution from polyhedral start systems."""

import cmath
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import networkx as nx

from homotopy.engines.phcpack.backend import Backend
from homotopy.engines.phcpack.failures import WorkerDied, WorkerSilent
from homotopy.engines.phcpack.patterns import MAX_UNKNOWNS, SignSymmetry, restrict, sign_symmetry, zero_patterns
from homotopy.engines.phcpack.points import distinct_regular
from homotopy.engines.phcpack.scaling import Scaling
from homotopy.engines.phcpack.starts import univariate_start
from homotopy.engines.phcpack.types import Point, Polynomials, StartSystem, Term, TrackedHomotopy
from homotopy.errors import EngineCrashError, EngineEmptyError
from homotopy.status import StartCount

MAX_PATTERNS = 2000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage:
    """One homotopy on the subspace of the live unknowns, from a start system with all its solutions known.

    `orbits` lists the start solutions as orbits of the sign changes `signs`, under which the whole homotopy is
    invariant: (solution, sign change) pairs, the first with the identity. One path of each orbit is tracked. `equations` are
    the numbers of the target's equations in the whole system.
    """

    live: tuple[int, ...]
    target: Polynomials
    start: Polynomials
    solutions: tuple[Point, ...]
    orbits: tuple[tuple[tuple[int, int], ...], ...]
    signs: tuple[tuple[int, ...], ...]
    equations: tuple[int, ...] = ()

    def tracked(self, gamma: complex, scaling: Scaling) -> TrackedHomotopy:
        """What was tracked with a gamma, and how the unknowns were scaled."""
        return TrackedHomotopy(
            self.live, self.equations, self.target, self.start, self.solutions, gamma, scaling.columns
        )


def whole_space(target: Polynomials, start: Polynomials, solutions: Iterable[Point]) -> Stage:
    """Return the stage that tracks every path, in the whole space."""
    points, n = tuple(solutions), len(target)
    alone = tuple(((k, 0),) for k in range(len(points)))
    return Stage(tuple(range(n)), target, start, points, alone, ((1,) * n,), tuple(range(n)))


class StartCountError(Exception):
    """Start systems whose verified solutions were never as many as their root count."""


class Requests:
    """Requests to a backend with retries: what fails is written down and asked again with another seed (trap F)."""

    def __init__(self, backend: Backend, retries: int, seeds: Iterable[int], attempts: list[str]) -> None:
        self.backend = backend
        self.retries = retries
        self._seeds = iter(seeds)
        self.attempts = attempts

    def seed(self) -> int:
        """Return the next of PHCpack's seeds."""
        return next(self._seeds)

    def ask(self, what: str, request: Callable[[int], T]) -> T:
        """Return ``request(seed)``, asked again after each crash; `EngineCrashError` when none succeeds."""
        problem: WorkerDied | None = None
        for _ in range(self.retries + 1):
            seed = self.seed()
            try:
                return request(seed)
            except WorkerDied as died:
                problem = died
                self.attempts.append(f"{what} with PHCpack's seed {seed} failed: {died}.")
        kind = EngineEmptyError if isinstance(problem, WorkerSilent) else EngineCrashError
        raise kind(
            f"PHCpack failed {self.retries + 1} times while {what} ({problem}).",
            "Try another seed, another start system, or a system with coefficients of more equal size.",
        )

    def volume(self, polynomials: Polynomials) -> int:
        """Return the mixed volume, computed with random liftings until two of them agree (trap H)."""
        if len(polynomials) == 1:
            return univariate_start([m[0] for _, m in polynomials[0]], 0).volume
        seen: list[int] = []
        for _ in range(6):
            value = self.ask("computing a mixed volume", lambda seed: self.backend.mixed_volume(polynomials, seed))
            if value in seen:
                return value
            if seen:
                self.attempts.append(f"Two liftings gave the mixed volumes {seen[-1]} and {value}.")
            seen.append(value)
        raise StartCountError(f"the mixed volume came out as {seen}")

    def polyhedral(
        self,
        quotient: Polynomials,
        exponents: list[dict[tuple[int, ...], tuple[int, ...]]],
        symmetry: SignSymmetry,
        n_orbits: int,
        precision: str,
    ) -> tuple[Polynomials, list[Point]]:
        """Return a random coefficient system and one verified solution of each orbit of the sign symmetry.

        PHCpack solves the system in the quotient; `exponents` translates its monomials.
        """
        for p in [precision] * (self.retries + 1) + ["dd"] * (precision == "d"):
            answer = self.ask("solving a random coefficient system", partial(self._polyhedral, quotient, p))
            ordered = in_order_of(quotient, answer.polynomials)
            system = [[(c, row[m]) for c, m in terms] for row, terms in zip(exponents, ordered, strict=True)]
            liftable = [y for y in answer.solutions if all(z != 0 and cmath.isfinite(z) for z in y)]
            points = distinct_regular(answer.polynomials, liftable)
            lifted = distinct_regular(system, [symmetry.lift(y) for y in points])
            if answer.volume == n_orbits == len(points) == len(lifted):
                return system, lifted
            self.attempts.append(
                f"A random coefficient system in precision {p} had {len(points)} verified solutions of "
                f"{len(answer.solutions)} listed, for a mixed volume of {n_orbits}."
            )
        raise StartCountError("no random coefficient system could be solved completely")

    def _polyhedral(self, polynomials: Polynomials, precision: str, seed: int) -> StartSystem:
        if len(polynomials) == 1:
            return univariate_start([m[0] for _, m in polynomials[0]], seed)
        return self.backend.polyhedral(polynomials, seed, precision)


def in_order_of(supports: Polynomials, polynomials: Polynomials) -> list[Sequence[Term]]:
    """Return `polynomials` in an order in which each has monomials of the support beside it only.

    PHCpack brings equations with equal supports together when it counts mixed cells, and keeps that order; it also
    leaves out monomials that are no vertices of a Newton polytope. Any such order will do: start and target then
    stay within the supports, and the start system is the same set of equations.
    """
    wanted = [{m for _, m in terms} for terms in supports]
    found = [{m for _, m in terms} for terms in polynomials]
    if all(f <= w for f, w in zip(found, wanted, strict=True)):
        return list(polynomials)
    graph = nx.Graph((("wanted", i), ("found", j)) for i, w in enumerate(wanted) for j, f in enumerate(found) if f <= w)
    rows = [("wanted", i) for i in range(len(wanted))]
    match = nx.bipartite.maximum_matching(graph, [row for row in rows if row in graph])
    if any(row not in match for row in rows):
        raise StartCountError("a random coefficient system came back with other monomials")
    return [polynomials[match[row][1]] for row in rows]


def polyhedral_stages(target: Polynomials, requests: Requests, precision: str) -> tuple[list[Stage], StartCount]:
    """Return one stage per zero pattern that carries solutions of a generic system, and what the number of their paths is.

    Trap D: a polyhedral homotopy alone finds only solutions without zero coordinates; see `zero_patterns`. When there
    are too many unknowns to enumerate patterns, a constant term is added to every support of the start system instead
    (Li and Wang 1996), which takes more paths.
    """
    n = len(target)
    patterns = zero_patterns(target, n) if n <= MAX_UNKNOWNS else None
    if patterns is None or len(patterns) > MAX_PATTERNS:
        origin = (0,) * n
        supports = [[*terms, *([] if any(m == origin for _, m in terms) else [(1 + 0j, origin)])] for terms in target]
        stage = _stage(tuple(range(n)), target, supports, requests, precision)
        return [replace(stage, equations=tuple(range(n)))], StartCount.MIXED_VOLUME_WITH_CONSTANTS
    stages = []
    for live, equations in patterns:
        if not live:
            stages.append(Stage((), (), (), ((),), (((0, 0),),), ((),)))
            continue
        here = restrict(target, live, equations)
        stage = replace(_stage(live, here, here, requests, precision), equations=equations)
        if stage.solutions:
            stages.append(stage)
    return stages, StartCount.MIXED_VOLUMES if len(stages) > 1 else StartCount.MIXED_VOLUME


def _stage(
    live: tuple[int, ...], target: Polynomials, supports: Polynomials, requests: Requests, precision: str
) -> Stage:
    symmetry = sign_symmetry(supports, len(live))
    exponents = [symmetry.quotient(terms) for terms in supports]
    quotient = [[(1 + 0j, m) for m in row] for row in exponents]
    n_orbits = requests.volume(quotient)
    if n_orbits == 0:
        return Stage(live, target, (), (), (), ())
    system, points = requests.polyhedral(quotient, exponents, symmetry, n_orbits, precision)
    signs = symmetry.elements()
    solutions = tuple(tuple(s * z for s, z in zip(sign, x, strict=True)) for x in points for sign in signs)
    numbered = tuple(tuple((k * len(signs) + g, g) for g in range(len(signs))) for k in range(len(points)))
    return Stage(live, target, system, solutions, numbered, signs)
