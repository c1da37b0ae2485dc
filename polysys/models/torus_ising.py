"""Spins as unit vectors in the plane whose first components are coupled: the Ising model on a product of circles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from polysys.domains import Domain, ProductOfSpheres
from polysys.landscape import Couplings
from polysys.models.base import Model
from polysys.models.grammar import Family
from polysys.models.pair_couplings import PAIR_KEYS, PairCouplings, pair_energy
from polysys.root_count import RootCount, RootCountKind


@dataclass(frozen=True)
class TorusIsing(PairCouplings, Model):
    r"""Ising spins made continuous: each is the cosine of an angle, on a product of circles.

    .. math:: V(x, y) = -\sum_{i<j} J_{ij} x_i x_j - \sum_i h_i x_i, \quad x_i^2 + y_i^2 = 1, \quad x_i = \cos t_i.

    Parameters
    ----------
    n, couplings, field
        As for :class:`polysys.Ising`; a sample has the couplings of the sample of :class:`polysys.Ising` with the same seed and number.

    Notes
    -----
    Along circle i the derivative is :math:`-y_i g_i` with :math:`g_i = \partial V / \partial x_i = -(\sum_j J_{ij} x_j + h_i)`. So the
    spins fall into those with :math:`y_i = 0`, :math:`x_i = \pm 1`, and a set F of free ones with :math:`g_i = 0` for all i in F: a
    linear system with the matrix :math:`J_{FF}`. For generic J it has one solution, and none when F has a single element, since
    :math:`J_{ii} = 0`. Every solution has two signs of each :math:`y_i`, i in F. That makes :math:`2^{N-|F|} 2^{|F|} = 2^N` complex
    points for each of the :math:`2^N - N` sets F that are not of size one.

    All minima are vertices, and a vertex is one where no single flip lowers the energy. At a vertex the Hessian is diagonal with entries
    :math:`-x_i g_i`, half the cost of the flip of spin i. Elsewhere its block of the free spins has zeros on the diagonal, for
    :math:`g_i = 0` and :math:`J_{ii} = 0`, so it has eigenvalues of both signs or is zero.

    Examples
    --------
    >>> TorusIsing(n=4).sample(seed=1).facts.known_counts[0].value
    192
    """

    family: ClassVar[str] = "torus-ising"
    about: ClassVar[Family | None] = Family(
        family,
        "Ising spins as first components of unit vectors in the plane, coupled in pairs",
        "torus-ising:n=N[,couplings=FILE][,field=H]",
        "torus-ising:n=3,field=1",
        "n from 1 to 21; 2^n (2^n - n) solutions, 40 for n=3, 192 for n=4, 864 for n=5",
        ("n",),
        PAIR_KEYS,
    )
    linear_couplings: ClassVar[tuple[str, ...]] = ("J", "field")
    most: ClassVar[int] = 21  # 3n unknowns

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Model:
        return cls(**cls.pair_keys(keys))

    @property
    def label(self) -> str:
        return f"{self.family}:{self.pair_label}"

    @property
    def domain(self) -> Domain:
        return ProductOfSpheres((2,) * self.n)

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(f"{name}{i + 1}" for i in range(self.n) for name in "xy")

    def draw(self, rng: np.random.Generator) -> Couplings:
        return self.draw_pairs(rng)

    def potential(self, x: Any, couplings: Couplings) -> Any:
        return pair_energy(x[::2], couplings)

    def known_counts(self, couplings: Couplings) -> tuple[RootCount, ...]:
        value, why = (
            2**self.n * (2**self.n - self.n),
            "one linear system for each set of free spins, two signs for each of them",
        )
        family = "pair couplings and fields on a product of circles"
        return (
            RootCount(
                value, RootCountKind.GENERIC_COUNT, "stationary points of the Ising torus, 2^N (2^N - N)", why, family
            ),
        )
