"""Recheck a saved census from its exact system, without any solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flint import ctx

from homotopy import intervals
from homotopy.certify import Certificate, close_pairs, disjoint, reality
from homotopy.classify import StationaryPoint, classify
from homotopy.closure import orbits
from homotopy.completeness import alternating_sum, judge, upper_bounds
from homotopy.errors import CensusFileError
from homotopy.records import (
    CensusFile,
    certificates,
    count_members,
    load_census,
    read_census_file,
    rebuild_landscape,
    stationary_points,
)
from homotopy.status import Completeness, Verdict
from polysys.landscape import Landscape


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a file: its name, whether it passed, and a sentence."""

    name: str
    is_ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """All checks of a saved census."""

    path: str
    checks: tuple[Check, ...]

    @property
    def is_ok(self) -> bool:
        """Whether every check passed."""
        return all(c.is_ok for c in self.checks)

    def __repr__(self) -> str:
        lines = [f"Verification of {self.path}: {'ok' if self.is_ok else 'FAILED'}"]
        return "\n".join(lines + [f"  {'ok    ' if c.is_ok else 'FAILED'} {c.name}: {c.detail}" for c in self.checks])


def verify(path: str | Path) -> VerificationReport:
    """Recheck a census file: digests, every certificate, distinctness, reality, indices, energies, counts, verdict.

    Uses exact and ball arithmetic only; no solver is imported.

    Raises
    ------
    CensusFileError
        If the file cannot be read at all: missing, truncated, altered (its sha256 does not match), foreign or newer.
    """
    file = read_census_file(path)
    try:
        return VerificationReport(str(path), tuple(_checks(file, path)))
    except (ValueError, KeyError, IndexError, TypeError, ZeroDivisionError) as error:
        raise CensusFileError(f"{path} has a member that cannot be used ({error}).", "Make it again.") from error


def _checks(file: CensusFile, path: str | Path) -> list[Check]:
    land, origin = rebuild_landscape(file)
    checks = [Check("landscape", True, origin)]
    exact = (
        land.digest == file.digest
        and land.text == file.landscape
        and land.system.digest == file.system_digest
        and list(land.system.variables) == file.unknowns
        and land.formulation.kind.value == file.formulation
        and [[str(a) for a in chart] for chart in land.formulation.charts] == file.charts
        and land.label == file.model
    )
    checks.append(Check("digests", exact, "landscape, system and charts are what they are said to be" if exact else "they differ"))
    if not exact:
        return checks
    certified = certificates(file)
    checks.append(_certificates(land, certified))
    checks.append(_distinct(certified))
    checks.append(_reality(certified))
    if not all(c.is_ok for c in checks):
        return checks
    orbit_of, is_closed = orbits(land, certified)
    points = classify(land, certified, orbit_of)
    checks.append(_points(points, stationary_points(file)))
    same_orbits = list(orbit_of) == [s.orbit for s in file.solutions]
    checks.append(Check("orbits", same_orbits, f"{len(set(orbit_of))} under a group of order {land.symmetry.order}"))
    checks.append(_counts(file, path, points))
    checks.append(_verdict(land, file, certified, points, is_closed))
    return checks


def _certificates(land: Landscape, certified: Sequence[Certificate]) -> Check:
    n = land.system.n
    for k, c in enumerate(certified):
        if len(c.enclosure.mid) != n or not 64 <= c.precision <= 4096:
            return Check("certificates", False, f"solution {k} has a wrong shape")
        with ctx.workprec(c.precision):
            if not intervals.check(land.tapes.equations, land.tapes.jacobian, c.enclosure):
                return Check("certificates", False, f"the contraction test of solution {k} fails")
    return Check("certificates", True, f"{len(certified)} boxes, each with exactly one solution")


def _distinct(certified: Sequence[Certificate]) -> Check:
    enclosures = [c.enclosure for c in certified]
    for i, j in close_pairs(enclosures):
        if not disjoint(enclosures[i], enclosures[j]):
            return Check("distinct", False, f"solutions {i} and {j} are not proved distinct")
    return Check("distinct", True, "the boxes are pairwise disjoint")


def _reality(certified: Sequence[Certificate]) -> Check:
    for k, c in enumerate(certified):
        if reality(c.enclosure) is not c.reality:
            return Check("reality", False, f"solution {k} is not proved {c.reality.value!r} as real")
    return Check("reality", True, f"{sum(c.reality is Verdict.YES for c in certified)} real")


def _points(found: Sequence[StationaryPoint], stated: Sequence[StationaryPoint]) -> Check:
    if len(found) != len(stated):
        return Check("points", False, f"{len(stated)} are stated, {len(found)} follow from the solutions")
    # energies of equal points are equal balls, so both lists are matched by solution and signs, not by order
    by_key = {(p.solution, p.signs): p for p in found}
    for k, s in enumerate(stated):
        p = by_key.pop((s.solution, s.signs), None)
        if p is None or p.index != s.index or p.orbit != s.orbit or p.is_origin != s.is_origin:
            return Check("points", False, f"point {k} has another index, orbit or solution than is stated")
        with ctx.workprec(256):
            stated_balls, found_balls = [s.energy, *s.coordinates], [p.energy, *p.coordinates]
            if len(stated_balls) != len(found_balls) or not all(
                a.is_finite() and a.overlaps(b) and a.rad() <= b.rad() * 1000 + abs(b).upper() * 1e-20 + 1e-25
                for a, b in zip(stated_balls, found_balls, strict=True)
            ):
                return Check("points", False, f"point {k} has another energy or other coordinates than is stated")
    return Check("points", True, f"{len(found)} with their Morse indices and energies")


def _counts(file: CensusFile, path: str | Path, points: Sequence[StationaryPoint]) -> Check:
    census = load_census(path)
    found = alternating_sum(points)
    same = (
        file.counts == count_members(census)
        and file.by_index == {str(k): v for k, v in census.by_index.items()}
        and file.euler_found == found
        and census.paths.is_balanced
    )
    return Check("counts", same, "all follow from the solutions" if same else "a stated count does not follow from the solutions")


def _verdict(
    land: Landscape,
    file: CensusFile,
    certified: Sequence[Certificate],
    points: Sequence[StationaryPoint],
    is_closed: bool,
) -> Check:
    """A verdict may say less than can be rechecked, never more; path records are taken as they are written."""
    stated = Completeness(file.completeness["verdict"])
    n_singular = file.paths.get("singular", 0)
    again = judge(land, certified, points, is_closed, upper_bounds(land), None, n_singular)
    name = "completeness"
    if again.verdict is Completeness.CONTRADICTED:
        return Check(name, stated is Completeness.CONTRADICTED, f"{again}")
    if land.euler_characteristic is not None and file.euler_expected != land.euler_characteristic:
        return Check(name, False, "another Euler characteristic is stated than the domain has")
    if stated is Completeness.PROVED:
        if again.verdict is Completeness.PROVED:
            return Check(name, True, f"{again}")
        if any(b.value == len(certified) for b in file.known_counts) and file.seed is None:
            return Check(name, True, "NOT RECHECKED: rests on a bound that the model stated when the file was written")
        return Check(name, False, "said to be proved, but no proved upper bound is met")
    clean = not any(file.paths.get(k, 0) for k in ("duplicate", "singular", "failed"))
    if stated is Completeness.SUPPORTED and not clean:
        return Check(name, False, "said to be supported, but the paths do not balance")
    return Check(name, stated is not Completeness.CONTRADICTED, f"{stated.value} (no check fails; the path record is not rechecked)")
