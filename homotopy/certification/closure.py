"""Symmetric closure: the conjugate and the mirror images of a solution are solutions; which pairs are they?"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial, reduce
from itertools import chain
from typing import Any
from weakref import finalize

import numpy as np
import numpy.typing as npt
from flint import acb, ctx

from homotopy.certification.balls import as_float, ball, complex_ball, upper
from homotopy.certification.certificates import Certificate, CertificateList, linear_form, same_zero
from homotopy.certification.discs.arrays import Discs, modulus
from homotopy.certification.symmetry_action import orbit_numbers
from homotopy.certification.zeros import DOUBLE_DIGITS, certify_one
from homotopy.common.arrays import Integers
from homotopy.status import Verdict
from polysys.formulations.formulation import Formulation, Kind
from polysys.problem import Problem
from polysys.symmetry import SignedPermutation

_ABSENT = -2
_FORM = 20261  # seed of the linear form along which zeros are sorted
_BLOCK = 1 << 16  # zeros that are looked for at once
_MANY_DIGITS = 60  # a class next to infinity in its chart (x of 1e5, mu of 1e11) is magnified more than 20 digits allow


def image(formulation: Formulation, g: SignedPermutation, z: Sequence[Any], constant: Any = ball) -> list[Any]:
    """Enclosure of the image of a solution under a symmetry, in the unknowns of the formulation.

    Symmetries are orthogonal, so grad V(g x) = g grad V(x), and a multiplier goes where its sphere goes; in the
    projective formulation the image is brought back into its chart: w_l -> t_l w_l changes mu_l to
    (prod_k t_k^(d_k)) / t_l^2 mu_l.

    Parameters
    ----------
    z : sequence of ring elements
        Balls, or arrays of discs.
    constant : callable
        Maps a Fraction into the ring.
    """
    n = formulation.domain.n
    x, mu = g.apply(list(z[:n])), list(z[n:])
    if len(mu) > 1 and formulation.domain.slices:
        mu = [mu[k] for k in g.sources(formulation.domain)]
    if formulation.kind is not Kind.PROJECTIVE:
        return x + mu
    factors = []
    for block, chart in zip(formulation.domain.slices, formulation.charts, strict=True):
        t = _sign_on(g, block) or 1 / reduce(
            operator.add, [xi * constant(a) for xi, a in zip(x[block], chart, strict=True)]
        )
        factors.append(t)
        x[block] = [xi * t for xi in x[block]]
    common = reduce(operator.mul, [t**degree for t, degree in zip(factors, formulation.degrees, strict=True)])
    return x + [m * common / (t * t) for m, t in zip(mu, factors, strict=True)]


def _sign_on(g: SignedPermutation, block: slice) -> int:
    """s if a symmetry multiplies a whole block by s; 0 otherwise. The chart a.w = 1 then brings s w back by s, exactly."""
    signs, is_fixed = set(g.signs[block]), all(g.perm[i] == i for i in range(block.start, block.stop))
    return signs.pop() if is_fixed and len(signs) == 1 else 0


class Locator:
    """Finds the certified zero in whose uniqueness region a vector of balls or discs lies."""

    def __init__(self, certificates: Sequence[Certificate]) -> None:
        self._list = CertificateList.of(certificates)
        keys = linear_form(self._list.mid, _FORM)[0]
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def find(self, z: Sequence[acb]) -> int | None:
        """The number of the zero that `z` encloses, proved; None if it lies in no uniqueness region."""
        point = np.array([as_float(entry) for entry in z])
        if not np.isfinite(point).all():
            return None
        apart = np.abs(self._list.mid - point)
        nearest = np.argsort(apart.max(axis=1), kind="stable")[:3].tolist()
        if self._list.exact:  # coordinates may be of so different sizes that the largest one hides the others
            reach = 1e-9 * np.minimum(np.abs(self._list.mid), np.abs(point)) + 4 * self._list.radius[:, None]
            nearest += np.flatnonzero((apart <= reach).all(axis=1)).tolist()
        for k in nearest:
            enclosure = self._list[k].enclosure
            if all(
                (w := abs(entry - complex_ball(m))).is_finite() and upper(w) <= enclosure.uniqueness
                for entry, m in zip(z, enclosure.mid, strict=True)
            ):
                return int(k)
        return None

    def excludes(self, z: Sequence[acb]) -> bool:
        """Whether `z` meets no enclosure, proved: the zero in it is none of the certified ones."""
        point = np.array([as_float(entry) for entry in z])
        if not np.isfinite(point).all():
            return False
        size = 1.0 + np.abs(point).max(initial=0.0)
        near = np.flatnonzero((np.abs(self._list.mid - point) <= 1e-9 * size + 4 * self._list.radius[:, None]).all(axis=1))
        width = max((float(upper(entry.rad())) for entry in z), default=0.0)
        if width > 1e-10 * size:
            return False
        enclosures = [self._list[int(k)].enclosure for k in near]
        return all(
            any(not entry.overlaps(complex_ball(m, e.radius)) for entry, m in zip(z, e.mid, strict=True)) for e in enclosures
        )

    def find_all(self, mid: npt.NDArray[np.complex128], radius: npt.NDArray[np.float64]) -> Integers:
        """For each of many polydiscs (m, n) about zeros the zero that it encloses, proved; -1 where doubles prove nothing.

        `_ABSENT` where it meets no enclosure, so that its zero is none of the certified ones. The keys, one linear form of the coordinates, leave a few centres to compare with: those of zeros that may be
        the enclosed one, as far as the radii go.
        """
        found, meets = np.full(len(mid), _ABSENT, np.int64), np.zeros(len(mid), bool)
        keys, sizes = linear_form(mid, _FORM)
        with np.errstate(over="ignore", invalid="ignore"):
            width = radius.max(axis=1, initial=0.0) + self._list.radius.max(initial=0.0)
            slack = 1e-12 * (1.0 + sizes) + 2 * mid.shape[1] * width
        is_sound = np.isfinite(keys) & np.isfinite(slack)
        found[~is_sound] = -1
        sound = np.flatnonzero(is_sound)
        k = self._order[np.minimum(np.searchsorted(self._keys, keys[sound]), len(self._keys) - 1)]
        is_own = (mid[sound] == self._list.mid[k]).all(axis=1)  # as mirror images are
        is_own &= radius[sound].max(axis=1, initial=0.0) * (1 + 1e-15) <= self._list.uniqueness[k]
        found[sound[is_own]] = k[is_own]
        sound = sound[~is_own]
        place = np.searchsorted(self._keys, keys[sound] - slack[sound])
        last = np.searchsorted(self._keys, keys[sound] + slack[sound], side="right")
        while len(sound):
            busy = place < last
            sound, place, last = sound[busy], place[busy], last[busy]
            k = self._order[place]
            distance = modulus(mid[sound] - self._list.mid[k])
            reach = radius[sound] + self._list.radius[k, None] + 1e-15 * modulus(mid[sound])
            meets[sound] |= (distance * (1 - 1e-14) <= reach * (1 + 1e-14)).all(axis=1)
            gap = distance * (1 + 1e-15) + radius[sound]
            inside = (gap.max(axis=1, initial=0.0) * (1 + 1e-15) <= self._list.uniqueness[k]) & np.isfinite(gap).all(
                axis=1
            )
            found[sound[inside]] = k[inside]
            sound, place, last = sound[~inside], place[~inside] + 1, last[~inside]
        found[meets & (found == _ABSENT)] = -1
        return found


def _precision(certificates: Sequence[Certificate]) -> int:
    """Bits that keep the rounding of every centre far below its uniqueness radius."""
    exact = CertificateList.of(certificates).exact.values()
    return max([128, *(c.precision + 64 for c in exact)])


def enclosing_balls(certificate: Certificate) -> list[acb]:
    """The zero's coordinates as balls."""
    return [complex_ball(z, certificate.enclosure.radius) for z in certificate.enclosure.mid]


