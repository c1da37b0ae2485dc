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
from homotopy.status import PathStatus
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
        Independent loops, under which the solutions are closed.
    chance_of_one_missing : float
        With which these loops would have overlooked one more solution like the known ones.
    trace_test : TraceTest or None
        Its outcome; None where it was left out or the expected number was reached.
    seconds : float
    stopped : str
        What stopped the loops or the test; "" if nothing did. Then solutions may be missing.
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

    @property
    def is_trace_passed(self) -> bool | None:
        """Whether the trace test was passed; None if there was none."""
        return None if self.trace_test is None else self.trace_test.is_passed

    def __len__(self) -> int:
        return len(self.solutions)

    def __repr__(self) -> str:
        lines = [
            f"Monodromy of {self.family.label}: {count_of(len(self), 'solution')} of a generic member ({self.seconds:.3g} s)",
            f"  paths      {self.n_paths} tracked, {self.n_lost} lost",
        ]
        if self.n_loops and self.is_trace_passed is False:
            lines.append(
                f"  loops      {self.n_loops} carry the list to itself, which says little: the trace test is not passed"
            )
        elif self.n_loops:
            lines.append(
                f"  loops      {self.n_loops} carry the list to itself; were they independent, and one more solution like these, they would have "
                f"overlooked it with probability {self.chance_of_one_missing:.1g}"
            )
        if self.trace_test is not None:
            lines.append(f"  {self.trace_test}")
        if self.stopped:
            lines.append(f"  stopped    {self.stopped}")
        return "\n".join(lines)
