"""What a march along the parameter stands on and leaves behind: solutions with their branches, passages, gaps."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.common.arrays import Integers
from homotopy.scans.singular import SingularPoint
from homotopy.status import Verdict


@dataclass(frozen=True, eq=False)
class Strands:
    """The solutions at a value, each with the number of the branch it lies on.

    Parameters
    ----------
    at : Fraction
    certificates : CertificateList
        Pairwise distinct.
    names : int array (m,)
        Numbers of branches.
    """

    at: Fraction
    certificates: CertificateList
    names: Integers

    @property
    def is_real(self) -> npt.NDArray[np.bool_]:
        """Which are real."""
        found = np.zeros(len(self.certificates), bool)
        found[self.certificates.where(Verdict.YES)] = True
        return found


@dataclass(frozen=True, eq=False)
class Passage:
    """A short interval of the parameter in which solutions meet, part, or leave for infinity.

    Outside of it every solution is followed with proof; at both ends those that meet are certified, and all others are followed across it.

    Parameters
    ----------
    before, after : Strands
        Those that meet, at the lower and at the upper end of the interval in the direction of the march.
    singular : tuple of SingularPoint
        What is certified in it: real points.
    complex : tuple of SingularPoint
        Points in it that are not real, at a real value.
    """

    before: Strands
    after: Strands
    singular: tuple[SingularPoint, ...]
    complex: tuple[SingularPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """An interval that no proof goes through for some solutions: what is on its two sides is not linked.

    Parameters
    ----------
    low, high : Fraction
    n_lost : int
        Solutions that were not followed through.
    """

    low: Fraction
    high: Fraction
    n_lost: int


def taken(strands: Strands, rows: Integers) -> Strands:
    """Some of the solutions."""
    return Strands(strands.at, strands.certificates.take(rows), strands.names[rows])
