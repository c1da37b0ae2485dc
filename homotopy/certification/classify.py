"""Real solutions become stationary points: coordinates, energy, Morse index; all as proved enclosures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import overload

import numpy as np
from flint import arb, ctx

from homotopy.certification import balls
from homotopy.certification.certificates import Certificate, CertificateList, same_zero
from homotopy.certification.real_zeros import RealZeros, real_zeros
from homotopy.certification.spectrum import eigenvalues
from homotopy.certification.symmetry_action import images, orbit_numbers
from homotopy.certification.zeros import certify_one
from homotopy.common.arrays import Integers
from homotopy.status import Verdict
from polysys.formulations.formulation import Formulation, Kind
from polysys.landscape import Landscape
from polysys.symmetry import SignedPermutation

_PRECISIONS = (128, 256, 512)
_MANY_DIGITS = 30


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
        Number of its orbit: points with the same number are images of each other under symmetries of the potential, so they have one energy
        and one index. s and -s of an odd glass belong to one solution and to two orbits.
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


class Points(Sequence[StationaryPoint]):
    """The stationary points of a landscape, sorted by energy, then index: counted as arrays, made when one is looked at.

    Attributes
    ----------
    indices : int array (n,)
        Morse indices of all points, -1 where undecided; in no particular order.
    zeros : RealZeros
        What doubles prove about the solutions that carry them.
    by_balls : dict from int to list of StationaryPoint
        The points of those solutions, by number, of which doubles prove too little.
    """

    def __init__(
        self, landscape: Landscape, certificates: CertificateList, orbits: Sequence[int], zeros: RealZeros
    ) -> None:
        self._landscape, self._certificates, self._orbits, self.zeros = landscape, certificates, orbits, zeros
        is_open = (zeros.index < 0) | ~np.isfinite(zeros.value.mid) | ~np.isfinite(zeros.value.radius)
        if certificates.exact:
            is_open |= np.isin(zeros.rows, list(certificates.exact))
        self.is_in_doubles = ~is_open
        self.by_balls = {
            k: points_of(landscape, k, certificates[k], orbits[k], i if i >= 0 else None)
            for k, i in zip(zeros.rows[is_open].tolist(), zeros.index[is_open].tolist(), strict=True)
        }
        dimension = landscape.domain.dimension
        index = zeros.index[self.is_in_doubles]
        sided = [index if flip == 1 else dimension - index for _, flip in flips(landscape.formulation)]
        rest = [-1 if p.index is None else p.index for points in self.by_balls.values() for p in points]
        self.indices: Integers = np.concatenate([*sided, np.array(rest, np.int64)])

    def __len__(self) -> int:
        return len(self.indices)

    @overload
    def __getitem__(self, key: int) -> StationaryPoint: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[StationaryPoint, ...]: ...
    def __getitem__(self, key: int | slice) -> StationaryPoint | tuple[StationaryPoint, ...]:
        return self._made[key]

    def __iter__(self) -> Iterator[StationaryPoint]:
        return iter(self._made)

    @cached_property
    def _made(self) -> tuple[StationaryPoint, ...]:
        points = [p for each in self.by_balls.values() for p in each]
        for row in np.flatnonzero(self.is_in_doubles).tolist():
            points += self.carried_by(row)

        def order(p: StationaryPoint) -> tuple[float, int, int, tuple[int, ...]]:
            return float(p.energy), -1 if p.index is None else p.index, p.solution, p.signs

        return tuple(sorted(told_apart(self._landscape, points), key=order))

    def carried_by(self, row: int) -> list[StationaryPoint]:
        """The points that row `row` of `zeros` carries."""
        land, zeros = self._landscape, self.zeros
        k = int(zeros.rows[row])
        if not self.is_in_doubles[row]:
            return self.by_balls[k]
        mid, radius = self._certificates.mid[k], float(self._certificates.radius[k])
        is_near = float(np.abs(mid).max()) * (1 + 1e-15) <= float(self._certificates.uniqueness[k])
        with ctx.workprec(128):
            unknowns = [arb(x, radius) for x in mid.real.tolist()]
            value = arb(float(zeros.value.mid[row]), float(zeros.value.radius[row]))
            is_origin = is_near and _may_be_origin(land)
            return _place(land, k, unknowns, value, int(zeros.index[row]), self._orbits[k], is_origin)


def classify(
    landscape: Landscape, certificates: Sequence[Certificate], orbits: Sequence[int], zeros: RealZeros | None = None
) -> Points:
    """The stationary points of all certified real solutions, sorted by energy, then index.

    Parameters
    ----------
    landscape : Landscape
    certificates : sequence of Certificate
    orbits : sequence of int
    zeros : RealZeros, optional
        What doubles prove about the real ones, where that is known already.

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
    return Points(landscape, listed, orbits, real_zeros([landscape], [listed])[0] if zeros is None else zeros)


