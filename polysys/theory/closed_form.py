"""The mean number of all stationary points of an isotropic field on a sphere as an exact algebraic number.

With monomials instead of Hermite functions every integral of the Pfaffian formula for the density of eigenvalues is a rational
number times a root: M_k(c) = int t^k exp(-c t^2/2) dt = (k-1)!! c^(-k/2) sqrt(2 pi/c) for even k, and

    Q_ij(b) = int int sgn(s - t) s^i t^j exp(-s^2/2 - b t^2/2) ds dt = (i-1) Q_{i-2,j} + 2 M_{i+j-1}(1 + b),
    b Q_ij(b) = (j-1) Q_{i,j-2} - 2 M_{i+j-1}(1 + b)

by parts. So E N is A + B sqrt(D) with rational A, B, D; A = 0 for an even number of coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from flint import fmpq, fmpq_mat

from polysys.errors import InputError
from polysys.theory.prediction import Prediction

_REFERENCE = "Breiding, Trans. AMS 372 (2019) 7857: closed form, here as an algebraic number"
MAX_SIZE = 120  # a second of exact linear algebra


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """The number ``rational + coefficient * sqrt(radicand)``.

    Parameters
    ----------
    rational, coefficient, radicand : Fraction
    """

    rational: Fraction
    coefficient: Fraction
    radicand: Fraction

    @property
    def prediction(self) -> Prediction:
        """As a float, correctly rounded to a few units in the last place."""
        bits = 200
        root = Fraction(isqrt(self.radicand.numerator * self.radicand.denominator << bits), 1 << (bits // 2))
        value = float(self.rational + self.coefficient * root / self.radicand.denominator)
        return Prediction(value, 4e-16 * abs(value), "exact", _REFERENCE)

    def __str__(self) -> str:
        front = f"{self.rational} + " if self.rational else ""
        return f"{front}{self.coefficient} sqrt({self.radicand})"


def closed_form(n: int, f1: Fraction | int, f2: Fraction | int) -> ClosedForm:
    r"""The mean number of stationary points for :math:`\mathrm{Cov}(V(x), V(y)) = f(x \cdot y)` on the unit sphere, from f'(1) and f''(1).

    Parameters
    ----------
    n : int
        At most 120.
    f1, f2 : rational
        Positive; p and p(p-1) for the pure p-spin.

    Examples
    --------
    >>> print(closed_form(3, 3, 6), closed_form(2, 3, 6))
    2 + 8 sqrt(8/7) 7/2 sqrt(16/7)
    """
    if not 1 <= n <= MAX_SIZE or f1 <= 0 or f2 <= 0:
        raise InputError(f"There is no closed form here for n = {n} and derivatives {f1}, {f2}.", "Use total_count.")
    ratio, b = Fraction(f2) / f1, 2 * Fraction(f2) / (Fraction(f1) + f2)
    beta = _fmpq(b)
    size = n + n % 2
    whole, target = fmpq_mat(size, size), fmpq_mat(size, size)
    same, weighted = _double_integrals(n, fmpq(1)), _double_integrals(n, beta)
    for i in range(n):
        for j in range(n):
            whole[i, j] = -same[i][j]
            target[i, j] = weighted[i][j]
    if size > n:
        moments, weighted_moments = _moments(n, fmpq(1)), _moments(n, beta)
        for j in range(n):
            whole[j, n], whole[n, j] = moments[j], -moments[j]
    inverse = whole.inv()
    first = sum((inverse[i, j] * target[i, j] for i in range(n) for j in range(n)), fmpq(0))
    second = sum((inverse[n, j] * weighted_moments[j] for j in range(n)), fmpq(0)) if size > n else fmpq(0)
    power = 2 * ratio ** ((n - 1) // 2)
    radicand = 2 * b / (1 + b) * (1 if n % 2 else ratio)
    return ClosedForm(power * _fraction(second), power * _fraction(first), radicand)


def _moments(n: int, c: fmpq) -> list[fmpq]:
    """M_k(c) over sqrt(2 pi/c), k < n."""
    result = [fmpq(1), fmpq(0)]
    while len(result) < n:
        k = len(result)
        result.append((k - 1) * result[k - 2] / c)
    return result[:n]


def _double_integrals(n: int, b: fmpq) -> list[list[fmpq]]:
    """Q_ij(b) over sqrt(2 pi/(1 + b)), i, j < n: nonzero for odd i + j."""
    moments = _moments(2 * n, 1 + b)
    q = [[fmpq(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(1 - i % 2, n, 2):
            if i % 2:
                q[i][j] = 2 * moments[i + j - 1] + ((i - 1) * q[i - 2][j] if i > 1 else 0)
            else:
                q[i][j] = (((j - 1) * q[i][j - 2] if j > 1 else 0) - 2 * moments[i + j - 1]) / b
    return q


def _fmpq(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _fraction(value: fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
