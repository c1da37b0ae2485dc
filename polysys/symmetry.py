"""Symmetries of a potential, found exactly: sign flips, permutations, and continuous linear groups.

Sign flips come from the parity of the exponents (linear algebra over GF(2)), permutations from exact comparison of
the potential with itself, continuous symmetries from an exact nullspace. Nothing here is numerical.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product
from math import gcd, lcm
from typing import Any

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat, nmod, nmod_mat
from sympy.combinatorics import Permutation, PermutationGroup

from polysys.automorphisms import signed_automorphisms, variable_classes
from polysys.domains import Domain
from polysys.errors import InputError
from polysys.formulations.expansion import nested_form
from polysys.formulations.variety import Variety
from polysys.system import exact_terms
from polysys.tape import Tape, trace

_PRIME = 2**61 - 1  # Mersenne prime: a false rank drop at random points has probability below 1e-15
_MAX_CONTINUOUS = 30  # n^2 unknowns: beyond this many variables the continuous search is left out (and said to be)


@dataclass(frozen=True, slots=True)
class SignedPermutation:
    """The map ``(g x)[i] = signs[i] * x[perm[i]]``.

    Examples
    --------
    >>> SignedPermutation((1, 0), (1, -1)).apply([5, 7])
    [7, -5]
    """

    perm: tuple[int, ...]
    signs: tuple[int, ...]

    def apply(self, x: Sequence[Any]) -> list[Any]:
        """The image of a point, for numbers of any kind."""
        return [x[j] if s == 1 else -x[j] for j, s in zip(self.perm, self.signs, strict=True)]

    def compose(self, other: SignedPermutation) -> SignedPermutation:
        """The map x -> self(other(x))."""
        return SignedPermutation(
            tuple(other.perm[j] for j in self.perm),
            tuple(s * other.signs[j] for j, s in zip(self.perm, self.signs, strict=True)),
        )

    def sources(self, domain: Domain) -> list[int]:
        """For each sphere of a domain the one that its new coordinates come from."""
        of = {i: k for k, block in enumerate(domain.slices) for i in range(block.start, block.stop)}
        return [of[self.perm[block.start]] for block in domain.slices]

    def preserves(self, potential: Any) -> bool:
        """Whether V(g x) = V(x) as polynomials."""
        terms = dict(potential.terms())
        for exponents, coefficient in terms.items():
            image = [0] * len(exponents)
            sign = 1
            for i, e in enumerate(exponents):
                image[self.perm[i]] += e
                sign *= self.signs[i] ** e
            if terms.get(tuple(image)) != sign * coefficient:
                return False
        return True


@dataclass(frozen=True, slots=True)
class SymmetryGroup:
    """A finite group of signed permutations, given by generators.

    Examples
    --------
    >>> SymmetryGroup(2, (SignedPermutation((1, 0), (1, 1)), SignedPermutation((0, 1), (-1, -1)))).order
    4
    """

    n: int
    generators: tuple[SignedPermutation, ...] = ()

    def __repr__(self) -> str:
        return f"SymmetryGroup({self.n} coordinates, {len(self.generators)} generators)"

    @property
    def identity(self) -> SignedPermutation:
        """The neutral element."""
        return SignedPermutation(tuple(range(self.n)), (1,) * self.n)

    def elements(self, limit: int = 100_000) -> Iterator[SignedPermutation]:
        """All elements, the identity first.

        Raises
        ------
        InputError
            If there are more than `limit`, which is noticed after so many.
        """
        seen = {self.identity}
        queue = [self.identity]
        for element in queue:
            yield element
            for generator in self.generators:
                image = generator.compose(element)
                if image not in seen:
                    if len(seen) >= limit:
                        raise InputError(f"The symmetry group has more than {limit} elements.", "Use its generators.")
                    seen.add(image)
                    queue.append(image)

    @property
    def order(self) -> int:
        """Number of elements, by the Schreier-Sims algorithm: groups of any size."""
        return int(self._group.order())

    def contains(self, element: SignedPermutation) -> bool:
        """Whether a signed permutation is an element."""
        return bool(self._group.contains(Permutation(_doubled(element))))

    @property
    def _group(self) -> PermutationGroup:
        return PermutationGroup([Permutation(_doubled(g)) for g in (*self.generators, self.identity)])

    def orbit(self, x: Sequence[Any]) -> set[tuple[Any, ...]]:
        """The distinct images of a point with exact coordinates."""
        seen = {tuple(x)}
        queue = [tuple(x)]
        for point in queue:
            for generator in self.generators:
                image = tuple(generator.apply(point))
                if image not in seen:
                    seen.add(image)
                    queue.append(image)
        return seen


def _doubled(g: SignedPermutation) -> list[int]:
    """A signed permutation as one of the coordinates and their negatives: 2n points."""
    n = len(g.perm)
    pairs = list(zip(g.perm, g.signs, strict=True))
    return [p + n * (s < 0) for p, s in pairs] + [p + n * (s > 0) for p, s in pairs]


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


def sign_symmetries(potential: Any, domain: Domain | None = None) -> tuple[SignedPermutation, ...]:
    """Generators of all sign flips that leave a potential unchanged, and each equation of its domain if that is a variety.

    A flip of the coordinates in a set I preserves the monomial x^a exactly when the exponents a_i, i in I, add up to
    an even number: the flips are the kernel of the exponent matrix modulo 2.

    Examples
    --------
    >>> from sympy import QQ, ring
    >>> R, x, y = ring("x,y", QQ)
    >>> [g.signs for g in sign_symmetries(x**4 + y**2 + x * y)]
    [(-1, -1)]
    """
    n = potential.ring.ngens
    return _sign_flips(tuple(e for f in (potential, *_constraints(domain)) for e in f), n)


@lru_cache(maxsize=16)  # almost all samples of a family have the same monomials
def _sign_flips(monomials: tuple[tuple[int, ...], ...], n: int) -> tuple[SignedPermutation, ...]:
    rows = {tuple(e % 2 for e in exponents) for exponents in monomials} - {(0,) * n}
    matrix = nmod_mat(len(rows), n, [e for row in sorted(rows) for e in row], 2) if rows else nmod_mat(1, n, 2)
    kernel, nullity = matrix.nullspace()
    identity = tuple(range(n))
    return tuple(
        SignedPermutation(identity, tuple(-1 if int(kernel[i, k]) else 1 for i in range(n))) for k in range(nullity)
    )


def _constraints(domain: Domain | None) -> tuple[Any, ...]:
    """The equations that a symmetry has to leave unchanged one by one; spheres are kept by their blocks."""
    return domain.polynomials if isinstance(domain, Variety) else ()


def permutation_symmetries(
    potential: Any, domain: Domain, candidates: Iterable[Sequence[int]] = ()
) -> tuple[SignedPermutation, ...]:
    """Signed permutations that with :func:`sign_symmetries` generate all that leave potential and domain unchanged.

    Transpositions and the given candidates (permutations of whole neurons, say) come first; what else there is is found as
    automorphisms of a graph (:mod:`polysys.automorphisms`), of which the polynomial must not be too large. Each is kept
    only if it preserves potential and constraints exactly.

    Examples
    --------
    >>> from sympy import QQ, ring
    >>> from polysys.domains import Euclidean
    >>> R, x, y, z = ring("x,y,z", QQ)
    >>> cycle = permutation_symmetries(x**4 + y**4 + z**4 + x**2 * y + y**2 * z + z**2 * x, Euclidean(3))
    >>> SymmetryGroup(3, cycle).order
    3
    """
    n = domain.n
    invariants = (potential, *_constraints(domain))
    spheres = {frozenset(range(s.start, s.stop)): r for s, r in zip(domain.slices, domain.radii_squared, strict=True)}
    block = [next((k for k, s in enumerate(domain.slices) if s.start <= i < s.stop), -1) for i in range(n)]
    colours = [next(((len(s), r) for s, r in spheres.items() if i in s), None) for i in range(n)]
    classes = variable_classes(invariants, colours)
    if len(set(classes)) == n:
        return ()
    terms = [exact_terms(f) for f in invariants]

    def is_symmetry(g: SignedPermutation) -> bool:
        keeps_spheres = all(spheres.get(frozenset(g.perm[i] for i in s)) == radius for s, radius in spheres.items())
        return keeps_spheres and all(map(g.preserves, invariants))

    found = []
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, j in combinations(range(n), 2):
        if block[i] != block[j] or classes[i] != classes[j] or root(i) == root(j):
            continue
        perm = list(range(n))
        perm[i], perm[j] = j, i
        g = SignedPermutation(tuple(perm), (1,) * n)
        if is_symmetry(g):
            found.append(g)
            parent[root(i)] = root(j)
    given = (SignedPermutation(tuple(candidate), (1,) * n) for candidate in candidates)
    found += [g for g in dict.fromkeys(given) if g not in found and is_symmetry(g)]
    known = SymmetryGroup(n, (*sign_symmetries(potential, domain), *found))
    for perm_and_signs in signed_automorphisms(terms, colours, block) or ():
        g = SignedPermutation(*perm_and_signs)
        if not known.contains(g) and is_symmetry(g):
            found.append(g)
            known = SymmetryGroup(n, (*known.generators, g))
    return tuple(found)


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
    >>> from sympy import QQ, ring
    >>> from polysys.domains import Euclidean
    >>> R, x, y = ring("x,y", QQ)
    >>> continuous_symmetries((x**2 + y**2) ** 2 - x**2 - y**2, Euclidean(2)).dimension
    1
    """
    n = domain.n
    if basis is None and n > _MAX_CONTINUOUS:
        return None
    if gradient is None:
        gradient = _gradient_of(potential)
    constraints = _constraints(domain)
    gradients = [gradient, *map(_gradient_of, constraints)]
    if basis is None:
        basis = _basis_fields(domain)
    if not basis:
        return ContinuousSymmetry(())
    rng = random.Random(0)
    prime = _PRIME
    while any(c.denominator % prime == 0 for g in gradients for c in g.constants):
        prime = next(q for q in range(prime - 2, 0, -2) if fmpz(q).is_prime())

    def rows(points: list[list[Any]], constant: Any) -> list[list[Any]]:
        result = []
        for x, tape in product(points, gradients):
            g = tape.evaluate(x, (), constant)
            zero = constant(Fraction(0))
            result.append([sum((g[i] * x[j] * a for i, j, a in m), zero) if b is None else g[b] for m, b in basis])
        return result

    def residue(c: Fraction) -> nmod:
        return nmod(c.numerator, prime) / nmod(c.denominator, prime)

    n_points = len(basis) + 4
    points = [[nmod(rng.randrange(prime), prime) for _ in range(n)] for _ in range(n_points)]
    modular = nmod_mat(n_points * len(gradients), len(basis), [int(v) for row in rows(points, residue) for v in row], prime)
    if modular.rank() == len(basis):
        return ContinuousSymmetry(())
    for bound in (99, 10**4, 10**8):  # a basis that fails the proof came from unlucky points
        small = [[Fraction(rng.randint(-bound, bound)) for _ in range(n)] for _ in range(n_points)]
        kernel, nullity = _nullspace(rows(small, lambda c: c))
        generators = _proved((potential, *constraints), kernel, nullity, basis)
        if len(generators) == nullity:
            break
    return ContinuousSymmetry(generators)


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
