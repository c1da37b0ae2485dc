"""Certified solutions of a family at a value as points: energies, indices and coordinates in the model's units."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import sqrt
from typing import Any

import numpy as np
from flint import arb, ctx

from homotopy.certification import balls
from homotopy.certification.certificates import Certificate, CertificateList
from homotopy.certification.zeros import certify
from homotopy.common.arrays import Complexes
from homotopy.counting.result import Census
from homotopy.ensembles.rounding import decided, middle
from homotopy.scans.family import Family
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape, Scaling

_PRECISIONS = (128, 256, 512)


def solutions_in(family: Family, land: Landscape, found: Complexes, at: Fraction) -> CertificateList:
    """Solutions of a landscape's system as certified solutions in the unknowns of its family.

    A class of a homogeneous potential on spheres becomes its 2^H points; classes of isotropic vectors have none.
    """
    candidates = found
    if land.formulation.kind is Kind.PROJECTIVE and len(found):
        candidates = _on_spheres(family, found, at)
    return certify(family.tapes.members.bind((at,)), candidates).certificates


def _on_spheres(family: Family, classes: Complexes, at: Fraction) -> Complexes:
    domain = family.domain
    rows = []
    with np.errstate(all="ignore"):
        for x in classes[:, : domain.n]:
            scaled = x.copy()
            for block, radius in zip(domain.slices, domain.radii_squared, strict=True):
                scaled[block] = x[block] * np.sqrt(float(radius) / np.sum(x[block] ** 2))
            for signs in product((1, -1), repeat=domain.n_constraints):
                y = scaled.copy()
                for block, sign in zip(domain.slices, signs, strict=True):
                    y[block] *= sign
                zero = [0.0] * domain.n_constraints
                gradient = np.array(
                    family.tapes.members.equations.evaluate([*y, *zero], [float(at)], float)[: domain.n]
                )
                mu = [
                    np.sum(y[b] * gradient[b]) / float(r)
                    for b, r in zip(domain.slices, domain.radii_squared, strict=True)
                ]
                rows.append(np.concatenate([y, mu]))
    result = np.array(rows, complex)
    return np.array(result[np.isfinite(result).all(axis=1)])


def census_solutions(census: Census) -> Complexes:
    """Centres of the certified solutions of a census."""
    return np.array(census.certificates.mid, complex)


def index_of(family: Family, certificate: Certificate, at: Fraction) -> int | None:
    """The Morse index of a certified real solution at a value, proved; None if undecided."""
    size = family.domain.n + family.domain.n_constraints
    tape = family.tapes.members.bordered.bind((at,))
    for precision in _PRECISIONS:
        with ctx.workprec(max(precision, certificate.precision)):
            unknowns = [balls.real_ball(re, certificate.enclosure.radius) for re, _ in certificate.enclosure.mid]
            entries = [arb(e) for e in tape.evaluate(unknowns, (), balls.ball)]
            inertia = balls.verified_inertia([entries[i * size : (i + 1) * size] for i in range(size)])
        if inertia is not None:
            return inertia[0] - family.domain.n_constraints
    return None


def energy_of(family: Family, certificate: Certificate, at: Fraction, scaling: Scaling) -> float:
    """The energy at a certified real solution, rounded to nine digits."""
    with ctx.workprec(max(128, certificate.precision)):
        unknowns = [balls.real_ball(re, certificate.enclosure.radius) for re, _ in certificate.enclosure.mid]
        value = arb(family.tapes.members.energy.bind((at,)).evaluate(unknowns, (), balls.ball)[0])
        value = value * balls.ball(scaling.energy_squared).sqrt()
        rounded = decided(value)
    return middle(value) if rounded is None else rounded


def place_of(family: Family, unknowns: Any, scaling: Scaling) -> tuple[float, ...]:
    """Coordinates in the model's units, rounded to nine digits."""
    lengths = [sqrt(r) for r in scaling.length_squared] or [1.0] * max(family.domain.n_constraints, 1)
    blocks = family.domain.slices or (slice(0, family.domain.n),)
    values = [float(np.real(x)) * lengths[b] for b, block in enumerate(blocks) for x in unknowns[block]]
    return tuple(float(f"{v:.8e}") + 0.0 if abs(v) > 1e-14 else 0.0 for v in values)


def energy_at(family: Family, u: Complexes, a: float, scaling: Scaling) -> float:
    """The energy at a point between values, in doubles: for curves."""
    value = family.tapes.members.energy.evaluate(list(np.real(u)), [a], float)[0]
    return float(value) * sqrt(scaling.energy_squared)
