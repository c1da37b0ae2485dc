"""Arrays of discs: rigorous complex arithmetic on numpy arrays, for what is not worth a compiled kernel.

Entry k of a `Discs` holds every complex z with |z - mid[k]| <= radius[k]. Operators return discs that contain every
result; bounds as in :mod:`homotopy.certification.discs.roundoff`. An overflow makes a radius inf or nan: comparisons with it are false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.certification.discs.roundoff import INFLATE, LEAST_SIZE, TINY, U
from homotopy.common.arrays import Floats

_DIGITS, _LONGEST = 53, 900  # bits of a double; of a denominator that no underflow is near


def modulus(z: Any) -> Floats:
    """An upper bound of |z|, for real or complex arrays."""
    return np.asarray(np.abs(z) * (1.0 + 16.0 * U) + LEAST_SIZE)  # hypot errs by a unit or two in the last place


@dataclass(frozen=True, slots=True, eq=False)
class Discs:
    """Discs of one shape; real midpoints stay real arrays and cost half as much.

    Parameters
    ----------
    mid : float64 or complex128 array
    radius : float64 array
        Of the same shape, not negative.

    Examples
    --------
    >>> third = Discs.of([Fraction(1, 3)])
    >>> total = third + third + third
    >>> bool(abs(total.mid[0] - 1) <= total.radius[0] < 1e-15)
    True
    """

    mid: Any
    radius: Floats

    __array_priority__ = 1000.0

    @staticmethod
    def of(values: Sequence[Fraction | int]) -> Discs:
        """Discs that hold exact rationals; of infinite radius where they are beyond double precision."""
        mids, radii = np.zeros(len(values)), np.zeros(len(values))
        for k, value in enumerate(values):
            numerator, denominator = value.numerator, value.denominator
            if denominator.bit_count() == 1 and numerator.bit_length() <= _DIGITS and denominator.bit_length() < _LONGEST:
                mids[k] = numerator / denominator  # a double
                continue
            try:
                mids[k] = mid = float(value)
                if mid.as_integer_ratio() == (value.numerator, value.denominator):
                    continue
                error = abs(Fraction(mid) - value)
                # a quotient of integers is rounded correctly, so one more unit is enough
                radii[k] = float(error) * INFLATE + TINY if error else 0.0
            except OverflowError:
                radii[k] = np.inf
        return Discs(mids, radii)

    @staticmethod
    def exact(values: npt.ArrayLike) -> Discs:
        """Discs of radius zero about doubles."""
        mid = np.asarray(values)
        return Discs(mid, np.zeros(mid.shape))

    def __getitem__(self, key: Any) -> Discs:
        return Discs(self.mid[key], self.radius[key])

    def __len__(self) -> int:
        return len(self.mid)

    def _other(self, value: Any) -> Discs:
        if isinstance(value, Discs):
            return value
        if isinstance(value, Fraction):
            one = Discs.of([value])
            return Discs(one.mid[0], one.radius[0])
        return Discs.exact(value)  # an int or a double is exact: keep ints below 2^53

    def __add__(self, value: Any) -> Discs:
        other = self._other(value)
        mid = self.mid + other.mid
        return Discs(mid, (self.radius + other.radius + 2 * U * np.abs(mid)) * INFLATE)

    __radd__ = __add__

    def __sub__(self, value: Any) -> Discs:
        other = self._other(value)
        mid = self.mid - other.mid
        return Discs(mid, (self.radius + other.radius + 2 * U * np.abs(mid)) * INFLATE)

    def __rsub__(self, value: Any) -> Discs:
        return self._other(value) - self

    def __neg__(self) -> Discs:
        return Discs(-self.mid, self.radius)

    def __mul__(self, value: Any) -> Discs:
        other = self._other(value)
        a, b = modulus(self.mid), modulus(other.mid)
        radius = a * other.radius + 3 * U * (a * b) + self.radius * (b + other.radius)
        return Discs(self.mid * other.mid, radius * INFLATE + TINY)

    __rmul__ = __mul__

    def __truediv__(self, value: Any) -> Discs:
        return self * self._other(value).reciprocal()

    def __rtruediv__(self, value: Any) -> Discs:
        return self._other(value) * self.reciprocal()

    def __pow__(self, exponent: int) -> Discs:
        result = Discs.exact(np.ones_like(self.mid))
        for _ in range(exponent):
            result = result * self
        return result

    def reciprocal(self) -> Discs:
        """1/z; of infinite radius where the disc holds zero.

        |1/z - w| = |1 - z w| / |z| <= (|1 - m w| + r |w|) / (|m| - r) for any w, here w = fl(1/m).
        """
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            w = 1 / self.mid
            product = Discs.exact(self.mid) * Discs.exact(w)
            defect = (np.abs(product.mid - 1) + product.radius) * (1 + 32 * U) + self.radius * modulus(w)
            least = np.abs(self.mid) * (1 - 32 * U) - self.radius * (1 + 32 * U)
            radius = np.where(least > 0, defect / least * (1 + 64 * U) + TINY, np.inf)
        is_sound = np.isfinite(radius) & np.isfinite(w)
        return Discs(np.where(is_sound, w, 0), np.where(is_sound, radius, np.inf))

    def sqrt(self) -> Discs:
        """The square root of real positive intervals; of infinite radius where one reaches zero.

        |sqrt(x) - s| = |x - s^2| / (sqrt(x) + s) <= (|m - s^2| + r) / s for s = fl(sqrt(m)).
        """
        with np.errstate(invalid="ignore", divide="ignore"):
            s = np.sqrt(self.mid)
            square = Discs.exact(s) * Discs.exact(s)
            defect = (np.abs(self.mid - square.mid) + square.radius) * (1 + 32 * U) + self.radius
            radius = np.where((self.mid > 0) & (self.radius < self.mid), defect / s * INFLATE * INFLATE + TINY, np.inf)
        is_sound = np.isfinite(radius) & np.isfinite(s)
        return Discs(np.where(is_sound, s, 0), np.where(is_sound, radius, np.inf))

    def conjugate(self) -> Discs:
        """The mirror images across the real axis."""
        return Discs(np.conj(self.mid), self.radius)
