"""Evidence on completeness: what was checked, with which outcome and which numbers; sentences are made from it.

A piece of evidence holds no sentence. :mod:`homotopy.completeness.wording` words it, :mod:`homotopy.completeness.verdict` joins it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from homotopy.completeness import wording
from homotopy.status import EvidenceKind, Silence, Verdict

Fact: TypeAlias = int | float | str | bool | tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One check of a list.

    Parameters
    ----------
    kind : EvidenceKind
    outcome : Verdict
        YES: the check was met; NO: it was violated; UNDECIDED: it says nothing here.
    numbers : tuple of (str, int, float, str, bool, tuple of int or None)
        What it rests on, sorted by name; make evidence with :func:`evidence`, read a number as ``e["found"]``.
    silence : Silence or None
        Why it says nothing, where that is not clear from the numbers.

    Examples
    --------
    >>> e = evidence(EvidenceKind.PARITY, Verdict.YES, n_real=3)
    >>> e["n_real"], str(e)
    (3, 'parity: the number of real points, 3, is odd; it must be odd')
    """

    kind: EvidenceKind
    outcome: Verdict
    numbers: tuple[tuple[str, Fact], ...] = ()
    silence: Silence | None = None

    def __getitem__(self, name: str) -> Any:
        return dict(self.numbers)[name]

    @property
    def name(self) -> str:
        """The name of its kind."""
        return self.kind.value

    @property
    def detail(self) -> str:
        """What it says, in a sentence made from the numbers."""
        return wording.sentence(self.kind, self.outcome, dict(self.numbers), self.silence)

    def __str__(self) -> str:
        return f"{self.name}: {self.detail}"


def evidence(kind: EvidenceKind, outcome: Verdict, silence: Silence | None = None, **numbers: Fact) -> Evidence:
    """A piece of evidence, its numbers given by name."""
    return Evidence(kind, outcome, tuple(sorted(numbers.items())), silence)


def of_kind(pieces: Iterable[Evidence], *kinds: EvidenceKind) -> Evidence | None:
    """The first piece of one of these kinds, if there is any."""
    return next((e for e in pieces if e.kind in kinds), None)
