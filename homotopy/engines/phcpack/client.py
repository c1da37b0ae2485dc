"""PHCpack (Verschelde 1999), the reference engine: all solutions of a square system by homotopy continuation."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

import numpy as np

from homotopy.engines.phcpack.backend import Backend
from homotopy.engines.phcpack.checks import check_partition, check_points, check_start_solutions, check_system
from homotopy.engines.phcpack.connect import connect
from homotopy.engines.phcpack.decomposition import Component, RawDecomposition, unscaled_component
from homotopy.engines.phcpack.failures import WorkerDied
from homotopy.engines.phcpack.find import WAY_OUT, PHCpackInstallation, find_phcpack
from homotopy.engines.phcpack.newton import System
from homotopy.engines.phcpack.plan import plan
from homotopy.engines.phcpack.scaling import find_scaling
from homotopy.engines.phcpack.stages import Requests, whole_space
from homotopy.engines.phcpack.starts import best_partition, total_degree
from homotopy.engines.phcpack.tracking import StageResult, Tracker, embed
from homotopy.engines.phcpack.types import PathEnd, PathReport, Polynomials, Start, Term, TrackedHomotopy
from homotopy.errors import EngineCrashError
from homotopy.options import TRANSPORTS, Precision, Transport
from homotopy.status import PathStatus, StartCount
from polysys.errors import InputError

__all__ = [
    "Component",
    "PHCpack",
    "PHCpackInstallation",
    "PathEnd",
    "PathReport",
    "Polynomials",
    "RawDecomposition",
    "Start",
    "Term",
    "find_phcpack",
]

_WAY_OUT_OF_A_START = f"Try again, with more free memory if its process was killed. If that does not help: {WAY_OUT}"


class PHCpack:
    """PHCpack in a process of its own.

    A context manager; the process starts with the first request and is started again after a crash.

    Parameters
    ----------
    transport : {"auto", "phcpy", "phc"}
        phcpy in a worker process, or the executable phc through files; "auto" takes phcpy when this interpreter can
        load it.
    time_limit : float
        Seconds for one call of `solve`, `track` or `root_counts`.
    retries : int
        How often a request is repeated with another seed after a crash, and all paths with another gamma after
        failures and path jumps.
    progress : callable or None
        Called as ``progress(done, total)`` with numbers of tracked paths.

    Examples
    --------
    x^2 = 2, x y = 1:

    >>> from homotopy.engines.phcpack.client import PHCpack
    >>> system = [[(1, (2, 0)), (-2, (0, 0))], [(1, (1, 1)), (-1, (0, 0))]]
    >>> with PHCpack() as engine:
    ...     report = engine.solve(system, seed=1)
    >>> report.n_paths, sorted(round(end.x[0].real, 6) for end in report.ends)
    (2, [-1.414214, 1.414214])

    References
    ----------
    J. Verschelde, Algorithm 795: PHCpack, ACM Trans. Math. Softw. 25, 251 (1999).
    """

    def __init__(
        self,
        transport: Transport = "auto",
        time_limit: float = 600,
        retries: int = 2,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        if transport not in TRANSPORTS:
            raise InputError(f"There is no transport {transport!r}.", 'Use "auto", "phcpy" or "phc".')
        if not time_limit > 0 or retries < 0:
            raise InputError("The time limit must be positive and retries not negative.", "Leave them at defaults.")
        self.transport = transport
        self.time_limit = time_limit
        self.retries = retries
        self.progress = progress
        self._backend: Backend | None = None

    def __enter__(self) -> "PHCpack":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; a later call starts another."""
        if self._backend is not None:
            self._backend.stop()
            self._backend = None

    @property
    def version(self) -> str:
        """Version of PHCpack, as PHCpack prints it."""
        return self._connected().version

    def _connected(self) -> Backend:
        if self._backend is None:
            try:
                self._backend = connect(self.transport)
            except WorkerDied as died:
                raise EngineCrashError(f"PHCpack failed at its start: {died}.", _WAY_OUT_OF_A_START) from died
        return self._backend

    def solve(
        self,
        polynomials: Polynomials,
        *,
        start: Start = Start.POLYHEDRAL,
        partition: Sequence[Sequence[int]] | None = None,
        precision: Precision = "d",
        seed: int,
        keep: Callable[[PathReport], None] | None = None,
    ) -> PathReport:
        """Track all paths from a start system to the given system.

        Parameters
        ----------
        polynomials : Polynomials
            n equations in n unknowns, each a list of (coefficient, exponents).
        start : Start
            The start system. POLYHEDRAL is the affine variant and finds solutions with zero coordinates too.
        partition : sequence of sequences of int, optional
            Groups of unknowns (numbered from 0) for MULTIHOMOGENEOUS; by default a good one is searched.
        precision : {"d", "dd", "qd"}
            Double, double double, or quad double. Suspect paths are tracked again in double double in any case.
        seed : int
            With the same version of PHCpack the same seed gives the same report.
        keep : callable (PathReport), optional
            Given the paths that have a regular end when the call is stopped, before its error is raised.

        Returns
        -------
        PathReport
            With one end for every path, also for those that diverge or fail.

        Raises
        ------
        InputError
            If the input is not a square system of finite polynomials.
        EngineMissingError, EngineTimeoutError, EngineCrashError, EngineEmptyError
            See `homotopy.errors`.

        Notes
        -----
        Equations and unknowns are scaled by powers of two. POLYHEDRAL runs one homotopy per zero pattern of the
        unknowns that can carry isolated solutions, so that every isolated solution is the end of some path. Under sign
        symmetries of the supports one path of each orbit is tracked and the others are its images.
        """
        began = time.monotonic()
        target = check_system(polynomials)
        n = len(target)
        scaling = find_scaling([target], n)
        scaled = scaling.apply(target)
        requests, rng, attempts = self._requests(seed)
        groups = check_partition(partition, n)
        stages, kind, words = plan(scaled, start, groups, requests, precision, rng)
        n_paths = sum(len(stage.solutions) for stage in stages)
        tracker = Tracker(requests, rng, self._counter(sum(len(stage.orbits) for stage in stages if stage.live)))
        whole = System(scaled, n)
        ends: list[PathEnd] = []
        gammas: list[complex] = []
        precisions: list[str] = [precision]
        tracked: list[TrackedHomotopy] = []

        def report() -> PathReport:
            return self._report(
                [replace(end, x=scaling.unscale(end.x)) for end in ends],
                began,
                root_count=n_paths,
                root_count_kind=kind,
                start=words,
                precision=max(precisions, key=["d", "dd", "qd"].index),
                seed=seed,
                gamma=gammas[-1] if gammas else 1 + 0j,
                attempts=tuple(attempts),
                homotopies=tuple(tracked),
            )

        for stage in sorted(stages, key=lambda stage: len(stage.live)):
            dead = [i for i in range(n) if i not in stage.live]
            # Regular solutions found on smaller subspaces: a path that arrives there as well has jumped.
            known = [e.x for e in ends if e.status is PathStatus.REGULAR and not any(e.x[i] for i in dead)]
            try:
                result = tracker.run(stage, precision, [tuple(x[i] for i in stage.live) for x in known])
            except BaseException:  # also an interruption: what arrived is kept
                arrived = tracker.arrived()
                if keep is not None and arrived is not None:
                    ends += embed(arrived, stage, whole)
                    keep(report())
                raise
            ends += embed(result, stage, whole)
            tracked.append(stage.tracked(result.gamma, scaling))
            gammas.append(result.gamma)
            precisions.append(result.precision)
        return report()

    def track(
        self,
        target: Polynomials,
        start: Polynomials,
        start_solutions: Sequence[Sequence[complex]],
        *,
        precision: Precision = "d",
        seed: int,
        keep: Callable[[PathReport], None] | None = None,
    ) -> PathReport:
        """Track ``gamma (1 - t) start + t target`` from given solutions of `start`.

        Parameters
        ----------
        target, start : Polynomials
            Square systems of the same size.
        start_solutions : sequence of points
            Regular solutions of `start`.
        precision, seed, keep
            As for `solve`; gamma is drawn from the seed.

        Returns
        -------
        PathReport
            One end per start solution, in their order.

        Raises
        ------
        InputError
            If the input is malformed, or a start solution does not solve the start system.
        """
        began = time.monotonic()
        target_, start_ = check_system(target), check_system(start)
        n = len(target_)
        if len(start_) != n:
            raise InputError("The two systems have different sizes.", "Give systems with the same unknowns.")
        points = check_points(start_solutions, n)
        # One scaling for both: their sum must stay the same family of systems, up to the scaling.
        scaling = find_scaling([target_, start_], n)
        stage = whole_space(scaling.apply(target_), scaling.apply(start_), [scaling.scale(x) for x in points])
        check_start_solutions(stage)
        requests, rng, attempts = self._requests(seed)
        tracker = Tracker(requests, rng, self._counter(len(points)))

        def report(result: StageResult) -> PathReport:
            return self._report(
                [replace(end, x=scaling.unscale(end.x)) for end in result.ends],
                began,
                root_count=None,
                root_count_kind=StartCount.GIVEN,
                start="given",
                precision=result.precision,
                seed=seed,
                gamma=result.gamma,
                attempts=tuple(attempts),
                homotopies=(stage.tracked(result.gamma, scaling),),
            )

        try:
            result = tracker.run(stage, precision)
        except BaseException:  # also an interruption: what arrived is kept
            arrived = tracker.arrived()
            if keep is not None and arrived is not None:
                keep(report(arrived))
            raise
        return report(result)

    def root_counts(self, polynomials: Polynomials, *, seed: int = 0) -> dict[str, int]:
        """Return upper bounds on the number of isolated solutions.

        Returns
        -------
        dict
            ``"total_degree"``, ``"multihomogeneous"`` (the best partition found), ``"mixed_volume"`` (of solutions
            without zero coordinates) and ``"stable_mixed_volume"`` (of all solutions).
        """
        target = check_system(polynomials)
        requests, _, _ = self._requests(seed)
        backend = requests.backend
        return {
            "total_degree": total_degree(target),
            "multihomogeneous": best_partition(target).count.value,
            "mixed_volume": requests.volume(target),
            "stable_mixed_volume": requests.ask(
                "computing a stable mixed volume", lambda s: backend.stable_mixed_volume(target, s)
            ),
        }

    def decompose(
        self,
        polynomials: Polynomials,
        n: int,
        *,
        top: int | None = None,
        precision: Precision = "d",
        seed: int,
    ) -> RawDecomposition:
        """Numerical irreducible decomposition of the solution set of equations in n unknowns.

        Parameters
        ----------
        polynomials : Polynomials
            Any number of equations, none of them constant.
        n : int
            Number of unknowns.
        top : int, optional
            An upper bound on the dimension of the solution set; n - 1 by default.

        Returns
        -------
        RawDecomposition
            Components with as many points as PHCpack gives them degrees, and the points it takes for isolated.

        Notes
        -----
        Cascades of homotopies, and monodromy with the trace test (Sommese, Verschelde & Wampler, SIAM J. Numer. Anal.
        38, 2022 (2001)), in one run of ``phc -B``. Trap P: the degree of a component along which the equations are not
        reduced comes out multiplied, and points of it are listed as isolated.
        """
        top = n - 1 if top is None else min(top, n - 1)
        if top < 1:
            raise InputError(f"The top dimension {top} is not positive.", "Sets of dimension 0 need no decomposition.")
        requests, _, _ = self._requests(seed)
        scaling = find_scaling([polynomials], n)
        scaled = scaling.apply(polynomials)
        found = requests.ask(
            "decomposing a solution set", lambda s: requests.backend.decompose(scaled, n, top, s, precision)
        )
        return RawDecomposition(
            tuple(unscaled_component(c, scaling) for c in found.components),
            tuple(map(scaling.unscale, found.isolated)),
        )

    def multiplicity(
        self, polynomials: Polynomials, point: Sequence[complex], *, order: int = 12, tolerance: float = 1e-6
    ) -> int | None:
        """PHCpack's multiplicity of an isolated solution; None through the transport phc, which has none to give."""
        target = check_system(polynomials)
        (x,) = check_points([point], len(target))
        requests, _, _ = self._requests(0)
        return requests.ask(
            "computing a multiplicity", lambda _: requests.backend.multiplicity(target, x, order, tolerance)
        )

    def _requests(self, seed: int) -> tuple[Requests, np.random.Generator, list[str]]:
        if seed < 0:
            raise InputError("The seed must be a natural number.", "Pass for example seed=1.")
        backend = self._connected()
        backend.deadline = time.monotonic() + self.time_limit
        phc_seeds, gammas = np.random.SeedSequence(seed).spawn(2)
        attempts: list[str] = []
        return Requests(backend, self.retries, _seeds(phc_seeds), attempts), np.random.default_rng(gammas), attempts

    def _counter(self, total: int) -> Callable[[int], None]:
        done = 0

        def count(k: int) -> None:
            nonlocal done
            done += k
            if self.progress is not None:
                self.progress(min(done, total), total)

        return count

    def _report(self, ends: list[PathEnd], began: float, **facts: Any) -> PathReport:
        backend = self._connected()
        return PathReport(
            ends=tuple(ends),
            n_paths=len(ends),
            transport=backend.transport,
            version=backend.version,
            seconds=time.monotonic() - began,
            **facts,
        )


def _seeds(sequence: np.random.SeedSequence) -> Iterator[int]:
    rng = np.random.default_rng(sequence)
    while True:
        yield int(rng.integers(1, 2**30))
