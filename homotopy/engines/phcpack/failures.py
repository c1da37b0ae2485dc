"""What can go wrong with a request to PHCpack, before it becomes an error of the engine."""

from homotopy.errors import EngineTimeoutError


class WorkerDied(Exception):
    """The worker process died in the middle of a request, or answered what cannot be read."""


def timed_out() -> EngineTimeoutError:
    """Return the error of a request that took too long."""
    return EngineTimeoutError(
        "PHCpack did not answer within its time limit and was stopped.",
        "Raise the time limit, or choose a start system with fewer paths.",
    )


class WorkerSilent(WorkerDied):
    """PHCpack answered with fewer ends than there are paths."""
