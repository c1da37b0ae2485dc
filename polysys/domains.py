"""Where a potential lives: Euclidean space, a sphere, a product of spheres.

A stationary point of V on M = {g_1 = .. = g_m = 0} solves grad V = sum_l mu_l grad g_l / 2. All spheres here are
|w_l|^2 = r_l with rational r_l, so grad g_l / 2 = w_l and the multiplier condition reads grad_l V = mu_l w_l.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from polysys.errors import InputError, require_type
from polysys.reading.rationals import as_rational


@dataclass(frozen=True, slots=True)
class Domain:
    """A product of spheres in R^n, or R^n itself when it has no blocks.

    Parameters
    ----------
    n : int
        Dimension of the ambient space.
    blocks : tuple of int
        Sizes n_1, .., n_H of consecutive blocks of coordinates, each on its own sphere; empty for R^n.
    radii_squared : tuple of Fraction
        The squared radius of each sphere.

    Examples
    --------
    >>> Sphere(3).euler_characteristic, Sphere(4).euler_characteristic, Euclidean(5).euler_characteristic
    (2, 0, 1)
    >>> ProductOfSpheres((3, 3)).text
    'spheres 3-3'
    """

    n: int
    blocks: tuple[int, ...] = ()
    radii_squared: tuple[Fraction, ...] = ()

    def __post_init__(self) -> None:
        if any(isinstance(size, bool) or not isinstance(size, int) for size in (self.n, *self.blocks)):
            raise InputError(f"The sizes {(self.n, *self.blocks)!r} of a domain are not integers.", "Give integers.")
        if self.n < 1 or any(b < 1 for b in self.blocks):
            raise InputError("A domain has no coordinates.", "Give every block at least one coordinate.")
        if self.blocks and sum(self.blocks) != self.n:
            raise InputError(f"Blocks {self.blocks} do not add up to {self.n} coordinates.", "Make them add up.")
        if len(self.radii_squared) != len(self.blocks):
            raise InputError("Every sphere needs one squared radius.", "Give as many radii as spheres.")
        if any(r <= 0 for r in self.radii_squared):
            raise InputError("A squared radius is not positive.", "Give a positive rational number.")

    @property
    def is_euclidean(self) -> bool:
        """Whether the domain is all of R^n."""
        return not self.blocks

    @property
    def n_constraints(self) -> int:
        """Number of spheres."""
        return len(self.blocks)

    @property
    def dimension(self) -> int:
        """Dimension of the manifold."""
        return self.n - self.n_constraints

    @property
    def slices(self) -> tuple[slice, ...]:
        """The coordinates of each sphere."""
        ends = [sum(self.blocks[: i + 1]) for i in range(len(self.blocks))]
        return tuple(slice(end - size, end) for end, size in zip(ends, self.blocks, strict=True))

    @property
    def euler_characteristic(self) -> int | None:
        """Alternating sum of the numbers of stationary points of a (coercive) Morse function, by Morse's theorem.

        1 for R^n (a coercive function), :math:`1 + (-1)^d` for a d-sphere, the product for a product (Milnor, Morse Theory,
        theorem 5.2).
        """
        return int(prod(1 + (-1) ** (size - 1) for size in self.blocks))

    @property
    def betti_numbers(self) -> tuple[int, ...] | None:
        r"""Betti numbers b_0, .., b_dimension: (1, 0, ..) for R^n, the coefficients of :math:`\prod_l (1 + t^{n_l - 1})` for spheres.

        Examples
        --------
        >>> ProductOfSpheres((3, 3)).betti_numbers
        (1, 0, 2, 0, 1)
        """
        numbers = [1] + [0] * self.dimension
        for size in self.blocks:
            numbers = [b + (numbers[k - size + 1] if k >= size - 1 else 0) for k, b in enumerate(numbers)]
        return tuple(numbers)

    @property
    def is_connected(self) -> bool:
        """Whether the manifold has one component; the 0-sphere has two."""
        return all(size > 1 for size in self.blocks)

    @property
    def text(self) -> str:
        """Canonical one-line text, read back by :func:`parse_domain`."""
        if self.is_euclidean:
            return f"euclidean {self.n}"
        sizes = "-".join(str(size) for size in self.blocks)
        name = f"sphere {sizes}" if len(self.blocks) == 1 else f"spheres {sizes}"
        if all(r == 1 for r in self.radii_squared):
            return name
        return name + " R2=" + "-".join(str(r) for r in self.radii_squared)

    def constraints(self, x: Sequence[Any]) -> list[Any]:
        """The values of :math:`|w_l|^2 - r_l`, for numbers of any kind (shape: one per sphere)."""
        return [
            sum(xi * xi for xi in x[block]) - radius
            for block, radius in zip(self.slices, self.radii_squared, strict=True)
        ]


def Euclidean(n: int) -> Domain:
    """The whole space R^n, without constraints.

    Examples
    --------
    >>> Euclidean(3).dimension
    3
    """
    return Domain(n)


def Sphere(n: int, radius_squared: Any = 1) -> Domain:
    r"""The sphere :math:`|x|^2` = radius_squared (a rational number) in :math:`\mathbb{R}^n`, of dimension n - 1."""
    return Domain(n, (n,), (as_rational(radius_squared),))


def ProductOfSpheres(sizes: Sequence[int], radii_squared: Sequence[Any] | None = None) -> Domain:
    """One sphere for each block of consecutive coordinates of the given sizes."""
    require_type(sizes, (list, tuple), "The list of sizes", "Give one, such as [3, 3].")
    if radii_squared is not None:
        require_type(radii_squared, (list, tuple), "The list of radii", "Give one, such as [1, '1/2'].")
    if not all(isinstance(size, int) for size in sizes):
        raise InputError(f"The sizes {tuple(sizes)!r:.80} of the spheres are not integers.", "Give integers.")
    radii = tuple(map(as_rational, radii_squared)) if radii_squared is not None else (Fraction(1),) * len(sizes)
    return Domain(sum(sizes), tuple(sizes), radii)


_DOMAIN = re.compile(
    r"(euclidean|spheres?)(?:\s+(\d{1,5}(?:-\d{1,5})*))?(?:\s+R2=([\d/.]+(?:-[\d/.]+)*))?", re.IGNORECASE | re.ASCII
)


def parse_domain(text: Any, n: int | None = None) -> Domain:
    """Read a domain from its text; `n` fills in a size that is left out.

    Examples
    --------
    >>> parse_domain("sphere", n=4) == Sphere(4)
    True
    >>> parse_domain("spheres 2-3 R2=2-1/2").radii_squared
    (Fraction(2, 1), Fraction(1, 2))
    """
    match = _DOMAIN.fullmatch(text.strip()) if isinstance(text, str) else None
    sizes = [int(s) for s in match[2].split("-")] if match and match[2] else [n] if n else []
    if match is None or not sizes or not all(0 < size <= 10_000 for size in sizes):
        raise InputError(
            f"The domain {str(text).strip()[:60]!r} cannot be read.",
            "Write 'euclidean', 'sphere', 'sphere 3 R2=4' or 'spheres 3-3'.",
        )
    if match[1].lower() == "euclidean":
        if match[3] or len(sizes) > 1:
            raise InputError("A Euclidean domain has one size and no radius.", "Write 'euclidean' alone.")
        domain = Euclidean(sizes[0])
    else:
        domain = ProductOfSpheres(sizes, match[3].split("-") if match[3] else None)
    if n is not None and domain.n != n:
        raise InputError(
            f"The domain {text.strip()!r} has {domain.n} coordinates, the potential {n}.", "Make the two agree."
        )
    return domain
