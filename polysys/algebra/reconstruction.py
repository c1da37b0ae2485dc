"""Rational numbers from their residues modulo many primes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from flint import fmpz, fmpz_mat

from polysys.algebra.limits import Meter

_SPARE_BITS = 40  # by which a modulus must exceed what a rational number needs: a wrong one appears once in 2^40


def rational(residue: fmpz, modulus: fmpz) -> tuple[fmpz, fmpz] | None:
    """The numerator and denominator of a rational number with this residue that is much shorter than the modulus.

    Notes
    -----
    Every remainder r of Euclid's algorithm for (modulus, residue) has a t with r = t residue modulo the modulus, and
    r t q is about the modulus for the quotient q of the next step. A rational number much shorter than the modulus so
    shows as one large quotient (Monagan, ISSAC 2004), however its digits are shared by numerator and denominator.

    Examples
    --------
    >>> p = fmpz(2) ** 89 - 1
    >>> rational(fmpz(22) * pow(fmpz(7), -1, p) % p, p)
    (22, 7)
    """
    if residue == 0:
        return fmpz(0), fmpz(1)
    r, next_r, t, next_t = modulus, residue, fmpz(0), fmpz(1)
    largest, found = fmpz(0), (fmpz(0), fmpz(1))
    while next_r != 0:
        quotient = r // next_r
        if quotient > largest:
            largest, found = quotient, (next_r, next_t)
        r, next_r = next_r, r - quotient * next_r
        t, next_t = next_t, t - quotient * next_t
    if largest.bit_length() <= _SPARE_BITS or found[0].gcd(found[1]) != 1:
        return None
    return found if found[1] > 0 else (-found[0], -found[1])


@dataclass
class Residues:
    """Rows of rational numbers, each row with a common denominator, that are known modulo more and more primes.

    A random combination of each row is kept modulo the product of all primes: once these are known as rational numbers,
    the rows are, with the same denominators.

    Parameters
    ----------
    rows, columns : int
    generator : numpy Generator
        Of the random combinations.
    """

    rows: int
    columns: int
    generator: np.random.Generator
    primes: list[int] = field(default_factory=list)
    residues: list[npt.NDArray[np.int64]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._weights = self.generator.integers(1, 1 << 16, size=(self.rows, self.columns))
        self._combinations = [fmpz(0)] * self.rows
        self._modulus = fmpz(1)

    def add(self, prime: int, residues: npt.NDArray[np.int64], meter: Meter) -> None:
        """One more prime."""
        combinations = ((self._weights * residues) % prime).sum(axis=1) % prime
        scale = pow(int(self._modulus % prime), -1, prime)
        meter.spend((1000 + 2 * len(self.primes)) * self.rows)
        for k, value in enumerate(combinations.tolist()):
            known = self._combinations[k]
            self._combinations[k] = known + self._modulus * ((value - int(known % prime)) * scale % prime)
        self._modulus *= prime
        self.primes.append(prime)
        self.residues.append(residues)

    def reconstructed(self, meter: Meter) -> list[tuple[list[fmpz], fmpz]] | None:
        """Numerators and the denominator of each row; None where more primes are needed."""
        denominators = []
        for value in self._combinations:
            meter.spend(40 * len(self.primes) * (100 + 4 * len(self.primes)))
            found = rational(value, self._modulus)
            if found is None:
                return None
            denominators.append(found[1])
        result = []
        cofactors = [self._modulus // p for p in self.primes]
        basis = fmpz_mat(
            len(cofactors), 1, [c * pow(int(c % p), -1, p) for c, p in zip(cofactors, self.primes, strict=True)]
        )
        residues = np.stack(self.residues)
        for k, denominator in enumerate(denominators):
            meter.spend(self.columns * len(self.primes) * (200 + len(self.primes)))
            table = fmpz_mat(self.columns, len(self.primes), residues[:, k].T.ravel().tolist())
            row = self._row((table * basis).entries(), denominator)
            if row is None:
                return None
            result.append(row)
        return result

    def _row(self, values: list[fmpz], denominator: fmpz) -> tuple[list[fmpz], fmpz] | None:
        """A row from its values modulo the product of the primes; the denominator may turn out to be a multiple."""
        modulus = self._modulus
        bound = modulus >> _SPARE_BITS // 2
        while True:
            numerators = []
            for value in values:
                numerator = value * denominator % modulus
                if 2 * numerator > modulus:
                    numerator -= modulus
                if abs(numerator) > bound:
                    found = rational(numerator % modulus, modulus)
                    if found is None or found[1] == 1:
                        return None
                    denominator *= found[1]
                    break
                numerators.append(numerator)
            else:
                return numerators, denominator
