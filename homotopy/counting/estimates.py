"""Before a count: what bounds its result, and what each way to it would take. Nothing is solved here."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from math import inf, isinf
from typing import Any

import numpy as np

from homotopy.common.processes import n_usable_cores
from homotopy.common.sheet import Line, Sheet, Shown
from homotopy.common.validation import check_choices
from homotopy.counting.count import as_landscape
from homotopy.engines.base import request_for
from homotopy.engines.registry import ENGINES
from homotopy.engines.starts import cache
from homotopy.engines.starts.family import family_digest, stratum_equations
from homotopy.engines.starts.fermat import has_fermat_start
from homotopy.engines.starts.start_set import StartKind, StartSet, can_start, make_start_set
from homotopy.options import Options
from polysys.counts import RootCount, total_degree
from polysys.counts.of_landscape import generic_count, upper_bounds
from polysys.errors import WorkLimitError
from polysys.landscape import Landscape
from polysys.models.base import Model

HOURS = 3600.0  # seconds from which on a warning is due
_SAMPLE = 128  # paths that are tracked to measure the time of one
_SLACK = 100.0  # times a lower limit on the time, below which nobody need be warned
_AFTER, _FIXED = 4.0, 1.0  # all of a count in units of the tracking of its paths, and seconds for libraries and checks
_PATIENCE = 300.0  # default time limit: of PHCpack's paths as many are counted as a thousandth of it allows
_MADE = 20_000  # start solutions that are made to measure a few paths
_EACH = 7e-7  # seconds of a path on one core, over the cube of the number of unknowns: measured with 9 to 16 unknowns
_BYTES = 1200  # of a solution: its path, its certificate, its copy under the symmetries; and for each unknown:
_BYTES_EACH = 250


@dataclass(frozen=True, slots=True)
class Route:
    """One way to a census.

    Parameters
    ----------
    engine : str
    start : str
        Where its paths start.
    n_paths : int or None
        None where that is not known without making the start.
    seconds : float or None
        Estimated; None where nothing can be said.
    is_least : bool
        Whether `seconds` is a lower limit only.
    memory : int or None
        Bytes, estimated.
    note : str
    """

    engine: str
    start: str
    n_paths: int | None
    seconds: float | None
    is_least: bool = False
    memory: int | None = None
    note: str = ""

    @property
    def is_long(self) -> bool:
        """Whether it would take hours."""
        return self.seconds is not None and self.seconds >= HOURS

    def __str__(self) -> str:
        paths = "? paths" if self.n_paths is None else f"{self.n_paths:,} paths"
        told = "time unknown" if self.seconds is None else f"{'at least' if self.is_least else 'about'} {_in_units(self.seconds)}"
        told = "more time than can be estimated" if self.seconds == inf else told
        memory = "" if self.memory is None else f", {_size(self.memory)}"
        return f"{self.engine}: {paths} ({self.start}), {told}{memory}{f'; {self.note}' if self.note else ''}"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bounds(Shown):
    """What is known of a count before it is made.

    Parameters
    ----------
    landscape : Landscape
    bounds : tuple of RootCount
        Proved upper bounds on the number of isolated complex solutions, best first; the Bezout number is among them.
    generic : RootCount or None
        The number of solutions of a generic member of the family, where a theorem or a table gives it.
    routes : tuple of Route
        In the order in which ``engine="auto"`` tries them.
    """

    landscape: Landscape
    bounds: tuple[RootCount, ...]
    generic: RootCount | None
    routes: tuple[Route, ...]

    @property
    def is_long(self) -> bool:
        """Whether every way would take hours by its own estimate; a way of which nothing is known may be short."""
        return bool(self.routes) and all(route.is_long for route in self.routes)

    @property
    def is_known_short(self) -> bool:
        """Whether some way tracks no path or is estimated to take less than hours; of a lower limit a hundredfold is taken."""
        return any(r.n_paths == 0 or (r.seconds is not None and r.seconds * (_SLACK if r.is_least else 1) < HOURS) for r in self.routes)

    def summary(self) -> dict[str, Any]:
        """The same as one JSON object."""
        return {
            "model": self.landscape.label,
            "digest": self.landscape.digest,
            "bounds": [{"value": str(b.value), "name": b.name, "reference": b.reference} for b in self.bounds],
            "generic": None if self.generic is None else {"value": str(self.generic.value), "name": self.generic.name},
            "routes": [
                {
                    "engine": r.engine,
                    "start": r.start,
                    "n_paths": r.n_paths,
                    "seconds": None if r.seconds is None or isinf(r.seconds) else r.seconds,
                    "is_least": r.is_least,
                    "memory": r.memory,
                    "note": r.note,
                }
                for r in self.routes
            ],
            "is_long": self.is_long,
        }

    def _sheet(self) -> Sheet:
        land = self.landscape
        unit = "classes" if land.formulation.points_per_class > 1 else "solutions"
        lines = [Line("at most", f"{b.value:,}: {b.name}") for b in self.bounds[:4]]
        if self.generic is not None:
            lines.append(Line("generic", f"{self.generic.value:,}: {self.generic.name}"))
        lines += [Line("", str(route)) for route in self.routes]
        if self.is_long:
            lines.append(Line("", "THIS TAKES HOURS. A time limit (--time-limit) leaves what was found until then."))
        elif not self.is_known_short:
            lines.append(Line("", "Whether it takes seconds or hours is not known. --time-limit S ends a count after S seconds with what was found."))
        return Sheet(f"Before a count of {land.label} ({land.system.n} equations, {unit})", tuple(lines))


def bounds(
    what: Landscape | Model | str,
    *,
    seed: int | None = None,
    index: int = 0,
    options: Options | None = None,
    known: RootCount | None = None,
) -> Bounds:
    """Proved bounds on a count, and what each engine would take, before any of them works.

    Parameters
    ----------
    what : Landscape, Model or str
        As for :func:`homotopy.census`.
    seed, index : int
    options : Options, optional
        Its time limit bounds how long paths may be counted: a thousandth of it.
    known : RootCount, optional
        A generic count from elsewhere, such as a table, for where no theorem gives one.

    Returns
    -------
    Bounds

    Notes
    -----
    Where the tracker's start set exists (closed forms, families counted before) the time of a path is measured on 128 of its paths.
    PHCpack's time is a lower limit: the number of its paths, which are counted, times what no machine undercuts.

    Examples
    --------
    >>> import homotopy as ho
    >>> found = ho.bounds("spherical-p-spin:n=6,p=3")
    >>> found.bounds[0].value, found.routes[0].n_paths
    (63, 63)
    """
    check_choices(options=options, seed=seed)
    land = as_landscape(what, seed, index)
    land.require_isolated()
    chosen = options or Options(time_limit=_PATIENCE)
    found = list(upper_bounds(land))
    bezout = total_degree(land.system.degrees)
    if all(b.name != bezout.name for b in found):
        found.append(bezout)
    generic = generic_count(land) or known
    routes = (_tracker(land, generic), _phcpack(land, chosen), _algebra(found))
    return Bounds(land, tuple(found), generic, tuple(r for r in routes if r is not None))


def _tracker(land: Landscape, generic: RootCount | None) -> Route | None:
    if not can_start(land):
        return None
    starts = _existing(land)
    if starts is None and generic is not None and has_fermat_start(land.formulation):
        seconds = _EACH * land.system.n**3 * generic.value / n_usable_cores()
        return Route("tracker", StartKind.FERMAT.value, generic.value, _whole(seconds), memory=_memory(land, generic.value))
    if starts is None:
        n = None if generic is None else generic.value
        note = "its start set is made first, once for the family, by monodromy: a few times as long as its paths"
        least = None if n is None else _whole(_EACH * land.system.n**3 * n / n_usable_cores())
        return Route("tracker", "start set not made yet", n, least, n is not None, None if n is None else _memory(land, n), note)
    each = _seconds_a_path(land, starts)
    whole = None if each is None else _whole(each * starts.n_paths)
    return Route("tracker", starts.kind.value, starts.n_paths, whole, memory=_memory(land, starts.n_solutions))


def _existing(land: Landscape) -> StartSet | None:
    """The start set, if it is in the cache or a closed form."""
    family = family_digest(land)
    known = cache.load(cache.directory() / f"{family}.npz", family)
    if known is not None:
        return known
    count = generic_count(land)
    is_small = count is not None and count.value <= _MADE
    return make_start_set(land) if is_small and has_fermat_start(land.formulation) else None


def _seconds_a_path(land: Landscape, starts: StartSet) -> float | None:
    """Measured on a few paths of the largest stratum, on all cores."""
    from homotopy.engines.tracker.driver import track  # compiles
    from homotopy.engines.tracker.program import compile_homotopy

    stratum = max(starts.strata, key=lambda s: len(s.solutions), default=None)
    if stratum is None or not stratum.alive or not len(stratum.solutions):
        return 0.0
    tape = stratum_equations(land, stratum.alive)
    try:
        target = np.array([float(c) for c in land.parameters])
    except OverflowError:
        return None
    rows = np.linspace(0, len(stratum.solutions) - 1, min(_SAMPLE, len(stratum.solutions))).astype(int)
    program = compile_homotopy(tape, stratum.parameters == 0, np.ones(len(target), bool))
    track(program, stratum.parameters, stratum.solutions[rows[:1]], target, threads=1)  # compiled now, if it was not
    begin = time.perf_counter()
    track(program, stratum.parameters, stratum.solutions[rows], target, threads=1)
    return (time.perf_counter() - begin) / len(rows) / (n_usable_cores() if starts.n_paths > 4 * _SAMPLE else 1)


def _phcpack(land: Landscape, options: Options) -> Route | None:
    from homotopy.engines.phcpack.engine import n_paths

    engine = ENGINES["phcpack"]
    request = request_for(land, replace(options, engine="auto"))
    note = "" if engine.is_available else "not installed"
    try:
        n = n_paths(request)
    except WorkLimitError:
        return Route("phcpack", "polyhedral", None, inf, True, note="its paths are too many to be counted quickly")
    if n is None and land.formulation.points_per_class > 1:
        found = generic_count(land)
        n = None if found is None else found.value
    seconds = engine.estimate(request)
    if seconds is None and n is not None:
        seconds = 5e-6 * land.system.n * sum(map(len, land.system.terms)) * n
    memory = None if n is None else _memory(land, n)
    return Route("phcpack", options.strategy if options.strategy != "auto" else "polyhedral or closed form", n, seconds, True, memory, note)


def _algebra(found: list[RootCount]) -> Route | None:
    """Exact algebra writes the solutions down where they are few."""
    least = min(b.value for b in found)
    if least > 300:
        return None
    return Route("exact algebra", "no paths", 0, None, note=f"for at most 300 solutions; here at most {least}")


def _whole(tracking: float) -> float:
    return _FIXED + _AFTER * tracking


def _memory(land: Landscape, n_solutions: int) -> int:
    return n_solutions * (_BYTES + _BYTES_EACH * land.system.n)


def _in_units(seconds: float) -> str:
    for size, unit in ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}" if seconds / size < 99 else f"{seconds / size:.0f} {unit}"
    return f"{seconds:.2g} s"


def _size(n_bytes: int) -> str:
    for power, unit in ((3, "GB"), (2, "MB")):
        if n_bytes >= 1000**power:
            return f"{n_bytes / 1000**power:.2g} {unit}" if n_bytes < 1000 ** (power + 1) / 10 else f"{n_bytes / 1000**power:.0f} {unit}"
    return f"{max(1, n_bytes // 1000)} kB"
