"""All solutions of a small system by exact algebra over Q, as candidates for certification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.algebra import Meter, Stop
from polysys.algebra.algebraic_points import AlgebraicPoint, points_of
from polysys.algebra.limits import Stopped
from polysys.algebra.parametrisation import parametrise
from polysys.algebra.simple_solutions import with_inverse_determinant
from polysys.algebra.units import WIDE, in_units, spread, units_of
from polysys.system import PolynomialSystem

WORK_LIMIT = 10**11
MEMORY_LIMIT = 2 << 30


@dataclass(frozen=True, slots=True)
class ExactSolutions:
    """All distinct solutions of a system, or why they are not known.

    Parameters
    ----------
    points : tuple of AlgebraicPoint
        The real ones first. Where the solution set has positive dimension, its simple isolated solutions.
    dimension : int or None
        Of the solution set; -1 if it is empty.
    stopped : Stop or None
        Which limit was reached; then there is no point.
    work : int
        Elementary operations.
    """

    points: tuple[AlgebraicPoint, ...]
    dimension: int | None
    stopped: Stop | None
    work: int

    @property
    def doubles(self) -> npt.NDArray[np.complex128]:
        """The solutions in double precision, an array (N, n)."""
        return np.array([p.doubles for p in self.points], dtype=np.complex128)

    @property
    def exact(self) -> list[tuple[tuple[Fraction, Fraction], ...]]:
        """The solutions with all digits that are known, as :func:`homotopy.certification.zeros.certify` takes them."""
        return [p.centre for p in self.points]


def exact_solutions(
    system: PolynomialSystem,
    *,
    work_limit: int | None = WORK_LIMIT,
    memory_limit: int = MEMORY_LIMIT,
    time_limit: float | None = None,
    seed: int = 0,
    bits: int = 64,
    given: Sequence[Mapping[tuple[int, ...], Any]] | None = None,
) -> ExactSolutions:
    """All complex solutions of a small system, to as many digits as tell them apart.

    Parameters
    ----------
    system : PolynomialSystem
    work_limit, memory_limit, time_limit
        As of :func:`polysys.algebra.exact_count`, for everything together.
    seed : int
        Of the primes and all random choices.
    bits : int
        Relative accuracy of each coordinate at least.
    given : sequence of mappings from exponents to rational coefficients, optional
        The equations as given, where there are more of them than the system has.

    Returns
    -------
    ExactSolutions
        Reaching a limit is no error: `stopped` names it.

    Notes
    -----
    Right with high probability and not proved: they are candidates, and certification decides. Where coefficients are of very different
    sizes the equations are taken in units of their own (:mod:`polysys.algebra.units`), and the points given in those of the system.

    Examples
    --------
    Two real points less than 1e-15 apart, equal in double precision:

    >>> import polysys as ps
    >>> found = exact_solutions(ps.expression("(x - 1)^3/3 - (x - 1)/10^40").sample().system)
    >>> [point.is_real for point in found.points], [x for (x,) in found.doubles.tolist()]
    ([True, True], [(1+0j), (1+0j)])
    >>> (((first, _),), ((second, _),)) = (point.centre for point in found.points)
    >>> float(second - first)
    2e-20
    """
    meter = Meter(work_limit, memory_limit, time_limit)
    terms: Sequence[Mapping[tuple[int, ...], Any]] = system.terms if given is None else given
    units = units_of(terms, system.n)
    apart = spread(terms)
    if apart > WIDE:  # Newton's method converges from as many digits more
        terms, bits = in_units(terms, units), bits + apart
    result = parametrise(terms, system.n, seed=seed, meter=meter)
    dimension = result.dimension
    points: tuple[AlgebraicPoint, ...] = ()
    try:
        if dimension is not None and dimension > 0 and given is None:
            simple = with_inverse_determinant(terms, system.n, meter)
            result = parametrise(simple, system.n + 1, seed=seed, meter=meter)
        if result.parametrisation is not None:
            points = points_of(result.parametrisation, bits=bits, meter=meter)
    except Stopped as stop:
        return ExactSolutions((), dimension, stop.reason, meter.work)
    points = tuple(replace(p, coordinates=p.coordinates[: system.n]).in_units(units) for p in points)
    return ExactSolutions(points, dimension, result.stopped, meter.work)
