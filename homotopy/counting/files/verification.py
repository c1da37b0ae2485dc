"""What comes of rechecking a file: its checks, and the verdict that follows from the file alone."""

from __future__ import annotations

from dataclasses import dataclass

from homotopy.completeness.verdict import CompletenessReport
from homotopy.status import Completeness


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a file: its name, whether it passed, and a sentence."""

    name: str
    is_ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """All checks of a saved census.

    Parameters
    ----------
    path : str
    checks : tuple of Check
    stated : Completeness or None
        The verdict that the file states; None where the checks did not come so far.
    derived : CompletenessReport or None
        The verdict that follows from the file alone: from the exact landscape and the certificates, without the account of the paths.
    """

    path: str
    checks: tuple[Check, ...]
    stated: Completeness | None = None
    derived: CompletenessReport | None = None

    @property
    def is_ok(self) -> bool:
        """Whether every check passed: nothing in the file is wrong, as far as anything in it can be derived again."""
        return all(c.is_ok for c in self.checks)

    @property
    def rests_on_paths(self) -> bool:
        """Whether the file states *supported* on a generic count and the run's own account of its paths alone, which no file can prove."""
        supported = Completeness.SUPPORTED
        return self.stated is supported and self.derived is not None and self.derived.verdict is Completeness.UNKNOWN

    def __bool__(self) -> bool:
        return self.is_ok

    def __repr__(self) -> str:
        said = "FAILED" if not self.is_ok else "ok, but completeness is not rechecked" if self.rests_on_paths else "ok"
        lines = [f"Verification of {self.path}: {said}"]
        return "\n".join(lines + [f"  {'ok    ' if c.is_ok else 'FAILED'} {c.name}: {c.detail}" for c in self.checks])