def _discs(certificates: CertificateList, rows: Integers) -> list[Discs]:
    radius = certificates.radius[rows]
    return [Discs(certificates.mid[rows, i], radius) for i in range(certificates.mid.shape[1])]


def _stacked(z: Sequence[Discs]) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.float64]]:
    return np.stack([d.mid for d in z], axis=1).astype(complex), np.stack([d.radius for d in z], axis=1)


@dataclass
class _Places:
    """Where images of the zeros of a list are: it is asked for where missing ones are looked for, and once more for orbits."""

    conjugates: tuple[Integers, Integers] | None = None
    landscape: Problem | None = None
    under: dict[SignedPermutation, Integers] = field(default_factory=dict)


_places: dict[int, _Places] = {}
"""By the identity of a list that exists."""


def _places_of(certificates: CertificateList) -> _Places:
    name = id(certificates)
    if name not in _places:
        _places[name] = _Places()
        finalize(certificates, _places.pop, name).atexit = False
    return _places[name]


class _Images:
    """Conjugates and images under generators of all certified zeros, located among them."""

    def __init__(self, landscape: Problem | None, certificates: Sequence[Certificate]) -> None:
        self._landscape = landscape
        self._list = CertificateList.of(certificates)
        self._places = _places_of(self._list)
        self._fine: dict[tuple[int, int], Certificate] = {}

    @cached_property
    def _locator(self) -> Locator:
        return Locator(self._list)

    @cached_property
    def bits(self) -> int:
        """Of precision."""
        return _precision(self._list)

    def locate(self, generators: Sequence[SignedPermutation]) -> None:
        """Look for the conjugates of the zeros proved non-real, and for the images of all under symmetries, together."""
        known = self._places
        if known.landscape is not self._landscape:
            known.landscape, known.under = self._landscape, {}
        wanted = [g for g in dict.fromkeys(generators) if g not in known.under]
        rows = self._list.where(Verdict.NO) if known.conjugates is None else np.zeros(0, np.int64)
        found = self._located(rows, wanted)
        if known.conjugates is None:
            known.conjugates = rows, self._with_balls(found[: len(rows)], rows, lambda k, _: self.conjugate_balls(k))
        every, size = np.arange(len(self._list)), len(self._list)
        for g, first in zip(wanted, range(len(rows), len(found), max(size, 1)), strict=False):
            known.under[g] = self._with_balls(found[first : first + size], every, partial(self.image_balls, g))

    def _moved(self, g: SignedPermutation) -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.float64]]:
        assert self._landscape is not None
        with np.errstate(all="ignore"):
            discs = _discs(self._list, np.arange(len(self._list)))
            return _stacked(image(self._landscape.formulation, g, discs, lambda a: a))

    def _located(self, rows: Integers, generators: Sequence[SignedPermutation]) -> Integers:
        """Where the conjugates of rows and the images of all are, one after the other: short ones together, long ones in blocks."""
        parts: Iterable[tuple[npt.NDArray[np.complex128], npt.NDArray[np.float64]]]
        parts = chain(self._conjugated(rows), map(self._moved, generators))
        if len(rows) + len(generators) * len(self._list) <= _BLOCK:
            moved = list(parts)
            parts = [(np.concatenate([m for m, _ in moved]), np.concatenate([r for _, r in moved]))] if moved else []
        with np.errstate(all="ignore"):
            return np.concatenate([np.zeros(0, np.int64), *(self._locator.find_all(mid, radius) for mid, radius in parts)])

    def _conjugated(self, rows: Integers) -> Iterator[tuple[npt.NDArray[np.complex128], npt.NDArray[np.float64]]]:
        for first in range(0, len(rows), _BLOCK):
            some = rows[first : first + _BLOCK]
            mid = np.conj(self._list.mid[some])
            yield mid, np.broadcast_to(self._list.radius[some, None], mid.shape)

    def conjugates(self) -> tuple[Integers, Integers]:
        """Integers of the zeros proved non-real, and where their conjugates are."""
        if self._places.conjugates is None:
            self.locate(())
        assert self._places.conjugates is not None
        return self._places.conjugates

    def under(self, g: SignedPermutation) -> Integers:
        """Where the images of all zeros under a symmetry are."""
        if self._places.landscape is not self._landscape or g not in self._places.under:
            self.locate((g,))
        return self._places.under[g]

    def conjugate_balls(self, k: int) -> list[acb]:
        return [entry.conjugate() for entry in enclosing_balls(self._list[k])]

    def image_balls(self, g: SignedPermutation, k: int, digits: int = DOUBLE_DIGITS) -> list[acb]:
        assert self._landscape is not None
        return image(self._landscape.formulation, g, enclosing_balls(self._finely(k, digits)))

    def _finely(self, k: int, digits: int) -> Certificate:
        """A certificate of zero k with so many digits (0: as it is): a chart magnifies what is not known."""
        if (k, digits) not in self._fine:
            coarse = self._list[k]
            self._fine[k, digits] = coarse
            if self._landscape is not None and digits and (k not in self._list.exact or digits > DOUBLE_DIGITS):
                finer = certify_one(self._landscape.tapes, self._list.mid[k].tolist(), digits)
                if finer is not None and same_zero(finer.enclosure, coarse.enclosure):
                    self._fine[k, digits] = finer
        return self._fine[k, digits]

    def _with_balls(self, found: Integers, rows: Integers, balls: Callable[[int, int], list[acb]]) -> Integers:
        """What doubles did not find is looked for in ball arithmetic, should it be necessary with many digits."""
        for place in np.flatnonzero(found == -1).tolist():
            for digits in (0, DOUBLE_DIGITS, _MANY_DIGITS):
                with ctx.workprec(max(self.bits, 4 * digits + 64)):
                    z = balls(int(rows[place]), digits)
                    other = self._locator.find(z)
                    is_absent = other is None and self._locator.excludes(z)
                if other is not None or is_absent:
                    found[place] = _ABSENT if other is None else other
                    break
        return found


