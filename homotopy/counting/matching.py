"""Points of anybody's optimiser, trained networks for instance, held against the certified points of a census."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import Certificate
from homotopy.certification.discs.contraction import contraction, system_discs
from homotopy.certification.zeros import certify
from homotopy.common.arrays import Floats, Integers
from homotopy.common.frames import frame
from homotopy.common.wording import count_of
from homotopy.status import Verdict
from polysys.equations.formulation import Kind
from polysys.errors import InputError
from polysys.landscape import Landscape
from polysys.models.torch_networks import module_point

if TYPE_CHECKING:
    from homotopy.counting.result import Census

_STEPS = 60  # of Newton's method; one that has not converged then never does
_CONVERGED = 1e-13  # relative size of the last step
_NEAR = 0.1  # default for how far a point may be from what it is matched with, relative to the size of the domain
_SHOWN = 5  # lines of the printed table


class MatchKind(Enum):
    """How a point is matched; the values are what is printed."""

    PROVED = "Newton's method from the point converges to it, proved"
    NEAR = "Newton's method from the point went there"
    UNLISTED = "a certified stationary point that the census lacks"
    FAR = "no stationary point is near"
    NO_POINT = "not a number"

    @property
    def is_listed(self) -> bool:
        """Whether it belongs to a point of the census."""
        return self in (MatchKind.PROVED, MatchKind.NEAR)


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """For each of many points the certified stationary point that it belongs to.

    Parameters
    ----------
    census : Census
    points : float array (m, n)
        In the model's units.
    kind : tuple of MatchKind
    number : int array (m,)
        Which of ``census.points``; -1 where none.
    distance : float array (m,)
        From the point to the stationary point, in the model's units; nan where there is none.
    gradient : float array (m,)
        Norm of the (tangent) gradient at the point.
    energy : float array (m,)
        At the point, not at the stationary point.
    unlisted : tuple of Certificate
        Certified real solutions that the census lacks: its list is incomplete.
    """

    census: Census
    points: Floats
    kind: tuple[MatchKind, ...]
    number: Integers
    distance: Floats
    gradient: Floats
    energy: Floats
    unlisted: tuple[Certificate, ...]

    @property
    def is_explained(self) -> bool:
        """Whether every point belongs to a certified point of the census."""
        return all(kind.is_listed for kind in self.kind)

    @property
    def n_by_orbit(self) -> dict[int, int]:
        """How many points belong to each symmetry orbit (neurons exchanged, signs flipped), the lowest energy first."""
        found = Counter(self.census.points[k].orbit for k in self.number.tolist() if k >= 0)
        first = {p.orbit: i for i, p in reversed(list(enumerate(self.census.points)))}
        return {orbit: found[orbit] for orbit in sorted(found, key=first.__getitem__)}

    def rows(self) -> list[dict[str, Any]]:
        """One record a point: the certified point, its orbit, index and energy, the distance, and how or why not."""
        result = []
        for k, kind in enumerate(self.kind):
            point = self.census.points[self.number[k]] if self.number[k] >= 0 else None
            result.append(
                {
                    "point": None if point is None else int(self.number[k]),
                    "orbit": None if point is None else point.orbit,
                    "index": None if point is None else point.index,
                    "energy": None if point is None else float(point.energy.mid()),
                    "excess": None if point is None else float(self.energy[k] - float(point.energy.mid())),
                    "distance": float(self.distance[k]),
                    "gradient": float(self.gradient[k]),
                    "kind": kind.name.lower(),
                }
            )
        return result

    def to_frame(self) -> Any:
        """The rows as a pandas DataFrame.

        Raises
        ------
        HomotopyError
            If pandas is not installed.
        """
        return frame(self.rows())

    def summary(self) -> dict[str, Any]:
        """The matches as one JSON object."""
        return {
            "model": self.census.landscape.label,
            "digest": self.census.landscape.digest,
            "n_points": len(self.kind),
            "kinds": {kind.name.lower(): self.kind.count(kind) for kind in MatchKind},
            "is_explained": self.is_explained,
            "n_unlisted": len(self.unlisted),
            "rows": [{k: None if v != v else v for k, v in row.items()} for row in self.rows()],
        }

    def __repr__(self) -> str:
        n = {kind: self.kind.count(kind) for kind in MatchKind}
        listed = n[MatchKind.PROVED] + n[MatchKind.NEAR]
        lines = [
            f"{count_of(len(self.kind), 'point')} against {count_of(len(self.census.points), 'certified point')}: "
            f"{listed} matched ({n[MatchKind.PROVED]} proved), {len(self.kind) - listed} not"
        ]
        by_orbit = self.n_by_orbit
        if by_orbit:
            lines.append("  points  index          energy  images")
        sizes = Counter(p.orbit for p in self.census.points)
        first = {p.orbit: p for p in reversed(self.census.points)}
        for orbit, count in list(by_orbit.items())[:_SHOWN]:
            point = first[orbit]
            index = "?" if point.index is None else str(point.index)
            lines.append(f"  {count:6}  {index:>5}  {point.energy.str(10, radius=False):>14}  {sizes[orbit]:6}")
        if len(by_orbit) > _SHOWN:
            lines.append(f"  {sum(list(by_orbit.values())[_SHOWN:]):6}  at {count_of(len(by_orbit) - _SHOWN, 'more orbit')}")
        if n[MatchKind.FAR] or n[MatchKind.NO_POINT]:
            smallest = min((g for g, kind in zip(self.gradient, self.kind, strict=True) if kind is MatchKind.FAR), default=np.nan)
            lines.append(f"  {n[MatchKind.FAR] + n[MatchKind.NO_POINT]:6}  near no stationary point (gradients from {smallest:.2g})")
        if self.unlisted:
            lines.append(f"  {n[MatchKind.UNLISTED]:6}  at {len(self.unlisted)} certified stationary points that the census lacks: IT IS INCOMPLETE")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(repr(self))}</pre>"


def match(census: Census, points: Any, *, within: float | None = None) -> Matches:
    """Which certified stationary point each of many points belongs to; see :meth:`homotopy.Census.match`."""
    land = census.landscape
    given = as_points(land, points)
    reach = _default_reach(census, given) if within is None else _positive(within)
    m = len(given)
    is_number = np.isfinite(given).all(axis=1)
    x = np.where(is_number[:, None], given, 1.0)
    with np.errstate(over="ignore", invalid="ignore"):
        start = _unknowns(land, x)
        end = _newton(land, start)
        is_number &= np.isfinite(start).all(axis=1)
    rows = np.flatnonzero(np.isfinite(end).all(axis=1) & is_number)
    report = certify(land.tapes, end[rows].astype(complex), census.certificates)
    owner = np.full(m, -1, np.int64)
    owner[rows] = [-1 if k is None else k for k in report.assignment]
    owner[~np.isin(owner, report.certificates.where(Verdict.YES))] = -1
    number, distance = _nearest_of_class(census, given, owner)
    unlisted = owner >= census.n_complex
    distance[unlisted] = _physical_distance(land, given[unlisted], report.certificates.mid[owner[unlisted]])
    proved = _is_contracted(land, start, owner, report.certificates)
    kinds = []
    for k in range(m):
        if not is_number[k]:
            kinds.append(MatchKind.NO_POINT)
        elif owner[k] < 0 or not (proved[k] or distance[k] <= reach):
            kinds.append(MatchKind.FAR)
            number[k], distance[k] = -1, np.nan
        elif unlisted[k]:
            kinds.append(MatchKind.UNLISTED)
        else:
            kinds.append(MatchKind.PROVED if proved[k] else MatchKind.NEAR)
    new = sorted({int(owner[k]) for k, kind in enumerate(kinds) if kind is MatchKind.UNLISTED})
    return Matches(
        census,
        given,
        tuple(kinds),
        number,
        distance,
        np.linalg.norm(land.gradient(given), axis=1),
        np.asarray(land.energy(given)),
        tuple(report.certificates[k] for k in new),
    )


def as_points(landscape: Landscape, points: Any) -> Floats:
    """Points as an array (m, n): from an array, one point, a frame with the variables' names, torch networks or tensors.

    Raises
    ------
    InputError
    """
    n, names = landscape.domain.n, list(landscape.variables)
    if hasattr(points, "columns"):
        missing = [name for name in names if name not in list(points.columns)]
        if missing:
            raise InputError(f"The frame has no column {missing[0]!r}.", f"Give one for each variable: {', '.join(names)[:200]}.")
        points = points[names].to_numpy()
    elif callable(getattr(points, "parameters", None)):
        points = [module_point(points)]
    elif isinstance(points, Sequence) and points and all(callable(getattr(p, "parameters", None)) for p in points):
        points = [module_point(p) for p in points]
    elif callable(getattr(points, "detach", None)):
        points = points.detach().double().cpu().numpy()
    try:
        array = np.array(points, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError("The points cannot be read as numbers.", "Give an array (points, coordinates).") from error
    array = array[None, :] if array.ndim == 1 and len(array) == n else array
    if array.ndim != 2 or array.shape[1] != n:
        raise InputError(
            f"Points of shape {array.shape} were given for {n} variables.",
            f"Give an array (points, {n}), coordinates in the order {', '.join(names)[:200]}.",
        )
    return array


def _positive(within: float) -> float:
    if not (isinstance(within, (int, float)) and within > 0):
        raise InputError(f"within = {within!r} is not a positive length.", "Give within=0.01, say.")
    return float(within)


def _default_reach(census: Census, given: Floats) -> float:
    """A tenth of the size of the domain: the smallest radius, or the size of the stationary points."""
    land = census.landscape
    if land.domain.slices:
        x = _coordinates(census)
        sizes = [np.linalg.norm(x[:, block], axis=1).max(initial=0.0) for block in land.domain.slices]
        return _NEAR * (min(sizes) or 1.0)
    return _NEAR * max(1.0, float(np.abs(_coordinates(census)).max(initial=0.0)))


def _coordinates(census: Census) -> Floats:
    rows = [[float(c.mid()) for c in p.coordinates] for p in census.points]
    return np.array(rows, dtype=float).reshape(len(rows), census.landscape.domain.n)


def _unknowns(land: Landscape, x: Floats) -> Floats:
    """Points in the unknowns of the formulation, the multipliers those that fit best."""
    z = land._evaluation.unknowns(x)
    n, formulation = land.domain.n, land.formulation
    for k, block in enumerate(land.domain.slices):
        if formulation.kind is Kind.PROJECTIVE:
            chart = np.array([float(a) for a in formulation.charts[k]])
            z[:, block] /= (z[:, block] @ chart)[:, None]
        else:
            radius = float(land.domain.radii_squared[k]) ** 0.5
            z[:, block] *= radius / np.linalg.norm(z[:, block], axis=1, keepdims=True)
    if land.domain.slices:
        gradient = _values(land, z)[0][:, :n]
        for k, block in enumerate(land.domain.slices):
            part = z[:, block]
            z[:, n + k] = (part * gradient[:, block]).sum(axis=1) / (part * part).sum(axis=1)
    return z


def _values(land: Landscape, z: Floats) -> tuple[Floats, Floats]:
    m, size = z.shape
    columns = list(z.T)

    def table(tape: Any) -> Floats:
        found = tape.evaluate(columns, (), float)
        return np.stack([np.broadcast_to(np.asarray(v, float), (m,)) for v in found], axis=1)

    return table(land.tapes.equations), table(land.tapes.jacobian).reshape(m, size, size)


def _newton(land: Landscape, start: Floats) -> Floats:
    """The ends of Newton's method; nan where it does not converge."""
    z, is_done = start.copy(), np.zeros(len(start), bool)
    for _ in range(_STEPS):
        todo = np.flatnonzero(~is_done & np.isfinite(z).all(axis=1))
        if not len(todo):
            break
        residual, jacobian = _values(land, z[todo])
        step = _solved(jacobian, residual)
        z[todo] -= step
        is_done[todo] = np.abs(step).max(axis=1) <= _CONVERGED * (1 + np.abs(z[todo]).max(axis=1))
    residual, jacobian = _values(land, np.where(np.isfinite(z), z, 1.0))
    is_done |= np.abs(_solved(jacobian, residual)).max(axis=1) <= 1e-9 * (1 + np.abs(z).max(axis=1))
    z[~is_done] = np.nan
    return z


