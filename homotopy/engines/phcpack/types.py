"""What goes into the PHCpack engine and what comes out: plain tuples and frozen records."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from homotopy.status import PathStatus, StartCount

Term = tuple[complex, tuple[int, ...]]  # coefficient, exponents (one natural number per unknown)
Polynomials = Sequence[Sequence[Term]]  # one list of terms per equation
Point = tuple[complex, ...]


class Start(Enum):
    """The start systems that PHCpack can be asked for."""

    TOTAL_DEGREE = "total degree"
    MULTIHOMOGENEOUS = "multihomogeneous"
    POLYHEDRAL = "polyhedral"  # the affine variant: solutions with zero coordinates are found too


@dataclass(frozen=True, slots=True)
class RawEnd:
    """Where PHCpack left a path, in the words of its own diagnostics (tolerances, never decisions)."""

    x: Point
    t: float
    err: float
    rco: float
    res: float


@dataclass(frozen=True, slots=True)
class PathEnd:
    """The end of one path.

    Attributes
    ----------
    x : tuple of complex
        The last point reached, in the caller's coordinates.
    t : float
        The continuation parameter reached; 1.0 is arrival.
    err, rco, res : float
        Size of the last Newton correction, inverse condition number of the Jacobian and residual, all relative and
        all in the scaled coordinates in which the path was tracked.
    status : PathStatus
        What these numbers suggest; a numerical diagnosis and never a proof. Duplicates are not looked for here.
    """

    x: Point
    t: float
    err: float
    rco: float
    res: float
    status: PathStatus


@dataclass(frozen=True, slots=True)
class TrackedHomotopy:
    """``gamma (1 - t) start + t target`` on the subspace of the live unknowns, as it was tracked: in scaled unknowns.

    Unknown i is ``2**columns[i]`` times the scaled one. `equations` are the numbers of the target's equations in the
    whole system; `solutions` are those of the start, in the order of their ends.
    """

    live: tuple[int, ...]
    equations: tuple[int, ...]
    target: Polynomials
    start: Polynomials
    solutions: tuple[Point, ...]
    gamma: complex
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PathReport:
    """All paths of one homotopy, each with its end.

    Attributes
    ----------
    ends : tuple of PathEnd
        One per path; for `track` in the order of the start solutions.
    n_paths : int
        Number of paths, always ``len(ends)``.
    root_count : int or None
        The bound on the number of isolated solutions that the start system realises; None for `track`.
    root_count_kind : StartCount
        What bound that is.
    start : str
        A few words on the start system.
    precision : str
        ``"d"``, ``"dd"`` or ``"qd"``: the highest precision in which some path was tracked.
    seed : int
        The seed that was asked for; with the version of PHCpack it determines everything below.
    gamma : complex
        The constant of the homotopy ``gamma (1 - t) start + t target``.
    transport : str
        ``"phcpy"`` or ``"phc"``.
    version : str
        Version of PHCpack, as PHCpack prints it.
    seconds : float
        Wall time.
    attempts : tuple of str
        What failed before, one sentence each; empty when everything worked at once.
    homotopies : tuple of TrackedHomotopy
        What was tracked; their start solutions, one after the other, are those of the ends.
    """

    ends: tuple[PathEnd, ...]
    n_paths: int
    root_count: int | None
    root_count_kind: StartCount
    start: str
    precision: str
    seed: int
    gamma: complex
    transport: str
    version: str
    seconds: float
    attempts: tuple[str, ...]
    homotopies: tuple[TrackedHomotopy, ...] = ()


@dataclass(frozen=True, slots=True)
class StartSystem:
    """A start system with all its solutions; `volume` is the root count that it realises."""

    polynomials: tuple[tuple[Term, ...], ...]
    solutions: tuple[Point, ...]
    volume: int
