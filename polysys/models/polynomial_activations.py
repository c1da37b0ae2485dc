"""Polynomials near the activations that people use, with exact coefficients and a proved error."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_series, ctx, fmpq

from polysys.errors import InputError
from polysys.reading.rationals import as_rational

_BITS = 20  # of a coefficient after the point: exact in every floating-point type that torch has
_PRECISION = 80
_SLACK = 1.002  # the proved error may be so much larger than the largest one that was seen
_MOST_PIECES = 200_000
_MAX_DEGREE = 30
Series = Any


def _tanh(x: Series) -> Series:
    grown = (2 * x).exp()
    return 1 - 2 / (grown + 1)


def _sigmoid(x: Series) -> Series:
    return 1 / (1 + (-x).exp())


_FUNCTIONS: dict[str, tuple[Callable[[Series], Series], Callable[[float], float]]] = {
    "tanh": (_tanh, math.tanh),
    "sigmoid": (_sigmoid, lambda x: 1 / (1 + math.exp(-x))),
    "softplus": (lambda x: (1 + x.exp()).log(), lambda x: math.log1p(math.exp(x))),
    "silu": (lambda x: x * _sigmoid(x), lambda x: x / (1 + math.exp(-x))),
    "gelu": (lambda x: x * (1 + (x / arb(2).sqrt()).erf()) / 2, lambda x: x * (1 + math.erf(x / 2**0.5)) / 2),
    "erf": (lambda x: x.erf(), math.erf),
    "sin": (lambda x: x.sin(), math.sin),
    "exp": (lambda x: x.exp(), math.exp),
}


@dataclass(frozen=True)
class PolynomialActivation:
    """A polynomial near an activation on an interval; called, it is applied elementwise.

    Parameters
    ----------
    name : str
        Of the activation.
    coefficients : tuple of Fraction
        From degree 0, multiples of 2^-20.
    range : (Fraction, Fraction)
    error : Fraction
        Proved: on the whole interval the two differ by no more.
    """

    name: str
    coefficients: tuple[Fraction, ...]
    range: tuple[Fraction, Fraction]
    error: Fraction

    @property
    def degree(self) -> int:
        """Of the polynomial."""
        return len(self.coefficients) - 1

    @property
    def text(self) -> str:
        """The polynomial in z, as labels and :class:`PolynomialNetwork` take it."""
        return " + ".join(f"({c})*z^{k}" for k, c in enumerate(self.coefficients) if c)

    def __call__(self, z: Any) -> Any:
        """The polynomial of a number, array or tensor (Horner's scheme; the coefficients are exact in doubles)."""
        result = float(self.coefficients[-1]) * z
        for c in self.coefficients[-2:0:-1]:
            result = (result + float(c)) * z
        return result + float(self.coefficients[0])

    def __str__(self) -> str:
        low, high = self.range
        return f"{self.text} (within {float(self.error):.3g} of {self.name} on [{low}, {high}], proved)"

    __repr__ = __str__


def polynomial_activation(name: Any, *, degree: Any = 3, range: Any = (-2, 2)) -> PolynomialActivation:
    """A polynomial near an activation, with exact coefficients and a proved bound on the error.

    The polynomial interpolates in Chebyshev's points, so its error is close to the smallest that the degree allows; its
    coefficients are rounded to multiples of 2^-20, which every floating-point type holds exactly.

    Parameters
    ----------
    name : {"tanh", "sigmoid", "softplus", "silu", "gelu", "erf", "sin", "exp"}
    degree : int
        At most 30.
    range : (number, number)
        Where the two are compared; outside, they part quickly.

    Returns
    -------
    PolynomialActivation

    Raises
    ------
    InputError

    Notes
    -----
    The error is bounded in ball arithmetic by second-order Taylor polynomials on pieces of the interval, which are halved until the
    bound is within 0.2 % of the largest error seen.

    Examples
    --------
    >>> p = polynomial_activation("tanh", degree=3, range=(-2, 2))
    >>> p.coefficients[0], float(p.error) < 0.08
    (Fraction(0, 1), True)
    """
    if not isinstance(name, str) or name not in _FUNCTIONS:
        raise InputError(f"There is no activation {name!r:.40}.", f"Choose {', '.join(_FUNCTIONS)}.")
    if isinstance(degree, bool) or not isinstance(degree, int) or not 1 <= degree <= _MAX_DEGREE:
        raise InputError(f"degree = {degree!r:.40} is not a whole number from 1 to {_MAX_DEGREE}.", "Give degree=3, say.")
    try:
        low, high = map(as_rational, range)
    except (TypeError, ValueError) as error:
        raise InputError(f"range = {range!r:.60} is no pair of numbers.", "Give range=(-2, 2), say.") from error
    if not low < high or max(abs(low), abs(high)) > 50:
        raise InputError(f"range = {range!r:.60} is no interval within [-50, 50].", "Give range=(-2, 2), say.")
    coefficients = _interpolated(_FUNCTIONS[name][1], degree, float(low), float(high))
    return PolynomialActivation(name, coefficients, (low, high), _proved_error(name, coefficients, low, high))


def _interpolated(function: Callable[[float], float], degree: int, low: float, high: float) -> tuple[Fraction, ...]:
    middle, half = (low + high) / 2, (high - low) / 2
    fitted = np.polynomial.Chebyshev.interpolate(
        lambda t: np.array([function(middle + half * float(v)) for v in np.atleast_1d(t)]), degree
    )
    powers = np.polynomial.Chebyshev(fitted.coef, domain=[low, high]).convert(kind=np.polynomial.Polynomial).coef
    exact = [Fraction(round(float(c) * 2**_BITS), 2**_BITS) for c in powers]
    while len(exact) > 2 and not exact[-1]:
        exact.pop()
    return tuple(exact)


def _proved_error(name: str, coefficients: tuple[Fraction, ...], low: Fraction, high: Fraction) -> Fraction:
    """An upper bound of the largest difference on [low, high]."""
    with ctx.workprec(_PRECISION):
        seen = Fraction(0)
        for k in range(33):
            value = _difference(name, coefficients, arb(_exact(low + (high - low) * k / 32)))[0]
            seen = max(seen, _upper(value))
        todo, done, n = [(low, high)], Fraction(0), 0
        while todo:
            a, b = todo.pop()
            n += 1
            middle, half = (a + b) / 2, (b - a) / 2
            centre = _difference(name, coefficients, arb(_exact(middle)))
            around = _difference(name, coefficients, arb(_exact(middle)) + arb(0, arb(_exact(half)).abs_upper()))
            h = arb(_exact(half))
            bound = abs(centre[0]) + abs(centre[1]) * h + abs(around[2]) * h * h
            seen = max(seen, _upper(centre[0]))
            if bound.is_finite() and (_upper(bound) <= seen * Fraction(_SLACK) or n > _MOST_PIECES):
                done = max(done, _upper(bound))
            elif n > _MOST_PIECES:
                raise InputError(f"No error of {name} is proved on [{low}, {high}].", "Choose a shorter range.")
            else:
                todo += [(a, middle), (middle, b)]
    return done


def _exact(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def _upper(value: arb) -> Fraction:
    """A rational that is no smaller than |value|."""
    mantissa, exponent = value.abs_upper().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def _difference(name: str, coefficients: tuple[Fraction, ...], x: arb) -> list[arb]:
    """The first three Taylor coefficients of activation minus polynomial, at every point of a ball."""
    variable = arb_series([x, 1], 3)
    polynomial = arb_series([0], 3)
    for c in reversed(coefficients):
        polynomial = polynomial * variable + arb(_exact(c))
    result = _FUNCTIONS[name][0](variable) - polynomial
    return [result[k] for k in (0, 1, 2)]
