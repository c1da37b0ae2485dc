"""Soft spins on a periodic lattice: a double well at every site, springs between neighbours (lattice phi^4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import prod
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from polysys.disorder import normal
from polysys.domains import Domain, Euclidean
from polysys.errors import InputError
from polysys.landscape import Couplings
from polysys.model_facts import QuadraticBound
from polysys.models.base import Model, size, sizes
from polysys.models.grammar import Family, integers
from polysys.reading.rationals import as_rational
from polysys.root_count import RootCount, RootCountKind


@dataclass(frozen=True)
class SoftSpinLattice(Model):
    """V(x) = sum_i a/4 (x_i^2 - 1)^2 + J/2 sum_{i~j} (x_i - x_j)^2 - h sum_i g_i x_i on a periodic lattice.

    The second sum is over pairs of neighbours, each once; a side of length 2 has one bond, a side of length 1 none. The g_i are independent
    standard normal. The couplings of a landscape are one a for each site and one J for each bond.

    Parameters
    ----------
    lattice : int or sequence of int
        The sides: 5 is a ring, (3, 3) a torus, (2, 2, 2) a cube; at most 64 sites.
    a : rational
        Height of the wells' barrier times four; positive.
    J : rational
        Stiffness; negative for antiferromagnets.
    field : rational
        Strength h of the random field.

    Notes
    -----
    The gradient has N equations of degree 3 with leading forms a_i x_i^3, whose only common zero is 0. So there are no solutions at infinity,
    all solutions are isolated, and with multiplicity there are 3^N of them (Bezout); for J = h = 0 they are distinct, hence for
    almost all couplings.

    Without field and with J >= 0 all real stationary points lie in the cube |x_i| <= 1: where the largest coordinate x_i is above 1, all terms
    of a_i x_i (x_i^2 - 1) + sum_j J (x_i - x_j) are nonnegative and the first is positive; likewise for the smallest.

    References
    ----------
    .. [1] M. Kastner, D. Mehta, "Phase transitions detached from stationary points of the energy landscape", PRL 107, 160602 (2011).

    Examples
    --------
    >>> SoftSpinLattice(2, J="1/2").sample().potential
    1/4*x1**4 - 1/4*x1**2 - 1/2*x1*x2 + 1/4*x2**4 - 1/4*x2**2 + 1/2
    """

    lattice: int | Sequence[int]
    a: Any = 1
    J: Any = Fraction(1, 10)
    field: Any = 0

    family: ClassVar[str] = "soft-spin-lattice"
    about: ClassVar[Family | None] = Family(
        family,
        "double wells on a periodic lattice with springs between neighbours (phi^4), in a random field or none",
        "soft-spin-lattice:lattice=L[xL..][,a=A][,J=J][,field=H]",
        "soft-spin-lattice:lattice=2x2,J=1/10",
        "N from 1 to 64 sites; 3^N solutions, 27 for lattice=3, 81 for 2x2, 19683 for 3x3",
        ("lattice",),
        ("a", "J", "field"),
    )
    linear_couplings: ClassVar[tuple[str, ...]] = ("a", "J", "field")

    def __post_init__(self) -> None:
        sides = sizes((self.lattice,) if isinstance(self.lattice, int | np.integer) else self.lattice, "lattice")
        size(prod(sides), "number of sites")
        object.__setattr__(self, "lattice", sides)
        for name in ("a", "J", "field"):
            object.__setattr__(self, name, as_rational(getattr(self, name)))
        if self.a <= 0:
            raise InputError(f"a = {self.a} is not positive, so the potential has no minimum.", "Give a=1, say.")

    @classmethod
    def from_keys(cls, keys: Mapping[str, str]) -> Model:
        sides = integers(
            {"lattice": keys["lattice"].replace("-", "x")}, "lattice", "x"
        )  # lists of .toml files have hyphens
        return cls(sides, keys.get("a", 1), keys.get("J", Fraction(1, 10)), keys.get("field", 0))

    @property
    def label(self) -> str:
        field = f",field={self.field}" if self.field else ""
        return f"{self.family}:lattice={'x'.join(map(str, self._sides))},a={self.a},J={self.J}{field}"

    @property
    def _sides(self) -> tuple[int, ...]:
        return tuple(self.lattice) if not isinstance(self.lattice, int) else (self.lattice,)

    @property
    def domain(self) -> Domain:
        return Euclidean(prod(self._sides))

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple("x" + "_".join(str(i + 1) for i in place) for place in np.ndindex(*self._sides))

    @property
    def _sites(self) -> npt.NDArray[np.int64]:
        """Numbers of the sites, an array with the shape of the lattice."""
        return np.arange(prod(self._sides)).reshape(self._sides)

    @cached_property
    def _bonds(self) -> list[tuple[int, int]]:
        """Pairs of neighbours, each once."""
        sites, axes = self._sites, range(len(self._sides))
        pairs = {
            (min(i, j), max(i, j))
            for axis in axes
            for i, j in zip(sites.ravel().tolist(), np.roll(sites, -1, axis).ravel().tolist(), strict=True)
        }
        return sorted((i, j) for i, j in pairs if i != j)

    def draw(self, rng: np.random.Generator) -> Couplings:
        n = prod(self._sides)
        couplings = {
            "a": np.array([self.a] * n, dtype=object),
            "J": np.array([self.J] * len(self._bonds), dtype=object),
        }
        if self.field:
            couplings["field"] = normal(rng, n) * self.field
        return couplings

    def potential(self, x: Any, couplings: Couplings) -> Any:
        wells = sum(c * (v * v - 1) ** 2 for c, v in zip(couplings["a"], x, strict=True)) / 4
        springs = [c * (x[i] - x[j]) ** 2 for c, (i, j) in zip(couplings["J"], self._bonds, strict=True)]
        value = wells + sum(springs) / 2
        return value - sum(c * v for c, v in zip(couplings["field"], x, strict=True)) if "field" in couplings else value

    def known_counts(self, couplings: Couplings) -> tuple[RootCount, ...]:
        if 0 in couplings["a"]:
            return ()
        n, why = prod(self._sides), "Bezout; the leading forms a_i x_i^3 have no common zero at infinity"
        family = "soft spins with a quartic term at every site"
        return (RootCount(3**n, RootCountKind.GENERIC_COUNT, "stationary points of soft spins, 3^N", why, family),)

    def is_coercive(self, couplings: Couplings) -> bool:
        return bool(min(couplings["a"]) > 0)

    def stationary_bounds(self, couplings: Couplings) -> tuple[QuadraticBound, ...]:
        if not self.is_coercive(couplings) or min(couplings["J"], default=0) < 0 or "field" in couplings:
            return ()
        n = prod(self._sides)
        return tuple((tuple(Fraction(int(i == j)) for j in range(n)), Fraction(1)) for i in range(n))

    def candidate_permutations(self) -> tuple[tuple[int, ...], ...]:
        """Translations by one site, reflections, and exchanges of sides of one length."""
        sites, axes = self._sites, range(len(self._sides))
        moved = [np.roll(sites, 1, axis) for axis in axes] + [np.flip(sites, axis) for axis in axes]
        moved += [np.swapaxes(sites, k, m) for k, m in combinations(axes, 2) if self._sides[k] == self._sides[m]]
        identity = tuple(sites.ravel().tolist())
        found = dict.fromkeys(tuple(image.ravel().tolist()) for image in moved)
        return tuple(perm for perm in found if perm != identity)
