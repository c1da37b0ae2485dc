"""Tracking all paths of one stage, with the retries that keep the accounting right."""

import cmath
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from homotopy.engines.phcpack.endgame import Homotopy, follow, judge, judge_arrived
from homotopy.engines.phcpack.newton import System
from homotopy.engines.phcpack.points import close_pairs
from homotopy.engines.phcpack.stages import Requests, Stage
from homotopy.engines.phcpack.types import PathEnd, Point, RawEnd
from homotopy.status import PathStatus

CHUNK = 32  # start solutions per request: what a crash can lose, and how often progress is reported
# PHCpack's continuation parameters by number (its tuning menu): 3 steps, 9:10 and 11:12 smallest and largest step along
# the path and near the end, 13:14 and 17:18 caution after failures, 19:20 corrector steps, 21 to 28 its tolerances.
TOLERANCES_ON_PATH, TOLERANCES_AT_END = (21, 23, 25, 27), (22, 24, 26, 28)
TIGHT: dict[int, float] = {3: 4000, 9: 1e-8, 10: 1e-10, 11: 0.02, 12: 0.005, 13: 0.5, 17: 3, 19: 2}
TIGHT |= dict.fromkeys(TOLERANCES_ON_PATH, 1e-11)
TIGHT_DD = TIGHT | {3: 8000} | dict.fromkeys(TOLERANCES_ON_PATH, 1e-15) | dict.fromkeys(TOLERANCES_AT_END, 1e-20)

# How suspect paths are tracked again: in words, in which precision (None: as before), with which parameters. Last and
# without PHCpack, in homogeneous coordinates from the start (trap I): PHCpack reports arrival, at a point that solves nothing,
# on some paths that diverge (two parallel lines are an example).
_CARES: list[tuple[str, str | None, dict[int, float] | None]] = [
    ("with smaller steps", None, TIGHT),
    ("with smaller steps in double double precision", "dd", TIGHT_DD),
    ("in homogeneous coordinates", None, None),
]


@dataclass(frozen=True, slots=True)
class StageResult:
    """The ends of a stage's start solutions, in their order."""

    ends: tuple[PathEnd, ...]
    gamma: complex
    precision: str


def random_gamma(rng: np.random.Generator) -> complex:
    """Return a point of the unit circle."""
    return cmath.exp(2j * math.pi * rng.uniform())


