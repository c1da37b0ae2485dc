"""Degenerate stationary points: isolated ones with their multiplicity, and positive-dimensional sets with dimension.

They are never among the certified: a certificate proves that the Jacobian is invertible. What is found here is labelled
proved or numerical, see :mod:`homotopy.counting.degenerate.local_dimension`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from homotopy.common.arrays import Complexes
from homotopy.completeness.evidence import Evidence, evidence, of_kind
from homotopy.completeness.verdict import CompletenessReport
from homotopy.counting.degenerate.local_dimension import LocalReport, local_report
from homotopy.counting.degenerate.stationary_set import SetKind, StationarySet
from homotopy.errors import EngineMissingError
from homotopy.solving.result import PathAccount
from homotopy.status import Completeness, EvidenceKind, Verdict
from polysys.continuous_symmetry import ContinuousSymmetry
from polysys.errors import PolysysError, require_type
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape
from polysys.own_equations import Equations
from polysys.problem import Problem
from polysys.root_count import RootCount

if TYPE_CHECKING:
    from homotopy.engines.phcpack.client import PHCpack

MAX_ANALYSED = 40  # singular end points that are looked at one by one; each may take seconds
MAX_FAILED = 10  # ends of failed paths that are
_CLUSTER = 1e-6  # end points closer than this, relative to their size, are looked at once
_SAME = 1e-8  # refined points closer than this are equal
_SAME_ENERGY = 1e-6
_PHC_ORDER = 16


def _require_vectors(points: Any) -> None:
    """Refuse what is no list of complex vectors.

    Raises
    ------
    TypeError
    """
    way_out = "Give vectors of complex numbers."
    require_type(points, (list, tuple, np.ndarray), "The list of end points", way_out)
    for point in points:
        require_type(point, (list, tuple, np.ndarray), "An end point", way_out)
        for coordinate in point:
            require_type(coordinate, (int, float, complex, np.number), "A coordinate of an end point", way_out)


def singular_sets(
    landscape: Problem,
    ends: Sequence[Sequence[complex]],
    *,
    failed: Sequence[Sequence[complex]] = (),
    bound: int | None = None,
    engine: PHCpack | None = None,
    seed: int = 0,
) -> tuple[StationarySet, ...]:
    """What the singular end points of a solve are.

    Parameters
    ----------
    landscape : Landscape or Equations
    ends : sequence of complex vectors
        :attr:`homotopy.SolveReport.singular_ends`, say.
    failed : sequence of complex vectors
        Where other paths were given up; those that are near no singular solution are left out.
    bound : int, optional
        A proved bound on the number of isolated solutions, counted with multiplicity.
    engine : PHCpack, optional
        For a second, independent multiplicity of each isolated point.
    seed : int
        Seed of random hyperplanes and moves.

    Returns
    -------
    tuple of StationarySet
        Isolated points first. Points of positive-dimensional sets of equal dimension, orbit dimension and energy stand
        in one entry: end points alone do not tell components apart, :func:`homotopy.stationary_sets` does.

    Examples
    --------
    The monkey saddle's origin is isolated and four stationary points in one:

    >>> import polysys as ps
    >>> land = ps.expression("x^3 - 3*x*y^2").sample()
    >>> print(singular_sets(land, [[1e-9, 2e-9]] * 4)[0])
    isolated singular point: multiplicity 4 (proved), real, energy 0, 4 paths, at (0, 0)
    """
    require_type(landscape, (Landscape, Equations), "The problem", "Give a landscape or equations.")
    for given in (ends, failed):
        _require_vectors(given)
    points: list[tuple[LocalReport, int]] = []
    families: dict[tuple[Any, ...], list[tuple[LocalReport, int]]] = {}
    undecided: list[tuple[tuple[complex, ...], int]] = []
    clusters = [(x, n, True) for x, n in _clusters(ends)] + [(x, n, False) for x, n in _clusters(failed)[:MAX_FAILED]]
    for k, (x, n_paths, is_singular) in enumerate(clusters):
        known = _known(points, x)
        if known is not None:
            points[known] = (points[known][0], points[known][1] + n_paths)
            continue
        is_examined = k < MAX_ANALYSED or not is_singular
        report = describe(landscape, x, bound=bound, seed=seed) if is_examined else None
        if report is None or (report.dimension is None and report.least == 0):
            if is_singular:
                undecided.append((tuple(x.tolist()), n_paths))
        elif report.dimension == 0:
            same = next((i for i, (r, _) in enumerate(points) if _is_same(r, report)), None)
            if same is None:
                points.append((report, n_paths))
            else:
                points[same] = (points[same][0], points[same][1] + n_paths)
        else:
            energy = energy_at(landscape, report.point)
            key = next(
                (
                    f
                    for f in families
                    if f[:3] == (report.least, report.most, report.orbit_dimension) and _is_close(f[3], energy)
                ),
                (report.least, report.most, report.orbit_dimension, energy),
            )
            families.setdefault(key, []).append((report, n_paths))
    sets = [_isolated(landscape, report, n_paths, engine) for report, n_paths in points]
    sets += [_family(landscape, members) for members in families.values()]
    if undecided:
        many = (
            f"; only the first {MAX_ANALYSED} end points were examined"
            if sum(c[2] for c in clusters) > MAX_ANALYSED
            else ""
        )
        sets.append(
            StationarySet(
                SetKind.UNDECIDED,
                None,
                samples=tuple(x for x, _ in undecided[:4]),
                n_paths=sum(n for _, n in undecided),
                note=f"isolated and multiple, or on a larger set, or no solutions{many}",
            )
        )
    return tuple(sets)


def describe(
    landscape: Problem, x: Sequence[complex] | Complexes, *, bound: int | None = None, seed: int = 0
) -> LocalReport | None:
    """The local report on a singular solution of a landscape's system."""
    symmetry = moving_symmetry(landscape)
    return local_report(landscape.system, landscape.tapes, list(x), symmetry, bound=bound, seed=seed)


