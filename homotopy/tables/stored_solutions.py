"""Certificates of a table: a few digits of every solution, from which its census is proved again without a solver.

Krawczyk's test needs no solver, only a point that Newton's method carries to the zero. So a certificate is the list of a sample's
solutions, rounded to as few digits as suffice, without conjugates and mirror images. `recertify` encloses a zero near
each, adds the images, proves all of them distinct, and derives counts, indices, energies and the verdict again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import msgspec
import numpy as np
import numpy.typing as npt

from homotopy.certification.certificates import CertificateList
from homotopy.certification.classify import classify
from homotopy.certification.closure import orbits
from homotopy.certification.discs.contraction import YES
from homotopy.certification.zeros import certify
from homotopy.completeness.verdict import judge
from homotopy.counting.result import Census, RunRecord
from homotopy.ensembles.record import SUPPORTED, SampleRecord, record_of
from homotopy.solving.result import PathAccount
from homotopy.status import Completeness
from homotopy.tables.proofs import with_proof
from polysys.counts.of_landscape import upper_bounds
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape

DIGITS = (4, 6, 9, 13, 17)  # tried in this order
_MAX_GROUP = 4096
_SAME = 1e-9  # relative distance of the keys of mirror images


class Seeds(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A line of certificates.jsonl.gz."""

    model: str
    sample: Annotated[int, msgspec.Meta(ge=0)]
    chart: Annotated[int, msgspec.Meta(ge=0, description="Which of the landscape's charts (spheres).")]
    images: Annotated[bool, msgspec.Meta(description="Whether mirror images under sign flips are left out.")]
    real: Annotated[list[list[float]], msgspec.Meta(description="Real solutions, one number an unknown.")]
    complex: Annotated[
        list[list[float]],
        msgspec.Meta(description="Others, real and imaginary part an unknown; their conjugates are left out."),
    ]


def sign_flips(land: Landscape) -> npt.NDArray[np.int8]:
    """All sign flips of the unknowns that map solutions to solutions, the identity first; only it on lines."""
    n, size = land.domain.n, land.formulation.n_unknowns
    identity = np.ones((1, size), np.int8)
    if land.formulation.kind is Kind.PROJECTIVE:
        return identity
    flips = identity
    for g in land.symmetry.generators:
        if g.perm == tuple(range(n)):
            flip = np.concatenate([np.array(g.signs, np.int8), np.ones(size - n, np.int8)])
            if not (flips == flip).all(axis=1).any():
                flips = np.concatenate([flips, flips * flip])
        if len(flips) > _MAX_GROUP:
            return identity
    return flips


def seeds_of(census: Census, digits: int, *, images: bool = True) -> Seeds:
    """The solutions of a census, rounded, one of each pair of conjugates and of each set of mirror images."""
    land, found = census.landscape, census.certificates
    flips = sign_flips(land) if images else np.ones((1, found.mid.shape[1]), np.int8)
    is_real = found.reality == YES
    rows = _representatives(found.mid, is_real, squared=len(flips) > 1)
    real, others = found.mid[rows[is_real[rows]]].real, found.mid[rows[~is_real[rows]]]
    pairs = np.stack([others.real, others.imag], axis=-1).reshape(len(others), 2 * found.mid.shape[1])
    return Seeds(
        land.label, land.index, land.chart_seed, len(flips) > 1, _rounded(real, digits), _rounded(pairs, digits)
    )


def _representatives(
    mid: npt.NDArray[np.complex128], is_real: npt.NDArray[np.bool_], *, squared: bool
) -> npt.NDArray[np.int64]:
    """One row of each class of equal keys; a key is a linear form of the squares if signs do not matter."""
    weights = np.random.default_rng(20262).uniform(0.5, 1.0, mid.shape[1])
    keys = (mid**2 if squared else mid) @ weights
    scale = _SAME * np.maximum(1.0, np.abs(keys))
    is_kept = is_real | (keys.imag > -scale)  # of conjugates the one above the axis; both where that is not clear
    rows = np.flatnonzero(is_kept)
    if not squared:
        return rows
    chosen: list[int] = []
    for row in rows[np.argsort(keys[rows].real, kind="stable")].tolist():
        near = chosen[-_MAX_GROUP:]
        if not any(abs(keys[row] - keys[k]) <= scale[row] and is_real[row] == is_real[k] for k in reversed(near)):
            chosen.append(row)
    return np.sort(np.array(chosen, np.int64))


def _rounded(values: npt.NDArray[np.float64], digits: int) -> list[list[float]]:
    return [[float(f"{v:.{digits - 1}e}") for v in row] for row in values.tolist()]


def recertify(land: Landscape, seeds: Seeds, *, proves: bool = False) -> Census:
    """The census that follows from approximate solutions, by interval and ball arithmetic alone.

    Parameters
    ----------
    land : Landscape
        The sample that the seeds belong to.
    seeds : Seeds
    proves : bool
        Whether a Hilbert function is to prove the list where no theorem of its family does: from milliseconds to a minute.

    Returns
    -------
    Census
        Its paths are none, and its verdict is proved or unknown: where completeness was not proved but supported, the
        evidence of the paths cannot be had again without a solver.

    Raises
    ------
    ValueError
        If the seeds do not have the shape of the landscape's solutions.
    """
    if seeds.chart and land.formulation.kind is Kind.PROJECTIVE:
        land = replace(land, chart_seed=seeds.chart)
    n = land.formulation.n_unknowns
    if any(len(row) != n for row in seeds.real) or any(len(row) != 2 * n for row in seeds.complex):
        raise ValueError("the solutions have another number of unknowns")
    parts = np.array(seeds.complex, float).reshape(-1, n, 2)
    others = parts[..., 0] + 1j * parts[..., 1]
    points = np.concatenate([np.array(seeds.real, complex).reshape(-1, n), others, others.conj()])
    flips = [sign_flips(land)] * len(points) if seeds.images else None
    found = certify(land.tapes, points, images=flips).certificates
    census = assembled(land, found)
    return with_proof(census) if proves else census


def assembled(land: Landscape, found: CertificateList) -> Census:
    """The census of certified solutions, without a record of paths."""
    orbit_of, is_closed = orbits(land, found)
    points = classify(land, found, orbit_of)
    bounds = tuple(upper_bounds(land))
    verdict = judge(land, found, points, is_closed, bounds, None)
    run = RunRecord("none", "", "stored solutions", "", "", 0, (1.0, 0.0), 0, (), 0.0)
    return Census(land, found, points, orbit_of, bounds, verdict, PathAccount(0, 0, 0, 0, 0, 0), run)


def record_from(census: Census, label: str, seed: int, sample: int, verdict: str) -> SampleRecord:
    """The ensemble's record of a census made of seeds, with the verdict that is stated where no solver is needed for it.

    A stated "supported" is taken over unless a check contradicts; "proved" must follow again.
    """
    record = record_of(census, label, seed, sample)
    is_support = verdict == "supported" and census.completeness.verdict is Completeness.UNKNOWN
    return replace(record, verdict=verdict, reason=SUPPORTED) if is_support else record


def as_seeds(content: dict[str, Any]) -> Seeds:
    """A line of the file of certificates."""
    return msgspec.convert(content, Seeds)
