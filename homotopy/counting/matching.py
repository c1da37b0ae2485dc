"""Points of anybody's optimiser, trained networks for instance, held against the certified points of a census."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import Certificate, CertificateList
from homotopy.certification.classify import StationaryPoint
from homotopy.certification.discs.contraction import contraction, system_discs
from homotopy.certification.zeros import certify
from homotopy.common.arrays import Flags, Floats, Integers
from homotopy.common.frames import frame
from homotopy.common.sheet import Columns, Line, Sheet, Shown
from homotopy.common.validation import is_whole
from homotopy.common.wording import count_of, sample_title
from homotopy.counting.coordinates import as_points, coordinates_of
from homotopy.counting.newton import descended, newton, unknowns_of
from homotopy.status import Completeness, Verdict
from polysys.errors import InputError
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape

_NEAR = 0.1  # default for how far a point may be from what it is matched with, relative to the size of the domain
_COLUMNS = {
    "point": "place of the certified point in `points` of the census, from 0; missing where there is none",
    "orbit": "points with the same number are images of each other under symmetries",
    "index": "Morse index of the certified point",
    "energy": "the potential at the certified point, in the model's units",
    "excess": "the potential at the given point, less the one at the certified point",
    "distance": "from the given to the certified point, in the model's units",
    "gradient": "norm of the (tangent) gradient at the given point",
    "kind": "how the point was matched, or why not",
}
_SHOWN = 5  # lines of the printed table of what was met, and as many of what was missed


class MatchKind(Enum):
    """How a point is matched; the values are what is printed."""

    PROVED = "Newton's method from the point converges to it, proved"
    NEAR = "Newton's method from the point went there"
    DESCENT = "a descent from the point ended there"
    UNLISTED = "a certified stationary point that the census lacks"
    FAR = "no stationary point is near"
    NO_POINT = "not a number"

    @property
    def is_listed(self) -> bool:
        """Whether it belongs to a point of the census."""
        return self in (MatchKind.PROVED, MatchKind.NEAR, MatchKind.DESCENT)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Matches(Shown):
    """For each of many points the certified stationary point that it belongs to.

    Parameters
    ----------
    landscape : Landscape
    listed : tuple of StationaryPoint
        Of the census.
    points : float array (m, n)
        In the model's units.
    kind : tuple of MatchKind
    number : int array (m,)
        Which of `listed`; -1 where none.
    distance : float array (m,)
        From the point to the stationary point, in the model's units; nan where there is none.
    gradient : float array (m,)
        Norm of the (tangent) gradient at the point.
    energy : float array (m,)
        At the point, not at the stationary point.
    unlisted : tuple of Certificate
        Certified real solutions that the census lacks: its list is incomplete.
    verdict : Completeness or None
        Of the census; None where it is not told.
    """

    landscape: Landscape
    listed: tuple[StationaryPoint, ...]
    points: Floats
    kind: tuple[MatchKind, ...]
    number: Integers
    distance: Floats
    gradient: Floats
    energy: Floats
    unlisted: tuple[Certificate, ...]
    verdict: Completeness | None = None

    @property
    def is_explained(self) -> bool:
        """Whether every point belongs to a certified point of the census."""
        return all(kind.is_listed for kind in self.kind)

    @property
    def n_by_orbit(self) -> dict[int, int]:
        """How many points belong to each symmetry orbit (neurons exchanged, signs flipped) that was met, the lowest energy first."""
        found = Counter(self.listed[k].orbit for k in self.number.tolist() if k >= 0)
        first = {p.orbit: i for i, p in reversed(list(enumerate(self.listed)))}
        return {orbit: found[orbit] for orbit in sorted(found, key=first.__getitem__)}

    def missed(self, index: int | None = None) -> tuple[StationaryPoint, ...]:
        """The certified points (of one Morse index) that no given point belongs to, nor to an image of them under symmetries, by energy.

        Examples
        --------
        >>> import homotopy as ho, polysys as ps
        >>> found = ho.census(ps.expression("x^4/4 - x^2/2 + x/9 + y^2/2")).match([[1, 0], [0.9, 0.1]])
        >>> found.missed(), len(found.missed(index=0))
        ((StationaryPoint(index 0, energy [-0.364...]), StationaryPoint(index 1, energy [0.00621...])), 1)
        """
        dimension = self.landscape.domain.dimension
        if index is not None and not (is_whole(index, 0) and index <= dimension):
            raise InputError(f"There is no Morse index {index!r:.40}.", f"Choose one from 0 to {dimension}.")
        met = self.n_by_orbit
        return tuple(p for p in self.listed if p.orbit not in met and index in (None, p.index))

    def by_orbit(self) -> list[tuple[StationaryPoint, int, int]]:
        """The first point of each orbit that was met, and of each of minima; how many belong to the orbit; how many images it has. By energy."""
        met, images = self.n_by_orbit, Counter(p.orbit for p in self.listed)
        first = {p.orbit: p for p in reversed(self.listed)}
        shown = [(p, met.get(orbit, 0), images[orbit]) for orbit, p in first.items() if orbit in met or p.index == 0]
        return sorted(shown, key=lambda row: float(row[0].energy.mid()))

    def full_text(self) -> str:
        """What is printed, with a line for every stationary point that was met and every minimum that was not."""
        return self._sheet(len(self.listed)).text()

    def rows(self) -> list[dict[str, Any]]:
        """One record a point: the certified point, its orbit, index and energy, the distance, and how or why not."""
        result = []
        for k, kind in enumerate(self.kind):
            point = self.listed[self.number[k]] if self.number[k] >= 0 else None
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
        return frame(self.rows(), f"Points matched against {self.landscape.label}", _COLUMNS, digest=self.landscape.digest)

    def plot(self, ax: Any = None) -> Any:
        """How many points belong to each stationary point, into matplotlib axes; returned."""
        from homotopy.counting.plot import draw_matches

        return draw_matches(self, ax)

    def summary(self) -> dict[str, Any]:
        """The matches as one JSON object; `point` is a place in the list `points` of the census, from 0."""
        number = {p: k for k, p in enumerate(self.listed)}
        return {
            "model": self.landscape.label,
            "seed": self.landscape.seed,
            "sample": self.landscape.index,
            "digest": self.landscape.digest,
            "n_points": len(self.kind),
            "kinds": {kind.name.lower(): self.kind.count(kind) for kind in MatchKind},
            "is_explained": self.is_explained,
            "n_unlisted": len(self.unlisted),
            "missed_minima": [{"point": number[p], "orbit": p.orbit, "energy": float(p.energy.mid())} for p in self.missed(0)],
            "rows": [{k: None if v != v else v for k, v in row.items()} for row in self.rows()],
        }

    def _sheet(self, shown: int = _SHOWN) -> Sheet:
        n = {kind: self.kind.count(kind) for kind in MatchKind}
        listed = sum(count for kind, count in n.items() if kind.is_listed)
        said = f"{count_of(len(self.kind), 'point')} against {count_of(len(self.listed), 'certified point')}: "
        blocks: list[Line | Columns] = [Line("", f"{said}{listed} matched ({_in_words(n)}), {len(self.kind) - listed} not")]
        blocks += self._orbit_lines(shown)
        if n[MatchKind.FAR] or n[MatchKind.NO_POINT]:
            smallest = min((g for g, kind in zip(self.gradient, self.kind, strict=True) if kind is MatchKind.FAR), default=np.nan)
            blocks.append(_note(n[MatchKind.FAR] + n[MatchKind.NO_POINT], f"near no stationary point (gradients from {smallest:.2g})"))
        if self.unlisted:
            lacking = f"at {len(self.unlisted)} certified stationary points that the census lacks: IT IS INCOMPLETE"
            blocks.append(_note(n[MatchKind.UNLISTED], lacking))
        return Sheet(f"Match with {sample_title(self.landscape)}", tuple(blocks))

    def _orbit_lines(self, shown: int) -> list[Line | Columns]:
        """A row for each orbit that was met and for each of minima that was not, the first few of both kinds, and what is left out."""
        rows = self.by_orbit()
        met, missed = [row for row in rows if row[1]], [row for row in rows if not row[1]]
        kept = {p.orbit for p, _, _ in met[:shown] + missed[:shown]}
        table = tuple(
            (str(count), "?" if p.index is None else str(p.index), p.energy.str(10, radius=False), str(images))
            for p, count, images in rows
            if p.orbit in kept
        )
        blocks: list[Line | Columns] = []
        if table:
            blocks.append(Columns((("points", 6), ("index", 7), ("energy", 16), ("images", 8)), table))
        if len(met) > shown:
            more = count_of(len(met) - shown, "more stationary point")
            blocks.append(_note(sum(count for _, count, _ in met[shown:]), f"at {more} up to symmetry, above these"))
        if len(missed) > shown:
            left = len(missed) - shown
            blocks.append(_note(0, f"at {left} more {'minimum' if left == 1 else 'minima'} up to symmetry, above these"))
        return blocks


def _note(count: int, what: str) -> Line:
    return Line(f"{count:6}", what, width=8)


def _in_words(n: dict[MatchKind, int]) -> str:
    said = [f"{n[MatchKind.PROVED]} proved"]
    said += [f"{n[MatchKind.NEAR]} by Newton's method"] if n[MatchKind.NEAR] else []
    said += [f"{n[MatchKind.DESCENT]} by a descent"] if n[MatchKind.DESCENT] else []
    return ", ".join(said)


def match(
    land: Landscape,
    certificates: CertificateList,
    listed: tuple[StationaryPoint, ...],
    points: Any,
    *,
    within: float | None = None,
    descend: bool = False,
) -> Matches:
    """Which certified stationary point each of many points belongs to; see :meth:`homotopy.Census.match`."""
    given = as_points(land, points)
    reach = _default_reach(land, listed) if within is None else _positive(within)
    found = _matched(land, certificates, listed, given, given, reach)
    far = [k for k, kind in enumerate(found.kind) if kind is MatchKind.FAR]
    if not (descend and far):
        return found
    if land.domain.n_constraints > len(land.domain.slices):
        raise InputError("Descents stay on R^n and on spheres, and this domain is another one.", "Leave out descend.")
    ends = given.copy()
    ends[far] = descended(land, given[far])
    lower = _matched(land, certificates, listed, ends[far], given[far], reach)
    kinds, number, distance = list(found.kind), found.number.copy(), found.distance.copy()
    for row, k in enumerate(far):
        kinds[k] = MatchKind.DESCENT if lower.kind[row].is_listed else lower.kind[row]
        number[k], distance[k] = lower.number[row], lower.distance[row]
    new = {c.enclosure.mid: c for c in (*found.unlisted, *lower.unlisted)}
    return replace(found, kind=tuple(kinds), number=number, distance=distance, unlisted=tuple(new.values()))


def _matched(
    land: Landscape,
    certificates: CertificateList,
    listed: tuple[StationaryPoint, ...],
    x: Floats,
    given: Floats,
    reach: float,
) -> Matches:
    """Points x against a list; distances are those of `given`, from which a descent may have led to x."""
    m = len(x)
    is_number: Flags = np.asarray(np.isfinite(x).all(axis=1))
    with np.errstate(over="ignore", invalid="ignore"):
        start = unknowns_of(land, np.where(is_number[:, None], x, 1.0))
        end = newton(land, start)
        is_number &= np.isfinite(start).all(axis=1)
    rows = np.flatnonzero(np.isfinite(end).all(axis=1) & is_number)
    report = certify(land.tapes, end[rows].astype(complex), certificates)
    owner = np.full(m, -1, np.int64)
    owner[rows] = [-1 if k is None else k for k in report.assignment]
    owner[~np.isin(owner, report.certificates.where(Verdict.YES))] = -1
    number, away = _nearest_of_class(land, listed, x, owner)
    is_new = owner >= len(certificates)
    away[is_new] = _physical_distance(land, x[is_new], report.certificates.mid[owner[is_new]])
    proved = _is_contracted(land, start, owner, report.certificates)
    is_near = (owner >= 0) & (proved | (away <= reach))
    kinds = []
    for k in range(m):
        if not is_number[k]:
            kinds.append(MatchKind.NO_POINT)
        elif not is_near[k]:
            kinds.append(MatchKind.FAR)
        elif is_new[k]:
            kinds.append(MatchKind.UNLISTED)
        else:
            kinds.append(MatchKind.PROVED if proved[k] else MatchKind.NEAR)
    number[~is_near] = -1
    distance = np.where(is_near, away + np.linalg.norm(x - given, axis=1), np.nan)
    found = number >= 0
    distance[found] = np.linalg.norm(coordinates_of(land, listed)[number[found]] - given[found], axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        gradients, energies = np.linalg.norm(land.gradient(given), axis=1), np.asarray(land.energy(given))
    return Matches(
        land,
        listed,
        given,
        tuple(kinds),
        number,
        distance,
        gradients,
        energies,
        tuple(report.certificates[k] for k in sorted(set(owner[is_near & is_new].tolist()))),
    )


def _positive(within: float) -> float:
    if not within > 0:
        raise InputError(f"within = {within!r} is not a positive length.", "Give within=0.01, say.")
    return float(within)


def _default_reach(land: Landscape, listed: Sequence[StationaryPoint]) -> float:
    """A tenth of the size of the domain: the smallest radius, or the size of the stationary points."""
    x = coordinates_of(land, listed)
    if land.domain.slices:
        sizes = [np.linalg.norm(x[:, block], axis=1).max(initial=0.0) for block in land.domain.slices]
        return _NEAR * (min(sizes) or 1.0)
    return _NEAR * max(1.0, float(np.abs(x).max(initial=0.0)))


def _nearest_of_class(
    land: Landscape, listed: Sequence[StationaryPoint], given: Floats, owner: Integers
) -> tuple[Integers, Floats]:
    """Of the points that a solution carries the nearest one, and how far it is."""
    number, distance = np.full(len(given), -1, np.int64), np.full(len(given), np.nan)
    carried: dict[int, list[int]] = {}
    for i, p in enumerate(listed):
        carried.setdefault(p.solution, []).append(i)
    x = coordinates_of(land, listed)
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
