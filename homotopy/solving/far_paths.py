"""Paths of a round that diverged or failed, followed to their ends with the landscape's exact coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from homotopy.common import reporting
from homotopy.engines.base import TrackedPaths
from homotopy.status import PathStatus

_MOST_WORK = 10_000_000  # operations of one evaluation, times steps: about a minute
_USUAL_STEPS = 50  # of a path; where couplings of 1e-8 break a symmetry some take a thousand


def followed(tracked: TrackedPaths, rows: Sequence[int]) -> tuple[TrackedPaths, int]:
    """The round with its doubtful paths `rows` at the ends that following them has shown, and how many were followed.

    As many are followed as are worth about a minute. PHCpack's other divergent paths have failed then: their growth is
    all that is known of them.
    """
    if tracked.follow is None or not rows:
        return tracked, 0
    x, status, exact = tracked.x.copy(), list(tracked.status), dict(tracked.exact)
    work, done = 0, 0
    for k, path in zip(rows, tracked.follow(rows), strict=True):
        if work + _USUAL_STEPS * path.homotopy.cost > _MOST_WORK:
            break
        reporting.report("far paths", done, len(rows))
        end = path.end()
        work += path.homotopy.cost * max(end.n_steps, _USUAL_STEPS)
        done += 1
        is_finite = status[k] in (PathStatus.SINGULAR, PathStatus.REGULAR)
        if not (is_finite and end.status is PathStatus.FAILED):
            x[k], status[k] = end.x, end.status
            if end.exact:
                exact[k] = end.exact
    for k in rows[done:]:
        if status[k] is PathStatus.AT_INFINITY and tracked.engine == "phcpack":
            status[k] = PathStatus.FAILED
    return replace(tracked, x=x, status=tuple(status), exact=exact), done
