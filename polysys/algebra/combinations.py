"""Elements of an ideal that carry the reason why they lie in it: a combination of generators and of earlier elements."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import add

from polysys.errors import InputError

Exponents = tuple[int, ...]
Polynomial = Mapping[Exponents, Fraction | int]
IntegerPolynomial = dict[Exponents, int]


@dataclass(frozen=True, slots=True)
class Combination:
    """The element sum_k c_k x^(a_k) g_(i_k) of the ideal of g_0, g_1, ..

    Parameters
    ----------
    terms : tuple of (i, a, c)
        Number of the element, exponents and an integer or Fraction.
    name : str
        Where it comes from, for the record.

    Examples
    --------
    >>> x_squared = {(2, 0): 1}
    >>> Combination(((0, (0, 1), 3),)).of([x_squared])
    {(2, 1): 3}
    """

    terms: tuple[tuple[int, Exponents, int | Fraction], ...]
    name: str = "degree fall"

    def __post_init__(self) -> None:
        for i, shift, c in self.terms:
            is_exact = type(c) in (int, Fraction)  # integers of NumPy overflow
            if not is_exact or i < 0 or min(shift, default=0) < 0:
                raise InputError(
                    f"{(i, shift, c)} is not a term of a combination.",
                    "Give the number of an element, exponents that are not negative, and an exact coefficient.",
                )

    def of(self, generators: Sequence[Polynomial]) -> dict[Exponents, Fraction | int]:
        """The element, multiplied out exactly."""
        total: dict[Exponents, Fraction | int] = {}
        for i, shift, c in self.terms:
            if len(next(iter(generators[i]), shift)) != len(shift):
                raise InputError(f"{shift} are not exponents of the element {i}.", "Give one for each unknown.")
            for exponents, value in generators[i].items():
                key = tuple(map(add, exponents, shift))
                total[key] = total.get(key, 0) + c * value
        return {e: c for e, c in total.items() if c}


def scale(polynomial: Polynomial) -> Fraction:
    """The positive factor that makes the coefficients coprime integers.

    Examples
    --------
    >>> scale({(1,): Fraction(2, 3), (0,): 4})
    Fraction(3, 2)
    """
    common = math.lcm(*(c.denominator for c in polynomial.values()))
    content = math.gcd(*(int(c * common) for c in polynomial.values())) or 1
    return Fraction(common, content)


def primitive(polynomial: Polynomial) -> IntegerPolynomial:
    """The multiple with coprime integer coefficients.

    Examples
    --------
    >>> primitive({(1,): Fraction(2, 3), (0,): 4})
    {(1,): 1, (0,): 6}
    """
    factor = scale(polynomial)
    return {e: int(c * factor) for e, c in polynomial.items() if c}


def with_combinations(
    polynomials: Sequence[Polynomial], combinations: Sequence[Combination]
) -> list[IntegerPolynomial]:
    """The polynomials, then the combinations, all made primitive.

    A combination counts the polynomials as they are given, and the earlier combinations when made primitive.
    Membership needs no further proof: an element is what its combination multiplies out to.
    """
    elements: list[Polynomial] = list(polynomials)
    for combination in combinations:
        elements.append(primitive(combination.of(elements)))
    return [primitive(f) for f in elements]
