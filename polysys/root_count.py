"""What a root count is, and what it claims.

Why a generic count bounds *every* member of a family (used for all counts of this package).  Let F(x; q) = 0 be a
square polynomial system on a smooth variety whose coefficients depend polynomially on q in a smooth irreducible
parameter variety.  An isolated solution of multiplicity k of a member q* moves, for q near q*, into solutions that are
isolated and count k with multiplicity (conservation of number: the solution set over the parameters is a complete
intersection at that point, hence flat over them).  So no member has more isolated solutions than the generic one;
positive-dimensional solution sets may come in addition and are not counted.  Morgan & Sommese, Appl. Math. Comput.
29 (1989) 123; Sommese & Wampler, The Numerical Solution of Systems of Polynomials (2005), theorems 7.1.1 and 7.1.6.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from polysys.errors import InputError


class RootCountKind(Enum):
    """What a root count claims; the value is the sentence to print."""

    GENERIC_COUNT = "exact for generic parameters and an upper bound on the isolated solutions of every member"
    UPPER_BOUND = "an upper bound on the isolated solutions"
    COMPUTED = "assembled from computed counts, as reliable as they are"


@dataclass(frozen=True, slots=True)
class RootCount:
    """A number of complex solutions and the grounds for it.

    Parameters
    ----------
    value : int
        The number.
    kind : RootCountKind
        What it claims.
    name : str
        What is counted, or by which rule.
    reference : str
        Where it is proved.
    assumptions : str
        The family for which the claim holds.
    counts_multiplicities : bool
        Whether a multiple isolated solution is counted with its multiplicity (True) or once.
    """

    value: int
    kind: RootCountKind
    name: str
    reference: str
    assumptions: str
    counts_multiplicities: bool = True

    @property
    def is_proved_bound(self) -> bool:
        """Whether no member of the family can have more isolated solutions than `value`."""
        return self.kind is not RootCountKind.COMPUTED

    def __str__(self) -> str:
        return f"{self.value}: {self.name} [{self.reference}]; {self.kind.value}; for {self.assumptions}"

    def __repr__(self) -> str:
        return f"RootCount({self})"


def integers(values: Sequence[int], least: int, name: str) -> list[int]:
    """The values as a nonempty list of ints of at least `least`, or an InputError."""
    result = []
    for value in values:
        if isinstance(value, bool) or not hasattr(value, "__index__") or operator.index(value) < least:
            raise InputError(f"{name}: {value!r} is not an integer of at least {least}.", "Give whole numbers.")
        result.append(operator.index(value))
    if not result:
        raise InputError(f"{name}: the list is empty.", "Give at least one number.")
    return result
