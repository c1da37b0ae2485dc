"""Units in which the coefficients of a family are of about one size: powers of two for unknowns, equations and parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from homotopy.common.arrays import Complexes
from polysys.formulations.expansion import multiply_out
from polysys.own_equations import Equations
from polysys.polynomials import Polynomial, Ring
from polysys.system import exact_terms
from polysys.tape import Tape, trace

Terms = Sequence[dict[tuple[int, ...], Fraction]]
ONE_SIZE = 3.0
"""Decades of coefficients within which doubles see the curves of all solutions bend."""
_TERMS = 2_000_000  # products, of a member multiplied out
_LARGEST = 400  # exponent of two of a unit


@dataclass(frozen=True, slots=True)
class Units:
    """x_i = 2^a_i y_i, p_k = 2^b_k q_k, and equation j is multiplied by 2^c_j.

    Parameters
    ----------
    unknowns, parameters, equations : tuple of int
        The exponents of two.
    """

    unknowns: tuple[int, ...]
    parameters: tuple[int, ...]
    equations: tuple[int, ...]

    def of(self, tape: Tape) -> Tape:
        """The equations in these units; the same solutions, exactly."""

        def scaled(y: list[Any], q: list[Any]) -> list[Any]:
            x = [_times(v, e) for v, e in zip(y, self.unknowns, strict=True)]
            p = [_times(v, e) for v, e in zip(q, self.parameters, strict=True)]
            values = tape.evaluate(x, p, lambda c: c)
            return [_times(f, e) for f, e in zip(values, self.equations, strict=True)]

        return trace(scaled, tape.n_variables, tape.n_parameters)

    def given(self, y: Complexes, q: Complexes) -> tuple[Complexes, Complexes]:
        """Solutions (m, n) and parameters (k,) in the units of the family as it was given."""
        return y * 2.0 ** np.array(self.unknowns), q * 2.0 ** np.array(self.parameters)


def _times(value: Any, exponent: int) -> Any:
    return value * Fraction(2) ** exponent if exponent else value


def units_of(family: Any, n: int, k: int) -> Units:
    """Units for the random members of a family: of each one where its coefficients are within three decades of one another.

    A family without units of its own has members of about the size 1. Solutions of x^3 + 10^6 x^2 + a of equal size need a of about 10^18.

    Examples
    --------
    >>> import polysys as ps
    >>> units_of(ps.equations(["x^3 + 1048576*x^2 + a"], parameters=["a"]), 1, 1)
    Units(unknowns=(20,), parameters=(60,), equations=(-60,))
    """
    none = Units((0,) * n, (0,) * k, (0,) * n)
    if not isinstance(family, Equations) or family.is_overdetermined:
        return none
    terms = [exact_terms(f) for f in family.polynomials]
    if _decades(np.array([_log(c) for f in terms for c in f.values()])) <= ONE_SIZE:
        return none
    fit, _ = _fitted(terms, n + k)
    a = np.clip(np.round(fit * np.log2(10)), -_LARGEST, _LARGEST).astype(int).tolist()
    return Units(tuple(a[:n]), tuple(a[n : n + k]), tuple(a[n + k :]))


def decades_of(terms: Terms, n: int) -> float:
    """Over how many decades the coefficients of equations spread where unknowns and equations are in the best units.

    Examples
    --------
    >>> round(decades_of([{(3,): 1, (2,): 1000, (0,): 1}], 1), 1)
    3.2
    >>> round(decades_of([{(2,): 10**6, (0,): 1}], 1), 1)
    0.0
    """
    return _decades(_fitted(terms, n)[1])


def member_polynomials(tape: Tape, parameters: Sequence[Fraction]) -> list[Polynomial]:
    """The equations that a tape computes at rational parameters, multiplied out.

    Raises
    ------
    InputError
        If they have too many terms.
    """
    return multiply_out(tape.bind(parameters), Ring(tuple(f"x{i}" for i in range(tape.n_variables))), _TERMS)


def _fitted(terms: Terms, n: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Logarithms of units of n names and of all equations that make those of the coefficients small, and what is left of these."""
    rows = [(e, j) for j, f in enumerate(terms) for e in f]
    matrix = np.zeros((len(rows), n + len(terms)))
    for k, (exponents, j) in enumerate(rows):
        matrix[k, :n], matrix[k, n + j] = exponents, 1
    logs = np.array([_log(c) for f in terms for c in f.values()])
    fit = np.asarray(np.linalg.lstsq(matrix, -logs, rcond=None)[0])
    return fit, logs + matrix @ fit


def _log(c: Any) -> float:
    """Decimal logarithm of the size of a rational number of any length."""
    number = abs(Fraction(c))
    shift = number.numerator.bit_length() - number.denominator.bit_length()
    return float(np.log10(float(number / Fraction(2) ** shift)) + shift * np.log10(2))


def _decades(logs: npt.NDArray[np.float64]) -> float:
    return float(np.ptp(logs)) if len(logs) else 0.0
