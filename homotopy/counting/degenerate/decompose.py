"""Decompose the whole set of stationary points of a small landscape: components with dimension and degree, and points.

Hypersurfaces are split off exactly (the factors that all equations share), linear remainders are solved exactly, and what
is left goes to PHCpack's numerical irreducible decomposition, in independent runs that must agree.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from homotopy.certification.classify import classify
from homotopy.certification.closure import image, orbits
from homotopy.certification.zeros import Certificate, certify
from homotopy.common.reporting import Stopped
from homotopy.common.validation import check_choices
from homotopy.counting.count import as_landscape
from homotopy.counting.degenerate.components import (
    Point,
    Witness,
    belongs,
    distinct,
    in_doubles,
    is_on,
    linear_solutions,
    on_a_line,
    rank,
    real_point_of_hypersurface,
    real_zeros,
)
from homotopy.counting.degenerate.describe import describe, energy_at, isolated_set, moving_symmetry, symmetry_words
from homotopy.counting.degenerate.local_dimension import orbit_dimension
from homotopy.counting.degenerate.result import EXACT, StationarySets
from homotopy.counting.degenerate.stationary_set import SetKind, StationarySet
from homotopy.engines.phcpack.engine import PHCpackEngine
from homotopy.options import AUTO, Options, chosen_options
from homotopy.solving.rounds import solve
from homotopy.status import Verdict
from polysys.algebra.common_factors import common_factors
from polysys.errors import InputError, require_type
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape
from polysys.models.base import Model

if TYPE_CHECKING:  # at run time only where a set is decomposed, so that importing the package loads no engine
    from homotopy.engines.phcpack.client import Component, PHCpack, RawDecomposition

_SAMPLES = 8  # points kept of each component
_REAL_TESTS = 12  # real points that are tried on each component

_Found = tuple[StationarySet, Witness | None]


def stationary_sets(
    what: Landscape | Model | str,
    *,
    seed: int | None = None,
    index: int = 0,
    top: int | None = None,
    n_runs: int = 2,
    options: Options | None = None,
    **choices: Any,
) -> StationarySets:
    """Decompose the stationary points of a landscape into irreducible sets and isolated points.

    Parameters
    ----------
    what : Landscape, Model or str
        A landscape; or a model or its label, of which sample `index` of `seed` is taken.
    seed, index : int
        Which sample, where `what` is a model or a label.
    top : int, optional
        An upper bound on the dimension that is known beforehand: the smaller, the faster.
    n_runs : int
        Number of independent runs of PHCpack that are compared.
    options : Options, optional
        Of these `transport`, `precision`, `time_limit` and `seed` count; another engine or strategy is refused.
    **choices
        Fields of :class:`homotopy.Options`, instead of `options`.

    Returns
    -------
    StationarySets

    Raises
    ------
    EngineMissingError, EngineCrashError, EngineTimeoutError
        When PHCpack's executable is missing, or fails before anything was found. Later it leaves what was found: `stopped` says so.

    Examples
    --------
    A brim of minima about a maximum:

    >>> import polysys as ps
    >>> import homotopy as ho
    >>> found = ho.stationary_sets(ps.expression("(x^2 + y^2 - 1)^2"))
    >>> [(s.dimension, s.degree, s.symmetry) for s in found.sets], [p.index for p in found.points]
    ([(1, 2, 'a group of rotations of dimension 1')], [2])

    References
    ----------
    A. J. Sommese, C. W. Wampler, The Numerical Solution of Systems of Polynomials (2005), chapters 13 to 15.
    """
    check_choices(options=options, seed=seed)
    require_type(n_runs, int, "The number of runs", "Give a whole number.")
    require_type(top, (int, type(None)), "The top dimension", "Give a whole number.")
    if n_runs < 1 or (top is not None and top < 0):
        raise InputError(
            "The number of runs must be positive and the top dimension not negative.",
            "Take two runs, say, and a dimension from 0.",
        )
    chosen = chosen_options(options, choices)
    if chosen.engine not in (AUTO, PHCpackEngine.name) or chosen.strategy != "auto":
        raise InputError(
            "Sets are decomposed by PHCpack, from start systems of its own.",
            "Leave engine and strategy at their defaults.",
        )
    landscape = as_landscape(what, seed, index)
    begin = time.perf_counter()
    if landscape.system.n == 1:
        return _points_only(landscape, chosen, begin)
    parts, stopped = _Parts(), Stopped()
    from homotopy.engines.phcpack.client import PHCpack

    with PHCpack(chosen.transport, chosen.time_limit) as engine:
        with stopped.taking():
            _split(landscape, engine, chosen, top, n_runs, parts, stopped)
        off = [x for x in parts.ends if np.isfinite(x).all() and not any(is_on(f, x) for f in parts.factors)]
        certificates = certify(landscape.tapes, off).certificates
        sets = [s for s, _ in parts.found]
        with stopped.taking():
            if not stopped:
                sets = _with_real_points(landscape, engine, parts.found, chosen.seed)
        with stopped.taking():
            if not stopped:
                for singular in _singular(landscape, off, certificates, engine, chosen.seed):
                    sets.append(singular)  # one by one: what was described is kept
    why = stopped.settle(has_results=bool(sets or certificates))
    sets = sorted(_merged(sets), key=lambda s: (-1 if s.dimension is None else -s.dimension, -(s.degree or 0)))
    points = tuple(classify(landscape, certificates, orbits(landscape, certificates)[0]))
    seconds = time.perf_counter() - begin
    return StationarySets(
        landscape, tuple(sets), certificates, points, parts.is_agreed, parts.engine, chosen.seed, tuple(parts.attempts), seconds, why
    )  # fmt: skip


@dataclass
class _Parts:
    """What a decomposition has come to so far."""

    found: list[_Found] = field(default_factory=list)
    factors: Sequence[Any] = ()
    ends: Sequence[Point] = ()
    attempts: list[str] = field(default_factory=list)
    is_agreed: bool = True
    engine: str = EXACT


def _split(
    landscape: Landscape,
    engine: PHCpack,
    options: Options,
    top: int | None,
    n_runs: int,
    parts: _Parts,
    stopped: Stopped,
) -> None:
    """Split the stationary points into hypersurfaces, smaller components and the ends of paths to isolated points."""
    n = landscape.system.n
    split = common_factors([f.to_sympy() for f in landscape.system.polynomials])
    parts.factors = [f for f, _ in split.factors]
    for factor, exponent in split.factors:
        pieces, is_sure = _hypersurfaces(landscape, engine, factor, exponent, options.seed)
        parts.found += pieces
        parts.is_agreed = parts.is_agreed and is_sure
        if max(map(sum, factor.monoms())) > 1:
            parts.engine = f"exact algebra and PHCpack {engine.version}"
    rest = [f for f in dict.fromkeys(split.rest) if f]
    if rest and max(sum(e) for f in rest for e in f.monoms()) == 1:
        smaller, parts.ends = _linear(landscape, rest, options.seed)
    elif rest:
        limit = n - 2 if top is None else min(top, n - 2)
        parts.engine = f"PHCpack {engine.version}"
        raw, is_sure = _agreed_runs(engine, rest, n, max(limit, 1), options, n_runs, parts.attempts, stopped)
        parts.is_agreed = parts.is_agreed and is_sure
        smaller, parts.ends = [_component(landscape, rest, c) for c in raw.components], raw.isolated
    else:
        smaller = []
    # what lies on one of the hypersurfaces is no component of its own
    parts.found += [
        item for item in smaller if not any(all(is_on(f, x) for x in item[0].samples) for f in parts.factors)
    ]


def _points_only(landscape: Landscape, options: Options, begin: float) -> StationarySets:
    """One unknown: every solution is isolated."""
    from homotopy.engines.phcpack.client import PHCpack

    solved = solve(landscape, options)
    with PHCpack(options.transport, options.time_limit) as engine:
        ends = solved.singular_ends + solved.failed_ends
        sets = list(_singular(landscape, ends, solved.certificates, engine, options.seed))
    points = tuple(classify(landscape, solved.certificates, orbits(landscape, solved.certificates)[0]))
    seconds = time.perf_counter() - begin
    return StationarySets(
        landscape, tuple(_merged(sets)), solved.certificates, points, True, solved.engine, options.seed, (), seconds
    )


def _agreed_runs(
    engine: PHCpack,
    rest: Sequence[Any],
    n: int,
    top: int,
    options: Options,
    n_runs: int,
    attempts: list[str],
    stopped: Stopped,
) -> tuple[RawDecomposition, bool]:
    """A decomposition that so many runs agree on, or the most frequent one and False; what stops a later run is taken."""
    equations = in_doubles(rest)
    runs: list[tuple[tuple[Any, ...], RawDecomposition]] = []
    number = 0
    for k in range(2 * n_runs):
        with stopped.taking():
            raw = engine.decompose(equations, n, top=top, precision=options.precision, seed=options.seed + 7919 * k)
        if stopped:
            break
        signature = tuple(sorted((c.dimension, len(c.points)) for c in raw.components)), len(distinct(raw.isolated))
        runs.append((signature, raw))
        frequent, number = Counter(s for s, _ in runs).most_common(1)[0]
        if number >= n_runs:
            break
        if k and signature != runs[-2][0]:
            attempts.append(f"Two runs of PHCpack found {runs[-2][0]} and {signature}.")
    if stopped.error is not None and not runs:
        raise stopped.error
    best = next(raw for s, raw in runs if s == frequent)
    return best, number >= n_runs


def _hypersurfaces(
    landscape: Landscape, engine: PHCpack, factor: Any, exponent: int, seed: int
) -> tuple[list[_Found], bool]:
    """The hypersurface of a factor irreducible over Q, or the pieces into which it falls over C; and whether that is sure."""
    n, degree = landscape.system.n, max(map(sum, factor.monoms()))
    pieces: tuple[Component, ...] = ()
    if degree > 1:
        pieces = engine.decompose(in_doubles([factor]), n, top=n - 1, seed=seed).components
    is_whole = sum(len(c.points) for c in pieces) == degree and all(c.dimension == n - 1 for c in pieces)
    note = f"the equations vanish on it to order {exponent}" if exponent > 1 else ""
    if is_whole and len(pieces) > 1:
        return [
            (_positive(landscape, n - 1, True, len(c.points), False, c.points, note), Witness((factor,), c))
            for c in pieces
        ], True
    whole = _positive(landscape, n - 1, True, degree, True, on_a_line(factor, seed), note)
    real = real_point_of_hypersurface(factor, seed)
    if real is not None:
        whole = replace(whole, reality=Verdict.YES, samples=(real, *whole.samples))
    return [(whole, None)], degree == 1 or is_whole


def _linear(landscape: Landscape, rest: Sequence[Any], seed: int) -> tuple[list[_Found], Sequence[Point]]:
    """The solution set of linear equations, exactly: nothing, one point, or an affine subspace."""
    dimension, point = linear_solutions(rest, seed)
    if point is None:
        return [], ()
    if not dimension:
        return [], (point,)
    whole = _positive(landscape, dimension, True, 1, True, (point,), "an affine subspace")
    return [(replace(whole, reality=Verdict.YES), None)], ()


def _component(landscape: Landscape, rest: Sequence[Any], component: Component) -> _Found:
    """A component of PHCpack's, with its degree counted in distinct points."""
    points = distinct(component.points, 1e-5)
    is_reduced = all(landscape.system.n - rank(rest, x) == component.dimension for x in points)
    # trap P: PHCpack's monodromy does not break up such a set rightly, and may count it more than once
    note = "" if is_reduced else "the equations are not reduced along it: degree and irreducibility are doubtful"
    found = _positive(landscape, component.dimension, False, len(points), False, points, note)
    return found, Witness(tuple(rest), component) if is_reduced else None


