"""What the two transports of PHCpack have in common."""

from typing import Protocol

from homotopy.engines.phcpack.decomposition import RawDecomposition
from homotopy.engines.phcpack.types import Point, Polynomials, RawEnd, StartSystem


class Backend(Protocol):
    """What both transports do; each call is one stateless request."""

    transport: str
    version: str
    deadline: float

    def mixed_volume(self, polynomials: Polynomials, seed: int) -> int:
        """Mixed volume."""

    def stable_mixed_volume(self, polynomials: Polynomials, seed: int) -> int:
        """Stable mixed volume."""

    def polyhedral(self, polynomials: Polynomials, seed: int, precision: str) -> StartSystem:
        """Random coefficient system with its solutions in the torus."""

    def track(
        self,
        target: Polynomials,
        start: Polynomials,
        solutions: list[Point],
        gamma: complex,
        precision: str,
        tuning: dict[int, float],
        seed: int,
    ) -> list[RawEnd]:
        """Track a chunk of paths."""

    def decompose(self, polynomials: Polynomials, n: int, top: int, seed: int, precision: str) -> RawDecomposition:
        """Components of the solution set of equations in n unknowns."""

    def multiplicity(self, polynomials: Polynomials, point: Point, order: int, tolerance: float) -> int | None:
        """Multiplicity of an isolated solution; None if the transport cannot tell."""

    def stop(self) -> None:
        """End the process."""
