"""Ising spins with pair couplings and fields, every state with its exact energy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import ClassVar

import numpy as np

from polysys.errors import InputError
from polysys.landscape import Couplings
from polysys.models.binary.space import LARGEST, BinaryModel, BinarySpace, flip, swap
from polysys.models.grammar import Family
from polysys.models.pair_couplings import PAIR_KEYS, PairCouplings, pair_energy, pairs
from polysys.symmetry import SignedPermutation


@dataclass(frozen=True, eq=False, repr=False)
class SpinSpace(BinarySpace):
    """The 2^n states of Ising spins with their energies -sum_{i<j} J_ij s_i s_j - sum_i h_i s_i.

    Parameters
    ----------
    couplings : mapping
        J in the order (1,2), (1,3), .., and field.
    """

    couplings: Couplings

    @cached_property
    def unit(self) -> Fraction:
        """All energies are whole multiples of it."""
        return Fraction(1, lcm(*(c.denominator for array in self.couplings.values() for c in array.tolist()), 1))

    @cached_property
    def coefficients(self) -> dict[int, int]:
        """Energies in units, as a sum over sets of spins: the number whose bits name a set -> the coefficient of its product."""
        names = [(1 << i) | (1 << j) for i, j in pairs(self.n)]
        terms = dict(zip(names, self.couplings["J"].tolist(), strict=True))
        terms.update((1 << i, h) for i, h in enumerate(self.couplings.get("field", np.empty(0)).tolist()))
        found = {k: -int(c / self.unit) for k, c in terms.items() if c}
        if sum(map(abs, found.values())) >= LARGEST:
            raise InputError(
                "The energies have no common unit in 62 bits.", "Give couplings with smaller denominators."
            )
        return found

    def cost(self, signs: Sequence[int]) -> Fraction:
        """The exact energy of one state."""
        return Fraction(pair_energy(signs, self.couplings))

    @property
    def text(self) -> str:
        lines = [f"{name} {' '.join(map(str, array.tolist()))}" for name, array in sorted(self.couplings.items())]
        return "\n".join([f"stationary spins 1\nn {self.n}", *lines]) + "\n"


@dataclass(frozen=True)
class Ising(PairCouplings, BinaryModel):
    r"""Ising spins with given or random pair couplings.

    .. math:: E(s) = -\sum_{i<j} J_{ij} s_i s_j - \sum_i h_i s_i, \quad s_i = \pm 1.

    Parameters
    ----------
    n : int
        Number of spins.
    couplings : "sk", path or array (n, n)
        "sk": the :math:`J_{ij}`, i < j, are independent standard normal (Sherrington & Kirkpatrick, without the factor
        :math:`N^{-1/2}`). A .csv
        or .npy file has a row for each spin: its n couplings, and after them its field, if there are fields. The matrix is symmetric with
        zeros on the diagonal.
    field : rational or sequence
        Standard deviation of independent Gaussian fields; a sequence gives the fields themselves.

    Raises
    ------
    InputError
        For sizes that do not exist, and couplings that are not symmetric.

    Examples
    --------
    >>> space = Ising(n=3, couplings=[[0, 1, 1], [1, 0, 1], [1, 1, 0]], field=[0, 0, "1/2"]).sample()
    >>> space.cost((1, 1, 1)), space.unit
    (Fraction(-7, 2), Fraction(1, 2))
    """

    family: ClassVar[str] = "ising"
    about: ClassVar[Family | None] = Family(
        family,
        "Ising spins with pair couplings and fields, every state enumerated",
        "ising:n=N[,couplings=FILE][,field=H]",
        "ising:n=8,field=1/2",
        "n from 1 to 64; 2^n states, enumerated up to n=30 where the memory suffices",
        ("n",),
        PAIR_KEYS,
    )

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> BinaryModel:
        return cls(**cls.pair_keys(keys))

    @property
    def label(self) -> str:
        return f"{self.family}:{self.pair_label}"

    @property
    def n_weights(self) -> int:
        return self.n

    @property
    def is_random(self) -> bool:
        return bool(self.couplings == "sk")

    def space(self, rng: np.random.Generator, seed: int | None, index: int) -> BinarySpace:
        couplings = self.draw_pairs(rng)
        return SpinSpace(
            self.label, seed, index, self.n, (("spins", slice(0, self.n)),), _candidates(couplings, self.n), couplings
        )


def _candidates(couplings: Couplings, n: int) -> tuple[SignedPermutation, ...]:
    """The global flip, and exchanges of two spins that have the same couplings to all others."""
    found = [] if "field" in couplings else [flip(n, range(n))]
    matrix = np.zeros((n, n), dtype=object)
    for value, (i, j) in zip(couplings["J"].tolist(), pairs(n), strict=True):
        matrix[i, j] = matrix[j, i] = value
    fields = couplings.get("field", np.zeros(n, dtype=object))
    for i, j in pairs(n):
        others = [k for k in range(n) if k not in (i, j)]
        if fields[i] == fields[j] and (matrix[i, others] == matrix[j, others]).all():
            found.append(swap(n, [(i, j)]))
    return tuple(found)
