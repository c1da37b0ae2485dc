"""Systems as msolve reads them, and what it writes, as numbers."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from flint import fmpz

from homotopy.engines.integer_equations import Terms

_TOKEN = re.compile(r"\s*(?:(\[)|(\])|,|'[^']*'|(-?\d+)(?:\s*/\s*(?:2\^(\d+)|(\d+)))?)")


def write_system(equations: list[Terms], prime: int = 0) -> str:
    """An input file: the unknowns x1, .., xn, the characteristic, an equation a line.

    msolve reads wrong things in silence (parentheses, empty terms; over a prime field coefficients of more than 64
    bits), so the text is kept to `c*x1^a*x2^b+...` and coefficients are reduced modulo the prime here.
    """
    lines = []
    for terms in equations:
        reduced = [(e, c % prime if prime else c) for e, c in terms]
        lines.append("+".join(_term(e, c) for e, c in reduced if c).replace("+-", "-") or "0")
    n = len(equations)
    names = ",".join(f"x{k + 1}" for k in range(n))
    return f"{names}\n{prime}\n" + ",\n".join(lines) + "\n"


def _term(exponents: tuple[int, ...], c: int) -> str:
    factors = [f"x{k + 1}^{a}" if a > 1 else f"x{k + 1}" for k, a in enumerate(exponents) if a]
    return "*".join([str(fmpz(c)), *factors])


def read_list(text: str) -> list[Any]:
    """The nested list that msolve writes; names are left out, fractions have a power of two below.

    Raises
    ------
    ValueError
        If the text is no such list.

    Examples
    --------
    >>> read_list("[0, [1, [[[-3 / 2^1, 5], ['x']]]]]:")
    [0, [1, [[[Fraction(-3, 2), 5], []]]]]
    """
    body = text.strip().removesuffix(":").rstrip()
    top: list[Any] = []
    stack, place = [top], 0
    while place < len(body):
        match = _TOKEN.match(body, place)
        if match is None:
            raise ValueError(f"unexpected text {body[place : place + 20]!r}")
        place = match.end()
        opened, closed, number, exponent, below = match.groups()
        if opened:
            stack[-1].append([])
            stack.append(stack[-1][-1])
        elif closed:
            if len(stack) == 1:
                raise ValueError("a list is closed that was not opened")
            stack.pop()
        elif number:
            stack[-1].append(_number(number, exponent, below))
    if len(stack) != 1 or len(top) != 1 or not isinstance(top[0], list):
        raise ValueError("the list is not complete")
    return top[0]


def _number(number: str, exponent: str | None, below: str | None) -> int | Fraction:
    value = int(fmpz(number))  # int() alone refuses more than 4300 digits
    if exponent is not None:
        return Fraction(value, 1 << int(exponent))
    return value if below is None else Fraction(value, int(fmpz(below)))


def read_leading_monomials(text: str, n: int) -> list[tuple[int, ...]]:
    """Exponents of the generators of the leading ideal that ``msolve -g 1`` writes."""
    body = "".join(line for line in text.splitlines() if not line.startswith("#")).strip().removesuffix(":")
    if not (body.startswith("[") and body.endswith("]")):
        raise ValueError("no list of leading monomials")
    monomials = []
    for monomial in body[1:-1].split(","):
        exponents = [0] * n
        if monomial.strip() != "1":
            for factor in monomial.split("*"):
                match = re.fullmatch(r"\s*x(\d+)(?:\^(\d+))?\s*", factor)
                if match is None or not 1 <= int(match[1]) <= n:
                    raise ValueError(f"unexpected monomial {monomial!r}")
                exponents[int(match[1]) - 1] += int(match[2] or 1)
        monomials.append(tuple(exponents))
    return monomials
