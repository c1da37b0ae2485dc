"""bertini2 as an engine: finite end points, without an account of the paths."""

from __future__ import annotations

from homotopy.engines.base import Capability, Engine, Request, Solutions


class BertiniEngine(Engine):
    """Complex solutions in adaptive precision, from a multihomogeneous or total-degree start."""

    name = "bertini"
    title = "bertini2"
    summary = "a second numerical engine in adaptive precision, for cross-checks"
    gives = frozenset({Capability.SOLUTIONS})

    def version(self) -> str:
        """Version of the package."""
        from homotopy.engines.bertini.client import bertini_version

        return bertini_version()

    def solutions(self, request: Request) -> Solutions:
        """The finite end points of all paths."""
        from homotopy.engines.bertini.client import solve_with_bertini

        found = solve_with_bertini(request.system, seed=request.seed, time_limit=request.options.time_limit)
        return Solutions(found.points, found.n_paths)
