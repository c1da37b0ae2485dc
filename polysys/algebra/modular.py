"""Polynomial systems modulo a prime, as plain arrays, from exact polynomials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import gcd, lcm

import numpy as np
import numpy.typing as npt
from flint import fmpz

from polysys.errors import InputError

Exponents = tuple[int, ...]
Polynomial = Mapping[Exponents, Fraction | int]
"""Exponents and exact rational coefficients."""

MAX_PRIME = 2**31


@dataclass(frozen=True, slots=True)
class SystemModulo:
    """Polynomials in n unknowns modulo a prime; any number of them.

    Parameters
    ----------
    n : int
    prime : int
        Below 2^31.
    exponents : tuple of int32 arrays (terms, n)
    coefficients : tuple of uint32 arrays (terms,)
        None is zero; equal exponents occur once in a polynomial.
    """

    n: int
    prime: int
    exponents: tuple[npt.NDArray[np.int32], ...]
    coefficients: tuple[npt.NDArray[np.uint32], ...]

    def __post_init__(self) -> None:
        if not (2 < self.prime < MAX_PRIME and fmpz(self.prime).is_prime()):
            raise InputError(f"{self.prime} is no odd prime below 2^31.", "Use one from random_primes().")
        if len(self.exponents) != len(self.coefficients):
            raise InputError("Exponents and coefficients differ in number.", "Give one array of each to a polynomial.")
        for e, c in zip(self.exponents, self.coefficients, strict=True):
            if e.shape != (len(c), self.n):
                raise InputError(
                    f"Exponents of shape {e.shape} do not fit {len(c)} coefficients in {self.n} unknowns.",
                    "Give one row of n exponents to each coefficient.",
                )


def integer_polynomials(polynomials: Sequence[Polynomial], n: int) -> list[dict[Exponents, int]]:
    """The polynomials with integer coefficients that have no common divisor; zero terms and polynomials left out.

    Raises
    ------
    InputError
        If exponents have another length than n or are negative.
    """
    result = []
    for polynomial in polynomials:
        terms = {e: Fraction(c) for e, c in polynomial.items() if c}
        for e in terms:
            if len(e) != n or any(a < 0 for a in e):
                raise InputError(f"The exponents {e} are not those of a monomial in {n} unknowns.", "Correct them.")
        if not terms:
            continue
        common = lcm(*(c.denominator for c in terms.values()))
        numbers = {e: int(c * common) for e, c in terms.items()}
        divisor = gcd(*numbers.values())
        result.append({e: c // divisor for e, c in numbers.items()})
    return result


def reduce_modulo(polynomials: Sequence[Mapping[Exponents, int]], n: int, prime: int) -> SystemModulo:
    """Integer polynomials modulo a prime.

    Examples
    --------
    >>> system = reduce_modulo([{(2, 0): 1, (0, 0): -2}], 2, 101)
    >>> system.coefficients[0].tolist()
    [1, 99]
    """
    exponents, coefficients = [], []
    for polynomial in polynomials:
        terms = [(e, c % prime) for e, c in polynomial.items() if c % prime]
        if terms:
            exponents.append(np.array([e for e, _ in terms], dtype=np.int32).reshape(len(terms), n))
            coefficients.append(np.array([c for _, c in terms], dtype=np.uint32))
    return SystemModulo(n, prime, tuple(exponents), tuple(coefficients))


def prime_sequence(polynomials: Sequence[Mapping[Exponents, int]], seed: int) -> Iterator[int]:
    """Random primes between 2^30 and 2^31 that divide no coefficient of the integer polynomials, without end.

    Notes
    -----
    No monomial disappears modulo such a prime. All but finitely many primes leave the leading ideal over Q as it is;
    the bad ones divide a leading coefficient that occurs in the computation over Z, and there are fifty million primes
    to draw from.
    """
    numbers = {c for polynomial in polynomials for c in polynomial.values()}
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x6D501E,)))
    found: set[int] = set()
    while True:
        p = int(generator.integers(2**29, 2**30)) * 2 + 1
        if fmpz(p).is_prime() and p not in found and all(c % p for c in numbers):
            found.add(p)
            yield p


def random_primes(polynomials: Sequence[Mapping[Exponents, int]], count: int, seed: int) -> tuple[int, ...]:
    """The first primes of :func:`prime_sequence`.

    Examples
    --------
    >>> all(2**30 < p < 2**31 for p in random_primes([{(1,): 6}], 2, seed=0))
    True
    """
    return tuple(islice(prime_sequence(polynomials, seed), count))


def parity_masks(system: SystemModulo) -> npt.NDArray[np.bool_]:
    """All independent sets of unknowns whose joint change of sign maps each polynomial to itself or its negative.

    Rows of a matrix (k, n) over the field of two elements: the kernel of the differences of exponents.
    """
    basis: dict[int, int] = {}  # highest bit -> row
    for exponents in system.exponents:
        odd = (exponents - exponents[0]) & 1
        for row in np.unique(odd, axis=0):
            value = int("".join(map(str, row.tolist())), 2)
            while value:
                top = value.bit_length() - 1
                if top not in basis:
                    basis[top] = value
                    break
                value ^= basis[top]
    for top in sorted(basis):  # reduced echelon form
        for other in basis:
            if other != top and basis[other] >> top & 1:
                basis[other] ^= basis[top]
    n = system.n
    free = [k for k in range(n) if k not in basis]
    masks = np.zeros((len(free), n), dtype=np.bool_)
    for i, k in enumerate(free):
        masks[i, n - 1 - k] = True
        for top, row in basis.items():
            if row >> k & 1:
                masks[i, n - 1 - top] = True
    return masks
