"""Whose turn a round of a solve is: engines in the order of the registry, and none that cannot end in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isinf

from homotopy.common.reporting import Progress
from homotopy.engines.base import Engine, Request, TrackedPaths, request_for
from homotopy.engines.registry import engines_for
from homotopy.errors import EngineMissingError, StartSetError
from homotopy.options import AUTO, Options
from polysys.errors import InputError, PolysysError
from polysys.problem import Problem


class Turns:
    """Which engine runs which round.

    The engines that honour the options take turns in the order of the registry, each for as many rounds as it declares
    (``rounds_in_auto``); one that has no start set for the landscape hands its rounds to the next. Where something was
    found, an engine whose estimate is beyond the time limit is not started: the first one follows other paths instead.
    """

    def __init__(
        self, landscape: Problem, options: Options, progress: Progress | None, *, has_found: bool = False
    ) -> None:
        self._landscape, self._options, self._progress = landscape, options, progress
        self._has_found, self._notes = has_found, list[str]()
        self._fits: dict[str, bool] = {}
        self._engines = engines_for(options)
        self._without_start: set[str] = set()
        self.left: TrackedPaths | None = None
        self._missing: EngineMissingError | None = None

    def run(self, k: int) -> TrackedPaths | None:
        """The paths of round k; None if no engine is left: what is missing does not undo what others have found.

        Where an engine is stopped, `left` has the paths that had ended.
        """
        self.left = None
        request = request_for(self._landscape, self._options, k, self._progress, self._keep)
        for engine in self._candidates(k, request):
            try:
                tracked = engine.run(request)
            except EngineMissingError as error:
                self._missing = self._missing or error
                continue
            except StartSetError:  # no start that can be relied on: the next engine brings its own
                if len(self._engines) == 1:
                    raise
                tracked = None
            if tracked is not None:
                self._has_found = True
                return tracked
            self._without_start.add(engine.name)
        return None

    def _keep(self, tracked: TrackedPaths) -> None:
        self.left = tracked

    def notes(self) -> list[str]:
        """What was decided since this was asked last, one sentence each."""
        said, self._notes = self._notes, []
        return said

    def _able(self) -> list[Engine]:
        return [engine for engine in self._engines if engine.name not in self._without_start]

    def _may_start(self, engine: Engine, request: Request) -> bool:
        """Whether an engine is the first, or its estimate is within the time limit."""
        if not self._has_found or engine is self._able()[0]:
            return True
        if engine.name not in self._fits:
            seconds, limit = engine.estimate(request), self._options.time_limit
            self._fits[engine.name] = seconds is None or seconds <= limit
            if not self._fits[engine.name]:
                assert seconds is not None
                least = "more than can be estimated" if isinf(seconds) else f"at least {seconds:.2g} s"
                self._notes.append(
                    f"{engine.title[0].upper()}{engine.title[1:]} was not started: it would take {least}, and the time limit is {limit:g} s."
                )
        return self._fits[engine.name]

    def _candidates(self, k: int, request: Request) -> Iterator[Engine]:
        """The engines of round k that may start, one by one; where all are out of reach, the first, for other paths once more."""
        turn = self._turn(k)
        for engine in turn:
            if self._may_start(engine, request):
                yield engine
        if turn and all(self._fits.get(engine.name) is False for engine in turn):
            yield from self._able()[:1]

    def no_engine(self) -> PolysysError:
        """Why no round could be run."""
        if self._missing is not None:
            return self._missing
        names = [engine.name for engine in self._engines]
        others = [e.name for e in engines_for(replace(self._options, engine=AUTO)) if e.name not in names]
        who = f"The engine {names[0]} has no" if len(names) == 1 else f"None of the engines {' and '.join(names)} has a"
        return InputError(
            f"{who} start set for {self._landscape.label}.",
            f"Use engine={others[0]} or engine=auto."
            if others
            else "Leave the options of the engine at their defaults.",
        )

    def _turn(self, k: int) -> Sequence[Engine]:
        """Whose turn round k is, and who is asked next where that engine is missing or has no start set."""
        able = self._able()
        end = 0
        for i, engine in enumerate(able):
            if engine.rounds_in_auto is None or len(self._engines) == 1:
                return able[i:]
            end += engine.rounds_in_auto
            if k < end:
                return able[i:]
        return ()
