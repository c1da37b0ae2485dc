"""Continuous linear symmetries of a potential, from an exact nullspace, each proved as an identity of polynomials."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, gcd, lcm, prod
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat, fmpz, fmpz_mat, nmod_mat

from polysys.domains import Domain
from polysys.formulations.expansion import nested_form
from polysys.formulations.variety import Variety, constraints_of
from polysys.system import exact_terms
from polysys.tape import Tape, trace

_Integers = npt.NDArray[np.int64]
_PRIME = 2**31 - 1  # Mersenne prime: a false rank drop at random points is rare, and only costs the time of a proof
_MAX_FIELDS = 930  # those of R^30: with more the search is left out (and said to be)
_MAX_COMPLETED = 20_000  # terms
_MORE_POINTS = 4  # than fields


@dataclass(frozen=True, slots=True)
class ContinuousSymmetry:
    """The Lie algebra of linear (and affine) fields A x + b along which a potential is constant.

    Parameters
    ----------
    generators : tuple of (matrix rows, vector), entries Fractions
        A basis; each is proved: A x + b is tangent to the domain, and grad V . (A x + b) = 0 there.
    """

    generators: tuple[tuple[tuple[tuple[Fraction, ...], ...], tuple[Fraction, ...]], ...]

    def __repr__(self) -> str:
        return f"ContinuousSymmetry(dimension {self.dimension}, {self.n} coordinates)"

    @property
    def dimension(self) -> int:
        """Dimension of the symmetry group."""
        return len(self.generators)

    @property
    def n(self) -> int:
        """Number of coordinates; 0 without generators."""
        return len(self.generators[0][1]) if self.generators else 0

    @property
    def orbit_dimension(self) -> int:
        """Dimension of the orbit of a generic point, the largest there is; found at a random integer point."""
        if not self.generators:
            return 0
        rng = random.Random(0)
        x = [Fraction(rng.randint(1, 10**6)) for _ in self.generators[0][1]]
        return self.orbit_dimension_at(x)

    def orbit_dimension_at(self, x: Sequence[Fraction]) -> int:
        """Dimension of the orbit of a rational point, exactly."""
        if not self.generators:
            return 0
        rows = [
            [sum((a * xj for a, xj in zip(row, x, strict=True)), b) for row, b in zip(matrix, shift, strict=True)]
            for matrix, shift in self.generators
        ]
        flat = [fmpq(v.numerator, v.denominator) for row in rows for v in row]
        return int(fmpq_mat(len(rows), len(rows[0]), flat).rank())

    def field(self, x: Sequence[complex]) -> list[list[complex]]:
        """The fields at a point, one row for each generator."""
        return [
            [
                sum(float(a) * xj for a, xj in zip(row, x, strict=True)) + float(b)
                for row, b in zip(matrix, shift, strict=True)
            ]
            for matrix, shift in self.generators
        ]


Field = tuple[tuple[tuple[int, int, int], ...], int | None]
"""A candidate field: the entries (i, j, a) of A with a = 1 or -1, or the one coordinate of b that is 1."""


def translations(n: int) -> list[Field]:
    """The constant fields of R^n."""
    return [((), i) for i in range(n)]


def _basis_fields(domain: Domain) -> list[Field]:
    """Basis of all linear fields tangent to the domain; on a variety their combinations have to leave its equations unchanged."""
    if domain.is_euclidean or isinstance(domain, Variety):
        n = domain.n
        return [(((i, j, 1),), None) for i in range(n) for j in range(n)] + translations(n)
    return [
        (((i, j, 1), (j, i, -1)), None)
        for block in domain.slices
        for i in range(block.start, block.stop)
        for j in range(i + 1, block.stop)
    ]


def continuous_symmetries(
    potential: Any, domain: Domain, basis: Sequence[Field] | None = None
) -> ContinuousSymmetry | None:
    """All linear one-parameter symmetries of a potential on its domain, proved exactly; None if not searched.

    With a `basis` of linearly independent fields, only their combinations are searched, whatever the number of
    variables.

    Solves grad V(x) . (A x + b) = 0 for A, b (A skew within each sphere, b = 0 there). The rank is first found at
    random points modulo a prime: full rank there proves that no symmetry exists. Otherwise the nullspace over Q is
    computed and every basis element checked as an identity of polynomials. On spheres the identity is one of the functions on them: the
    potential is made homogeneous first, see :func:`completed_on_spheres`.

    Examples
    --------
    >>> from polysys.domains import Euclidean
    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> continuous_symmetries((x**2 + y**2) ** 2 - x**2 - y**2, Euclidean(2)).dimension
    1
    """
    if basis is None:
        basis = _basis_fields(domain)
        if len(basis) > _MAX_FIELDS:
            return None
    if not basis:
        return ContinuousSymmetry(())
    completed = completed_on_spheres(potential, domain)
    invariants = (completed, *constraints_of(domain))
    if _rank_at_random_points(invariants, domain.n, basis) == len(basis):
        return ContinuousSymmetry(())
    rng, gradients = random.Random(0), [_gradient_of(f) for f in invariants]
    for bound in (99, 10**4, 10**8):  # a basis that fails the proof came from unlucky points
        rows = []
        for _ in range(len(basis) + _MORE_POINTS):
            x = [Fraction(rng.randint(-bound, bound)) for _ in range(domain.n)]
            for g in (tape.evaluate(x) for tape in gradients):
                rows.append([sum((a * g[i] * x[j] for i, j, a in m), Fraction(0)) if b is None else g[b] for m, b in basis])
        kernel, nullity = nullspace(rows)
        generators = _proved(invariants, kernel, nullity, basis)
        if len(generators) == nullity:
            break
    return ContinuousSymmetry(generators)


def completed_on_spheres(potential: Any, domain: Domain) -> Any:
    """The same function on a product of spheres, each term times powers of :math:`|x_l|^2 / r_l` so that terms of equal parities have equal degrees.

    Two polynomials of this form are equal where they are equal on the spheres, so that a rotation leaves the function unchanged
    exactly when it leaves the polynomial unchanged. Polynomials that are so already, and those that would become too long, are left as they are.

    Examples
    --------
    >>> from polysys.domains import Sphere
    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> completed_on_spheres(x**4 + y**2, Sphere(2)) == x**4 + y**2 * (x**2 + y**2)
    True
    """
    if domain.is_euclidean or isinstance(domain, Variety):
        return potential
    degrees = {e: [sum(e[block]) for block in domain.slices] for e in potential.monoms()}
    largest: dict[tuple[int, ...], list[int]] = {}
    for ds in degrees.values():
        most = largest.setdefault(tuple(d % 2 for d in ds), list(ds))
        most[:] = map(max, most, ds)
    missing = {e: [(m - d) // 2 for m, d in zip(largest[tuple(d % 2 for d in ds)], ds, strict=True)] for e, ds in degrees.items()}
    n_terms = (prod(comb(size + k - 1, k) for size, k in zip(domain.blocks, ks, strict=True)) for ks in missing.values())
    if not any(map(any, missing.values())) or sum(n_terms) > _MAX_COMPLETED:
        return potential
    ring = potential.ring
    norms = [sum((x * x for x in ring.gens[b]), ring.zero) / r for b, r in zip(domain.slices, domain.radii_squared, strict=True)]
    by_factor: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
    for e, c in potential.terms():
        by_factor.setdefault(tuple(missing[e]), {})[e] = c
    return sum(
        (prod((q**k for q, k in zip(norms, ks, strict=True)), start=ring.from_dict(terms)) for ks, terms in by_factor.items()),
        ring.zero,
    )


def _rank_at_random_points(invariants: Sequence[Any], n: int, basis: Sequence[Field]) -> int:
    """The rank of the equations on the fields, at random points modulo a prime: no more than that over Q."""
    prime = _PRIME
    while any(int(c.denominator) % prime == 0 for f in invariants for c in f.coeffs()):
        prime = next(q for q in range(prime - 2, 0, -2) if fmpz(q).is_prime())
    x = np.random.default_rng(0).integers(0, prime, size=(n, len(basis) + _MORE_POINTS))
    matrices = []
    for f in invariants:
        g = _gradient_modulo(f, x, prime)
        matrices.append(np.array([_along(entries, b, g, x, prime) for entries, b in basis]).T)
    matrix = np.concatenate(matrices)
    n_rows, n_columns = matrix.shape
    return int(nmod_mat(n_rows, n_columns, matrix.ravel().tolist(), prime).rank())


def _gradient_modulo(polynomial: Any, x: _Integers, prime: int) -> _Integers:
    """The gradient at points (n, points) modulo a prime below 2^31."""
    terms = polynomial.terms()
    exponents = np.array([e for e, _ in terms], dtype=np.int64)
    coefficients = np.array([int(c.numerator) % prime * pow(int(c.denominator), -1, prime) % prime for _, c in terms], dtype=np.int64)
    powers = [np.ones_like(x)]
    for _ in range(int(exponents.max(initial=0))):
        powers.append(powers[-1] * x % prime)
    table = np.stack(powers)
    result = np.zeros_like(x)
    for i in range(len(x)):
        here = exponents[:, i] > 0
        lowered = exponents[here]
        value = (coefficients[here] * lowered[:, i] % prime)[:, None] * np.ones(x.shape[1], np.int64)
        lowered[:, i] -= 1
        for j in np.flatnonzero(lowered.any(axis=0)):
            value = value * table[lowered[:, j], j] % prime
        result[i] = value.sum(axis=0) % prime  # so few terms that 2^31 times their number is no overflow
    return result


def _along(entries: Sequence[tuple[int, int, int]], b: int | None, g: _Integers, x: _Integers, prime: int) -> _Integers:
    """The derivative along one field, modulo a prime, from the gradient."""
    total: _Integers = np.zeros_like(x[0]) if b is None else g[b]
    for i, j, a in entries:
        total = (total + a * (g[i] * x[j] % prime)) % prime
    return total


def _gradient_of(polynomial: Any) -> Tape:
    terms = exact_terms(polynomial)
    return trace(lambda x, _: [nested_form(terms, x)], polynomial.ring.ngens).gradient()


def nullspace(rows: Sequence[Sequence[Fraction]]) -> tuple[fmpz_mat, int]:
    """Integer columns that span the nullspace over Q, and their number."""
    integral = []
    for row in rows:
        denominator = lcm(*(v.denominator for v in row))
        integral += [fmpz(int(v * denominator)) for v in row]
    kernel, nullity = fmpz_mat(len(rows), len(rows[0]), integral).nullspace()
    return kernel, int(nullity)


Generator = tuple[tuple[tuple[Fraction, ...], ...], tuple[Fraction, ...]]


def _proved(invariants: Sequence[Any], kernel: fmpz_mat, nullity: int, basis: Sequence[Field]) -> tuple[Generator, ...]:
    """The fields of a nullspace along which potential and constraints are constant as polynomial identities."""
    n = invariants[0].ring.ngens
    generators = []
    for k in range(nullity):
        column = [int(kernel[i, k]) for i in range(len(basis))]
        common = gcd(*column)
        matrix = [[Fraction(0)] * n for _ in range(n)]
        shift = [Fraction(0)] * n
        for value, (entries, b) in zip(column, basis, strict=True):
            for i, j, a in entries:
                matrix[i][j] += Fraction(a * value, common)
            if b is not None:
                shift[b] += Fraction(value, common)
        if all(_is_symmetry(f, matrix, shift) for f in invariants):
            generators.append((tuple(tuple(row) for row in matrix), tuple(shift)))
    return tuple(generators)


def _is_symmetry(potential: Any, matrix: list[list[Fraction]], shift: list[Fraction]) -> bool:
    ring = potential.ring
    total = ring.zero
    for i, x in enumerate(ring.gens):
        field = sum((ring.gens[j] * a for j, a in enumerate(matrix[i]) if a), ring.zero) + shift[i]
        if field:
            total += potential.diff(x) * field
    return not total
