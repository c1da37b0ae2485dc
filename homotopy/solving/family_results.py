"""What comes of tracking a family: solutions at many members, and those of a generic one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.common.arrays import Complexes
from homotopy.common.wording import count_of
from homotopy.engines.starts.trace_test import TraceTest
from homotopy.engines.tracker.results import CODE
from homotopy.solving.result import PathAccount
from homotopy.status import PathStatus, Verdict
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.own_equations import Equations

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

    @property
    def is_trace_passed(self) -> bool | None:
        """Whether the trace test was passed; None if there was none."""
        return None if self.trace_test is None else self.trace_test.is_passed

    @property
    def n_missing(self) -> int | None:
        """How many of the expected solutions were not found; None where no number was given."""
        return None if self.expected is None else max(0, self.expected - len(self))

    @property
    def complete(self) -> Verdict:
        """Whether these are all solutions that loops can reach: YES by the trace test or with the expected number, NO with fewer than that."""
        if self.n_missing:
            return Verdict.NO
        is_all = self.is_trace_passed or len(self) == self.expected
        return Verdict.YES if is_all else Verdict.UNDECIDED

    @property
    def account(self) -> str:
        """Whether they are all, and how that is known, in a sentence."""
        n, rounds = len(self), count_of(self.n_rounds, "round")
        if self.is_trace_passed:
            known = f"{n} are all that loops can reach, by the trace test after {rounds}"
        elif self.trace_test is not None:
            known = f"not known to be complete: the trace test is not passed after {rounds} of loops"
        elif self.stopped:
            known = "not known to be complete: stopped before the test"
        else:
            known = "not known to be complete: there was no trace test"
        if self.expected is None:
            return known
        if n == self.expected:
            return f"as many as expected, {n}"
        if n > self.expected:
            return f"{n - self.expected} more than the {self.expected} expected; {known}"
        return f"{self.n_missing} of the {self.expected} expected are missing; {known}"

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
        lines.append(f"  complete   {self.account}")
        if self.stopped:
            lines.append(f"  stopped    {self.stopped}")
        return "\n".join(lines)
