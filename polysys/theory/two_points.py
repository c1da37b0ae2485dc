"""The joint law of a pure spherical p-spin at two stationary points of a given overlap.

V on the unit sphere in R^N with Cov V(x) V(y) = f(x.y), f(R) = R^p, extended to R^N as a form of degree p; H = sqrt(N) V. With x.y = q
and w = 1 - q^2 take y - q x as tangent vector at x and x - q y at y (both of length s = sqrt(w), each pointing to the other point), and
N - 2 unit vectors orthogonal to both. M denotes second derivatives in R^N; the Hessian on the sphere is M - p V. Then

- the block B of M on the N - 2 directions is independent of all that follows: at each point sqrt(f''(1)) times a GOE matrix
  (E B_ij^2 = f''(1), E B_ii^2 = 2 f''(1)), and the two have correlation f''(q) / f''(1) = q^(p-2);
- for each of the N - 2 directions, the slope g_i and the entry M_it along the tangent vector form four Gaussians, independent of others;
- the slopes g_t, the values V and the entries M_tt form six Gaussians.

The exchange of the points leaves the law as it is, so sums and differences (X_1 + e X_2) / sqrt(2), e = +1 and -1, are independent, and
everything is a two-by-two regression, evaluated in rationals: nothing is lost near q = 1 or -1. Docs: explanation/two-points.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lgamma, log, perm, pi, sqrt


@dataclass(frozen=True, slots=True)
class Combination:
    """The law of the sums, or of the differences, given that the gradients at both points vanish.

    Parameters
    ----------
    value : float
        Standard deviation of V.
    slope, spread : float
        Given V = v, the entry M_tt (unit tangent vectors) has mean slope v and this standard deviation.
    row : float
        Standard deviation of each entry M_it.
    """

    value: float
    slope: float
    spread: float
    row: float


@dataclass(frozen=True, slots=True)
class TwoPointLaw:
    """Values and second derivatives at two points, given that both are stationary.

    Parameters
    ----------
    p : int
    overlap : float
    even, odd : Combination
        Of the sums and of the differences.
    correlation : float
        Of the blocks B.
    log_slopes : (float, float)
        Logarithm of the density at zero of the slopes towards each other, and of the two slopes in one orthogonal direction.
    """

    p: int
    overlap: float
    even: Combination
    odd: Combination
    correlation: float
    log_slopes: tuple[float, float]

    def log_density(self, n: int) -> float:
        """Logarithm of the density of both gradients at zero, times the measure of pairs of points in R^n per unit of overlap."""
        w = 1 - self.overlap**2
        return (
            self.log_slopes[0] + (n - 2) * self.log_slopes[1] + _log_area(n) + _log_area(n - 1) + (n - 3) / 2 * log(w)
        )


def _log_area(n: int) -> float:
    """Logarithm of the area of the unit sphere in R^n."""
    return log(2) + n / 2 * log(pi) - lgamma(n / 2)


@lru_cache(maxsize=4096)
def two_point_law(p: int, overlap: float) -> TwoPointLaw:
    """The law for overlap q, -1 < q < 1, and p >= 3.

    Examples
    --------
    >>> law = two_point_law(5, 0.0)  # nothing at one of two orthogonal points tells anything about the other
    >>> law.even == law.odd == Combination(value=1.0, slope=0.0, spread=sqrt(40.0), row=sqrt(20.0))
    True
    """
    q = Fraction(overlap)
    w = 1 - q * q
    f0, f1, f2, f3, f4 = (perm(p, j) * q ** (p - j) if j <= p else Fraction(0) for j in range(5))
    d1, d2 = Fraction(p), Fraction(p * (p - 1))  # f' and f'' at 1
    found, steep, steep_across = [], [], []
    for e in (1, -1):
        slope = d1 * w + e * (f2 * w * w - f1 * q * w)
        # covariances of (V, M) before conditioning on the slope, and of each with the slope
        value, cross, bend = (
            1 + e * f0,
            e * f2 * w * w,
            2 * d2 * w * w + e * (f4 * w**4 - 4 * q * w**3 * f3 + 2 * q * q * w * w * f2),
        )
        of_value, of_bend = e * f1 * w, e * (f3 * w**3 - 2 * q * w * w * f2)
        value -= of_value**2 / slope
        cross -= of_value * of_bend / slope
        bend -= of_bend**2 / slope + cross**2 / value
        across = d1 + e * f1
        row = d2 * w + e * (f3 * w * w - f2 * q * w) - (f2 * w) ** 2 / across
        found.append(Combination(_root(value), float(cross / value / w), _root(bend / w**2), _root(row / w)))
        steep.append(slope / w)
        steep_across.append(across)
    logs = [-log(2 * pi) - (log(pair[0]) + log(pair[1])) / 2 for pair in (steep, steep_across)]
    return TwoPointLaw(p, overlap, found[0], found[1], overlap ** (p - 2), (logs[0], logs[1]))


def _root(variance: Fraction) -> float:
    return sqrt(variance)
