"""Named outcomes: how a path ended, what a start is complete on, what was checked, and three-valued verdicts."""

from enum import Enum


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


class StartCount(Enum):
    """What the number of paths of a start is; the values are the words in reports."""

    TOTAL_DEGREE = "total degree"
    MULTIHOMOGENEOUS = "multihomogeneous Bezout number"
    MIXED_VOLUME = "mixed volume"
    MIXED_VOLUMES = "mixed volumes of the zero patterns"
    MIXED_VOLUME_WITH_CONSTANTS = "mixed volume with constant terms added"
    FERMAT = "eigenvectors of a Fermat form"
    GENERIC_THEOREM = "generic root count, by a theorem,"
    GENERIC_TRACED = "generic root count, which a trace test confirms,"
    GENERIC_EXACT = "generic root count, which exact algebra modulo two primes gives,"
    GENERIC_AGREEMENT = "generic root count, on which two independent monodromy runs agree,"
    GIVEN = "none: the start solutions were given"

    @property
    def is_generic(self) -> bool:
        """Whether the number is that of a generic member of the family, so that no member has more isolated solutions."""
        return self.name.startswith("GENERIC")


class EvidenceKind(Enum):
    """What a piece of evidence on completeness is about; the values are its names in reports and files."""

    PATHS = "paths balance"
    GENERIC_COUNT = "generic count"
    EXACT_COUNT = "exact count"
    TWO_ROUTES = "two routes"
    UPPER_BOUND = "upper bound"
    HILBERT_BOUND = "Hilbert bound"
    CONJUGATES = "conjugate pairs"
    ORBITS = "orbits"
    EULER = "Euler characteristic"
    PARITY = "parity"
    MORSE = "Morse inequalities"
    MULTIPLICITIES = "multiplicities"
    REAL_PROOF = "real exclusion"
    REAL_ROOTS = "exact real roots"
    CONNECTED = "minima connected through index-1 saddles"
    DESCENTS = "flows end at listed minima"
    SECOND_RUN = "second run"
    OTHER_ENGINE = "other engine"
    OUTSIDE = "solutions outside the list"


class Silence(Enum):
    """Why a piece of evidence says nothing; the values are the words of reports."""

    NOT_COERCIVE = "not determined: the potential is not shown to be coercive"
    NO_TOPOLOGY = "not determined: the topology of the domain is not known"
    UNDECIDED_POINTS = "an index or a reality is undecided (degenerate points?)"
    DEGENERATE_ENDS = "Morse theory does not apply: there are degenerate end points"
    OTHER_CENSUS = "the proof is of another census"
    OUT_OF_REACH = "out of reach"
    NO_AGREEMENT = "the computed numbers do not agree with each other"
    FAMILIES = "the solution set has positive dimension: families are not counted"
    MISSING = "solutions are missing"
    MULTIPLE_OR_MISSING = "the others are multiple, or were missed"