def morse_indices(points: Sequence[StationaryPoint]) -> Integers:
    """The Morse indices of some points, -1 where undecided; in no particular order."""
    if isinstance(points, Points):
        return points.indices
    return np.array([-1 if p.index is None else p.index for p in points], np.int64)


def flips(formulation: Formulation) -> list[tuple[tuple[int, ...], int]]:
    """The points that a real solution carries: the signs of their spheres, and s with V(signs w) = s V(w)."""
    if formulation.kind is not Kind.PROJECTIVE:
        return [((), 1)]
    every = product((1, -1), repeat=len(formulation.degrees))
    return [(signs, prod(s**d for s, d in zip(signs, formulation.degrees, strict=True))) for signs in every]


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


def finer_point(point: StationaryPoint, landscape: Landscape, certificate: Certificate) -> StationaryPoint:
    """The same point by an enclosure of its zero in 128 bits or more, where one is found, and not of doubles.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> census = ho.census(ps.expression("1000 + x^3/3 - 2*x"))
    >>> finer = finer_point(census.points[0], census.landscape, census.certificates[census.points[0].solution])
    >>> census.points[0].energy.rad() > 1e-15, finer.energy.rad() < 1e-28
    (True, True)
    """
    mid = [complex(balls.to_double(re), 0) for re, _ in certificate.enclosure.mid]
    finer = certify_one(landscape.tapes, mid, _MANY_DIGITS)
    if finer is None or finer.reality is not Verdict.YES or not same_zero(finer.enclosure, certificate.enclosure):
        return point
    found = points_of(landscape, point.solution, finer, point.orbit, point.index)
    return next(p for p in found if p.signs == point.signs)


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
    scales = [
        length * balls.ball(radius).sqrt() / norm
        for length, radius, norm in zip(lengths, domain.radii_squared, norms, strict=True)
    ]
    points = []
    for signs, flip in flips(formulation):
        coordinates = [
            xi * (scale * sign)
            for block, scale, sign in zip(domain.slices, scales, signs, strict=True)
            for xi in x[block]
        ]
        # V(s w) = flip V(w): where it changes sign so does the Hessian, and the index is reversed
        turned = index if index is None or flip == 1 else domain.dimension - index
        own = orbit_of_point(formulation, orbit, energy * flip)
        points.append(StationaryPoint(solution, signs, tuple(coordinates), energy * flip, turned, own, False, landscape))
    return points


def orbit_of_point(formulation: Formulation, orbit: int, energy: arb) -> int:
    """The orbit of a point whose solution is in an orbit: where one solution carries points of energies E and -E, one for each sign.

    Symmetries keep the energy, and sign changes of spheres that keep it are symmetries. So points of one orbit of solutions are images
    of each other if their energies have one sign; for those of energy zero see :func:`told_apart`.
    """
    return 2 * orbit + bool(energy > 0) if _turns(formulation) else orbit


def told_apart(landscape: Landscape, points: Sequence[StationaryPoint]) -> list[StationaryPoint]:
    """Points with the orbits of those told apart whose energy may be zero: by what the symmetries do to the points themselves.

    Examples
    --------
    >>> import homotopy as ho, polysys as ps
    >>> axes = [p for p in ho.census(ps.expression("x*y*z", "sphere")).points if p.index == 1 and abs(p.energy) < 0.1]
    >>> len(axes), len({p.orbit for p in axes})
    (6, 1)
    """
    formulation = landscape.formulation
    if not _turns(formulation):
        return list(points)
    zero = {p.orbit // 2 for p in points if p.energy.contains(0)}
    if not zero:
        return list(points)
    rows = [k for k, p in enumerate(points) if p.orbit // 2 in zero]
    where = np.array([[float(c.mid()) for c in points[k].coordinates] for k in rows])
    numbers = orbit_numbers(images(where, (*landscape.symmetry.generators, *_sign_changes(landscape)))).tolist()
    first = max(p.orbit for p in points) + 1
    result = list(points)
    for k, number in zip(rows, numbers, strict=True):
        result[k] = replace(points[k], orbit=first + number)
    return result


def _turns(formulation: Formulation) -> bool:
    """Whether one solution carries points of opposite energies."""
    return formulation.kind is Kind.PROJECTIVE and any(d % 2 for d in formulation.degrees)


def _sign_changes(landscape: Landscape) -> list[SignedPermutation]:
    """The sign changes of whole spheres that keep the potential."""
    n, result = landscape.domain.n, []
    for signs, flip in flips(landscape.formulation):
        if flip == 1:
            every = [1] * n
            for sign, block in zip(signs, landscape.domain.slices, strict=True):
                every[block] = [sign] * len(range(n)[block])
            result.append(SignedPermutation(tuple(range(n)), tuple(every)))
    return result


def _may_be_origin(landscape: Landscape) -> bool:
    """Whether the origin is stationary: without linear terms it is. Then it is the zero whose region it lies in."""
    return landscape.domain.is_euclidean and all(sum(e) != 1 for e, _ in landscape.potential.terms())
