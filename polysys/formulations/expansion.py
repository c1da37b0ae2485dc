"""Between polynomials, as lists of terms, and straight-line programs: nested multiplication one way, multiplying out the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from polysys.errors import InputError
from polysys.polynomials import Polynomial, Ring
from polysys.reading.rationals import n_bits
from polysys.tape import Op, Tape


def exact_terms(polynomial: Any) -> dict[tuple[int, ...], Fraction]:
    """Exponents and coefficients (as Fractions) of a polynomial, none for zero."""
    return {e: Fraction(int(c.numerator), int(c.denominator)) for e, c in polynomial.terms()}


def nested_form(terms: Mapping[tuple[int, ...], Any], x: Sequence[Any], zero: Any = 0) -> Any:
    """Value of the polynomial with the given terms by nested (Horner-like) multiplication, over any ring.

    Parameters
    ----------
    terms : mapping from exponent tuples to coefficients
    x : sequence
        The point: ring elements, or nodes of a recorder.

    Notes
    -----
    Splits p = x_k q + r on the variable that occurs in most terms; needs far fewer products than term by term.
    """
    # An explicit stack: the nesting is as deep as the degree, which exceeds what Python's own stack can hold.
    done: list[Any] = []
    todo: list[Any] = [dict(terms)]
    while todo:
        part = todo.pop()
        if not isinstance(part, dict):
            variable, power, has_outside = part
            outside_value = done.pop() if has_outside else None
            value = x[variable] ** power * done.pop()
            done.append(value + outside_value if has_outside else value)
            continue
        counts = np.count_nonzero(np.array(list(part)).reshape(len(part), len(x)), axis=0).tolist()
        most = max(range(len(x)), key=counts.__getitem__) if counts else 0
        if not counts or counts[most] == 0:
            done.append(next(iter(part.values()), zero))
            continue
        power = min(exponents[most] for exponents in part if exponents[most])
        inside: dict[tuple[int, ...], Any] = {}
        outside: dict[tuple[int, ...], Any] = {}
        for exponents, coefficient in part.items():
            if exponents[most]:
                inside[(*exponents[:most], exponents[most] - power, *exponents[most + 1 :])] = coefficient
            else:
                outside[exponents] = coefficient
        todo.append((most, power, bool(outside)))
        if outside:
            todo.append(outside)
        todo.append(inside)
    return done.pop()


def multiply_out(tape: Tape, ring: Ring, limit: int) -> list[Polynomial]:
    """The outputs of a tape as polynomials, every product charged to a budget before it is formed.

    Parameters
    ----------
    tape : Tape
        Without parameters.
    ring : Ring
        In as many variables as the tape has.
    limit : int
        Most products of coefficients (long ones, and those in many variables, count more).

    Raises
    ------
    InputError
        If more are needed.

    Examples
    --------
    >>> from polysys.tape import trace
    >>> multiply_out(trace(lambda v, _: [(v[0] + v[1]) ** 2], 2), Ring(("x", "y")), 100)
    [x**2 + 2*x*y + y**2]
    """
    registers = [*ring.gens, *map(ring, tape.constants)]
    work, per_product = 0, 1 + ring.ngens // 16  # exponents of many variables are long
    for op, i, j in zip(tape.ops.tolist(), tape.left.tolist(), tape.right.tolist(), strict=True):
        a, b = registers[i], registers[j]
        if op == Op.MUL:
            work += len(a) * len(b) * (per_product + (_length(a) + _length(b)) // 512)
        else:
            work += min(len(a), len(b))
        if work > limit:
            raise InputError(
                "The potential has too many terms when multiplied out.", "Choose smaller sizes or a lower degree."
            )
        registers.append(a * b if op == Op.MUL else a + b if op == Op.ADD else a - b)
    return [registers[k] for k in tape.outputs.tolist()]


def _length(polynomial: Polynomial) -> int:
    """Bits of the longest among a few coefficients."""
    return max((n_bits(c) for c in islice(polynomial.values(), 8)), default=0)