def moving_symmetry(landscape: Problem) -> ContinuousSymmetry | None:
    """The symmetries whose fields move solutions where they do not vanish.

    Not on lines: there a field that is parallel to the line moves nothing.
    """
    return None if landscape.formulation.kind is Kind.PROJECTIVE else landscape.known_symmetry


def symmetry_words(landscape: Problem) -> str:
    """What to call the landscape's continuous symmetry; empty if it has none."""
    symmetry = moving_symmetry(landscape)
    if symmetry is None or not symmetry.dimension or not isinstance(landscape, Landscape):
        return ""
    facts = landscape.facts
    if facts.mixing_fields and facts.symmetry_name:
        return facts.symmetry_name
    matrices = [np.array([[float(a) for a in row] for row in matrix]) for matrix, _ in symmetry.generators]
    is_shift = all(not m.any() for m in matrices)
    is_rotation = all((m == -m.T).all() for m in matrices) and not is_shift
    kind = "rotations" if is_rotation else "translations" if is_shift else "linear maps"
    return f"a group of {kind} of dimension {symmetry.dimension}"


def energy_at(landscape: Problem, x: Sequence[complex]) -> complex | None:
    """The potential at a solution, in the model's units; None on lines and where there is no potential."""
    if not isinstance(landscape, Landscape) or landscape.formulation.kind is Kind.PROJECTIVE:
        return None
    (value,) = landscape.tapes.energy.evaluate(list(x), (), float)
    return complex(value) * sqrt(landscape.scaling.energy_squared)


def least_multiplicities(degenerate: Sequence[StationarySet]) -> tuple[int, ...]:
    """Of the isolated singular solutions: their multiplicities where they are proved, else 2, which they have at least."""
    isolated = [s for s in degenerate if s.kind is SetKind.ISOLATED]
    return tuple(s.multiplicity if s.is_multiplicity_proved and s.multiplicity is not None else 2 for s in isolated)


def proved_multiplicities(degenerate: Sequence[StationarySet]) -> tuple[int, ...]:
    """Of the isolated singular solutions whose multiplicities are proved, these."""
    return tuple(s.multiplicity for s in degenerate if s.kind is SetKind.ISOLATED and s.is_multiplicity_proved and s.multiplicity)


def n_degenerate(paths: PathAccount, sets: Sequence[StationarySet]) -> int:
    """How many singular ends of paths there are, and points of proved multiplicity besides: with any of them Morse theory does not apply.

    Paths to a point of high multiplicity end so far from it that they count as failed.
    """
    return paths.singular + len(proved_multiplicities(sets))


def not_excluded(sets: Sequence[StationarySet], verdict: CompletenessReport) -> tuple[StationarySet, ...]:
    """The sets that a verdict leaves room for: ends of lost paths may look like singular solutions.

    Where the list is proved, certified solutions and proved multiplicities are all; where the exact count is met, every distinct
    solution is accounted for.
    """
    exact = of_kind(verdict.evidence, EvidenceKind.EXACT_COUNT)
    if verdict.verdict is Completeness.PROVED and verdict.complex_verdict is None:
        return tuple(s for s in sets if s.kind is SetKind.POSITIVE_DIMENSIONAL or s.is_multiplicity_proved)
    if exact is not None and exact.outcome is Verdict.YES:
        return tuple(s for s in sets if s.kind is not SetKind.UNDECIDED)
    return tuple(sets)


