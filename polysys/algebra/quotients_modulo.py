"""The quotient algebras of one system modulo primes, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from polysys.algebra.limits import Meter, Stop, Stopped
from polysys.algebra.modular import Exponents, SystemModulo, prime_sequence, reduce_modulo

if TYPE_CHECKING:
    from polysys.algebra.quotient import QuotientAlgebra

_MOST_UNLIKE = 3  # primes that may say something else than the first


class QuotientsModulo:
    """Primes modulo which a system has the same leading monomials as modulo the first.

    Parameters
    ----------
    integers : list of mappings from exponents to integers
    n : int
        Number of unknowns.
    seed : int
        Of the primes.
    meter : Meter

    Attributes
    ----------
    dimension : int or None
        Of the zeros modulo the first prime, -1 without any; None before it.
    n_primes : int
        Tried until now.
    """

    def __init__(self, integers: list[dict[Exponents, int]], n: int, seed: int, meter: Meter) -> None:
        self._integers, self._n, self._seed, self._meter = integers, n, seed, meter
        self._primes: Iterator[int] = prime_sequence(integers, seed)
        self._leading: npt.NDArray[np.int32] | None = None
        self._n_unlike = 0
        self.dimension: int | None = None
        self.n_primes = 0

    def next(self) -> tuple[SystemModulo, QuotientAlgebra | None]:
        """The algebra modulo the next prime that is like the first; None where there are no zeros, or infinitely many.

        Raises
        ------
        Stopped
            At a limit of the meter, and where too many primes disagree with the first.
        """
        from polysys.algebra import staircase
        from polysys.algebra.f4 import groebner_basis
        from polysys.algebra.quotient import quotient_algebra

        while True:
            system = reduce_modulo(self._integers, self._n, next(self._primes))
            basis = groebner_basis(system, meter=self._meter, seed=self._seed + self.n_primes)
            self.n_primes += 1
            if basis.stopped is not None:
                raise Stopped(basis.stopped)
            leading = basis.leading[np.lexsort(basis.leading.T)]
            if self._leading is None:
                self._leading = leading
                self.dimension = staircase.dimension(leading, meter=self._meter)
            if self.dimension != 0:
                return system, None
            if np.array_equal(leading, self._leading):
                return system, quotient_algebra(basis, meter=self._meter)
            self.pass_over()

    def pass_over(self) -> None:
        """A prime says something else than the first; this may happen a few times."""
        self._n_unlike += 1
        if self._n_unlike > _MOST_UNLIKE:
            raise Stopped(Stop.DISAGREEMENT)
