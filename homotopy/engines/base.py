"""The contract of engines: what a program that finds candidates for solutions is asked, and what it answers.

An engine is a folder with a class that implements :class:`Engine`, and one line in :mod:`homotopy.engines.registry`. Nothing else
names it: solves, ensembles, cross-checks, the doctor and the command line take what the registry holds. What it answers are
candidates; whether they are solutions, and whether they are all, is decided elsewhere, by the same rules for every engine.

This module and those of the engine classes import nothing heavy: they are read for the help of the command line.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from homotopy.common.reporting import Progress
from homotopy.errors import EngineMissingError, EngineTimeoutError
from homotopy.options import Options
from polysys.errors import InputError, PolysysError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from homotopy.engines.path_ends import ExactPoint, FarPath
    from homotopy.status import PathStatus, StartCount
    from polysys.landscape import Landscape
    from polysys.problem import Problem
    from polysys.system import PolynomialSystem

RealBox = tuple[tuple[Fraction, Fraction], ...]
_SEED_STEP = 7919  # between the seeds of two rounds: those of neighbouring solver seeds stay apart


class Capability(Enum):
    """What an engine gives; the values are the words that are printed."""

    PATHS = "paths"  # an end for every path of a homotopy: what a solve needs
    SOLUTIONS = "solutions"  # approximate complex solutions, without an account of paths
    REAL_ROOTS = "real roots"  # boxes, each with exactly one real solution
    DEGREE = "the degree of the ideal"  # modulo a prime


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What an engine is asked.

    Parameters
    ----------
    problem : Problem or PolynomialSystem
        What holds the exact equations, or they themselves.
    options : Options
        The engine honours seed and time limit, and those of the others that it declares.
    round_number : int
        From 0 on. Later rounds follow other paths, as far as the engine has others.
    landscape : Landscape, optional
        Where the equations come from. An engine that starts from a member of its family needs it.
    progress : callable (done, total), optional
        Told how many paths are tracked.
    keep : callable (TrackedPaths), optional
        Given the paths that have come to an end, those alone, when a run is stopped (time limit, interruption, crash, memory),
        before its error is raised. An engine that has none to give, or does not know them, leaves it alone.
    """

    problem: Problem | PolynomialSystem
    options: Options
    round_number: int = 0
    landscape: Landscape | None = None
    progress: Progress | None = None
    keep: Callable[[TrackedPaths], None] | None = None

    @property
    def system(self) -> PolynomialSystem:
        """The exact equations; made where they are asked for."""
        what: Any = self.problem
        system: PolynomialSystem = getattr(what, "system", what)
        return system

    @property
    def label(self) -> str:
        """What is solved, in words."""
        return "this system" if self.landscape is None else self.landscape.label

    @property
    def seed(self) -> int:
        """Seed of the round's random constants."""
        return self.options.seed + _SEED_STEP * self.round_number


def request_for(
    problem: Problem,
    options: Options,
    round_number: int = 0,
    progress: Progress | None = None,
    keep: Callable[[TrackedPaths], None] | None = None,
) -> Request:
    """The request for a round of a solve."""
    from polysys.landscape import Landscape  # heavy

    landscape = problem if isinstance(problem, Landscape) else None
    return Request(problem, options, round_number, landscape, progress, keep)


@dataclass(frozen=True, slots=True, eq=False)
class TrackedPaths:
    """All paths of one round.

    Parameters
    ----------
    x : complex array (m, n)
        End points.
    status : tuple of PathStatus
        A numerical diagnosis for each.
    rco : float array (m,)
        Inverse condition numbers, as far as the engine knows them.
    images : tuple of int8 array (g, n)
        For each end the sign flips, identity first, under which it stands for g paths that need no tracking.
    start : str
    root_count : int
        Number of paths, images included, that the start's theory asks for.
    root_count_kind : StartCount
    engine, engine_version, transport, precision : str
    seed : int
    gamma : complex
    attempts : tuple of str
    seconds : float
    follow : callable, optional
        Paths, by their numbers, as they can be followed to their ends in long numbers.
    exact : mapping from int to exact complex vectors
        End points of which more digits are known than doubles hold, by the numbers of their paths.
    """

    x: npt.NDArray[np.complex128]
    status: tuple[PathStatus, ...]
    rco: npt.NDArray[np.float64]
    images: tuple[npt.NDArray[np.int8], ...]
    start: str
    root_count: int | None
    root_count_kind: StartCount
    engine: str
    engine_version: str
    transport: str
    precision: str
    seed: int
    gamma: complex
    attempts: tuple[str, ...]
    seconds: float
    follow: Callable[[Sequence[int]], list[FarPath]] | None = None
    exact: Mapping[int, ExactPoint] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Solutions:
    """Approximate complex solutions.

    Parameters
    ----------
    points : tuple of complex vectors
    n_paths : int or None
        Number of paths that were followed to find them, where the engine tells.
    """

    points: tuple[tuple[complex, ...], ...]
    n_paths: int | None = None


