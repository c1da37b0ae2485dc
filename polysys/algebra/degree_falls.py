"""Elements of lower degree than the combination they come from, over the rationals.

At level d take all x^a g of degree exactly d with g among the generators. A rational relation among their forms of
degree d makes the combination of the x^a g an element of lower degree: a *fall*. Relations are found modulo p, solved
for over the rationals on their support alone, and kept if they hold exactly. The combination is the proof.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from operator import add
from typing import Any

import flint
import numpy as np

from polysys.algebra.combinations import Combination, Exponents, IntegerPolynomial
from polysys.algebra.graded_basis import GradedBasis, Residues, degree
from polysys.algebra.level_matrix import normal_forms, relations
from polysys.errors import WorkLimitError

Row = tuple[int, Exponents]  # generator and multiplier
Relation = list[tuple[int, int]]  # number of a row and its factor
MAX_SUPPORT = 1500  # rows of a relation that is solved over the rationals
MAX_ROWS = 40000
_FIRST_BLOCK, _LARGEST_BLOCK = 8, 128  # relations that are reduced at once
_NO_LIMIT = 1 << 62


def exact_falls(
    generators: Sequence[IntegerPolynomial], basis: GradedBasis, d: int, n_expected: int, work_limit: int
) -> tuple[list[Combination], int]:
    """Combinations whose forms of degree d cancel and that are new at level d - 1, and the work done.

    Parameters
    ----------
    generators : sequence of integer polynomials
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
    images = [{e: c % p for e, c in g.items()} for g in generators]
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


