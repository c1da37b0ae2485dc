"""Our exact algebra as an engine: all solutions of small systems, without paths and without another program."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from homotopy.engines.base import Capability, Engine, IdealModulo, RealBox, Request, Solutions
from homotopy.errors import EngineCrashError, EngineTimeoutError

if TYPE_CHECKING:
    from homotopy.engines.algebra.client import ExactSolutions
    from polysys.algebra import CountModulo, Stop


class AlgebraEngine(Engine):
    """A rational parametrisation of the solutions over Q, and what it says modulo a prime."""

    name = "algebra"
    title = "exact algebra"
    summary = "symbolic: all solutions of small systems over Q, for cross-checks and for what no path finds"
    gives = frozenset({Capability.SOLUTIONS, Capability.REAL_ROOTS, Capability.DEGREE})

    def version(self) -> str:
        """Version of python-flint, which isolates the roots."""
        return f"python-flint {version('python-flint')}"

    def solutions(self, request: Request) -> Solutions:
        """All distinct solutions; beside a solution set of positive dimension the simple ones."""
        return Solutions(tuple(point.doubles for point in self._solved(request, 64).points))

    def real_roots(self, request: Request, *, precision: int = 128) -> tuple[RealBox, ...] | None:
        """Boxes about the real solutions; None in positive dimension."""
        found = self._solved(request, precision)
        if found.dimension is None or found.dimension > 0:
            return None
        return tuple(point.box for point in found.points if point.is_real)

    def ideal_modulo(self, request: Request, prime: int) -> IdealModulo:
        """Dimension and degree from the leading ideal of a Groebner basis."""
        count = self._counted(request, prime, distinct=False)
        assert count.dimension is not None
        return IdealModulo(prime, count.dimension, None if count.dimension > 0 else count.degree)

    def n_distinct_modulo(self, request: Request, prime: int) -> int | None:
        """Number of points of the quotient algebra."""
        return self._counted(request, prime, distinct=True).n_distinct

    def _solved(self, request: Request, bits: int) -> ExactSolutions:
        from homotopy.engines.algebra.client import exact_solutions

        limit = request.options.time_limit
        found = exact_solutions(request.system, work_limit=None, time_limit=limit, seed=request.seed, bits=bits)
        _require_end(found.stopped, limit)
        return found

    def _counted(self, request: Request, prime: int, *, distinct: bool) -> CountModulo:
        from polysys.algebra import Meter, count_modulo, integer_polynomials, reduce_modulo

        n, limit = request.system.n, request.options.time_limit
        system = reduce_modulo(integer_polynomials(request.system.terms, n), n, prime)
        count = count_modulo(system, seed=request.seed, meter=Meter(time_limit=limit), distinct=distinct)
        _require_end(count.stopped, limit)
        return count


def _require_end(stopped: Stop | None, limit: float) -> None:
    from polysys.algebra import Stop

    if stopped is Stop.TIME:
        raise EngineTimeoutError(
            f"The exact algebra did not end within its time limit of {limit:g} s.",
            "Allow more with a larger time limit.",
        )
    if stopped is not None:
        raise EngineCrashError(f"The exact algebra stopped: {stopped.value}.", "The system is too large for it.")
