"""Recheck a saved census from its exact system, without any solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from flint import arb, ctx

from homotopy.certification import balls
from homotopy.certification.certificates import DOUBLE, CertificateList, close_pairs, disjoint, reality
from homotopy.certification.classify import StationaryPoint, classify
from homotopy.certification.closure import orbits
from homotopy.certification.discs import contraction
from homotopy.common.provenance import producer
from homotopy.completeness.verdict import COUNT, PATHS, Evidence, alternating_sum, checks, decide, upper_bounds
from homotopy.counting.files.saved_census import (
    as_census,
    bounds_as_written,
    certificates,
    count_members,
    rebuild_landscape,
    stated_completeness,
    stationary_points,
)
from homotopy.counting.files.schema import CensusFile, read_census_file
from homotopy.counting.result import Census, paths_summary
from homotopy.errors import CensusFileError
from homotopy.solving.result import PathAccount
from homotopy.status import GENERIC_COUNT, Completeness, Verdict
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

    def __bool__(self) -> bool:
        return self.is_ok

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
        return VerificationReport(str(path), tuple(_checks(file)))
    except (ArithmeticError, LookupError, ValueError, TypeError, msgspec.ValidationError) as error:
        raise CensusFileError(f"{path} has a member that cannot be used ({error}).", "Make it again.") from error


def _checks(file: CensusFile) -> list[Check]:
    land, is_redrawn = rebuild_landscape(file)
    origin = "drawn again from label and seed: the same" if is_redrawn else "taken from the exact text in the file"
    result = [Check("landscape", True, origin)]
    exact = (
        land.digest == file.digest
        and land.text == file.landscape
        and land.system.digest == file.system_digest
        and list(land.system.variables) == file.unknowns
        and land.formulation.kind.value == file.formulation
        and [[str(a) for a in chart] for chart in land.formulation.charts] == file.charts
        and land.label == file.model
        and land.chart_seed == file.chart_seed
        and bounds_as_written(land) == file.known_counts
        and land.facts.is_coercive is file.is_coercive_by_model
        and [list(p) for p in land.facts.candidate_permutations] == file.neuron_permutations
    )
    what = "landscape, system and charts are what they are said to be" if exact else "they differ"
    result.append(Check("digests", exact, what))
    if not exact:
        return result
    certified = certificates(file)
    result.append(_certificates(land, certified))
    result.append(_distinct(certified))
    result.append(_reality(certified))
    if not all(c.is_ok for c in result):
        return result
    orbit_of, is_closed = orbits(land, certified)
    points = classify(land, certified, orbit_of)
    result.append(_points(points, stationary_points(file)))
    same_orbits = list(orbit_of) == [s.orbit for s in file.solutions]
    result.append(Check("orbits", same_orbits, f"{len(set(orbit_of))} under a group of order {land.symmetry.order}"))
    result.append(_counts(as_census(file, land, certified), file, points))
    result.append(_verdict(land, file, certified, points, is_closed, is_redrawn))
    return result


def _certificates(land: Landscape, certified: CertificateList) -> Check:
    if len(certified) and certified.mid.shape[1] != land.system.n:
        return Check("certificates", False, "the solutions have a wrong shape")
    for k, c in certified.exact.items():
        if not DOUBLE <= c.precision <= 4096:
            return Check("certificates", False, f"solution {k} has a wrong precision")
    with np.errstate(over="ignore"):
        proved = contraction.check(
            contraction.system_discs(land.tapes), certified.mid, certified.radius, certified.uniqueness
        )  # fmt: skip
    proved[list(certified.exact)] = False  # these say more than their doubles do
    for k in np.flatnonzero(~proved).tolist():
        c = certified[k]
        with ctx.workprec(max(128, c.precision)):
            if not balls.check(land.tapes.equations, land.tapes.jacobian, c.enclosure):
                return Check("certificates", False, f"the contraction test of solution {k} fails")
    return Check("certificates", True, f"{len(certified)} boxes, each with exactly one solution")


def _distinct(certified: CertificateList) -> Check:
    for i, j in close_pairs(certified.mid, certified.radius):
        if not disjoint(certified[i].enclosure, certified[j].enclosure):
            return Check("distinct", False, f"solutions {i} and {j} are not proved distinct")
    return Check("distinct", True, "the boxes are pairwise disjoint")


def _reality(certified: CertificateList) -> Check:
    farthest = np.abs(certified.mid.imag).max(axis=1, initial=0.0)
    is_clear = (certified.reality == contraction.NO) & (farthest > certified.radius * (1 + 1e-12))
    is_clear |= (certified.reality == contraction.YES) & (farthest == 0) & (certified.radius < certified.uniqueness)
    is_clear[list(certified.exact)] = False
    for k in np.flatnonzero(~is_clear).tolist():
        c = certified[k]
        if reality(c.enclosure) is not c.reality:
            return Check("reality", False, f"solution {k} is not proved {c.reality.value!r} as real")
    return Check("reality", True, f"{certified.n_real} real")


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
            if len(stated_balls) != len(found_balls) or not all(map(_is_same_ball, stated_balls, found_balls)):
                return Check("points", False, f"point {k} has another energy or other coordinates than is stated")
    return Check("points", True, f"{len(found)} with their Morse indices and energies")


def _is_same_ball(stated: arb, found: arb) -> bool:
    """Whether a ball that was printed with 25 digits says what was found, and not much less."""
    if not stated.is_finite():
        return False
    room = stated + arb(0, stated.rad() / 64)  # another version of the arithmetic may round a little differently
    return bool(room.contains(found) and stated.rad() <= found.rad() * 2 + abs(found).upper() * 1e-23)


def _counts(census: Census, file: CensusFile, points: Sequence[StationaryPoint]) -> Check:
    found = alternating_sum(points)
    same = (
        file.paths == paths_summary(census.paths)
        and file.counts == count_members(census)
        and file.by_index == {str(k): v for k, v in census.by_index.items()}
        and file.euler_found == found
        and census.paths.is_balanced
    )
    what = "all follow from the solutions" if same else "a stated count does not follow from the solutions"
    return Check("counts", same, what)


def _is_told_by(paths: Evidence, account: PathAccount, start: str, n: int) -> bool:
    """Whether the evidence from the paths is what their record and the number of solutions say."""
    lost = account.duplicate + account.singular + account.failed
    begin = f"{account} (start: {start}, "
    if paths.name == COUNT:
        met = paths.detail.startswith(begin + GENERIC_COUNT) and f" {n})" in paths.detail
        return met and account.tracked == n and paths.outcome is Verdict.YES
    clean = lost == 0 and account.regular == n and paths.detail.endswith(")")
    expected = Verdict.YES if clean else Verdict.UNDECIDED
    return paths.name == PATHS and paths.outcome is expected and paths.detail.startswith(begin)


_STRENGTH = {Completeness.UNKNOWN: 0, Completeness.SUPPORTED: 1, Completeness.PROVED: 2}


def _verdict(
    land: Landscape,
    file: CensusFile,
    certified: CertificateList,
    points: Sequence[StationaryPoint],
    is_closed: bool,
    is_redrawn: bool,
) -> Check:
    """The verdict follows again from the solutions and from the path record, which itself proves nothing."""
    name, n = "completeness", len(certified)
    if file.euler_expected != land.euler_characteristic:
        return Check(name, False, "another Euler characteristic is stated than the domain has")
    stated, account = stated_completeness(file), PathAccount(**file.paths)
    paths = stated.evidence[0] if stated.evidence else None
    if paths is None or not _is_told_by(paths, account, str(file.run["start"]), n):
        return Check(name, False, "what is said about the paths is not what their record says")
    bounds = upper_bounds(land)
    evidence = checks(land, certified, points, is_closed, bounds, account.singular)
    again = decide(land, n, bounds, evidence, paths)
    if file.producer == producer():
        same = again == stated
    else:  # another version may know other bounds and use other words, but a verdict never says more than is true
        both = again.verdict is not Completeness.CONTRADICTED and stated.verdict is not Completeness.CONTRADICTED
        same = _STRENGTH[stated.verdict] <= _STRENGTH[again.verdict] if both else again.verdict is stated.verdict
    if not same:
        return Check(name, False, f"the file says {stated.verdict.value}, its content {again}")
    if again.verdict is Completeness.SUPPORTED:
        return Check(name, True, f"{again}; the path record is not rechecked")
    is_by_stated_bound = again.verdict is Completeness.PROVED and not is_redrawn and bool(land.facts.known_counts)
    without = replace(land, facts=replace(land.facts, known_counts=()))
    if is_by_stated_bound and upper_bounds(without)[0].value != n:
        return Check(name, True, f"{again}; NOT RECHECKED: the bound, which the model stated in the file")
    return Check(name, True, f"{again}")
