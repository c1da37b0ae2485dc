"""The points of a rational parametrisation in ball arithmetic, to as many digits as it takes to tell them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from flint import acb, arb, ctx, fmpz_poly

from polysys.algebra.limits import Meter
from polysys.algebra.parametrisation import Parametrisation

_BITS = 64  # relative accuracy of a coordinate
_EXACT = 1 << 20
_MOST_BITS = 4096  # that are added at once
_MARGIN = 32  # bits by which the distance of two points exceeds the radii of their coordinates


@dataclass(frozen=True)
class AlgebraicPoint:
    """A solution, in balls that contain it if the parametrisation is right.

    Parameters
    ----------
    coordinates : tuple of acb
        Each is narrow relative to its size, or exactly zero.
    is_real : bool
        Whether all coordinates are real; decided exactly.
    """

    coordinates: tuple[acb, ...]
    is_real: bool

    @property
    def doubles(self) -> tuple[complex, ...]:
        """The coordinates in double precision."""
        return tuple(complex(float(z.real.mid()), float(z.imag.mid())) for z in self.coordinates)

    @property
    def centre(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """Real and imaginary parts of the middles of the coordinates, exactly."""
        return tuple((fraction(z.real.mid()), fraction(z.imag.mid())) for z in self.coordinates)

    @property
    def box(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """For each real part the ends of an interval that contains it."""
        middles, radii = zip(*((fraction(z.real.mid()), fraction(z.real.rad())) for z in self.coordinates), strict=True)
        return tuple((m - r, m + r) for m, r in zip(middles, radii, strict=True))

    def in_units(self, units: Sequence[int]) -> AlgebraicPoint:
        """The point whose coordinates are 2^(a_i) times these."""
        if not any(units):
            return self
        with ctx.workprec(_EXACT):  # a power of two rounds nothing that has fewer bits
            scaled = tuple(z * arb((1, a)) for z, a in zip(self.coordinates, units, strict=True))
        return AlgebraicPoint(scaled, self.is_real)


def fraction(value: arb) -> Fraction:
    """A ball of radius zero as a rational number.

    Examples
    --------
    >>> fraction(arb(0.375))
    Fraction(3, 8)
    """
    mantissa, exponent = value.man_exp()
    m, e = int(mantissa), int(exponent)
    return Fraction(m << e) if e >= 0 else Fraction(m, 1 << -e)


def points_of(
    parametrisation: Parametrisation, *, bits: int = _BITS, meter: Meter | None = None
) -> tuple[AlgebraicPoint, ...]:
    """All solutions of a parametrisation, the real ones first; of complex ones each is followed by its conjugate.

    Parameters
    ----------
    parametrisation : Parametrisation
    bits : int
        Relative accuracy of each coordinate at least; more where points are close together.
    meter : Meter, optional
        Its limits raise Stopped.

    Notes
    -----
    The roots are isolated by FLINT, proved. Coordinates are evaluated in balls, with more digits until each is narrow
    relative to its size or, being a root of gcd(numerator, polynomial), is zero; and until the values of the linear form at
    all points are apart by far more than they are uncertain.

    Examples
    --------
    x^2 = 10^-90, y = 1/x:

    >>> from polysys.algebra.parametrisation import parametrise
    >>> found = parametrise([{(2, 0): 10**90, (0, 0): -1}, {(1, 1): 1, (0, 0): -1}], 2).parametrisation
    >>> [(x.real, y.real) for x, y in (point.doubles for point in points_of(found))]
    [(-1e-45, -1e+45), (1e-45, 1e+45)]
    """
    meter = Meter() if meter is None else meter
    if parametrisation.n_solutions < 1:
        return ()
    functions = [_Coordinate(parametrisation, i) for i in range(len(parametrisation.numerators))]
    derivative = parametrisation.polynomial.derivative()
    precision = bits
    while True:
        meter.spend(100 * parametrisation.n_solutions**2 * (256 + precision))
        with ctx.workprec(precision):
            roots = _upper_roots(parametrisation.polynomial)
        with ctx.workprec(2 * precision):  # what the roots are known to
            meter.spend(parametrisation.n_solutions**2 * len(functions) * (500 + precision))
            points = [_point(t, derivative, functions) for t in roots]
            missing = max(_missing_bits(z, bits) for point in points for z in point.coordinates)
            if missing == 0 and _are_apart(points, parametrisation.form, meter):
                return tuple(p for point in points for p in _with_conjugate(point))
        precision += max(bits, missing)


class _Coordinate:
    """One unknown as a function of the root."""

    def __init__(self, parametrisation: Parametrisation, i: int) -> None:
        self.polynomial = parametrisation.polynomial
        self.numerator = parametrisation.numerators[i]
        self.denominator = parametrisation.denominators[i]
        self._split: tuple[fmpz_poly, fmpz_poly] | None = None

    def at(self, t: acb | arb, derivative: acb | arb) -> acb:
        """Its value, exactly zero where it is zero and the root is known well enough to tell."""
        value = acb(self.numerator(t) / (self.denominator * derivative))
        return acb(0) if value.contains(0) and self._is_zero_at(t) else value

    def _is_zero_at(self, t: acb | arb) -> bool:
        """Whether it is seen that the coordinate is zero: one of two factors of the polynomial vanishes, and it is this one."""
        if self._split is None:
            common = self.numerator.gcd(self.polynomial)
            self._split = common, self.polynomial // (common // common.content())
        return self._split[0].degree() > 0 and not acb(self._split[1](t)).contains(0)


def _upper_roots(polynomial: fmpz_poly) -> list[arb | acb]:
    """The real roots, and those above the real axis."""
    roots = [z for z, _ in cast("list[tuple[acb, int]]", polynomial.complex_roots())]
    real: list[arb | acb] = [z.real for z in roots if z.imag == 0]
    return [*real, *(z for z in roots if z.imag > 0)]


def _point(t: arb | acb, derivative: fmpz_poly, functions: list[_Coordinate]) -> AlgebraicPoint:
    slope = derivative(t)
    return AlgebraicPoint(tuple(f.at(t, slope) for f in functions), isinstance(t, arb))


def _with_conjugate(point: AlgebraicPoint) -> list[AlgebraicPoint]:
    if point.is_real:
        return [point]
    return [point, AlgebraicPoint(tuple(z.conjugate() for z in point.coordinates), False)]


def _missing_bits(value: acb, bits: int) -> int:
    """By how much a coordinate is not known well enough."""
    if not value.is_finite():
        return bits
    # about a midpoint of zero the accuracy is minus infinity
    return 0 if value == 0 else min(max(0, bits - value.rel_accuracy_bits()), _MOST_BITS)


def _are_apart(points: list[AlgebraicPoint], form: tuple[int, ...], meter: Meter) -> bool:
    """Whether the values of the form, from the coordinates, are apart by much more than they are uncertain."""
    values = []
    for point in (p for upper in points for p in _with_conjugate(upper)):
        value = sum((c * z for c, z in zip(form, point.coordinates, strict=True) if c), acb(0))
        spread = arb(0, (value.rad() * (1 << _MARGIN)).abs_upper())
        values.append(value + acb(spread, spread))
    meter.spend(200 * len(values) ** 2)
    return not any(a.overlaps(b) for k, a in enumerate(values) for b in values[:k])
