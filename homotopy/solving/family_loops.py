"""All solutions of a generic member of a family: by loops in parameter space, and by sections of a curve of members."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common import reporting
from homotopy.common.arrays import Complexes
from homotopy.common.reporting import Stopped
from homotopy.common.validation import is_whole
from homotopy.engines.starts.loops import grow
from homotopy.engines.starts.sign_orbits import Orbits
from homotopy.engines.starts.trace_test import TraceTest, section_test
from homotopy.engines.tracker.program import Program, compile_homotopy
from homotopy.solving.family_counts import MemberCount, member_count, solutions_by_algebra
from homotopy.solving.family_members import as_family, check_numbers, complexes_of, start_points, tape_of
from homotopy.solving.family_results import MonodromySolutions
from homotopy.solving.family_scales import units_of
from homotopy.status import Verdict
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.expressions import ExpressionFamily
from polysys.own_equations import Equations
from polysys.tape import Tape, trace

_STARTS, _NEWTON_STEPS = 20, 60  # of the search for a first solution
_REGULAR = 1e10  # largest condition number of a start
_ROUNDS, _IDLE = 8, 3  # of loops and a trace test, at most; and how many in succession may find nothing
_DECADES = 4.0  # over which the sizes of members spread, one more in each round
_REACH = 1e9  # of lines far out, where solutions a thousand times larger than the known ones are no straight lines


def monodromy(
    family: Equations | Landscape | ExpressionFamily,
    x0: Any = None,
    a0: Any = None,
    *,
    expected: int | None = None,
    trace_test: bool = True,
    seed: int = 0,
    time_limit: float = 3600.0,
) -> MonodromySolutions:
    """Find solutions of a generic member of a family by loops in parameter space, and test that none is missing.

    Parameters
    ----------
    family : Equations, Landscape or expression with free parameters
        As for :func:`track`.
    x0 : array (n,) or (m, n), optional
        Solutions at `a0`; without them a random pair is found by Newton's method in unknowns and parameters together.
    a0 : mapping from names to numbers, or array (k,), optional
        Parameters, best complex and random.
    expected : int, optional
        Known number of solutions: stop when it is reached. What is missed of it is said (`n_missing`).
    trace_test : bool
        Whether completeness is tested, by the exact count of a random member and, unless the expected number is reached, by the trace test; and
        more is looked for where the tests are not passed.
    seed : int
    time_limit : float
        Seconds.

    Returns
    -------
    MonodromySolutions
        Where the start member is close to the discriminant, of another member: see its `parameters`.

    Raises
    ------
    InputError
        If shapes do not fit, a start point is no solution, or none is given and none was found.
    EngineTimeoutError
        When the time is up before anything but the start was found. Later it leaves what was found: `stopped` says so.

    Notes
    -----
    Loops find the solutions that are connected with the start over the parameter space: all of them where the pairs of solutions
    and parameters are irreducible, as where the equations are affine in parameters with independent columns (Duff, Hill, Jensen, Lee,
    Leykin & Sommars 2019). The trace test (Leykin, Rodriguez & Sottile 2018) says whether any of these is missing; it is
    numerical evidence, no proof: solutions much larger than all others leave no trace in doubles.

    So a bound and the number of simple solutions of a random member, by exact algebra modulo two primes, decide where they are within reach (a few
    seconds). Solutions modulo a prime lift, and a generic member has no fewer than any other: a list with fewer is not complete,
    whatever the prime; with as many it is, unless both primes or the random member have fewer than the generic one. Beyond that reach the trace test
    counts only where the coefficients are within three decades of one another (:attr:`MonodromySolutions.decades`). Without a start, the search goes in units in which they are, as far as there are any,
    and up to 300 solutions that no loop reaches are written down by exact algebra; with a start the list keeps to what it leads to.

    Loops in few parameters may surround no branch point. The test cuts the curve of solutions over a line of members by general
    lines; these vary more freely, and their loops carry each point of an irreducible curve to each other one. What its points reach and
    loops did not is taken into the list, and loops (of members of more and more different sizes) and a test with other constants follow: up to
    eight rounds, three without anything new. `complete` and `account` say how it ended.

    Examples
    --------
    >>> import polysys as ps
    >>> import homotopy as ho
    >>> conics = ps.equations(["x^2 + a*x*y + b = 0", "c*y^2 + d*x + 1 = 0"], parameters=["a", "b", "c", "d"])
    >>> found = ho.monodromy(conics)
    >>> len(found), found.is_trace_passed, found.account
    (4, True, '4 are all: no member has more (total degree)')
    """
    begin, family = time.perf_counter(), as_family(family)
    check_numbers(seed, time_limit)
    if expected is not None and not is_whole(expected, 1):
        raise InputError(f"The expected number {expected!r:.40} is no whole number of at least 1.", "Leave it out.")
    tape, is_free = tape_of(family), x0 is None and a0 is None
    units = units_of(family if is_free else None, tape.n_variables, tape.n_parameters)
    tape = units.of(tape)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x10095,)))
    base, known = _start(family, tape, x0, a0, rng)
    n_start, stopped = len(known), Stopped()
    search = _Search(tape, base, known, rng, seed, expected, is_free)
    with stopped.taking(), reporting.time_limit(time_limit, "Monodromy"):
        search.run(stopped, trace_test)
    n = len(search.known)
    if n == expected or stopped:  # a test of an earlier and shorter list says nothing of this one
        search.test = None
    solutions, parameters = units.given(search.known, search.base)
    return MonodromySolutions(
        family, parameters, solutions, search.n_paths, search.n_lost, search.n_loops, search.chance, search.test,
        time.perf_counter() - begin, stopped.settle(has_results=search.is_grown or n > n_start), expected, search.turn,
        None if stopped else search.count, search.n_by_algebra,
    )  # fmt: skip


@dataclass(slots=True)
class _Search:
    """What is known of a member's solutions, and rounds of loops, a trace test and a count that add to it.

    Parameters
    ----------
    tape : Tape
    base : complex array (k,)
        The member.
    known : complex array (m, n)
    rng : Generator
        Of the loops.
    seed : int
    expected : int or None
    is_free : bool
        Whether solutions that no loop reaches are wanted too: no start was given.
    """

    tape: Tape
    base: Complexes
    known: Complexes
    rng: np.random.Generator
    seed: int
    expected: int | None
    is_free: bool
    n_paths: int = 0
    n_lost: int = 0
    n_loops: int = 0
    n_by_algebra: int = 0
    turn: int = 0
    chance: float = 1.0
    is_grown: bool = False
    test: TraceTest | None = None
    count: MemberCount | None = None

    def run(self, stopped: Stopped, is_tested: bool) -> None:
        """Rounds until all are known, or nothing more is found."""
        program, n_idle = compile_homotopy(self.tape), 0
        while self.turn < _ROUNDS and n_idle < _IDLE:
            n_before = len(self.known)
            self._loops(program, stopped)
            if stopped or not is_tested:
                return
            if self.count is None:
                self.count = member_count(self.tape, len(self.known), self.seed, self.is_free)
            if len(self.known) == self.expected:
                return
            more = self._tested(min(self.turn, _DECADES), 1.0)
            self.turn += 1
            says = Verdict.UNDECIDED if self.count is None else self.count.says(len(self.known))
            if not len(more) and says is Verdict.YES:
                return
            is_passed, test = self.test is not None and self.test.is_passed, self.test
            if is_passed:
                more = self._tested(0.0, _REACH)  # that it is not passed says nothing: there points spread over many decades
                self.test = test if not len(more) else self.test
            if not len(more) and says is Verdict.NO:
                more = self._by_algebra(program)
            if is_passed and not len(more):
                return
            self.known = np.concatenate([self.known, more])
            n_idle = 0 if len(self.known) > n_before else n_idle + 1

    def _loops(self, program: Program, stopped: Stopped) -> None:
        decades, signs = min(self.turn, _DECADES), self._signs
        grown = grow(program, self.base, self.known, 0, signs, self.rng, self.expected, decades=decades, stopped=stopped)
        self.base, self.known = grown.parameters, grown.solutions
        self.n_paths, self.n_lost = self.n_paths + grown.n_paths, self.n_lost + grown.n_lost
        self.n_loops, self.chance = len(grown.blind), grown.chance_of_one_missing
        self.is_grown = self.is_grown or not stopped

    def _tested(self, decades: float, reach: float) -> Complexes:
        """Run a trace test, and return what it found new."""
        unknowns = trace(lambda x, _: list(x), self.tape.n_variables, self.tape.n_parameters)
        moving, seed = np.ones(self.tape.n_parameters, np.bool_), self.seed + 101 * self.turn
        self.test, more = section_test(
            self.tape, unknowns, self.base, self.known, self._signs, moving, 0, seed, decades=decades, reach=reach
        )  # fmt: skip
        return more

    def _by_algebra(self, program: Program) -> Complexes:
        """Solutions that are known to be missing, from exact algebra; nothing where a start was given, or the second time."""
        if not self.is_free or self.n_by_algebra or self.count is None:
            return self.known[:0]
        orbits = Orbits(self._signs)
        orbits.add(self.known)
        orbits.add(solutions_by_algebra(self.tape, program, self.base, self.count, self.seed))
        self.n_by_algebra = len(orbits) - len(self.known)
        return np.asarray(orbits.solutions[len(self.known) :])

    @property
    def _signs(self) -> npt.NDArray[np.int8]:
        return np.ones((1, self.tape.n_variables), np.int8)


def _start(
    family: Equations | Landscape, tape: Tape, x0: Any, a0: Any, rng: np.random.Generator
) -> tuple[Complexes, Complexes]:
    """The first member and what is known of its solutions: as given, or a random pair."""
    if x0 is None and a0 is None:
        pair, n = _start_pair(tape, rng), tape.n_variables
        if pair is None:
            raise InputError(
                f"No solution of a member of {family.label} was found.", "Give a solution x0 at parameters a0."
            )
        return pair[n:], pair[None, :n]
    if x0 is None or a0 is None:
        raise InputError("Only one of x0 and a0 is given.", "Give both, or neither.")
    base = np.array(complexes_of(family, a0))
    return base, start_points(tape, base, x0)


def _start_pair(tape: Tape, rng: np.random.Generator) -> Complexes | None:
    """A random point (x, parameters) with F(x; parameters) = 0, by the Gauss-Newton method from random points; None if none is found.

    A regular one where there is one: others lie on curves, or are multiple, and are not what is counted.
    """
    singular = None
    n, k = tape.n_variables, tape.n_parameters
    joint = trace(lambda z, _: tape.evaluate(z[:n], z[n:], lambda c: c), n + k)
    jacobian = joint.jacobian()
    for _ in range(_STARTS):
        z: Complexes = (rng.standard_normal(n + k) + 1j * rng.standard_normal(n + k)) / np.sqrt(2)
        for _ in range(_NEWTON_STEPS):
            reporting.check()
            f = np.array(joint.evaluate(list(z), (), float), np.complex128)
            matrix = np.array(jacobian.evaluate(list(z), (), float), np.complex128).reshape(n, n + k)
            if not (np.isfinite(f).all() and np.isfinite(matrix).all()):
                break
            step = np.linalg.lstsq(matrix, f, rcond=None)[0]
            z = z - step
            if np.abs(step).max() < 1e-14 * np.abs(z).max():
                if np.linalg.cond(matrix[:, :n]) < _REGULAR:
                    return z
                singular = z
                break
    return singular