def _positive(
    landscape: Landscape,
    dimension: int,
    is_dimension_proved: bool,
    degree: int,
    is_degree_proved: bool,
    points: Sequence[tuple[complex, ...]],
    note: str,
) -> StationarySet:
    energy = energy_at(landscape, points[0])
    orbit = min(orbit_dimension(moving_symmetry(landscape), x) for x in points)
    is_real_valued = energy is None or abs(energy.imag) < 1e-6 * max(1.0, abs(energy))
    return StationarySet(
        SetKind.POSITIVE_DIMENSIONAL,
        dimension,
        is_dimension_proved,
        degree=degree,
        is_degree_proved=is_degree_proved,
        symmetry=symmetry_words(landscape) if orbit else "",
        orbit_dimension=orbit,
        reality=Verdict.UNDECIDED if is_real_valued else Verdict.NO,
        energy=energy,
        samples=tuple(points[:_SAMPLES]),
        note=note,
    )


def _singular(
    landscape: Landscape,
    ends: Sequence[tuple[complex, ...]],
    certificates: Sequence[Certificate],
    engine: PHCpack,
    seed: int,
) -> Iterator[StationarySet]:
    """The isolated points that cannot be certified. What turns out to lie on a larger set is left out."""
    n_known = len(certificates)
    for x in distinct(ends):
        if len(certify(landscape.tapes, [x], certificates).certificates) == n_known and _is_certified(landscape, x):
            continue
        report = describe(landscape, x, seed=seed)
        if report is not None and report.dimension == 0:
            yield isolated_set(landscape, report, engine)
        elif report is None or report.dimension is None:
            note = "an end point that could be neither certified nor described"
            yield StationarySet(SetKind.UNDECIDED, None, samples=(x,), note=note)


