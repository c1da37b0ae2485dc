"""What a transport must get right before it is trusted (trap A: PHCpack can return empty lists in silence)."""

import math

from homotopy.engines.phcpack.backend import Backend
from homotopy.engines.phcpack.failures import WorkerDied
from homotopy.engines.phcpack.types import Polynomials

SYSTEM: Polynomials = [[(1, (2, 0)), (-2, (0, 0))], [(1, (1, 1)), (-1, (0, 0))]]  # x^2 = 2, x y = 1


def self_test(backend: Backend) -> None:
    """Solve a system whose two solutions are known, as any other is solved; raise `WorkerDied` if that goes wrong."""
    start = backend.polyhedral(SYSTEM, 1, "d")
    ends = backend.track(SYSTEM, start.polynomials, list(start.solutions), 0.6 + 0.8j, "d", {}, 1)
    found = sorted(round(end.x[0].real, 6) for end in ends if abs(end.x[0] * end.x[1] - 1) < 1e-6)
    if start.volume != 2 or found != [round(-math.sqrt(2), 6), round(math.sqrt(2), 6)]:
        backend.stop()
        raise WorkerDied(f"its self-test found {found} for the square roots of 2")
