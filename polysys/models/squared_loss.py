"""The squared loss of a network that is a polynomial in its input: by the data, or by their moments where these are fewer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from polysys.datasets import Dataset
from polysys.errors import InputError
from polysys.landscape import Couplings

MAX_MONOMIALS = 5000

Exponents = tuple[int, ...]


class InputPolynomial:
    """A polynomial in the network's input whose coefficients lie in any ring."""

    __slots__ = ("terms",)
    __array_ufunc__ = None  # object arrays must call our operators, element by element

    def __init__(self, terms: dict[Exponents, Any]) -> None:
        self.terms = terms

    def __add__(self, other: Any) -> InputPolynomial:
        terms = dict(self.terms)
        size = len(next(iter(terms)))
        for a, c in (other.terms if isinstance(other, InputPolynomial) else {(0,) * size: other}).items():
            terms[a] = terms[a] + c if a in terms else c
        return InputPolynomial(terms)

    __radd__ = __add__

    def __mul__(self, other: Any) -> InputPolynomial:
        if not isinstance(other, InputPolynomial):
            return InputPolynomial({a: c * other for a, c in self.terms.items()})
        terms: dict[Exponents, Any] = {}
        for a, u in self.terms.items():
            for b, v in other.terms.items():
                key = plus(a, b)
                terms[key] = terms[key] + u * v if key in terms else u * v
        return InputPolynomial(terms)

    __rmul__ = __mul__


def plus(a: Exponents, b: Exponents) -> Exponents:
    """Exponents of the product of two monomials."""
    return tuple(i + j for i, j in zip(a, b, strict=True))


def coordinates(n: int) -> list[Exponents]:
    """Exponents of the inputs themselves."""
    return [tuple(int(i == j) for i in range(n)) for j in range(n)]


def activated_support(support: set[Exponents], coefficients: Sequence[Fraction]) -> set[Exponents]:
    """The monomials that a polynomial (its coefficients from degree 0) makes of these.

    Raises
    ------
    InputError
        If there are too many.
    """
    n = len(next(iter(support)))
    power: set[Exponents] = {(0,) * n}
    result: set[Exponents] = set()
    for k, coefficient in enumerate(coefficients):
        if coefficient:
            result |= power
        if k < len(coefficients) - 1:
            power = {plus(a, b) for a in power for b in support}
        if len(power) > MAX_MONOMIALS:
            raise InputError("The network's output has too many monomials.", "Choose fewer layers or degrees.")
    return result


def activate(coefficients: Sequence[Fraction], signal: Any) -> Any:
    """A polynomial (its coefficients from degree 0) of each entry, by Horner's rule."""
    activated = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        activated = activated * signal
        if coefficient:
            activated = activated + coefficient
    return activated


def data_couplings(data: Dataset, monomials: Sequence[Exponents], weight: Fraction) -> dict[str, Any]:
    """The data, or their moments where these are fewer: the loss is quadratic in f, and f a polynomial in x.

    Parameters
    ----------
    data : Dataset
    monomials : sequence of exponents
        Those that the output may contain.
    weight : Fraction
        Factor of the sum over data.
    """
    if data.n_data < len(monomials):
        return {"X": data.X, "Y": data.Y, "weight": np.array([weight], dtype=object)}
    moments = moment_exponents(monomials)
    values = {a: _monomial(a, data.X) for a in {*monomials, *moments}}
    return {
        "XX": np.array([values[a].sum() * weight for a in moments], dtype=object),
        "YX": np.array([[(y * values[a]).sum() * weight for a in monomials] for y in data.Y], dtype=object),
        "YY": np.array([(data.Y * data.Y).sum() * weight], dtype=object),
    }


def moment_exponents(monomials: Iterable[Exponents]) -> list[Exponents]:
    """Exponents of the moments of the input that the loss depends on."""
    listed = list(monomials)
    return sorted({plus(a, b) for a in listed for b in listed})


def moment_matrix(monomials: Sequence[Exponents], moments: Sequence[Fraction]) -> Any:
    """The moments as a symmetric matrix over the monomials, which data have only if it is positive semidefinite."""
    moment = dict(zip(moment_exponents(monomials), moments, strict=True))
    return np.array([[moment[plus(a, b)] for b in monomials] for a in monomials], dtype=object)


def squared_loss(forward: Callable[[Any], Any], n_inputs: int, monomials: Sequence[Exponents], couplings: Couplings) -> Any:
    """Half the weighted sum over data of |f(x) - y|^2.

    Parameters
    ----------
    forward : callable
        The network on an array (inputs, data) or on one column of :class:`InputPolynomial`.
    n_inputs : int
    monomials : sequence of exponents
    couplings : mapping
        As :func:`data_couplings` made them.
    """
    if "X" in couplings:
        error = forward(couplings["X"]) - couplings["Y"]
        return (error * error).sum() * couplings["weight"][0] / 2
    inputs = np.array([[InputPolynomial({e: 1})] for e in coordinates(n_inputs)], dtype=object)
    moment = dict(zip(moment_exponents(monomials), couplings["XX"], strict=True))
    fit = couplings["YY"][0] / 2
    for f, products in zip(forward(inputs)[:, 0], couplings["YX"], strict=True):
        cross = dict(zip(monomials, products, strict=True))
        for a, u in f.terms.items():
            quadratic = sum(f.terms[b] * moment[plus(a, b)] for b in f.terms)
            fit = fit + u * (quadratic / 2 - cross[a])
    return fit


def _monomial(exponents: Exponents, data: Any) -> Any:
    """The value of a monomial at each datum."""
    value = np.array([Fraction(1)] * data.shape[1], dtype=object)
    for row, e in zip(data, exponents, strict=True):
        value = value * row**e
    return value
