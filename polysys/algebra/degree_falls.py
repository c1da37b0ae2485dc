"""Elements of lower degree than the combination they come from, over the rationals.

At level d take all x^a g of degree exactly d with g among the generators. A rational relation among their forms of
degree d makes the combination of the x^a g an element of lower degree: a *fall*. Relations are found modulo p, solved
for over the rationals on their support alone, and kept if they hold exactly. The combination is the proof.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import flint
import numpy as np
import numpy.typing as npt

from polysys.algebra.combinations import Combination, Exponents, IntegerPolynomial
from polysys.algebra.graded_basis import GradedBasis, Residues, degree, degrees
from polysys.algebra.level_matrix import normal_forms, reduced_echelon, relations
from polysys.errors import WorkLimitError

Array = npt.NDArray[Any]
Row = tuple[int, Exponents]  # generator and multiplier
Relation = list[tuple[int, int]]  # number of a row and its factor
MAX_SUPPORT = 1500  # rows of a relation that is solved over the rationals
MAX_ROWS = 40000
_FIRST_BLOCK, _LARGEST_BLOCK = 8, 128  # relations that are reduced at once
_NO_LIMIT = 1 << 62


def exact_falls(
    generators: Sequence[IntegerPolynomial],
    images: Sequence[Residues],
    basis: GradedBasis,
    d: int,
    n_expected: int,
    work_limit: int,
) -> tuple[list[Combination], int]:
    """Combinations whose forms of degree d cancel and that are new at level d - 1, and the work done.

    Parameters
    ----------
    generators : sequence of integer polynomials
    images : sequence of mappings from exponents to residues
        The same modulo the prime of the basis.
    basis : GradedBasis
        Of the generators, modulo a prime, complete to level d - 1 and no further.
    d : int
        The level.
    n_expected : int
        Stop when so many have been found.
    work_limit : int
        Most multiplications of residues; long integers count as their pieces of 31 bits.
    """
    p = basis.p
    top = TopForms(generators, top_rows(generators, basis.weights.tolist(), d), basis.weights.tolist())
    found: list[Combination] = []
    echelon: list[dict[Exponents, int]] = []
    candidates, work = top.relations_modulo(p, work_limit)
    for relation, form in top.low_parts(candidates, images, basis):
        if len(found) == n_expected or work > work_limit:
            break
        rest = reduced(form, echelon, p)
        support = [r for r, _ in relation]
        if not rest or len(support) > MAX_SUPPORT:
            continue
        work += top.cost(support)
        c = top.exact_relation(support, p) if work <= work_limit else None
        if c is not None:
            terms = zip(support, c, strict=True)
            found.append(Combination(tuple((*top.rows[r], value) for r, value in terms if value)))
            echelon.append(rest)
    return found, work


def monomials_of_degree(d: int, weights: Sequence[int]) -> tuple[Exponents, ...]:
    """All exponent vectors of weighted degree exactly d.

    Examples
    --------
    >>> monomials_of_degree(3, [1, 2])
    ((1, 1), (3, 0))
    """
    return _monomials_of_degree(d, tuple(weights))


@lru_cache(maxsize=1024)
def _monomials_of_degree(d: int, weights: tuple[int, ...]) -> tuple[Exponents, ...]:
    if not weights:
        return ((),) if d == 0 else ()
    *others, last = weights
    return tuple((*e, k) for k in range(d // last, -1, -1) for e in _monomials_of_degree(d - k * last, tuple(others)))


def top_rows(generators: Sequence[Residues], weights: Sequence[int], d: int) -> list[Row]:
    """The multiples of degree exactly d, those of sparse generators first.

    Raises
    ------
    WorkLimitError
        If there are too many.
    """
    rows: list[Row] = []
    for i in sorted(range(len(generators)), key=lambda i: (len(generators[i]), i)):
        rest = d - degree(generators[i], weights)
        if rest >= 0 and generators[i]:
            rows += [(i, a) for a in monomials_of_degree(rest, weights)]
        if len(rows) > MAX_ROWS:
            raise WorkLimitError(f"More than {MAX_ROWS} multiples have degree {d}.", "Give elements that are known.")
    return rows


class TopForms:
    """The forms of highest degree of some rows, as a sparse integer matrix."""

    def __init__(self, generators: Sequence[IntegerPolynomial], rows: list[Row], weights: Sequence[int]) -> None:
        self._forms = [_leading_form(g, weights) for g in generators]
        self.rows, self._coefficients = rows, [list(form.values()) for form in self._forms]
        self._sizes = [max((c.bit_length() for c in form), default=0) // 31 + 1 for form in self._coefficients]
        self._generators = np.array([i for i, _ in rows], dtype=np.int64)
        self._shifts = np.array([shift for _, shift in rows], dtype=np.int64).reshape(len(rows), len(weights))
        exponents = [np.array(list(form), dtype=np.int64).reshape(len(form), len(weights)) for form in self._forms]
        self._starts, shifted = _shifted(exponents, self._generators, self._shifts)
        self._columns, monomials = _numbered(shifted)
        self.n_columns = len(monomials)

    def relations_modulo(self, p: int, work_limit: int) -> tuple[list[Relation], int]:
        """Relations modulo p among the rows, sparse ones first: each ties one row to independent earlier ones."""
        residues = [np.array([c % p for c in form], dtype=np.uint32) for form in self._coefficients]
        values = np.concatenate([np.zeros(0, dtype=np.uint32), *(residues[i] for i, _ in self.rows)])
        columns = self._columns.astype(np.int32)
        starts, rows, factors, work = relations(self._starts, columns, values, self.n_columns, np.uint64(p), work_limit)
        parts = [slice(a, b) for a, b in itertools.pairwise(starts)]
        found = [list(zip(rows[part].tolist(), factors[part].tolist(), strict=True)) for part in parts]
        return sorted(found, key=len), int(work)

    def low_parts(
        self, relations: Sequence[Relation], images: Sequence[Residues], basis: GradedBasis
    ) -> Iterator[tuple[Relation, dict[Exponents, int]]]:
        """The relations modulo p, each with what its combination is modulo a basis.

        They are taken in blocks that grow: one matrix for many, and few in vain where the first ones are enough.
        `images` are the generators modulo p.
        """
        first, size, n = 0, _FIRST_BLOCK, self._shifts.shape[1]
        pairs = zip(images, self._forms, strict=True)
        lower = [[(e, basis.p - c % basis.p) for e, c in f.items() if c % basis.p and e not in form] for f, form in pairs]
        exponents = [np.array([e for e, _ in f], dtype=np.int64).reshape(len(f), n) for f in lower]
        residues = [np.array([c for _, c in f], dtype=np.uint32) for f in lower]
        while first < len(relations):
            block = relations[first : first + size]
            parts = self._lower_terms(block, exponents, residues, basis.p)
            forms = iter(basis.normal_forms([part for part in parts if part]))
            for relation, part in zip(block, parts, strict=True):
                yield relation, next(forms) if part else part
            first, size = first + size, min(2 * size, _LARGEST_BLOCK)

    def _lower_terms(
        self, relations: Sequence[Relation], exponents: Sequence[Array], residues: Sequence[Array], p: int
    ) -> list[dict[Exponents, int]]:
        """The combinations modulo p, of whose forms of highest degree nothing is left.

        A matrix with a column for each row r that takes part is reduced by the rows r - (lower terms of r): what remains are lower terms.
        Those of the generators are given, with the residues of the other sign.
        """
        taking_part, places = np.unique([r for relation in relations for r, _ in relation], return_inverse=True)
        generators, n_given, n_rows = self._generators[taking_part], len(relations), len(taking_part)
        ends, shifted = _shifted(exponents, generators, self._shifts[taking_part])
        numbers, monomials = _numbered(shifted)
        starts = np.append(0, np.cumsum([*map(len, relations), *(np.diff(ends) + 1).tolist()], dtype=np.int64))
        first = starts[n_given]
        is_lower = np.ones(starts[-1] - first, dtype=np.bool_)
        is_lower[starts[n_given:-1] - first] = False
        columns, values = np.empty(starts[-1], dtype=np.int32), np.ones(starts[-1], dtype=np.uint32)
        columns[:first], values[:first] = places, [c for relation in relations for _, c in relation]
        columns[first:][~is_lower], columns[first:][is_lower] = np.arange(n_rows), n_rows + numbers
        values[first:][is_lower] = np.concatenate([np.zeros(0, dtype=np.uint32), *(residues[i] for i in generators)])
        reducers = np.append(np.arange(n_given, n_given + n_rows), np.full(len(monomials), -1)).astype(np.int32)
        starts, columns, values, _ = normal_forms(
            np.arange(n_given), np.arange(n_given + n_rows), starts, columns, reducers, starts, values, np.uint64(p), _NO_LIMIT
        )
        names = [tuple(e) for e in monomials.tolist()]
        return [
            {names[k - n_rows]: c for k, c in zip(columns[a:b].tolist(), values[a:b].tolist(), strict=True)}
            for a, b in itertools.pairwise(starts)
        ]

    def cost(self, support: Sequence[int]) -> int:
        """Multiplications of 31 bits that solving for a relation takes, roughly."""
        lengths = [self._sizes[self.rows[r][0]] for r in support]
        lifting, reconstruction = len(support) ** 2 * sum(lengths), len(support) * sum(lengths) ** 1.5
        return int(lifting + reconstruction)

    def exact_relation(self, support: Sequence[int], p: int) -> list[int] | None:
        """Integers c with sum_k c_k (row k) = 0 over the rationals for the rows of a relation modulo p, or None.

        The rows but the last are independent modulo p. A minor of theirs that is not zero determines c; the other
        columns are checked.
        """
        n, parts = len(support) - 1, [self._columns[self._starts[r] : self._starts[r + 1]] for r in support]
        columns, places = np.unique(np.concatenate(parts), return_inverse=True)
        if not n or not len(columns):
            return None
        ends = np.cumsum([len(part) for part in parts])[:-1]
        coefficients = (self._coefficients[self.rows[r][0]] for r in support)
        rows = [list(zip(k.tolist(), c, strict=True)) for k, c in zip(np.split(places, ends), coefficients, strict=True)]
        chosen = _independent_columns(rows[:-1], len(columns), p)
        if len(chosen) < n:
            return None
        place = {k: i for i, k in enumerate(chosen)}
        square, right = flint.fmpz_mat(n, n), flint.fmpz_mat(n, 1)
        for j, row in enumerate(rows):
            for k, c in row:
                if k in place and j < n:
                    square[place[k], j] = c
                elif k in place:
                    right[place[k], 0] = c
        solution: Any = square.solve(right)
        numerators, denominator = solution.numer_denom()
        found = [-int(numerators[k, 0]) for k in range(n)] + [int(denominator)]
        sums = [0] * len(columns)
        for factor, row in zip(found, rows, strict=True):
            for k, c in row:
                sums[k] += factor * c
        return None if any(sums) else found


def _shifted(exponents: Sequence[Array], generators: Array, shifts: Array) -> tuple[Array, Array]:
    """Where the monomials of each multiple begin, and these, one multiple after the other."""
    lengths = np.array([len(e) for e in exponents], dtype=np.int64)
    first, of_row = np.cumsum(lengths) - lengths, lengths[generators]
    starts = np.append(0, np.cumsum(of_row))
    places = np.arange(starts[-1]) + np.repeat(first[generators] - starts[:-1], of_row)
    return starts, np.concatenate(exponents)[places] + np.repeat(shifts, of_row, axis=0)


def _numbered(exponents: Array) -> tuple[Array, Array]:
    """Numbers of monomials in the order in which they come first, and the monomials in that order."""
    m, n = exponents.shape
    padded = np.zeros((m, -(-n // 8) * 8), dtype=np.uint8)  # no degree is above MAX_LEVEL
    padded[:, :n] = exponents
    words = padded.view(np.uint64)
    keys = words[:, 0] if words.shape[1] == 1 else words.view([("", np.uint64)] * words.shape[1])[:, 0]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place[inverse], exponents[first[order]]


def _leading_form(g: IntegerPolynomial, weights: Sequence[int]) -> IntegerPolynomial:
    of_terms = degrees(g, weights)
    return {e: c for (e, c), is_high in zip(g.items(), (of_terms == of_terms.max(initial=-1)).tolist(), strict=True) if is_high}


def _independent_columns(rows: Sequence[Sequence[tuple[int, int]]], n_columns: int, p: int) -> list[int]:
    """The first columns of a sparse integer matrix that are independent modulo p."""
    terms = [[(k, c % p) for k, c in sorted(row) if c % p] for row in rows]
    starts = np.append(0, np.cumsum([len(row) for row in terms], dtype=np.int64))
    columns = np.array([k for row in terms for k, _ in row], dtype=np.int32)
    values = np.array([c for row in terms for _, c in row], dtype=np.uint32)
    starts, columns, *_ = reduced_echelon(starts, columns, values, n_columns, np.uint64(p), _NO_LIMIT)
    return sorted(columns[starts[:-1]].tolist())


def reduced(polynomial: dict[Exponents, int], echelon: Sequence[dict[Exponents, int]], p: int) -> dict[Exponents, int]:
    """The polynomial modulo the span of earlier ones, whose first terms are their pivots."""
    for other in echelon:
        pivot, leading = next(iter(other.items()))
        factor = polynomial.get(pivot, 0) * pow(leading, -1, p) % p
        if factor:
            for e, c in other.items():
                polynomial[e] = (polynomial.get(e, 0) - factor * c) % p
    return {e: c for e, c in polynomial.items() if c}
