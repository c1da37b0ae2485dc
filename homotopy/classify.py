"""Real solutions become stationary points: coordinates, energy, Morse index; all as proved enclosures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from flint import arb, ctx

from homotopy import intervals
from homotopy.certify import Certificate
from homotopy.status import Verdict
from polysys.formulation import Kind
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
    """

    solution: int
    signs: tuple[int, ...]
    coordinates: tuple[arb, ...]
    energy: arb
    index: int | None
    orbit: int
    is_origin: bool

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
    >>> from homotopy.certify import certify
    >>> land = ps.expression("x^3 - 3*x").sample()
    >>> points = classify(land, certify(land.tapes, [[1.0], [-1.0]]).certificates, (0, 1))
    >>> [(p.index, float(p.energy)) for p in points]
    [(0, -2.0), (1, 2.0)]
    """
    points: list[StationaryPoint] = []
    for k, certificate in enumerate(certificates):
        if certificate.reality is Verdict.YES:
            points.extend(points_of(landscape, k, certificate, orbits[k]))

    def order(p: StationaryPoint) -> tuple[float, int, int, tuple[int, ...]]:
        return float(p.energy), -1 if p.index is None else p.index, p.solution, p.signs

    return tuple(sorted(points, key=order))


def points_of(landscape: Landscape, solution: int, certificate: Certificate, orbit: int) -> list[StationaryPoint]:
    """The stationary points carried by one certified real solution."""
    index = None
    for precision in _PRECISIONS:
        with ctx.workprec(max(precision, certificate.precision)):
            unknowns = _real_balls(certificate)
            index = morse_index(landscape, unknowns)
            if index is not None or precision > certificate.precision:
                break
    with ctx.workprec(max(128, certificate.precision)):
        return _place(landscape, solution, certificate, index, orbit)


def _real_balls(certificate: Certificate) -> list[arb]:
    e = certificate.enclosure
    # the zero is real and within e.radius of the centre, so it is within e.radius of the centre's real part
    return [intervals.real_ball(re, e.radius) for re, _ in e.mid]


def morse_index(landscape: Landscape, unknowns: Sequence[arb]) -> int | None:
    """Number of negative eigenvalues of the Riemannian Hessian, proved by verified inertia; None if undecided."""
    size = landscape.domain.n + landscape.domain.n_constraints
    entries = [arb(e) for e in intervals.evaluate(landscape.tapes.bordered, unknowns)]
    matrix = [entries[i * size : (i + 1) * size] for i in range(size)]
    inertia = intervals.verified_inertia(matrix)
    return None if inertia is None else inertia[0] - landscape.domain.n_constraints


def _place(
    landscape: Landscape, solution: int, certificate: Certificate, index: int | None, orbit: int
) -> list[StationaryPoint]:
    domain, formulation = landscape.domain, landscape.formulation
    n = domain.n
    unknowns = _real_balls(certificate)
    x = unknowns[:n]
    (value,) = intervals.evaluate(landscape.tapes.energy, unknowns)
    unit = intervals.ball(landscape.scaling.energy_squared).sqrt()
    lengths = [intervals.ball(r).sqrt() for r in landscape.scaling.length_squared]
    lengths = lengths or [arb(1)] * max(domain.n_constraints, 1)
    energy = arb(value) * unit
    if formulation.kind is not Kind.PROJECTIVE:
        blocks = domain.slices or (slice(0, n),)
        coordinates = [xi * lengths[b] for b, block in enumerate(blocks) for xi in x[block]]
        is_origin = _is_origin(landscape, certificate)
        return [StationaryPoint(solution, (), tuple(coordinates), energy, index, orbit, is_origin)]
    norms = [sum((xi * xi for xi in x[block]), arb(0)).sqrt() for block in domain.slices]
    for norm, radius, degree in zip(norms, domain.radii_squared, formulation.degrees, strict=True):
        energy = energy * (intervals.ball(radius).sqrt() / norm) ** degree
    points = []
    for signs in product((1, -1), repeat=len(norms)):
        flip = 1
        coordinates = []
        for b, block in enumerate(domain.slices):
            flip *= signs[b] ** formulation.degrees[b]
            factor = lengths[b] * intervals.ball(domain.radii_squared[b]).sqrt() / norms[b] * signs[b]
            coordinates += [xi * factor for xi in x[block]]
        # V(s w) = flip V(w): where it changes sign so does the Hessian, and the index is reversed
        turned = index if index is None or flip == 1 else domain.dimension - index
        points.append(StationaryPoint(solution, signs, tuple(coordinates), energy * flip, turned, orbit, False))
    return points


def _is_origin(landscape: Landscape, certificate: Certificate) -> bool:
    """Whether the zero is exactly the origin: that is stationary without linear terms, and in the uniqueness region."""
    e = certificate.enclosure
    return (
        landscape.domain.is_euclidean
        and all(sum(exponents) != 1 for exponents, _ in landscape.potential.terms())
        and all(re * re + im * im <= e.uniqueness**2 for re, im in e.mid)
    )
