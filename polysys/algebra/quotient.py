"""The quotient of a polynomial ring modulo p by an ideal of dimension zero: products, and how many points are distinct.

A = F_p[x]/I has the standard monomials as a basis; its dimension D is the number of solutions with multiplicity. Products
by unknowns are normal forms of border monomials, found as in FGLM (Faugere, Gianni, Lazard and Mora 1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import nmod_poly

from polysys.algebra import matrix, monomials, quotient_kernels
from polysys.algebra.f4 import GroebnerBasis, build
from polysys.algebra.limits import Meter
from polysys.algebra.staircase import standard_monomials

Vector = npt.NDArray[np.int64]
_AT_ONCE = 2 * 10**8  # work between two looks at the limits


@dataclass(frozen=True)
class QuotientAlgebra:
    """A quotient algebra modulo p.

    Parameters
    ----------
    n : int
    prime : int
    exponents : int array (D, n)
        The basis; its first element is 1.
    targets : int array (D, n)
        Place of x_i b in the basis, or -1 - r for the border monomial r.
    offsets, first, size : arrays
        Of each border monomial: where its normal form begins in `rows`, where its entries begin in the basis, and how
        many they are.
    rows : uint32 array
    sign_changes : array (k, n) of 0 and 1
        Sets of unknowns whose joint change of sign maps the ideal to itself.
    """

    n: int
    prime: int
    exponents: npt.NDArray[np.int32]
    targets: npt.NDArray[np.int32]
    offsets: Vector
    first: Vector
    size: Vector
    rows: npt.NDArray[np.uint32]
    sign_changes: npt.NDArray[np.int32]

    @property
    def dimension(self) -> int:
        """Number of solutions with multiplicity."""
        return len(self.exponents)

    def product_work(self, form: Vector) -> int:
        """Work of one product by a linear form."""
        is_border = self.targets[:, form != 0] < 0
        entries = min(len(self.rows), int(is_border.sum()) * int(self.size.max(initial=0)))
        return entries // 4 + 10 * is_border.size

    def times(self, vector: Vector, form: Vector) -> Vector:
        """An element multiplied by the linear form with these n coefficients."""
        nothing = np.empty((0, self.dimension), dtype=np.int64)
        result: Vector = quotient_kernels.values_at_powers(vector, nothing, form, 1, *self._products)[1]
        return result

    @property
    def _products(self) -> tuple[object, ...]:
        return self.targets, self.offsets, self.first, self.size, self.rows, self.prime

    @property
    def one(self) -> Vector:
        """The unit element."""
        result = np.zeros(self.dimension, dtype=np.int64)
        result[0] = 1
        return result

    def unit(self, i: int) -> Vector:
        """The linear form x_i."""
        form = np.zeros(self.n, dtype=np.int64)
        form[i] = 1
        return form

    def random_functional(self, generator: np.random.Generator) -> Vector:
        """A random linear map from A to F_p, by its values at the basis."""
        return generator.integers(0, self.prime, size=self.dimension)

    def after_products(self, functional: Vector) -> Vector:
        """The linear maps a -> functional(x_i a), an array (n, D)."""
        places = np.arange(len(self.rows)) + np.repeat(self.first - self.offsets, self.size)
        sums = np.concatenate([[0], np.cumsum(self.rows * functional[places] % self.prime)])
        at_border = (sums[self.offsets + self.size] - sums[self.offsets]) % self.prime
        result: Vector = np.append(at_border[::-1], functional)[self.targets.T + len(at_border)]
        return result

    def values_at_powers(
        self, vector: Vector, functionals: Vector, form: Vector, count: int, meter: Meter
    ) -> tuple[Vector, Vector]:
        """Each functional at vector form^k for k < count, an array (functionals, count), and vector form^count."""
        parts = [np.empty((len(functionals), 0), dtype=np.int64)]
        work = self.product_work(form) + 10 * functionals.size
        while count > 0:
            more = min(count, 1 + _AT_ONCE // work)
            meter.spend(more * work)
            terms, vector = quotient_kernels.values_at_powers(vector, functionals, form, more, *self._products)
            parts.append(terms)
            count -= more
        return np.concatenate(parts, axis=1), vector

    def minimal_polynomial(self, form: Vector, generator: np.random.Generator, meter: Meter) -> nmod_poly:
        """A divisor of the minimal polynomial of a linear form; equal to it for all but a share D/p of functionals."""
        vector = self.one
        functional = self.random_functional(generator)
        sequence = np.empty(0, dtype=np.int64)
        while True:  # the degree may be far below D: more terms as long as they say something new
            wanted = min(2 * self.dimension, max(64, 4 * len(sequence)))
            terms, vector = self.values_at_powers(vector, functional[None], form, wanted - len(sequence), meter)
            sequence = np.concatenate([sequence, terms[0]])
            meter.spend(10 * len(sequence) ** 2)
            recurrence = quotient_kernels.minimal_recurrence(sequence, self.prime)
            if len(sequence) == 2 * self.dimension or len(recurrence) < len(sequence) // 2 - 8:
                return nmod_poly(recurrence[::-1].tolist(), self.prime)

    def verified_minimal_polynomial(self, form: Vector, generator: np.random.Generator, meter: Meter) -> nmod_poly:
        """The minimal polynomial of a linear form, checked: the form satisfies it."""
        result = self.minimal_polynomial(form, generator, meter)
        while self.at(result, form, meter).any():
            other = self.minimal_polynomial(form, generator, meter)
            result = result * other // result.gcd(other)
        return result

    def at(self, polynomial: nmod_poly, form: Vector, meter: Meter) -> Vector:
        """A polynomial of a linear form."""
        coefficients = np.array([int(c) for c in polynomial.coeffs()], dtype=np.int64)
        work = self.product_work(form)
        step = 1 + _AT_ONCE // work
        result = np.zeros(self.dimension, dtype=np.int64)
        for end in range(len(coefficients), 0, -step):
            part = coefficients[max(0, end - step) : end]
            meter.spend(len(part) * work)
            result = quotient_kernels.horner(result, part, form, *self._products)
        return result

    def ideal_rank(self, elements: list[Vector], meter: Meter) -> int:
        """Dimension of the ideal of A that some elements generate."""
        size = self.dimension
        meter.need(8 * size * size)
        echelon = np.zeros((size, size), dtype=np.int64)
        pivots = np.full(size, -1, dtype=np.int64)
        count = 0
        queue = list(elements)
        while queue:
            vector = queue.pop().copy()
            before = count
            count = quotient_kernels.insert_vector(vector, echelon, pivots, count, self.prime)
            meter.spend(10 * size * (1 + before))
            if count > before:
                meter.spend(sum(self.product_work(self.unit(i)) for i in range(self.n)))
                queue += [self.times(echelon[before], self.unit(i)) for i in range(self.n)]
        return count


def quotient_algebra(basis: GroebnerBasis, *, meter: Meter | None = None) -> QuotientAlgebra:
    """The quotient algebra of a complete Groebner basis in dimension zero."""
    meter = Meter() if meter is None else meter
    state, n, p = basis.state, basis.n, basis.prime
    exponents = standard_monomials(basis.leading, meter=meter)
    words = monomials.pack(exponents, n)
    classes = matrix.parity_classes(words, state.masks)
    keys = [-words[:, i].astype(np.int64) for i in range(words.shape[1] - 1, -1, -1)]
    order = np.lexsort([*keys, exponents.sum(axis=1), classes])  # ascending in each class; 1 is of class 0
    exponents, words, classes = exponents[order], words[order], classes[order]
    state.table, numbers = monomials.intern_all(state.table, words)
    units = monomials.pack(np.eye(n, dtype=np.int64), n)
    state.table, _ = monomials.intern_all(state.table, units)
    state.table, images = monomials.intern_all(state.table, (words[:, None] + units).reshape(-1, words.shape[1]))
    table, images = state.table, images.reshape(-1, n)
    border: Any = np.setdiff1d(images, numbers)
    border_words = table.words[border]
    keys = [-border_words[:, i].astype(np.int64) for i in range(border_words.shape[1] - 1, -1, -1)]
    border = border[np.lexsort([*keys, table.degrees[border]])]
    place = np.full(len(table.degrees), -1, dtype=np.int64)
    place[numbers] = np.arange(len(numbers))
    place[border] = -2 - np.arange(len(border))  # -1 stays for monomials that are neither
    targets = np.where(place[images] >= 0, place[images], place[images] + 1).astype(np.int32)
    n_classes = 1 << len(state.masks)
    bounds = np.searchsorted(classes, np.arange(n_classes + 1))
    border_classes = matrix.parity_classes(table.words[border], state.masks)
    first, size = bounds[border_classes], np.diff(bounds)[border_classes]
    offsets = np.cumsum(size) - size
    meter.need(int(4 * size.sum()) + 16 * images.size)
    rows = np.zeros(int(size.sum()), dtype=np.uint32)
    is_known = _tails(basis, place, offsets, first, rows, meter)
    sources, factors = _sources(targets, is_known)
    for begin in range(0, len(border), 64):
        meter.spend(
            quotient_kernels.border_rows(
                sources, factors, targets, offsets, first, size, rows, p, begin, min(begin + 64, len(border))
            )
        )
    return QuotientAlgebra(n, p, exponents, targets, offsets, first, size, rows, monomials.unpack(state.masks, n))


def _sources(targets: npt.NDArray[np.int32], is_known: npt.NDArray[np.bool_]) -> tuple[Vector, Vector]:
    """For each border monomial m that is not known: another one, m', and the unknown x_j with m = x_j m'; else -1.

    m = x_i b; as it is no minimal generator of the leading ideal, m / x_j is in the ideal for some j other than i.
    """
    n = targets.shape[1]
    below = np.full(targets.shape, -1)  # b / x_j
    b, j = np.nonzero(targets >= 0)
    below[targets[b, j], j] = b
    found, factor = np.full(targets.shape, -1), np.zeros(targets.shape, dtype=np.int64)
    for i in range(n):
        for other in reversed([k for k in range(n) if k != i]):
            border = -1 - targets[below[:, other], i]
            is_one = (below[:, other] >= 0) & (border >= 0)
            found[is_one, i], factor[is_one, i] = border[is_one], other
    sources, factors = np.full(len(is_known), -1), np.zeros(len(is_known), dtype=np.int64)
    places = np.flatnonzero((targets < 0) & (found >= 0))[::-1]  # the first one of each stays
    sources[-1 - targets.flat[places]], factors[-1 - targets.flat[places]] = found.flat[places], factor.flat[places]
    sources[is_known], factors[is_known] = -1, 0
    return sources, factors


def _tails(
    basis: GroebnerBasis,
    place: npt.NDArray[np.int64],
    offsets: Vector,
    first: Vector,
    rows: npt.NDArray[np.uint32],
    meter: Meter,
) -> npt.NDArray[np.bool_]:
    """Normal forms of the minimal leading monomials that are border monomials, into `rows`; which they are."""
    state, p = basis.state, basis.prime
    is_known = np.zeros(len(offsets), dtype=np.bool_)
    elements = np.flatnonzero(state.alive[: state.count]).astype(np.int32)
    leading = state.monomials[state.starts[elements]]
    is_border = place[leading] < -1  # a monomial x_i is always: 1 is in the basis
    elements, leading = elements[is_border], leading[is_border]
    is_known[-2 - place[leading]] = True
    built = build(state, elements, leading, 0, meter, skip=1)
    for block in built.blocks:
        skip = len(block.pivots)
        columns = place[block.columns[skip:]]
        lanes = np.empty((len(block.columns), matrix.LANES), dtype=np.int64)
        for begin in range(0, len(block.rows), matrix.LANES):
            part = block.rows[begin : begin + matrix.LANES]
            weights = np.eye(len(part), matrix.LANES, dtype=np.int64)
            meter.spend(
                matrix.reduce_lanes(
                    lanes, part, weights, built.ends, built.entries, built.firsts, state.coefficients, block.pivots, p
                )
            )
            for l, row in enumerate(part.tolist()):
                r = -2 - int(place[leading[row]])
                rows[offsets[r] + columns - first[r]] = -lanes[skip:, l] % p
    return is_known


def n_distinct(algebra: QuotientAlgebra, *, seed: int = 0, meter: Meter | None = None) -> int:
    """Number of distinct solutions over the algebraic closure of F_p; exact if p > D.

    Parameters
    ----------
    algebra : QuotientAlgebra
    seed : int
        Of a random linear form; the result does not depend on it.
    meter : Meter, optional

    Notes
    -----
    Let f be the minimal polynomial of a linear form l in A and s its squarefree part. The roots of f are the values of l
    at the solutions, so deg s is at most the number of distinct solutions N, which is at most D. A random form takes
    different values at different solutions with probability above 1 - D^2/(2p) (one in few unknowns, which is tried first,
    often does); if then all solutions are simple,
    deg s = D, and N = D is proved (for any divisor of f, too: its roots are values of l).

    Otherwise f is checked (f(l) = 0 in A). Then s(l) vanishes at all solutions and generates an ideal of A of dimension
    r; N <= D - r. If D - r = deg s, both are N. If not, squarefree parts for all unknowns are added: an ideal that
    contains a squarefree univariate polynomial in every unknown is radical over a perfect field (Seidenberg 1974,
    lemma 92), and D - r = N. As p > D >= deg f, s = f / gcd(f, f').
    """
    meter = Meter() if meter is None else meter
    d = algebra.dimension
    if d <= 1:
        return d
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0xD15,)))
    every = np.arange(algebra.n)
    cheap = cheap_unknowns(algebra)
    for unknowns in [cheap, every] if len(cheap) < algebra.n else [every]:
        form = np.zeros(algebra.n, dtype=np.int64)
        form[unknowns] = generator.integers(1, algebra.prime, size=len(unknowns))
        if squarefree_part(algebra.minimal_polynomial(form, generator, meter)).degree() == d:
            return d
    radical = squarefree_part(algebra.verified_minimal_polynomial(form, generator, meter))
    elements = [algebra.at(radical, form, meter)]
    at_most = d - algebra.ideal_rank(elements, meter)
    if at_most == radical.degree():
        return at_most
    for i in range(algebra.n):
        form = algebra.unit(i)
        radical = squarefree_part(algebra.verified_minimal_polynomial(form, generator, meter))
        elements.append(algebra.at(radical, form, meter))
    return d - algebra.ideal_rank(elements, meter)


def cheap_unknowns(algebra: QuotientAlgebra) -> npt.NDArray[np.int64]:
    """Few unknowns, by which products cost least, such that every change of sign changes one of them.

    Usually they are enough to tell the solutions apart; where not, all unknowns are tried next.
    """
    costs = (algebra.targets < 0).sum(axis=0)
    left = algebra.sign_changes.astype(np.int64) % 2
    chosen: list[int] = []
    for i in np.argsort(costs, kind="stable").tolist():
        changed = np.flatnonzero(left[:, i])
        if len(changed):  # the changes that leave x_i alone, by elimination
            left[changed[1:]] ^= left[changed[0]]
            left = np.delete(left, changed[0], axis=0)
        elif chosen or len(left):
            continue
        chosen.append(i)
        if not len(left):
            break
    return np.array(chosen)


def squarefree_part(polynomial: nmod_poly) -> nmod_poly:
    """Valid where the degree is below the characteristic."""
    return polynomial // polynomial.gcd(polynomial.derivative())
