"""Named outcomes: how a path ended, and three-valued verdicts."""

from enum import Enum

GENERIC_COUNT = "generic root count"  # begins the words for a root count that bounds every member of a family


class PathStatus(Enum):
    """The one class in which every tracked path ends; the values are the words used in reports and files."""

    REGULAR = "regular"  # a finite end point with an invertible Jacobian that no other path reached
    DUPLICATE = "duplicate"  # a regular end point that another path reached before: a path jumped
    SINGULAR = "singular"  # a finite end point with a numerically singular Jacobian
    AT_INFINITY = "at_infinity"  # the path diverged
    FAILED = "failed"  # the tracker gave up before the end


class Verdict(Enum):
    """A fact that may also be undecided; it refuses ``bool()`` so that "undecided" is never taken for "no"."""

    YES = "yes"
    NO = "no"
    UNDECIDED = "undecided"

    def __bool__(self) -> bool:
        raise TypeError("A Verdict has three values. Compare it with Verdict.YES, Verdict.NO or Verdict.UNDECIDED.")


class Completeness(Enum):
    """Whether a list of solutions is known to be complete."""

    PROVED = "proved"
    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"
