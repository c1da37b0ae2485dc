"""Points of a domain given by equations where their gradients are linearly dependent: reported beside a census, never counted."""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, ctx

from homotopy.certification.balls import ball
from homotopy.common.wording import count_of
from polysys.algebra.singular_locus import real_singular_points, singular_locus
from polysys.formulations.expansion import nested_form
from polysys.formulations.variety import Variety
from polysys.landscape import Landscape
from polysys.system import exact_terms

_SHOWN = 3


@dataclass(frozen=True, slots=True, eq=False)
class SingularPoint:
    """A real point of a domain where the gradients of its equations are linearly dependent.

    Parameters
    ----------
    coordinates : tuple of arb
        Those of variables that linear constraints eliminated included.
    energy : arb
    """

    coordinates: tuple[arb, ...]
    energy: arb

    def __repr__(self) -> str:
        return f"({', '.join(_short(c) for c in self.coordinates)}) of energy {_short(self.energy)}"


def singular_points(landscape: Landscape) -> tuple[SingularPoint, ...] | None:
    """The real points of the domain where its Jacobian drops rank, by energy; None where they are not finitely many or not known.

    A minimum of the potential on the domain may lie there without being a stationary point.

    Examples
    --------
    >>> import polysys as ps
    >>> singular_points(ps.expression("x + 2", "y^2 = x^3").sample())
    ((0, 0) of energy 2.0000,)
    """
    domain = landscape.domain
    if not isinstance(domain, Variety):
        return ()
    found = real_singular_points(domain)
    if found is None:
        return None
    terms = exact_terms(landscape.potential)
    points = []
    with ctx.workprec(128):
        for z in found:
            x = [c.real for c in z]
            value = arb(nested_form({e: ball(c) for e, c in terms.items()}, x))
            points.append(SingularPoint(landscape.with_eliminated(x, ball), value))
    return tuple(sorted(points, key=lambda p: float(p.energy)))


def regularity(landscape: Landscape) -> str:
    """One clause: whether the domain is smooth, or what is known of the points where it is not."""
    assert isinstance(landscape.domain, Variety)
    locus = singular_locus(landscape.domain)
    if locus.dimension is None:
        return "not known to be smooth; points where its Jacobian drops rank are not counted"
    if locus.is_empty:
        return "smooth (proved)" if locus.is_proved else "smooth (modulo two primes)"
    if locus.dimension > 0:
        return f"singular along a set of dimension {locus.dimension}, whose points are not counted"
    many = (
        "finitely many complex singular points"
        if locus.n_distinct is None
        else count_of(locus.n_distinct, "complex singular point")
    )
    points = singular_points(landscape)
    if points is None:
        return f"{many}, not counted"
    if not points:
        return f"{many}, not counted, none of them real"
    more = f" and {len(points) - _SHOWN} more" if len(points) > _SHOWN else ""
    return f"{many}, not counted, {len(points)} real: {', '.join(map(repr, points[:_SHOWN]))}{more}"


def _short(value: arb) -> str:
    return "0" if value == 0 else str(value.str(5, radius=False))
