"""Finite symmetries of a potential, found exactly: sign flips and permutations of its variables.

Sign flips come from the parity of the exponents (linear algebra over GF(2)), permutations from exact comparison of
the potential with itself. Nothing here is numerical.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from flint import nmod_mat

from polysys.automorphisms import signed_automorphisms, variable_classes
from polysys.continuous_symmetry import ContinuousSymmetry as ContinuousSymmetry  # for users: one module has all
from polysys.continuous_symmetry import continuous_symmetries as continuous_symmetries
from polysys.continuous_symmetry import translations as translations
from polysys.domains import Domain
from polysys.errors import InputError
from polysys.formulations.variety import constraints_of
from polysys.system import exact_terms

if TYPE_CHECKING:  # loaded where a group permutes variables
    from sympy.combinatorics import PermutationGroup


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
        if all(g.perm == self.identity.perm for g in self.generators):  # a vector space over GF(2)
            flips = [s < 0 for g in self.generators for s in g.signs]
            rank = int(nmod_mat(len(self.generators), self.n, list(map(int, flips)), 2).rank())
            return 1 << rank
        return int(self._group.order())

    def contains(self, element: SignedPermutation) -> bool:
        """Whether a signed permutation is an element."""
        (moved,) = permutation_group([_doubled(element)]).generators
        return bool(self._group.contains(moved))

    @property
    def _group(self) -> PermutationGroup:
        return permutation_group(_doubled(g) for g in (*self.generators, self.identity))

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


def permutation_group(images: Iterable[Sequence[int]]) -> PermutationGroup:
    """SymPy's group that permutations generate, each given by its images.

    Examples
    --------
    >>> permutation_group([(1, 2, 0)]).order()
    3
    """
    from sympy.combinatorics import Permutation, PermutationGroup  # a quarter of a second that few landscapes need

    return PermutationGroup([Permutation(list(image)) for image in images])


def _doubled(g: SignedPermutation) -> list[int]:
    """A signed permutation as one of the coordinates and their negatives: 2n points."""
    n = len(g.perm)
    pairs = list(zip(g.perm, g.signs, strict=True))
    return [p + n * (s < 0) for p, s in pairs] + [p + n * (s > 0) for p, s in pairs]


def sign_symmetries(potential: Any, domain: Domain | None = None) -> tuple[SignedPermutation, ...]:
    """Generators of all sign flips that leave a potential unchanged, and each equation of its domain if that is a variety.

    A flip of the coordinates in a set I preserves the monomial x^a exactly when the exponents a_i, i in I, add up to
    an even number: the flips are the kernel of the exponent matrix modulo 2.

    Examples
    --------
    >>> from polysys.polynomials import Ring
    >>> x, y = Ring(("x", "y")).gens
    >>> [g.signs for g in sign_symmetries(x**4 + y**2 + x * y)]
    [(-1, -1)]
    """
    n = potential.ring.ngens
    return _sign_flips(tuple(e for f in (potential, *constraints_of(domain)) for e in f), n)


@lru_cache(maxsize=16)  # almost all samples of a family have the same monomials
def _sign_flips(monomials: tuple[tuple[int, ...], ...], n: int) -> tuple[SignedPermutation, ...]:
    rows = {tuple(e % 2 for e in exponents) for exponents in monomials} - {(0,) * n}
    matrix = nmod_mat(len(rows), n, [e for row in sorted(rows) for e in row], 2) if rows else nmod_mat(1, n, 2)
    kernel, nullity = matrix.nullspace()
    identity = tuple(range(n))
    return tuple(
        SignedPermutation(identity, tuple(-1 if int(kernel[i, k]) else 1 for i in range(n))) for k in range(nullity)
    )


def permutation_symmetries(
    potential: Any, domain: Domain, candidates: Iterable[Sequence[int]] = ()
) -> tuple[SignedPermutation, ...]:
    """Signed permutations that with :func:`sign_symmetries` generate all that leave potential and domain unchanged.

    Transpositions and the given candidates (permutations of whole neurons, say) come first; what else there is is found as
    automorphisms of a graph (:mod:`polysys.automorphisms`), of which the polynomial must not be too large. Each is kept
    only if it preserves potential and constraints exactly.

    Examples
    --------
    >>> from polysys.domains import Euclidean
    >>> from polysys.polynomials import Ring
    >>> x, y, z = Ring(("x", "y", "z")).gens
    >>> cycle = permutation_symmetries(x**4 + y**4 + z**4 + x**2 * y + y**2 * z + z**2 * x, Euclidean(3))
    >>> SymmetryGroup(3, cycle).order
    3
    """
    n = domain.n
    invariants = (potential, *constraints_of(domain))
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
