"""msolve as an engine: the exact witness, without paths."""

from __future__ import annotations

from homotopy.engines.base import Capability, Engine, IdealModulo, RealBox, Request


class MsolveEngine(Engine):
    """Degree of the ideal modulo a prime and boxes of the real roots, by Groebner bases."""

    name = "msolve"
    title = "msolve"
    summary = "symbolic: degree modulo primes and exact real roots, for cross-checks"
    gives = frozenset({Capability.DEGREE, Capability.REAL_ROOTS})

    def version(self) -> str:
        """What the executable says, and where it is."""
        from homotopy.engines.msolve.client import find_msolve, msolve_version

        return f"{msolve_version()}, {find_msolve()}"

    def real_roots(self, request: Request, *, precision: int = 128) -> tuple[RealBox, ...] | None:
        """Boxes of the real solutions over Q."""
        from homotopy.engines.msolve.client import real_boxes

        limit = request.options.time_limit
        return real_boxes(request.system, seed=request.seed, precision=precision, time_limit=limit)

    def ideal_modulo(self, request: Request, prime: int) -> IdealModulo:
        """Dimension and degree from the leading ideal of a Groebner basis."""
        from homotopy.engines.msolve.client import ideal_modulo

        return ideal_modulo(request.system, prime, time_limit=request.options.time_limit)

    def n_distinct_modulo(self, request: Request, prime: int) -> int | None:
        """Degree of the eliminating polynomial of the radical."""
        from homotopy.engines.msolve.client import distinct_modulo

        return distinct_modulo(request.system, prime, seed=request.seed, time_limit=request.options.time_limit)
