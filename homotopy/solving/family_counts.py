"""How many solutions a generic member of a family has: by exact algebra of a random member, and by theorems about its monomials."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from homotopy.common.arrays import Complexes
from homotopy.engines.algebra.client import exact_solutions
from homotopy.engines.starts.loops import is_sound
from homotopy.engines.tracker.driver import track
from homotopy.engines.tracker.program import Program
from homotopy.solving.exact_algebra import MOST_PARAMETRISED
from homotopy.solving.family_scales import member_polynomials
from homotopy.status import Verdict
from polysys.counts.multiplicities import simple_count_of
from polysys.counts.of_landscape import EXACT_REACH, upper_bounds
from polysys.errors import InputError
from polysys.own_equations import Equations, equations
from polysys.root_count import RootCount
from polysys.system import PolynomialSystem
from polysys.tape import Tape

_COUNT_WORK = 3 * 10**9  # operations; a second is 10^9
_FILL_WORK = 10**10
_LARGEST, _SMALL = 2**30, 50  # parameters of a member that is counted, and of one whose solutions are written down


@dataclass(frozen=True, slots=True)
class MemberCount:
    """Solutions of a random member of a family.

    Parameters
    ----------
    n_simple : int or None
        Isolated simple solutions of the member, by exact algebra modulo two primes; None where that is out of reach.
    bound : RootCount
        At most so many isolated solutions has any member, by a theorem.

    Notes
    -----
    A simple solution modulo a prime lifts to one in characteristic zero, and the generic member has no fewer than any other. So a list
    with fewer than `n_simple` is not complete, whatever the prime. An unlucky prime or member can only have fewer solutions than the generic one: then
    a list with as many would be short. Random parameters of 30 bits and two primes of 31 bits that agree make that improbable; it is no proof.
    """

    n_simple: int | None
    bound: RootCount

    def says(self, n: int) -> Verdict:
        """Whether n solutions are all of a generic member."""
        if self.n_simple is None:
            return Verdict.YES if n == self.bound.value else Verdict.UNDECIDED
        if n > self.n_simple:  # there may be points of curves among them, whatever the bound
            return Verdict.UNDECIDED
        return Verdict.YES if n == self.n_simple else Verdict.NO


def member_count(tape: Tape, n_found: int, seed: int, is_regular: bool) -> MemberCount | None:
    """The count of a random member; None where its equations are no square system over Q, as where one vanishes.

    As many regular solutions as the bound are all, and nothing is counted; a start that was given may lie on a curve.
    """
    member = _member(tape, seed, _LARGEST)
    if member is None:
        return None
    bound = upper_bounds(member)[0]
    is_met = is_regular and n_found == bound.value
    n_simple = simple_count_of(member, work=_COUNT_WORK) if not is_met and n_found <= EXACT_REACH else None
    return MemberCount(n_simple, bound)


def solutions_by_algebra(tape: Tape, program: Program, base: Complexes, count: MemberCount, seed: int) -> Complexes:
    """Solutions at `base`: exact algebra writes down those of a rational member, as far as its reach goes, and paths lead them there."""
    empty = np.zeros((0, tape.n_variables), np.complex128)
    if count.n_simple is None or count.n_simple > MOST_PARAMETRISED:
        return empty
    values = _values(tape, seed, _SMALL)
    member = _member(tape, seed, _SMALL)
    found = exact_solutions(member.system, work_limit=_FILL_WORK) if member is not None else None
    if found is None or not found.points:
        return empty
    ends = track(program, np.array([complex(v) for v in values]), found.doubles, base)
    return np.asarray(ends.solutions[0][is_sound(ends, 0)])


def _values(tape: Tape, seed: int, largest: int) -> list[Fraction]:
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x3E3BE2, largest)))
    return [Fraction(int(v)) for v in rng.integers(1, largest, tape.n_parameters)]


def _member(tape: Tape, seed: int, largest: int) -> Equations | None:
    """The equations of a random member, exactly as the tape has them."""
    try:
        return equations(PolynomialSystem(tuple(member_polynomials(tape, _values(tape, seed, largest)))))
    except InputError:
        return None
