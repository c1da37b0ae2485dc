"""What a solver is given: an exact square system with its name, its straight-line programs and its symmetries."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from polysys.continuous_symmetry import ContinuousSymmetry
from polysys.domains import Domain
from polysys.formulations.formulation import Formulation
from polysys.symmetry import SymmetryGroup
from polysys.system import PolynomialSystem
from polysys.tape import Tape


class SystemTapes(Protocol):
    """What certification evaluates: equations and Jacobian, row by row, and the family that they are a member of."""

    @property
    def equations(self) -> Tape:
        """As many outputs as unknowns."""
        ...

    @property
    def jacobian(self) -> Tape:
        """Row by row."""
        ...

    @property
    def family(self) -> SystemTapes | None:
        """The tapes with free parameters of which these are a member; None where there are none."""
        ...

    @property
    def couplings(self) -> Sequence[Fraction]:
        """The member's parameters."""
        ...


class Problem(Protocol):
    """An exact square system, whatever it comes from: a :class:`Landscape`, or :class:`Equations` without a potential."""

    @property
    def label(self) -> str:
        """Its name in reports."""
        ...

    @property
    def seed(self) -> int | None:
        """What it was drawn from."""
        ...

    @property
    def index(self) -> int:
        """Which sample of the seed."""
        ...

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the coordinates."""
        ...

    @property
    def domain(self) -> Domain:
        """Where the coordinates live."""
        ...

    @property
    def text(self) -> str:
        """Canonical exact text."""
        ...

    @property
    def digest(self) -> str:
        """sha256 of the text."""
        ...

    @property
    def system(self) -> PolynomialSystem:
        """The square system that is solved."""
        ...

    @property
    def degrees(self) -> tuple[int, ...]:
        """Total degrees of its equations."""
        ...

    @property
    def tapes(self) -> SystemTapes:
        """Its straight-line programs."""
        ...

    @property
    def formulation(self) -> Formulation:
        """How the system was written."""
        ...

    @property
    def symmetry(self) -> SymmetryGroup:
        """Signed permutations that map solutions to solutions, proved."""
        ...

    @property
    def continuous_symmetry(self) -> ContinuousSymmetry | None:
        """Linear fields along which solutions move, proved; None if they were not searched."""
        ...

    @property
    def known_symmetry(self) -> ContinuousSymmetry | None:
        """Those of them that matter for isolated solutions."""
        ...
