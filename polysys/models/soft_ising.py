"""Soft Ising spins: a double well for each, coupled in pairs; its wells become the states +-1 as they get steep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from polysys.domains import Domain, Euclidean
from polysys.errors import InputError
from polysys.landscape import Couplings
from polysys.models.base import Model
from polysys.models.grammar import Family
from polysys.models.pair_couplings import PAIR_KEYS, PairCouplings, pair_energy
from polysys.reading.rationals import as_rational
from polysys.root_count import RootCount, RootCountKind


@dataclass(frozen=True)
class SoftIsing(PairCouplings, Model):
    r"""Ising spins made soft: real numbers in wells at -1 and 1.

    .. math:: V(x) = \tfrac{a}{4} \sum_i (x_i^2 - 1)^2 - \sum_{i<j} J_{ij} x_i x_j - \sum_i h_i x_i, \quad x \in \mathbb{R}^N.

    Parameters
    ----------
    n, couplings, field
        As for :class:`polysys.Ising`; a sample has the couplings of the sample of :class:`polysys.Ising` with the same seed and number.
    steepness : rational
        a > 0, four times the barrier of a well. For large a a minimum lies near every vertex of the cube, stable under flips or not.

    Notes
    -----
    The gradient has N equations of degree 3 with leading forms :math:`a x_i^3`, whose only common zero is 0: no solution is at
    infinity, all are isolated, and with multiplicity there are :math:`3^N` (Bezout). For J = h = 0 they are distinct, hence for almost all couplings.

    Examples
    --------
    >>> SoftIsing(n=2, couplings=[[0, 1], [1, 0]], steepness=4).sample().potential
    x1**4 - 2*x1**2 - x1*x2 + x2**4 - 2*x2**2 + 2
    """

    steepness: Any = 1

    family: ClassVar[str] = "soft-ising"
    about: ClassVar[Family | None] = Family(
        family,
        "a double well for each spin, coupled in pairs; steep wells are Ising spins",
        "soft-ising:n=N[,couplings=FILE][,field=H][,steepness=A]",
        "soft-ising:n=4,steepness=2",
        "n from 1 to 64; 3^n solutions, 81 for n=4",
        ("n",),
        (*PAIR_KEYS, "steepness"),
    )
    linear_couplings: ClassVar[tuple[str, ...]] = ("a", "J", "field")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "steepness", as_rational(self.steepness))
        if self.steepness <= 0:
            raise InputError(
                f"steepness = {self.steepness} is not positive, so the potential has no minimum.", "Give 1, say."
            )

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Model:
        return cls(**cls.pair_keys(keys), steepness=keys.get("steepness", 1))

    @property
    def label(self) -> str:
        return f"{self.family}:{self.pair_label}" + (f",steepness={self.steepness}" if self.steepness != 1 else "")

    @property
    def domain(self) -> Domain:
        return Euclidean(self.n)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(f"x{i + 1}" for i in range(self.n))

    def draw(self, rng: np.random.Generator) -> Couplings:
        return {**self.draw_pairs(rng), "a": np.array([self.steepness] * self.n, dtype=object)}

    def potential(self, x: Any, couplings: Couplings) -> Any:
        wells = sum(a * (v * v - 1) ** 2 for a, v in zip(couplings["a"], x, strict=True)) / 4
        return wells + pair_energy(x, couplings)

    def known_counts(self, couplings: Couplings) -> tuple[RootCount, ...]:
        why, family = (
            "Bezout; the leading forms a x_i^3 have no common zero at infinity",
            "soft spins with a quartic term each",
        )
        return (RootCount(3**self.n, RootCountKind.GENERIC_COUNT, "stationary points of soft spins, 3^N", why, family),)

    def is_coercive(self, couplings: Couplings) -> bool:
        return True