def _solved(jacobian: Floats, residual: Floats) -> Floats:
    result = np.full_like(residual, np.nan)
    sound = np.isfinite(jacobian).all(axis=(1, 2)) & np.isfinite(residual).all(axis=1)
    for k in np.flatnonzero(sound).tolist():
        try:
            result[k] = np.linalg.solve(jacobian[k], residual[k])
        except np.linalg.LinAlgError:
            continue
    return result


def _nearest_of_class(census: Census, given: Floats, owner: Integers) -> tuple[Integers, Floats]:
    """Of the points that a solution carries the nearest one, and how far it is."""
    number, distance = np.full(len(given), -1, np.int64), np.full(len(given), np.nan)
    carried: dict[int, list[int]] = {}
    for i, p in enumerate(census.points):
        carried.setdefault(p.solution, []).append(i)
    x = _coordinates(census)
    for k, solution in enumerate(owner.tolist()):
        if solution in carried:
            far = np.linalg.norm(x[carried[solution]] - given[k], axis=1)
            number[k], distance[k] = carried[solution][int(far.argmin())], far.min()
    return number, distance


def _physical_distance(land: Landscape, given: Floats, mid: npt.NDArray[np.complex128]) -> Floats:
    z = mid.real[:, : land.domain.n].copy()
    for k, block in enumerate(land.domain.slices):
        if land.formulation.kind is Kind.PROJECTIVE:
            z[:, block] *= float(land.domain.radii_squared[k]) ** 0.5 / np.linalg.norm(z[:, block], axis=1, keepdims=True)
            z[:, block] *= np.sign((z[:, block] * given[:, block]).sum(axis=1, keepdims=True))
    return np.asarray(np.linalg.norm(z * land._evaluation.lengths - given, axis=1))


def _is_contracted(land: Landscape, start: Floats, owner: Integers, certificates: Any) -> npt.NDArray[np.bool_]:
    """Where Newton's method with the Jacobian at the point is proved to converge to the certified zero.

    On a polydisc about z of more than twice the distance to the zero x, N = z -> z - Y F(z) contracts by kappa < 1 and keeps x, so
    the steps come nearer to x by kappa each and stay in the polydisc.
    """
    result = np.zeros(len(start), bool)
    rows = np.flatnonzero((owner >= 0) & np.isfinite(start).all(axis=1))
    if not len(rows):
        return result
    z = start[rows].astype(complex)
    away = np.abs(z - certificates.mid[owner[rows]]).max(axis=1) + certificates.radius[owner[rows]]
    radius = 2.1 * away + 1e-12 * (1 + np.abs(z).max(axis=1))
    with np.errstate(all="ignore"):
        kappa = contraction(system_discs(land.tapes), np.zeros(len(rows), np.int64), z, radius)[0]
    result[rows] = kappa < 1
    return result
