"""Continuous linear symmetries of a potential, from an exact nullspace, each proved as an identity of polynomials."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import gcd, lcm
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat, fmpz, fmpz_mat, nmod_mat

from polysys.domains import Domain
from polysys.formulations.expansion import nested_form
from polysys.formulations.variety import Variety, constraints_of
from polysys.system import exact_terms
from polysys.tape import Op, Tape, trace

Residues = npt.NDArray[np.int64]

_PRIME = 2**31 - 1  # products of residues fit an int64; a false rank drop has a probability of some 1e-8, and is found out over Q
_MAX_CONTINUOUS = 30  # n^2 unknowns: beyond this many variables the continuous search is left out (and said to be)


@dataclass(frozen=True, slots=True)
class ContinuousSymmetry:
    """The Lie algebra of linear (and affine) fields A x + b along which a potential is constant.

    Parameters
    ----------
    generators : tuple of (matrix rows, vector), entries Fractions
        A basis; each is proved: A x + b is tangent to the domain and grad V . (A x + b) = 0 identically.
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
"""A candidate field: the entries (i, j, a) of A, or the one coordinate of b that is 1."""


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
    potential: Any, domain: Domain, gradient: Tape | None = None, basis: Sequence[Field] | None = None
) -> ContinuousSymmetry | None:
    """All linear one-parameter symmetries of a potential on its domain, proved exactly; None if not searched.

    With a `basis` of linearly independent fields, only their combinations are searched, whatever the number of
    variables.

    Solves grad V(x) . (A x + b) = 0 for A, b (A skew within each sphere, b = 0 there). The rank is first found at
    random points modulo a prime: full rank there proves that no symmetry exists. Otherwise the nullspace over Q is
    computed and every basis element checked as an identity of polynomials.

    Examples
    --------
    >>> from polysys.domains import Euclidean
    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> continuous_symmetries((x**2 + y**2) ** 2 - x**2 - y**2, Euclidean(2)).dimension
    1
    """
    n = domain.n
    if basis is None and n > _MAX_CONTINUOUS:
        return None
    if gradient is None:
        gradient = _gradient_of(potential)
    constraints = constraints_of(domain)
    gradients = [gradient, *map(_gradient_of, constraints)]
    if basis is None:
        basis = _basis_fields(domain)
    if not basis:
        return ContinuousSymmetry(())
    prime = _PRIME
    while any(c.denominator % prime == 0 for g in gradients for c in g.constants):
        prime = next(q for q in range(prime - 2, 0, -2) if fmpz(q).is_prime())

    n_points = len(basis) + 4
    points = _points_modulo(n, n_points, prime)
    modular = np.concatenate([_fields_modulo(tape, points, basis, prime) for tape in gradients])
    if nmod_mat(len(modular), len(basis), modular.ravel().tolist(), prime).rank() == len(basis):
        return ContinuousSymmetry(())
    rng = random.Random(0)
    for bound in (99, 10**4, 10**8):  # a basis that fails the proof came from unlucky points
        small = [[Fraction(rng.randint(-bound, bound)) for _ in range(n)] for _ in range(n_points)]
        kernel, nullity = _nullspace(_fields_at(gradients, small, basis))
        generators = _proved((potential, *constraints), kernel, nullity, basis)
        if len(generators) == nullity:
            break
    return ContinuousSymmetry(generators)


@lru_cache(maxsize=64)
def _points_modulo(n: int, n_points: int, p: int) -> Residues:
    """Random points, which are the columns."""
    rng = random.Random(0)
    points = np.array([[rng.randrange(p) for _ in range(n)] for _ in range(n_points)], dtype=np.int64).T
    points.setflags(write=False)  # all share them
    return points


def _fields_at(gradients: Sequence[Tape], points: Sequence[Sequence[Fraction]], basis: Sequence[Field]) -> list[list[Fraction]]:
    """The derivatives along the fields at rational points, a row for each point and gradient."""
    result = []
    for x, tape in product(points, gradients):
        g, zero = tape.evaluate(x), Fraction(0)
        result.append([sum((g[i] * x[j] * a for i, j, a in m), zero) if b is None else g[b] for m, b in basis])
    return result


@lru_cache(maxsize=64)
def _together(n_inputs: int, ops: bytes, left: bytes, right: bytes) -> list[tuple[int, Residues, Residues, Residues]]:
    """Operations of one kind that do not need one another, with their registers: those of a tape, in an order in which they can be done."""
    codes, of_left, of_right = np.frombuffer(ops, np.int8), np.frombuffer(left, np.int32), np.frombuffer(right, np.int32)
    steps = [0] * n_inputs
    for i, j in zip(of_left.tolist(), of_right.tolist(), strict=True):
        steps.append(1 + max(steps[i], steps[j]))
    own = np.array(steps[n_inputs:], dtype=np.int64)
    result = []
    for step, op in product(range(1, 1 + max(steps, default=0)), Op):
        chosen = np.flatnonzero((own == step) & (codes == op))
        if len(chosen):
            result.append((int(op), n_inputs + chosen, of_left[chosen].astype(np.int64), of_right[chosen].astype(np.int64)))
    return result


def _fields_modulo(gradient: Tape, x: Residues, basis: Sequence[Field], p: int) -> Residues:
    """The same modulo p of one gradient at many points, which are the columns of x."""
    n_inputs = len(x) + len(gradient.constants)
    registers = np.empty((gradient.n_registers, x.shape[1]), dtype=np.int64)
    registers[: len(x)] = x
    constants = [c.numerator % p * pow(c.denominator, -1, p) % p for c in gradient.constants]
    registers[len(x) : n_inputs] = np.array(constants, dtype=np.int64)[:, None]
    for op, places, left, right in _together(n_inputs, gradient.ops.tobytes(), gradient.left.tobytes(), gradient.right.tobytes()):
        a, b = registers[left], registers[right]
        registers[places] = (a * b if op == Op.MUL else a + b if op == Op.ADD else a - b) % p
    g = registers[gradient.outputs]
    first, (i, j, a) = _terms(tuple(basis), len(x))
    x = np.concatenate([x, np.ones_like(x[:1])])
    return np.add.reduceat(g[i] * x[j] % p * a[:, None], first).T % p


@lru_cache(maxsize=64)
def _terms(basis: tuple[Field, ...], n: int) -> tuple[Residues, Residues]:
    """Where the terms a g_i x_j of each field begin, and (i, j, a) of all, with x_n = 1."""
    terms = [entries if b is None else ((b, n, 1),) for entries, b in basis]
    first = np.cumsum([0, *map(len, terms)])[:-1]
    return first, np.array([term for part in terms for term in part], dtype=np.int64).T


def _gradient_of(polynomial: Any) -> Tape:
    terms = exact_terms(polynomial)
    return trace(lambda x, _: [nested_form(terms, x)], polynomial.ring.ngens).gradient()


def _nullspace(rows: list[list[Fraction]]) -> tuple[fmpz_mat, int]:
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
