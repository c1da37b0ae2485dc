"""Real solutions become stationary points: coordinates, energy, Morse index; all as proved enclosures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import numpy.typing as npt
from flint import arb, ctx

from homotopy.certification import balls
from homotopy.certification.certificates import Certificate, CertificateList, same_zero
from homotopy.certification.discs.contraction import member
from homotopy.certification.discs.inertia import negative_counts
from homotopy.certification.discs.program import disc_program, enclose
from homotopy.certification.spectrum import eigenvalues
from homotopy.certification.zeros import certify_one
from homotopy.status import Verdict
from polysys.formulations.formulation import Kind
from polysys.landscape import Landscape

_PRECISIONS = (128, 256, 512)


@dataclass(frozen=True, slots=True, eq=False)
class StationaryPoint:
    """A certified real stationary point.

    Parameters
    ----------
    solution : int
        Number of the certified solution that carries it.
    signs : tuple of int
        On a sphere with a homogeneous potential: which of the 2^H points of the class.
    coordinates : tuple of arb
        In the model's units (for a p-spin glass |s|^2 = N); each ball contains the true value.
    energy : arb
        In the model's units.
    index : int or None
        Morse index, proved; None if the Hessian could not be separated from a singular one.
    orbit : int
        Number of its symmetry orbit.
    is_origin : bool
        Whether all coordinates are exactly zero.
    landscape : Landscape, optional
        Of which it is a point.
    """

    solution: int
    signs: tuple[int, ...]
    coordinates: tuple[arb, ...]
    energy: arb
    index: int | None
    orbit: int
    is_origin: bool
    landscape: Landscape | None = field(default=None, repr=False)

    @property
    def eigenvalues(self) -> tuple[arb, ...] | None:
        """Proved enclosures of the eigenvalues of the Riemannian Hessian, ascending, in the model's units.

        None where the coordinates are too wide to prove anything; see :func:`homotopy.certification.spectrum.eigenvalues`.
        """
        return None if self.landscape is None else eigenvalues(self.landscape, self.coordinates)

    def __repr__(self) -> str:
        kind = "undecided" if self.index is None else f"index {self.index}"
        return f"StationaryPoint({kind}, energy {self.energy.str(12)})"


def classify(
    landscape: Landscape, certificates: Sequence[Certificate], orbits: Sequence[int]
) -> tuple[StationaryPoint, ...]:
    """The stationary points of all certified real solutions, sorted by energy, then index.

    Examples
    --------
    >>> import polysys as ps
    >>> from homotopy.certification.zeros import certify
    >>> land = ps.expression("x^3 - 3*x").sample()
    >>> points = classify(land, certify(land.tapes, [[1.0], [-1.0]]).certificates, (0, 1))
    >>> [(p.index, float(p.energy)) for p in points]
    [(0, -2.0), (1, 2.0)]
    """
    listed = CertificateList.of(certificates)
    real = listed.where(Verdict.YES)
    indices, energies = _in_doubles(landscape, listed.take(real))
    points: list[StationaryPoint] = []
    for row, k in enumerate(real.tolist()):
        if k in listed.exact or indices[row] < 0 or not np.isfinite(energies[row]).all():
            index = int(indices[row]) if indices[row] >= 0 else None
            points.extend(points_of(landscape, k, listed[k], orbits[k], index))
            continue
        with ctx.workprec(128):
            radius = float(listed.radius[k])
            unknowns = [arb(x, radius) for x in listed.mid[k].real.tolist()]
            size = float(np.abs(listed.mid[k]).max())
            origin = _may_be_origin(landscape) and size * (1 + 1e-15) <= float(listed.uniqueness[k])
            points.extend(_place(landscape, k, unknowns, arb(*energies[row]), int(indices[row]), orbits[k], origin))

    def order(p: StationaryPoint) -> tuple[float, int, int, tuple[int, ...]]:
        return float(p.energy), -1 if p.index is None else p.index, p.solution, p.signs

    return tuple(sorted(points, key=order))


def _in_doubles(landscape: Landscape, real: CertificateList) -> tuple[npt.NDArray[np.int64], list[tuple[float, float]]]:
    """Morse indices (-1: undecided) and enclosures (mid, radius) of the potential at zeros proved real."""
    m, size = len(real), landscape.domain.n + landscape.domain.n_constraints
    if not m:
        return np.zeros(0, np.int64), []
    family, couplings = landscape.tapes.family or landscape.tapes, member(landscape.tapes)
    bordered, energy = disc_program(family.bordered), disc_program(family.energy)
    sample = np.zeros(m, np.int64)
    # a real zero within the radius of its centre is within the radius of the centre's real part
    x = real.mid.real.astype(complex)
    mid, radius = enclose(bordered, bordered.scalar_values(couplings), sample, x, real.radius)
    counts = negative_counts(mid.real.reshape(m, size, size), radius.reshape(m, size, size))
    value, spread = enclose(energy, energy.scalar_values(couplings), sample, x, real.radius)
    pairs = list(zip(value[:, 0].real.tolist(), spread[:, 0].tolist(), strict=True))
    return np.where(counts < 0, -1, counts - landscape.domain.n_constraints), pairs


def all_coordinates(landscape: Landscape, point: StationaryPoint) -> tuple[arb, ...]:
    """The coordinates of a point with those of the variables that linear constraints eliminated, as `Landscape.all_variables`."""
    with ctx.workprec(128):
        return landscape.with_eliminated(point.coordinates, balls.ball)


def points_of(
    landscape: Landscape, solution: int, certificate: Certificate, orbit: int, index: int | None = None
) -> list[StationaryPoint]:
    """The stationary points carried by one certified real solution, in ball arithmetic; its index may be known."""
    proved = _index_in_balls(landscape, certificate) if index is None else index
    e = certificate.enclosure
    is_origin = _may_be_origin(landscape) and all(re * re + im * im <= e.uniqueness**2 for re, im in e.mid)
    with ctx.workprec(max(128, certificate.precision)):
        unknowns = _real_balls(certificate)
        potential = arb(balls.evaluate(landscape.tapes.energy, unknowns)[0])
        return _place(landscape, solution, unknowns, potential, proved, orbit, is_origin)


def _index_in_balls(landscape: Landscape, certificate: Certificate) -> int | None:
    """The Morse index in ball arithmetic, at a narrower enclosure of the zero should that be needed."""
    index = _index_at(landscape, certificate)
    if index is None and certificate.precision < _PRECISIONS[0]:
        mid = [complex(balls.to_double(re), 0) for re, _ in certificate.enclosure.mid]
        finer = certify_one(landscape.tapes, mid)
        if finer is not None and finer.reality is Verdict.YES and same_zero(finer.enclosure, certificate.enclosure):
            return _index_at(landscape, finer)
    return index


def _index_at(landscape: Landscape, certificate: Certificate) -> int | None:
    index = None
    for precision in _PRECISIONS:
        with ctx.workprec(max(precision, certificate.precision)):
            index = morse_index(landscape, _real_balls(certificate))
            if index is not None or precision > certificate.precision:
                break
    return index


def _real_balls(certificate: Certificate) -> list[arb]:
    e = certificate.enclosure
    # the zero is real and within e.radius of the centre, so it is within e.radius of the centre's real part
    return [balls.real_ball(re, e.radius) for re, _ in e.mid]


def morse_index(landscape: Landscape, unknowns: Sequence[arb]) -> int | None:
    """Number of negative eigenvalues of the Riemannian Hessian, proved by verified inertia; None if undecided."""
    size = landscape.domain.n + landscape.domain.n_constraints
    entries = [arb(e) for e in balls.evaluate(landscape.tapes.bordered, unknowns)]
    matrix = [entries[i * size : (i + 1) * size] for i in range(size)]
    inertia = balls.verified_inertia(matrix)
    return None if inertia is None else inertia[0] - landscape.domain.n_constraints


def _place(
    landscape: Landscape,
    solution: int,
    unknowns: Sequence[arb],
    value: arb,
    index: int | None,
    orbit: int,
    is_origin: bool,
) -> list[StationaryPoint]:
    domain, formulation = landscape.domain, landscape.formulation
    n = domain.n
    x = unknowns[:n]
    unit = balls.ball(landscape.scaling.energy_squared).sqrt()
    lengths = [balls.ball(r).sqrt() for r in landscape.scaling.length_squared]
    lengths = lengths or [arb(1)] * max(domain.n_constraints, 1)
    energy = value * unit
    if formulation.kind is not Kind.PROJECTIVE:
        blocks = domain.slices or (slice(0, n),)
        coordinates = [xi * lengths[b] for b, block in enumerate(blocks) for xi in x[block]]
        return [StationaryPoint(solution, (), tuple(coordinates), energy, index, orbit, is_origin, landscape)]
    norms = [sum((xi * xi for xi in x[block]), arb(0)).sqrt() for block in domain.slices]
    for norm, radius, degree in zip(norms, domain.radii_squared, formulation.degrees, strict=True):
        energy = energy * (balls.ball(radius).sqrt() / norm) ** degree
    points = []
    for signs in product((1, -1), repeat=len(norms)):
        flip = 1
        coordinates = []
        for b, block in enumerate(domain.slices):
            flip *= signs[b] ** formulation.degrees[b]
            factor = lengths[b] * balls.ball(domain.radii_squared[b]).sqrt() / norms[b] * signs[b]
            coordinates += [xi * factor for xi in x[block]]
        # V(s w) = flip V(w): where it changes sign so does the Hessian, and the index is reversed
        turned = index if index is None or flip == 1 else domain.dimension - index
        points.append(
            StationaryPoint(solution, signs, tuple(coordinates), energy * flip, turned, orbit, False, landscape)
        )
    return points


def _may_be_origin(landscape: Landscape) -> bool:
    """Whether the origin is stationary: without linear terms it is. Then it is the zero whose region it lies in."""
    return landscape.domain.is_euclidean and all(sum(e) != 1 for e, _ in landscape.potential.terms())
