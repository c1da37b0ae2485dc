"""The local ring of a system at one of its zeros, exactly: multiplicity, and whether the zero is isolated.

The dual space of order k at a zero p is the space of differential functionals of order at most k that vanish at p on
the whole ideal: the kernel of the Macaulay matrix, whose rows are the Taylor coefficients of (x - p)^a f_i with |a| < k
(Macaulay 1916; Dayton & Zeng, ISSAC 2005). Its dimensions grow with k; they stop growing exactly when p is isolated,
and then at the multiplicity of p. The increments are the Hilbert function of the local ring.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from math import comb, lcm, prod
from typing import Any

from flint import fmpq, fmpz_mat, nmod_mat

from polysys.errors import InputError
from polysys.system import PolynomialSystem

Exponents = tuple[int, ...]
Local = dict[Exponents, Any]
"""A polynomial in local coordinates: exponents and coefficients of any kind of number."""

MAX_COLUMNS = 800  # monomials of a Macaulay matrix
_MAX_WORK = 8 * 10**10  # multiplications modulo primes: half a minute
_PRIME = 2**61 - 1


@dataclass(frozen=True, slots=True)
class LocalStructure:
    """What the dual spaces at a zero say.

    Parameters
    ----------
    hilbert : tuple of int
        Hilbert function of the local ring, as far as it was computed: 1, the corank of the Jacobian, ...
    multiplicity : int or None
        Dimension of the local ring, if the dual spaces stopped growing: then the zero is isolated.
    exceeds_bound : bool
        Whether the dual spaces outgrew the greatest multiplicity that an isolated zero could have: then the zero lies
        on a positive-dimensional set.
    is_proved : bool
        False where the largest dual space was computed modulo one prime only, because a proof would take too long: then
        it is too large with a probability of about 1e-18.
    """

    hilbert: tuple[int, ...]
    multiplicity: int | None
    exceeds_bound: bool = False
    is_proved: bool = True

    @property
    def corank(self) -> int:
        """Corank of the Jacobian matrix at the zero."""
        return self.hilbert[1] if len(self.hilbert) > 1 else 0


def local_structure(
    system: PolynomialSystem,
    point: Sequence[Fraction],
    *,
    bound: int | None = None,
    n_slices: int = 0,
    seed: int = 0,
    max_columns: int = MAX_COLUMNS,
    more: Sequence[Mapping[tuple[int, ...], Any]] = (),
) -> LocalStructure:
    """The multiplicity of a rational zero, or that it is not isolated; exact, hence a proof.

    Parameters
    ----------
    system : PolynomialSystem
    point : sequence of Fraction
    bound : int, optional
        A proved bound on the number of isolated zeros counted with multiplicity; by default the total degree.
    n_slices : int
        Number of random hyperplanes through the point that are added to the system. If the point is isolated on them,
        the dimension of the solution set at the point is at most `n_slices`, whatever the hyperplanes are.
    seed : int
        Seed of the hyperplanes.
    max_columns : int
        Largest number of monomials; beyond it the answer is that nothing was decided.
    more : sequence of mappings from exponents to rational coefficients
        Equations besides those of the square system.

    Raises
    ------
    InputError
        If the point is not a zero.

    Examples
    --------
    The singularity E8, the origin of V = x^3 + y^5, has Milnor number 8 (Arnold 1972):

    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> local_structure(PolynomialSystem((3 * x**2, 5 * y**4)), [Fraction(0), Fraction(0)])
    LocalStructure(hilbert=(1, 2, 2, 2, 1), multiplicity=8, exceeds_bound=False, is_proved=True)

    Notes
    -----
    With N = C(n + k, k) monomials the cost of order k is one rank of a matrix with N columns modulo a prime, which bounds
    the dual space from above; the largest is bounded from below by vectors over Q that span it.
    """
    n = system.n
    if len(point) != n:
        raise InputError(f"The point has {len(point)} coordinates, the system {n} unknowns.", "Make the two agree.")
    centre = [fmpq(c.numerator, c.denominator) for c in point]
    directions = None if not n_slices else slice_directions(n, n_slices, seed)
    local = [
        _integral(taylor(terms, centre, lambda c: fmpq(c.numerator, c.denominator), directions))
        for terms in (*system.terms, *more)
    ]
    if any(f.get((0,) * (n - n_slices)) for f in local):
        raise InputError("The point is not a zero of the system.", "Multiplicity belongs to zeros.")
    degrees = system.degrees
    largest = bound if bound is not None and not n_slices else prod(degrees)
    if n_slices:  # more equations than unknowns: so many generic combinations of them still have the point isolated
        largest = max(degrees) ** (n - n_slices)
    return grow(local, n - n_slices, _modular_rank, largest, max_columns, _has_at_most_rank)


def slice_directions(n: int, n_slices: int, seed: int) -> list[list[Fraction]]:
    """Spanning vectors, one a row, of a random rational subspace of codimension `n_slices`."""
    rng = random.Random(f"slice {seed} {n} {n_slices}")
    m = n - n_slices
    rows = [[Fraction(rng.randint(-9, 9)) for _ in range(n_slices)] for _ in range(m)]
    order = list(range(n))
    rng.shuffle(order)
    result = []
    for j in range(m):
        row = [Fraction(0)] * n
        row[order[j]] = Fraction(1)
        for k in range(n_slices):
            row[order[m + k]] = rows[j][k] if rows[j][k] else Fraction(1)
        result.append(row)
    return result


def taylor(
    terms: Mapping[Exponents, Fraction],
    point: Sequence[Any],
    convert: Callable[[Fraction], Any],
    directions: Sequence[Sequence[Fraction]] | None = None,
) -> Local:
    """The polynomial in local coordinates z, with x = point + z, or x = point + sum z_j directions[j].

    Works for numbers of any kind: `convert` turns a coefficient into one.
    """
    n = len(point)
    m = n if directions is None else len(directions)
    one = convert(Fraction(1))
    forms: list[Local] = []
    for i in range(n):
        form: Local = {(0,) * m: point[i]}
        for j in range(m):
            weight = Fraction(int(i == j)) if directions is None else directions[j][i]
            if weight:
                form[tuple(int(k == j) for k in range(m))] = convert(weight)
        forms.append(form)
    powers: list[list[Local]] = [[{(0,) * m: one}] for _ in range(n)]
    result: Local = {}
    for exponents, c in terms.items():
        product: Local = {(0,) * m: convert(c)}
        for i, e in enumerate(exponents):
            while len(powers[i]) <= e:
                powers[i].append(_times(powers[i][-1], forms[i]))
            if e:
                product = _times(product, powers[i][e])
        for key, value in product.items():
            result[key] = result[key] + value if key in result else value
    return {key: value for key, value in result.items() if value != 0}


def _times(f: Local, g: Local) -> Local:
    result: Local = {}
    for a, u in f.items():
        for b, v in g.items():
            key = tuple(i + j for i, j in zip(a, b, strict=True))
            result[key] = result[key] + u * v if key in result else u * v
    return result


def monomials(n: int, degree: int) -> Iterator[Exponents]:
    """All exponents of one degree."""
    for choice in combinations_with_replacement(range(n), degree):
        yield tuple(choice.count(i) for i in range(n))


def grow(
    local: Sequence[Local],
    n: int,
    rank: Callable[[list[list[Any]]], int | None],
    bound: int,
    max_columns: int,
    confirm: Callable[[list[list[Any]], int], bool | None] | None = None,
) -> LocalStructure:
    """Dual spaces of growing order, until they stop growing, outgrow the bound, or become too large.

    Parameters
    ----------
    local : sequence of Local
        The equations in coordinates in which the zero is the origin of C^n.
    rank : callable
        The rank of a matrix given by rows; None if it cannot be told.
    confirm : callable (rows, rank), optional
        Where `rank` may be too small: whether it is not (None: no answer). Asked once, of the largest dual space.
    """
    hilbert, total, order = [1], 1, 0
    last: tuple[list[list[Any]], int] | None = None
    if n == 0:
        return LocalStructure((1,), 1)
    while True:
        order += 1
        if comb(n + order, order) > max_columns:
            return LocalStructure(tuple(hilbert), None)
        columns = {e: k for k, e in enumerate(e for d in range(order + 1) for e in monomials(n, d))}
        rows = []
        for shift in (e for d in range(order) for e in monomials(n, d)):
            for f in local:
                row: list[Any] = [0] * len(columns)
                for e, c in f.items():
                    k = columns.get(tuple(i + j for i, j in zip(e, shift, strict=True)))
                    if k is not None:
                        row[k] = c
                if any(row):
                    rows.append(row)
        found = rank(rows) if rows else 0
        if found is None:
            return LocalStructure(tuple(hilbert), None)
        more = len(columns) - found - total
        if more <= 0:
            is_sure = True if last is None or confirm is None else confirm(*last)
            return LocalStructure(tuple(hilbert), None if is_sure is False else total, is_proved=is_sure is not None)
        last = (rows, found) if rows else None
        hilbert.append(more)
        total += more
        if total > bound:
            is_sure = True if last is None or confirm is None else confirm(*last)
            return LocalStructure(tuple(hilbert), None, is_sure is not False, is_sure is not None)


def _integral(f: Local) -> Local:
    scale = lcm(*(int(c.q) for c in f.values())) if f else 1
    return {e: int((c * scale).p) for e, c in f.items()}


def _modular_rank(rows: list[list[int]]) -> int:
    """The rank modulo a large prime: never more than the rank, so dual spaces never come out too small."""
    return int(nmod_mat(_matrix(rows), _PRIME).rank())


def _has_at_most_rank(rows: list[list[int]], rank: int) -> bool | None:
    """Whether the rank over Q is no larger; None where the proof would take too long.

    As many independent vectors of the kernel prove it: a product of integers that is zero, and a rank modulo a prime. They have few digits where the
    zero lies on a curve or surface; those that a minor may have by Hadamard's inequality bound the work.
    """
    matrix, n_columns = _matrix(rows), len(rows[0])
    lengths = sorted((sum(c * c for c in row) for row in rows), reverse=True)[: rank + 1]
    n_primes = sum(length.bit_length() for length in lengths) // 124 + 1
    if n_primes * len(rows) * n_columns * (rank + 1) > _MAX_WORK:
        return None
    kernel, nullity = matrix.nullspace()
    if nullity < n_columns - rank:
        return False
    is_kernel = not any((matrix * kernel).entries())
    is_independent = int(nmod_mat(kernel, _PRIME).rank()) == nullity
    return True if is_kernel and is_independent else None


def _matrix(rows: list[list[int]]) -> fmpz_mat:
    return fmpz_mat(len(rows), len(rows[0]), [c for row in rows for c in row])
