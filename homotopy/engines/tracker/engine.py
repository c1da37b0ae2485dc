"""The compiled tracker as an engine."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from homotopy.common import reporting
from homotopy.engines.base import Capability, Engine, Request, TrackedPaths


class TrackerEngine(Engine):
    """Paths from the start set of a landscape's family, in compiled double precision."""

    name = "tracker"
    title = "the compiled tracker"
    summary = "parameter homotopies from the start set of a family, compiled"
    gives = frozenset({Capability.PATHS})
    rounds_in_auto = 2  # with other paths and tighter settings the second time; what fails twice needs more digits

    def version(self) -> str:
        """Version of Numba, which compiles it."""
        return f"Numba {version('numba')}"

    def run(self, request: Request) -> TrackedPaths | None:
        """All paths of a round; None if the landscape's family has no start set."""
        found = self._track([request], None)
        return None if found is None else found[0]

    def run_together(self, requests: Sequence[Request], threads: int | None = None) -> list[TrackedPaths] | None:
        """First rounds through one queue: what each member gets does not depend on the others."""
        return self._track(requests, threads)

    def prepare(self, request: Request) -> None:
        """Make the start set of the family, or read it."""
        from homotopy.engines.starts.cache import start_set

        if request.landscape is not None:
            start_set(request.landscape)

    def _track(self, requests: Sequence[Request], threads: int | None) -> list[TrackedPaths] | None:
        from homotopy.engines.tracker.paths import track_members  # compiles

        first = requests[0]
        landscapes = [r.landscape for r in requests if r.landscape is not None]
        if len(landscapes) < len(requests):
            return None
        with reporting.time_limit(first.options.time_limit, self.title.capitalize()):
            return track_members(landscapes, first.seed, first.round_number, first.progress, threads, first.keep)