def monomials_of_degree(d: int, weights: Sequence[int]) -> list[Exponents]:
    """All exponent vectors of weighted degree exactly d.

    Examples
    --------
    >>> monomials_of_degree(3, [1, 2])
    [(1, 1), (3, 0)]
    """
    if not weights:
        return [()] if d == 0 else []
    *others, last = weights
    return [(*e, k) for k in range(d // last, -1, -1) for e in monomials_of_degree(d - k * last, others)]


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
        self._forms = forms = [_leading_form(g, weights) for g in generators]
        self.rows = rows
        columns: dict[Exponents, int] = {}
        self.entries: list[dict[int, int]] = []
        for i, shift in rows:
            shifted = {tuple(map(sum, zip(e, shift, strict=True))): c for e, c in forms[i].items()}
            self.entries.append({columns.setdefault(e, len(columns)): c for e, c in shifted.items()})
        self.n_columns = len(columns)

    def relations_modulo(self, p: int, work_limit: int) -> tuple[list[Relation], int]:
        """Relations modulo p among the rows, sparse ones first: each ties one row to independent earlier ones."""
        lengths = [len(entries) for entries in self.entries]
        starts = np.append(0, np.cumsum(lengths, dtype=np.int64))
        columns = np.array([k for entries in self.entries for k in entries], dtype=np.int32)
        values = np.array([c % p for entries in self.entries for c in entries.values()], dtype=np.uint32)
        starts, rows, residues, work = relations(starts, columns, values, self.n_columns, np.uint64(p), work_limit)
        parts = [slice(a, b) for a, b in itertools.pairwise(starts)]
        found = [list(zip(rows[part].tolist(), residues[part].tolist(), strict=True)) for part in parts]
        return sorted(found, key=len), int(work)

    def low_parts(
        self, relations: Sequence[Relation], images: Sequence[Residues], basis: GradedBasis
    ) -> Iterator[tuple[Relation, dict[Exponents, int]]]:
        """The relations modulo p, each with what its combination is modulo a basis.

        They are taken in blocks that grow: one matrix for many, and few in vain where the first ones are enough.
        `images` are the generators modulo p.
        """
        first, size = 0, _FIRST_BLOCK
        while first < len(relations):
            block = relations[first : first + size]
            parts = self._lower_terms(block, images, basis.p)
            forms = iter(basis.normal_forms([part for part in parts if part]))
            for relation, part in zip(block, parts, strict=True):
                yield relation, next(forms) if part else part
            first, size = first + size, min(2 * size, _LARGEST_BLOCK)

    def _lower_terms(
        self, relations: Sequence[Relation], images: Sequence[Residues], p: int
    ) -> list[dict[Exponents, int]]:
        """The combinations modulo p, of whose forms of highest degree nothing is left.

        A matrix with a column for each row r that takes part is reduced by the rows r - (lower terms of r): what remains are lower terms.
        """
        taking_part = sorted({r for relation in relations for r, _ in relation})
        place = {r: k for k, r in enumerate(taking_part)}
        terms = [[(place[r], c) for r, c in relation] for relation in relations]
        monomials: dict[Exponents, int] = {}
        pairs = zip(images, self._forms, strict=True)
        lower = [[(e, p - c % p) for e, c in f.items() if c % p and e not in form] for f, form in pairs]
        for k, r in enumerate(taking_part):
            i, shift = self.rows[r]
            shifted = [(tuple(map(add, e, shift)), c) for e, c in lower[i]]
            terms.append([(k, 1), *((len(place) + monomials.setdefault(e, len(monomials)), c) for e, c in shifted)])
        n_given, n_rows = len(relations), len(terms)
        starts = np.append(0, np.cumsum([len(row) for row in terms], dtype=np.int64))
        columns, values = np.array([term for row in terms for term in row], dtype=np.int64).T
        reducers = np.append(np.arange(n_given, n_rows), np.full(len(monomials), -1)).astype(np.int32)
        starts, columns, values, _ = normal_forms(
            np.arange(n_given), np.arange(n_rows), starts, columns.astype(np.int32), reducers, starts, values.astype(np.uint32),
            np.uint64(p), _NO_LIMIT,
        )  # fmt: skip
        names = list(monomials)
        return [
            {names[k - len(place)]: c for k, c in zip(columns[a:b].tolist(), values[a:b].tolist(), strict=True)}
            for a, b in itertools.pairwise(starts)
        ]

    def cost(self, support: Sequence[int]) -> int:
        """Multiplications of 31 bits that solving for a relation takes, roughly."""
        lengths = [max(c.bit_length() for c in self.entries[r].values()) // 31 + 1 for r in support]
        lifting, reconstruction = len(support) ** 2 * sum(lengths), len(support) * sum(lengths) ** 1.5
        return int(lifting + reconstruction)

    def exact_relation(self, support: Sequence[int], p: int) -> list[int] | None:
        """Integers c with sum_k c_k (row k) = 0 over the rationals for the rows of a relation modulo p, or None.

        The rows but the last are independent modulo p. A minor of theirs that is not zero determines c; the other
        columns are checked.
        """
        *independent, last = support
        columns = sorted(set().union(*(self.entries[r] for r in support)))
        if not independent or not columns:
            return None
        entries = [[self.entries[r].get(k, 0) for r in independent] for k in columns]
        values = [[self.entries[last].get(k, 0)] for k in columns]
        left, right = flint.fmpz_mat(entries), flint.fmpz_mat(values)
        chosen = _independent_rows(left, p)
        if len(chosen) < len(independent):
            return None
        square = flint.fmpz_mat([entries[k] for k in chosen])
        solution: Any = square.solve(flint.fmpz_mat([values[k] for k in chosen]))
        numerators, denominator = solution.numer_denom()
        if left * numerators != right * denominator:
            return None
        return [-int(numerators[k, 0]) for k in range(len(independent))] + [int(denominator)]


def _leading_form(g: IntegerPolynomial, weights: Sequence[int]) -> IntegerPolynomial:
    d = degree(g, weights)
    return {e: c for e, c in g.items() if degree({e: c}, weights) == d}


def _independent_rows(matrix: Any, p: int) -> list[int]:
    """The first rows of an integer matrix that are independent modulo p."""
    reduced, rank = flint.nmod_mat(matrix.transpose(), p).rref()
    pivots, column = [], 0
    for k in range(rank):
        while int(reduced[k, column]) == 0:
            column += 1
        pivots.append(column)
    return pivots


def reduced(polynomial: dict[Exponents, int], echelon: Sequence[dict[Exponents, int]], p: int) -> dict[Exponents, int]:
    """The polynomial modulo the span of earlier ones, whose first terms are their pivots."""
    for other in echelon:
        pivot, leading = next(iter(other.items()))
        factor = polynomial.get(pivot, 0) * pow(leading, -1, p) % p
        if factor:
            for e, c in other.items():
                polynomial[e] = (polynomial.get(e, 0) - factor * c) % p
    return {e: c for e, c in polynomial.items() if c}
