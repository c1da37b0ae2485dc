"""What comes of tracking a family: solutions at many members, and those of a generic one."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.common.arrays import Complexes
from homotopy.common.wording import count_of
from homotopy.engines.starts.trace_test import TraceTest
from homotopy.engines.tracker.results import CODE
from homotopy.solving.family_counts import MemberCount
from homotopy.solving.family_scales import ONE_SIZE, decades_of, member_polynomials
from homotopy.solving.result import PathAccount
from homotopy.status import PathStatus, Verdict
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.own_equations import Equations
from polysys.system import exact_terms

_REGULAR = CODE[PathStatus.REGULAR]


@dataclass(frozen=True, eq=False)
class FamilySolutions:
    """Solutions of members of a family, reached from one member; made by :func:`homotopy.track`.

    Parameters
    ----------
    family : Equations or Landscape
    parameters : complex array (targets, k)
    solutions : complex array (targets, paths, n)
        The end of each path; nan where it led nowhere.
    codes : int8 array (targets, paths)
        How each path ended: index into ``tuple(PathStatus)``.
    accounts : tuple of PathAccount
        For each target every path in exactly one class.
    certificates : tuple of CertificateList, or None
        For each target the certified distinct solutions among the ends, where they were asked for.
    n_without_conjugate : int array (targets,)
        For each real target how many of the ends of regular paths lack their conjugate among these ends. It is a solution too: the list of
        that target is not complete. For complex targets 0.
    seed : int
        Of the complex member by way of which paths from a real start go.
    seconds : float
    stopped : str
        What stopped the work; "" if nothing did. Paths that had not come to an end are failed then, and targets that had not been certified
        have no certificates.
    """

    family: Equations | Landscape
    parameters: Complexes
    solutions: Complexes
    codes: npt.NDArray[np.int8]
    accounts: tuple[PathAccount, ...]
    certificates: tuple[CertificateList, ...] | None
    n_without_conjugate: npt.NDArray[np.int64]
    seed: int
    seconds: float
    stopped: str = ""

    @property
    def n_regular(self) -> npt.NDArray[np.int64]:
        """For each target the number of paths that ended at a solution of their own."""
        return np.array([account.regular for account in self.accounts])

    @property
    def n_certified(self) -> npt.NDArray[np.int64]:
        """For each target the number of certified distinct solutions.

        Raises
        ------
        InputError
            If certificates were not asked for.
        """
        return np.array([len(c) for c in self._certified()])

    @property
    def n_real(self) -> npt.NDArray[np.int64]:
        """For each target the number of solutions proved real.

        Raises
        ------
        InputError
            If certificates were not asked for.
        """
        return np.array([c.n_real for c in self._certified()])

    def regular(self, target: int = 0) -> Complexes:
        """The ends of a target's regular paths, an array (m, n)."""
        return np.asarray(self.solutions[target][self.codes[target] == _REGULAR])

    def _certified(self) -> tuple[CertificateList, ...]:
        if self.certificates is None:
            raise InputError("The solutions were not certified.", "Track with certify=True.")
        return self.certificates

    def __len__(self) -> int:
        return len(self.parameters)

    def __repr__(self) -> str:
        total = PathAccount(
            *(sum(getattr(a, name) for a in self.accounts) for name in PathAccount.__dataclass_fields__)
        )
        lines = [
            f"Tracked {count_of(self.codes.shape[1], 'path')} of {self.family.label} to {count_of(len(self), 'target')} "
            f"({self.seconds:.3g} s)",
            f"  paths      {total}",
        ]
        if self.certificates is not None:
            counts = self.n_real.tolist() or [0]
            least, most = min(counts), max(counts)
            real = f"{least}" if least == most else f"{least} to {most}"
            lines.append(f"  certified  {int(self.n_certified.sum())} distinct solutions, {real} real at each target")
        if self.n_without_conjugate.any():
            n, n_targets = int(self.n_without_conjugate.sum()), int((self.n_without_conjugate > 0).sum())
            lines.append(f"  missing    the conjugates of {count_of(n, 'solution')} at {count_of(n_targets, 'real target')}")
        if self.stopped:
            lines.append(f"  stopped    {self.stopped}")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class MonodromySolutions:
    """Solutions of a generic member of a family; made by :func:`homotopy.monodromy`.

    Parameters
    ----------
    family : Equations or Landscape
    parameters : complex array (k,)
    solutions : complex array (m, n)
    n_paths, n_lost : int
        Paths tracked, and lost on the way.
    n_loops : int
        Independent loops of the last round.
    chance_of_one_missing : float
        With which these loops would have overlooked one more solution like the known ones.
    trace_test : TraceTest or None
        Its outcome in the last round; None where it was left out or stopped, or the expected number was reached.
    seconds : float
    stopped : str
        What stopped the loops or the test; "" if nothing did. Then solutions may be missing.
    expected : int or None
        The number of solutions that was asked for.
    n_rounds : int
        Of loops and a trace test. Solutions that a test finds are carried on by the loops of the next round.
    count : MemberCount or None
        What exact algebra counts for a random member, and the best bound that a theorem gives; None where nothing was tested.
    n_by_algebra : int
        Solutions that neither loops nor tests reached, and exact algebra wrote down.
    """

    family: Equations | Landscape
    parameters: Complexes
    solutions: Complexes
    n_paths: int
    n_lost: int
    n_loops: int
    chance_of_one_missing: float
    trace_test: TraceTest | None
    seconds: float
    stopped: str = ""
    expected: int | None = None
    n_rounds: int = 0
    count: MemberCount | None = None
    n_by_algebra: int = 0

    @property
    def is_trace_passed(self) -> bool | None:
        """Whether the trace test was passed; None if there was none."""
        return None if self.trace_test is None else self.trace_test.is_passed

    @property
    def n_missing(self) -> int | None:
        """How many of the expected solutions were not found; None where no number was given."""
        return None if self.expected is None else max(0, self.expected - len(self))

    @cached_property
    def decades(self) -> float:
        """Over how many decades the member's coefficients spread in the best units; nan where it has too many terms."""
        tape = self.family.parametric_tapes.equations
        try:
            sizes = [Fraction(float(abs(p))) for p in self.parameters]
            return decades_of([exact_terms(f) for f in member_polynomials(tape, sizes)], tape.n_variables)
        except InputError:
            return float("nan")

    @property
    def complete(self) -> Verdict:
        """Whether these are all solutions of a generic member.

        NO with fewer than were expected, or than a random member has by exact algebra; YES with as many as it has, or as a bound allows.
        Where exact algebra does not reach, YES by the trace test if the coefficients are of about one size (within three decades in the best
        units), or with the expected number. UNDECIDED else.
        """
        says = Verdict.UNDECIDED if self.count is None else self.count.says(len(self))
        if self.n_missing or says is Verdict.NO:
            return Verdict.NO
        if says is Verdict.YES:
            return says
        if self.count is not None and self.count.n_simple is not None:  # more than there are
            return Verdict.UNDECIDED
        is_all = (self.is_trace_passed and self._is_of_one_size) or len(self) == self.expected
        return Verdict.YES if is_all else Verdict.UNDECIDED

    @property
    def _is_of_one_size(self) -> bool:
        return self.decades <= ONE_SIZE

    @property
    def account(self) -> str:
        """Whether they are all, and how that is known, in a sentence."""
        n = len(self)
        known = self._counted() or self._traced()
        if self.expected is None:
            return known
        if n == self.expected:
            return f"as many as expected, {n}" + ("" if self.count is None else f"; {known}")
        if n > self.expected:
            return f"{n - self.expected} more than the {self.expected} expected; {known}"
        return f"{self.n_missing} of the {self.expected} expected are missing; {known}"

    def _counted(self) -> str:
        """What exact algebra or a bound says; "" if it is nothing."""
        if self.count is None:
            return ""
        n, n_simple, bound = len(self), self.count.n_simple, self.count.bound
        if n == n_simple:
            return f"{n} are all: a random member has so many, by exact algebra modulo two primes"
        if n_simple is None:
            return f"{n} are all: no member has more ({bound.name})" if n == bound.value else ""
        if n < n_simple:
            rest = f"; {self._traced()}" if self.is_trace_passed and self._is_of_one_size else ""
            return f"{n_simple - n} of the {n_simple} solutions of a random member are missing, by exact algebra modulo two primes{rest}"
        return f"not known to be complete: a random member has {n_simple} only, by exact algebra modulo two primes"

    def _traced(self) -> str:
        """What the trace test says."""
        rounds = count_of(self.n_rounds, "round")
        if self.is_trace_passed and self._is_of_one_size:
            return f"{len(self)} are all that loops can reach, by the trace test after {rounds}"
        if self.is_trace_passed:
            return (
                f"not known to be complete: the trace test is passed, but coefficients spread over {self.decades:.0f} decades, where solutions of "
                "other sizes leave no trace in doubles"
            )
        if self.trace_test is not None:
            return f"not known to be complete: the trace test is not passed after {rounds} of loops"
        if self.stopped:
            return "not known to be complete: stopped before the test"
        return "not known to be complete: there was no trace test"

    def __len__(self) -> int:
        return len(self.solutions)

    def __repr__(self) -> str:
        lines = [
            f"Monodromy of {self.family.label}: {count_of(len(self), 'solution')} of a generic member ({self.seconds:.3g} s)",
            f"  paths      {self.n_paths} tracked, {self.n_lost} lost",
        ]
        if self.n_loops and self.trace_test is None:
            lines.append(
                f"  loops      {self.n_loops} carry the list to itself; were they independent, and one more solution like these, they would have "
                f"overlooked it with probability {self.chance_of_one_missing:.1g}"
            )
        elif self.n_loops:
            lines.append(f"  loops      {self.n_loops} carry the list to itself")
        if self.trace_test is not None:
            lines.append(f"  {self.trace_test}")
        if self.n_by_algebra:
            lines.append(f"  algebra    {count_of(self.n_by_algebra, 'solution')} that no loop had reached")
        lines.append(f"  complete   {self.account}")
        if self.stopped:
            lines.append(f"  stopped    {self.stopped}")
        return "\n".join(lines)
