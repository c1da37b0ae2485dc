"""What a solve returns: certified solutions, and every path in exactly one class."""

from __future__ import annotations

from dataclasses import dataclass

from homotopy.certification.certificates import CertificateList
from homotopy.status import StartCount


@dataclass(frozen=True, slots=True)
class PathAccount:
    """Every tracked path in exactly one class."""

    tracked: int
    regular: int
    duplicate: int = 0
    singular: int = 0
    at_infinity: int = 0
    failed: int = 0

    @property
    def is_balanced(self) -> bool:
        """Whether the classes add up to the paths."""
        return self.tracked == self.regular + self.duplicate + self.singular + self.at_infinity + self.failed

    def __str__(self) -> str:
        if not any((self.tracked, self.regular, self.singular, self.failed)):
            return "none tracked"
        jumped = f" + {self.duplicate} duplicate" if self.duplicate else ""
        return (
            f"{self.tracked} tracked = {self.regular} regular{jumped} + {self.singular} singular + "
            f"{self.at_infinity} at infinity + {self.failed} failed"
        )


@dataclass(frozen=True, slots=True)
class RoundAccount:
    """One round of a solve in numbers.

    Parameters
    ----------
    engine, precision : str
    seed : int
    root_count : int or None
        Number of paths that the round's start asks for.
    paths : PathAccount
    n_certified : int
        Certified distinct solutions after the round, those of earlier rounds included.
    n_beyond_paths : int
        Those of them that the round's paths did not reach.
    n_followed : int
        Far or lost paths that were followed to their ends in long numbers.
    """

    engine: str
    precision: str
    seed: int
    root_count: int | None
    paths: PathAccount
    n_certified: int
    n_beyond_paths: int = 0
    n_followed: int = 0

    @property
    def n_lost(self) -> int:
        """Paths that led nowhere: jumps, failures, singular ends, and solutions that no path reached."""
        return self.paths.duplicate + self.paths.singular + self.paths.failed + max(self.n_beyond_paths, 0)


@dataclass(frozen=True, slots=True)
class SolveReport:
    """Certified solutions of a landscape's system and how they were found.

    Parameters
    ----------
    certificates : CertificateList
        Pairwise distinct, from all rounds.
    paths : PathAccount
        Of the last round.
    n_beyond_paths : int
        Certified solutions that the last round's paths did not reach: found in an earlier round, or as the conjugate
        or mirror image of another solution. Any of these means that the last round lost something.
    singular_ends : tuple of complex vectors
    n_entangled : int
        Candidates proved neither equal to nor distinct from another solution.
    engine, engine_version, start, precision, transport : str
    root_count : int or None
        Number of paths that the start system's theory asks for.
    root_count_kind : StartCount
    solver_seed : int
    gamma : complex
    rounds : int
    attempts : tuple of str
        What went wrong on the way, one sentence each.
    seconds : float
    failed_ends : tuple of complex vectors
        Where failed paths were given up; near multiple solutions, often.
    history : tuple of RoundAccount
        All rounds, the last included.
    """

    certificates: CertificateList
    paths: PathAccount
    n_beyond_paths: int
    singular_ends: tuple[tuple[complex, ...], ...]
    n_entangled: int
    engine: str
    engine_version: str
    start: str
    precision: str
    transport: str
    root_count: int | None
    root_count_kind: StartCount
    solver_seed: int
    gamma: complex
    rounds: int
    attempts: tuple[str, ...]
    seconds: float
    failed_ends: tuple[tuple[complex, ...], ...] = ()
    history: tuple[RoundAccount, ...] = ()

    @staticmethod
    def without_paths(
        certificates: CertificateList,
        paths: PathAccount,
        *,
        engine: tuple[str, str],
        root_count: tuple[int | None, StartCount],
        seed: int,
        seconds: float = 0.0,
    ) -> SolveReport:
        """The report of a solve in exact arithmetic, in which no path was tracked; `engine` with its version."""
        return SolveReport(
            certificates, paths, n_beyond_paths=0, singular_ends=(), n_entangled=0,
            engine=engine[0], engine_version=engine[1], start="none", precision="exact", transport="none",
            root_count=root_count[0], root_count_kind=root_count[1],
            solver_seed=seed, gamma=1 + 0j, rounds=1, attempts=(), seconds=seconds,
        )  # fmt: skip

    @property
    def is_stopped(self) -> bool:
        """Whether the last round was stopped before it had followed the paths that its start asks for."""
        return self.root_count is not None and self.paths.tracked < self.root_count

    @property
    def is_clean(self) -> bool:
        """Whether every path ended at a certified solution of its own or at infinity, and nothing was found besides."""
        lost = self.paths.duplicate + self.paths.singular + self.paths.failed
        return not self.is_stopped and lost == 0 and self.paths.is_balanced and self.n_beyond_paths == 0 and self.n_entangled == 0

    @property
    def is_repeated(self) -> bool:
        """Whether no path diverged, or the round before, along other paths, lost nothing either and found as many solutions."""
        if not self.paths.at_infinity:
            return True
        before = self.history[-2:-1]
        return bool(before) and before[0].n_lost == 0 and before[0].n_certified == len(self.certificates)

    @property
    def meets_generic_count(self) -> bool:
        """Whether there are as many certified solutions as a generic member of the family has.

        No member has more isolated ones (Sommese & Wampler 2005, theorem 7.1.1), so none is missing whatever became of
        the paths: solutions that paths lost were found in another round, or as conjugates or mirror images.
        """
        is_met = len(self.certificates) == self.root_count
        return self.root_count_kind.is_generic and is_met and self.paths.is_balanced

    def __repr__(self) -> str:
        return (
            f"SolveReport: {len(self.certificates)} certified distinct solutions\n"
            f"  paths      {self.paths}\n"
            f"  start      {self.start} ({self.root_count_kind.value} {self.root_count}), solver seed {self.solver_seed}, "
            f"gamma {self.gamma:.6g}\n"
            f"  engine     {self.engine}, precision {self.precision}, {self.rounds} round(s), {self.seconds:.3g} s"
        )