def multiplicity_evidence(n: int, bounds: Sequence[RootCount], sets: Sequence[StationarySet]) -> Evidence | None:
    """Whether the proved multiplicities of isolated singular points fill a proved bound beside `n` certified solutions.

    None where there is no such point or no bound that counts multiplicities.

    Notes
    -----
    An isolated solution of multiplicity k takes k of the solutions of nearby generic members of its family
    (conservation of number, see :mod:`polysys.root_count`), so bounds that count multiplicities hold for their sum.
    Certified solutions have multiplicity one and an invertible Jacobian, hence differ from the singular ones.
    """
    proved = [s for s in sets if s.kind is SetKind.ISOLATED and s.is_multiplicity_proved and s.multiplicity]
    best = next((b for b in bounds if b.counts_multiplicities), None)
    if not proved or best is None:
        return None
    multiplicities = tuple(sorted(s.multiplicity or 0 for s in proved))
    total = n + sum(multiplicities)
    outcome = Verdict.NO if total > best.value else Verdict.YES if total == best.value else Verdict.UNDECIDED
    return evidence(
        EvidenceKind.MULTIPLICITIES,
        outcome,
        found=n,
        multiplicities=multiplicities,
        bound=best.value,
        bound_name=best.name,
        reference=best.reference,
        is_origin=len(proved) == 1 and not any(proved[0].exact or (1,)),
    )


def _clusters(ends: Sequence[Sequence[complex]]) -> list[tuple[Complexes, int]]:
    """Representatives of end points that agree to a few digits, each with their number."""
    found: list[list[Any]] = []
    for end in ends:
        x = np.array(end, dtype=np.complex128)
        if not np.isfinite(x).all():
            continue
        for member in found:
            if np.abs(member[0] - x).max() < _CLUSTER * (1 + np.abs(x).max()):
                member[1] += 1
                break
        else:
            found.append([x, 1])
    return [(x, n) for x, n in found]


def _known(points: Sequence[tuple[LocalReport, int]], x: Complexes) -> int | None:
    """The isolated point that an end point belongs to: a root of multiplicity m is found to 1/m of the digits only."""
    for k, (report, _) in enumerate(points):
        reach = 10 * 1e-14 ** (1 / (report.multiplicity or 1))
        if np.abs(np.array(report.point) - x).max() < min(reach, 0.01) * (1 + np.abs(x).max()):
            return k
    return None


def _is_same(a: LocalReport, b: LocalReport) -> bool:
    return max(abs(z - w) for z, w in zip(a.point, b.point, strict=True)) < _SAME * (1 + max(map(abs, b.point)))


def _is_close(a: complex | None, b: complex | None) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) < _SAME_ENERGY * max(1.0, abs(b))


def is_real(x: Sequence[complex]) -> bool:
    """Whether a refined point is real as far as doubles can tell."""
    return max(abs(z.imag) for z in x) < 1e-9 * (1 + max(map(abs, x)))


def _isolated(landscape: Problem, report: LocalReport, n_paths: int | None, engine: PHCpack | None) -> StationarySet:
    return StationarySet(
        SetKind.ISOLATED,
        0,
        report.is_proved,
        report.multiplicity,
        report.is_proved,
        reality=Verdict.YES if report.exact or is_real(report.point) else Verdict.NO,
        energy=energy_at(landscape, report.point),
        samples=(report.point,),
        exact=report.exact,
        n_paths=n_paths,
        phcpack_multiplicity=None if engine is None else _phcpack_multiplicity(landscape, report, engine),
    )


def isolated_set(landscape: Problem, report: LocalReport, engine: PHCpack | None = None) -> StationarySet:
    """The entry of an isolated singular point that no path count belongs to."""
    return _isolated(landscape, report, None, engine)


def _phcpack_multiplicity(landscape: Problem, report: LocalReport, engine: PHCpack) -> int | None:
    from homotopy.engines.doubles import equations_in_doubles

    order = min(_PHC_ORDER, (report.multiplicity or _PHC_ORDER) + 1)
    try:
        return engine.multiplicity(equations_in_doubles(landscape.system), report.point, order=order)
    except EngineMissingError:
        raise
    except PolysysError:  # a crash: there is no second opinion
        return None


def _family(landscape: Problem, members: Sequence[tuple[LocalReport, int]]) -> StationarySet:
    reports = [r for r, _ in members]
    first = next((r for r in reports if r.is_proved), reports[0])
    dimension = first.dimension
    note = "" if dimension is not None else f"its dimension is between {first.least} and {first.most}"
    orbit = max(r.orbit_dimension for r in reports)
    return StationarySet(
        SetKind.POSITIVE_DIMENSIONAL,
        dimension,
        first.is_proved,
        symmetry=symmetry_words(landscape) if orbit else "",
        orbit_dimension=orbit,
        reality=Verdict.YES if any(r.exact or is_real(r.point) for r in reports) else Verdict.UNDECIDED,
        energy=energy_at(landscape, first.point),
        samples=tuple(r.point for r in reports[:4]),
        n_paths=sum(n for _, n in members),
        note=note,
    )