@dataclass(frozen=True, slots=True)
class IdealModulo:
    """The ideal of a system modulo a prime.

    Parameters
    ----------
    prime : int
    dimension : int
        Of its zero set over the algebraic closure; -1 if it is empty.
    degree : int or None
        Number of solutions with multiplicity; None in positive dimension.
    """

    prime: int
    dimension: int
    degree: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a self-test says: is a thing there and in order, is the main job impossible without it, and a sentence.

    Is it there, but did not end its test in time: then it is slow, neither in order nor missing.
    """

    name: str
    is_ok: bool
    is_needed: bool
    detail: str
    is_slow: bool = False

    @staticmethod
    def of_error(name: str, error: PolysysError) -> Finding:
        """What an error in a self-test says."""
        return Finding(name, False, False, str(error), is_slow=isinstance(error, EngineTimeoutError))

    @property
    def word(self) -> str:
        """One word: ok, slow or missing."""
        return "ok" if self.is_ok else "slow" if self.is_slow else "missing"


class Engine(ABC):
    """A program that finds candidates for solutions of polynomial systems.

    Attributes
    ----------
    name : str
        As in ``engine=``.
    title : str
        As in a sentence.
    summary : str
        What it is, in a few words.
    gives : frozenset of Capability
        Which of :meth:`run`, :meth:`solutions`, :meth:`real_roots` and :meth:`ideal_modulo` are implemented.
    honours : dict
        By the name of an engine's option (:data:`homotopy.options.ENGINE_OPTIONS`) its values that are honoured. A default value
        asks for nothing and needs no mention; another value that is not listed is refused before any work is done.
    self_test_potential : str
        A potential with three stationary points, all real and simple.
    rounds_in_auto : int or None
        After how many rounds engine="auto" goes on to the next engine that honours the options; None: never.

    Notes
    -----
    Every method heeds ``request.options.time_limit`` (EngineTimeoutError), raises EngineMissingError where the program is not
    installed, and leaves no process behind, however it ends. The same request gives the same answer.
    tests/homotopy/engines/contract.py holds an engine against all of this.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    gives: ClassVar[frozenset[Capability]]
    honours: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    self_test_potential: ClassVar[str] = "x^4/4 - x^2/2 + x*y/10 + y^2/2"
    rounds_in_auto: ClassVar[int | None] = None

    @abstractmethod
    def version(self) -> str:
        """Version of the program.

        Raises
        ------
        EngineMissingError
            If it is not installed.
        """

    @property
    def is_available(self) -> bool:
        """Whether the program is installed."""
        try:
            self.version()
        except EngineMissingError:
            return False
        return True

    def run(self, request: Request) -> TrackedPaths | None:
        """All paths of a round, each in one class; None where the engine has no start set for such a system.

        Raises
        ------
        InputError
            For a system that the engine cannot take, or an option that has no meaning for it.
        EngineMissingError, EngineTimeoutError, EngineCrashError, EngineEmptyError
        """
        raise self._lacks(Capability.PATHS)

    def run_together(self, requests: Sequence[Request], threads: int | None = None) -> list[TrackedPaths] | None:
        """The paths of several members of one family, as :meth:`run` gives them one by one; None where there is nothing to gain."""
        return None

    def estimate(self, request: Request) -> float | None:
        """Seconds that a round takes at the least, from a short look; infinity if the look took too long, None if nothing is known.

        An engine that is asked after another one is started only if this is within its time limit.
        """
        return None

    def prepare(self, request: Request) -> None:  # noqa: B027 - most engines have nothing to prepare
        """Load, compile and make what all members of a family share, before the time of any of them runs."""

    def solutions(self, request: Request) -> Solutions:
        """Approximate complex solutions, among them every isolated simple one that the engine could find."""
        raise self._lacks(Capability.SOLUTIONS)

    def real_roots(self, request: Request, *, precision: int = 128) -> tuple[RealBox, ...] | None:
        """Rational boxes, each with exactly one real solution, multiple ones once; None in positive dimension.

        Parameters
        ----------
        request : Request
        precision : int
            Bits to which the coordinates are known.
        """
        raise self._lacks(Capability.REAL_ROOTS)

    def ideal_modulo(self, request: Request, prime: int) -> IdealModulo:
        """Dimension and degree of the ideal modulo a prime."""
        raise self._lacks(Capability.DEGREE)

    def n_distinct_modulo(self, request: Request, prime: int) -> int | None:
        """Number of distinct solutions modulo a prime; None in positive dimension."""
        raise self._lacks(Capability.DEGREE)

    def self_test(self) -> tuple[Finding, ...]:
        """Whether the engine is there and gives the three stationary points of a double well."""
        from homotopy.engines.self_test import n_found

        name = self.title if Capability.PATHS in self.gives else f"{self.title} (cross-checks)"
        try:
            found = n_found(self)
            where = self.version()
        except PolysysError as error:
            return (Finding.of_error(name, error),)
        wrong = {what.value: n for what, n in found.items() if n != 3}
        said = "passed" if not wrong else "failed: " + ", ".join(f"{n} for 3 ({what})" for what, n in wrong.items())
        return (Finding(name, not wrong, False, f"{where}, self-test {said}"),)

    def lacks_option(self, options: Options) -> tuple[str, Any] | None:
        """The first option with a value that is asked for and not honoured, as (name, value); None if there is none."""
        for name, value in options.for_engines.items():
            if value not in self.honours.get(name, ()):
                return name, value
        return None

    def _lacks(self, what: Capability) -> InputError:
        given = " and ".join(sorted(c.value for c in self.gives))
        return InputError(f"{self.title} does not give {what.value}.", f"It gives {given}.")

    def __repr__(self) -> str:
        return f"{self.name}: {self.summary}"
