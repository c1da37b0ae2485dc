"""The exact system as engines that know no fractions take it, and primes modulo which it may be studied."""

from __future__ import annotations

from math import gcd, lcm

import numpy as np
from flint import fmpz

from polysys.system import PolynomialSystem

Terms = list[tuple[tuple[int, ...], int]]


def integer_equations(system: PolynomialSystem) -> list[Terms]:
    """The equations with integer coefficients that have no common divisor."""
    result = []
    for terms in system.terms:
        common = lcm(*(c.denominator for c in terms.values()))
        numbers = {e: c.numerator * (common // c.denominator) for e, c in terms.items()}
        divisor = gcd(*numbers.values())
        result.append([(e, c // divisor) for e, c in numbers.items()])
    return result


def good_primes(system: PolynomialSystem, seed: int = 0, count: int = 2) -> tuple[int, ...]:
    """Random primes between 2^30 and 2^31 that divide no coefficient of the equations, cleared of denominators.

    Notes
    -----
    All but finitely many primes are good: the degree modulo p is that over Q. The number of bad ones is bounded by
    the height of a Groebner basis over Z, some thousands for the systems here, of fifty million primes to draw from.
    """
    numbers = {c for terms in integer_equations(system) for _, c in terms}
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0x6D501E,)))
    found: list[int] = []
    while len(found) < count:
        p = int(rng.integers(2**29, 2**30)) * 2 + 1
        if fmpz(p).is_prime() and p not in found and all(c % p for c in numbers):
            found.append(p)
    return tuple(found)