class Tracker:
    """Tracks stages; one per call of the engine."""

    def __init__(self, requests: Requests, rng: np.random.Generator, progress: Callable[[int], None]) -> None:
        self.requests = requests
        self.rng = rng
        self.progress = progress
        self._best: StageResult | None = None
        self._under_way: tuple[Stage, Homotopy, list[RawEnd]] | None = None

    def arrived(self) -> StageResult | None:
        """The regular ends of the stage under way, in the best run so far or in the first: what a stopped call leaves."""
        found = self._best
        if found is None and self._under_way is not None:
            stage, homotopy, raw = self._under_way
            ends = judge(homotopy, raw) if raw else []
            pairs = zip(stage.orbits, ends, strict=False)  # orbits that were not tracked have no end
            images = [image for orbit, end in pairs for _, image in _images(stage, orbit, end)]
            found = StageResult(tuple(images), homotopy.gamma, "d")
        if found is None:
            return None
        return replace(found, ends=tuple(end for end in found.ends if end.status is PathStatus.REGULAR))

    def run(self, stage: Stage, precision: str, known: Sequence[Point] = ()) -> StageResult:
        """Track every path of a stage, again with another gamma while some fail or jump, and return the best run.

        A run is kept or dropped as a whole: another gamma leads the start solutions to the end points in another
        order, so that ends of two runs must never be mixed. Inside a run, paths that fail, that meet at a regular end
        point (where only one path can end) or that end at a point of `known`, regular ends of paths elsewhere, are
        tracked again with the same gamma, more carefully.
        """
        if not stage.live:  # the origin: nothing moves; `embed` looks at the Jacobian there
            return StageResult((PathEnd((), 1.0, 0.0, 1.0, 0.0, PathStatus.REGULAR),), random_gamma(self.rng), "d")
        best: tuple[tuple[int, int], StageResult] | None = None
        self._best = self._under_way = None
        n_runs = self.requests.retries + 1
        for run in range(n_runs):
            result = self._run_once(stage, random_gamma(self.rng), precision, known)
            regular = [end.x for end in result.ends if end.status is PathStatus.REGULAR]
            n_failed = sum(end.status is PathStatus.FAILED for end in result.ends)
            n_met = len(close_pairs([*known, *regular]))
            quality = (n_failed + n_met, -len(regular))
            if best is None or quality < best[0]:
                best = (quality, result)
                self._best = result
            if n_failed + n_met == 0:
                break
            again = " and all paths were tracked with another gamma" if run + 1 < n_runs else ""
            self.requests.attempts.append(
                f"With gamma = {result.gamma:.6f}, {n_failed} paths failed and {n_met} pairs of paths met{again}."
            )
        assert best is not None
        return best[1]

    def _run_once(self, stage: Stage, gamma: complex, precision: str, known: Sequence[Point]) -> StageResult:
        homotopy = Homotopy(stage.target, stage.start, gamma)
        representatives = [stage.solutions[orbit[0][0]] for orbit in stage.orbits]
        ends = self._track(stage, homotopy, representatives, precision, {})
        used = precision
        for how, finer, tuning in _CARES:
            suspects = self._suspects(stage, ends, known)
            if not suspects or precision == "qd":
                break
            kinds = Counter(ends[k].status.value for k in suspects)
            words = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
            self.requests.attempts.append(f"{len(suspects)} suspect ends ({words}) were tracked again {how}.")
            points = [representatives[k] for k in suspects]
            if tuning is None:
                again = follow(homotopy, np.array(points), np.zeros(len(points)))
            else:
                used = finer or precision
                again = self._track(stage, homotopy, points, used, tuning)
            for k, end in zip(suspects, again, strict=True):
                if end.status is not PathStatus.FAILED:
                    ends[k] = end
        return StageResult(_spread(stage, ends), gamma, used)

    def _suspects(self, stage: Stage, ends: list[PathEnd], known: Sequence[Point]) -> list[int]:
        """Return the tracked paths that failed, or whose regular end another path (or an image of one) also reached."""
        owner = {index: k for k, orbit in enumerate(stage.orbits) for index, _ in orbit}
        everywhere = _spread(stage, ends)
        regular = [i for i, end in enumerate(everywhere) if end.status is PathStatus.REGULAR]
        owners = [-1] * len(known) + [owner[i] for i in regular]
        met = {owners[i] for pair in close_pairs([*known, *(everywhere[i].x for i in regular)]) for i in pair}
        failed = {k for k, end in enumerate(ends) if end.status is PathStatus.FAILED}
        return sorted((met | failed) - {-1})

    def _track(
        self, stage: Stage, homotopy: Homotopy, points: list[Point], precision: str, tuning: dict[int, float]
    ) -> list[PathEnd]:
        raw: list[RawEnd] = []
        if self._under_way is None:
            self._under_way = (stage, homotopy, raw)
        track = self.requests.backend.track
        for first in range(0, len(points), CHUNK):
            chunk = points[first : first + CHUNK]
            raw += self.requests.ask(
                "tracking paths",
                partial(track, stage.target, stage.start, chunk, homotopy.gamma, precision, tuning),
            )
            if not tuning:
                self.progress(len(chunk))
        return judge(homotopy, raw)


def _spread(stage: Stage, ends: list[PathEnd]) -> tuple[PathEnd, ...]:
    """Return the ends of all start solutions: images of the tracked ones under the sign changes."""
    pairs = zip(stage.orbits, ends, strict=True)
    result = dict(image for orbit, end in pairs for image in _images(stage, orbit, end))
    return tuple(result[i] for i in range(len(stage.solutions)))


def _images(stage: Stage, orbit: Sequence[tuple[int, int]], end: PathEnd) -> list[tuple[int, PathEnd]]:
    """The ends of an orbit's start solutions by their numbers."""
    return [(k, replace(end, x=tuple(s * z for s, z in zip(stage.signs[g], end.x, strict=True)))) for k, g in orbit]


def embed(result: StageResult, stage: Stage, whole: System) -> list[PathEnd]:
    """Return the ends in the whole space; finite ones are judged anew by the Jacobian of the whole system."""
    if len(stage.live) == whole.n:
        return list(result.ends)
    ends = []
    for end in result.ends:
        x = [0j] * whole.n
        for i, z in zip(stage.live, end.x, strict=True):
            x[i] = z
        if end.status in (PathStatus.REGULAR, PathStatus.SINGULAR):
            ends += judge_arrived(whole, np.array([x]))
        else:
            ends.append(replace(end, x=tuple(x)))
    return ends
