"""Few data, and the activation patterns of one rectified unit on them: the faces of a central arrangement of hyperplanes, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations

import numpy as np
from flint import fmpq, fmpq_mat

from polysys.disorder import dyadic, generator
from polysys.errors import InputError

_BITS = 8  # of inputs and targets: short rationals make short systems
Vector = tuple[Fraction, ...]
Mask = tuple[int, ...]  # some of the data


@dataclass(frozen=True)
class FewData:
    """Inputs, targets, and the l2 value of all weights and biases.

    Parameters
    ----------
    x : tuple of tuple of Fraction
        Inputs, each with a last entry 1 that meets the bias. Any d of them are linearly independent, d their length.
    y : tuple of Fraction
    l2 : Fraction
    """

    x: tuple[Vector, ...]
    y: tuple[Fraction, ...]
    l2: Fraction

    def __post_init__(self) -> None:
        d = len(self.x[0])
        is_general = all(_determinant([self.x[i] for i in some]) for some in combinations(range(len(self.x)), d))
        if len(self.x) < d or not is_general:
            raise InputError(f"The data are fewer than {d}, or {d} of them are dependent.", "Give other data.")

    @property
    def n_weights(self) -> int:
        """Weights into one unit, its bias among them."""
        return len(self.x[0])

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        """All patterns of one unit with weights other than zero: on which data it is active, on which it is on a kink.

        Notes
        -----
        The faces that are rays are the null vectors of any d - 1 inputs. All faces are compositions of them (covectors
        of a realised oriented matroid): the signs of the first, and where these are zero, of the next.

        Examples
        --------
        >>> len(drawn(4, Fraction(1), 1).faces), len(drawn(5, Fraction(1), 1, inputs=2).faces)
        (16, 82)
        """
        m, d = len(self.x), self.n_weights
        rays = []
        for some in combinations(range(m), d - 1):
            null = _null_vector([self.x[i] for i in some])
            signs = tuple(_sign(sum(a * b for a, b in zip(null, x, strict=True))) for x in self.x)
            rays += [signs, tuple(-s for s in signs)]
        found, new = set(rays), set(rays)
        while new:
            new = {tuple(a or b for a, b in zip(first, ray, strict=True)) for first in new for ray in rays} - found
            found |= new
        return tuple(Face(_where(signs, 1), _where(signs, 0)) for signs in sorted(found))

    @property
    def cells(self) -> tuple[Face, ...]:
        """The patterns off kinks that are active somewhere."""
        return tuple(f for f in self.faces if f.active and not f.kinks)


@dataclass(frozen=True, slots=True)
class Face:
    """The data on which a unit is active, and those on whose kinks it is."""

    active: Mask
    kinks: Mask = ()

    def sign(self, i: int) -> int:
        """Of w x + b at datum i."""
        return 1 if i in self.active else 0 if i in self.kinks else -1


def drawn(m: int, l2: Fraction, seed: int, *, inputs: int = 1) -> FewData:
    """Standard normal inputs and the targets of a network with two rectified units, |x|, x the first input, with noise of a quarter; rounded."""
    values = dyadic(generator(seed).standard_normal((inputs + 1, m)), _BITS)
    values = values[:, np.argsort([float(v) for v in values[0]], kind="stable")]
    x = tuple((*column, Fraction(1)) for column in values[:-1].T.tolist())
    return FewData(x, tuple(abs(v[0]) + e / 4 for v, e in zip(x, values[-1].tolist(), strict=True)), l2)


def matrix(rows: Sequence[Sequence[Fraction]]) -> fmpq_mat:
    """Rational rows as a matrix of python-flint."""
    return fmpq_mat(len(rows), len(rows[0]), [fmpq(v.numerator, v.denominator) for row in rows for v in row])


def _determinant(rows: Sequence[Sequence[Fraction]]) -> fmpq:
    return matrix(rows).det()


def _null_vector(rows: Sequence[Vector]) -> list[Fraction]:
    """What is orthogonal to d - 1 independent vectors of length d: their signed maximal minors."""
    d = len(rows) + 1
    minors = [_determinant([[row[k] for k in range(d) if k != j] for row in rows]) for j in range(d)]
    return [Fraction(int(v.p), int(v.q)) * (-1) ** j for j, v in enumerate(minors)]


def _sign(value: Fraction | int) -> int:
    return (value > 0) - (value < 0)


def _where(signs: Sequence[int], value: int) -> Mask:
    return tuple(i for i, s in enumerate(signs) if s == value)