def _closed(places: Integers) -> Verdict:
    """YES if every image is one of the zeros, NO if one is none of them; UNDECIDED if it meets one and is not proved to be it."""
    if (places == _ABSENT).any():
        return Verdict.NO
    return Verdict.YES if (places >= 0).all() else Verdict.UNDECIDED


def closure_candidates(landscape: Problem, certificates: Sequence[Certificate]) -> list[list[complex]]:
    """Conjugates and images under generators that match no certified zero: solutions that were missed."""
    if not len(certificates):
        return []
    if CertificateList.of(certificates).is_closed and not landscape.symmetry.generators:
        return []
    images = _Images(landscape, certificates)
    images.locate(landscape.symmetry.generators)
    rows, found = images.conjugates()
    missing = []
    with ctx.workprec(images.bits):
        missing += [images.conjugate_balls(int(k)) for k in rows[found < 0]]
        for g in landscape.symmetry.generators:
            missing += [images.image_balls(g, int(k)) for k in np.flatnonzero(images.under(g) < 0)]
        candidates = [[as_float(entry) for entry in moved] for moved in missing]
    return [c for c in candidates if np.isfinite(c).all()]


def orbits(landscape: Problem, certificates: Sequence[Certificate]) -> tuple[tuple[int, ...], Verdict]:
    """For each certified zero the number of its orbit, and whether all images were found again."""
    m = len(certificates)
    if not m or not landscape.symmetry.generators:
        return tuple(range(m)), Verdict.YES
    images = _Images(landscape, certificates)
    maps = np.array([images.under(g) for g in landscape.symmetry.generators])
    return tuple(orbit_numbers(np.maximum(maps, -1)).tolist()), _closed(maps)


def conjugates_closed(certificates: Sequence[Certificate]) -> Verdict:
    """Whether the conjugate of every non-real zero is in the list."""
    if CertificateList.of(certificates).is_closed:
        return Verdict.YES
    return _closed(_Images(None, certificates).conjugates()[1]) if len(certificates) else Verdict.YES
