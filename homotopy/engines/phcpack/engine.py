"""PHCpack as an engine: rounds of a solve, in more precision the later they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING, ClassVar

from homotopy.common import reporting
from homotopy.engines.base import Capability, Engine, Finding, Request, TrackedPaths
from homotopy.options import PRECISIONS, STRATEGIES, TRANSPORTS, Precision, Transport
from homotopy.status import PathStatus, StartCount
from polysys.errors import InputError, PolysysError

if TYPE_CHECKING:
    from homotopy.engines.phcpack.client import PathReport, PHCpack

_LADDER: dict[Precision, tuple[Precision, ...]] = {"d": ("d", "d", "dd", "qd"), "dd": ("dd", "dd", "qd"), "qd": ("qd",)}
# A path takes longer than this on any machine of today, for each unknown and monomial: milliseconds for some ten unknowns.
_SECONDS = 5e-6
_COUNTED = 1e5  # operations that counting the paths may take, for each second of the time limit: a thousandth of it, or a few
_INSTALL = "apt install phcpack python3-phcpy, or conda install -c conda-forge phcpy"


class PHCpackEngine(Engine):
    """All solutions of a square system, from start systems that PHCpack makes."""

    name = "phcpack"
    title = "PHCpack"
    summary = "the reference engine: any square system, from start systems of its own"
    gives = frozenset({Capability.PATHS})
    honours: ClassVar = {"strategy": STRATEGIES, "transport": TRANSPORTS, "precision": PRECISIONS}

    def version(self) -> str:
        """What is installed, by the version that each part states; nothing is started."""
        from homotopy.engines.phcpack.find import find_phcpack

        return ", ".join(f"{part} {version}" for part, version in find_phcpack().versions.items())

    def run(self, request: Request) -> TrackedPaths | None:
        """All paths from the start system that the strategy names; the later a round, the more digits."""
        from homotopy.engines.phcpack.client import PHCpack

        options = request.options
        ladder = _LADDER[options.precision]
        precision = ladder[min(request.round_number, len(ladder) - 1)]
        progress = request.progress or partial(reporting.report, "paths")
        with PHCpack(options.transport, options.time_limit, progress=progress) as phcpack:
            return _track(phcpack, request, precision)

    def estimate(self, request: Request) -> float | None:
        """From the number of paths; infinity if counting them would take more than about a thousandth of the time limit."""
        from polysys.errors import WorkLimitError

        try:
            n = n_paths(request)
        except WorkLimitError:
            return inf
        n_monomials = sum(map(len, request.system.terms))
        return None if n is None else _SECONDS * request.system.n * n_monomials * n

    def self_test(self) -> tuple[Finding, ...]:
        """Each of the two ways to PHCpack, and whether one of them works."""
        ways = tuple(_self_test(transport) for transport in TRANSPORTS if transport != "auto")
        works, is_slow = any(way.is_ok for way in ways), any(way.is_slow for way in ways)
        said = "solving works" if works else "its tests did not end in time" if is_slow else _INSTALL
        return (*ways, Finding(self.title, works, True, said, is_slow=is_slow and not works))


def _track(phcpack: PHCpack, request: Request, precision: Precision) -> TrackedPaths:
    """The paths from the start that the strategy names."""
    from homotopy.engines.doubles import equations_in_doubles
    from homotopy.engines.phcpack.client import Start
    from homotopy.engines.starts.fermat import fermat_start, has_fermat_start
    from homotopy.engines.starts.start_set import StartKind
    from polysys.algebra.units import units_of
    from polysys.counts import best_partition

    system, strategy, seed = request.system, request.options.strategy, request.seed
    formulation = None if request.landscape is None else request.landscape.formulation
    units = units_of(system.terms, system.n)
    target = equations_in_doubles(system, units)
    paths = partial(_paths, request, units)
    is_fermat = not any(units) or strategy == "fermat"  # its form is in the units of the system
    if strategy in ("auto", "fermat") and is_fermat and formulation is not None and has_fermat_start(formulation):
        start, solutions = fermat_start(formulation, seed)

        def fermat_paths(report: PathReport) -> TrackedPaths:
            kind = StartCount.FERMAT
            return replace(paths(report), start=StartKind.FERMAT.value, root_count=len(solutions), root_count_kind=kind)

        keep = _then(fermat_paths, request.keep)
        return fermat_paths(phcpack.track(target, start, solutions.tolist(), precision=precision, seed=seed, keep=keep))
    if strategy == "fermat":
        raise InputError(f"{request.label} has no Fermat start.", "It needs a form on one sphere; use strategy=auto.")
    choice = Start.POLYHEDRAL if strategy == "auto" else Start(strategy.replace("-", " "))
    partition = None
    if choice is Start.MULTIHOMOGENEOUS:
        partition = best_partition([list(terms) for terms in system.terms], system.n).partition
    keep = _then(paths, request.keep)
    return paths(
        phcpack.solve(target, start=choice, partition=partition, precision=precision, seed=seed, keep=keep)
    )


def _then(
    made: Callable[[PathReport], TrackedPaths], keep: Callable[[TrackedPaths], None] | None
) -> Callable[[PathReport], None] | None:
    return None if keep is None else lambda report: keep(made(report))


def _paths(request: Request, units: Sequence[int], report: PathReport) -> TrackedPaths:
    import numpy as np

    from homotopy.engines.phcpack.far_paths import follow_linear
    from polysys.algebra.units import WIDE, in_units, spread

    n = request.system.n
    x = np.array([e.x for e in report.ends], np.complex128).reshape(-1, n)
    status = [e.status for e in report.ends]
    if any(units) and spread(in_units(request.system.terms, units)) > WIDE:  # where no units help, far is not at infinity
        status = [PathStatus.FAILED if s is PathStatus.AT_INFINITY else s for s in status]
    return TrackedPaths(
        x=np.ldexp(x.real, units) + 1j * np.ldexp(x.imag, units) if any(units) else x,
        status=tuple(status),
        rco=np.array([e.rco for e in report.ends], np.float64),
        images=(np.ones((1, n), dtype=np.int8),) * len(report.ends),
        start=report.start,
        root_count=report.root_count,
        root_count_kind=report.root_count_kind,
        engine=PHCpackEngine.name,
        engine_version=report.version,
        transport=report.transport,
        precision=report.precision,
        seed=request.seed,
        gamma=report.gamma,
        attempts=report.attempts,
        seconds=report.seconds,
        follow=None if any(units) else partial(follow_linear, request.system, report.homotopies),
    )


def n_paths(request: Request) -> int | None:
    """How many paths the start has that the strategy names; None where that is not known without making it."""
    from homotopy.engines.starts.fermat import has_fermat_start
    from polysys.counts import best_partition, total_degree
    from polysys.counts.mixed_cells import TieError
    from polysys.counts.zero_patterns import zero_pattern_bound

    system, strategy = request.system, request.options.strategy
    if strategy == "total-degree":
        return total_degree(system.degrees).value
    if strategy == "multihomogeneous":
        return best_partition(system.supports, system.n).count.value
    if strategy == "fermat" or (
        strategy == "auto" and request.landscape is not None and has_fermat_start(request.landscape.formulation)
    ):
        return None  # made in closed form
    try:
        return zero_pattern_bound(system.supports, work=int(_COUNTED * request.options.time_limit)).count.value
    except (InputError, TieError):  # no polynomials of which a mixed volume says something
        return None


def _self_test(transport: Transport) -> Finding:
    from homotopy.engines.phcpack.client import PHCpack, find_phcpack

    name = f"PHCpack through {transport}"
    system = [[(1 + 0j, (2, 0)), (-2 + 0j, (0, 0))], [(1 + 0j, (1, 1)), (-1 + 0j, (0, 0))]]  # x^2 = 2, x y = 1
    try:
        found = find_phcpack()
        with PHCpack(transport, time_limit=10) as phcpack:
            n = len(phcpack.solve(system, seed=1).ends)
            where = f"{phcpack.version}, {found.phcpy_path if transport == 'phcpy' else found.phc_path}"
    except PolysysError as error:
        return Finding.of_error(name, error)
    return Finding(name, n == 2, False, f"{where}, self-test {'passed' if n == 2 else f'failed: {n} of 2'}")
