"""Potentials that are affine in their couplings, multiplied out once for all members of a family."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod
from operator import add
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.tape import Op, Tape, trace

Exponents = tuple[int, ...]
Shapes = tuple[tuple[str, tuple[int, ...]], ...]
# exponents -> number of a coupling (-1: none) -> its factor in the coefficient
AffineTerms = dict[Exponents, dict[int, Fraction]]
_MAX_TERMS = 200_000  # pairs of a monomial and a coupling on the way; beyond it members are multiplied out one by one
_MOST_PRODUCTS = 600_000  # of terms, in all, those in many variables several times: about a second


def affine_terms(tape: Tape) -> AffineTerms | None:
    """The output of a tape as a polynomial whose coefficients are affine in the parameters.

    None where they are not, or where the table would be too large.

    Examples
    --------
    >>> affine_terms(trace(lambda x, p: [(p[0] + 2 * p[1]) * x[0] ** 2 + 1], 1, 2))
    {(0,): {-1: Fraction(1, 1)}, (2,): {0: Fraction(1, 1), 1: Fraction(2, 1)}}
    """
    n = tape.n_variables
    one, zero = Fraction(1), (0,) * n
    registers: list[AffineTerms] = []
    registers += [{tuple(int(i == k) for i in range(n)): {-1: one}} for k in range(n)]
    registers += [{zero: {k: one}} for k in range(tape.n_parameters)]
    registers += [{zero: {-1: c}} if c else {} for c in tape.constants]
    products, per_pair = 0, 1 + n // 16  # exponents of many variables are long
    for op, i, j in zip(tape.ops.tolist(), tape.left.tolist(), tape.right.tolist(), strict=True):
        a, b = registers[i], registers[j]
        products += len(a) * len(b) * per_pair if op == Op.MUL else 0
        if products > _MOST_PRODUCTS:
            return None
        value = _product(a, b) if op == Op.MUL else _sum(a, b, -1 if op == Op.SUB else 1)
        if value is None or sum(map(len, value.values())) > _MAX_TERMS:
            return None
        registers.append(value)
    return registers[int(tape.outputs[0])]


def _sum(a: AffineTerms, b: AffineTerms, sign: int) -> AffineTerms:
    result = {e: dict(c) for e, c in a.items()}
    for e, coefficient in b.items():
        mine = result.setdefault(e, {})
        for k, factor in coefficient.items():
            more = factor if sign > 0 else -factor
            mine[k] = mine[k] + more if k in mine else more
    return result


def _product(a: AffineTerms, b: AffineTerms) -> AffineTerms | None:
    if any(c.keys() - {-1} for c in a.values()):
        a, b = b, a
    if any(c.keys() - {-1} for c in a.values()) or len(a) * sum(map(len, b.values())) > _MAX_TERMS:
        return None
    result: AffineTerms = {}
    for e, plain in a.items():
        for f, coefficient in b.items():
            mine = result.setdefault(tuple(map(add, e, f)), {})
            for k, factor in coefficient.items():
                more = plain[-1] * factor
                mine[k] = mine[k] + more if k in mine else more
    return result


def unflattened(shapes: Shapes, values: Sequence[Any]) -> dict[str, npt.NDArray[np.object_]]:
    """Couplings of these names and shapes from a flat list."""
    result, start = {}, 0
    for name, shape in shapes:
        piece = np.empty(prod(shape), dtype=object)
        piece[:] = values[start : start + piece.size]
        result[name] = piece.reshape(shape)
        start += piece.size
    return result


@lru_cache(maxsize=16)
def family_terms(potential: Callable[[Any, Any], Any], n: int, shapes: Shapes) -> AffineTerms | None:
    """The same for a potential function of couplings of these names and shapes."""

    def run(x: list[Any], p: list[Any]) -> list[Any]:
        return [potential(np.array(x, dtype=object), unflattened(shapes, p))]

    return affine_terms(trace(run, n, sum(prod(shape) for _, shape in shapes)))


def member_terms(terms: AffineTerms, couplings: Sequence[Fraction]) -> dict[Exponents, Fraction]:
    """The terms of the member with these couplings, without those that vanish."""
    values = [*couplings, Fraction(1)]  # -1 is the last

    def coefficient(factors: dict[int, Fraction]) -> Fraction:
        if len(factors) == 1:
            ((k, factor),) = factors.items()
            return values[k] if factor == 1 else values[k] * factor
        products = [values[k] if factor == 1 else values[k] * factor for k, factor in factors.items()]
        return sum(products[1:], products[0]) if products else Fraction(0)

    sums = {e: coefficient(c) for e, c in terms.items()}
    return {e: c for e, c in sums.items() if c}
