"""Checks of a list of certified solutions that could show it to be incomplete or wrong; from the landscape and the list alone."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from homotopy.certification.certificates import Certificate, CertificateList
from homotopy.certification.classify import StationaryPoint, morse_indices
from homotopy.certification.closure import conjugates_closed
from homotopy.completeness.evidence import Evidence, evidence
from homotopy.status import EvidenceKind, Silence, Verdict
from polysys.counts import RootCount
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape
from polysys.problem import Problem


def alternating_sum(points: Sequence[StationaryPoint]) -> int | None:
    """sum (-1)^index over the points; None if an index is undecided."""
    indices = morse_indices(points)
    return None if (indices < 0).any() else int((1 - 2 * (indices % 2)).sum())


def checks(
    landscape: Problem,
    certificates: Sequence[Certificate],
    points: Sequence[StationaryPoint],
    orbit_closure: Verdict,
    bounds: Sequence[RootCount],
    n_singular: int = 0,
) -> list[Evidence]:
    """All checks of a list.

    Parameters
    ----------
    landscape : Landscape or Equations
    certificates : sequence of Certificate
    points : sequence of StationaryPoint
        The real ones.
    orbit_closure : Verdict
        Whether the finite symmetries map the list to itself.
    bounds : sequence of RootCount
        Proved ones, best first.
    n_singular : int
        Number of singular end points of paths. Where there are any the points are not all nondegenerate, and Morse
        theory does not apply.
    """
    found = []
    if bounds:
        found.append(_upper_bound(landscape, len(certificates), bounds[0]))
    found.append(evidence(EvidenceKind.CONJUGATES, conjugates_closed(certificates)))
    if landscape.symmetry.generators:
        found.append(evidence(EvidenceKind.ORBITS, orbit_closure, order=landscape.symmetry.order))
    if not isinstance(landscape, Landscape):  # no potential, no Morse theory
        return found
    if n_singular:
        found.append(evidence(EvidenceKind.EULER, Verdict.UNDECIDED, Silence.DEGENERATE_ENDS))
        return found
    found.append(_euler(landscape, certificates, points))
    if landscape.euler_characteristic is not None and landscape.euler_characteristic % 2:
        found.append(_parity(certificates, points))
    found.append(morse_inequalities(landscape, certificates, points))
    return found


def _met(is_met: bool) -> Verdict:
    return Verdict.YES if is_met else Verdict.NO


def _upper_bound(landscape: Problem, n: int, best: RootCount) -> Evidence:
    """How a list of `n` compares with the best bound, and whether a bound that is met leaves no room for families.

    Notes
    -----
    Bounds count isolated solutions. A bound of zero says nothing about sets of positive dimension, which such systems
    may have (x = x + x^3 = y + z = 0): only an equation that is a nonzero constant excludes them. Sums of mixed volumes
    are used only where they exclude families. By the refined theorem of Bezout (Fulton, Intersection Theory, 12.3) so
    does the total degree. On spheres with homogeneous potentials the classes are the zeros of a section of a vector bundle.
    """
    degrees = landscape.degrees
    is_met = n == best.value and (n > 0 or 0 in degrees)
    outcome = Verdict.NO if n > best.value else Verdict.YES if is_met else Verdict.UNDECIDED
    is_exclusive = (
        landscape.formulation.kind is Kind.PROJECTIVE or not best.counts_multiplicities or best.value == prod(degrees)
    )
    return evidence(
        EvidenceKind.UPPER_BOUND,
        outcome,
        found=n,
        bound=best.value,
        bound_name=best.name,
        reference=best.reference,
        excludes_families=is_exclusive,
    )


def morse_inequalities(
    landscape: Landscape, certificates: Sequence[Certificate], points: Sequence[StationaryPoint]
) -> Evidence:
    """The strong Morse inequalities: a list that violates one is not complete.

    Notes
    -----
    For a Morse function, coercive where the domain is R^n, with N_k points of index k and Betti numbers b_k of the
    domain, sum_{k<=j} (-1)^(j-k) N_k >= sum_{k<=j} (-1)^(j-k) b_k for every j (Milnor, Morse Theory, section 5). They
    contain that there is a minimum, and that the sublevel sets of a connected domain come together by saddles.
    """
    kind, dimension = EvidenceKind.MORSE, landscape.domain.dimension
    if landscape.euler_characteristic is None:
        return evidence(kind, Verdict.UNDECIDED, _unknown_topology(landscape))
    if landscape.betti_numbers is None:
        return evidence(kind, Verdict.UNDECIDED, Silence.NO_TOPOLOGY)
    indices = morse_indices(points)
    if (indices < 0).any() or CertificateList.of(certificates).n_undecided:
        return evidence(kind, Verdict.UNDECIDED, Silence.UNDECIDED_POINTS)
    by_index = np.bincount(indices, minlength=dimension + 1).tolist()
    violated = violated_morse_inequality(by_index, landscape.betti_numbers)
    if violated is not None:
        return evidence(kind, Verdict.NO, index=violated[0], by=violated[1])
    return evidence(kind, Verdict.YES, dimension=dimension)


def _unknown_topology(landscape: Landscape) -> Silence:
    return Silence.NOT_COERCIVE if landscape.domain.is_euclidean else Silence.NO_TOPOLOGY


def violated_morse_inequality(by_index: Sequence[int], betti: Sequence[int]) -> tuple[int, int] | None:
    """The first index whose strong Morse inequality the counts violate, and by how much; None if all hold."""
    surplus = 0
    for j, (n, b) in enumerate(zip(by_index, betti, strict=True)):
        surplus = n - b - surplus
        if surplus < 0:
            return j, -surplus
    return None


def _euler(landscape: Landscape, certificates: Sequence[Certificate], points: Sequence[StationaryPoint]) -> Evidence:
    kind, expected, found = EvidenceKind.EULER, landscape.euler_characteristic, alternating_sum(points)
    if expected is None:
        return evidence(kind, Verdict.UNDECIDED, _unknown_topology(landscape))
    if found is None or CertificateList.of(certificates).n_undecided:
        return evidence(kind, Verdict.UNDECIDED, Silence.UNDECIDED_POINTS)
    return evidence(kind, _met(found == expected), sum=found, expected=expected)


def _parity(certificates: Sequence[Certificate], points: Sequence[StationaryPoint]) -> Evidence:
    if CertificateList.of(certificates).n_undecided:
        return evidence(EvidenceKind.PARITY, Verdict.UNDECIDED, Silence.UNDECIDED_POINTS)
    return evidence(EvidenceKind.PARITY, _met(len(points) % 2 == 1), n_real=len(points))
