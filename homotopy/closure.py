"""Symmetric closure: the conjugate and the mirror images of a solution are solutions; which pairs are they?"""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
from flint import acb, ctx

from homotopy.certify import Certificate
from homotopy.intervals import as_float, ball, complex_ball, to_double, upper
from homotopy.status import Verdict
from polysys.formulation import Formulation, Kind
from polysys.landscape import Landscape
from polysys.symmetry import SignedPermutation


def image(formulation: Formulation, g: SignedPermutation, z: Sequence[acb]) -> list[acb]:
    """Enclosure of the image of a solution under a symmetry, in the unknowns of the formulation.

    Symmetries are orthogonal and keep every block, so grad V(g x) = g grad V(x) and the multipliers stay; in the
    projective formulation the image is brought back into its chart: w_l -> t_l w_l changes mu_l to
    (prod_k t_k^(d_k)) / t_l^2 mu_l.
    """
    n = formulation.domain.n
    x, mu = g.apply(list(z[:n])), list(z[n:])
    if formulation.kind is not Kind.PROJECTIVE:
        return x + mu
    factors = []
    for block, chart in zip(formulation.domain.slices, formulation.charts, strict=True):
        t = 1 / sum((xi * ball(a) for xi, a in zip(x[block], chart, strict=True)), acb(0))
        factors.append(t)
        x[block] = [xi * t for xi in x[block]]
    common = acb(1)
    for t, degree in zip(factors, formulation.degrees, strict=True):
        common *= t**degree
    return x + [m * common / (t * t) for m, t in zip(mu, factors, strict=True)]


class Locator:
    """Finds the certified zero in whose uniqueness region a ball vector lies."""

    def __init__(self, certificates: Sequence[Certificate]) -> None:
        self._certificates = certificates
        centres = [[complex(to_double(a), to_double(b)) for a, b in c.enclosure.mid] for c in certificates]
        self._centres = np.array(centres)

    def find(self, z: Sequence[acb]) -> int | None:
        """The number of the zero that `z` encloses, proved; None if it lies in no uniqueness region."""
        point = np.array([as_float(entry) for entry in z])
        if not np.isfinite(point).all():
            return None
        for k in np.argsort(np.abs(self._centres - point).max(axis=1), kind="stable")[:3].tolist():
            enclosure = self._certificates[k].enclosure
            if all(
                (w := abs(entry - complex_ball(m))).is_finite() and upper(w) <= enclosure.uniqueness
                for entry, m in zip(z, enclosure.mid, strict=True)
            ):
                return int(k)
        return None


def _precision(certificates: Sequence[Certificate]) -> int:
    """Bits that keep the rounding of every centre far below its uniqueness radius."""
    return max([128, *(c.precision + 64 for c in certificates)])


def enclosing_balls(certificate: Certificate) -> list[acb]:
    """The zero's coordinates as balls."""
    return [complex_ball(z, certificate.enclosure.radius) for z in certificate.enclosure.mid]


def closure_candidates(landscape: Landscape, certificates: Sequence[Certificate]) -> list[list[complex]]:
    """Conjugates and images under generators that match no certified zero: solutions that were missed."""
    if not certificates:
        return []
    locator, missing = Locator(certificates), []
    with ctx.workprec(_precision(certificates)):
        for certificate in certificates:
            z = enclosing_balls(certificate)
            images = [image(landscape.formulation, g, z) for g in landscape.symmetry.generators]
            if certificate.reality is Verdict.NO:
                images.append([entry.conjugate() for entry in z])
            for moved in images:
                if locator.find(moved) is None:
                    candidate = [as_float(entry) for entry in moved]
                    if np.isfinite(candidate).all():
                        missing.append(candidate)
    return missing


def orbits(landscape: Landscape, certificates: Sequence[Certificate]) -> tuple[tuple[int, ...], bool]:
    """For each certified zero the number of its orbit, and whether all images were found again."""
    graph = nx.Graph()
    graph.add_nodes_from(range(len(certificates)))
    is_closed = True
    if certificates:
        locator = Locator(certificates)
        with ctx.workprec(_precision(certificates)):
            for k, certificate in enumerate(certificates):
                z = enclosing_balls(certificate)
                for g in landscape.symmetry.generators:
                    other = locator.find(image(landscape.formulation, g, z))
                    if other is None:
                        is_closed = False
                    else:
                        graph.add_edge(k, other)
    number = {}
    for orbit, members in enumerate(sorted(sorted(c) for c in nx.connected_components(graph))):
        number.update(dict.fromkeys(members, orbit))
    return tuple(number[k] for k in range(len(certificates))), is_closed


def conjugates_closed(certificates: Sequence[Certificate]) -> bool:
    """Whether the conjugate of every non-real zero is in the list."""
    locator = Locator(certificates) if certificates else None
    with ctx.workprec(_precision(certificates)):
        return all(
            c.reality is not Verdict.NO
            or (locator is not None and locator.find([z.conjugate() for z in enclosing_balls(c)]) is not None)
            for c in certificates
        )


