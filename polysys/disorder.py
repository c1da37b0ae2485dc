"""Exact random couplings: every draw is a dyadic rational, so every sample is an exactly defined system.

Sample `index` of a seed depends on (seed, index) only: the stream is numpy's PCG64 on SeedSequence(seed,
spawn_key=(index,)), whatever was drawn before, on any machine and in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from math import factorial, prod, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from polysys.errors import InputError

FRACTIONAL_BITS = 30  # rounding of 1e-9 against a standard deviation of order one; exact in double precision


def check_seed(value: Any, name: str = "seed") -> None:
    """Refuse a seed, or the number of a sample, from which no random stream follows.

    Raises
    ------
    InputError
        If it is not a nonnegative integer.

    Examples
    --------
    >>> check_seed(-1)
    Traceback (most recent call last):
    polysys.errors.InputError: The seed -1 is not a nonnegative integer. Give one, such as 2026.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise InputError(f"The {name} {value!r:.40} is not a nonnegative integer.", "Give one, such as 2026.")


def generator(seed: Any, index: Any = 0) -> np.random.Generator:
    """The random stream of sample `index` of `seed`.

    Raises
    ------
    InputError
        If seed or index is not a nonnegative integer.
    """
    check_seed(seed)
    check_seed(index, "index")
    return np.random.default_rng(np.random.SeedSequence(int(seed), spawn_key=(int(index),)))


def dyadic(values: npt.ArrayLike, bits: int = FRACTIONAL_BITS) -> npt.NDArray[np.object_]:
    """Floats rounded to multiples of 2^-bits, as an object array of Fractions of the same shape.

    Examples
    --------
    >>> dyadic([0.3], bits=3)
    array([Fraction(1, 4)], dtype=object)
    """
    array = np.asarray(values, dtype=np.float64)
    result = np.empty(array.shape, dtype=object)
    scale = 1 << bits
    result.reshape(-1)[:] = [Fraction(round(v * scale), scale) for v in array.ravel().tolist()]
    return result


def normal(
    rng: np.random.Generator, shape: int | tuple[int, ...], sigma: npt.ArrayLike = 1.0
) -> npt.NDArray[np.object_]:
    """Gaussian draws of mean 0 and standard deviation `sigma`, rounded to dyadic rationals."""
    return dyadic(rng.standard_normal(shape) * np.asarray(sigma))


def uniform(rng: np.random.Generator, shape: int | tuple[int, ...]) -> npt.NDArray[np.object_]:
    """Uniform draws from (0, 1): odd multiples of 2^-31, so never 0 and never 1."""
    k = rng.integers(0, 1 << FRACTIONAL_BITS, shape)
    result = np.empty(k.shape, dtype=object)
    result.reshape(-1)[:] = [Fraction(2 * int(v) + 1, 2 << FRACTIONAL_BITS) for v in k.ravel()]
    return result


def multinomial(exponents: tuple[int, ...]) -> int:
    """Number of index tuples that give the monomial with these exponents."""
    return factorial(sum(exponents)) // prod(map(factorial, exponents))


def kostlan(rng: np.random.Generator, monomials: Sequence[tuple[int, ...]], blocks: list[slice]) -> npt.NDArray[np.object_]:
    """Coefficients of an isotropic Gaussian form: independent, of multinomial variance in each block.

    A form sum over all index tuples of iid N(0,1) couplings has exactly these coefficients (Kostlan 1993); drawing
    them directly costs one draw a monomial instead of n^p.
    """
    return normal(rng, len(monomials), _deviations(tuple(monomials), tuple((b.start, b.stop) for b in blocks)))


@lru_cache(maxsize=16)
def _deviations(monomials: tuple[tuple[int, ...], ...], blocks: tuple[tuple[int, int], ...]) -> list[float]:
    return [sqrt(prod(multinomial(e[start:stop]) for start, stop in blocks)) for e in monomials]
