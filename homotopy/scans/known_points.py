"""The singular points that were certified so far, with their images under symmetries: none is certified twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from homotopy.common.arrays import Complexes
from homotopy.scans.family import Family
from homotopy.scans.singular import Guess, SingularKind, SingularPoint, SingularSystems
from polysys.symmetry import SignedPermutation

_SAME = 1e-9  # relative distance in doubles of a guess from the point that it is one of
_MOST_IMAGES = 64  # of a point; of larger groups each image is certified by itself


class KnownPoints:
    """Certified singular points of a family, and the search for further ones.

    A guess next to a certified point is taken for that point, one next to a guess that could not be certified is not tried again.
    """

    def __init__(self, family: Family) -> None:
        self.systems = SingularSystems(family)
        self.points: list[SingularPoint] = []
        self._failed: list[Guess] = []
        self._n = family.domain.n
        elements = family.symmetry_elements
        self._elements = elements if len(elements) <= _MOST_IMAGES else elements[:1]

    def near(self, u: Complexes, a: complex, trust: float) -> SingularPoint | None:
        """As :meth:`SingularSystems.near`."""
        return next(self._found(u, a, trust), None)

    def all_near(self, u: Complexes, a: complex, trust: float) -> list[SingularPoint]:
        """All that the guesses lead to, not the first alone."""
        return list(self._found(u, a, trust))

    def _found(self, u: Complexes, a: complex, trust: float) -> Iterator[SingularPoint]:
        """Guess by guess, the likeliest first: known, known to fail, or certified."""
        n = self.systems.n
        for guess in self.systems.guesses(u, a, trust):
            found = next((p for p in self.points if _is_close(guess, p.kind, p.u, p.a_double)), None)
            if found is None and not any(_is_close(guess, f.kind, f.x[:n], _value(f, n)) for f in self._failed):
                found = self.systems.certified(guess)
                if found is None:
                    self._failed.append(guess)
                else:
                    self._add(found)
            if found is not None:
                yield found

    def _add(self, point: SingularPoint) -> None:
        self.points.append(point)
        for g in self._elements:
            image = _image(point, g, self._n)
            if not any(is_same(image, p) for p in self.points):
                self.points.append(image)


def _value(guess: Guess, n: int) -> complex:
    return complex(guess.x[n if guess.kind is SingularKind.ESCAPE else 2 * n])


def _is_close(guess: Guess, kind: SingularKind, u: Complexes, a: complex) -> bool:
    """Whether a guess is next to a point of its own kind: points of other kinds may lie closer than Newton's method tells."""
    n = len(u)
    if guess.kind is not kind:
        return False
    gap = max(float(np.abs(guess.x[:n] - u).max()), abs(_value(guess, n) - a))
    return gap <= _SAME * (1 + float(np.abs(u).max()))


def _image(point: SingularPoint, g: SignedPermutation, n: int) -> SingularPoint:
    """The image under a symmetry, which maps the extended systems to themselves; multipliers stay as they are."""
    mid = list(point.certificate.enclosure.mid)
    parts = [0] if point.kind is SingularKind.ESCAPE else [0, point.n]  # of u and of v
    for first in parts:
        old = mid[first : first + n]
        mid[first : first + n] = [
            (s * re, s * im) for s, (re, im) in zip(g.signs, (old[j] for j in g.perm), strict=True)
        ]
    enclosure = replace(point.certificate.enclosure, mid=tuple(mid))
    return replace(point, certificate=replace(point.certificate, enclosure=enclosure))


def is_same(p: SingularPoint, q: SingularPoint) -> bool:
    """Whether two certified singular points are one: their enclosures meet."""
    e, f = p.certificate.enclosure, q.certificate.enclosure
    n = p.n
    same_u = all(
        abs(x[0] - y[0]) <= e.radius + f.radius and abs(x[1] - y[1]) <= e.radius + f.radius
        for x, y in zip(e.mid[:n], f.mid[:n], strict=True)
    )
    if p.kind is SingularKind.ESCAPE and not same_u:  # a direction and its opposite are one
        same_u = all(abs(x[0] + y[0]) <= e.radius + f.radius for x, y in zip(e.mid[:n], f.mid[:n], strict=True))
    return p.kind is q.kind and same_u and abs(p.a[0] - q.a[0]) <= p.a[1] + q.a[1]