def _is_certified(landscape: Landscape, x: Sequence[complex]) -> bool:
    return bool(certify(landscape.tapes, [x]).certificates)


def _with_real_points(landscape: Landscape, engine: PHCpack, found: Sequence[_Found], seed: int) -> list[StationarySet]:
    """The sets with their reality, where some real stationary point is found on them."""
    sets = [s for s, _ in found]
    undecided = [k for k, (s, w) in enumerate(found) if s.reality is Verdict.UNDECIDED and w is not None]
    tested: dict[int, int] = dict.fromkeys(undecided, 0)
    for x in _with_mirror_images(landscape, real_zeros(landscape, seed)) if undecided else ():
        energy = energy_at(landscape, x)
        for k in undecided:
            s, witness = found[k]
            if sets[k].reality is Verdict.YES or witness is None or tested[k] >= _REAL_TESTS:
                continue
            if not _same_energy(s.energy, energy):
                continue
            tested[k] += 1
            if belongs(engine, witness, x, seed):
                sets[k] = replace(s, reality=Verdict.YES, samples=(x, *s.samples))
                break
    return sets


def _with_mirror_images(landscape: Landscape, points: Sequence[Point]) -> list[Point]:
    """The points, each followed by its images under the generators of the finite symmetry group."""
    if landscape.formulation.kind is Kind.PROJECTIVE:  # an image is in another chart
        return list(points)
    images = []
    for x in points:
        images.append(x)
        images += [tuple(image(landscape.formulation, g, x)) for g in landscape.symmetry.generators]
    return images


def _same_energy(a: complex | None, b: complex | None) -> bool:
    return a is None or b is None or abs(a - b) < 1e-6 * max(1.0, abs(a))


def _merged(sets: Sequence[StationarySet]) -> list[StationarySet]:
    """The sets without a second entry for one isolated point."""
    kept: list[StationarySet] = []
    for s in sets:
        is_known = s.kind is SetKind.ISOLATED and any(
            t.kind is SetKind.ISOLATED and len(distinct([t.samples[0], s.samples[0]])) == 1 for t in kept
        )
        if not is_known:
            kept.append(s)
    return kept
